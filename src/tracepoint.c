// SPDX-License-Identifier: MIT
/*
 * tracepoint.c - programs at the kernel's tracepoints.
 *
 * A perf event on any one CPU turns the tracepoint on everywhere, and the program hangs on the
 * tracepoint, not on the event: so one event for CPU 0 serves all CPUs and all processes.
 */
#include "tracepoint.h"

#include <errno.h>
#include <string.h>

#include "rights.h"
#include "tracefs.h"

/* Longest name of a category or event that the kernel makes, and some. */
#define TRACEPOINT_NAME 128

struct tracepoint_name {
	char category[TRACEPOINT_NAME], event[TRACEPOINT_NAME];
	char place[2 * TRACEPOINT_NAME]; /* "category:event" */
};

/* "category:event", or with a slash as sections have it. */
static int split_name(struct rawbpf *b, const char *tp, struct tracepoint_name *n)
{
	size_t len = strcspn(tp, ":/");
	const char *event = tp + len + 1;

	if (!tp[len] || !len || !*event) {
		err_set(&b->error, "attach", -EINVAL, "tracepoint '%s' lacks its %s", tp,
			len ? "event" : "category");
		err_hint(&b->error, "write it as category:event, like sched:sched_switch");
		return -EINVAL;
	}
	if (len >= TRACEPOINT_NAME || strlen(event) >= TRACEPOINT_NAME)
		return err_set(&b->error, "attach", -ENOENT, "no tracepoint '%s'", tp);
	snprintf(n->category, sizeof(n->category), "%.*s", (int)len, tp);
	snprintf(n->event, sizeof(n->event), "%s", event);
	snprintf(n->place, sizeof(n->place), "%s:%s", n->category, n->event);
	return 0;
}

static bool is_at(const struct link *l, const struct tracepoint_name *n)
{
	return l->kind == LINK_TRACEPOINT && !strcmp(l->place, n->place);
}

static int check_prog(struct rawbpf *b, const struct prog *p, const struct tracepoint_name *n)
{
	const struct link *l;

	if (p->type != RAWBPF_PROG_TRACEPOINT) {
		err_set(&b->error, "attach", -EINVAL,
			"program '%s' of section '%s' cannot be attached to a tracepoint", p->name,
			p->section);
		err_hint(&b->error, "its section must begin with 'tracepoint'");
		return -EINVAL;
	}
	for (l = b->links; l; l = l->next)
		if (l->prog == p && is_at(l, n))
			return err_set(&b->error, "attach", -EEXIST,
				"program '%s' is attached to tracepoint '%s' already", p->name,
				n->place);
	return 0;
}

static int open_event(struct rawbpf *b, const struct tracepoint_name *n, uint64_t id)
{
	struct rawbpf_perf_attr attr = {
		.type = RAWBPF_PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
	};
	char role[sizeof(n->place) + 16];
	int fd;

	snprintf(role, sizeof(role), "tracepoint %s", n->place);
	fd = sys_perf_event_open(&b->sys, &attr, -1, 0, role);
	if (fd == -EINTR) /* a signal came while the tracepoint was being switched on */
		fd = sys_perf_event_open(&b->sys, &attr, -1, 0, role);
	if (fd >= 0)
		return fd;
	err_set(&b->error, "attach", fd, "perf event for tracepoint '%s' refused", n->place);
	return rights_explain(&b->sys, &b->error, RIGHTS_PERF, fd);
}

int tracepoint_attach(struct rawbpf *b, const struct rawbpf_tracepoint_opts *o)
{
	struct tracepoint_name n;
	struct prog *prog;
	struct link *l;
	uint64_t id;
	int err, fd;

	err = split_name(b, o->tp, &n);
	if (err)
		return err;
	prog = prog_find(b, "attach", o->fn_name);
	if (!prog)
		return b->error.err;
	err = check_prog(b, prog, &n);
	if (!err)
		err = tracefs_event_id(b, n.category, n.event, &id);
	if (err) {
		b->error.stage = "attach";
		return err;
	}
	fd = open_event(b, &n, id);
	if (fd < 0)
		return fd;
	err = link_perf_event(b, LINK_TRACEPOINT, prog, n.place, fd, &l);
	if (err)
		return err;
	l->key[0] = id;
	return 0;
}

int tracepoint_detach(struct rawbpf *b, const struct rawbpf_tracepoint_opts *o)
{
	struct link *l, *next;
	struct tracepoint_name n;
	bool found = false;
	int err;

	err = split_name(b, o->tp, &n);
	if (err)
		return err;
	for (l = b->links; l; l = next) {
		next = l->next;
		if (!is_at(l, &n) || (o->fn_name && strcmp(l->prog->name, o->fn_name)))
			continue;
		link_close(b, l);
		found = true;
	}
	if (found)
		return 0;
	if (o->fn_name)
		return err_set(&b->error, "detach", -ENOENT,
			"program '%s' is not attached to tracepoint '%s'", o->fn_name, n.place);
	return err_set(
		&b->error, "detach", -ENOENT, "nothing is attached to tracepoint '%s'", n.place);
}
