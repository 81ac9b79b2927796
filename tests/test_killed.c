// SPDX-License-Identifier: MIT
/*
 * test_killed.c - kill -9 at any moment, on every road.
 *
 * A child attaches, detaches and dies after its N-th call that changes anything, for every N; then
 * by a parent that does not look when.  What goes by the PMU or a link has left nothing, what goes
 * by tracefs nothing after rawbpf_reap(), and the events of who lives are there and count.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "many.h"
#include "proc.h"
#include "t.h"
#include "tracefs.h"

/* Slot N counts the calls of many_N. */
static const char program[] = ".include \"hist.inc\"\n"
			      ".license \"GPL\"\n"
			      ".map seen linear(100)\n"
			      ".prog on_entry \"uprobe\"\n"
			      "	r6 = arg1\n"
			      "	linear_add seen, r6\n"
			      "	return 0\n"
			      ".prog on_probe \"kprobe\"\n"
			      "	return 0\n"
			      ".prog on_event \"tracepoint\"\n"
			      "	return 0\n"
			      ".prog on_raw \"raw_tp\"\n"
			      "	return 0\n"
			      ".prog on_clock \"perf_event\"\n"
			      "	return 0\n";

enum { KILLED_FDS = 1024 };

/* Functions for a pattern, instead of the kernel's hundred thousand: each child reads them. */
static const char functions[] =
	"vfs_read\nvfs_write\nvfs_open\nvfs_statfs\nvfs_getattr\nvfs_fsync\n"
	"vfs_mkdir\nvfs_rmdir\nvfs_unlink\nvfs_link\nvfs_symlink\n"
	"vfs_rename\n";

struct killed {
	struct rawbpf *b;
	bool no_multi;
	unsigned at;		       /* the call after which to die; 0: none */
	unsigned *calls;	       /* that change anything; shared with the children */
	bool child, event[KILLED_FDS]; /* fds of perf events and links */
	char exe[4096], list[64];
};

static bool is_multi(const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];

	return c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_LINK_CREATE &&
	       (a->link.attach_type == RAWBPF_TRACE_UPROBE_MULTI ||
		       a->link.attach_type == RAWBPF_TRACE_KPROBE_MULTI);
}

/* Dying after a call that only looks, or opens a file of tracefs, is as dying before it. */
static bool is_change(struct killed *k, const struct rawbpf_call *c, long ret)
{
	bool is_event = c->kind == RAWBPF_CALL_BPF || c->kind == RAWBPF_CALL_PERF_EVENT_OPEN;

	if (is_event && ret >= 0 && ret < KILLED_FDS)
		k->event[ret] = true;
	return is_event || c->kind == RAWBPF_CALL_IOCTL || c->kind == RAWBPF_CALL_WRITE ||
	       c->kind == RAWBPF_CALL_MKDIRAT || c->kind == RAWBPF_CALL_UNLINKAT ||
	       (c->kind == RAWBPF_CALL_CLOSE && c->arg[0] < KILLED_FDS && k->event[c->arg[0]]);
}

static long killed_call(void *arg, const struct rawbpf_call *c)
{
	const char *path = (const char *)c->arg[1];
	struct killed *k = arg;
	struct rawbpf_call list = *c;
	long ret;

	if (k->no_multi && is_multi(c))
		return -EINVAL;
	if (c->kind == RAWBPF_CALL_OPENAT && !strcmp(path, "available_filter_functions")) {
		list.arg[1] = (uintptr_t)k->list;
		c = &list;
	}
	ret = rawbpf_call_kernel(c);
	if (k->child && is_change(k, c, ret) && ++*k->calls == k->at)
		kill(getpid(), SIGKILL);
	return ret;
}

static void killed_open(struct killed *k)
{
	int fd = memfd_create("functions", 0);
	ssize_t n;

	memset(k, 0, sizeof(*k));
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, functions, strlen(functions)), (int)strlen(functions));
	snprintf(k->list, sizeof(k->list), "/proc/self/fd/%d", fd);
	n = readlink("/proc/self/exe", k->exe, sizeof(k->exe) - 1);
	ck_assert_int_gt(n, 0);
	k->calls = mmap(
		NULL, sizeof(*k->calls), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(k->calls, MAP_FAILED);
	k->b = rawbpf_new();
	rawbpf_set_hook(k->b, killed_call, k);
	ck_assert_msg(!rawbpf_load(k->b, .text = program), "%s", rawbpf_errmsg(k->b));
}

/* ---- the roads ------------------------------------------------------------------------------ */

