// SPDX-License-Identifier: MIT
/* test_usdtread.c - usdt_arg(N) in programs; tests/asm/usdt*.bpf have the code and the messages. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "t.h"
#include "tasm.h"
#include "usdtread.h"

Suite *suite_usdtread(void);

START_TEST(sections)
{
	static const char *const good[] = {"usdt", "usdt.s", "usdt/c:p:n", "?usdt/c:p:n", "uprobe",
		"uprobe/c:malloc", "uprobe.s/c:malloc", "uprobe.multi/c:m*", "uprobe.multi.s/c:m*",
		"uprobe.session/c:m*", "uretprobe", "kprobe", "kretprobe"};
	static const char *const bad[] = {"tracepoint/t/ev", "tp/t/ev", "raw_tp/x", "tp_btf/x",
		"fentry/f", "fexit/f", "perf_event", "xdp", "socket", "iter/task", "ksyscall/x",
		"kprobe/f", "kretprobe/f", "kprobe.multi/f*", "kprobe.session/f*", "?kprobe/f"};
	char text[256], want[256];
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		sprintf(text, ".prog p \"%s\"\nr1 = usdt_arg(1)\nexit\n", good[i]);
		tasm_passes(text);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		sprintf(text, ".prog p \"%s\"\nr1 = usdt_arg(1)\nexit\n", bad[i]);
		sprintf(want, "t:2:6: error: a program of section '%s' is at no USDT probe; write",
			bad[i]);
		tasm_fails(text, want);
	}
	/* one that nobody knows is told once */
	tasm_warns(".prog p \"usdtt\"\nr1 = usdt_arg(1)\nexit\n", "did you mean 'usdt'?");
}
END_TEST

START_TEST(without_a_program)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_TEXT);
	struct bpfasm_out out;

	ck_assert_int_eq(bpfasm_assemble("r1 = usdt_arg(1)", 16, &o, &out), -EINVAL);
	ck_assert_ptr_nonnull(strstr(out.diag, "begin with '.prog NAME \"usdt\"'"));
	bpfasm_free(&out);
	tasm_fails(".prog p \"usdt\"\n.var v: char[496]\nr1 = usdt_arg(1)\nr1 = usdt_arg(2)\nexit",
		"t:4:6: error: this argument needs 8 bytes of stack, 0 of 512 are left");
}
END_TEST

/* No target is asked: not for a CPU, not for a kernel. */
START_TEST(ahead_of_time)
{
	static const char text[] = ".include \"usdt.inc\"\n.license \"GPL\"\n.prog p \"usdt\"\n"
				   ".var s: char[16]\nusdt_arg_str s, 2\nreturn usdt_arg(1)\n";
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct bpfasm_out out;

	ck_assert_msg(!bpfasm_assemble(text, sizeof(text) - 1, &o, &out), "%s", out.diag);
	ck_assert_ptr_null(out.diag);
	bpfasm_free(&out);
	o.format = BPFASM_TEXT;
	o.kernel = 4 << 16 | 19 << 8;
	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	ck_assert_ptr_nonnull(strstr((char *)out.data, "\tcall bpf_probe_read_str#45\n"));
	bpfasm_free(&out);
	/* and bytes without a loader are told so, at the first use */
	o.format = BPFASM_RAW;
	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), -EINVAL);
	ck_assert_uint_eq(out.n_errors, 2);
	ck_assert_msg(strstr(out.diag, "6:8: error: 'usdt_arg' is for the loader"), "%s", out.diag);
	bpfasm_free(&out);
}
END_TEST

static const char lines_text[] = ".license \"GPL\"\n"
				 ".map m array(u32, 1)\n"
				 ".prog p \"usdt\"\n"
				 "r6 = 1\n"
				 "r7 = usdt_arg(2)\n"
				 "r8 = usdt_arg(1)\n"
				 "r1 = &m\n"
				 "r1 = r7\n"
				 "call low\n"
				 "return usdt_arg(2)\n"
				 ".func low\n"
				 "r0 = r1\n"
				 "exit\n";

