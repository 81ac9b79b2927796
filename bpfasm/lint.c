// SPDX-License-Identifier: MIT
/*
 * lint.c - registers and stack that are read without a value, and code that nothing reaches.
 *
 * What is known before an instruction is what all the ways there agree on: which registers have a
 * value, which bytes of the stack were written, and of a register whether it is a constant, a map,
 * or an address in the stack.  It is kept where jumps lead to and worked out in between.  A state
 * can only lose, so the work ends; places are taken in the order of the text, which lets most
 * functions be seen once, and what needs very many rounds is left to the verifier.
 *
 * Nothing is followed into memory: when an address of the stack is stored, calculated with, or
 * given to a function that may write, all of the stack counts as written from there on.  So what is
 * said is true of some way through the text; whether a program can go that way only the verifier
 * knows, and therefore these are warnings.
 */
#include "lint.h"

#include <errno.h>
#include <string.h>

#include "flow.h"
#include "insn.h"

enum {
	LINT_ROUNDS = 64, /* times its length that a function is gone through at most */
	LINT_FAR = 1 << 20,
};

/* Where a jump leads: what is known there. */
struct lint_place {
	struct lint_state s;
	uint32_t insn;
	bool seen, queued;
};

struct lint_job {
	struct lint_walk w;
	struct pool pool;
	uint32_t *at; /* place of each instruction, or LINT_NONE */
	struct lint_place *place;
	uint32_t n, *heap, n_heap; /* places to look at, the first of the text on top */
	uint64_t left;		   /* steps */
};

/* ---- what is known ---------------------------------------------------------------------------- */

void lint_use(struct lint_walk *w, size_t i, unsigned reg)
{
	if (reg >= LINT_REGS || w->s.set >> reg & 1)
		return;
	w->s.set |= (uint16_t)(1U << reg);
	w->bad = true;
	if (w->tell && !(w->told >> reg & 1) && i >= w->l->prelude)
		lint_say_reg(w->l, i, reg);
	if (w->tell)
		w->told |= (uint16_t)(1U << reg);
}

static bool lint_bit(const uint64_t *bits, int64_t at)
{
	return bits[at / 64] >> (at % 64) & 1;
}

/* Bytes [*from, *to) of the frame, counted from its lowest; false: none */
static bool lint_range(int64_t off, int64_t size, int64_t *from, int64_t *to)
{
	*from = off + FRAME_SIZE < 0 ? 0 : off + FRAME_SIZE;
	*to = off + FRAME_SIZE + size > FRAME_SIZE ? FRAME_SIZE : off + FRAME_SIZE + size;
	return *from < *to;
}

void lint_write(struct lint_walk *w, int64_t off, int64_t size)
{
	int64_t from, to;

	if (lint_range(off, size, &from, &to))
		for (; from < to; from++)
			w->s.written[from / 64] |= 1ULL << (from % 64);
}

void lint_read(struct lint_walk *w, size_t i, int64_t off, int64_t size)
{
	int64_t from, to, k, first = -1, n = 0;
	bool told = false;

	if (!lint_range(off, size, &from, &to))
		return;
	for (k = from; k < to; k++) {
		if (lint_bit(w->s.written, k))
			continue;
		if (first < 0)
			first = k;
		n++;
		told |= lint_bit(w->told_stack, k);
		if (w->tell)
			w->told_stack[k / 64] |= 1ULL << (k % 64);
	}
	if (first < 0)
		return;
	w->bad = true;
	lint_write(w, off, size);
	if (w->tell && !told && i >= w->l->prelude)
		lint_say_stack(w->l, i, (int)(first - FRAME_SIZE), (int)n, w->key);
}

void lint_escape(struct lint_walk *w)
{
	memset(w->s.written, 0xff, sizeof(w->s.written));
}

static bool lint_is_stack(const struct lint_reg *r)
{
	return r->kind == LINT_FP || r->kind == LINT_STACK;
}

static void lint_set(struct lint_walk *w, unsigned reg, enum lint_kind kind, int64_t v)
{
	if (reg >= LINT_REGS)
		return;
	if (kind == LINT_FP && (v < -LINT_FAR || v > LINT_FAR))
		kind = LINT_STACK;
	if (kind == LINT_CONST && (v < INT32_MIN || v > INT32_MAX))
		kind = LINT_ANY;
	w->s.set |= (uint16_t)(1U << reg);
	w->s.reg[reg] =
		(struct lint_reg){kind, kind == LINT_ANY || kind == LINT_STACK ? 0 : (int32_t)v};
}

