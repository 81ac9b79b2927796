// SPDX-License-Identifier: MIT
/* test_ksym.c - the kernel's table of names, made up and real. */
#include "ksym.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kfake.h"
#include "t.h"

static void table_open(struct kfake *k, struct ksyms *t)
{
	struct sys s = {.hook = kfake_call, .arg = k};

	ck_assert_int_eq(ksym_open(&s, t), 0);
	ck_assert_uint_eq(k->n_open, 0);
}

START_TEST(finds_names)
{
	static const struct {
		const char *name;
		uint64_t addr, size;
		unsigned copies;
		const char *module, *others, *addrs;
	} rows[] = {
		{"vfs_read", 0xffffffff81001000, 0x100, 1, "", "", "0xffffffff81001000"},
		{"startup", 0xffffffff81000000, 0x1000, 1, "", "", "0xffffffff81000000"},
		{"twice", 0xffffffff81001100, 0x100, 2, "", "",
			"0xffffffff81001100, 0xffffffff81001400"},
		{"split", 0, 0, 0, "", "'split.isra.0', 'split.cold'", ""},
		{"spli", 0, 0, 0, "", "", ""},
		{"in_module", 0xffffffffc0003000, 0, 2, "mod_b", "",
			"0xffffffffc0003000, 0xffffffffc0001000"},
		{"mod_a:in_module", 0xffffffffc0001000, 0x40, 1, "mod_a", "", "0xffffffffc0001000"},
		{"mod_a:vfs_read", 0, 0, 0, "", "", ""},
		{"odd", 0, 0, 0, "", "", ""},
		{"", 0, 0, 0, "", "", ""},
	};
	struct kfake k = {.kallsyms = kfake_kallsyms};
	struct ksym_found f;
	struct ksyms t;
	size_t i;

	table_open(&k, &t);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ksym_find(&t, rows[i].name, &f);
		ck_assert_uint_eq(f.addr, rows[i].addr);
		if (rows[i].size)
			ck_assert_uint_eq(f.size, rows[i].size);
		ck_assert_uint_eq(f.copies, rows[i].copies);
		ck_assert_str_eq(f.module, rows[i].module);
		ck_assert_str_eq(f.others, rows[i].others);
		ck_assert_str_eq(f.addrs, rows[i].addrs);
	}
	ksym_find(&t, "some_data", &f);
	ck_assert(f.data && !f.copies);
	ksym_find(&t, "mod_a:x", &f);
	ck_assert(f.any_module);
	ksym_find(&t, "mod_c:x", &f);
	ck_assert(!f.any_module);
	ksym_close(&t);
}
END_TEST

START_TEST(finds_addresses)
{
	struct kfake k = {.kallsyms = kfake_kallsyms};
	struct ksyms t;
	struct ksym s;
	uint64_t size;

	table_open(&k, &t);
	ck_assert(ksym_at(&t, 0xffffffff81001010, &s, &size));
	ck_assert_str_eq(s.name, "vfs_read");
	ck_assert_uint_eq(size, 0x100);
	ck_assert(ksym_at(&t, 0xffffffffc000103f, &s, &size));
	ck_assert_str_eq(s.module, "mod_a");
	ck_assert(!ksym_at(&t, 0xffffffff80ffffff, &s, &size));
	ck_assert(!ksym_at(&t, 1, &s, &size));
	ksym_close(&t);
}
END_TEST

START_TEST(hidden_and_hostile)
{
	static const char *const tables[] = {
		"0000000000000000 T vfs_read\n0000000000000000 T vfs_write\n",
		"0000000000000000 T vfs_read", "T\n\n \n0 T vfs_read\n\t\t\n0 T\nff\n"};
	char big[3 * KSYM_NAME];
	struct ksym_found f;
	struct ksyms t;
	struct ksym s;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		struct kfake k = {.kallsyms = tables[i]};

		table_open(&k, &t);
		ksym_find(&t, "vfs_read", &f);
		ck_assert_uint_eq(f.copies, 1);
		ck_assert_uint_eq(f.addr, 0);
		ck_assert_uint_eq(f.size, 0);
		ck_assert_str_eq(f.addrs, "");
		ck_assert(!ksym_at(&t, 0xffffffff81000000, &s, &f.size));
		ksym_close(&t);
	}
	memset(big, 'a', sizeof(big));
	memcpy(big, "1 T ", 4);
	big[sizeof(big) - 1] = '\0';
	{
		struct kfake k = {.kallsyms = big};

		table_open(&k, &t);
		ck_assert(ksym_next(&t, &s));
		ck_assert_uint_eq(strlen(s.name), KSYM_NAME - 1);
		ck_assert(!ksym_next(&t, &s));
		ksym_close(&t);
	}
}
END_TEST

