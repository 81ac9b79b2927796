// SPDX-License-Identifier: MIT
/* test_flow.c - where jumps lead, and whether the context is still in its register. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "t.h"
#include "tasm.h"

Suite *suite_flow(void);

#define P "\n.prog p \"kprobe\"\n"

START_TEST(loops)
{
	static const char lost[] =
		"'arg1' after a call or a change of r1; save the context: '.ctx r6' at the start\n"
		"r2 = arg1\n     ^~~~\n";
	char want[256];

	/* the second time round r1 is gone */
	snprintf(want, sizeof(want), "t:4:6: error: %s", lost);
	tasm_fails(P "top:\nr2 = arg1\nr0 = bpf_ktime_get_ns()\nif r0 == 5 goto top\nexit", want);
	tasm_fails(P "goto in\nr2 = arg1\nexit\nin: call 5\ngoto pc-4", lost);
	tasm_passes(P "top:\nr2 = arg1\nif r2 == 5 goto top\ncall 5\nreturn 0");
	tasm_passes(P ".ctx r6\ntop:\nr2 = arg1\ncall 5\nif r0 == 5 goto top\nreturn 0");
}
END_TEST

START_TEST(branches)
{
	/* one of two ways loses it */
	tasm_fails(P "if r1 == 5 goto a\ncall 5\na: r2 = arg1\nexit", "'arg1' after a call");
	tasm_passes(P "if r1 == 5 goto a\ncall 5\nexit\na: r2 = arg1\nreturn 0");
	/* saved and brought back by hand */
	tasm_passes(P "r7 = r1\ncall 5\nr1 = r7\nr2 = arg1\nreturn 0");
	tasm_passes(P "*(u64 *)(r10 -8) = r1\ncall 5\nr1 = *(u64 *)(r10 -8)\nr2 = arg1\nreturn 0");
	tasm_fails(P "r7 = r1\nr7 += 8\nr1 = r7\nr2 = arg1\nexit", "after a call");
	tasm_fails(P "w1 = w1\nr2 = arg1\nexit", "after a call");
	tasm_fails(P "r1 = 5 ll\nr2 = arg1\nexit", "after a call");
	tasm_fails(P "r1 = *(u64 *)(r1 +0)\nr2 = arg1\nexit", "after a call");
	tasm_fails(P "r1 = atomic64_xchg((u64 *)(r10 -8), r1)\nr2 = arg1\nexit", "after a call");
	tasm_passes(P "*(u64 *)(r10 -8) = 0\nlock *(u64 *)(r10 -8) += r1\nr2 = arg1\nreturn 0");
	tasm_passes(P "r2 = 5 ll\nr2 = arg1\nreturn 0");
	/* nobody knows what leads there */
	tasm_passes(P "call 5\ngotox r0\nr2 = arg1\nreturn 0");
}
END_TEST

START_TEST(kept_register)
{
	tasm_fails(P ".ctx r6\nr6 = 5\nr2 = arg1\nexit",
		"t:5:6: error: 'arg1' reads the context from r6, which another value may be in "
		"since line 4; keep r6 for '.ctx'");
	tasm_fails(P ".ctx r6\ntop: r2 = arg1\nr6 = 1\ngoto top", "since line 5");
	tasm_fails(P "if r1 == 5 goto a\n.ctx r6\na: r2 = arg1\nexit",
		"from r6, which another value may be in; keep");
	tasm_fails(P "call 5\n.ctx r6\nexit", "r1 is no longer the context here");
	tasm_fails(P "top: .ctx r6\ncall 5\nif r0 == 1 goto top\nexit",
		"t:3:11: error: r1 is no longer the context here");
	/* the whole of it, stored and passed on */
	tasm_fails(P ".var v: u64\ncall 5\nv = ctx\nexit", "'ctx' after a call");
	tasm_fails(P "call 5\nbpf_get_stackid(ctx, 1, 2)\nexit", "'ctx' after a call");
	tasm_fails(P "call 5\nexit\n.prog q \"kprobe\"\ncall 5\nr2 = retval\nexit",
		"t:7:6: error: 'retval'");
}
END_TEST

