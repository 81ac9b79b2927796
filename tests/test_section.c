// SPDX-License-Identifier: MIT
/* test_section.c - the assembler's section names, and that the loader's are the same. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "secname.h"
#include "section.h"
#include "t.h"
#include "tasm.h"

Suite *suite_section(void);

static void near_is(const char *section, const char *want)
{
	char buf[64];

	ck_assert_msg(!section_known(section), "%s", section);
	ck_assert_str_eq(section_near(section, buf, sizeof(buf)), want);
}

START_TEST(names)
{
	ck_assert(section_known("kprobe"));
	ck_assert(section_known("?uprobe.s/c:strlen"));
	ck_assert(section_known("tracepoint/a/b"));
	ck_assert(section_known("cgroup/skb"));
	ck_assert(section_known("xdp/devmap"));
	near_is("kporbe/x", "; did you mean 'kprobe'?");
	near_is("?tracepiont/a/b", "; did you mean 'tracepoint'?");
	near_is("cgroup/skbb/x", "; did you mean 'cgroup/skb'?");
	near_is("kprobe.x/f", "; did you mean 'kprobe'?");
	near_is("perf_event.s", "; did you mean 'perf_event'?");
	near_is("foo", "");
	near_is("", "");
	ck_assert(section_by_name("kprobe__vfs_read"));
	ck_assert(!section_by_name("kprobe_vfs_read"));
}
END_TEST

START_TEST(warnings)
{
	tasm_warns(".prog p \"kporbe/x\"\nr0 = 0\nexit",
		"t:1:9: warning: section 'kporbe/x' says no type of program; did you mean "
		"'kprobe'?\n.prog p \"kporbe/x\"\n        ^~~~~~~~~~\n");
	tasm_warns(".prog p \"foo\"\nr0 = 0\nexit", "section 'foo' says no type of program\n");
	tasm_passes(".prog kprobe__vfs_read \"foo\"\nr0 = 0\nexit");
}
END_TEST

/* The rows of src/secname.c, by its text: the loader knows no section that this table lacks. */
START_TEST(loader_knows_no_more)
{
	char *text = t_read_file(TEST_ROOT "/src/secname.c", NULL), *p, *end, *quote, with[80];
	int n = 0;

	p = strstr(text, "secname_rows[] = {");
	ck_assert_ptr_nonnull(p);
	end = strstr(p, "};");
	ck_assert_ptr_nonnull(end);
	while ((p = strstr(p, "\t{\"")) && p < end) {
		p += 3;
		quote = strchr(p, '"');
		snprintf(with, sizeof(with), "%.*s", (int)(quote - p), p);
		ck_assert_msg(section_known(with), "%s", with);
		p = quote;
		if (!strncmp(strchr(p, '}') - 13, "SEC_SLEEPABLE", 13)) {
			strcat(with, ".s/x");
			ck_assert_msg(section_known(with), "%s", with);
		}
		n++;
	}
	ck_assert_int_gt(n, 60);
	free(text);
}
END_TEST

/* ... and none of its own rows is unknown to the loader. */
START_TEST(loader_knows_all)
{
	static const struct {
		const char *name;
		bool sleepable;
		unsigned type, attach;
	} rows[] = {
#define SECTION(name, sleepable, type, attach) {name, sleepable, type, attach},
#include "section.def"
#undef SECTION
	};
	struct section_type t;
	struct secname s;
	char with[80];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int err = secname_parse(rows[i].name, "x", &s, NULL);
		bool refused = rows[i].type == RAWBPF_PROG_STRUCT_OPS;

		ck_assert_msg(err == (refused ? -EOPNOTSUPP : 0), "%s", rows[i].name);
		ck_assert_msg(rows[i].type == (unsigned)s.type &&
				      rows[i].attach == (unsigned)s.attach_type,
			"%s: %u %u", rows[i].name, rows[i].type, rows[i].attach);
		snprintf(with, sizeof(with), "?%s/x", rows[i].name);
		ck_assert_msg(section_type(with, &t) && t.type == rows[i].type &&
				      t.attach == rows[i].attach &&
				      t.sleepable == (rows[i].type == RAWBPF_PROG_SYSCALL),
			"%s", with);
		snprintf(with, sizeof(with), "%s.s", rows[i].name);
		ck_assert_msg(rows[i].sleepable ==
				      (secname_parse(with, "x", &s, NULL) == err && s.sleepable),
			"%s", with);
	}
	ck_assert_uint_gt(i, 60);
}
END_TEST

Suite *suite_section(void)
{
	Suite *s = suite_create("section");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, names);
	tcase_add_test(tc, warnings);
	tcase_add_test(tc, loader_knows_no_more);
	tcase_add_test(tc, loader_knows_all);
	suite_add_tcase(s, tc);
	return s;
}
