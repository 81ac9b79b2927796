// SPDX-License-Identifier: MIT
/* sugar.c - statements that expand to several instructions: calls, variables, return, .ctx. */
#include "sugar.h"

#include <errno.h>

#include "argaddr.h"
#include "insn.h"
#include "operand.h"
#include "parse_fn.h"
#include "parse_jump.h"
#include "parse_name.h"

enum { SUGAR_MAX_ARGS = 5 };

/* ---- calls ------------------------------------------------------------------------------- */

struct sugar_args {
	struct operand arg[SUGAR_MAX_ARGS];
	unsigned n;
};

static int call_args(struct parse *p, struct sugar_args *a)
{
	if (parse_want(p, PUNCT('(', 0, 0)))
		return -EINVAL;
	if (parse_take(p, PUNCT(')', 0, 0)))
		return 0;
	do {
		if (a->n == SUGAR_MAX_ARGS)
			return parse_error(
				p, p->t, "a call has at most %d arguments", SUGAR_MAX_ARGS);
		if (operand_parse(p, &a->arg[a->n++]))
			return -EINVAL;
	} while (parse_take(p, PUNCT(',', 0, 0)));
	return parse_want(p, PUNCT(')', 0, 0));
}

static int call_count(struct parse *p, const struct tok *t, const struct helper *h, unsigned n)
{
	if (n >= h->min_args && n <= h->n_args)
		return 0;
	if (h->min_args != h->n_args)
		return parse_error(p, t, "'%s' takes %u to %u arguments, not %u", h->name,
			h->min_args, h->n_args, n);
	return parse_error(p, t, "'%s' takes %u argument%s, not %u", h->name, h->n_args,
		h->n_args == 1 ? "" : "s", n);
}

/* the kernel ends each message with a newline of its own */
static void call_check_format(struct parse *p, const struct helper *h, const struct sugar_args *a)
{
	const struct operand *f = &a->arg[0];

	if (!strcmp(h->name, "bpf_trace_printk") && f->kind == OPERAND_STR && f->len &&
		f->text[f->len - 1] == '\n')
		parse_warn(p, f->t, "the kernel adds a newline itself: this gives an empty line");
}

/* r5 first: r1, which holds the context, last */
static int call_load(struct parse *p, const struct sugar_args *a)
{
	unsigned i, loaded = 0;
	int reads;

	for (i = a->n; i--;) {
		const struct operand *o = &a->arg[i];

		reads = operand_reads(o);
		if (reads >= 0 && loaded & 1U << reads)
			return parse_error(p, o->t,
				"r%d is overwritten by argument %d before it is read here; keep it "
				"in r6 to r9",
				reads, reads);
		if (operand_load(p, i + 1, o))
			return -EINVAL;
		if (o->kind != OPERAND_REG || o->reg.num != i + 1)
			loaded |= 1U << (i + 1);
	}
	return 0;
}

/* "sizof(v)": of a type, or of a variable that is no number, nothing but its size can be meant */
static bool call_is_sizeof(struct parse *p, const struct tok *t, struct suggest *s)
{
	const struct tok *arg = t + 2;
	const struct frame_var *v;

	if (!parse_op(t + 1, PUNCT('(', 0, 0)) || arg->kind != TOK_NAME ||
		!parse_op(t + 3, PUNCT(')', 0, 0)))
		return false;
	v = frame_find(&p->fn->frame, p->at.src, arg->s, arg->len);
	if (v ? v->type.kind == IR_TYPE_INT : !parse_type_starts(p, arg))
		return false;
	suggest_start(s, t->s, t->len);
	suggest_offer(s, "sizeof", 6);
	return s->best != NULL;
}

/*
 * The arguments of what is known as a macro only are no operands: one error for the call says more
 * than theirs.
 */
static int call_macro_args(struct parse *p, const struct tok *t, struct sugar_args *a)
{
	size_t len = p->diag->len;
	unsigned n = p->diag->n_errors;
	char usage[200];
	const char *file;
	int err = call_args(p, a);

	if (!err || p->diag->failed || names_get(&p->funcs, t->s, t->len) ||
		names_get(&p->ksyms, t->s, t->len) ||
		!macro_usage(p->macro, t->s, t->len, &file, usage, sizeof(usage)))
		return err;
	p->diag->len = len;
	p->diag->n_errors = n;
	return parse_macro_call(p, parse_pos(p, t), t->s, t->len);
}

