// SPDX-License-Identifier: MIT
/* test_parse_jump.c - if, goto and its kin, calls without arguments. */
#include <errno.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_parse_jump(void);

START_TEST(jumps)
{
	tasm_is("if r2 != 0x0 goto pc+2", "5502020000000000");
	tasm_is("if w1 s< w2 goto -1", "ce21ffff00000000");
	tasm_is("if r1 & 0x1 goto +5 <.text+0x30>", "4501050001000000");
	tasm_is("goto pc-1\ngoto +32767", "0500ffff00000000 0500ff7f00000000");
	tasm_is("gotol +70000\nmay_goto pc+2\ngotox r3\ncallx r1",
		"0600000070110100 e500020000000000 0d03000000000000 8d01000000000000");
	tasm_is("top: r0 = 1\nif r0 == 1 goto top\ngoto end\nr0 = 2\nend: exit",
		"b700000001000000 1500feff01000000 0500010000000000 b700000002000000 "
		"9500000000000000");
	tasm_is("if r1 == 5 goto a\na: gotol b\nb: exit",
		"1501000005000000 0600000000000000 9500000000000000");
}
END_TEST

START_TEST(calls)
{
	tasm_is("call 6\ncall bpf_trace_printk\ncall bpf_trace_printk#6",
		"8500000006000000 8500000006000000 8500000006000000");
	tasm_is("call unknown#9999\ncall kernel-function#5@1", "850000000f270000 8520010005000000");
	/* the name says which, as bpftool's number is a distance */
	tasm_is("call bpf_get_current_comm#269840\ncall bpf_unspec#0",
		"8500000010000000 8500000000000000");
	tasm_warns(".prog p \"socket\"\ncall bpf_get_current_comm#5\nexit",
		"'bpf_get_current_comm' is helper 16; 5 is 'bpf_ktime_get_ns'");
	tasm_is("call pc+1\nexit\nr0 = 0\nexit",
		"8510000001000000 9500000000000000 b700000000000000 9500000000000000");
	tasm_is(".prog p \"socket\"\ncall f\nexit\n.func f\nr0 = 0\nexit",
		"8510000001000000 9500000000000000 b700000000000000 9500000000000000");
}
END_TEST

START_TEST(errors)
{
	static const char *const bad[][2] = {
		{"if r1 = 5 goto +0", "a comparison is one of"},
		{"if r1 == w2 goto +0", "r1 and w2 are not equally wide"},
		{"if r1 == 5", "'goto' is missing here"},
		{"if r1 == 5 got x", "'goto' is missing here; did you mean 'goto'?"},
		{"call bpf_rcu_read_lock#70123",
			"kernel functions are called as 'call kernel-function#"},
		{"call bpf_foo#5", "no helper 'bpf_foo', and number 5 is 'bpf_ktime_get_ns'"},
		{"call bpf_ktime_get_nss#5", "did you mean 'bpf_ktime_get_ns'?"},
		{"call 0xffffffff81234567#-123456", "where some function is in the kernel that"},
		{"if r1 == 5 goto", "a label is missing here"},
		{"if r1 > 0x100000000 goto +0", "does not fit in 32 bits"},
		{"goto 5", "a distance is written with its sign: +5"},
		{"goto +32768", "a jump by 32768 is too far; use gotol"},
		{"if r1 == 1 goto +32768",
			"32768 is too far; reverse the condition and let it lead past a gotol"},
		{"if r1 & 1 goto -32769", "too far; let it lead to a gotol near by"},
		{"goto nowhere", "no label 'nowhere'"},
		{"goto +5", "this jumps out of 'p'"},
		{"goto pc-3", "this jumps out of 'p'"},
		{"call bpf_ktime_get_nss", "did you mean 'bpf_ktime_get_ns'?"},
		{"call usdt_arg", "this is 'call usdt_arg(N, OFFSET)'"},
		{"call usdt_arg(1)", "this is 'call usdt_arg(N, OFFSET)'; the operand as a value "
				     "is 'rN = usdt_arg(N)'"},
		{"call usdt_arg(0, -8)", "t:2:15: error: a probe's operands are 1 to 12"},
		{"call usdt_arg(13, -8)", "a probe's operands are 1 to 12"},
		{"call usdt_arg(1, 0)", "t:2:18: error: the place on the stack is a multiple of 8"},
		{"call usdt_arg(1, -12)", "is a multiple of 8, -512 to -8"},
		{"call usdt_arg(1, -520)", "is a multiple of 8, -512 to -8"},
		{"call usdt_arg(1, -8", "')' is missing"},
		{"call usdt_arg(, -8)", "error"},
		{".prog usdt_arg \"usdt\"", "'usdt_arg' is a word of the language"},
		{".func usdt_arg", "'usdt_arg' is a word of the language"},
		{".map usdt_arg array(u32, 1)", "'usdt_arg'"},
		{".var usdt_arg: u64", "'usdt_arg' cannot name a variable"},
		{"call p", "'p' is a program; only a .func can be called"},
	};

	tasm_lines_fail(".prog p \"socket\"\n", bad, sizeof(bad) / sizeof(*bad));
	tasm_warns(".prog p \"socket\"\nif r1 > 0xffffffff goto +0\nr0 = 0\nexit",
		"as 64 bits this is 0xffffffffffffffff");
}
END_TEST

/* Which bytes they become, only the loader knows. */
START_TEST(operands_of_probes)
{
	static const char text[] = ".prog p \"usdt\"\nr6 = r1\ncall usdt_arg(1, -8)\nr1 = r6\n"
				   "call usdt_arg(4 * 3, -(500 + 12))\nexit\n";
	struct bpfasm_opts o = tasm_opts(BPFASM_TEXT);
	struct bpfasm_out out;

	tasm_passes(text);
	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	ck_assert_ptr_nonnull(strstr((char *)out.data, "\tcall usdt_arg(1, -8)\n"));
	ck_assert_ptr_nonnull(strstr((char *)out.data, "\tcall usdt_arg(12, -512)\n"));
	bpfasm_free(&out);
	o.format = BPFASM_RAW;
	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), -EINVAL);
	ck_assert_msg(
		strstr(out.diag, "t:3:6: error: 'usdt_arg' is for the loader"), "%s", out.diag);
	bpfasm_free(&out);
}
END_TEST

Suite *suite_parse_jump(void)
{
	Suite *s = suite_create("parse_jump");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, jumps);
	tcase_add_test(tc, calls);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, operands_of_probes);
	suite_add_tcase(s, tc);
	return s;
}
