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

/* Several at once: one asks apt, and the others take what it has brought. */
START_TEST(fetched_once)
{
	char *out;

	t_run(&out,
		"d=$(mktemp -d) && mkdir $d/bin && "
		"printf '#!/bin/sh\ncase \" $* \" in\n*\" indextargets \"*) echo http://x/ ;;\n"
		"*\" download \"*) echo >>%%s/n; sleep 0.3; : >a.deb ;;\nesac\n' $d "
		">$d/bin/apt-get && "
		"printf '#!/bin/sh\necho pkg\n' >$d/bin/apt-cache && "
		"printf '#!/bin/sh\n: >$3/kernel\n' >$d/bin/dpkg-deb && chmod +x $d/bin/* && "
		"for i in 1 2 3; do PATH=$d/bin:$PATH '%s/tests/vm/fetch.sh' $d/c/k s a pkg 2>&1 & "
		"done; "
		"wait; wc -l <$d/n; ls $d/c $d/c/k | sed 's/^.*://'; rm -r $d",
		TEST_ROOT);
	ck_assert_str_eq(out, "1\n\nk\n\n\nkernel\nnames\nwant\n");
	free(out);
}
END_TEST

#define DEPS TEST_ROOT "/tools/demo/deps.sh "
/* A PATH of these commands and an apt-get that does what the script says. */
#define WORLD(commands, apt)                                                                     \
	"d=$(mktemp -d) && for c in sh sed grep id mktemp rm sort tr tail cat " commands "; do " \
	"ln -s \"$(command -v $c)\" $d/$c; done; printf '#!/bin/sh\\n%%s\\n' '" apt              \
	"' >$d/apt-get; "                                                                        \
	"chmod +x $d/apt-get; "

/* What a manager says at length when it fails is one line. */
START_TEST(deps_fail_shortly)
{
	char *out;
	int ret;

	T_NEED_ROOT();
	T_NEED_CAP(CAP_SETUID);
	ret = t_run(&out,
		WORLD("", "for i in 1 2 3 4 5 6; do echo \"W: line $i\" >&2; done; "
			  "echo \"E: no net\" >&2; exit 100") "PATH=$d " DEPS
							      "build 2>&1; r=$?; rm -r $d; "
							      "exit $r");
	ck_assert_msg(ret == 1, "%d %s", ret, out);
	ck_assert_msg(!strncmp(out, "deps: installing binutils gcc ", 30), "%s", out);
	ck_assert_str_eq(strchr(out, '\n') + 1, "deps: apt-get finds no packages: E: no net\n");
	free(out);
}
END_TEST

/* Without its capabilities root is told before the manager is asked. */
START_TEST(deps_without_rights)
{
	char *out;

	T_NEED_ROOT();
	T_NEED_CAP(CAP_SETUID);
	if (t_run(NULL, "setpriv --bounding-set=-chown true 2>/dev/null"))
		T_SKIP("no setpriv(1)");
	ck_assert_int_eq(
		t_run(&out, WORLD("setpriv", "echo asked") "PATH=$d setpriv --inh-caps=-all "
							   "--bounding-set=-setuid " DEPS
							   "build 2>&1; r=$?; rm -r $d; exit $r"),
		1);
	ck_assert_msg(!strncmp(out, "deps: missing: binutils gcc ", 28), "%s", out);
	ck_assert_ptr_nonnull(strstr(out, "needs root with all its capabilities"));
	ck_assert_ptr_eq(strchr(out, '\n'), out + strlen(out) - 1);
	free(out);
}
END_TEST

/* What tests only compare with may be missing. */
START_TEST(deps_do_without_oracles)
{
	char *out;
	int ret;

	T_NEED_ROOT();
	T_NEED_CAP(CAP_SETUID);
	if (t_run(NULL, "command -v cc gcc g++ ld as ar xz pkg-config >/dev/null"))
		T_SKIP("no cc, g++, xz or pkg-config");
	ret = t_run(&out,
		WORLD("cc gcc g++ ld as ar xz pkg-config",
			"case \"$*\" in update*) exit 0 ;; esac; "
			"echo \"E: Unable to locate\"; exit 100") "PATH=$d " DEPS
								  "build test 2>&1; r=$?; rm -r "
								  "$d; exit $r");
	ck_assert_msg(!ret, "%s", out);
	ck_assert_ptr_nonnull(strstr(out, "deps: apt-get has no bpftool: tests that compare"));
	ck_assert_ptr_nonnull(strstr(out, "deps: apt-get has no strace: tests that compare"));
	free(out);
}
END_TEST

Suite *suite_demo(void);
Suite *suite_demo(void)
{
	Suite *s = suite_create("demo");
	TCase *t = tcase_create("scripts"), *host = tcase_create("host");

	tcase_add_test(t, rights);
	tcase_add_test(t, rights_here);
	suite_add_tcase(s, t);
	tcase_set_timeout(host, 60);
	tcase_add_test(host, fetched_once);
	tcase_add_test(host, deps_fail_shortly);
	tcase_add_test(host, deps_without_rights);
	tcase_add_test(host, deps_do_without_oracles);
	suite_add_tcase(s, host);
	return s;
}
