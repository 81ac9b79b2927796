// SPDX-License-Identifier: MIT
/*
 * progmerge.c - copies of a program as one program, which runs the copy that its cookie names.
 *
 * A link has one program, and the kernel takes some 50 ms to close a link.  A probe of a hundred
 * places, each with operands of its own, would take it seconds.  So the copies stand in one
 * program one after the other, and the link tells it at each place which of them is meant:
 *
 *		r6 = r1
 *		call get_attach_cookie
 *		r1 = r6
 *		if r0 > 1 goto +3		; a tree: 600 copies are 10 compares
 *		if r0 > 0 goto +1
 *		goto copy 0
 *		goto copy 1
 *		goto copy 2
 *	copy 0	...
 *	copy 1	...
 *	copy 2	...
 *	the functions that they call
 *
 * The copies are parts of one function, the main one.  As functions of their own they would need
 * their stack beside that of a caller, and a program may have all of it.  What they call is there
 * once when it is alike in all of them, else once for each.
 *
 * Since all of them are in one function, a copy that runs beyond its end would run into the next,
 * and the kernel would not mind: such are refused here.
 */
#include "progmerge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	PROGMERGE_JMP = 0x05,	/* class, and the jump of 16 bits */
	PROGMERGE_JMP32 = 0x06, /* class, and the jump of 32 bits: Linux 6.6 */
	PROGMERGE_CALL_OP = 0x80,
	PROGMERGE_EXIT = 0x95,
	PROGMERGE_JA_REG = 0x0d, /* to an address in a register */
	PROGMERGE_JGT = 0x25,
	PROGMERGE_MOV = 0xbf,
	PROGMERGE_COOKIE = 174, /* helper */
	PROGMERGE_HEAD = 3,	/* instructions before the tree */
};

/* Where a copy's main function and its others are. */
struct progmerge_part {
	uint32_t n_main;   /* instructions of the main one; the others follow it */
	uint32_t at, subs; /* in the new code */
};

struct progmerge {
	const struct object_code *codes;
	struct progmerge_part *parts;
	size_t n;
	bool shared; /* the others are there once */
	uint32_t total;
	struct object_code *out;
};

/* ---- the parts of a copy ------------------------------------------------------------------ */

static bool progmerge_is_wide(const struct object_code *c, uint32_t i)
{
	return c->insns[i].code == OBJECT_LD_IMM64 && i + 1 < c->n_insns;
}

enum progmerge_way {
	PROGMERGE_ON,	/* to the next */
	PROGMERGE_JUMP, /* within a function */
	PROGMERGE_CALL, /* to another one, also as a callback */
};

/* Where instruction i goes. */
static enum progmerge_way progmerge_way(const struct rawbpf_insn *p, uint32_t i, int64_t *to)
{
	unsigned class = p->code & 7, op = p->code & 0xf0;

	if ((p->code == OBJECT_LD_IMM64 && object_src(p) == RAWBPF_PSEUDO_FUNC) ||
		(p->code == OBJECT_CALL && object_src(p) == RAWBPF_PSEUDO_CALL)) {
		*to = (int64_t)i + 1 + p->imm;
		return PROGMERGE_CALL;
	}
	if ((class != PROGMERGE_JMP && class != PROGMERGE_JMP32) || op == PROGMERGE_CALL_OP ||
		p->code == PROGMERGE_EXIT)
		return PROGMERGE_ON;
	*to = (int64_t)i + 1 + (p->code == PROGMERGE_JMP32 ? p->imm : p->off);
	return PROGMERGE_JUMP;
}

/* What a copy cannot do beside others: ask for the cookie, go to an instruction by its number. */
static bool progmerge_is_alone(const struct rawbpf_insn *p)
{
	return (p->code == OBJECT_CALL && !object_src(p) && p->imm == PROGMERGE_COOKIE) ||
	       p->code == PROGMERGE_JA_REG;
}

