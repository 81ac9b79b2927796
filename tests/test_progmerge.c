// SPDX-License-Identifier: MIT
/*
 * test_progmerge.c - copies of a program as one.
 *
 * Random copies, alike but for their operands, are made one; then the one is followed with each
 * cookie from its first instruction, side by side with the copy that the cookie names, through
 * jumps, calls and callbacks.  So each instruction of a copy has its place in the one, by which
 * records and refs are compared.
 */
#include "progmerge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"

enum {
	MOVE = 0xb7,
	MOVE_REG = 0xbf,
	JEQ = 0x15,
	JGT = 0x25,
	JA = 0x05,
	JA_REG = 0x0d,
	GOTOL = 0x06,
	MAY_GOTO = 0xe5,
	EXIT = 0x95,
	HELPER = 5,
	COOKIE = 174,
	FUNC_REC = 8,
	LINE_REC = 16,
	FUNCS_MOST = 5,
	SLOTS_MOST = 400,
};

/* What copies are made of. */
struct shape {
	unsigned seed;
	unsigned n_subs; /* functions beside the main one */
	bool subs_differ, no_lines, no_infos;
	uint32_t main_more; /* instructions more of the main one */
};

static struct rawbpf_insn insn(unsigned code, unsigned src, int off, int32_t imm)
{
	struct rawbpf_insn i = {(uint8_t)code, 0, (int16_t)off, imm};

	object_set_src(&i, src);
	return i;
}

/* ---- copies ------------------------------------------------------------------------------- */

/* The code of one function; its calls are filled in later, by the callee's number. */
struct maker {
	const struct shape *s;
	struct object_code *c;
	uint32_t start[FUNCS_MOST + 1];
	uint32_t copy; /* the copy's number */
	uint32_t base; /* where what is alike of a function begins */
	uint32_t mark; /* of lines: the copy's, or nobody's */
};

static void maker_row(struct maker *m, unsigned kind, uint32_t at)
{
	uint32_t *p, no = at - m->base;
	struct object_code *c = m->c;

	switch (kind) {
	case 0: c->refs[c->n_refs++] = (struct object_ref){at, no % 3, no * 2, no & 1}; break;
	case 1: c->krefs[c->n_krefs++] = (struct object_kref){at, no % 5}; break;
	case 2: c->dead[c->n_dead++] = (struct object_dead){at, "why"}; break;
	default:
		p = (uint32_t *)(void *)(c->line_info + c->n_line_info++ * LINE_REC);
		p[0] = at;
		p[1] = m->mark;
		p[2] = no * 7;
		p[3] = no << 10;
	}
}

/* An instruction at i of a function that ends at end; slots it takes. */
static uint32_t maker_insn(struct maker *m, uint32_t i, uint32_t begin, uint32_t end)
{
	struct rawbpf_insn *p = m->c->insns + i;
	int back = (int)(begin + (uint32_t)rand() % (i - begin + 1)) - (int)i - 1;
	int on = (int)end - (int)i - 2; /* to the last one */
	int far = rand() % 2 ? back : on, sub = m->s->n_subs ? 1 + rand() % (int)m->s->n_subs : 0;

	switch (rand() % 12) {
	case 0: *p = insn(JEQ, 0, on, (int)(i - begin)); return 1;
	case 1: *p = insn(MAY_GOTO, 0, far, 0); return 1;
	case 2: *p = insn(JEQ, 0, 0, 3); return 1;
	case 3: *p = insn(OBJECT_CALL, 0, 0, HELPER); return 1;
	case 4:
		*p = insn(OBJECT_CALL, RAWBPF_PSEUDO_KFUNC_CALL, 0, 0);
		maker_row(m, 1, i);
		return 1;
	case 5:
		if (sub)
			*p = insn(OBJECT_CALL, RAWBPF_PSEUDO_CALL, 0, sub);
		else
			*p = insn(MOVE, 0, 0, 1);
		return 1;
	case 6:
	case 7:
		if (i + 2 >= end)
			break;
		p[0] = insn(OBJECT_LD_IMM64, RAWBPF_PSEUDO_MAP_FD, 0, 0);
		p[1] = insn(0, 0, 0, 0);
		if (sub && rand() % 2)
			p[0] = insn(OBJECT_LD_IMM64, RAWBPF_PSEUDO_FUNC, 0, sub);
		else
			maker_row(m, 0, i);
		return 2;
	case 8: maker_row(m, 2, i); break;
	case 9: *p = insn(GOTOL, 0, 0, far); return 1;
	default: break;
	}
	*p = insn(MOVE, 0, 0, (int)(i - begin));
	return 1;
}

