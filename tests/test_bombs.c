// SPDX-License-Identifier: MIT
/*
 * test_bombs.c - texts that are made to keep the assembler busy, or to fill the memory.
 *
 * Each must end soon, and those that are wrong with an error that says what is too much.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "t.h"
#include "tasm.h"

Suite *suite_bombs(void);

/* seconds of this process, on a machine that others use too */
enum { SOON = T_SANITIZED ? 60 : 4 };

#define P "\n.prog p \"socket\"\n"

static struct {
	char *s;
	size_t len, cap;
} text;

static void __attribute__((format(printf, 1, 2))) put(const char *fmt, ...)
{
	va_list ap;
	int n;

	if (text.cap - text.len < 4096) {
		text.cap = 2 * text.cap + 8192;
		text.s = realloc(text.s, text.cap);
		ck_assert_ptr_nonnull(text.s);
	}
	va_start(ap, fmt);
	n = vsnprintf(text.s + text.len, text.cap - text.len, fmt, ap);
	va_end(ap);
	ck_assert_int_lt(n, 4096);
	text.len += (size_t)n;
}

static void put_times(const char *s, unsigned n)
{
	while (n--)
		put("%s", s);
}

/* want: a part of the messages; NULL: it is assembled */
static void ends_soon(const char *want)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	clock_t begin = clock();
	struct bpfasm_out out;
	double took;
	int err;

	err = bpfasm_assemble(text.s, text.len, &o, &out);
	took = (double)(clock() - begin) / CLOCKS_PER_SEC;
	ck_assert_msg(took < SOON, "%.60s: %.1f s", text.s, took);
	ck_assert_msg(!err == !want, "%.60s: %d %.200s", text.s, err, out.diag ? out.diag : "");
	if (want)
		ck_assert_msg(out.diag && strstr(out.diag, want), "%.60s: no '%s' in '%.300s'",
			text.s, want, out.diag ? out.diag : "");
	/* nobody reads more */
	ck_assert_msg(!out.diag || strlen(out.diag) < 100000, "%.60s: %zu bytes", text.s,
		out.diag ? strlen(out.diag) : 0);
	bpfasm_free(&out);
	free(text.s);
	memset(&text, 0, sizeof(text));
}

START_TEST(repeated)
{
	put(P);
	put_times(".rept 100\n", 8);
	put("r1 = 1\n");
	put_times(".endr\n", 8);
	ends_soon("macros expand to more than 64 MiB");
	put(P ".rept 2000000000\nr1 = 1\n.endr\nreturn 0\n");
	ends_soon("macros expand to more than 64 MiB");
	put(P ".rept 100000\n.rept 100000\n.endr\n.endr\nreturn 0\n");
	ends_soon("macros expand to more than 64 MiB");
	put(P ".set A, 0\n.rept 3000000\n.set A, A + 1\n.endr\nreturn A\n");
	ends_soon("macros expand to more than 64 MiB");
	put(P ".irpc c, ");
	put_times("aaaaaaaaaa", 90000);
	put("\nr1 = 1\n.endr\nreturn 0\n");
	ends_soon("macros expand to more than 64 MiB");
}
END_TEST

START_TEST(recursive)
{
	put(".macro m a:vararg\n.irp x, \\a\nm \\a, \\a\n.endr\n.endm\n" P "m 1, 2\nreturn 0\n");
	ends_soon("line is longer than 1048576 bytes");
	put(".macro m a\nm \\a\\a\n.endm\n" P "m x\nreturn 0\n");
	ends_soon("line is longer than 1048576 bytes");
	put(".macro m a\nm \\a\nm \\a\n.endm\n" P "m x\nreturn 0\n");
	ends_soon("nested more than 200 deep");
	put(".macro a\nb\n.endm\n.macro b\na\n.endm\n" P "a\nreturn 0\n");
	ends_soon("nested more than 200 deep");
	put(".macro m\nl\\@: r1 = 1\nm\n.endm\n" P "m\nreturn 0\n");
	ends_soon("nested more than 200 deep");
}
END_TEST

