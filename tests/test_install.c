// SPDX-License-Identifier: MIT
/* test_install.c - make install, and what others do with what it installed. */
#include <stdlib.h>

#include "t.h"

START_TEST(installed)
{
	char *out;

	if (T_SANITIZED)
		T_SKIP("what is installed is not sanitized");
	t_run(&out, "'%s/tests/install.sh' '%s' 2>&1", TEST_ROOT, TEST_BUILD);
	ck_assert_msg(!*out, "%s", out);
	free(out);
}
END_TEST

Suite *suite_install(void);
Suite *suite_install(void)
{
	Suite *s = suite_create("install");
	TCase *t = tcase_create("host");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, installed);
	suite_add_tcase(s, t);
	return s;
}
