// SPDX-License-Identifier: MIT
/*
 * test_uproad.c - many places of one program on each road: counted one by one, detached together
 * or in part, and what happens where the kernel lacks the better road.
 */
#include "uproad.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "here.h"
#include "kern.h"
#include "many.h"
#include "old.h"
#include "t.h"
#include "t_child.h"
#include "tracefs.h"

/* Slot N counts the calls of many_N; a return's value is one more. */
static const char program[] = ".include \"hist.inc\"\n"
			      ".license \"GPL\"\n"
			      ".map seen linear(101)\n"
			      ".prog on_entry \"%s\"\n"
			      "	r6 = arg1\n"
			      "	linear_add seen, r6\n"
			      "	return 0\n"
			      ".prog on_return \"uretprobe\"\n"
			      "	r6 = retval\n"
			      "	linear_add seen, r6\n"
			      "	return 0\n";

/* What the kernel is made to look like, and what it was asked. */
struct road {
	struct rawbpf *b;
	bool no_multi;	/* no uprobe_multi */
	bool by_thread; /* its pid is a thread's, as before Linux 6.10 */
	bool no_events; /* no right to uprobe perf events */
	bool no_pmu;	/* as before Linux 4.17 */
	int refuse;	/* a place that takes no probe: the offset of many_07 */
	uint64_t bad;
	unsigned no_sibling; /* 1: a second place for an event is refused, as before Linux 5.4 */
	unsigned multi, refused, events;
	char exe[4096];
};

static long road_multi(struct road *r, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	const uint64_t *offsets = (const uint64_t *)(uintptr_t)a->link.u.uprobe_multi.offsets;
	uint32_t i;

	r->multi++;
	if (r->no_multi) {
		r->refused++;
		return -EINVAL;
	}
	if (r->by_thread && (int)a->link.u.uprobe_multi.pid < 0)
		return -EBADF;
	for (i = 0; r->bad && i < a->link.u.uprobe_multi.cnt; i++)
		if (offsets[i] == r->bad)
			return -524;
	return rawbpf_call_kernel(c);
}

static long road_call(void *arg, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	struct road *r = arg;

	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_LINK_CREATE &&
		a->link.attach_type == RAWBPF_TRACE_UPROBE_MULTI)
		return road_multi(r, c);
	if (c->kind == RAWBPF_CALL_WRITE && c->role && strstr(c->role, ":0x") && r->no_sibling)
		return r->no_sibling++ == 2 ? -EEXIST : rawbpf_call_kernel(c);
	if (c->kind == RAWBPF_CALL_OPENAT && r->no_pmu &&
		strstr((const char *)c->arg[1], "devices/uprobe"))
		return -ENOENT;
	if (c->kind == RAWBPF_CALL_PERF_EVENT_OPEN) {
		r->events++;
		if (r->no_events)
			return -EACCES;
	}
	return rawbpf_call_kernel(c);
}

static void road_open(struct road *r, const char *section)
{
	char text[6000];
	ssize_t n;

	n = readlink("/proc/self/exe", r->exe, sizeof(r->exe) - 1);
	ck_assert_int_gt(n, 0);
	r->exe[n] = '\0';
	snprintf(text, sizeof(text), program, section);
	r->b = rawbpf_new();
	rawbpf_set_hook(r->b, road_call, r);
	ck_assert_msg(!rawbpf_load(r->b, .text = text), "%s", rawbpf_errmsg(r->b));
}

/* Whether tracefs has a probe event of this process. */
static bool has_event(struct road *r)
{
	struct buf text = {0};
	char mine[32];
	bool has;

	snprintf(mine, sizeof(mine), "rawbpf_%d_", (int)getpid());
	ck_assert_int_eq(
		sys_read_file(&r->b->sys, tracefs_dir(r->b), "uprobe_events", 1 << 20, &text), 0);
	has = strstr(buf_str(&text), mine);
	buf_free(&text);
	return has;
}

/* Whether this kernel has such links; the road must not be taken for granted. */
static bool has_multi(void)
{
	struct road r = {.b = NULL};
	bool has;

	road_open(&r, "uprobe");
	ck_assert_msg(!rawbpf_attach_uprobe(
			      r.b, .name = r.exe, .sym_re = "many_0[01]$", .fn_name = "on_entry"),
		"%s", rawbpf_errmsg(r.b));
	has = r.events == 0;
	rawbpf_free(r.b);
	return has;
}

