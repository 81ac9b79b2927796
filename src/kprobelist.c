// SPDX-License-Identifier: MIT
/*
 * kprobelist.c - what the kernel lists of its functions: those to be traced, those never probed.
 *
 * The second list is in debugfs, which is often not mounted.  A detached mount (Linux 5.2) reads it
 * without a trace in the mount table.
 */
#include "kprobelist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"
#include "tracefs.h"

#define KPROBELIST_MAX (64u << 20)

static int kprobelist_debugfs(struct sys *s)
{
	int fs = sys_fsopen(s, "debugfs"), fd;

	if (fs < 0)
		return fs;
	fd = sys_fsconfig(s, fs, 6 /* FSCONFIG_CMD_CREATE */);
	if (fd >= 0)
		fd = sys_fsmount(s, fs);
	sys_close(s, fs);
	return fd;
}

int kprobelist_blacklist(struct sys *s, struct buf *text)
{
	int dir, err;

	err = sys_read_file(
		s, AT_FDCWD, "/sys/kernel/debug/kprobes/blacklist", KPROBELIST_MAX, text);
	if (err != -ENOENT)
		return err;
	dir = kprobelist_debugfs(s);
	if (dir < 0)
		return err;
	err = sys_read_file(s, dir, "kprobes/blacklist", KPROBELIST_MAX, text);
	sys_close(s, dir);
	return err;
}

/* Lines are "0xBEGIN-0xEND\tNAME". */
bool kprobelist_has(const struct buf *text, const char *name)
{
	size_t len = strlen(name);
	const char *p = buf_str(text);

	for (; len && (p = strstr(p, name)); p += len)
		if (p > text->data && p[-1] == '\t' && (p[len] == '\n' || !p[len]))
			return true;
	return false;
}

/* ---- functions by pattern ------------------------------------------------------------------ */

/* Bytes that every match begins with: what stands before the first operator. */
static size_t kprobelist_literal(const char *pattern)
{
	size_t n = strcspn(pattern, ".[]()*+?{}|^$\\");

	if (strchr(pattern, '|'))
		return 0;
	return n && pattern[n] && strchr("*?{", pattern[n]) ? n - 1 : n;
}

/* Names that are no functions of anybody, or whose probes would see the probes themselves. */
static bool kprobelist_is_inner(const char *name)
{
	static const char *const heads[] = {
		"_kbl_addr_", "__perf", "perf_", "__SCT__", "__ftrace_invalid_address__"};
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (!strncmp(name, heads[i], strlen(heads[i])))
			return true;
	return strstr(name, ".cold") != NULL;
}

static int kprobelist_add(struct kprobelist *l, const char *name)
{
	size_t cap = l->cap ? 2 * l->cap : 64;
	const char **more;

	if (l->n == l->cap) {
		more = realloc(l->names, cap * sizeof(*more));
		if (!more)
			return -ENOMEM;
		l->names = more;
		l->cap = cap;
	}
	l->names[l->n++] = name;
	return 0;
}

/* Lines are "NAME" or "NAME [MODULE]". */
static int kprobelist_scan(struct kprobelist *l, const char *pattern, const regex_t *re)
{
	size_t literal = kprobelist_literal(pattern);
	char *line, *next;
	int err = 0;

	for (line = l->text.len ? l->text.data : NULL; line && *line && !err; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line[strcspn(line, " \t")] = '\0';
		if (strncmp(line, pattern, literal) || kprobelist_is_inner(line))
			continue;
		err = pattern_match(re, line, true);
		if (err > 0)
			err = kprobelist_add(l, line);
	}
	return err;
}

static int kprobelist_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names that a pattern matches and that are not probed, the first of them as text. */
struct kprobelist_left {
	size_t n;
	char some[200];
};

static void kprobelist_leave(struct kprobelist_left *left, const char *name)
{
	size_t at = strlen(left->some), room = sizeof(left->some) - at;

	if (!left->n++)
		snprintf(left->some, sizeof(left->some), "%s", name);
	else if (strlen(name) + 3 < room)
		snprintf(left->some + at, room, ", %s", name);
}

