// SPDX-License-Identifier: MIT
/* test_textout.c - text that grows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "textout.h"

Suite *suite_textout(void);

START_TEST(pieces_follow_each_other)
{
	struct textout x;
	unsigned char *data;
	size_t len;

	ck_assert_int_eq(textout_begin(&x), 0);
	ck_assert_str_eq(x.text, "");
	textout_put(&x, "%s=%d", "a", 7);
	textout_bytes(&x, "; bc", 3);
	textout_put(&x, "%s", "");
	ck_assert_int_eq(textout_end(&x, &data, &len), 0);
	ck_assert_uint_eq(len, 6);
	ck_assert_str_eq((char *)data, "a=7; b");
	free(data);
}
END_TEST

/* past any size it began with, by one piece and by many */
START_TEST(it_grows)
{
	char *big = malloc(100001);
	struct textout x;
	unsigned char *data;
	size_t len, i;

	memset(big, 'x', 100000);
	big[100000] = '\0';
	ck_assert_int_eq(textout_begin(&x), 0);
	textout_put(&x, "%s", big);
	for (i = 0; i < 100000; i++)
		textout_put(&x, "%c", (int)('a' + i % 26));
	textout_bytes(&x, big, 100000);
	ck_assert_int_eq(textout_end(&x, &data, &len), 0);
	ck_assert_uint_eq(len, 300000);
	ck_assert_mem_eq(data, big, 100000);
	ck_assert_int_eq(data[100000 + 27], 'b');
	ck_assert_mem_eq(data + 200000, big, 100001);
	free(data);
	free(big);
}
END_TEST

/* what C makes of it again is the string */
START_TEST(strings)
{
	struct textout x;
	unsigned char *data;
	size_t len;

	ck_assert_int_eq(textout_begin(&x), 0);
	textout_string(&x, "a\"\\\n1\x7f?"
			   "?/?\xc3\xa9");
	ck_assert_int_eq(textout_end(&x, &data, &len), 0);
	ck_assert_str_eq((char *)data, "\"a\\\"\\\\\\0121\\177?\\?/?\xc3\xa9\"");
	free(data);
}
END_TEST

START_TEST(out_of_memory)
{
	struct textout x;
	unsigned char *data;
	bool failed = true;
	unsigned n;
	size_t len, i;
	int err;

	for (n = 1; failed; n++) {
		data = NULL;
		t_fail_alloc_at(n);
		err = textout_begin(&x);
		for (i = 0; !err && i < 20000; i++)
			textout_put(&x, "%d", 1);
		if (!err) {
			textout_bytes(&x, "22", 2);
			err = textout_end(&x, &data, &len);
		}
		failed = t_alloc_failed();
		ck_assert_int_eq(err, failed ? -ENOMEM : 0);
		free(data);
	}
	ck_assert_uint_gt(n, 3);
}
END_TEST

Suite *suite_textout(void)
{
	Suite *s = suite_create("textout");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, pieces_follow_each_other);
	tcase_add_test(t, it_grows);
	tcase_add_test(t, strings);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	return s;
}
