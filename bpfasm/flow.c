// SPDX-License-Identifier: MIT
/*
 * flow.c - the ways through a function.
 *
 * The context is in r1 when a program begins.  Which registers hold it before an instruction is
 * what all the ways there agree on: a set of registers for each instruction, at first all of them,
 * from which those are taken away that a predecessor does not hand on.  A set can shrink ten times,
 * so the time is that of the function's length, loops or not.
 *
 * A value that comes back from the stack may be the context, and so may all in code that is reached
 * by nothing that is known here (gotox): there the verifier has the last word.
 */
#include "flow.h"

#include <errno.h>
#include <stdio.h>

#include "insn.h"

enum { FLOW_ALL = 0x3ff, FLOW_CALL = 0x3f, FLOW_FIRST = 1 << 1 };

int flow_add_use(struct flow *f, struct pool *pool, const struct flow_use *u)
{
	if (pool_grow(pool, &f->use, &f->cap_uses, f->n_uses, sizeof(*f->use)))
		return -ENOMEM;
	f->use[f->n_uses++] = *u;
	return 0;
}

int flow_add_jump(struct flow *f, struct pool *pool, struct pos at, uint32_t len, uint32_t insn)
{
	struct flow_jump *j;

	if (pool_grow(pool, &f->jump, &f->cap_jumps, f->n_jumps, sizeof(*f->jump)))
		return -ENOMEM;
	j = &f->jump[f->n_jumps++];
	j->insn = insn;
	j->len = len;
	j->at = at;
	return 0;
}

/* ---- where jumps lead -------------------------------------------------------------------- */

bool flow_jumps(const struct ir_insn *in, int64_t *by)
{
	uint8_t class = in->code & INSN_CLASS, op = in->code & INSN_OP;

	if ((class != INSN_JMP && class != INSN_JMP32) || op == INSN_CALL || op == INSN_EXIT ||
		in->code == INSN_JA_X)
		return false;
	*by = in->code == INSN_GOTOL ? in->imm : in->off;
	return true;
}

/* The second half of a 64-bit constant is no instruction. */
static bool flow_is_half(const struct ir_func *fn, int64_t i)
{
	return i > 0 && fn->insns[i - 1].code == INSN_LD_IMM64;
}

/* Where the text says the target of a jump. */
static struct pos flow_jump_pos(const struct flow *f, const struct labels *l,
	const struct ir_func *fn, size_t i, size_t *len)
{
	size_t k;

	for (k = 0; k < f->n_jumps; k++) {
		if (f->jump[k].insn == i) {
			*len = f->jump[k].len;
			return f->jump[k].at;
		}
	}
	for (k = 0; k < l->n_jumps; k++) {
		if (l->jump[k].insn == i) {
			*len = l->jump[k].len;
			return l->jump[k].at;
		}
	}
	*len = 0;
	return ir_insn_pos(fn, i);
}

/* Is there no instruction so far behind the one after i? */
static bool flow_misled(const struct ir_func *fn, size_t i, int64_t by)
{
	by += (int64_t)i + 1;
	return by < 0 || by >= (int64_t)fn->n_insns || flow_is_half(fn, by);
}

/* j is where it is said */
static void flow_tell_misled(
	struct diag *d, const struct ir_func *fn, const struct flow_jump *j, int64_t by)
{
	bool call = fn->insns[j->insn].code == INSN_CALL_K;
	int64_t to = by + j->insn + 1, n = (int64_t)fn->n_insns;
	const char *what, *hint = "";

	what = to == n		  ? "past the last instruction of"
	       : to < 0 || to > n ? "out of"
				  : "into the middle of a 64-bit constant in";
	if (call && (to < 0 || to >= n))
		hint = "; another function is called by its name";
	else if (to == n)
		hint = "; add 'return 0'";
	diag_error(d, j->at, j->len, "this %s %s '%s'%s", call ? "call leads" : "jumps", what,
		fn->name, hint);
}

