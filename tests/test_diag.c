// SPDX-License-Identifier: MIT
/* test_diag.c - messages, carets, suggestions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "t.h"

static struct pool pool;
static struct diag diag;

static void diag_setup(void)
{
	memset(&pool, 0, sizeof(pool));
	memset(&diag, 0, sizeof(diag));
	diag.pool = &pool;
}

static void diag_teardown(void)
{
	diag_free(&diag);
	pool_free(&pool);
}

static struct src file(const char *name, const char *text)
{
	struct src s = {.name = name, .text = text, .len = strlen(text)};

	return s;
}

START_TEST(line_and_caret)
{
	struct src s = file("a.bpf", "one\n\tr1 = foo\nlast");

	diag_error(&diag, (struct pos){&s, 2, 7}, 3, "no name '%s'", "foo");
	ck_assert_str_eq(diag.text, "a.bpf:2:7: error: no name 'foo'\n"
				    "\tr1 = foo\n"
				    "\t     ^~~\n");
	ck_assert_uint_eq(diag.n_errors, 1);
	diag_free(&diag);
	diag_warning(&diag, (struct pos){&s, 3, 5}, 0, "ends here");
	ck_assert_str_eq(diag.text, "a.bpf:3:5: warning: ends here\nlast\n    ^\n");
	ck_assert_uint_eq(diag.n_errors, 1);
	ck_assert_uint_eq(diag.n_warnings, 1);
}
END_TEST

START_TEST(places_that_are_not_there)
{
	struct src s = file("a.bpf", "one\r\n");

	diag_error(&diag, (struct pos){&s, 1, 99}, 99, "a");
	diag_error(&diag, (struct pos){&s, 7, 1}, 1, "b");
	diag_error(&diag, (struct pos){&s, 0, 0}, 0, "c");
	diag_error(&diag, (struct pos){NULL, 0, 0}, 5, "d");
	ck_assert_str_eq(diag.text, "a.bpf:1:99: error: a\none\n   ^\n"
				    "a.bpf:7:1: error: b\n\n^\n"
				    "a.bpf:0:1: error: c\n\n^\n"
				    "error: d\n");
}
END_TEST

START_TEST(control_bytes_are_shown)
{
	struct src s = file("a.bpf", "\x1b[31m \x80 \xc3\xa4 \xc2\x9b end");

	diag_error(&diag, (struct pos){&s, 1, 15}, 3, "x");
	ck_assert_str_eq(diag.text, "a.bpf:1:15: error: x\n"
				    "\\x1b[31m \\x80 \xc3\xa4 \\xc2\\x9b end\n"
				    "                         ^~~\n");
}
END_TEST

/* The caret stands below the character as a terminal shows it; the column counts bytes. */
START_TEST(wide_characters)
{
	struct src s = file("a.bpf", "\xc3\xa4\xe6\xbc\xa2"
				     "e\xcc\x81\xf0\x9f\x98\x80 foo");
	struct src m = {.name = "m", .text = "foo", .len = 3, .expansion = true};
	struct src d = file("\xc3\xa4.inc", "");

	diag_error(&diag, (struct pos){&s, 1, 14}, 3, "x");
	ck_assert_str_eq(diag.text, "a.bpf:1:14: error: x\n"
				    "\xc3\xa4\xe6\xbc\xa2"
				    "e\xcc\x81\xf0\x9f\x98\x80 foo\n"
				    "       ^~~\n");
	diag_free(&diag);
	diag_error(&diag, (struct pos){&s, 1, 3}, 3, "x");
	ck_assert_ptr_nonnull(strstr(diag.text, "\n ^~\n"));
	diag_free(&diag);
	m.from = (struct pos){&s, 1, 14};
	m.defined = (struct pos){&d, 1, 1};
	diag_error(&diag, (struct pos){&m, 1, 1}, 3, "x");
	ck_assert_ptr_nonnull(strstr(diag.text, "in expansion of m at \xc3\xa4.inc:1: foo\n"
						"                              ^~~\n"));
}
END_TEST