struct walk {
	unsigned n, stop_at;
	char last[KSYM_NAME];
};

static int walk_one(void *arg, const struct ksym *k)
{
	struct walk *w = arg;

	snprintf(w->last, sizeof(w->last), "%s", k->name);
	return ++w->n == w->stop_at ? 7 : 0;
}

START_TEST(line_by_line)
{
	struct kfake k = {.kallsyms = kfake_kallsyms};
	struct sys s = {.hook = kfake_call, .arg = &k};
	struct walk w = {0};
	char *big = malloc(200000), *p = big;
	struct ksyms t;
	struct ksym one;
	unsigned n = 0;

	/* the same lines as in the table that is read whole */
	table_open(&k, &t);
	while (ksym_next(&t, &one))
		n++;
	ksym_close(&t);
	ck_assert_int_eq(ksym_each(&s, walk_one, &w), 0);
	ck_assert_uint_eq(w.n, n);
	ck_assert_str_eq(w.last, "other");
	w = (struct walk){.stop_at = 3};
	ck_assert_int_eq(ksym_each(&s, walk_one, &w), 7);
	ck_assert_str_eq(w.last, "vfs_read");
	/* lines that a read cuts in two */
	for (n = 0; n < 5000; n++)
		p += sprintf(p, "ffffffff%08x T function_%u\n", n, n);
	k.kallsyms = big;
	w = (struct walk){0};
	ck_assert_int_eq(ksym_each(&s, walk_one, &w), 0);
	ck_assert_uint_eq(w.n, 5000);
	ck_assert_str_eq(w.last, "function_4999");
	/* one that has no end */
	memset(big, 'x', 199999);
	big[199999] = '\0';
	ck_assert_int_eq(ksym_each(&s, walk_one, &w), 0);
	k.kallsyms = "";
	ck_assert_int_eq(ksym_each(&s, walk_one, &w), -ENODATA);
	k.kallsyms = NULL;
	ck_assert_int_lt(ksym_each(&s, walk_one, &w), 0);
	ck_assert_uint_eq(k.n_open, 0);
	free(big);
}
END_TEST

START_TEST(no_table)
{
	struct kfake none = {.kallsyms = NULL}, empty = {.kallsyms = ""};
	struct sys s = {.hook = kfake_call, .arg = &none};
	struct ksyms t;

	ck_assert_int_eq(ksym_open(&s, &t), -EACCES);
	ksym_close(&t);
	s.arg = &empty;
	ck_assert_int_eq(ksym_open(&s, &t), -ENODATA);
	ksym_close(&t);
}
END_TEST

START_TEST(near_names)
{
	struct kfake k = {.kallsyms = kfake_kallsyms};
	struct rawbpf_error e;
	struct ksyms t;

	table_open(&k, &t);
	err_set(&e, "attach", -ENOENT, "x");
	ck_assert(ksym_near(&t, "vfs_raed", &e));
	ck_assert_str_eq(e.hint, "did you mean 'vfs_read'?");
	ck_assert(ksym_near(&t, "mod_a:in_modul", &e));
	ck_assert(!ksym_near(&t, "nothing_at_all_like_it", &e));
	ksym_close(&t);
}
END_TEST

/* vfs_read is in every kernel, and longer than an instruction. */
START_TEST(this_kernel)
{
	struct sys s = {0};
	struct ksym_found f;
	struct ksyms t;

	T_NEED_ROOT();
	ck_assert_int_eq(ksym_open(&s, &t), 0);
	ksym_find(&t, "vfs_read", &f);
	ck_assert_uint_eq(f.copies, 1);
	if (f.addr) {
		ck_assert_uint_gt(f.size, 16);
		ck_assert_uint_lt(f.size, 65536);
	}
	ksym_close(&t);
}
END_TEST

Suite *suite_ksym(void);
Suite *suite_ksym(void)
{
	Suite *s = suite_create("ksym");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, finds_names);
	tcase_add_test(t, finds_addresses);
	tcase_add_test(t, hidden_and_hostile);
	tcase_add_test(t, no_table);
	tcase_add_test(t, line_by_line);
	tcase_add_test(t, near_names);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, this_kernel);
	suite_add_tcase(s, t);
	return s;
}