void flow_check_jumps(
	const struct flow *f, const struct labels *l, struct diag *d, const struct ir_func *fn)
{
	struct flow_jump j;
	int64_t by;
	size_t i, len;

	for (i = 0; i < fn->n_insns && !diag_full(d); i++) {
		if (flow_jumps(&fn->insns[i], &by) && flow_misled(fn, i, by)) {
			j.insn = (uint32_t)i;
			j.at = flow_jump_pos(f, l, fn, i, &len);
			j.len = (uint32_t)len;
			flow_tell_misled(d, fn, &j, by);
		}
		i += fn->insns[i].code == INSN_LD_IMM64;
	}
	/* "call pc+1" */
	for (i = 0; i < f->n_jumps && !diag_full(d); i++) {
		const struct ir_insn *in = &fn->insns[f->jump[i].insn];

		if (in->code == INSN_CALL_K && flow_misled(fn, f->jump[i].insn, in->imm))
			flow_tell_misled(d, fn, &f->jump[i], in->imm);
	}
}

/* ---- the frame -------------------------------------------------------------------------- */

static void flow_check_access(struct diag *d, const struct ir_func *fn, size_t i)
{
	const struct ir_insn *in = &fn->insns[i];
	int size = insn_size_by_code(in->code)->bytes;

	if (in->off + size > 0)
		diag_error(d, ir_insn_spot(fn, i), 0,
			"%d byte%s at r10 %+d: the stack is below r10, from r10 -1 down to r10 "
			"-512",
			size, size == 1 ? "" : "s", in->off);
	else if (in->off < -512)
		diag_error(d, ir_insn_spot(fn, i), 0,
			"r10 %d is below the stack, which ends at r10 -512", in->off);
	else if (in->off % size)
		diag_error(d, ir_insn_spot(fn, i), 0,
			"%d bytes at r10 %d: the kernel wants them at a multiple of %d", size,
			in->off, size);
}

void flow_check_stack(struct diag *d, const struct ir_func *fn)
{
	size_t i;

	for (i = 0; i < fn->n_insns && !diag_full(d); i++) {
		const struct ir_insn *in = &fn->insns[i];
		unsigned class = in->code & INSN_CLASS, mode = in->code & INSN_MODE;

		if (flow_writes(in) >> INSN_FP & 1)
			diag_error(d, ir_insn_spot(fn, i), 0,
				"r10 is the address of the stack and read only; take r0 to r9");
		else if ((class == INSN_LDX && mode != INSN_ATOMIC && in->src == INSN_FP) ||
			 (class == INSN_ST && in->dst == INSN_FP) ||
			 (class == INSN_STX && in->dst == INSN_FP &&
				 !(mode == INSN_ATOMIC && in->imm == INSN_A_LOAD_ACQ)) ||
			 (class == INSN_STX && in->src == INSN_FP && mode == INSN_ATOMIC &&
				 in->imm == INSN_A_LOAD_ACQ))
			flow_check_access(d, fn, i);
		i += in->code == INSN_LD_IMM64;
	}
}

/* ---- what holds the context -------------------------------------------------------------- */

/* One pass over a function. */
struct flow_walk {
	const struct ir_func *fn;
	uint16_t *held;	   /* registers that hold the context, before each instruction */
	uint32_t *pending; /* a stack of instructions to look at again */
	bool *queued;
	size_t n;
};

/* The registers that an instruction of class STX changes: the old value comes back. */
static unsigned flow_atomic(const struct ir_insn *in)
{
	if ((in->code & INSN_MODE) != INSN_ATOMIC)
		return 0;
	if (in->imm == INSN_A_CMPXCHG)
		return 1U;
	if (in->imm == INSN_A_LOAD_ACQ)
		return 1U << in->dst;
	return in->imm != INSN_A_STORE_REL && in->imm & INSN_FETCH ? 1U << in->src : 0;
}

unsigned flow_writes(const struct ir_insn *in)
{
	switch (in->code & INSN_CLASS) {
	case INSN_LD: return in->code == INSN_LD_IMM64 ? 1U << in->dst : FLOW_CALL;
	case INSN_LDX:
	case INSN_ALU:
	case INSN_ALU64: return 1U << in->dst;
	case INSN_STX: return flow_atomic(in);
	case INSN_JMP: return in->code == INSN_CALL_K || in->code == INSN_CALL_X ? FLOW_CALL : 0;
	default: return 0;
	}
}

