// SPDX-License-Identifier: MIT
/* test_histtable.c - histograms of tables with every kind of key. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "table.h"

/*
 * A context with the maps of hist.bpf.c.  Its program does nothing, so it may be of any type: of
 * the one that every kernel has.
 */
static struct rawbpf *load(void)
{
	static const char was[] = "raw_tracepoint", is[sizeof(was)] = "kprobe";
	struct rawbpf *b = rawbpf_new();
	size_t len;
	char *object = t_data("object/hist.bpf.o", &len), *p;

	while ((p = memmem(object, len, was, sizeof(was))))
		memcpy(p, is, sizeof(was));
	ck_assert_msg(!rawbpf_load(b, .image = object, .image_len = len), "%s", rawbpf_errmsg(b));
	free(object);
	return b;
}

static void put(struct rawbpf *b, const char *map, const void *key, const void *value)
{
	ck_assert_msg(!rawbpf_table_update(rawbpf_table(b, map), key, value, 0), "%s: %s", map,
		rawbpf_errmsg(b));
}

static void put64(struct rawbpf *b, const char *map, const void *key, uint64_t value)
{
	put(b, map, key, &value);
}

static char *print(
	struct rawbpf *b, const char *map, bool linear, struct rawbpf_hist_opts o, int want)
{
	char *got = NULL;
	size_t len;
	int err;

	o.sz = sizeof(o);
	o.out = open_memstream(&got, &len);
	err = linear ? rawbpf_print_linear_hist_opts(rawbpf_table(b, map), &o)
		     : rawbpf_print_log2_hist_opts(rawbpf_table(b, map), &o);
	ck_assert_msg(err == want, "%s: %d %s", map, err, rawbpf_errmsg(b));
	fclose(o.out);
	return got;
}

#define BAR	    "****************************************"
#define LOG2(label) "     " label "               : count     distribution\n"
#define ROW0	    "         0 -> 1          : 0        |                                        |\n"

/* b's map with default options is exactly text. */
static void expect(struct rawbpf *b, const char *map, const char *text)
{
	char *got = print(b, map, false, (struct rawbpf_hist_opts){0}, 0);

	ck_assert_str_eq(got, text);
	free(got);
}

static void keep_warning(void *arg, enum rawbpf_log_level level, const char *msg)
{
	if (level == RAWBPF_LOG_WARN)
		snprintf(arg, 256, "%s", msg);
}

START_TEST(scalar_keys)
{
	struct rawbpf *b;
	uint32_t key;
	int32_t low = -60;
	int64_t minus = -3;
	uint64_t big = 3;
	uint8_t small = 200;
	char warning[256] = "";

	T_NEED_ROOT();
	b = load();
	expect(b, "dist", "");
	for (key = 0; key < 3; key++)
		put64(b, "dist", &key, key + 1);
	rawbpf_set_log(b, keep_warning, warning);
	expect(b, "dist",
		LOG2("value") "         0 -> 1          : 2        |**************************     "
			      "         |\n"
			      "         2 -> 3          : 3        |" BAR "|\n");
	ck_assert_ptr_nonnull(strstr(warning, "'dist'"));
	ck_assert_ptr_nonnull(strstr(warning, "log2l"));
	key = 2;
	put(b, "any_int", &key, &minus);
	put64(b, "any_int", &low, 7); /* counts from the end: slot 5 */
	expect(b, "any_int",
		LOG2("value") ROW0
		"         2 -> 3          : -3       |                                        |\n"
		"         4 -> 7          : 0        |                                        |\n"
		"         8 -> 15         : 0        |                                        |\n"
		"        16 -> 31         : 7        |" BAR "|\n");
	put(b, "any_u64", &big, &small);
	expect(b, "any_u64",
		LOG2("value") ROW0
		"         2 -> 3          : 0        |                                        |\n"
		"         4 -> 7          : 200      |" BAR "|\n");
	key = 2;
	put64(b, "one", &key, 1);
	expect(b, "one", LOG2("value") ROW0 "         2 -> 3          : 1        |" BAR "|\n");
	rawbpf_free(b);
}
END_TEST

START_TEST(out_of_range)
{
	struct rawbpf *b;
	struct rawbpf_error e = {0};
	uint32_t key = 70;
	uint64_t big = UINT64_MAX;
	uint8_t one = 1;
	char *got;

	T_NEED_ROOT();
	b = load();
	expect(b, "wide", ""); /* a long array that counts nothing past 64 is no harm */
	put64(b, "wide", &key, 1);
	got = print(b, "wide", false, (struct rawbpf_hist_opts){.error = &e}, -ERANGE);
	ck_assert_str_eq(got, "");
	ck_assert_ptr_nonnull(strstr(e.msg, "'70'"));
	ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->msg, "64"));
	free(got);
	got = print(b, "wide", true, (struct rawbpf_hist_opts){0}, 0);
	ck_assert_ptr_nonnull(strstr(got, "\n        70         : 1        |" BAR "|\n"));
	free(got);
	put(b, "any_u64", &big, &one);
	got = print(b, "any_u64", true, (struct rawbpf_hist_opts){0}, -ERANGE);
	ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->msg, "'18446744073709551615'"));
	free(got);
	rawbpf_free(b);
}
END_TEST

