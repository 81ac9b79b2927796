// SPDX-License-Identifier: MIT
/*
 * audit.c - the audit log: calls as lines, with the role of each file descriptor.
 *
 * It stands between a context and its hook.  A line is begun before the call, for the kernel
 * writes into some arguments, and ended by the result.  The audit issues no call of its own.
 *
 * Shown are bpf(), perf_event_open(), ioctl(), the mount of a tracefs of our own, and every open,
 * write, mkdir and rmdir in tracefs and of /proc/PID/mem.
 */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "auditattr.h"
#include "auditfd.h"
#include "err.h"
#include "progtag.h"

enum {
	AUDIT_BYTES_MAX = 64, /* of a key or value that are shown */
	AUDIT_LIST_MAX = 16,  /* numbers or names of a list */
};

struct audit {
	void (*fn)(void *arg, const char *line);
	void *arg;
	unsigned form;
	bool sha256; /* the kernel's tags: Linux 6.18 */
	uint64_t n;
	struct auditfd_table fds;
	struct buf line;
};

/* ---- a line -------------------------------------------------------------------------------- */

/* One line while it is written. */
struct audit_line {
	struct audit *a;
	const struct rawbpf_call *c;
	const struct auditfd *map; /* that the call is about */
	unsigned depth;
	bool first, json, stable;
	unsigned guessed;
};

static bool audit_shown(const struct audit *a, const struct rawbpf_call *c)
{
	enum auditfd_place place;

	switch (c->kind) {
	case RAWBPF_CALL_OPENAT:
	case RAWBPF_CALL_MKDIRAT:
	case RAWBPF_CALL_UNLINKAT:
	case RAWBPF_CALL_WRITE:
	case RAWBPF_CALL_PWRITE:
		place = auditfd_place(&a->fds, c);
		return place == AUDITFD_TRACEFS || place == AUDITFD_MEM;
	default: return auditattr_call(c->kind) != NULL;
	}
}

static size_t audit_digits(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= '0' && s[n] <= '9')
		n++;
	return n;
}

/*
 * What differs from run to run in a text: rawbpf_PID_STARTTIME and /proc/PID.  Returns the bytes
 * that were taken, with their stand-in added; 0: nothing of that kind.
 */
static size_t audit_stand_in(struct buf *out, const char *s, size_t len)
{
	size_t pid = 0, start = 0;

	if (len > 7 && !memcmp(s, "rawbpf_", 7)) {
		pid = audit_digits(s + 7, len - 7);
		if (pid && 7 + pid < len && s[7 + pid] == '_')
			start = audit_digits(s + 8 + pid, len - 8 - pid);
		if (start)
			buf_puts(out, "rawbpf_PID_TIME");
		return start ? 8 + pid + start : 0;
	}
	if (len > 6 && !memcmp(s, "/proc/", 6))
		pid = audit_digits(s + 6, len - 6);
	if (pid)
		buf_puts(out, "/proc/PID");
	return pid ? 6 + pid : 0;
}

static void audit_byte(struct audit_line *l, unsigned char ch)
{
	struct buf *out = &l->a->line;

	if (ch == '"' || ch == '\\')
		buf_printf(out, "\\%c", ch);
	else if (ch == '\n')
		buf_puts(out, "\\n");
	else if (ch < ' ' || ch >= 0x7f)
		buf_printf(out, l->json ? "\\u%04x" : "\\x%02x", ch);
	else
		buf_add(out, &ch, 1);
}

static void audit_escape(struct audit_line *l, const char *s, size_t len)
{
	size_t taken;

	while (len) {
		taken = l->stable ? audit_stand_in(&l->a->line, s, len) : 0;
		if (!taken) {
			audit_byte(l, (unsigned char)*s);
			taken = 1;
		}
		s += taken;
		len -= taken;
	}
}

static void audit_quote(struct audit_line *l, const char *s, size_t len)
{
	buf_add(&l->a->line, "\"", 1);
	audit_escape(l, s, len);
	buf_add(&l->a->line, "\"", 1);
}

/* 5<map dist>; what of it is the same in each run: <map dist>. */
static void audit_put_fd(struct audit_line *l, int fd)
{
	const struct auditfd *f = auditfd_find(&l->a->fds, fd);
	struct buf *out = &l->a->line;

	buf_puts(out, l->json ? "\"" : "");
	if (fd == AT_FDCWD)
		buf_puts(out, "AT_FDCWD");
	else if (fd < 0)
		buf_puts(out, "-1");
	else if (!l->stable)
		buf_printf(out, "%d", fd);
	else if (!f || !f->role)
		buf_puts(out, "FD");
	if (f && f->role && fd >= 0) {
		buf_puts(out, "<");
		audit_escape(l, f->role, strlen(f->role));
		buf_puts(out, ">");
	}
	buf_puts(out, l->json ? "\"" : "");
}

