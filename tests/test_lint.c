// SPDX-License-Identifier: MIT
/* test_lint.c - registers and stack that are read without a value, and code that nothing reaches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_lint(void);

#define P "\n.license \"GPL\"\n.map m hash(u64, u64)\n.prog p \"kprobe\"\n"

START_TEST(registers)
{
	tasm_warns(P "r0 = r7\nexit", "t:5:6: warning: r7 is read here, but is never set; set it "
				      "before\nr0 = r7\n     ^~\n");
	tasm_warns(P "w0 = w7\nexit",
		"t:5:6: warning: r7 is read here, but is never set; set it before\n");
	tasm_warns(P "if r1 == 0 goto a\nr7 = 1\na: r0 = r7\nexit",
		"t:7:9: warning: r7 is read here, but has no value on some way to here; set it "
		"before\n"
		"a: r0 = r7\n        ^~\n");
	tasm_warns(P "r3 = 5\nr0 = bpf_ktime_get_ns()\nr0 += r3\nexit",
		"t:7:7: warning: r3 is read here, but the call of line 6 destroys r1 to r5; "
		"keep the value in r6 to r9\nr0 += r3\n      ^~\n");
	tasm_warns(P "r0 = bpf_ktime_get_ns()\nr2 = *(u64 *)(r1 +112)\nreturn 0",
		"t:6:15: warning: r1 is read here, but the call of line 5 destroys r1 to r5; "
		"keep the context: '.ctx r6' at the start\n");
	tasm_warns(P "r1 = 0\nexit",
		"t:6:1: warning: r0, the result of 'p', has no value here; 'return 0' sets it\n");
	tasm_warns(P "r7 += 1\nreturn 0", "r7 is read here, but is never set");
	tasm_warns(P "if r7 == 1 goto +0\nreturn 0", "r7 is read here, but is never set");
	tasm_warns(P "*(u64 *)(r7 +0) = 1\nreturn 0", "r7 is read here, but is never set");
	tasm_warns(P "*(u64 *)(r10 -8) = r7\nreturn 0", "r7 is read here, but is never set");
	tasm_warns(P "r0 = *(u64 *)(r7 +0)\nreturn 0", "r7 is read here, but is never set");
	/* once each */
	tasm_warns(P "r0 = r7\nr0 = r7\nr0 = r8\nreturn 0",
		"t:7:6: warning: r8 is read here, but is never set");
	tasm_passes(P "if r1 == 0 goto a\nr7 = 1\ngoto b\na: r7 = 2\nb: r0 = r7\nexit");
	/* ways that constants close */
	tasm_passes(P "r2 = 0\nif r2 s> -1 goto a\nr0 = r7\nexit\na: return 0");
	tasm_passes(P "r2 = 1\nr2 += 4\nr3 = 5\nif r2 != r3 goto a\nreturn 0\na: r0 = r7\nexit");
	tasm_warns(P "w2 = -1\nif w2 s> 4 goto a\nreturn 0\na: r0 = r7\nexit", "r7 is read");
	tasm_passes(P "r2 = -1\nif r2 < 5 goto a\nreturn 0\na: r0 = r7\nexit");
	tasm_passes(P "r6 = 0\ntop: r6 += 1\nr0 = r6\nif r6 != 9 goto top\nexit");
}
END_TEST

START_TEST(functions)
{
	/* a function has its arguments, and needs no result unless others may call it */
	tasm_passes(P "f(1)\nreturn 0\n.func f\nr1 += r5\nexit");
	tasm_warns(P "f(1)\nreturn 0\n.func f\nr0 = r6\nexit",
		"t:8:6: warning: r6 is read here, but is never set");
	tasm_warns(P "f(1)\nreturn 0\n.func f global\nexit", "the result of 'f', has no value");
	tasm_passes(".prog p \"struct_ops/x\"\nexit");
	tasm_passes(".prog p \"?lsm/x\"\nexit");
	/* what is only a part of a program */
	tasm_is("r0 = r7", "bf70000000000000");
}
END_TEST

