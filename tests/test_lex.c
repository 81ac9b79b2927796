// SPDX-License-Identifier: MIT
/* test_lex.c - lines to tokens. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lex.h"
#include "t.h"

static struct pool pool;
static struct diag diag;
static struct src src;
static struct toks toks;

static void lex_setup(void)
{
	memset(&pool, 0, sizeof(pool));
	memset(&diag, 0, sizeof(diag));
	memset(&toks, 0, sizeof(toks));
	diag.pool = &pool;
	src.name = "t.bpf";
}

static void lex_teardown(void)
{
	diag_free(&diag);
	pool_free(&pool);
}

static int lex_n(const char *s, size_t len)
{
	struct pos at = {&src, 1, 1};
	char *copy = malloc(len ? len : 1); /* exactly as long: ASan sees a byte too far */
	bool in_comment = toks.in_comment;
	int err;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, s, len);
	src.text = pool_strndup(&pool, s, len);
	src.len = len;
	err = lex_line(&diag, at, copy, len, &toks);
	free(copy);
	/* tokens point into the text: take the pool's copy for reading them */
	toks.in_comment = in_comment;
	if (!err)
		ck_assert_int_eq(lex_line(&diag, at, src.text, len, &toks), 0);
	return err;
}

/* The tokens with a blank between them; strings and names as they are, numbers in decimal. */
static const char *lex_text(const char *s)
{
	static char buf[4096];
	size_t n = 0, i;
	const struct tok *t;

	buf[0] = '\0';
	ck_assert_msg(lex_n(s, strlen(s)) == 0, "%s: %s", s, diag.text);
	for (i = 0; i < toks.n; i++) {
		t = &toks.tok[i];
		ck_assert_ptr_eq(t->s, src.text + t->col - 1);
		if (t->kind == TOK_NUM)
			n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s%llu", n ? " " : "",
				(unsigned long long)t->num);
		else
			n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s%.*s", n ? " " : "",
				(int)t->len, t->s);
		if (t->kind == TOK_PUNCT)
			ck_assert_uint_eq(
				t->op, PUNCT((unsigned char)t->s[0], t->len > 1 ? t->s[1] : 0,
					       t->len > 2 ? t->s[2] : 0));
	}
	ck_assert_int_eq(toks.tok[toks.n].kind, TOK_END);
	return buf;
}

static void lex_bad(const char *s, const char *what)
{
	free(diag.text);
	memset(&diag, 0, sizeof(diag));
	diag.pool = &pool;
	ck_assert_int_eq(lex_n(s, strlen(s)), -EINVAL);
	ck_assert_uint_eq(diag.n_errors, 1);
	ck_assert_msg(strstr(diag.text, what), "%s\nhas no\n%s", diag.text, what);
}