static void put_pid(struct rawbpf *b, const char *map, uint32_t pid, uint64_t slot, uint64_t n)
{
	struct {
		uint32_t pid, pad;
		uint64_t slot;
	} key = {pid, 0, slot};

	put64(b, map, &key, n);
}

static int by_pid(const void *x, const void *y, void *arg)
{
	uint32_t a, b;

	(void)arg;
	memcpy(&a, x, 4);
	memcpy(&b, y, 4);
	return (a > b) - (a < b);
}

START_TEST(struct_keys)
{
	static const char *const maps[] = {"by_pid", "padded"};
	struct rawbpf *b;
	size_t i;

	T_NEED_ROOT();
	b = load();
	for (i = 0; i < 2; i++) {
		char *got;

		put_pid(b, maps[i], 4000000000U, 1, 5);
		put_pid(b, maps[i], 7, 2, 9);
		got = print(b, maps[i], false,
			(struct rawbpf_hist_opts){.section_header = "pid",
				.val_type = "usecs",
				.bucket_sort_fn = by_pid},
			0);
		ck_assert_str_eq(got, "\npid = 7\n" LOG2("usecs") ROW0
			"         2 -> 3          : 9        |" BAR "|\n"
			"\npid = 4000000000\n" LOG2(
				"usecs") "         0 -> 1          : 5        |" BAR "|\n");
		free(got);
	}
	rawbpf_free(b);
}
END_TEST

START_TEST(names)
{
	struct {
		char comm[16];
		uint32_t slot;
	} comm = {"bash\0junk", 1};
	struct {
		int32_t stack, slot;
	} stack = {-14, 1};
	struct {
		uint32_t a, b, slot;
	} nested = {0, 1, 1};
	struct rawbpf *b;
	char *got;

	T_NEED_ROOT();
	b = load();
	put64(b, "by_comm", &comm, 1);
	memset(comm.comm, 0, sizeof(comm.comm));
	strcpy(comm.comm, "bash");
	comm.slot = 2;
	put64(b, "by_comm", &comm, 1);
	got = print(b, "by_comm", false, (struct rawbpf_hist_opts){0}, 0);
	/* one name is one section, whatever comes after its NUL */
	ck_assert_str_eq(got, "\nBucket ptr = bash\n" LOG2(
				      "value") "         0 -> 1          : 1        |" BAR "|\n"
					       "         2 -> 3          : 1        |" BAR "|\n");
	free(got);
	put64(b, "by_stack", &stack, 1);
	got = print(b, "by_stack", false, (struct rawbpf_hist_opts){0}, 0);
	ck_assert_ptr_nonnull(strstr(got, "\nBucket ptr = -14\n"));
	free(got);
	put64(b, "nested", &nested, 1);
	nested.b = 2;
	put64(b, "nested", &nested, 1);
	got = print(b, "nested", false, (struct rawbpf_hist_opts){0}, 0);
	ck_assert_ptr_nonnull(strstr(got, "\na = 0, b = 1\n"));
	ck_assert_ptr_nonnull(strstr(got, "\na = 0, b = 2\n"));
	free(got);
	rawbpf_free(b);
}
END_TEST

START_TEST(cpus_are_added)
{
	struct rawbpf *b;
	struct rawbpf_table_info info;
	uint64_t *values;
	uint32_t key = 2, i;
	char want[256];

	T_NEED_ROOT();
	b = load();
	ck_assert_int_eq(rawbpf_table_info(rawbpf_table(b, "percpu"), &info), 0);
	values = calloc(info.n_cpus, sizeof(*values));
	for (i = 0; i < info.n_cpus; i++)
		values[i] = i + 1;
	put(b, "percpu", &key, values);
	snprintf(want, sizeof(want),
		LOG2("value") ROW0 "         2 -> 3          : %-8u |" BAR "|\n",
		info.n_cpus * (info.n_cpus + 1) / 2);
	expect(b, "percpu", want);
	free(values);
	rawbpf_free(b);
}
END_TEST