/* Words that are no number, as JSON or as they are. */
static void audit_word(struct audit_line *l, const char *s)
{
	buf_printf(&l->a->line, l->json ? "\"%s\"" : "%s", s);
}

static void audit_hex(struct audit_line *l, const void *p, size_t len)
{
	const unsigned char *b = p;
	struct buf *out = &l->a->line;
	size_t i;

	buf_puts(out, l->json ? "\"" : "");
	if (len > AUDIT_BYTES_MAX)
		buf_printf(out, "[%zu bytes]", len);
	else
		for (i = 0; i < len; i++)
			buf_printf(out, i ? " %02x" : "%02x", b[i]);
	buf_puts(out, l->json ? "\"" : "");
}

/* The value of a map of programs or of maps is a descriptor. */
static bool audit_holds_fds(const struct auditfd *map)
{
	switch (map->map_type) {
	case RAWBPF_MAP_PROG_ARRAY:
	case RAWBPF_MAP_PERF_EVENT_ARRAY:
	case RAWBPF_MAP_CGROUP_ARRAY:
	case RAWBPF_MAP_ARRAY_OF_MAPS:
	case RAWBPF_MAP_HASH_OF_MAPS: return true;
	default: return false;
	}
}

static bool audit_is_percpu(const struct auditfd *map)
{
	return map->map_type == RAWBPF_MAP_PERCPU_HASH ||
	       map->map_type == RAWBPF_MAP_PERCPU_ARRAY ||
	       map->map_type == RAWBPF_MAP_LRU_PERCPU_HASH;
}

static void audit_put_bytes(struct audit_line *l, const struct auditattr *a)
{
	int fd;

	if (!l->map || (a->kind == AUDITATTR_VALUE && audit_is_percpu(l->map))) {
		audit_word(l, "[bytes]");
	} else if (a->kind == AUDITATTR_KEY) {
		audit_hex(l, a->p, l->map->key_size);
	} else if (audit_holds_fds(l->map)) {
		memcpy(&fd, a->p, sizeof(fd));
		audit_put_fd(l, fd);
	} else {
		audit_hex(l, a->p, l->map->value_size);
	}
}

static void audit_put_insns(struct audit_line *l, const struct auditattr *a)
{
	struct buf *out = &l->a->line;
	uint8_t tag[PROGTAG_LEN];
	size_t i;

	progtag(a->p, a->v, l->a->sha256, tag);
	buf_printf(out, l->json ? "\"[%" PRIu64 " insns, tag " : "[%" PRIu64 " insns, tag ", a->v);
	for (i = 0; i < sizeof(tag); i++)
		buf_printf(out, "%02x", tag[i]);
	buf_puts(out, l->json ? "]\"" : "]");
}

static void audit_put_list(struct audit_line *l, const struct auditattr *a)
{
	const unsigned char *p = a->p;
	struct buf *out = &l->a->line;
	const char *s;
	uint64_t v;
	size_t i;

	buf_puts(out, "[");
	for (i = 0; i < a->v && i < AUDIT_LIST_MAX; i++) {
		memcpy(&v, p + 8 * i, sizeof(v));
		s = (const char *)(uintptr_t)v;
		buf_puts(out, i ? ", " : "");
		if (a->kind == AUDITATTR_NAMES)
			audit_quote(l, s, strlen(s));
		else
			buf_printf(out, l->json ? "\"0x%" PRIx64 "\"" : "0x%" PRIx64, v);
	}
	if (i < a->v)
		buf_puts(out, l->json ? ", \"...\"" : ", ...");
	buf_puts(out, "]");
}

/* A probe's unit has a number of its own on each machine; its name is the same. */
static void audit_put_named(struct audit_line *l, const struct auditattr *a)
{
	const struct auditfd_unit *u = NULL;
	struct buf *out = &l->a->line;

	if (a->set == AUDITNAME_PERF_TYPE)
		u = auditfd_unit(&l->a->fds, a->v);
	buf_puts(out, l->json ? "\"" : "");
	if (!u || !l->stable)
		auditname_print(out, a->set, a->v);
	if (u)
		buf_printf(out, "<%s>", u->name);
	buf_puts(out, l->json ? "\"" : "");
}

static void audit_put_number(struct audit_line *l, const struct auditattr *a)
{
	struct buf *out = &l->a->line;
	bool pid = !strcmp(a->name, "pid") && (int64_t)a->v > 0;

	if (l->stable && (a->kind == AUDITATTR_ID || a->kind == AUDITATTR_ADDR || pid))
		audit_word(l, a->kind == AUDITATTR_ID ? "ID" : pid ? "PID" : "ADDR");
	else if (a->kind == AUDITATTR_OCTAL)
		buf_printf(out, l->json ? "\"0%" PRIo64 "\"" : "0%" PRIo64, a->v);
	else if (a->kind == AUDITATTR_ADDR || a->kind == AUDITATTR_OUT || a->kind == AUDITATTR_HEX)
		buf_printf(out, l->json ? "\"0x%" PRIx64 "\"" : "0x%" PRIx64, a->v);
	else
		buf_printf(out, "%" PRId64, (int64_t)a->v);
}

