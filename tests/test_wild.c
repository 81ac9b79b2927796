// SPDX-License-Identifier: MIT
/* test_wild.c - patterns of sections held against names. */
#include "wild.h"

#include <errno.h>

#include "rawbpf.h"
#include "rawbpf_sys.h"
#include "t.h"

START_TEST(matches)
{
	static const struct {
		const char *pattern, *name;
		bool match;
	} rows[] = {
		{"vfs_*", "vfs_read", true},
		{"vfs_*", "vfs_", true},
		{"vfs_*", "_vfs_read", false},
		{"vfs_", "vfs_read", false},
		{"vfs_read", "vfs_rea", false},
		{"*", "x", true},
		{"*", "", false}, /* which is no name */
		{"", "", false},
		{"", "x", false},
		{"**a**", "bab", true},
		{"?", "x", true},
		{"?", "xy", false},
		{"x?", "x", false},
		{"x?*", "x", false},
		{"a*b*c", "axbxbc", true},
		{"a*b*c", "axbxb", false},
		{"*ab", "aab", true},
		{"*aab", "aaab", true},
		{"*a?c", "aababc", true},
		/* all else is what it is */
		{"a.c", "abc", false},
		{"a.c", "a.c", true},
		{"[ab]*", "a", false},
		{"[ab]*", "[ab]c", true},
		{"\\*", "\\x", true},
		{"a|b", "a", false},
		{"(x)+$", "(x)+$", true},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(wild_match(rows[i].pattern, rows[i].name) == rows[i].match,
			"'%s' and '%s'", rows[i].pattern, rows[i].name);
}
END_TEST

/* Of a dry run, which needs no rights. */
static int attach(struct rawbpf *b, const char *text)
{
	int err = rawbpf_set_dry_run(b);

	if (!err)
		err = rawbpf_load(b, .text = text);
	return err ? err : rawbpf_attach_all(b);
}

/* Told as it was written, and what other patterns mean by brackets, not meant here. */
START_TEST(sections)
{
	struct rawbpf *b = rawbpf_new();

	ck_assert_int_eq(attach(b, ".prog p \"uprobe.multi//proc/self/exe:no_such[b]*\"\n"
				   "	return 0\n"),
		-ENOENT);
	ck_assert_str_eq(
		rawbpf_errmsg(b), "no function of '/proc/self/exe' matches 'no_such[b]*': ENOENT");
	rawbpf_free(b);
	b = rawbpf_new();
	ck_assert_int_eq(
		attach(b, ".prog p \"uprobe.multi//proc/self/exe:t_run\"\n	return 0\n"
			  ".prog q \"uprobe.multi//proc/self/exe:t_r?n*\"\n	return 0\n"),
		0);
	ck_assert_int_ge(rawbpf_num_open_probes(b), 2);
	rawbpf_free(b);
}
END_TEST

/* Whichever allocation fails: glibc's regcomp(), which does not live through each, is not called. */
START_TEST(every_allocation_fails)
{
	struct rawbpf *b = rawbpf_new();
	bool failed = true;
	unsigned n;
	int err;

	ck_assert_int_eq(attach(b, ".prog p \"uprobe.multi//proc/self/exe:t_r?n*\"\n"
				   "	return 0\n"),
		0);
	for (n = 1; failed; n++) {
		ck_assert_int_ge(rawbpf_num_open_probes(b), 1);
		rawbpf_detach_uprobe(b, .name = "/proc/self/exe", .sym_re = "t_r?n*");
		ck_assert_int_eq(rawbpf_num_open_probes(b), 0);
		t_fail_alloc_at(n);
		err = rawbpf_attach_all(b);
		failed = t_alloc_failed();
		ck_assert_msg(err == -ENOMEM || !err, "%u: %d", n, err);
		if (err)
			ck_assert_int_eq(rawbpf_attach_all(b), 0);
	}
	ck_assert_uint_gt(n, 10);
	rawbpf_free(b);
}
END_TEST

Suite *suite_wild(void);
Suite *suite_wild(void)
{
	Suite *s = suite_create("wild");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, matches);
	tcase_add_test(t, sections);
	tcase_add_test(t, every_allocation_fails);
	suite_add_tcase(s, t);
	return s;
}