#define NEED_MULTI()                                            \
	do {                                                    \
		T_NEED_ROOT();                                  \
		if (!has_multi())                               \
			T_SKIP("no uprobe_multi (Linux 6.10)"); \
	} while (0)

/* Every slot from first to last is n, all others 0. */
static void check_seen(struct road *r, int first, int last, uint64_t n)
{
	struct rawbpf_table *t = rawbpf_table(r->b, "seen");
	uint64_t v, want;
	uint32_t i;

	for (i = 0; i <= MANY; i++) {
		ck_assert_int_eq(rawbpf_table_lookup(t, &i, &v), 0);
		want = (int)i >= first && (int)i <= last ? n : 0;
		ck_assert_msg(v == want, "slot %u: %llu, not %llu", i, (unsigned long long)v,
			(unsigned long long)want);
	}
}

static void clear_seen(struct road *r)
{
	ck_assert_int_eq(rawbpf_table_clear(rawbpf_table(r->b, "seen")), 0);
}

static int attach_many(struct road *r, bool ret, const char *pattern, pid_t pid)
{
	return ret ? rawbpf_attach_uretprobe(r->b, .name = r->exe, .sym_re = pattern,
			     .fn_name = "on_return", .pid = pid)
		   : rawbpf_attach_uprobe(r->b, .name = r->exe, .sym_re = pattern,
			     .fn_name = "on_entry", .pid = pid);
}

static int detach_many(struct road *r, bool ret, const char *pattern)
{
	return ret ? rawbpf_detach_uretprobe(r->b, .name = r->exe, .sym_re = pattern)
		   : rawbpf_detach_uprobe(r->b, .name = r->exe, .sym_re = pattern);
}

static int detach_one(struct road *r, bool ret, const char *sym)
{
	return ret ? rawbpf_detach_uretprobe(r->b, .name = r->exe, .sym = sym)
		   : rawbpf_detach_uprobe(r->b, .name = r->exe, .sym = sym);
}

