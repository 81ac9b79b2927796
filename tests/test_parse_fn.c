// SPDX-License-Identifier: MIT
/* test_parse_fn.c - programs and functions: begin, declarations, end. */

#include <errno.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_parse_fn(void);

START_TEST(programs)
{
	tasm_passes(".license \"GPL\"\n.prog a \"kprobe/x\"\nr0 = 0\nexit\n.prog b \"socket\"\n"
		    "call f\nexit\n.func f\nr0 = 0\nexit");
	tasm_fails(".prog", "a program is '.prog NAME \"SECTION\"'");
	tasm_fails(".prog a", "SECTION says what it is for");
	tasm_fails(".prog a \"\"", "an empty string is no section");
	tasm_fails(".prog a \".text\"", "this is no section of a program");
	tasm_fails(
		".prog a \"x\"\nexit\n.prog a \"y\"\nexit", "'a' is already a program, of line 1");
	tasm_fails(".map a histogram\n.func a\nexit", "'a' is already a map, of line 1");
	tasm_fails(".func", "a function is '.func NAME'");
	tasm_fails("exit", "an instruction before any program");
}
END_TEST

START_TEST(ends)
{
	tasm_fails(".prog p \"socket\"\nr0 = 0", "program 'p' runs off its end; add 'return 0'");
	tasm_fails(".prog p \"socket\"\n.func f\nexit", "program 'p' has no instructions");
	tasm_fails(".prog p \"socket\"\nif r1 == 0 goto out\nexit\nout:",
		"program 'p' runs off its end");
	tasm_passes(".prog p \"socket\"\na: r0 = 0\nif r0 == 0 goto b\ngoto a\nb: exit");
	/* instructions without a program may be any part of one */
	tasm_is("r0 = 0\ncall bpf_trace_printk", "b700000000000000 8500000006000000");
}
END_TEST

/* A program's bytes are checked as its object is. */
START_TEST(bytes_are_checked)
{
	static const char *const rows[][2] = {
		{".prog p \"socket\"\nr0 = 0", "program 'p' runs off its end"},
		{".prog p \"socket\"\ncall f\nexit\n.func f\ncall f\nexit", "'f'"},
		{".prog p \"kprobe/x\"\nr1 = 0\nr2 = 0\nr3 = 0\ncall bpf_probe_read\nreturn 0",
			"for GPL-compatible programs only"},
		{".prog p \"kprobe/x\"\nr0 = r5\nexit", "r5 is read here, but is never set"},
	};
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out out;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bpfasm_assemble(rows[i][0], strlen(rows[i][0]), &o, &out);
		ck_assert_msg(out.diag && strstr(out.diag, rows[i][1]), "%s: %s", rows[i][0],
			out.diag ? out.diag : "nothing");
		bpfasm_free(&out);
	}
}
END_TEST

START_TEST(licences)
{
	tasm_fails(".license GPL", "the licence is a string");
	tasm_fails(".license \"GPL\"\n.license \"MIT\"", "the licence is already \"GPL\"");
	tasm_warns(".license \"MIT\"\n.prog p \"kprobe/f\"\nr0 = bpf_trace_printk(r1, 1)\nexit",
		"'bpf_trace_printk' is for GPL-compatible programs only");
	tasm_warns(".prog p \"kprobe/f\"\nr0 = bpf_trace_printk(r1, 1)\nexit",
		"add '.license \"GPL\"'");
	tasm_passes(".prog p \"kprobe/f\"\n.nowarn\nr0 = bpf_trace_printk(r1, 1)\nexit");
	tasm_passes(
		".license \"Dual MIT/GPL\"\n.prog p \"kprobe/f\"\nr0 = bpf_trace_printk(r1, 1)\n"
		"exit");
}
END_TEST

START_TEST(variables)
{
	tasm_fails(".prog p \"socket\"\n.var x u32\nexit", "':' expected before 'u32'");
	tasm_fails(".prog p \"socket\"\n.var r1: u32\nexit", "'r1' cannot name a variable");
	tasm_fails(".prog p \"socket\"\n.var x: u32\n.var x: u32\nexit",
		"variable 'x' is already declared at line 2");
	tasm_fails(".prog p \"socket\"\n.var x: u33\nexit", "no type 'u33'; did you mean 'u32'?");
	tasm_fails(".prog p \"socket\"\n.var x: char[513]\nexit", "needs 513 bytes of stack");
	tasm_fails(".prog p \"socket\"\n.var x: u32[4]\nexit",
		"t:2:12: error: only char has an array on the stack: char[16] has as many bytes as "
		"this, or make it a .data variable");
	tasm_passes(".prog p \"socket\"\n.var x: char[16]\nx = 0\nreturn 0");
	/* also when nothing follows, and by bytes: five of 102 are no more than 510 */
	tasm_fails(".prog p \"socket\"\nreturn 0\n.var x: char[513]", "needs 513 bytes of stack");
	tasm_is(".irp k, 0, 1, 2, 3, 4\n.var v\\k: char[102]\n.endr\n.var w: u16\nw = 1\nr1 = &v4",
		"6a0a00fe01000000 bfa1000000000000 0701000002feffff");
}
END_TEST

