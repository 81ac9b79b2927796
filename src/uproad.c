// SPDX-License-Identifier: MIT
/*
 * uproad.c - the way on which offsets of one file are probed, chosen by the kernel's answers.
 *
 * One uprobe_multi link (Linux 6.6) holds any number of places and is closed in one go; a perf
 * event of the uprobe PMU (Linux 4.17) holds one, and the kernel takes some 100 ms to close each.
 * So several places go by a link where there is one.  Where there is none, more than a few go by
 * one event of tracefs that has them all as siblings (Linux 5.4), others by an event each: of the
 * PMU, or of tracefs where there is no PMU.
 * One place goes by its event: the link would need the program loaded once more; a copy that is not
 * loaded yet goes by a link.
 *
 * The link wants its program loaded for it (expected_attach_type), and gives it the same pt_regs.
 * Before Linux 6.10 its pid meant one thread; .pid is a process, so there it goes by events.
 *
 * A place may have a semaphore, which says to the program that somebody looks: a reference counter
 * to the kernel, which counts it on every road (Linux 4.20) as long as the probe is there.  Before
 * that usdtsem.c does, in one process.
 */
#include "uproad.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kern.h"
#include "probeevent.h"
#include "rights.h"
#include "tracefs.h"
#include "usdtsem.h"

#define UPROAD_ENOTSUPP 524 /* the kernel's own: no probe on this instruction */
#define UPROAD_PMU	"/sys/bus/event_source/devices/uprobe"
#define UPROAD_RETURN	1 /* uprobe_multi.flags */
#define UPROAD_NEXT	1 /* try the next road */
#define UPROAD_FEW	8 /* places for which an event each will do */
#define UPROAD_FILE	PROBEEVENT_UPROBES
#define UPROAD_COUNTS	(4U << 16 | 20U << 8) /* the first kernel that does */
#define UPROAD_LINKS	(6U << 16 | 6U << 8)  /* the first kernel that has links of many places */

static enum link_kind uproad_kind(const struct uproad *r)
{
	return r->usdt ? LINK_USDT : r->ret ? LINK_URETPROBE : LINK_UPROBE;
}

/* The calls from here on ask for the places, known or not; returns what was not known before. */
static unsigned uproad_guess(struct uproad *r)
{
	unsigned was = r->b->sys.guessed;

	r->b->sys.guessed |= r->guessed;
	return was;
}

/* ---- a perf event each ---------------------------------------------------------------------- */

static int uproad_no_pmu(struct uproad *r, int err)
{
	struct rawbpf_error *e = &r->b->error;
	struct stat st;

	if (err != -ENOENT)
		return err_set(e, "attach", err, "'%s' cannot be read", UPROAD_PMU "/type");
	if (sys_stat(&r->b->sys, "/sys/bus", &st)) {
		err_set(e, "attach", -ENODEV, "sysfs is not mounted on '/sys'");
		err_hint(e, "mount -t sysfs sysfs /sys");
		return -ENODEV;
	}
	err_set(e, "attach", -ENODEV, "the kernel has neither '%s' nor '%s' in tracefs", UPROAD_PMU,
		UPROAD_FILE);
	err_hint(e, "it must be built with CONFIG_UPROBE_EVENTS");
	return -ENODEV;
}

static bool uproad_has_semaphore(const struct uproad *r)
{
#ifdef RAWBPF_NO_USDT
	(void)r;
	return false;
#else
	size_t i;

	for (i = 0; i < r->n && !r->places[i].semaphore; i++)
		;
	return i < r->n;
#endif
}

/* The lowest bit of config that a file of the PMU names, "config:0" or "config:32-63". */
static int uproad_format(struct uproad *r, const char *path, unsigned *bit)
{
	char text[64];
	int err = sys_read_line(&r->b->sys, AT_FDCWD, path, text, sizeof(text));

	if (err)
		return err;
	return sscanf(text, "config:%u", bit) == 1 && *bit < 64 ? 0 : -EINVAL;
}