static int kprobe_one(struct killed *k, bool detach)
{
	return detach ? rawbpf_detach_kprobe(k->b, .event = "vfs_mkdir")
		      : rawbpf_attach_kprobe(k->b, .event = "vfs_mkdir", .fn_name = "on_probe");
}

static int kretprobe_maxactive(struct killed *k, bool detach)
{
	return detach ? rawbpf_detach_kretprobe(k->b, .event = "vfs_mkdir")
		      : rawbpf_attach_kretprobe(
				k->b, .event = "vfs_mkdir", .maxactive = 8, .fn_name = "on_probe");
}

static int kprobe_pattern(struct killed *k, bool detach)
{
	return detach ? rawbpf_detach_kprobe(k->b, .event_re = "vfs_.*")
		      : rawbpf_attach_kprobe(k->b, .event_re = "vfs_.*", .fn_name = "on_probe");
}

static int uprobe_pattern(struct killed *k, bool detach)
{
	return detach ? rawbpf_detach_uprobe(k->b, .name = k->exe, .sym_re = "many_0[0-9]")
		      : rawbpf_attach_uprobe(k->b, .name = k->exe, .sym_re = "many_0[0-9]",
				.fn_name = "on_entry");
}

static int uprobe_few(struct killed *k, bool detach)
{
	return detach ? rawbpf_detach_uprobe(k->b, .name = k->exe, .sym_re = "many_0[01]")
		      : rawbpf_attach_uprobe(k->b, .name = k->exe, .sym_re = "many_0[01]",
				.fn_name = "on_entry");
}

static int uprobe_one(struct killed *k, bool detach)
{
	return detach ? rawbpf_detach_uprobe(k->b, .name = k->exe, .sym = "many_00")
		      : rawbpf_attach_uprobe(
				k->b, .name = k->exe, .sym = "many_00", .fn_name = "on_entry");
}

static int tracepoint(struct killed *k, bool detach)
{
	return detach ? rawbpf_detach_tracepoint(k->b, .tp = "sched:sched_process_exec")
		      : rawbpf_attach_tracepoint(
				k->b, .tp = "sched:sched_process_exec", .fn_name = "on_event");
}

static int raw_tracepoint(struct killed *k, bool detach)
{
	return detach ? rawbpf_detach_raw_tracepoint(k->b, .tp = "sched_process_exec")
		      : rawbpf_attach_raw_tracepoint(
				k->b, .tp = "sched_process_exec", .fn_name = "on_raw");
}

static int perf_event(struct killed *k, bool detach)
{
	return detach ? rawbpf_detach_perf_event(k->b, .ev_type = RAWBPF_PERF_TYPE_SOFTWARE)
		      : rawbpf_attach_perf_event(k->b, .ev_type = RAWBPF_PERF_TYPE_SOFTWARE,
				.sample_freq = 10, .fn_name = "on_clock");
}

static int trace_instance(struct killed *k, bool detach)
{
	struct rawbpf *own;
	int fd;

	if (detach)
		return 0;
	own = rawbpf_new();
	rawbpf_set_hook(own, killed_call, k);
	fd = rawbpf_trace_fd(own, false);
	rawbpf_free(own);
	return fd < 0 ? fd : 0;
}

/* what a killed child leaves behind, before anybody cleans up */
enum { NOTHING, EVENTS, PERHAPS };

static const struct road {
	const char *name;
	int (*run)(struct killed *k, bool detach);
	bool kernel, no_multi;
	int leaves;
} roads[] = {
	{"kprobe, PMU", kprobe_one, true, false, NOTHING},
	{"kretprobe with maxactive", kretprobe_maxactive, true, false, EVENTS},
	{"kprobes of one event", kprobe_pattern, true, true, EVENTS},
	{"kprobes as the kernel likes", kprobe_pattern, true, false, PERHAPS},
	{"uprobe, PMU", uprobe_one, false, false, NOTHING},
	{"uprobes, an event each", uprobe_few, false, true, NOTHING},
	{"uprobes, link", uprobe_few, false, false, NOTHING},
	{"uprobes of one event", uprobe_pattern, false, true, EVENTS},
	{"tracepoint", tracepoint, false, false, NOTHING},
	{"raw tracepoint", raw_tracepoint, false, false, NOTHING},
	{"perf event", perf_event, false, false, NOTHING},
	{"trace instance", trace_instance, false, false, EVENTS},
};

enum { ROADS = sizeof(roads) / sizeof(*roads), FIRST_USER = 4 };

/* ---- what is left --------------------------------------------------------------------------- */