static void maker_func(struct maker *m, unsigned f, uint32_t operands, uint32_t more)
{
	struct object_code *c = m->c;
	uint32_t begin = c->n_insns, at = begin + operands, end, i;
	unsigned sub;

	m->start[f] = begin;
	m->base = at;
	m->mark = !f || m->s->subs_differ ? m->copy : 0;
	for (i = begin; i < at; i++)
		c->insns[i] = insn(MOVE, 0, 0, (int)(1000 + m->copy));
	/* each function is called, or it would be a part of the main one */
	for (sub = 1; !f && sub <= m->s->n_subs; sub++)
		c->insns[at++] = insn(OBJECT_CALL, RAWBPF_PSEUDO_CALL, 0, (int)sub);
	end = at + 5 + (uint32_t)rand() % 40 + more;
	if (!m->s->no_infos) {
		uint32_t *p = (uint32_t *)(void *)(c->func_info + c->n_func_info++ * FUNC_REC);

		p[0] = begin;
		p[1] = f;
	}
	if (!m->s->no_lines)
		maker_row(m, 3, begin);
	for (i = at; i < end - 1;) {
		if (i != at && !m->s->no_lines && rand() % 3 == 0)
			maker_row(m, 3, i);
		i += maker_insn(m, i, at, end);
	}
	c->insns[i++] = insn(EXIT, 0, 0, 0);
	c->n_insns = i;
}

/* Calls know their functions' numbers; now where these are. */
static void maker_calls(struct maker *m)
{
	struct rawbpf_insn *p;
	uint32_t i;

	for (i = 0; i < m->c->n_insns; i++) {
		p = &m->c->insns[i];
		if ((p->code == OBJECT_CALL && object_src(p) == RAWBPF_PSEUDO_CALL) ||
			(p->code == OBJECT_LD_IMM64 && object_src(p) == RAWBPF_PSEUDO_FUNC))
			p->imm = (int32_t)(m->start[p->imm] - i - 1);
		i += p->code == OBJECT_LD_IMM64;
	}
}

/* Copy k. */
static void copy_make(const struct shape *s, uint32_t k, struct object_code *c)
{
	struct maker m = {.s = s, .c = c, .copy = k};
	uint32_t most = SLOTS_MOST + s->main_more;
	unsigned f;

	memset(c, 0, sizeof(*c));
	c->insns = calloc(most, sizeof(*c->insns));
	c->refs = calloc(most, sizeof(*c->refs));
	c->krefs = calloc(most, sizeof(*c->krefs));
	c->dead = calloc(most, sizeof(*c->dead));
	c->func_info = calloc(most, FUNC_REC);
	c->line_info = calloc(most, LINE_REC);
	c->func_rec_size = FUNC_REC;
	c->line_rec_size = LINE_REC;
	c->calls_trace_printk = k == 1;
	srand(s->seed); /* but for the operands all are alike */
	for (f = 0; f <= s->n_subs; f++)
		maker_func(&m, f, !f || s->subs_differ ? (k * 5 + 3) % 7 : 0, f ? 0 : s->main_more);
	maker_calls(&m);
}

struct copies {
	struct object_code *codes, one;
	size_t n;
};

static void copies_make(struct copies *t, const struct shape *s, size_t n)
{
	size_t k;

	memset(t, 0, sizeof(*t));
	t->n = n;
	t->codes = calloc(n, sizeof(*t->codes));
	for (k = 0; k < n; k++)
		copy_make(s, (uint32_t)k, &t->codes[k]);
}

static void copies_free(struct copies *t)
{
	size_t k;

	for (k = 0; k < t->n; k++)
		object_code_free(&t->codes[k]);
	free(t->codes);
	object_code_free(&t->one);
}

/* ---- followed side by side ---------------------------------------------------------------- */

