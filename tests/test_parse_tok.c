// SPDX-License-Identifier: MIT
/* test_parse_tok.c - registers, numbers and expressions in their places. */
#include "t.h"
#include "tasm.h"

Suite *suite_parse_tok(void);

START_TEST(expressions)
{
	tasm_is(".equ N, 5\nr1 = N\nr1 = -N\nr1 += (N + 1) * 2\nr1 = *(u8 *)(r2 + N - 1)",
		"b701000005000000 b7010000fbffffff 070100000c000000 7121040000000000");
	tasm_is("r1 = sizeof(\"text\")\nr1 = sizeof(u64)\nr1 = ~0", "b701000005000000 "
								    "b701000008000000 "
								    "b7010000ffffffff");
	tasm_is("if r1 == 1 << 3 goto +0", "1501000008000000");
}
END_TEST

START_TEST(errors)
{
	tasm_fails(".equ LIMIT, 5\n.prog p \"socket\"\nr1 = LIMT\nexit",
		"unknown name 'LIMT'; did you mean 'LIMIT'?");
	tasm_fails(".prog p \"socket\"\nr1 = *(u8 *)(r99 +0)\nexit", "no register 'r99'");
	tasm_fails(".prog p \"socket\"\nr01 = 0\nexit", "no register 'r01'; did you mean 'r1'?");
	tasm_fails(".prog p \"socket\"\nr1 = sizeof(nothing)\nexit", "nothing");
	tasm_fails(".prog p \"socket\"\nr1 = 5 5\nexit", "'5' is too much here");
}
END_TEST

Suite *suite_parse_tok(void)
{
	Suite *s = suite_create("parse_tok");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, expressions);
	tcase_add_test(tc, errors);
	suite_add_tcase(s, tc);
	return s;
}
