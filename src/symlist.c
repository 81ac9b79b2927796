// SPDX-License-Identifier: MIT
/* symlist.c - rawbpf_each_sym(): the functions of a file, for a listing. */
#include "symlist.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "context.h"
#include "ifunc.h"
#include "symfind.h"

struct symlist {
	struct sys *sys;
	struct sym_file file;
	const char *path, *pattern;
	struct ifunc ifunc;
	bool ifunc_tried, any;
	int failed; /* -errno of ours, not what fn returned */
	int (*fn)(void *arg, const struct rawbpf_sym *s);
	void *arg;
};

bool symlist_is_name(const char *pattern)
{
	return pattern && !strpbrk(pattern, "*?[\\");
}

bool symlist_match(const char *pattern, const struct rawbpf_sym *s)
{
	char name[1024];

	if (!pattern)
		return true;
	if (!strchr(pattern, '@') || !s->version)
		return !fnmatch(pattern, s->name, 0);
	snprintf(name, sizeof(name), "%s@%s%s", s->name,
		strstr(pattern, "@@") && s->is_default ? "@" : "", s->version);
	return !fnmatch(pattern, name, 0);
}

static int symlist_on_sym(void *arg, const struct rawbpf_sym *s)
{
	struct symlist *l = arg;
	struct rawbpf_sym copy = *s;
	int err;

	if (!symlist_match(l->pattern, s))
		return 0;
	if (s->ifunc && !l->ifunc_tried) {
		l->ifunc_tried = true;
		err = ifunc_open(l->sys, &l->file, l->path, l->path, 0, &l->ifunc);
		if (err)
			return l->failed = err;
	}
	if (s->ifunc)
		ifunc_target(&l->ifunc, s, &copy.target);
	l->any = true;
	return l->fn(l->arg, &copy);
}

int symlist_path(struct sys *s, const char *name, pid_t pid, struct libname_file *out,
	struct rawbpf_error *e)
{
	struct stat st;

	memset(out, 0, sizeof(*out));
	if (!name)
		return err_set(e, "open", -EINVAL, "no name of a file");
	if (pid > 0 || strchr(name, '/') || sys_stat(s, name, &st) || !S_ISREG(st.st_mode))
		return libname_find(s, name, pid, out, e);
	out->path = strdup(name);
	out->shown = strdup(name);
	snprintf(out->road, sizeof(out->road), "a file of this directory");
	if (out->path && out->shown)
		return 0;
	libname_free(out);
	return err_set(e, "open", -ENOMEM, "out of memory");
}

/* Nothing was listed: the error, if that is one. */
static int symlist_none(struct symlist *l, const char *shown, struct rawbpf_error *e)
{
	const struct symfind none = {.found = false};

	return symlist_is_name(l->pattern) ? symfind_verdict(&l->file, l->pattern, shown, &none, e)
					   : symfind_whole(&l->file, shown, e);
}

static int symlist_each(struct sys *sys, const char *path, const char *pattern,
	int (*fn)(void *arg, const struct rawbpf_sym *s), void *arg, struct rawbpf_error *e)
{
	struct symlist l = {.sys = sys, .pattern = pattern, .fn = fn, .arg = arg};
	struct libname_file file;
	int err;

	err_clear(e);
	if (!fn)
		return err_set(e, "open", -EINVAL, "each_sym: no function to call");
	err = symlist_path(sys, path, 0, &file, e);
	if (err)
		return err;
	l.path = file.path;
	err = sym_open(sys, file.path, &l.file, e);
	if (!err) {
		err = sym_each(&l.file, true, symlist_on_sym, &l);
		if (err && err == l.failed)
			err_set(e, "open", err,
				err == -ENOMEM ? "out of memory" : "'%s' cannot be read",
				file.shown);
		if (!err)
			err = symfind_read(&l.file, file.shown, e);
		if (!err && !l.any)
			err = symlist_none(&l, file.shown, e);
		ifunc_close(&l.ifunc);
		sym_close(&l.file);
	}
	libname_free(&file);
	return err;
}

int rawbpf_each_sym(const char *path, const char *pattern,
	int (*fn)(void *arg, const struct rawbpf_sym *s), void *arg, struct rawbpf_error *e)
{
	struct sys sys = {0};

	return symlist_each(&sys, path, pattern, fn, arg, e);
}

int rawbpf_each_sym_by(struct rawbpf *b, const char *path, const char *pattern,
	int (*fn)(void *arg, const struct rawbpf_sym *s), void *arg, struct rawbpf_error *e)
{
	return b ? symlist_each(&b->sys, path, pattern, fn, arg, e)
		 : err_set(e, "open", -ENOMEM, "out of memory");
}

/* ---- what names mean ---------------------------------------------------------------------- */

struct symlist_find {
	int (*fn)(void *arg, size_t i, const struct rawbpf_sym *s);
	void *arg;
};

static int symlist_on_found(void *arg, size_t i, const struct symfind *s)
{
	struct symlist_find *l = arg;

	return l->fn(l->arg, i, s->found && !s->n_same ? &s->sym : NULL);
}

int rawbpf_find_syms(const char *path, const char *const *names, size_t n,
	int (*fn)(void *arg, size_t i, const struct rawbpf_sym *s), void *arg,
	struct rawbpf_error *e)
{
	struct sys sys = {0};
	struct symlist_find l = {fn, arg};
	struct libname_file file;
	struct sym_file f;
	size_t i;
	int err;

	err_clear(e);
	if (!fn)
		return err_set(e, "open", -EINVAL, "find_syms: no function to call");
	for (i = 0; i < n; i++)
		if (!names || !names[i])
			return err_set(e, "open", -EINVAL, "name %zu is NULL", i);
	err = symlist_path(&sys, path, 0, &file, e);
	if (err)
		return err;
	err = sym_open(&sys, file.path, &f, e);
	if (!err) {
		err = symfind_many(&f, names, n, symlist_on_found, &l);
		if (err && !symfind_read(&f, file.shown, e) && err == -ENOMEM)
			err_set(e, "open", err, "out of memory");
		sym_close(&f);
	}
	libname_free(&file);
	return err;
}
