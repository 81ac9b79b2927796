// SPDX-License-Identifier: MIT
/* test_expand.c - macros and loops. */
#include <stdio.h>
#include <string.h>

#include "parse.h"
#include "parse_name.h"
#include "t_macro.h"

START_TEST(nesting)
{
	t_gives(".macro a x\nb \\x\n.endm\n.macro b x\n[\\x]\n.endm\na 5\n", "[ 5 ]\n");
	/* a macro that defines a macro */
	t_gives(".macro def n, v\n.macro \\n x\n\\x + \\v\n.endm\n.endm\ndef foo, 3\nfoo 4\n",
		"4 + 3\n");
	/* recursion that ends */
	t_gives(".macro count n\n.if \\n\nx \\n\ncount \\n - 1\n.endif\n.endm\ncount 3\n",
		"x 3\nx 3 - 1\nx 3 - 1 - 1\n");
	t_gives(".irp a, 1, 2\n.irp b, 3, 4\n\\a\\b\n.endr\n.endr\n", "13\n14\n23\n24\n");
	t_gives(".macro m x\n.irp n, 16, 8\n\\x >> \\n\n.endr\n.endm\nm r1\n",
		"r1 >> 16\nr1 >> 8\n");
}
END_TEST

START_TEST(loops)
{
	t_gives(".irp n, 16, 8\nr1 >>= \\n\n.endr\n", "r1 >>= 16\nr1 >>= 8\n");
	t_gives(".irp n 16 8\n\\n\n.endr\n", "16\n8\n");
	t_gives(".irp n,16 8\n\\n\n.endr\n", "16\n8\n");
	t_gives(".irp n\nx\\n\n.endr\n", "x\n");
	t_gives(".irpc c, a1c\nx\\c\n.endr\n", "xa\nx1\nxc\n");
	t_gives(".irpc c\nx\\c\n.endr\n", "");
	t_gives(".rept 3\nexit\n.endr\nlast\n", "exit\nexit\nexit\nlast\n");
	t_gives(".rept 0\nexit\n.endr\n", "");
	t_gives(".set i, 0\n.rept 3\n.if i == 1\nx\n.endif\n.set i, i + 1\n.endr\n", "x\n");
	t_gives(".rept 2\n.L\\@:\n.endr\n", ".L0 :\n.L1 :\n");
	t_gives("l: .rept 1\nexit\n.endr\n", "l :\nexit\n");
	t_fails(".rept -1\nx\n.endr\n", "cannot repeat a negative number of times");
	t_fails(".rept y\nx\n.endr\n", "unknown name 'y'");
	t_fails(".irp 5, 1\nx\n.endr\n", "expected a name for the value");
	t_fails("\n.irp x, 1\nx\n", "a.bpf:2:1: error: '.irp' without .endr");
	t_fails(".rept 3\n.rept 2\n.endr\n", "a.bpf:1:1: error: '.rept' without .endr");
	t_fails(".endr\n", ".endr without .irp or .rept");
}
END_TEST

START_TEST(exits)
{
	t_gives(".macro m a\nx\n.if \\a\n.exitm\n.endif\ny\n.endm\nm 1\nm 0\nz\n", "x\nx\ny\nz\n");
	t_gives(".macro m\n.irp n, 1, 2\n\\n\n.exitm\n.endr\ny\n.endm\nm\nz\n", "1\nz\n");
	t_gives(".irp n, 1, 2, 3\n\\n\n.if \\n == 2\n.exitm\n.endif\n.endr\nz\n", "1\n2\nz\n");
	t_fails(".exitm\n", ".exitm outside of a macro");
}
END_TEST

START_TEST(definitions)
{
	t_gives(".macro m\nx\n.endm\n.purgem m\nm\n.macro m\ny\n.endm\nm\n", "m\ny\n");
	t_gives(".macro m\nx\n.endm\n.macro m\nx\n.endm\nm\n", "x\n");
	t_fails(".macro m\nx\n.endm\n.macro m\ny\n.endm\n",
		"a.bpf:4:8: error: macro 'm' is defined since a.bpf:1");
	t_fails(".purgem m\n", ".purgem needs the name of a macro");
	t_fails("\n\t.macro m\nx\n", "a.bpf:2:2: error: '.macro' without .endm");
	t_fails(".endm\n", ".endm without .macro");
	/* an .endm in a comment is none */
	t_gives(".macro m\n/*\n.endm\n*/ x\n.endm\nm\n", "x\n");
}
END_TEST

/* The cost of n expansions, to see that it is linear. */
static size_t bytes_of(unsigned n)
{
	char text[256];

	snprintf(text, sizeof(text),
		".macro m a, b\n.done: r1 = \\a\nr2 = \\b + 1\n.endm\n.rept %u\nm 1, 2\n.endr\n",
		n);
	ck_assert_int_eq(t_expand(text), 0);
	ck_assert_uint_eq(tm.n_lines, 2 * n);
	return tm.out_len;
}

START_TEST(many_expansions)
{
	bytes_of(100);
	ck_assert_uint_eq(bytes_of(100000), tm.out_len);
}
END_TEST

/* Bytes that the assembler holds after n expansions of macros, with all that they make. */
static size_t held_by(unsigned n)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .name = "t"};
	struct pool pool = {0};
	struct diag d = {.pool = &pool};
	struct ir_unit unit = {0};
	struct parse p = {.pool = &pool, .diag = &d, .o = &o, .unit = &unit};
	struct expr_env env;
	char text[512];
	size_t held;

	snprintf(text, sizeof(text),
		".macro in to, by=1\n\tif \\to > \\by goto .out\n\t\\to += \\by\n.out:\n.endm\n"
		".prog p \"uprobe\"\nr6 = 0\n.rept %u\nin r6\n.endr\nreturn 0\n",
		n);
	parse_env(&p, &env);
	p.env = env;
	p.macro = macro_new(&pool, &d, text, strlen(text), &o, &p.env);
	ck_assert_ptr_nonnull(p.macro);
	ck_assert_msg(!parse_unit(&p), "%s", d.text);
	held = pool.given;
	diag_free(&d);
	pool_free(&pool);
	return held;
}

/* What grows by doubling may have been doubled once more: with 16 times as many it is where it was. */
START_TEST(memory_is_linear)
{
	size_t none = held_by(0), few = held_by(2048), many = held_by(16 * 2048);

	ck_assert_uint_gt(few, none);
	ck_assert_uint_le(many - none, 17 * (few - none));
	ck_assert_uint_ge(many - none, 14 * (few - none));
	/* of each: its text, where it comes from, a label, a jump, two instructions, their lines */
	ck_assert_uint_lt((many - none) / (16 * 2048), 700);
}
END_TEST

Suite *suite_expand(void);
Suite *suite_expand(void)
{
	Suite *s = suite_create("expand");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, t_macro_setup, t_macro_teardown);
	tcase_add_test(t, nesting);
	tcase_add_test(t, loops);
	tcase_add_test(t, exits);
	tcase_add_test(t, definitions);
	tcase_add_test(t, many_expansions);
	tcase_add_test(t, memory_is_linear);
	suite_add_tcase(s, t);
	return s;
}
