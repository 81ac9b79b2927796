// SPDX-License-Identifier: MIT
/* symlist.c - rawbpf_each_sym(): the functions of a file, for a listing. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ifunc.h"
#include "libname.h"

struct symlist {
	struct sys *sys;
	struct sym_file file;
	const char *path, *pattern;
	struct ifunc ifunc;
	bool ifunc_tried;
	int (*fn)(void *arg, const struct rawbpf_sym *s);
	void *arg;
};

/* "str*" is held against the name, "str*@GLIBC_2.2.5" against name and version. */
static bool symlist_match(const char *pattern, const struct rawbpf_sym *s)
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
			return err;
	}
	if (s->ifunc)
		ifunc_target(&l->ifunc, s, &copy.target);
	return l->fn(l->arg, &copy);
}

/* A file here of that name, or what a library's name means. */
static int symlist_path(
	struct sys *s, const char *name, struct libname_file *out, struct rawbpf_error *e)
{
	struct stat st;

	memset(out, 0, sizeof(*out));
	if (!name)
		return err_set(e, "open", -EINVAL, "no name of a file");
	if (strchr(name, '/') || sys_stat(s, name, &st) || !S_ISREG(st.st_mode))
		return libname_find(s, name, 0, out, e);
	out->path = strdup(name);
	out->shown = strdup(name);
	if (out->path && out->shown)
		return 0;
	libname_free(out);
	return err_set(e, "open", -ENOMEM, "out of memory");
}

int rawbpf_each_sym(const char *path, const char *pattern,
	int (*fn)(void *arg, const struct rawbpf_sym *s), void *arg, struct rawbpf_error *e)
{
	struct sys sys = {0};
	struct symlist l = {.sys = &sys, .pattern = pattern, .fn = fn, .arg = arg};
	struct libname_file file;
	int err;

	err_clear(e);
	err = symlist_path(&sys, path, &file, e);
	if (err)
		return err;
	l.path = file.path;
	err = sym_open(&sys, file.path, &l.file, e);
	if (!err) {
		err = sym_each(&l.file, true, symlist_on_sym, &l);
		ifunc_close(&l.ifunc);
		sym_close(&l.file);
	}
	libname_free(&file);
	return err;
}
