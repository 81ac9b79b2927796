// SPDX-License-Identifier: MIT
/* test_context.c - the log function and the error's log. */
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "t.h"

static void keep_log(void *arg, enum rawbpf_log_level level, const char *msg)
{
	ck_assert_int_eq(level, RAWBPF_LOG_INFO);
	strncpy(arg, msg, 15);
}

START_TEST(log_goes_to_the_function)
{
	struct rawbpf *b = rawbpf_new();
	char got[16] = "";

	ctx_log(NULL, RAWBPF_LOG_INFO, "x");
	ctx_log(b, RAWBPF_LOG_INFO, "x"); /* silent by default */
	rawbpf_set_log(b, keep_log, got);
	ctx_log(b, RAWBPF_LOG_INFO, "n is %d", 7);
	ck_assert_str_eq(got, "n is 7");
	rawbpf_free(b);
}
END_TEST

START_TEST(log_is_owned)
{
	struct rawbpf *b = rawbpf_new();

	ctx_take_log(b, strdup("one"));
	ctx_take_log(b, strdup("two"));
	ck_assert_str_eq(rawbpf_error(b)->log, "two");
	ctx_take_log(b, NULL);
	ck_assert_ptr_null(rawbpf_error(b)->log);
	ctx_take_log(b, strdup("three"));
	rawbpf_free(b);
}
END_TEST

Suite *suite_context(void);
Suite *suite_context(void)
{
	Suite *s = suite_create("context");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, log_goes_to_the_function);
	tcase_add_test(t, log_is_owned);
	suite_add_tcase(s, t);
	return s;
}
