// SPDX-License-Identifier: MIT
/*
 * test_kmulti.c - kernel functions by one link: whom the kernel refuses is left out, a kernel that
 * knows no such links is found out, and sessions run at entry and return.
 */
#include "kmulti.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kern.h"
#include "kfake.h"
#include "t.h"

/* ---- a made-up kernel ---------------------------------------------------------------------- */

#define NAMES	"1 T f0\n1 T f1\n1 T f2\n1 T f3\n1 T f4\n1 T f5\n1 T f6\n1 T f7\n1 T f8\n1 T f9\n"
#define N_NAMES 10

static const char *const all_names[N_NAMES] = {
	"f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9"};

static void open_with(struct kfake *k, enum rawbpf_attach_type type)
{
	k->kallsyms = k->kallsyms ? k->kallsyms : NAMES;
	kfake_open(k);
	k->progs[0].attach_type = type;
	k->progs[1].attach_type = type;
}

static int open_all(struct kfake *k, struct kmulti *m, bool ret)
{
	static const char *names[N_NAMES]; /* of which those that are probed are left */

	memcpy(names, all_names, sizeof(names));
	*m = (struct kmulti){k->b, &k->progs[0], ret, "f*", names, N_NAMES, 0};
	return kmulti_open(m);
}

/* _i: at the return */
START_TEST(one_link)
{
	struct kfake k = {0};
	struct kmulti m;
	int fd;

	open_with(&k, RAWBPF_TRACE_KPROBE_MULTI);
	fd = open_all(&k, &m, _i);
	ck_assert_int_ge(fd, 0);
	ck_assert_uint_eq(k.n_multi, 1);
	ck_assert_uint_eq(k.n_calls, 1);
	ck_assert_uint_eq(k.multi_places, N_NAMES);
	ck_assert_uint_eq(k.multi_flags, (unsigned)_i);
	ck_assert_uint_eq(k.multi_type, RAWBPF_TRACE_KPROBE_MULTI);
	sys_close(&k.b->sys, fd);
	kfake_close(&k);
}
END_TEST

START_TEST(session)
{
	struct kfake k = {0};
	struct kmulti m;
	int fd;

	open_with(&k, RAWBPF_TRACE_KPROBE_SESSION);
	fd = open_all(&k, &m, false);
	ck_assert_int_ge(fd, 0);
	ck_assert_uint_eq(k.multi_type, RAWBPF_TRACE_KPROBE_SESSION);
	sys_close(&k.b->sys, fd);
	kfake_close(&k);
}
END_TEST

static void check_kept(const char *untraced, const char *kallsyms, unsigned kept)
{
	struct kfake k = {.untraced = untraced, .kallsyms = kallsyms};
	struct kmulti m;
	int fd;

	open_with(&k, RAWBPF_TRACE_KPROBE_MULTI);
	fd = open_all(&k, &m, false);
	if (kept) {
		ck_assert_int_ge(fd, 0);
		ck_assert_uint_eq(m.n, kept);
		ck_assert_uint_eq(k.multi_places, kept);
	} else {
		ck_assert_int_eq(fd, -ENOENT);
	}
	ck_assert(!k.b->kern->no_kprobe_multi);
	sys_close(&k.b->sys, fd);
	kfake_close(&k);
}

START_TEST(refused_names_are_left_out)
{
	int i;

	for (i = 0; i < N_NAMES; i++)
		check_kept(all_names[i], NAMES, N_NAMES - 1);
	check_kept("f3", "1 T f1\n1 T f3\n1 T f4\n1 T f9\n", 3);
	check_kept("f3", "1 T f3\n", 0);
	check_kept(NULL, "1 T other\n", 0);
	check_kept(NULL, "1 T f7\n", 1);
}
END_TEST

/* What the kernel says, what comes of it, and whether it is remembered. */
START_TEST(answers)
{
	static const struct {
		int answer, want;
		bool absent;
		unsigned calls;
	} rows[] = {
		{-EINVAL, -EOPNOTSUPP, true, 2}, /* of a name that is not, too */
		{-EOPNOTSUPP, -EOPNOTSUPP, true, 1},
		{-ENOSYS, -EOPNOTSUPP, true, 1},
		{-EPERM, -EPERM, false, 1},
		{-EACCES, -EACCES, false, 1},
		{-ENOMEM, -ENOMEM, false, 1},
		{-EMFILE, -EMFILE, false, 1},
		{-EBUSY, -EBUSY, false, 1},
	};
	struct kmulti m;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct kfake k = {.multi_err = rows[i].answer};

		open_with(&k, RAWBPF_TRACE_KPROBE_MULTI);
		ck_assert_int_eq(open_all(&k, &m, false), rows[i].want);
		ck_assert_uint_eq(k.n_multi, rows[i].calls);
		ck_assert_int_eq(k.b->kern->no_kprobe_multi != 0, rows[i].absent);
		ck_assert_int_eq(open_all(&k, &m, false), rows[i].want);
		ck_assert_uint_eq(k.n_multi, rows[i].absent ? rows[i].calls : 2);
		kfake_close(&k);
	}
}
END_TEST

