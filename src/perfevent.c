// SPDX-License-Identifier: MIT
/*
 * perfevent.c - programs run by counters of the CPUs and of the kernel.
 *
 * A perf event counts one CPU for all tasks, or one task on one or any CPU.  So all processes are
 * one event for each CPU, and a process is one for each of its threads, which the threads that it
 * makes later inherit.
 */
#include "perfevent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proc.h"
#include "rights.h"

#define PERFEVENT_CPUS	     65536 /* numbers below it */
#define PERFEVENT_ONLINE     "/sys/devices/system/cpu/online"
#define PERFEVENT_POSSIBLE   "/sys/devices/system/cpu/possible"
#define PERFEVENT_BREAKPOINT 5
#define PERFEVENT_THREADS    (1ULL << 35) /* threads inherit, children do not: Linux 5.13 */

struct perfevent {
	struct rawbpf *b;
	const struct rawbpf_perf_event_opts *o;
	struct prog *prog;
	pid_t pid;	   /* 0: all */
	int plain_inherit; /* the errno of what was refused */
	int *cpus;	   /* {-1} for a process on any */
	size_t n_cpus;
};

/* ---- which CPUs ----------------------------------------------------------------------------- */

static int perfevent_add_cpus(struct perfevent *p, unsigned long from, unsigned long to)
{
	size_t n = to - from + 1, i;
	int *more = realloc(p->cpus, (p->n_cpus + n) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	p->cpus = more;
	for (i = 0; i < n; i++)
		p->cpus[p->n_cpus++] = (int)(from + i);
	return 0;
}

/* "0-3,8" */
static int perfevent_read_cpus(struct perfevent *p, const char *s)
{
	unsigned long from, to;
	char *end;
	int err;

	for (;; s = end + 1) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		from = to = strtoul(s, &end, 10);
		if (*end == '-') {
			if (end[1] < '0' || end[1] > '9')
				return -EINVAL;
			to = strtoul(end + 1, &end, 10);
		}
		if (to >= PERFEVENT_CPUS || from > to || p->n_cpus > PERFEVENT_CPUS)
			return -EINVAL;
		err = perfevent_add_cpus(p, from, to);
		if (err || !*end)
			return err;
		if (*end != ',')
			return -EINVAL;
	}
}

static int perfevent_find_cpus(struct perfevent *p)
{
	struct rawbpf_error *e = &p->b->error;
	const char *list = p->o->cpus;
	char line[4096];
	int err;

	if (!list && p->pid) {
		p->cpus = malloc(sizeof(*p->cpus));
		if (!p->cpus)
			return err_set(e, "attach", -ENOMEM, "out of memory");
		p->cpus[0] = -1;
		p->n_cpus = 1;
		return 0;
	}
	if (!list) {
		err = sys_read_line(&p->b->sys, AT_FDCWD, PERFEVENT_ONLINE, line, sizeof(line));
		if (err)
			return err_set(e, "attach", err, "'%s' cannot be read", PERFEVENT_ONLINE);
		list = line;
	}
	err = perfevent_read_cpus(p, list);
	if (err == -ENOMEM)
		return err_set(e, "attach", err, "out of memory");
	if (err) {
		err_set(e, "attach", err, "'%s' is no list of cpus", list);
		err_hint(e, "write it as 0-3,8");
	}
	return err;
}

/* A number that no CPU of this machine has; that of one that is off may be had. */
static bool perfevent_no_cpu(const struct perfevent *p, int cpu)
{
	struct perfevent all = {.b = p->b};
	bool none = false;
	char line[4096];
	size_t i;

	if (!sys_read_line(&p->b->sys, AT_FDCWD, PERFEVENT_POSSIBLE, line, sizeof(line)) &&
		!perfevent_read_cpus(&all, line)) {
		for (i = 0; i < all.n_cpus && all.cpus[i] != cpu; i++)
			;
		none = i == all.n_cpus;
	}
	free(all.cpus);
	return none;
}

/* ---- events --------------------------------------------------------------------------------- */