static const struct lint_reg *lint_get(const struct lint_walk *w, unsigned reg)
{
	static const struct lint_reg none = {LINT_ANY, 0};

	return reg < LINT_REGS ? &w->s.reg[reg] : &none;
}

/* ---- one instruction -------------------------------------------------------------------------- */

static void lint_load_imm64(struct lint_walk *w, size_t i)
{
	const struct ir_func *fn = w->l->fn;
	const struct ir_insn *in = &fn->insns[i];
	const struct ir_ref *r = lint_ref(fn, i);

	lint_set(w, in->dst, r && r->kind == IR_REF_MAP ? LINT_MAP : LINT_ANY, (int64_t)i);
}

/* Packet loads: r6 is the packet, and it is a call. */
static void lint_packet(struct lint_walk *w, size_t i)
{
	const struct ir_insn *in = &w->l->fn->insns[i];

	lint_use(w, i, 6);
	if ((in->code & INSN_MODE) == INSN_IND)
		lint_use(w, i, in->src);
	w->s.set &= (uint16_t)~0x3eU;
	lint_set(w, 0, LINT_ANY, 0);
}

static int64_t lint_bytes(const struct ir_insn *in)
{
	return insn_size_by_code(in->code)->bytes;
}

static void lint_load(struct lint_walk *w, size_t i, unsigned dst, unsigned src)
{
	const struct ir_insn *in = &w->l->fn->insns[i];
	const struct lint_reg *r = lint_get(w, src);

	lint_use(w, i, src);
	if (r->kind == LINT_FP)
		lint_read(w, i, (int64_t)r->v + in->off, lint_bytes(in));
	lint_set(w, dst, LINT_ANY, 0);
}

static void lint_store(struct lint_walk *w, size_t i)
{
	const struct ir_insn *in = &w->l->fn->insns[i];
	const struct lint_reg *r = lint_get(w, in->dst);

	lint_use(w, i, in->dst);
	if ((in->code & INSN_CLASS) == INSN_STX) {
		lint_use(w, i, in->src);
		if (lint_is_stack(lint_get(w, in->src)))
			lint_escape(w);
	}
	if (r->kind == LINT_FP)
		lint_write(w, (int64_t)r->v + in->off, lint_bytes(in));
	else if (r->kind == LINT_STACK)
		lint_escape(w);
}

static void lint_atomic(struct lint_walk *w, size_t i)
{
	const struct ir_insn *in = &w->l->fn->insns[i];
	const struct lint_reg *r = lint_get(w, in->dst);

	if (in->imm == INSN_A_LOAD_ACQ) {
		lint_load(w, i, in->dst, in->src);
		return;
	}
	if (in->imm == INSN_A_CMPXCHG)
		lint_use(w, i, 0);
	if (in->imm != INSN_A_STORE_REL && r->kind == LINT_FP)
		lint_read(w, i, (int64_t)r->v + in->off, lint_bytes(in));
	lint_store(w, i);
	if (in->imm == INSN_A_CMPXCHG)
		lint_set(w, 0, LINT_ANY, 0);
	else if (in->imm != INSN_A_STORE_REL && in->imm & INSN_FETCH)
		lint_set(w, in->src, LINT_ANY, 0);
}

static void lint_move(struct lint_walk *w, size_t i)
{
	const struct ir_insn *in = &w->l->fn->insns[i];
	bool wide = (in->code & INSN_CLASS) == INSN_ALU64;
	struct lint_reg r;

	if (!(in->code & INSN_X)) {
		lint_set(w, in->dst, wide || in->imm >= 0 ? LINT_CONST : LINT_ANY, in->imm);
		return;
	}
	lint_use(w, i, in->src);
	r = *lint_get(w, in->src);
	if (wide && !in->off)
		lint_set(w, in->dst, r.kind, r.v);
	else
		lint_set(w, in->dst, lint_is_stack(&r) ? LINT_STACK : LINT_ANY, 0);
}

