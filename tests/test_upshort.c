// SPDX-License-Identifier: MIT
/*
 * test_upshort.c - places of uprobes by the short search of RAWBPF_NO_SEARCH: what it finds counts,
 * what it does not find is told.  Built from the amalgam, see test_amalgam.c.
 */
#include <stdlib.h>

#include "t.h"

static const char said[] = "own function: 3 EEXIST 0 0\n"
			   "libc's IFUNC: 3 EEXIST 0 0\n"
			   "of another: 0 EEXIST 0 0\n"
			   "by soname: 3 EEXIST 0 0\n"
			   "in the middle of none: attach EINVAL\n"
			   "no function: attach ENOENT\n"
			   "no library: attach ENOENT\n"
			   "no file: attach ENOENT\n"
			   "no file of code: open ENOEXEC\n"
			   "no process: attach ESRCH\n"
			   "no code: attach EINVAL\n"
			   "no code: attach EINVAL\n"
			   "a pattern: attach EOPNOTSUPP\n";

/* By one part alone, and with nothing but what has to be there. */
static const char *const parts[] = {"RAWBPF_NO_SEARCH", "RAWBPF_SMALL"};

START_TEST(places)
{
	char *out;

	T_NEED_ROOT();
	if (T_SANITIZED)
		T_SKIP("the files are the same without sanitizers");
	t_run(&out,
		"d=$(mktemp -d) && cd $d && cp '%s'/upshort/* '%s'/amalgam/rawbpf.[ch] . &&"
		" '%s/rawbpf' asm -o count.o count.bpf 2>&1 &&"
		" cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -D%s -o m main.c rawbpf.c -lelf "
		"2>&1 &&"
		" { sleep 60 >&- & ./m count.o $! 2>&1; kill $!; }; cd / && rm -r $d",
		TEST_DATA, TEST_BUILD, TEST_BUILD, parts[_i]);
	ck_assert_str_eq(out, said);
	free(out);
}
END_TEST

Suite *suite_upshort(void);
Suite *suite_upshort(void)
{
	Suite *s = suite_create("upshort");
	TCase *t = tcase_create("host");

	tcase_set_timeout(t, 180);
	tcase_add_loop_test(t, places, 0, sizeof(parts) / sizeof(*parts));
	suite_add_tcase(s, t);
	return s;
}
