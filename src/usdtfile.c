// SPDX-License-Identifier: MIT
/*
 * usdtfile.c - the files that may have USDT probes: one by path, or all that a process runs.
 *
 * A process's files are those that it has mapped as code, each once.  What it calls /lib/x is
 * /proc/PID/root/lib/x to us; a file that was removed or replaced since is still there as
 * /proc/PID/map_files/START-END, for who may.  Both names mean the same file to the kernel.
 */
#include "usdtfile.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "libname.h"
#include "noteview.h"
#include "proc.h"

/* What one walk carries. */
struct usdtfile_walk {
	struct sys *s;
	pid_t pid;
	int (*fn)(void *arg, const struct usdtfile *f);
	void *arg;
	struct usdtfile_left *left;
	struct rawbpf_error *e;
	size_t n;	     /* files of the process */
	char root[PATH_MAX]; /* of the process, as proc_root() has it */
};

bool usdtfile_leave(struct usdtfile_left *left, int err, const struct rawbpf_error *why)
{
	if (err == -ENOMEM || err == -EMFILE || err == -ENFILE)
		return false;
	if (!left->why.err)
		err_copy(&left->why, why);
	return true;
}

/* Some calls of the kernel would take a thread for its process, and some would not. */
static int usdtfile_check_pid(const struct usdtfile_walk *w)
{
	pid_t pid = 0;
	int err = w->pid ? proc_of_thread(w->s, w->pid, &pid) : 0;

	if (err == -ENOMEM)
		return err_set(w->e, "open", -ENOMEM, "out of memory");
	/* why it cannot be read is told when its maps cannot */
	if (err || !pid || pid == w->pid)
		return 0;
	err_set(w->e, "open", -ESRCH, "no process %d", (int)w->pid);
	err_hint(w->e, "it is a thread of process %d", (int)pid);
	return -ESRCH;
}

/* ---- one file ----------------------------------------------------------------------------- */

static int usdtfile_one(const struct usdtfile_walk *w, const char *open_as, const char *path)
{
	struct usdtfile f = {path, open_as, NULL};
	int err = elf_open(w->s, open_as, &f.elf, w->e);

	if (err == -ENOENT)
		err_hint(w->e, "give the path of a program or library, or its name alone");
	if (err)
		return err;
	err = w->fn(w->arg, &f);
	elf_close(f.elf);
	return err;
}

static int usdtfile_by_name(const struct usdtfile_walk *w, const char *name)
{
	struct libname_file file;
	int err = usdtfile_check_pid(w);

	if (err)
		return err;
	err = libname_find(w->s, name, w->pid, &file, w->e);
	if (err && w->e)
		w->e->stage = "open"; /* nothing is attached yet */
	if (err)
		return err;
	err = usdtfile_one(w, file.path, file.shown);
	libname_free(&file);
	return err;
}

/* ---- a process's -------------------------------------------------------------------------- */

/* Files that were seen already: an open hash table. */
struct usdtfile_seen {
	struct usdtfile_id {
		uint64_t dev, ino; /* ino 0: free */
	} * id;
	size_t n, mask;
};

static struct usdtfile_id *usdtfile_slot(
	struct usdtfile_id *id, size_t mask, uint64_t dev, uint64_t ino)
{
	size_t i = (size_t)((ino ^ dev) * 0x9e3779b97f4a7c15u >> 32) & mask;

	while (id[i].ino && (id[i].ino != ino || id[i].dev != dev))
		i = (i + 1) & mask;
	return &id[i];
}

static int usdtfile_grow(struct usdtfile_seen *seen)
{
	size_t i, mask = seen->id ? 2 * seen->mask + 1 : 63;
	struct usdtfile_id *id = calloc(mask + 1, sizeof(*id));

	if (!id)
		return -ENOMEM;
	for (i = 0; seen->id && i <= seen->mask; i++)
		if (seen->id[i].ino)
			*usdtfile_slot(id, mask, seen->id[i].dev, seen->id[i].ino) = seen->id[i];
	free(seen->id);
	seen->id = id;
	seen->mask = mask;
	return 0;
}

