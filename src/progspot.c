// SPDX-License-Identifier: MIT
/*
 * progspot.c - the instruction that a refusal speaks of when the verifier's log names none.
 *
 * What the kernel looks at before its walk (operation codes, maps, calls of its functions, addresses
 * of its own variables) or after it (the stack of functions that call each other) it tells without a
 * number.  Before its walk it takes the instructions one after the other, so the first that its
 * words fit is the one.  The stack is told with the depth and the count of the functions that came
 * to it; the calls are gone through as the kernel does, and one that comes to these figures is it.
 */
#include "progspot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PROGSPOT_MOV = 0xbf,
	PROGSPOT_ADD = 0x07,
	PROGSPOT_TAIL_CALL = 12,
	PROGSPOT_LDX = 1, /* class */
	PROGSPOT_LD_ABS = 0x20,
	PROGSPOT_LD_IND = 0x40,
	PROGSPOT_MAP_IDX = 5, /* as RAWBPF_PSEUDO_MAP_FD and _VALUE, of the load's fd_array */
	PROGSPOT_GOTO = 0x05,
	PROGSPOT_GOTOL = 0x06,
	PROGSPOT_EXIT = 0x95,
	PROGSPOT_CALLS = 8,	 /* that may be active */
	PROGSPOT_WORK = 1 << 20, /* instructions looked at, about */
};

/* What the kernel's words fit, of one instruction; n: the number in them. */
typedef bool progspot_fits(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n);

static bool progspot_is_ld(const struct object_code *c, uint32_t i, unsigned from, unsigned to)
{
	unsigned src = object_src(&c->insns[i]);

	return c->insns[i].code == OBJECT_LD_IMM64 && src >= from && src <= to;
}

static bool progspot_is_code(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	(void)o;
	return c->insns[i].code == n;
}

static bool progspot_is_kfunc(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	(void)o, (void)n;
	return c->insns[i].code == OBJECT_CALL &&
	       object_src(&c->insns[i]) == RAWBPF_PSEUDO_KFUNC_CALL;
}

/* n: its BTF id */
static bool progspot_is_kfunc_id(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	return progspot_is_kfunc(o, c, i, 0) && (uint32_t)c->insns[i].imm == n;
}

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

/* Where a function ends that runs on behind its end; -1: none does. */
static int progspot_open_end(const struct object_code *c)
{
	uint32_t start, end;
	unsigned code;

	for (start = 0; start < c->n_insns; start = end) {
		end = progspot_end(c, start);
		code = c->insns[end - 1].code;
		if (code == PROGSPOT_EXIT || code == PROGSPOT_GOTO || code == PROGSPOT_GOTOL)
			continue;
		return (int)end -
		       (!code && end > 1 && c->insns[end - 2].code == OBJECT_LD_IMM64 ? 2 : 1);
	}
	return -1;
}

static bool progspot_is_called(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	return progspot_is_kfunc(o, c, i, n) || progspot_callee(c, i);
}

static bool progspot_is_lost_call(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	(void)o, (void)n;
	return c->insns[i].code == OBJECT_CALL && object_src(&c->insns[i]) == RAWBPF_PSEUDO_CALL &&
	       !progspot_callee(c, i);
}

/* Below the program itself, in a function: a tail call, a packet load. */
static bool progspot_is_tail_below(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	(void)o, (void)n;
	return c->insns[i].code == OBJECT_CALL && !object_src(&c->insns[i]) &&
	       c->insns[i].imm == PROGSPOT_TAIL_CALL && i >= progspot_end(c, 0);
}

static bool progspot_is_packet_below(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	unsigned mode = c->insns[i].code & 0xe7U;

	(void)o, (void)n;
	return (mode == PROGSPOT_LD_ABS || mode == PROGSPOT_LD_IND) && i >= progspot_end(c, 0);
}

static const char *progspot_ksym(const struct object *o, const struct object_code *c, uint32_t i)
{
	size_t k;

	for (k = 0; k < c->n_krefs; k++)
		if (c->krefs[k].insn == i)
			return o->ksyms[c->krefs[k].ksym].name;
	return "";
}

static bool progspot_is_metadata(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	return progspot_is_kfunc(o, c, i, n) &&
	       !strncmp(progspot_ksym(o, c, i), "bpf_xdp_metadata_", 17);
}

