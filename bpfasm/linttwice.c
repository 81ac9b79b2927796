// SPDX-License-Identifier: MIT
/*
 * linttwice.c - an argument register that is set, and set again before the call it was meant for.
 *
 * Only where no jump is in between, and where all three stand in one text: macros may change r0 to
 * r5.  Where the call loads its arguments itself, what was an address or a copy of a register was meant
 * as one; any other value that is not read is no mistake.
 */
#include "flow.h"
#include "insn.h"
#include "lint.h"

/* r1 to r5 since the last jump. */
struct lint_sets {
	size_t set[6];	 /* the instruction that set it and was not read since, plus one */
	size_t twice[6]; /* ... and the one that set it again */
};

static unsigned twice_reads(const struct ir_insn *in)
{
	unsigned dst = 1U << in->dst, src = 1U << in->src;
	bool x = in->code & INSN_X;

	switch (in->code & INSN_CLASS) {
	case INSN_LDX: return src;
	case INSN_ST: return dst;
	case INSN_STX: return dst | src | 1U;
	case INSN_ALU:
	case INSN_ALU64:
		if ((in->code & INSN_OP) == INSN_MOV)
			return x ? src : 0;
		return x ? dst | src : dst;
	case INSN_LD: return in->code == INSN_LD_IMM64 ? 0 : src;
	default: return dst | src;
	}
}

static void twice_set(struct lint_sets *s, const struct ir_func *fn, size_t i, unsigned reg)
{
	size_t was = s->set[reg];

	s->twice[reg] = 0;
	if (was && ir_insn_spot(fn, was - 1).src == ir_insn_spot(fn, i).src)
		s->twice[reg] = was;
	s->set[reg] = i + 1;
}

static bool twice_same_line(const struct ir_func *fn, size_t i, size_t k)
{
	struct pos a = ir_insn_spot(fn, i), b = ir_insn_spot(fn, k);

	return a.src == b.src && a.line == b.line;
}

/* "r1 = &m", "r1 = r6" */
static bool twice_is_argument(const struct ir_insn *in)
{
	if (in->code == INSN_LD_IMM64)
		return in->src != INSN_IMM64_PLAIN;
	return in->code == (INSN_ALU64 | INSN_MOV | INSN_X);
}

/* Is what instruction i set lost when instruction k sets it for the call? */
static bool twice_lost(const struct ir_func *fn, size_t i, size_t k, size_t call)
{
	if (!twice_same_line(fn, k, call))
		return true;
	return !twice_same_line(fn, i, call) && twice_is_argument(&fn->insns[i]);
}

static void twice_call(const struct lint *l, const struct lint_sets *s, size_t i)
{
	const struct ir_insn *in = &l->fn->insns[i];
	const struct helper *h = NULL;
	unsigned reg, n = in->src == INSN_CALL_FUNC ? 5 : 0;

	if (in->src == INSN_CALL_HELPER)
		h = helper_by_id((uint32_t)in->imm);
	if (h)
		n = h->n_args;
	for (reg = 1; reg <= n && reg <= 5; reg++)
		if (s->set[reg] && s->twice[reg] > l->prelude &&
			twice_lost(l->fn, s->twice[reg] - 1, s->set[reg] - 1, i))
			lint_say_twice(l, s->twice[reg] - 1, s->set[reg] - 1, reg);
}

void lint_twice(const struct lint *l, const uint32_t *at)
{
	const struct ir_func *fn = l->fn;
	struct lint_sets s = {{0}, {0}};
	unsigned reg, reads;
	size_t i;

	for (i = 0; i < fn->n_insns; i++) {
		const struct ir_insn *in = &fn->insns[i];
		unsigned class = in->code & INSN_CLASS, writes = flow_writes(in);

		if (at[i] != LINT_NONE)
			s = (struct lint_sets){{0}, {0}};
		if (in->code == INSN_CALL_K)
			twice_call(l, &s, i);
		if (class == INSN_JMP || class == INSN_JMP32) {
			s = (struct lint_sets){{0}, {0}};
			continue;
		}
		reads = twice_reads(in);
		/* "r1 += 8" changes what is in it, and sets nothing */
		if ((class == INSN_ALU || class == INSN_ALU64) && reads & writes) {
			reads &= ~writes;
			writes = 0;
		}
		for (reg = 1; reg <= 5; reg++) {
			if (reads >> reg & 1)
				s.set[reg] = s.twice[reg] = 0;
			if (writes >> reg & 1)
				twice_set(&s, fn, i, reg);
		}
		i += in->code == INSN_LD_IMM64;
	}
}
