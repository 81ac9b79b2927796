// SPDX-License-Identifier: MIT
/* test_hist.c - histograms against bcc's own output, and their limits. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "t.h"

enum { HT_ENTRIES = 4096, HT_SECTIONS = 64 };

/* A bucket of each type that the cases use. */
union hist_bucket {
	int32_t s32;
	uint32_t u32;
	int64_t s64;
	uint64_t u64;
	char text[32];
};

struct hist_case {
	char name[64], type[16], print_fn[16];
	char val_type[256], header[256];
	bool linear, strip, sort, sections, error;
	union hist_bucket bucket[HT_SECTIONS];
	size_t size;
	struct rawbpf_hist_entry e[HT_ENTRIES];
	size_t n;
	char want[65536];
};

static void unescape(char *dst, const char *src)
{
	for (; *src; src++) {
		if (*src == '\\' && src[1])
			*dst++ = *++src == 'n' ? '\n' : *src == 't' ? '\t' : *src;
		else
			*dst++ = *src;
	}
	*dst = '\0';
}

static bool is_type(const struct hist_case *c, const char *type)
{
	return strstr(c->type, type) != NULL;
}

static void set_bucket(struct hist_case *c, unsigned i, const char *text)
{
	union hist_bucket *b = &c->bucket[i];

	ck_assert_uint_lt(i, HT_SECTIONS);
	memset(b, 0, sizeof(*b));
	c->size = 4;
	if (!strcmp(c->print_fn, "empty"))
		b->u32 = i;
	else if (is_type(c, "u32"))
		b->u32 = (uint32_t)strtoul(text, NULL, 0);
	else if (is_type(c, "s32"))
		b->s32 = (int32_t)strtol(text, NULL, 0);
	else if (is_type(c, "u64"))
		b->u64 = strtoull(text, NULL, 0), c->size = 8;
	else if (is_type(c, "s64"))
		b->s64 = strtoll(text, NULL, 0), c->size = 8;
	else
		unescape(b->text, text), c->size = is_type(c, "comm") ? 16 : 32;
}

static void add_entry(struct hist_case *c, const char *text)
{
	struct rawbpf_hist_entry *e = &c->e[c->n++];
	unsigned section = 0;
	char *end = (char *)text;

	ck_assert_uint_le(c->n, HT_ENTRIES);
	if (c->sections)
		section = (unsigned)strtoul(text, &end, 10);
	e->slot = strtoll(end, &end, 10);
	e->count = (int64_t)strtoull(end, NULL, 10);
	e->bucket = &c->bucket[section];
	e->size = c->size;
}

static void case_line(struct hist_case *c, char *line)
{
	char *arg = strchr(line, ' ');

	if (*line == '|') {
		strcat(strcat(c->want, line + 1), "\n");
		return;
	}
	ck_assert_ptr_nonnull(arg);
	*arg++ = '\0';
	if (!strcmp(line, "case"))
		snprintf(c->name, sizeof(c->name), "%s", arg);
	else if (!strcmp(line, "kind"))
		c->linear = !strcmp(arg, "linear");
	else if (!strcmp(line, "val_type"))
		unescape(c->val_type, arg);
	else if (!strcmp(line, "strip"))
		c->strip = *arg == '1';
	else if (!strcmp(line, "types"))
		sscanf(arg, "%15s", c->type);
	else if (!strcmp(line, "header"))
		c->sections = true, unescape(c->header, arg);
	else if (!strcmp(line, "sort"))
		c->sort = true;
	else if (!strcmp(line, "print_fn"))
		sscanf(arg, "%15s", c->print_fn);
	else if (!strcmp(line, "error"))
		c->error = true;
	else if (!strcmp(line, "at"))
		add_entry(c, arg);
	else if (!strcmp(line, "section")) {
		char *text = strchr(arg, ' ');

		set_bucket(c, (unsigned)atoi(arg), text ? text + 1 : "");
	} else
		ck_abort_msg("%s: unknown line '%s'", c->name, line);
}

