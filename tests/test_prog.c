// SPDX-License-Identifier: MIT
/* test_prog.c - the programs of an object: their places, each for itself, found by name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "old.h"
#include "prog.h"
#include "t.h"

/* where a program's section, or bcc's form of its name, says it belongs */
START_TEST(places)
{
	static const char *const rows[][3] = {{"fentry/vfs_read", "f", "vfs_read"},
		{"kfunc", "kfunc__vfs_read", "vfs_read"},
		{"kfunc", "kfunc__vmlinux__vfs_read", "vmlinux__vfs_read"},
		{"kretfunc", "kretfunc__vfs_read", "vfs_read"}, {"kmod_ret", "kmod_ret__f", "f"},
		{"kprobe", "other__name", ""}, {"fentry", "f", ""}};
	struct prog p = {0};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		p.section = rows[i][0];
		p.name = rows[i][1];
		ck_assert_str_eq(prog_place(&p), rows[i][2]);
	}
}
END_TEST

START_TEST(one_call_each)
{
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), 0);
	/* 6 maps, 2 filled, 1 frozen, 2 programs, BTF: nothing else, and no call but bpf(2) */
	ck_assert_uint_eq(f.n_bpf[RAWBPF_MAP_CREATE], 6);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_MAP_UPDATE_ELEM], 2);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_MAP_FREEZE], 1);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_PROG_LOAD], 2);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_BTF_LOAD], 1);
	ck_assert_uint_eq(f.n_bpf_calls, 12);
	ck_assert_uint_eq(f.n_calls, 12);
	ck_assert_str_eq(f.last_prog.prog.prog_name, "on_open_too");
	ck_assert_uint_eq(f.last_prog.prog.log_level, 0);
	ck_assert_uint_gt(f.last_prog.prog.line_info_cnt, 0);
	ck_assert_uint_eq(f.n_open, 8); /* the BTF's is closed */
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

static int refused_one(void *arg, const struct rawbpf_prog_info *p)
{
	ck_assert_int_eq(p->err, -EACCES);
	ck_assert_int_eq(p->fd, -1);
	ck_assert_ptr_nonnull(strstr(p->error, "invalid mem access"));
	ck_assert_ptr_nonnull(p->hint);
	++*(int *)arg;
	return 0;
}

START_TEST(each_for_itself)
{
	struct fake f = {.refuse_prog = -EACCES, .log = fake_refusal};
	struct rawbpf *b = fake_context(&f);
	size_t len;
	char *p = t_data("object/all.bpf.o", &len);
	int n = 0;

	ck_assert_int_eq(rawbpf_load(b, .image = p, .image_len = len, .each = true), 0);
	ck_assert_int_eq(rawbpf_each_prog(b, refused_one, &n), 0);
	ck_assert_int_eq(n, 3);
	ck_assert_str_eq(rawbpf_errmsg(b), "");
	ck_assert_int_eq(rawbpf_prog_fd(b, "on_open"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "is not loaded"));
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
	free(p);
}
END_TEST

START_TEST(find)
{
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(rawbpf_prog_fd(b, "on_open"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "nothing is loaded"));
	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), 0);
	ck_assert_int_ge(rawbpf_prog_fd(b, "on_open"), FAKE_FD);
	ck_assert_int_eq(rawbpf_prog_fd(b, "on_opne"), -ENOENT);
	ck_assert_str_eq(rawbpf_errmsg(b), "no program 'on_opne'; did you mean 'on_open'?: ENOENT");
	ck_assert_int_eq(rawbpf_prog_fd(b, "not_loaded"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "begins with '?'"));
	ck_assert_int_eq(rawbpf_prog_fd(b, NULL), -EINVAL);
	rawbpf_free(b);
}
END_TEST

START_TEST(on_this_kernel)
{
	struct rawbpf *b = rawbpf_new();
	int before;

	T_NEED_ROOT();
	OLD_NEED("map ringbuf");
	before = t_count_fds();
	ck_assert_msg(!fake_load(b, "object/all.bpf.o"), "%s", rawbpf_errmsg(b));
	ck_assert_int_ge(rawbpf_prog_fd(b, "on_open"), 0);
	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), -EBUSY);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), before);
}
END_TEST

Suite *suite_prog(void);
Suite *suite_prog(void)
{
	Suite *s = suite_create("prog");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, places);
	tcase_add_test(t, one_call_each);
	tcase_add_test(t, each_for_itself);
	tcase_add_test(t, find);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, on_this_kernel);
	suite_add_tcase(s, live);
	return s;
}
