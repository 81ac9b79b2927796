// SPDX-License-Identifier: MIT
/* test_macro.c - what comes out of the directives that work on text. */
#include <errno.h>
#include <string.h>

#include "t_macro.h"

START_TEST(plain_lines_pass)
{
	t_gives("", "");
	t_gives("\n\n ; c\n", "");
	t_gives("r1 = r2 ; c\n\texit", "r1 = r2\nexit\n");
	t_gives(".prog x \"s\"\n.unknown 5\n", ".prog x \"s\"\n.unknown 5\n");
	t_gives("a: b: r1 = 1\n.x: exit\n", "a : b : r1 = 1\n.x : exit\n");
	t_gives("12: (bf) r6 = r1 ; R6\n", "12: (bf) r6 = r1\n");
	t_gives("\xef\xbb\xbfr1 = 1\r\nr2 = 2\r\n", "r1 = 1\nr2 = 2\n");
	t_gives("a /* b\nc\nd */ e\n/* .if\n*/ f", "a\ne\nf\n");
}
END_TEST

START_TEST(messages)
{
	ck_assert_int_eq(
		t_expand(".macro no\n\t.error \"not\\there\"\n.endm\n.warning \"w\"\nx: no\n"), 0);
	ck_assert_str_eq(tm.diag.text, "a.bpf:4:1: warning: w\n"
				       ".warning \"w\"\n"
				       "^~~~~~~~\n"
				       "a.bpf:5:4: error: not\there\n"
				       "x: no\n"
				       "   ^~\n"
				       "in expansion of no at a.bpf:2: .error \"not\\there\"\n"
				       "                               ^~~~~~\n");
	ck_assert_str_eq(tm.out, "x :\n");
	t_fails(".error\n", ".error needs a text in quotes");
	t_fails(".error \"a\\0b\"\n", "NUL byte");
	t_fails(".irp n, 1, 2\n.if \\n == 2\n?\n.error \"x\"\n.endif\n.endr\n",
		"a.bpf:1:1: error: x\n.irp n, 1, 2\n^~~~\nin expansion of .irp at a.bpf:4: .error");
}
END_TEST

START_TEST(names_for_the_parser)
{
	const char *text = ".equ FOO, 5\n.macro hist_add\n.endm\nx\n";
	struct asm_line l;
	struct suggest s;
	struct macro *m;
	char buf[64];

	tm.diag.pool = &tm.pool;
	m = macro_new(&tm.pool, &tm.diag, text, strlen(text), &tm.opts, NULL);
	ck_assert_int_eq(macro_next(m, &l), 1);
	suggest_start(&s, "hist_ad", 7);
	macro_suggest(m, &s);
	ck_assert_str_eq(suggest_text(&s, buf, sizeof(buf)), "; did you mean 'hist_add'?");
	suggest_start(&s, ".inclde", 7);
	macro_suggest(m, &s);
	ck_assert_str_eq(suggest_text(&s, buf, sizeof(buf)), "; did you mean '.include'?");
	ck_assert_int_eq(macro_next(m, &l), 0);
	ck_assert_int_eq(macro_next(m, &l), 0);
}
END_TEST

START_TEST(how_they_are_called)
{
	static const struct {
		const char *name, *usage, *file;
	} rows[] = {{"m", "m", NULL}, {"two", "two a, b", NULL},
		{"more", "more a[, b][, rest ...]", NULL}, {"only", "only any ...", NULL},
		{"hist_add", "hist_add map, value[, key]", "hist.inc"},
		{"comm", "comm to", "std.inc"}, {"hist_ad", NULL, NULL}, {"KERNEL", NULL, NULL},
		{"printk", "printk format, twice", NULL}};
	const char *text = ".macro m ; none\n.endm\n.macro two a:req, b:req\n.endm\n"
			   ".macro more a, b=1, rest:vararg\n.endm\n.macro only any:vararg\n.endm\n"
			   ".macro printk format:req, twice:req ; ours\n.endm\n";
	const char *file;
	struct asm_line l;
	struct macro *m;
	char buf[200];
	size_t i;

	tm.diag.pool = &tm.pool;
	m = macro_new(&tm.pool, &tm.diag, text, strlen(text), &tm.opts, NULL);
	ck_assert_int_eq(macro_next(m, &l), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].name);
		bool is = macro_usage(m, rows[i].name, len, &file, buf, sizeof(buf));

		ck_assert_msg(is == (rows[i].usage != NULL), "%s", rows[i].name);
		ck_assert_pstr_eq(is ? buf : NULL, rows[i].usage);
		ck_assert_pstr_eq(is ? file : NULL, rows[i].file);
	}
	/* cut, not more */
	ck_assert(macro_usage(m, "two", 3, &file, buf, 6));
	ck_assert_str_eq(buf, "two a");
	ck_assert(macro_usage(m, "two", 3, &file, buf, 3));
	ck_assert_str_eq(buf, "tw");
	ck_assert(macro_usage(NULL, "log2", 4, &file, buf, sizeof(buf)));
	ck_assert_str_eq(buf, "log2 to, of");
}
END_TEST

START_TEST(out_of_memory)
{
	const char *text =
		".equ A, 1\n.macro m a, b=2\n.irp n, 1, 2, 3\n\\a \\b \\n\n.endr\n.endm\n"
		".rept 300\nm A\n.endr\n.if A\n.error \"x\"\n.endif\n.ifc a, b\n.endif\n";
	struct asm_line l;
	struct macro *m;
	bool hit = true;
	unsigned n;
	int err;

	for (n = 1; hit; n++) {
		t_macro_teardown();
		t_macro_setup();
		tm.diag.pool = &tm.pool;
		t_fail_alloc_at(n);
		m = macro_new(&tm.pool, &tm.diag, text, strlen(text), &tm.opts, NULL);
		err = m ? 1 : -ENOMEM;
		while (err == 1)
			err = macro_next(m, &l);
		hit = t_alloc_failed();
		ck_assert_int_eq(err, hit ? -ENOMEM : 0);
	}
	ck_assert_uint_gt(n, 6);
}
END_TEST

Suite *suite_macro(void);
Suite *suite_macro(void)
{
	Suite *s = suite_create("macro");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, t_macro_setup, t_macro_teardown);
	tcase_add_test(t, plain_lines_pass);
	tcase_add_test(t, messages);
	tcase_add_test(t, names_for_the_parser);
	tcase_add_test(t, how_they_are_called);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	return s;
}