/* What dst is after += or -= of a known number. */
static void lint_add(struct lint_walk *w, unsigned dst, int64_t by)
{
	struct lint_reg r = *lint_get(w, dst);

	if (r.kind == LINT_FP || r.kind == LINT_CONST)
		lint_set(w, dst, r.kind, r.v + by);
	else
		lint_set(w, dst, lint_is_stack(&r) ? LINT_STACK : LINT_ANY, 0);
}

static void lint_alu(struct lint_walk *w, size_t i)
{
	const struct ir_insn *in = &w->l->fn->insns[i];
	unsigned op = in->code & INSN_OP;
	struct lint_reg src = {LINT_CONST, in->imm};
	bool wide = (in->code & INSN_CLASS) == INSN_ALU64, stack;

	if (op == INSN_MOV) {
		lint_move(w, i);
		return;
	}
	lint_use(w, i, in->dst);
	if (in->code & INSN_X && op != INSN_NEG && op != INSN_END) {
		lint_use(w, i, in->src);
		src = *lint_get(w, in->src);
	}
	stack = lint_is_stack(lint_get(w, in->dst)) || lint_is_stack(&src);
	if (wide && src.kind == LINT_CONST && (op == INSN_ADD || op == INSN_SUB))
		lint_add(w, in->dst, op == INSN_ADD ? src.v : -(int64_t)src.v);
	else
		lint_set(w, in->dst, stack ? LINT_STACK : LINT_ANY, 0);
}

/* Does the caller of this function look at r0? */
static bool lint_has_result(const struct ir_func *fn)
{
	static const char *const free_of[] = {"struct_ops", "lsm", "freplace"};
	size_t i;

	for (i = 0; fn->is_prog && i < sizeof(free_of) / sizeof(free_of[0]); i++)
		if (!strncmp(fn->section + (*fn->section == '?'), free_of[i], strlen(free_of[i])))
			return false;
	return fn->is_prog || fn->global;
}

static void lint_jump(struct lint_walk *w, size_t i)
{
	const struct ir_insn *in = &w->l->fn->insns[i];
	unsigned op = in->code & INSN_OP;

	if (op == INSN_CALL) {
		lint_call(w, i);
	} else if (op == INSN_EXIT) {
		if (lint_has_result(w->l->fn))
			lint_use(w, i, 0);
	} else if (op != INSN_JA && op != INSN_JCOND) {
		lint_use(w, i, in->dst);
		if (in->code & INSN_X)
			lint_use(w, i, in->src);
	}
}

static void lint_insn(struct lint_walk *w, size_t i)
{
	const struct ir_insn *in = &w->l->fn->insns[i];

	switch (in->code & INSN_CLASS) {
	case INSN_LD:
		if (in->code == INSN_LD_IMM64)
			lint_load_imm64(w, i);
		else
			lint_packet(w, i);
		return;
	case INSN_LDX: lint_load(w, i, in->dst, in->src); return;
	case INSN_ST: lint_store(w, i); return;
	case INSN_STX:
		if ((in->code & INSN_MODE) == INSN_ATOMIC)
			lint_atomic(w, i);
		else
			lint_store(w, i);
		return;
	case INSN_ALU:
	case INSN_ALU64: lint_alu(w, i); return;
	default: lint_jump(w, i); return;
	}
}

/* Does a jump with these operands leave? */
static bool lint_compare(unsigned op, uint64_t a, uint64_t b)
{
	int64_t sa = (int64_t)a, sb = (int64_t)b;

	switch (op) {
	case INSN_JEQ: return a == b;
	case INSN_JNE: return a != b;
	case INSN_JGT: return a > b;
	case INSN_JGE: return a >= b;
	case INSN_JLT: return a < b;
	case INSN_JLE: return a <= b;
	case INSN_JSET: return (a & b) != 0;
	case INSN_JSGT: return sa > sb;
	case INSN_JSGE: return sa >= sb;
	case INSN_JSLT: return sa < sb;
	default: return sa <= sb; /* INSN_JSLE */
	}
}

/* Where a conditional jump goes: 1 away, 0 on, -1 who knows. */
static int lint_decided(const struct lint_walk *w, const struct ir_insn *in)
{
	const struct lint_reg *a = lint_get(w, in->dst), *b = lint_get(w, in->src);
	unsigned op = in->code & INSN_OP;
	int32_t v = in->code & INSN_X ? b->v : in->imm;

	if (op == INSN_JA)
		return 1;
	if (op == INSN_JCOND || a->kind != LINT_CONST ||
		(in->code & INSN_X && b->kind != LINT_CONST))
		return -1;
	/* of 32 bits, too: sign extension changes neither order */
	return lint_compare(op, (uint64_t)(int64_t)a->v, (uint64_t)(int64_t)v);
}

