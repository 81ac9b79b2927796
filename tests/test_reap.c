// SPDX-License-Identifier: MIT
/* test_reap.c - what killed processes left in tracefs goes, and nothing else does. */
#include "reap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"
#include "t.h"
#include "tracefs.h"

/* A machine: its processes as /proc shows them, and its probe events. */
struct machine {
	const char *kthreadd; /* its stat; NULL: not there */
	const char *clock;    /* ns/time of this process; NULL: there is no such */
	const char *events[2];
	int events_err, write_err;
	unsigned busy;	      /* so many removals answer -EBUSY first */
	bool locked;	      /* somebody holds the events */
	const char *instance; /* NULL: none */
	int unlink_err;

	char text[1024];
	const char *open;
	bool listed, instances; /* is read; of instances */
	int writing;		/* kprobe_events, or uprobe_events (1) */
	char written[1024];
};

#define KTHREADD "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 25 0 0\n"
#define INIT	 "2 (sh) S 1 2 2 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 25 0 0\n"

static const struct machine_proc {
	int pid, start, threads;
	char state;
	const char *nspid, *clock;
} machine_procs[] = {
	{2, 25, 1, 'S', "2", "time:[1]"}, {7, 500, 1, 'S', "7", "time:[1]"},
	{9, 500, 1, 'Z', "9", "time:[1]"},	     /* waits to be waited for */
	{10, 500, 2, 'Z', "10", "time:[1]"},	     /* its first thread has ended */
	{4711, 600, 1, 'S', "4711\t12", "time:[1]"}, /* in a container */
	{4712, 700, 1, 'S', "4712\t13", "time:[2]"}, /* with clocks of its own */
};

static const char *machine_stat(struct machine *m, int pid)
{
	const struct machine_proc *p = machine_procs;
	size_t i;

	if (pid == 2)
		return m->kthreadd;
	for (i = 0; i < sizeof(machine_procs) / sizeof(*p); i++, p++)
		if (p->pid == pid) {
			snprintf(m->text, sizeof(m->text),
				"%d (a ) b) %c 1 7 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 %d 0 %d 9 "
				"9\n",
				pid, p->state, p->threads, p->start);
			return m->text;
		}
	return NULL;
}

static const char *machine_status(struct machine *m, int pid)
{
	const struct machine_proc *p = machine_procs;
	size_t i;

	for (i = 0; i < sizeof(machine_procs) / sizeof(*p); i++, p++)
		if (p->pid == pid) {
			snprintf(m->text, sizeof(m->text),
				"Name:\ta\nNStgid:\t1\nNSpid:\t%s\nNSpgid:\t1\n", p->nspid);
			return m->text;
		}
	return NULL;
}

static long machine_openat(struct machine *m, const char *path, int flags)
{
	int pid = 0, n = 0;

	if (!strcmp(path, "/proc") || !strcmp(path, "instances")) {
		m->listed = path[0] == 'i' && !m->instance;
		m->instances = path[0] == 'i';
		return 1001;
	}
	if (!strcmp(path, "/sys/kernel/tracing") || !strncmp(path, "events/kprobes/", 15))
		return 1002;
	m->writing = !strcmp(path, "uprobe_events");
	if (m->writing || !strcmp(path, "kprobe_events")) {
		if (m->events_err || !m->events[m->writing])
			return m->events_err ? m->events_err : -ENOENT;
		ck_assert(!(flags & O_TRUNC)); /* or all events of the machine would go */
		ck_assert((flags & O_ACCMODE) == O_RDONLY || flags & O_APPEND);
		m->open = m->events[m->writing];
		return 1003;
	}
	if (!strcmp(path, "/proc/8/stat"))
		return -EACCES;
	if (sscanf(path, "/proc/%d/stat%n", &pid, &n) != 1)
		return -ENOENT;
	m->open = path[n] ? machine_status(m, pid) : machine_stat(m, pid);
	return m->open ? 1000 : -ENOENT;
}

/* a struct linux_dirent64 for each process */
static long machine_list(struct machine *m, char *out)
{
	size_t i, at = 0;

	if (!m->listed && m->instances) {
		memset(out, 0, 64);
		out[16] = 64;
		snprintf(out + 19, 44, "%s", m->instance);
		at = 64;
	}
	for (i = 0;
		!m->listed && !m->instances && i < sizeof(machine_procs) / sizeof(*machine_procs);
		i++) {
		memset(out + at, 0, 32);
		out[at + 16] = 32;
		snprintf(out + at + 19, 13, "%d", machine_procs[i].pid);
		at += 32;
	}
	m->listed = true;
	return (long)at;
}

