// SPDX-License-Identifier: MIT
/* test_listname.c - names that the assembler takes, whatever the object calls its own. */
#include <stdio.h>

#include "listname.h"
#include "t.h"
#include "tasm.h"

typedef void put_fn(struct buf *out, const char *name);

static void expect(put_fn *put, const char *name, const char *want)
{
	struct buf b = {0};

	put(&b, name);
	ck_assert_str_eq(buf_str(&b), want);
	buf_free(&b);
}

START_TEST(symbols)
{
	expect(listname_put, "count", "count");
	expect(listname_put, "a.b-c", "a_b_c");
	expect(listname_put, "9lives", "_9lives");
	expect(listname_put, "", "_");
	expect(listname_put, "caf\xc3\xa9", "caf__");
}
END_TEST

/* Each word that the assembler reserves, as it says itself, must not become a map's name. */
START_TEST(maps_are_no_words)
{
	static const char *const words[] = {"if", "goto", "gotol", "gotox", "may_goto", "call",
		"callx", "exit", "lock", "return", "args", "ctx", "retval", "sizeof", "pc", "ll",
		"store_release", "r0", "r10", "w3", "arg1", "arg6"};
	char want[32], text[128];
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(want, sizeof(want), "%s_", words[i]);
		expect(listname_map, words[i], want);
		snprintf(text, sizeof(text), ".map %s array(u32, u64, 1)\n", words[i]);
		tasm_fails(text, words[i]);
		snprintf(text, sizeof(text), ".map %s array(u32, u64, 1)\n", want);
		tasm_passes(text);
	}
	expect(listname_map, "iff", "iff");
	expect(listname_map, "rx", "rx");
}
END_TEST

START_TEST(quoted)
{
	struct buf b = {0};

	listname_quoted(&b, "a\"b\\c\n\x7f\0z", 9);
	ck_assert_str_eq(buf_str(&b), "\"a\\\"b\\\\c\\x0a\\x7f\\x00z\"");
	buf_free(&b);
}
END_TEST

Suite *suite_listname(void);
Suite *suite_listname(void)
{
	Suite *s = suite_create("listname");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, symbols);
	tcase_add_test(t, maps_are_no_words);
	tcase_add_test(t, quoted);
	suite_add_tcase(s, t);
	return s;
}