/* Made from what a dry run cannot read. */
static bool audit_is_guessed(const struct audit_line *l, const struct auditattr *a)
{
	static const struct {
		unsigned by;
		const char *name;
	} rows[] = {
		{SYS_GUESSED_CODE, "insn_cnt"},
		{SYS_GUESSED_CODE, "insns"},
		{SYS_GUESSED_CODE, "line_info"},
		{SYS_GUESSED_CODE, "line_info_cnt"},
		{SYS_GUESSED_CODE, "btf"},
		{SYS_GUESSED_CODE, "btf_size"},
		{SYS_GUESSED_NAMES, "cnt"},
		{SYS_GUESSED_NAMES, "syms"},
		{SYS_GUESSED_FILE, "path"},
		{SYS_GUESSED_FILE, "config1"},
		{SYS_GUESSED_PLACE, "offsets"},
		{SYS_GUESSED_PLACE, "config2"},
	};
	size_t i;

	for (i = 0; l->guessed && i < sizeof(rows) / sizeof(*rows); i++)
		if ((l->guessed & rows[i].by) && !strcmp(a->name, rows[i].name))
			return true;
	return false;
}

static void audit_put(struct audit_line *l, const struct auditattr *a)
{
	if (audit_is_guessed(l, a)) {
		audit_word(l, "?");
		return;
	}
	switch (a->kind) {
	case AUDITATTR_NAMED: audit_put_named(l, a); break;
	case AUDITATTR_FD: audit_put_fd(l, (int)a->v); break;
	case AUDITATTR_STRING:
		if (a->p)
			audit_quote(l, a->p, a->len);
		else
			buf_puts(&l->a->line, l->json ? "null" : "NULL");
		break;
	case AUDITATTR_KEY:
	case AUDITATTR_VALUE: audit_put_bytes(l, a); break;
	case AUDITATTR_SIZE:
		buf_printf(&l->a->line, l->json ? "\"[%" PRIu64 " bytes]\"" : "[%" PRIu64 " bytes]",
			a->v);
		break;
	case AUDITATTR_INSNS: audit_put_insns(l, a); break;
	case AUDITATTR_LIST:
	case AUDITATTR_NAMES: audit_put_list(l, a); break;
	default: audit_put_number(l, a);
	}
}

/* What JSON calls "cmd". */
static bool audit_is_cmd(const struct auditattr *a)
{
	return a->kind == AUDITATTR_NAMED &&
	       (a->set == AUDITNAME_CMD || a->set == AUDITNAME_IOCTL ||
		       a->set == AUDITNAME_FSCONFIG);
}

/* Addresses of the caller's memory say nothing in a log that is to compare. */
static bool audit_is_left_out(const struct audit_line *l, const struct auditattr *a)
{
	return l->stable && a->kind == AUDITATTR_OUT;
}

/* One argument, or one field of a struct: as strace writes them. */
static void audit_field(void *arg, const struct auditattr *a)
{
	struct audit_line *l = arg;
	struct buf *out = &l->a->line;

	if (audit_is_left_out(l, a))
		return;
	if (a->kind == AUDITATTR_CLOSE) {
		buf_puts(out, "}");
		l->depth--;
		l->first = false;
		return;
	}
	buf_puts(out, l->first ? "" : ", ");
	l->first = a->kind == AUDITATTR_OPEN;
	if (l->first) {
		buf_puts(out, "{");
		l->depth++;
		return;
	}
	if (a->kind == AUDITATTR_FD && !strcmp(a->name, "map_fd"))
		l->map = auditfd_find(&l->a->fds, (int)a->v);
	if (l->depth)
		buf_printf(out, "%s=", a->name);
	audit_put(l, a);
}

/* All of them in one object; the command has been told. */
static void audit_field_json(void *arg, const struct auditattr *a)
{
	struct audit_line *l = arg;

	if (a->kind == AUDITATTR_OPEN || a->kind == AUDITATTR_CLOSE || audit_is_cmd(a) ||
		audit_is_left_out(l, a))
		return;
	buf_printf(&l->a->line, l->first ? "\"%s\": " : ", \"%s\": ", a->name);
	l->first = false;
	if (a->kind == AUDITATTR_FD && !strcmp(a->name, "map_fd"))
		l->map = auditfd_find(&l->a->fds, (int)a->v);
	audit_put(l, a);
}

static void audit_cmd_json(void *arg, const struct auditattr *a)
{
	struct audit_line *l = arg;

	if (!audit_is_cmd(a))
		return;
	audit_put_named(l, a);
	l->first = false;
}

