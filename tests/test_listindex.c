// SPDX-License-Identifier: MIT
/* test_listindex.c - rows by numbers and names: found in few steps, the first of equal ones. */
#include <stdio.h>

#include "listindex.h"
#include "t.h"

Suite *suite_listindex(void);

START_TEST(order)
{
	struct listindex x = {0};

	ck_assert_ptr_null(listindex_find(&x, 0, 0, "a"));
	listindex_sort(&x);
	listindex_add(&x, 2, 0, "a", 7);
	listindex_add(&x, 1, UINT64_MAX, "", 6);
	listindex_add(&x, 1, 3, "b", 5);
	listindex_add(&x, 1, 3, "a", 4);
	listindex_add(&x, 1, 3, "a", 3);
	listindex_sort(&x);
	ck_assert_uint_eq(listindex_find(&x, 1, 3, "a")->v, 3);
	ck_assert_uint_eq(listindex_find(&x, 1, 3, "b")->v, 5);
	ck_assert_uint_eq(listindex_find(&x, 1, UINT64_MAX, "")->v, 6);
	ck_assert_uint_eq(listindex_find(&x, 2, 0, "a")->v, 7);
	ck_assert_ptr_null(listindex_find(&x, 1, 3, "aa"));
	ck_assert_ptr_null(listindex_find(&x, 3, 0, ""));
	ck_assert_ptr_null(listindex_find(&x, 0, 0, ""));
	ck_assert_uint_eq(listindex_from(&x, 0, 0, ""), 0);
	ck_assert_uint_eq(listindex_from(&x, 1, 3, "b"), 2);
	ck_assert_uint_eq(listindex_from(&x, 1, 4, ""), 3);
	ck_assert_uint_eq(listindex_from(&x, 9, 0, ""), 5);
	listindex_free(&x);
	ck_assert_uint_eq(x.n, 0);
}
END_TEST

/* Steps that it takes to find each of n names. */
static size_t steps(size_t n)
{
	static char names[2000][16];
	struct listindex x = {0};
	size_t i, all;

	for (i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "map%zu", i * 7919 % n);
		listindex_add(&x, 0, 0, names[i], i);
	}
	listindex_sort(&x);
	for (i = 0; i < n; i++)
		ck_assert_uint_eq(listindex_find(&x, 0, 0, names[i])->v, i);
	all = x.steps;
	listindex_free(&x);
	return all;
}

START_TEST(few_steps)
{
	size_t half = steps(1000), whole = steps(2000);

	ck_assert_uint_le(whole, 2000 * 11);
	ck_assert_uint_gt(half, 0);
	ck_assert_uint_lt(whole * 10, half * 23);
}
END_TEST

START_TEST(no_memory)
{
	struct listindex x = {0};
	unsigned n;

	for (n = 1; n <= 2; n++) {
		size_t i;

		t_fail_alloc_at(n);
		for (i = 0; i < 100; i++)
			listindex_add(&x, i, 0, "", i);
		ck_assert(t_alloc_failed());
		ck_assert(x.failed);
		ck_assert_uint_eq(x.n, 0);
		listindex_sort(&x);
		ck_assert_ptr_null(listindex_find(&x, 1, 0, ""));
		listindex_free(&x);
	}
}
END_TEST

Suite *suite_listindex(void)
{
	Suite *s = suite_create("listindex");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, order);
	tcase_add_test(tc, few_steps);
	tcase_add_test(tc, no_memory);
	suite_add_tcase(s, tc);
	return s;
}
