// SPDX-License-Identifier: MIT
/* test_parse_insn.c - arithmetic and constants, in every spelling. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_parse_insn(void);

START_TEST(arithmetic)
{
	tasm_is("r1 += r2", "0f21000000000000");
	tasm_is("w3 += 7", "0403000007000000");
	tasm_is("r1 s>>= 16", "c701000010000000");
	tasm_is("r1 s/= r2\nw1 s%= 3", "3f21010000000000 9401010003000000");
	tasm_is("r1 = -r1\nw9 = -w9", "8701000000000000 8409000000000000");
	tasm_is("r1 = (s8)r2\nw1 = (s16) w2\nr1 = (s32)r2",
		"bf21080000000000 bc21100000000000 bf21200000000000");
	tasm_is("r1 = be16 r1\nr0 = le64 r0\nr9 = bswap32 r9",
		"dc01000010000000 d400000040000000 d709000020000000");
	tasm_is("r1 = &(void __percpu *)(r2)", "bf21ffff00000000");
	tasm_fails(".prog p \"socket\"\nr1 = &(void __percpu *)(w2)\nexit",
		"an address is 64 bits wide: r2");
	tasm_is("r1 <<= (1 << 4) | 1", "6701000011000000");
	tasm_is("r1 = 2 + 3 * 4", "b70100000e000000");
}
END_TEST

START_TEST(constants)
{
	tasm_is("r1 = -1\nw1 = 0xffffffff", "b7010000ffffffff b4010000ffffffff");
	tasm_is("r1 = 0x123456789 ll", "1801000089674523 0000000001000000");
	tasm_is("r0 = 0 ll", "1800000000000000 0000000000000000");
	tasm_is("r1 = 'a'", "b701000061000000");
	tasm_fails(".prog p \"socket\"\nr1 = 0xffffffff\nexit",
		"t:2:6: error: 0xffffffff does not fit in 32 bits; a wider constant is written");
	tasm_fails(".prog p \"socket\"\nw1 = 5 ll\nexit", "w1 is 32 bits wide");
	tasm_fails(".prog p \"socket\"\nr1 += 0x100000000\nexit", "does not fit in 32 bits");
}
END_TEST

START_TEST(lines_of_a_verifier_log)
{
	tasm_is("12: (bf) r1 = r2                     ; R1_w=scalar() R2=ctx()",
		"bf21000000000000");
	tasm_is("0: (0f) r1 += r2", "0f21000000000000");
	tasm_is("0: (18) r1 = 0xffff8880", "180100008088ffff 0000000000000000");
	tasm_is("  7: r1 = r2", "bf21000000000000");
	tasm_is("3: (25) if r1 > 0xffffffff goto pc+1", "25010100ffffffff");
}
END_TEST

/* Each instruction of real logs, from 5.10 to 7.3, gives the opcode that the log has in brackets. */
static unsigned log_lines(const char *file)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	char *data = t_data(file, NULL), *line, *save = NULL, *bracket;
	struct bpfasm_out out;
	unsigned n = 0, insn, code;

	for (line = strtok_r(data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "|%u: (%2x) ", &insn, &code) != 2)
			continue;
		/* what the verifier refuses to know, and what its log cut off */
		bracket = strchr(line, ')');
		if (strstr(line, "r11") || strstr(bracket, "(u16 *)(r10 -8) +=") ||
			(strstr(line, " if ") && !strstr(line, "goto")))
			continue;
		ck_assert_msg(!bpfasm_assemble(line + 1, strlen(line + 1), &o, &out), "%s\n%s",
			line, out.diag);
		ck_assert_msg(out.data[0] == code, "%s: %02x", line, out.data[0]);
		bpfasm_free(&out);
		n++;
	}
	free(data);
	return n;
}

START_TEST(whole_logs)
{
	ck_assert_uint_gt(log_lines("refusals/vm-5.10.txt"), 50);
	ck_assert_uint_gt(log_lines("refusals/vm-7.3.txt"), 50);
	ck_assert_uint_gt(log_lines("refusals/host-6.18.txt"), 50);
}
END_TEST

START_TEST(errors)
{
	static const char *const bad[][2] = {
		{"r1 = r11", "t:2:6: error: no register 'r11'; did you mean 'r10'?"},
		{"r1 = w2", "r1 and w2 are not equally wide"},
		{"w1 += r2", "w1 and r2 are not equally wide"},
		{"r1 = -r2", "only 'r1 = -r1' is an instruction"},
		{"r1 = be16 r2", "only 'r1 = be16 r1' is an instruction"},
		{"r1 =", "t:2:5: error: a value is missing behind '='"},
		{"r1 + r2", "'+' is no operator of an instruction"},
		{"r1", "'=' or another operator expected"},
		{"r1 = r2 r3", "t:2:9: error: 'r3' is too much here"},
		{"r1 s+= r2", "no signed operator"},
		{"w1 = (s32)w2",
			"t:2:11: error: '(s32)' makes 64 bits of 32; write 'r1 = (s32)r2'"},
		{"r1 = (s32)w2", "r1 and w2 are not equally wide; write 'r1 = (s32)r2'"},
		{"w1 = (s8)r2", "w1 and r2 are not equally wide; write 'w1 = (s8)w2'"},
		{"r1 = 0x8000000000000000", "error: 0x8000000000000000 does not fit in 32 bits"},
		{"r1 += 0x8000000000000000", "error: 0x8000000000000000 does not fit in 32 bits"},
		{"r1 = -0x80000001", "error: -0x80000001 does not fit in 32 bits"},
		{"r1 = 1 << 40", "error: 1099511627776 does not fit in 32 bits"},
		{"r1 = nothing", "unknown name 'nothing'"},
	};

	tasm_lines_fail(".prog p \"socket\"\n", bad, sizeof(bad) / sizeof(*bad));
}
END_TEST

Suite *suite_parse_insn(void)
{
	Suite *s = suite_create("parse_insn");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, arithmetic);
	tcase_add_test(tc, constants);
	tcase_add_test(tc, lines_of_a_verifier_log);
	tcase_add_test(tc, whole_logs);
	tcase_add_test(tc, errors);
	suite_add_tcase(s, tc);
	return s;
}
