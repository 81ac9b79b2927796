// SPDX-License-Identifier: MIT
/* test_fmt.c - python's str.format; the expected texts are python's own. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "t.h"

static const struct rawbpf_trace_fields sample = {.task = "b\303\244sh",
	.flags = "d..1",
	.ts = "1768.945420",
	.symbol = "bpf_trace_printk",
	.msg = "hello w\303\266rld",
	.msg_len = 12,
	.pid = 1234,
	.tgid = -1,
	.cpu = 3};

/* sample by text, malloc'ed; NULL when the format is refused. */
static char *format(const char *text, const struct rawbpf_trace_fields *fields)
{
	struct rawbpf_error e;
	struct buf out = {0};
	char *diag = NULL;
	struct fmt f;

	if (fmt_compile(&f, text, &e, &diag)) {
		free(diag);
		return NULL;
	}
	ck_assert_ptr_null(diag);
	fmt_format(&f, fields, &out);
	ck_assert(!out.failed);
	fmt_free(&f);
	return buf_steal(&out);
}

START_TEST(as_python)
{
	static const struct {
		const char *fmt, *want;
	} t[] = {
		{"{0}|{1}|{2}|{3}|{4}|{5}",
			"b\303\244sh|1234|3|d..1|1768.94542|hello w\303\266rld"},
		{"{} {} {} {} {} {}", "b\303\244sh 1234 3 d..1 1768.94542 hello w\303\266rld"},
		{"{{{1}}}", "{1234}"},
		{"pid {1}, msg = {5}", "pid 1234, msg = hello w\303\266rld"},
		{"{0:>8}|{0:<8}|{0:^9}|{0:08}|{0:*^10}|{0:.2}|{0:\303\266>6}",
			"    b\303\244sh|b\303\244sh    |  b\303\244sh   "
			"|b\303\244sh0000|***b\303\244sh***|b\303\244|\303\266\303\266b\303\244sh"},
		{"{1:x} {1:X} {1:08d} {1:<8}| {1:^8}|{1:0<6}|{1:=8}|{1:.1f} {1:g} {1:e}",
			"4d2 4D2 00001234 1234    |   1234  |123400|    1234|1234.0 1234 "
			"1.234000e+03"},
		{"{4:.2f} {4:e} {4:g} {4:12.3f} {4:012.1f} {4:.3} {4:.8} {4:.1} {4:<14}|",
			"1768.95 1.768945e+03 1768.95     1768.945 0000001768.9 1.77e+03 1768.9454 "
			"2e+03 1768.94542    |"},
		{"{5:.7s}|{5:20s}|{5:>20}",
			"hello w|hello w\303\266rld         |         hello w\303\266rld"},
		{"{5}{5}", "hello w\303\266rldhello w\303\266rld"},
		{"", ""},
		{"plain", "plain"},
		{"{2:3}{2:03}", "  3003"},
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		char *got = format(t[i].fmt, &sample);

		ck_assert_msg(got, "%s was refused", t[i].fmt);
		ck_assert_str_eq(got, t[i].want);
		free(got);
	}
}
END_TEST

static void check_floats(void)
{
	static const struct {
		const char *ts, *want;
	} t[] = {
		{"0.000000", "0.0"},
		{"201", "201.0"},
		{"4618588238758", "4618588238758.0"},
		{"12.25", "12.25"},
		{"0.00001", "1e-05"},
		{"0.0001", "0.0001"},
		{"123456789012345678", "1.2345678901234568e+17"},
		{"9999999999999998", "9999999999999998.0"},
		{"10000000000000000", "1e+16"},
		{"99999.999999", "99999.999999"},
		{"18446744073709551615", "1.8446744073709552e+19"},
		{"1.10", "1.1"},
		{"0.1", "0.1"},
	};
	struct rawbpf_trace_fields f = sample;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		char *got;

		f.ts = t[i].ts;
		got = format("{4}", &f);
		ck_assert_str_eq(got, t[i].want);
		free(got);
	}
}

START_TEST(floats)
{
	check_floats();
}
END_TEST

/* A program may have set a locale that writes 1,5. */
START_TEST(floats_in_another_locale)
{
	if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
		T_SKIP("no locale with a decimal comma is installed");
	check_floats();
}
END_TEST

START_TEST(nul_in_message)
{
	struct rawbpf_trace_fields f = sample;
	struct rawbpf_error e;
	struct buf out = {0};
	char *diag = NULL;
	struct fmt x;

	f.msg = "a\0b";
	f.msg_len = 3;
	ck_assert_int_eq(fmt_compile(&x, "{5:>4}", &e, &diag), 0);
	fmt_format(&x, &f, &out);
	ck_assert_uint_eq(out.len, 4);
	ck_assert_mem_eq(out.data, " a\0b", 5);
	buf_free(&out);
	fmt_free(&x);
}
END_TEST

START_TEST(refused)
{
	static const struct {
		const char *fmt;
		int caret; /* bytes before it */
		const char *word;
	} t[] = {
		{"{", 1, "expected '}'"},
		{"a}b", 1, "without a '{'"},
		{"{6}", 1, "0 to 5"},
		{"{99999999999999999999}", 1, "0 to 5"},
		{"{x}", 1, "field number"},
		{"{1!r}", 2, "expected '}'"},
		{"{1.x}", 2, "expected '}'"},
		{"{} {1}", 4, "after '{}'"},
		{"{1} {}", 5, "numbered"},
		{"{}{}{}{}{}{}{}", 13, "more than 6"},
		{"{1} {5:q}", 7, "unknown code 'q'"},
		{"{5:d}", 3, "not for a string"},
		{"{1:s}", 3, "not for an integer"},
		{"{4:x}", 3, "not for a float"},
		{"{1:.3}", 3, "no precision"},
		{"{4:.f}", 4, "precision is missing"},
		{"{0:=8}", 3, "aligns numbers"},
		{"{1:9999999999}", 3, "width"},
		{"{4:.9999999}", 4, "precision is over"},
		{"{1:5", 4, "expected '}'"},
		{"{1:{2}}", 3, "expected '}'"},
		{"\303\244{9}", 2, "0 to 5"},
	};
	struct rawbpf_error e;
	char *diag = NULL;
	struct fmt f;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		char *caret;

		ck_assert_msg(fmt_compile(&f, t[i].fmt, &e, &diag) == -EINVAL, "%s", t[i].fmt);
		ck_assert_msg(strstr(e.msg, t[i].word) != NULL, "%s: %s", t[i].fmt, e.msg);
		ck_assert_ptr_nonnull(strstr(e.msg, t[i].fmt));
		caret = strchr(diag, '\n') + 1;
		ck_assert_msg((int)strspn(caret, " ") == t[i].caret, "%s", diag);
		ck_assert_str_eq(caret + t[i].caret, "^\n");
	}
	free(diag);
}
END_TEST

Suite *suite_fmt(void);
Suite *suite_fmt(void)
{
	Suite *s = suite_create("fmt");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, as_python);
	tcase_add_test(t, floats);
	tcase_add_test(t, floats_in_another_locale);
	tcase_add_test(t, nul_in_message);
	tcase_add_test(t, refused);
	suite_add_tcase(s, t);
	return s;
}
