// SPDX-License-Identifier: MIT
/*
 * fault.c - every call and every allocation of a scenario fails once, and nothing is left behind.
 *
 * The hook that the audit rests on answers the N-th call itself.  While it does, and while an
 * allocation may fail, nothing here may allocate: what is wrong is printed, and counted.
 */
#include "fault.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "here.h"
#include "proc.h"
#include "t.h"
#include "tracefs.h"

enum {
	FAULT_TOLD = 20,    /* messages of a scenario */
	FAULT_SAMPLED = 20, /* allocations of a sample */
	FAULT_SAMPLED_CALLS =
		40, /* the same of calls: BTF is read by a thousand, where it is not mapped */
	FAULT_RETRIED = 5, /* one run of so many is tried again, which may take the kernel long */
};

static struct fault *fault_now; /* whose contexts those are that are made */

/* ---- the hook ------------------------------------------------------------------------------- */

static bool fault_has(const int *list, unsigned n, int err)
{
	unsigned i;

	for (i = 0; i < n && list[i]; i++)
		if (list[i] == err)
			return true;
	return false;
}

/* What the call is about, in words. */
static const char *fault_about(const struct rawbpf_call *c)
{
	switch (c->kind) {
	case RAWBPF_CALL_OPENAT:
	case RAWBPF_CALL_READLINKAT:
	case RAWBPF_CALL_MKDIRAT:
	case RAWBPF_CALL_UNLINKAT: return (const char *)c->arg[1];
	case RAWBPF_CALL_STAT:
	case RAWBPF_CALL_STATFS: return (const char *)c->arg[0];
	default: return c->role ? c->role : "";
	}
}

/* Places of one event, say, differ in numbers. */
static bool fault_first(struct fault *f, const struct fault_call *call, const char *about)
{
	uint32_t hash = 5381;
	unsigned i;

	for (; *about; about++)
		if (!isxdigit((unsigned char)*about))
			hash = hash * 33 + (unsigned char)*about;
	for (i = 0; i < f->n_seen; i++)
		if (f->seen[i].call == call && f->seen[i].about == hash)
			return false;
	if (f->n_seen < FAULT_SEEN) {
		f->seen[f->n_seen].call = call;
		f->seen[f->n_seen++].about = hash;
	}
	return true;
}

/* The errno that this call fails with, or 0. */
static int fault_choose(struct fault *f, const struct rawbpf_call *c)
{
	const struct fault_call *row = f->armed ? fault_call_of(c) : NULL;
	int err;

	if (!row || ++f->n_calls != f->fail_at)
		return 0;
	for (f->n_errs = 0; f->n_errs < FAULT_ERRS && row->errs[f->n_errs]; f->n_errs++)
		;
	err = row->errs[f->pick % f->n_errs];
	f->hit = true;
	f->err = -err;
	f->kind = c->kind;
	f->is_new = fault_first(f, row, fault_about(c));
	f->must_go_on = fault_has(row->again, FAULT_AGAIN, err) &&
			!(f->row->waits && c->kind == RAWBPF_CALL_READ);
	if ((size_t)err < sizeof(f->errnos))
		f->errnos[err] = true;
	snprintf(f->what, sizeof(f->what), "call %u, %s '%.150s', %s", f->fail_at, row->name,
		fault_about(c), err == 524 ? "ENOTSUPP" : rawbpf_errno_name(err));
	return err;
}

static bool fault_is_multi(const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];

	return c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_LINK_CREATE &&
	       (a->link.attach_type == RAWBPF_TRACE_UPROBE_MULTI ||
		       a->link.attach_type == RAWBPF_TRACE_KPROBE_MULTI);
}

/* A signal, once it waits; a little later, as it cannot be sent where rights were given up. */
static void fault_stop_soon(void)
{
	const struct itimerval soon = {.it_value = {.tv_usec = 1000}};

	setitimer(ITIMER_REAL, &soon, NULL);
}