struct left {
	char prefix[32];
	int n;
};

static int count_name(void *arg, const char *name)
{
	struct left *l = arg;

	l->n += !strncmp(name, l->prefix, strlen(l->prefix));
	return 0;
}

/* Events and instances of a process's. */
static int count_left(struct killed *k, pid_t pid)
{
	static const char *const files[] = {"kprobe_events", "uprobe_events"};
	struct left l = {.n = 0};
	struct buf text = {0};
	const char *p;
	char what[64];
	int i;

	snprintf(l.prefix, sizeof(l.prefix), "rawbpf_%d_", (int)pid);
	snprintf(what, sizeof(what), ":kprobes/%s", l.prefix);
	for (i = 0; i < 2; i++) {
		sys_read_file(&k->b->sys, tracefs_dir(k->b), files[i], 1 << 20, &text);
		for (p = buf_str(&text); (p = strstr(p, what)); p++)
			l.n++;
		buf_free(&text);
	}
	proc_each_name(&k->b->sys, tracefs_dir(k->b), "instances", count_name, &l);
	return l.n;
}

static int check_left(struct killed *k, const struct road *r, pid_t pid)
{
	int n = count_left(k, pid);

	if (r->leaves == NOTHING)
		ck_assert_msg(!n, "%s, call %u: %d stay", r->name, k->at, n);
	ck_assert_int_ge(rawbpf_reap(k->b, NULL, NULL), 0);
	ck_assert_msg(
		!count_left(k, pid), "%s, call %u: %d stay", r->name, k->at, count_left(k, pid));
	return n;
}

/* ---- the tests ------------------------------------------------------------------------------ */

static void run_and_die(struct killed *k, const struct road *r, bool for_ever)
{
	k->child = true;
	do {
		if (r->run(k, false) || r->run(k, true)) {
			fprintf(stderr, "%s: %s\n", r->name, rawbpf_errmsg(k->b));
			_exit(1); /* and not by the signal */
		}
	} while (for_ever);
	kill(getpid(), SIGKILL);
	_exit(2);
}

static pid_t start(struct killed *k, const struct road *r, bool for_ever)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (!pid)
		run_and_die(k, r, for_ever);
	return pid;
}

static void wait_killed(const struct road *r, pid_t pid, unsigned at)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "%s, call %u: status %x",
		r->name, at, status);
}

/* One that lives, and probes many_10 to many_19 by an event of tracefs. */
static void keep_open(struct killed *k)
{
	killed_open(k);
	k->no_multi = true;
	ck_assert_msg(!rawbpf_attach_uprobe(
			      k->b, .name = k->exe, .sym_re = "many_1[0-9]", .fn_name = "on_entry"),
		"%s", rawbpf_errmsg(k->b));
	ck_assert_int_eq(count_left(k, getpid()), 10);
}

static void keep_check(struct killed *k)
{
	struct rawbpf_table *t = rawbpf_table(k->b, "seen");
	uint64_t v;
	uint32_t i;

	ck_assert_int_eq(count_left(k, getpid()), 10);
	ck_assert_int_eq(rawbpf_table_clear(t), 0);
	many_call(3);
	for (i = 10; i < 20; i++) {
		ck_assert_int_eq(rawbpf_table_lookup(t, &i, &v), 0);
		ck_assert_uint_eq(v, 3);
	}
	rawbpf_free(k->b);
}

/* Whether no process is hidden: else nothing may be removed. */
static bool sees_all(void)
{
	struct proc_stat st;
	struct sys s = {0};

	return !proc_stat(&s, 2, &st) && st.flags & 0x200000;
}

static bool has_kprobes(struct killed *k)
{
	int err = kprobe_one(k, false);

	return err ? false : !kprobe_one(k, true);
}

static void at_every_call(const struct road *r)
{
	struct killed k, keep;
	pid_t pid;
	int n = 0;

	keep_open(&keep);
	killed_open(&k);
	k.no_multi = r->no_multi;
	for (k.at = 1;; k.at++) {
		*k.calls = 0;
		pid = start(&k, r, false);
		wait_killed(r, pid, k.at);
		n += check_left(&k, r, pid);
		if (*k.calls < k.at)
			break;
	}
	ck_assert_msg(k.at > 2, "%s: %u calls", r->name, k.at);
	ck_assert_msg(n || r->leaves != EVENTS, "%s: not by tracefs", r->name);
	rawbpf_free(k.b);
	keep_check(&keep);
}

