// SPDX-License-Identifier: MIT
/*
 * probeevent.c - probe events of tracefs: made, found and removed again.
 *
 * These events belong to nobody and outlive whoever made them, so the name says whose they are:
 * rawbpf_PID_STARTTIME_N.  N must be free, since a name that is there already gets the new place
 * as a further one of its own (Linux 5.4): it begins with the fd of this context's tracefs, which
 * no other context of the process has, and then counts what is taken.
 *
 * The kernel answers EBUSY to who removes an event that is in use.  But of one that has several
 * places it removes all but the last before it looks, and those of uprobes it frees while they are
 * armed: the next hit, or the close of the perf event, is an oops (seen on 5.10 and 6.12).  A child
 * that was forked without an exec holds our perf event too.  So there is a lock (flock) on the id
 * file of such an event, open as long as the perf event is and inherited as that is: nobody writes
 * the removal who does not get the lock alone.  It is opened first, so that its number is the
 * lower one: a process that ends closes its files from the highest number down.
 */
#include "probeevent.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tracefs.h"

#define PROBEEVENT_MAX	4096	   /* names tried */
#define PROBEEVENT_TEXT (64 << 20) /* bytes of a list of events */

static int probeevent_write(
	struct rawbpf *b, int dir, const char *file, const char *text, const char *role)
{
	int fd = tracefs_held(b, file);
	ssize_t n;

	/* without O_APPEND the kernel would forget all events of everybody */
	if (fd < 0)
		return sys_write_file(&b->sys, dir, file, O_APPEND, text, role);
	n = sys_write(&b->sys, fd, text, strlen(text), role);
	return n < 0 ? (int)n : (size_t)n == strlen(text) ? 0 : -EIO;
}

static void probeevent_path(char *out, size_t size, const char *name, const char *file)
{
	snprintf(out, size, "events/" PROBEEVENT_GROUP "/%s%s%s", name, *file ? "/" : "", file);
}

int probeevent_exists(struct rawbpf *b, const char *name)
{
	int dir = tracefs_dir(b);
	char path[128];
	int fd;

	if (dir < 0)
		return false;
	probeevent_path(path, sizeof(path), name, "");
	fd = sys_openat(&b->sys, dir, path, O_PATH | O_DIRECTORY, NULL);
	sys_close(&b->sys, fd);
	return fd >= 0 ? 1 : fd == -ENOENT ? 0 : fd;
}

/* ---- locks of events with several places --------------------------------------------------- */

struct probeevent_lock {
	struct probeevent_lock *next;
	int fd;
	int other; /* the same file, opened again in advance; -1: not */
	char name[PROBEEVENT_NAME];
};

static struct probeevent_lock **probeevent_find_lock(struct rawbpf *b, const char *name)
{
	struct probeevent_lock **p = &b->event_locks;

	while (*p && strcmp((*p)->name, name) != 0)
		p = &(*p)->next;
	return p;
}

/* An fd of the event's id file with a lock on it, or a negative errno. */
static int probeevent_lock_open(struct rawbpf *b, int dir, const char *name, bool ex)
{
	char path[128];
	int fd, err;

	probeevent_path(path, sizeof(path), name, "id");
	fd = sys_openat(&b->sys, dir, path, O_RDONLY, "lock of a probe event");
	if (fd < 0)
		return fd;
	err = sys_flock(&b->sys, fd, ex, name);
	if (err)
		sys_close(&b->sys, fd);
	return err ? err : fd;
}

static int probeevent_lock(struct rawbpf *b, int dir, const char *name)
{
	struct probeevent_lock *l;

	if (*probeevent_find_lock(b, name))
		return 0;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	snprintf(l->name, sizeof(l->name), "%s", name);
	l->other = -1;
	l->fd = probeevent_lock_open(b, dir, name, false);
	if (l->fd < 0) {
		free(l);
		return -EEXIST; /* without the lock it is to have one place */
	}
	l->next = b->event_locks;
	b->event_locks = l;
	return 0;
}

/* Whether there was one: then others may hold it too.  *other is the caller's then. */
static bool probeevent_unlock(struct rawbpf *b, const char *name, int *other)
{
	struct probeevent_lock **p = probeevent_find_lock(b, name), *l = *p;

	if (!l)
		return false;
	*p = l->next;
	*other = l->other;
	sys_close(&b->sys, l->fd);
	free(l);
	return true;
}

