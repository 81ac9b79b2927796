// SPDX-License-Identifier: MIT
/* test_helper.c - the table of helper functions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir.h"
#include "t.h"

Suite *suite_helper(void);

enum { LAST = 211 };

static int by_name(const void *a, const void *b)
{
	const struct helper *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

START_TEST(every_helper_is_found)
{
	const struct helper *sorted[LAST];
	uint32_t id;

	for (id = 1; id <= LAST; id++) {
		const struct helper *h = helper_by_id(id);

		ck_assert_ptr_nonnull(h);
		ck_assert_uint_eq(h->id, id);
		sorted[id - 1] = h;
	}
	qsort(sorted, LAST, sizeof(sorted[0]), by_name);
	for (id = 0; id < LAST; id++)
		if (helper_find(sorted[id]->name, strlen(sorted[id]->name)) != sorted[id]) {
			/* the list that helper_sorted should hold */
			for (id = 0; id < LAST; id++)
				printf("%u,%s", sorted[id]->id, id % 16 == 15 ? "\n" : " ");
			ck_abort_msg("helper_sorted is out of order");
		}
}
END_TEST

START_TEST(facts)
{
	const struct helper *h = helper_find("bpf_probe_read_user_str(", 23);

	ck_assert_ptr_nonnull(h);
	ck_assert_uint_eq(h->id, 114);
	ck_assert_uint_eq(h->n_args, 3);
	ck_assert_uint_eq(h->min_args, 3);
	ck_assert(h->gpl_only);
	ck_assert_uint_eq(h->kernel, 5 << 16 | 5 << 8);
	h = helper_by_id(6);
	ck_assert_str_eq(h->name, "bpf_trace_printk");
	ck_assert_uint_eq(h->min_args, 2);
	ck_assert_uint_eq(h->n_args, 5);
	h = helper_by_id(1);
	ck_assert(!h->gpl_only);
	ck_assert_uint_eq(h->kernel, 3 << 16 | 19 << 8);
}
END_TEST

START_TEST(versions_never_fall)
{
	uint32_t id, last = 0;

	for (id = 1; id <= LAST; id++) {
		ck_assert_uint_ge(helper_by_id(id)->kernel, last);
		last = helper_by_id(id)->kernel;
		ck_assert_uint_le(helper_by_id(id)->n_args, 5);
	}
}
END_TEST

START_TEST(unknown_names)
{
	ck_assert_ptr_null(helper_by_id(0));
	ck_assert_ptr_null(helper_by_id(LAST + 1));
	ck_assert_ptr_null(helper_find("", 0));
	ck_assert_ptr_null(helper_find("bpf_map_lookup_ele", 18));
	ck_assert_ptr_null(helper_find("bpf_map_lookup_elem_", 20));
	ck_assert_ptr_null(helper_find("bpf_map_lookup_elem\0", 20));
	ck_assert_ptr_null(helper_find("zzz", 3));
}
END_TEST

Suite *suite_helper(void)
{
	Suite *s = suite_create("helper");
	TCase *t = tcase_create("table");

	tcase_add_test(t, every_helper_is_found);
	tcase_add_test(t, facts);
	tcase_add_test(t, versions_never_fall);
	tcase_add_test(t, unknown_names);
	suite_add_tcase(s, t);
	return s;
}
