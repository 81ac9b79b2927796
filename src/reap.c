// SPDX-License-Identifier: MIT
/*
 * reap.c - what killed processes left behind in tracefs.
 *
 * Nothing in tracefs goes away with a process, so each object's name says who made it:
 * rawbpf_PID_STARTTIME_N.  A process of that number that started at another time is another one.
 *
 * Numbers are those of the maker's /proc.  Ours must show all processes to judge by it: kernel
 * threads are seen in the initial pid namespace only, and not where /proc hides other users'
 * processes, so kthreadd (2) tells.  A maker in another pid namespace may look dead for all that;
 * but an instance whose trace_pipe is open cannot be removed, and makers open it at once.
 */
#include "reap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proc.h"
#include "tracefs.h"

#define REAP_KTHREAD 0x00200000 /* PF_KTHREAD, of /proc/PID/stat's flags */

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

bool reap_is_left(struct sys *s, const char *name)
{
	struct proc_stat st;
	uint64_t start;
	pid_t pid;
	int err;

	if (!reap_parse(name, &pid, &start))
		return false;
	err = proc_stat(s, pid, &st);
	if (err ? err != -ESRCH : st.start == start)
		return false;
	return reap_sees_all(s);
}

struct reap {
	struct rawbpf *b;
	int dir, n;
	int (*fn)(void *arg, const char *path, int err);
	void *arg;
};

static int reap_on_name(void *arg, const char *name)
{
	struct reap *r = arg;
	char path[128];
	int err;

	if (!reap_is_left(&r->b->sys, name))
		return 0;
	snprintf(path, sizeof(path), "instances/%s", name);
	err = sys_unlinkat(&r->b->sys, r->dir, path, AT_REMOVEDIR, "left trace instance");
	if (err)
		ctx_log(r->b, RAWBPF_LOG_WARN, "trace instance '%s' of an ended process stays: %s",
			name, err_name(err));
	else
		ctx_log(r->b, RAWBPF_LOG_INFO, "trace instance '%s' of an ended process removed",
			name);
	r->n += !err;
	return r->fn ? r->fn(r->arg, path, err) : 0;
}

int reap_instances(
	struct rawbpf *b, int dir, int (*fn)(void *arg, const char *path, int err), void *arg)
{
	struct reap r = {.b = b, .dir = dir, .fn = fn, .arg = arg};
	int err = proc_each_name(&b->sys, dir, "instances", reap_on_name, &r);

	return err ? err : r.n;
}

int rawbpf_reap(struct rawbpf *b, int (*fn)(void *arg, const char *path, int err), void *arg)
{
	int n, dir;

	if (!b)
		return -ENOMEM;
	dir = tracefs_dir(b);
	if (dir < 0)
		return dir;
	n = reap_instances(b, dir, fn, arg);
	if (n < 0 && n != -ENOENT)
		return tracefs_refused(b, "tracefs", "instances", n);
	return n < 0 ? 0 : n; /* ENOENT: this kernel has no instances */
}
