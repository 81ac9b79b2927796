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

#include "ksym.h"
#include "pattern.h"
#include "tracefs.h"
#include "wild.h"

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
static size_t kprobelist_literal(const char *pattern, bool wild)
{
	size_t n = strcspn(pattern, ".[]()*+?{}|^$\\");

	if (wild)
		return strcspn(pattern, "*?");
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

/* What a pattern is, compiled. */
struct kprobelist_pattern {
	const char *text;
	size_t literal;
	bool wild; /* and no expression */
	regex_t re;
};

/* 1, 0, or -ENOMEM */
static int kprobelist_is_match(const struct kprobelist_pattern *p, const char *name)
{
	if (strncmp(name, p->text, p->literal) || kprobelist_is_inner(name))
		return 0;
	return p->wild ? wild_match(p->text, name) : pattern_match(&p->re, name, true);
}

/* ---- other names of a function -------------------------------------------------------------- */

/*
 * A system call without arguments is one function of several names, of which the kernel lists one
 * ("__do_sys_getppid"), not that which is asked for.
 */
static const char *const kprobelist_calls[] = {
	"__x64_sys_",
	"__arm64_sys_",
	"__riscv_sys_",
	"__s390x_sys_",
	"__ia32_sys_",
	"__se_sys_",
	"__do_sys_",
};

#define KPROBELIST_CALLS (sizeof(kprobelist_calls) / sizeof(*kprobelist_calls))

/* A listed function, and a name of the same system call that the pattern matches. */
struct kprobelist_alias {
	char *listed, *name; /* name is behind listed, in the same block */
	uint64_t listed_addr, addr;
};

struct kprobelist_aliases {
	struct kprobelist_alias *all;
	size_t n, cap;
};

static int kprobelist_alias_add(
	struct kprobelist_aliases *a, const char *listed, const char *head, const char *call)
{
	size_t cap = a->cap ? 2 * a->cap : 16, room = strlen(listed) + 1;
	size_t size = room + strlen(head) + strlen(call) + 1;
	struct kprobelist_alias *all = a->all;
	char *text = malloc(size);

	if (text && a->n == a->cap) {
		all = realloc(a->all, cap * sizeof(*all));
		if (all) {
			a->all = all;
			a->cap = cap;
		}
	}
	if (!text || !all) {
		free(text);
		return -ENOMEM;
	}
	memcpy(text, listed, room);
	snprintf(text + room, size - room, "%s%s", head, call);
	a->all[a->n++] = (struct kprobelist_alias){text, text + room, 0, 0};
	return 0;
}

/* Names that a listed function, which the pattern does not match, might have besides. */
static int kprobelist_guess(
	struct kprobelist_aliases *a, const struct kprobelist_pattern *p, const char *listed)
{
	size_t i, j, len = 0;
	char name[KSYM_NAME];
	int err = 0;

	for (i = 0; i < KPROBELIST_CALLS; i++) {
		len = strlen(kprobelist_calls[i]);
		if (!strncmp(listed, kprobelist_calls[i], len))
			break;
	}
	for (j = 0; i < KPROBELIST_CALLS && j < KPROBELIST_CALLS && !err; j++) {
		snprintf(name, sizeof(name), "%s%s", kprobelist_calls[j], listed + len);
		err = j == i ? 0 : kprobelist_is_match(p, name);
		if (err > 0)
			err = kprobelist_alias_add(a, listed, kprobelist_calls[j], listed + len);
	}
	return err;
}

static int kprobelist_alias_order(const void *a, const void *b)
{
	const struct kprobelist_alias *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The addresses of the names, by one pass of the table; those of the listed come by a search. */
static void kprobelist_addresses(struct kprobelist_aliases *a, struct ksyms *t)
{
	struct kprobelist_alias key, *found;
	struct ksym k;
	size_t i;

	qsort(a->all, a->n, sizeof(*a->all), kprobelist_alias_order);
	for (ksym_rewind(t); ksym_next(t, &k);) {
		if (strncmp(k.name, "__", 2) != 0 || !strstr(k.name, "_sys_") || !ksym_is_code(&k))
			continue;
		key.name = k.name;
		found = bsearch(&key, a->all, a->n, sizeof(*a->all), kprobelist_alias_order);
		if (found)
			found->addr = k.addr;
		for (i = 0; i < a->n; i++)
			if (!strcmp(a->all[i].listed, k.name))
				a->all[i].listed_addr = k.addr;
	}
}

static bool kprobelist_is_alias(const struct kprobelist_aliases *a, size_t i)
{
	const struct kprobelist_alias *x = &a->all[i];
	size_t j;

	if (!x->addr || x->addr != x->listed_addr)
		return false;
	for (j = 0; j < i; j++) /* one name of each function is enough */
		if (a->all[j].addr == x->addr)
			return false;
	return true;
}

/* Adds to l those that are true; their text goes to l->aliases. */
static int kprobelist_aliases_keep(
	struct sys *s, struct kprobelist *l, struct kprobelist_aliases *a)
{
	struct ksyms t;
	size_t i, at;
	int err = a->n ? ksym_open(s, &t) : 0;

	if (!a->n)
		return 0;
	if (!err)
		kprobelist_addresses(a, &t);
	ksym_close(&t);
	for (i = 0; !err && i < a->n; i++)
		if (kprobelist_is_alias(a, i))
			buf_add(&l->aliases, a->all[i].name, strlen(a->all[i].name) + 1);
	if (l->aliases.failed || err == -ENOMEM)
		return -ENOMEM;
	for (err = 0, at = 0; at < l->aliases.len && !err; at += strlen(l->aliases.data + at) + 1)
		err = kprobelist_add(l, l->aliases.data + at);
	return err;
}

static void kprobelist_aliases_free(struct kprobelist_aliases *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		free(a->all[i].listed);
	free(a->all);
}

/* ---- the scan ------------------------------------------------------------------------------- */

/* Lines are "NAME" or "NAME [MODULE]". */
static int kprobelist_scan(struct sys *s, struct kprobelist *l, const struct kprobelist_pattern *p)
{
	struct kprobelist_aliases a = {0};
	char *line, *next;
	int err = 0;

	for (line = l->text.len ? l->text.data : NULL; line && *line && !err; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line[strcspn(line, " \t")] = '\0';
		err = kprobelist_is_match(p, line);
		if (err > 0)
			err = kprobelist_add(l, line);
		else if (!err && line[0] == '_' && line[1] == '_')
			err = kprobelist_guess(&a, p, line);
	}
	if (!err)
		err = kprobelist_aliases_keep(s, l, &a);
	kprobelist_aliases_free(&a);
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

/* In a dry run that may not read the list: some, who knows how many. */
static int kprobelist_unread(struct rawbpf *b, struct kprobelist *l)
{
	int i;

	err_clear(&b->error);
	b->sys.guessed |= SYS_GUESSED_NAMES;
	for (i = 0; i < 2; i++)
		if (kprobelist_add(l, "?"))
			return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	return 0;
}

int kprobelist_match(struct rawbpf *b, const char *pattern, bool wild, struct kprobelist *l)
{
	struct kprobelist_pattern p = {
		.text = pattern, .wild = wild, .literal = kprobelist_literal(pattern, wild)};
	int err;

	memset(l, 0, sizeof(*l));
	err = wild ? 0 : pattern_compile(&b->error, "attach", pattern, &p.re);
	if (err)
		return err;
	err = kprobelist_read(b, l);
	if (!err && kprobelist_scan(&b->sys, l, &p))
		err = err_set(&b->error, "attach", -ENOMEM, "out of memory");
	if (!wild)
		regfree(&p.re);
	if (tracefs_unread(b, err))
		return kprobelist_unread(b, l);
	if (err)
		return err;
	kprobelist_drop_copies(b, pattern, l);
	if (kprobelist_drop_never(b, pattern, l))
		return err_set(&b->error, "attach", -ENOMEM, "out of memory");
	if (l->n)
		return 0;
	err_set(&b->error, "attach", -ENOENT, "no function of the kernel matches '%s'", pattern);
	err_hint(&b->error, "the whole name must match, as in '%s'", wild ? "vfs_*" : "vfs_.*");
	return -ENOENT;
}

void kprobelist_free(struct kprobelist *l)
{
	free(l->names);
	buf_free(&l->aliases);
	buf_free(&l->text);
	memset(l, 0, sizeof(*l));
}
