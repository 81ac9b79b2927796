// SPDX-License-Identifier: MIT
/*
 * link.c - a program on a perf event, or on many places by one link.
 *
 * Linux 5.15 has a bpf link for it; before that, and where the link is refused for a reason that
 * an older kernel would give, the program is set on the event by ioctl.  The link, once made,
 * needs no ENABLE: the event was not opened disabled.
 */
#include "link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kern.h"
#include "missed.h"
#include "probeevent.h"
#include "proc.h"
#include "rights.h"
#include "usdtsem.h"
#include "usdtspec.h"

#define LINK_ENOTSUPP 524

static int link_perf_try(struct rawbpf *b, struct rawbpf_perf_attr *a, pid_t pid, const char *role)
{
	int cpu = pid ? -1 : b->kern ? b->kern->first_cpu : 0, fd;
	int was = sys_fallback(&b->sys, cpu > 0 ? -ENODEV : 0);

	fd = sys_perf_event_open(&b->sys, a, pid ? pid : -1, cpu, role);
	if (fd == -EINTR) { /* a signal came while the place was being armed */
		sys_fallback(&b->sys, fd);
		fd = sys_perf_event_open(&b->sys, a, pid ? pid : -1, cpu, role);
	}
	sys_fallback_end(&b->sys, was);
	return fd;
}

int link_perf_open(struct rawbpf *b, struct rawbpf_perf_attr *a, pid_t pid, const char *role)
{
	int fd = link_perf_try(b, a, pid, role);

	/* what another CPU says is of the place again */
	return fd == -ENODEV && !pid && kern_other_cpu(b) ? link_perf_try(b, a, pid, role) : fd;
}

/* What the kernel is to tell the program; 0: nothing. */
static uint64_t link_cookie(const struct rawbpf *b, const struct link *l)
{
	return b->kern && b->kern->no_cookie ? 0 : l->cookie;
}

/* link fd or -errno */
static int link_create(struct rawbpf *b, const struct link *l, int prog_fd)
{
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.link.prog_fd = (uint32_t)prog_fd;
	a.link.target_fd = (uint32_t)l->perf_fd;
	a.link.attach_type = RAWBPF_PERF_EVENT;
	a.link.u.perf.cookie = link_cookie(b, l);
	return sys_bpf(&b->sys, RAWBPF_LINK_CREATE, &a, sizeof(a.link), l->place);
}

#ifndef RAWBPF_NO_OLD

/* for want of a link, as err said */
static int link_by_ioctl(struct rawbpf *b, const struct link *l, int prog_fd, int err)
{
	int was = sys_fallback(&b->sys, err);

	err = sys_ioctl(&b->sys, l->perf_fd, RAWBPF_PERF_IOC_SET_BPF, (uintptr_t)prog_fd, l->place);
	if (err >= 0)
		err = sys_ioctl(&b->sys, l->perf_fd, RAWBPF_PERF_IOC_ENABLE, 0, l->place);
	sys_fallback_end(&b->sys, was);
	return err < 0 ? err : 0;
}

static bool link_may_be_old(int err)
{
	return err == -EINVAL || err == -LINK_ENOTSUPP || err == -EOPNOTSUPP || err == -ENOSYS;
}

#else

static int link_by_ioctl(struct rawbpf *b, const struct link *l, int prog_fd, int err)
{
	(void)b, (void)l, (void)prog_fd;
	return err;
}

static bool link_may_be_old(int err)
{
	(void)err;
	return false;
}

#endif

/*
 * A program loaded for multi links reads another context than a perf event gives it, so an event
 * takes it as loaded for nothing in particular.  So it does a copy, whatever its section is for.
 */
static int link_prog_fd(struct rawbpf *b, struct prog *p)
{
	int fd;

	if (p->fd >= 0 && p->attach_type != RAWBPF_TRACE_KPROBE_MULTI &&
		p->attach_type != RAWBPF_TRACE_UPROBE_MULTI)
		return p->fd;
	fd = prog_as(b, p, (enum rawbpf_attach_type)0);
	err_clear(&b->error);
	return fd;
}

static int link_attach(struct rawbpf *b, struct link *l, struct kern *k)
{
	int fd, err, prog_fd = link_prog_fd(b, l->prog);

	if (prog_fd < 0)
		return prog_fd;
	if (k->no_perf_link && !link_cookie(b, l))
		return link_by_ioctl(b, l, prog_fd, k->no_perf_link);
	fd = link_create(b, l, prog_fd);
	if (fd >= 0) {
		l->link_fd = fd;
		return 0;
	}
	if (!link_may_be_old(fd) || link_cookie(b, l))
		return fd;
	err = link_by_ioctl(b, l, prog_fd, fd);
	if (err)
		return fd; /* the first answer */
	k->no_perf_link = fd;
	ctx_log(b, RAWBPF_LOG_INFO, "no bpf link for perf events here: set by ioctl");
	return 0;
}

