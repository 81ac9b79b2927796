// SPDX-License-Identifier: MIT
/* test_source.c - files found and read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "source.h"
#include "t.h"

static int source_of(struct rawbpf *b, const char *file)
{
	struct rawbpf_load_opts o = {.sz = sizeof(o), .src_file = file};
	struct source s;
	int err = source_get(b, &o, &s);

	if (!err) {
		ck_assert_mem_eq(s.image, "\177ELF", 4);
		ck_assert_ptr_nonnull(s.name);
		source_free(&s);
	}
	return err;
}

START_TEST(object_file)
{
	struct rawbpf *b = rawbpf_new();
	int before = t_count_fds();

	ck_assert_int_eq(source_of(b, TEST_DATA "/object/all.bpf.o"), 0);
	ck_assert_int_eq(t_count_fds(), before);
	rawbpf_free(b);
}
END_TEST

START_TEST(missing)
{
	struct rawbpf *b = rawbpf_new();
	int before = t_count_fds();

	ck_assert_int_eq(source_of(b, "no_such_file.bpf"), -ENOENT);
	ck_assert_str_eq(rawbpf_error(b)->msg, "file 'no_such_file.bpf' cannot be opened: ENOENT");
	ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->hint, "/no_such_file.bpf' either"));
	ck_assert_int_eq(source_of(b, "/no_such_file.bpf"), -ENOENT);
	ck_assert_ptr_null(rawbpf_error(b)->hint);
	ck_assert_int_eq(source_of(b, ""), -ENOENT);
	ck_assert_int_eq(source_of(b, "/"), -EISDIR);
	ck_assert_int_eq(t_count_fds(), before);
	rawbpf_free(b);
}
END_TEST

/* bcc looks beside the program too. */
START_TEST(beside_the_program)
{
	struct rawbpf *b = rawbpf_new();

	ck_assert_int_eq(
		t_run(NULL, "cp %s/object/all.bpf.o %s/beside.bpf.o", TEST_DATA, TEST_BUILD), 0);
	ck_assert_msg(!source_of(b, "beside.bpf.o"), "%s", rawbpf_errmsg(b));
	ck_assert_int_eq(t_run(NULL, "rm %s/beside.bpf.o", TEST_BUILD), 0);
	ck_assert_int_eq(source_of(b, "beside.bpf.o"), -ENOENT);
	rawbpf_free(b);
}
END_TEST

/* Each call that fails leaves nothing open and says what failed. */
START_TEST(every_call_fails)
{
	static const int errs[] = {-EACCES, -EIO, -EMFILE, -ENOMEM};
	int before = t_count_fds();
	unsigned n;
	size_t i;

	for (i = 0; i < sizeof(errs) / sizeof(*errs); i++)
		for (n = 1; n <= 3; n++) {
			struct fake f = {.fail_at = n, .fail_err = errs[i]};
			struct rawbpf *b = fake_context(&f);

			ck_assert_int_eq(source_of(b, TEST_DATA "/object/all.bpf.o"), errs[i]);
			ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "all.bpf.o"));
			rawbpf_free(b);
			ck_assert_int_eq(t_count_fds(), before);
		}
}
END_TEST

START_TEST(interrupted_read)
{
	struct fake f = {.fail_at = 3, .fail_err = -EINTR};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(source_of(b, TEST_DATA "/object/all.bpf.o"), 0);
	ck_assert_uint_eq(f.n_calls, 4); /* open, fstat, read twice */
	rawbpf_free(b);
}
END_TEST

Suite *suite_source(void);
Suite *suite_source(void)
{
	Suite *s = suite_create("source");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, object_file);
	tcase_add_test(t, missing);
	tcase_add_test(t, beside_the_program);
	tcase_add_test(t, every_call_fails);
	tcase_add_test(t, interrupted_read);
	suite_add_tcase(s, t);
	return s;
}
