// SPDX-License-Identifier: MIT
/* test_usdtput.c - operands put into linked code: each where it is asked for, or nothing changed. */
#include "usdtput.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"

enum { PUT_MOVE = 0xb7, PUT_EXIT = 0x95 };

/* r6 = 1; operand 2; operand 1; exit */
static void put_code(struct object_code *c)
{
	static const struct rawbpf_insn insns[] = {
		{PUT_MOVE, 6, 0, 1},
		{OBJECT_CALL, 0, 2, -8},
		{OBJECT_CALL, 0, 1, -16},
		{PUT_EXIT, 0, 0, 0},
	};

	memset(c, 0, sizeof(*c));
	c->insns = malloc(sizeof(insns));
	memcpy(c->insns, insns, sizeof(insns));
	c->n_insns = 4;
	c->usdt = calloc(2, sizeof(*c->usdt));
	c->usdt[0] = (struct object_usdt){1, 2, -8};
	c->usdt[1] = (struct object_usdt){2, 1, -16};
	c->n_usdt = 2;
}

/* Two constants, for this machine. */
static void put_ops(struct usdtcode_op ops[OBJECT_USDT_MAX])
{
	memset(ops, 0, OBJECT_USDT_MAX * sizeof(*ops));
	ops[0].kind = ops[1].kind = RAWBPF_ARG_CONST;
	ops[0].size = ops[1].size = 8;
	ops[0].val = 11;
	ops[1].val = 22;
}

START_TEST(each_in_its_place)
{
	struct usdtcode_op ops[OBJECT_USDT_MAX];
	struct rawbpf_insn want[USDTCODE_MAX];
	const struct arch *a = arch_find(NULL);
	struct object_code c;
	struct rawbpf_error e;
	uint32_t at = 1, n;

	put_code(&c);
	put_ops(ops);
	ck_assert_int_eq(usdtput_code(&c, ops, &e), 0);
	n = usdtcode_emit(a, &ops[1], -8, want);
	ck_assert_mem_eq(c.insns + at, want, n * sizeof(*want));
	at += n;
	n = usdtcode_emit(a, &ops[0], -16, want);
	ck_assert_mem_eq(c.insns + at, want, n * sizeof(*want));
	at += n;
	ck_assert_uint_eq(c.insns[0].code, PUT_MOVE);
	ck_assert_uint_eq(c.insns[at].code, PUT_EXIT);
	ck_assert_uint_eq(c.n_insns, at + 1);
	object_code_free(&c);
}
END_TEST

/* So many that what is put in moves as it grows. */
START_TEST(many_places)
{
	enum { MANY = 3000 };
	struct usdtcode_op ops[OBJECT_USDT_MAX];
	struct rawbpf_insn want[2][USDTCODE_MAX];
	const struct arch *a = arch_find(NULL);
	struct object_code c = {.n_insns = MANY};
	uint32_t at = 0, i, n[2];
	struct rawbpf_error e;

	put_ops(ops);
	c.insns = calloc(MANY, sizeof(*c.insns));
	c.usdt = calloc(MANY, sizeof(*c.usdt));
	for (i = 0; i < MANY; i++) {
		c.insns[i] = (struct rawbpf_insn){OBJECT_CALL, 0, (int16_t)(i % 2 + 1), -8};
		c.usdt[i] = (struct object_usdt){i, (uint16_t)(i % 2 + 1), -8};
	}
	c.n_usdt = MANY;
	for (i = 0; i < 2; i++)
		n[i] = usdtcode_emit(a, &ops[i], -8, want[i]);
	ck_assert_int_eq(usdtput_code(&c, ops, &e), 0);
	for (i = 0; i < MANY; at += n[i++ % 2])
		ck_assert_mem_eq(c.insns + at, want[i % 2], n[i % 2] * sizeof(*c.insns));
	ck_assert_uint_eq(c.n_insns, at);
	ck_assert_uint_eq(c.n_usdt, 0);
	object_code_free(&c);
}
END_TEST

START_TEST(no_place)
{
	struct usdtcode_op ops[OBJECT_USDT_MAX];
	struct rawbpf_error e;
	struct object_code c;

	put_code(&c);
	put_ops(ops);
	c.n_usdt = 0;
	ck_assert_int_eq(usdtput_code(&c, ops, &e), 0);
	ck_assert_uint_eq(c.n_insns, 4);
	object_code_free(&c);
}
END_TEST

START_TEST(every_allocation_fails)
{
	struct usdtcode_op ops[OBJECT_USDT_MAX];
	struct rawbpf_error e;
	struct object_code c;
	unsigned i;
	int err;

	put_ops(ops);
	for (i = 1;; i++) {
		put_code(&c);
		t_fail_alloc_at(i);
		err = usdtput_code(&c, ops, &e);
		if (!t_alloc_failed())
			break;
		ck_assert_int_eq(err, -ENOMEM);
		ck_assert_int_eq(e.err, -ENOMEM);
		ck_assert_uint_eq(c.n_insns, 4);
		ck_assert_uint_eq(c.insns[1].code, OBJECT_CALL);
		object_code_free(&c);
	}
	ck_assert_int_eq(err, 0);
	ck_assert_uint_gt(i, 2);
	object_code_free(&c);
}
END_TEST

Suite *suite_usdtput(void);
Suite *suite_usdtput(void)
{
	Suite *s = suite_create("usdtput");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, each_in_its_place);
	tcase_add_test(t, many_places);
	tcase_add_test(t, no_place);
	tcase_add_test(t, every_allocation_fails);
	suite_add_tcase(s, t);
	return s;
}
