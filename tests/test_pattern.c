// SPDX-License-Identifier: MIT
/* test_pattern.c - patterns read, and held against names. */
#include "pattern.h"

#include <errno.h>
#include <string.h>

#include "t.h"

START_TEST(matches)
{
	static const struct {
		const char *pattern, *name;
		int begin, whole;
	} rows[] = {
		{"vfs_.*", "vfs_read", 1, 1}, {"vfs_", "vfs_read", 1, 0},
		{"read", "vfs_read", 0, 0}, {"a|ab", "ab", 1, 1}, /* the longest counts */
		{"x*", "abc", 1, 0}, {"x*", "", 0, 0},		  /* which is no name */
	};
	struct rawbpf_error e;
	regex_t re;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(pattern_compile(&e, "attach", rows[i].pattern, &re), 0);
		ck_assert_int_eq(pattern_match(&re, rows[i].name, false), rows[i].begin);
		ck_assert_int_eq(pattern_match(&re, rows[i].name, true), rows[i].whole);
		regfree(&re);
	}
}
END_TEST

START_TEST(refused)
{
	struct rawbpf_error e;
	regex_t re;

	ck_assert_int_eq(pattern_compile(&e, "detach", "a(", &re), -EINVAL);
	ck_assert_str_eq(e.msg, "pattern 'a(' cannot be read: unmatched ( or \\(: EINVAL");
	ck_assert_str_eq(e.stage, "detach");
	ck_assert_uint_gt(strlen(e.hint), 5);
}
END_TEST

/*
 * No memory is no wrong pattern.  (The C library's own allocations fail where it is linked in; no
 * alternatives: glibc's regcomp() frees twice when it has no memory for them.)
 */
START_TEST(without_memory)
{
	unsigned n;
	bool failed = true;
	struct rawbpf_error e;
	regex_t re;
	int err;

	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		err = pattern_compile(&e, "attach", "ab.bc", &re);
		failed = t_alloc_failed();
		ck_assert(!err || (failed && err == -ENOMEM));
		if (!err)
			regfree(&re);
	}
	ck_assert_int_eq(pattern_compile(&e, "attach", "ab.bc", &re), 0);
	for (n = 1, failed = true; failed; n++) {
		t_fail_alloc_at(n);
		err = pattern_match(&re, "abxbc", true);
		failed = t_alloc_failed();
		ck_assert(err == 1 || (failed && (err == -ENOMEM || !err)));
	}
	regfree(&re);
}
END_TEST

Suite *suite_pattern(void);
Suite *suite_pattern(void)
{
	Suite *s = suite_create("pattern");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, matches);
	tcase_add_test(t, refused);
	tcase_add_test(t, without_memory);
	suite_add_tcase(s, t);
	return s;
}
