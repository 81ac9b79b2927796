// SPDX-License-Identifier: MIT
/*
 * upguess.c - in a dry run, the places of a uprobe whose file or process may not be read.
 *
 * A dry run needs no rights: who may not open a process's files, a file of another user, or the
 * memory that shows what an IFUNC became, gets the calls of the run that may.  What was to be found
 * there has a value here that only stands for it, and the audit, told by .guessed, prints "?".
 */
#include "upguess.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	UPGUESS_MANY = 2,   /* places of a pattern: more than one, who knows how many */
	UPGUESS_OFFSET = 1, /* not 0, which would not be shown */
};

/* A path is known without looking, where no process has files of its own. */
static int upguess_file(struct uplace *u)
{
	const char *name = u->o->name;
	bool known = u->file.path || (!u->pid && strchr(name, '/'));

	if (!known)
		u->guessed |= SYS_GUESSED_FILE;
	if (!u->file.path)
		u->file.path = strdup(known ? name : "?");
	if (!u->file.shown)
		u->file.shown = strdup(name);
	return u->file.path && u->file.shown ? 0 : -ENOMEM;
}

/* As uplace.c names it. */
static char *upguess_name(const struct uplace *u)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	const char *sym = u->wild ? NULL : o->sym;
	struct buf name = {0};

	buf_printf(&name, "%s:%s", o->name, sym ? sym : "");
	if (o->addr)
		buf_printf(&name, "0x%llx", (unsigned long long)o->addr);
	else if (o->offset || o->sym_off)
		buf_printf(&name, "+0x%llx", (unsigned long long)(o->offset + o->sym_off));
	else if (!sym)
		buf_puts(&name, "?");
	return buf_steal(&name);
}

static int upguess_all(struct uplace *u, bool many)
{
	const struct rawbpf_uprobe_opts *o = u->o;
	size_t i, n = many ? UPGUESS_MANY : 1;

	if (upguess_file(u))
		return -ENOMEM;
	if (many)
		u->guessed |= SYS_GUESSED_NAMES;
	if (!o->offset)
		u->guessed |= SYS_GUESSED_PLACE;
	u->places = calloc(n, sizeof(*u->places));
	for (i = 0; u->places && i < n; i++) {
		u->places[i].offset = o->offset ? o->offset : UPGUESS_OFFSET + i;
		u->places[i].name = upguess_name(u);
		u->n++;
		if (!u->places[i].name)
			return -ENOMEM;
	}
	return u->places ? 0 : -ENOMEM;
}

int upguess_open(struct uplace *u)
{
	int err = uplace_open(u);

	if (!sys_unread(&u->b->sys, err))
		return err;
	ctx_log(u->b, RAWBPF_LOG_INFO, "dry run: %s", u->b->error.msg);
	err_clear(&u->b->error);
	return upguess_all(u, u->o->sym_re || u->wild) ? uplace_no_memory(u) : 0;
}
