// SPDX-License-Identifier: MIT
/* test_progload.c - programs passed to the kernel, old and new; every call fails. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"
#include "kern.h"
#include "prog.h"
#include "t.h"

START_TEST(log_grows)
{
	struct fake f = {.refuse_prog = -EACCES, .log = fake_refusal, .log_needs = 1U << 20};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), -EACCES);
	ck_assert_str_eq(rawbpf_error(b)->log, fake_refusal);
	ck_assert_int_eq(rawbpf_error(b)->err, -EACCES);
	rawbpf_free(b);
}
END_TEST

/* A log that no buffer holds: the first errno is not lost. */
START_TEST(log_too_long)
{
	struct fake f = {.refuse_prog = -EACCES, .log = fake_refusal, .log_needs = UINT32_MAX};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), -EACCES);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "EACCES"));
	rawbpf_free(b);
}
END_TEST

/* A log of n bytes or more: a first line, steps, a refusal; malloc'ed. */
static char *long_log(size_t n)
{
	static const char step[] = "1: (07) r6 += 1           ; R6=scalar(umax=1000000)\n";
	char *log = malloc(n + 4096), *p = log;

	ck_assert_ptr_nonnull(log);
	for (p = stpcpy(p, "the first line\n0: (b7) r6 = 0\n"); (size_t)(p - log) < n;)
		p = stpcpy(p, step);
	strcpy(p, "2: (79) r1 = *(u64 *)(r1 +112)\n3: (79) r0 = *(u64 *)(r1 +0)\n"
		  "R1 invalid mem access 'scalar'\nprocessed 4 insns (limit 1000000)\n");
	return log;
}

/* Linux 6.4 keeps the end of a log that is too long; both ends are kept. */
START_TEST(log_keeps_both_ends)
{
	static const size_t sizes[] = {1 << 20, 15 << 20, 17 << 20, 60 << 20};
	size_t i, n;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char *log = long_log(sizes[i]);
		struct fake f = {.refuse_prog = -EACCES, .log = log, .log_rotates = true};
		struct rawbpf *b = fake_context(&f);
		const struct rawbpf_error *e = rawbpf_error(b);
		const char *gap;

		ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), -EACCES);
		n = strlen(log);
		if (n < 16 << 20) {
			ck_assert_str_eq(e->log, log);
			ck_assert_uint_eq(f.n_bpf[RAWBPF_PROG_LOAD], 3);
		} else {
			ck_assert_uint_eq(f.n_bpf[RAWBPF_PROG_LOAD], 4);
			ck_assert_uint_le(strlen(e->log), 16 << 20);
			ck_assert_uint_ge(strlen(e->log), 15 << 20);
			gap = strstr(e->log, "\n...\n");
			ck_assert_ptr_nonnull(gap);
			ck_assert(!memcmp(e->log, log, (size_t)(gap + 1 - e->log)));
			ck_assert_str_eq(gap + 5, log + n - strlen(gap + 5));
		}
		ck_assert_int_eq(e->insn, 3);
		ck_assert_ptr_nonnull(strstr(e->msg, "R1 invalid mem access 'scalar'"));
		ck_assert_ptr_nonnull(strstr(e->hint, "insn 2 'r1 = *(u64 *)(r1 +112)'"));
		rawbpf_free(b);
		ck_assert_uint_eq(f.n_open, 0);
		free(log);
	}
}
END_TEST

START_TEST(again)
{
	struct fake f = {.prog_again = 4};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), 0);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_PROG_LOAD], 6);
	rawbpf_free(b);
	f = (struct fake){.prog_again = 1000};
	b = fake_context(&f);
	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), -EAGAIN);
	ck_assert_uint_le(f.n_bpf[RAWBPF_PROG_LOAD], 5);
	ck_assert_uint_eq(f.n_open, 0);
	rawbpf_free(b);
}
END_TEST

START_TEST(old_kernel)
{
	struct fake f = {.no_names = true, .no_btf = true, .no_line_info = true};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), 0);
	ck_assert_uint_eq(f.last_prog.prog.prog_name[0], 0);
	/* what the first map and the first program taught is kept */
	ck_assert_uint_eq(f.n_bpf[RAWBPF_MAP_CREATE], 7);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_PROG_LOAD], 4);
	ck_assert(b->kern->no_map_names && b->kern->no_prog_names);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