static long fault_issue(void *arg, const struct rawbpf_call *c)
{
	struct rawbpf_call other = *c;
	struct fault *f = arg;
	int err = fault_choose(f, c);
	long ret;

	if (err)
		return -err;
	if (f->row->no_multi && fault_is_multi(c))
		return -EINVAL;
	if (c->kind == RAWBPF_CALL_OPENAT && f->row->by_hand &&
		strstr((const char *)c->arg[1], "format/ref_ctr_offset"))
		return -ENOENT;
	/* a few functions for a pattern, instead of the kernel's hundred thousand */
	if (c->kind == RAWBPF_CALL_OPENAT && *f->list &&
		!strcmp((const char *)c->arg[1], "available_filter_functions"))
		other.arg[1] = (uintptr_t)f->list;
	if (c->kind == RAWBPF_CALL_POLL && f->row->stops && c->arg[1])
		fault_stop_soon();
	ret = rawbpf_call_kernel(&other);
	if (c->kind == RAWBPF_CALL_CLOSE && ret == -EBADF)
		f->not_open = (int)c->arg[0];
	return ret;
}

bool fault_hook(struct rawbpf *b)
{
	if (fault_now)
		rawbpf_set_hook(b, fault_issue, fault_now);
	return fault_now;
}

/* ---- what must be true ---------------------------------------------------------------------- */

static void fault_tell(struct fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void fault_tell(struct fault *f, const char *fmt, ...)
{
	/* without rights no file is put back in its place: a command's own output is kept aside */
	int out = f->row->is_command && f->row->apart ? f->fds[0] : STDOUT_FILENO;
	char text[1200], line[1600];
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	n = snprintf(line, sizeof(line), "fault: %s: %s: %s\n", f->row->name, f->what, text);
	if (++f->bad <= FAULT_TOLD && write(out, line, (size_t)n) != n)
		f->bad++;
}

/* One line that names the step and ends in the errno's name. */
static void fault_check_error(struct fault *f, int err)
{
	const struct rawbpf_error *e = f->error ? f->error : rawbpf_error(f->b);
	const char *msg = e->msg ? e->msg : "", *name = rawbpf_errno_name(err);
	size_t len = strlen(msg), n = strlen(name);

	if (e->err != err)
		fault_tell(f, "ends with %s, and the error is %s '%s'", name,
			rawbpf_errno_name(e->err), msg);
	else if (!e->stage || !*e->stage)
		fault_tell(f, "no step in '%s'", msg);
	else if (!strcmp(msg, "out of memory"))
		return; /* of a context that there is not */
	else if (len < n + 8 || strcmp(msg + len - n, name) != 0)
		fault_tell(f, "'%s' does not end in %s", msg, name);
	else if (strchr(msg, '\n') ||
		 (isupper((unsigned char)msg[0]) && !isupper((unsigned char)msg[1])))
		fault_tell(f, "'%s' is no sentence of ours", msg);
}

struct fault_names {
	char prefix[32];
	int n;
};

static int fault_count_name(void *arg, const char *name)
{
	struct fault_names *l = arg;

	l->n += !strncmp(name, l->prefix, strlen(l->prefix));
	return 0;
}

/* A process's probe events and instances in tracefs. */
static int fault_events(struct rawbpf *keep, pid_t pid)
{
	static const char *const files[] = {"kprobe_events", "uprobe_events"};
	struct fault_names l = {.n = 0};
	struct buf text = {0};
	const char *p;
	char what[64];
	int i, dir = tracefs_dir(keep);

	if (dir < 0)
		return 0;
	snprintf(l.prefix, sizeof(l.prefix), "rawbpf_%d_", (int)pid);
	snprintf(what, sizeof(what), ":kprobes/%s", l.prefix);
	for (i = 0; i < 2; i++) {
		sys_read_file(&keep->sys, dir, files[i], 1 << 20, &text);
		for (p = buf_str(&text); (p = strstr(p, what)); p++)
			l.n++;
		buf_free(&text);
	}
	proc_each_name(&keep->sys, dir, "instances", fault_count_name, &l);
	return l.n;
}

/* Mounts of what we might mount. */
static unsigned fault_mounts(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[1024];
	unsigned n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += strstr(line, " - tracefs ") || strstr(line, " - debugfs ") ||
		     strstr(line, " - bpf ");
	if (f)
		fclose(f);
	return n;
}

struct fault_before {
	struct rawbpf *keep;
	int fds, events;
	unsigned mounts;
};

static void fault_look(struct fault_before *was, pid_t pid)
{
	was->events = fault_events(was->keep, pid); /* which opens a tracefs, the first time */
	was->fds = t_count_fds_of(pid);
	was->mounts = fault_mounts();
}

/* Of this process's memory. */
static void fault_check_memory(struct fault *f)
{
	unsigned live = t_alloc_live();
	const char *left;

	if (live) {
		fault_tell(
			f, "%u blocks of memory stay, one from 0x%lx", live, t_alloc_live_from());
		t_alloc_watch();
	}
	if (f->not_open >= 0)
		fault_tell(f, "file %d is closed, which was not open", f->not_open);
	/* other scenarios that run meanwhile may count them */
	if (f->row->is_usdt &&
		(here_counted_semaphore || here_spread_semaphore || here_many_semaphore))
		fault_tell(f, "semaphores are %d, %d, %d", here_counted_semaphore,
			here_spread_semaphore, here_many_semaphore);
	left = f->row->left ? f->row->left(f) : NULL;
	if (left)
		fault_tell(f, "%s", left);
}

/* Of what the kernel keeps for a process. */
static void fault_check_kernel(struct fault *f, struct fault_before *was, pid_t pid)
{
	struct fault_before is = {.keep = was->keep};

	fault_look(&is, pid);
	if (is.fds != was->fds)
		fault_tell(f, "%d files stay open", is.fds - was->fds);
	if (is.events != was->events)
		fault_tell(f, "%d events or instances stay in tracefs", is.events - was->events);
	if (is.mounts != was->mounts)
		fault_tell(f, "%u mounts, and %u before", is.mounts, was->mounts);
	*was = is;
}

static uint64_t fault_status(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 16) : UINT64_MAX;
}

