// SPDX-License-Identifier: MIT
/*
 * proc.c - processes: their mappings and ids, and the path a process's file is reached by.
 */
#include "proc.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PROC_MAPS_MAX (64u << 20) /* bytes of /proc/PID/maps */

int proc_maps_open(struct sys *s, pid_t pid, struct proc_maps *m)
{
	char path[64] = "/proc/self/maps";
	int err;

	memset(m, 0, sizeof(*m));
	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	err = sys_read_file(s, AT_FDCWD, path, PROC_MAPS_MAX, &m->text);
	if (!err && m->text.failed)
		err = -ENOMEM;
	if (err)
		buf_free(&m->text);
	m->at = m->text.data;
	return err == -ENOENT ? -ESRCH : err;
}

void proc_maps_free(struct proc_maps *m)
{
	buf_free(&m->text);
	m->at = NULL;
}

static bool proc_hex(char **p, char end, uint64_t *v)
{
	char *stop;

	if (!isxdigit((unsigned char)**p))
		return false;
	*v = strtoull(*p, &stop, 16);
	if (*stop != end)
		return false;
	*p = stop + 1;
	return true;
}

/* START-END PERM OFFSET MAJOR:MINOR INODE [PATH] */
static bool proc_parse_map(char *line, struct proc_map *m)
{
	uint64_t major, minor;
	char *p = line;

	if (!proc_hex(&p, '-', &m->start) || !proc_hex(&p, ' ', &m->end))
		return false;
	if (strlen(p) < 5 || p[4] != ' ')
		return false;
	m->write = p[1] == 'w';
	m->exec = p[2] == 'x';
	m->shared = p[3] == 's';
	p += 5;
	if (!proc_hex(&p, ' ', &m->offset) || !proc_hex(&p, ':', &major) ||
		!proc_hex(&p, ' ', &minor))
		return false;
	m->major = (uint32_t)major;
	m->minor = (uint32_t)minor;
	m->inode = strtoull(p, &p, 10);
	m->path = p + strspn(p, " ");
	return true;
}

bool proc_maps_next(struct proc_maps *m, struct proc_map *map)
{
	char *line;

	while (m->at && *m->at) {
		line = m->at;
		m->at += strcspn(line, "\n");
		if (*m->at)
			*m->at++ = '\0';
		if (proc_parse_map(line, map))
			return true;
	}
	return false;
}

size_t proc_map_len(const char *path)
{
	static const char deleted[] = " (deleted)";
	size_t n = strlen(path), k = sizeof(deleted) - 1;

	return n > k && !strcmp(path + n - k, deleted) ? n - k : n;
}

int proc_gone(struct sys *s, pid_t pid, const char *stage, struct rawbpf_error *e)
{
	char dir[64];
	struct stat st;

	snprintf(dir, sizeof(dir), "/proc/%d", (int)pid);
	if (!sys_stat(s, dir, &st)) {
		err_set(e, stage, -ESRCH, "process %d runs no program", (int)pid);
		err_hint(e, "it has ended and waits for its parent, or is the kernel's own");
	} else {
		err_set(e, stage, -ESRCH, "no process %d", (int)pid);
		err_hint(e, "it has ended, or has this number in another pid namespace only");
	}
	return -ESRCH;
}

void proc_root(struct sys *s, pid_t pid, char *root, size_t size)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	n = sys_readlinkat(s, AT_FDCWD, path, root, size);
	/* one that is cut is no use */
	root[n > 1 && (size_t)n < size ? n : 0] = '\0';
}

const char *proc_below(const char *path, const char *root)
{
	size_t n = strlen(root);

	return n && !strncmp(path, root, n) && path[n] == '/' ? path + n : path;
}

/*
 * Field 3 is the state, 4 the parent, 9 are the flags, 20 how many threads, 22 the start time; the second is a
 * name that may hold blanks and ')'.  A process whose first thread has ended goes on by the others.
 */