static long machine_readlink(struct machine *m, const char *path, char *out)
{
	const char *clock = m->clock;
	size_t i;
	int pid;

	if (!clock)
		return -ENOENT;
	if (sscanf(path, "/proc/%d/", &pid) == 1)
		for (i = 0; i < sizeof(machine_procs) / sizeof(*machine_procs); i++)
			if (machine_procs[i].pid == pid)
				clock = machine_procs[i].clock;
	memcpy(out, clock, strlen(clock));
	return (long)strlen(clock);
}

static long machine_write(struct machine *m, const char *text, size_t n)
{
	size_t len = strlen(m->written);

	if (m->busy && m->busy--)
		return -EBUSY;
	ck_assert_uint_lt(len + n + 1, sizeof(m->written));
	snprintf(m->written + len, sizeof(m->written) - len, "%d%.*s", m->writing, (int)n, text);
	if (m->write_err)
		return m->write_err;
	return (long)n;
}

static long machine_call(void *arg, const struct rawbpf_call *c)
{
	struct machine *m = arg;
	size_t n;

	switch (c->kind) {
	case RAWBPF_CALL_OPENAT: return machine_openat(m, (const char *)c->arg[1], (int)c->arg[2]);
	case RAWBPF_CALL_READ:
		n = strlen(m->open);
		n = n < c->arg[2] ? n : c->arg[2];
		memcpy((void *)c->arg[1], m->open, n);
		m->open += n;
		return (long)n;
	case RAWBPF_CALL_GETDENTS: return machine_list(m, (char *)c->arg[1]);
	case RAWBPF_CALL_READLINKAT:
		return machine_readlink(m, (const char *)c->arg[1], (char *)c->arg[2]);
	case RAWBPF_CALL_STATFS: ((struct statfs *)c->arg[1])->f_type = 0x74726163; return 0;
	case RAWBPF_CALL_WRITE: return machine_write(m, (const char *)c->arg[1], c->arg[2]);
	case RAWBPF_CALL_FLOCK:
		ck_assert_uint_eq(c->arg[0], 1002);
		ck_assert_uint_eq(c->arg[1], LOCK_EX | LOCK_NB);
		return m->locked ? -EWOULDBLOCK : 0;
	case RAWBPF_CALL_UNLINKAT: return m->unlink_err;
	case RAWBPF_CALL_POLL:
	case RAWBPF_CALL_CLOSE: return 0;
	default: ck_abort_msg("call %d", c->kind);
	}
}

START_TEST(whose)
{
	static const struct {
		const char *name;
		bool left;
	} rows[] = {
		{"rawbpf_7_500_0", false}, /* lives */
		{"rawbpf_7_499_0", true},  /* the number's last owner */
		{"rawbpf_6_500_12", true}, /* nobody has the number */
		{"rawbpf_8_500_0", false}, /* not known */
		{"rawbpf_9_500_0", true},
		{"rawbpf_10_500_0", false},
		{"rawbpf_12_600_0", false}, /* of a container */
		{"rawbpf_12_601_0", true},
		{"rawbpf_4711_600_0", false},
		{"rawbpf_13_700_0", false},
		{"rawbpf_13_9_0", false}, /* when that was there is not known */
		{"rawbpf_14_700_0", true},
		{"rawbpf_6_500", false},
		{"rawbpf_6_500_", false},
		{"rawbpf_6_500_0x", false},
		{"rawbpf_06_500_0", false},
		{"rawbpf_-6_500_0", false},
		{"rawbpf_6_ 500_0", false},
		{"rawbpf_6_500_0_ret", false},
		{"rawbpf_99999999999_1_0", false},
		{"rawbpf_mine", false},
		{"bcc_6_500_0", false},
		{"", false},
	};
	struct machine m = {.kthreadd = KTHREADD, .clock = "time:[1]"};
	struct sys s = {.hook = machine_call, .arg = &m};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		m.listed = false;
		ck_assert_msg(reap_is_left(&s, rows[i].name) == rows[i].left, "'%s'", rows[i].name);
	}
	/* before Linux 5.6 all clocks are one */
	m.clock = NULL;
	ck_assert(reap_is_left(&s, "rawbpf_13_9_0"));
	ck_assert(!reap_is_left(&s, "rawbpf_13_700_0"));
	/* a /proc that does not show all processes proves nothing */
	m.kthreadd = INIT;
	ck_assert(!reap_is_left(&s, "rawbpf_6_500_12"));
	m.kthreadd = NULL;
	ck_assert(!reap_is_left(&s, "rawbpf_7_499_0"));
}
END_TEST