static int perfevent_refused(struct perfevent *p, const char *place, int cpu, int err)
{
	struct rawbpf_error *e = &p->b->error;

	if ((err == -EINVAL || err == -ENODEV) && cpu >= 0 && perfevent_no_cpu(p, cpu)) {
		err_set(e, "attach", -ENODEV, "no cpu %d", cpu);
		err_hint(e, "see '%s'", PERFEVENT_ONLINE);
		return -ENODEV;
	}
	err_set(e, "attach", err, "%s refused", place);
	if (err == -ENOENT && p->o->ev_type == RAWBPF_PERF_TYPE_SOFTWARE)
		err_hint(e,
			"the kernel has no software event %llu: .ev_config = 0 is cpu-clock, the "
			"others are in perf_event_open(2)",
			(unsigned long long)p->o->ev_config);
	else if (err == -ENOENT || err == -EOPNOTSUPP)
		err_hint(e, "this machine has no such counter, as many virtual machines: try "
			    ".ev_type = 1 (software), .ev_config = 0 (cpu-clock)");
	else if (err == -ENODEV && cpu >= 0)
		err_hint(e, "cpu %d is not online: see '%s'", cpu, PERFEVENT_ONLINE);
	else if (err == -EINVAL && p->o->sample_freq)
		err_hint(e,
			"see /proc/sys/kernel/perf_event_max_sample_rate: %llu a second may "
			"be too many",
			(unsigned long long)p->o->sample_freq);
	else if (err == -ESRCH)
		err_hint(e, "process %d has ended", (int)p->pid);
	else if (err == -EMFILE)
		err_hint(e, "each cpu and thread needs a file descriptor: raise 'ulimit -n'");
	return rights_explain(&p->b->sys, e, RIGHTS_PERF, err);
}

static void perfevent_attr(const struct perfevent *p, struct rawbpf_perf_attr *a)
{
	memset(a, 0, sizeof(*a));
	a->type = p->o->ev_type;
	a->size = sizeof(*a);
	a->config = p->o->ev_config;
	a->sample_period = p->o->sample_freq ? p->o->sample_freq : p->o->sample_period;
	if (p->o->sample_freq)
		a->flags |= RAWBPF_PERF_FREQ;
	if (p->pid)
		a->flags |= RAWBPF_PERF_INHERIT | (p->plain_inherit ? 0 : PERFEVENT_THREADS);
}

static int perfevent_open(struct perfevent *p, pid_t tid, int cpu, const char *place)
{
	struct rawbpf_perf_attr a;
	int fd, was = sys_fallback(&p->b->sys, tid ? p->plain_inherit : 0);

	perfevent_attr(p, &a);
	fd = sys_perf_event_open(&p->b->sys, &a, tid ? tid : -1, cpu, place);
	if (fd == -EINTR) { /* a signal came while a process was waited for that runs a program */
		sys_fallback(&p->b->sys, fd);
		fd = sys_perf_event_open(&p->b->sys, &a, tid ? tid : -1, cpu, place);
	}
	sys_fallback_end(&p->b->sys, was);
	if (fd != -EINVAL || !tid || p->plain_inherit)
		return fd;
	p->plain_inherit = fd;
	was = sys_fallback(&p->b->sys, fd);
	perfevent_attr(p, &a);
	fd = sys_perf_event_open(&p->b->sys, &a, tid, cpu, place);
	sys_fallback_end(&p->b->sys, was);
	return fd;
}

static int perfevent_one(struct perfevent *p, pid_t tid, int cpu)
{
	char place[128], where[32] = "any cpu";
	struct link *l;
	int fd, err;

	if (cpu >= 0)
		snprintf(where, sizeof(where), "cpu %d", cpu);
	snprintf(place, sizeof(place), "perf event (type %u, config 0x%llx) on %s", p->o->ev_type,
		(unsigned long long)p->o->ev_config, where);
	fd = perfevent_open(p, tid, cpu, place);
	if (fd < 0)
		return perfevent_refused(p, place, cpu, fd);
	err = link_perf_event(p->b, LINK_PERF_EVENT, p->prog, place, fd, &l);
	if (err)
		return err;
	l->key[0] = p->o->ev_type;
	l->key[1] = p->o->ev_config;
	l->pid = p->pid;
	return 0;
}

