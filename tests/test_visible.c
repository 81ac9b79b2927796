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
	/* what turns text around, joins, separates or is not seen at all */
	{"a\xe2\x80\xaex", 5, "a\\xe2\\x80\\xaex", false},
	{"\xe2\x80\x8b\xef\xbb\xbf", 6, "\\xe2\\x80\\x8b\\xef\\xbb\\xbf", false},
	{"\xf3\xa0\x80\x81", 4, "\\xf3\\xa0\\x80\\x81", false},
	{"\xf4\x90\x80\x80\xff", 5, "\\xf4\\x90\\x80\\x80\\xff", false},
};

/* v in UTF-8; its length. */
static size_t utf8(unsigned long v, char s[5])
{
	static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t len = v < 0x80 ? 1 : v < 0x800 ? 2 : v < 0x10000 ? 3 : 4, i;

	s[0] = (char)v;
	for (i = len; i > 1; i--, v >>= 6)
		s[i - 1] = (char)(0x80 | (v & 0x3f));
	if (len > 1)
		s[0] = (char)(first[len] | v);
	return len;
}

/* Ends of each range, and the characters beside it. */
START_TEST(hidden_characters)
{
	static const unsigned long hidden[][2] = {{0, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad},
		{0x61c, 0x61c}, {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e},
		{0x2060, 0x206f}, {0xd800, 0xdfff}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
		{0xfff0, 0xfffb}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};
	unsigned long v;
	char s[5];
	size_t i, len;

	for (i = 0; i < sizeof(hidden) / sizeof(*hidden); i++) {
		for (v = hidden[i][0]; v <= hidden[i][1]; v++) {
			len = utf8(v, s);
			ck_assert_msg(!visible_char((unsigned char *)s, len), "U+%04lX", v);
		}
		len = utf8(v, s);
		ck_assert_msg(visible_char((unsigned char *)s, len) == len, "U+%04lX", v);
		if (!hidden[i][0])
			continue;
		len = utf8(hidden[i][0] - 1, s);
		ck_assert_msg(visible_char((unsigned char *)s, len) == len, "before U+%04lX",
			hidden[i][0]);
	}
}
END_TEST

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

	tcase_add_test(t, hidden_characters);
	tcase_add_test(t, texts);
	tcase_add_test(t, public_form);
	tcase_add_test(t, bytes);
	tcase_add_test(t, full_disk);
	suite_add_tcase(s, t);
	return s;
}