START_TEST(no_histogram)
{
	struct rawbpf *b;
	char *got;

	T_NEED_ROOT();
	b = load();
	got = print(b, "no_slot", false, (struct rawbpf_hist_opts){0}, -EINVAL);
	ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->msg, "'no_slot' has no slot"));
	ck_assert_ptr_nonnull(rawbpf_error(b)->hint);
	free(got);
	got = print(b, "no_count", false, (struct rawbpf_hist_opts){0}, -EINVAL);
	ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->msg, "'no_count' has no count"));
	free(got);
	ck_assert_int_eq(rawbpf_print_log2_hist(NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_print_linear_hist(NULL), -EINVAL);
	ck_assert_int_eq(
		rawbpf_each_hist(rawbpf_table(b, "dist"), false, NULL, NULL, NULL), -EINVAL);
	rawbpf_free(b);
}
END_TEST

START_TEST(keys_without_btf)
{
	struct {
		char comm[16];
		uint64_t slot;
	} k24 = {"bash", 2};
	struct {
		char comm[16];
		uint32_t slot;
	} k20 = {"bash", 2};
	static const char want[] = "\nBucket ptr = bash\n" LOG2("value") ROW0
		"         2 -> 3          : 6        |" BAR "|\n";
	struct rawbpf *b;
	uint32_t key = 2;

	T_NEED_ROOT();
	b = load();
	put64(b, "old24", &k24, 6);
	expect(b, "old24", want);
	put64(b, "old20", &k20, 6);
	expect(b, "old20", want);
	put64(b, "old4", &key, 6);
	expect(b, "old4", strchr(want + 1, '\n') + 1);
	free(print(b, "old10", false, (struct rawbpf_hist_opts){0}, -EINVAL));
	rawbpf_free(b);
}
END_TEST

/* Keys that are told nothing about and are no text. */
START_TEST(bytes_without_btf)
{
	struct {
		uint32_t uid;
		char name[12];
		uint64_t slot;
	} k24 = {0, "bash", 2};
	struct {
		uint64_t zero[2];
		uint32_t slot;
	} __attribute__((packed)) k20 = {{0}, 2};
	struct rawbpf *b;
	char *got;

	T_NEED_ROOT();
	b = load();
	put64(b, "old24", &k24, 6);
	got = print(b, "old24", false, (struct rawbpf_hist_opts){0}, 0);
	ck_assert_ptr_nonnull(
		strstr(got, "\nBucket ptr = 00 00 00 00 62 61 73 68 00 00 00 00 00 00 00 00\n"));
	free(got);
	put64(b, "old20", &k20, 6);
	got = print(b, "old20", false, (struct rawbpf_hist_opts){0}, 0);
	ck_assert_ptr_nonnull(
		strstr(got, "\nBucket ptr = 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"));
	free(got);
	rawbpf_free(b);
}
END_TEST

/* The text language: its types are in the object that it makes. */
static const char records[] = ".struct solo\nuid: u32\n.end\n"
			      ".struct place\nuser: u32\ncpu: u32\n.end\n"
			      ".struct who\nuid: u32\nname: char[16]\nprio: s16\n.end\n"
			      ".struct deep\nwho: who\nat: place\n.end\n"
			      ".map solos histogram(solo)\n"
			      ".map places histogram(place)\n"
			      ".map whos histogram(who)\n"
			      ".map deeps linear(deep)\n"
			      ".map numbers histogram(s32)\n"
			      ".prog p \"kprobe\"\nreturn 0\n";

struct who {
	uint32_t uid;
	char name[16];
	int16_t prio;
};

static void expect_part(
	struct rawbpf *b, const char *map, bool linear, const char *header, const char *want)
{
	struct rawbpf_hist_opts o = {.section_header = header};
	char *got = print(b, map, linear, o, 0);

	ck_assert_msg(!strncmp(got, want, strlen(want)), "%s:\n%s", map, got);
	free(got);
}

START_TEST(records_by_field)
{
	struct {
		uint32_t uid;
		uint64_t slot;
	} solo = {7, 1};
	struct {
		uint32_t user, cpu;
		uint64_t slot;
	} place = {0, 1, 1};
	struct {
		struct who who;
		uint64_t slot;
	} who = {{1000, "a\x1b]0;b", -5}, 1};
	struct {
		struct who who;
		uint32_t user, cpu;
		uint64_t slot;
	} deep = {{0, "", 3}, 4, 5, 1};
	struct {
		int32_t n;
		uint64_t slot;
	} number = {-3, 1};
	struct rawbpf *b;

	T_NEED_ROOT();
	b = rawbpf_new();
	ck_assert_msg(!rawbpf_load(b, .text = records), "%s", rawbpf_errmsg(b));
	put64(b, "solos", &solo, 9);
	expect_part(b, "solos", false, NULL, "\nuid = 7\n" LOG2("value"));
	put64(b, "places", &place, 9);
	expect_part(b, "places", false, NULL, "\nuser = 0, cpu = 1\n" LOG2("value"));
	expect_part(b, "places", false, "at", "\nat = {user = 0, cpu = 1}\n" LOG2("value"));
	put64(b, "whos", &who, 9);
	expect_part(b, "whos", false, NULL,
		"\nuid = 1000, name = a\\x1b]0;b, prio = -5\n" LOG2("value"));
	put64(b, "deeps", &deep, 9);
	expect_part(b, "deeps", true, NULL,
		"\nwho = {uid = 0, name = \"\", prio = 3}, at = {user = 4, cpu = 5}\n"
		"     value         : count");
	put64(b, "numbers", &number, 9);
	expect_part(b, "numbers", false, NULL, "\nBucket ptr = -3\n" LOG2("value"));
	rawbpf_free(b);
}
END_TEST

