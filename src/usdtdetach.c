// SPDX-License-Identifier: MIT
/*
 * usdtdetach.c - take programs away from USDT probes, by the names that they were attached by.
 *
 * A link may be of several probes.  When one of them leaves, the others get a link of their own
 * first, so that they miss nothing.  That needs the file, which may be another one by now under its
 * name: such a link has it open.  Of a process that has ended nothing can be missed: the probe is
 * struck from the link, which goes with the last of them.
 */
#include "usdtdetach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proc.h"
#include "uproad.h"
#include "usdt.h"

/* What is to leave. */
struct usdt_leave {
	struct rawbpf *b;
	const struct rawbpf_usdt_attach_opts *o;
	const struct rawbpf_usdt *u; /* what can be found of it */
};

/* "provider:name" or "name" against the name of a place */
static bool usdt_is_named(const char *name, const char *probe)
{
	const char *colon = strchr(name, ':');

	return !strcmp(name, probe) || (colon && !strchr(probe, ':') && !strcmp(colon + 1, probe));
}

static bool usdt_is_asked(const struct link *l, const struct rawbpf_usdt_attach_opts *o)
{
	return l->kind == LINK_USDT && l->pid == (o->pid > 0 ? o->pid : 0) &&
	       (!o->fn_name || !strcmp(l->prog->name, o->fn_name));
}

/* That of u's files which it is at; NULL: none. */
static const struct usdt_file *usdt_its_file(const struct link *l, const struct rawbpf_usdt *u)
{
	size_t i;

	for (i = 0; i < u->n_files && !usdt_is_file(l, &u->files[i]); i++)
		;
	return i < u->n_files ? &u->files[i] : NULL;
}

/* By name, for when its file or process is gone, or another one by now. */
static bool usdt_was_at(const struct link *l, const char *path, const struct rawbpf_usdt *u)
{
	size_t i;

	if (!path || !*path || !strcmp(l->asked, path))
		return true;
	for (i = 0; i < u->n_files && strcmp(l->asked, u->files[i].path) != 0; i++)
		;
	return i < u->n_files;
}

/* ---- some of a link ----------------------------------------------------------------------- */

/* The process is gone, or another one has its number. */
static bool usdt_is_gone(struct rawbpf *b, const struct link *l)
{
	struct proc_stat st;
	int err = l->pid ? proc_stat(&b->sys, l->pid, &st) : 0;

	return l->pid && (err == -ESRCH || (!err && l->start && l->start != st.start));
}

/* The n places that stay, in a link of their own; file: what l is at, NULL: not to be found. */
static int usdt_stay(struct rawbpf *b, struct link *l, struct link_place *rest, size_t n,
	const struct usdt_file *file)
{
	char path[32];
	struct link *mark = b->links, *new;
	struct uproad r = {
		.b = b,
		.prog = l->prog,
		.pid = l->pid,
		.path = file ? file->open_as : path,
		.shown = l->asked,
		.dev = l->key[0],
		.ino = l->key[1],
		.places = rest,
		.n = n,
		.usdt = true,
		.records = l->records,
	};
	int err;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", l->file_fd);
	err_clear(&b->error);
	err = uproad_attach(&r);
	for (new = b->links; !err &&new != mark; new = new->next)
		err = link_own_names(b, new, l->asked, NULL);
	if (err) {
		link_undo(b, mark);
	} else if (b->links->places) {
		b->links->file_fd = l->file_fd;
		l->file_fd = -1;
	}
	return err;
}

static int usdt_no_rest(struct rawbpf *b, const struct link *l, const char *probe)
{
	err_set(&b->error, "detach", -ESTALE, "probe '%s' shares a link with others of '%s'", probe,
		l->asked);
	err_hint(&b->error, "that file cannot be found any more, so it stays as long as they do");
	return -ESTALE;
}

/* Which places of l stay, in rest; how many. */
static size_t usdt_rest(const struct link *l, const char *probe, struct link_place *rest)
{
	size_t i, n = 0;

	for (i = 0; i < l->n_places; i++)
		if (!usdt_is_named(l->places[i].name, probe))
			rest[n++] = l->places[i];
	return n;
}

static void usdt_strike(struct rawbpf *b, struct link *l, const char *probe)
{
	unsigned i = l->n_places;

	while (i--)
		if (usdt_is_named(l->places[i].name, probe))
			link_strike(b, l, i);
}

/* 1: something was detached. */
static int usdt_detach_some(
	struct usdt_leave *d, struct link *l, const struct usdt_file *file, struct link_place *rest)
{
	size_t n = usdt_rest(l, d->o->probe, rest);
	int err;

	if (n == l->n_places)
		return 0;
	if (!n)
		err = 0;
	else if (usdt_is_gone(d->b, l))
		err = -ESRCH;
	else if (file || l->file_fd >= 0)
		err = usdt_stay(d->b, l, rest, n, file);
	else
		err = usdt_no_rest(d->b, l, d->o->probe);
	if (!err)
		link_close(d->b, l);
	else if (err == -ESRCH && l->pid)
		usdt_strike(d->b, l, d->o->probe);
	else
		return err;
	return 1;
}

/* ---- links -------------------------------------------------------------------------------- */

static int usdt_detach_link(struct usdt_leave *d, struct link *l, const struct usdt_file *file)
{
	struct link_place *rest;
	int err;

	if (!l->places) {
		if (!usdt_is_named(l->place, d->o->probe))
			return 0;
		link_close(d->b, l);
		return 1;
	}
	rest = calloc(l->n_places, sizeof(*rest));
	if (!rest)
		return err_set(&d->b->error, "detach", -ENOMEM, "out of memory");
	err = usdt_detach_some(d, l, file, rest);
	free(rest);
	return err;
}

/* Whether anything was detached, or a negative errno with the error set. */
static int usdt_detach_all(struct usdt_leave *d, bool by_name)
{
	const struct usdt_file *file = NULL;
	struct link *l, *next;
	int one, any = 0;

	for (l = d->b->links; l; l = next) {
		next = l->next;
		if (!usdt_is_asked(l, d->o))
			continue;
		if (!by_name)
			file = usdt_its_file(l, d->u);
		if (by_name ? !usdt_was_at(l, d->o->path, d->u) : !file)
			continue;
		one = usdt_detach_link(d, l, file);
		if (one < 0)
			return one;
		any |= one;
	}
	return any;
}

int usdt_detach(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o)
{
	const struct usdt_probe *p;
	struct rawbpf_usdt u;
	struct usdt_leave d = {b, o, &u};
	int any, err = usdt_open(b, o, &u, &p);

	if (err == -EINVAL || err == -ENOMEM) {
		usdtctx_close(&u);
		return err;
	}
	any = err ? 0 : usdt_detach_all(&d, false);
	if (!any)
		any = usdt_detach_all(&d, true);
	if (any > 0) {
		err_clear(&b->error);
		err = 0;
	} else if (any < 0) {
		err = any;
	} else if (!err) {
		err = err_set(
			&b->error, "detach", -ENOENT, "no program is at probe '%s'", o->probe);
	}
	usdtctx_close(&u);
	return err;
}
