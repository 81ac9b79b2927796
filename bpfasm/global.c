// SPDX-License-Identifier: MIT
/*
 * global.c - variables of .data, .rodata and .bss in instructions.
 *
 * Their address is a constant of 64 bits that the loader fills in.  A value is loaded through the
 * register it goes to; a store needs a register for the address, and what changes a variable one
 * for its value too.  r5 and r4 are taken for them, or r3 where the text has its own value in one
 * of these: arguments of calls are loaded last, and r0 to r2 mostly hold something.
 */
#include "global.h"

#include <errno.h>

#include "insn.h"
#include "parse_data.h"
#include "parse_name.h"
#include "parse_type.h"
#include "sugar.h"

enum { GLOBAL_ADDR = 5, GLOBAL_VALUE = 4, GLOBAL_SPARE = 3 };

/* ---- names ------------------------------------------------------------------------------- */

static int global_field(
	struct parse *p, const struct tok *t, const char *s, size_t len, struct global_place *g)
{
	const struct ir_field *f;
	uint32_t offset;

	if (g->count || g->type.kind != IR_TYPE_STRUCT)
		return parse_error(p, t, "'%s' is no record, it has no fields%s", g->v->name,
			g->count ? "; its elements are 'NAME[N]'" : "");
	f = parse_field(g->type.record, s, len, &offset);
	if (!f)
		return parse_no_field(p, t, "struct", g->type.record, s, len);
	g->offset += offset;
	g->type = f->type;
	return 1;
}

int global_find(
	struct parse *p, const struct tok *t, const char *s, size_t len, struct global_place *g)
{
	const char *dot = len > 1 ? memchr(s + 1, '.', len - 1) : NULL;
	size_t first = dot ? (size_t)(dot - s) : len;

	memset(g, 0, sizeof(*g));
	/* one on the stack goes before one of the same name here */
	if (p->fn && frame_find(&p->fn->frame, p->at.src, s, first))
		return 0;
	g->v = parse_find_data(p, s, first);
	if (!g->v)
		return 0;
	g->type = g->v->type;
	g->count = g->v->count;
	return dot ? global_field(p, t, dot + 1, len - first - 1, g) : 1;
}

/* "[N]" and what may follow */
static int global_element(struct parse *p, struct global_place *g)
{
	const struct tok *t;
	int64_t n;

	if (!parse_op(p->t, PUNCT('[', 0, 0)))
		return 1;
	t = ++p->t;
	if (!g->count)
		return parse_error(p, t - 1, "'%s' is no array", g->v->name);
	if (parse_is_reserved(t))
		return parse_error(p, t,
			"an index is a constant; else add to the address: 'r1 = &%s', 'r1 += rN'",
			g->v->name);
	if (parse_expr(p, &n) || parse_want(p, PUNCT(']', 0, 0)))
		return -EINVAL;
	if (n < 0 || n >= g->count)
		return parse_error(p, t, "'%s' has %u elements, 0 to %u", g->v->name,
			(unsigned)g->count, (unsigned)g->count - 1);
	g->count = 0;
	g->offset += (uint32_t)n * g->type.size;
	t = p->t;
	if (t->kind != TOK_NAME || t->spaced || t->s[0] != '.' || t->len < 2)
		return 1;
	p->t++;
	return global_field(p, t, t->s + 1, t->len - 1, g);
}

int global_place(struct parse *p, struct global_place *g)
{
	const struct tok *t = p->t;
	int is = t->kind == TOK_NAME ? global_find(p, t, t->s, t->len, g) : 0;

	if (is <= 0)
		return is;
	p->t++;
	return global_element(p, g);
}

/* ---- values ------------------------------------------------------------------------------ */

int global_load(
	struct parse *p, unsigned dst, const struct tok *t, const struct ir_data *v, uint32_t add)
{
	struct ir_func *f = p->fn->ir;
	int err = parse_ref(p, IR_REF_DATA, t);

	if (err)
		return err;
	f->refs[f->n_refs - 1].name = v->name;
	f->refs[f->n_refs - 1].addend = add;
	parse_emit_imm64(p, dst, INSN_IMM64_MAP_VALUE, (uint64_t)(v->offset + add) << 32);
	return 0;
}

