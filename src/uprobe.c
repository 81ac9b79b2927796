// SPDX-License-Identifier: MIT
/*
 * uprobe.c - probes on functions of programs and libraries: attach and detach.
 *
 * Which places are meant uplace.c finds out, and how they are probed uproad.c.
 */
#include "uprobe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "upguess.h"
#include "uproad.h"

/* ---- attach ------------------------------------------------------------------------------- */

static struct uproad uprobe_road(struct uplace *u, struct prog *prog)
{
	return (struct uproad){
		.b = u->b,
		.prog = prog,
		.ret = u->ret,
		.pid = u->pid,
		.path = u->file.path,
		.shown = u->file.shown,
		.dev = (uint64_t)u->st.st_dev,
		.ino = (uint64_t)u->st.st_ino,
		.places = u->places,
		.n = u->n,
		.guessed = u->guessed,
	};
}

/* Attach, and remember the pattern that asked for it, if one did. */
static int uprobe_make(struct uproad *r, const char *pattern)
{
	struct link *mark = r->b->links;
	int err = uproad_attach(r);

	return err ? err : link_own_pattern(r->b, mark, pattern);
}

/* NULL: none. */
static const char *uprobe_pattern(const struct uplace *u)
{
	return u->wild ? u->o->sym : u->o->sym_re;
}

static int uprobe_by_offset(const void *a, const void *b)
{
	const struct link_place *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static struct link_place *uprobe_find(const struct uplace *u, uint64_t offset)
{
	struct link_place key = {.offset = offset};

	return u->n ? bsearch(&key, u->places, u->n, sizeof(key), uprobe_by_offset) : NULL;
}

static bool uprobe_is_file(const struct uplace *u, const struct link *l)
{
	return l->kind == (u->ret ? LINK_URETPROBE : LINK_UPROBE) &&
	       l->key[0] == (uint64_t)u->st.st_dev && l->key[1] == (uint64_t)u->st.st_ino;
}

/* Takes the name of the place at that offset, if it is asked for: it is to be left out. */
static void uprobe_leave_out(struct uplace *u, const struct prog *prog, uint64_t offset)
{
	struct link_place *p = uprobe_find(u, offset);

	if (!p || !p->name)
		return;
	if (uprobe_pattern(u))
		ctx_log(u->b, RAWBPF_LOG_INFO, "program '%s' is attached to '%s' already: left out",
			prog->name, p->name);
	free(p->name);
	p->name = NULL;
}

static int uprobe_exists(struct uplace *u, const struct prog *prog)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	struct rawbpf_error *e = &u->b->error;

	if (uprobe_pattern(u))
		err_set(e, "attach", -EEXIST,
			"program '%s' is attached to all of '%s' that '%s' matches already",
			prog->name, u->file.shown, uprobe_pattern(u));
	else if (o->sym)
		err_set(e, "attach", -EEXIST, "program '%s' is attached to '%s:%s' already",
			prog->name, o->name, o->sym);
	else
		err_set(e, "attach", -EEXIST, "program '%s' is attached to '%s:%s0x%llx' already",
			prog->name, o->name, o->addr ? "" : "+",
			(unsigned long long)(o->addr ? o->addr : o->offset));
	err_prog(e, prog->name);
	return -EEXIST;
}

/* A program is at a place once: it would run, and count, twice. */
static int uprobe_once(struct uplace *u, const struct prog *prog)
{
	uint64_t start = link_start(u->b, u->pid);
	const struct link *l;
	size_t i, n = 0;

	for (l = u->b->links; l; l = l->next) {
		if (l->prog != prog || l->guessed || !uprobe_is_file(u, l) ||
			!link_is_process(l, u->pid, start))
			continue;
		for (i = 0; l->places && i < l->n_places; i++)
			uprobe_leave_out(u, prog, l->places[i].offset);
		if (!l->places)
			uprobe_leave_out(u, prog, l->key[2]);
	}
	for (i = 0; i < u->n; i++)
		if (u->places[i].name)
			u->places[n++] = u->places[i];
	u->n = n;
	return n ? 0 : uprobe_exists(u, prog);
}

static int uprobe_attach_as(
	struct rawbpf *b, const struct rawbpf_uprobe_opts *o, bool wild, bool ret)
{
	struct uplace u = {.b = b, .o = o, .wild = wild, .ret = ret};
	struct prog *prog = prog_find(b, "attach", o->fn_name);
	struct uproad r;
	int err;

	if (!prog)
		return b->error.err;
	if (prog->type != RAWBPF_PROG_KPROBE) {
		err_set(&b->error, "attach", -EINVAL,
			"program '%s' (section '%s') is not for probes", prog->name, prog->section);
		err_hint(&b->error, "name its section 'uprobe' or 'uretprobe'");
		err_prog(&b->error, prog->name);
		return -EINVAL;
	}
	err = upguess_open(&u);
	if (!err && !u.guessed)
		err = uprobe_once(&u, prog);
	if (!err) {
		r = uprobe_road(&u, prog);
		err = uprobe_make(&r, uprobe_pattern(&u));
	}
	uplace_close(&u);
	return err;
}