static uint64_t number(const void *bucket, size_t size)
{
	const union hist_bucket *b = bucket;

	return size == 4 ? b->u32 : b->u64;
}

static void print_section(FILE *out, const void *bucket, size_t size, void *arg)
{
	const struct hist_case *c = arg;
	const union hist_bucket *b = bucket;
	uint64_t v = size > 8 ? 0 : number(bucket, size);

	if (!strcmp(c->print_fn, "pid"))
		fprintf(out, "%" PRIu64 " comm-%" PRIu64, v, v);
	else if (!strcmp(c->print_fn, "hex"))
		fprintf(out, "0x%" PRIx64, v);
	else if (!strcmp(c->print_fn, "decode"))
		fprintf(out, "%s", b->text);
	else if (!strcmp(c->print_fn, "int"))
		fprintf(out, "%" PRId64, size == 4 && is_type(c, "s32") ? b->s32 : (int64_t)v);
}

static int sort_section(const void *a, const void *b, void *arg)
{
	const struct hist_case *c = arg;
	uint64_t x, y;

	if (c->size > 8)
		return memcmp(a, b, c->size);
	x = number(a, c->size);
	y = number(b, c->size);
	return (x > y) - (x < y);
}

/* The scalar cases as a table has them: by key, later ones overwrite. */
static int print_scalar(
	const struct hist_case *c, const struct rawbpf_hist_opts *o, const struct hist_form *form)
{
	static uint64_t slots[HIST_LINEAR_MAX + 1];
	int max = c->linear ? HIST_LINEAR_MAX : HIST_LOG2_MAX, slot;
	char num[24];
	size_t i;

	memset(slots, 0, sizeof(slots));
	for (i = 0; i < c->n; i++) {
		slot = hist_slot(c->e[i].slot, max);
		snprintf(num, sizeof(num), "%" PRId64, c->e[i].slot);
		if (slot < 0)
			return hist_range(o, num, max);
		slots[slot] = (uint64_t)c->e[i].count;
	}
	return hist_print(o, form, slots, (size_t)max + 1);
}

static void run_case(struct hist_case *c)
{
	struct rawbpf_error e = {0};
	struct rawbpf_hist_opts all, o = {.sz = sizeof(o),
					     .val_type = c->val_type,
					     .arg = c,
					     .section_header = c->header,
					     .strip_leading_zero = c->strip,
					     .error = &e};
	struct hist_form form = {.kind = c->linear ? HIST_LINEAR : HIST_LOG2};
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);
	int err;

	ck_assert_ptr_nonnull(out);
	if (c->sort)
		o.bucket_sort_fn = sort_section;
	if (c->print_fn[0] && strcmp(c->print_fn, "none"))
		o.section_print_fn = print_section;
	if (*c->type == 's')
		form.name = HIST_NAME_SIGNED;
	ck_assert_int_eq(hist_opts(&all, &o, out, NULL), 0);
	err = c->sections ? hist_sections(&all, &form, c->e, c->n) : print_scalar(c, &all, &form);
	fclose(out);
	ck_assert_msg(err == (c->error ? -ERANGE : 0), "case %s: %d %s", c->name, err, e.msg);
	ck_assert_msg(!strcmp(got, c->want), "case %s: got\n%swant\n%s", c->name, got, c->want);
	ck_assert(!c->error || (strstr(e.msg, c->linear && !c->sections ? "1025" : "1024") &&
				       strstr(e.msg, c->sections ? "64" : "1024")));
	free(got);
}

START_TEST(golden_cases)
{
	char *text = t_data("histograms/cases.txt", NULL), *line, *next;
	struct hist_case *c = calloc(1, sizeof(*c));
	int n = 0;

	ck_assert_ptr_nonnull(c);
	for (line = text; *line; line = next) {
		next = strchr(line, '\n');
		ck_assert_ptr_nonnull(next);
		*next++ = '\0';
		if (!strcmp(line, "end")) {
			run_case(c);
			memset(c, 0, sizeof(*c));
			n++;
		} else if (*line != '#')
			case_line(c, line);
	}
	ck_assert_int_ge(n, 200);
	free(c);
	free(text);
}
END_TEST