START_TEST(stack)
{
	tasm_warns(P ".var v: u64\nr0 = v\nexit",
		"t:6:6: warning: this reads 'v' before it is written; 'v = 0' sets all of it\n"
		"r0 = v\n     ^\n");
	tasm_warns(P "r0 = *(u32 *)(r10 -64)\nexit",
		"t:5:15: warning: this reads 4 bytes of the stack, at r10 -64, before they are "
		"written\n");
	tasm_warns(P "*(u32 *)(r10 -8) = 1\nr0 = *(u64 *)(r10 -8)\nexit",
		"this reads 4 bytes of the stack, at r10 -4, before");
	tasm_warns(P ".var v: u64\nif r1 == 0 goto a\nv = 1\na: r0 = v\nexit", "this reads 'v'");
	tasm_warns(P "lock *(u64 *)(r10 -8) += r1\nreturn 0", "8 bytes of the stack");
	tasm_warns(P "r2 = r10\nr2 += -16\nr0 = *(u8 *)(r2 +3)\nexit",
		"1 byte of the stack, at r10 -13, before it is written");
	tasm_passes(P ".var v: u64\nr2 = &v\n*(u64 *)(r2 +0) = 1\nr0 = v\nexit");
	tasm_passes(P "r2 = 8\nr3 = r10\nr3 -= r2\n*(u64 *)(r3 +0) = 1\nr0 = *(u64 *)(r10 -8)\n"
		      "exit");
	tasm_passes(P ".var v: u64\nif r1 == 0 goto a\nv = 1\ngoto b\na: v = 2\nb: r0 = v\nexit");
	/* an address that is not followed may be anywhere */
	tasm_passes(P ".var v: u64\nf(&v)\nr0 = v\nexit\n.func f\n*(u64 *)(r1 +0) = 1\nexit");
	tasm_passes(P "r2 = r10\nr2 += r1\n*(u64 *)(r2 +0) = 1\nr0 = *(u64 *)(r10 -8)\nexit");
	tasm_passes(P "*(u64 *)(r10 -8) = r10\nr0 = *(u64 *)(r10 -16)\nexit");
	/* what is out of the stack by way of another register is the verifier's */
	tasm_passes(P "r2 = r10\nr0 = *(u64 *)(r2 +8)\nr0 = *(u64 *)(r2 -520)\nexit");
}
END_TEST

START_TEST(never_reached)
{
	static const char text[] = "nothing leads here, and the kernel refuses code that is never "
				   "reached; remove it\nr0 = 1\n^\n";

	tasm_warns(P "return 0\nr0 = 1\nexit", text);
	tasm_warns(P "goto a\nr0 = 1\na: return 0", text);
	tasm_warns(P "goto b\na: r0 = 1\ngoto a\nb: return 0", "nothing leads here");
	/* a call by distance does, and so does a callback */
	tasm_passes(P "r0 = 0\ncall pc+1\nexit\nr0 = 1\nexit");
	tasm_passes(P "r2 = func(pc+3) ll\nr0 = 0\nexit\nr0 = 1\nexit");
	tasm_passes(P "r2 = 1\ngotox r2\nr0 = r9\nexit");
}
END_TEST

START_TEST(endless)
{
	tasm_warns(".prog p \"socket\"\nl: r0 = 1\ngoto l\n",
		"t:3:1: warning: 'p' never ends: no way leads to an 'exit' or 'return'\ngoto l\n^");
	tasm_passes(".prog p \"socket\"\nl: r0 = bpf_get_prandom_u32()\nif r0 == 0 goto l\nexit\n");
}
END_TEST

START_TEST(silenced)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_TEXT);
	struct bpfasm_out out;
	static const char text[] = P ".nowarn\nr0 = r7\nexit\n";

	tasm_passes(text);
	tasm_passes(".nowarn\n.prog p \"nothing\"\nl: r0 = r7\nexit\nr0 = 1\nexit\n");
	tasm_warns(P ".nowarn\na: r0 = r7\nexit\n.prog q \"kprobe\"\na: r0 = r8\nexit",
		"t:9:1: warning: nothing jumps to label 'a'");
	tasm_fails(P ".nowarn\nr0 = r77\nexit", "no register 'r77'");
	/* the expanded text is as quiet */
	ck_assert(!bpfasm_assemble(text, sizeof(text) - 1, &o, &out));
	tasm_passes((const char *)out.data);
	bpfasm_free(&out);
}
END_TEST

/* A state is kept where jumps lead to, and each is looked at again when it changes. */
START_TEST(long_ways)
{
	enum { N = 10000 };
	char *text = malloc(128 + N * 64), *p = text;
	int i;

	p += sprintf(p, P "r6 = 1\nr7 = 1\n*(u64 *)(r10 -8) = 1\ngotol l0\n");
	for (i = N - 1; i >= 0; i--)
		p += sprintf(p, "l%d: if r6 == 1 goto l%d\n*(u8 *)(r10 -%d) = 1\ngoto l%d\n", i,
			i + 1, i % 512 + 1, i + 1);
	sprintf(p, "l%d: r0 = *(u64 *)(r10 -8)\nexit\n", N);
	tasm_passes(text);
	free(text);
}
END_TEST

Suite *suite_lint(void)
{
	Suite *s = suite_create("lint");
	TCase *tc = tcase_create("unit");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, registers);
	tcase_add_test(tc, functions);
	tcase_add_test(tc, stack);
	tcase_add_test(tc, never_reached);
	tcase_add_test(tc, endless);
	tcase_add_test(tc, silenced);
	tcase_add_test(tc, long_ways);
	suite_add_tcase(s, tc);
	return s;
}
