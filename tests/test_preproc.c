// SPDX-License-Identifier: MIT
/* test_preproc.c - lines that nobody lexes: their first word, and comments across them. */
#include <errno.h>
#include <string.h>

#include "preproc.h"
#include "t_macro.h"

START_TEST(first_word)
{
	static const struct {
		const char *line, *word;
	} rows[] = {
		{".if 1", ".if"},
		{" \t.endif", ".endif"},
		{"", ""},
		{"   ", ""},
		{"=x", ""},
		{"a_1.b:c", "a_1.b"},
	};
	const char *word;
	size_t i, n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		word = preproc_word(rows[i].line, strlen(rows[i].line), &n);
		ck_assert_msg(preproc_word_is(word, n, rows[i].word), "%s", rows[i].line);
	}
	word = preproc_word(".ifdef", 3, &n); /* the line ends before the word does */
	ck_assert_uint_eq(n, 3);
	ck_assert(!preproc_word_is(word, n, ".ifdef"));
}
END_TEST

/* Comments that begin or end in a line that is passed over: .endif inside of one is none. */
START_TEST(comments_are_followed)
{
	t_gives(".if 0\n/*\n.endif\n*/\nx\n.endif\ny\n", "y\n");
	t_gives(".if 0\nx \"/*\"\n.endif\ny\n", "y\n");
	t_gives(".if 0\nx \"\\\"/*\" z\n.endif\ny\n", "y\n");
	t_gives(".if 0\nx ; /*\n.endif\ny\n", "y\n");
	t_gives(".if 0\nx // /*\n.endif\ny\n", "y\n");
	t_gives(".if 0\nx /* a */ b /* c\n.endif\n*/\n.endif\ny\n", "y\n");
	t_gives(".macro m\n/*\n.endm\n*/\nin\n.endm\nm\n", "in\n");
}
END_TEST

START_TEST(nothing_follows_fatal_errors)
{
	ck_assert_int_eq(preproc_fatal(-EINVAL), -E2BIG);
	ck_assert_int_eq(preproc_fatal(-ENOMEM), -ENOMEM);
	ck_assert_int_eq(preproc_fatal(0), 0);
}
END_TEST

Suite *suite_preproc(void);
Suite *suite_preproc(void)
{
	Suite *s = suite_create("preproc");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, t_macro_setup, t_macro_teardown);
	tcase_add_test(t, first_word);
	tcase_add_test(t, comments_are_followed);
	tcase_add_test(t, nothing_follows_fatal_errors);
	suite_add_tcase(s, t);
	return s;
}
