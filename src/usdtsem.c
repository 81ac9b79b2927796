// SPDX-License-Identifier: MIT
/*
 * usdtsem.c - the semaphores of USDT probes, counted by hand where the kernel does not.
 *
 * A program may look at a probe's semaphore, a 16-bit counter in its data, and pass the probe by
 * while it is 0.  Linux 4.20 counts it up in every process that maps the file, and down again
 * when the probe goes, whoever dies.  Before that it is a write to /proc/PID/mem of one process.
 *
 * What was opened is the memory, not the number of a process: when that ends or becomes another
 * program, the write finds nothing, whoever has the number by then.  A child that was forked
 * meanwhile keeps the count that it was born with.
 *
 * It is read, counted, and written: when another tracer does so at the same moment, one of the two
 * counts may be lost.  Nothing that writes another process's memory could do better.
 */
#include "usdtsem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "proc.h"

#define USDTSEM_TRIES 3 /* to take a count back, which nobody else would */

struct usdtsem {
	int fd; /* the process's memory */
	size_t n;
	uint64_t *at; /* one for each mapping: a library may be loaded several times */
};

static bool usdtsem_is_file(const struct usdtsem_place *p, const struct proc_map *m)
{
	size_t n = proc_map_len(m->path);

	if (m->inode != p->ino || !m->inode)
		return false;
	if (m->major == major((dev_t)p->dev) && m->minor == minor((dev_t)p->dev))
		return true;
	/* overlayfs and btrfs show other device numbers here than stat(2) does */
	return strlen(p->path) == n && !strncmp(p->path, m->path, n);
}

static bool usdtsem_is_in(const struct usdtsem_place *p, const struct proc_map *m)
{
	return m->write && usdtsem_is_file(p, m) && p->offset >= m->offset &&
	       p->offset - m->offset < m->end - m->start;
}

static int usdtsem_keep(struct usdtsem *sem, uint64_t at)
{
	uint64_t *p = realloc(sem->at, (sem->n + 1) * sizeof(*p));

	if (!p)
		return -ENOMEM;
	sem->at = p;
	p[sem->n++] = at;
	return 0;
}

/*
 * All shared mappings have the file's own counter, which is one.  It comes last: the others would
 * begin with what it has, until they are written.
 */
static int usdtsem_look(struct usdtsem *sem, const struct usdtsem_place *p, struct proc_maps *maps)
{
	uint64_t at, shared = 0;
	struct proc_map m;
	int err = 0;

	while (!err && proc_maps_next(maps, &m)) {
		if (!usdtsem_is_in(p, &m))
			continue;
		at = m.start + (p->offset - m.offset);
		if (m.shared)
			shared = at;
		else
			err = usdtsem_keep(sem, at);
	}
	if (!err && shared)
		err = usdtsem_keep(sem, shared);
	return err || sem->n ? err : -ENXIO;
}

/* The counter of one mapping, by as much as that. */
static int usdtsem_add(struct sys *s, const struct usdtsem *sem, size_t i, int by)
{
	uint16_t v;
	ssize_t n = sys_pread(s, sem->fd, &v, sizeof(v), sem->at[i]);

	if (n == sizeof(v)) {
		v = (uint16_t)(v + by);
		n = sys_pwrite(s, sem->fd, &v, sizeof(v), sem->at[i], "usdt semaphore");
	}
	return n == sizeof(v) ? 0 : n < 0 ? (int)n : -ESRCH; /* 0 bytes: the memory is gone */
}

/* Takes back what the first n mappings were given. */
static void usdtsem_undo(struct sys *s, struct usdtsem *sem, size_t n)
{
	int tries;

	while (n--)
		for (tries = 0; tries < USDTSEM_TRIES && usdtsem_add(s, sem, n, -1); tries++)
			;
	sys_close(s, sem->fd);
	free(sem->at);
	free(sem);
}

static int usdtsem_failed(struct rawbpf_error *e, const struct usdtsem_place *p, int err)
{
	if (err == -ENOMEM)
		return err_set(e, "attach", err, "out of memory");
	if (err == -ESRCH || err == -EIO)
		return err_set(e, "attach", -ESRCH, "no process %d", (int)p->pid);
	err_set(e, "attach", err, "the memory of process %d cannot be written", (int)p->pid);
	if (err == -EACCES || err == -EPERM)
		err_hint(e, "the semaphore of the probe is there: be root, or have CAP_SYS_PTRACE");
	return err;
}

static int usdtsem_absent(struct rawbpf_error *e, const struct usdtsem_place *p)
{
	err_set(e, "attach", -ENOENT, "process %d does not have the semaphore of '%s' mapped",
		(int)p->pid, p->path);
	err_hint(e, "attach when the file is loaded, or on Linux 4.20");
	return -ENOENT;
}

/* The memory first: a process that takes the number afterwards has other mappings, at worst. */
static int usdtsem_open(struct sys *s, const struct usdtsem_place *p, struct usdtsem *sem)
{
	struct proc_maps maps;
	char path[32];
	int err;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)p->pid);
	sem->fd = sys_openat(s, AT_FDCWD, path, O_RDWR, "usdt semaphore");
	if (sem->fd < 0)
		return sem->fd == -ENOENT ? -ESRCH : sem->fd;
	err = proc_maps_open(s, p->pid, &maps);
	if (err)
		return err;
	err = usdtsem_look(sem, p, &maps);
	proc_maps_free(&maps);
	return err;
}

int usdtsem_up(
	struct sys *s, const struct usdtsem_place *p, struct usdtsem **out, struct rawbpf_error *e)
{
	struct usdtsem *sem = calloc(1, sizeof(*sem));
	size_t i = 0;
	int err;

	*out = NULL;
	if (!sem)
		return usdtsem_failed(e, p, -ENOMEM);
	err = usdtsem_open(s, p, sem);
	for (; !err && i < sem->n; i++) {
		err = usdtsem_add(s, sem, i, 1);
		if (err)
			break;
	}
	if (err) {
		usdtsem_undo(s, sem, i);
		return err == -ENXIO ? usdtsem_absent(e, p) : usdtsem_failed(e, p, err);
	}
	*out = sem;
	return 0;
}

void usdtsem_down(struct sys *s, struct usdtsem *sem)
{
	if (sem)
		usdtsem_undo(s, sem, sem->n);
}
