// SPDX-License-Identifier: MIT
/* test_completion.c - what bash, zsh and fish complete, asked of themselves. */
#include <stdlib.h>

#include "t.h"

static const char *const shells[] = {"bash", "zsh", "fish"};

START_TEST(shell)
{
	const char *name = shells[_i];
	char *out;

	if (t_run(NULL, "command -v %s >/dev/null", name))
		T_SKIP("no %s", name);
	t_run(&out, "'%s/tests/completion.sh' '%s' %s 2>&1", TEST_ROOT, TEST_BUILD, name);
	ck_assert_msg(!*out, "%s", out);
	free(out);
}
END_TEST

Suite *suite_completion(void);
Suite *suite_completion(void)
{
	Suite *s = suite_create("completion");
	TCase *t = tcase_create("host");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, shell, 0, 3);
	suite_add_tcase(s, t);
	return s;
}