static int global_is_number(struct parse *p, const struct tok *t, const struct global_place *g)
{
	if (!g->count && g->type.kind == IR_TYPE_INT)
		return 0;
	return parse_error(p, t, "'%.*s' has %u bytes; its address is '&%.*s'", (int)t->len, t->s,
		(unsigned)global_size(g), (int)t->len, t->s);
}

static void global_operand(struct operand *o, const struct global_place *g)
{
	o->data = g->v;
	o->add = g->offset;
	o->size = g->type.size;
	o->is_signed = g->type.is_signed;
}

int global_value(struct parse *p, struct operand *o)
{
	const struct tok *t = p->t;
	struct global_place g;
	int is = global_place(p, &g);

	if (is <= 0)
		return is;
	if (global_is_number(p, t, &g))
		return -EINVAL;
	global_operand(o, &g);
	o->kind = OPERAND_GLOBAL;
	return 1;
}

/* "&NAME[2].field + 8": up to the byte behind the variable */
int global_address(struct parse *p, struct operand *o)
{
	const struct tok *t = p->t;
	struct global_place g;
	int64_t add = 0;
	int is = global_place(p, &g);

	if (is <= 0)
		return is;
	if ((parse_take(p, PUNCT('+', 0, 0)) || parse_op(p->t, PUNCT('-', 0, 0))) &&
		parse_expr(p, &add))
		return -EINVAL;
	if (add < -(int64_t)g.offset || add > (int64_t)g.v->size - g.offset)
		return parse_error(p, t, "this is outside of '%s'", g.v->name);
	g.offset = (uint32_t)(g.offset + add);
	global_operand(o, &g);
	o->kind = OPERAND_DATA;
	return 1;
}

/* ---- stores ------------------------------------------------------------------------------ */

/* What stands left of the operator. */
struct global_dest {
	const struct tok *t;
	struct global_place g;
};

static uint8_t global_width(uint32_t bytes)
{
	return bytes == 1 ? INSN_B : bytes == 2 ? INSN_H : bytes == 4 ? INSN_W : INSN_DW;
}

/* one of the three that the text has no value in */
static unsigned global_free(unsigned taken, unsigned taken_too)
{
	unsigned r = GLOBAL_ADDR;

	while (r == taken || r == taken_too)
		r--;
	return r;
}

static int global_store_reg(struct parse *p, const struct global_dest *d, unsigned src)
{
	unsigned addr = global_free(src, src);

	if (global_load(p, addr, d->t, d->g.v, d->g.offset))
		return -ENOMEM;
	parse_emit(p, INSN_STX | INSN_MEM | global_width(d->g.type.size), addr, src, 0, 0);
	return 0;
}

static int global_store_const(struct parse *p, const struct global_dest *d, struct operand *o)
{
	if (o->core.step || o->imm < INT32_MIN ||
		o->imm > (d->g.type.size < 8 ? (int64_t)UINT32_MAX : INT32_MAX))
		return operand_load(p, GLOBAL_VALUE, o) ? -EINVAL
							: global_store_reg(p, d, GLOBAL_VALUE);
	if (global_load(p, GLOBAL_ADDR, d->t, d->g.v, d->g.offset))
		return -ENOMEM;
	parse_emit(p, INSN_ST | INSN_MEM | global_width(d->g.type.size), GLOBAL_ADDR, 0, 0,
		(int32_t)(uint32_t)o->imm);
	return 0;
}

/* A register as wide as the variable, with the value; -EINVAL: it is none that can be stored. */
static int global_source(
	struct parse *p, const struct global_dest *d, struct operand *o, unsigned via)
{
	if (o->kind == OPERAND_REG) {
		if (o->reg.w && d->g.type.size == 8)
			return parse_error(p, o->t, "w%d does not hold 64 bits; write r%d",
				o->reg.num, o->reg.num);
		if (o->context && parse_note_context(p, o->context, false))
			return -ENOMEM;
		return o->reg.num;
	}
	if (o->kind != OPERAND_VAR && o->kind != OPERAND_FIELD && o->kind != OPERAND_GLOBAL &&
		o->kind != OPERAND_CONST)
		return parse_error(p, o->t, "this needs a register on its way: 'rN = ...' first");
	return operand_load(p, via, o) ? -EINVAL : (int)via;
}