/* n: the descriptor in it */
static bool progspot_is_map_fd(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	(void)o;
	return progspot_is_ld(c, i, RAWBPF_PSEUDO_MAP_FD, RAWBPF_PSEUDO_MAP_VALUE) &&
	       (uint32_t)c->insns[i].imm == n;
}

static bool progspot_is_map_index(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	(void)o, (void)n;
	return progspot_is_ld(c, i, PROGSPOT_MAP_IDX, PROGSPOT_MAP_IDX + 1);
}

/* n: the place in fd_array */
static bool progspot_is_map_at(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	return progspot_is_map_index(o, c, i, 0) && (uint32_t)c->insns[i].imm == n;
}

static bool progspot_is_value(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	(void)o, (void)n;
	return progspot_is_ld(c, i, RAWBPF_PSEUDO_MAP_VALUE, RAWBPF_PSEUDO_MAP_VALUE) ||
	       progspot_is_ld(c, i, PROGSPOT_MAP_IDX + 1, PROGSPOT_MAP_IDX + 1);
}

/* n: the offset in the value */
static bool progspot_is_value_at(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	return progspot_is_value(o, c, i, 0) && i + 1 < c->n_insns &&
	       (uint32_t)c->insns[i + 1].imm == n;
}

static bool progspot_is_btf_id(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	(void)o;
	return progspot_is_ld(c, i, RAWBPF_PSEUDO_BTF_ID, RAWBPF_PSEUDO_BTF_ID) &&
	       (uint32_t)c->insns[i].imm == n;
}

/* The second half of a 64-bit constant is not there, or holds more than a number. */
static bool progspot_is_torn(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	const struct rawbpf_insn *half = &c->insns[i] + 1;

	(void)o, (void)n;
	return c->insns[i].code == OBJECT_LD_IMM64 &&
	       (i + 1 == c->n_insns || half->code || half->regs || half->off);
}

/* A kind of 64-bit constant that no kernel knows. */
static bool progspot_is_odd_ld(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	(void)o, (void)n;
	return progspot_is_ld(c, i, PROGSPOT_MAP_IDX + 2, 15);
}

/* A load with a constant. */
static bool progspot_is_odd_load(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	(void)o, (void)n;
	return (c->insns[i].code & 7) == PROGSPOT_LDX && c->insns[i].imm;
}

static const struct object_map *progspot_map(
	const struct object *o, const struct object_code *c, uint32_t i)
{
	size_t k;

	for (k = 0; k < c->n_refs; k++)
		if (c->refs[k].insn == i)
			return &o->maps[c->refs[k].map];
	return NULL;
}

static bool progspot_is_arena(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	const struct object_map *m = progspot_map(o, c, i);

	(void)n;
	return m && m->type == RAWBPF_MAP_ARENA;
}

/* Another arena than the first. */
static bool progspot_is_other_arena(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	const struct object_map *m = progspot_map(o, c, i);
	size_t k;

	for (k = 0; progspot_is_arena(o, c, i, n) && k < c->n_refs && c->refs[k].insn < i; k++)
		if (progspot_is_arena(o, c, c->refs[k].insn, n) && &o->maps[c->refs[k].map] != m)
			return true;
	return false;
}

/* No kernel up to 7.x lets a sleepable program have it. */
static bool progspot_is_unsleeping(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	const struct object_map *m = progspot_map(o, c, i);

	(void)n;
	switch (m ? m->type : RAWBPF_MAP_ARRAY) {
	case RAWBPF_MAP_PROG_ARRAY:
	case RAWBPF_MAP_PERF_EVENT_ARRAY:
	case RAWBPF_MAP_CGROUP_ARRAY:
	case RAWBPF_MAP_STACK_TRACE:
	case RAWBPF_MAP_LPM_TRIE:
	case RAWBPF_MAP_DEVMAP:
	case RAWBPF_MAP_DEVMAP_HASH:
	case RAWBPF_MAP_SOCKMAP:
	case RAWBPF_MAP_SOCKHASH:
	case RAWBPF_MAP_CPUMAP:
	case RAWBPF_MAP_XSKMAP:
	case RAWBPF_MAP_CGROUP_STORAGE:
	case RAWBPF_MAP_PERCPU_CGROUP_STORAGE:
	case RAWBPF_MAP_REUSEPORT_SOCKARRAY:
	case RAWBPF_MAP_STRUCT_OPS:
	case RAWBPF_MAP_BLOOM_FILTER: return true;
	default: return false;
	}
}

