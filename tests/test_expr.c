// SPDX-License-Identifier: MIT
/* test_expr.c - constant expressions. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expr.h"
#include "t.h"

static struct pool pool;
static struct diag diag;
static struct src src = {.name = "t"};
static struct toks toks;

static void expr_setup(void)
{
	memset(&pool, 0, sizeof(pool));
	memset(&diag, 0, sizeof(diag));
	memset(&toks, 0, sizeof(toks));
	diag.pool = &pool;
}

static void expr_teardown(void)
{
	diag_free(&diag);
	pool_free(&pool);
}

static int lookup(void *arg, const char *s, size_t len, int64_t *v)
{
	struct diag *d = arg;

	if (len == 3 && !memcmp(s, "abc", 3))
		*v = 7;
	else if (len == 3 && !memcmp(s, "bad", 3)) {
		diag_error(d, (struct pos){&src, 1, 1}, 3, "told");
		return -EINVAL;
	} else
		return -ENOENT;
	return 0;
}

static int size_of(void *arg, const char *s, size_t len, int64_t *v)
{
	(void)arg;
	if (len == 5 && !memcmp(s, "key.f", 5))
		*v = 12;
	else if (len == 9 && !memcmp(s, "key.f[14]", 9))
		*v = 4;
	else if (len == 3 && !memcmp(s, "u32", 3))
		*v = 4;
	else
		return -ENOENT;
	return 0;
}

static void offer(void *arg, struct suggest *s)
{
	(void)arg;
	suggest_offer(s, "abc", 3);
	suggest_offer(s, "key.f", 5);
}

static const struct expr_env env = {lookup, size_of, offer, &diag, NULL};

/* The result and where it ended. */
static int eval(const char *s, int64_t *v, const char **rest)
{
	struct pos at = {&src, 1, 1};
	const struct tok *t;
	int err;

	src.text = s;
	src.len = strlen(s);
	diag_free(&diag);
	diag.n_errors = 0;
	ck_assert_int_eq(lex_line(&diag, at, s, strlen(s), &toks), 0);
	t = toks.tok;
	err = expr_eval(&diag, at, &env, &t, v);
	ck_assert_int_eq(err != 0, diag.n_errors != 0);
	ck_assert_uint_le(diag.n_errors, 1);
	*rest = t->s;
	return err;
}

static void is(const char *s, int64_t want)
{
	const char *rest;
	int64_t v = -99;

	ck_assert_msg(eval(s, &v, &rest) == 0, "%s: %s", s, diag.text);
	ck_assert_msg(v == want, "%s is %" PRId64 ", not %" PRId64, s, v, want);
	ck_assert_str_eq(rest, "");
}

static void isnt(const char *s, const char *what)
{
	const char *rest;
	int64_t v;

	ck_assert_int_eq(eval(s, &v, &rest), -EINVAL);
	ck_assert_msg(strstr(diag.text, what), "%s has no %s", diag.text, what);
}

START_TEST(precedence_is_c)
{
	is("1 + 2 * 3", 7);
	is("(1 + 2) * 3", 9);
	is("10 - 4 - 3", 3);
	is("100 / 10 / 5", 2);
	is("7 % 4 * 2", 6);
	is("1 << 2 + 1", 8);
	is("1 | 2 ^ 3 & 6", 1);
	is("4 & 6 == 6", 0);
	is("1 < 2 == 2 > 1", 1);
	is("1 || 0 && 0", 1);
	is("-5 / 2", -2);
	is("-5 % 2", -1);
	is("-5 >> 1", -3);
	is("~0", -1);
	is("!5 + !0", 1);
	is("- - -5", -5);
	is("-~!0", 2);
	is("+5", 5);
	is("1 ? 2 : 3", 2);
	is("0 ? 2 : 1 ? 4 : 5", 4);
	is("1 ? 0 ? 6 : 7 : 5", 7);
	is("3 >= 3 && 3 <= 3 && 3 != 4", 1);
	is("0x10 + 010 + 0x0f", 39);
	is("'a' + 1", 98);
	is("1 << 3 >> 1", 4);
	is("5 - -3", 8);
	is("2 * -3", -6);
	is("abc * 2", 14);
	is("sizeof(key.f) + 1", 13);
	is("sizeof(struct key.f)", 12);
	is("sizeof(u32[2 * abc])", 56);
	is("sizeof(key.f[2 * abc])", 4);
	is("5.10 > 5.9 && 5.10.1 > 5.10", 1);
}
END_TEST