/* What may stay: what does without a fault, and of those that drop.c tries what a refusal needs. */
static uint64_t fault_keeps(const struct fault *f)
{
	static const uint64_t tried =
		1 << 1 /* DAC_OVERRIDE */ | 1 << 21 /* SYS_ADMIN */ | 1ULL << 39 /* BPF */;
	bool asks = f->kind == RAWBPF_CALL_BPF || f->kind == RAWBPF_CALL_UNLINKAT;
	bool refused = f->err == -EPERM || f->err == -EACCES;

	return !f->sweeps || (f->hit && asks && refused) ? tried : f->keeps;
}

static void fault_check_rights(struct fault *f, pid_t pid)
{
	char path[40], text[4096] = "";
	uint64_t caps;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (file && fread(text, 1, sizeof(text) - 1, file))
		*text = ' ';
	if (file)
		fclose(file);
	caps = fault_status(text, "CapPrm:") | fault_status(text, "CapEff:");
	if (caps & ~fault_keeps(f) || fault_status(text, "CapInh:") ||
		fault_status(text, "CapAmb:") || fault_status(text, "NoNewPrivs:") != 1 ||
		fault_status(text, "Seccomp:") != 2)
		fault_tell(f, "rights stay: %.900s", strstr(text, "CapInh:"));
	if (!f->sweeps)
		f->keeps = caps;
}

/* ---- a run ---------------------------------------------------------------------------------- */

/* The steps that are left; 0, or the error of the one that failed. */
static int fault_steps(struct fault *f)
{
	int err;

	if (!f->b && !f->row->is_command)
		f->b = rawbpf_new();
	if (!f->b && !f->row->is_command)
		return -ENOMEM;
	for (; f->at_step < FAULT_STEPS && f->row->step[f->at_step]; f->at_step++) {
		err = f->row->step[f->at_step](f);
		if (err < 0 || (err && f->row->is_command))
			return err;
	}
	f->done = true;
	return 0;
}

/* What the steps need. */
static int fault_prepare(struct fault *f)
{
	f->b = NULL;
	f->at_step = 0;
	f->done = f->hit = f->must_go_on = f->armed = false;
	f->n_calls = 0;
	f->not_open = -1;
	if (!f->row->text)
		return 0;
	f->b = rawbpf_new();
	return rawbpf_load(f->b, .text = f->row->text);
}

static void fault_check_step(struct fault *f, int err, bool by_memory)
{
	f->runs++;
	if (!err)
		return;
	f->errors++;
	if (f->must_go_on)
		fault_tell(f, "is not tried again: %s",
			f->row->is_command ? f->why : rawbpf_errmsg(f->b));
	if (f->row->is_command && (err < 0 || err > 2))
		fault_tell(f, "status %d, and it says '%s'", err, f->why);
	if (f->row->is_command)
		return;
	if (by_memory && err != -ENOMEM)
		fault_tell(f, "is told as %s", rawbpf_errmsg(f->b));
	if (f->b)
		fault_check_error(f, err);
}

