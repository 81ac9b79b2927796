// SPDX-License-Identifier: MIT
/* test_input.c - limits of what is read. */
#include <errno.h>
#include <string.h>

#include "t_macro.h"
#include "input.h"

START_TEST(no_input_runs_for_ever)
{
	ck_assert_int_eq(t_expand(".macro m\nm\n.endm\nm\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(tm.diag.text,
		"a.bpf:4:1: error: macros and includes are nested more than 200 deep"));
	ck_assert_uint_eq(tm.diag.n_errors, 1);
	/* twice each time: 2^200 calls, were it not for the first error */
	ck_assert_int_eq(t_expand(".macro m\nm\nm\n.endm\nm\n"), -EINVAL);
	/* wide, not deep */
	ck_assert_int_eq(t_expand(".rept 1000000000000\n.endr\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(tm.diag.text, "macros expand to more than 64 MiB"));
	ck_assert_int_eq(t_expand(".rept 1000000000000\n\n\n\n\n\n\n\n\n\n.endr\n"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(tm.diag.text, "more than 2097152 lines"));
	/* an argument that doubles */
	t_fails(".macro m a:vararg\nm \\a, \\a\n.endm\nm 1\n", "line is longer than 1048576 bytes");
}
END_TEST

static struct src text_src(const char *name, const char *text)
{
	struct src s = {.name = name, .text = text, .len = strlen(text)};

	return s;
}

START_TEST(lines_and_their_starts)
{
	struct inputs in = {.pool = &tm.pool, .d = &tm.diag};
	struct src src = text_src("a", "one\n\nthree");
	const char *s;
	size_t len;

	tm.diag.pool = &tm.pool;
	ck_assert_ptr_null(input_pos(&in).src);
	ck_assert_int_eq(input_push(&in, &src), 0);
	ck_assert_int_eq(input_line(&in, &s, &len), 1);
	ck_assert_uint_eq(len, 3);
	ck_assert_int_eq(input_line(&in, &s, &len), 1);
	ck_assert_uint_eq(len, 0);
	ck_assert_int_eq(input_line(&in, &s, &len), 1);
	ck_assert_uint_eq(len, 5);
	ck_assert_uint_eq(input_pos(&in).line, 3);
	ck_assert_uint_eq(src.n_starts, 3);
	ck_assert_uint_eq(src.starts[2], 5);
	ck_assert_int_eq(input_line(&in, &s, &len), 0);
	ck_assert_uint_eq(in.lines, 0); /* the first text's are not limited */
	input_pop(&in, false);
	ck_assert_ptr_null(in.top);
	ck_assert_uint_eq(tm.diag.len, 0);
}
END_TEST

START_TEST(conditions_belong_to_their_text)
{
	struct inputs in = {.pool = &tm.pool, .d = &tm.diag};
	struct src a = text_src("a", "one\n"), b = text_src("b", "two\n");

	tm.diag.pool = &tm.pool;
	ck_assert_int_eq(input_push(&in, &a), 0);
	ck_assert_ptr_null(input_cond(&in));
	ck_assert(!input_skips(&in));
	ck_assert_int_eq(input_if(&in, input_pos(&in), true, true), 0);
	ck_assert_ptr_nonnull(input_cond(&in));
	ck_assert_int_eq(input_push(&in, &b), 0);
	ck_assert_ptr_null(input_cond(&in));
	ck_assert_int_eq(input_if(&in, input_pos(&in), false, false), 0);
	ck_assert(input_skips(&in));
	input_pop(&in, true);
	ck_assert(!input_skips(&in));
	ck_assert_uint_eq(tm.diag.len, 0);
	input_pop(&in, false);
	ck_assert_ptr_nonnull(strstr(tm.diag.text, ".if without .endif"));
}
END_TEST

START_TEST(comment_without_end)
{
	t_fails("a\n  b /* c\nd\n", "a.bpf:2:5: error: comment has no end\n  b /* c\n    ^~\n");
	ck_assert_int_eq(t_expand(".macro m\nx /*\n.endm\n"), 0);
	ck_assert_ptr_nonnull(strstr(tm.diag.text, "a.bpf:1:1: error: '.macro' without .endm"));
	ck_assert_ptr_nonnull(strstr(tm.diag.text, "a.bpf:2:3: error: comment has no end"));
	ck_assert_int_eq(t_expand(".if 0\n/*\n.endif\n"), 0);
	ck_assert_ptr_nonnull(strstr(tm.diag.text, "a.bpf:2:1: error: comment has no end"));
	ck_assert_ptr_nonnull(strstr(tm.diag.text, "a.bpf:1:1: error: .if without .endif"));
}
END_TEST

Suite *suite_input(void);
Suite *suite_input(void)
{
	Suite *s = suite_create("input");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, t_macro_setup, t_macro_teardown);
	tcase_add_test(t, no_input_runs_for_ever);
	tcase_add_test(t, lines_and_their_starts);
	tcase_add_test(t, conditions_belong_to_their_text);
	tcase_add_test(t, comment_without_end);
	suite_add_tcase(s, t);
	return s;
}