START_TEST(verifier_lines)
{
	static const char *const lines[][2] = {
		{"12: (bf) r6 = *(u64 *)(r1 +80)   ; R6_w=scalar()",
			"12: (bf) r6 = * ( u64 * ) ( r1 + 80 )"},
		{"if r2 != 0x0 goto pc+2", "if r2 != 0 goto pc + 2"},
		{"if r2 s<= 0xffffffff goto pc-2", "if r2 s <= 4294967295 goto pc - 2"},
		{"lock *(u64 *)(r0 +0) += r1", "lock * ( u64 * ) ( r0 + 0 ) += r1"},
		{"if r0 s< 0 goto .done", "if r0 s < 0 goto .done"},
		{"r1 s>>= 3", "r1 s >>= 3"},
		{"r1 <<= 3", "r1 <<= 3"},
		{"r0 = (s8)r9", "r0 = ( s8 ) r9"},
		{"r1 = 0x10 ll", "r1 = 16 ll"},
		{"r1=-5", "r1 = - 5"},
		{"call bpf_trace_printk#6", "call bpf_trace_printk # 6"},
		{"ldxdw %r0,[%r1+8]", "ldxdw % r0 , [ % r1 + 8 ]"},
		{"r1 = args->field", "r1 = args -> field"},
		{"r1 = r6->task_struct.real_parent.tgid",
			"r1 = r6 -> task_struct.real_parent.tgid"},
		{"r1 = &map", "r1 = & map"},
		{"printk \"a ; b // c\\\"\\n\", r1", "printk \"a ; b // c\\\"\\n\" , r1"},
		{".done:  return 0", ".done : return 0"},
		{"a&&b||!c", "a && b || ! c"},
		{"r1 = *(u8*)(r2+0) // c", "r1 = * ( u8 * ) ( r2 + 0 )"},
		{"a /* b */ c /**/ d", "a c d"},
		{"  # 1 \"file\"", ""},
		{"", ""},
		{" \t\r", ""},
		{"; all", ""},
		{"sizeof(a.b)", "sizeof ( a.b )"},
		{".prog x \"uretprobe/c:strlen\"", ".prog x \"uretprobe/c:strlen\""},
		{"r1 = r2 ? 3:4", "r1 = r2 ? 3 : 4"},
		{"$tmp.1 _x", "$tmp.1 _x"},
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_str_eq(lex_text(lines[i][0]), lines[i][1]);
	ck_assert_uint_eq(diag.len, 0);
}
END_TEST

START_TEST(numbers)
{
	ck_assert_str_eq(lex_text("10 0x1F 0b101 017 0 00 0X1f 0B1"), "10 31 5 15 0 0 31 1");
	ck_assert_str_eq(lex_text("'a' '\\n' '\\'' '\\x41' '\"' '\\0' '\\377' ' '"),
		"97 10 39 65 34 0 255 32");
	/* GNU's, without the second quote */
	ck_assert_str_eq(lex_text("'a '\\n '\\'"), "97 10 39");
	ck_assert_str_eq(lex_text("'a+1"), "97 + 1");
	ck_assert_str_eq(lex_text("';,'\"]"), "59 , 34 ]");
	ck_assert_str_eq(lex_text("18446744073709551615 0xffffffffffffffff"),
		"18446744073709551615 18446744073709551615");
	ck_assert_str_eq(lex_text("01777777777777777777777"), "18446744073709551615");
	ck_assert_str_eq(lex_text("1u 2UL 3ull 4LL"), "1 2 3 4");
	ck_assert_str_eq(lex_text("5.5 5.10.3 4.19.300 0.1"), "328960 330243 267263 256");
}
END_TEST

/* a number with b or f behind it, where that is no other number */
START_TEST(local_labels)
{
	static const char *const lines[] = {"1f", "1b", "0f", "0b", "12b", "4294967295f"};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ck_assert_int_eq(lex_n(lines[i], strlen(lines[i])), 0);
		ck_assert_uint_eq(toks.n, 1);
		ck_assert_int_eq(toks.tok[0].kind, TOK_LOCAL);
		ck_assert_uint_eq(toks.tok[0].len, strlen(lines[i]));
		ck_assert_uint_eq(toks.tok[0].num, strtoul(lines[i], NULL, 10));
	}
	ck_assert_str_eq(lex_text("0x1f 0x1b 0b1 0b101 0xb"), "31 27 1 5 11");
	lex_bad("01f", "'01f' is no number");
	lex_bad("0b1f", "'0b1f' is no number");
	lex_bad("1fx", "'1fx' is no number");
	lex_bad("1f2", "'1f2' is no number");
	lex_bad("1F", "'1F' is no number");
	lex_bad("0b2f", "'0b2f' is no number");
	lex_bad("4294967296f", "'4294967296f' is no number");
	lex_bad("99999999999999999999f", "does not fit in 64 bits");
}
END_TEST

START_TEST(bad_numbers)
{
	lex_bad("r1 = 18446744073709551616",
		"t.bpf:1:6: error: number '18446744073709551616' does not fit in 64 bits\n"
		"r1 = 18446744073709551616\n"
		"     ^~~~~~~~~~~~~~~~~~~~\n");
	lex_bad("0x10000000000000000", "does not fit");
	lex_bad("02000000000000000000000", "does not fit");
	lex_bad("08", "'08' is no number");
	lex_bad("0x", "'0x' is no number");
	lex_bad("0b2", "'0b2' is no number");
	lex_bad("12ab", "'12ab' is no number");
	lex_bad("5.", "'5.' is no number");
	lex_bad("5.5.5.5", "'5.5.5.5' is no number");
	lex_bad("5.256", "'5.256' is no kernel version");
	lex_bad("65536.1", "is no kernel version");
	lex_bad("'ab'", "a character is one");
	lex_bad("'ab", "a character is one");
	lex_bad("' ", "a character is one");
	lex_bad("'", "a character is one");
	lex_bad("''", "a character is one");
	lex_bad("'\\q'", "a character is one");
	lex_bad("'\\", "a character is one");
	lex_bad("'\\400'", "a character is one");
}
END_TEST

START_TEST(hostile_bytes)
{
	lex_bad("r1 = \"abc", "1:6: error: string has no closing '\"'\nr1 = \"abc\n     ^\n");
	lex_bad("\"abc\\", "no closing");
	lex_bad("\"abc\\\"", "no closing");
	lex_bad("r1 \x80", "1:4: error: byte 0x80 has no meaning here\nr1 \\x80\n   ^");
	lex_bad("r1 = \xe2\x80\x9cx", "other than ASCII");
	lex_bad("a \\b", "1:3: error: '\\b' is no parameter of a macro here");
	lex_bad("a `b", "'`' has no meaning here");
	lex_bad("a \x01", "byte 0x01");
	diag_free(&diag);
	diag.n_errors = 0;
	ck_assert_int_eq(lex_n("a \0 b", 5), -EINVAL);
	ck_assert_ptr_nonnull(strstr(diag.text, "1:3: error: byte 0x00 has no meaning"));
	ck_assert_int_eq(lex_n("\"a\0\"", 4), -EINVAL);
	ck_assert_ptr_nonnull(strstr(diag.text, "1:3: error: NUL byte in a string"));
	/* they may stand in comments, and letters of all kinds in strings */
	ck_assert_str_eq(lex_text("a ; \x80\x01\xe2"), "a");
	ck_assert_str_eq(lex_text("\"\xc3\xa4\""), "\"\xc3\xa4\"");
}
END_TEST

