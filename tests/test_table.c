// SPDX-License-Identifier: MIT
/* test_table.c - maps as their users see them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "old.h"
#include "t.h"
#include "table.h"

static struct rawbpf *loaded(struct fake *f)
{
	struct rawbpf *b = f ? fake_context(f) : rawbpf_new();
	size_t len;
	char *p = t_data("object/all.bpf.o", &len);

	ck_assert_msg(!rawbpf_load(b, .image = p, .image_len = len), "%s", rawbpf_errmsg(b));
	free(p);
	return b;
}

START_TEST(names)
{
	struct fake f = {0};
	struct rawbpf *b = loaded(&f);

	ck_assert_ptr_nonnull(rawbpf_table(b, "dist"));
	ck_assert_ptr_nonnull(rawbpf_table(b, ".rodata"));
	ck_assert_ptr_null(rawbpf_table(b, "dits"));
	ck_assert_str_eq(rawbpf_errmsg(b), "no map 'dits'; did you mean 'dist'?: ENOENT");
	ck_assert_ptr_null(rawbpf_table(b, NULL));
	ck_assert_int_eq(rawbpf_error(b)->err, -EINVAL);
	ck_assert_ptr_eq(table_context(rawbpf_table(b, "dist")), b);
	rawbpf_free(b);
}
END_TEST

START_TEST(null_is_legal)
{
	struct rawbpf_table_info info;
	struct table_key k;
	uint64_t v;

	ck_assert_ptr_null(rawbpf_table(NULL, "dist"));
	ck_assert_int_eq(rawbpf_table_lookup(NULL, &v, &v), -EINVAL);
	ck_assert_int_eq(rawbpf_table_update(NULL, &v, &v, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_table_delete(NULL, &v), -EINVAL);
	ck_assert_int_eq(rawbpf_table_next(NULL, NULL, &v), -EINVAL);
	ck_assert_int_eq(rawbpf_table_clear(NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_table_each(NULL, NULL, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_table_info(NULL, &info), -EINVAL);
	ck_assert_int_eq(table_key(NULL, &k), -EINVAL);
	ck_assert_int_eq(table_value(NULL, &k), -EINVAL);
	ck_assert_ptr_null(table_hist(NULL));
	ck_assert_ptr_null(table_context(NULL));
}
END_TEST

START_TEST(layout)
{
	struct fake f = {0};
	struct rawbpf *b = loaded(&f);
	struct table_key k;

	ck_assert_int_eq(table_key(rawbpf_table(b, "by_comm"), &k), 0);
	ck_assert_uint_eq(k.n_fields, 2);
	ck_assert_str_eq(k.fields[0].name, "comm");
	ck_assert_uint_eq(k.fields[0].size, 16);
	ck_assert(k.fields[0].is_bytes);
	ck_assert_str_eq(k.fields[1].name, "slot");
	ck_assert_uint_eq(k.fields[1].offset, 16);
	ck_assert_uint_eq(k.fields[1].size, 4);
	ck_assert(!k.fields[1].is_bytes && !k.fields[1].is_signed);
	ck_assert_int_eq(table_key(rawbpf_table(b, "dist"), &k), 0);
	ck_assert_uint_eq(k.n_fields, 1);
	ck_assert_ptr_null(k.fields[0].name);
	ck_assert_uint_eq(k.fields[0].size, 4);
	ck_assert(!k.fields[0].is_bytes);
	ck_assert_int_eq(table_value(rawbpf_table(b, "dist"), &k), 0);
	ck_assert_uint_eq(k.fields[0].size, 8);
	ck_assert_str_eq(table_hist(rawbpf_table(b, "dist")), "log2");
	ck_assert_ptr_null(table_hist(rawbpf_table(b, "by_comm")));
	rawbpf_free(b);
}
END_TEST

static int count_tables(void *arg, struct rawbpf_table *t, const char *hist)
{
	struct rawbpf_table_info i;

	ck_assert_int_eq(rawbpf_table_info(t, &i), 0);
	ck_assert_int_eq(!!hist, !strcmp(i.name, "dist"));
	return ++*(int *)arg == 4 ? 77 : 0;
}

START_TEST(each_table_stops)
{
	struct fake f = {0};
	struct rawbpf *b = loaded(&f);
	int n = 0;

	ck_assert_int_eq(rawbpf_each_table(b, count_tables, &n), 77);
	ck_assert_int_eq(rawbpf_each_table(b, NULL, NULL), -EINVAL);
	ck_assert_int_eq(n, 4);
	ck_assert_int_eq(rawbpf_each_table(NULL, count_tables, &n), -ENOMEM);
	rawbpf_free(b);
}
END_TEST

struct bucket {
	char comm[16];
	uint32_t slot;
};

/* The same with what every kernel has. */
static struct rawbpf *live(void)
{
	struct rawbpf *b = rawbpf_new();

