// SPDX-License-Identifier: MIT
/* test_lintsay.c - where the warnings of lint.c point to. */
#include "t.h"
#include "tasm.h"

Suite *suite_lintsay(void);

#define P "\n.license \"GPL\"\n.prog p \"kprobe\"\n"

START_TEST(places)
{
	/* a word of the line, not a part of one, and none of a comment */
	tasm_warns(P "r7 = r10\nr1 = r1 ; r8\nr0 = r8 ; r8\nexit",
		"t:6:6: warning: r8 is read here, but is never set; set it before\nr0 = r8 ; r8\n  "
		"   ^~\n");
	tasm_warns(P ".var a: u32\n.var ab: u32\nab = 1\nr0 = a\nexit", "t:7:6: warning:");
	/* not in the line at all */
	tasm_warns(P "return\n", "t:4:1: warning: r0, the result of 'p'");
}
END_TEST

START_TEST(expansions)
{
	tasm_warns(P
		".macro get to, from\n\t\\to = 1\n\t\\to = \\from\n.endm\n\tget r0, r7\n\texit",
		"t:8:2: warning: r7 is read here, but is never set; set it before\n\tget r0, "
		"r7\n\t^~~\n"
		"in expansion of get at t:6: r0 = r7\n");
	/* behind arguments that are got in front of the program */
	tasm_warns(".prog p \"usdt\"\n.macro get\n\tr0 = r7\n.endm\n\tr6 = usdt_arg(1)\n\tget\n"
		   "\texit",
		"t:6:2: warning: r7 is read here, but is never set");
	tasm_warns(".prog p \"usdt\"\n\tr6 = usdt_arg(1)\n\tr0 = r7\n\texit",
		"t:3:7: warning: r7 is read here, but is never set");
}
END_TEST

Suite *suite_lintsay(void)
{
	Suite *s = suite_create("lintsay");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, places);
	tcase_add_test(tc, expansions);
	suite_add_tcase(s, tc);
	return s;
}