/* 1 new, 0 seen before, -ENOMEM */
static int usdtfile_new(struct usdtfile_seen *seen, const struct proc_map *m)
{
	uint64_t dev = (uint64_t)m->major << 32 | m->minor;
	struct usdtfile_id *id;

	if (!seen->id || 2 * seen->n > seen->mask) {
		if (usdtfile_grow(seen))
			return -ENOMEM;
	}
	id = usdtfile_slot(seen->id, seen->mask, dev, m->inode);
	if (id->ino)
		return 0;
	id->dev = dev;
	id->ino = m->inode;
	seen->n++;
	return 1;
}

static void usdtfile_by_mapping(
	const struct usdtfile_walk *w, const struct proc_map *m, char *name, size_t size)
{
	snprintf(name, size, "/proc/%d/map_files/%llx-%llx", (int)w->pid,
		(unsigned long long)m->start, (unsigned long long)m->end);
}

/*
 * Is it this file?  Where stat(2) and maps have other device numbers (overlayfs, btrfs), what the
 * mapping leads to is asked, for who may; for others the inode's number must do.
 */
static bool usdtfile_is(const struct usdtfile_walk *w, const struct proc_map *m, const char *path)
{
	char mapping[64];
	struct stat st, real;

	if (sys_stat(w->s, path, &st) || (uint64_t)st.st_ino != m->inode)
		return false;
	if (major(st.st_dev) == m->major && minor(st.st_dev) == m->minor)
		return true;
	usdtfile_by_mapping(w, m, mapping, sizeof(mapping));
	return sys_stat(w->s, mapping, &real) ||
	       (real.st_dev == st.st_dev && real.st_ino == st.st_ino);
}

/*
 * The name by which we reach a mapped file: by its path below the process's root, by the path as
 * it is (a process in a chroot), or by the mapping when both are another file, or none, by now.
 */
static void usdtfile_reach(
	const struct usdtfile_walk *w, const struct proc_map *m, char *name, size_t size)
{
	snprintf(name, size, "/proc/%d/root%s", (int)w->pid, proc_below(m->path, w->root));
	if (usdtfile_is(w, m, name))
		return;
	if (usdtfile_is(w, m, m->path))
		snprintf(name, size, "%s", m->path);
	else
		usdtfile_by_mapping(w, m, name, size);
}

/* Mapped data that is no ELF file, and what is gone by now, cannot have probes: no error. */
static int usdtfile_mapped(struct usdtfile_walk *w, const struct proc_map *m)
{
	char name[PATH_MAX + 64], shown[PATH_MAX];
	struct rawbpf_error why;
	struct usdtfile f = {shown, name, NULL};
	const char *path = proc_below(m->path, w->root);
	int err;

	usdtfile_reach(w, m, name, sizeof(name));
	snprintf(shown, sizeof(shown), "%.*s", (int)proc_map_len(path), path);
	err = elf_open(w->s, name, &f.elf, &why);
	if (err == -ENOENT || err == -ENOEXEC || err == -EINVAL)
		return 0;
	w->n++;
	if (err) {
		if (strstr(name, "/map_files/") && (err == -EPERM || err == -EACCES))
			err_hint(&why,
				"'%s' was removed or replaced since: be root, or have "
				"CAP_CHECKPOINT_RESTORE",
				shown);
		if (usdtfile_leave(w->left, err, &why))
			return 0;
		err_copy(w->e, &why);
		return err;
	}
	err = w->fn(w->arg, &f);
	elf_close(f.elf);
	return err;
}

static int usdtfile_no_maps(const struct usdtfile_walk *w, int err)
{
	if (err == -ESRCH)
		return proc_gone(w->s, w->pid, "open", w->e);
	err_set(w->e, "open", err, "mappings of process %d cannot be read", (int)w->pid);
	if (err == -EACCES || err == -EPERM)
		err_hint(w->e, "be root, or the user of process %d, or have CAP_SYS_PTRACE",
			(int)w->pid);
	return err;
}

