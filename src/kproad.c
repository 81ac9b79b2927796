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
#include "pattern.h"
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

	if (err == -EOPNOTSUPP)
		return kmulti_no_session(r->b, r->prog);
	err_set(e, "attach", err, "no %s on the %zu kernel functions that '%s' matches",
		r->ret ? "return probe" : "probe", r->list.n, r->o->event_re);
	return rights_explain(&r->b->sys, e, RIGHTS_KPROBE, err);
}

/* 0, KPROAD_NEXT, or a negative errno with the error set */
static int kproad_multi(struct kproad *r)
{
	struct kmulti m = {r->b, r->prog, r->ret, r->o->event_re,
		(const char *const *)r->list.names, r->list.n};
	bool session = kmulti_is_session(r->prog);
	struct link *l;
	int fd, err;

	/* one function goes by its event: the link would need the program loaded once more */
	if (r->o->maxactive ||
		(r->list.n == 1 && r->prog->attach_type != RAWBPF_TRACE_KPROBE_MULTI && !session))
		return KPROAD_NEXT;
	fd = kmulti_open(&m);
	if ((fd == -EOPNOTSUPP || fd == -ENOENT) && !session)
		return KPROAD_NEXT;
	if (fd < 0)
		return kproad_multi_refused(r, fd);
	err = link_adopt(r->b, kproad_kind(r), r->prog, r->o->event_re, fd, &l);
	if (!err)
		l->n_places = (unsigned)m.n;
	return err;
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

/*
 * All as places of one event, which needs one fd however many they are.  The number of places, or
 * a negative errno without an error set: one by one, then.
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
		n += !err;
		if (err)
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

	if (n <= 0)
		return KPROAD_NEXT;
	fd = link_perf_open(r->b, &a, 0, r->o->event_re);
	if (fd < 0) {
		probeevent_remove(r->b, KPROBE_FILE, event);
		ctx_log(r->b, RAWBPF_LOG_INFO, "one event for all is refused (%s)", err_name(fd));
		return KPROAD_NEXT;
	}
	err = kprobe_link(r->b, r->prog, r->o->event_re, r->ret, fd, event);
	if (!err)
		r->b->links->n_places = (unsigned)n;
	return err;
}

/* ---- the choice ----------------------------------------------------------------------------- */

static void kproad_log(const struct kproad *r, const char *road)
{
	ctx_log(r->b, RAWBPF_LOG_DEBUG, "%s on what '%s' matches: %zu function%s by %s",
		r->ret ? "return probe" : "probe", r->o->event_re, r->list.n,
		r->list.n == 1 ? "" : "s", road);
}

static int kproad_choose(struct kproad *r)
{
	const char *road = "one kprobe_multi link";
	int err = kproad_multi(r);

	if (err == KPROAD_NEXT && r->list.n > KPROAD_FEW) {
		road = "one event of tracefs";
		err = kproad_siblings(r);
	}
	if (err == KPROAD_NEXT) {
		road = "perf events, one each";
		err = kproad_each(r);
	}
	if (!err)
		kproad_log(r, road);
	return err;
}

int kproad_attach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret)
{
	struct kproad r = {.b = b, .o = o, .ret = ret, .prog = kprobe_prog(b, o->fn_name)};
	int err;

	if (!r.prog)
		return b->error.err;
	err = kprobe_check_maxactive(b, o, ret);
	if (!err)
		err = kprobe_check_session(b, r.prog, ret);
	if (!err)
		err = kprobe_once(b, r.prog, o->event_re, ret);
	if (err)
		return err;
	err = kprobelist_match(b, o->event_re, &r.list);
	if (!err)
		err = kproad_choose(&r);
	kprobelist_free(&r.list);
	return err;
}

/* ---- detach -------------------------------------------------------------------------------- */

/* What the pattern was attached as, or a function's own that it matches; no other pattern's. */
static bool kproad_is_match(const struct link *l, const char *pattern, bool ret, const regex_t *re)
{
	if (kprobe_is_at(l, pattern, ret))
		return true;
	return l->kind == (ret ? LINK_KRETPROBE : LINK_KPROBE) && l->n_places == 1 &&
	       pattern_match(re, l->place, true) > 0;
}

int kproad_detach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret)
{
	struct link *l, *next;
	bool any = false;
	regex_t re;
	int err = pattern_compile(&b->error, "detach", o->event_re, &re);

	if (err)
		return err;
	for (l = b->links; l; l = next) {
		next = l->next;
		if (!kproad_is_match(l, o->event_re, ret, &re) ||
			(o->fn_name && strcmp(l->prog->name, o->fn_name)))
			continue;
		link_close(b, l);
		any = true;
	}
	regfree(&re);
	return any ? 0 : kprobe_nothing(b, o->fn_name, o->event_re);
}
