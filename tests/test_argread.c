// SPDX-License-Identifier: MIT
/* test_argread.c - arguments that are read from memory before a program's first instruction. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "argread.h"
#include "t.h"
#include "tasm.h"

Suite *suite_argread(void);

/* A made-up CPU: arg1 is in the context, arg2 in memory of the process, the others of the kernel. */
static int made_up(
	void *arg, const struct bpfasm_arg_of *of, struct bpfasm_arg *a, char *msg, size_t msg_len)
{
	unsigned *asked = arg;

	asked[of->n]++;
	if (!strncmp(of->section, "kretsyscall", 11)) {
		snprintf(msg, msg_len, "'arg%u' of %s is gone", of->n, of->prog);
		return -EINVAL;
	}
	if (of->n == 1)
		return 0;
	*a = (struct bpfasm_arg){.pointer = 112, .pointer_size = 8, .size = 8};
	a->offset = of->n == 6 ? 0 : of->n == 5 ? 1 << 20 : 8 * of->n;
	if (of->n == 2)
		*a = (struct bpfasm_arg){60, 4, 4, 4, true};
	return 1;
}

static unsigned asked[8];
static struct bpfasm_resolver cpu;

static struct bpfasm_opts opts(unsigned format)
{
	struct bpfasm_opts o = tasm_opts(format);

	memset(asked, 0, sizeof(asked));
	cpu = tasm_target;
	cpu.arg = asked;
	cpu.argument = made_up;
	o.resolver = &cpu;
	return o;
}

static void text_is(const char *text, unsigned kernel, const char *want)
{
	struct bpfasm_opts o = opts(BPFASM_TEXT);
	struct bpfasm_out out;
	char *from;

	o.kernel = kernel;
	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s", out.diag);
	ck_assert_msg(!out.diag, "%s", out.diag);
	from = strstr((char *)out.data, "\"\n");
	ck_assert_ptr_nonnull(from);
	ck_assert_str_eq(from + 2, want);
	bpfasm_free(&out);
}

START_TEST(read_before_the_first_instruction)
{
	/* the context's, the process's, the kernel's; each is read once, and the first use says where */
	text_is(".prog p \"kprobe\"\nr6 = arg1\nr7 = arg4\nr8 = arg2\nr9 = arg4\nreturn 0\n", 0,
		"\t\t\t\t; t:4: r8 = arg2\n"
		"\t*(u64 *)(r10 -8) = r1\n"
		"\tr3 = *(u32 *)(r1 +60)\n"
		"\tr3 += 4\n"
		"\tr2 = 4\n"
		"\tr1 = r10\n"
		"\tr1 += -24\n"
		"\tcall bpf_probe_read_user#112\n"
		"\tr1 = *(u64 *)(r10 -8)\n"
		"\t\t\t\t; t:3: r7 = arg4\n"
		"\tr3 = *(u64 *)(r1 +112)\n"
		"\tr3 += 32\n"
		"\tr2 = 8\n"
		"\tr1 = r10\n"
		"\tr1 += -16\n"
		"\tcall bpf_probe_read_kernel#113\n"
		"\tr1 = *(u64 *)(r10 -8)\n"
		"\t\t\t\t; t:2: r6 = arg1\n"
		"\tr6 = *(u64 *)(r1 +112)\n"
		"\t\t\t\t; t:3: r7 = arg4\n"
		"\tr7 = *(u64 *)(r10 -16)\n"
		"\t\t\t\t; t:4: r8 = arg2\n"
		"\tr8 = *(u32 *)(r10 -24)\n"
		"\t\t\t\t; t:5: r9 = arg4\n"
		"\tr9 = *(u64 *)(r10 -16)\n"
		"\t\t\t\t; t:6: return 0\n"
		"\tr0 = 0\n"
		"\texit\n");
	ck_assert_uint_eq(asked[1], 1);
	ck_assert_uint_eq(asked[2], 1);
	ck_assert_uint_eq(asked[4], 1);
}
END_TEST

