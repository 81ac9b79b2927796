// SPDX-License-Identifier: MIT
/*
 * kproad.c - many functions of the kernel by a pattern, and the way on which they are probed.
 *
 * One kprobe_multi link (Linux 5.18) holds them all: one fd, made and closed in one go.  Where the
 * kernel has none, a few get a perf event each, and more are places of one event of tracefs (Linux
 * 5.4), which is one fd too; where an event takes no second place, it is one each.
 */
#include "kproad.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kern.h"
#include "kmulti.h"
#include "kprobe.h"
#include "kprobelist.h"
#include "probeevent.h"
#include "rights.h"

/* Functions up to here get a perf event each, which is gone when the process is. */
#define KPROAD_FEW  8
#define KPROAD_NEXT 1 /* try the next road */

/* What the options of one call come to. */
struct kproad {
	struct rawbpf *b;
	const struct rawbpf_kprobe_opts *o;
	struct prog *prog;
	const char *word; /* the pattern as it was written */
	bool ret;
	struct kprobelist list;
};

static enum link_kind kproad_kind(const struct kproad *r)
{
	return r->ret ? LINK_KRETPROBE : LINK_KPROBE;
}

/* ---- one link ------------------------------------------------------------------------------- */

static int kproad_multi_refused(struct kproad *r, int err)
{
	struct rawbpf_error *e = &r->b->error;

	if (err == -EOPNOTSUPP) {
		err = kprobe_check_any(r->b);
		return err ? err : kmulti_no_session(r->b, r->prog);
	}
	err_set(e, "attach", err, "no %s on the %zu kernel functions that '%s' matches",
		r->ret ? "return probe" : "probe", r->list.n, r->word);
	return rights_explain(&r->b->sys, e, RIGHTS_KPROBE, err);
}

/* Have the newest link remember the n first functions of the list; closes it on failure. */
static int kproad_keep(struct kproad *r, size_t n)
{
	struct link *l = r->b->links;
	int err = link_own_names(r->b, l, NULL, r->word);

	if (!err)
		err = link_own_covers(r->b, l, (const char *const *)r->list.names, n);
	if (err)
		link_close(r->b, l);
	return err;
}

/* 0, KPROAD_NEXT, or a negative errno with the error set */
static int kproad_multi(struct kproad *r)
{
	struct kmulti m = {r->b, r->prog, r->ret, r->word, r->list.names, r->list.n, 0};
	bool session = kmulti_is_session(r->prog);
	int fd, err;

	/* one function goes by its event: the link would need the program loaded once more */
	if (r->o->maxactive ||
		(r->list.n == 1 && r->prog->attach_type != RAWBPF_TRACE_KPROBE_MULTI && !session))
		return KPROAD_NEXT;
	fd = kmulti_open(&m);
	if ((fd == -EOPNOTSUPP || fd == -ENOENT) && !session) {
		sys_fallback(&r->b->sys, m.refused);
		return KPROAD_NEXT;
	}
	if (fd < 0)
		return kproad_multi_refused(r, fd);
	err = link_adopt(r->b, kproad_kind(r), r->prog, r->word, fd, NULL);
	return err ? err : kproad_keep(r, m.n);
}

/* ---- a perf event each ---------------------------------------------------------------------- */

/* One by one: a function that the kernel refuses is left out, unless none is taken. */
static int kproad_each(struct kproad *r)
{
	struct rawbpf_kprobe_opts o = *r->o;
	struct link *mark = r->b->links;
	struct rawbpf_error first = {0};
	size_t i;
	int err;

	o.event_re = NULL;
	kern_raise_nofile(r->b, 2 * r->list.n + (size_t)r->prog->fd);
	for (i = 0; i < r->list.n; i++) {
		o.event = r->list.names[i];
		err = kprobe_attach(r->b, &o, r->ret);
		if (!err)
			err = link_own_names(r->b, r->b->links, NULL, r->word);
		if (err == -ENOMEM || err == -EMFILE || err == -ENFILE) {
			err_copy(&first, &r->b->error);
			link_close_until(r->b, mark);
			break;
		}
		if (err && !first.err)
			err_copy(&first, &r->b->error);
		if (err)
			ctx_log(r->b, RAWBPF_LOG_WARN, "%s: left out", r->b->error.msg);
	}
	if (r->b->links != mark) {
		err_clear(&r->b->error);
		return 0;
	}
	err_copy(&r->b->error, &first);
	return first.err;
}

