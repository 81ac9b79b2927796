// SPDX-License-Identifier: MIT
/* test_cond.c - .if and its kin. */
#include "t_macro.h"

START_TEST(conditions)
{
	t_gives(".if 1\na\n.else\nb\n.endif\n", "a\n");
	t_gives(".if 0\na\n.else\nb\n.endif\n", "b\n");
	t_gives(".if 0\na\n.elseif 1\nb\n.elseif 1\nc\n.else\nd\n.endif\n", "b\n");
	t_gives(".if 0\n.if 1\na\n.else\nb\n.endif\n.else\nc\n.endif\n", "c\n");
	t_gives(".if 0\n\"unterminated\n\x80 .if\n.endif\nx\n", "x\n");
	t_gives(".if 0\n.macro m\nx\n.endm\n.endif\nm\n", "m\n");
	t_gives(".if 0\n/*\n.endif\n*/\nx\n.endif\ny\n", "y\n");
	t_gives(".if 1\n.elseif 1 / 0\n.endif\n", "");
	t_gives(".ifdef A\na\n.else\nb\n.endif\n.equ A, 0\n.ifdef A\nc\n.endif\n", "b\nc\n");
	t_gives(".ifndef A\n.equ A, 0\nx\n.endif\n.ifndef A\ny\n.endif\n", "x\n");
	t_gives(".macro m a, b\n.ifb \\b\nx \\a\n.else\ny \\a\n.endif\n.endm\nm 1\nm 1, 2\n",
		"x 1\ny 1\n");
	t_gives(".macro m a\n.ifc \\a, r6\nx\n.endif\n.ifnc \\a,r6\ny\n.endif\n.endm\nm r6\nm r7\n",
		"x\ny\n");
	t_gives(".if KERNEL >= 5.5 && KERNEL < 5.11\na\n.endif\n.if KERNEL == 5.10.0\nb\n.endif\n",
		"a\nb\n");
	t_fails("\n .if 1\nx\n", "a.bpf:2:2: error: .if without .endif");
	t_fails(".else\n", "'.else' without .if");
	t_fails(".endif\n", "'.endif' without .if");
	t_fails(".elseif 1\n", "'.elseif' without .if");
	t_fails(".if 1\n.else\n.else\n.endif\n", "'.else' after .else");
	t_fails(".if 0\n.else\n.elseif 1\n.endif\n", "'.elseif' after .else");
	t_fails(".macro m\n.endif\n.endm\n.if 1\nm\n.endif\n", "'.endif' without .if");
	t_fails(".macro m\n.if 1\n.endm\nm\n", ".if without .endif");
	t_fails(".if zzz\na\n.else\nb\n.endif\nc\n", "unknown name 'zzz'");
	ck_assert_str_eq(tm.out, "c\n");
	tm.opts.kernel = 0;
	t_fails(".if KERNEL > 5.5\n.endif\n",
		"a.bpf:1:5: error: KERNEL needs a target: give --kernel\n"
		".if KERNEL > 5.5\n    ^~~~~~\n");
	t_gives(".ifdef KERNEL\nx\n.endif\n", "");
}
END_TEST

/* behind a false .if nobody else would see it */
START_TEST(misspelt_where_lines_are_passed_over)
{
	t_gives(".if 0\na\n.elif 1\nb\n.endif\n", "b\n");
	t_fails(".if 0\n\t.elsif 1\nb\n.endif\n",
		"a.bpf:2:2: error: no directive '.elsif'; did you mean '.elseif'?\n"
		"\t.elsif 1\n\t^~~~~~");
	t_fails(".if 0\n.ifedf A\n.endif\n.endif\n", "did you mean '.ifdef'?");
	t_fails(".if 0\n.esle\n.endif\n", "did you mean '.else'?");
	t_gives(".if 0\n.end\n.endl:\n.endl = 5\n.macor\n.varr x: u32\n/*\n.elsif\n*/\n.endif\n",
		"");
	t_gives(".macro .elsf\n.endm\n.if 0\n.elsf\n.endif\nx\n", "x\n");
}
END_TEST

Suite *suite_cond(void);
Suite *suite_cond(void)
{
	Suite *s = suite_create("cond");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, t_macro_setup, t_macro_teardown);
	tcase_add_test(t, conditions);
	tcase_add_test(t, misspelt_where_lines_are_passed_over);
	suite_add_tcase(s, t);
	return s;
}