START_TEST(by_the_kernel)
{
	static const char text[] = ".prog p \"kprobe\"\nr6 = arg6\nexit\n";

	text_is(text, 5 << 16 | 4 << 8,
		"\t\t\t\t; t:2: r6 = arg6\n"
		"\t*(u64 *)(r10 -8) = r1\n"
		"\tr3 = *(u64 *)(r1 +112)\n"
		"\tr2 = 8\n"
		"\tr1 = r10\n"
		"\tr1 += -16\n"
		"\tcall bpf_probe_read#4\n"
		"\tr1 = *(u64 *)(r10 -8)\n"
		"\t\t\t\t; t:2: r6 = arg6\n"
		"\tr6 = *(u64 *)(r10 -16)\n"
		"\t\t\t\t; t:3: exit\n"
		"\texit\n");
	text_is(text, 5 << 16 | 5 << 8,
		"\t\t\t\t; t:2: r6 = arg6\n"
		"\t*(u64 *)(r10 -8) = r1\n"
		"\tr3 = *(u64 *)(r1 +112)\n"
		"\tr2 = 8\n"
		"\tr1 = r10\n"
		"\tr1 += -16\n"
		"\tcall bpf_probe_read_kernel#113\n"
		"\tr1 = *(u64 *)(r10 -8)\n"
		"\t\t\t\t; t:2: r6 = arg6\n"
		"\tr6 = *(u64 *)(r10 -16)\n"
		"\t\t\t\t; t:3: exit\n"
		"\texit\n");
}
END_TEST

/* What has an instruction's number: labels, jumps, maps, calls, strings of one statement, .ctx. */
START_TEST(everything_moves_along)
{
	static const char text[] = ".map m array(u32, 1)\n.license \"GPL\"\n"
				   ".prog p \"kprobe\"\n"
				   "top:\t.ctx r6\n"
				   "\tr7 = arg3\n"
				   "\tif r7 == 0 goto top\n"
				   "\tif r7 == 1 goto end\n"
				   "\tif r7 == 2 goto +2\n"
				   "\tr1 = &m\n"
				   "\tr0 = bpf_trace_printk(\"x\", 2, arg3)\n"
				   "\tr0 = f(arg3)\n"
				   "\tr1 = retval\n"
				   "end:\treturn arg3\n"
				   ".func f\n\tr0 = r1\n\texit\n";
	struct bpfasm_opts o = opts(BPFASM_RAW);
	struct bpfasm_out out, read;
	char *have, *want;

	/* the same by hand: the reads, then the program */
	static const char by_hand[] = ".map m array(u32, 1)\n.license \"GPL\"\n"
				      ".prog p \"kprobe\"\n.var ctx_: u64\n.var arg_: u64\n"
				      "\tctx_ = r1\n"
				      "\tr3 = *(u64 *)(r1 +112)\n"
				      "\tr3 += 24\n"
				      "\tr0 = bpf_probe_read_kernel(&arg_, 8, r3)\n"
				      "\tr1 = ctx_\n"
				      "top:\t.ctx r6\n"
				      "\tr7 = arg_\n"
				      "\tif r7 == 0 goto top\n"
				      "\tif r7 == 1 goto end\n"
				      "\tif r7 == 2 goto +2\n"
				      "\tr1 = &m\n"
				      "\tr0 = bpf_trace_printk(\"x\", 2, arg_)\n"
				      "\tr0 = f(arg_)\n"
				      "\tr1 = retval\n"
				      "end:\treturn arg_\n"
				      ".func f\n\tr0 = r1\n\texit\n";

	ck_assert_msg(!bpfasm_assemble(text, sizeof(text) - 1, &o, &out), "%s", out.diag);
	ck_assert_msg(!bpfasm_assemble(by_hand, sizeof(by_hand) - 1, &o, &read), "%s", read.diag);
	have = tasm_hex(out.data, out.len);
	want = tasm_hex(read.data, read.len);
	ck_assert_str_eq(have, want);
	free(have);
	free(want);
	bpfasm_free(&out);
	bpfasm_free(&read);
	/* and the relocations of the object */
	o.format = BPFASM_ELF;
	ck_assert_msg(!bpfasm_assemble(text, sizeof(text) - 1, &o, &out), "%s", out.diag);
	ck_assert_msg(!bpfasm_assemble(by_hand, sizeof(by_hand) - 1, &o, &read), "%s", read.diag);
	ck_assert_ptr_null(out.diag);
	bpfasm_free(&out);
	bpfasm_free(&read);
}
END_TEST