/* A hash whose elements are made when they are needed. */
static bool progspot_is_lazy(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	const struct object_map *m = progspot_map(o, c, i);

	(void)n;
	return m && m->flags & 1 && m->type != RAWBPF_MAP_LPM_TRIE;
}

/* Any map, if it is the only one. */
static bool progspot_is_only_map(
	const struct object *o, const struct object_code *c, uint32_t i, unsigned n)
{
	size_t k;

	(void)n;
	for (k = 1; k < c->n_refs; k++)
		if (c->refs[k].map != c->refs[0].map)
			return false;
	return progspot_map(o, c, i);
}

static int progspot_first(
	const struct object *o, const struct object_code *c, progspot_fits *fits, unsigned n)
{
	uint32_t i;

	for (i = 0; i < c->n_insns; i++) {
		if (fits(o, c, i, n))
			return (int)i;
		i += c->insns[i].code == OBJECT_LD_IMM64;
	}
	return -1;
}

/* Words of the message, and between them the number, of base 10 or 16, that is looked for; 0: none. */
static const struct {
	const char *before, *behind;
	int base;
	progspot_fits *fits;
} progspot_words[] = {
	{"kernel function btf_id ", "", 10, progspot_is_kfunc_id},
	{"kernel btf_id ", "", 10, progspot_is_kfunc_id},
	{"metadata kfuncs ", "", 0, progspot_is_metadata},
	{"kernel function from non-GPL", "", 0, progspot_is_kfunc},
	{"tail_call is ", "", 0, progspot_is_tail_below},
	{"LD_ABS is ", "", 0, progspot_is_packet_below},
	{"calling kernel function", "", 0, progspot_is_kfunc},
	{"calling other bpf or kernel functions", "", 0, progspot_is_called},
	{"call to invalid destination", "", 0, progspot_is_lost_call},
	{"fd_idx without fd_array", "", 0, progspot_is_map_index},
	{"fd_idx ", " is not a map", 10, progspot_is_map_at},
	{"fd ", " is not pointing to valid bpf_map", 10, progspot_is_map_fd},
	{"insn specifies invalid btf_id ", "", 10, progspot_is_btf_id},
	{"pseudo btf_id ", " in ldimm64", 10, progspot_is_btf_id},
	{"value offset of ", " is not allowed", 10, progspot_is_value_at},
	{"no direct value access support", "", 0, progspot_is_value},
	{"invalid bpf_ld_imm64 insn", "", 0, progspot_is_torn},
	{"unrecognized bpf_ld_imm64 insn", "", 0, progspot_is_odd_ld},
	{"BPF_LDX uses reserved fields", "", 0, progspot_is_odd_load},
	{"Only one arena", "", 0, progspot_is_other_arena},
	{"arena", "", 0, progspot_is_arena},
	{"Sleepable programs can only use", "", 0, progspot_is_unsleeping},
	{"only use preallocated hash map", "", 0, progspot_is_lazy},
	{"run-time allocat", "", 0, progspot_is_lazy},
	{"progs cannot use bpf_", "", 0, progspot_is_only_map},
	{"map cannot be used in prog", "", 0, progspot_is_only_map},
	{"offload device mismatch", "", 0, progspot_is_only_map},
	{"unknown opcode ", "", 16, progspot_is_code},
};

static int progspot_by_words(const struct object *o, const struct object_code *c, const char *msg)
{
	unsigned long n = 0;
	const char *p;
	char *end;
	size_t i;

	for (i = 0; i < sizeof(progspot_words) / sizeof(*progspot_words); i++) {
		p = strstr(msg, progspot_words[i].before);
		if (!p)
			continue;
		p += strlen(progspot_words[i].before);
		end = (char *)(uintptr_t)p;
		if (progspot_words[i].base)
			n = strtoul(p, &end, progspot_words[i].base);
		if ((progspot_words[i].base && end == p) ||
			strncmp(end, progspot_words[i].behind, strlen(progspot_words[i].behind)))
			continue;
		return progspot_first(o, c, progspot_words[i].fits, (unsigned)n);
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
	if (sscanf(msg, "combined stack size of %u calls is %u", &calls, &depth) == 2)
		return progspot_deep(c, false, calls, depth);
	if (sscanf(msg, "tail_calls are not allowed when call stack of previous frames is %u bytes",
		    &depth) == 1)
		return progspot_deep(c, true, 0, depth);
	if (strstr(msg, "last insn is not an exit or jmp"))
		return progspot_open_end(c);
	return progspot_by_words(o, c, msg);
}
