// SPDX-License-Identifier: MIT
/*
 * splice.c - other instructions in place of some of linked code's.
 *
 * First a table is made of the place that each slot will have.  All that is relative to an
 * instruction is then worked out from two places of that table, so it does not matter how many
 * replacements are between them.  What points outside of the code, which the verifier refuses,
 * still points outside of it.
 */
#include "splice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

enum {
	SPLICE_JMP = 0x05,   /* class */
	SPLICE_JMP32 = 0x06, /* class; as a code of its own a jump with 32 bits */
	SPLICE_JA = 0x00,
	SPLICE_CALL_OP = 0x80,
	SPLICE_EXIT_OP = 0x90,
	SPLICE_JA_REG = 0x0d, /* to an address in a register */
};

struct splice_work {
	struct object_code *c;
	const struct splice *s;
	size_t n;
	uint32_t *places; /* of each old slot, and of the end */
	uint32_t total;
	struct rawbpf_insn *out;
	struct rawbpf_error *e;
};

static uint32_t splice_u32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static bool splice_is_wide(const struct object_code *c, uint32_t i)
{
	return c->insns[i].code == OBJECT_LD_IMM64 && i + 1 < c->n_insns;
}

static bool splice_is_at(const struct splice_work *w, size_t k, uint32_t insn)
{
	return k < w->n && w->s[k].insn == insn;
}

/* The new place of an old one, which may be outside of the code. */
static int64_t splice_to(const struct splice_work *w, int64_t old)
{
	if (old < 0)
		return old;
	if (old >= w->c->n_insns)
		return old - w->c->n_insns + w->total;
	return w->places[old];
}

/* Fills in places and total. */
static int splice_plan(struct splice_work *w)
{
	const struct object_code *c = w->c;
	uint64_t at = 0;
	uint32_t i, width;
	size_t k = 0;

	for (i = 0; i < c->n_insns; i += width) {
		width = splice_is_wide(c, i) ? 2 : 1;
		w->places[i] = (uint32_t)at;
		if (splice_is_at(w, k, i)) {
			/* what goes into its second slot goes to the first */
			w->places[i + width - 1] = (uint32_t)at;
			at += w->s[k++].n;
		} else {
			w->places[i + width - 1] = (uint32_t)at + width - 1;
			at += width;
		}
		if (at > OBJECT_INSNS_MAX)
			return err_set(w->e, "load", -E2BIG,
				"program is too big: above %u instructions", OBJECT_INSNS_MAX);
	}
	if (k < w->n)
		return err_set(w->e, "load", -EINVAL, "instruction %u is none that can be replaced",
			w->s[k].insn);
	w->places[c->n_insns] = w->total = (uint32_t)at;
	return 0;
}

/* ---- instructions ------------------------------------------------------------------------ */

enum splice_reach {
	SPLICE_NOWHERE,
	SPLICE_OFF, /* 16 bits */
	SPLICE_IMM, /* 32 bits */
};

/* Which of its fields says how far an instruction goes. */
static enum splice_reach splice_reach(const struct rawbpf_insn *i)
{
	unsigned class = i->code & 7, op = i->code & 0xf0;

	if (i->code == OBJECT_LD_IMM64)
		return object_src(i) == RAWBPF_PSEUDO_FUNC ? SPLICE_IMM : SPLICE_NOWHERE;
	if (i->code == OBJECT_CALL)
		return object_src(i) == RAWBPF_PSEUDO_CALL ? SPLICE_IMM : SPLICE_NOWHERE;
	if ((class != SPLICE_JMP && class != SPLICE_JMP32) || op == SPLICE_CALL_OP ||
		op == SPLICE_EXIT_OP || i->code == SPLICE_JA_REG)
		return SPLICE_NOWHERE;
	return class == SPLICE_JMP32 && op == SPLICE_JA ? SPLICE_IMM : SPLICE_OFF;
}

/* usdt_arg() looks like a call, but holds no distance. */
static bool splice_is_operand(const struct object_code *c, uint32_t insn)
{
	size_t i = rows_first(c->usdt, c->n_usdt, sizeof(*c->usdt), insn);

	return i < c->n_usdt && c->usdt[i].insn == insn;
}

/* An old instruction, moved to out. */
static int splice_move(struct splice_work *w, uint32_t old, struct rawbpf_insn *out)
{
	enum splice_reach reach = splice_reach(out);
	int64_t far = reach == SPLICE_IMM ? out->imm : out->off;

	if (reach == SPLICE_NOWHERE || (out->code == OBJECT_CALL && splice_is_operand(w->c, old)))
		return 0;
	far = splice_to(w, old + far + 1) - splice_to(w, old) - 1;
	if (reach == SPLICE_IMM) {
		out->imm = (int32_t)far;
	} else if (far != (int16_t)far) {
		err_set(w->e, "load", -E2BIG,
			"jump at instruction %u must go %lld instructions far once others are put "
			"in between, and holds 16 bits",
			old, (long long)far);
		err_hint(w->e, "make the program smaller, or jump in two steps");
		return -E2BIG;
	} else {
		out->off = (int16_t)far;
	}
	return 0;
}

