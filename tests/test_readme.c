// SPDX-License-Identifier: MIT
/* test_readme.c - what README shows is run. */
#include <stdio.h>
#include <stdlib.h>

#include "t.h"

START_TEST(examples)
{
	char *out;
	int left;

	t_run(&out, "DOC_CFLAGS='%s' '%s/tests/readme.sh' '%s' 2>&1", T_SAN_FLAGS, TEST_ROOT,
		TEST_BUILD);
	ck_assert_msg(!*out || (t_lacks() && sscanf(out, "left out: %d\n", &left) == 1),
		"README.md:\n%s", out);
	if (*out)
		T_SKIP("%d examples need %s", left, t_lacks());
	free(out);
}
END_TEST

Suite *suite_readme(void);
Suite *suite_readme(void)
{
	Suite *s = suite_create("readme");
	TCase *t = tcase_create("run");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, examples);
	suite_add_tcase(s, t);
	return s;
}
