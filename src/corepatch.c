// SPDX-License-Identifier: MIT
/*
 * corepatch.c - the answer to a CO-RE record, put into its instruction.
 *
 * Three sorts of instruction carry one: arithmetic with a number, a load or store, whose offset it
 * is and whose width follows the field's, and ld_imm64.  What the compiler has put there is looked
 * at first: an instruction that holds something else is not the one that the record means.
 */
#include "corepatch.h"

#include <errno.h>

enum {
	COREPATCH_LD_IMM64 = 0x18,
	COREPATCH_CALL = 0x85,
	COREPATCH_REG = 0x08, /* in an arithmetic instruction: a register, no number */
	COREPATCH_SIZE = 0x18,
	/* classes */
	COREPATCH_LDX = 1,
	COREPATCH_ST,
	COREPATCH_STX,
	COREPATCH_ALU = 4,
	COREPATCH_ALU64 = 7,
};

static unsigned corepatch_class(const struct rawbpf_insn *i)
{
	return i->code & 7;
}

int corepatch_is_access(const struct rawbpf_insn *insn)
{
	return corepatch_class(insn) >= COREPATCH_LDX && corepatch_class(insn) <= COREPATCH_STX;
}

/* ld_imm64 of a plain number, whole. */
static bool corepatch_is_wide(const struct rawbpf_insn *i, size_t n)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	bool plain = !(i->regs >> 4);
#else
	bool plain = !(i->regs & 15);
#endif
	return i->code == COREPATCH_LD_IMM64 && n > 1 && plain && !i->off && !i[1].code &&
	       !i[1].regs && !i[1].off;
}

static int corepatch_bad(const char **why, int err, const char *text)
{
	*why = text;
	return err;
}

/* The number there: 32 bits count with and without their sign. */
static bool corepatch_holds(uint64_t there, const struct core_answer *a)
{
	return !a->check || there == a->was ||
	       (a->was_word && there == (uint64_t)(int64_t)(int32_t)a->was);
}

/* The new one, with the sign that the old one had where the types do not tell. */
static uint64_t corepatch_number(uint64_t there, const struct core_answer *a)
{
	if (a->is_word && there >> 31 == UINT64_MAX >> 31)
		return (uint64_t)(int64_t)(int32_t)a->is;
	return a->is;
}

static int corepatch_imm(struct rawbpf_insn *i, const struct core_answer *a, const char **why)
{
	uint64_t there = (uint64_t)(int64_t)i->imm, is = corepatch_number(there, a);

	if (i->code & COREPATCH_REG)
		return corepatch_bad(why, -EINVAL, "takes no number");
	if (!corepatch_holds(there, a) && !corepatch_holds((uint32_t)i->imm, a))
		return corepatch_bad(why, -EINVAL, "does not hold the object's own value");
	if (is != (uint64_t)(int64_t)(int32_t)is && is != (uint32_t)is)
		return corepatch_bad(why, -ERANGE, "has no room for this kernel's value");
	i->imm = (int32_t)(uint32_t)is;
	return 0;
}

static int corepatch_wide(struct rawbpf_insn *i, const struct core_answer *a, const char **why)
{
	uint64_t there = (uint32_t)i[0].imm | (uint64_t)(uint32_t)i[1].imm << 32, is;

	if (!corepatch_holds(there, a))
		return corepatch_bad(why, -EINVAL, "does not hold the object's own value");
	is = corepatch_number(there, a);
	i[0].imm = (int32_t)(uint32_t)is;
	i[1].imm = (int32_t)(is >> 32);
	return 0;
}

/* Bytes that a load or store moves, and back. */
static uint32_t corepatch_width(uint8_t code)
{
	static const uint8_t widths[] = {4, 2, 1, 8};

	return widths[(code & COREPATCH_SIZE) >> 3];
}

/* 0xff: none */
static uint8_t corepatch_size(uint32_t width)
{
	switch (width) {
	case 1: return 0x10;
	case 2: return 0x08;
	case 4: return 0x00;
	case 8: return 0x18;
	default: return 0xff;
	}
}

static int corepatch_access(struct rawbpf_insn *i, const struct core_answer *a, const char **why)
{
	uint8_t size = corepatch_size(a->is_size);

	if (a->check && (uint64_t)(int64_t)i->off != a->was)
		return corepatch_bad(why, -EINVAL, "does not hold the object's own value");
	if (a->is > INT16_MAX)
		return corepatch_bad(why, -ERANGE, "reaches 32767 bytes, and the field is further");
	if (a->was_size != a->is_size) {
		if (corepatch_width(i->code) != a->was_size || size == 0xff)
			return corepatch_bad(why, -EINVAL,
				"cannot load or store as many bytes as the field has");
		i->code = (uint8_t)((i->code & ~COREPATCH_SIZE) | size);
	}
	i->off = (int16_t)a->is;
	return 0;
}

void corepatch_poison(struct rawbpf_insn *insns, size_t n)
{
	const struct rawbpf_insn call = {.code = COREPATCH_CALL, .imm = COREPATCH_POISON};

	if (corepatch_is_wide(insns, n))
		insns[1] = call;
	insns[0] = call;
}

int corepatch(struct rawbpf_insn *insns, size_t n, const struct core_answer *a, const char **why)
{
	switch (corepatch_class(insns)) {
	case COREPATCH_ALU:
	case COREPATCH_ALU64: return corepatch_imm(insns, a, why);
	case COREPATCH_LDX:
	case COREPATCH_ST:
	case COREPATCH_STX: return corepatch_access(insns, a, why);
	default:
		return corepatch_is_wide(insns, n)
			       ? corepatch_wide(insns, a, why)
			       : corepatch_bad(why, -EINVAL, "is none that takes a value");
	}
}