/* ---- made and removed ---------------------------------------------------------------------- */

static int probeevent_place(struct rawbpf *b, int dir, const char *file, const char *kind,
	const char *where, const char *name)
{
	struct buf text = {0};
	int err;

	buf_printf(&text, "%s:" PROBEEVENT_GROUP "/%s %s\n", kind, name, where);
	err = text.failed ? -ENOMEM : probeevent_write(b, dir, file, buf_str(&text), where);
	buf_free(&text);
	return err;
}

/* The places that an event has, or -errno. */
static int probeevent_places(struct rawbpf *b, int dir, const char *file, const char *name)
{
	char what[PROBEEVENT_NAME + 16];
	struct buf text = {0};
	const char *p;
	int n = 0, err = sys_read_file(&b->sys, dir, file, PROBEEVENT_TEXT, &text);

	snprintf(what, sizeof(what), ":" PROBEEVENT_GROUP "/%s ", name);
	for (p = text.data; !err && p && (p = strstr(p, what)); p += strlen(what))
		n++;
	buf_free(&text);
	return err ? err : n;
}

int probeevent_add(struct rawbpf *b, const char *file, const char *kind, const char *where,
	const char *name, bool second)
{
	int n, err, dir = tracefs_dir(b);

	if (dir < 0)
		return dir;
	err = probeevent_lock(b, dir, name);
	if (!err)
		err = probeevent_place(b, dir, file, kind, where, name);
	if (err || !second)
		return err;
	n = probeevent_places(b, dir, file, name);
	return n < 0 ? n : n < 2 ? -EEXIST : 0;
}

static int probeevent_id(struct rawbpf *b, int dir, const char *name, uint64_t *id)
{
	char path[128], line[32], *end;
	int err;

	probeevent_path(path, sizeof(path), name, "id");
	err = sys_read_line(&b->sys, dir, path, line, sizeof(line));
	if (tracefs_unread(b, err)) {
		*id = 1;
		return 0;
	}
	if (err)
		return err;
	*id = strtoull(line, &end, 10);
	return end == line || *end ? -EIO : 0;
}

int probeevent_make(struct rawbpf *b, const char *file, const char *kind, const char *where,
	char name[PROBEEVENT_NAME], uint64_t *id, bool *reached)
{
	int err, n, dir = tracefs_dir(b);
	uint64_t start = 0;
	long pid = 0;

	*reached = dir >= 0;
	if (dir < 0)
		return dir;
	err = tracefs_owner(&b->sys, &pid, &start);
	for (n = 0; !err && n < PROBEEVENT_MAX; n++) {
		snprintf(name, PROBEEVENT_NAME, "rawbpf_%ld_%" PRIu64 "_%" PRIu64, pid, start,
			(uint64_t)dir * PROBEEVENT_MAX + (uint64_t)n);
		err = probeevent_exists(b, name);
		if (err > 0) {
			err = 0;
			continue;
		}
		if (!err)
			err = probeevent_place(b, dir, file, kind, where, name);
		if (err != -EEXIST)
			break;
		err = 0;
	}
	if (err || n == PROBEEVENT_MAX)
		return err ? err : -EEXIST;
	err = probeevent_id(b, dir, name, id);
	if (err)
		probeevent_remove(b, file, name);
	return err;
}

static int probeevent_write_off(struct rawbpf *b, int dir, const char *file, const char *name)
{
	char text[PROBEEVENT_NAME + 16];

	snprintf(text, sizeof(text), "-:" PROBEEVENT_GROUP "/%s\n", name);
	return probeevent_write(b, dir, file, text, name);
}

int probeevent_delete(struct rawbpf *b, const char *file, const char *name)
{
	int err, fd, dir = tracefs_dir(b);

	if (dir < 0)
		return dir;
	fd = probeevent_lock_open(b, dir, name, true);
	if (fd < 0)
		return fd == -EWOULDBLOCK ? -EBUSY : fd;
	err = probeevent_write_off(b, dir, file, name);
	sys_close(&b->sys, fd);
	/* one file more could not be opened; nobody else holds the event: that is known by now */
	return err == -EMFILE || err == -ENFILE ? probeevent_write_off(b, dir, file, name) : err;
}

