// SPDX-License-Identifier: MIT
/* include.c - the file that .include names: the assembler's only look at the outside. */
#include "include.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "diag.h"
#include "lex.h"
#include "lib_inc.h"

static int include_told(char *msg, size_t len, const char *path, const char *what)
{
	snprintf(msg, len, "'%.200s' %s", path, what);
	return -EINVAL;
}

static int include_errno(char *msg, size_t len, const char *path, int err)
{
	snprintf(msg, len, "'%.200s' cannot be read: %s", path, strerror(err));
	return -EINVAL;
}

/* An open file into the pool; size: what it probably has. */
static int include_text(struct pool *p, FILE *f, off_t size, struct include_file *file)
{
	size_t cap = size > 0 && size < INCLUDE_MAX ? (size_t)size + 1 : 4096, n = 0, got;
	char *text = pool_alloc(p, cap);

	if (!text)
		return -ENOMEM;
	do {
		if (n == cap && pool_grow(p, &text, &cap, n, 1))
			return -ENOMEM;
		got = fread(text + n, 1, cap - n, f);
		n += got;
	} while (n == cap && n < INCLUDE_MAX);
	file->text = text;
	file->len = n;
	return ferror(f) ? -EIO : n >= INCLUDE_MAX ? -EFBIG : 0;
}

/* -ENOENT: there is no such file here, look on */
static int include_read(
	struct pool *p, const char *path, struct include_file *file, char *msg, size_t msg_len)
{
	struct stat st;
	FILE *f;
	int err;

	/* before it is opened: opening a fifo would wait */
	if (stat(path, &st))
		return errno == ENOENT || errno == ENOTDIR
			       ? -ENOENT
			       : include_errno(msg, msg_len, path, errno);
	if (S_ISDIR(st.st_mode))
		return include_told(msg, msg_len, path, "is a directory");
	if (!S_ISREG(st.st_mode))
		return include_told(msg, msg_len, path, "is no regular file");
	f = fopen(path, "re");
	if (!f)
		return errno == ENOMEM ? -ENOMEM : include_errno(msg, msg_len, path, errno);
	err = include_text(p, f, st.st_size, file);
	fclose(f);
	if (err == -EFBIG)
		return include_told(msg, msg_len, path, "is larger than 64 MiB");
	if (err == -EIO)
		return include_told(msg, msg_len, path, "cannot be read");
	file->path = path;
	return err;
}

/* A path that was read before is not read again. */
static int include_try(struct pool *p, struct names *files, const char *path,
	struct include_file **f, char *msg, size_t msg_len)
{
	int err;

	if (!path)
		return -ENOMEM;
	*f = names_get(files, path, strlen(path));
	if (*f)
		return 0;
	*f = pool_alloc(p, sizeof(**f));
	if (!*f)
		return -ENOMEM;
	err = include_read(p, path, *f, msg, msg_len);
	return err ? err : names_put(files, p, path, strlen(path), *f);
}

static int include_builtin(struct pool *p, const char *name, struct include_file **f)
{
	const struct lib_inc *l;

	for (l = lib_incs(); l->name; l++) {
		if (strcmp(l->name, name))
			continue;
		*f = pool_alloc(p, sizeof(**f));
		if (!*f)
			return -ENOMEM;
		**f = (struct include_file){l->name, l->text, l->len, true};
		return 0;
	}
	return -ENOENT;
}

static int include_unknown(const char *name, const char *from, char *msg, size_t msg_len)
{
	const struct lib_inc *l;
	struct suggest s;
	char buf[128];

	suggest_start(&s, name, strlen(name));
	for (l = lib_incs(); l->name; l++)
		suggest_offer(&s, l->name, strlen(l->name));
	snprintf(msg, msg_len,
		"no file '%.200s' beside '%.200s', in the include directories, or in the "
		"library%s",
		name, from, suggest_text(&s, buf, sizeof(buf)));
	return -EINVAL;
}

/* The name behind a directive at a line's start; what follows *text is for the next time. */
static const char *include_next(
	const char **text, const char *end, const char *directive, size_t *len)
{
	size_t n = strlen(directive);
	const char *s = *text, *nl;

	for (; s < end; s = nl + 1) {
		nl = memchr(s, '\n', (size_t)(end - s));
		if (!nl)
			nl = end - 1;
		if ((size_t)(nl - s) <= n || memcmp(s, directive, n) != 0)
			continue;
		s += n;
		for (*len = 0; s + *len < nl && lex_name_char(s[*len]); ++*len)
			;
		*text = nl + 1;
		return s;
	}
	return NULL;
}

const char *include_defines(const char *name, size_t len)
{
	static const char *const directives[] = {".macro ", ".equ "};
	const struct lib_inc *l;
	const char *s, *text;
	size_t i, n;

	for (l = lib_incs(); l->name; l++)
		for (i = 0; i < 2; i++)
			for (text = l->text;
				(s = include_next(&text, l->text + l->len, directives[i], &n));)
				if (n == len && !memcmp(s, name, n))
					return l->name;
	return NULL;
}

const char *include_macro(const char *name, size_t len, size_t *n, const char **file)
{
	const struct lib_inc *l;
	const char *s, *text;

	for (l = lib_incs(); l->name; l++)
		for (text = l->text; (s = include_next(&text, l->text + l->len, ".macro ", n));)
			if (*n == len && !memcmp(s, name, len)) {
				*n = (size_t)(text - 1 - (s + len));
				*file = l->name;
				return s + len;
			}
	return NULL;
}

void include_suggest(struct suggest *s)
{
	const struct lib_inc *l;
	const char *name, *text;
	size_t n;

	for (l = lib_incs(); l->name; l++)
		for (text = l->text; (name = include_next(&text, l->text + l->len, ".macro ", &n));)
			suggest_offer(s, name, n);
}

int include_find(struct pool *p, struct names *files, const struct bpfasm_opts *o, const char *from,
	bool from_builtin, const char *name, struct include_file **f, char *msg, size_t msg_len)
{
	const char *slash = strrchr(from, '/');
	int dir = slash ? (int)(slash - from) + 1 : 0;
	size_t i, n = o && *name != '/' ? o->n_include_dirs : 0;
	int err;

	if (!*name || strlen(name) > 4096)
		return include_told(msg, msg_len, name, "is no file name");
	if (*name == '/')
		dir = 0;
	err = from_builtin ? include_builtin(p, name, f)
			   : include_try(p, files, pool_printf(p, "%.*s%s", dir, from, name), f,
				     msg, msg_len);
	for (i = 0; err == -ENOENT && i < n; i++)
		err = include_try(p, files, pool_printf(p, "%s/%s", o->include_dirs[i], name), f,
			msg, msg_len);
	if (err == -ENOENT)
		err = include_builtin(p, name, f);
	return err == -ENOENT ? include_unknown(name, from, msg, msg_len) : err;
}