int sugar_call(struct parse *p)
{
	const struct tok *t = p->t++;
	const struct helper *h = helper_find(t->s, t->len);
	struct sugar_args a;
	struct suggest s;
	char buf[32];
	unsigned i;
	int err;

	a.n = 0;
	if (!h && call_is_sizeof(p, t, &s))
		return parse_error(p, t, "no function '%.*s'%s", (int)t->len, t->s,
			suggest_text(&s, buf, sizeof(buf)));
	if (h ? call_args(p, &a) : call_macro_args(p, t, &a))
		return -EINVAL;
	if (h) {
		if (call_count(p, t, h, a.n))
			return -EINVAL;
		parse_check_helper(p, t, h);
		call_check_format(p, h, &a);
		for (i = 0; i < a.n; i++)
			argaddr_check(p, h, i + 1, &a.arg[i]);
	}
	if (call_load(p, &a))
		return -EINVAL;
	if (h) {
		parse_emit(p, INSN_CALL_K, 0, INSN_CALL_HELPER, 0, h->id);
		return 0;
	}
	err = parse_ref(p, IR_REF_CALL, t);
	parse_emit(p, INSN_CALL_K, 0, INSN_CALL_FUNC, 0, -1);
	return err;
}

bool sugar_is_call(const struct parse *p)
{
	return p->t->kind == TOK_NAME && parse_op(p->t + 1, PUNCT('(', 0, 0)) &&
	       !parse_is(p->t, "sizeof") && !parse_is(p->t, "exists") &&
	       !parse_is(p->t, IR_USDT_NAME);
}

/* ---- assignments ------------------------------------------------------------------------- */

static void sugar_move(struct parse *p, struct parse_reg dst, unsigned src)
{
	if (dst.w)
		parse_emit(p, INSN_ALU | INSN_MOV | INSN_X, dst.num, src, 0, 0);
	else if (dst.num != src)
		parse_emit(p, INSN_ALU64 | INSN_MOV | INSN_X, dst.num, src, 0, 0);
}

int sugar_assign(struct parse *p, struct parse_reg dst)
{
	struct operand o;
	int is;

	if (sugar_is_call(p)) {
		if (sugar_call(p))
			return -EINVAL;
		sugar_move(p, dst, 0);
		return 1;
	}
	is = operand_sugar(p, &o);
	if (is <= 0)
		return is;
	if (dst.w && o.kind != OPERAND_VAR && o.kind != OPERAND_FIELD && o.kind != OPERAND_GLOBAL)
		return parse_error(p, o.t, "an address is 64 bits wide; write r%d", dst.num);
	/* nobody knows how long the register is used: no later call may have the bytes */
	o.keep = true;
	if (operand_load(p, dst.num, &o))
		return -EINVAL;
	/* a member may be wider on another kernel */
	if (dst.w && (o.size == 8 || o.is_signed || o.k))
		sugar_move(p, dst, dst.num);
	return 1;
}

static uint8_t sugar_size(uint32_t bytes)
{
	return bytes == 1 ? INSN_B : bytes == 2 ? INSN_H : bytes == 4 ? INSN_W : INSN_DW;
}

/* Where a value goes: a variable, or a field of a record that a register points to. */
struct sugar_dest {
	const struct tok *t;
	unsigned base;
	int32_t off;
	uint32_t size;
	uint32_t align;		       /* bytes: the widest store that may be, where it is whole */
	const struct frame_slot *slot; /* NULL: no variable */
	const struct kname_place *place; /* NULL: none of the target's types */
};

static void sugar_keep(struct parse *p, const struct sugar_dest *d)
{
	if (d->place)
		kname_keep(p, d->t, d->place, KNAME_BYTE_OFFSET, true);
}

static void sugar_store_reg(struct parse *p, const struct sugar_dest *d, unsigned src)
{
	sugar_keep(p, d);
	parse_emit(p, INSN_STX | INSN_MEM | sugar_size(d->size), d->base, src, d->off, 0);
	if (!d->slot)
		return;
	parse_note_slot(p, *d->slot, false);
	if (d->size == 8)
		argaddr_store(p, *d->slot, src);
}