int probeevent_hold(struct rawbpf *b, const char *file)
{
	struct probeevent_lock *l;
	char path[128];
	int err = tracefs_hold(b, file, O_WRONLY | O_APPEND);

	for (l = b->event_locks; !err && l; l = l->next) {
		if (l->other >= 0)
			continue;
		probeevent_path(path, sizeof(path), l->name, "id");
		l->other = sys_openat(
			&b->sys, tracefs_dir(b), path, O_RDONLY, "lock of a probe event");
		if (l->other < 0)
			err = tracefs_refused(b, "tracefs", path, l->other);
	}
	return err;
}

/* The same through a file that was opened before rights were given up. */
static int probeevent_delete_by(struct rawbpf *b, int fd, const char *file, const char *name)
{
	int err = sys_flock(&b->sys, fd, true, name);

	if (err)
		return err == -EWOULDBLOCK ? -EBUSY : err;
	return probeevent_write_off(b, tracefs_dir(b), file, name);
}

int probeevent_remove(struct rawbpf *b, const char *file, const char *name)
{
	int other = -1;
	bool many = probeevent_unlock(b, name, &other);
	int err = -EBUSY, i, dir = tracefs_dir(b), was = sys_fallback(&b->sys, 0);

	if (dir < 0) {
		sys_close(&b->sys, other);
		return dir;
	}
	/* EBUSY until the kernel is through with closing its perf event */
	for (i = 0; i < 50 && err && err != -ENOENT; i++) {
		if (i)
			sys_poll(&b->sys, NULL, 0, 10);
		sys_fallback(&b->sys, i ? err : 0);
		if (other >= 0)
			err = probeevent_delete_by(b, other, file, name);
		else
			err = many ? probeevent_delete(b, file, name)
				   : probeevent_write_off(b, dir, file, name);
	}
	sys_close(&b->sys, other);
	sys_fallback_end(&b->sys, was);
	if (err == -ENOENT)
		err = 0;
	if (err)
		ctx_log(b, RAWBPF_LOG_WARN, "probe event '%s' cannot be removed (%s) and stays",
			name, err_name(err));
	return err;
}

/* ---- what there is ------------------------------------------------------------------------- */

/*
 * The name in a line "p:kprobes/NAME PLACE ..." ("r", "r16"), copied out of it; false for events
 * of other groups, and for lines of another form.
 */
static bool probeevent_parse(const char *line, char name[PROBEEVENT_NAME])
{
	static const char group[] = ":" PROBEEVENT_GROUP "/";
	const char *p = line + 1;
	size_t n;

	if (*line != 'p' && *line != 'r')
		return false;
	p += strspn(p, "0123456789");
	if (strncmp(p, group, strlen(group)))
		return false;
	p += strlen(group);
	n = strcspn(p, " ");
	if (!n || n >= PROBEEVENT_NAME || !p[n])
		return false;
	memcpy(name, p, n);
	name[n] = '\0';
	return true;
}

/* Whether a line of text has the event already: one that has several places has a line for each. */
static bool probeevent_seen(const char *text, const char *name)
{
	char what[PROBEEVENT_NAME + 16];

	snprintf(what, sizeof(what), ":" PROBEEVENT_GROUP "/%s ", name);
	return strstr(text, what);
}

int probeevent_each(struct rawbpf *b, const char *file,
	int (*fn)(void *arg, const char *file, const char *name), void *arg, bool *reached)
{
	char name[PROBEEVENT_NAME], *line, *next, first;
	int err, dir = tracefs_dir(b);
	struct buf text = {0};

	*reached = false;
	if (dir < 0)
		return dir;
	err = sys_read_file(&b->sys, dir, file, PROBEEVENT_TEXT, &text);
	if (!err && text.failed)
		err = -ENOMEM;
	*reached = !err;
	for (line = err ? NULL : text.data; !err && line && *line; line = next) {
		next = strchr(line, '\n');
		if (!next)
			break;
		*next = '\0';
		if (probeevent_parse(line, name)) {
			first = *line;
			*line = '\0'; /* what is before it is one string */
			if (!probeevent_seen(text.data, name))
				err = fn(arg, file, name);
			*line = first;
		}
		*next++ = '\n';
	}
	buf_free(&text);
	return err;
}
