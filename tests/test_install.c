// SPDX-License-Identifier: MIT
/* test_install.c - make install and packages, and what others do with them. */
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

/* The recipes for other systems, without these. */
START_TEST(recipes)
{
	char *out;

	if (T_SANITIZED)
		T_SKIP("what is packaged is not sanitized");
	t_run(&out, "'%s/tests/recipes.sh' '%s' 2>&1", TEST_ROOT, TEST_BUILD);
	ck_assert_msg(!*out, "%s", out);
	free(out);
}
END_TEST

/* As make deb does it, but quicker: what the compiler makes of it is not looked at. */
START_TEST(debian)
{
	char *out, *want;

	if (T_SANITIZED)
		T_SKIP("what is packaged is not sanitized");
	if (t_run(NULL, "for t in dpkg-buildpackage dh lintian; do command -v $t >/dev/null || "
			"exit 1; done"))
		T_SKIP("no dpkg-buildpackage, dh or lintian");
	t_run(&out,
		"cd '%s' && DEB_BUILD_OPTIONS='noopt noautodbgsym parallel=2' "
		"DEB_CFLAGS_APPEND=-g0 tools/packaging/deb.sh '%s' 0.1.0 2>&1 | sed 's,.*/,,'",
		TEST_ROOT, TEST_BUILD);
	t_run(&want, "a=$(dpkg --print-architecture); for p in libbpfasm0 librawbpf-dev librawbpf0 "
		     "rawbpf; do echo ${p}_0.1.0_$a.deb; done");
	/* a line of lintian would be one more */
	ck_assert_str_eq(out, want);
	free(out);
	free(want);
	t_run(&out,
		"cd '%s/deb' && { dpkg-deb -f rawbpf_*.deb Depends; dpkg-deb -f librawbpf0_*.deb "
		"Depends; } | sed 's/ ([^)]*)//g; s/t64//g'; dpkg-deb -c librawbpf-dev_*.deb | "
		"grep -cE '/(rawbpf[a-z_]*|bpfasm[a-z_]*)\\.(h|pc|3\\.gz)$|\\.a$|\\.so -> '",
		TEST_BUILD);
	ck_assert_str_eq(out, "libc6, libelf1\nlibbpfasm0, libc6, libelf1\n14\n");
	free(out);
}
END_TEST

Suite *suite_install(void);
Suite *suite_install(void)
{
	Suite *s = suite_create("install");
	TCase *t = tcase_create("host");

	tcase_set_timeout(t, 600);
	tcase_add_test(t, installed);
	tcase_add_test(t, debian);
	tcase_add_test(t, recipes);
	suite_add_tcase(s, t);
	return s;
}