static int usdtfile_process(struct usdtfile_walk *w)
{
	struct usdtfile_seen seen = {NULL, 0, 0};
	struct proc_maps maps;
	struct proc_map m;
	int err = usdtfile_check_pid(w);

	if (err)
		return err;
	err = proc_maps_open(w->s, w->pid, &maps);
	if (err)
		return usdtfile_no_maps(w, err);
	proc_root(w->s, w->pid, w->root, sizeof(w->root));
	while (!err && proc_maps_next(&maps, &m)) {
		if (!m.exec || !m.inode || *m.path != '/')
			continue;
		err = usdtfile_new(&seen, &m);
		if (err == 1)
			err = usdtfile_mapped(w, &m);
		else if (err)
			err_set(w->e, "open", err, "out of memory");
	}
	proc_maps_free(&maps);
	free(seen.id);
	return err || w->n ? err : proc_gone(w->s, w->pid, "open", w->e);
}

/* ---- either ------------------------------------------------------------------------------- */

int usdtfile_named(struct sys *s, const char *name, pid_t pid,
	int (*fn)(void *arg, const struct usdtfile *f), void *arg, struct rawbpf_error *e)
{
	struct usdtfile_walk w = {.s = s, .pid = pid > 0 ? pid : 0, .fn = fn, .arg = arg, .e = e};

	return usdtfile_by_name(&w, name);
}

int usdtfile_each(struct sys *s, const char *path, pid_t pid,
	int (*fn)(void *arg, const struct usdtfile *f), void *arg, struct usdtfile_left *left,
	struct rawbpf_error *e)
{
	struct usdtfile_walk w = {
		.s = s, .pid = pid > 0 ? pid : 0, .fn = fn, .arg = arg, .left = left, .e = e};
	struct stat st;

	if (path && w.pid)
		return usdtfile_by_name(&w, path);
	if (path && (strchr(path, '/') || !*path || !sys_stat(s, path, &st)))
		return usdtfile_one(&w, path, path);
	if (path)
		return usdtfile_by_name(&w, path);
	if (w.pid)
		return usdtfile_process(&w);
	err_set(e, "open", -EINVAL, "either a pid or a path must be given");
	return -EINVAL;
}

/* ---- their probes ------------------------------------------------------------------------- */

struct usdtfile_probes {
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p);
	void *arg;
	bool all;     /* of a process: no file hides the others */
	bool stopped; /* by fn */
	struct usdtfile_left left;
	struct rawbpf_error *e;
};

static int usdtfile_on_probe(void *arg, const struct rawbpf_usdt_probe *probe)
{
	struct usdtfile_probes *p = arg;
	int err = p->fn(p->arg, probe);

	p->stopped = err != 0;
	return err;
}

static int usdtfile_list(void *arg, const struct usdtfile *f)
{
	struct usdtfile_probes *p = arg;
	struct rawbpf_error why;
	int err = noteview_each(f->elf, f->path, NULL, usdtfile_on_probe, p, &why);

	if (!err || p->stopped)
		return err;
	if (p->all && usdtfile_leave(&p->left, err, &why))
		return 0;
	err_copy(p->e, &why);
	return err;
}

int rawbpf_usdt_each(const char *path, pid_t pid,
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e)
{
	struct usdtfile_probes p = {.fn = fn, .arg = arg, .all = !path, .e = e};
	struct sys s = {0};
	int err;

	if (!fn)
		return err_set(e, "open", -EINVAL, "usdt_each: no function to call");
	err = usdtfile_each(&s, path, pid, usdtfile_list, &p, &p.left, e);
	if (err || !p.left.why.err)
		return err;
	err_copy(e, &p.left.why);
	return p.left.why.err;
}