struct told {
	char paths[512];
	int err;
};

static int tell(void *arg, const char *path, int err)
{
	struct told *t = arg;

	strcat(strcat(t->paths, path), " ");
	t->err = err;
	return 0;
}

/* Whose names are like ours, or whose group is another, are none of ours. */
static const char kprobe_list[] = "p:kprobes/rawbpf_6_500_1 vfs_read\n"
				  "p:kprobes/rawbpf_7_500_1 vfs_read\n"
				  "r16:kprobes/rawbpf_6_500_2 vfs_write\n"
				  "p:kprobes/p_vfs_read_bcc_6 vfs_read\n"
				  "p:kprobes/rawbpf_6_500_1 vfs_write\n"
				  "p:mine/rawbpf_6_500_3 vfs_read\n"
				  "p:kprobes/rawbpf_6_500_4x vfs_read\n"
				  "p:kprobes/rawbpf_6_500_5_0 vfs_read a=rawbpf_6_500_6\n"
				  "p:kprobes/rawbpf_6_500_7\n"
				  "e:kprobes/rawbpf_6_500_8 sched.sched_switch\n"
				  "p:kprobes/rawbpf_6_500_9 cut sho";

static struct rawbpf *machine_context(struct machine *m)
{
	struct rawbpf *b = rawbpf_new();

	ck_assert_ptr_nonnull(b);
	rawbpf_set_hook(b, machine_call, m);
	return b;
}

/* One that somebody else has just removed is told by nobody. */
START_TEST(instances)
{
	static const struct {
		int err, want;
		const char *told;
	} rows[] = {
		{0, 1, "instances/rawbpf_6_500_1 "},
		{-EBUSY, 0, "instances/rawbpf_6_500_1 "},
		{-ENOENT, 0, ""},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct machine m = {.kthreadd = KTHREADD,
			.instance = "rawbpf_6_500_1",
			.unlink_err = rows[i].err};
		struct rawbpf *b = machine_context(&m);
		struct told t = {.err = 1};

		ck_assert_int_eq(rawbpf_reap(b, tell, &t), rows[i].want);
		ck_assert_str_eq(t.paths, rows[i].told);
		rawbpf_free(b);
	}
}
END_TEST

START_TEST(events)
{
	struct machine m = {.kthreadd = KTHREADD,
		.events = {kprobe_list, "r:kprobes/rawbpf_6_500_1 /lib/x:0x0000000000000010\n"}};
	struct rawbpf *b = machine_context(&m);
	struct told t = {.err = 1};

	ck_assert_int_eq(rawbpf_reap(b, tell, &t), 3);
	ck_assert_str_eq(m.written, "0-:kprobes/rawbpf_6_500_1\n0-:kprobes/rawbpf_6_500_2\n"
				    "1-:kprobes/rawbpf_6_500_1\n");
	ck_assert_str_eq(t.paths, "events/kprobes/rawbpf_6_500_1 events/kprobes/rawbpf_6_500_2 "
				  "events/kprobes/rawbpf_6_500_1 ");
	ck_assert_int_eq(t.err, 0);
	rawbpf_free(b);
}
END_TEST