START_TEST(names_behind_an_ampersand)
{
	static const char head[] = ".map events hash(u32, u64, 4)\n.prog p \"socket\"\n"
				   ".var count: u64\ncount = 0\n";
	static const char *const rows[][2] = {
		{"r1 = &coun", "t:5:7: error: no map or variable 'coun'; did you mean 'count'?"},
		{"lddw %r1, &coun", "no map or variable 'coun'; did you mean 'count'?"},
		{"r1 = &event", "no map or variable 'event'; did you mean 'events'?"},
		{"r1 = events", "t:5:6: error: 'events' is a map; its address is '&events'"},
		{"r0 = bpf_map_lookup_elem(events, &count)", "'events' is a map; its address is"},
		{"r1 = BPF_ANY", "unknown name 'BPF_ANY'; add '.include \"std.inc\"'"},
	};

	tasm_lines_fail(head, rows, sizeof(rows) / sizeof(rows[0]));
}
END_TEST

/* the jump to it may be in the line that has the error */
START_TEST(no_unused_labels_after_an_error)
{
	static const char text[] = ".prog p \"socket\"\nr0 = 0\nif r0 == nosuch goto out\nout: "
				   "exit\n";
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;

	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), -EINVAL);
	ck_assert_ptr_nonnull(strstr(out.diag, "unknown name 'nosuch'"));
	ck_assert_ptr_null(strstr(out.diag, "warning"));
	bpfasm_free(&out);
	tasm_warns(".prog p \"socket\"\nr0 = 0\nout: exit\n", "nothing jumps to label 'out'");
}
END_TEST

START_TEST(layouts_by_hand)
{
	tasm_fails(".args x", "'.args' stands in a program");
	tasm_fails(".struct rec\na: u32\n.end\n.prog p \"tracepoint\"\n.args rex\nexit",
		"no struct 'rex'; did you mean 'rec'?");
	tasm_is(".nowarn\n.struct rec\na: u64\nb: s16\n.end\n.prog p \"tracepoint\"\n.args rec\n"
		"r1 = args->b\nexit",
		"6911080000000000 6701000030000000 c701000030000000 9500000000000000");
}
END_TEST

/* What is a macro is no function, whether its file is included or not. */
START_TEST(macros_as_calls)
{
#define Q ".prog p \"usdt\"\n.var path: char[64]\n"
	tasm_fails(Q "r1 = usdt_arg_str(5)\nreturn 0",
		"t:3:6: error: 'usdt_arg_str' is a macro, no function; add '.include \"usdt.inc\"' "
		"and write it on a line of its own: 'usdt_arg_str to, n'\nr1 = usdt_arg_str(5)\n"
		"     ^~~~~~~~~~~~\n");
	/* one error, not that of its argument */
	tasm_fails(Q "usdt_arg_str(path, 5)\nreturn 0", "t:3:1: error: 'usdt_arg_str' is a macro");
	tasm_fails(".include \"usdt.inc\"\n" Q "r1 = usdt_arg_str(path, 5)\nreturn 0",
		"'usdt_arg_str' is a macro, no function; write it on a line of its own: "
		"'usdt_arg_str to, n'\n");
	tasm_fails(Q "call hist_add\nreturn 0", "t:3:6: error: 'hist_add' is a macro, no function");
	tasm_fails(Q "r6 = hist_ad(r1)\nreturn 0",
		"no helper or function 'hist_ad'; did you mean the macro 'hist_add map, value[, "
		"key]' of \"hist.inc\"?");
	tasm_fails(".macro twice r\n\\r += \\r\n.endm\n" Q "r6 = twic(r1)\nreturn 0",
		"did you mean the macro 'twice r'?");
	/* a helper is nearer */
	tasm_fails(Q "r0 = probe_read_user(&path, 64, r1)\nreturn 0",
		"did you mean 'bpf_probe_read_user'?");
	/* a function of such a name is one, and its arguments are told of */
	tasm_passes(Q "r0 = comm(1)\nreturn 0\n.func comm\nr0 = r1\nexit");
	tasm_fails(".func comm\nr0 = r1\nexit\n" Q "r0 = comm(path)\nreturn 0",
		"'path' has 64 bytes; its address is '&path'");
#undef Q
}
END_TEST

Suite *suite_parse_fn(void)
{
	Suite *s = suite_create("parse_fn");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, programs);
	tcase_add_test(tc, ends);
	tcase_add_test(tc, bytes_are_checked);
	tcase_add_test(tc, licences);
	tcase_add_test(tc, variables);
	tcase_add_test(tc, names_behind_an_ampersand);
	tcase_add_test(tc, no_unused_labels_after_an_error);
	tcase_add_test(tc, macros_as_calls);
	tcase_add_test(tc, layouts_by_hand);
	suite_add_tcase(s, tc);
	return s;
}
