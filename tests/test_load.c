// SPDX-License-Identifier: MIT
/* test_load.c - rawbpf load, as it is called. */
#include <stdlib.h>
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
	free(out);
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
	ck_assert_ptr_nonnull(strstr(out, "\"result\": \"ENOENT\", \"error\": \""));
	ck_assert_ptr_nonnull(strstr(out, "'bpf_nowhere'"));
	free(out);
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
	/* stdout has the table and nothing else, stderr why */
	ck_assert_str_eq(strchr(out, '\n') + 1, "f        kprobe             3  EACCES\n");
	free(out);
	ck_assert_int_eq(t_run(&out, LOAD "%s/bad.bpf 2>&1 >/dev/null", TEST_BUILD), 1);
	ck_assert_msg(!strncmp(out, "rawbpf load: prog 'f' rejected at ", 34), "%s", out);
	ck_assert_ptr_nonnull(strstr(out, "/bad.bpf:4: R1 invalid mem access '"));
	ck_assert_ptr_nonnull(strstr(out, "\n  hint: "));
	ck_assert_ptr_nonnull(strstr(out, "bpf_probe_read_user"));
	free(out);
}
END_TEST

/* of the assembler, unless the text says .nowarn */
START_TEST(warnings)
{
	static const char *const heads[] = {"", ".nowarn\\n"};
	char *out;
	size_t i;

	T_NEED_ROOT();
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(t_run(&out,
					 "printf '%s.prog f \"socket\"\\n\tr0 = 0\\nl:\texit\\n' "
					 ">%s/warn.bpf; " LOAD "%s/warn.bpf 2>&1 >/dev/null",
					 heads[i], TEST_BUILD, TEST_BUILD),
			0);
		ck_assert_msg(!strstr(out, "warn.bpf:3:1: warning: nothing jumps to label 'l'") ==
				      (i == 1),
			"%s", out);
		free(out);
	}
}
END_TEST

START_TEST(usage)
{
	static const struct {
		const char *args, *says;
		int status;
	} rows[] = {
		{"", "usage: rawbpf load", 2},
		{"--frob x", "rawbpf load: no option '--frob'\nusage: rawbpf load", 2},
		{"a b", "usage: rawbpf load", 2},
		{"--help", "usage: rawbpf load", 0},
		{"/no/such/file", "rawbpf load: file '/no/such/file' cannot be opened: ENOENT", 1},
	};
	char *out;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(t_run(&out, LOAD "%s 2>&1", rows[i].args), rows[i].status);
		ck_assert_ptr_nonnull(strstr(out, rows[i].says));
		free(out);
	}
	ck_assert_int_eq(t_run(&out, LOAD "/no/such/file 2>/dev/null"), 1);
	ck_assert_str_eq(out, ""); /* stdout holds data only */
	free(out);
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
	tcase_add_test(t, warnings);
	tcase_add_test(t, usage);
	suite_add_tcase(s, t);
	return s;
}
