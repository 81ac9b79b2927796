// SPDX-License-Identifier: MIT
/* test_btfext.c - records by section; malformed bytes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "btfext.h"
#include "t.h"

/* BTF with no types, whose strings are "", "one" (1) and "two" (5). */
static struct btf *ext_strings(void)
{
	static const uint32_t h[6] = {0x1eb9f, 24, 0, 0, 0, 9};
	unsigned char p[24 + 9];
	struct btf *b;

	memcpy(p, h, sizeof(h));
	memcpy(p + 24, "\0one\0two", 9);
	ck_assert_int_eq(btf_parse(p, sizeof(p), &b, NULL), 0);
	return b;
}

static const uint32_t ext_words[] = {
	0x1eb9f, 24, 0, 36, 36, 28,    /* header: func_info, line_info */
	8, 1, 2, 0, 100, 8, 101, 5, 0, /* func: section one: two records, section two: none */
	16, 5, 1, 0, 1, 5, 7 << 10,    /* line: section two: one record */
};

START_TEST(by_section)
{
	struct btf *b = ext_strings();
	struct rawbpf_error e;
	const unsigned char *p;
	struct btfext x;
	uint32_t n, v;

	ck_assert_msg(!btfext_parse(ext_words, sizeof(ext_words), &x, &e), "%s", e.msg);
	p = btfext_records(&x, BTFEXT_FUNC, b, "one", &n);
	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(x.part[BTFEXT_FUNC].rec_size, 8);
	memcpy(&v, p + 12, 4);
	ck_assert_uint_eq(v, 101);
	ck_assert_ptr_null(btfext_records(&x, BTFEXT_LINE, b, "one", &n));
	ck_assert_uint_eq(n, 0);
	p = btfext_records(&x, BTFEXT_LINE, b, "two", &n);
	ck_assert_uint_eq(n, 1);
	memcpy(&v, p + 12, 4);
	ck_assert_uint_eq(v, 7 << 10);
	ck_assert_ptr_null(btfext_records(&x, BTFEXT_CORE, b, "two", &n));
	btfext_free(&x);
	btf_free(b);
}
END_TEST

START_TEST(malformed)
{
	unsigned char p[sizeof(ext_words)];
	struct btf *b = ext_strings();
	struct rawbpf_error e;
	struct btfext x;
	uint32_t n;
	size_t i, k;

	for (i = 0; i < sizeof(p); i++)
		ck_assert_int_eq(btfext_parse(ext_words, i, &x, &e), -EINVAL);
	for (i = 0; i < sizeof(p); i++) {
		memcpy(p, ext_words, sizeof(p));
		p[i] ^= 0x81;
		if (btfext_parse(p, sizeof(p), &x, &e))
			continue;
		for (k = 0; k < BTFEXT_KINDS; k++)
			btfext_records(&x, (enum btfext_kind)k, b, "two", &n);
		btfext_free(&x);
	}
	btf_free(b);
}
END_TEST

Suite *suite_btfext(void);
Suite *suite_btfext(void)
{
	Suite *s = suite_create("btfext");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, by_section);
	tcase_add_test(t, malformed);
	suite_add_tcase(s, t);
	return s;
}