/* All that is open when nothing fails any more. */
static void fault_check_whole(struct fault *f)
{
	int n = f->row->is_command ? 0 : rawbpf_num_open_probes(f->b);

	if (f->row->probes < 0 ? !n : n != f->row->probes)
		fault_tell(f, "%d probes are open", n);
}

/* With something that fails.  Whether it was reached. */
static bool fault_try(struct fault *f, unsigned alloc)
{
	int err = fault_prepare(f), again;
	bool hit;

	if (err)
		fault_tell(f, "not prepared: %s", rawbpf_errmsg(f->b));
	f->armed = !alloc;
	if (alloc)
		t_fail_alloc_at(alloc);
	err = fault_steps(f);
	hit = alloc ? t_alloc_refused() : f->hit;
	if (hit || err) {
		f->armed = false;
		t_alloc_failed();
		if (alloc && hit)
			snprintf(f->what, sizeof(f->what), "allocation %u, at 0x%lx", alloc,
				t_alloc_refused_at());
		fault_check_step(f, err, alloc);
		f->error = NULL;
		/* what has no rights cannot begin once more: the next run does, from the start */
		if ((f->retry && !(f->row->is_command && f->row->apart)) || !err) {
			again = err ? fault_steps(f) : 0;
			if (again)
				fault_tell(f, "then again, %s",
					f->row->is_command ? f->why : rawbpf_errmsg(f->b));
			else
				fault_check_whole(f);
		}
	}
	rawbpf_free(f->b);
	rawbpf_usdt_free(f->usdt);
	f->b = NULL;
	f->usdt = NULL;
	f->error = NULL;
	if (!hit) {
		hit = alloc ? t_alloc_refused() : f->hit;
		f->runs += hit;
		if (alloc && hit)
			snprintf(f->what, sizeof(f->what), "allocation %u, at 0x%lx, of the end",
				alloc, t_alloc_refused_at());
	}
	f->armed = false;
	t_alloc_failed();
	fault_check_memory(f);
	return hit;
}

/* Nothing fails: whether it can be run here; and how many calls and allocations it makes. */
static bool fault_clean(struct fault *f, unsigned unused)
{
	int err = fault_prepare(f);

	(void)unused;
	t_fail_alloc_at(0);
	f->armed = true;
	f->fail_at = 0;
	if (!err)
		err = fault_steps(f);
	if (err && !f->row->is_command)
		snprintf(f->why, sizeof(f->why), "%s", rawbpf_errmsg(f->b));
	else if (!err)
		fault_check_whole(f);
	rawbpf_free(f->b);
	rawbpf_usdt_free(f->usdt);
	f->b = NULL;
	f->usdt = NULL;
	f->armed = false;
	f->n_allocs = t_alloc_count();
	fault_check_memory(f);
	return !err;
}

/* ---- a process of its own ------------------------------------------------------------------- */

/* Told by the socket that it is through, the parent looks at it with the rights it has not. */
static void fault_child(
	struct fault *f, bool (*job)(struct fault *f, unsigned n), unsigned n, int to)
{
	const struct itimerval never = {.it_interval = {0}};
	char c;

	f->reached = job(f, n);
	setitimer(ITIMER_REAL, &never, NULL);
	if (write(to, "", 1) == 1 && read(to, &c, 1) == 1)
		syscall(SYS_exit_group, 0); /* before _exit() ASan calls what is given up */
	syscall(SYS_exit_group, 1);
}