START_TEST(long_lines_are_cut)
{
	char text[1001];
	struct src s;
	char *nl;

	memset(text, 'x', 1000);
	text[1000] = '\0';
	memcpy(text + 500, "HERE", 4);
	s = file("a.bpf", text);
	diag_error(&diag, (struct pos){&s, 1, 501}, 4, "m");
	nl = strchr(diag.text, '\n');
	ck_assert_int_eq(strncmp(nl, "\n...xxxx", 8), 0);
	ck_assert_uint_eq(
		strstr(diag.text, "HERE") - nl, strstr(diag.text, "^~~~\n") - strchr(nl + 1, '\n'));
	ck_assert_ptr_nonnull(strstr(diag.text, "xxx...\n"));
	ck_assert_uint_lt(diag.len, 300);
	diag_free(&diag);
	diag_error(&diag, (struct pos){&s, 1, 1}, 1000, "m");
	ck_assert_uint_lt(diag.len, 300);
	diag_free(&diag);
	diag_error(&diag, (struct pos){&s, 1, 1001}, 1, "m");
	ck_assert_uint_lt(diag.len, 300);
}
END_TEST

START_TEST(expansions_and_includes)
{
	struct src top = file("a.bpf", ".include \"hist.inc\"\n\thist_add dist, r11\n");
	struct src inc = file("hist.inc", ".macro hist_add m, r\n\tr1 = \\r\n\tlog \\m\n.endm\n");
	struct src x = file("hist_add", "\tr1 = r11\n\tlog dist\n");
	struct src y = file("log", "foo\nbar dist\n");

	x.expansion = y.expansion = true;
	x.from = (struct pos){&top, 2, 2};
	x.defined = (struct pos){&inc, 2, 1};
	inc.from = (struct pos){&top, 1, 1};
	y.from = (struct pos){&x, 2, 2};
	/* a macro that another macro's expansion defined */
	y.defined = (struct pos){&x, 1, 1};
	diag_error(&diag, (struct pos){&x, 1, 7}, 3, "no register 'r11'");
	ck_assert_str_eq(diag.text, "a.bpf:2:2: error: no register 'r11'\n"
				    "\thist_add dist, r11\n"
				    "\t^~~~~~~~\n"
				    "in expansion of hist_add at hist.inc:2: r1 = r11\n"
				    "                                             ^~~\n");
	diag_free(&diag);
	diag_error(&diag, (struct pos){&y, 2, 5}, 4, "m");
	ck_assert_str_eq(diag.text, "a.bpf:2:2: error: m\n"
				    "\thist_add dist, r11\n"
				    "\t^~~~~~~~\n"
				    "in expansion of hist_add at hist.inc:3: log dist\n"
				    "                                        ^~~\n"
				    "in expansion of log at hist.inc:3: bar dist\n"
				    "                                       ^~~~\n");
	diag_free(&diag);
	diag_error(&diag, (struct pos){&inc, 3, 2}, 3, "m");
	ck_assert_str_eq(diag.text, "hist.inc:3:2: error: m\n"
				    "\tlog \\m\n"
				    "\t^~~\n"
				    "included from a.bpf:1\n");
	ck_assert_ptr_eq(diag_user_pos((struct pos){&y, 2, 1}).src, &top);
	ck_assert_uint_eq(diag_user_pos((struct pos){&y, 2, 1}).line, 2);
	ck_assert_uint_eq(diag_defined_pos((struct pos){&y, 2, 1}).line, 3);
}
END_TEST

START_TEST(deep_expansions_are_shortened)
{
	struct src s[50];
	size_t i, n = 0;
	char *p;

	s[0] = file("a.bpf", "m");
	for (i = 1; i < 50; i++) {
		s[i] = file("m", "m");
		s[i].expansion = true;
		s[i].from = (struct pos){&s[i - 1], 1, 1};
		s[i].defined = (struct pos){&s[0], 1, 1};
	}
	diag_error(&diag, (struct pos){&s[49], 1, 1}, 1, "deep");
	for (p = diag.text; (p = strstr(p, "in expansion")) != NULL; p++)
		n++;
	ck_assert_uint_eq(n, 8);
	ck_assert_ptr_nonnull(strstr(diag.text, "(41 more expansions)\n"));
}
END_TEST