/* A kernel that has the links, but no sessions, is not taken for one without links. */
START_TEST(no_sessions)
{
	struct kfake k = {.multi_err = -EINVAL};
	struct kmulti m;

	open_with(&k, RAWBPF_TRACE_KPROBE_SESSION);
	ck_assert_int_eq(open_all(&k, &m, false), -EOPNOTSUPP);
	ck_assert(!k.b->kern->no_kprobe_multi);
	ck_assert_int_eq(kmulti_no_session(k.b, &k.progs[0]), -EOPNOTSUPP);
	ck_assert_str_eq(k.b->error.msg, "program 'on_call' (section 'kprobe') is a session's, and "
					 "this kernel has none for kprobes: EOPNOTSUPP");
	ck_assert_ptr_nonnull(strstr(k.b->error.hint, "Linux 6.10"));
	kfake_close(&k);
}
END_TEST

/* A program that cannot be loaded for it has other roads. */
START_TEST(not_loadable)
{
	struct kfake k = {0};
	struct kmulti m;

	open_with(&k, (enum rawbpf_attach_type)0); /* without an object */
	ck_assert_int_eq(open_all(&k, &m, false), -EOPNOTSUPP);
	ck_assert_int_eq(k.b->error.err, 0);
	ck_assert_uint_eq(k.n_multi, 0);
	kfake_close(&k);
}
END_TEST

/* Also while the culprits are sought. */
START_TEST(every_call_fails)
{
	struct kmulti m;
	unsigned n;
	bool done;
	int fd;

	for (n = 1, done = false; !done; n++) {
		struct kfake k = {.untraced = "f6", .fail_at = n, .fail_err = -EIO};

		open_with(&k, RAWBPF_TRACE_KPROBE_MULTI);
		fd = open_all(&k, &m, false);
		done = k.n_calls < n;
		/* the second only asks whether there are such links */
		ck_assert_int_eq(fd < 0 ? fd : 0, done || n == 2 ? 0 : -EIO);
		ck_assert(fd < 0 || m.n == N_NAMES - 1);
		sys_close(&k.b->sys, fd);
		kfake_close(&k);
	}
	ck_assert_uint_gt(n, 8);
}
END_TEST

START_TEST(every_allocation_fails)
{
	struct kmulti m;
	bool failed;
	unsigned n;
	int fd;

	for (n = 1, failed = true; failed; n++) {
		struct kfake k = {.untraced = "f6"};

		open_with(&k, RAWBPF_TRACE_KPROBE_MULTI);
		t_fail_alloc_at(n);
		fd = open_all(&k, &m, false);
		failed = t_alloc_failed();
		ck_assert_int_eq(fd < 0 ? fd : 0, failed ? -ENOMEM : 0);
		sys_close(&k.b->sys, fd);
		kfake_close(&k);
	}
	ck_assert_uint_eq(n, 4);
}
END_TEST

/* A program made for a link of many goes by one, for one function too. */
START_TEST(link_of_one)
{
	struct kfake k = {.kallsyms = kfake_kallsyms}, none = {.multi_err = -EINVAL},
		     refused = none;
	struct kfake *const no[] = {&none, &refused};
	int i;

	kfake_open(&k);
	k.progs[0].attach_type = k.progs[1].attach_type = RAWBPF_TRACE_KPROBE_MULTI;
	ck_assert_int_eq(rawbpf_attach_kprobe(k.b, .fn_name = "on_call", .event = "vfs_read"), 0);
	ck_assert_int_eq(
		rawbpf_attach_kprobe(k.b, .fn_name = "on_call", .event = "vfs_read"), -EEXIST);
	ck_assert_int_eq(rawbpf_attach_kretprobe(k.b, .fn_name = "on_return", .event = "openat"),
		0); /* whatever it is called */
	ck_assert_uint_eq(k.multi_flags, 1);
	ck_assert_uint_eq(k.n_pmu, 0);
	ck_assert_int_eq(
		rawbpf_attach_kprobe(k.b, .fn_name = "on_call", .event = "vfs_raed"), -ENOENT);
	ck_assert_str_eq(k.b->error.msg, "the kernel has no function 'vfs_raed': ENOENT");
	k.missed = 2;
	ck_assert_uint_eq(rawbpf_num_missed(k.b), 4);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 2);
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event = "vfs_read"), 0);
	ck_assert_int_eq(rawbpf_detach_kretprobe(k.b, .event = "openat"), 0);
	kfake_close(&k);

	for (i = 0; i < 2; i++) { /* no such links: an event, unless it is a session's */
		kfake_open(no[i]);
		no[i]->progs[0].attach_type =
			i ? RAWBPF_TRACE_KPROBE_SESSION : RAWBPF_TRACE_KPROBE_MULTI;
		no[i]->progs[0].has_other = true; /* as loaded for an event */
		no[i]->progs[0].other_fd = FAKE_FD - 1;
		ck_assert_int_eq(
			rawbpf_attach_kprobe(no[i]->b, .fn_name = "on_call", .event = "vfs_read"),
			i ? -EOPNOTSUPP : 0);
		ck_assert_uint_eq(no[i]->n_pmu, i ? 0 : 1);
		kfake_close(no[i]);
	}
}
END_TEST

Suite *suite_kmulti(void);
Suite *suite_kmulti(void)
{
	Suite *s = suite_create("kmulti");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, one_link, 0, 2);
	tcase_add_test(t, session);
	tcase_add_test(t, refused_names_are_left_out);
	tcase_add_test(t, answers);
	tcase_add_test(t, no_sessions);
	tcase_add_test(t, not_loadable);
	tcase_add_test(t, link_of_one);
	tcase_add_test(t, every_call_fails);
	tcase_add_test(t, every_allocation_fails);
	suite_add_tcase(s, t);
	return s;
}
