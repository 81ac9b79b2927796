// SPDX-License-Identifier: MIT
/*
 * symwhy.c - rawbpf_each_why(): what a uprobe would be put on, and from where.
 *
 * It asks the very functions that attaching asks, so that what is shown is what would be done.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "rows.h"
#include "symfind.h"
#include "symlist.h"
#include "uplace.h"

struct symwhy {
	struct uplace u;
	const char *pattern;
	char **names;
	size_t n;
	int (*fn)(void *arg, const struct rawbpf_why *w);
	void *arg;
};

/* ---- names -------------------------------------------------------------------------------- */

static int symwhy_on_sym(void *arg, const struct rawbpf_sym *s)
{
	struct symwhy *y = arg;
	char **more;

	if (!symlist_match(y->pattern, s))
		return 0;
	more = rows_room(y->names, y->n, sizeof(*more));
	if (!more)
		return -ENOMEM;
	y->names = more;
	/* a pattern with a version asks for that one */
	if (y->pattern && strchr(y->pattern, '@') && s->version) {
		struct buf b = {0};

		buf_printf(&b, "%s@%s", s->name, s->version);
		y->names[y->n] = buf_steal(&b);
	} else {
		y->names[y->n] = strdup(s->name);
	}
	return y->names[y->n] ? (y->n++, 0) : -ENOMEM;
}

static int symwhy_by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every name once, in order. */
static void symwhy_sort(struct symwhy *y)
{
	size_t i, n = 0;

	if (y->n)
		qsort(y->names, y->n, sizeof(*y->names), symwhy_by_name);
	for (i = 0; i < y->n; i++) {
		if (n && !strcmp(y->names[n - 1], y->names[i]))
			free(y->names[i]);
		else
			y->names[n++] = y->names[i];
	}
	y->n = n;
}

/* ---- each --------------------------------------------------------------------------------- */

/* The IFUNC's and the probe's part, or why there is none. */
static int symwhy_place(
	struct symwhy *y, const char *name, const struct symfind *s, struct rawbpf_why *w)
{
	struct uplace *u = &y->u;
	struct uplace_at at;
	char *bare;
	int err;

	err_clear(&u->b->error);
	err = symfind_verdict(&u->sym, name, u->file.shown, s, &u->b->error);
	if (err)
		return err;
	bare = strndup(name, strcspn(name, "@"));
	if (!bare)
		return uplace_no_memory(u);
	err = uplace_at(u, &s->sym, bare, &at);
	free(bare);
	if (err)
		return err;
	w->sym.target = at.slot ? at.target : 0;
	w->slot = at.slot;
	w->probe = at.offset;
	w->entry = at.entry;
	return 0;
}

static int symwhy_on_found(void *arg, size_t i, const struct symfind *s)
{
	struct symwhy *y = arg;
	struct uplace *u = &y->u;
	struct rawbpf_why w = {
		.name = y->names[i],
		.path = u->file.shown,
		.road = u->file.road,
		.sym = s->sym,
		.table = s->way,
		.choice = s->n_same ? NULL : s->why,
		.passed = s->n_passed + s->n_same,
	};

	if (s->found && u->sym.debug && s->sym.file == elf_ident(u->sym.debug)->path)
		w.debug = u->sym.debug_how;
	if (symwhy_place(y, y->names[i], s, &w) == -ENOMEM)
		return -ENOMEM;
	if (u->b->error.err)
		w.error = &u->b->error;
	return y->fn(y->arg, &w);
}

/* Nothing is listed: a name may be that of a label.  Else the error, if that is one. */
static int symwhy_none(struct symwhy *y, struct rawbpf_error *e)
{
	struct symfind found;
	int err;

	if (!symlist_is_name(y->pattern))
		return symfind_whole(&y->u.sym, y->u.file.shown, e);
	err = symfind_one(&y->u.sym, y->pattern, y->u.file.shown, &found, e);
	if (err)
		return err;
	y->names = calloc(1, sizeof(*y->names));
	if (y->names)
		*y->names = strdup(y->pattern);
	if (!y->names || !*y->names)
		return -ENOMEM;
	y->n = 1;
	return 0;
}

static int symwhy_all(struct symwhy *y, struct rawbpf_error *e)
{
	int err = sym_each(&y->u.sym, true, symwhy_on_sym, y);

	symwhy_sort(y);
	if (!err && !y->n)
		err = symwhy_none(y, e);
	if (!err)
		err = symfind_many(
			&y->u.sym, (const char *const *)y->names, y->n, symwhy_on_found, y);
	while (y->n)
		free(y->names[--y->n]);
	free(y->names);
	return err;
}

int rawbpf_each_why_by(struct rawbpf *b, const char *path, const char *pattern, pid_t pid,
	int (*fn)(void *arg, const struct rawbpf_why *w), void *arg, struct rawbpf_error *e)
{
	struct rawbpf_uprobe_opts o = {.name = path};
	struct symwhy y = {.u = {.b = b, .o = &o, .pid = pid > 0 ? pid : 0},
		.pattern = pattern,
		.fn = fn,
		.arg = arg};
	int err;

	err_clear(e);
	if (!b)
		return err_set(e, "open", -ENOMEM, "out of memory");
	if (!fn)
		return err_set(e, "open", -EINVAL, "each_why: no function to call");
	err = symlist_path(&b->sys, path, pid, &y.u.file, e);
	if (!err)
		err = sym_open(&b->sys, y.u.file.path, &y.u.sym, e);
	if (!err) {
		err = symwhy_all(&y, e);
		if (err && !symfind_read(&y.u.sym, y.u.file.shown, e) && err == -ENOMEM)
			err_set(e, "open", err, "out of memory");
	}
	uplace_close(&y.u);
	return err;
}

int rawbpf_each_why(const char *path, const char *pattern, pid_t pid,
	int (*fn)(void *arg, const struct rawbpf_why *w), void *arg, struct rawbpf_error *e)
{
	struct rawbpf b = {.error = {0}};

	return rawbpf_each_why_by(&b, path, pattern, pid, fn, arg, e);
}