/* The same twice in one expansion is shown once; no error is lost, and twenty are enough. */
START_TEST(the_same_of_a_macro)
{
	struct src top = file("a.bpf", "twice hk\n"), x = file("twice", "a hk\nb hk\n");
	size_t len, i;

	x.expansion = true;
	x.from = x.defined = (struct pos){&top, 1, 1};
	diag_error(&diag, (struct pos){&x, 1, 3}, 2, "'hk' is bad");
	len = diag.len;
	diag_error(&diag, (struct pos){&x, 2, 3}, 2, "'hk' is bad");
	ck_assert_uint_eq(diag.len, len);
	ck_assert_uint_eq(strlen(diag.text), len);
	ck_assert_uint_eq(diag.n_errors, 1);
	diag_error(&diag, (struct pos){&x, 2, 3}, 2, "'hk' is bad, too");
	ck_assert_uint_eq(diag.n_errors, 2);
	ck_assert_ptr_nonnull(strstr(diag.text + len, "a.bpf:1:1: error: 'hk' is bad, too\n"));
	diag_error(&diag, (struct pos){&x, 1, 3}, 2, "'hk' is bad");
	ck_assert_uint_eq(diag.n_errors, 3);
	/* what is not shown is not counted: others may follow */
	for (i = 0; i < 2 * DIAG_MAX_ERRORS; i++)
		diag_error(&diag, (struct pos){&x, 1, 3}, 2, "'hk' is bad");
	ck_assert_uint_eq(diag.n_errors, 3);
	ck_assert(!diag_full(&diag));
	diag_error(&diag, (struct pos){&x, 1, 3}, 2, "another");
	ck_assert_uint_eq(diag.n_errors, 4);
	ck_assert_ptr_nonnull(strstr(diag.text, "another\n"));
	/* ... up to where that would take long */
	for (i = 0; i < DIAG_MAX_AGAIN; i++)
		diag_error(&diag, (struct pos){&x, 1, 3}, 2, "another");
	ck_assert_uint_eq(diag.n_errors, 4);
	ck_assert(diag_full(&diag));
	ck_assert_ptr_nonnull(strstr(diag.text, "\ntoo many errors, stopped after 4\n"));
}
END_TEST

START_TEST(twenty_errors)
{
	struct src s = file("a.bpf", "x");
	size_t i, len;

	for (i = 0; i < DIAG_MAX_ERRORS - 1; i++)
		diag_error(&diag, (struct pos){&s, 1, 1}, 1, "e");
	ck_assert(!diag_full(&diag));
	for (i = 0; i < 30; i++)
		diag_warning(&diag, (struct pos){&s, 1, 1}, 1, "w");
	ck_assert(!diag_full(&diag));
	diag_error(&diag, (struct pos){&s, 1, 1}, 1, "e");
	ck_assert(diag_full(&diag));
	ck_assert_ptr_nonnull(strstr(diag.text, "\ntoo many errors, stopped after 20\n"));
	ck_assert_ptr_nonnull(strstr(diag.text, "\nno more warnings are shown\n"));
	len = diag.len;
	diag_error(&diag, (struct pos){&s, 1, 1}, 1, "e");
	ck_assert_uint_eq(diag.len, len);
	ck_assert_uint_eq(diag.n_errors, DIAG_MAX_ERRORS);
}
END_TEST

START_TEST(lines)
{
	struct src s = file("a", "one\ntwo\r\n\nfour");
	static const size_t starts[] = {0, 4};
	size_t len;
	int i;

	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(strncmp(diag_line(&s, 1, &len), "one", 3), 0);
		ck_assert_uint_eq(len, 3);
		ck_assert_int_eq(strncmp(diag_line(&s, 2, &len), "two", 3), 0);
		ck_assert_uint_eq(len, 3);
		diag_line(&s, 3, &len);
		ck_assert_uint_eq(len, 0);
		ck_assert_str_eq(diag_line(&s, 4, &len), "four");
		ck_assert_uint_eq(len, 4);
		ck_assert_str_eq(diag_line(&s, 5, &len), "");
		ck_assert_uint_eq(len, 0);
		/* the same again, the first two looked up */
		s.starts = starts;
		s.n_starts = 2;
	}
}
END_TEST