static void kprobelist_tell(
	struct rawbpf *b, const char *pattern, const struct kprobelist_left *left, const char *why)
{
	if (left->n)
		ctx_log(b, RAWBPF_LOG_INFO, "pattern '%s': %zu name%s left out, %s: %s", pattern,
			left->n, left->n == 1 ? "" : "s", why, left->some);
}

/* A name that is there twice names no function: the kernel would take any of them. */
static void kprobelist_drop_copies(struct rawbpf *b, const char *pattern, struct kprobelist *l)
{
	struct kprobelist_left left = {0};
	size_t i, j, out = 0;

	if (l->n)
		qsort(l->names, l->n, sizeof(*l->names), kprobelist_order);
	for (i = 0; i < l->n; i = j) {
		for (j = i + 1; j < l->n && !strcmp(l->names[i], l->names[j]); j++)
			;
		if (j == i + 1)
			l->names[out++] = l->names[i];
		else
			kprobelist_leave(&left, l->names[i]);
	}
	l->n = out;
	kprobelist_tell(b, pattern, &left, "the kernel has several functions of it");
}

/* The names of the kernel's list, whose lines are "0xBEGIN-0xEND\tNAME", sorted. */
static int kprobelist_read_never(struct rawbpf *b, struct kprobelist *never)
{
	char *line, *next, *name;

	if (kprobelist_blacklist(&b->sys, &never->text))
		return 0; /* the kernel refuses them one by one, then */
	for (line = never->text.len ? never->text.data : NULL; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		name = strchr(line, '\t');
		if (name && kprobelist_add(never, name + 1))
			return -ENOMEM;
	}
	if (never->n)
		qsort(never->names, never->n, sizeof(*never->names), kprobelist_order);
	return 0;
}

static int kprobelist_drop_never(struct rawbpf *b, const char *pattern, struct kprobelist *l)
{
	struct kprobelist_left left = {0};
	struct kprobelist never = {0};
	size_t i, out = 0;
	int err = l->n ? kprobelist_read_never(b, &never) : 0;

	for (i = 0; i < l->n && !err; i++) {
		if (never.n && bsearch(&l->names[i], never.names, never.n, sizeof(*never.names),
				       kprobelist_order))
			kprobelist_leave(&left, l->names[i]);
		else
			l->names[out++] = l->names[i];
	}
	l->n = out;
	kprobelist_free(&never);
	kprobelist_tell(b, pattern, &left, "the kernel never probes it");
	return err;
}

static int kprobelist_read(struct rawbpf *b, struct kprobelist *l)
{
	static const char path[] = "available_filter_functions";
	int dir = tracefs_dir(b), err;

	if (dir < 0)
		return dir;
	err = sys_read_file(&b->sys, dir, path, KPROBELIST_MAX, &l->text);
	if (err == -ENOENT) {
		err_set(&b->error, "attach", err, "the kernel does not list its functions");
		err_hint(&b->error,
			"patterns need CONFIG_DYNAMIC_FTRACE; name a function by .event");
		return err;
	}
	return err ? tracefs_refused(b, "attach", path, err) : 0;
}

int kprobelist_match(struct rawbpf *b, const char *pattern, struct kprobelist *l)
{
	regex_t re;
	int err;

	memset(l, 0, sizeof(*l));
	err = pattern_compile(&b->error, "attach", pattern, &re);
	if (err)
		return err;
	err = kprobelist_read(b, l);
	if (!err && kprobelist_scan(l, pattern, &re))
		err = err_set(&b->error, "attach", -ENOMEM, "out of memory");
	regfree(&re);
	if (err)
		return err;
	kprobelist_drop_copies(b, pattern, l);
	if (kprobelist_drop_never(b, pattern, l))
		return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	if (l->n)
		return 0;
	err_set(&b->error, "attach", -ENOENT, "no function of the kernel matches '%s'", pattern);
	err_hint(&b->error, "the whole name must match, as in 'vfs_.*'");
	return -ENOENT;
}

void kprobelist_free(struct kprobelist *l)
{
	free(l->names);
	buf_free(&l->text);
	memset(l, 0, sizeof(*l));
}
