// SPDX-License-Identifier: MIT
/*
 * tracefs.c - where tracefs is: its mount, or a detached mount of our own.
 *
 * Roads, cheapest first: /sys/kernel/tracing when tracefs is mounted there; a detached mount
 * (fsopen, fsconfig, fsmount: Linux 5.2, CAP_SYS_ADMIN), which leaves the mount table as it was
 * and goes away with its fd; any other tracefs of /proc/self/mountinfo; last
 * /sys/kernel/debug/tracing, where the kernel itself mounts tracefs as soon as somebody looks:
 * that is visible to all, so it comes after everything that is not.
 *
 * There is one tracefs in a kernel, so all roads show the same files.
 */
#include "tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>

#include "near.h"
#include "proc.h"
#include "rights.h"

#define TRACEFS_SUPER_MAGIC 0x74726163
#define TRACEFS_PRINTK	    "events/bpf_trace/bpf_trace_printk"
#define TRACEFS_PATH	    O_PATH | O_DIRECTORY

bool tracefs_unread(const struct rawbpf *b, int err)
{
	return sys_unread(&b->sys, err);
}

/* The number of an event whose format was read: a file less to read when it is attached. */
struct tracefs_id {
	struct tracefs_id *next;
	uint64_t id;
	char path[]; /* of its folder */
};

/* A file that was opened in advance. */
struct tracefs_kept {
	struct tracefs_kept *next;
	int fd;
	char file[];
};

struct tracefs {
	int dir; /* O_PATH */
	struct tracefs_id *ids;
	struct tracefs_kept *held;
};

static bool is_tracefs(struct sys *s, const char *path)
{
	struct statfs st;

	return !sys_statfs(s, path, &st) && (uint32_t)st.f_type == TRACEFS_SUPER_MAGIC;
}

/* The fd of a tracefs mounted at path; -ENOENT: none there. */
static int open_mounted(struct sys *s, const char *path)
{
	return is_tracefs(s, path) ? sys_openat(s, AT_FDCWD, path, TRACEFS_PATH, "tracefs")
				   : -ENOENT;
}

static int open_detached(struct sys *s)
{
	int fs, fd;

	fs = sys_fsopen(s, "tracefs");
	if (fs < 0)
		return fs;
	fd = sys_fsconfig(s, fs, 6 /* FSCONFIG_CMD_CREATE */);
	if (fd >= 0)
		fd = sys_fsmount(s, fs);
	sys_close(s, fs);
	return fd;
}

/* "\040" and its like, in place. */
static void unescape_mount(char *p)
{
	char *out = p;

	for (; *p; out++) {
		if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' &&
			p[3] >= '0' && p[3] <= '7') {
			*out = (char)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0'));
			p += 4;
		} else {
			*out = *p++;
		}
	}
	*out = '\0';
}

/*
 * The mount point of a line "36 35 98:0 ROOT POINT OPTIONS ... - TYPE SOURCE OPTIONS", cut out of
 * it, if all of a tracefs is mounted there.
 */
static char *mount_point(char *line)
{
	char *sep = strstr(line, " - "), *save = NULL, *root = NULL, *point = NULL, *p;
	int i;

	if (!sep || strncmp(sep + 3, "tracefs ", 8))
		return NULL;
	*sep = '\0';
	p = strtok_r(line, " ", &save);
	for (i = 0; p && i < 5; i++, p = strtok_r(NULL, " ", &save)) {
		if (i == 3)
			root = p;
		if (i == 4)
			point = p;
	}
	if (!point || strcmp(root, "/"))
		return NULL;
	unescape_mount(point);
	return point;
}

static int open_from_mountinfo(struct sys *s)
{
	char *line, *next, *point;
	struct buf text = {0};
	int fd = -ENOENT;

	if (!sys_read_file(s, AT_FDCWD, "/proc/self/mountinfo", 16 << 20, &text) && text.data) {
		for (line = text.data; fd < 0 && line; line = next) {
			next = strchr(line, '\n');
			if (next)
				*next++ = '\0';
			point = mount_point(line);
			if (point)
				fd = open_mounted(s, point);
		}
	}
	buf_free(&text);
	return fd;
}

