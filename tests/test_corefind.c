// SPDX-License-Identifier: MIT
/* test_corefind.c - names with and without flavors, in one pass; no memory. */
#include <errno.h>
#include <string.h>

#include "btffile.h"
#include "corefind.h"
#include "t.h"

Suite *suite_corefind(void);

static struct sys sys;
static struct btffile local;

static void setup(void)
{
	ck_assert_int_eq(btffile_open(&sys, TEST_DATA "/object/core.bpf.o", &local, NULL), 0);
}

static void teardown(void)
{
	btffile_close(&sys, &local);
}

START_TEST(by_name)
{
	static const struct {
		const char *name;
		enum btf_kind kind;
		size_t n;
	} rows[] = {
		{"task", BTF_STRUCT, 2}, /* and task___old */
		{"task___any", BTF_STRUCT, 2},
		{"tas", BTF_STRUCT, 0},
		{"task", BTF_UNION, 0},
		{"choice", BTF_UNION, 1},
		{"colour", BTF_ENUM, 2},
		{"colour", BTF_ENUM64, 2},
		{"named_t", BTF_TYPEDEF, 1},
		{"", BTF_STRUCT, 0},
		{"x", BTF_STRUCT, 0},
	};
	struct corefind f = {0};
	struct btf_type t;
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_int_eq(corefind_want(&f, rows[i].name, rows[i].kind), (int)i);
	ck_assert_int_eq(corefind_search(&f, local.btf), 0);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_msg(f.wants[i].n == rows[i].n, "%s: %zu", rows[i].name, f.wants[i].n);
		for (k = 0; k < f.wants[i].n; k++) {
			ck_assert(btf_type(f.wants[i].found[k].btf, f.wants[i].found[k].id, &t));
			ck_assert(corematch_names(t.name, rows[i].name));
		}
	}
	/* what was found is not looked for again */
	ck_assert(corefind_close(&f));
	ck_assert_int_eq(corefind_search(&f, local.btf), 0);
	ck_assert_uint_eq(f.wants[0].n, 2);
	corefind_free(&f);
}
END_TEST

START_TEST(no_memory)
{
	struct corefind f;
	unsigned n = 1, refused = 0, i;
	bool failed;
	int err;

	do {
		memset(&f, 0, sizeof(f));
		t_fail_alloc_at(n++);
		for (i = 0, err = 0; err >= 0 && i < 40; i++)
			err = corefind_want(&f, "task", BTF_STRUCT);
		if (err >= 0)
			err = corefind_search(&f, local.btf);
		failed = t_alloc_failed();
		ck_assert(!err || (failed && err == -ENOMEM));
		refused += err != 0;
		/* a walk without marks is slower and finds the same */
		if (!err)
			ck_assert_uint_eq(f.wants[0].n, 2);
		corefind_free(&f);
	} while (failed);
	ck_assert_uint_gt(refused, 4);
}
END_TEST

Suite *suite_corefind(void)
{
	Suite *s = suite_create("corefind");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, by_name);
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	return s;
}
