// SPDX-License-Identifier: MIT
/* test_parse_tok.c - registers, numbers and expressions in their places. */
#include <stdio.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_parse_tok(void);

START_TEST(expressions)
{
	tasm_is(".equ N, 5\nr1 = N\nr1 = -N\nr1 += (N + 1) * 2\nr1 = *(u8 *)(r2 + N - 1)",
		"b701000005000000 b7010000fbffffff 070100000c000000 7121040000000000");
	tasm_is("r1 = sizeof(\"text\")\nr1 = sizeof(u64)\nr1 = ~0", "b701000005000000 "
								    "b701000008000000 "
								    "b7010000ffffffff");
	tasm_is("if r1 == 1 << 3 goto +0", "1501000008000000");
}
END_TEST

START_TEST(kernel_versions)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	static const char text[] = ".if KERNEL >= 5.5\nr0 = 1\n.else\nr0 = 2\n.endif";

	o.kernel = 5 << 16 | 4 << 8;
	tasm_is_opts(text, "b700000002000000", &o);
	o.kernel = 5 << 16 | 5 << 8;
	tasm_is_opts(text, "b700000001000000", &o);
	o.kernel = 0; /* nobody said: one that has everything */
	tasm_is_opts(text, "b700000001000000", &o);
}
END_TEST

static unsigned answer_kernel(void *arg)
{
	++*(int *)arg;
	return 5 << 16 | 4 << 8;
}

/* The resolver is asked for the kernel only by a text that needs to know, and not if it is given. */
START_TEST(kernel_of_the_target)
{
	int asked = 0;
	struct bpfasm_resolver r = {.sz = sizeof(r), .arg = &asked, .kernel = answer_kernel};
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	static const char text[] = ".if KERNEL >= 5.5\nr0 = 1\n.else\nr0 = 2\n.endif";

	o.resolver = &r;
	tasm_is_opts("r0 = bpf_get_smp_processor_id()", "8500000008000000", &o);
	ck_assert_int_eq(asked, 0);
	tasm_is_opts(text, "b700000002000000", &o);
	ck_assert_int_gt(asked, 0);
	asked = 0;
	o.kernel = 5 << 16 | 5 << 8;
	tasm_is_opts(text, "b700000001000000", &o);
	ck_assert_int_eq(asked, 0);
	o.kernel = 0;
	r.sz = offsetof(struct bpfasm_resolver, kernel); /* an older header's */
	tasm_is_opts(text, "b700000001000000", &o);
	ck_assert_int_eq(asked, 0);
}
END_TEST

#define P ".struct ev\npid: u32\n.end\n.prog p \"kprobe\"\n.var v: ev\n"

START_TEST(what_was_meant)
{
	static const char *const rows[][2] = {
		{"r2 = argl", "unknown name 'argl'; did you mean 'arg1'?"},
		{"r2 = arg7", "unknown name 'arg7'; did you mean 'arg6'?"},
		{"r2 = rl", "unknown name 'rl'; did you mean 'r1'?"},
		{"ro = 0", "no variable 'ro'; did you mean 'r0'?"},
		{"r2 = KERNAL", "did you mean 'KERNEL'?"},
		{"r2 = 1 + KERNAL", "did you mean 'KERNEL'?"},
		{"r2 = sizof(ev)", "no function 'sizof'; did you mean 'sizeof'?"},
		{"r2 = sizof(v)", "no function 'sizof'; did you mean 'sizeof'?"},
		{"r2 = sizof(r1)", "'sizof'; did you mean 'sizeof'?"},
		{"r2 = vv.pid", "no variable or struct 'vv.pid'; did you mean 'v.pid'?"},
		{"r2 = sizeof(evv.pid)", "did you mean 'ev.pid'?"},
		{"vv.pid = r1", "no variable 'vv.pid'; did you mean 'v.pid'?"},
		{"r2 = &vv.pid", "no variable 'vv.pid'; did you mean 'v.pid'?"},
	};
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), P "%s\nexit\n", rows[i][0]);
		tasm_fails(text, rows[i][1]);
	}
}
END_TEST

START_TEST(errors)
{
	tasm_fails(".equ LIMIT, 5\n.prog p \"socket\"\nr1 = LIMT\nexit",
		"unknown name 'LIMT'; did you mean 'LIMIT'?");
	tasm_fails(".prog p \"socket\"\nr1 = *(u8 *)(r99 +0)\nexit", "no register 'r99'");
	tasm_fails(".prog p \"socket\"\nr01 = 0\nexit", "no register 'r01'; did you mean 'r1'?");
	tasm_fails(".prog p \"socket\"\nr1 = sizeof(nothing)\nexit", "nothing");
	tasm_fails(".prog p \"socket\"\nr1 = 5 5\nexit", "'5' is too much here");
}
END_TEST

Suite *suite_parse_tok(void)
{
	Suite *s = suite_create("parse_tok");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, expressions);
	tcase_add_test(tc, kernel_versions);
	tcase_add_test(tc, kernel_of_the_target);
	tcase_add_test(tc, what_was_meant);
	tcase_add_test(tc, errors);
	suite_add_tcase(s, tc);
	return s;
}