static int global_store(struct parse *p, const struct global_dest *d)
{
	struct operand o;
	int src;

	if (sugar_is_call(p))
		return sugar_call(p) ? -EINVAL : global_store_reg(p, d, 0);
	if (operand_parse(p, &o))
		return -EINVAL;
	if (o.kind == OPERAND_CONST)
		return global_store_const(p, d, &o);
	src = global_source(p, d, &o, GLOBAL_VALUE);
	return src < 0 ? src : global_store_reg(p, d, (unsigned)src);
}

/* "NAME = 0" of a record or an array: all of it, in the widest aligned stores */
static int global_zero(struct parse *p, const struct global_dest *d)
{
	uint32_t left = global_size(&d->g), at = 0, bytes, align = parse_type_align(&d->g.type);
	struct operand o;

	if (operand_parse(p, &o))
		return -EINVAL;
	if (o.kind != OPERAND_CONST || o.imm || o.core.step)
		return parse_error(p, d->t, "'%.*s' has %u bytes; only 0 can be assigned to it",
			(int)d->t->len, d->t->s, (unsigned)left);
	if (left > FRAME_SIZE)
		return parse_error(
			p, d->t, "%u bytes are too many for stores, 512 at most", (unsigned)left);
	if (global_load(p, GLOBAL_ADDR, d->t, d->g.v, d->g.offset))
		return -ENOMEM;
	for (; left; left -= bytes, at += bytes) {
		for (bytes = align; bytes > left; bytes /= 2)
			;
		parse_emit(p, INSN_ST | INSN_MEM | global_width(bytes), GLOBAL_ADDR, 0, (int)at, 0);
	}
	return 0;
}

/* ---- changes ----------------------------------------------------------------------------- */

static const struct {
	uint32_t op;
	uint8_t code;
	bool sign;	/* differs for signed numbers */
	int16_t atomic; /* its number as an atomic operation; -1: there is none */
} global_ops[] = {
	{PUNCT('+', '=', 0), INSN_ADD, false, INSN_A_ADD},
	{PUNCT('-', '=', 0), INSN_SUB, false, -1},
	{PUNCT('*', '=', 0), INSN_MUL, false, -1},
	{PUNCT('/', '=', 0), INSN_DIV, true, -1},
	{PUNCT('%', '=', 0), INSN_MOD, true, -1},
	{PUNCT('|', '=', 0), INSN_OR, false, INSN_A_OR},
	{PUNCT('&', '=', 0), INSN_AND, false, INSN_A_AND},
	{PUNCT('^', '=', 0), INSN_XOR, false, INSN_A_XOR},
	{PUNCT('<', '<', '='), INSN_LSH, false, -1},
	{PUNCT('>', '>', '='), INSN_RSH, true, -1},
};

enum { GLOBAL_OPS = sizeof(global_ops) / sizeof(global_ops[0]), GLOBAL_NO_OP = GLOBAL_OPS };

static size_t global_op(const struct tok *t)
{
	size_t i;

	for (i = 0; i < GLOBAL_OPS && !parse_op(t, global_ops[i].op); i++)
		;
	return i;
}