/* What is before the copies, run with a cookie: the instruction where that copy begins. */
static uint32_t begins(const struct object_code *c, uint64_t cookie, unsigned *steps)
{
	const struct rawbpf_insn *p;
	uint32_t at = 3;

	ck_assert_uint_eq(c->insns[0].code, MOVE_REG);
	ck_assert_uint_eq(object_dst(&c->insns[0]), 6);
	ck_assert_uint_eq(object_src(&c->insns[0]), 1);
	ck_assert_uint_eq(c->insns[1].code, OBJECT_CALL);
	ck_assert_uint_eq(c->insns[1].regs, 0);
	ck_assert_int_eq(c->insns[1].imm, COOKIE);
	ck_assert_uint_eq(c->insns[2].code, MOVE_REG);
	ck_assert_uint_eq(object_dst(&c->insns[2]), 1);
	ck_assert_uint_eq(object_src(&c->insns[2]), 6);
	for (*steps = 0;; ++*steps) {
		ck_assert_uint_lt(at, c->n_insns);
		p = &c->insns[at];
		if (p->code == JA)
			return at + 1 + (uint32_t)p->off;
		if (p->code == GOTOL)
			return at + 1 + (uint32_t)p->imm;
		ck_assert_uint_eq(p->code, JGT);
		ck_assert_uint_eq(p->regs, 0);
		at += 1 + (cookie > (uint64_t)p->imm ? (uint32_t)p->off : 0);
	}
}

/* Where each instruction of a copy is in the one; 0: not reached. */
struct follow {
	const struct object_code *copy, *one;
	uint32_t *places;
	uint32_t todo[4 * SLOTS_MOST];
	size_t n_todo;
};

static void follow_to(struct follow *f, uint32_t old, uint32_t at)
{
	ck_assert_uint_lt(old, f->copy->n_insns);
	ck_assert_uint_lt(at, f->one->n_insns);
	if (f->places[old]) {
		ck_assert_uint_eq(f->places[old], at);
		return;
	}
	f->places[old] = at;
	ck_assert_uint_lt(f->n_todo, 4 * SLOTS_MOST);
	f->todo[f->n_todo++] = old;
}

static void follow_one(struct follow *f, uint32_t old)
{
	const struct rawbpf_insn *p = &f->copy->insns[old], *q = &f->one->insns[f->places[old]];
	uint32_t at = f->places[old], width = p->code == OBJECT_LD_IMM64 ? 2 : 1;
	bool call = (p->code == OBJECT_CALL && object_src(p) == RAWBPF_PSEUDO_CALL) ||
		    (p->code == OBJECT_LD_IMM64 && object_src(p) == RAWBPF_PSEUDO_FUNC);

	ck_assert_uint_eq(p->code, q->code);
	ck_assert_uint_eq(p->regs, q->regs);
	ck_assert_int_eq(p->off, q->off);
	if (call)
		follow_to(f, old + 1 + (uint32_t)p->imm, at + 1 + (uint32_t)q->imm);
	else
		ck_assert_int_eq(p->imm, q->imm);
	if (width == 2)
		ck_assert_mem_eq(p + 1, q + 1, sizeof(*p));
	switch (p->code) {
	case EXIT: return;
	case JEQ:
	case JA:
	case MAY_GOTO: follow_to(f, old + 1 + (uint32_t)p->off, at + 1 + (uint32_t)q->off); break;
	case GOTOL: follow_to(f, old + 1 + (uint32_t)p->imm, at + 1 + (uint32_t)q->imm); break;
	default: break;
	}
	if (p->code != JA && p->code != GOTOL)
		follow_to(f, old + width, at + width);
}

/* A row of a copy is in the one where its instruction is, and else as it was. */
static void has_row(const void *rows, size_t n, size_t size, const void *row, uint32_t at)
{
	const unsigned char *p = rows;
	uint32_t insn_no;
	size_t i;

	for (i = 0; i < n; i++, p += size) {
		memcpy(&insn_no, p, sizeof(insn_no));
		if (insn_no == at && !memcmp(p + 4, (const unsigned char *)row + 4, size - 4))
			return;
	}
	ck_abort_msg("no row at %u", at);
}

static void rows_rise(const void *rows, size_t n, size_t size)
{
	const unsigned char *p = rows;
	uint32_t last = 0, now;
	size_t i;

	for (i = 0; i < n; i++, p += size, last = now) {
		memcpy(&now, p, sizeof(now));
		ck_assert_msg(i ? now > last : !now, "%u behind %u", now, last);
	}
}

#define HAS_ROWS(f, field, n_field, size)                                               \
	do {                                                                            \
		const unsigned char *row_ = (const void *)(f)->copy->field;             \
		size_t i_;                                                              \
		uint32_t at_;                                                           \
		for (i_ = 0; i_ < (f)->copy->n_field; i_++, row_ += (size)) {           \
			memcpy(&at_, row_, sizeof(at_));                                \
			if ((f)->places[at_])                                           \
				has_row((f)->one->field, (f)->one->n_field, size, row_, \
					(f)->places[at_]);                              \
		}                                                                       \
	} while (0)