static int link_refused(struct rawbpf *b, const struct link *l, int err)
{
	struct rawbpf_error *e = &b->error;

	err_set(e, "attach", err, "program '%s' (section '%s') cannot be attached to '%s'",
		l->prog->name, l->prog->section, l->place);
	err_prog(e, l->prog->name);
	if (err == -EINVAL)
		err_hint(e, "its section's type must be that of the event");
	else if (err == -EEXIST || err == -E2BIG)
		err_hint(e, "the event has as many programs as it takes: before Linux 4.15 one");
	return rights_explain(&b->sys, e, RIGHTS_PERF, err);
}

void link_hold_records(struct rawbpf *b, struct link *l)
{
	unsigned i;

	l->records = true;
	for (i = 0; i < l->n_places; i++)
		usdtspec_hold(b, l->places ? l->places[i].cookie : l->cookie);
}

static void link_put_records(struct rawbpf *b, const struct link *l)
{
	unsigned i;

	for (i = 0; l->records && i < l->n_places; i++)
		usdtspec_put(b, l->places ? l->places[i].cookie : l->cookie);
}

static void link_free(struct rawbpf *b, struct link *l)
{
	unsigned i;

	usdtsem_down(&b->sys, l->sem);
	sys_close(&b->sys, l->link_fd);
	sys_close(&b->sys, l->perf_fd);
	sys_close(&b->sys, l->file_fd);
	link_put_records(b, l);
	for (i = 0; l->places && i < l->n_places; i++)
		free(l->places[i].name);
	free(l->places);
	if (l->event) /* which is in use as long as the perf event is open */
		probeevent_remove(b, l->event_file, l->event);
	free(l->event);
	free(l->covers);
	free(l->pattern);
	free(l->asked);
	free(l->place);
	free(l);
}

/* A link to nothing yet; NULL: out of memory */
static struct link *link_new(enum link_kind kind, struct prog *prog, const char *place)
{
	struct link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->place = strdup(place);
	if (!l->place) {
		free(l);
		return NULL;
	}
	l->kind = kind;
	l->prog = prog;
	l->perf_fd = l->link_fd = l->file_fd = -1;
	l->n_places = 1;
	return l;
}

static void link_add(struct rawbpf *b, struct link *l)
{
	l->fallback = b->sys.fallback;
	l->next = b->links;
	b->links = l;
}

int link_perf_event(struct rawbpf *b, enum link_kind kind, struct prog *prog, const char *place,
	int perf_fd, struct link **out)
{
	return link_perf_cookie(b, kind, prog, place, perf_fd, 0, out);
}

int link_perf_cookie(struct rawbpf *b, enum link_kind kind, struct prog *prog, const char *place,
	int perf_fd, uint64_t cookie, struct link **out)
{
	struct link *l = link_new(kind, prog, place);
	struct kern *k = kern_get(b);
	int err;

	if (out)
		*out = NULL;
	if (!l || !k) {
		if (l)
			link_free(b, l);
		sys_close(&b->sys, perf_fd);
		return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	}
	l->perf_fd = perf_fd;
	l->cookie = cookie;
	err = link_attach(b, l, k);
	if (err) {
		link_refused(b, l, err);
		link_free(b, l);
		return err;
	}
	link_add(b, l);
	if (out)
		*out = l;
	return 0;
}

static int link_copy_places(struct link *l, const struct link_place *places, size_t n)
{
	size_t i;

	l->places = calloc(n, sizeof(*l->places));
	if (!l->places)
		return -ENOMEM;
	l->n_places = (unsigned)n;
	for (i = 0; i < n; i++) {
		l->places[i] = places[i];
		l->places[i].name = strdup(places[i].name);
		if (!l->places[i].name)
			return -ENOMEM;
	}
	return 0;
}

int link_multi(struct rawbpf *b, enum link_kind kind, struct prog *prog, const char *place,
	union rawbpf_attr *a, const struct link_place *places, size_t n, struct link **out)
{
	struct link *l = link_new(kind, prog, place);
	int err = l ? link_copy_places(l, places, n) : -ENOMEM;

	*out = NULL;
	if (!err)
		err = sys_bpf(&b->sys, RAWBPF_LINK_CREATE, a, sizeof(a->link), place);
	if (err < 0) {
		if (l)
			link_free(b, l);
		return err;
	}
	l->link_fd = err;
	link_add(b, l);
	*out = l;
	return 0;
}