START_TEST(jumps)
{
	tasm_fails(P "r0 = 0\ngoto pc+5\nexit",
		"t:4:6: error: this jumps out of 'p'\ngoto pc+5\n     ^~~~\n");
	tasm_fails(P "if r1 == 1 goto -5\nexit", "t:3:17: error: this jumps out of 'p'");
	tasm_fails(P "if r1 == 1 goto +1\nexit",
		"t:3:17: error: this jumps past the last instruction of 'p'; add 'return 0'");
	tasm_fails(P "goto end\nexit\nend:", "runs off its end");
	tasm_fails(P "if r1 == 1 goto +1\nr1 = 5 ll\nexit",
		"t:3:17: error: this jumps into the middle of a 64-bit constant in 'p'");
	tasm_fails(P "gotol -100\nexit", "t:3:7: error: this jumps out of 'p'");
	tasm_passes(P "if r1 == 1 goto +2\nr1 = 5 ll\nreturn 0");
	tasm_fails(P "call pc+9\nr0 = 0\nexit",
		"t:3:6: error: this call leads out of 'p'; another function is called by its name\n"
		"call pc+9\n     ^~~~\n");
	tasm_fails(P "r0 = 0\ncall pc-3\nexit", "t:4:6: error: this call leads out of 'p'");
	tasm_fails(P "call pc+1\nexit",
		"t:3:6: error: this call leads past the last instruction of 'p'");
	tasm_fails(P "call pc+1\nr1 = 5 ll\nexit\nr0 = 1\nexit",
		"t:3:6: error: this call leads into the middle of a 64-bit constant in 'p'\n");
	tasm_passes(P "call pc+1\nexit\nr0 = 1\nexit");
	/* bytes of a part of a program */
	tasm_is("goto pc+5", "0500050000000000");
	tasm_is("call pc+5", "8510000005000000");
}
END_TEST

/* A chain of backward jumps, each of which must be looked at again. */
START_TEST(long_ways)
{
	enum { N = 8000 };
	char *text = malloc(64 + N * 40), *p = text;
	clock_t start = clock();
	int i;

	p += sprintf(p, ".prog p \"kprobe\"\ngoto l0\n");
	for (i = N - 1; i >= 0; i--)
		p += sprintf(p, "l%d: r2 = arg1\ngoto l%d\n", i, i + 1);
	sprintf(p, "l%d: return 0\n", N);
	tasm_passes(text);
	ck_assert_msg(clock() - start < 5 * CLOCKS_PER_SEC, "it takes too long");
	free(text);
}
END_TEST

START_TEST(frame_pointer)
{
	static const char *const rows[][2] = {
		{"r1 = *(u64 *)(r10 -520)",
			"t:3:1: error: r10 -520 is below the stack, which ends"},
		{"r1 = *(u64 *)(r10 -516)", "r10 -516 is below the stack, which ends at r10 -512"},
		{"*(u64 *)(r10 +0) = 1", "8 bytes at r10 +0: the stack is below r10, from r10 -1 "},
		{"*(u32 *)(r10 +8) = r1", "4 bytes at r10 +8: the stack is below r10"},
		{"*(u8 *)(r10 +0) = r1", "1 byte at r10 +0: the stack is below r10"},
		{"*(u64 *)(r10 -6) = r1", "8 bytes at r10 -6: the stack is below r10"},
		{"*(u64 *)(r10 -12) = r1",
			"8 bytes at r10 -12: the kernel wants them at a multiple of 8"},
		{"lock *(u64 *)(r10 -520) += r1", "r10 -520 is below the stack"},
		{"r0 = load_acquire((u64 *)(r10 -520))", "r10 -520 is below the stack"},
		{"r10 = 5", "t:3:1: error: r10 is the address of the stack and read only"},
		{"r10 += 8", "r10 is the address of the stack and read only; take r0 to r9"},
		{"r10 = 5 ll", "r10 is the address of the stack and read only"},
	};

	tasm_lines_fail(".prog p \"socket\"\nr0 = 0\n", rows, sizeof(rows) / sizeof(rows[0]));
	tasm_passes(".prog p \"socket\"\n*(u64 *)(r10 -512) = 1\n*(u8 *)(r10 -1) = 1\nreturn 0");
	/* bytes alone may be what no kernel takes */
	tasm_is("r10 = 5", "b70a000005000000");
}
END_TEST

Suite *suite_flow(void)
{
	Suite *s = suite_create("flow");
	TCase *tc = tcase_create("unit");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, loops);
	tcase_add_test(tc, branches);
	tcase_add_test(tc, kept_register);
	tcase_add_test(tc, jumps);
	tcase_add_test(tc, frame_pointer);
	tcase_add_test(tc, long_ways);
	suite_add_tcase(s, tc);
	return s;
}
