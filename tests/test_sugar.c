// SPDX-License-Identifier: MIT
/* test_sugar.c - calls with arguments, assignments, return. */
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_sugar(void);

START_TEST(arguments_are_loaded_from_the_right)
{
	tasm_is("r0 = bpf_probe_read(r1, 8, r3)", "b702000008000000 8500000004000000");
	tasm_is("r6 = bpf_ktime_get_ns()\nw7 = bpf_get_prandom_u32()",
		"8500000005000000 bf06000000000000 8500000007000000 bc07000000000000");
	tasm_is("bpf_map_delete_elem(r6, r7)",
		"bf72000000000000 bf61000000000000 8500000003000000");
	tasm_is("r0 = bpf_perf_event_output(ctx, r7, 0xffffffff, r8, 4)",
		"b705000004000000 bf84000000000000 b4030000ffffffff bf72000000000000 "
		"8500000019000000");
	tasm_is("bpf_map_delete_elem(w1, w1)",
		"bc12000000000000 bc11000000000000 8500000003000000");
	tasm_is("bpf_perf_event_read(0x100000000, -1)",
		"b7020000ffffffff 1801000000000000 0000000001000000 8500000016000000");
}
END_TEST

START_TEST(a_register_that_was_overwritten)
{
	tasm_fails(".prog p \"socket\"\nbpf_map_delete_elem(r2, 5)\nexit",
		"t:2:21: error: r2 is overwritten by argument 2 before it is read here");
	/* one that holds its own argument is not overwritten */
	tasm_is("bpf_map_delete_elem(r2, r2)", "bf21000000000000 8500000003000000");
	tasm_fails(".prog p \"kprobe/f\"\n.ctx r6\nr6 = 0\nbpf_probe_read(r3, 8, r4)\nexit",
		"r3 is overwritten by argument 3");
}
END_TEST

START_TEST(numbers_of_arguments)
{
	tasm_fails(".prog p \"socket\"\nbpf_ktime_get_ns(1)\nexit", "takes 0 arguments, not 1");
	tasm_fails(".prog p \"socket\"\nbpf_map_delete_elem(r1)\nexit", "takes 2 arguments, not 1");
	tasm_fails(
		".prog p \"socket\"\nbpf_trace_printk(r1)\nexit", "takes 2 to 5 arguments, not 1");
	tasm_fails(".prog p \"socket\"\nf(1, 2, 3, 4, 5, 6)\nexit", "at most 5 arguments");
	tasm_fails(".prog p \"socket\"\nr0 = bpf_get_curent_comm(r1, 16)\nexit",
		"no helper or function 'bpf_get_curent_comm'; did you mean "
		"'bpf_get_current_comm'?");
	tasm_fails(".prog p \"socket\"\nr0 = bpf_map_delete_elem(r1, r2\nexit", "')' is missing");
}
END_TEST

START_TEST(formats_that_end_in_a_newline)
{
	tasm_warns(
		".license \"GPL\"\n.prog p \"kprobe/f\"\nbpf_trace_printk(\"a\\n\", 3)\nreturn 0",
		"the kernel adds a newline itself");
	tasm_passes(
		".license \"GPL\"\n.prog p \"kprobe/f\"\nbpf_trace_printk(\"a\\nb\", 4)\nreturn 0");
}
END_TEST

START_TEST(helpers_of_newer_kernels)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out out;
	static const char text[] = "call bpf_probe_read_user";

	o.kernel = 5 << 16 | 4 << 8;
	ck_assert_int_ne(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	ck_assert_ptr_nonnull(strstr(out.diag, "'bpf_probe_read_user' came with Linux 5.5, "
					       "this is for 5.4"));
	bpfasm_free(&out);
}
END_TEST

