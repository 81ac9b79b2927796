// SPDX-License-Identifier: MIT
/* test_tool_hist.c - rawbpf hist. */
#include <stdlib.h>
#include <string.h>

#include "t.h"

#define TH_CMD TEST_BUILD "/rawbpf hist "

static void check_hist(const char *args, const char *input, int status, const char *want)
{
	char *got = NULL;
	int ret = t_run(&got, "printf -- '%s' | " TH_CMD "2>&1 %s", input, args);

	ck_assert_msg(ret == status, "%s: %d %s", args, ret, got);
	ck_assert_msg(strstr(got, want), "%s: %s", args, got);
	free(got);
}

START_TEST(text)
{
	check_hist("--val-type kbytes", "1 3\\n3 211\\n7 1\\n8 800\\n", 0,
		"     kbytes              : count     distribution\n"
		"         0 -> 1          : 3        |                                        |\n"
		"         2 -> 3          : 0        |                                        |\n"
		"         4 -> 7          : 211      |**********                              |\n");
	check_hist("--strip-leading-zero -", "4 9\\n6 2", 0, "distribution\n         8 -> 15 ");
	check_hist("--linear", "2\t7\\r\\n\\n  1024  1 \\n", 0,
		"        1024       : 1        |*****");
	check_hist("", "-60 1\\n", 0, "        16 -> 31         : 1 ");
	check_hist("--section-header pid", "a b 3 1\\n5 5\\na b 3 7\\n", 0,
		"\npid = a b\n     value               : count     distribution\n"
		"         0 -> 1          : 0  ");
}
END_TEST

START_TEST(json)
{
	check_hist("--json --val-type n", "2 7\\n", 0,
		"{\"map\": null, \"section\": null, \"val_type\": \"n\", \"buckets\": "
		"[{\"low\": 0, \"high\": 1, \"count\": 0}, {\"low\": 2, \"high\": 3, \"count\": "
		"7}]}\n");
	check_hist("--json --linear", "x\" 1 18446744073709551615\\n", 0,
		"\"section\": \"x\\\"\", \"val_type\": \"value\", \"buckets\": "
		"[{\"low\": 0, \"high\": 0, \"count\": 0}, "
		"{\"low\": 1, \"high\": 1, \"count\": 18446744073709551615}]}");
	check_hist("--json --strip-leading-zero", "64 1\\n", 0,
		"[{\"low\": 9223372036854775808, \"high\": 18446744073709551615, \"count\": 1}]");
	check_hist("--json", "", 0, "\"buckets\": []}");
}
END_TEST

START_TEST(bad_input)
{
	check_hist("", "1 2\\n\\n3x 1\\n", 1, "line 3: no slot: '3x'");
	check_hist("", "1 -2\\n", 1, "line 1: no count: '-2'");
	check_hist("", "1 18446744073709551616\\n", 1, "no count: '18446744073709551616'");
	check_hist("", "7\\n", 1, "expected SLOT COUNT, not '7'");
	check_hist("", "65 1\\n", 1, "the last slot is 64, not '65'");
	check_hist("--linear", "-1026 1\\n", 1, "the last slot is 1024, not '-1026'");
	check_hist("", "99999999999 1\\n", 1, "'99999999999'");
	check_hist("--nonsense", "", 2, "usage: rawbpf hist");
	check_hist("a b", "", 2, "usage: rawbpf hist");
	check_hist("/nonexistent", "", 1, "'/nonexistent' cannot be read");
	check_hist(">/dev/full", "1 1\\n", 1, "cannot be written");
	check_hist("--help", "", 0, "usage: rawbpf hist");
}
END_TEST

Suite *suite_tool_hist(void);
Suite *suite_tool_hist(void)
{
	Suite *s = suite_create("tool_hist");
	TCase *t = tcase_create("run");

	tcase_add_test(t, text);
	tcase_add_test(t, json);
	tcase_add_test(t, bad_input);
	tcase_set_timeout(t, 30);
	suite_add_tcase(s, t);
	return s;
}
