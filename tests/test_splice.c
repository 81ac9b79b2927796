// SPDX-License-Identifier: MIT
/*
 * test_splice.c - instructions put in place of others.
 *
 * Every instruction of a random program carries its number where splicing changes nothing, and the
 * new ones a mark; so what a jump reaches afterwards can be told by looking at it.
 */
#include "splice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"

enum {
	MOVE = 0xb7,
	JEQ = 0x15,
	JEQ32 = 0x16,
	JA = 0x05,
	GOTOL = 0x06,
	MAY_GOTO = 0xe5,
	EXIT = 0x95,
	MARK = 0x07, /* r9 += NUMBER: in what is put in */
	MOST = 600,
};

/* A program and what it should do. */
struct sample {
	struct object_code c;
	int32_t target[MOST]; /* of each slot's jump, -1: none */
	bool second[MOST];    /* half of an ld_imm64 */
	struct splice s[MOST];
	size_t n_s;
	struct rawbpf_insn put[MOST * 4];
	uint32_t n;
};

static struct rawbpf_insn insn(unsigned code, unsigned src, int off, int32_t imm)
{
	struct rawbpf_insn i = {(uint8_t)code, 0, (int16_t)off, imm};

	object_set_src(&i, src);
	return i;
}

/* The number that an instruction of sample_fill() carries. */
static int32_t number_of(const struct rawbpf_insn *i)
{
	if (i->code == OBJECT_LD_IMM64)
		return object_src(i) == RAWBPF_PSEUDO_FUNC ? i[1].imm : i->imm;
	if (i->code == GOTOL || i->code == OBJECT_CALL)
		return i->off;
	return i->imm;
}

/* An instruction at i that goes to target, or a plain one. */
static uint32_t put_insn(struct sample *t, uint32_t i, uint32_t n)
{
	struct rawbpf_insn *p = t->c.insns + i;
	int32_t to = rand() % (int)n, far = to - (int32_t)i - 1, id = (int32_t)i;
	bool room = i + 1 < n;

	t->target[i] = to;
	switch (rand() % 12) {
	case 0: *p = insn(JEQ, 0, far, id); return 1;
	case 1: *p = insn(JEQ32, 0, far, id); return 1;
	case 2: *p = insn(JA, 0, far, id); return 1;
	case 3: *p = insn(GOTOL, 0, id, far); return 1;
	case 4: *p = insn(MAY_GOTO, 0, far, id); return 1;
	case 5: *p = insn(OBJECT_CALL, RAWBPF_PSEUDO_CALL, id, far); return 1;
	case 6:
		if (!room)
			break;
		*p = insn(OBJECT_LD_IMM64, RAWBPF_PSEUDO_FUNC, 0, far);
		p[1] = insn(0, 0, 0, id);
		t->second[i + 1] = true;
		t->target[i + 1] = -1;
		return 2;
	default: break;
	}
	t->target[i] = -1;
	if (room && rand() % 4 == 0) {
		*p = insn(OBJECT_LD_IMM64, RAWBPF_PSEUDO_MAP_FD, 0, id);
		/* a second half may look like a jump */
		p[1] = insn(rand() % 2 ? 0 : JA, 0, 77, 0);
		t->second[i + 1] = true;
		t->target[i + 1] = -1;
		return 2;
	}
	/* helpers' calls and exits have fields that look like distances */
	*p = rand() % 3 ? insn(MOVE, 0, 0, id) : insn(rand() % 2 ? EXIT : OBJECT_CALL, 0, id, id);
	return 1;
}

static void sample_fill(struct sample *t, uint32_t n)
{
	uint32_t i, k, most = (uint32_t)rand() % 4 + 1;

	memset(t, 0, sizeof(*t));
	t->n = n;
	t->c.insns = calloc(n, sizeof(*t->c.insns));
	t->c.n_insns = n;
	for (i = 0; i < n; i += put_insn(t, i, n))
		;
	for (i = 0; i < n; i++) {
		if (t->second[i] || rand() % 5)
			continue;
		t->s[t->n_s].insn = i;
		t->s[t->n_s].insns = &t->put[t->n_s * 4];
		t->s[t->n_s].n = (uint32_t)rand() % (most + 1) % 5;
		for (k = 0; k < 4; k++)
			t->put[t->n_s * 4 + k] = insn(MARK, 0, (int)k, (int32_t)t->n_s);
		t->n_s++;
	}
}