/* What has an instruction's number in the object: relocations, functions, lines. */
START_TEST(object_is_whole)
{
	static const unsigned want[] = {6, 6, 6, 6, 5, 5, 5, 4, 5, 6, 7, 7, 8, 9, 10, 10, 12, 13};
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct object_code c;
	struct object_line l;
	struct bpfasm_out out;
	struct rawbpf_error e;
	struct object *obj;
	uint32_t i, start;

	o.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	ck_assert_int_eq(bpfasm_assemble(lines_text, sizeof(lines_text) - 1, &o, &out), 0);
	ck_assert_int_eq(object_open(out.data, out.len, "o", &obj, &e), 0);
	bpfasm_free(&out);
	ck_assert_uint_eq(object_usdt_args(obj, 0), 1U << 1 | 1U << 2);
	ck_assert_int_eq(object_link(obj, 0, &c, &e), 0);
	ck_assert_uint_eq(c.n_usdt, 2);
	ck_assert(c.usdt[0].insn == 1 && c.usdt[0].n == 1 && c.usdt[0].slot == -24);
	ck_assert(c.usdt[1].insn == 4 && c.usdt[1].n == 2 && c.usdt[1].slot == -16);
	ck_assert_uint_eq(c.n_refs, 1);
	ck_assert_uint_eq(c.refs[0].insn, 10);
	ck_assert_uint_eq(c.n_func_info, 2);
	memcpy(&start, c.func_info + c.func_rec_size, 4);
	ck_assert_uint_eq(start, 16);
	ck_assert_int_eq(c.insns[13].imm, 16 - 14);
	ck_assert_uint_eq(c.n_insns, sizeof(want) / sizeof(*want));
	for (i = 0; i < c.n_insns; i++) {
		ck_assert(object_line(obj, &c, i, &l));
		ck_assert_msg(l.line == want[i], "instruction %u is of line %u, not %u", i, l.line,
			want[i]);
	}
	object_code_free(&c);
	object_free(obj);
}
END_TEST

/* Tools of others read the object, too. */
START_TEST(others_read_the_object)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	char dir[] = "/tmp/rawbpf_usdtread.XXXXXX", path[64], *text;
	struct bpfasm_out out;
	FILE *f;

	if (t_run(NULL, "command -v bpftool readelf >/dev/null"))
		T_SKIP("no bpftool, no readelf");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	sprintf(path, "%s/o", dir);
	ck_assert_int_eq(bpfasm_assemble(lines_text, sizeof(lines_text) - 1, &o, &out), 0);
	f = fopen(path, "w");
	ck_assert(f && fwrite(out.data, 1, out.len, f) == out.len && !fclose(f));
	bpfasm_free(&out);
	ck_assert_msg(!t_run(&text, "readelf -sW %s 2>&1", path), "%s", text);
	ck_assert_ptr_nonnull(strstr(text, " NOTYPE  GLOBAL DEFAULT  UND usdt_arg\n"));
	ck_assert_ptr_null(strstr(text, "Warning"));
	free(text);
	ck_assert_msg(!t_run(&text, "bpftool btf dump file %s 2>&1", path), "%s", text);
	free(text);
	ck_assert_int_eq(t_run(NULL, "rm -r %s", dir), 0);
}
END_TEST

START_TEST(example)
{
	char *text;

	ck_assert_msg(!t_run(&text, TEST_BUILD "/rawbpf asm -o - " TEST_ROOT
					       "/bpfasm/examples/http_request.bpf | " TEST_BUILD
					       "/rawbpf dis - 2>&1"),
		"%s", text);
	ck_assert_ptr_nonnull(strstr(text, ".prog do_trace \"usdt\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "\tcall usdt_arg(6, -144)\n"));
	free(text);
}
END_TEST

Suite *suite_usdtread(void)
{
	Suite *s = suite_create("usdtread");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, sections);
	tcase_add_test(t, without_a_program);
	tcase_add_test(t, ahead_of_time);
	tcase_add_test(t, object_is_whole);
	suite_add_tcase(s, t);
	t = tcase_create("host");
	tcase_add_test(t, others_read_the_object);
	tcase_add_test(t, example);
	suite_add_tcase(s, t);
	return s;
}