/*
 * The PMU's number, the bit of config that makes a return probe, and (*ref) the bits that take the
 * reference counter's offset.  -ENOENT, without an error set: there is none.
 */
static int uproad_pmu(struct uproad *r, struct rawbpf_perf_attr *a, unsigned *ref)
{
	struct sys *s = &r->b->sys;
	char text[64];
	unsigned bit = 0;
	int err = sys_read_line(s, AT_FDCWD, UPROAD_PMU "/type", text, sizeof(text));

	if (err)
		return err == -ENOENT ? err : uproad_no_pmu(r, err);
	memset(a, 0, sizeof(*a));
	a->size = sizeof(*a);
	a->type = (uint32_t)strtoul(text, NULL, 10);
	if (uproad_has_semaphore(r)) {
		err = uproad_format(r, UPROAD_PMU "/format/ref_ctr_offset", ref);
		r->no_ref = err == -ENOENT;
		if (err && !r->no_ref)
			return uproad_no_pmu(r, err);
	}
	if (!r->ret)
		return 0;
	err = uproad_format(r, UPROAD_PMU "/format/retprobe", &bit);
	if (err)
		return uproad_no_pmu(r, err == -ENOENT ? -EINVAL : err);
	a->config = 1ULL << bit;
	return 0;
}

static int uproad_refused(struct uproad *r, const struct link_place *p, int err)
{
	struct rawbpf_error *e = &r->b->error;
	const char *file = r->shown;

	err_set(e, "attach", err, "no %s on '%s' (offset 0x%llx of '%s')",
		r->ret ? "return probe" : "probe", p->name, (unsigned long long)p->offset, file);
	switch (err) {
	case -ESRCH: err_set(e, "attach", err, "no process %d", (int)r->pid); break;
	case -EIO: err_hint(e, "the file system of '%s' takes no probes", file); break;
	case -UPROAD_ENOTSUPP:
		err_hint(e, "the kernel cannot probe the instruction there; probe another");
		break;
	case -EINVAL:
		err_hint(e, p->semaphore ? "is it probed with another semaphore, or without one?"
					 : "the kernel takes no probe there: is it where an "
					   "instruction begins?");
		break;
	default: break;
	}
	return rights_explain(&r->b->sys, e, RIGHTS_UPROBE, err);
}

/* What the kernel does not count is counted by hand, as long as l is there. */
static int uproad_count(struct uproad *r, struct link *l, const struct link_place *p)
{
	const struct usdtsem_place at = {r->pid, r->dev, r->ino, r->shown, p->semaphore};
	struct rawbpf_error *e = &r->b->error;
	int err;

	if (!p->semaphore || !r->no_ref)
		return 0;
	if (r->pid) {
		err = usdtsem_up(&r->b->sys, &at, &l->sem, e);
	} else {
		err = err_set(e, "attach", -EOPNOTSUPP,
			"'%s' has a semaphore, which kernels before Linux 4.20 do not count",
			p->name);
		err_hint(e, "name a process, whose memory it is: .pid, or run -p PID");
	}
	if (err)
		link_close(r->b, l);
	return err;
}

static int uproad_event(struct uproad *r, const struct rawbpf_perf_attr *pmu, unsigned ref,
	const struct link_place *p)
{
	struct rawbpf_perf_attr attr = *pmu, *a = &attr;
	struct link *l;
	unsigned was;
	int fd, err;

	if (p->semaphore >> 1 >> (63 - ref))
		return uproad_refused(r, p, -EFBIG);
	if (!r->no_ref)
		a->config |= p->semaphore << ref;
	a->config1 = (uintptr_t)r->path;
	a->config2 = p->offset;
	was = uproad_guess(r);
	fd = link_perf_open(r->b, a, r->pid, p->name);
	r->b->sys.guessed = was;
	if (fd < 0)
		return uproad_refused(r, p, fd);
	err = link_perf_cookie(r->b, uproad_kind(r), r->prog, p->name, fd, p->cookie, &l);
	if (err)
		return err;
	l->key[0] = r->dev;
	l->key[1] = r->ino;
	l->key[2] = p->offset;
	l->pid = r->pid;
	return uproad_count(r, l, p);
}

