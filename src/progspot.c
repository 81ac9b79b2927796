// SPDX-License-Identifier: MIT
/*
 * progspot.c - the instruction that a refusal speaks of when the verifier's log names none.
 *
 * What the kernel looks at before its walk (operation codes, addresses of its own variables) or
 * after it (the stack of functions that call each other) it tells without a number.  The stack is
 * told with the depth and the count of the functions that came to it; the calls are gone through as
 * the kernel does, and one that comes to these figures is the one.
 */
#include "progspot.h"

#include <stdio.h>
#include <string.h>

enum {
	PROGSPOT_MOV = 0xbf,
	PROGSPOT_ADD = 0x07,
	PROGSPOT_TAIL_CALL = 12,
	PROGSPOT_CALLS = 8,	 /* that may be active */
	PROGSPOT_WORK = 1 << 20, /* instructions looked at, about */
};

static int progspot_code(const struct object_code *c, unsigned code)
{
	uint32_t i;

	for (i = 0; i < c->n_insns; i++) {
		if (c->insns[i].code == code)
			return (int)i;
		i += c->insns[i].code == OBJECT_LD_IMM64;
	}
	return -1;
}

static int progspot_kvar(
	const struct object *o, const struct object_code *c, const char *name, size_t n)
{
	const char *have;
	size_t i;

	for (i = 0; i < c->n_krefs; i++) {
		have = o->ksyms[c->krefs[i].ksym].name;
		if (c->insns[c->krefs[i].insn].code == OBJECT_LD_IMM64 && strlen(have) == n &&
			!memcmp(have, name, n))
			return (int)c->krefs[i].insn;
	}
	return -1;
}

/* ---- the stack of functions */

struct progspot_walk {
	const struct object_code *c;
	bool tail;	/* a function with a tail call is looked for, called at a depth */
	unsigned calls; /* functions active */
	unsigned depth; /* bytes */
	unsigned grain; /* a frame's size is a multiple of it */
	unsigned visits;
};

/* The function that instruction i calls, or takes the address of; 0: none. */
static uint32_t progspot_callee(const struct object_code *c, uint32_t i)
{
	const struct rawbpf_insn *in = &c->insns[i];
	uint32_t to = i + 1 + (uint32_t)in->imm;
	bool call = in->code == OBJECT_CALL && object_src(in) == 1;
	bool address = in->code == OBJECT_LD_IMM64 && object_src(in) == 4;

	return (call || address) && to < c->n_insns ? to : 0;
}

/* A function ends where the next one begins, which some call leads to. */
static uint32_t progspot_end(const struct object_code *c, uint32_t start)
{
	uint32_t i, to, end = c->n_insns;

	for (i = 0; i < c->n_insns; i++) {
		to = progspot_callee(c, i);
		if (to > start && to < end)
			end = to;
	}
	return end;
}

/* How far below r10 an instruction goes, or the address that it and the next one make. */
static int progspot_low(const struct object_code *c, uint32_t i)
{
	const struct rawbpf_insn *in = &c->insns[i];
	unsigned class = in->code & 7U;

	if ((class == 1 && object_src(in) == 10) ||
		(class >= 2 && class <= 3 && object_dst(in) == 10))
		return -in->off;
	if (in->code == PROGSPOT_MOV && object_src(in) == 10 && i + 1 < c->n_insns &&
		in[1].code == PROGSPOT_ADD && object_dst(&in[1]) == object_dst(in) &&
		in[1].imm > -513)
		return -in[1].imm;
	return 0;
}

static unsigned progspot_stack(const struct progspot_walk *w, uint32_t start, uint32_t end)
{
	int low, most = 1;
	uint32_t i;

	for (i = start; i < end; i++) {
		low = progspot_low(w->c, i);
		if (low > most)
			most = low;
	}
	return ((unsigned)most + w->grain - 1) / w->grain * w->grain;
}

/* The tail call of a function; -1: none. */
static int progspot_tail(const struct object_code *c, uint32_t start, uint32_t end)
{
	uint32_t i;

	for (i = start; i < end; i++)
		if (c->insns[i].code == OBJECT_CALL && !object_src(&c->insns[i]) &&
			c->insns[i].imm == PROGSPOT_TAIL_CALL)
			return (int)i;
	return -1;
}

/* A function that is entered as the so-manieth, above it depth bytes; the instruction, or -1. */
static int progspot_enter(struct progspot_walk *w, uint32_t start, unsigned calls, unsigned depth)
{
	uint32_t i, to, end;
	unsigned below;
	int at;

	if (calls > PROGSPOT_CALLS || !w->visits)
		return -1;
	w->visits--;
	end = progspot_end(w->c, start);
	at = w->tail && calls > 1 && depth == w->depth ? progspot_tail(w->c, start, end) : -1;
	depth += progspot_stack(w, start, end);
	for (i = start; at < 0 && i < end; i++) {
		to = progspot_callee(w->c, i);
		if (!to)
			continue;
		below = depth + progspot_stack(w, to, progspot_end(w->c, to));
		if (!w->tail && calls + 1 == w->calls && below == w->depth)
			return (int)i;
		at = progspot_enter(w, to, calls + 1, depth);
	}
	return at;
}

static int progspot_deep(const struct object_code *c, bool tail, unsigned calls, unsigned depth)
{
	/* with the JIT since Linux 6.9; before, and without it */
	static const unsigned grains[] = {16, 32};
	struct progspot_walk w = {.c = c, .tail = tail, .calls = calls, .depth = depth};
	size_t i;
	int at = -1;

	for (i = 0; at < 0 && i < sizeof(grains) / sizeof(*grains); i++) {
		w.grain = grains[i];
		w.visits = 1 + PROGSPOT_WORK / (c->n_insns + 1);
		at = progspot_enter(&w, 0, 1, 0);
	}
	return at;
}

int progspot_find(const struct object *o, const struct object_code *c, const char *msg)
{
	static const char symbol[] = "for kernel symbol '";
	const char *p = strstr(msg, symbol), *end;
	unsigned calls, depth;

	if (p) {
		p += sizeof(symbol) - 1;
		end = strchr(p, '\'');
		return end ? progspot_kvar(o, c, p, (size_t)(end - p)) : -1;
	}
	if (sscanf(msg, "unknown opcode %x", &calls) == 1)
		return progspot_code(c, calls);
	if (sscanf(msg, "combined stack size of %u calls is %u", &calls, &depth) == 2)
		return progspot_deep(c, false, calls, depth);
	if (sscanf(msg, "tail_calls are not allowed when call stack of previous frames is %u bytes",
		    &depth) == 1)
		return progspot_deep(c, true, 0, depth);
	return -1;
}
