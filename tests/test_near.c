// SPDX-License-Identifier: MIT
/* test_near.c - "did you mean". */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "near.h"
#include "t.h"

static const char *near_of(const char *want, const char *const *names, char *out, size_t size)
{
	struct near n;

	near_start(&n, want);
	for (; *names; names++)
		near_offer(&n, *names);
	return near_text(&n, out, size);
}

START_TEST(nearest_first)
{
	const char *const names[] = {"strnlen", "strcmp", "strlen", "malloc", "strlen", NULL};
	char out[256];

	ck_assert_str_eq(near_of("strlne", names, out, sizeof(out)), "'strlen', 'strnlen'");
	ck_assert_str_eq(near_of("STRLEN", names, out, sizeof(out)), "");
	ck_assert_str_eq(near_of("Malloc", names, out, sizeof(out)), "'malloc'");
	ck_assert_str_eq(near_of("mlaloc", names, out, sizeof(out)), "'malloc'");
	ck_assert_str_eq(near_of("quite_other", names, out, sizeof(out)), "");
	ck_assert_str_eq(near_of("", names, out, sizeof(out)), "");
}
END_TEST

/* Where nothing is near: what the word is the beginning of, then what it is in. */
START_TEST(part_of_a_name)
{
	const char *const names[] = {
		"raw_syscalls", "xdp", "sys_long_name", "vsyscall", "syscalls", "syscalls", NULL};
	const char *const near[] = {"raw_syscalls", "sya", NULL};
	char out[256];

	ck_assert_str_eq(
		near_of("sys", names, out, sizeof(out)), "'syscalls', 'sys_long_name', 'vsyscall'");
	ck_assert_str_eq(near_of("sys", near, out, sizeof(out)), "'sya'");
	ck_assert_str_eq(near_of("sy", names, out, sizeof(out)), "");
}
END_TEST

START_TEST(at_most_three)
{
	const char *const names[] = {"abcdee", "abcdef", "abcdeg", "abcdeh", "abcdex", NULL};
	char out[256];

	ck_assert_str_eq(
		near_of("abcdex", names, out, sizeof(out)), "'abcdex', 'abcdee', 'abcdef'");
}
END_TEST

START_TEST(long_names_and_small_buffers)
{
	char longer[300], out[16];
	const char *names[] = {longer, "abcdefgh", NULL};

	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_str_eq(near_of(longer, names, out, sizeof(out)), "");
	ck_assert_str_eq(near_of("abcdefgi", names, out, sizeof(out)), "'abcdefgh'");
	ck_assert_str_eq(near_of("abcdefgi", names, out, 5), "");
}
END_TEST

START_TEST(hint)
{
	struct rawbpf_error e;
	struct near n;

	err_set(&e, "attach", -2, "no symbol 'fre'");
	near_start(&n, "fre");
	ck_assert(!near_hint(&n, &e));
	ck_assert_ptr_null(e.hint);
	near_offer(&n, "free");
	ck_assert(near_hint(&n, &e));
	ck_assert_str_eq(e.hint, "did you mean 'free'?");
}
END_TEST

Suite *suite_near(void);
Suite *suite_near(void)
{
	Suite *s = suite_create("near");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, nearest_first);
	tcase_add_test(t, part_of_a_name);
	tcase_add_test(t, at_most_three);
	tcase_add_test(t, long_names_and_small_buffers);
	tcase_add_test(t, hint);
	suite_add_tcase(s, t);
	return s;
}