START_TEST(returns_and_zeroes)
{
	tasm_is("return\nreturn 5\nreturn r7\nreturn w7",
		"9500000000000000 b700000005000000 9500000000000000 bf70000000000000 "
		"9500000000000000 bc70000000000000 9500000000000000");
	tasm_is(".struct r\na: u32\nb: char[7]\n.end\n.var v: r\nv = 0\nv.b = 0",
		"620af4ff00000000 7a0af8ff00000000 620af8ff00000000 6a0afcff00000000 "
		"720afeff00000000");
	tasm_is(".var v: u16\nv = 7\nv = r1\nr2 = v\nv = bpf_get_prandom_u32()",
		"6a0afeff07000000 6b1afeff00000000 69a2feff00000000 8500000007000000 "
		"6b0afeff00000000");
	/* NULs behind the text; a number of 32 bits is stored as 64 where its sign allows that */
	tasm_is(".var v: char[9]\nv = \"abc\"", "720af7ff61000000 7a0af8ff62630000");
	tasm_is(".var v: char[12]\nv = \"abcdefghi\"",
		"620af4ff61626364 620af8ff65666768 620afcff69000000");
	tasm_fails(".prog p \"socket\"\n.var v: char[4]\nv = \"abcd\"\nreturn 0",
		"4 bytes and a NUL do not fit in 'v', which has 4");
	tasm_fails(".struct r\na: u32\n.end\n.prog p \"socket\"\n.var v: r\nv = \"a\"\nreturn 0",
		"'v' has 4 bytes; only 0 can be assigned to it");
}
END_TEST

/* What a register points to is set like a variable; no store is wider than its record allows. */
START_TEST(wholes_at_a_register)
{
#define WHOLE                                                                \
	".struct in\na: u64\n.end\n.struct r\na: u32\nname: char[8]\n.end\n" \
	".struct w\nb: u8\nin: in\nname: char[9]\n.end\n"
	tasm_is(WHOLE "r7->r.name = \"ab\"\nr7->r = 0",
		"6207040061620000 6207080000000000 6207000000000000 6207040000000000 "
		"6207080000000000");
	tasm_is(WHOLE "r7->w.in = 0\nr7->w.name = \"\"",
		"7a07080000000000 7a07100000000000 7207180000000000");
	/* so the macros that take a variable take it, too */
	tasm_is(".include \"std.inc\"\n" WHOLE "comm r7->r.name",
		"6207040000000000 6207080000000000 b702000008000000 bf71000000000000 "
		"0701000004000000 8500000010000000");
	tasm_is(".include \"std.inc\"\n" WHOLE "probe_read_kernel &r7->r.a, sizeof(r7->r.a), r6",
		"bf63000000000000 b702000004000000 bf71000000000000 8500000071000000");
	tasm_passes(".include \"std.inc\"\n" WHOLE ".map m ringbuf\n.map e perf_event_array\n"
		    ".license \"GPL\"\n.prog p \"raw_tp/x\"\n.ctx r6\n"
		    "ring_reserve m, sizeof(r), r7\nr7->r = 0\nring_output m, r7->r\n"
		    "perf_output e, r7->r\nring_submit r7\nreturn 0");
	tasm_fails(WHOLE ".prog p \"socket\"\nr7->r.name = \"too long\"\nexit",
		"8 bytes and a NUL do not fit in 'r.name', which has 8");
	tasm_fails(WHOLE ".prog p \"socket\"\nr7->w.in = 1\nexit",
		"'w.in' has 8 bytes; only 0 can be assigned to it");
	tasm_fails(WHOLE ".prog p \"socket\"\nr7->r.name = r1\nexit", "only 0 or a text can be");
	tasm_fails(WHOLE ".prog p \"socket\"\nr7->x = 0\nexit", "'rN->STRUCT.field'");
	tasm_fails(WHOLE ".prog p \"socket\"\nw7->r = 0\nexit", "'rN->STRUCT.field'");
}
END_TEST

Suite *suite_sugar(void)
{
	Suite *s = suite_create("sugar");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, arguments_are_loaded_from_the_right);
	tcase_add_test(tc, a_register_that_was_overwritten);
	tcase_add_test(tc, numbers_of_arguments);
	tcase_add_test(tc, formats_that_end_in_a_newline);
	tcase_add_test(tc, helpers_of_newer_kernels);
	tcase_add_test(tc, returns_and_zeroes);
	tcase_add_test(tc, wholes_at_a_register);
	suite_add_tcase(s, tc);
	return s;
}
