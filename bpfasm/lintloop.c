// SPDX-License-Identifier: MIT
/*
 * lintloop.c - loops that do not end.
 *
 * Two kinds, both of which the kernel refuses: one that no way leads out of, whatever is compared
 * in it, and one in which nothing changes that it compares, so that its second round is its first
 * one again.  Of loops that do change something only the verifier knows how often they run.
 */
#include "flow.h"
#include "insn.h"
#include "lint.h"

#include <errno.h>
#include <string.h>

enum { LOOP_ROUNDS = 64 /* times its length that a function is gone through at most */ };

struct loop_job {
	const struct lint *l;
	const bool *live;
	bool *ends;    /* of each instruction: some way from it leads to the end */
	uint64_t left; /* steps */
};

/* One that the function ends at, or may. */
static bool loop_is_end(const struct lint *l, size_t i)
{
	const struct ir_insn *in = &l->fn->insns[i];
	const struct ir_ref *r;

	if (in->code == INSN_EXIT_K)
		return true;
	r = in->code == INSN_CALL_K ? lint_ref(l->fn, i) : NULL;
	return r && r->kind == IR_REF_CALL && !strcmp(r->name, "bpf_throw");
}

static size_t loop_next(const struct ir_func *fn, size_t i)
{
	return i + 1 + (fn->insns[i].code == INSN_LD_IMM64);
}

/* Does some way lead on to what ends?  May become true later. */
static bool loop_leads(const struct loop_job *j, size_t i)
{
	const struct ir_func *fn = j->l->fn;
	const struct ir_insn *in = &fn->insns[i];
	size_t next = loop_next(fn, i);
	int64_t by;

	if (flow_jumps(in, &by)) {
		if (j->ends[(int64_t)i + 1 + by])
			return true;
		if (in->code == INSN_GOTO || in->code == INSN_GOTOL)
			return false;
	}
	return next < fn->n_insns && j->ends[next];
}

/*
 * Backwards through the text and forwards in turn, until nothing new is found; false: that takes
 * too long.
 */
static bool loop_find_ends(struct loop_job *j)
{
	size_t n = j->l->fn->n_insns, i, k;
	unsigned round;
	bool more = true;

	for (i = 0; i < n; i++)
		j->ends[i] = j->live[i] && loop_is_end(j->l, i);
	for (round = 0; more && round < LOOP_ROUNDS; round++) {
		more = false;
		for (k = 0; k < n; k++) {
			i = round & 1 ? k : n - 1 - k;
			if (!j->live[i] || j->ends[i] || !loop_leads(j, i))
				continue;
			j->ends[i] = true;
			more = true;
		}
	}
	return !more;
}

/* A jump back, or to itself: 1 + the instruction it leads to, else 0. */
static size_t loop_back(const struct ir_func *fn, size_t i)
{
	int64_t by;

	return flow_jumps(&fn->insns[i], &by) && by < 0 ? (size_t)((int64_t)i + 2 + by) : 0;
}

/* Registers that a conditional jump compares. */
static unsigned loop_compares(const struct ir_insn *in)
{
	return 1U << in->dst | (in->code & INSN_X ? 1U << in->src : 0);
}

/*
 * What a loop from first to last compares, if it changes none of it, else 0.  It is left and entered
 * as its first line says: nothing jumps into its middle.
 */
static unsigned loop_unchanged(struct loop_job *j, size_t first, size_t last)
{
	const struct ir_func *fn = j->l->fn;
	unsigned compared = 0, changed = 0;
	int64_t by, to;
	size_t i;

	for (i = first; i <= last; i = loop_next(fn, i)) {
		const struct ir_insn *in = &fn->insns[i];

		j->left -= j->left != 0;
		if (in->code == INSN_MAY_GOTO)
			return 0;
		changed |= flow_writes(in);
		if (flow_jumps(in, &by) && in->code != INSN_GOTO && in->code != INSN_GOTOL)
			compared |= loop_compares(in);
	}
	if (!compared || compared & changed)
		return 0;
	for (i = 0; i < fn->n_insns; i = loop_next(fn, i)) {
		j->left -= j->left != 0;
		if ((i >= first && i <= last) || !flow_jumps(&fn->insns[i], &by))
			continue;
		to = (int64_t)i + 1 + by;
		if (to > (int64_t)first && to <= (int64_t)last)
			return 0;
	}
	return compared;
}

static void loop_look(struct loop_job *j, size_t i)
{
	size_t back = loop_back(j->l->fn, i);
	unsigned regs;

	if (!back || !j->live[i] || !j->left)
		return;
	regs = loop_unchanged(j, back - 1, i);
	if (regs)
		lint_say_same(j->l, i, back - 1, regs);
}

int lint_loops(const struct lint *l, struct pool *pool, const bool *live)
{
	const struct ir_func *fn = l->fn;
	struct loop_job j = {.l = l, .live = live, .left = (uint64_t)fn->n_insns * LOOP_ROUNDS};
	bool told = false;
	size_t i;

	j.ends = pool_alloc(pool, fn->n_insns);
	if (!j.ends)
		return -ENOMEM;
	if (!loop_find_ends(&j))
		return 0;
	for (i = 0; i < fn->n_insns; i = loop_next(fn, i)) {
		if (!live[i] || j.ends[i]) {
			told = false;
			loop_look(&j, i);
		} else if (!told && loop_back(fn, i)) {
			/* of several that go on in each other the first is enough */
			told = true;
			lint_say_trap(l, i, loop_back(fn, i) - 1);
		}
	}
	return 0;
}
