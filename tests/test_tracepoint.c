// SPDX-License-Identifier: MIT
/* test_tracepoint.c - exactly as many events counted as were made. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "counter.h"
#include "kern.h"
#include "link.h"
#include "old.h"
#include "t.h"
#include "tracefs.h"
#include "tracepoint.h"

#define EVENT COUNTER_EVENT

static int attach(struct counter *c, const char *tp, const char *fn)
{
	return rawbpf_attach_tracepoint(&c->b, .tp = tp, .fn_name = fn);
}

static int detach(struct counter *c, const char *tp, const char *fn)
{
	return rawbpf_detach_tracepoint(&c->b, .tp = tp, .fn_name = fn);
}

START_TEST(counts_exactly)
{
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	counter_events(5);
	ck_assert_msg(!attach(&c, EVENT, "count0"), "%s", c.b.error.msg);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 1);
	counter_events(1000);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	ck_assert_int_eq(detach(&c, EVENT, "count0"), 0);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 0);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(several_programs)
{
	struct counter c;

	T_NEED_ROOT();
	OLD_NEED("two programs on an event");
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	ck_assert_int_eq(attach(&c, EVENT, "count0"), 0);
	ck_assert_int_eq(attach(&c, "syscalls/sys_enter_getpgid", "count1"), 0);
	ck_assert_int_eq(attach(&c, EVENT, "count0"), -EEXIST);
	ck_assert_ptr_nonnull(strstr(c.b.error.msg, "already"));
	counter_events(100);
	ck_assert_uint_eq(counter_get(&c, 0), 100);
	ck_assert_uint_eq(counter_get(&c, 1), 100);
	ck_assert_int_eq(detach(&c, EVENT, "count1"), 0);
	ck_assert_int_eq(detach(&c, EVENT, "count1"), -ENOENT);
	ck_assert_str_eq(c.b.error.msg,
		"program 'count1' is not attached to tracepoint '" EVENT "': ENOENT");
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 110);
	ck_assert_uint_eq(counter_get(&c, 1), 100);
	ck_assert_int_eq(attach(&c, EVENT, "count1"), 0);
	ck_assert_int_eq(detach(&c, EVENT, NULL), 0); /* as bcc: all of them */
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 0);
	ck_assert_int_eq(detach(&c, EVENT, NULL), -ENOENT);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 110);
	ck_assert_uint_eq(counter_get(&c, 1), 100);
	counter_close(&c);
}
END_TEST

START_TEST(refusals)
{
	static const struct {
		const char *tp, *fn, *msg, *hint;
		int err;
	} rows[] = {
		{"sched", "count0", "tracepoint 'sched' lacks its event", "category:event",
			-EINVAL},
		{":x", "count0", "tracepoint ':x' lacks its category", "category:event", -EINVAL},
		{"x:", "count0", "lacks its event", "category:event", -EINVAL},
		{"sched:sched_swich", "count0", "no tracepoint 'sched:sched_swich'",
			"'sched_switch'", -ENOENT},
		{EVENT, "cuont0", "cuont0", NULL, -ENOENT},
		{EVENT, "count1",
			"'count1' of section 'uprobe/c:x' cannot be attached to a tracepoint",
			"begin with 'tracepoint'", -EINVAL},
	};
	struct counter c;
	int fds;
	size_t i;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	ck_assert_int_ge(tracefs_dir(&c.b), 0);
	c.progs[1].type = RAWBPF_PROG_KPROBE;
	c.progs[1].section = "uprobe/c:x";
	fds = t_count_fds();
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(attach(&c, rows[i].tp, rows[i].fn), rows[i].err);
		ck_assert_msg(strstr(c.b.error.msg, rows[i].msg), "%s", c.b.error.msg);
		if (rows[i].hint)
			ck_assert_msg(strstr(c.b.error.hint, rows[i].hint), "%s", c.b.error.hint);
		ck_assert_str_eq(c.b.error.stage, "attach");
	}
	ck_assert_int_eq(t_count_fds(), fds);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 0);
	counter_close(&c);
}
END_TEST

/* perf_event_open gives err for the first n times. */
struct perf_fault {
	int err, n, seen;
};

static long perf_fault_call(void *arg, const struct rawbpf_call *c)
{
	struct perf_fault *f = arg;

	if (c->kind == RAWBPF_CALL_PERF_EVENT_OPEN && f->seen++ < f->n)
		return f->err;
	return rawbpf_call_kernel(c);
}

START_TEST(kernel_says_no)
{
	struct perf_fault denied = {-EACCES, 9, 0}, interrupted = {-EINTR, 1, 0};
	struct counter c;
	int fds;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	ck_assert_int_ge(tracefs_dir(&c.b), 0);
	fds = t_count_fds();
	rawbpf_set_hook(&c.b, perf_fault_call, &denied);
	ck_assert_int_eq(attach(&c, EVENT, "count0"), -EACCES);
	ck_assert_str_eq(c.b.error.msg, "perf event for tracepoint '" EVENT "' refused: EACCES");
	ck_assert_ptr_nonnull(c.b.error.hint);
	ck_assert_int_eq(denied.seen, 1);
	ck_assert_int_eq(t_count_fds(), fds);
	rawbpf_set_hook(&c.b, perf_fault_call, &interrupted);
	ck_assert_int_eq(attach(&c, EVENT, "count0"), 0);
	ck_assert_int_eq(interrupted.seen, 2);
	counter_events(7);
	ck_assert_uint_eq(counter_get(&c, 0), 7);
	counter_close(&c);
}
END_TEST