START_TEST(line_info_left_away)
{
	struct fake f = {.no_line_info = true};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), 0);
	ck_assert_uint_eq(f.last_prog.prog.line_info_cnt, 0);
	ck_assert_str_eq(f.last_prog.prog.prog_name, "on_open_too");
	ck_assert(b->kern->no_prog_btf && !b->kern->no_prog_names);
	rawbpf_free(b);
}
END_TEST

START_TEST(memlock)
{
	struct fake f = {.no_memlock = true};
	struct rawbpf *b = fake_context(&f);
	size_t len;
	char *p = t_data("object/all.bpf.o", &len);

	ck_assert_int_eq(rawbpf_load(b, .image = p, .image_len = len, .no_rlimit = true), -EPERM);
	ck_assert(!f.memlock_raised);
	ck_assert_int_eq(rawbpf_load(b, .image = p, .image_len = len), 0);
	ck_assert(f.memlock_raised);
	rawbpf_free(b);
	free(p);
}
END_TEST

/* Fail each call in turn: nothing stays, the error is told, and the context can load again. */
START_TEST(every_call_fails)
{
	static const int errs[] = {
		-EPERM, -EINVAL, -ENOMEM, -EAGAIN, -E2BIG, -EINTR, -ENOSPC, -EMFILE};
	size_t i;
	unsigned n;
	int err;

	for (i = 0; i < sizeof(errs) / sizeof(*errs); i++) {
		for (n = 1; n < 100; n++) {
			struct fake f = {.fail_at = n, .fail_err = errs[i]};
			struct rawbpf *b = fake_context(&f);

			err = fake_load(b, "object/all.bpf.o");
			if (err) {
				ck_assert_uint_eq(f.n_open, 0);
				ck_assert_int_eq(rawbpf_error(b)->err, err);
				ck_assert_ptr_nonnull(rawbpf_error(b)->stage);
				f.fail_at = 0;
				ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), 0);
			}
			rawbpf_free(b);
			ck_assert_uint_eq(f.n_open, 0);
			if (f.n_calls < n)
				break;
		}
		ck_assert_uint_lt(n, 100);
	}
}
END_TEST

/* A program of section lsm is loaded for the hook that its place names. */
START_TEST(hooks)
{
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);
	const struct rawbpf_error *e;
	int err;

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		T_SKIP("no BTF of the kernel");
	err = rawbpf_load(b, .text = ".prog p \"lsm/file_open\"\nr0 = 0\nexit\n", .name = "h.bpf");
	if (err == -ENOENT)
		T_SKIP("a kernel without CONFIG_BPF_LSM");
	ck_assert_int_eq(err, 0);
	ck_assert_uint_eq(f.last_prog.prog.expected_attach_type, 27);
	ck_assert_uint_ne(f.last_prog.prog.attach_btf_id, 0);
	rawbpf_free(b);
	b = fake_context(&f);
	e = rawbpf_error(b);
	ck_assert_int_eq(
		rawbpf_load(b, .text = ".prog p \"lsm/nohook\"\nr0 = 0\nexit\n", .name = "h.bpf"),
		-ENOENT);
	ck_assert_str_eq(e->msg, "prog 'p', from h.bpf:2 on: no hook 'nohook' in the BTF of the "
				 "kernel: ENOENT");
	ck_assert_uint_eq(e->line, 2);
	ck_assert_ptr_nonnull(e->hint);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

Suite *suite_progload(void);
Suite *suite_progload(void)
{
	Suite *s = suite_create("progload");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, log_grows);
	tcase_add_test(t, log_too_long);
	tcase_add_test(t, hooks);
	tcase_add_test(t, log_keeps_both_ends);
	tcase_add_test(t, again);
	tcase_add_test(t, old_kernel);
	tcase_add_test(t, line_info_left_away);
	tcase_add_test(t, memlock);
	tcase_add_test(t, every_call_fails);
	suite_add_tcase(s, t);
	return s;
}