/* ---- all of them ------------------------------------------------------------------------------ */

static bool lint_ends(const struct ir_insn *in)
{
	return in->code == INSN_GOTO || in->code == INSN_GOTOL || in->code == INSN_EXIT_K;
}

static bool lint_mark(struct lint_job *j, int64_t insn)
{
	if (insn < 0 || insn >= (int64_t)j->w.l->fn->n_insns)
		return false;
	if (j->at[insn] == LINT_NONE)
		j->at[insn] = j->n++;
	return true;
}

/* "call pc+1", "r2 = func(pc+3) ll": what is there begins with values that are not known. */
static bool lint_calls_inside(const struct ir_func *fn, size_t i)
{
	const struct ir_insn *in = &fn->insns[i];

	return !lint_ref(fn, i) &&
	       ((in->code == INSN_CALL_K && in->src == INSN_CALL_FUNC) ||
		       (in->code == INSN_LD_IMM64 && in->src == INSN_IMM64_FUNC));
}

/* Number the places that jumps lead to; false: not all of them are known. */
static bool lint_places(struct lint_job *j)
{
	const struct ir_func *fn = j->w.l->fn;
	int64_t by;
	size_t i;

	memset(j->at, 0xff, fn->n_insns * sizeof(*j->at));
	lint_mark(j, 0);
	for (i = 0; i < fn->n_insns; i++) {
		const struct ir_insn *in = &fn->insns[i];

		if (in->code == INSN_JA_X || lint_calls_inside(fn, i))
			return false;
		if (flow_jumps(in, &by) && !lint_mark(j, (int64_t)i + 1 + by))
			return false;
		i += in->code == INSN_LD_IMM64;
	}
	return true;
}

static int lint_room(struct lint_job *j)
{
	size_t n = j->w.l->fn->n_insns, i;

	j->place = pool_alloc(&j->pool, j->n * sizeof(*j->place));
	j->heap = pool_alloc(&j->pool, j->n * sizeof(*j->heap));
	if (!j->place || !j->heap)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		if (j->at[i] != LINT_NONE)
			j->place[j->at[i]].insn = (uint32_t)i;
	j->left = (uint64_t)n * LINT_ROUNDS;
	return 0;
}

static void lint_push(struct lint_job *j, uint32_t place)
{
	uint32_t i = j->n_heap++, up;

	for (; i; i = up) {
		up = (i - 1) / 2;
		if (j->place[j->heap[up]].insn <= j->place[place].insn)
			break;
		j->heap[i] = j->heap[up];
	}
	j->heap[i] = place;
	j->place[place].queued = true;
}

static uint32_t lint_pop(struct lint_job *j)
{
	uint32_t top = j->heap[0], last = j->heap[--j->n_heap], i = 0, k;

	while ((k = 2 * i + 1) < j->n_heap) {
		if (k + 1 < j->n_heap && j->place[j->heap[k + 1]].insn < j->place[j->heap[k]].insn)
			k++;
		if (j->place[last].insn <= j->place[j->heap[k]].insn)
			break;
		j->heap[i] = j->heap[k];
		i = k;
	}
	j->heap[i] = last;
	j->place[top].queued = false;
	return top;
}

static bool lint_join_reg(struct lint_reg *to, const struct lint_reg *from)
{
	enum lint_kind kind = lint_is_stack(to) || lint_is_stack(from) ? LINT_STACK : LINT_ANY;

	if (to->kind == kind || (to->kind == from->kind && to->v == from->v))
		return false;
	*to = (struct lint_reg){kind, 0};
	return true;
}

/* true: to knows less than before */
static bool lint_join(struct lint_state *to, const struct lint_state *from)
{
	bool less = (to->set & ~from->set) != 0;
	unsigned i;

	to->set &= from->set;
	for (i = 0; i < LINT_REGS; i++)
		less |= lint_join_reg(&to->reg[i], &from->reg[i]);
	for (i = 0; i < LINT_WORDS; i++) {
		less |= (to->written[i] & ~from->written[i]) != 0;
		to->written[i] &= from->written[i];
	}
	return less;
}

