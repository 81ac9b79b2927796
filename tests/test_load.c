// SPDX-License-Identifier: MIT
/* test_load.c - rawbpf load, as it is called. */
#include <string.h>

#include "t.h"

#define LOAD TEST_BUILD "/rawbpf load "

START_TEST(table)
{
	char *out;

	T_NEED_ROOT();
	ck_assert_int_eq(t_run(&out, LOAD TEST_DATA "/object/all.bpf.o 2>&1"), 0);
	ck_assert_ptr_nonnull(strstr(out, "program      type            instructions  result\n"));
	ck_assert_ptr_nonnull(strstr(out, "not_loaded   raw_tracepoint"));
}
END_TEST

START_TEST(json)
{
	char *out;

	T_NEED_ROOT();
	ck_assert_int_eq(t_run(&out, LOAD "--json " TEST_DATA "/object/odd.bpf.o"), 1);
	ck_assert_ptr_nonnull(
		strstr(out, "{\"prog\": \"good\", \"section\": \"kprobe/f\", \"type\": "
			    "\"kprobe\", \"insns\": 2, \"result\": \"ok\", \"error\": "
			    "null, \"hint\": null}\n"));
	ck_assert_ptr_nonnull(
		strstr(out, "\"result\": \"EINVAL\", \"error\": \"program 'calls_now"));
}
END_TEST

START_TEST(refused_line)
{
	char *out;

	T_NEED_ROOT();
	ck_assert_int_eq(
		t_run(&out,
			"printf '.license \"GPL\"\\n.prog f \"uprobe/c:strlen\"\\n\\tr1 = *(u64 "
			"*)(r1 +112)\\n\\tr0 = *(u64 *)(r1 +0)\\n\\texit\\n' >%s/bad.bpf; " LOAD
			"%s/bad.bpf",
			TEST_BUILD, TEST_BUILD),
		1);
	ck_assert_ptr_nonnull(strstr(out, "EACCES\n"));
	ck_assert_ptr_nonnull(strstr(out, "/bad.bpf:4: R1 invalid mem access '"));
	ck_assert_ptr_nonnull(strstr(out, "bpf_probe_read_user"));
}
END_TEST

START_TEST(usage)
{
	char *out;

	ck_assert_int_eq(t_run(&out, LOAD "2>&1"), 2);
	ck_assert_int_eq(t_run(&out, LOAD "--frob x 2>&1"), 2);
	ck_assert_int_eq(t_run(&out, LOAD "a b 2>&1"), 2);
	ck_assert_int_eq(t_run(&out, LOAD "--help"), 0);
	ck_assert_ptr_nonnull(strstr(out, "usage: rawbpf load"));
	ck_assert_int_eq(t_run(&out, LOAD "/no/such/file 2>&1"), 1);
	ck_assert_ptr_nonnull(
		strstr(out, "rawbpf load: file '/no/such/file' cannot be opened: ENOENT"));
	ck_assert_int_eq(t_run(&out, LOAD "/no/such/file 2>/dev/null"), 1);
	ck_assert_str_eq(out, "");
}
END_TEST

Suite *suite_load(void);
Suite *suite_load(void)
{
	Suite *s = suite_create("load");
	TCase *t = tcase_create("live");

	tcase_add_test(t, table);
	tcase_add_test(t, json);
	tcase_add_test(t, refused_line);
	tcase_add_test(t, usage);
	suite_add_tcase(s, t);
	return s;
}