static int splice_insns(struct splice_work *w)
{
	const struct object_code *c = w->c;
	uint32_t i, width;
	size_t k = 0;
	int err = 0;

	for (i = 0; !err && i < c->n_insns; i += width) {
		width = splice_is_wide(c, i) ? 2 : 1;
		if (splice_is_at(w, k, i)) {
			if (w->s[k].n)
				memcpy(w->out + w->places[i], w->s[k].insns,
					w->s[k].n * sizeof(*w->out));
			k++;
			continue;
		}
		memcpy(w->out + w->places[i], c->insns + i, width * sizeof(*w->out));
		err = splice_move(w, i, w->out + w->places[i]);
	}
	return err;
}

/* ---- what names instructions by number --------------------------------------------------- */

/* Every function must keep an instruction: no two begin at one place, none at the end. */
static int splice_check_funcs(const struct splice_work *w)
{
	const struct object_code *c = w->c;
	const unsigned char *p = c->func_info;
	int64_t at, next;
	uint32_t i;

	for (i = 0; i < c->n_func_info; i++, p += c->func_rec_size) {
		at = splice_to(w, splice_u32(p));
		next = i + 1 < c->n_func_info ? splice_to(w, splice_u32(p + c->func_rec_size))
					      : w->total;
		if (at >= next)
			return err_set(w->e, "load", -EINVAL,
				"function at instruction %u is left without instructions",
				splice_u32(p));
	}
	return 0;
}

/* Of records that would begin at one place only the last stays, as the kernel wants it. */
static uint32_t splice_records(
	const struct splice_work *w, unsigned char *records, uint32_t n, uint32_t size)
{
	unsigned char *p = records, *out = records;
	uint32_t i, at, kept = 0;

	for (i = 0; i < n; i++, p += size) {
		at = (uint32_t)splice_to(w, splice_u32(p));
		if (at >= w->total)
			continue;
		if (kept && splice_u32(out - size) == at) {
			out -= size;
			kept--;
		}
		memmove(out, p, size);
		memcpy(out, &at, sizeof(at));
		out += size;
		kept++;
	}
	return kept;
}

static bool splice_is_replaced(const struct splice_work *w, uint32_t insn)
{
	return splice_is_at(w, rows_first(w->s, w->n, sizeof(*w->s), insn), insn);
}

/* Maps' fds and operands of probes that are still to be put in, and what cannot be run. */
static void splice_refs(const struct splice_work *w)
{
	struct object_code *c = w->c;
	size_t i, n = 0;

	for (i = 0; i < c->n_refs; i++) {
		if (splice_is_replaced(w, c->refs[i].insn))
			continue;
		c->refs[n] = c->refs[i];
		c->refs[n++].insn = (uint32_t)splice_to(w, c->refs[i].insn);
	}
	c->n_refs = n;
	for (i = 0; i < c->n_krefs; i++)
		c->krefs[i].insn = (uint32_t)splice_to(w, c->krefs[i].insn);
	for (i = n = 0; i < c->n_usdt; i++) {
		if (splice_is_replaced(w, c->usdt[i].insn))
			continue;
		c->usdt[n] = c->usdt[i];
		c->usdt[n++].insn = (uint32_t)splice_to(w, c->usdt[i].insn);
	}
	c->n_usdt = n;
	for (i = n = 0; i < c->n_dead; i++) {
		if (splice_is_replaced(w, c->dead[i].insn))
			continue;
		c->dead[n] = c->dead[i];
		c->dead[n++].insn = (uint32_t)splice_to(w, c->dead[i].insn);
	}
	c->n_dead = n;
}

static void splice_done(struct splice_work *w)
{
	struct object_code *c = w->c;

	c->n_func_info = splice_records(w, c->func_info, c->n_func_info, c->func_rec_size);
	c->n_line_info = splice_records(w, c->line_info, c->n_line_info, c->line_rec_size);
	splice_refs(w);
	free(c->insns);
	c->insns = w->out;
	c->n_insns = w->total;
	w->out = NULL;
}

int splice_code(struct object_code *c, const struct splice *s, size_t n, struct rawbpf_error *e)
{
	struct splice_work w = {.c = c, .s = s, .n = n, .e = e};
	int err;

	if (!n)
		return 0;
	w.places = malloc(((size_t)c->n_insns + 1) * sizeof(*w.places));
	if (!w.places)
		return err_set(e, "load", -ENOMEM, "out of memory");
	err = splice_plan(&w);
	if (!err) {
		w.out = malloc((w.total ? w.total : 1) * sizeof(*w.out));
		err = w.out ? splice_insns(&w) : err_set(e, "load", -ENOMEM, "out of memory");
	}
	if (!err)
		err = splice_check_funcs(&w);
	if (!err)
		splice_done(&w);
	free(w.out);
	free(w.places);
	return err;
}
