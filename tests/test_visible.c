// SPDX-License-Identifier: MIT
/* test_visible.c - bytes that a terminal may show. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rawbpf.h"
#include "t.h"
#include "visible.h"

static char *shown(int (*fn)(FILE *out, const void *s, size_t size), const char *s, size_t n)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	ck_assert_int_ge(fn(f, s, n), 0);
	fclose(f);
	ck_assert_uint_eq(strlen(text), len);
	return text;
}

static const struct {
	const char *bytes;
	size_t n;
	const char *text;
	bool is_text;
} cases[] = {
	{"bash\0junk", 9, "bash", false},
	{"bash\0\0\0", 7, "bash", true},
	{"four", 4, "four", true},
	{"\0\0\0\0", 4, "", false},
	{"", 0, "", false},
	{"a b\\c", 5, "a b\\c", true},
	{"a\n\t\r\x1b[2J\x7f", 9, "a\\n\\t\\r\\x1b[2J\\x7f", false},
	/* UTF-8, and what looks like it: C1, too long, half of UTF-16, cut, past the end */
	{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d", 9, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d", true},
	{"\xc2\x9b"
	 "2J",
		4, "\\xc2\\x9b2J", false},
	{"\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf", 9, "\\xc0\\xaf\\xe0\\x80\\xaf\\xf0\\x80\\x80\\xaf",
		false},
	{"\xed\xa0\x80", 3, "\\xed\\xa0\\x80", false},
	{"\xe2\x82", 2, "\\xe2\\x82", false},
	{"\xe2\x82"
	 "a",
		3,
		"\\xe2\\x82"
		"a",
		false},
	{"\xf4\x90\x80\x80\xff", 5, "\\xf4\\x90\\x80\\x80\\xff", false},
};

START_TEST(texts)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = shown(visible_text, cases[i].bytes, cases[i].n);

		ck_assert_str_eq(text, cases[i].text);
		ck_assert_msg(visible_is_text(cases[i].bytes, cases[i].n) == cases[i].is_text,
			"case %zu", i);
		free(text);
	}
}
END_TEST

/* All of it, a NUL too; lines keep newlines and tabs. */
START_TEST(public_form)
{
	static const char text[] = "a\nb\t\0\x1b]0;x\a\xc2\x85\xff\xc3\xa9";
	static const char *const want[] = {"a\\nb\\t\\x00\\x1b]0;x\\x07\\xc2\\x85\\xff\xc3\xa9",
		"a\nb\t\\x00\\x1b]0;x\\x07\\xc2\\x85\\xff\xc3\xa9"};
	char *got = NULL;
	size_t len;
	FILE *f;
	int i;

	for (i = 0; i < 2; i++) {
		f = open_memstream(&got, &len);
		ck_assert_int_eq(rawbpf_fprint_text(f, text, sizeof(text) - 1, i), 0);
		fclose(f);
		ck_assert_str_eq(got, want[i]);
		free(got);
	}
	ck_assert_int_eq(rawbpf_fprint_text(NULL, text, 1, false), -EINVAL);
	ck_assert_int_eq(rawbpf_fprint_text(stdout, NULL, 1, false), -EINVAL);
	ck_assert_int_eq(rawbpf_fprint_text(stdout, NULL, 0, false), 0);
}
END_TEST

START_TEST(bytes)
{
	char *text = shown(visible_bytes, "\x7f\0\xff", 3);

	ck_assert_str_eq(text, "7f 00 ff");
	free(text);
	text = shown(visible_bytes, "", 0);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

START_TEST(full_disk)
{
	FILE *f = fopen("/dev/full", "we");

	ck_assert_ptr_nonnull(f);
	setvbuf(f, NULL, _IONBF, 0);
	ck_assert_int_lt(visible_text(f, "text", 4), 0);
	ck_assert_int_lt(visible_text(f, "\n", 1), 0);
	ck_assert_int_lt(visible_bytes(f, "x", 1), 0);
	ck_assert_int_eq(rawbpf_fprint_text(f, "x", 1, false), -ENOSPC);
	fclose(f);
}
END_TEST

Suite *suite_visible(void);
Suite *suite_visible(void)
{
	Suite *s = suite_create("visible");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, texts);
	tcase_add_test(t, public_form);
	tcase_add_test(t, bytes);
	tcase_add_test(t, full_disk);
	suite_add_tcase(s, t);
	return s;
}