/* No road led there; err is what the detached mount gave. */
static int not_found(struct rawbpf *b, int err)
{
	struct rawbpf_error *e = &b->error;

	switch (err) {
	case -ENODEV:
		err_set(e, "tracefs", err, "this kernel has no tracefs");
		err_hint(e, "it must be built with CONFIG_FTRACE and CONFIG_EVENT_TRACING");
		return err;
	case -EPERM:
	case -EACCES:
		err_set(e, "tracefs", err,
			"tracefs is not mounted and may not be reached unmounted");
		return rights_explain(&b->sys, e, RIGHTS_MOUNT, err);
	case -ENOSYS:
	case -EINVAL: /* a seccomp filter, or a kernel before 5.2 */
		err = err_set(e, "tracefs", -ENOENT, "tracefs is not mounted");
		err_hint(e, "mount -t tracefs tracefs /sys/kernel/tracing");
		return err;
	default: return err_set(e, "tracefs", err, "tracefs cannot be opened");
	}
}

int tracefs_dir(struct rawbpf *b)
{
	struct sys *s = &b->sys;
	struct tracefs *t;
	int fd, was, detached = 0;

	if (b->tracefs)
		return b->tracefs->dir;
	fd = open_mounted(s, "/sys/kernel/tracing");
	if (fd < 0)
		fd = detached = open_detached(s);
	was = sys_fallback(s, fd < 0 ? fd : 0);
	if (fd < 0)
		fd = open_from_mountinfo(s);
	if (fd < 0)
		fd = open_mounted(s, "/sys/kernel/debug/tracing");
	sys_fallback_end(s, was);
	if (fd < 0)
		return not_found(b, detached);

	t = calloc(1, sizeof(*t));
	if (!t) {
		sys_close(s, fd);
		return err_set(&b->error, "tracefs", -ENOMEM, "out of memory");
	}
	t->dir = fd;
	b->tracefs = t;
	return fd;
}

int tracefs_held(const struct rawbpf *b, const char *file)
{
	const struct tracefs_kept *h = b->tracefs ? b->tracefs->held : NULL;

	while (h && strcmp(h->file, file) != 0)
		h = h->next;
	return h ? h->fd : -1;
}

int tracefs_hold(struct rawbpf *b, const char *file, int flags)
{
	struct tracefs_kept *h;
	int dir = tracefs_dir(b), fd;

	if (dir < 0 || tracefs_held(b, file) >= 0)
		return dir < 0 ? dir : 0;
	h = malloc(sizeof(*h) + strlen(file) + 1);
	if (!h)
		return err_set(&b->error, "tracefs", -ENOMEM, "out of memory");
	fd = sys_openat(&b->sys, dir, file, flags, file);
	if (fd < 0) {
		free(h);
		return tracefs_refused(b, "tracefs", file, fd);
	}
	strcpy(h->file, file);
	h->fd = fd;
	h->next = b->tracefs->held;
	b->tracefs->held = h;
	return 0;
}

void tracefs_free(struct rawbpf *b)
{
	struct tracefs_kept *h;
	struct tracefs_id *id;

	if (!b->tracefs)
		return;
	while ((h = b->tracefs->held)) {
		b->tracefs->held = h->next;
		sys_close(&b->sys, h->fd);
		free(h);
	}
	while ((id = b->tracefs->ids)) {
		b->tracefs->ids = id->next;
		free(id);
	}
	sys_close(&b->sys, b->tracefs->dir);
	free(b->tracefs);
	b->tracefs = NULL;
}

int tracefs_refused(struct rawbpf *b, const char *stage, const char *path, int err)
{
	err_set(&b->error, stage, err, "tracefs file '%s' cannot be used", path);
	return rights_explain(&b->sys, &b->error, RIGHTS_TRACEFS, err);
}

/* "events/CATEGORY/EVENT/FILE"; names that would lead elsewhere name no event. */
static int event_path(
	char *out, size_t size, const char *category, const char *event, const char *file)
{
	size_t n = strlen(category) + strlen(event) + strlen(file) + strlen("events///") + 1;

	if (!*category || !*event || *category == '.' || *event == '.' || n > size ||
		strchr(category, '/') || strchr(event, '/'))
		return -ENOENT;
	snprintf(out, size, "events/%s/%s/%s", category, event, file);
	return 0;
}

/* A folder's names: those near to one, and, when none is, a few to show what they look like. */
struct tracefs_names {
	struct near near;
	unsigned n;
	char some[96]; /* "'sched_switch', 'sched_wakeup'" */
	size_t used;
};

