// SPDX-License-Identifier: MIT
/*
 * tracepoint.c - programs at the kernel's tracepoints.
 *
 * A perf event on any one CPU turns the tracepoint on everywhere, and the program hangs on the
 * tracepoint, not on the event: so one event for one CPU serves all CPUs and all processes.
 *
 * There is no link for many, so a pattern costs an event for each tracepoint, and the kernel takes
 * 60 to 80 ms to end each.
 */
#include "tracepoint.h"

#include <errno.h>
#include <string.h>

#include "kern.h"
#include "pattern.h"
#include "rights.h"
#include "tracefs.h"

#define TRACEPOINT_LIST "available_events"
#define TRACEPOINT_MAX	(16U << 20) /* bytes of that list */

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
	fd = link_perf_open(b, &attr, 0, role);
	if (fd >= 0)
		return fd;
	err_set(&b->error, "attach", fd, "perf event for tracepoint '%s' refused", n->place);
	return rights_explain(&b->sys, &b->error, RIGHTS_PERF, fd);
}

static int tracepoint_attach_one(struct rawbpf *b, const struct rawbpf_tracepoint_opts *o)
{
	struct tracepoint_name n;
	struct prog *prog;
	struct link *l;
	uint64_t id = 0;
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

/* ---- by pattern ---------------------------------------------------------------------------- */

/* Leaves of the list's lines those that match, with a NUL behind each; how many, or -ENOMEM. */
static int tracepoint_keep_matches(char *list, const regex_t *re)
{
	char *line, *next, *out = list;
	int match, n = 0;
	size_t len;

	for (line = list; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		match = pattern_match(re, line, false);
		if (match < 0)
			return match;
		if (!match)
			continue;
		len = strlen(line) + 1;
		memmove(out, line, len);
		out += len;
		n++;
	}
	return n;
}

/* A tracepoint that the kernel refuses is left out, unless none is taken. */
static int tracepoint_attach_each(
	struct rawbpf *b, const struct rawbpf_tracepoint_opts *in, const char *tp, size_t n)
{
	const struct prog *prog = prog_find(b, "attach", in->fn_name);
	struct rawbpf_tracepoint_opts o = *in;
	struct rawbpf_error first = {0};
	struct link *mark = b->links;
	int err;

	/* a perf event and a link each, above the files that are open already */
	kern_raise_nofile(b, 2 * n + (prog && prog->fd > 0 ? (size_t)prog->fd : 0));
	for (; n; n--, tp += strlen(tp) + 1) {
		o.tp = tp;
		err = tracepoint_attach_one(b, &o);
		/* what was refused says more than what is there */
		if (err && (!first.err || first.err == -EEXIST))
			err_copy(&first, &b->error);
		if (err == -ENOMEM || err == -EMFILE || err == -ENFILE) {
			link_close_until(b, mark);
			return err;
		}
		if (err)
			ctx_log(b, err == -EEXIST ? RAWBPF_LOG_INFO : RAWBPF_LOG_WARN,
				"%s: left out", b->error.msg);
	}
	if (b->links == mark) {
		err_copy(&b->error, &first);
		return first.err;
	}
	err_clear(&b->error);
	return link_own_pattern(b, mark, in->tp_re);
}

static int tracepoint_attach_matches(
	struct rawbpf *b, const struct rawbpf_tracepoint_opts *o, const regex_t *re)
{
	int dir = tracefs_dir(b), err, n = 0;
	struct buf list = {0};

	if (dir < 0) {
		b->error.stage = "attach";
		return dir;
	}
	err = sys_read_file(&b->sys, dir, TRACEPOINT_LIST, TRACEPOINT_MAX, &list);
	if (err)
		tracefs_refused(b, "attach", TRACEPOINT_LIST, err);
	else if (list.len)
		n = list.failed ? -ENOMEM : tracepoint_keep_matches(list.data, re);
	if (n < 0) {
		err = err_set(&b->error, "attach", n, "out of memory");
	} else if (n) {
		err = tracepoint_attach_each(b, o, list.data, (size_t)n);
	} else if (!err) {
		err = err_set(&b->error, "attach", -ENOENT, "no tracepoint matches '%s'", o->tp_re);
		err_hint(&b->error, "the pattern is of category:event, as in 'sched:sched_wak.*'");
	}
	buf_free(&list);
	return err;
}

int tracepoint_attach(struct rawbpf *b, const struct rawbpf_tracepoint_opts *o)
{
	const struct prog *p;
	regex_t re;
	int err;

	if (!o->tp_re)
		return tracepoint_attach_one(b, o);
	p = prog_find(b, "attach", o->fn_name);
	err = p ? pattern_compile(&b->error, "attach", o->tp_re, &re) : b->error.err;
	if (err)
		return err;
	err = tracepoint_attach_matches(b, o, &re);
	regfree(&re);
	return err;
}

/* ---- detach -------------------------------------------------------------------------------- */

/* What was attached by the pattern, and by no other; pattern NULL: all at n. */
static bool tracepoint_detach_all(
	struct rawbpf *b, const struct tracepoint_name *n, const char *pattern, const char *fn_name)
{
	struct link *l, *next;
	bool found = false;

	for (l = b->links; l; l = next) {
		next = l->next;
		if (l->kind != LINK_TRACEPOINT || (fn_name && strcmp(l->prog->name, fn_name)))
			continue;
		if (pattern ? !l->pattern || strcmp(l->pattern, pattern) : !is_at(l, n))
			continue;
		link_close(b, l);
		found = true;
	}
	return found;
}

int tracepoint_detach(struct rawbpf *b, const struct rawbpf_tracepoint_opts *o)
{
	const char *what = o->tp_re;
	struct tracepoint_name n;
	regex_t re;
	bool found;
	int err;

	err = what ? pattern_compile(&b->error, "detach", what, &re) : split_name(b, o->tp, &n);
	if (err)
		return err;
	found = tracepoint_detach_all(b, &n, what, o->fn_name);
	if (what)
		regfree(&re);
	else
		what = n.place;
	if (found)
		return 0;
	if (o->fn_name)
		return err_set(&b->error, "detach", -ENOENT,
			"program '%s' is not attached to tracepoint '%s'", o->fn_name, what);
	return err_set(
		&b->error, "detach", -ENOENT, "nothing is attached to tracepoint '%s'", what);
}
