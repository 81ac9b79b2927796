// SPDX-License-Identifier: MIT
/*
 * link.c - a program on a perf event.
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
#include "rights.h"

#define LINK_ENOTSUPP 524

/* link fd or -errno */
static int link_create(struct rawbpf *b, const struct link *l)
{
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.link.prog_fd = (uint32_t)l->prog->fd;
	a.link.target_fd = (uint32_t)l->perf_fd;
	a.link.attach_type = RAWBPF_PERF_EVENT;
	return sys_bpf(&b->sys, RAWBPF_LINK_CREATE, &a, sizeof(a.link), l->place);
}

static int link_by_ioctl(struct rawbpf *b, const struct link *l)
{
	int err = sys_ioctl(
		&b->sys, l->perf_fd, RAWBPF_PERF_IOC_SET_BPF, (uintptr_t)l->prog->fd, l->place);

	if (err < 0)
		return err;
	err = sys_ioctl(&b->sys, l->perf_fd, RAWBPF_PERF_IOC_ENABLE, 0, l->place);
	return err < 0 ? err : 0;
}

static bool link_may_be_old(int err)
{
	return err == -EINVAL || err == -LINK_ENOTSUPP || err == -EOPNOTSUPP || err == -ENOSYS;
}

static int link_attach(struct rawbpf *b, struct link *l, struct kern *k)
{
	int fd, err;

	if (k->no_perf_link)
		return link_by_ioctl(b, l);
	fd = link_create(b, l);
	if (fd >= 0) {
		l->link_fd = fd;
		return 0;
	}
	if (!link_may_be_old(fd))
		return fd;
	err = link_by_ioctl(b, l);
	if (err)
		return fd; /* the first answer */
	k->no_perf_link = true;
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
		err_hint(e, "the event has as many programs as it takes");
	return rights_explain(&b->sys, e, RIGHTS_PERF, err);
}

static void link_free(struct rawbpf *b, struct link *l)
{
	sys_close(&b->sys, l->link_fd);
	sys_close(&b->sys, l->perf_fd);
	free(l->place);
	free(l);
}

int link_perf_event(struct rawbpf *b, enum link_kind kind, struct prog *prog, const char *place,
	int perf_fd, struct link **out)
{
	struct link *l = calloc(1, sizeof(*l));
	struct kern *k = kern_get(b);
	int err;

	if (out)
		*out = NULL;
	if (l)
		l->place = strdup(place);
	if (!l || !l->place || !k) {
		free(l ? l->place : NULL);
		free(l);
		sys_close(&b->sys, perf_fd);
		return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	}
	l->kind = kind;
	l->prog = prog;
	l->perf_fd = perf_fd;
	l->link_fd = -1;
	l->n_places = 1;
	err = link_attach(b, l, k);
	if (err) {
		link_refused(b, l, err);
		link_free(b, l);
		return err;
	}
	l->next = b->links;
	b->links = l;
	if (out)
		*out = l;
	return 0;
}

void link_close(struct rawbpf *b, struct link *l)
{
	struct link **p;

	if (!l)
		return;
	for (p = &b->links; *p && *p != l; p = &(*p)->next)
		;
	if (*p)
		*p = l->next;
	link_free(b, l);
}

void link_close_until(struct rawbpf *b, struct link *mark)
{
	while (b->links && b->links != mark)
		link_close(b, b->links);
}
