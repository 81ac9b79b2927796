// SPDX-License-Identifier: MIT
/* test_mapfill.c - programs in arrays for tail calls: found there, refused. */
#include <errno.h>
#include <string.h>

#include "old.h"
#include "rawbpf.h"
#include "t.h"

START_TEST(programs_stand_there)
{
	struct rawbpf *b = rawbpf_new();
	uint32_t key = 1, id = 0;
	int fds = t_count_fds();

	T_NEED_ROOT();
	ck_assert_msg(!rawbpf_load(b, .text = ".map m prog_array(3) = {0, p}\n"
					      ".prog p \"socket\"\nreturn 0\n"),
		"%s", rawbpf_errmsg(b));
	if (rawbpf_table_lookup(rawbpf_table(b, "m"), &key, &id)) {
		rawbpf_free(b);
		T_SKIP("program arrays cannot be read (Linux 4.20)");
	}
	ck_assert_uint_ne(id, 0);
	key = 0;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "m"), &key, &id), -ENOENT);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* The kernel takes programs of one type into an array, and says EINVAL of another. */
START_TEST(types_are_not_mixed)
{
	struct rawbpf *b = rawbpf_new();
	int fds = t_count_fds();

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	ck_assert_int_eq(rawbpf_load(b, .text = ".map m prog_array(2) = {p, q}\n"
						".prog p \"socket\"\nreturn 0\n"
						".prog q \"raw_tp/sys_enter\"\nreturn 0\n"),
		-EINVAL);
	ck_assert_msg(strstr(rawbpf_errmsg(b), "map 'm': element 1 cannot be 'q'"), "%s",
		rawbpf_errmsg(b));
	ck_assert_str_eq(rawbpf_error(b)->hint, "'.map m prog_array(2) = {p, q}': all programs of "
						"an array must be of one type");
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

Suite *suite_mapfill(void);
Suite *suite_mapfill(void)
{
	Suite *s = suite_create("mapfill");
	TCase *t = tcase_create("live");

	tcase_add_test(t, programs_stand_there);
	tcase_add_test(t, types_are_not_mixed);
	suite_add_tcase(s, t);
	return s;
}
