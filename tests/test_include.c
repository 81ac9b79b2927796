// SPDX-License-Identifier: MIT
/* test_include.c - the files that .include names. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "t_macro.h"
#include "include.h"
#include "lib_inc.h"

static char dir[] = "/tmp/rawbpf-macro-XXXXXX";

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(includes)
{
	char main_name[300], text[1000], want[1500];
	const char *dirs[1] = {text};
	char inc[300];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(inc, sizeof(inc), "%s/inc", dir);
	ck_assert_int_eq(mkdir(inc, 0700), 0);
	ck_assert_int_eq(mkfifo(strcat(strcpy(text, dir), "/fifo"), 0600), 0);
	write_file("one.inc", "one\n.include \"inc/two.inc\"");
	write_file("inc/two.inc",
		"two\n.include \"three.inc\"\n.macro m\n.include \"three.inc\"\n.endm\n");
	write_file("inc/three.inc", "three\n");
	write_file("inc/bad.inc", "\n\tx = `\n");
	write_file("self.inc", "x\n.include \"self.inc\"\n");
	write_file("if.inc", ".if 1\n");
	snprintf(main_name, sizeof(main_name), "%s/main.bpf", dir);
	tm.opts.name = main_name;
	t_gives(".include \"one.inc\"\nend\nm\n", "one\ntwo\nthree\nend\nthree\n");
	t_fails(".include \"inc\"\n", "is a directory");
	t_fails(".include \"fifo\"\n", "is no regular file");
	t_fails(".include \"onn.inc\"\n", "no file 'onn.inc' beside");
	t_fails(".include \"\"\n", "is no file name");
	t_fails(".include \"one.inc/x\"\n", "no file 'one.inc/x' beside");
	t_fails(".include three.inc\n", ".include needs a text in quotes");
	t_fails(".include \"if.inc\"\n", ".if without .endif");
	t_fails(".include \"inc/bad.inc\"\n", "inc/bad.inc:2:6: error: '`' has no meaning here\n"
					      "\tx = `\n\t    ^\nincluded from ");
	snprintf(want, sizeof(want), "included from %s:1\n", main_name);
	ck_assert_ptr_nonnull(strstr(tm.diag.text, want));
	ck_assert_int_eq(t_expand(".include \"self.inc\"\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(tm.diag.text, "self.inc' includes itself, 200 levels deep"));
	ck_assert_uint_eq(tm.diag.n_errors, 1);
	ck_assert_uint_lt(tm.diag.len, 4096);
	t_fails(".include \"three.inc\"\n", "no file 'three.inc' beside");
	snprintf(text, sizeof(text), "%s/inc", dir);
	tm.opts.include_dirs = dirs;
	tm.opts.n_include_dirs = 1;
	t_gives(".include \"three.inc\"\n", "three\n");
	snprintf(want, sizeof(want), ".include \"%s/three.inc\"\n", inc);
	t_gives(want, "three\n");
	t_run(NULL, "rm -r %s", dir);
}
END_TEST

START_TEST(library)
{
	const struct lib_inc *l;
	char text[128];

	for (l = lib_incs(); l->name; l++) {
		ck_assert_uint_eq(strlen(l->text), l->len);
		/* twice: each guards itself; a directory's file of that name would come first */
		snprintf(
			text, sizeof(text), ".include \"%s\"\n.include \"%s\"\n", l->name, l->name);
		ck_assert_int_eq(t_expand(text), 0);
		ck_assert_msg(!tm.diag.len, "%s", tm.diag.text);
		ck_assert_str_eq(tm.out, "");
	}
}
END_TEST

START_TEST(found_names)
{
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct names files = {0};
	struct include_file *f, *again;
	char msg[64];

	ck_assert_int_eq(include_find(&tm.pool, &files, &o, TEST_ROOT "/tests/x.bpf", false,
				 "t_macro.h", &f, msg, sizeof(msg)),
		0);
	ck_assert_str_eq(f->path, TEST_ROOT "/tests/t_macro.h");
	ck_assert(!f->builtin);
	ck_assert_ptr_nonnull(memmem(f->text, f->len, "T_MACRO_H", 9));
	/* read once */
	ck_assert_int_eq(include_find(&tm.pool, &files, NULL, TEST_ROOT "/tests/y.bpf", false,
				 "t_macro.h", &again, msg, sizeof(msg)),
		0);
	ck_assert_ptr_eq(again, f);
	/* a file of the library has no directory */
	ck_assert_int_eq(include_find(&tm.pool, &files, &o, TEST_ROOT "/tests/x", true, "t_macro.h",
				 &f, msg, sizeof(msg)),
		-EINVAL);
	ck_assert_uint_eq(strlen(msg), sizeof(msg) - 1); /* cut, not overrun */
}
END_TEST

START_TEST(names_of_the_library)
{
	struct suggest s;

	ck_assert_str_eq(include_defines("comm", 4), "std.inc");
	ck_assert_str_eq(include_defines("BPF_ANY", 7), "std.inc");
	ck_assert_str_eq(include_defines("hist_add", 8), "hist.inc");
	ck_assert_ptr_null(include_defines("com", 3));
	ck_assert_ptr_null(include_defines("commm", 5));
	ck_assert_ptr_null(include_defines("", 0));
	suggest_start(&s, "usdt_arg_sr", 11);
	include_suggest(&s);
	ck_assert_uint_eq(s.best_len, 12);
	ck_assert_mem_eq(s.best, "usdt_arg_str", 12);
}
END_TEST

START_TEST(include_out_of_memory)
{
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct include_file *f;
	struct names files;
	bool hit = true;
	char msg[256];
	unsigned n;
	int err;

	for (n = 1; hit; n++) {
		pool_free(&tm.pool);
		memset(&files, 0, sizeof(files));
		t_fail_alloc_at(n);
		err = include_find(&tm.pool, &files, &o, TEST_ROOT "/bpfasm/x", false, "helper.def",
			&f, msg, sizeof(msg));
		hit = t_alloc_failed();
		ck_assert_int_eq(err, hit ? -ENOMEM : 0);
	}
	ck_assert_uint_gt(n, 3);
}
END_TEST

Suite *suite_include(void);
Suite *suite_include(void)
{
	Suite *s = suite_create("include");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, t_macro_setup, t_macro_teardown);
	tcase_add_test(t, includes);
	tcase_add_test(t, library);
	tcase_add_test(t, found_names);
	tcase_add_test(t, names_of_the_library);
	tcase_add_test(t, include_out_of_memory);
	suite_add_tcase(s, t);
	return s;
}