static unsigned flow_after(const struct ir_insn *in, unsigned held)
{
	unsigned dst = 1U << in->dst, was = held >> in->src & 1;

	if (in->code == (INSN_ALU64 | INSN_MOV | INSN_X) && !in->off)
		return was ? held | dst : held & ~dst;
	if (in->code == (INSN_LDX | INSN_MEM | INSN_DW) && in->src == INSN_FP)
		return held | dst;
	return held & ~flow_writes(in);
}

static void flow_reach(struct flow_walk *w, int64_t i, unsigned held)
{
	if (i < 0 || i >= (int64_t)w->fn->n_insns || !(w->held[i] & ~held))
		return;
	w->held[i] &= (uint16_t)held;
	if (!w->queued[i]) {
		w->queued[i] = true;
		w->pending[w->n++] = (uint32_t)i;
	}
}

static void flow_step(struct flow_walk *w, uint32_t i)
{
	const struct ir_insn *in = &w->fn->insns[i];
	unsigned held = flow_after(in, w->held[i]);
	int64_t by;

	if (flow_jumps(in, &by))
		flow_reach(w, (int64_t)i + 1 + by, held);
	if (in->code != INSN_GOTO && in->code != INSN_GOTOL && in->code != INSN_JA_X &&
		in->code != INSN_EXIT_K)
		flow_reach(w, (int64_t)i + 1 + (in->code == INSN_LD_IMM64), held);
}

/* The sets of registers, in the pool; NULL: out of memory. */
static const uint16_t *flow_walk(struct pool *pool, const struct ir_func *fn)
{
	struct flow_walk w = {.fn = fn};
	size_t i;

	w.held = pool_alloc(pool, fn->n_insns * sizeof(*w.held));
	w.pending = pool_alloc(pool, fn->n_insns * sizeof(*w.pending));
	w.queued = pool_alloc(pool, fn->n_insns * sizeof(*w.queued));
	if (!w.held || !w.pending || !w.queued)
		return NULL;
	for (i = 0; i < fn->n_insns; i++)
		w.held[i] = FLOW_ALL;
	flow_reach(&w, 0, FLOW_FIRST);
	while (w.n) {
		i = w.pending[--w.n];
		w.queued[i] = false;
		flow_step(&w, (uint32_t)i);
	}
	return w.held;
}

/* The line that put another value there: the nearest above, or in a loop the last one below. */
static unsigned flow_culprit(const struct ir_func *fn, const struct flow_use *u)
{
	size_t i, k;

	for (k = 1; k <= fn->n_insns; k++) {
		i = (u->insn + fn->n_insns - k) % fn->n_insns;
		if (flow_is_half(fn, (int64_t)i) || !(flow_writes(&fn->insns[i]) >> u->reg & 1))
			continue;
		/* .ctx itself */
		if (u->reg != 1 && fn->insns[i].code == (INSN_ALU64 | INSN_MOV | INSN_X) &&
			fn->insns[i].src == 1)
			continue;
		return ir_insn_pos(fn, i).line;
	}
	return 0;
}

static void flow_report(struct diag *d, const struct ir_func *fn, const struct flow_use *u)
{
	unsigned line = flow_culprit(fn, u);
	const char *word;
	char by[32] = "";
	size_t n;

	if (u->save) {
		diag_error(d, u->at, u->len,
			"r1 is no longer the context here; '.ctx' stands at the start");
		return;
	}
	word = diag_line(u->at.src, u->at.line, &n);
	word += u->at.col - 1;
	if (u->reg == 1) {
		diag_error(d, u->at, u->len,
			"'%.*s' after a call or a change of r1; save the context: '.ctx r6' at the "
			"start",
			(int)u->len, word);
		return;
	}
	if (line)
		snprintf(by, sizeof(by), " since line %u", line);
	diag_error(d, u->at, u->len,
		"'%.*s' reads the context from r%u, which another value may be in%s; keep r%u for "
		"'.ctx'",
		(int)u->len, word, u->reg, by, u->reg);
}

void flow_check_context(
	const struct flow *f, struct pool *pool, struct diag *d, const struct ir_func *fn)
{
	const uint16_t *held;
	size_t i;

	held = f->n_uses && fn->n_insns ? flow_walk(pool, fn) : NULL;
	for (i = 0; held && i < f->n_uses && !diag_full(d); i++)
		if (f->use[i].insn < fn->n_insns && !(held[f->use[i].insn] >> f->use[i].reg & 1))
			flow_report(d, fn, &f->use[i]);
}