static bool fault_apart(struct fault *f, const struct fault_before *was,
	bool (*job)(struct fault *f, unsigned n), unsigned n)
{
	struct fault_before at_begin = *was;
	int to[2], status = -1;
	pid_t pid;
	char c;

	at_begin.events = 0;
	at_begin.fds = t_count_fds_of(getpid()) + 1; /* its end of the socket */
	at_begin.mounts = fault_mounts();
	f->reached = false;
	fflush(NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to)) {
		fault_tell(f, "no socket for another process");
		return false;
	}
	pid = fork();
	if (!pid) {
		close(to[0]);
		fault_child(f, job, n, to[1]);
	}
	close(to[1]);
	if (pid > 0 && read(to[0], &c, 1) == 1) {
		fault_check_kernel(f, &at_begin, pid);
		if (f->row->drops && f->done)
			fault_check_rights(f, pid);
		if (write(to[0], "", 1) != 1)
			fault_tell(f, "the process has gone");
	}
	close(to[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		fault_tell(f, "the process ended with status 0x%x", (unsigned)status);
	f->b = NULL;
	f->usdt = NULL;
	f->error = NULL;
	return f->reached;
}

/* A run here, or in another process. */
static bool fault_run(struct fault *f, struct fault_before *was,
	bool (*job)(struct fault *f, unsigned n), unsigned n)
{
	bool ret;

	if (f->row->apart)
		return fault_apart(f, was, job, n);
	ret = job(f, n);
	fault_check_kernel(f, was, getpid());
	return ret;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static void fault_sweep_calls(
	struct fault *f, struct fault_before *was, enum fault_size size, unsigned total)
{
	unsigned step = size == FAULT_SAMPLE ? 1 + total / FAULT_SAMPLED_CALLS : 1;
	bool all;

	if (size == FAULT_SAMPLE && f->row->slow > step)
		step = f->row->slow;
	for (f->fail_at = 1; f->bad < FAULT_TOLD * 5; f->fail_at += step) {
		f->retry = size == FAULT_ALL || f->calls % FAULT_RETRIED == 0;
		f->pick = f->fail_at;
		snprintf(f->what, sizeof(f->what), "call %u", f->fail_at);
		if (!fault_run(f, was, fault_try, 0))
			return;
		f->calls++;
		f->retry = false; /* whichever errno it was */
		all = size == FAULT_ALL && f->is_new;
		for (f->pick = f->fail_at + 1; all && f->pick < f->fail_at + f->n_errs; f->pick++)
			fault_run(f, was, fault_try, 0);
	}
}

static void fault_sweep_allocs(
	struct fault *f, struct fault_before *was, enum fault_size size, unsigned total)
{
	unsigned n, step = size == FAULT_SAMPLE ? 1 + total / FAULT_SAMPLED : 1;

	if (size == FAULT_SAMPLE && f->row->slow)
		step *= f->row->slow;

	f->fail_at = 0;
	for (n = 1; f->bad < FAULT_TOLD * 5; n += step) {
		f->retry = f->allocs % FAULT_RETRIED == 0;
		snprintf(f->what, sizeof(f->what), "allocation %u", n);
		if (!fault_run(f, was, fault_try, n))
			return;
		f->allocs++;
	}
}

/* Where it crashed. */
static void fault_crashed(int sig)
{
	static const char says[] = "fault: killed by a signal at ";

	if (write(2, says, sizeof(says) - 1) > 0 && fault_now &&
		write(2, fault_now->row->name, strlen(fault_now->row->name)) > 0 &&
		write(2, ", ", 2) > 0 && write(2, fault_now->what, strlen(fault_now->what)) > 0 &&
		write(2, "\n", 1) > 0)
		signal(sig, SIG_DFL);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void fault_watch_crashes(void)
{
	if (T_SANITIZED)
		return;
	signal(SIGSEGV, fault_crashed);
	signal(SIGBUS, fault_crashed);
	signal(SIGABRT, fault_crashed);
	signal(SIGALRM, fault_crashed);
}

bool fault_sweep(struct fault *f, const struct fault_row *row, enum fault_size size)
{
	struct fault_before was = {.keep = NULL};
	bool here;

	memset(f, 0, sizeof(*f));
	f->row = row;
	was.keep = rawbpf_new();
	fault_watch_crashes();
	snprintf(f->what, sizeof(f->what), "nothing fails");
	here = !row->begin || row->begin(f);
	fault_look(&was, getpid());
	fault_now = f;
	/* what is kept from the first time on is no leak: a process of its own keeps nothing */
	here = here && (row->apart ? fault_apart(f, &was, fault_clean, 0) : fault_clean(f, 0));
	if (here) {
		fault_look(&was, getpid());
		t_alloc_watch();
		fault_run(f, &was, fault_clean, 0);
		f->sweeps = true;
		fault_sweep_calls(f, &was, size, f->n_calls);
		fault_sweep_allocs(f, &was, size, f->n_allocs);
		t_alloc_unwatch();
	}
	fault_now = NULL;
	if (row->end)
		row->end(f);
	rawbpf_free(was.keep);
	return here;
}