static int sugar_store_const(struct parse *p, const struct sugar_dest *d, const struct operand *o)
{
	char text[64];

	if (o->imm < INT32_MIN || o->imm > (d->size < 8 ? (int64_t)UINT32_MAX : INT32_MAX))
		return parse_error(p, o->t,
			"%s does not fit in 32 bits; load it into a register first",
			parse_value_text(o->t, p->t, o->imm, text, sizeof(text)));
	p->core = o->core;
	if (kname_left(p))
		return -EINVAL;
	sugar_keep(p, d);
	parse_emit(p, INSN_ST | INSN_MEM | sugar_size(d->size), d->base, 0, d->off,
		(int32_t)(uint32_t)o->imm);
	if (d->slot)
		parse_note_slot(p, *d->slot, false);
	return 0;
}

static int sugar_store(struct parse *p, const struct sugar_dest *d)
{
	struct operand o;

	if (parse_want(p, PUNCT('=', 0, 0)))
		return -EINVAL;
	if (sugar_is_call(p)) {
		if (sugar_call(p))
			return -EINVAL;
		sugar_store_reg(p, d, 0);
		return 0;
	}
	if (operand_parse(p, &o))
		return -EINVAL;
	if (o.kind == OPERAND_CONST)
		return sugar_store_const(p, d, &o);
	if (o.kind != OPERAND_REG)
		return parse_error(p, o.t, "this needs a register on its way: 'rN = ...' first");
	if (o.reg.w && d->size == 8)
		return parse_error(
			p, o.t, "w%d does not hold 64 bits; write r%d", o.reg.num, o.reg.num);
	if (o.context && parse_note_context(p, o.context, false))
		return -ENOMEM;
	sugar_store_reg(p, d, o.reg.num);
	return 0;
}

/* The next bytes of a text as one number of the target; zeroes behind its end. */
static uint64_t sugar_chunk(struct parse *p, const struct operand *o, size_t at, unsigned bytes)
{
	uint64_t v = 0;
	unsigned i;

	for (i = 0; i < bytes && at + i < o->len; i++)
		v |= (uint64_t)(uint8_t)o->text[at + i]
		     << 8 * (p->unit->big_endian ? bytes - 1 - i : i);
	return v;
}

/* the widest aligned stores; an immediate has 32 bits and is sign extended */
static void sugar_fill(struct parse *p, const struct sugar_dest *d, const struct operand *o)
{
	uint32_t at = 0, bytes;
	uint64_t v;

	for (; at < d->size; at += bytes) {
		int32_t off = d->off + (int32_t)at;

		for (bytes = d->align; bytes > d->size - at || off & (int32_t)(bytes - 1);
			bytes /= 2)
			;
		v = sugar_chunk(p, o, at, bytes);
		if (bytes == 8 && v != (uint64_t)(int64_t)(int32_t)(uint32_t)v)
			v = sugar_chunk(p, o, at, bytes = 4);
		parse_emit(p, INSN_ST | INSN_MEM | sugar_size(bytes), d->base, 0, off,
			(int32_t)(uint32_t)v);
		if (d->slot)
			parse_note_slot(p, *d->slot, false);
	}
}

/* "NAME = 0" of a record or char array: all of it; "NAME = "text"" of a char array, with its NUL */
static int sugar_whole(struct parse *p, const struct sugar_dest *d, bool chars)
{
	const struct tok *t = d->t;
	struct operand o;

	if (parse_want(p, PUNCT('=', 0, 0)) || operand_parse(p, &o))
		return -EINVAL;
	if (chars && o.kind == OPERAND_STR) {
		if (o.len >= d->size)
			return parse_error(p, o.t,
				"%zu bytes and a NUL do not fit in '%.*s', which has %u", o.len,
				(int)t->len, t->s, (unsigned)d->size);
	} else if (o.kind != OPERAND_CONST || o.imm || o.core.step) {
		return parse_error(p, t, "'%.*s' has %u bytes; only 0%s can be assigned to it",
			(int)t->len, t->s, (unsigned)d->size, chars ? " or a text" : "");
	}
	sugar_fill(p, d, &o);
	return 0;
}

