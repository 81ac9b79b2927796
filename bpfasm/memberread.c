// SPDX-License-Identifier: MIT
/*
 * memberread.c - "rN->TYPE.member" of the target's types, into a register.
 *
 * A pointer on the way is loaded into the target register, and read from there.  A bit field is the
 * bytes around it, shifted up until its last bit is the highest, and down again.
 *
 * In an object for any kernel all of that is in CO-RE records: where the bytes are, how far to
 * shift; and how many bytes there are is a constant that the program looks at, for loaders can
 * change a load's width for whole numbers only:
 *
 *	r1 = SIZE
 *	if r1 == 1 goto one
 *	if r1 == 2 goto two
 *	if r1 == 4 goto four
 *	r1 = *(u64 *)(r6 +OFFSET)
 *	goto done
 * one:	r1 = *(u8 *)(r6 +OFFSET)
 *	goto done
 * two:	...
 * done: r1 <<= LEFT
 *	r1 >>= RIGHT
 *
 * The verifier takes the ways away that no kernel of this kind goes.
 */
#include "memberread.h"

#include <errno.h>

#include "insn.h"
#include "kname.h"

struct memberread {
	struct parse *p;
	const struct tok *t;
	const struct kname_place *place;
	unsigned dst, base;
	bool core;
	struct frame_slot slot; /* base while dst is in use as something else */
};

static bool memberread_is_core(const struct parse *p, const struct kname_place *place)
{
	return (p->o->core || place->declared) && p->o->format == BPFASM_ELF && *place->step->name;
}

static void memberread_ldx(struct memberread *m, unsigned base, uint32_t bytes)
{
	kname_keep(m->p, m->t, m->place, KNAME_BYTE_OFFSET, true);
	parse_emit(m->p, INSN_LDX | INSN_MEM | operand_width(bytes), m->dst, base,
		(int)m->place->f.offset, 0);
}

static void memberread_shift(struct memberread *m, unsigned op, unsigned kind, uint32_t by)
{
	if (!by && !m->core)
		return;
	kname_keep(m->p, m->t, m->place, kind, false);
	parse_emit(m->p, INSN_ALU64 | op, m->dst, 0, 0, (int32_t)by);
}

static void memberread_spill(struct memberread *m, unsigned code, unsigned dst, unsigned src)
{
	parse_emit(m->p, code | INSN_MEM | INSN_DW, dst, src, m->slot.off, 0);
	parse_note_slot(m->p, m->slot, false);
}

/* The load for each size that the bytes may have; 8 first, for it needs no jump to it. */
static int memberread_sizes(struct memberread *m)
{
	static const uint8_t sizes[] = {8, 1, 2, 4};
	bool spill = m->dst == m->base;
	int body = spill ? 3 : 2, i; /* instructions, the jump to the end included */

	if (spill && frame_scratch(&m->p->fn->frame, m->p->diag, parse_pos(m->p, m->t), m->t->len,
			     "this bit field", 8, &m->slot))
		return -EINVAL;
	if (spill)
		memberread_spill(m, INSN_STX, INSN_FP, m->base);
	kname_keep(m->p, m->t, m->place, KNAME_BYTE_SIZE, false);
	parse_emit(m->p, INSN_ALU64 | INSN_MOV, m->dst, 0, 0, (int32_t)m->place->f.size);
	for (i = 1; i < 4; i++)
		parse_emit(m->p, INSN_JMP | INSN_JEQ, m->dst, 0, 3 - i + i * body, sizes[i]);
	for (i = 0; i < 4; i++) {
		if (spill)
			memberread_spill(m, INSN_LDX, m->dst, INSN_FP);
		memberread_ldx(m, m->base, sizes[i]);
		if (i < 3)
			parse_emit(m->p, INSN_GOTO, 0, 0, (2 - i) * body + body - 1, 0);
	}
	return 0;
}

static int memberread_bits(struct memberread *m)
{
	if (!m->core)
		memberread_ldx(m, m->base, (uint32_t)m->place->f.size);
	else if (memberread_sizes(m))
		return -EINVAL;
	memberread_shift(m, INSN_LSH, KNAME_LSHIFT, m->place->left);
	memberread_shift(
		m, m->place->f.is_signed ? INSN_ARSH : INSN_RSH, KNAME_RSHIFT, m->place->right);
	return 0;
}

/* by: what the text adds, which is no part of a record's number */
static void memberread_address(struct memberread *m, int32_t by)
{
	int32_t off = (int32_t)m->place->f.offset + (m->core ? 0 : by);

	if (m->base != m->dst)
		parse_emit(m->p, INSN_ALU64 | INSN_MOV | INSN_X, m->dst, m->base, 0, 0);
	if (!off && !m->core)
		return;
	kname_keep(m->p, m->t, m->place, KNAME_BYTE_OFFSET, false);
	parse_emit(m->p, INSN_ALU64 | INSN_ADD, m->dst, 0, 0, off);
	if (m->core && by)
		parse_emit(m->p, INSN_ALU64 | INSN_ADD, m->dst, 0, 0, by);
}

int memberread_load(struct parse *p, unsigned dst, const struct operand *o)
{
	struct kname_place place;
	struct memberread m = {.p = p, .t = o->t, .place = &place, .dst = dst, .base = o->reg.num};
	uint32_t hop;

	for (hop = 0; hop < o->k->hops; hop++, m.base = dst) {
		bool load = hop + 1 < o->k->hops || o->kind != OPERAND_ADDR;

		if (!kname_place(o->k, hop, p->o->big_endian, &place) ||
			place.f.offset > (load ? INT16_MAX : INT32_MAX - INT16_MAX))
			return parse_error(p, o->t, "the field at offset %llu is out of reach",
				(unsigned long long)place.f.offset);
		m.core = memberread_is_core(p, &place);
		if (hop + 1 < o->k->hops) /* a pointer */
			memberread_ldx(&m, m.base, (uint32_t)place.f.size);
	}
	m.base = o->k->hops > 1 ? dst : o->reg.num;
	if (place.bits)
		return memberread_bits(&m);
	if (o->kind == OPERAND_ADDR) {
		memberread_address(&m, (int32_t)o->imm);
		return 0;
	}
	memberread_ldx(&m, m.base, o->size);
	if (o->is_signed)
		operand_sign(p, dst, o->size);
	return 0;
}