/* ---- one link for all ----------------------------------------------------------------------- */

#ifndef RAWBPF_NO_MULTI

/* numbers: n offsets, n semaphores and n cookies */
static void uproad_multi_attr(const struct uproad *r, int prog_fd, const uint64_t *numbers,
	size_t n, union rawbpf_attr *a)
{
	memset(a, 0, sizeof(*a));
	a->link.prog_fd = (uint32_t)prog_fd;
	a->link.attach_type = RAWBPF_TRACE_UPROBE_MULTI;
	a->link.u.uprobe_multi.path = (uintptr_t)r->path;
	a->link.u.uprobe_multi.offsets = (uintptr_t)numbers;
	a->link.u.uprobe_multi.cnt = (uint32_t)n;
	a->link.u.uprobe_multi.flags = r->ret ? UPROAD_RETURN : 0;
	a->link.u.uprobe_multi.pid = (uint32_t)r->pid;
}

/*
 * Whether the link's pid is a process here.  A kernel where it is checks for a negative one first,
 * one where it is a thread says that "/" is no file of code.
 */
static bool uproad_pid_is_process(struct uproad *r, struct kern *k, int prog_fd)
{
	struct uproad nowhere = {.path = "/", .pid = -1};
	union rawbpf_attr a;
	uint64_t offset = 0;
	int fd;

	if (k->multi_pid_asked)
		return k->multi_pid;
	uproad_multi_attr(&nowhere, prog_fd, &offset, 1, &a);
	fd = sys_bpf(&r->b->sys, RAWBPF_LINK_CREATE, &a, sizeof(a.link), "pid of uprobe_multi");
	if (fd >= 0)
		sys_close(&r->b->sys, fd);
	k->multi_pid_asked = true;
	k->multi_pid = fd == -EINVAL;
	k->no_multi_pid = k->multi_pid ? 0 : fd < 0 ? fd : -EBADF;
	return k->multi_pid;
}

/* Places as the kernel takes them, malloc'ed; which arrays have more than zeros. */
static uint64_t *uproad_multi_numbers(const struct uproad *r, bool *refs, bool *cookies)
{
	uint64_t *numbers = calloc(3 * r->n, sizeof(*numbers));
	size_t i;

	*refs = *cookies = false;
	for (i = 0; numbers && i < r->n; i++) {
		numbers[i] = r->places[i].offset;
		numbers[r->n + i] = r->places[i].semaphore;
		numbers[2 * r->n + i] = r->places[i].cookie;
		*refs |= r->places[i].semaphore != 0;
		*cookies |= r->places[i].cookie != 0;
	}
	return numbers;
}

static int uproad_multi_try(struct uproad *r, int prog_fd)
{
	bool refs, cookies;
	uint64_t *numbers = uproad_multi_numbers(r, &refs, &cookies);
	char what[64];
	union rawbpf_attr a;
	struct link *l;
	unsigned was;
	int err;

	if (!numbers)
		return -ENOMEM;
	snprintf(what, sizeof(what), "uprobe_multi, %zu places", r->n);
	if (r->guessed & SYS_GUESSED_NAMES)
		snprintf(what, sizeof(what), "uprobe_multi, ? places");
	uproad_multi_attr(r, prog_fd, numbers, r->n, &a);
	if (refs)
		a.link.u.uprobe_multi.ref_ctr_offsets = (uintptr_t)(numbers + r->n);
	if (cookies)
		a.link.u.uprobe_multi.cookies = (uintptr_t)(numbers + 2 * r->n);
	was = uproad_guess(r);
	err = link_multi(r->b, uproad_kind(r), r->prog, r->n == 1 ? r->places[0].name : what, &a,
		r->places, r->n, &l);
	r->b->sys.guessed = was;
	free(numbers);
	if (err)
		return err;
	l->key[0] = r->dev;
	l->key[1] = r->ino;
	l->pid = r->pid;
	return 0;
}