static void fails(const char *text, const char *want)
{
	struct bpfasm_opts o = opts(BPFASM_ELF);
	struct bpfasm_out out;

	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), -EINVAL);
	ck_assert_msg(strstr(out.diag, want), "%s", out.diag);
	bpfasm_free(&out);
}

START_TEST(refused)
{
	struct bpfasm_opts o = opts(BPFASM_ELF);
	struct bpfasm_out out;
	static const char text[] = ".prog p \"kprobe\"\nr2 = arg3\nreturn 0\n";

	fails(".prog p \"kretsyscall/x\"\nr2 = arg3\nexit", "t:2:6: error: 'arg3' of p is gone");
	fails(".prog p \"kprobe\"\nr2 = arg5\nexit", "'arg5' is out of reach");
	fails(".prog p \"kprobe\"\n.var v: char[500]\nr2 = arg3\nexit",
		"this argument needs 8 bytes of stack, 0 of 512 are left");
	/* a later error of the function leaves it as it is */
	fails(".prog p \"kprobe\"\nr2 = arg3\ngoto nowhere\n", "no label 'nowhere'");
	fails(".prog p \"kprobe\"\nr2 = arg3\nr2 = arg5\nr2 = arg3\nr2 = arg5\nexit",
		"out of reach");
	/* the context is lost, but the argument is not */
	fails(".prog p \"kprobe\"\ncall 5\nr2 = arg3\nr2 = retval\nexit", "t:4:6: error: 'retval'");
	/* the helper's licence is the program's */
	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	ck_assert_msg(strstr(out.diag, "'bpf_probe_read_kernel' is for GPL-compatible programs"),
		"%s", out.diag);
	bpfasm_free(&out);
}
END_TEST

START_TEST(not_asked)
{
	struct bpfasm_opts o = opts(BPFASM_RAW);

	/* other contexts, and targets of an older header */
	tasm_is_opts(".nowarn\n.prog p \"raw_tp/x\"\nr2 = arg2\nexit",
		"7912080000000000 9500000000000000", &o);
	ck_assert_uint_eq(asked[2], 0);
	cpu.sz = offsetof(struct bpfasm_resolver, argument);
	tasm_is_opts(".nowarn\n.prog p \"kprobe\"\nr2 = arg2\nexit",
		"7912680000000000 9500000000000000", &o);
	cpu.sz = sizeof(cpu);
	cpu.argument = NULL;
	tasm_is_opts(".nowarn\n.prog p \"kprobe\"\nr2 = arg2\nexit",
		"7912680000000000 9500000000000000", &o);
	ck_assert_uint_eq(asked[2], 0);
}
END_TEST

START_TEST(every_allocation_fails)
{
	static const char text[] = ".license \"GPL\"\n.prog p \"kprobe\"\nr2 = arg3\nr2 = arg4\n"
				   "r2 = arg2\nr2 = arg6\nreturn 0\n";
	struct bpfasm_opts o = opts(BPFASM_ELF);

	tasm_every_alloc(text, &o, 1);
}
END_TEST

Suite *suite_argread(void)
{
	Suite *s = suite_create("argread");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, read_before_the_first_instruction);
	tcase_add_test(t, by_the_kernel);
	tcase_add_test(t, everything_moves_along);
	tcase_add_test(t, refused);
	tcase_add_test(t, not_asked);
	tcase_add_test(t, every_allocation_fails);
	suite_add_tcase(s, t);
	return s;
}