/* The copy, with what it calls, is in the one from at on; where each instruction is. */
static void follow(struct follow *f, uint32_t at)
{
	size_t i;

	follow_to(f, 0, at);
	for (i = 0; i < f->n_todo; i++)
		follow_one(f, f->todo[i]);
	HAS_ROWS(f, refs, n_refs, sizeof(*f->copy->refs));
	HAS_ROWS(f, krefs, n_krefs, sizeof(*f->copy->krefs));
	HAS_ROWS(f, dead, n_dead, sizeof(*f->copy->dead));
}

static size_t reached(const uint32_t *taken, uint32_t n)
{
	size_t all = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		all += taken[i] != 0;
	return all;
}

/* Each copy is there, its main function alone for itself. */
static void compare(const struct copies *t, const struct shape *s)
{
	uint32_t *owner = calloc(t->one.n_insns, sizeof(*owner)), i;
	unsigned steps, most = 0;
	struct follow *f;
	size_t k;

	for (k = 0; 1u << most < t->n; most++)
		;
	for (k = 0; k < t->n; k++) {
		f = calloc(1, sizeof(*f));
		f->copy = &t->codes[k];
		f->one = &t->one;
		f->places = calloc(f->copy->n_insns, sizeof(*f->places));
		follow(f, begins(&t->one, k, &steps));
		ck_assert_uint_le(steps, most);
		for (i = 0; i < f->copy->n_insns; i++) {
			if (!f->places[i])
				continue;
			ck_assert(!owner[f->places[i]] || !s->subs_differ);
			owner[f->places[i]] = (uint32_t)k + 1;
		}
		if (!s->no_lines && !s->no_infos)
			HAS_ROWS(f, line_info, n_line_info, LINE_REC);
		free(f->places);
		free(f);
	}
	ck_assert_uint_gt(reached(owner, t->one.n_insns), t->n);
	free(owner);
}

static size_t rows_of(const struct copies *t, const struct shape *s, size_t one, size_t main_one)
{
	return s->subs_differ ? t->n * one : t->n * main_one + one - main_one;
}

static uint32_t lines_of_main(const struct object_code *c)
{
	const uint32_t *p = (const void *)c->func_info, *line = (const void *)c->line_info;
	uint32_t n = 0;

	while (n < c->n_line_info && (c->n_func_info < 2 || line[4 * n] < p[2]))
		n++;
	return n;
}

static void compare_infos(const struct copies *t, const struct shape *s)
{
	const struct object_code *c = &t->codes[0], *one = &t->one;

	ck_assert_uint_eq(one->n_func_info, s->no_infos	     ? 0
					    : s->subs_differ ? 1 + t->n * s->n_subs
							     : 1 + s->n_subs);
	if (s->no_lines || s->no_infos) {
		ck_assert_uint_eq(one->n_line_info, 0);
		ck_assert_ptr_null(one->line_info);
	} else {
		ck_assert_uint_eq(
			one->n_line_info, 1 + rows_of(t, s, c->n_line_info, lines_of_main(c)));
	}
	rows_rise(one->func_info, one->n_func_info, FUNC_REC);
	rows_rise(one->line_info, one->n_line_info, LINE_REC);
	ck_assert(one->calls_trace_printk == (t->n > 1));
}

/* ---- tests -------------------------------------------------------------------------------- */

static const size_t counts[] = {1, 2, 3, 4, 5, 7, 8, 120, 600};

START_TEST(each_copy_is_in_it)
{
	struct copies t;
	struct shape s;
	unsigned seed, shapes = counts[_i] > 100 ? 4 : 60;

	for (seed = 0; seed < shapes; seed++) {
		s = (struct shape){.seed = seed + 1, .n_subs = seed % FUNCS_MOST};
		s.subs_differ = s.n_subs && seed % 2;
		s.no_lines = seed % 7 == 3;
		s.no_infos = seed % 11 == 5;
		copies_make(&t, &s, counts[_i]);
		ck_assert_int_eq(progmerge_code(t.codes, t.n, &t.one), 0);
		compare(&t, &s);
		compare_infos(&t, &s);
		copies_free(&t);
	}
}
END_TEST