static const struct splice *splice_of(const struct sample *t, uint32_t old)
{
	size_t i;

	for (i = 0; i < t->n_s; i++)
		if (t->s[i].insn == old)
			return &t->s[i];
	return NULL;
}

/* Where an old instruction must be, told by what stands there. */
static bool is_it(const struct sample *t, const struct rawbpf_insn *got, uint32_t old)
{
	const struct splice *s = splice_of(t, old);

	if (!s)
		return got->code != MARK && number_of(got) == (int32_t)old;
	return got->code == MARK && got->off == 0 && got->imm == (int32_t)(s - t->s);
}

/* The first at or behind old that is not replaced by nothing; n: none. */
static uint32_t still_there(const struct sample *t, uint32_t old)
{
	const struct splice *s;

	for (; old < t->n; old++) {
		s = splice_of(t, old);
		if (!t->second[old] && (!s || s->n))
			break;
	}
	return old;
}

static void check_jump(const struct sample *t, uint32_t at, uint32_t old)
{
	const struct rawbpf_insn *i = &t->c.insns[at];
	uint32_t target = (uint32_t)t->target[old];
	bool wide = i->code == GOTOL || i->code == OBJECT_CALL || i->code == OBJECT_LD_IMM64;
	int64_t to = (int64_t)at + 1 + (wide ? i->imm : i->off);

	/* into an ld_imm64: into it still, or to what stands for it */
	if (t->second[target] && !splice_of(t, target - 1)) {
		ck_assert(is_it(t, &t->c.insns[to - 1], target - 1));
		return;
	}
	target = t->second[target] ? target - 1 : target;
	target = still_there(t, target);
	if (target == t->n)
		ck_assert_int_eq(to, t->c.n_insns);
	else
		ck_assert_msg(to >= 0 && to < t->c.n_insns && is_it(t, &t->c.insns[to], target),
			"%u goes to %lld, which is not %u", old, (long long)to, target);
}

/* All old ones in their order, all new ones at their places, all jumps. */
static void check_sample(const struct sample *t)
{
	const struct splice *s;
	uint32_t old, at = 0, k;

	for (old = 0; old < t->n; old++) {
		if (t->second[old])
			continue;
		s = splice_of(t, old);
		for (k = 0; s && k < s->n; k++, at++)
			ck_assert(!memcmp(&t->c.insns[at], &s->insns[k], sizeof(*s->insns)));
		if (s)
			continue;
		ck_assert(is_it(t, &t->c.insns[at], old));
		if (t->target[old] >= 0)
			check_jump(t, at, old);
		at += 1 + (old + 1 < t->n && t->second[old + 1]);
	}
	ck_assert_uint_eq(at, t->c.n_insns);
}

START_TEST(same_targets)
{
	struct sample *t = malloc(sizeof(*t));
	struct rawbpf_error e;
	int i, jumps = 0;

	srand(4);
	for (i = 0; i < 2000; i++) {
		sample_fill(t, (uint32_t)rand() % MOST + 1);
		ck_assert_int_eq(splice_code(&t->c, t->s, t->n_s, &e), 0);
		check_sample(t);
		jumps += t->n_s > 0;
		object_code_free(&t->c);
	}
	ck_assert_int_gt(jumps, 1800);
	free(t);
}
END_TEST

/* ---- one at a time ----------------------------------------------------------------------- */

static const struct rawbpf_insn three[] = {
	{MARK, 0, 0, 0},
	{MARK, 0, 1, 0},
	{MARK, 0, 2, 0},
};

static struct object_code code_of(const struct rawbpf_insn *insns, uint32_t n)
{
	struct object_code c = {0};

	c.insns = malloc(n * sizeof(*insns));
	memcpy(c.insns, insns, n * sizeof(*insns));
	c.n_insns = n;
	return c;
}

/* Records of 8 bytes: offset, number. */
static unsigned char *records_of(const uint32_t *offsets, uint32_t n)
{
	uint32_t *out = malloc(n * 2 * sizeof(*out)), i;

	for (i = 0; i < n; i++) {
		out[i * 2] = offsets[i];
		out[i * 2 + 1] = i;
	}
	return (unsigned char *)out;
}

