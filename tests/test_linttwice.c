// SPDX-License-Identifier: MIT
/* test_linttwice.c - an argument register that is set again before the call. */
#include "t.h"
#include "tasm.h"

Suite *suite_linttwice(void);

#define P "\n.license \"GPL\"\n.map m hash(u64, u64)\n.prog p \"kprobe\"\n.var k: u64\nk = 0\n"

START_TEST(overwritten)
{
	tasm_warns(P "r1 = 5\nr2 = &k\nr1 = &m\ncall bpf_map_lookup_elem\nreturn 0",
		"t:9:1: warning: r1 is overwritten here, before the call, and its value of line 7 "
		"is lost\nr1 = &m\n^~\n");
	tasm_warns(P "r1 = 4\nr1 += 1\nr2 = &k\nr1 = &m\ncall bpf_map_lookup_elem\nreturn 0",
		"r1 is overwritten here, before the call, and its value of line 7");
	/* a call with arguments loads them itself */
	tasm_warns(P "r1 = &m\nr0 = bpf_map_update_elem(&m, &k, &k, 0)\nreturn 0",
		"t:8:1: warning: r1 is overwritten here, before the call, and its value of line 7");
	tasm_warns(P "r2 = &k\nr0 = bpf_map_lookup_elem(&m, &k)\nreturn 0",
		"r2 is overwritten here, before the call, and its value of line 7");
	tasm_warns(P "r1 = 1\nr1 = 2\nr0 = f(r1)\nexit\n.func f\nr0 = r1\nexit",
		"t:8:1: warning: r1 is overwritten here, before the call");
}
END_TEST

START_TEST(not_lost)
{
	tasm_passes(P "r1 = 5\nr3 = r1\nr0 = bpf_map_update_elem(&m, &k, &k, r3)\nreturn 0");
	tasm_passes(P "r1 = 5\nif r1 == 5 goto +0\nr0 = bpf_map_lookup_elem(&m, &k)\nreturn 0");
	tasm_passes(P "r1 = 5\na: r0 = bpf_map_lookup_elem(&m, &k)\nif r0 == 1 goto a\nreturn 0");
	tasm_passes(P "r1 = 5\nr1 = 6\nreturn 0");
	tasm_passes(P "r2 = 1\nr0 = bpf_map_lookup_elem(&m, &k)\nreturn 0");
	tasm_passes(P "r2 = &k; r0 = bpf_map_lookup_elem(&m, &k)\nreturn 0");
	tasm_passes(P "r3 = &k\nr0 = bpf_map_update_elem(&m, &k, r3, 0)\nreturn 0");
	tasm_passes(P "r5 = 1\nr0 = bpf_map_lookup_elem(&m, &k)\nreturn 0");
	/* a macro may change r1 to r5, and nobody wanted the value */
	tasm_passes(".macro time\n\tr1 = 7\n\tr0 = bpf_spin_lock(r1)\n.endm\n" P
		    "r1 = 5\ntime\nreturn 0");
	/* what gets the context back for the program */
	tasm_passes(".prog p \"usdt\"\n\tr6 = usdt_arg(1)\n\tr0 = bpf_jiffies64()\n\texit");
}
END_TEST

Suite *suite_linttwice(void)
{
	Suite *s = suite_create("linttwice");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, overwritten);
	tcase_add_test(tc, not_lost);
	suite_add_tcase(s, tc);
	return s;
}