START_TEST(what_c_leaves_undefined)
{
	is("1 << 63", INT64_MIN);
	is("0 && 1 << 64", 0);
	is("1 ? 2 : 1 >> -1", 2);
	is("-1 >> 0", -1);
	is("-8 >> 1", -4);
	is("-1 >> 63", -1);
	is("(1 << 63) / -1", INT64_MIN);
	is("(1 << 63) % -1", 0);
	is("-(1 << 63)", INT64_MIN);
	is("0x7fffffffffffffff + 1", INT64_MIN);
	is("0xffffffffffffffff", -1);
	is("0x100000000 * 0x100000000", 0);
	is("0 && 1 / 0", 0);
	is("1 || 1 % 0", 1);
	is("1 ? 5 : 1 / 0", 5);
	is("0 ? 1 / 0 : 6", 6);
}
END_TEST

START_TEST(errors)
{
	isnt("4 / (3 - 3)", "t:1:5: error: division by zero\n4 / (3 - 3)\n    ^\n");
	isnt("4 % 0", "division by zero");
	isnt("1 << 64", "t:1:6: error: a shift by 64; 0 to 63 are possible\n1 << 64\n     ^~\n");
	isnt("1 << -1", "a shift by -1");
	isnt("-1 >> (8 * 8)", "a shift by 64");
	isnt("0 || 1 / 0", "division by zero");
	isnt("1 + abd", "t:1:5: error: unknown name 'abd'; did you mean 'abc'?\n"
			"1 + abd\n    ^~~\n");
	isnt("bad + 1", "told");
	isnt("1 +", "t:1:4: error: expected a number or a name at the end of the line");
	isnt("", "expected a number or a name");
	isnt("* 3", "expected a number or a name");
	isnt("(1", "expected ')'");
	isnt("1 ? 2", "expected ':'");
	isnt("sizeof(kee.f)", "sizeof: unknown name 'kee.f'; did you mean 'key.f'?");
	isnt("sizeof(3)", "sizeof needs a name");
	isnt("sizeof(key.f", "expected ')'");
	isnt("sizeof(key.f[1)", "expected ']'");
	isnt("sizeof", "unknown name 'sizeof'");
	isnt("\"text\"", "expected a number or a name");
}
END_TEST

START_TEST(stops_where_it_ends)
{
	const char *rest;
	int64_t v;

	ck_assert_int_eq(eval("1 + 2 goto x", &v, &rest), 0);
	ck_assert_int_eq(v, 3);
	ck_assert_str_eq(rest, "goto x");
	ck_assert_int_eq(eval("8)", &v, &rest), 0);
	ck_assert_str_eq(rest, ")");
	ck_assert_int_eq(eval("1 <<= 2", &v, &rest), 0);
	ck_assert_str_eq(rest, "<<= 2");
}
END_TEST

START_TEST(depth_is_limited)
{
	size_t n = 500000;
	char *s = malloc(n + 2);
	const char *kinds = "(-!~", *k;

	ck_assert_ptr_nonnull(s);
	for (k = kinds; *k; k++) {
		memset(s, *k, n);
		strcpy(s + n, "1");
		isnt(s, "nested more than");
	}
	memset(s, ' ', n);
	for (n = 0; n < 499999; n += 4)
		memcpy(s + n, "1 ? ", 4);
	strcpy(s + n, "1");
	isnt(s, "nested more than");
	for (n = 0; n < 499999; n += 2)
		memcpy(s + n, "1+", 2);
	strcpy(s + n, "1");
	is(s, 250001);
	for (n = 0; n < 150; n++)
		s[n] = '(';
	s[n++] = '1';
	memset(s + n, ')', 150);
	s[n + 150] = '\0';
	is(s, 1);
	free(s);
}
END_TEST

START_TEST(no_environment)
{
	struct pos at = {&src, 1, 1};
	const struct tok *t;
	int64_t v;

	src.text = "x + sizeof(y)";
	src.len = strlen(src.text);
	lex_line(&diag, at, src.text, src.len, &toks);
	t = toks.tok;
	ck_assert_int_eq(expr_eval(&diag, at, NULL, &t, &v), -EINVAL);
	t = toks.tok + 2;
	ck_assert_int_eq(expr_eval(&diag, at, NULL, &t, &v), -EINVAL);
	ck_assert_uint_eq(diag.n_errors, 2);
}
END_TEST

Suite *suite_expr(void);
Suite *suite_expr(void)
{
	Suite *s = suite_create("expr");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, expr_setup, expr_teardown);
	tcase_add_test(t, precedence_is_c);
	tcase_add_test(t, what_c_leaves_undefined);
	tcase_add_test(t, errors);
	tcase_add_test(t, stops_where_it_ends);
	tcase_add_test(t, depth_is_limited);
	tcase_add_test(t, no_environment);
	suite_add_tcase(s, t);
	return s;
}