/* One thread, or all processes (0), on every CPU asked for. */
static int perfevent_on_cpus(struct perfevent *p, pid_t tid)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < p->n_cpus; i++)
		err = perfevent_one(p, tid, p->cpus[i]);
	return err;
}

static int perfevent_on_thread(void *arg, const char *name)
{
	struct perfevent *p = arg;
	pid_t tid = (pid_t)strtol(name, NULL, 10);
	int err = tid > 0 ? perfevent_on_cpus(p, tid) : 0;

	if (err != -ESRCH || tid == p->pid)
		return err;
	err_clear(&p->b->error); /* a thread that has just ended */
	return 0;
}

static int perfevent_all(struct perfevent *p)
{
	struct rawbpf_error error;
	struct link *mark = p->b->links;
	char path[32];
	int err;

	if (!p->pid) {
		err = perfevent_on_cpus(p, 0);
	} else {
		snprintf(path, sizeof(path), "/proc/%d/task", (int)p->pid);
		err = proc_each_name(&p->b->sys, AT_FDCWD, path, perfevent_on_thread, p);
		if (err && !p->b->error.err)
			err_set(&p->b->error, "attach", err == -ENOENT ? -ESRCH : err,
				"no process %d", (int)p->pid);
		if (err)
			err = p->b->error.err;
	}
	if (!err || p->b->links == mark)
		return err;
	err_copy(&error, &p->b->error);
	link_close_until(p->b, mark);
	err_copy(&p->b->error, &error);
	return err;
}

static int perfevent_check(struct perfevent *p)
{
	const struct rawbpf_perf_event_opts *o = p->o;
	struct rawbpf_error *e = &p->b->error;

	if (p->prog->type != RAWBPF_PROG_PERF_EVENT) {
		err_set(e, "attach", -EINVAL,
			"program '%s' of section '%s' cannot be attached to a perf event",
			p->prog->name, p->prog->section);
		err_hint(e, "name its section 'perf_event'");
		err_prog(e, p->prog->name);
		return -EINVAL;
	}
	if (o->ev_type == RAWBPF_PERF_TYPE_TRACEPOINT || o->ev_type == PERFEVENT_BREAKPOINT) {
		err_set(e, "attach", -EINVAL, ".ev_type %u takes no program of this type",
			o->ev_type);
		err_hint(e, "tracepoints have rawbpf_attach_tracepoint()");
		return -EINVAL;
	}
	if (o->pid < -1)
		return err_set(e, "attach", -EINVAL, "pid %d is no process", (int)o->pid);
	return 0;
}

int perfevent_attach(struct rawbpf *b, const struct rawbpf_perf_event_opts *o)
{
	struct perfevent p = {.b = b, .o = o, .pid = o->pid > 0 ? o->pid : 0};
	int err;

	p.prog = prog_find(b, "attach", o->fn_name);
	if (!p.prog)
		return b->error.err;
	err = perfevent_check(&p);
	if (!err)
		err = perfevent_find_cpus(&p);
	if (!err) {
		err_clear(&b->error);
		err = perfevent_all(&p);
	}
	free(p.cpus);
	return err;
}

int perfevent_detach(struct rawbpf *b, const struct rawbpf_perf_event_opts *o)
{
	struct link *l, *next;
	bool found = false;

	for (l = b->links; l; l = next) {
		next = l->next;
		if (l->kind != LINK_PERF_EVENT || l->key[0] != o->ev_type ||
			l->key[1] != o->ev_config ||
			(o->fn_name && strcmp(l->prog->name, o->fn_name)))
			continue;
		link_close(b, l);
		found = true;
	}
	if (found)
		return 0;
	return err_set(&b->error, "detach", -ENOENT,
		"nothing is attached to the perf event (type %u, config 0x%llx)", o->ev_type,
		(unsigned long long)o->ev_config);
}