/* Copies so long that jumps of 16 bits do not reach the last ones. */
START_TEST(far_copies)
{
	struct shape s = {.seed = 5, .n_subs = 2, .main_more = 9000};
	struct copies t;
	unsigned steps;
	size_t k;

	copies_make(&t, &s, 12);
	ck_assert_int_eq(progmerge_code(t.codes, t.n, &t.one), 0);
	ck_assert_uint_gt(begins(&t.one, 11, &steps), 60000);
	for (k = 0; k < t.n; k++)
		ck_assert_int_eq(
			t.one.insns[begins(&t.one, k, &steps) + (k * 5 + 3) % 7].code, OBJECT_CALL);
	compare_infos(&t, &s);
	copies_free(&t);
}
END_TEST

/* One that is told more than there is does what the last one does. */
START_TEST(as_many_as_can_be)
{
	struct shape s = {.seed = 2};
	struct object_code c, *codes = calloc(PROGMERGE_MAX + 1, sizeof(*codes)), one;
	uint32_t at, last = 0;
	unsigned steps;
	size_t k;

	copy_make(&s, 0, &c);
	for (k = 0; k <= PROGMERGE_MAX; k++)
		codes[k] = c;
	ck_assert_int_eq(progmerge_code(codes, PROGMERGE_MAX + 1, &one), -E2BIG);
	ck_assert_ptr_null(one.insns);
	ck_assert_int_eq(progmerge_code(codes, PROGMERGE_MAX, &one), 0);
	for (k = 0; k < PROGMERGE_MAX; k++, last = at) {
		at = begins(&one, k, &steps);
		ck_assert_uint_eq(steps, 13);
		ck_assert_uint_eq(at, k ? last + c.n_insns : 3 + 2 * PROGMERGE_MAX - 1);
	}
	ck_assert_uint_eq(begins(&one, UINT64_MAX, &steps), last);
	object_code_free(&one);
	ck_assert_int_eq(progmerge_code(codes, 0, &one), -EINVAL);
	object_code_free(&c);
	free(codes);
}
END_TEST

static int merged(const struct rawbpf_insn *insns, uint32_t n)
{
	struct rawbpf_insn *copy = malloc(n * sizeof(*copy)); /* its end is watched */
	struct object_code c = {.n_insns = n}, codes[2], one;
	int err;

	memcpy(copy, insns, n * sizeof(*copy));
	c.insns = copy;
	codes[0] = codes[1] = c;
	err = progmerge_code(codes, 2, &one);
	if (err)
		ck_assert_ptr_null(one.insns);
	object_code_free(&one);
	free(copy);
	return err;
}

/* What the kernel would take in the one, but not in a copy alone; and what one cannot do. */
START_TEST(refusals)
{
	const struct {
		struct rawbpf_insn insns[4];
		uint32_t n;
		int err;
	} rows[] = {
		{{insn(MOVE, 0, 0, 0), insn(EXIT, 0, 0, 0)}, 2, 0},
		{{insn(MOVE, 0, 0, 0), insn(JA, 0, -2, 0)}, 2, 0},
		{{insn(MOVE, 0, 0, 0), insn(GOTOL, 0, 0, -2)}, 2, 0},
		{{insn(MOVE, 0, 0, 0)}, 1, -EINVAL},
		{{insn(EXIT, 0, 0, 0), insn(JEQ, 0, -2, 0)}, 2, -EINVAL},
		{{insn(JEQ, 0, 1, 0), insn(EXIT, 0, 0, 0)}, 2, -EINVAL},
		{{insn(JEQ, 0, -2, 0), insn(EXIT, 0, 0, 0)}, 2, -EINVAL},
		{{insn(MAY_GOTO, 0, 7, 0), insn(EXIT, 0, 0, 0)}, 2, -EINVAL},
		{{insn(JA, 0, 1, 0), insn(EXIT, 0, 0, 0)}, 2, -EINVAL},
		{{insn(GOTOL, 0, 0, 1), insn(EXIT, 0, 0, 0)}, 2, -EINVAL},
		{{insn(GOTOL, 0, 0, INT32_MIN), insn(EXIT, 0, 0, 0)}, 2, -EINVAL},
		/* half an ld_imm64 at the end, and at the end of the main one */
		{{insn(EXIT, 0, 0, 0), insn(OBJECT_LD_IMM64, 0, 0, 0)}, 2, -EINVAL},
		{{insn(OBJECT_CALL, RAWBPF_PSEUDO_CALL, 0, 1), insn(OBJECT_LD_IMM64, 0, 0, 0),
			 insn(EXIT, 0, 0, 0)},
			3, -EINVAL},
		/* into itself, before it, behind all */
		{{insn(OBJECT_CALL, RAWBPF_PSEUDO_CALL, 0, -1), insn(EXIT, 0, 0, 0)}, 2, -EINVAL},
		{{insn(OBJECT_CALL, RAWBPF_PSEUDO_CALL, 0, -9), insn(EXIT, 0, 0, 0)}, 2, -EINVAL},
		{{insn(MOVE, 0, 0, 0), insn(OBJECT_CALL, RAWBPF_PSEUDO_CALL, 0, -1),
			 insn(EXIT, 0, 0, 0)},
			3, -EINVAL},
		/* past the end of the main one, into what it calls */
		{{insn(OBJECT_CALL, RAWBPF_PSEUDO_CALL, 0, 1), insn(JEQ, 0, 0, 0),
			 insn(EXIT, 0, 0, 0)},
			3, -EINVAL},
		{{insn(OBJECT_CALL, 0, 0, COOKIE), insn(EXIT, 0, 0, 0)}, 2, -EOPNOTSUPP},
		{{insn(OBJECT_CALL, RAWBPF_PSEUDO_CALL, 0, 1), insn(EXIT, 0, 0, 0),
			 insn(OBJECT_CALL, 0, 0, COOKIE), insn(EXIT, 0, 0, 0)},
			4, -EOPNOTSUPP},
		{{insn(JA_REG, 0, 0, 0), insn(EXIT, 0, 0, 0)}, 2, -EOPNOTSUPP},
		{{insn(OBJECT_CALL, RAWBPF_PSEUDO_KFUNC_CALL, 0, COOKIE), insn(EXIT, 0, 0, 0)}, 2,
			0},
	};
	size_t i;
	int err;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		err = merged(rows[i].insns, rows[i].n);
		ck_assert_msg(err == rows[i].err, "%zu: %d", i, err);
	}
	ck_assert_int_eq(merged(rows[0].insns, 0), -EINVAL);
}
END_TEST

