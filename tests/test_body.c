// SPDX-License-Identifier: MIT
/* test_body.c - parameters, arguments, and what is put in their place. */
#include <stdio.h>
#include <string.h>

#include "t_macro.h"
#include "body.h"

START_TEST(arguments)
{
	const char *m = ".macro m a, b=7, c\n\\a+\\b+\\c\n.endm\n";
	char text[512];
	size_t i;
	static const char *const calls[][2] = {
		{"m 1, 2, 3", "1 + 2 + 3\n"},
		{"m 1,,3", "1 + 7 + 3\n"},
		{"m 1", "1 + 7 +\n"},
		{"m", "+ 7 +\n"},
		{"m 1 2 3", "1 + 2 + 3\n"},
		{"m r1 &x -1", "r1 + & x + - 1\n"},
		{"m 1 + 2", "1 + 2 + 7 +\n"},
		{"m c=1, b=2, a=3", "3 + 2 + 1\n"},
		{"m b=2, 1, 3", "1 + 2 + 3\n"},
		{"m b=, 1, 3", "1 + 7 + 3\n"},
		{"m z=2", "z = 2 + 7 +\n"},
		{"m f(1, 2), [3, 4], \"5, 6\"", "f ( 1 , 2 ) + [ 3 , 4 ] + \"5, 6\"\n"},
		{"m 1, 2, 3 ; comment, 4", "1 + 2 + 3\n"},
		{"m 1, 2 /* x, y */, 3", "1 + 2 + 3\n"},
		{"m *(u64 *)(r1 +8), 2", "* ( u64 * ) ( r1 + 8 ) + 2 +\n"},
		{"x: y: m 1", "x : y :\n1 + 7 +\n"},
		{"m: m 1", "m :\n1 + 7 +\n"},
		{"m = r1", "m = r1\n"},
		{"m += r1", "m += r1\n"},
	};

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", m, calls[i][0]);
		t_gives(text, calls[i][1]);
	}
	t_gives(".macro p f:req, a:vararg\n\\f|\\a\n.endm\np \"x\", r1, r2\np \"y\"\np \"z\" 1 2\n",
		"\"x\" | r1 , r2\n\"y\" |\n\"z\" | 1 2\n");
	t_gives(".macro p a b\n\\a-\\b\n.endm\np 1, 2", "1 - 2\n");
	t_gives(".macro p, a=1 b=(2 + 3) c=\"x y\"\n\\a \\b \\c\n.endm\np",
		"1 ( 2 + 3 ) \"x y\"\n");
	t_gives(".macro p\nexit\n.endm\np\np ; x\n", "exit\nexit\n");
}
END_TEST

START_TEST(argument_errors)
{
	t_fails(".macro m a\n\\a\n.endm\n\tm 1, 2\n",
		"a.bpf:4:7: error: macro 'm' takes 1 argument\n\tm 1, 2\n\t     ^\n");
	t_fails(".macro m\nexit\n.endm\nm 1\n", "macro 'm' takes 0 arguments");
	t_fails(".macro m a:req\n\\a\n.endm\nm\n", "macro 'm' needs its argument 'a'\n");
	t_fails(".macro m a:req, b:req\n\\a\n.endm\nm(r1, r2)\n",
		"macro 'm' needs its argument 'b'; macros are called without brackets");
	t_fails(".macro m\nexit\n.endm\nm()\n",
		"macro 'm' takes 0 arguments; macros are called without brackets");
	t_fails(".macro m\nexit\n.endm\nm (1)\n", "macro 'm' takes 0 arguments\n");
	t_fails(".macro m a, b\n\\a\n.endm\nm a=1, a=2\n", "'a' is given twice");
	t_fails(".macro m a, b\n\\a\n.endm\nm 1, bb=4\n",
		"macro 'm' has no parameter 'bb'; did you mean 'b'?");
	t_fails(".macro m a, a\n.endm\n", "two parameters are called 'a'");
	t_fails(".macro m a:vararg, b\n.endm\n", "':vararg' must be the last one");
	t_fails(".macro m a:opt\n.endm\n", "':req' or ':vararg', not ':opt'");
	t_fails(".macro m 5\nx\n.endm\n", "a parameter's name is");
	t_fails(".macro m a.b\n.endm\n", "a parameter's name is");
	t_fails(".macro\nx\n.endm\n", ".macro needs a name");
	t_fails(".macro m\n\\z\n.endm\nm\n", "'\\z' is no parameter of a macro here");
}
END_TEST