/* How long the main function is: the first that something calls is behind it. */
static int progmerge_split(const struct object_code *c, uint32_t *n_main)
{
	int64_t to, first = c->n_insns;
	uint32_t i;

	for (i = 0; i < c->n_insns; i += progmerge_is_wide(c, i) ? 2 : 1) {
		if (progmerge_is_alone(&c->insns[i]))
			return -EOPNOTSUPP;
		if (progmerge_way(&c->insns[i], i, &to) == PROGMERGE_CALL && to < first)
			first = to;
	}
	if (first < 1)
		return -EINVAL;
	*n_main = (uint32_t)first;
	return 0;
}

/* The main function is left by its ends alone. */
static int progmerge_check(const struct object_code *c, uint32_t n_main)
{
	uint32_t i, last = 0;
	int64_t to;

	for (i = 0; i < n_main; i += progmerge_is_wide(c, i) ? 2 : 1) {
		last = i;
		if (progmerge_way(&c->insns[i], i, &to) == PROGMERGE_JUMP &&
			(to < 0 || to >= n_main))
			return -EINVAL;
	}
	if (i != n_main)
		return -EINVAL;
	switch (c->insns[last].code) {
	case PROGMERGE_EXIT:
	case PROGMERGE_JMP:
	case PROGMERGE_JMP32: return 0;
	default: return -EINVAL;
	}
}

static uint32_t progmerge_n_subs(const struct progmerge *m, size_t k)
{
	return m->codes[k].n_insns - m->parts[k].n_main;
}

/* Does copy k call just what the first one does? */
static bool progmerge_is_alike(const struct progmerge *m, size_t k)
{
	uint32_t n = progmerge_n_subs(m, k);

	return n == progmerge_n_subs(m, 0) && (!n || !memcmp(m->codes[k].insns + m->parts[k].n_main,
							     m->codes[0].insns + m->parts[0].n_main,
							     n * sizeof(*m->codes->insns)));
}

/* Fills in parts, shared and total. */
static int progmerge_plan(struct progmerge *m)
{
	uint64_t at = PROGMERGE_HEAD + 2 * m->n - 1;
	int err = 0;
	size_t k;

	m->shared = true;
	for (k = 0; !err && k < m->n; k++) {
		err = progmerge_split(&m->codes[k], &m->parts[k].n_main);
		if (!err)
			err = progmerge_check(&m->codes[k], m->parts[k].n_main);
		if (err)
			return err;
		m->shared &= progmerge_is_alike(m, k);
		m->parts[k].at = (uint32_t)at;
		at += m->parts[k].n_main;
		if (at > OBJECT_INSNS_MAX)
			return -E2BIG;
	}
	for (k = 0; k < m->n; k++) {
		m->parts[k].subs = m->shared && k ? m->parts[0].subs : (uint32_t)at;
		if (!m->shared || !k)
			at += progmerge_n_subs(m, k);
		if (at > OBJECT_INSNS_MAX)
			return -E2BIG;
	}
	m->total = (uint32_t)at;
	return 0;
}

/* The new place of a copy's instruction. */
static uint32_t progmerge_to(const struct progmerge_part *p, uint32_t old)
{
	return old < p->n_main ? p->at + old : p->subs + (old - p->n_main);
}

/* ---- instructions ------------------------------------------------------------------------- */

static struct rawbpf_insn progmerge_move(unsigned dst, unsigned src)
{
	struct rawbpf_insn i = {.code = PROGMERGE_MOV};

	object_set_src(&i, dst);
	/* the nibble that the byte order has for the other register */
	i.regs = (uint8_t)(i.regs >> 4 | i.regs << 4);
	object_set_src(&i, src);
	return i;
}

static struct rawbpf_insn progmerge_goto(uint32_t from, uint32_t to)
{
	uint32_t far = to - from - 1;

	if (far <= INT16_MAX)
		return (struct rawbpf_insn){.code = PROGMERGE_JMP, .off = (int16_t)far};
	return (struct rawbpf_insn){.code = PROGMERGE_JMP32, .imm = (int32_t)far};
}