static const char *mean(const char *want, const char *const *names)
{
	static char buf[128];
	struct suggest s;

	suggest_start(&s, want, strlen(want));
	for (; *names; names++)
		suggest_offer(&s, *names, strlen(*names));
	return suggest_text(&s, buf, sizeof(buf));
}

START_TEST(suggestions)
{
	static const char *const names[] = {
		"filename", "flags", "mode", "dfd", "r1", "hist_add", "bpf_map_lookup_elem", NULL};
	static const char *const begun[] = {"bpf_get_current_comm", "bpf_get_current_pid_tgid",
		"bpf_map_lookup_percpu_elem", "bpf_fib_lookup", "bpf_map_lookup_elem", "country",
		"count", "coin", NULL};
	static const char *const widths[] = {"u8", "u16", "u32", "u64", "s64", NULL};
	char big[200], tiny[4];
	struct suggest s;

	ck_assert_str_eq(mean("filenam", names), "; did you mean 'filename'?");
	ck_assert_str_eq(mean("fielname", names), "; did you mean 'filename'?");
	ck_assert_str_eq(mean("FLAGS", names), "; did you mean 'flags'?");
	ck_assert_str_eq(mean("falgs", names), "; did you mean 'flags'?");
	ck_assert_str_eq(mean("mdoe", names), "; did you mean 'mode'?");
	ck_assert_str_eq(mean("r11", names), "; did you mean 'r1'?");
	ck_assert_str_eq(mean("bpf_map_lookup", names), "; did you mean 'bpf_map_lookup_elem'?");
	ck_assert_str_eq(mean("u46", widths), "; did you mean 'u64'?");
	ck_assert_str_eq(
		mean("bpf_get_current_pid", begun), "; did you mean 'bpf_get_current_pid_tgid'?");
	ck_assert_str_eq(mean("bpf_map_lookup", begun), "; did you mean 'bpf_map_lookup_elem'?");
	ck_assert_str_eq(mean("coun", begun), "; did you mean 'count'?");
	ck_assert_str_eq(mean("flags", names), "");
	ck_assert_str_eq(mean("hello", names), "");
	ck_assert_str_eq(mean("x", names), "");
	ck_assert_str_eq(mean("", names), "");
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	ck_assert_str_eq(mean(big, names), "");
	suggest_start(&s, "flag", 4);
	suggest_offer(&s, "flags", 5);
	ck_assert_str_eq(suggest_text(&s, tiny, sizeof(tiny)), "");
}
END_TEST

START_TEST(out_of_memory)
{
	struct src src = file("a.bpf", "text");
	bool hit = true;
	char big[2000];
	unsigned n;

	memset(big, 'z', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	for (n = 1; hit; n++) {
		diag_teardown();
		diag_setup();
		t_fail_alloc_at(n);
		diag_error(&diag, (struct pos){&src, 1, 1}, 2, "%s", big);
		hit = t_alloc_failed();
		ck_assert_int_eq(diag.failed, hit);
		ck_assert_int_eq(diag_full(&diag), hit);
	}
	ck_assert_uint_gt(n, 3);
}
END_TEST

Suite *suite_diag(void);
Suite *suite_diag(void)
{
	Suite *s = suite_create("diag");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, diag_setup, diag_teardown);
	tcase_add_test(t, line_and_caret);
	tcase_add_test(t, places_that_are_not_there);
	tcase_add_test(t, control_bytes_are_shown);
	tcase_add_test(t, wide_characters);
	tcase_add_test(t, long_lines_are_cut);
	tcase_add_test(t, expansions_and_includes);
	tcase_add_test(t, deep_expansions_are_shortened);
	tcase_add_test(t, the_same_of_a_macro);
	tcase_add_test(t, twenty_errors);
	tcase_add_test(t, lines);
	tcase_add_test(t, suggestions);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	return s;
}
