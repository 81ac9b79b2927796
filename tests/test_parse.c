// SPDX-License-Identifier: MIT
/* test_parse.c - which statement a line is, and what is said of the others. */

#include "t.h"
#include "tasm.h"

Suite *suite_parse(void);

START_TEST(labels_and_listings)
{
	tasm_is("a: b: r0 = 1\nif r0 == 1 goto a\nif r0 == 2 goto b\nexit",
		"b700000001000000 1500feff01000000 1500fdff02000000 9500000000000000");
	tasm_is("only:\ngoto only", "0500ffff00000000");
	tasm_is("\n; nothing\n  # nothing\nexit // end", "9500000000000000");
	tasm_is("   0: (b7) r0 = 0\n   1: (95) exit", "b700000000000000 9500000000000000");
	/* as objdump prints them: number, bytes, text */
	tasm_is("       0:\tb7 00 00 00 00 00 00 00\tr0 = 0\n"
		"       1:\t15 00 01 00 00 00 00 00\tif r0 == 0 goto +1 <p+0x18>\n"
		"       2:\t18 01 00 00 07 00 00 00 00 00 00 00 01 00 00 00\tr1 = 4294967303 ll\n"
		"       4:\t95 00 00 00 00 00 00 00\texit",
		"b700000000000000 1500010000000000 1801000007000000 0000000001000000 "
		"9500000000000000");
	/* neither too few nor too many of them, nor other digits */
	tasm_fails(".prog p \"socket\"\n0: b7 00 00 00 00 00 00 r0 = 0\nexit",
		"no instruction or macro 'b7'");
	tasm_fails(".prog p \"socket\"\n0: b7 00 00 00 00 00 00 00 00 r0 = 0\nexit",
		"no instruction or macro 'b7'");
	tasm_fails(
		".prog p \"socket\"\n0: b7 00 00 00 00 0g 00 00 r0 = 0\nexit", "'0g' is no number");
	tasm_fails(".prog p \"socket\"\n0: b7 00 00 00 00 00 00 00 \nexit",
		"the text of this instruction is missing");
	tasm_fails(".prog p \"socket\"\n0: (b7)\nexit", "the text of this instruction is missing");
	tasm_is(".word 0x0000000000000095", "9500000000000000");
}
END_TEST

/* "1:" is GNU's label, and a listing's number in front of an instruction */
START_TEST(numbers_as_labels)
{
	tasm_is("1: r0 = 1\nif r0 == 1 goto 1b\nif r0 == 2 goto 1f\n2: 1:\n1: exit\ngoto 2b\n"
		"gotol 1b\nmay_goto 1b",
		"b700000001000000 1500feff01000000 1500000002000000 9500000000000000 "
		"0500feff00000000 06000000fdffffff e500fcff00000000");
	/* where it stands when macros are expanded is what counts */
	tasm_passes(".macro down reg\n1: \\reg -= 1\nif \\reg != 0 goto 1b\ngoto 1f\n1:\n.endm\n"
		    ".prog p \"socket\"\n.nowarn\n1: r1 = 5\ndown r1\n.rept 2\nif r1 == 0 goto 2f\n"
		    "2:\n.endr\n2: goto 1f\n1: r0 = 0\nexit");
	tasm_is(".macro m\n1: r0 = 1\n.endm\n1: m\ngoto 1b", "b700000001000000 0500feff00000000");
	tasm_is("  10: r1 = r2\n  11: goto pc+1\n12: exit",
		"bf21000000000000 0500010000000000 9500000000000000");
	tasm_is("99999999999: exit\n1: .equ a, 1", "9500000000000000");
	/* what runs before the first instruction moves them */
	tasm_passes(".license \"GPL\"\n.prog p \"usdt\"\nr6 = usdt_arg(1)\n1: r0 = r6\n"
		    "if r0 == 7 goto 1f\nr6 = 7\ngoto 1b\n1: exit");
	tasm_fails(".prog p \"socket\"\nr0 = 0\nif r0 == 0 goto 1f\nexit\n1:", "runs off its end");
	/* behind the last exit nothing runs, if nothing jumps there */
	tasm_passes(".prog p \"socket\"\nr0 = 0\nexit\n1:");
	tasm_warns(".prog p \"socket\"\nr0 = 0\nexit\nunused:",
		"t:4:1: warning: nothing jumps to label 'unused'");
	tasm_passes(".macro fin\nexit\n.no:\n.endm\n.prog p \"socket\"\nr0 = 0\nfin");
	tasm_fails(".prog p \"socket\"\nif r1 == 1b goto +1\nexit", "'1b' is no number");
	tasm_fails(".prog a \"socket\"\n1: exit\n.prog b \"socket\"\ngoto 1b",
		"t:4:6: error: no label '1:' stands above this jump");
	tasm_fails("1: r0 = 0", "an instruction before any program");
}
END_TEST