/* Which of the places it is that the kernel refuses: the link's answer names none. */
static size_t uproad_multi_culprit(struct uproad *r, int prog_fd)
{
	struct link *mark = r->b->links;
	size_t from = 0, n = r->n, half;
	struct uproad part = *r;

	while (n > 1) {
		half = n / 2;
		part.places = r->places + from;
		part.n = half;
		if (!uproad_multi_try(&part, prog_fd)) {
			link_close_until(r->b, mark);
			from += half;
			n -= half;
		} else {
			n = half;
		}
	}
	return from;
}

/*
 * EINVAL and its like: no such link.  EPERM and EACCES: the next road's answer says more of rights.
 * Anything else is about this file, this process or one of the places.
 */
static bool uproad_multi_is_absent(int err)
{
	return err == -EINVAL || err == -EOPNOTSUPP || err == -ENOSYS || err == -EPERM ||
	       err == -EACCES;
}

static int uproad_multi_refused(struct uproad *r, int prog_fd, int err)
{
	size_t i = 0;

	if (err == -UPROAD_ENOTSUPP)
		i = uproad_multi_culprit(r, prog_fd);
	return uproad_refused(r, &r->places[i], err);
}

static bool uproad_no_link(const struct kern *k, pid_t pid)
{
	return k->no_uprobe_multi || (pid && k->multi_pid_asked && !k->multi_pid);
}

bool uproad_may_link(struct rawbpf *b, pid_t pid)
{
	struct kern *k = kern_get(b);

	return k && !uproad_no_link(k, pid) && !k->no_cookie && kern_version(b) >= UPROAD_LINKS;
}

/* 0, UPROAD_NEXT, or a negative errno with the error set */
static int uproad_multi(struct uproad *r)
{
	struct kern *k = kern_get(r->b);
	int fd, err;

	if (!k)
		return -ENOMEM;
	if (uproad_no_link(k, r->pid)) {
		sys_fallback(&r->b->sys, k->no_uprobe_multi ? k->no_uprobe_multi : k->no_multi_pid);
		return UPROAD_NEXT;
	}
	fd = prog_as(r->b, r->prog, RAWBPF_TRACE_UPROBE_MULTI);
	if (fd < 0) {
		r->refused = fd;
		sys_fallback(&r->b->sys, fd);
		err_clear(&r->b->error);
		return UPROAD_NEXT;
	}
	if (r->pid && !uproad_pid_is_process(r, k, fd)) {
		sys_fallback(&r->b->sys, k->no_multi_pid);
		return UPROAD_NEXT;
	}
	err = uproad_multi_try(r, fd);
	if (err && r->or_none) {
		r->refused = err;
		sys_fallback(&r->b->sys, err);
		err = UPROAD_NEXT;
	} else if (uproad_multi_is_absent(err)) {
		r->no_multi = err != -EPERM && err != -EACCES ? err : 0;
		sys_fallback(&r->b->sys, err);
		err = UPROAD_NEXT;
	} else if (err) {
		err = uproad_multi_refused(r, fd, err);
	}
	return err;
}

#else

bool uproad_may_link(struct rawbpf *b, pid_t pid)
{
	(void)b, (void)pid;
	return false;
}

static int uproad_multi(struct uproad *r)
{
	(void)r;
	return UPROAD_NEXT;
}

#endif

/* ---- an event of tracefs -------------------------------------------------------------------- */

#ifndef RAWBPF_NO_TRACEFS

/* One event with these places; *said: the error is set. */
static int uproad_event_make(struct uproad *r, const struct link_place *places, size_t n,
	char event[PROBEEVENT_NAME], uint64_t *id, bool *said)
{
	const char *kind = r->ret ? "r" : "p";
	struct buf where = {0};
	bool reached = true, made = false;
	int err = 0;
	size_t i;

	for (i = 0; !err && i < n; i++) {
		buf_free(&where);
		buf_printf(&where, "%s:0x%llx", r->path, (unsigned long long)places[i].offset);
		if (places[i].semaphore && !r->no_ref)
			buf_printf(&where, "(0x%llx)", (unsigned long long)places[i].semaphore);
		if (where.failed)
			err = -ENOMEM;
		else if (made)
			err = probeevent_add(
				r->b, UPROAD_FILE, kind, buf_str(&where), event, i == 1);
		else
			err = probeevent_make(
				r->b, UPROAD_FILE, kind, buf_str(&where), event, id, &reached);
		made |= !err;
	}
	buf_free(&where);
	if (err && made)
		probeevent_remove(r->b, UPROAD_FILE, event);
	*said = !reached;
	return err;
}