int uprobe_attach(struct rawbpf *b, const struct rawbpf_uprobe_opts *o, bool ret)
{
	return uprobe_attach_as(b, o, false, ret);
}

int uprobe_attach_wild(struct rawbpf *b, const struct rawbpf_uprobe_opts *o, bool ret)
{
	return uprobe_attach_as(b, o, true, ret);
}

/* ---- detach ------------------------------------------------------------------------------- */

/*
 * By name, for when the place can no longer be found: the process has ended, the file is gone, or
 * another one by now.  For a pattern the library's name is what counts.
 */
static bool uprobe_is_named(const struct uplace *u, const char *place)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	size_t n = strlen(o->name);
	char what[32] = "";

	if (strncmp(place, o->name, n) || place[n] != ':')
		return false;
	if (o->addr)
		snprintf(what, sizeof(what), "0x%llx", (unsigned long long)o->addr);
	else if (o->offset || o->sym_off)
		snprintf(what, sizeof(what), "+0x%llx",
			(unsigned long long)(o->offset ? o->offset : o->sym_off));
	if (o->sym_re)
		return place[n + 1] != '+' && strncmp(place + n + 1, "0x", 2);
	if (!o->sym)
		return !strcmp(place + n + 1, what);
	return !strncmp(place + n + 1, o->sym, strlen(o->sym)) &&
	       !strcmp(place + n + 1 + strlen(o->sym), what);
}

static bool uprobe_is_place(const struct uplace *u, bool found, const char *name, uint64_t offset)
{
	return found ? uprobe_find(u, offset) != NULL : uprobe_is_named(u, name);
}

/* Whether it is a link to this file by such a program; found: the file is there. */
static bool uprobe_is_link(const struct uplace *u, const struct link *l, bool found)
{
	if (l->kind != (u->ret ? LINK_URETPROBE : LINK_UPROBE) || l->pid != u->pid)
		return false;
	if (u->o->fn_name && strcmp(l->prog->name, u->o->fn_name))
		return false;
	return !found || uprobe_is_file(u, l);
}

/* Whether it was attached by the very pattern; that of a library's name, if the file is gone. */
static bool uprobe_is_pattern(const struct uplace *u, const struct link *l, bool found)
{
	return l->pattern && !strcmp(l->pattern, u->o->sym_re) &&
	       (found || uprobe_is_named(u, l->places ? l->places->name : l->place));
}

/* The places of l that stay, in rest; how many. */
static size_t uprobe_rest(
	const struct uplace *u, const struct link *l, bool found, struct link_place *rest)
{
	size_t i, n = 0;

	for (i = 0; i < l->n_places; i++)
		if (!uprobe_is_place(u, found, l->places[i].name, l->places[i].offset))
			rest[n++] = l->places[i];
	return n;
}

/*
 * A link of many places loses some: the others get a link of their own before it is closed, so
 * that none of them misses a call.  1: something was detached.
 */
static int uprobe_detach_some(struct uplace *u, struct link *l, bool found)
{
	struct link_place *rest = calloc(l->n_places, sizeof(*rest));
	struct uproad r = uprobe_road(u, l->prog);
	int err = 0;

	if (!rest)
		return uplace_no_memory(u);
	r.places = rest;
	r.n = uprobe_rest(u, l, found, rest);
	if (r.n < l->n_places) {
		if (r.n && found)
			err = uprobe_make(&r, l->pattern);
		if (!err && (!r.n || found)) {
			link_close(u->b, l);
			err = 1;
		}
	}
	free(rest);
	return err;
}

static int uprobe_detach_link(struct uplace *u, struct link *l, bool found)
{
	if (!uprobe_is_link(u, l, found))
		return 0;
	if (l->places && !u->o->sym_re)
		return uprobe_detach_some(u, l, found);
	if (u->o->sym_re ? !uprobe_is_pattern(u, l, found)
			 : !uprobe_is_place(u, found, l->place, l->key[2]))
		return 0;
	link_close(u->b, l);
	return 1;
}

/* Whether any was, or a negative errno. */
static int uprobe_detach_all(struct uplace *u, bool found)
{
	struct link *l, *next;
	int one, any = 0;

	for (l = u->b->links; l; l = next) {
		next = l->next;
		one = uprobe_detach_link(u, l, found);
		if (one < 0)
			return one;
		any |= one;
	}
	return any;
}

int uprobe_detach(struct rawbpf *b, const struct rawbpf_uprobe_opts *o, bool ret)
{
	struct uplace u = {.b = b, .o = o, .ret = ret};
	int err = upguess_open(&u), any = err || u.guessed ? 0 : uprobe_detach_all(&u, true);

	if (!any)
		any = uprobe_detach_all(&u, false);
	if (any > 0) {
		err_clear(&b->error);
		err = 0;
	} else if (any < 0) {
		err = any;
	} else if (!err) {
		err = err_set(&b->error, "detach", -ENOENT, "no %s on '%s'",
			ret ? "return probe" : "probe", o->sym_re ? o->sym_re : u.places[0].name);
	}
	uplace_close(&u);
	return err;
}