static void is_record(const unsigned char *p, uint32_t i, uint32_t offset, uint32_t number)
{
	uint32_t got[2];

	memcpy(got, p + i * sizeof(got), sizeof(got));
	ck_assert_uint_eq(got[0], offset);
	ck_assert_uint_eq(got[1], number);
}

START_TEST(records)
{
	const struct rawbpf_insn plain[] = {
		{MOVE, 0, 0, 0}, {MOVE, 0, 0, 1},	     /* three */
		{MOVE, 0, 0, 2}, {MOVE, 0, 0, 3},	     /* nothing */
		{EXIT, 0, 0, 4}, {OBJECT_LD_IMM64, 0, 0, 5}, /* three */
		{0, 0, 0, 0}, {OBJECT_LD_IMM64, 0, 0, 7}, {0, 0, 0, 0},
		{EXIT, 0, 0, 9}, /* nothing */
	};
	const uint32_t funcs[] = {0, 5}, lines[] = {0, 1, 2, 3, 4, 5, 7, 9};
	const struct splice s[] = {{1, three, 3}, {3, NULL, 0}, {5, three, 3}, {9, NULL, 0}};
	struct object_code c = code_of(plain, 10);
	struct rawbpf_error e;

	c.func_info = records_of(funcs, 2);
	c.n_func_info = 2;
	c.line_info = records_of(lines, 8);
	c.n_line_info = 8;
	c.func_rec_size = c.line_rec_size = 8;
	c.refs = calloc(2, sizeof(*c.refs));
	c.n_refs = 2;
	c.refs[0] = (struct object_ref){.insn = 5, .map = 1};
	c.refs[1] = (struct object_ref){.insn = 7, .map = 2, .offset = 3, .is_value = true};
	ck_assert_int_eq(splice_code(&c, s, 4, &e), 0);
	ck_assert_uint_eq(c.n_insns, 11);
	ck_assert_uint_eq(c.n_func_info, 2);
	is_record(c.func_info, 0, 0, 0);
	is_record(c.func_info, 1, 6, 1);
	/* that of the instruction which is gone, and that behind the end, are gone too */
	ck_assert_uint_eq(c.n_line_info, 6);
	is_record(c.line_info, 0, 0, 0);
	is_record(c.line_info, 1, 1, 1);
	is_record(c.line_info, 2, 4, 2);
	is_record(c.line_info, 3, 5, 4);
	is_record(c.line_info, 4, 6, 5);
	is_record(c.line_info, 5, 9, 6);
	ck_assert_uint_eq(c.n_refs, 1);
	ck_assert_uint_eq(c.refs[0].insn, 9);
	ck_assert_uint_eq(c.refs[0].map, 2);
	ck_assert_uint_eq(c.refs[0].offset, 3);
	ck_assert(c.refs[0].is_value);
	object_code_free(&c);
}
END_TEST

/* Operands are replaced, and moved where they are not; one that stays keeps its fields. */
START_TEST(operands)
{
	struct rawbpf_insn some[] = {
		{JA, 0, 1, 0}, /* over the first */
		{OBJECT_CALL, 0, 1, -8},
		{OBJECT_CALL, 0, 2, -16},
		{EXIT, 0, 0, 0},
	};
	const struct splice s[] = {{1, three, 3}};
	struct object_code c;
	struct rawbpf_error e;

	object_set_src(&some[1], RAWBPF_PSEUDO_CALL);
	object_set_src(&some[2], RAWBPF_PSEUDO_CALL);
	c = code_of(some, 4);
	c.usdt = calloc(2, sizeof(*c.usdt));
	c.n_usdt = 2;
	c.usdt[0] = (struct object_usdt){1, 1, -8};
	c.usdt[1] = (struct object_usdt){2, 2, -16};
	c.dead = calloc(2, sizeof(*c.dead));
	c.n_dead = 2;
	c.dead[0] = (struct object_dead){1, "replaced"};
	c.dead[1] = (struct object_dead){3, "moved"};
	ck_assert_int_eq(splice_code(&c, s, 1, &e), 0);
	ck_assert_uint_eq(c.n_usdt, 1);
	ck_assert_uint_eq(c.usdt[0].insn, 4);
	ck_assert_uint_eq(c.usdt[0].n, 2);
	ck_assert_int_eq(c.usdt[0].slot, -16);
	ck_assert_uint_eq(c.n_dead, 1);
	ck_assert_str_eq(object_dead(&c, 5), "moved");
	ck_assert_ptr_null(object_dead(&c, 3));
	ck_assert_mem_eq(&c.insns[4], &some[2], sizeof(*some));
	ck_assert_int_eq(c.insns[0].off, 3);
	object_code_free(&c);
}
END_TEST