/* ---- one event of tracefs ------------------------------------------------------------------- */

static void kproad_swap(struct kproad *r, size_t a, size_t b)
{
	const char *name = r->list.names[a];

	r->list.names[a] = r->list.names[b];
	r->list.names[b] = name;
}

/*
 * All as places of one event, which needs one fd however many they are.  The number of places,
 * whose names are the list's first then, or a negative errno without an error set: one by one,
 * then.
 */
static int kproad_sibling_make(struct kproad *r, char event[PROBEEVENT_NAME], uint64_t *id)
{
	bool reached;
	char kind[16];
	size_t i;
	int n = 0, err = 0;

	snprintf(kind, sizeof(kind), r->o->maxactive ? "r%u" : r->ret ? "r" : "p", r->o->maxactive);
	for (i = 0; i < r->list.n && err != -EEXIST && err != -ENOMEM; i++) {
		const char *name = r->list.names[i];

		if (!n)
			err = kprobe_event(
				r->b, name, r->ret, r->o->maxactive, event, id, &reached);
		else
			err = probeevent_add(r->b, KPROBE_FILE, kind, name, event, n == 1);
		if (!n && err && !reached)
			break;
		if (!err)
			kproad_swap(r, (size_t)n++, i);
		else
			ctx_log(r->b, RAWBPF_LOG_DEBUG, "no place at '%s' (%s)", name,
				err_name(err));
	}
	if (n && (err == -EEXIST || err == -ENOMEM)) {
		probeevent_remove(r->b, KPROBE_FILE, event);
		n = 0;
	}
	return n ? n : err;
}

/* 0, KPROAD_NEXT, or a negative errno with the error set */
static int kproad_siblings(struct kproad *r)
{
	struct rawbpf_perf_attr a = {.type = RAWBPF_PERF_TYPE_TRACEPOINT, .size = sizeof(a)};
	char event[PROBEEVENT_NAME];
	int fd, err, n = kproad_sibling_make(r, event, &a.config);

	if (n <= 0) {
		sys_fallback(&r->b->sys, n);
		return KPROAD_NEXT;
	}
	fd = link_perf_open(r->b, &a, 0, r->word);
	if (fd < 0) {
		probeevent_remove(r->b, KPROBE_FILE, event);
		sys_fallback(&r->b->sys, fd);
		ctx_log(r->b, RAWBPF_LOG_INFO, "one event for all is refused (%s)", err_name(fd));
		return KPROAD_NEXT;
	}
	err = kprobe_link(r->b, r->prog, r->word, r->ret, fd, event);
	return err ? err : kproad_keep(r, (size_t)n);
}

/* ---- the choice ----------------------------------------------------------------------------- */

static void kproad_log(const struct kproad *r, const char *road)
{
	ctx_log(r->b, RAWBPF_LOG_DEBUG, "%s on what '%s' matches: %zu function%s by %s",
		r->ret ? "return probe" : "probe", r->word, r->list.n, r->list.n == 1 ? "" : "s",
		road);
}

static int kproad_choose(struct kproad *r)
{
	const char *road = "one kprobe_multi link";
	int was = sys_fallback(&r->b->sys, 0), err = kproad_multi(r);

	if (err == KPROAD_NEXT && kprobe_check_enabled(r->b))
		err = r->b->error.err;
	if (err == KPROAD_NEXT && r->list.n > KPROAD_FEW) {
		road = "one event of tracefs";
		err = kproad_siblings(r);
	}
	if (err == KPROAD_NEXT) {
		road = "perf events, one each";
		err = kproad_each(r);
	}
	sys_fallback_end(&r->b->sys, was);
	if (!err)
		kproad_log(r, road);
	return err;
}

