// SPDX-License-Identifier: MIT
/* operand.c - values that may take several instructions: parse them, get them into a register. */
#include "operand.h"

#include <errno.h>

#include "global.h"
#include "insn.h"
#include "memberread.h"
#include "parse_name.h"
#include "usdtread.h"

/* "r6->REC.field"; *m: the member */
static int operand_member_of(
	struct parse *p, struct operand *o, struct parse_reg base, struct parse_path *m)
{
	const struct tok *t = p->t;

	if (base.w)
		return parse_error(p, t, "a field in memory is 'rN->STRUCT.field'");
	if (parse_member(p, &t, m))
		return -EINVAL;
	o->reg = base;
	o->size = (uint32_t)m->f.size;
	o->is_signed = m->f.is_signed;
	o->k = m->k;
	return 0;
}

static int operand_far(struct parse *p, const struct tok *t, const struct parse_path *m)
{
	return parse_error(
		p, t, "the field at offset %llu is out of reach", (unsigned long long)m->f.offset);
}

/* "&r6->REC.field", "&r6->REC", "&r6->REC.field + 8" */
static int operand_member_address(struct parse *p, struct operand *o)
{
	const struct tok *t = p->t;
	struct parse_path m;
	struct parse_reg base;
	int64_t add = 0;
	int is = parse_reg(p, &base);

	if (is <= 0)
		return is ? is : parse_error(p, t, "an address of a field is '&rN->STRUCT.field'");
	t = ++p->t;
	if (t->kind != TOK_NAME)
		return parse_error(p, t, "an address of a field is '&rN->STRUCT.field'");
	if (operand_member_of(p, o, base, &m))
		return -EINVAL;
	if (m.k && m.place.bits)
		return parse_error(p, t, "'%s' is a bit field and has no address", m.k->text);
	/* what is added to it has room, too */
	if (m.f.offset > INT32_MAX - INT16_MAX)
		return operand_far(p, t, &m);
	t = p->t;
	if ((parse_take(p, PUNCT('+', 0, 0)) || parse_op(p->t, PUNCT('-', 0, 0))) &&
		(parse_expr(p, &add) || kname_left(p)))
		return -EINVAL;
	if (add < INT16_MIN || add > INT16_MAX)
		return parse_error(p, t, "%lld is out of reach", (long long)add);
	o->kind = OPERAND_ADDR;
	o->off = (int32_t)m.f.offset;
	o->imm = add;
	/* where a type itself begins is no question */
	if (m.k && m.k->hops == 1 && m.place.n == 1)
		o->k = NULL;
	return 1;
}

/* "&NAME", "&NAME.field", "&NAME + 8" */
static int operand_address(struct parse *p, struct operand *o)
{
	const struct tok *t = ++p->t;
	struct parse_place place;
	int64_t add = 0;
	int is;

	if (t->kind != TOK_NAME)
		return parse_error(p, t, "a name is missing behind '&'");
	if (parse_op(t + 1, PUNCT('-', '>', 0)))
		return operand_member_address(p, o);
	is = global_address(p, o);
	if (is)
		return is;
	p->t++;
	is = parse_place(p, t, t->s, t->len, &place);
	if (is < 0)
		return is;
	if (!is) {
		o->kind = OPERAND_NAME;
		o->t = t;
		if (t->s[0] == '.' || memchr(t->s, '.', t->len))
			return parse_unknown(p, t, "variable");
		return 1;
	}
	if ((parse_take(p, PUNCT('+', 0, 0)) || parse_op(p->t, PUNCT('-', 0, 0))) &&
		parse_expr(p, &add))
		return -EINVAL;
	if (add < -FRAME_SIZE || add > FRAME_SIZE)
		return parse_error(p, t, "this is outside of the stack");
	o->kind = OPERAND_STACK;
	o->slot = place.slot;
	o->slot.off += (int32_t)add;
	return 1;
}

/* "r6->REC.field" */
static int operand_member(struct parse *p, struct operand *o, struct parse_reg base)
{
	const struct tok *t = ++p->t;
	struct parse_path m;

	if (t->kind != TOK_NAME || !memchr(t->s, '.', t->len))
		return parse_error(p, t, "a field in memory is 'rN->STRUCT.field'");
	if (operand_member_of(p, o, base, &m))
		return -EINVAL;
	if (m.f.offset > INT16_MAX)
		return operand_far(p, t, &m);
	o->off = (int32_t)m.f.offset;
	o->kind = m.f.kind == BPFASM_FIELD_PLAIN || (m.k && m.place.bits) ? OPERAND_FIELD
									  : OPERAND_ADDR;
	return 1;
}

static int operand_string(struct parse *p, struct operand *o)
{
	o->text = lex_string(p->diag, parse_pos(p, p->t), p->t, &o->len);
	if (!o->text)
		return -EINVAL;
	o->kind = OPERAND_STR;
	p->t++;
	return 1;
}