/* While it attaches and detaches without an end, at moments of no meaning. */
static void at_some_time(const struct road *r)
{
	struct killed k, keep;
	unsigned i, seed = 1;
	pid_t pid;

	keep_open(&keep);
	killed_open(&k);
	k.no_multi = r->no_multi;
	for (i = 0; i < 8; i++) {
		pid = start(&k, r, true);
		seed = seed * 1103515245 + 12345;
		usleep(500 + (seed >> 16) % 60000);
		ck_assert_int_eq(kill(pid, SIGKILL), 0);
		wait_killed(r, pid, 0);
		check_left(&k, r, pid);
	}
	rawbpf_free(k.b);
	keep_check(&keep);
}

START_TEST(of_functions)
{
	T_NEED_ROOT();
	if (!sees_all())
		T_SKIP("/proc does not show all processes");
	at_every_call(&roads[_i]);
	/* Linux 5.10 warns in its log when who makes an instance is killed at it */
	if (roads[_i].run != trace_instance)
		at_some_time(&roads[_i]);
}
END_TEST

START_TEST(of_kernel_functions)
{
	struct killed k;
	bool has;

	T_NEED_ROOT();
	if (!sees_all())
		T_SKIP("/proc does not show all processes");
	killed_open(&k);
	has = has_kprobes(&k);
	rawbpf_free(k.b);
	if (!has)
		T_SKIP("no kprobes here");
	at_every_call(&roads[_i]);
	at_some_time(&roads[_i]);
}
END_TEST

static void check_calls(struct killed *k, uint64_t n)
{
	struct rawbpf_table *t = rawbpf_table(k->b, "seen");
	uint64_t v;
	uint32_t i;

	ck_assert_int_eq(rawbpf_table_clear(t), 0);
	ck_assert_int_eq(many_call(2), 0);
	for (i = 0; i < 10; i++) {
		ck_assert_int_eq(rawbpf_table_lookup(t, &i, &v), 0);
		ck_assert_uint_eq(v, n);
	}
}

/* One who attaches, has a child that keeps its files, and detaches (_i) or is killed. */
static void leave_to_child(struct killed *k, const int fds[2], bool detach)
{
	pid_t child;

	if (uprobe_pattern(k, false))
		_exit(1);
	child = fork();
	if (!child) {
		alarm(60); /* should the test fail */
		pause();
		_exit(0);
	}
	if (write(fds[1], &child, sizeof(child)) != sizeof(child))
		_exit(2);
	if (detach && uprobe_pattern(k, true))
		_exit(3);
	kill(getpid(), SIGKILL);
}

static int stays(void *arg, const char *path, int err)
{
	if (strstr(path, ((struct left *)arg)->prefix)) {
		ck_assert_int_eq(err, -EBUSY);
		((struct left *)arg)->n++;
	}
	return 0;
}

/* The kernel would free the places of an event that is in use, armed as they are. */
START_TEST(inherited)
{
	struct left l = {.n = 0};
	pid_t owner, child;
	struct killed k;
	int fds[2];

	T_NEED_ROOT();
	if (!sees_all())
		T_SKIP("/proc does not show all processes");
	killed_open(&k);
	k.no_multi = true;
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* of the child's too */
	owner = fork();
	if (!owner)
		leave_to_child(&k, fds, _i);
	ck_assert_int_eq(read(fds[0], &child, sizeof(child)), sizeof(child));
	wait_killed(&roads[FIRST_USER], owner, 0);
	snprintf(l.prefix, sizeof(l.prefix), "rawbpf_%d_", (int)owner);
	check_calls(&k, 2);
	ck_assert_int_ge(rawbpf_reap(k.b, stays, &l), 0);
	ck_assert_int_eq(l.n, 1);
	ck_assert_int_eq(count_left(&k, owner), 10);
	check_calls(&k, 2);
	kill(child, SIGKILL);
	wait_killed(&roads[FIRST_USER], child, 0);
	/* another run of the tests, or any instance that is made, may be faster: gone is gone */
	ck_assert_int_ge(rawbpf_reap(k.b, NULL, NULL), 0);
	ck_assert_int_eq(count_left(&k, owner), 0);
	check_calls(&k, 0);
	rawbpf_free(k.b);
}
END_TEST

Suite *suite_killed(void);
Suite *suite_killed(void)
{
	Suite *s = suite_create("killed");
	TCase *t = tcase_create("live");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, of_kernel_functions, 0, FIRST_USER);
	tcase_add_loop_test(t, of_functions, FIRST_USER, ROADS);
	tcase_add_loop_test(t, inherited, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