/* Quotients whose double is an integer though the exact value is below it; python's answers. */
START_TEST(stars_round_once)
{
	static const struct {
		unsigned cells;
		uint64_t val, max;
		unsigned want;
	} t[] = {
		{40, 0, 1, 0},
		{40, 1, 1, 40},
		{40, 1, 40, 1},
		{40, 39, 1600, 0},
		{40, 0, 0, 0},
		{40, UINT64_MAX - 1, UINT64_MAX, 40},
		{40, 9007199254740991, 9007199254740992, 39},
		{40, UINT64_MAX / 40, UINT64_MAX, 1},
		{40, UINT64_MAX / 40 - 25, UINT64_MAX, 1},
		{40, UINT64_MAX / 40 - 26, UINT64_MAX, 0},
		{20, UINT64_MAX / 2, UINT64_MAX, 10},
		{40, 675539944105572, 9007199254740992, 2},
		{40, 461168601842738790, UINT64_MAX, 1},
		{20, 1844674407370955161, UINT64_MAX, 2},
		{40, UINT64_MAX / 2, UINT64_MAX, 20},
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++)
		ck_assert_msg(hist_stars(t[i].cells, t[i].val, t[i].max) == t[i].want,
			"row %zu: %u", i, hist_stars(t[i].cells, t[i].val, t[i].max));
}
END_TEST

static char *print_log2(const uint64_t *slots, size_t n, const struct rawbpf_hist_opts *o, int want)
{
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	ck_assert_int_eq(rawbpf_fprint_log2_hist_opts(out, slots, n, o), want);
	fclose(out);
	return got;
}

START_TEST(slots_past_the_end)
{
	uint64_t slots[100] = {[3] = 1, [70] = 1};
	struct rawbpf_error e;
	struct rawbpf_hist_opts o = {.sz = sizeof(o), .error = &e};
	char *got = print_log2(slots, 100, &o, -ERANGE);

	ck_assert_str_eq(got, "");
	ck_assert_ptr_nonnull(strstr(e.msg, "'70'"));
	ck_assert_ptr_nonnull(strstr(e.msg, "64"));
	ck_assert_ptr_nonnull(e.hint);
	free(got);
	slots[70] = 0; /* empty slots are no harm */
	got = print_log2(slots, 100, &o, 0);
	ck_assert_ptr_nonnull(strstr(got, " 4 -> 7 "));
	free(got);
	free(print_log2(NULL, 3, &o, -EINVAL));
	got = print_log2(NULL, 0, NULL, 0);
	ck_assert_str_eq(got, "");
	free(got);
}
END_TEST

START_TEST(keyword_calls)
{
	uint64_t slots[3] = {0, 1, 2};
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	ck_assert_int_eq(rawbpf_fprint_log2_hist(out, slots, 3), 0);
	ck_assert_int_eq(rawbpf_fprint_linear_hist(out, slots, 3, .val_type = "n"), 0);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(got, "     value               : count "));
	ck_assert_ptr_nonnull(strstr(got, "\n     n             : count "));
	free(got);
}
END_TEST

START_TEST(unwritable_out)
{
	uint64_t slots[3] = {0, 1, 2};
	struct rawbpf_hist_entry entry = {.bucket = "ab", .size = 2, .slot = 1, .count = 1};
	struct rawbpf_error e;
	FILE *out = fopen("/dev/full", "we");

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(rawbpf_fprint_log2_hist(out, slots, 3, .error = &e), -ENOSPC);
	ck_assert_str_eq(e.msg, "histogram cannot be written: ENOSPC");
	ck_assert_int_eq(rawbpf_fprint_log2_sections(out, &entry, 1), -ENOSPC);
	fclose(out);
}
END_TEST