/* What is in use stays and is told, and the others go on; what has gone meanwhile is nothing. */
START_TEST(events_stay)
{
	struct machine m = {.kthreadd = KTHREADD,
		.events = {NULL, "p:kprobes/rawbpf_6_500_1 /lib/x:0x10\n"
				 "p:kprobes/rawbpf_6_500_2 /lib/x:0x20\n"},
		.busy = 3};
	struct rawbpf *b = machine_context(&m);
	struct told t = {.err = 1};

	ck_assert_int_eq(rawbpf_reap(b, tell, &t), 2); /* it was being closed */
	ck_assert_int_eq(t.err, 0);
	t = (struct told){.err = 1};
	m.busy = 1000;
	ck_assert_int_eq(rawbpf_reap(b, tell, &t), 0);
	ck_assert_str_eq(t.paths, "events/kprobes/rawbpf_6_500_1 events/kprobes/rawbpf_6_500_2 ");
	ck_assert_int_eq(t.err, -EBUSY);
	ck_assert_uint_gt(m.busy, 500); /* it did not wait for ever */
	m.busy = 0;
	/* and where the kernel would not say so, it is not asked */
	m.locked = true;
	m.written[0] = '\0';
	t = (struct told){.err = 1};
	ck_assert_int_eq(rawbpf_reap(b, tell, &t), 0);
	ck_assert_str_eq(m.written, "");
	ck_assert_int_eq(t.err, -EBUSY);
	m.locked = false;
	m.write_err = -EIO;
	t = (struct told){.err = 1};
	ck_assert_int_eq(rawbpf_reap(b, tell, &t), 0);
	ck_assert_str_eq(t.paths, "events/kprobes/rawbpf_6_500_1 events/kprobes/rawbpf_6_500_2 ");
	ck_assert_int_eq(t.err, -EIO);
	m.written[0] = '\0';
	m.write_err = -ENOENT;
	t = (struct told){.err = 1};
	ck_assert_int_eq(rawbpf_reap(b, tell, &t), 0);
	ck_assert_str_eq(t.paths, "");
	m.events_err = -EPERM;
	ck_assert_int_eq(rawbpf_reap(b, tell, &t), -EPERM);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "kprobe_events"));
	rawbpf_free(b);
}
END_TEST

static bool there(struct rawbpf *b, const char *name)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "instances/%s", name);
	fd = openat(tracefs_dir(b), path, O_PATH | O_CLOEXEC);
	close(fd);
	return fd >= 0;
}

/* A process with a trace instance, which waits to be killed; its pid. */
static pid_t start_owner(char *name, size_t size)
{
	struct proc_stat st;
	struct sys s = {0};
	int fds[2];
	char c = 0;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		c = rawbpf_trace_fd(rawbpf_new(), false) < 0 ? 'n' : 'y';
		if (write(fds[1], &c, 1) == 1)
			pause();
		_exit(1);
	}
	ck_assert_int_eq(read(fds[0], &c, 1), 1);
	close(fds[0]);
	close(fds[1]);
	ck_assert_int_eq(proc_stat(&s, pid, &st), 0);
	snprintf(name, size, "rawbpf_%d_%" PRIu64 "_0", (int)pid, st.start);
	return pid;
}

static int remember(void *arg, const char *path, int err)
{
	if (!err && strstr(path, arg))
		*(char *)arg = '\0';
	return 0;
}

/* Whether it was we who removed it: anybody else here who reaps may be faster. */
static bool sweep(struct rawbpf *b, const char *name, int how)
{
	char copy[64], *out;
	bool first;

	if (how == 0) {
		ck_assert_int_ge(rawbpf_trace_fd(b, false), 0);
		return true;
	}
	if (how == 1) {
		strcpy(copy, name);
		ck_assert_int_ge(rawbpf_reap(b, remember, copy), 0);
		return !*copy;
	}
	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf doctor --reap"), 0);
	first = strstr(out, name);
	free(out);
	return first;
}

/* 0: the next instance sweeps, 1: rawbpf_reap(), 2: the command */
START_TEST(killed)
{
	struct proc_stat st;
	struct rawbpf *b;
	bool first = false;
	char name[64];
	int tries;
	pid_t pid;

	T_NEED_ROOT();
	b = rawbpf_new();
	if (proc_stat(&b->sys, 2, &st) || !(st.flags & 0x200000)) {
		rawbpf_free(b);
		T_SKIP("/proc does not show all processes");
	}
	for (tries = 0; tries < 5 && !first; tries++) {
		pid = start_owner(name, sizeof(name));
		if (!there(b, name)) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
			rawbpf_free(b);
			T_SKIP("no bpf_trace_printk event");
		}
		ck_assert_int_ge(rawbpf_reap(b, NULL, NULL), 0);
		ck_assert(there(b, name)); /* it lives */
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		first = sweep(b, name, _i);
		ck_assert(!there(b, name));
	}
	ck_assert(first);
	rawbpf_free(b);
}
END_TEST

START_TEST(without_context)
{
	ck_assert_int_eq(rawbpf_reap(NULL, NULL, NULL), -ENOMEM);
}
END_TEST

Suite *suite_reap(void);
Suite *suite_reap(void)
{
	Suite *s = suite_create("reap");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, whose);
	tcase_add_test(t, instances);
	tcase_add_test(t, events);
	tcase_add_test(t, events_stay);
	tcase_add_test(t, without_context);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, killed, 0, 3);
	suite_add_tcase(s, t);
	return s;
}