static int offer_name(void *arg, const char *name)
{
	struct tracefs_names *t = arg;
	size_t left = sizeof(t->some) - t->used;
	int len;

	if (*name == '.' || !strcmp(name, "enable") || !strcmp(name, "filter") ||
		!strncmp(name, "header_", 7))
		return 0;
	near_offer(&t->near, name);
	if (t->n++ > 2)
		return 0;
	len = snprintf(t->some + t->used, left, "%s'%s'", t->used ? ", " : "", name);
	if (len > 0 && (size_t)len < left)
		t->used += (size_t)len;
	else
		t->some[t->used] = '\0';
	return 0;
}

/* Offers every name in a directory below tracefs but its files; false: it is not there. */
static bool offer_names(
	struct rawbpf *b, const char *path, const char *want, struct tracefs_names *t)
{
	memset(t, 0, sizeof(*t));
	near_start(&t->near, want);
	return !proc_each_name(&b->sys, tracefs_dir(b), path, offer_name, t);
}

/* Sets the error for an event that is not there: the category or the event may be misspelt. */
static int no_event(struct rawbpf *b, const char *category, const char *event)
{
	struct tracefs_names t;
	char path[300];
	bool found;

	snprintf(path, sizeof(path), "events/%s", category);
	found = *category && *category != '.' && !strchr(category, '/') &&
		offer_names(b, path, event, &t);
	if (found) {
		err_set(&b->error, "tracefs", -ENOENT, "no tracepoint '%s:%s'", category, event);
	} else {
		if (!offer_names(b, "events", category, &t)) {
			if (rights_locked_tracefs(&b->sys, &b->error))
				return -EPERM;
			err_set(&b->error, "tracefs", -ENOENT, "this kernel has no tracepoints");
			err_hint(&b->error, "it must be built with CONFIG_EVENT_TRACING, and run "
					    "without lockdown=confidentiality");
			return -ENOENT;
		}
		err_set(&b->error, "tracefs", -ENOENT, "no category '%s' of tracepoints", category);
	}
	if (near_hint(&t.near, &b->error))
		return -ENOENT;
	if (!found && !strcmp(category, "syscalls"))
		err_hint(&b->error, "tracepoints of system calls need CONFIG_FTRACE_SYSCALLS");
	else if (t.n)
		err_hint(&b->error, "%s%s%s has %u %s, among them %s", found ? "category '" : "",
			found ? category : "this kernel", found ? "'" : "", t.n,
			found ? "events" : "categories", t.some);
	return -ENOENT;
}

/* Sets the error for an event whose file could not be read. */
static int event_failed(
	struct rawbpf *b, const char *category, const char *event, const char *path, int err)
{
	return err == -ENOENT ? no_event(b, category, event)
			      : tracefs_refused(b, "tracefs", path, err);
}

/* "ID: 782" of the format file at path. */
static int id_keep(struct rawbpf *b, const char *path, const char *format)
{
	size_t len = (size_t)(strrchr(path, '/') - path) + 1;
	const char *p = strstr(format, "\nID: ");
	struct tracefs_id *id;

	if (!p || p[5] < '0' || p[5] > '9')
		return 0;
	id = malloc(sizeof(*id) + len + 1);
	if (!id)
		return err_set(&b->error, "tracefs", -ENOMEM, "out of memory");
	memcpy(id->path, path, len);
	id->path[len] = '\0';
	id->id = strtoull(p + 5, NULL, 10);
	id->next = b->tracefs->ids;
	b->tracefs->ids = id;
	return 0;
}

/*
 * Uses up the number that came with a format.  A dynamic event can go and come back with another,
 * so it serves the program that the format was read for, and who asks later asks the kernel.
 */
static bool id_take(struct rawbpf *b, const char *path, uint64_t *out)
{
	size_t len = (size_t)(strrchr(path, '/') - path) + 1;
	struct tracefs_id **p, *id;

	for (p = &b->tracefs->ids; (id = *p); p = &id->next) {
		if (strlen(id->path) != len || strncmp(id->path, path, len))
			continue;
		*out = id->id;
		*p = id->next;
		free(id);
		return true;
	}
	return false;
}

int tracefs_event_id(struct rawbpf *b, const char *category, const char *event, uint64_t *id)
{
	char path[300] = "", line[32], *end;
	int err, dir = tracefs_dir(b);

	if (dir < 0)
		return dir;
	err = event_path(path, sizeof(path), category, event, "id");
	if (!err && id_take(b, path, id))
		return 0;
	if (!err)
		err = sys_read_line(&b->sys, dir, path, line, sizeof(line));
	if (tracefs_unread(b, err)) {
		*id = 1; /* whichever it is: the audit does not tell ids */
		return 0;
	}
	if (err)
		return event_failed(b, category, event, path, err);
	*id = strtoull(line, &end, 10);
	if (end == line || *end)
		return err_set(
			&b->error, "tracefs", -EIO, "'%s' holds '%s', not a number", path, line);
	return 0;
}

