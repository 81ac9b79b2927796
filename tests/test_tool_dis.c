// SPDX-License-Identifier: MIT
/* test_tool_dis.c - rawbpf dis: each kind of input, and what it refuses. */
#include <stdlib.h>
#include <string.h>

#include "t.h"

#define DIS TEST_BUILD "/rawbpf dis"

Suite *suite_tool_dis(void);

static const char text[] = "r1 = 0x123 ll\nif r1 == 0x0 goto pc+1\nr1 += -1\nexit\n";

#define LE                                                               \
	"18010000230100000000000000000000\\n1501010000000000\\n07010000" \
	"ffffffff\\n9500000000000000\\n"
#define BE                                                               \
	"18100000000001230000000000000000\\n1510000100000000\\n07100000" \
	"ffffffff\\n9500000000000000\\n"

static void expect(const char *command)
{
	char *out;

	ck_assert_msg(t_run(&out, "%s", command) == 0, "%s: %s", command, out);
	ck_assert_str_eq(out, text);
	free(out);
}

START_TEST(hex)
{
	expect("printf '" LE "' | " DIS " -EL -");
	expect("printf '" BE "' | " DIS " --big-endian -");
	/* in capitals, with space around it, the two halves on lines of their own */
	expect("printf ' 1801000023010000\\r\\n0000000000000000\\n\\n 1501010000000000 "
	       "07010000FFFFFFFF\\n9500000000000000' | " DIS " -EL -");
}
END_TEST

START_TEST(raw)
{
	expect("printf '\\030\\001\\0\\0\\043\\001\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0"
	       "\\025\\001\\001\\0\\0\\0\\0\\0\\007\\001\\0\\0\\377\\377\\377\\377"
	       "\\225\\0\\0\\0\\0\\0\\0\\0' | " DIS " --little-endian -");
}
END_TEST

START_TEST(invalid_words_are_named)
{
	char *out;

	ck_assert_int_eq(t_run(&out, "echo ff00000000000000 | " DIS " -EL -"), 0);
	ck_assert_str_eq(out, ".word 0x00000000000000ff ; invalid: opcode 0xff\n");
	free(out);
}
END_TEST

START_TEST(refusals)
{
	char *out;

	ck_assert_int_eq(t_run(&out, "printf 1234567 | " DIS " - 2>&1"), 1);
	ck_assert_str_eq(out,
		"rawbpf dis: '-' holds no instructions: neither ELF nor hex, and 7 is "
		"no multiple of 8 bytes\n");
	free(out);
	ck_assert_int_eq(t_run(&out, ": | " DIS " - 2>&1"), 1);
	ck_assert_str_eq(out, "rawbpf dis: '-' holds no instructions: it is empty\n");
	free(out);
	ck_assert_int_eq(t_run(&out, DIS " /nonexistent 2>&1"), 1);
	ck_assert_str_eq(out, "rawbpf dis: '/nonexistent' cannot be read: ENOENT\n");
	free(out);
	ck_assert_int_eq(t_run(&out, DIS " " TEST_BUILD "/rawbpf 2>&1"), 1);
	ck_assert_ptr_nonnull(strstr(out, "this ELF file is not a BPF object"));
	free(out);
	ck_assert_int_eq(t_run(&out, "printf 12345678 | " DIS " - >/dev/full 2>/dev/null"), 1);
	free(out);
}
END_TEST

START_TEST(usage)
{
	char *out;

	ck_assert_int_eq(t_run(&out, DIS " 2>/dev/null"), 2);
	ck_assert_str_eq(out, "");
	free(out);
	ck_assert_int_eq(t_run(&out, DIS " -x a 2>/dev/null"), 2);
	free(out);
	ck_assert_int_eq(t_run(&out, DIS " a b 2>/dev/null"), 2);
	free(out);
	ck_assert_int_eq(t_run(&out, DIS " --help"), 0);
	ck_assert_ptr_nonnull(strstr(out, "usage: rawbpf dis "));
	free(out);
}
END_TEST

Suite *suite_tool_dis(void)
{
	Suite *s = suite_create("tool_dis");
	TCase *t = tcase_create("command");

	tcase_add_test(t, hex);
	tcase_add_test(t, raw);
	tcase_add_test(t, invalid_words_are_named);
	tcase_add_test(t, refusals);
	tcase_add_test(t, usage);
	suite_add_tcase(s, t);
	return s;
}
