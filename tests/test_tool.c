// SPDX-License-Identifier: MIT
/* test_tool.c - what all subcommands share: wrong usage, --help, and outputs that fail. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"

static const char *const tools[] = {
	"run", "load", "asm", "dis", "trace", "hist", "explain", "usdt", "syms", "doctor"};
enum { N_TOOLS = sizeof(tools) / sizeof(*tools) };

/* What is wrong with the arguments, then usage; all on stderr. */
static void check_wrong(const char *tool, const char *args, const char *what)
{
	char want[256], *out;

	ck_assert_msg(t_run(&out, TEST_BUILD "/rawbpf %s %s 2>/dev/null", tool, args) == 2, "%s %s",
		tool, args);
	ck_assert_str_eq(out, "");
	free(out);
	t_run(&out, TEST_BUILD "/rawbpf %s %s 2>&1", tool, args);
	snprintf(want, sizeof(want), "rawbpf %s: %s\nusage: rawbpf %s ", tool, what, tool);
	ck_assert_msg(!strncmp(out, want, strlen(want)), "%s %s: %s", tool, args, out);
	free(out);
}

START_TEST(wrong_option)
{
	check_wrong(tools[_i], "--bogus", "no option '--bogus'");
	check_wrong(tools[_i], "-Z", "no option '-Z'");
	check_wrong(tools[_i], "--help=x", "option '--help' takes no argument: '--help=x'");
	check_wrong(tools[_i], "a b c",
		strcmp(tools[_i], "syms") == 0	   ? "no use for 'c'"
		: strcmp(tools[_i], "doctor") == 0 ? "no use for 'a'"
						   : "no use for 'b'");
}
END_TEST

START_TEST(wrong_argument)
{
	check_wrong("run", "-d", "option '-d' needs an argument");
	check_wrong("run", "-vZ x", "no option '-Z'");
	check_wrong("run", "-d x f", "'x' is no value for -d");
	check_wrong("run", "", "no FILE given");
	check_wrong("load", "", "no FILE given");
	check_wrong("asm", "--arch", "option '--arch' needs an argument");
	check_wrong("asm", "-EX f", "no option '-EX'");
	check_wrong("asm", "--kernel x f", "'x' is no kernel version; they look like 5.10");
	check_wrong("dis", "-EX f", "no option '-EX'");
	check_wrong("dis", "", "no FILE given");
	check_wrong("syms", "", "no PATH or NAME given");
	check_wrong("usdt", "", "no PATH or -p PID given");
	check_wrong("usdt", "-p 1 f", "no use for 'f'");
	check_wrong("usdt", "-p x", "no process number: 'x'");
	check_wrong("explain", "--errno x", "no errno 'x'");
	check_wrong("trace", "--symbol", "option '--symbol' needs an argument");
	check_wrong("audit", "", "no diff A B given");
	check_wrong("audit", "diff a", "no diff A B given");
	check_wrong("audit", "--bogus", "no option '--bogus'");
	check_wrong("doctor", "--json --reap", "--json or --reap, not both");
}
END_TEST

START_TEST(help)
{
	char *out;

	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf %s --help 2>/dev/null", tools[_i]), 0);
	ck_assert_ptr_eq(strstr(out, "usage: rawbpf "), out);
	ck_assert_str_ne(out + strlen(out) - 2, "\n\n");
	free(out);
	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf %s --help 2>&1 >/dev/full", tools[_i]), 1);
	ck_assert_ptr_nonnull(strstr(out, ": stdout cannot be written: ENOSPC\n"));
	free(out);
	ck_assert_int_eq(t_run(NULL, TEST_BUILD "/rawbpf --help >/dev/full 2>&1"), 1);
}
END_TEST

/* A closed stdout, stdin or stderr is not what the next open(2) gets. */
START_TEST(closed_fds)
{
	char *out;

	ck_assert_int_eq(t_run(&out, "echo 1 2 | " TEST_BUILD "/rawbpf hist 2>&1 >&-"), 1);
	ck_assert_ptr_nonnull(strstr(out, "EBADF\n"));
	free(out);
	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf hist <&- 2>&1"), 0);
	ck_assert_str_eq(out, "");
	free(out);
	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf syms /no/such 2>&-"), 1);
	ck_assert_str_eq(out, "");
	free(out);
	ck_assert_int_eq(t_run(&out, "echo 1 2 | " TEST_BUILD "/rawbpf hist 2>&1 >/dev/full"), 1);
	ck_assert_str_eq(out, "rawbpf hist: histogram cannot be written: ENOSPC\n");
	free(out);
}
END_TEST

Suite *suite_tool(void);
Suite *suite_tool(void)
{
	Suite *s = suite_create("tool");
	TCase *t = tcase_create("all");

	tcase_add_loop_test(t, wrong_option, 0, N_TOOLS);
	tcase_add_test(t, wrong_argument);
	tcase_add_loop_test(t, help, 0, N_TOOLS);
	tcase_add_test(t, closed_fds);
	suite_add_tcase(s, t);
	return s;
}