static int operand_variable(struct parse *p, struct operand *o)
{
	const struct tok *t = p->t;
	struct parse_place place;
	int is = parse_place(p, t, t->s, t->len, &place);

	if (!is)
		return global_value(p, o);
	if (is < 0)
		return is;
	if (place.type.kind == IR_TYPE_CHARS || place.type.kind == IR_TYPE_STRUCT)
		return parse_error(p, t, "'%.*s' has %u bytes; its address is '&%.*s'", (int)t->len,
			t->s, (unsigned)place.type.size, (int)t->len, t->s);
	o->kind = OPERAND_VAR;
	o->slot = place.slot;
	o->size = place.type.size;
	o->is_signed = place.type.is_signed;
	p->t++;
	return 1;
}

int operand_sugar(struct parse *p, struct operand *o)
{
	const struct tok *t = p->t;
	struct parse_reg base;
	int is;

	memset(o, 0, sizeof(*o));
	o->t = t;
	if (t->kind == TOK_STR)
		return operand_string(p, o);
	if (parse_op(t, PUNCT('&', 0, 0)))
		return operand_address(p, o);
	if (t->kind != TOK_NAME)
		return 0;
	if (parse_is(t, IR_USDT_NAME))
		return usdtread_operand(p, o);
	is = operand_context(p, o);
	if (is)
		return is;
	if (parse_op(t + 1, PUNCT('-', '>', 0))) {
		is = parse_reg(p, &base);
		return is == 1 ? operand_member(p, o, base)
			       : parse_error(p, t, "'->' follows 'args' or a register");
	}
	/* LLVM's "r1 = map ll" */
	if (parse_is(t + 1, "ll") && names_get(&p->maps, t->s, t->len)) {
		o->kind = OPERAND_NAME;
		p->t += 2;
		return 1;
	}
	return operand_variable(p, o);
}

int operand_parse(struct parse *p, struct operand *o)
{
	int is = operand_sugar(p, o);

	if (is)
		return is < 0 ? is : 0;
	is = parse_reg(p, &o->reg);
	if (is < 0)
		return is;
	o->kind = is ? OPERAND_REG : OPERAND_CONST;
	if (is || parse_expr(p, &o->imm))
		return is ? 0 : -EINVAL;
	o->core = p->core;
	p->core.step = NULL;
	return 0;
}

int operand_reads(const struct operand *o)
{
	switch (o->kind) {
	case OPERAND_REG:
	case OPERAND_FIELD:
	case OPERAND_ADDR:
	case OPERAND_LOC: return o->reg.num;
	default: return -1;
	}
}

/* ---- into a register --------------------------------------------------------------------- */

uint8_t operand_width(uint32_t bytes)
{
	return bytes == 1 ? INSN_B : bytes == 2 ? INSN_H : bytes == 4 ? INSN_W : INSN_DW;
}

/* Sign extending loads came with 6.6; two shifts do it everywhere. */
void operand_sign(struct parse *p, unsigned dst, uint32_t bytes)
{
	int32_t by = 64 - 8 * (int32_t)bytes;

	if (!by)
		return;
	parse_emit(p, INSN_ALU64 | INSN_LSH, dst, 0, 0, by);
	parse_emit(p, INSN_ALU64 | INSN_ARSH, dst, 0, 0, by);
}

static void load_add(struct parse *p, unsigned dst, int32_t imm)
{
	if (imm)
		parse_emit(p, INSN_ALU64 | INSN_ADD, dst, 0, 0, imm);
}

static int load_name(struct parse *p, unsigned dst, const struct tok *t)
{
	int err = parse_ref(p, IR_REF_MAP, t);

	parse_emit_imm64(p, dst, INSN_IMM64_MAP_FD, 0);
	return err;
}

static void load_stack(struct parse *p, unsigned dst, struct frame_slot slot)
{
	parse_emit(p, INSN_ALU64 | INSN_MOV | INSN_X, dst, INSN_FP, 0, 0);
	parse_emit(p, INSN_ALU64 | INSN_ADD, dst, 0, 0, slot.off);
	parse_note_slot(p, slot, true);
}

/* The u32 at off holds length << 16 | offset; what is wanted is the address of the data. */
static int load_loc(struct parse *p, unsigned dst, const struct operand *o)
{
	if (dst == o->reg.num)
		return parse_error(p, o->t,
			"this needs the context twice, and r%u holds it; begin with '.ctx r6'",
			dst);
	parse_emit(p, INSN_LDX | INSN_MEM | INSN_W, dst, o->reg.num, o->off, 0);
	parse_emit(p, INSN_ALU64 | INSN_AND, dst, 0, 0, 0xffff);
	load_add(p, dst, (int32_t)o->imm);
	parse_emit(p, INSN_ALU64 | INSN_ADD | INSN_X, dst, o->reg.num, 0, 0);
	return 0;
}