/* The tree of copies first to end - 1, at an instruction; it takes 2 * (end - first) - 1 of them. */
static void progmerge_tree(const struct progmerge *m, uint32_t first, uint32_t end, uint32_t at)
{
	uint32_t half = (end - first) / 2;

	if (!half) {
		m->out->insns[at] = progmerge_goto(at, m->parts[first].at);
		return;
	}
	m->out->insns[at] = (struct rawbpf_insn){.code = PROGMERGE_JGT,
		.off = (int16_t)(2 * half - 1),
		.imm = (int32_t)(first + half - 1)};
	progmerge_tree(m, first, first + half, at + 1);
	progmerge_tree(m, first + half, end, at + 2 * half);
}

static void progmerge_head(const struct progmerge *m)
{
	struct rawbpf_insn *out = m->out->insns;

	out[0] = progmerge_move(6, 1);
	out[1] = (struct rawbpf_insn){.code = OBJECT_CALL, .imm = PROGMERGE_COOKIE};
	out[2] = progmerge_move(1, 6);
	progmerge_tree(m, 0, (uint32_t)m->n, PROGMERGE_HEAD);
}

/* The main function of copy k; what it calls is elsewhere now. */
static void progmerge_main(const struct progmerge *m, size_t k)
{
	const struct progmerge_part *p = &m->parts[k];
	const struct object_code *c = &m->codes[k];
	struct rawbpf_insn *out = m->out->insns + p->at;
	uint32_t i;
	int64_t to;

	memcpy(out, c->insns, p->n_main * sizeof(*out));
	for (i = 0; i < p->n_main; i += progmerge_is_wide(c, i) ? 2 : 1)
		if (progmerge_way(&c->insns[i], i, &to) == PROGMERGE_CALL)
			out[i].imm = (int32_t)((int64_t)p->subs + to - p->n_main - p->at - i - 1);
}

static int progmerge_insns(const struct progmerge *m)
{
	struct rawbpf_insn *out = calloc(m->total, sizeof(*out));
	size_t k;

	if (!out)
		return -ENOMEM;
	m->out->insns = out;
	m->out->n_insns = m->total;
	progmerge_head(m);
	for (k = 0; k < m->n; k++) {
		progmerge_main(m, k);
		if (progmerge_n_subs(m, k) && (!m->shared || !k))
			memcpy(out + m->parts[k].subs, m->codes[k].insns + m->parts[k].n_main,
				progmerge_n_subs(m, k) * sizeof(*out));
	}
	return 0;
}

/* ---- what names instructions by number ---------------------------------------------------- */

enum progmerge_kind {
	PROGMERGE_REFS,
	PROGMERGE_KREFS,
	PROGMERGE_DEAD,
	PROGMERGE_FUNCS,
	PROGMERGE_LINES,
};

/* Rows that begin with an instruction's number, in 32 bits. */
struct progmerge_rows {
	const void *p;
	size_t n, size;
};

static struct progmerge_rows progmerge_of(const struct object_code *c, enum progmerge_kind kind)
{
	switch (kind) {
	case PROGMERGE_REFS: return (struct progmerge_rows){c->refs, c->n_refs, sizeof(*c->refs)};
	case PROGMERGE_KREFS:
		return (struct progmerge_rows){c->krefs, c->n_krefs, sizeof(*c->krefs)};
	case PROGMERGE_DEAD: return (struct progmerge_rows){c->dead, c->n_dead, sizeof(*c->dead)};
	case PROGMERGE_FUNCS:
		return (struct progmerge_rows){c->func_info, c->n_func_info, c->func_rec_size};
	default: return (struct progmerge_rows){c->line_info, c->n_line_info, c->line_rec_size};
	}
}

/* Those of copy k that are in its main function (or not), moved: behind n others of out. */
static size_t progmerge_add(const struct progmerge *m, size_t k, enum progmerge_kind kind,
	bool in_main, unsigned char *out, size_t n)
{
	struct progmerge_rows rows = progmerge_of(&m->codes[k], kind);
	const unsigned char *p = rows.p;
	size_t i;
	uint32_t insn;

	for (i = 0; i < rows.n; i++, p += rows.size) {
		memcpy(&insn, p, sizeof(insn));
		if (insn >= m->codes[k].n_insns || (insn < m->parts[k].n_main) != in_main)
			continue;
		insn = progmerge_to(&m->parts[k], insn);
		memcpy(out + n * rows.size, p, rows.size);
		memcpy(out + n++ * rows.size, &insn, sizeof(insn));
	}
	return n;
}

