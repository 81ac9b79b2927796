// SPDX-License-Identifier: MIT
/* test_rows.c - arrays that grow one by one, and searches in those that are in order. */
#include "rows.h"

#include <stdlib.h>

#include "t.h"

struct row {
	uint32_t key;
	char rest[8];
};

START_TEST(grow)
{
	struct row *rows = NULL, *more;
	size_t n, i;

	for (n = 0; n < 1000; n++) {
		more = rows_room(rows, n, sizeof(*rows));
		ck_assert_ptr_nonnull(more);
		rows = more;
		rows[n] = (struct row){.key = (uint32_t)n * 3};
	}
	for (i = 0; i < n; i++)
		ck_assert_uint_eq(rows[i].key, i * 3);
	free(rows);
}
END_TEST

START_TEST(no_room)
{
	struct row *rows = rows_room(NULL, 0, sizeof(*rows));
	void *more;

	ck_assert_ptr_nonnull(rows);
	rows->key = 7;
	t_fail_alloc_at(1);
	more = rows_room(rows, 1, sizeof(*rows));
	ck_assert(t_alloc_failed());
	ck_assert_ptr_null(more);
	ck_assert_uint_eq(rows->key, 7);
	/* more bytes than there are numbers for */
	ck_assert_ptr_null(rows_room(rows, SIZE_MAX / 2 + 1, sizeof(*rows)));
	free(rows);
}
END_TEST

START_TEST(first)
{
	static const struct row rows[] = {{1, ""}, {4, ""}, {4, ""}, {9, ""}, {UINT32_MAX, ""}};
	static const struct {
		uint32_t key;
		size_t n, want;
	} asked[] = {
		{0, 5, 0},
		{1, 5, 0},
		{2, 5, 1},
		{4, 5, 1},
		{5, 5, 3},
		{10, 5, 4},
		{UINT32_MAX, 5, 4},
		{10, 4, 4},
		{10, 0, 0},
	};
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(*asked); i++)
		ck_assert_uint_eq(
			rows_first(rows, asked[i].n, sizeof(*rows), asked[i].key), asked[i].want);
}
END_TEST

Suite *suite_rows(void);
Suite *suite_rows(void)
{
	Suite *s = suite_create("rows");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, grow);
	tcase_add_test(t, no_room);
	tcase_add_test(t, first);
	suite_add_tcase(s, t);
	return s;
}
