// SPDX-License-Identifier: MIT
/* test_demo.c - what make demo and make check say of rights that are missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

#define RIGHTS TEST_ROOT "/tools/demo/rights.sh "

/* The script on a status file of these ids and capabilities. */
static void check_rights(
	const char *what, int uid, const char *caps, int status, const char *const *says)
{
	char *out;
	int ret;

	ret = t_run(&out,
		"f=$(mktemp) && printf 'Name:\\tx\\nUid:\\t1000\\t%d\\t1\\t1\\nCapInh:\\t0\\n"
		"CapEff:\\t%s\\n' >$f && " RIGHTS "%s $f 2>&1; r=$?; rm $f; exit $r",
		uid, caps, what);
	ck_assert_msg(ret == status, "%s %s: %d, %s", what, caps, ret, out);
	if (status)
		ck_assert_msg(strchr(out, '\n') == out + strlen(out) - 1, "one line: %s", out);
	else
		ck_assert_str_eq(out, "");
	for (; says && *says; says++)
		ck_assert_msg(strstr(out, *says), "%s: %s", *says, out);
	free(out);
}

#define SAYS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(rights)
{
	check_rights("demo", 0, "000001ffffffffff", 0, NULL);
	/* before Linux 5.8 there was no more */
	check_rights("demo", 0, "0000000000200000", 0, NULL);
	check_rights("demo", 0, "0000000000000000", 1,
		SAYS("demo: CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN missing: ", "container"));
	check_rights("check", 1000, "0000000000000000", 1,
		SAYS("check: CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN, CAP_DAC_OVERRIDE missing: ",
			"live tests are skipped", "sudo make check"));
	check_rights("demo", 0, "000000c000000000", 1, SAYS("demo: CAP_SYS_ADMIN missing: "));
	check_rights("demo", 1000, "0000000000200000", 1,
		SAYS("demo: CAP_DAC_OVERRIDE missing: ", "sudo make demo"));
}
END_TEST

/* The script and T_NEED_ROOT() judge this very process alike. */
START_TEST(rights_here)
{
	ck_assert_int_eq(t_run(NULL, RIGHTS "demo >/dev/null"), t_lacks() != NULL);
}
END_TEST

Suite *suite_demo(void);
Suite *suite_demo(void)
{
	Suite *s = suite_create("demo");
	TCase *t = tcase_create("scripts");

	tcase_add_test(t, rights);
	tcase_add_test(t, rights_here);
	suite_add_tcase(s, t);
	return s;
}