int sugar_var_line(struct parse *p)
{
	const struct tok *t = p->t++;
	struct parse_place place;
	struct sugar_dest d = {0};
	int is = parse_place(p, t, t->s, t->len, &place);

	if (is < 0)
		return is;
	if (!is)
		return parse_unknown(p, t, "variable");
	d.t = t;
	d.base = INSN_FP;
	d.off = place.slot.off;
	d.size = place.type.size;
	d.align = 8;
	d.slot = &place.slot;
	if (place.type.kind == IR_TYPE_CHARS || place.type.kind == IR_TYPE_STRUCT)
		return sugar_whole(p, &d, place.type.kind == IR_TYPE_CHARS);
	return sugar_store(p, &d);
}

/* Is "REC.field", or "REC" itself, a whole that a record of this text has?  *d: its alignment. */
static bool sugar_is_whole(struct parse *p, const struct tok *t, struct sugar_dest *d, bool *chars)
{
	const char *dot = memchr(t->s, '.', t->len);
	size_t first = dot ? (size_t)(dot - t->s) : t->len;
	const struct ir_struct *record = parse_find_struct(p, t->s, first);
	const struct ir_field *f;
	uint32_t offset;

	f = record && dot ? parse_field(record, dot + 1, t->len - first - 1, &offset) : NULL;
	*chars = f && f->type.kind == IR_TYPE_CHARS;
	/* the address is that of such a record: no more is known of it */
	d->align = record ? record->align : 0;
	return record && (!dot || (f && f->type.kind != IR_TYPE_INT));
}

int sugar_field_line(struct parse *p, struct parse_reg base)
{
	const struct tok *t = p->t;
	struct parse_path m;
	struct sugar_dest d = {0};
	bool chars = false, whole = t->kind == TOK_NAME && !parse_op(t + 1, PUNCT('[', 0, 0)) &&
				    sugar_is_whole(p, t, &d, &chars);

	if (t->kind != TOK_NAME || (!memchr(t->s, '.', t->len) && !whole) || base.w)
		return parse_error(p, t, "a field in memory is 'rN->STRUCT.field'");
	if (parse_member(p, &t, &m))
		return -EINVAL;
	if (m.k && m.k->hops > 1)
		return parse_error(p, t,
			"'%s' goes through a pointer; load that into a register first", m.k->text);
	d.t = t;
	d.base = base.num;
	d.off = (int32_t)m.f.offset;
	d.size = (uint32_t)m.f.size;
	if (whole && m.f.offset + m.f.size <= INT16_MAX)
		return sugar_whole(p, &d, chars);
	if (m.f.kind != BPFASM_FIELD_PLAIN || m.f.offset > INT16_MAX || (m.k && m.place.bits))
		return parse_error(
			p, t, "'%.*s' cannot be stored to as one number", (int)t->len, t->s);
	d.place = m.k ? &m.place : NULL;
	return sugar_store(p, &d);
}

/* ---- return, .ctx ------------------------------------------------------------------------ */

int sugar_return(struct parse *p)
{
	struct operand o;

	if (p->t != p->end) {
		if (operand_parse(p, &o) || operand_load(p, 0, &o))
			return -EINVAL;
	}
	parse_emit(p, INSN_EXIT_K, 0, 0, 0, 0);
	return 0;
}

int sugar_ctx(struct parse *p)
{
	const struct tok *t = p->t;
	struct parse_reg r;

	if (parse_need_fn(p, t) || parse_want_reg(p, &r))
		return -EINVAL;
	if (r.w || r.num < 6 || r.num > 9)
		return parse_error(
			p, t, "the context is kept in r6, r7, r8 or r9: calls leave these alone");
	if (p->fn->ctx != 1)
		return parse_error(p, t, "the context is in r%u already", p->fn->ctx);
	if (parse_note_context(p, t, true))
		return -ENOMEM;
	parse_emit(p, INSN_ALU64 | INSN_MOV | INSN_X, r.num, 1, 0, 0);
	p->fn->ctx = r.num;
	return 0;
}