START_TEST(every_allocation_fails)
{
	bool failed = true;
	struct counter c;
	unsigned n;
	int err, fds;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	fds = t_count_fds();
	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		err = attach(&c, EVENT, "count0");
		failed = t_alloc_failed();
		ck_assert_int_eq(err, failed ? -ENOMEM : 0);
		link_close_until(&c.b, NULL);
		tracefs_free(&c.b);
		kern_free(&c.b);
		ck_assert_int_eq(t_count_fds(), fds);
	}
	ck_assert_uint_gt(n, 3);
	counter_close(&c);
}
END_TEST

/* ---- patterns ------------------------------------------------------------------------------ */

/* nobody else makes these here */
#define PATTERN "syscalls:sys_(enter|exit)_getpg(id|rp)$"

static int attach_re(struct counter *c, const char *re, const char *fn)
{
	return rawbpf_attach_tracepoint(&c->b, .tp_re = re, .fn_name = fn);
}

START_TEST(pattern_counts_exactly)
{
	int fds = t_count_fds(), n;
	struct counter c;

	T_NEED_ROOT();
	OLD_NEED("two programs on an event");
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	ck_assert_msg(!attach_re(&c, PATTERN, "count0"), "%s", c.b.error.msg);
	n = rawbpf_num_open_probes(&c.b); /* arm64 has no getpgrp */
	ck_assert(n == 2 || n == 4);
	counter_events(50);
	ck_assert_uint_eq(counter_get(&c, 0), 100);
#ifdef SYS_getpgrp
	syscall(SYS_getpgrp);
	ck_assert_uint_eq(counter_get(&c, 0), 102);
#endif
	ck_assert_int_eq(attach_re(&c, PATTERN, "count0"), -EEXIST);
	/* from the start, as bcc matches, and not up to the end */
	ck_assert_int_eq(attach_re(&c, "syscalls:sys_enter_getpgi", "count1"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), n + 1);
	ck_assert_int_eq(attach_re(&c, "sys_enter_getpgid", "count1"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(c.b.error.msg, "no tracepoint matches 'sys_enter_getpgid'"));
	counter_events(1);
	ck_assert_uint_eq(counter_get(&c, 1), 1);

	ck_assert_int_eq(
		rawbpf_detach_tracepoint(&c.b, .tp_re = PATTERN, .fn_name = "count2"), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_tracepoint(&c.b, .tp_re = PATTERN, .fn_name = "count0"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 1);
	ck_assert_int_eq(detach(&c, EVENT, NULL), 0); /* one of a pattern's, by its name */
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 0);
	ck_assert_int_eq(rawbpf_detach_tracepoint(&c.b, .tp_re = PATTERN), -ENOENT);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* A program is at a tracepoint once; a pattern takes with it what it brought, and no more. */
START_TEST(pattern_of_its_own)
{
	struct counter c;
	int n;

	T_NEED_ROOT();
	OLD_NEED("two programs on an event");
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	ck_assert_msg(!attach(&c, EVENT, "count0"), "%s", c.b.error.msg);
	ck_assert_int_eq(attach_re(&c, EVENT "$", "count0"), -EEXIST);
	ck_assert_ptr_nonnull(strstr(c.b.error.msg, "already"));
	ck_assert_msg(!attach_re(&c, PATTERN, "count0"), "%s", c.b.error.msg);
	n = rawbpf_num_open_probes(&c.b);
	ck_assert(n == 2 || n == 4);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 20);
	ck_assert_int_eq(rawbpf_detach_tracepoint(&c.b, .tp_re = "syscalls:.*"), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_tracepoint(&c.b, .tp_re = PATTERN), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 1);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 30);
	ck_assert_int_eq(rawbpf_detach_tracepoint(&c.b, .tp_re = PATTERN), -ENOENT);
	ck_assert_int_eq(detach(&c, EVENT, "count0"), 0);
	counter_close(&c);
}
END_TEST

