// SPDX-License-Identifier: MIT
/* test_progcopy.c - one copy of a program for each set of operands, and all of them freed. */
#include "progcopy.h"

#include <errno.h>
#include <string.h>

#include "t.h"

static struct prog copied(void)
{
	return (struct prog){.name = "f",
		.section = "usdt",
		.type = RAWBPF_PROG_KPROBE,
		.usdt_args = 1 << 1,
		.def = 3,
		.calls_trace_printk = true,
		.late = true,
		.fd = -1};
}

START_TEST(one_for_each_set)
{
	struct usdtcode_op ops[OBJECT_USDT_MAX];
	struct rawbpf b = {.progs = NULL};
	struct prog p = copied(), *one, *two;

	memset(ops, 0, sizeof(ops));
	one = progcopy_get(&b, &p, ops, 0);
	ck_assert_ptr_nonnull(one);
	ck_assert_ptr_eq(progcopy_get(&b, &p, ops, 0), one);
	ops[0].val = 5;
	two = progcopy_get(&b, &p, ops, 0);
	ck_assert_ptr_ne(two, one);
	ck_assert_ptr_eq(progcopy_get(&b, &p, ops, 0), two);
	ck_assert_int_eq(two->ops[0].val, 5);
	ck_assert_int_eq(one->ops[0].val, 0);
	ck_assert_uint_eq(one->copy, 1);
	ck_assert_uint_eq(two->copy, 2);
	ck_assert_ptr_eq(two->origin, &p);
	ck_assert_str_eq(two->name, "f");
	ck_assert_uint_eq(two->def, 3);
	ck_assert_int_eq(two->fd, -1);
	ck_assert(two->calls_trace_printk);
	ck_assert_int_eq(prog_fd(&p), -1);
	prog_close(&b, &p);
}
END_TEST

/* The program's fd is that of a copy which is loaded. */
START_TEST(fd_of_a_copy)
{
	struct usdtcode_op ops[OBJECT_USDT_MAX];
	struct rawbpf b = {.progs = NULL};
	struct prog p = copied(), *c;

	memset(ops, 0, sizeof(ops));
	c = progcopy_get(&b, &p, ops, 0);
	c->has_other = true;
	c->other_fd = 70;
	ck_assert_int_eq(prog_fd(&p), 70);
	c->fd = 71;
	ck_assert_int_eq(prog_fd(&p), 71);
	c->has_other = false;
	c->fd = -1;
	prog_close(&b, &p);
}
END_TEST

/* Several as one: made once for them and for fewer of them, and no copy itself. */
START_TEST(several_as_one)
{
	struct usdtcode_op ops[OBJECT_USDT_MAX];
	struct rawbpf b = {.progs = NULL};
	struct prog p = copied(), *c[4], *some[2], *one;
	unsigned i;

	memset(ops, 0, sizeof(ops));
	for (i = 0; i < 4; i++) {
		ops[0].val = i;
		c[i] = progcopy_get(&b, &p, ops, 0);
	}
	one = progcopy_merged(&b, &p, c, 3);
	ck_assert_ptr_nonnull(one);
	ck_assert_uint_eq(one->n_of, 3);
	for (i = 0; i < 3; i++)
		ck_assert_ptr_eq(one->of[i], c[i]);
	ck_assert_ptr_null(one->ops);
	ck_assert_ptr_eq(one->origin, &p);
	ck_assert_uint_eq(one->copy, 5);
	ck_assert_int_eq(one->fd, -1);
	ck_assert_ptr_eq(progcopy_merged(&b, &p, c, 3), one);
	some[0] = c[0];
	some[1] = c[2];
	ck_assert_ptr_eq(progcopy_merged(&b, &p, some, 2), one);
	ck_assert_ptr_eq(progcopy_merged(&b, &p, &c[1], 2), one);
	some[1] = c[3];
	ck_assert_ptr_ne(progcopy_merged(&b, &p, some, 2), one);
	ck_assert_uint_eq(p.copies->n_of, 2);
	ck_assert_ptr_ne(progcopy_merged(&b, &p, c, 4), one);
	ck_assert_uint_eq(p.copies->n_of, 4);
	ck_assert_uint_eq(p.copies->copy, 7);
	/* the copies are there as before */
	for (i = 0; i < 4; i++) {
		ops[0].val = i;
		ck_assert_ptr_eq(progcopy_get(&b, &p, ops, 0), c[i]);
	}
	for (i = 1; i <= 2; i++) {
		one = p.copies;
		some[1] = c[1];
		some[0] = c[0];
		p.copies = c[3]; /* as if none were there */
		t_fail_alloc_at(i);
		ck_assert_ptr_null(progcopy_merged(&b, &p, some, 2));
		ck_assert(t_alloc_failed());
		ck_assert_int_eq(b.error.err, -ENOMEM);
		ck_assert_ptr_eq(p.copies, c[3]);
		p.copies = one;
	}
	prog_close(&b, &p);
}
END_TEST

START_TEST(out_of_memory)
{
	struct usdtcode_op ops[OBJECT_USDT_MAX];
	struct rawbpf b = {.progs = NULL};
	struct prog p = copied(), *c;
	unsigned i;

	memset(ops, 0, sizeof(ops));
	for (i = 1;; i++) {
		t_fail_alloc_at(i);
		c = progcopy_get(&b, &p, ops, 0);
		if (!t_alloc_failed())
			break;
		ck_assert_ptr_null(c);
		ck_assert_int_eq(b.error.err, -ENOMEM);
		ck_assert_ptr_null(p.copies);
	}
	ck_assert_ptr_nonnull(c);
	ck_assert_uint_eq(i, 3);
	prog_close(&b, &p);
}
END_TEST

Suite *suite_progcopy(void);
Suite *suite_progcopy(void)
{
	Suite *s = suite_create("progcopy");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, one_for_each_set);
	tcase_add_test(t, fd_of_a_copy);
	tcase_add_test(t, several_as_one);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	return s;
}