START_TEST(every_byte)
{
	unsigned a, b;
	char s[2];

	for (a = 0; a < 256; a++)
		for (b = 0; b < 256; b++) {
			s[0] = (char)a;
			s[1] = (char)b;
			lex_n(s, 1 + (b != 0));
			diag_free(&diag);
			diag.n_errors = 0;
			toks.in_comment = false;
		}
}
END_TEST

START_TEST(long_lines)
{
	size_t n = 10 << 20;
	char *s = malloc(n);

	ck_assert_ptr_nonnull(s);
	memset(s, 'a', n);
	ck_assert_int_eq(lex_n(s, LEX_MAX_LINE), 0);
	ck_assert_uint_eq(toks.n, 1);
	ck_assert_uint_eq(toks.tok[0].len, LEX_MAX_LINE);
	ck_assert_int_eq(lex_n(s, n), -EINVAL);
	ck_assert_ptr_nonnull(strstr(diag.text, "line is longer than 1048576 bytes\n...aaa"));
	ck_assert_uint_lt(diag.len, 500);
	free(s);
}
END_TEST

START_TEST(comments_over_lines)
{
	ck_assert_str_eq(lex_text("a /* b"), "a");
	ck_assert(toks.in_comment);
	ck_assert_uint_eq(toks.comment, 3);
	ck_assert_str_eq(lex_text("still"), "");
	ck_assert(toks.in_comment);
	toks.in_comment = true;
	ck_assert_int_eq(lex_line(&diag, (struct pos){&src, 1, 1}, "x */ y", 6, &toks), 0);
	ck_assert(!toks.in_comment);
	ck_assert_uint_eq(toks.n, 1);
	ck_assert_uint_eq(toks.tok[0].col, 6);
	ck_assert_int_eq(lex_line(&diag, (struct pos){&src, 1, 1}, "x /*", 4, &toks), 0);
	ck_assert(toks.in_comment);
	ck_assert_uint_eq(toks.comment, 3);
}
END_TEST

START_TEST(spacing_and_columns)
{
	lex_text("a  b(c /*x*/d)");
	ck_assert(!toks.tok[0].spaced);
	ck_assert(toks.tok[1].spaced);
	ck_assert(!toks.tok[2].spaced);
	ck_assert(!toks.tok[3].spaced);
	ck_assert(toks.tok[4].spaced);
	ck_assert(!toks.tok[5].spaced);
	ck_assert_uint_eq(toks.tok[4].col, 13);
	ck_assert_uint_eq(toks.tok[6].col, 15);
	ck_assert(lex_is(&toks.tok[0], "a"));
	ck_assert(!lex_is(&toks.tok[0], "ab"));
	ck_assert(lex_op(&toks.tok[2], '('));
	ck_assert(!lex_op(&toks.tok[0], 'a'));
}
END_TEST

START_TEST(strings)
{
	struct pos at = {&src, 1, 1};
	size_t len;

	lex_text("\"a\\n\\t\\\\\\\"\\0b\\x7fz\\033[\"");
	ck_assert_mem_eq(lex_string(&diag, at, toks.tok, &len), "a\n\t\\\"\0b\x7fz\033[", 12);
	ck_assert_uint_eq(len, 11);
	lex_text("\"\"");
	ck_assert_str_eq(lex_string(&diag, at, toks.tok, &len), "");
	ck_assert_uint_eq(len, 0);
	lex_text("r1 = \"ab\\qc\"");
	ck_assert_ptr_null(lex_string(&diag, at, &toks.tok[2], &len));
	ck_assert_str_eq(diag.text, "t.bpf:1:9: error: '\\q' is no escape\n"
				    "r1 = \"ab\\qc\"\n"
				    "        ^~\n");
	lex_text("\"\\x\"");
	ck_assert_ptr_null(lex_string(&diag, at, toks.tok, &len));
}
END_TEST

START_TEST(out_of_memory)
{
	struct pos at = {&src, 1, 1};
	bool hit = true;
	unsigned n;
	int err;

	src.text = "r1 = 08";
	src.len = 7;
	for (n = 1; hit; n++) {
		lex_teardown();
		lex_setup();
		t_fail_alloc_at(n);
		err = lex_line(&diag, at, src.text, src.len, &toks);
		hit = t_alloc_failed();
		if (hit)
			ck_assert(err == -ENOMEM || diag.failed);
		else
			ck_assert_int_eq(err, -EINVAL);
	}
	ck_assert_uint_gt(n, 3);
}
END_TEST

Suite *suite_lex(void);
Suite *suite_lex(void)
{
	Suite *s = suite_create("lex");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, lex_setup, lex_teardown);
	tcase_add_test(t, verifier_lines);
	tcase_add_test(t, numbers);
	tcase_add_test(t, local_labels);
	tcase_add_test(t, bad_numbers);
	tcase_add_test(t, hostile_bytes);
	tcase_add_test(t, every_byte);
	tcase_add_test(t, long_lines);
	tcase_add_test(t, comments_over_lines);
	tcase_add_test(t, spacing_and_columns);
	tcase_add_test(t, strings);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	return s;
}