static void tens(void *bucket, size_t size, void *arg)
{
	uint32_t v;

	ck_assert_uint_eq(size, 4);
	memcpy(&v, bucket, 4);
	v /= 10;
	memcpy(bucket, &v, 4);
	++*(int *)arg;
}

START_TEST(bucket_fn_merges_and_overwrites)
{
	const uint32_t key[] = {12, 25, 17};
	struct rawbpf_hist_entry e[] = {
		{&key[0], 4, 2, 5}, {&key[1], 4, 2, 7}, {&key[2], 4, 2, 6}, {&key[2], 4, 3, -1}};
	int calls = 0;
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	ck_assert_int_eq(rawbpf_fprint_log2_sections(out, e, 4, .bucket_fn = tens, .arg = &calls,
				 .section_header = "pid"),
		0);
	fclose(out);
	ck_assert_int_eq(calls, 4);
	ck_assert_uint_eq(key[0], 12);
	ck_assert_str_eq(got,
		"\npid = 1\n"
		"     value               : count     distribution\n"
		"         0 -> 1          : 0        |                                        |\n"
		"         2 -> 3          : 6        |****************************************|\n"
		"\npid = 2\n"
		"     value               : count     distribution\n"
		"         0 -> 1          : 0        |                                        |\n"
		"         2 -> 3          : 7        |****************************************|\n");
	free(got);
}
END_TEST

static int by_first_byte(const void *a, const void *b, void *arg)
{
	(void)arg;
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* Names are cut at NUL, control bytes cannot reach a terminal; ties keep their order. */
START_TEST(names_and_order)
{
	struct rawbpf_hist_entry e[] = {{"b\033[m\0zz", 7, 0, 1}, {"a2\0\0\0\0\0", 7, 0, 1},
		{"a1\0\0\0\0\0", 7, 0, 1}, {NULL, 0, 0, 1}};
	struct rawbpf_error err;
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	ck_assert_int_eq(
		rawbpf_fprint_linear_sections(out, e, 3, .bucket_sort_fn = by_first_byte), 0);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(got, "= b\\x1b[m\n"));
	ck_assert(strstr(got, "= a2\n") < strstr(got, "= a1\n"));
	ck_assert(strstr(got, "= a1\n") < strstr(got, "= b"));
	free(got);
	e[3].size = 4; /* bytes promised, none given */
	ck_assert_int_eq(rawbpf_fprint_log2_sections(stdout, e, 4, .error = &err), -EINVAL);
	ck_assert_int_eq(rawbpf_fprint_log2_sections(stdout, NULL, 4, .error = &err), -EINVAL);
	e[0].slot = -66;
	ck_assert_int_eq(rawbpf_fprint_log2_sections(stdout, e, 1, .error = &err), -ERANGE);
	ck_assert_ptr_nonnull(strstr(err.msg, "'-66'"));
}
END_TEST

START_TEST(many_sections)
{
	enum { N = 20000 };
	struct rawbpf_hist_entry *e = calloc(N, sizeof(*e));
	uint64_t *key = calloc(N, sizeof(*key));
	FILE *out = fopen("/dev/null", "we");
	size_t i;

	for (i = 0; i < N; i++) {
		key[i] = i << 40;
		e[i] = (struct rawbpf_hist_entry){&key[i], 8, 1, 1};
	}
	ck_assert_int_eq(rawbpf_fprint_log2_sections(out, e, N), 0);
	fclose(out);
	free(key);
	free(e);
}
END_TEST

Suite *suite_hist(void);
Suite *suite_hist(void)
{
	Suite *s = suite_create("hist");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, golden_cases);
	tcase_add_test(t, stars_round_once);
	tcase_add_test(t, slots_past_the_end);
	tcase_add_test(t, keyword_calls);
	tcase_add_test(t, unwritable_out);
	tcase_add_test(t, bucket_fn_merges_and_overwrites);
	tcase_add_test(t, names_and_order);
	tcase_add_test(t, many_sections);
	suite_add_tcase(s, t);
	return s;
}
