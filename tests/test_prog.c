// SPDX-License-Identifier: MIT
/* test_prog.c - programs loaded, refused, explained; older kernels. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "kern.h"
#include "old.h"
#include "prog.h"
#include "t.h"

static const char refusal[] = "0: R1=ctx() R10=fp0\n"
			      "0: (79) r1 = *(u64 *)(r1 +112)        ; R1=scalar()\n"
			      "1: (79) r0 = *(u64 *)(r1 +0)\n"
			      "R1 invalid mem access 'scalar'\n"
			      "processed 2 insns (limit 1000000) max_states_per_insn 0\n";

static int load_into(struct rawbpf *b, const char *file)
{
	size_t len;
	char *p = t_data(file, &len);
	int err = rawbpf_load(b, .image = p, .image_len = len, .name = file);

	free(p);
	return err;
}

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

	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), 0);
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

START_TEST(refusal_names_the_line)
{
	struct fake f = {.refuse_prog = -EACCES, .log = refusal};
	struct rawbpf *b = fake_context(&f);
	const struct rawbpf_error *e = rawbpf_error(b);

	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), -EACCES);
	ck_assert_str_eq(e->stage, "load");
	ck_assert_str_eq(e->prog, "on_open");
	ck_assert_int_eq(e->insn, 1);
	ck_assert_uint_gt(e->line, 0);
	ck_assert_ptr_nonnull(strstr(e->src_file, "all.bpf.c"));
	ck_assert_ptr_nonnull(strstr(e->msg, "prog 'on_open' rejected at "));
	ck_assert_ptr_nonnull(strstr(e->msg, ": R1 invalid mem access 'scalar': EACCES"));
	ck_assert_ptr_nonnull(strstr(e->hint, "bpf_probe_read_user"));
	ck_assert_ptr_nonnull(strstr(e->hint, "count(3);")); /* the source line */
	ck_assert_str_eq(e->log, refusal);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_PROG_LOAD], 2); /* quiet, then with the log */
	ck_assert_uint_eq(f.n_open, 0);
	f.refuse_prog = 0;
	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), 0);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

START_TEST(log_grows)
{
	struct fake f = {.refuse_prog = -EACCES, .log = refusal, .log_needs = 1U << 20};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), -EACCES);
	ck_assert_str_eq(rawbpf_error(b)->log, refusal);
	ck_assert_int_eq(rawbpf_error(b)->err, -EACCES);
	rawbpf_free(b);
}
END_TEST

/* A log that no buffer holds: the first errno is not lost. */
START_TEST(log_too_long)
{
	struct fake f = {.refuse_prog = -EACCES, .log = refusal, .log_needs = UINT32_MAX};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), -EACCES);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "EACCES"));
	rawbpf_free(b);
}
END_TEST

START_TEST(again)
{
	struct fake f = {.prog_again = 4};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), 0);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_PROG_LOAD], 6);
	rawbpf_free(b);
	f = (struct fake){.prog_again = 1000};
	b = fake_context(&f);
	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), -EAGAIN);
	ck_assert_uint_le(f.n_bpf[RAWBPF_PROG_LOAD], 5);
	ck_assert_uint_eq(f.n_open, 0);
	rawbpf_free(b);
}
END_TEST

START_TEST(old_kernel)
{
	struct fake f = {.no_names = true, .no_btf = true, .no_line_info = true};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), 0);
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

	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), 0);
	ck_assert_uint_eq(f.last_prog.prog.line_info_cnt, 0);
	ck_assert_str_eq(f.last_prog.prog.prog_name, "on_open_too");
	ck_assert(b->kern->no_prog_btf && !b->kern->no_prog_names);
	rawbpf_free(b);
}
END_TEST

START_TEST(silent_refusal)
{
	struct fake f = {.refuse_prog = -EINVAL};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), -EINVAL);
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

		ck_assert_int_eq(load_into(b, "object/all.bpf.o"), rows[i].err);
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
	struct fake f = {.refuse_prog = -ENOMEM, .log = refusal};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), -ENOMEM);
	ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->msg, "invalid mem access"));
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
	struct fake f = {.refuse_prog = -EACCES, .log = refusal};
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
	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), 0);
	ck_assert_int_ge(rawbpf_prog_fd(b, "on_open"), FAKE_FD);
	ck_assert_int_eq(rawbpf_prog_fd(b, "on_opne"), -ENOENT);
	ck_assert_str_eq(rawbpf_errmsg(b), "no program 'on_opne'; did you mean 'on_open'?: ENOENT");
	ck_assert_int_eq(rawbpf_prog_fd(b, "not_loaded"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "begins with '?'"));
	ck_assert_int_eq(rawbpf_prog_fd(b, NULL), -EINVAL);
	rawbpf_free(b);
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

			err = load_into(b, "object/all.bpf.o");
			if (err) {
				ck_assert_uint_eq(f.n_open, 0);
				ck_assert_int_eq(rawbpf_error(b)->err, err);
				ck_assert_ptr_nonnull(rawbpf_error(b)->stage);
				f.fail_at = 0;
				ck_assert_int_eq(load_into(b, "object/all.bpf.o"), 0);
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

START_TEST(on_this_kernel)
{
	struct rawbpf *b = rawbpf_new();
	int before;

	T_NEED_ROOT();
	OLD_NEED("map ringbuf");
	before = t_count_fds();
	ck_assert_msg(!load_into(b, "object/all.bpf.o"), "%s", rawbpf_errmsg(b));
	ck_assert_int_ge(rawbpf_prog_fd(b, "on_open"), 0);
	ck_assert_int_eq(load_into(b, "object/all.bpf.o"), -EBUSY);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), before);
}
END_TEST

Suite *suite_prog(void);
Suite *suite_prog(void)
{
	Suite *s = suite_create("prog");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, places);
	tcase_add_test(t, one_call_each);
	tcase_add_test(t, refusal_names_the_line);
	tcase_add_test(t, log_grows);
	tcase_add_test(t, log_too_long);
	tcase_add_test(t, again);
	tcase_add_test(t, old_kernel);
	tcase_add_test(t, line_info_left_away);
	tcase_add_test(t, silent_refusal);
	tcase_add_test(t, no_verdict);
	tcase_add_test(t, verdict_with_any_errno);
	tcase_add_test(t, memlock);
	tcase_add_test(t, each_for_itself);
	tcase_add_test(t, find);
	tcase_add_test(t, every_call_fails);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, on_this_kernel);
	suite_add_tcase(s, live);
	return s;
}