/* load, change, store: not atomic, as in C */
static int global_change(struct parse *p, const struct global_dest *d, size_t op)
{
	unsigned width = global_width(d->g.type.size), addr, tmp, alu;
	const struct tok *t = p->t - 1;
	struct operand o;
	int src = 0;

	alu = d->g.type.size == 8 ? INSN_ALU64 : INSN_ALU;
	if (global_ops[op].sign && d->g.type.is_signed)
		return parse_error(p, t, "'%.*s' is for unsigned numbers; load it: 'rN = %.*s'",
			(int)t->len, t->s, (int)d->t->len, d->t->s);
	if (operand_parse(p, &o))
		return -EINVAL;
	if (o.kind != OPERAND_CONST || o.core.step || o.imm < INT32_MIN || o.imm > INT32_MAX) {
		src = global_source(p, d, &o, GLOBAL_SPARE);
		if (src < 0)
			return src;
		o.kind = OPERAND_REG;
	}
	addr = global_free((unsigned)src, (unsigned)src);
	tmp = global_free((unsigned)src, addr);
	if (global_load(p, addr, d->t, d->g.v, d->g.offset))
		return -ENOMEM;
	parse_emit(p, INSN_LDX | INSN_MEM | width, tmp, addr, 0, 0);
	if (o.kind == OPERAND_REG)
		parse_emit(p, alu | global_ops[op].code | INSN_X, tmp, (unsigned)src, 0, 0);
	else
		parse_emit(p, alu | global_ops[op].code | INSN_K, tmp, 0, 0, (int32_t)o.imm);
	parse_emit(p, INSN_STX | INSN_MEM | width, addr, tmp, 0, 0);
	return 0;
}

/* The left side, which may be written to, and its operator, which is taken. */
static int global_left(struct parse *p, struct global_dest *d)
{
	int is;

	d->t = p->t;
	is = global_place(p, &d->g);
	if (is <= 0)
		return is ? is : parse_unknown(p, d->t, "variable");
	if (d->g.v->section == IR_RODATA)
		return parse_error(
			p, d->t, "'%s' is in .rodata: programs cannot change it", d->g.v->name);
	p->t++;
	return 0;
}

int global_line(struct parse *p)
{
	struct global_dest d;
	const struct tok *t;
	size_t op;

	if (global_left(p, &d))
		return -EINVAL;
	t = p->t - 1;
	op = global_op(t);
	if (parse_op(t, PUNCT('=', 0, 0)))
		return d.g.count || d.g.type.kind != IR_TYPE_INT ? global_zero(p, &d)
								 : global_store(p, &d);
	if (op == GLOBAL_NO_OP) {
		p->t--;
		return parse_error(p, t, "'=' or another operator expected");
	}
	if (global_is_number(p, d.t, &d.g))
		return -EINVAL;
	return global_change(p, &d, op);
}

int global_lock_line(struct parse *p)
{
	struct global_dest d;
	const struct tok *t;
	struct operand o;
	unsigned addr;
	size_t op;
	int src;

	if (global_left(p, &d) || global_is_number(p, d.t, &d.g))
		return -EINVAL;
	t = p->t - 1;
	op = global_op(t);
	if (op == GLOBAL_NO_OP || global_ops[op].atomic < 0)
		return parse_error(p, t, "'lock' takes +=, |=, &= or ^=");
	if (d.g.type.size < 4)
		return parse_error(p, d.t, "this is for u32 and u64");
	if (operand_parse(p, &o))
		return -EINVAL;
	src = global_source(p, &d, &o, GLOBAL_VALUE);
	if (src < 0)
		return src;
	addr = global_free((unsigned)src, (unsigned)src);
	if (global_load(p, addr, d.t, d.g.v, d.g.offset))
		return -ENOMEM;
	parse_emit(p, INSN_STX | INSN_ATOMIC | global_width(d.g.type.size), addr, (unsigned)src, 0,
		global_ops[op].atomic);
	return 0;
}

bool global_begins(const struct parse *p, const struct tok *t)
{
	const struct tok *next = t + 1;
	const char *dot = t->len > 1 ? memchr(t->s + 1, '.', t->len - 1) : NULL;

	if (t->kind != TOK_NAME || !p->data.n)
		return false;
	if (!parse_op(next, PUNCT('[', 0, 0)) && !parse_op(next, PUNCT('=', 0, 0)) &&
		global_op(next) == GLOBAL_NO_OP)
		return false;
	if (p->fn &&
		frame_find(&p->fn->frame, p->at.src, t->s, dot ? (size_t)(dot - t->s) : t->len))
		return false;
	return parse_find_data(p, t->s, dot ? (size_t)(dot - t->s) : t->len) != NULL;
}
