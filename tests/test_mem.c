// SPDX-License-Identifier: MIT
/* test_mem.c - the pool and the table of names. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"
#include "t.h"

START_TEST(memory_is_zero_and_aligned)
{
	struct pool p = {0};
	size_t n, i;
	char *m;

	for (n = 0; n < 3000; n += 7) {
		m = pool_alloc(&p, n);
		ck_assert_ptr_nonnull(m);
		ck_assert_uint_eq((uintptr_t)m % 16, 0);
		for (i = 0; i < n; i++)
			ck_assert_int_eq(m[i], 0);
		memset(m, 0xff, n);
	}
	m = pool_alloc(&p, 5000000);
	ck_assert_ptr_nonnull(m);
	m[4999999] = 1;
	ck_assert_int_eq(m[0], 0);
	ck_assert(!p.failed);
	pool_free(&p);
	ck_assert_ptr_null(p.blocks);
}
END_TEST

START_TEST(sizes_that_overflow)
{
	struct pool p = {0};
	size_t cap = SIZE_MAX / 32;
	void *array = NULL;

	ck_assert_ptr_null(pool_alloc(&p, SIZE_MAX));
	ck_assert(p.failed);
	ck_assert_ptr_null(pool_strndup(&p, "a", SIZE_MAX));
	pool_free(&p);
	ck_assert(!p.failed);
	ck_assert_int_eq(pool_grow(&p, &array, &cap, cap, 64), -ENOMEM);
	ck_assert(p.failed);
	ck_assert_uint_eq(cap, SIZE_MAX / 32);
	pool_free(&p);
}
END_TEST

START_TEST(texts)
{
	struct pool p = {0};

	ck_assert_str_eq(pool_strndup(&p, "abcdef", 3), "abc");
	ck_assert_str_eq(pool_strndup(&p, "", 0), "");
	ck_assert_str_eq(pool_printf(&p, "%s-%d", "x", 7), "x-7");
	ck_assert_str_eq(pool_printf(&p, "%s", ""), "");
	ck_assert_uint_eq(strlen(pool_printf(&p, "%9999d", 1)), 9999);
	pool_free(&p);
}
END_TEST

START_TEST(array_grows_and_keeps)
{
	struct pool p = {0};
	uint32_t *a = NULL, *b = NULL;
	size_t cap = 0, bcap = 0, n, i;

	for (n = 0; n < 200000; n++) {
		ck_assert_int_eq(pool_grow(&p, &a, &cap, n, sizeof(*a)), 0);
		ck_assert_uint_gt(cap, n);
		ck_assert_uint_eq(a[n], 0);
		a[n] = (uint32_t)n;
		/* a second one in its way */
		if (n % 1000 == 0) {
			ck_assert_int_eq(pool_grow(&p, &b, &bcap, n / 1000, sizeof(*b)), 0);
			b[n / 1000] = 7;
		}
	}
	for (i = 0; i < n; i++)
		ck_assert_uint_eq(a[i], i);
	pool_free(&p);
}
END_TEST

START_TEST(names_many)
{
	struct names t = {0};
	struct pool p = {0};
	char buf[32];
	size_t i, n = 200000;

	ck_assert_ptr_null(names_get(&t, "x", 1));
	for (i = 1; i <= n; i++) {
		snprintf(buf, sizeof(buf), "name%zu", i);
		ck_assert_int_eq(names_put(&t, &p, pool_strndup(&p, buf, strlen(buf)), strlen(buf),
					 (void *)(uintptr_t)i),
			0);
	}
	ck_assert_uint_eq(t.n, n);
	for (i = 1; i <= n; i++) {
		snprintf(buf, sizeof(buf), "name%zu", i);
		ck_assert_uint_eq((uintptr_t)names_get(&t, buf, strlen(buf)), i);
	}
	ck_assert_ptr_null(names_get(&t, "name0", 5));
	ck_assert_ptr_null(names_get(&t, "name", 4));
	pool_free(&p);
}
END_TEST

START_TEST(names_replace)
{
	struct names t = {0};
	struct pool p = {0};
	int a, b;

	ck_assert_int_eq(names_put(&t, &p, "one", 3, &a), 0);
	ck_assert_int_eq(names_put(&t, &p, "", 0, &b), 0);
	ck_assert_ptr_eq(names_get(&t, "", 0), &b);
	ck_assert_int_eq(names_put(&t, &p, "oneself", 3, &b), 0);
	ck_assert_ptr_eq(names_get(&t, "one", 3), &b);
	ck_assert_uint_eq(t.n, 2);
	ck_assert_int_eq(names_put(&t, &p, "one", 3, NULL), 0);
	ck_assert_ptr_null(names_get(&t, "one", 3));
	pool_free(&p);
}
END_TEST

static int mem_work(struct pool *p)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
	struct names t = {0};
	size_t cap = 0, i;
	char *a = NULL;

	for (i = 0; i < 26; i++)
		if (names_put(&t, p, letters + i, i + 1, p))
			return -ENOMEM;
	for (i = 0; i < 100000; i++)
		if (pool_grow(p, &a, &cap, i, 1))
			return -ENOMEM;
	return pool_strndup(p, "x", 1) && pool_printf(p, "y") ? 0 : -ENOMEM;
}

START_TEST(out_of_memory)
{
	struct pool p = {0};
	bool hit = true;
	unsigned n;
	int err;

	for (n = 1; hit; n++) {
		t_fail_alloc_at(n);
		err = mem_work(&p);
		hit = t_alloc_failed();
		ck_assert_int_eq(p.failed, hit);
		ck_assert_int_eq(err, hit ? -ENOMEM : 0);
		pool_free(&p);
	}
	ck_assert_uint_gt(n, 4);
}
END_TEST

Suite *suite_mem(void);
Suite *suite_mem(void)
{
	Suite *s = suite_create("mem");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, memory_is_zero_and_aligned);
	tcase_add_test(t, sizes_that_overflow);
	tcase_add_test(t, texts);
	tcase_add_test(t, array_grows_and_keeps);
	tcase_add_test(t, names_many);
	tcase_add_test(t, names_replace);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	return s;
}