int link_own_places(struct rawbpf *b, struct link *l, const struct link_place *places, size_t n)
{
	if (!link_copy_places(l, places, n))
		return 0;
	return err_set(&b->error, "attach", -ENOMEM, "out of memory");
}

int link_own_names(struct rawbpf *b, struct link *l, const char *asked, const char *pattern)
{
	if (asked)
		l->asked = strdup(asked);
	if (pattern)
		l->pattern = strdup(pattern);
	if ((!asked || l->asked) && (!pattern || l->pattern))
		return 0;
	return err_set(&b->error, "attach", -ENOMEM, "out of memory");
}

static int link_cover_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One block of pointers and the text behind them: the names are thousands. */
int link_own_covers(struct rawbpf *b, struct link *l, const char *const *names, size_t n)
{
	size_t i, len, size = n * sizeof(*names);
	char *text;

	for (i = 0; i < n; i++)
		size += strlen(names[i]) + 1;
	l->covers = malloc(size);
	if (!l->covers)
		return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	text = (char *)(l->covers + n);
	for (i = 0; i < n; i++, text += len) {
		len = strlen(names[i]) + 1;
		l->covers[i] = memcpy(text, names[i], len);
	}
	qsort(l->covers, n, sizeof(*l->covers), link_cover_order);
	l->n_places = (unsigned)n;
	return 0;
}

bool link_covers(const struct link *l, const char *name)
{
	return bsearch(&name, l->covers, l->n_places, sizeof(*l->covers), link_cover_order);
}

int link_own_event(struct rawbpf *b, struct link *l, const char *file, const char *event)
{
	l->event = strdup(event);
	if (!l->event)
		return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	l->event_file = file;
	return 0;
}

int link_own_pattern(struct rawbpf *b, struct link *mark, const char *pattern)
{
	struct link *l;

	for (l = b->links; pattern && l && l != mark; l = l->next) {
		l->pattern = strdup(pattern);
		if (!l->pattern) {
			link_close_until(b, mark);
			return err_set(&b->error, "attach", -ENOMEM, "out of memory");
		}
	}
	return 0;
}

int link_adopt(struct rawbpf *b, enum link_kind kind, struct prog *prog, const char *place, int fd,
	struct link **out)
{
	struct link *l = link_new(kind, prog, place);

	if (out)
		*out = l;
	if (!l) {
		sys_close(&b->sys, fd);
		return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	}
	l->link_fd = fd;
	link_add(b, l);
	return 0;
}

uint64_t link_missed(struct rawbpf *b, const struct link *l)
{
	if (l->kind != LINK_KPROBE && l->kind != LINK_KRETPROBE)
		return 0;
	return l->event ? missed_by_event(b, l->event) : missed_by_link(b, l->link_fd, l->place);
}

static void link_tell_missed(struct rawbpf *b, const struct link *l)
{
	struct rawbpf_error kept;
	uint64_t n;

	err_copy(&kept, &b->error);
	n = link_missed(b, l);
	err_copy(&b->error, &kept);
	if (n)
		ctx_log(b, RAWBPF_LOG_WARN,
			"%llu calls of '%s' were missed by the kernel: counts are too low",
			(unsigned long long)n, l->asked ? l->asked : l->place);
}

uint64_t link_start(struct rawbpf *b, pid_t pid)
{
	struct proc_stat st;

	return pid && !proc_stat(&b->sys, pid, &st) ? st.start : 0;
}

bool link_is_process(const struct link *l, pid_t pid, uint64_t start)
{
	return l->pid == pid && (l->start == start || !l->start || !start);
}

void link_strike(struct rawbpf *b, struct link *l, unsigned i)
{
	if (l->records)
		usdtspec_put(b, l->places[i].cookie);
	free(l->places[i].name);
	l->n_places--;
	memmove(&l->places[i], &l->places[i + 1], (l->n_places - i) * sizeof(*l->places));
}

void link_close(struct rawbpf *b, struct link *l)
{
	struct link **p;
	int was;

	if (!l)
		return;
	was = sys_fallback(&b->sys, l->fallback);
#ifndef RAWBPF_NO_TEXT
	if (b->log)
		link_tell_missed(b, l);
#endif
	for (p = &b->links; *p && *p != l; p = &(*p)->next)
		;
	if (*p)
		*p = l->next;
	link_free(b, l);
	sys_fallback_end(&b->sys, was);
}

void link_close_until(struct rawbpf *b, struct link *mark)
{
	while (b->links && b->links != mark)
		link_close(b, b->links);
}

void link_undo(struct rawbpf *b, struct link *mark)
{
	struct rawbpf_error error;

	if (b->links == mark)
		return;
	err_copy(&error, &b->error);
	link_close_until(b, mark);
	err_copy(&b->error, &error);
}
