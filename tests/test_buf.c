// SPDX-License-Identifier: MIT
/* test_buf.c - growable buffers. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "t.h"

START_TEST(grows_and_terminates)
{
	struct buf b = {0};
	int i;

	ck_assert_str_eq(buf_str(&b), "");
	for (i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i % 10);
	ck_assert_uint_eq(b.len, 2000);
	ck_assert_uint_eq(strlen(buf_str(&b)), 2000);
	ck_assert(!memcmp(buf_str(&b) + 1980, "0,1,2,3,4,5,6,7,8,9,", 20));
	buf_free(&b);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(impossible_size_is_remembered)
{
	struct buf b = {0};

	buf_puts(&b, "x");
	ck_assert_int_eq(buf_reserve(&b, SIZE_MAX - 1), -ENOMEM);
	ck_assert(b.failed);
	buf_puts(&b, "y");
	ck_assert_str_eq(buf_str(&b), "x");
	ck_assert_ptr_null(buf_steal(&b));
}
END_TEST

START_TEST(steal_gives_a_string)
{
	struct buf b = {0};
	char *p = buf_steal(&b);

	ck_assert_str_eq(p, "");
	free(p);
	buf_add(&b, "a\0b", 3);
	p = buf_steal(&b);
	ck_assert(!memcmp(p, "a\0b", 4));
	ck_assert_uint_eq(b.cap, 0);
	free(p);
}
END_TEST

Suite *suite_buf(void);
Suite *suite_buf(void)
{
	Suite *s = suite_create("buf");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, grows_and_terminates);
	tcase_add_test(t, impossible_size_is_remembered);
	tcase_add_test(t, steal_gives_a_string);
	suite_add_tcase(s, t);
	return s;
}