/* _i 1: in functions that both have */
START_TEST(too_long)
{
	uint32_t half = OBJECT_INSNS_MAX / 2, i;
	struct object_code codes[2] = {{.n_insns = half}, {.n_insns = half}}, one;
	struct rawbpf_insn *p = calloc(half, sizeof(*p)), *q = calloc(half, sizeof(*q));

	for (i = 0; i < half - 1; i++)
		p[i] = insn(MOVE, 0, 0, 0);
	p[i] = insn(EXIT, 0, 0, 0);
	if (_i) {
		p[0] = insn(OBJECT_CALL, RAWBPF_PSEUDO_CALL, 0, 1);
		p[1] = insn(EXIT, 0, 0, 0);
	}
	memcpy(q, p, half * sizeof(*p));
	q[half - 2].imm = 1;
	codes[0].insns = p;
	codes[1].insns = q;
	ck_assert_int_eq(progmerge_code(codes, 2, &one), -E2BIG);
	ck_assert_ptr_null(one.insns);
	codes[1].insns = p; /* what both call is there once */
	ck_assert_int_eq(progmerge_code(codes, 2, &one), _i ? 0 : -E2BIG);
	object_code_free(&one);
	free(p);
	free(q);
}
END_TEST

START_TEST(every_allocation_fails)
{
	struct shape s = {.seed = 9, .n_subs = 3, .subs_differ = true};
	struct copies t;
	unsigned i;
	int err;

	copies_make(&t, &s, 7);
	for (i = 1;; i++) {
		t_fail_alloc_at(i);
		err = progmerge_code(t.codes, t.n, &t.one);
		if (!t_alloc_failed())
			break;
		ck_assert_int_eq(err, -ENOMEM);
		ck_assert_ptr_null(t.one.insns);
		ck_assert_ptr_null(t.one.refs);
	}
	ck_assert_int_eq(err, 0);
	ck_assert_uint_eq(i, 8);
	compare(&t, &s);
	copies_free(&t);
}
END_TEST

Suite *suite_progmerge(void);
Suite *suite_progmerge(void)
{
	Suite *s = suite_create("progmerge");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, each_copy_is_in_it, 0, (int)(sizeof(counts) / sizeof(*counts)));
	tcase_add_test(t, far_copies);
	tcase_add_test(t, as_many_as_can_be);
	tcase_add_test(t, refusals);
	tcase_add_loop_test(t, too_long, 0, 2);
	tcase_add_test(t, every_allocation_fails);
	suite_add_tcase(s, t);
	return s;
}