/* The first row of all, for the instructions before the copies; *n: 1. */
static void progmerge_first(const struct progmerge_rows *rows, unsigned char *out, size_t *n)
{
	memcpy(out, rows->p, rows->size);
	memset(out, 0, sizeof(uint32_t));
	*n = 1;
}

/*
 * The rows of all copies, malloc'ed, in the order of the code; NULL: none (*n is 0), or no memory.
 * The kernel wants one of func_info for each function, and one of line_info where each begins.
 */
static void *progmerge_rows(const struct progmerge *m, enum progmerge_kind kind, size_t *n)
{
	struct progmerge_rows first = progmerge_of(&m->codes[0], kind);
	bool info = kind == PROGMERGE_FUNCS || kind == PROGMERGE_LINES;
	unsigned char *out;
	size_t k, room = 1;

	*n = 0;
	for (k = 0; k < m->n; k++) {
		struct progmerge_rows rows = progmerge_of(&m->codes[k], kind);

		room += rows.n;
		if (info && (!rows.n || rows.size != first.size))
			return NULL;
	}
	if (room == 1)
		return NULL;
	*n = room;
	out = malloc(room * first.size);
	if (!out)
		return NULL;
	*n = 0;
	if (info)
		progmerge_first(&first, out, n);
	for (k = 0; k < m->n && kind != PROGMERGE_FUNCS; k++)
		*n = progmerge_add(m, k, kind, true, out, *n);
	for (k = 0; k < (m->shared ? 1 : m->n); k++)
		*n = progmerge_add(m, k, kind, false, out, *n);
	return out;
}

/* Both, or neither; line_info is nothing without func_info. */
static int progmerge_infos(const struct progmerge *m)
{
	struct object_code *out = m->out;
	size_t n;

	out->func_info = progmerge_rows(m, PROGMERGE_FUNCS, &n);
	if (n && !out->func_info)
		return -ENOMEM;
	out->n_func_info = (uint32_t)n;
	out->func_rec_size = m->codes->func_rec_size;
	if (!n)
		return 0;
	out->line_info = progmerge_rows(m, PROGMERGE_LINES, &n);
	if (n && !out->line_info)
		return -ENOMEM;
	out->n_line_info = (uint32_t)n;
	out->line_rec_size = m->codes->line_rec_size;
	return 0;
}

static int progmerge_all(const struct progmerge *m)
{
	struct object_code *out = m->out;
	size_t k;
	int err = progmerge_insns(m);

	for (k = 0; k < m->n; k++)
		out->calls_trace_printk |= m->codes[k].calls_trace_printk;
	if (err)
		return err;
	out->refs = progmerge_rows(m, PROGMERGE_REFS, &out->n_refs);
	out->krefs = progmerge_rows(m, PROGMERGE_KREFS, &out->n_krefs);
	out->dead = progmerge_rows(m, PROGMERGE_DEAD, &out->n_dead);
	if ((out->n_refs && !out->refs) || (out->n_krefs && !out->krefs) ||
		(out->n_dead && !out->dead))
		return -ENOMEM;
	return progmerge_infos(m);
}

int progmerge_code(const struct object_code *codes, size_t n, struct object_code *out)
{
	struct progmerge m = {.codes = codes, .n = n, .out = out};
	int err;

	memset(out, 0, sizeof(*out));
	if (!n)
		return -EINVAL;
	if (n > PROGMERGE_MAX)
		return -E2BIG;
	m.parts = calloc(n, sizeof(*m.parts));
	err = m.parts ? progmerge_plan(&m) : -ENOMEM;
	if (!err)
		err = progmerge_all(&m);
	free(m.parts);
	if (err)
		object_code_free(out);
	return err;
}