static void audit_begin_json(struct audit_line *l, const struct rawbpf_call *c)
{
	struct buf *out = &l->a->line;

	buf_puts(out, "{");
	if (!l->stable)
		buf_printf(out, "\"n\": %" PRIu64 ", ", l->a->n);
	buf_printf(out, "\"call\": \"%s\", \"cmd\": ", auditattr_call(c->kind));
	auditattr_walk(c, audit_cmd_json, l);
	buf_puts(out, l->first ? "null, \"attr\": {" : ", \"attr\": {");
	l->first = true;
	auditattr_walk(c, audit_field_json, l);
	buf_puts(out, "}, \"role\": ");
	if (c->role)
		audit_quote(l, c->role, strlen(c->role));
	else
		buf_puts(out, "null");
}

static void audit_begin(struct audit_line *l, const struct rawbpf_call *c)
{
	buf_printf(&l->a->line, "%s(", auditattr_call(c->kind));
	auditattr_walk(c, audit_field, l);
	buf_puts(&l->a->line, ")");
}

static void audit_end_json(struct audit_line *l, const struct rawbpf_call *c, long ret, uint64_t ns)
{
	struct buf *out = &l->a->line;

	buf_puts(out, ", \"result\": ");
	if (ret >= 0 && auditfd_makes(c))
		audit_put_fd(l, (int)ret);
	else
		buf_printf(out, "%ld", ret < 0 ? -1L : ret);
	buf_puts(out, ", \"errno\": ");
	if (ret < 0)
		audit_word(l, err_name((int)ret));
	else
		buf_puts(out, "null");
	if (c->fallback)
		buf_printf(out, ", \"fallback\": \"%s\"", err_name(c->fallback));
	if (!l->stable)
		buf_printf(out, ", \"ns\": %" PRIu64, ns);
	buf_puts(out, "}");
}

static void audit_end(struct audit_line *l, const struct rawbpf_call *c, long ret, uint64_t ns)
{
	struct buf *out = &l->a->line;

	buf_puts(out, " = ");
	if (ret < 0)
		buf_printf(out, "-1 %s", err_name((int)ret));
	else if (auditfd_makes(c))
		audit_put_fd(l, (int)ret);
	else
		buf_printf(out, "%ld", ret);
	if (c->fallback)
		buf_printf(out, " fallback(%s)", err_name(c->fallback));
	if (!l->stable)
		buf_printf(out, "  %" PRIu64 ".%" PRIu64 " us", ns / 1000, ns / 100 % 10);
}

static uint64_t audit_now(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static long audit_call(void *arg, struct sys *s, const struct rawbpf_call *c)
{
	struct audit *a = arg;
	struct audit_line l = {.a = a,
		.first = true,
		.json = a->form & RAWBPF_AUDIT_JSON,
		.stable = a->form & RAWBPF_AUDIT_STABLE,
		.guessed = s->guessed};
	bool shown = audit_shown(a, c);
	uint64_t start = 0;
	long ret;

	if (shown) {
		a->n++;
		a->line.len = 0;
		a->line.failed = false;
		(l.json ? audit_begin_json : audit_begin)(&l, c);
		start = audit_now();
	}
	ret = sys_issue(s, c);
	if (shown)
		start = audit_now() - start;
	auditfd_learn(&a->fds, c, ret);
	if (!shown)
		return ret;
	(l.json ? audit_end_json : audit_end)(&l, c, ret, start);
	a->fn(a->arg, a->line.failed ? "out of memory" : buf_str(&a->line));
	return ret;
}

/* "6.18.0-1-cloud": from there on tags are SHA-256. */
static bool audit_new_tags(struct sys *s)
{
	struct utsname u;
	unsigned major = 0, minor = 0;

	if (sys_uname(s, &u) || sscanf(u.release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 18);
}

/* ---- on and off ---------------------------------------------------------------------------- */

int audit_set(struct sys *s, void (*fn)(void *arg, const char *line), void *arg)
{
	struct audit *a = s->audit_arg;

	if (!fn) {
		audit_free(s);
		return 0;
	}
	if (!a) {
		a = calloc(1, sizeof(*a));
		if (!a)
			return -ENOMEM;
		a->sha256 = audit_new_tags(s);
	}
	a->fn = fn;
	a->arg = arg;
	s->audit_arg = a;
	s->audit = audit_call;
	return 0;
}

void audit_form(struct sys *s, unsigned form)
{
	struct audit *a = s->audit_arg;

	if (a)
		a->form = form;
}

void audit_free(struct sys *s)
{
	struct audit *a = s->audit_arg;

	s->audit = NULL;
	s->audit_arg = NULL;
	if (!a)
		return;
	auditfd_free(&a->fds);
	buf_free(&a->line);
	free(a);
}
