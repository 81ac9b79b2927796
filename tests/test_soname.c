// SPDX-License-Identifier: MIT
/* test_soname.c - names of library files: whose library one is, and what it may have been meant by. */
#include "soname.h"

#include <stdint.h>

#include "near.h"
#include "t.h"

START_TEST(ranks)
{
	static const struct {
		const char *name, *file;
		int rank;
	} rows[] = {
		{"c", "libc.so.6", 3},
		{"c", "libc.so", 3},
		{"c", "libc-2.31.so", 2},
		{"c", "libc.musl-x86_64.so.1", 1},
		{"c", "libcrypt.so.1", 0},
		{"c", "libc-client.so.2007e", 0},
		{"c", "libc.a", 0},
		{"libc.so.6", "libc.so.6", 4},
		{"libc", "libc.so.6", 3},
		{"libc.so", "libc.so.6", 3},
		{"ssl", "libssl.so.3", 3},
		{"ssl", "libssl3.so", 0},
		{"python3", "libpython3.11.so.1.0", 1},
		{"python3.11", "libpython3.11.so.1.0", 3},
		{"", "libc.so.6", 0},
		{"libssl.so.3", "libssl.so.3.0", 3},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(soname_rank(rows[i].name, rows[i].file) == rows[i].rank, "%s %s: %d",
			rows[i].name, rows[i].file, soname_rank(rows[i].name, rows[i].file));
}
END_TEST

START_TEST(bases)
{
	ck_assert_str_eq(soname_base("/lib/libc.so.6"), "libc.so.6");
	ck_assert_str_eq(soname_base("libc.so.6"), "libc.so.6");
	ck_assert_str_eq(soname_base("/lib/"), "");
}
END_TEST

/* Found by each form that a user may have misspelt; a name that is no library's as it is. */
START_TEST(offers)
{
	static const char *const rows[][3] = {
		{"libssl.so.3", "libsll.so.3", "'libssl.so.3'"},
		{"libssl.so.3", "libsll", "'libssl'"},
		{"libssl.so.3", "sll", "'ssl'"},
		{"tool.so", "tol.so", "'tool.so'"},
		{"tool.so", "tol", ""},
	};
	char text[200];
	struct near n;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		near_start(&n, rows[i][1]);
		soname_offer(&n, rows[i][0]);
		ck_assert_str_eq(near_text(&n, text, sizeof(text)), rows[i][2]);
	}
}
END_TEST

Suite *suite_soname(void);
Suite *suite_soname(void)
{
	Suite *s = suite_create("soname");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, ranks);
	tcase_add_test(t, bases);
	tcase_add_test(t, offers);
	suite_add_tcase(s, t);
	return s;
}
