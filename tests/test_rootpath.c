// SPDX-License-Identifier: MIT
/* test_rootpath.c - paths below another root: links, "..", what is gone. */
#include "rootpath.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys.h"
#include "t.h"

static char root[64];

static void make_root(void)
{
	snprintf(root, sizeof(root), "/tmp/rawbpf-root-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(t_run(NULL,
				 "cd %s && mkdir -p usr/lib opt && : >usr/lib/real && "
				 "ln -s usr/lib lib && ln -s /usr/lib/real opt/absolute && "
				 "ln -s ../../../../usr/lib opt/up && ln -s loop opt/loop && "
				 "ln -s /etc/passwd opt/outside && ln -s gone opt/dangling",
				 root),
		0);
}

static void remove_root(void)
{
	t_run(NULL, "rm -rf %s", root);
}

/* want: the path below the root that is to be opened; NULL: err is the answer */
static void walks(const char *path, bool gone, const char *want, int err)
{
	struct sys s = {0};
	char *out;

	ck_assert_msg(rootpath_walk(&s, root, path, gone, &out) == err, "%s", path);
	if (!want) {
		ck_assert_ptr_null(out);
		return;
	}
	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(strncmp(out, root, strlen(root)), 0);
	ck_assert_str_eq(out + strlen(root), want);
	free(out);
}

START_TEST(inside)
{
	walks("/usr/lib/real", false, "/usr/lib/real", 0);
	walks("usr//lib/./real", false, "/usr/lib/real", 0);
	walks("/lib/real", false, "/usr/lib/real", 0);
	walks("/opt/absolute", false, "/usr/lib/real", 0);
	walks("/opt/up/real", false, "/usr/lib/real", 0);
	walks("/../../usr/../lib/real", false, "/usr/lib/real", 0);
	walks("/", false, "", 0);
}
END_TEST

START_TEST(nowhere)
{
	walks("/opt/outside", false, NULL, -ENOENT); /* this root has no /etc */
	walks("/opt/loop", false, NULL, -ELOOP);
	walks("/opt/none", false, NULL, -ENOENT);
	walks("/usr/lib/real/more", false, NULL, -ENOTDIR);
}
END_TEST

START_TEST(gone)
{
	walks("/opt/none", true, "/opt/none", 0);
	walks("/opt/dangling", true, "/opt/gone", 0);
	walks("/none/file", true, NULL, -ENOENT); /* not its last part */
	walks("/opt/loop", true, NULL, -ELOOP);
}
END_TEST

/* Our own root: the kernel follows the links. */
START_TEST(own_root)
{
	struct sys s = {0};
	char *out;

	ck_assert_int_eq(rootpath_walk(&s, "", "/no//such/../path", false, &out), 0);
	ck_assert_str_eq(out, "/no//such/../path");
	free(out);
}
END_TEST

START_TEST(every_allocation_fails)
{
	struct sys s = {0};
	bool failed = true;
	unsigned n;
	char *out;
	int err;

	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		err = rootpath_walk(&s, root, "/opt/absolute", false, &out);
		failed = t_alloc_failed();
		ck_assert_int_eq(err, failed ? -ENOMEM : 0);
		ck_assert(failed == !out);
		free(out);
	}
	ck_assert_uint_gt(n, 3);
}
END_TEST

Suite *suite_rootpath(void);
Suite *suite_rootpath(void)
{
	Suite *s = suite_create("rootpath");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, make_root, remove_root);
	tcase_add_test(t, inside);
	tcase_add_test(t, nowhere);
	tcase_add_test(t, gone);
	tcase_add_test(t, own_root);
	tcase_add_test(t, every_allocation_fails);
	suite_add_tcase(s, t);
	return s;
}
