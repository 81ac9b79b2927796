// SPDX-License-Identifier: MIT
/* test_opts.c - option structs of any age. */
#include <errno.h>
#include <string.h>

#include "opts.h"
#include "t.h"

struct known {
	size_t sz;
	int a, b;
};

struct newer {
	struct known k;
	long c;
};

START_TEST(null_is_all_defaults)
{
	struct known k = {1, 2, 3};

	ck_assert_int_eq(opts_read(&k, sizeof(k), NULL, "test", NULL), 0);
	ck_assert_int_eq(k.a, 0);
	ck_assert_int_eq(k.b, 0);
}
END_TEST

START_TEST(older_caller_leaves_the_rest_zero)
{
	struct known in = {offsetof(struct known, b), 7, 9}, k;

	ck_assert_int_eq(opts_read(&k, sizeof(k), &in, "test", NULL), 0);
	ck_assert_uint_eq(k.sz, sizeof(k));
	ck_assert_int_eq(k.a, 7);
	ck_assert_int_eq(k.b, 0);
}
END_TEST

START_TEST(newer_caller_may_not_ask_for_the_unknown)
{
	struct newer in = {{sizeof(in), 7, 9}, 0};
	struct rawbpf_error e;
	struct known k;

	ck_assert_int_eq(opts_read(&k, sizeof(k), &in, "test", &e), 0);
	ck_assert_int_eq(k.b, 9);
	in.c = 1;
	ck_assert_int_eq(opts_read(&k, sizeof(k), &in, "test", &e), -E2BIG);
	ck_assert_ptr_nonnull(strstr(e.msg, "E2BIG"));
}
END_TEST

START_TEST(size_zero_is_refused)
{
	struct known in = {0}, k;
	struct rawbpf_error e;

	ck_assert_int_eq(opts_read(&k, sizeof(k), &in, "test", &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, ".sz"));
}
END_TEST

Suite *suite_opts(void);
Suite *suite_opts(void)
{
	Suite *s = suite_create("opts");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, null_is_all_defaults);
	tcase_add_test(t, older_caller_leaves_the_rest_zero);
	tcase_add_test(t, newer_caller_may_not_ask_for_the_unknown);
	tcase_add_test(t, size_zero_is_refused);
	suite_add_tcase(s, t);
	return s;
}
