// SPDX-License-Identifier: MIT
/*
 * reap.c - what killed processes left behind in tracefs.
 *
 * Nothing in tracefs goes away with a process, so each object's name says who made it:
 * rawbpf_PID_STARTTIME_N.  A process of that number that started at another time is another one.
 *
 * Numbers are those of the maker's /proc.  Ours must show all processes to judge by it: kernel
 * threads are seen in the initial pid namespace only, and not where /proc hides other users'
 * processes, so kthreadd (2) tells.  A maker in a container lives under another number in our
 * /proc, but started at the same time, and its NSpid has the number that it knows; where it has
 * clocks of its own (time namespace, Linux 5.6) the number alone must do.  So a name is left only
 * when no process of the machine can have made it.
 *
 * What somebody still uses stays (EBUSY): a trace instance that is read, and an event that a perf
 * event is open on, as a child of the maker's may have inherited it (probeevent.c has more).
 */
#include "reap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probeevent.h"
#include "proc.h"
#include "tracefs.h"

#define REAP_KTHREAD 0x00200000 /* PF_KTHREAD, of /proc/PID/stat's flags */

/* ---- whose ---------------------------------------------------------------------------------- */

/* The maker that a name tells. */
static bool reap_parse(const char *name, pid_t *pid, uint64_t *start)
{
	char again[96], *end;
	unsigned long n;
	long id;

	if (strncmp(name, "rawbpf_", 7))
		return false;
	id = strtol(name + 7, &end, 10);
	if (*end != '_' || id <= 0 || id > INT32_MAX)
		return false;
	*pid = (pid_t)id;
	*start = strtoull(end + 1, &end, 10);
	if (*end != '_')
		return false;
	n = strtoul(end + 1, &end, 10);
	/* spelt as we spell it, and no more */
	snprintf(again, sizeof(again), "rawbpf_%ld_%" PRIu64 "_%lu", id, *start, n);
	return !*end && !strcmp(again, name);
}

static bool reap_sees_all(struct sys *s)
{
	struct proc_stat st;

	return !proc_stat(s, 2, &st) && st.flags & REAP_KTHREAD;
}

/* Who is looked for among all processes. */
struct reap_maker {
	struct sys *s;
	pid_t pid;
	uint64_t start;
	char clock[64]; /* our time namespace, "": there are none */
};

static void reap_clock(struct sys *s, const char *path, char clock[64])
{
	ssize_t n = sys_readlinkat(s, AT_FDCWD, path, clock, 63);

	clock[n > 0 ? n : 0] = '\0';
}

/* Whether start times of that process are told by another clock than ours. */
static bool reap_other_clock(struct reap_maker *m, pid_t pid)
{
	char path[64], clock[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/time", (int)pid);
	reap_clock(m->s, path, clock);
	return *clock && strcmp(clock, m->clock) != 0;
}

/* Non-zero: this may be the maker, so it is not known to have ended. */
static int reap_on_pid(void *arg, pid_t pid)
{
	struct reap_maker *m = arg;
	struct proc_stat st;
	int err = proc_stat(m->s, pid, &st);

	if (err)
		return err != -ESRCH;
	if (st.ended || (st.start != m->start && !reap_other_clock(m, pid)))
		return 0;
	err = proc_has_pid(m->s, pid, m->pid);
	return err != 0 && err != -ESRCH;
}

bool reap_is_left(struct sys *s, const char *name)
{
	struct reap_maker m = {.s = s};
	struct proc_stat st;
	int err;

	if (!reap_parse(name, &m.pid, &m.start))
		return false;
	err = proc_stat(s, m.pid, &st);
	if (err ? err != -ESRCH : st.start == m.start && !st.ended)
		return false;
	if (!reap_sees_all(s))
		return false;
	reap_clock(s, "/proc/self/ns/time", m.clock);
	return !proc_each_pid(s, reap_on_pid, &m);
}

/* ---- what ----------------------------------------------------------------------------------- */

struct reap {
	struct rawbpf *b;
	int dir, n;
	unsigned waits; /* of 10 ms, in all, for what is still being closed */
	int (*fn)(void *arg, const char *path, int err);
	void *arg;
};

/* One object is gone, or stays with err; non-zero: the caller wants no more. */
static int reap_tell(struct reap *r, const char *path, int err)
{
	if (err)
		ctx_log(r->b, RAWBPF_LOG_WARN, "'%s' of an ended process stays: %s", path,
			err_name(err));
	else
		ctx_log(r->b, RAWBPF_LOG_INFO, "'%s' of an ended process removed", path);
	r->n += !err;
	return r->fn ? r->fn(r->arg, path, err) : 0;
}

static int reap_on_name(void *arg, const char *name)
{
	struct reap *r = arg;
	char path[128];
	int err;

	if (!reap_is_left(&r->b->sys, name))
		return 0;
	snprintf(path, sizeof(path), "instances/%s", name);
	err = sys_unlinkat(&r->b->sys, r->dir, path, AT_REMOVEDIR, "left trace instance");
	if (err == -ENOENT)
		return 0; /* somebody else was faster: whoever makes an instance reaps */
	return reap_tell(r, path, err);
}

int reap_instances(
	struct rawbpf *b, int dir, int (*fn)(void *arg, const char *path, int err), void *arg)
{
	struct reap r = {.b = b, .dir = dir, .fn = fn, .arg = arg};
	int err = proc_each_name(&b->sys, dir, "instances", reap_on_name, &r);

	return err ? err : r.n;
}

static int reap_on_event(void *arg, const char *file, const char *name)
{
	struct reap *r = arg;
	char path[128];
	int err;

	if (!reap_is_left(&r->b->sys, name))
		return 0;
	/* the kernel may still be closing the perf event of who was killed just now */
	while ((err = probeevent_delete(r->b, file, name)) == -EBUSY && r->waits) {
		r->waits--;
		sys_poll(&r->b->sys, NULL, 0, 10);
	}
	if (err == -ENOENT)
		return 0; /* somebody else was faster */
	snprintf(path, sizeof(path), "events/" PROBEEVENT_GROUP "/%s", name);
	return reap_tell(r, path, err);
}

static int reap_events(struct reap *r)
{
	static const char *const files[] = {PROBEEVENT_KPROBES, PROBEEVENT_UPROBES};
	bool reached = false;
	int i, err = 0;

	for (i = 0; !err && i < 2; i++) {
		err = probeevent_each(r->b, files[i], reap_on_event, r, &reached);
		if (err == -ENOENT && !reached)
			err = 0; /* a kernel without such probes */
		else if (err && !reached)
			return tracefs_refused(r->b, "tracefs", files[i], err);
	}
	return err;
}

int rawbpf_reap(struct rawbpf *b, int (*fn)(void *arg, const char *path, int err), void *arg)
{
	struct reap r = {.b = b, .waits = 100, .fn = fn, .arg = arg};
	int err;

	if (!b)
		return -ENOMEM;
	r.dir = tracefs_dir(b);
	if (r.dir < 0)
		return r.dir;
	err = reap_events(&r);
	if (err)
		return err;
	err = proc_each_name(&b->sys, r.dir, "instances", reap_on_name, &r);
	if (err < 0 && err != -ENOENT)
		return tracefs_refused(b, "tracefs", "instances", err);
	return err > 0 ? err : r.n; /* ENOENT: this kernel has no instances */
}