/* _i: at the return */
START_TEST(one_link)
{
	struct road r = {.b = NULL};
	int fds = t_count_fds();

	NEED_MULTI();
	road_open(&r, "uprobe");
	ck_assert_msg(!attach_many(&r, _i, "many_[0-9]", 0), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.multi, 1);
	ck_assert_uint_eq(r.events, 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), MANY);
	ck_assert_ptr_null(r.b->links->next);
	ck_assert_int_eq(many_call(7), 0);
	check_seen(&r, _i, MANY - 1 + _i, 7);
	ck_assert_int_eq(detach_many(&r, _i, "many_[0-9]"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	many_call(1);
	check_seen(&r, _i, MANY - 1 + _i, 7);
	ck_assert_int_eq(detach_many(&r, _i, "many_[0-9]"), -ENOENT);
	ck_assert_str_eq(rawbpf_errmsg(r.b), _i ? "no return probe on 'many_[0-9]': ENOENT"
						: "no probe on 'many_[0-9]': ENOENT");
	rawbpf_free(r.b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* Without such links: one event of tracefs, which is gone afterwards.  _i: at the return */
START_TEST(siblings)
{
	struct road r = {.no_multi = true};
	int fds = t_count_fds();

	T_NEED_ROOT();
	OLD_NEED("several places of an event");
	road_open(&r, "uprobe");
	ck_assert_msg(!attach_many(&r, _i, "many_[0-9]", 0), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.refused, 1);
	ck_assert_uint_eq(r.events, 1);
	ck_assert(has_event(&r));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), MANY);
	ck_assert_int_eq(many_call(7), 0);
	check_seen(&r, _i, MANY - 1 + _i, 7);
	ck_assert_int_eq(detach_many(&r, _i, "many_[0-9]"), 0);
	many_call(1);
	check_seen(&r, _i, MANY - 1 + _i, 7);
	ck_assert(!has_event(&r));
	rawbpf_free(r.b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* Before Linux 5.4 an event has one place: then it is an event each, and nothing stays. */
START_TEST(no_siblings)
{
	struct road r = {.no_multi = true, .no_sibling = 1};

	T_NEED_ROOT();
	OLD_NEED("several places of an event");
	road_open(&r, "uprobe");
	ck_assert_msg(!attach_many(&r, false, "many_0", 0), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.no_sibling, 3);
	ck_assert_uint_eq(r.events, 10);
	ck_assert(!has_event(&r));
	many_call(2);
	check_seen(&r, 0, 9, 2);
	rawbpf_free(r.b);
}
END_TEST

/* Before Linux 4.17 there is no PMU: an event of tracefs each, gone when it is detached. */
START_TEST(without_pmu)
{
	struct road r = {.no_multi = true, .no_pmu = true};
	int fds = t_count_fds();

	T_NEED_ROOT();
	road_open(&r, "uprobe");
	ck_assert_msg(!attach_many(&r, _i, "many_0[0-2]", 0), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.events, 3);
	ck_assert(has_event(&r));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 3);
	many_call(4);
	check_seen(&r, _i, 2 + _i, 4);
	ck_assert_int_eq(detach_one(&r, _i, "many_02"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 2);
	ck_assert(has_event(&r));
	clear_seen(&r);
	many_call(5);
	check_seen(&r, _i, 1 + _i, 5);
	ck_assert_int_eq(detach_many(&r, _i, "many_0[0-2]"), 0);
	ck_assert(!has_event(&r));
	rawbpf_free(r.b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* One of the functions, or some, leave the link; the others go on being counted. */
START_TEST(detach_some)
{
	struct road r = {.no_multi = _i};
	int fds = t_count_fds();

	T_NEED_ROOT();
	road_open(&r, "uprobe");
	ck_assert_msg(!attach_many(&r, false, "many_0", 0), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(detach_one(&r, false, "many_00"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 9);
	ck_assert_int_eq(detach_one(&r, false, "many_00"), -ENOENT);
	ck_assert_int_eq(detach_one(&r, false, "many_01"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 8);
	many_call(3);
	check_seen(&r, 2, 9, 3);
	ck_assert_int_eq(detach_many(&r, true, "many_0"), -ENOENT);
	ck_assert_int_eq(detach_many(&r, false, "many_"), -ENOENT); /* another pattern's */
	ck_assert_int_eq(detach_many(&r, false, "many_0"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	rawbpf_free(r.b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

static int attach_one(struct road *r, const char *sym)
{
	return rawbpf_attach_uprobe(r->b, .name = r->exe, .sym = sym, .fn_name = "on_entry");
}

/*
 * A program is at a place once, whichever way it came there: by a link (_i 0, where there is one),
 * one event of tracefs (1), events (2).  A pattern takes with it what it brought, and no more.
 */
START_TEST(once)
{
	struct road r = {.no_multi = _i != 0, .no_sibling = _i == 2};

	T_NEED_ROOT();
	road_open(&r, "uprobe");
	ck_assert_msg(!attach_one(&r, "many_00"), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(attach_one(&r, "many_00"), -EEXIST);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(r.b), "program 'on_entry' is attached to '"));
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(r.b), ":many_00' already"));
	ck_assert_msg(!attach_many(&r, false, "many_0", 0), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 10);
	ck_assert_int_eq(attach_one(&r, "many_05"), -EEXIST);
	ck_assert_int_eq(attach_many(&r, false, "many_0[0-3]", 0), -EEXIST);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(r.b), "'many_0[0-3]' matches already"));
	r.no_sibling = _i == 2;
	ck_assert_msg(!attach_many(&r, false, "many_[01]", 0), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 20);
	many_call(3);
	check_seen(&r, 0, 19, 3);
	clear_seen(&r);
	ck_assert_int_eq(detach_many(&r, false, "many_[01]"), 0);
	many_call(2);
	check_seen(&r, 0, 9, 2);
	ck_assert_int_eq(detach_one(&r, false, "many_09"), 0);
	clear_seen(&r);
	many_call(2);
	check_seen(&r, 0, 8, 2);
	ck_assert_int_eq(detach_many(&r, false, "many_0"), 0);
	clear_seen(&r);
	many_call(4);
	check_seen(&r, 0, 0, 4);
	/* another process, and the return, are other places */
	ck_assert_int_eq(attach_many(&r, true, "many_00", 0), 0);
	ck_assert_int_eq(attach_many(&r, false, "many_00", getpid()), 0);
	ck_assert_int_eq(attach_many(&r, false, "many_00", getpid()), -EEXIST);
	ck_assert_int_eq(attach_many(&r, true, "many_00", 0), -EEXIST);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 3);
	rawbpf_free(r.b);
}
END_TEST

/* .pid is the process, on kernels whose link would take it for a thread too (_i). */
START_TEST(by_pid)
{
	struct road r = {.by_thread = _i};
	pid_t pid;

	T_NEED_ROOT();
	road_open(&r, "uprobe");
	ck_assert_msg(!attach_many(&r, false, "many_0[0-2]", getpid()), "%s", rawbpf_errmsg(r.b));
	if (_i)
		ck_assert_uint_eq(r.events, 3);
	pid = fork();
	if (!pid) {
		many_call(5);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	check_seen(&r, 0, 2, 0);
	many_call(5);
	check_seen(&r, 0, 2, 5);
	/* asked once */
	ck_assert_msg(!attach_many(&r, false, "many_0[3-5]", getpid()), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_le(r.multi, 3);
	rawbpf_free(r.b);
}
END_TEST

/* A kernel without such links is asked once, and probed by events. */
START_TEST(no_link)
{
	struct road r = {.no_multi = true};

	T_NEED_ROOT();
	road_open(&r, _i ? "uprobe.multi" : "uprobe");
	ck_assert_msg(!attach_many(&r, false, "many_0[0-2]", 0), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.refused, 1);
	ck_assert_uint_eq(r.events, 3);
	ck_assert(r.b->kern->no_uprobe_multi);
	many_call(4);
	check_seen(&r, 0, 2, 4);
	clear_seen(&r);
	ck_assert_msg(!attach_many(&r, true, "many_0[3-5]", 0), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.refused, 1);
	many_call(4);
	ck_assert_int_eq(detach_many(&r, false, "many_0[0-2]"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 3);
	rawbpf_free(r.b);
}
END_TEST

/* A program whose section is uprobe.multi goes by a link for one place too. */
START_TEST(own_section)
{
	struct road r = {.b = NULL};

	NEED_MULTI();
	road_open(&r, "uprobe.multi");
	ck_assert_msg(!attach_many(&r, false, "many_42", 0), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.multi, 1);
	ck_assert_uint_eq(r.events, 0);
	many_call(6);
	check_seen(&r, 42, 42, 6);
	rawbpf_free(r.b);
}
END_TEST

/* Events want more rights than the link: one place goes by the link then. */
START_TEST(no_right_to_events)
{
	struct road r = {.no_events = true};

	NEED_MULTI();
	road_open(&r, "uprobe");
	ck_assert_msg(!attach_many(&r, false, "many_42", 0), "%s", rawbpf_errmsg(r.b));
	many_call(6);
	check_seen(&r, 42, 42, 6);
	ck_assert_str_eq(rawbpf_errmsg(r.b), "");
	r.no_multi = true; /* neither: the first answer is told */
	ck_assert_int_eq(attach_many(&r, false, "many_43", 0), -EACCES);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(r.b), "many_43'"));
	rawbpf_free(r.b);
}
END_TEST

/* The link's answer names no place: the one that takes no probe is found and told. */
START_TEST(one_bad_place)
{
	struct road r = {.b = NULL};
	char name[16];

	NEED_MULTI();
	road_open(&r, "uprobe");
	snprintf(name, sizeof(name), "many_%02d", _i);
	ck_assert_msg(!attach_many(&r, false, name, 0), "%s", rawbpf_errmsg(r.b));
	r.bad = r.b->links->key[2];
	ck_assert_int_eq(detach_many(&r, false, name), 0);
	ck_assert_int_eq(attach_many(&r, false, "many_0", 0), -524);
	ck_assert_msg(strstr(rawbpf_errmsg(r.b), name), "%s", rawbpf_errmsg(r.b));
	ck_assert_ptr_nonnull(strstr(rawbpf_error(r.b)->hint, "cannot probe the instruction"));
	ck_assert_ptr_null(r.b->links);
	rawbpf_free(r.b);
}
END_TEST

/* libbpf's sections: a pattern there has '*' and '?', and covers the whole name. */
START_TEST(by_section)
{
	struct road r = {.b = NULL};
	char section[5000];
	ssize_t n;

	T_NEED_ROOT();
	n = readlink("/proc/self/exe", r.exe, sizeof(r.exe) - 1);
	snprintf(section, sizeof(section), "uprobe.multi/%.*s:many_3?", (int)n, r.exe);
	road_open(&r, section);
	ck_assert_msg(!rawbpf_attach_all(r.b), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 10);
	many_call(2);
	check_seen(&r, 30, 39, 2);
	rawbpf_free(r.b);
}
END_TEST

static void on_replaced(void *arg, enum rawbpf_log_level level, const char *msg)
{
	if (level == RAWBPF_LOG_INFO && strstr(msg, "removed or replaced"))
		*(bool *)arg = true;
}

/*
 * A program whose file is gone (_i 0, 1) or another by now (2, 3), by its path and process: what
 * the process has mapped is probed.  By name, and by pattern (_i odd).
 */
START_TEST(replaced)
{
	char dir[] = "/tmp/rawbpf-replaced-XXXXXX";
	const char *sym = _i % 2 ? NULL : "work", *re = _i % 2 ? "work$" : NULL;
	struct road r = {.b = NULL};
	struct t_child child;
	bool told = false;

	T_NEED_ROOT();
	road_open(&r, "uprobe");
	rawbpf_set_log(r.b, on_replaced, &told);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(r.exe, sizeof(r.exe), "%s/program", dir);
	ck_assert_int_eq(t_run(NULL, "cp " T_CHILD " %s", r.exe), 0);
	t_child_start(&child, r.exe, "threads");
	ck_assert_int_eq(unlink(r.exe), 0);
	if (_i >= 2)
		ck_assert_int_eq(t_run(NULL, "cp " T_CHILD " %s", r.exe), 0);
	ck_assert_msg(!rawbpf_attach_uprobe(r.b, .name = r.exe, .sym = sym, .sym_re = re,
			      .fn_name = "on_entry", .pid = child.pid),
		"%s", rawbpf_errmsg(r.b));
	ck_assert(told);
	t_child_go(&child);
	check_seen(&r, 0, 9, 3);
	ck_assert_int_eq(rawbpf_detach_uprobe(
				 r.b, .name = r.exe, .sym = sym, .sym_re = re, .pid = child.pid),
		0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	t_child_end(&child);
	t_run(NULL, "rm -r %s", dir);
	rawbpf_free(r.b);
}
END_TEST

/* A process that calls the functions when a byte comes; pid 0: any number will do. */
static pid_t fork_as(pid_t pid, int go[2])
{
	/* clone3(): flags, pidfd, child_tid, parent_tid, exit_signal, stack, its size, tls, ... */
	uint64_t a[10] = {[4] = SIGCHLD, [8] = (uintptr_t)&pid, [9] = 1};
	char c;

	ck_assert_int_eq(pipe(go), 0);
	pid = pid ? (pid_t)syscall(435, a, sizeof(a)) : fork();
	if (pid)
		return pid;
	if (read(go[0], &c, 1) == 1)
		many_call(1);
	_exit(0);
}

static void end_fork(pid_t pid, int go[2])
{
	ck_assert_int_eq(write(go[1], "", 1), 1);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	close(go[0]);
	close(go[1]);
}

/* Attached to the process once: by name (_i 0), at a USDT probe (1). */
static void attach_pid_once(struct road *r, int usdt, pid_t pid)
{
	int i, err;

	for (i = 0; i < 2; i++) {
		err = usdt ? rawbpf_attach_usdt(
				     r->b, .pid = pid, .probe = "here:plain", .fn_name = "on_entry")
			   : attach_many(r, false, "many_0[0-2]", pid);
		ck_assert_msg(err == (i ? -EEXIST : 0), "%s", rawbpf_errmsg(r->b));
	}
}

/* A process that has the number of one that has ended is another one. */
START_TEST(same_pid_again)
{
	struct road r = {.b = NULL};
	int go[2];
	pid_t pid;

	T_NEED_ROOT();
	if (_i && !HERE)
		T_SKIP("no probes are written for this CPU");
	road_open(&r, "uprobe");
	pid = fork_as(0, go);
	ck_assert_int_gt(pid, 0);
	attach_pid_once(&r, _i, pid);
	end_fork(pid, go);
	if (!_i)
		check_seen(&r, 0, 2, 1);
	usleep(50000); /* start times are told in steps of 10 ms */
	if (fork_as(pid, go) != pid)
		T_SKIP("processes cannot be given a number here (Linux 5.5)");
	attach_pid_once(&r, _i, pid);
	end_fork(pid, go);
	if (!_i)
		check_seen(&r, 0, 2, 2);
	rawbpf_free(r.b);
}
END_TEST

/* What is at a file that another one has the path of by now is detached by it: by name, pattern. */
START_TEST(detach_replaced)
{
	const char *sym = _i ? NULL : "work", *re = _i ? "work$" : NULL;
	char path[] = "/tmp/rawbpf-replaced-XXXXXX";
	struct road r = {.b = NULL};

	T_NEED_ROOT();
	road_open(&r, "uprobe");
	close(mkstemp(path));
	ck_assert_int_eq(t_run(NULL, "cp " T_CHILD " %s", path), 0);
	ck_assert_msg(!rawbpf_attach_uprobe(
			      r.b, .name = path, .sym = sym, .sym_re = re, .fn_name = "on_entry"),
		"%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(
		t_run(NULL, "cp " T_CHILD " %s.new && mv -f %s.new %s", path, path, path), 0);
	ck_assert_int_eq(
		rawbpf_detach_uretprobe(r.b, .name = path, .sym = sym, .sym_re = re), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_uprobe(r.b, .name = path, .sym = sym, .sym_re = re), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	ck_assert_int_eq(rawbpf_error(r.b)->err, 0);
	unlink(path);
	rawbpf_free(r.b);
}
END_TEST

/*
 * Eight files may be opened above those that are: an event each takes more, so the limit is raised,
 * unless that was forbidden.
 */
START_TEST(more_than_the_soft_limit)
{
	struct road r = {.no_multi = true, .no_sibling = 1};
	struct rlimit lim;
	int fd;

	T_NEED_ROOT();
	road_open(&r, "uprobe");
	fd = dup(0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &lim), 0);
	lim.rlim_cur = (rlim_t)fd + 8;
	close(fd);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &lim), 0);
	r.b->no_rlimit = true;
	ck_assert_int_eq(attach_many(&r, false, "many_0[0-9]", 0), -EMFILE);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	ck_assert(!has_event(&r));
	r.b->no_rlimit = false;
	r.no_sibling = 1;
	ck_assert_msg(!attach_many(&r, false, "many_0[0-9]", 0), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 10);
	ck_assert_int_eq(many_call(3), 0);
	check_seen(&r, 0, 9, 3);
	rawbpf_free(r.b);
}
END_TEST

/* What is known of links before one is made. */
START_TEST(may_link)
{
	struct rawbpf b = {.progs = NULL};
	struct kern *k = kern_get(&b);

	k->version = 6u << 16 | 5u << 8 | 255;
	ck_assert(!uproad_may_link(&b, 0));
	k->version = 6u << 16 | 6u << 8;
	ck_assert(uproad_may_link(&b, 0));
	ck_assert(uproad_may_link(&b, 1));
	k->multi_pid_asked = true;
	ck_assert(uproad_may_link(&b, 0));
	ck_assert(!uproad_may_link(&b, 1));
	k->multi_pid = true;
	ck_assert(uproad_may_link(&b, 1));
	k->no_uprobe_multi = true;
	ck_assert(!uproad_may_link(&b, 0));
	k->no_uprobe_multi = false;
	k->no_cookie = true;
	ck_assert(!uproad_may_link(&b, 0));
	kern_free(&b);
}
END_TEST

Suite *suite_uproad(void);
Suite *suite_uproad(void)
{
	Suite *s = suite_create("uproad");
	TCase *t = tcase_create("live");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, one_link, 0, 2);
	tcase_add_loop_test(t, siblings, 0, 2);
	tcase_add_test(t, no_siblings);
	tcase_add_loop_test(t, without_pmu, 0, 2);
	tcase_add_loop_test(t, detach_some, 0, 2);
	tcase_add_loop_test(t, once, 0, 3);
	tcase_add_loop_test(t, by_pid, 0, 2);
	tcase_add_loop_test(t, no_link, 0, 2);
	tcase_add_test(t, own_section);
	tcase_add_test(t, by_section);
	tcase_add_test(t, no_right_to_events);
	tcase_add_loop_test(t, one_bad_place, 7, 9);
	tcase_add_loop_test(t, replaced, 0, 4);
	tcase_add_loop_test(t, same_pid_again, 0, 2);
	tcase_add_loop_test(t, detach_replaced, 0, 2);
	tcase_add_test(t, more_than_the_soft_limit);
	suite_add_tcase(s, t);
	t = tcase_create("unit");
	tcase_add_test(t, may_link);
	suite_add_tcase(s, t);
	return s;
}
