// SPDX-License-Identifier: MIT
/* test_rawbpf.c - contexts: their life, options, and calls without one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "fake.h"
#include "t.h"

static int never(void *arg, const struct rawbpf_prog_info *p)
{
	(void)arg;
	ck_abort_msg("called for %s", p->name);
	return 0;
}

START_TEST(null_context)
{
	ck_assert_int_eq(rawbpf_load(NULL, .text = "x"), -ENOMEM);
	ck_assert_str_eq(rawbpf_errmsg(NULL), "out of memory");
	ck_assert_int_eq(rawbpf_error(NULL)->err, -ENOMEM);
	ck_assert_int_eq(rawbpf_prog_fd(NULL, "x"), -ENOMEM);
	ck_assert_int_eq(rawbpf_each_prog(NULL, never, NULL), -ENOMEM);
	rawbpf_set_log(NULL, NULL, NULL);
	rawbpf_set_hook(NULL, NULL, NULL);
	rawbpf_free(NULL);
}
END_TEST

START_TEST(empty_context)
{
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);

	ck_assert_str_eq(rawbpf_errmsg(b), "");
	ck_assert_int_eq(rawbpf_error(b)->err, 0);
	ck_assert_int_eq(rawbpf_each_prog(b, never, NULL), 0);
	ck_assert_int_eq(rawbpf_each_prog(b, NULL, NULL), -EINVAL);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_calls, 0);
}
END_TEST

START_TEST(options)
{
	struct {
		struct rawbpf_load_opts o;
		char newer[8];
	} big = {.o = {.sz = sizeof(big), .image = "x", .image_len = 1}};
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(rawbpf_load(b), -EINVAL);
	ck_assert_str_eq(rawbpf_errmsg(b),
		"none of .text, .src_file and .image given, not exactly one: EINVAL");
	ck_assert_int_eq(rawbpf_load(b, .text = "x", .src_file = "y"), -EINVAL);
	ck_assert_int_eq(rawbpf_load_opts(b, NULL), -EINVAL);
	ck_assert_int_lt(rawbpf_load_opts(b, &big.o), 0);
	ck_assert_int_ne(rawbpf_error(b)->err, -E2BIG); /* what is newer is zero */
	big.newer[7] = 1;
	ck_assert_int_eq(rawbpf_load_opts(b, &big.o), -E2BIG);
	big.o.sz = 1;
	ck_assert_int_eq(rawbpf_load_opts(b, &big.o), -EINVAL);
	ck_assert_uint_eq(f.n_calls, 0);
	rawbpf_free(b);
}
END_TEST

START_TEST(loads_once)
{
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);
	size_t len;
	char *p = t_data("object/all.bpf.o", &len);

	ck_assert_int_lt(rawbpf_load(b, .image = p, .image_len = len - 1), 0);
	ck_assert_int_eq(rawbpf_load(b, .image = p, .image_len = len, .name = "mine"), 0);
	ck_assert_int_eq(rawbpf_load(b, .image = p, .image_len = len), -EBUSY);
	ck_assert_str_eq(rawbpf_errmsg(b), "'mine' is loaded in this context already: EBUSY");
	free(p);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

/* A file without a program is refused and leaves the context as it was. */
START_TEST(no_program)
{
	static const char *const texts[] = {
		"", "\n", "; nothing\n.license \"GPL\"\n", ".map m array(u32, u64, 1)\n"};
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		ck_assert_int_eq(rawbpf_load(b, .text = texts[i], .name = "t.bpf"), -EINVAL);
		ck_assert_str_eq(rawbpf_error(b)->msg, "'t.bpf' has no program: EINVAL");
		ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->hint, ".prog NAME"));
	}
	ck_assert_int_eq(rawbpf_load(b, .src_file = "/dev/null"), -EINVAL);
	ck_assert_str_eq(rawbpf_error(b)->msg, "'/dev/null' has no program: EINVAL");
	ck_assert_uint_eq(f.n_bpf[RAWBPF_MAP_CREATE], 0);
	ck_assert_int_eq(rawbpf_load(b, .text = ".prog p \"uprobe\"\nr0 = 0\nexit\n"), 0);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

START_TEST(refused_btf_is_no_failure)
{
	struct fake f = {.no_btf = true};
	struct rawbpf *b = fake_context(&f);
	size_t len;
	char *p = t_data("object/all.bpf.o", &len);

	ck_assert_int_eq(rawbpf_load(b, .image = p, .image_len = len), 0);
	ck_assert_uint_eq(f.last_prog.prog.line_info_cnt, 0);
	ck_assert_uint_eq(f.last_map.map.btf_fd, 0);
	free(p);
	rawbpf_free(b);
}
END_TEST

static int stop_at_first(void *arg, const struct rawbpf_prog_info *p)
{
	ck_assert_ptr_nonnull(p->name);
	++*(int *)arg;
	return 42;
}

START_TEST(programs)
{
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);
	size_t len;
	char *p = t_data("object/all.bpf.o", &len);
	int n = 0;

	ck_assert_int_eq(rawbpf_load(b, .image = p, .image_len = len), 0);
	ck_assert_int_eq(rawbpf_each_prog(b, stop_at_first, &n), 42);
	ck_assert_int_eq(n, 1);
	free(p);
	rawbpf_free(b);
}
END_TEST

/* With a clang of this machine, what it makes today loads too. */
START_TEST(clang_of_today)
{
	const char *dir = TEST_BUILD;
	struct rawbpf *b;
	char path[4096];

	T_NEED_ROOT();
	if (t_run(NULL,
		    "for c in clang clang-14 clang-16 clang-19; do command -v $c && break; done | "
		    "grep -q . "))
		T_SKIP("no clang");
	ck_assert_int_eq(
		t_run(NULL,
			"c=$(for c in clang clang-14 clang-16 clang-19; do command -v $c && "
			"break; done) && cd %s/object && $c -O2 -g -target bpf -c all.bpf.c "
			"-o %s/today.bpf.o 2>&1",
			TEST_DATA, dir),
		0);
	snprintf(path, sizeof(path), "%s/today.bpf.o", dir);
	b = rawbpf_new();
	ck_assert_msg(!rawbpf_load(b, .src_file = path), "%s", rawbpf_errmsg(b));
	ck_assert_int_ge(rawbpf_prog_fd(b, "on_open_too"), 0);
	rawbpf_free(b);
}
END_TEST

Suite *suite_rawbpf(void);
Suite *suite_rawbpf(void)
{
	Suite *s = suite_create("rawbpf");
	TCase *t = tcase_create("unit"), *host = tcase_create("host");

	tcase_add_test(t, null_context);
	tcase_add_test(t, empty_context);
	tcase_add_test(t, options);
	tcase_add_test(t, loads_once);
	tcase_add_test(t, no_program);
	tcase_add_test(t, refused_btf_is_no_failure);
	tcase_add_test(t, programs);
	suite_add_tcase(s, t);
	tcase_set_timeout(host, 60);
	tcase_add_test(host, clang_of_today);
	suite_add_tcase(s, host);
	return s;
}