/* Half of very many operands replaced: what stays is found without a look at all of them. */
START_TEST(many_operands)
{
	enum { MANY = 200000 };
	struct splice *s = calloc(MANY / 2, sizeof(*s));
	struct object_code c = {.n_insns = MANY};
	struct rawbpf_error e;
	uint32_t i;

	c.insns = calloc(MANY, sizeof(*c.insns));
	c.usdt = calloc(MANY, sizeof(*c.usdt));
	for (i = 0; i < MANY; i++) {
		c.insns[i] = (struct rawbpf_insn){OBJECT_CALL, 0, 1, -8};
		object_set_src(&c.insns[i], RAWBPF_PSEUDO_CALL);
		c.usdt[i] = (struct object_usdt){i, 1, -8};
		if (i % 2)
			s[i / 2] = (struct splice){i, three, 3};
	}
	c.n_usdt = MANY;
	ck_assert_int_eq(splice_code(&c, s, MANY / 2, &e), 0);
	ck_assert_uint_eq(c.n_insns, 2 * MANY);
	ck_assert_uint_eq(c.n_usdt, MANY / 2);
	for (i = 0; i < MANY / 2; i++) {
		ck_assert(c.usdt[i].insn == 4 * i);
		ck_assert(c.insns[4 * i].imm == -8);
		ck_assert(!memcmp(&c.insns[4 * i + 1], three, sizeof(three)));
	}
	free(s);
	object_code_free(&c);
}
END_TEST

/* What leaves the code leaves it afterwards, though there is more code then. */
START_TEST(outside)
{
	const struct rawbpf_insn wild[] = {
		{JA, 0, 5, 0},	 /* 3 behind the end */
		{JA, 0, -10, 1}, /* 8 before the start */
		{MOVE, 0, 0, 2}, /* three */
	};
	const struct splice s[] = {{2, three, 3}};
	struct object_code c = code_of(wild, 3);
	struct rawbpf_error e;

	ck_assert_int_eq(splice_code(&c, s, 1, &e), 0);
	ck_assert_int_eq(c.insns[0].off, 7);
	ck_assert_int_eq(c.insns[1].off, -10);
	object_code_free(&c);
}
END_TEST

static struct object_code long_code(uint32_t n)
{
	struct object_code c = {0};
	uint32_t i;

	c.insns = calloc(n, sizeof(*c.insns));
	c.n_insns = n;
	for (i = 0; i < n; i++)
		c.insns[i] = insn(MOVE, 0, 0, (int32_t)i);
	return c;
}

START_TEST(too_far)
{
	const struct splice s[] = {{100, three, 3}};
	struct rawbpf_insn before[2];
	struct object_code c = long_code(40000);
	struct rawbpf_error e;

	c.insns[5] = insn(JEQ, 0, 32766, 0);
	c.insns[39000] = insn(GOTOL, 0, 0, -39000);
	memcpy(before, c.insns + 99, sizeof(before));
	ck_assert_int_eq(splice_code(&c, s, 1, &e), -E2BIG);
	ck_assert_ptr_nonnull(strstr(e.msg, "jump at instruction 5"));
	ck_assert_ptr_nonnull(e.hint);
	/* nothing has changed */
	ck_assert_uint_eq(c.n_insns, 40000);
	ck_assert_mem_eq(before, c.insns + 99, sizeof(before));
	c.insns[5].off = 32765;
	ck_assert_int_eq(splice_code(&c, s, 1, &e), 0);
	ck_assert_int_eq(c.insns[5].off, 32767);
	ck_assert_int_eq(c.insns[39002].imm, -39002);
	object_code_free(&c);
	/* a jump backwards */
	c = long_code(40000);
	c.insns[33000] = insn(JEQ, 0, -32768, 0);
	ck_assert_int_eq(splice_code(&c, s, 1, &e), 0); /* nothing in between */
	ck_assert_int_eq(c.insns[33002].off, -32768);
	c.insns[32900 - 1] = insn(JA, 0, -32768, 0);
	ck_assert_int_eq(splice_code(&c, &(struct splice){200, three, 3}, 1, &e), -E2BIG);
	ck_assert_ptr_nonnull(strstr(e.msg, "jump at instruction 32899"));
	object_code_free(&c);
}
END_TEST

