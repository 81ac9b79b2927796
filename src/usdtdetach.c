// SPDX-License-Identifier: MIT
/*
 * usdtdetach.c - take programs away from USDT probes, by the names that they were attached by.
 */
#include "usdtdetach.h"

#include <errno.h>
#include <string.h>

#include "usdt.h"

/* "provider:name" or "name" against the name of a link's places */
static bool usdt_is_named(const struct link *l, const char *probe)
{
	const char *name = l->places ? l->places->name : l->place, *colon = strchr(name, ':');

	return !strcmp(name, probe) || (colon && !strchr(probe, ':') && !strcmp(colon + 1, probe));
}

static bool usdt_is_asked(const struct link *l, const struct rawbpf_usdt_attach_opts *o)
{
	return l->kind == LINK_USDT && usdt_is_named(l, o->probe) &&
	       l->pid == (o->pid > 0 ? o->pid : 0) &&
	       (!o->fn_name || !strcmp(l->prog->name, o->fn_name));
}

/* Whether it is at one of u's files. */
static bool usdt_is_at(const struct link *l, const struct rawbpf_usdt *u)
{
	size_t i;

	for (i = 0; i < u->n_files && !usdt_is_file(l, &u->files[i]); i++)
		;
	return i < u->n_files;
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

/* Whether anything was detached. */
static bool usdt_detach_all(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o,
	const struct rawbpf_usdt *u, bool by_name)
{
	struct link *l, *next;
	bool any = false;

	for (l = b->links; l; l = next) {
		next = l->next;
		if (!usdt_is_asked(l, o) ||
			!(by_name ? usdt_was_at(l, o->path, u) : usdt_is_at(l, u)))
			continue;
		link_close(b, l);
		any = true;
	}
	return any;
}

int usdt_detach(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o)
{
	const struct usdt_probe *p;
	struct rawbpf_usdt u;
	bool any;
	int err = usdt_open(b, o, &u, &p);

	if (err == -EINVAL || err == -ENOMEM) {
		usdtctx_close(&u);
		return err;
	}
	any = !err && usdt_detach_all(b, o, &u, false);
	if (any || usdt_detach_all(b, o, &u, true)) {
		err_clear(&b->error);
		err = 0;
	} else if (!err) {
		err = err_set(
			&b->error, "detach", -ENOENT, "no program is at probe '%s'", o->probe);
	}
	usdtctx_close(&u);
	return err;
}