/* The perf event of the whole, with the program on it. */
static int uproad_event_link(
	struct uproad *r, const char *what, uint64_t id, uint64_t cookie, struct link **l)
{
	struct rawbpf_perf_attr a = {
		.type = RAWBPF_PERF_TYPE_TRACEPOINT, .size = sizeof(a), .config = id};
	int fd;

	fd = link_perf_open(r->b, &a, r->pid, what);
	if (fd < 0)
		return fd;
	return link_perf_cookie(r->b, uproad_kind(r), r->prog, what, fd, cookie, l);
}

/* All of it, or nothing stays; *said: the error is set. */
static int uproad_trace_event(struct uproad *r, const struct link_place *places, size_t n,
	const char *what, struct link **l, bool *said)
{
	char event[PROBEEVENT_NAME];
	uint64_t id;
	int err = uproad_event_make(r, places, n, event, &id, said);

	if (err)
		return err;
	err = uproad_event_link(r, what, id, places->cookie, l);
	*said = r->b->error.err != 0;
	if (!err) {
		err = link_own_event(r->b, *l, UPROAD_FILE, event);
		if (err)
			link_close(r->b, *l);
	}
	if (err) {
		probeevent_remove(r->b, UPROAD_FILE, event);
		return err;
	}
	(*l)->key[0] = r->dev;
	(*l)->key[1] = r->ino;
	(*l)->key[2] = places->offset;
	(*l)->pid = r->pid;
	return 0;
}

/* One event tells one number. */
static bool uproad_one_cookie(const struct uproad *r)
{
	size_t i;

	for (i = 1; i < r->n && r->places[i].cookie == r->places[0].cookie; i++)
		;
	return i >= r->n;
}

/*
 * 0, UPROAD_NEXT, or -ENOMEM with the error set.  What is refused here is refused again by the
 * next road, whose answer says which place it was.
 */
static int uproad_siblings(struct uproad *r)
{
	char what[64];
	struct link *l;
	bool said;
	int err;

	if (r->n <= UPROAD_FEW || strpbrk(r->path, " \t\n") || !uproad_one_cookie(r))
		return UPROAD_NEXT;
	snprintf(what, sizeof(what), "uprobe event, %zu places", r->n);
	err = uproad_trace_event(r, r->places, r->n, what, &l, &said);
	if (err) {
		sys_fallback(&r->b->sys, err);
		err_clear(&r->b->error);
		return UPROAD_NEXT;
	}
	err = link_own_places(r->b, l, r->places, r->n);
	if (err)
		link_close(r->b, l);
	return err;
}

static bool uproad_has_file(struct uproad *r)
{
	int fd = sys_openat(&r->b->sys, tracefs_dir(r->b), UPROAD_FILE, O_PATH, NULL);

	sys_close(&r->b->sys, fd);
	return fd >= 0;
}

/* One place where there is no PMU. */
static int uproad_old_event(struct uproad *r, const struct link_place *p)
{
	bool said;
	struct link *l;
	int err;

	err_clear(&r->b->error);
	err = uproad_trace_event(r, p, 1, p->name, &l, &said);
	/* before Linux 4.20 that is no offset; later kernels mean another event's semaphore */
	if (err == -EINVAL && !said && p->semaphore && kern_version(r->b) < UPROAD_COUNTS) {
		r->no_ref = true;
		sys_fallback(&r->b->sys, err);
		err = uproad_trace_event(r, p, 1, p->name, &l, &said);
	}
	if (!err)
		return uproad_count(r, l, p);
	if (said)
		return err;
	if (err == -ENOENT && !uproad_has_file(r))
		return uproad_no_pmu(r, err);
	return uproad_refused(r, p, err);
}