START_TEST(unknown_statements)
{
	tasm_fails(".prog p \"socket\"\nretrun 0",
		"t:2:1: error: no instruction or macro 'retrun'; "
		"did you mean 'return'?");
	tasm_fails(".pog p \"socket\"", "no directive '.pog'; did you mean '.prog'?");
	tasm_fails(".macor x", "no directive '.macor'; did you mean '.macro'?");
	tasm_fails(".prog p \"socket\"\ncomm name",
		"t:2:1: error: no instruction or macro 'comm'; add '.include \"std.inc\"'");
	tasm_fails(".prog p \"socket\"\nhist_ad d, r6",
		"no instruction or macro 'hist_ad'; did you mean 'hist_add' of \"hist.inc\"?");
	tasm_fails(".include \"std.inc\"\n.prog p \"socket\"\nmap_ink m, k",
		"no instruction or macro 'map_ink'; did you mean 'map_inc'?");
	tasm_fails(".elsif x", "no directive '.elsif'; did you mean '.elseif'?");
	tasm_fails(".waring \"x\"", "no directive '.waring'; did you mean '.warning'?");
	tasm_fails(".purgemm x", "no directive '.purgemm'; did you mean '.purgem'?");
	tasm_fails(".iprc c, x", "no directive '.iprc'; did you mean '.irpc'?");
	tasm_fails(".end", "'.end' without '.struct'");
	tasm_fails("+ 5", "no statement begins like this");
	tasm_fails(".prog p \"socket\"\nnowhere = 5\nexit", "no variable 'nowhere'");
	tasm_fails(".prog p \"socket\"\nexit exit", "'exit' is too much here");
	tasm_fails(".macro greet\nexit\n.endm\n.prog p \"socket\"\ngret",
		"no instruction or macro 'gret'; did you mean 'greet'?");
	tasm_fails(".struct s\na: u32\n", "'.struct s' has no '.end'");
}
END_TEST

START_TEST(an_error_in_an_expansion_names_both_places)
{
	tasm_fails(".macro bad reg\nr1 = \\reg\n.endm\n.prog p \"socket\"\nbad r11\nexit", "t:5:");
	tasm_fails(".macro bad reg\nr1 = \\reg\n.endm\n.prog p \"socket\"\nbad r11\nexit",
		"in expansion of bad");
}
END_TEST

START_TEST(context_after_labels)
{
	/* behind a jump r1 may be what it was: that is the verifier's to say */
	tasm_passes(".prog p \"kprobe/f\"\nif r1 == 0 goto a\ncall 5\nexit\na: r2 = arg1\nr0 = 0\n"
		    "exit");
	tasm_fails(".prog p \"kprobe/f\"\nif r1 == 0 goto a\ncall 5\na: r2 = arg1\nr0 = 0\nexit",
		"'arg1' after a call or a change of r1; save the context: '.ctx r6'");
}
END_TEST

Suite *suite_parse(void)
{
	Suite *s = suite_create("parse");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, labels_and_listings);
	tcase_add_test(tc, numbers_as_labels);
	tcase_add_test(tc, unknown_statements);
	tcase_add_test(tc, an_error_in_an_expansion_names_both_places);
	tcase_add_test(tc, context_after_labels);
	suite_add_tcase(s, tc);
	return s;
}