static void lint_reach(struct lint_job *j, uint32_t place)
{
	struct lint_place *p = &j->place[place];
	bool less = true;

	if (p->seen)
		less = lint_join(&p->s, &j->w.s);
	else
		p->s = j->w.s;
	p->seen = true;
	if (less && !p->queued)
		lint_push(j, place);
}

/* From a place to the next one, or to what does not go on. */
static void lint_run(struct lint_job *j, uint32_t place)
{
	const struct ir_func *fn = j->w.l->fn;
	size_t i = j->place[place].insn;
	int64_t by;
	int way;

	j->w.s = j->place[place].s;
	while (i < fn->n_insns) {
		const struct ir_insn *in = &fn->insns[i];

		lint_insn(&j->w, i);
		j->left -= j->left != 0;
		if (flow_jumps(in, &by)) {
			way = lint_decided(&j->w, in);
			if (way && !j->w.tell)
				lint_reach(j, j->at[(int64_t)i + 1 + by]);
			if (way == 1)
				return;
		}
		if (in->code == INSN_EXIT_K)
			return;
		i += 1 + (in->code == INSN_LD_IMM64);
		if (i < fn->n_insns && j->at[i] != LINT_NONE) {
			if (!j->w.tell)
				lint_reach(j, j->at[i]);
			return;
		}
	}
}

/* Mark what follows a place up to an end; the places that it jumps to are put on the heap. */
static void lint_follow(struct lint_job *j, bool *live, size_t i)
{
	const struct ir_func *fn = j->w.l->fn;
	uint32_t to;
	int64_t by;

	for (; i < fn->n_insns && !live[i]; i += 1 + (fn->insns[i].code == INSN_LD_IMM64)) {
		live[i] = true;
		if (flow_jumps(&fn->insns[i], &by)) {
			to = j->at[(int64_t)i + 1 + by];
			if (!j->place[to].queued)
				lint_push(j, to);
			j->place[to].queued = true;
		}
		if (lint_ends(&fn->insns[i]))
			return;
	}
}

/*
 * Code that follows an end and that no jump leads to.  The kernel finds it by the jumps alone,
 * whatever it may know of their operands.
 */
static int lint_dead(struct lint_job *j)
{
	const struct ir_func *fn = j->w.l->fn;
	bool *live = pool_alloc(&j->pool, fn->n_insns), told = false, ends = false;
	size_t i;

	if (!live)
		return -ENOMEM;
	lint_follow(j, live, 0);
	while (j->n_heap)
		lint_follow(j, live, j->place[lint_pop(j)].insn);
	for (i = 0; i < fn->n_insns; i++) {
		if (!live[i] && !told)
			lint_say_dead(j->w.l, i);
		told = !live[i];
		ends |= live[i] && fn->insns[i].code == INSN_EXIT_K;
		i += fn->insns[i].code == INSN_LD_IMM64;
	}
	if (ends)
		return lint_loops(j->w.l, &j->pool, live);
	lint_say_endless(j->w.l);
	return 0;
}

static void lint_begin(struct lint_job *j)
{
	/* a program is given the context, a function up to five arguments */
	j->w.s.set = 1U << INSN_FP | (j->w.l->fn->is_prog ? 1U << 1 : 0x3eU);
	j->w.s.reg[INSN_FP].kind = LINT_FP;
	lint_reach(j, 0);
	while (j->n_heap && j->left)
		lint_run(j, lint_pop(j));
}

int lint_function(const struct lint *l)
{
	struct lint_job j = {.w = {.l = l}};
	size_t i, n = l->fn->n_insns;
	bool done;
	int err = 0;

	if (!n || n >= UINT32_MAX)
		return 0;
	j.at = pool_alloc(&j.pool, n * sizeof(*j.at));
	if (!j.at)
		return -ENOMEM;
	if (lint_places(&j)) {
		err = lint_room(&j);
		if (!err)
			lint_begin(&j);
		done = !j.n_heap;
		if (!err && done)
			err = lint_dead(&j);
		if (!err)
			lint_twice(l, j.at);
		j.w.tell = true;
		for (i = 0; !err && done && j.w.bad && i < n; i++)
			if (j.at[i] != LINT_NONE && j.place[j.at[i]].seen)
				lint_run(&j, j.at[i]);
	}
	pool_free(&j.pool);
	return err;
}
