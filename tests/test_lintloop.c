// SPDX-License-Identifier: MIT
/* test_lintloop.c - loops that do not end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rawbpf.h"
#include "t.h"
#include "tasm.h"

Suite *suite_lintloop(void);

#define P "\n.license \"GPL\"\n.map m hash(u64, u64)\n.prog p \"socket\"\n"

static const char *const traps[] = {
	/* the other way ends */
	P "r6 = *(u32 *)(r1 + 0)\nr2 = 1\nif r6 == 0 goto out\na: r2 = 1\ngoto a\nout: return 0",
	P "r6 = *(u32 *)(r1 + 0)\nif r6 == 7 goto d\nreturn 0\nd: goto d",
	/* there is a comparison in it, but both its ways stay */
	P "r6 = *(u32 *)(r1 + 0)\nif r6 == 7 goto a\nreturn 0\na: r2 = 1\nif r6 == 9 goto b\n"
	  "r2 = 2\nb: r3 = 2\ngoto a",
	/* its body stands above it */
	P "r6 = *(u32 *)(r1 + 0)\ngoto c\na: r2 = 1\ngoto b\nc: if r6 == 7 goto a\nreturn 0\n"
	  "b: r2 = 1\ngoto a",
};

static const char *const sames[] = {
	P "r3 = 0\na: r2 = 5\nif r3 < 10 goto a\nreturn 0",
	P "r3 = *(u32 *)(r1 + 0)\na: r2 = 5\nif r3 != 10 goto a\nreturn 0",
	P "r3 = *(u32 *)(r1 + 0)\nr4 = 7\na: if r3 == r4 goto out\nr2 = 5\ngoto a\nout: return 0",
	P "r3 = *(u32 *)(r1 + 0)\na: if r3 == 9 goto a\nreturn 0",
	P "r3 = *(u32 *)(r1 + 0)\nr0 = 0\na: if r3 != 9 goto b\nexit\nb: r0 = 0\ngoto a",
};

START_TEST(no_way_out)
{
	size_t i;

	tasm_warns(traps[0], "t:9:1: warning: this goes back to line 8 for ever: nothing there "
			     "leads to an 'exit' or 'return', and the kernel refuses a loop "
			     "without an end\ngoto a\n^~~~\n");
	for (i = 1; i < sizeof(traps) / sizeof(traps[0]); i++)
		tasm_warns(traps[i], "for ever: nothing there leads to an 'exit'");
}
END_TEST

START_TEST(nothing_changes)
{
	size_t i;

	tasm_warns(sames[0],
		"t:7:12: warning: this goes back to line 6, and nothing in the loop changes r3, by "
		"which it would end; the kernel refuses a loop without an end\nif r3 < 10 goto a\n"
		"           ^~~~\n");
	tasm_warns(P "r3 = 7\nr0 = 0\na: if w3 != 9 goto b\nexit\nb: r0 = 1\ngoto a",
		"nothing in the loop changes r3");
	tasm_warns(sames[2], "nothing in the loop changes r3 or r4, by which");
	for (i = 1; i < sizeof(sames) / sizeof(sames[0]); i++)
		tasm_warns(sames[i], "nothing in the loop changes r3");
}
END_TEST

START_TEST(loops_that_end)
{
	tasm_passes(P "r3 = 0\na: r3 += 1\nif r3 < 10 goto a\nreturn 0");
	/* what is compared comes from memory, from a call, from may_goto */
	tasm_passes(P "r6 = r1\na: r3 = *(u32 *)(r6 + 0)\nif r3 != 1 goto a\nreturn 0");
	tasm_passes(P "a: r0 = bpf_get_prandom_u32()\nif r0 != 1 goto a\nreturn 0");
	tasm_passes(P "r3 = 1\na: may_goto b\nif r3 == 2 goto a\nr3 = 1\ngoto a\nb: return 0");
	tasm_passes(P "a: may_goto b\ngoto a\nb: return 0");
	/* what changes it stands outside, between jumps out and into the middle */
	tasm_passes(P "r3 = *(u32 *)(r1 + 0)\na: if r3 == 0 goto out\ngoto step\nb: goto a\n"
		      "out: return 0\nstep: r3 -= 1\ngoto b");
	/* it ends in a call that does not return */
	tasm_passes(".kfunc bpf_throw" P "r6 = *(u32 *)(r1 + 0)\nif r6 == 7 goto d\nreturn 0\n"
		    "d: r1 = 0\ncall bpf_throw\ngoto d");
	/* the inner loop changes what the outer one compares */
	tasm_passes(P "r3 = 0\na: r4 = 0\nb: r4 += 1\nr3 += r4\nif r4 < 5 goto b\n"
		      "if r3 < 50 goto a\nreturn 0");
	tasm_passes(".nowarn" P "r3 = 0\na: r2 = 5\nif r3 < 10 goto a\nreturn 0");
	/* bytes alone, and places that are not known */
	tasm_is("a: r0 = 1\nif r1 == 2 goto a\nexit",
		"b700000001000000 1501feff02000000 9500000000000000");
}
END_TEST

/* Chains of jumps back, which need a round each, take no time and give no wrong warning. */
START_TEST(long_chains)
{
	enum { N = 20000 };
	char *text = malloc(N * 32 + 256), *p = text;
	int i;

	p += sprintf(p, P "r3 = *(u32 *)(r1 + 0)\ngoto e%d\nx: return 0\ne0: goto x\n", N - 1);
	/* to one far behind, then far in front, in turn */
	for (i = 1; i < N; i++)
		p += sprintf(p, "e%d: goto e%d\n", i, i - 1);
	tasm_passes(text);
	free(text);
}
END_TEST

/* The kernel refuses each of those that are warned of. */
START_TEST(kernel_refuses)
{
	const char *const *lists[] = {traps, sames};
	const size_t n[] = {sizeof(traps) / sizeof(traps[0]), sizeof(sames) / sizeof(sames[0])};
	size_t i, k;

	T_NEED_ROOT();
	for (k = 0; k < 2; k++)
		for (i = 0; i < n[k]; i++) {
			struct rawbpf *b = rawbpf_new();

			ck_assert_msg(rawbpf_load(b, .text = lists[k][i]) < 0, "%s", lists[k][i]);
			ck_assert_msg(strstr(rawbpf_errmsg(b), "infinite loop") ||
					      strstr(rawbpf_errmsg(b), "back-edge") ||
					      strstr(rawbpf_errmsg(b), "too large") ||
					      strstr(rawbpf_errmsg(b), "too complex"),
				"%s: %s", lists[k][i], rawbpf_errmsg(b));
			rawbpf_free(b);
		}
}
END_TEST

Suite *suite_lintloop(void)
{
	Suite *s = suite_create("lintloop");
	TCase *tc = tcase_create("unit"), *live = tcase_create("live");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, no_way_out);
	tcase_add_test(tc, nothing_changes);
	tcase_add_test(tc, loops_that_end);
	tcase_add_test(tc, long_chains);
	suite_add_tcase(s, tc);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, kernel_refuses);
	suite_add_tcase(s, live);
	return s;
}
