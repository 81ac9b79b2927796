// SPDX-License-Identifier: MIT
/* test_explain.c - rawbpf explain, as a user runs it. */
#include <stdlib.h>
#include <string.h>

#include "t.h"

#define EXPLAIN TEST_BUILD "/rawbpf explain"

static const char log_cmd[] =
	"printf '0: (79) r1 = *(u64 *)(r1 +112)\\n; x = *p; @ a.c:7\\n"
	"1: (79) r0 = *(u64 *)(r1 +0)\\nR1 invalid mem access '\"'scalar'\"'\\n"
	"processed 2 insns\\n' | ";

static void has(const char *text, const char *word)
{
	ck_assert_msg(strstr(text, word), "no '%s' in '%s'", word, text);
}

START_TEST(text)
{
	char *out;

	ck_assert_int_eq(t_run(&out, "%s " EXPLAIN " -", log_cmd), 0);
	has(out, "a.c:7: insn 1: R1 invalid mem access 'scalar'\n");
	has(out, "  hint: r1 is a plain number here; read through it with bpf_probe_read_user");
	has(out, "insn 0 'r1 = *(u64 *)(r1 +112)'");
	free(out);
}
END_TEST

START_TEST(json)
{
	char *out;

	ck_assert_int_eq(t_run(&out, "%s " EXPLAIN " --errno EACCES --json", log_cmd), 0);
	has(out, "{\"insn\": 1, \"line\": 7, \"msg\": \"R1 invalid mem access 'scalar'\", "
		 "\"hint\": \"r1 is a plain number");
	has(out, "\"file\": \"a.c\", \"errno\": \"EACCES\"}\n");
	free(out);
	ck_assert_int_eq(t_run(&out, "echo 'unreachable insn 3' | " EXPLAIN " --json"), 0);
	has(out, "{\"insn\": 3, \"line\": null, \"msg\": \"unreachable insn 3\"");
	has(out, "\"errno\": null}");
	free(out);
}
END_TEST

START_TEST(empty_log_goes_by_errno)
{
	char *out;

	ck_assert_int_eq(t_run(&out, EXPLAIN " --errno 7 </dev/null"), 0);
	has(out, "the verifier wrote no message: E2BIG");
	has(out, "no instructions");
	free(out);
	ck_assert_int_eq(t_run(&out, EXPLAIN " --errno -eperm </dev/null"), 0);
	has(out, "CAP_BPF");
	free(out);
}
END_TEST

START_TEST(failures)
{
	char *out;

	ck_assert_int_eq(t_run(&out, EXPLAIN " </dev/null 2>/dev/null"), 1);
	ck_assert_str_eq(out, "");
	free(out);
	ck_assert_int_eq(
		t_run(&out, "echo 'processed 2 insns (limit 1)' | " EXPLAIN " 2>&1 >/dev/null"), 1);
	has(out, "the log holds no refusal");
	free(out);
	ck_assert_int_eq(t_run(&out, EXPLAIN " /nowhere/log 2>&1"), 1);
	has(out, "'/nowhere/log' cannot be read");
	free(out);
	ck_assert_int_eq(t_run(&out, EXPLAIN " --errno EFOO 2>&1"), 2);
	has(out, "no errno 'EFOO'");
	free(out);
	ck_assert_int_eq(t_run(NULL, EXPLAIN " --nothing 2>/dev/null"), 2);
	ck_assert_int_eq(t_run(NULL, EXPLAIN " a b 2>/dev/null"), 2);
	ck_assert_int_eq(t_run(&out, EXPLAIN " --help"), 0);
	has(out, "usage: rawbpf explain");
	free(out);
	ck_assert_int_eq(t_run(NULL, "%s " EXPLAIN " >/dev/full 2>/dev/null", log_cmd), 1);
}
END_TEST

Suite *suite_explain(void);
Suite *suite_explain(void)
{
	Suite *s = suite_create("explain");
	TCase *t = tcase_create("tool");

	tcase_add_test(t, text);
	tcase_add_test(t, json);
	tcase_add_test(t, empty_log_goes_by_errno);
	tcase_add_test(t, failures);
	suite_add_tcase(s, t);
	return s;
}
