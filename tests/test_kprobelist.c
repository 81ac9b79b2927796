// SPDX-License-Identifier: MIT
/* test_kprobelist.c - the list of functions that are never probed. */
#include "kprobelist.h"

#include <errno.h>

#include "kfake.h"
#include "t.h"

START_TEST(blacklist)
{
	struct kfake k = {.blacklist = "0xffffffff81001500-0xffffffff81001600\tlisted\n"
				       "0xffffffff81001700-0xffffffff81001800\tlast"};
	struct sys s = {.hook = kfake_call, .arg = &k};
	struct buf text = {0};

	ck_assert_int_eq(kprobelist_blacklist(&s, &text), 0);
	ck_assert_uint_eq(k.n_open, 0);
	ck_assert(kprobelist_has(&text, "listed"));
	ck_assert(kprobelist_has(&text, "last"));
	ck_assert(!kprobelist_has(&text, "list"));
	ck_assert(!kprobelist_has(&text, "isted"));
	ck_assert(!kprobelist_has(&text, ""));
	buf_free(&text);
	k.blacklist = NULL;
	ck_assert_int_eq(kprobelist_blacklist(&s, &text), -ENOENT);
	ck_assert(!kprobelist_has(&text, "listed"));
	buf_free(&text);
}
END_TEST

Suite *suite_kprobelist(void);
Suite *suite_kprobelist(void)
{
	Suite *s = suite_create("kprobelist");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, blacklist);
	suite_add_tcase(s, t);
	return s;
}