START_TEST(too_big)
{
	struct rawbpf_insn *many = calloc(OBJECT_INSNS_MAX, sizeof(*many));
	struct object_code c = long_code(2);
	struct splice s = {0, many, OBJECT_INSNS_MAX};
	struct rawbpf_error e;

	ck_assert_int_eq(splice_code(&c, &s, 1, &e), -E2BIG);
	ck_assert_ptr_nonnull(strstr(e.msg, "too big"));
	s.n--;
	ck_assert_int_eq(splice_code(&c, &s, 1, &e), 0);
	ck_assert_uint_eq(c.n_insns, OBJECT_INSNS_MAX);
	object_code_free(&c);
	free(many);
}
END_TEST

START_TEST(not_an_instruction)
{
	const struct rawbpf_insn plain[] = {
		{OBJECT_LD_IMM64, 0, 0, 0},
		{0, 0, 0, 0},
		{MOVE, 0, 0, 2},
		{EXIT, 0, 0, 3},
	};
	const uint32_t funcs[] = {0, 2};
	const struct splice second[] = {{1, three, 3}}, behind[] = {{4, three, 3}},
			    falling[] = {{3, three, 3}, {2, three, 3}},
			    twice[] = {{2, three, 3}, {2, three, 3}},
			    empty[] = {{2, NULL, 0}, {3, NULL, 0}};
	struct object_code c = code_of(plain, 4);
	struct rawbpf_error e;

	ck_assert_int_eq(splice_code(&c, NULL, 0, &e), 0);
	ck_assert_int_eq(splice_code(&c, second, 1, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "instruction 1 "));
	ck_assert_int_eq(splice_code(&c, behind, 1, &e), -EINVAL);
	ck_assert_int_eq(splice_code(&c, falling, 2, &e), -EINVAL);
	ck_assert_int_eq(splice_code(&c, twice, 2, &e), -EINVAL);
	c.func_info = records_of(funcs, 2);
	c.n_func_info = 2;
	c.func_rec_size = 8;
	ck_assert_int_eq(splice_code(&c, empty, 2, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "function at instruction 2"));
	ck_assert_int_eq(splice_code(&c, empty, 1, &e), 0);
	ck_assert_uint_eq(c.n_insns, 3);
	object_code_free(&c);
}
END_TEST

START_TEST(no_memory)
{
	const struct splice s[] = {{1, three, 3}};
	struct object_code c = long_code(4);
	struct rawbpf_error e;
	unsigned n;
	int err;

	for (n = 1;; n++) {
		t_fail_alloc_at(n);
		err = splice_code(&c, s, 1, &e);
		if (!t_alloc_failed())
			break;
		ck_assert_int_eq(err, -ENOMEM);
		ck_assert_uint_eq(c.n_insns, 4);
	}
	ck_assert_int_eq(err, 0);
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(c.n_insns, 6);
	object_code_free(&c);
}
END_TEST

Suite *suite_splice(void);
Suite *suite_splice(void)
{
	Suite *s = suite_create("splice");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, same_targets);
	tcase_add_test(tc, records);
	tcase_add_test(tc, operands);
	tcase_add_test(tc, many_operands);
	tcase_add_test(tc, outside);
	tcase_add_test(tc, too_far);
	tcase_add_test(tc, too_big);
	tcase_add_test(tc, not_an_instruction);
	tcase_add_test(tc, no_memory);
	suite_add_tcase(s, tc);
	return s;
}