START_TEST(pattern_refusals)
{
	struct counter c;
	int fds;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	ck_assert_int_ge(tracefs_dir(&c.b), 0);
	fds = t_count_fds();
	ck_assert_int_eq(attach_re(&c, "sched:(", "count0"), -EINVAL);
	ck_assert_str_eq(
		c.b.error.msg, "pattern 'sched:(' cannot be read: unmatched ( or \\(: EINVAL");
	ck_assert_ptr_nonnull(c.b.error.hint);
	ck_assert_int_eq(rawbpf_detach_tracepoint(&c.b, .tp_re = "("), -EINVAL);
	ck_assert_str_eq(c.b.error.stage, "detach");
	ck_assert_int_eq(attach_re(&c, "nothing:like_this", "count0"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(c.b.error.hint, "category:event"));
	ck_assert_int_eq(attach_re(&c, PATTERN, "cuont0"), -ENOENT);
	ck_assert_int_eq(
		rawbpf_attach_tracepoint(&c.b, .tp = EVENT, .tp_re = PATTERN, .fn_name = "count0"),
		-EINVAL);
	ck_assert_int_eq(t_count_fds(), fds);
	ck_assert_ptr_null(c.b.links);
	counter_close(&c);
}
END_TEST

/* perf_event_open gives err at one number */
struct nth_fault {
	int err, nth, seen;
};

static long nth_fault_call(void *arg, const struct rawbpf_call *c)
{
	struct nth_fault *f = arg;

	if (c->kind == RAWBPF_CALL_PERF_EVENT_OPEN && ++f->seen == f->nth)
		return f->err;
	return rawbpf_call_kernel(c);
}

/* What the kernel refuses is left out; what this process lacks undoes all. */
START_TEST(pattern_in_part)
{
	struct nth_fault f = {-EINVAL, 2, 0}, none = {-EMFILE, 2, 0};
	struct counter c;
	int fds, n;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	ck_assert_int_ge(tracefs_dir(&c.b), 0);
	fds = t_count_fds();
	rawbpf_set_hook(&c.b, nth_fault_call, &f);
	ck_assert_int_eq(attach_re(&c, PATTERN, "count0"), 0);
	n = rawbpf_num_open_probes(&c.b);
	ck_assert_int_eq(n, f.seen - 1);
	ck_assert_int_eq(c.b.error.err, 0);
	ck_assert_int_eq(rawbpf_detach_tracepoint(&c.b, .tp_re = PATTERN), 0);
	rawbpf_set_hook(&c.b, nth_fault_call, &none);
	ck_assert_int_eq(attach_re(&c, PATTERN, "count0"), -EMFILE);
	ck_assert_int_eq(none.seen, 2);
	ck_assert_ptr_null(c.b.links);
	ck_assert_int_eq(t_count_fds(), fds);
	counter_close(&c);
}
END_TEST

/* More fds than the soft limit allows. */
START_TEST(pattern_raises_nofile)
{
	struct rlimit lim, low;
	struct counter c;
	int fds[100];
	size_t i;

	T_NEED_ROOT();
	/* _i: many files are open before */
	for (i = 0; i < 100; i++)
		fds[i] = _i ? dup(0) : -1;
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &lim), 0);
	low = (struct rlimit){(rlim_t)t_count_fds() + 3, lim.rlim_max};
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
	ck_assert_msg(!attach_re(&c, PATTERN, "count0"), "%s", c.b.error.msg);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &low), 0);
	ck_assert_uint_ge(low.rlim_cur, 64);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &lim), 0);
	counter_events(3);
	ck_assert_uint_eq(counter_get(&c, 0), 6);
	counter_close(&c);
	for (i = 0; _i && i < 100; i++)
		close(fds[i]);
}
END_TEST

START_TEST(pattern_every_allocation_fails)
{
	/* no alternatives: glibc's regcomp() frees twice when it has no memory for them */
	static const char plain[] = "syscalls:sys_enter_getpgi";
	bool failed = true;
	struct counter c;
	int err, fds, all, open;
	unsigned n;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	fds = t_count_fds();
	ck_assert_int_eq(attach_re(&c, plain, "count0"), 0);
	all = rawbpf_num_open_probes(&c.b);
	link_close_until(&c.b, NULL);
	tracefs_free(&c.b);
	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		err = attach_re(&c, plain, "count0");
		failed = t_alloc_failed();
		open = rawbpf_num_open_probes(&c.b);
		/* glibc's regexec(), linked in, does without some, or finds no match without them */
		ck_assert_int_eq(open, err ? 0 : all);
		ck_assert_msg(!err || (failed && (err == -ENOMEM || err == -ENOENT)), "%u: %s", n,
			c.b.error.msg);
		link_close_until(&c.b, NULL);
		tracefs_free(&c.b);
		kern_free(&c.b);
		ck_assert_int_eq(t_count_fds(), fds);
	}
	ck_assert_uint_gt(n, 5);
	counter_close(&c);
}
END_TEST

Suite *suite_tracepoint(void);
Suite *suite_tracepoint(void)
{
	Suite *s = suite_create("tracepoint");
	TCase *t = tcase_create("live");

	tcase_add_test(t, counts_exactly);
	tcase_add_test(t, several_programs);
	tcase_add_test(t, refusals);
	tcase_add_test(t, kernel_says_no);
	tcase_add_test(t, every_allocation_fails);
	tcase_add_test(t, pattern_counts_exactly);
	tcase_add_test(t, pattern_of_its_own);
	tcase_add_test(t, pattern_refusals);
	tcase_add_test(t, pattern_in_part);
	tcase_add_loop_test(t, pattern_raises_nofile, 0, 2);
	tcase_add_test(t, pattern_every_allocation_fails);
	suite_add_tcase(s, t);
	return s;
}