#else

static int uproad_siblings(struct uproad *r)
{
	(void)r;
	return UPROAD_NEXT;
}

static int uproad_old_event(struct uproad *r, const struct link_place *p)
{
	(void)p;
	return tracefs_dir(r->b);
}

#endif

/* ---- an event each -------------------------------------------------------------------------- */

static int uproad_events(struct uproad *r)
{
	int top = r->prog->fd < 0 && r->prog->has_other ? r->prog->other_fd : r->prog->fd;
	struct link *mark = r->b->links;
	struct rawbpf_perf_attr a;
	unsigned ref = 0;
	int err = uproad_pmu(r, &a, &ref);
	size_t i;

	r->no_pmu = err == -ENOENT;
	if (r->no_pmu || r->no_ref)
		sys_fallback(&r->b->sys, -ENOENT);
	if (r->no_pmu)
		err = 0;
	/* an event, a link and a process's memory each, above the files that are open already */
	if (r->n > 1)
		kern_raise_nofile(r->b, (2 + r->no_ref) * r->n + (size_t)(top + 1));
	for (i = 0; i < r->n && !err; i++)
		err = r->no_pmu ? uproad_old_event(r, &r->places[i])
				: uproad_event(r, &a, ref, &r->places[i]);
	if (err)
		link_undo(r->b, mark);
	return err;
}

/* ---- the choice ----------------------------------------------------------------------------- */

static void uproad_log(struct uproad *r, const char *road)
{
	ctx_log(r->b, RAWBPF_LOG_DEBUG, "%s%s of '%s': %zu place%s by %s",
		r->ret ? "return probe" : "probe", r->n == 1 ? "" : "s", r->shown, r->n,
		r->n == 1 ? "" : "s", road);
}

/* A copy is loaded when the road is known: for the link, or as events want it. */
static int uproad_by_events(struct uproad *r)
{
	int err = r->prog->origin ? prog_as(r->b, r->prog, (enum rawbpf_attach_type)0) : 0;

	if (err < 0)
		return err;
	err = uproad_siblings(r);
	r->one = !err;
	return err == UPROAD_NEXT ? uproad_events(r) : err;
}

static int uproad_any(struct uproad *r)
{
	bool many = r->n > 1 || r->prog->attach_type == RAWBPF_TRACE_UPROBE_MULTI ||
		    (r->prog->origin && r->prog->fd < 0);
	struct rawbpf_error first;
	int err = many || r->or_none ? uproad_multi(r) : UPROAD_NEXT;

	if (r->or_none || err != UPROAD_NEXT) {
		if (!err)
			uproad_log(r, "one uprobe_multi link");
		return err;
	}
	err = uproad_by_events(r);
	if (!err && r->no_multi)
		r->b->kern->no_uprobe_multi = r->no_multi;
	if (!err)
		uproad_log(r, r->one	  ? "one event of tracefs"
			      : r->no_pmu ? "events of tracefs, one each"
			      : r->n == 1 ? "a perf event"
					  : "perf events, one each");
	/* kernels that want CAP_SYS_ADMIN for events (since 2025) want less for the link */
	if (many || (err != -EPERM && err != -EACCES))
		return err;
	sys_fallback(&r->b->sys, err);
	err_copy(&first, &r->b->error);
	if (!uproad_multi(r)) {
		err_clear(&r->b->error);
		return 0;
	}
	err_copy(&r->b->error, &first);
	return err;
}

int uproad_attach(struct uproad *r)
{
	struct link *l, *mark = r->b->links;
	uint64_t start = link_start(r->b, r->pid);
	int was = sys_fallback(&r->b->sys, 0), err = uproad_any(r);

	sys_fallback_end(&r->b->sys, was);
	for (l = r->b->links; !err && l != mark; l = l->next) {
		l->start = start;
		l->guessed = r->guessed;
		if (r->records)
			link_hold_records(r->b, l);
	}
	return err;
}