START_TEST(deep)
{
	static const struct {
		const char *open, *close, *want;
	} rows[] = {
		{"(", ")", "nested more than 200 deep"},
		{"-", "", "nested more than 200 deep"},
		{"~", "", "nested more than 200 deep"},
		{"1?(", "):1", "nested more than 200 deep"},
		{"1+", "", NULL},
		{"1<<", "", NULL},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put(P ".equ A, ");
		put_times(rows[i].open, 150000);
		put("1");
		put_times(rows[i].close, 150000);
		put("\nreturn 0\n");
		ends_soon(rows[i].want);
	}
	put(P);
	put_times(".if 1\n", 100000);
	put_times(".endif\n", 100000);
	put("return 0\n");
	ends_soon(NULL);
	put(P);
	put_times(".if 0\n", 100000);
	ends_soon(".if without .endif");
}
END_TEST

START_TEST(many)
{
	enum { N = 100000 };
	int i;

	put(P);
	for (i = 0; i < 10000; i++)
		put("l%d: r1 = %d\n", i, i);
	put(".equ X, 0");
	for (i = 0; i < 10000; i++)
		put(" + l%d", i);
	put("\nreturn X\n");
	ends_soon("unknown name 'l0'");
	put(P);
	for (i = 0; i < N; i++)
		put(".var v%d: u8\n", i);
	ends_soon("'v512' needs 1 bytes of stack, 0 of 512 are left");
	for (i = 0; i < 70000; i++)
		put(".map m%d array\n", i);
	put(P "return 0\n");
	ends_soon("t:70000:6: error: an object holds no more than 65,000 maps and sections");
	for (i = 0; i < N; i++)
		put(".equ abcdefgh%d, 1\n", i);
	put(P);
	for (i = 0; i < 30; i++)
		put("r1 = abcdefgx%d\n", i);
	ends_soon("too many errors, stopped after 20");
	put(P);
	for (i = 0; i < N; i++)
		put("l%d:\n", i);
	put("return 0\n");
	ends_soon(NULL);
	put(P);
	put_times("r99 = 1\n", N);
	ends_soon("too many errors, stopped after 20");
}
END_TEST

START_TEST(long_words)
{
	put(P);
	put_times("aaaaaaaaaa", 90000);
	put(": return 0\n");
	ends_soon(NULL);
	put(P "goto ");
	put_times("aaaaaaaaaa", 90000);
	put("\nreturn 0\n");
	ends_soon("no label 'aaaaa");
	put(P "r0 = bpf_trace_printk(\"");
	put_times("aaaaaaaaaa", 90000);
	put("\", 5)\nreturn 0\n");
	ends_soon("this string needs 900001 bytes of stack, 512 of 512 are left");
	put(P "r1 = r6->");
	put_times("a.", 400000);
	put("b\nreturn 0\n");
	ends_soon("error: ");
	put(P);
	put_times("/*", 400000);
	ends_soon("error: ");
}
END_TEST

/* Loops in loops, each of which may be one that does not end. */
START_TEST(loops)
{
	enum { N = 15000 };
	int i;

	put(P "r6 = *(u32 *)(r1 + 0)\n");
	for (i = 0; i < N; i++)
		put("l%d: r2 = 1\n", i);
	for (i = 0; i < N; i++)
		put("if r6 == 1 goto l%d\n", N - 1 - i);
	put("return 0\n");
	ends_soon(NULL);
	put(P "call f0\nreturn 0\n");
	for (i = 0; i < N; i++)
		put(".func f%d\ncall f%d\nr0 = 0\nexit\n", i, i + 1);
	put(".func f%d\nr0 = 0\nexit\n", N);
	ends_soon("nine functions are in each other");
}
END_TEST

/* Members of one record, and instructions that each hold one. */
START_TEST(told_names)
{
	enum { MOST = 16384 };
	int i;

	for (i = 0; i < MOST; i++)
		put(".core a.m%d: struct 65536, int 4 at %d\n", i, 32 * i);
	put(P);
	for (i = 0; i < 200000; i++)
		put("r2 = a.m%d\n", i % MOST);
	put("return 0\n");
	ends_soon(NULL);
	for (i = 0; i <= MOST; i++)
		put(".core a.m%d: struct 65536, int 4 at %d\n", i, 32 * i);
	ends_soon("a text tells no more than 16384 names");
}
END_TEST

Suite *suite_bombs(void)
{
	Suite *s = suite_create("bombs");
	TCase *tc = tcase_create("unit");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, repeated);
	tcase_add_test(tc, recursive);
	tcase_add_test(tc, deep);
	tcase_add_test(tc, many);
	tcase_add_test(tc, long_words);
	tcase_add_test(tc, loops);
	tcase_add_test(tc, told_names);
	suite_add_tcase(s, tc);
	return s;
}