int tracefs_event_format(
	struct rawbpf *b, const char *category, const char *event, struct buf *text)
{
	int err, dir = tracefs_dir(b);
	size_t start = text->len;
	char path[300] = "";

	if (dir < 0)
		return dir;
	err = event_path(path, sizeof(path), category, event, "format");
	if (!err)
		err = sys_read_file(&b->sys, dir, path, 1 << 20, text);
	if (tracefs_unread(b, err))
		id_keep(b, path, "\nID: 1"); /* a run that may read it has the number from there */
	if (err)
		return event_failed(b, category, event, path, err);
	return text->failed ? 0 : id_keep(b, path, buf_str(text) + start);
}

int tracefs_owner(struct sys *s, long *pid, uint64_t *start)
{
	struct proc_stat me;
	int err = proc_stat(s, 0, &me);

	if (err)
		return err;
	*pid = (long)me.pid;
	*start = me.start;
	return 0;
}

/*
 * mkdir under the first free number.  The number of this process, as procfs has it, and when it was
 * started say for ever whose the instance was.
 */
static int instance_mkdir(struct rawbpf *b, int root, char *path, size_t size)
{
	struct proc_stat me;
	int n, err = proc_stat(&b->sys, 0, &me);

	if (err)
		return err_set(&b->error, "tracefs", err, "'/proc/self/stat' cannot be read");
	for (n = 0; n < 1000; n++) {
		snprintf(
			path, size, "instances/rawbpf_%d_%" PRIu64 "_%d", (int)me.pid, me.start, n);
		err = sys_mkdirat(&b->sys, root, path, 0700, "trace instance");
		if (err != -EEXIST)
			break;
	}
	return err < 0 ? tracefs_refused(b, "tracefs", path, err) : 0;
}

static void instance_rmdir(struct rawbpf *b, const char *path)
{
	int i, dir = tracefs_dir(b), err = -EBUSY, was = sys_fallback(&b->sys, 0);

	/* EBUSY for a moment after the last reader's close; what else there is may pass, too */
	for (i = 0; dir >= 0 && err && err != -ENOENT && i < (err == -EBUSY ? 10 : 3); i++) {
		if (i)
			sys_poll(&b->sys, NULL, 0, 10);
		sys_fallback(&b->sys, i ? err : 0);
		err = sys_unlinkat(&b->sys, dir, path, AT_REMOVEDIR, "trace instance");
	}
	sys_fallback_end(&b->sys, was);
	if (dir >= 0 && (!err || err == -ENOENT))
		return;
	ctx_log(b, RAWBPF_LOG_WARN,
		"trace instance '%s' cannot be removed (%s) and stays: 'rawbpf doctor --reap' "
		"tries again",
		path, err_name(err));
}

int tracefs_instance_make(struct rawbpf *b, char *name, size_t size, int *dir)
{
	int err, fd, was, root = tracefs_dir(b);
	char path[96];

	*dir = -1;
	if (root < 0)
		return root;
	err = instance_mkdir(b, root, path, sizeof(path));
	if (err)
		return err;
	fd = err = sys_openat(&b->sys, root, path, TRACEFS_PATH, "trace instance");
	if (fd >= 0)
		err = sys_write_file(
			&b->sys, fd, TRACEFS_PRINTK "/enable", 0, "1", "trace instance");
	if (!err && strlen(strchr(path, '/')) > size) /* the slash pays for the NUL */
		err = -ENAMETOOLONG;
	if (err) {
		sys_close(&b->sys, fd);
		was = sys_fallback(&b->sys, err);
		instance_rmdir(b, path);
		sys_fallback_end(&b->sys, was);
		return tracefs_refused(b, "tracefs", TRACEFS_PRINTK "/enable", err);
	}
	snprintf(name, size, "%s", strchr(path, '/') + 1);
	*dir = fd;
	return 0;
}

int tracefs_instance_may_go(struct rawbpf *b, const char *name)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), "instances/%s", name);
	err = sys_unlinkat(&b->sys, tracefs_dir(b), path, 0, "trace instance");
	return err == -EISDIR ? 0 : err;
}

void tracefs_instance_remove(struct rawbpf *b, const char *name, int dir)
{
	char path[128];

	sys_close(&b->sys, dir);
	snprintf(path, sizeof(path), "instances/%s", name);
	instance_rmdir(b, path);
}
