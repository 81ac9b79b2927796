// SPDX-License-Identifier: MIT
/* test_vlog_sentence.c - what several advices say. */
#include <string.h>

#include "t.h"
#include "vlog_advice.h"

/* Bytes that advices hold, by how many. */
static void count(const char *row, unsigned *uses)
{
	struct vlog_rule r;
	const char *p;

	for (; *row; row = vlog_rule_next(row)) {
		vlog_rule_read(row, &r);
		for (p = r.advice; *p; p++)
			uses[(unsigned char)*p]++;
	}
}

/* Each byte that an advice holds has words, which hold no such byte; none is there for nothing. */
START_TEST(each_is_used)
{
	unsigned uses[256] = {0}, i;
	const char *words, *p;

	count(vlog_mem_rules(), uses);
	count(vlog_call_rules(), uses);
	count(vlog_prog_rules(), uses);
	for (i = 0x80; i < 256; i++) {
		words = vlog_sentence((char)i);
		ck_assert_msg(!*words == !uses[i], "\\%o: %u times, '%s'", i, uses[i], words);
		ck_assert_msg(!uses[i] || uses[i] > 1, "\\%o: of one rule alone", i);
		for (p = words; *p; p++)
			ck_assert_msg((unsigned char)*p < 0x80, "%s", words);
	}
}
END_TEST

START_TEST(words)
{
	ck_assert_ptr_nonnull(strstr(vlog_sentence(*VLOG_NUMBER), "plain number"));
	ck_assert_ptr_nonnull(strstr(vlog_sentence(*VLOG_BUG), "a fault in the kernel's verifier"));
	ck_assert_str_eq(vlog_sentence('a'), "");
	ck_assert_str_eq(vlog_sentence((char)0xff), "");
}
END_TEST

Suite *suite_vlog_sentence(void);
Suite *suite_vlog_sentence(void)
{
	Suite *s = suite_create("vlog_sentence");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, each_is_used);
	tcase_add_test(t, words);
	suite_add_tcase(s, t);
	return s;
}