/* Bytes i..i+7 of a string as the number that a 64-bit store would write. */
static uint64_t string_word(const struct operand *o, size_t i, bool big_endian)
{
	uint64_t v = 0;
	unsigned k;

	for (k = 0; k < 8; k++) {
		uint64_t c = i + k < o->len ? (unsigned char)o->text[i + k] : 0;

		v |= c << 8 * (big_endian ? 7 - k : k);
	}
	return v;
}

static void store_imm_slot(
	struct parse *p, struct frame_slot slot, int add, uint32_t bytes, uint32_t imm)
{
	parse_emit(p, INSN_ST | INSN_MEM | operand_width(bytes), INSN_FP, 0, slot.off + add,
		(int32_t)imm);
	parse_note_slot(p, slot, false);
}

/*
 * The text on the stack, its NUL included, zeroes up to the next multiple of 8.  An immediate has
 * 32 bits and is sign extended: a 64-bit store where that gives the right bytes, else two.
 */
static int load_string(struct parse *p, unsigned dst, const struct operand *o)
{
	int (*get)(struct frame *, struct diag *, struct pos, size_t, const char *, uint64_t,
		struct frame_slot *) = o->keep ? frame_fixed : frame_scratch;
	bool big = p->unit->big_endian;
	struct frame_slot slot;
	size_t i;
	int err;

	err = get(&p->fn->frame, p->diag, parse_pos(p, o->t), o->t->len, "this string", o->len + 1,
		&slot);
	if (err)
		return err;
	for (i = 0; i <= o->len; i += 8) {
		uint64_t v = string_word(o, i, big);
		uint32_t lo = (uint32_t)v, hi = (uint32_t)(v >> 32);

		if (v == (uint64_t)(int64_t)(int32_t)lo) {
			store_imm_slot(p, slot, (int)i, 8, lo);
			continue;
		}
		store_imm_slot(p, slot, (int)i, 4, big ? hi : lo);
		store_imm_slot(p, slot, (int)i + 4, 4, big ? lo : hi);
	}
	load_stack(p, dst, slot);
	return 0;
}

static void load_const(struct parse *p, unsigned dst, int64_t v)
{
	if (v >= INT32_MIN && v <= INT32_MAX)
		parse_emit(p, INSN_ALU64 | INSN_MOV, dst, 0, 0, (int32_t)v);
	else if (v > 0 && v <= UINT32_MAX &&
		 !p->core.step) /* the upper half becomes 0: one slot, not two */
		parse_emit(p, INSN_ALU | INSN_MOV, dst, 0, 0, (int32_t)(uint32_t)v);
	else
		parse_emit_imm64(p, dst, INSN_IMM64_PLAIN, (uint64_t)v);
}

static void load_number(
	struct parse *p, unsigned dst, unsigned base, int off, const struct operand *o)
{
	parse_emit(p, INSN_LDX | INSN_MEM | operand_width(o->size), dst, base, off, 0);
	if (o->kind == OPERAND_VAR)
		parse_note_slot(p, o->slot, false);
	if (o->is_signed)
		operand_sign(p, dst, o->size);
}

static int load_global(struct parse *p, unsigned dst, const struct operand *o)
{
	if (global_load(p, dst, o->t, o->data, o->add))
		return -ENOMEM;
	if (o->kind == OPERAND_GLOBAL)
		load_number(p, dst, dst, 0, o);
	return 0;
}

static void load_reg(struct parse *p, unsigned dst, struct parse_reg r)
{
	/* the w form also clears the upper half, so it is never left out */
	if (r.w)
		parse_emit(p, INSN_ALU | INSN_MOV | INSN_X, dst, r.num, 0, 0);
	else if (r.num != dst)
		parse_emit(p, INSN_ALU64 | INSN_MOV | INSN_X, dst, r.num, 0, 0);
}

int operand_load(struct parse *p, unsigned dst, const struct operand *o)
{
	if (o->context && parse_note_context(p, o->context, false))
		return -ENOMEM;
	if (o->k)
		return memberread_load(p, dst, o);
	switch (o->kind) {
	case OPERAND_REG: load_reg(p, dst, o->reg); return 0;
	case OPERAND_CONST:
		p->core = o->core;
		load_const(p, dst, o->imm);
		return 0;
	case OPERAND_NAME: return load_name(p, dst, o->t);
	case OPERAND_STACK: load_stack(p, dst, o->slot); return 0;
	case OPERAND_VAR: load_number(p, dst, INSN_FP, o->slot.off, o); return 0;
	case OPERAND_FIELD: load_number(p, dst, o->reg.num, o->off, o); return 0;
	case OPERAND_ADDR:
		load_reg(p, dst, o->reg);
		load_add(p, dst, (int32_t)(o->off + o->imm));
		return 0;
	case OPERAND_LOC: return load_loc(p, dst, o);
	case OPERAND_STR: return load_string(p, dst, o);
	case OPERAND_GLOBAL:
	case OPERAND_DATA: return load_global(p, dst, o);
	}
	return -EINVAL;
}