/* ---- once ------------------------------------------------------------------------------------ */

static bool kproad_is_by(const struct link *l, const char *pattern, bool ret)
{
	return l->kind == (ret ? LINK_KRETPROBE : LINK_KPROBE) && l->pattern &&
	       !strcmp(l->pattern, pattern);
}

static int kproad_exists(struct kproad *r)
{
	return err_set(&r->b->error, "attach", -EEXIST,
		"program '%s' is attached to all kernel functions that '%s' matches already",
		r->prog->name, r->word);
}

/* 0, or -EEXIST with the error set when the program is attached by that pattern. */
static int kproad_once(struct kproad *r)
{
	const struct link *l;

	for (l = r->b->links; l; l = l->next)
		if (l->prog == r->prog && kproad_is_by(l, r->word, r->ret))
			return kproad_exists(r);
	return 0;
}

/* Without the functions where the program is; -EEXIST with the error set, if none is left. */
static int kproad_drop_attached(struct kproad *r)
{
	size_t i, n = 0, left = 0;
	const char *name;

	for (i = 0; i < r->list.n; i++) {
		name = r->list.names[i];
		if (!kprobe_find(r->b, r->prog, name, r->ret)) {
			r->list.names[n++] = name;
			continue;
		}
		left++;
		ctx_log(r->b, RAWBPF_LOG_INFO,
			"pattern '%s': program '%s' is attached to kernel function '%s' already: "
			"left out",
			r->word, r->prog->name, name);
	}
	r->list.n = n;
	return left && !n ? kproad_exists(r) : 0;
}

/* ---- attach ---------------------------------------------------------------------------------- */

static int kproad_list(struct kproad *r)
{
	int none, err = kprobelist_match(r->b, r->word, !r->o->event_re, &r->list);

	if (!err || err == -ENOMEM || err == -EINVAL)
		return err;
	none = kprobe_check_any(r->b);
	return none ? none : err;
}

static int kproad_attach_as(
	struct rawbpf *b, const struct rawbpf_kprobe_opts *o, const char *word, bool ret)
{
	struct kproad r = {
		.b = b, .o = o, .word = word, .ret = ret, .prog = kprobe_prog(b, o->fn_name)};
	struct link *l, *mark = b->links;
	unsigned was = b->sys.guessed;
	int err;

	if (!r.prog)
		return b->error.err;
	err = kprobe_check_maxactive(b, o, ret);
	if (!err)
		err = kprobe_check_session(b, r.prog, ret);
	if (!err)
		err = kproad_once(&r);
	if (err)
		return err;
	err = kproad_list(&r);
	if (!err)
		err = kproad_drop_attached(&r);
	if (!err)
		err = kproad_choose(&r);
	for (l = b->links; !err && l != mark; l = l->next)
		l->guessed = b->sys.guessed & SYS_GUESSED_NAMES;
	b->sys.guessed = was;
	kprobelist_free(&r.list);
	return err;
}

int kproad_attach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret)
{
	return kproad_attach_as(b, o, o->event_re, ret);
}

int kproad_attach_wild(
	struct rawbpf *b, const struct rawbpf_kprobe_opts *o, const char *pattern, bool ret)
{
	struct rawbpf_kprobe_opts own = *o;

	own.event = own.event_re = NULL;
	return kproad_attach_as(b, &own, pattern, ret);
}

/* ---- detach -------------------------------------------------------------------------------- */

int kproad_detach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret)
{
	struct link *l, *next;
	bool any = false;

	for (l = b->links; l; l = next) {
		next = l->next;
		if (!kproad_is_by(l, o->event_re, ret) ||
			(o->fn_name && strcmp(l->prog->name, o->fn_name)))
			continue;
		link_close(b, l);
		any = true;
	}
	if (any)
		return 0;
	if (o->fn_name)
		return err_set(&b->error, "detach", -ENOENT,
			"program '%s' is not attached by pattern '%s'", o->fn_name, o->event_re);
	return err_set(
		&b->error, "detach", -ENOENT, "nothing is attached by pattern '%s'", o->event_re);
}