START_TEST(substitution)
{
	t_gives(".macro m a\nx\\a\\()y .L\\@ \\a.f\n.endm\nm p\nm q\n",
		"xpy .L0 p.f\nxqy .L1 q.f\n");
	t_gives(".macro m n\n\"a\\n\\t\\x41\\\\n\\\"\\n\" \\n\n.endm\nm 5\n",
		"\"a\\n\\t\\x41\\\\n\\\"\\n\" 5\n");
	t_gives(".macro m fmt\n\"<\\fmt>\"\n.endm\nm hello\n", "\"<hello>\"\n");
	t_gives(".macro m a\n\\a ; \\b \"\n# \\c\n\\a // \\d\n.endm\nm 1\n", "1\n1\n");
	t_gives(".macro m a\n'\"' \\a '\\'' \\a\n.endm\nm 1\n", "'\"' 1 '\\'' 1\n");
	t_gives(".macro m a, aa\n\\aa \\a\n.endm\nm 1, 2\n", "2 1\n");
}
END_TEST

/* The text s with parameter a = "ARG", b = "" and \@ = 42. */
static const char *filled(const char *s, size_t len)
{
	static char buf[256];
	struct body_param params[] = {{.name = "a", .len = 1}, {.name = "b", .len = 1}};
	struct body_arg args[] = {{"ARG", 3, NULL, 0}, {"", 0, NULL, 0}};
	struct body b = {.params = params, .n_params = 2};
	size_t n;

	ck_assert_int_eq(body_cut(&tm.pool, &b, s, len), 0);
	n = body_size(&b, args, 42);
	ck_assert_uint_lt(n, sizeof(buf));
	memset(buf, 0, sizeof(buf));
	body_fill(&b, args, 42, buf);
	ck_assert_uint_eq(strlen(buf), n);
	return buf;
}

START_TEST(pieces)
{
	static const char *const texts[][2] = {
		{"", ""},
		{"plain\n", "plain\n"},
		{"\\a\\b\\a", "ARGARG"},
		{"\\a1", "\\a1"},
		{"\\a\\()1", "ARG1"},
		{"\\@.\\@", "42.42"},
		{"\\", "\\"},
		{"\"\\", "\"\\"},
		{"\\(", "\\("},
		{"x ; \\a\ny", "x \ny"},
		{"x // \\a", "x "},
		{"  # \\a\nx # \\a", "  \nx # ARG"},
		{"\"; \\a // \" ; \\a", "\"; ARG // \" "},
		{"\"\\\\a\\\"\" \\a", "\"\\\\a\\\"\" ARG"},
		{"\"open\n; \\a\n", "\"open\n\n"},
		{"'", "'"},
		{"'\\", "'\\"},
		{"';' \\a", "';' ARG"},
		/* GNU's, without a second quote */
		{"'\\\" \\a ; \\b", "'\\\" ARG "},
		{"'\" \\a ; \\b", "'\" ARG "},
	};
	char exact[32];
	size_t i, n;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		n = strlen(texts[i][0]);
		ck_assert_str_eq(filled(texts[i][0], n), texts[i][1]);
		/* with nothing behind it */
		memcpy(exact + sizeof(exact) - n, texts[i][0], n);
		ck_assert_str_eq(filled(exact + sizeof(exact) - n, n), texts[i][1]);
	}
}
END_TEST

START_TEST(sizes_do_not_overflow)
{
	struct body_piece three[] = {{NULL, 0, 0}, {NULL, 0, 0}, {NULL, 0, 0}};
	struct body_arg arg = {"", SIZE_MAX / 2, NULL, 0};
	struct body b = {.pieces = three, .n_pieces = 3};

	ck_assert_uint_eq(body_size(&b, &arg, 0), SIZE_MAX);
}
END_TEST

Suite *suite_body(void);
Suite *suite_body(void)
{
	Suite *s = suite_create("body");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, t_macro_setup, t_macro_teardown);
	tcase_add_test(t, arguments);
	tcase_add_test(t, argument_errors);
	tcase_add_test(t, substitution);
	tcase_add_test(t, pieces);
	tcase_add_test(t, sizes_do_not_overflow);
	suite_add_tcase(s, t);
	return s;
}
