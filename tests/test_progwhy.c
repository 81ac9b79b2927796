// SPDX-License-Identifier: MIT
/* test_progwhy.c - refusals in words: by the log, by the errno alone. */
#include <errno.h>
#include <string.h>

#include "fake.h"
#include "progwhy.h"
#include "t.h"

START_TEST(refusal_names_the_line)
{
	struct fake f = {.refuse_prog = -EACCES, .log = fake_refusal};
	struct rawbpf *b = fake_context(&f);
	const struct rawbpf_error *e = rawbpf_error(b);

	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), -EACCES);
	ck_assert_str_eq(e->stage, "load");
	ck_assert_str_eq(e->prog, "on_open");
	ck_assert_int_eq(e->insn, 1);
	ck_assert_uint_gt(e->line, 0);
	ck_assert_ptr_nonnull(strstr(e->src_file, "all.bpf.c"));
	ck_assert_ptr_nonnull(strstr(e->msg, "prog 'on_open' rejected at "));
	ck_assert_ptr_nonnull(strstr(e->msg, ": R1 invalid mem access 'scalar': EACCES"));
	ck_assert_ptr_nonnull(strstr(e->hint, "bpf_probe_read_user"));
	ck_assert_ptr_nonnull(strstr(e->hint, "count(3);")); /* the source line */
	ck_assert_str_eq(e->log, fake_refusal);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_PROG_LOAD], 2); /* quiet, then with the log */
	ck_assert_uint_eq(f.n_open, 0);
	f.refuse_prog = 0;
	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), 0);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

/* It is of the program as a whole: where that begins. */
START_TEST(refusal_of_the_whole)
{
	struct fake f = {.refuse_prog = -E2BIG,
		.log = "The total number of maps per program has reached the limit of 64\n"
		       "processed 0 insns (limit 1000000)\n"};
	struct rawbpf *b = fake_context(&f);
	const struct rawbpf_error *e = rawbpf_error(b);

	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), -E2BIG);
	ck_assert_msg(!strncmp(e->msg, "prog 'on_open', from ", 21), "%s", e->msg);
	ck_assert_ptr_nonnull(strstr(e->msg, "all.bpf.c:"));
	ck_assert_ptr_nonnull(strstr(e->msg, " on, rejected: The total number of maps"));
	ck_assert_int_eq(e->insn, -1);
	ck_assert_uint_gt(e->line, 0);
	ck_assert_ptr_nonnull(strstr(e->src_file, "all.bpf.c"));
	ck_assert_msg(!strncmp(e->hint, "a program uses at most 64 maps", 30), "%s", e->hint);
	rawbpf_free(b);
}
END_TEST

START_TEST(silent_refusal)
{
	struct fake f = {.refuse_prog = -EINVAL};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), -EINVAL);
	ck_assert_str_eq(rawbpf_error(b)->msg, "prog 'on_open' of type tracepoint refused: EINVAL");
	ck_assert_ptr_nonnull(rawbpf_error(b)->hint);
	ck_assert_int_eq(rawbpf_error(b)->insn, -1);
	rawbpf_free(b);
}
END_TEST

/* The verifier was content; what came after it failed, and the cause is not in the program. */
START_TEST(no_verdict)
{
	static const struct {
		int err;
		const char *hint;
	} rows[] = {
		{-EMFILE, "ulimit -n"},
		{-ENFILE, "fs.file-max"},
		{-ENOMEM, "memory"},
		{-EAGAIN, "signals"},
		{-EINTR, "signals"},
		{-ENOSYS, "bpf(2)"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fake f = {
			.refuse_prog = rows[i].err, .log = "processed 2 insns (limit 9)\n"};
		struct rawbpf *b = fake_context(&f);
		const struct rawbpf_error *e = rawbpf_error(b);

		ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), rows[i].err);
		ck_assert_msg(strstr(e->msg, "prog 'on_open' of type tracepoint cannot be loaded"),
			"%s", e->msg);
		ck_assert_msg(e->hint && strstr(e->hint, rows[i].hint), "%s: %s", e->msg, e->hint);
		rawbpf_free(b);
	}
}
END_TEST

/* The same errno with the verifier's own words is a refusal. */
START_TEST(verdict_with_any_errno)
{
	struct fake f = {.refuse_prog = -ENOMEM, .log = fake_refusal};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), -ENOMEM);
	ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->msg, "invalid mem access"));
	rawbpf_free(b);
}
END_TEST

Suite *suite_progwhy(void);
Suite *suite_progwhy(void)
{
	Suite *s = suite_create("progwhy");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, refusal_names_the_line);
	tcase_add_test(t, refusal_of_the_whole);
	tcase_add_test(t, silent_refusal);
	tcase_add_test(t, no_verdict);
	tcase_add_test(t, verdict_with_any_errno);
	suite_add_tcase(s, t);
	return s;
}