START_TEST(records_of_clang)
{
	struct {
		uint32_t uid;
		char name[16];
		uint32_t slot;
	} owner = {1000, "bash", 1};
	struct {
		uint8_t mac[6];
		uint16_t slot;
	} mac = {{0, 0x1b, 2, 3, 4, 5}, 1};
	struct rawbpf *b;
	char *object;
	size_t len;

	T_NEED_ROOT();
	object = t_data("object/records.bpf.o", &len);
	b = rawbpf_new();
	ck_assert_msg(!rawbpf_load(b, .image = object, .image_len = len), "%s", rawbpf_errmsg(b));
	put64(b, "owners", &owner, 9);
	expect_part(b, "owners", true, NULL, "\nuid = 1000, name = bash\n     value");
	put64(b, "macs", &mac, 9);
	expect_part(b, "macs", false, NULL, "\nBucket ptr = 00 1b 02 03 04 05\n" LOG2("value"));
	rawbpf_free(b);
	free(object);
}
END_TEST

struct seen {
	unsigned n;
	uint64_t sum;
	size_t slots;
	char names[128];
};

static int see(void *arg, const struct rawbpf_hist *h)
{
	struct seen *s = arg;
	size_t i;

	s->n++;
	s->slots += h->n;
	for (i = 0; i < h->n; i++)
		s->sum += h->slots[i];
	if (h->section)
		strcat(strcat(s->names, h->section), ",");
	return s->n == 3 ? 42 : 0;
}

START_TEST(as_data)
{
	struct seen s = {0};
	struct rawbpf_hist_opts o = {.sz = sizeof(o), .bucket_sort_fn = by_pid};
	struct rawbpf *b;
	uint32_t key = 6;

	T_NEED_ROOT();
	b = load();
	put64(b, "dist", &key, 5);
	ck_assert_int_eq(rawbpf_each_hist(rawbpf_table(b, "dist"), false, NULL, see, &s), 0);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_uint_eq(s.slots, 7);
	ck_assert_uint_eq(s.sum, 5);
	ck_assert_str_eq(s.names, "");
	s.n = 0;
	for (key = 9; key > 4; key--)
		put_pid(b, "by_pid", key, 3, 1);
	ck_assert_int_eq(rawbpf_each_hist(rawbpf_table(b, "by_pid"), true, &o, see, &s), 42);
	ck_assert_str_eq(s.names, "5,6,7,");
	rawbpf_free(b);
}
END_TEST

/* Every allocation that fails is an error, and none leaks. */
START_TEST(no_memory)
{
	struct rawbpf *b;
	struct rawbpf_table *t;
	FILE *out;
	unsigned n;
	bool failed = true;
	int ret;

	T_NEED_ROOT();
	b = load();
	put_pid(b, "by_pid", 7, 2, 9);
	t = rawbpf_table(b, "by_pid");
	out = fopen("/dev/null", "we");
	ck_assert_int_eq(rawbpf_print_log2_hist(t, .out = out), 0); /* out has its buffer now */
	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		ret = rawbpf_print_log2_hist(t, .out = out);
		failed = t_alloc_failed();
		ck_assert_int_eq(ret, failed ? -ENOMEM : 0);
	}
	ck_assert_uint_gt(n, 4);
	fclose(out);
	rawbpf_free(b);
}
END_TEST

Suite *suite_histtable(void);
Suite *suite_histtable(void)
{
	Suite *s = suite_create("histtable");
	TCase *t = tcase_create("live");

	tcase_add_test(t, scalar_keys);
	tcase_add_test(t, out_of_range);
	tcase_add_test(t, struct_keys);
	tcase_add_test(t, names);
	tcase_add_test(t, keys_without_btf);
	tcase_add_test(t, bytes_without_btf);
	tcase_add_test(t, records_by_field);
	tcase_add_test(t, records_of_clang);
	tcase_add_test(t, cpus_are_added);
	tcase_add_test(t, no_histogram);
	tcase_add_test(t, as_data);
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	return s;
}
