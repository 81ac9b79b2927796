// SPDX-License-Identifier: MIT
/*
 * rawtp.c - programs at tracepoints, with the kernel's own arguments.
 *
 * RAW_TRACEPOINT_OPEN (Linux 4.17) takes the event's name, without a category and without tracefs,
 * and answers with an fd that is the attachment.  A program with types ("tp_btf", Linux 5.5) was
 * loaded for its event, which then is not named once more.
 */
#include "rawtp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kbtf.h"
#include "near.h"
#include "rights.h"
#include "tracefs.h"

#define RAWTP_ENOTSUPP	 524
#define RAWTP_EVENTS_MAX (4U << 20) /* bytes; 60 kB is usual */

static bool rawtp_typed(const struct prog *p)
{
	return p->type == RAWBPF_PROG_TRACING && p->attach_type == RAWBPF_TRACE_RAW_TP;
}

static bool rawtp_takes(const struct prog *p)
{
	return p->type == RAWBPF_PROG_RAW_TRACEPOINT ||
	       p->type == RAWBPF_PROG_RAW_TRACEPOINT_WRITABLE || rawtp_typed(p);
}

static bool rawtp_is_at(const struct link *l, const char *tp)
{
	return l->kind == LINK_RAW_TRACEPOINT && !strcmp(l->place, tp);
}

static int rawtp_check(struct rawbpf *b, const struct prog *p, const char *tp)
{
	const struct link *l;

	if (!rawtp_takes(p)) {
		err_set(&b->error, "attach", -EINVAL,
			"program '%s' of section '%s' cannot be attached to a raw tracepoint",
			p->name, p->section);
		err_hint(&b->error,
			"its section must begin with 'raw_tracepoint', 'raw_tp' or 'tp_btf'");
		err_prog(&b->error, p->name);
		return -EINVAL;
	}
	for (l = b->links; l; l = l->next)
		if (l->prog == p && rawtp_is_at(l, tp))
			return err_set(&b->error, "attach", -EEXIST,
				"program '%s' is attached to raw tracepoint '%s' already", p->name,
				tp);
	return 0;
}

/* The tracepoints of this kernel, as tracefs lists them: "category:event" lines. */
static void rawtp_offer_traced(struct rawbpf *b, struct near *n)
{
	int dir = tracefs_dir(b);
	struct buf text = {0};
	char name[NEAR_LEN];
	const char *s, *end;

	if (dir < 0)
		return;
	if (!sys_read_file(&b->sys, dir, "available_events", RAWTP_EVENTS_MAX, &text)) {
		for (s = buf_str(&text); *s; s = end + (*end == '\n')) {
			end = s + strcspn(s, "\n");
			s += strcspn(s, ":\n");
			s += *s == ':';
			if (s < end && (size_t)(end - s) < sizeof(name)) {
				snprintf(name, sizeof(name), "%.*s", (int)(end - s), s);
				near_offer(n, name);
			}
		}
	}
	buf_free(&text);
}

static int rawtp_absent(struct rawbpf *b, const char *tp)
{
	struct rawbpf_error *e = &b->error;
	bool category = strpbrk(tp, ":/");
	struct near n;

	near_start(&n, tp);
	if (!category && !kbtf_near_event(b, &n))
		rawtp_offer_traced(b, &n);
	err_set(e, "attach", -ENOENT, "no raw tracepoint '%s'", tp);
	if (category)
		err_hint(e, "give the event alone, '%s'", strpbrk(tp, ":/") + 1);
	else if (!near_hint(&n, e))
		err_hint(e, "system calls have 'sys_enter' and 'sys_exit' only");
	return -ENOENT;
}

static int rawtp_refused(struct rawbpf *b, const struct prog *p, const char *tp, int err)
{
	struct rawbpf_error *e = &b->error;

	if (err == -ENOENT)
		return rawtp_absent(b, tp);
	err_set(e, "attach", err, "program '%s' cannot be attached to raw tracepoint '%s'", p->name,
		tp);
	err_prog(e, p->name);
	if (err == -EINVAL || err == -RAWTP_ENOTSUPP)
		err_hint(e, "it may read past the event's arguments, or the kernel is older than "
			    "4.17");
	return rights_explain(&b->sys, e, RIGHTS_BPF, err);
}

int rawtp_attach(struct rawbpf *b, const struct rawbpf_raw_tracepoint_opts *o)
{
	struct prog *p = prog_find(b, "attach", o->fn_name);
	union rawbpf_attr a;
	int err, fd, prog_fd;
	char role[160];

	if (!p)
		return b->error.err;
	err = rawtp_check(b, p, o->tp);
	if (err)
		return err;
	prog_fd = rawtp_typed(p) ? prog_for(b, p, o->tp, false) : p->fd;
	if (prog_fd < 0) {
		b->error.stage = "attach";
		return prog_fd;
	}
	memset(&a, 0, sizeof(a));
	a.raw_tp.name = rawtp_typed(p) ? 0 : (uintptr_t)o->tp;
	a.raw_tp.prog_fd = (uint32_t)prog_fd;
	snprintf(role, sizeof(role), "raw tracepoint %s", o->tp);
	fd = sys_bpf(&b->sys, RAWBPF_RAW_TRACEPOINT_OPEN, &a, sizeof(a.raw_tp), role);
	if (fd < 0)
		return rawtp_refused(b, p, o->tp, fd);
	return link_adopt(b, LINK_RAW_TRACEPOINT, p, o->tp, fd, NULL);
}

int rawtp_detach(struct rawbpf *b, const struct rawbpf_raw_tracepoint_opts *o)
{
	struct link *l, *next;
	bool found = false;

	for (l = b->links; l; l = next) {
		next = l->next;
		if (!rawtp_is_at(l, o->tp) || (o->fn_name && strcmp(l->prog->name, o->fn_name)))
			continue;
		link_close(b, l);
		found = true;
	}
	if (found)
		return 0;
	if (o->fn_name)
		return err_set(&b->error, "detach", -ENOENT,
			"program '%s' is not attached to raw tracepoint '%s'", o->fn_name, o->tp);
	return err_set(
		&b->error, "detach", -ENOENT, "nothing is attached to raw tracepoint '%s'", o->tp);
}