	ck_assert_msg(!rawbpf_load(b, .text = ".struct bucket\n"
					      "	comm: char[16]\n"
					      "	slot: u32\n"
					      ".end\n"
					      ".map dist array(u32, u64, 65)\n"
					      ".map by_comm hash(bucket, u64, 1024)\n"
					      ".prog p \"kprobe\"\n"
					      "	return 0\n"),
		"%s", rawbpf_errmsg(b));
	return b;
}

START_TEST(live_elements)
{
	struct rawbpf_table *t;
	struct rawbpf_table_info info;
	struct bucket k = {"bash", 3}, next;
	uint64_t v = 42, got = 0;
	struct rawbpf *b;

	T_NEED_ROOT();
	b = live();
	t = rawbpf_table(b, "by_comm");
	ck_assert_int_eq(rawbpf_table_lookup(t, &k, &got), -ENOENT);
	ck_assert_str_eq(rawbpf_errmsg(b), ""); /* an answer, no failure */
	ck_assert_int_eq(rawbpf_table_next(t, NULL, &next), 0);
	ck_assert_int_eq(rawbpf_table_update(t, &k, &v, 0), 0);
	ck_assert_int_eq(rawbpf_table_lookup(t, &k, &got), 0);
	ck_assert_uint_eq(got, 42);
	ck_assert_int_eq(rawbpf_table_next(t, NULL, &next), 1);
	ck_assert_mem_eq(&k, &next, sizeof(k));
	ck_assert_int_eq(rawbpf_table_next(t, &k, &next), 0);
	ck_assert_int_eq(rawbpf_table_update(t, &k, &v, 1), -EEXIST); /* BPF_NOEXIST */
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "map 'by_comm'"));
	ck_assert_int_eq(rawbpf_table_delete(t, &k), 0);
	ck_assert_int_eq(rawbpf_table_delete(t, &k), -ENOENT);
	ck_assert_int_eq(rawbpf_table_info(t, &info), 0);
	ck_assert_uint_eq(info.key_size, 20);
	ck_assert_uint_eq(info.n_cpus, 1);
	if (!old_is_without("cmd obj_get_info_by_fd"))
		ck_assert_uint_gt(info.id, 0);
	rawbpf_free(b);
}
END_TEST

START_TEST(live_clear)
{
	struct rawbpf_table *t;
	uint64_t v = 9, got;
	uint32_t i;
	struct bucket k = {"x", 0};
	struct rawbpf *b;

	T_NEED_ROOT();
	b = live();
	t = rawbpf_table(b, "dist");
	for (i = 0; i < 65; i++)
		ck_assert_int_eq(rawbpf_table_update(t, &i, &v, 0), 0);
	ck_assert_int_eq(rawbpf_table_clear(t), 0);
	for (i = 0; i < 65; i++) {
		ck_assert_int_eq(rawbpf_table_lookup(t, &i, &got), 0);
		ck_assert_uint_eq(got, 0);
	}
	t = rawbpf_table(b, "by_comm");
	for (k.slot = 0; k.slot < 500; k.slot++)
		ck_assert_int_eq(rawbpf_table_update(t, &k, &v, 0), 0);
	ck_assert_int_eq(rawbpf_table_clear(t), 0);
	ck_assert_int_eq(rawbpf_table_next(t, NULL, &k), 0);
	rawbpf_free(b);
}
END_TEST

START_TEST(live_full)
{
	struct bucket k = {"x", 0};
	struct rawbpf *b;
	uint64_t v = 1;
	int err = 0;

	T_NEED_ROOT();
	b = live();
	for (k.slot = 0; !err && k.slot < 2000; k.slot++)
		err = rawbpf_table_update(rawbpf_table(b, "by_comm"), &k, &v, 0);
	ck_assert_int_eq(err, -E2BIG);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "give it more than 1024 entries"));
	rawbpf_free(b);
}
END_TEST

START_TEST(live_constants_stay)
{
	struct rawbpf *b;
	unsigned char v[64] = {0};
	uint32_t zero = 0;

	T_NEED_ROOT();
	OLD_NEED("map ringbuf");
	b = loaded(NULL);
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, ".rodata"), &zero, v), 0);
	ck_assert_ptr_nonnull(memmem(v, sizeof(v), "opened %d", 9));
	ck_assert_int_eq(rawbpf_table_update(rawbpf_table(b, ".rodata"), &zero, v, 0), -EPERM);
	rawbpf_free(b);
}
END_TEST

Suite *suite_table(void);
Suite *suite_table(void)
{
	Suite *s = suite_create("table");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, names);
	tcase_add_test(t, null_is_legal);
	tcase_add_test(t, layout);
	tcase_add_test(t, each_table_stops);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, live_elements);
	tcase_add_test(live, live_clear);
	tcase_add_test(live, live_full);
	tcase_add_test(live, live_constants_stay);
	suite_add_tcase(s, live);
	return s;
}