int proc_stat(struct sys *s, pid_t pid, struct proc_stat *st)
{
	char path[64] = "/proc/self/stat", line[1024], *p, *end;
	int i, err;
	bool ended = false;

	memset(st, 0, sizeof(*st));
	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	err = sys_read_line(s, AT_FDCWD, path, line, sizeof(line));
	if (err)
		return err == -ENOENT ? -ESRCH : err;
	st->pid = (pid_t)strtol(line, NULL, 10);
	p = strrchr(line, ')');
	for (i = 2; p && i < 22; i++) {
		p = strchr(p + 1, ' ');
		if (p && i + 1 == 3)
			ended = p[1] == 'Z' || p[1] == 'X';
		else if (p && i + 1 == 4)
			st->parent = (pid_t)strtol(p + 1, NULL, 10);
		else if (p && i + 1 == 9)
			st->flags = strtoull(p + 1, NULL, 10);
		else if (p && i + 1 == 20)
			st->ended = ended && strtoull(p + 1, NULL, 10) < 2;
	}
	if (!p || st->pid <= 0)
		return -EIO;
	st->start = strtoull(p + 1, &end, 10);
	return end == p + 1 ? -EIO : 0;
}

/* /proc/PID/status in text, and what stands behind key there; NULL: it has none, or *err. */
static const char *proc_status(
	struct sys *s, pid_t pid, const char *key, struct buf *text, int *err)
{
	char path[64];
	const char *p;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	*err = sys_read_file(s, AT_FDCWD, path, 1 << 20, text);
	if (!*err && text->failed)
		*err = -ENOMEM;
	if (*err == -ENOENT)
		*err = -ESRCH;
	p = *err ? NULL : strstr(buf_str(text), key);
	return p ? p + strlen(key) : NULL;
}

/* "NSpid:\t4711\t7": its number in each pid namespace that it is in, outermost first */
int proc_has_pid(struct sys *s, pid_t at, pid_t pid)
{
	struct buf text = {0};
	bool has = false;
	char *end;
	int err;
	const char *p = proc_status(s, at, "\nNSpid:", &text, &err);

	while (p && *p == '\t' && !has) {
		has = strtol(p + 1, &end, 10) == pid;
		p = end;
	}
	buf_free(&text);
	return err ? err : has;
}

int proc_of_thread(struct sys *s, pid_t tid, pid_t *pid)
{
	struct buf text = {0};
	int err;
	const char *p = proc_status(s, tid, "\nTgid:\t", &text, &err);

	*pid = p ? (pid_t)strtol(p, NULL, 10) : 0;
	buf_free(&text);
	return err;
}

/* struct linux_dirent64: u64 inode, u64 offset, u16 length, u8 type, name */
int proc_each_name(struct sys *s, int dirfd, const char *dir,
	int (*fn)(void *arg, const char *name), void *arg)
{
	char buf[8192] __attribute__((aligned(8)));
	uint16_t len;
	ssize_t n, at;
	int err = 0, fd = sys_openat(s, dirfd, dir, O_RDONLY | O_DIRECTORY, NULL);

	if (fd < 0)
		return fd;
	while (!err && (n = sys_getdents(s, fd, buf, sizeof(buf))) != 0) {
		err = n < 0 ? (int)n : 0;
		for (at = 0; !err && at + 20 <= n; at += len) {
			memcpy(&len, buf + at + 16, sizeof(len));
			if (len < 20 || len > n - at)
				break;
			err = fn(arg, buf + at + 19);
		}
	}
	sys_close(s, fd);
	return err;
}

struct proc_pids {
	int (*fn)(void *arg, pid_t pid);
	void *arg;
};

static int proc_on_name(void *arg, const char *name)
{
	const struct proc_pids *p = arg;
	char *end;
	long pid;

	if (!isdigit((unsigned char)*name))
		return 0;
	pid = strtol(name, &end, 10);
	return *end || pid <= 0 || pid > INT32_MAX ? 0 : p->fn(p->arg, (pid_t)pid);
}

int proc_each_pid(struct sys *s, int (*fn)(void *arg, pid_t pid), void *arg)
{
	struct proc_pids p = {fn, arg};

	return proc_each_name(s, AT_FDCWD, "/proc", proc_on_name, &p);
}
