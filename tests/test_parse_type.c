// SPDX-License-Identifier: MIT
/* test_parse_type.c - records are laid out as C does. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_parse_type(void);

START_TEST(natural_alignment)
{
	tasm_is(".struct r\na: u8\nb: u32\nc: char[3]\nd: u64\ne: s16\n.end\n"
		"r1 = r.b\nr1 = r.c\nr1 = r.d\nr1 = r.e\nr1 = sizeof(r)\nr1 = sizeof(r.c)",
		"b701000004000000 b701000008000000 b701000010000000 b701000018000000 "
		"b701000020000000 b701000003000000");
}
END_TEST

START_TEST(both_spellings)
{
	tasm_is(".struct r\nu8 a\nchar name[5]\nu32 b\n.end\nr1 = r.name\nr1 = r.b\nr1 = sizeof(r)",
		"b701000001000000 b701000008000000 b70100000c000000");
}
END_TEST

START_TEST(records_in_records)
{
	tasm_is(".struct in\na: u32\nb: u64\n.end\n.struct out\nx: u8\ny: in\n.end\n"
		"r1 = out.y.b\nr1 = sizeof(out)\nr2 = r3->out.y.b",
		"b701000010000000 b701000018000000 7932100000000000");
}
END_TEST

static void fails_once(const char *text, const char *want)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;

	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), -EINVAL);
	ck_assert_msg(strstr(out.diag, want) && out.n_errors == 1, "'%s': %s", text, out.diag);
	bpfasm_free(&out);
}

/* a record that begins or ends as C has it, or not at all, is one error */
START_TEST(one_error_a_record)
{
	static const char rest[] = ".map m hash(key, u64, 4)\n.prog p \"socket\"\n.var k: key\n"
				   "k.pid = 1\nreturn 0\n";
	static const char *const heads[][2] = {
		{".struct key {\nu32 pid;\nu32 tid;\n};\n",
			"t:1:13: error: a record is '.struct key', lines of 'NAME: TYPE', and "
			"'.end' on a line of its own"},
		{".struct key { u32 pid; u32 tid; };\n", "a record is '.struct key', lines of "},
		{".struct key {\nu32 pid;\n", "a record is '.struct key', lines of "},
		{".struct key\npid: u32\n", "t:1:9: error: '.struct key' has no '.end'"},
	};
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", heads[i][0], rest);
		fails_once(text, heads[i][1]);
	}
}
END_TEST

START_TEST(errors)
{
	tasm_fails(".struct", "a record is '.struct NAME'");
	tasm_fails(".struct u32", "'u32' is a type already");
	tasm_fails(".struct r\n.end", "struct 'r' has no fields");
	tasm_fails(".struct r\na: u32\na: u32\n.end", "struct 'r' has a field 'a' already");
	tasm_fails(".struct r\na: u32\n.end\n.struct r\na: u32\n.end",
		"struct 'r' is already declared at line 1");
	tasm_fails(".struct r\na u32\n.end", "no type 'a'");
	tasm_fails(".struct r\na: u32[4]\n.end",
		"t:2:7: error: only char has an array in a record: 'NAME: char[BYTES]'; write the "
		"elements as fields");
	tasm_fails(".struct r\nu8 a[4];\n.end", "only char has an array in a record");
	tasm_fails(".struct r\na: char[0]\n.end", "0 is no size");
	tasm_fails(".struct r\na: char[65536]\nb: u8\n.end", "larger than 65536 bytes");
	tasm_fails(".struct r\na: r\n.end", "no type 'r'");
	tasm_fails(".struct r\nabc: u32\n.end\n.prog p \"socket\"\nr1 = r.abd\nexit",
		"struct 'r' has no field 'abd'; did you mean 'abc'?");
}
END_TEST

/* The largest struct there is; were each name sought among all, the test's time would not do. */
START_TEST(very_many_fields)
{
	size_t i, len = 0;
	char *text = malloc(1 << 20);

	len += (size_t)sprintf(text, ".struct s\n");
	for (i = 0; i < 65536; i++)
		len += (size_t)sprintf(text + len, "f%zu: u8\n", i);
	sprintf(text + len, ".end\n.prog p \"socket\"\nr0 = s.f65535\nexit\n");
	tasm_is(text, "b7000000ffff0000 9500000000000000");
	free(text);
}
END_TEST

Suite *suite_parse_type(void)
{
	Suite *s = suite_create("parse_type");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, natural_alignment);
	tcase_add_test(tc, both_spellings);
	tcase_add_test(tc, records_in_records);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, one_error_a_record);
	tcase_add_test(tc, very_many_fields);
	suite_add_tcase(s, tc);
	return s;
}
