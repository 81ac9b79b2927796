// SPDX-License-Identifier: MIT
/*
 * libname.c - the file that a library's or program's name means.
 *
 * "c" is what the dynamic linker would take: with a process, what that process has mapped; else
 * the first entry of glibc's ld.so.cache, or of musl's list of directories, that was built for
 * the machine.  A system may have both C libraries (Debian with the package musl, Alpine with
 * gcompat): the interpreter of /bin/sh tells which of them is at home.
 *
 * For another process all of it happens below /proc/PID/root, symbolic links too (rootpath.c).
 */
#include "libname.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "hwcaps.h"
#include "interp.h"
#include "ldcache.h"
#include "near.h"
#include "proc.h"
#include "rootpath.h"
#include "rows.h"
#include "soname.h"

#define LIBNAME_CACHE_MAX  (64u << 20)
#define LIBNAME_CACHE_MOST ((128 << 10) - 64) /* bytes of most systems' */
#define LIBNAME_HITS_MAX   4096		      /* files of one name: more is not a library's name */

/* What the machine's own names are in the directories of the dynamic linkers. */
static const struct libname_arch {
	uint16_t machine;
	uint8_t class, order;
	const char *musl;  /* /lib/ld-musl-NAME.so.1 */
	const char *multi; /* /usr/lib/NAME, Debian's */
} libname_archs[] = {
	{EM_X86_64, ELFCLASS64, ELFDATA2LSB, "x86_64", "x86_64-linux-gnu"},
	{EM_AARCH64, ELFCLASS64, ELFDATA2LSB, "aarch64", "aarch64-linux-gnu"},
	{EM_ARM, ELFCLASS32, ELFDATA2LSB, "armhf", "arm-linux-gnueabihf"},
	{EM_ARM, ELFCLASS32, ELFDATA2LSB, "arm", "arm-linux-gnueabi"},
	{EM_386, ELFCLASS32, ELFDATA2LSB, "i386", "i386-linux-gnu"},
	{243 /* EM_RISCV */, ELFCLASS64, ELFDATA2LSB, "riscv64", "riscv64-linux-gnu"},
	{EM_PPC64, ELFCLASS64, ELFDATA2LSB, "powerpc64le", "powerpc64le-linux-gnu"},
	{EM_PPC64, ELFCLASS64, ELFDATA2MSB, "powerpc64", "powerpc64-linux-gnu"},
	{EM_S390, ELFCLASS64, ELFDATA2MSB, "s390x", "s390x-linux-gnu"},
	{EM_MIPS, ELFCLASS64, ELFDATA2LSB, "mips64el", "mips64el-linux-gnuabi64"},
	{EM_MIPS, ELFCLASS64, ELFDATA2MSB, "mips64", "mips64-linux-gnuabi64"},
	{258 /* EM_LOONGARCH */, ELFCLASS64, ELFDATA2LSB, "loongarch64", "loongarch64-linux-gnu"},
	{0, 0, 0, NULL, NULL},
};

static const char *const libname_dirs[] = {
	"/lib", "/usr/local/lib", "/usr/lib", "/lib64", "/usr/lib64", NULL};

struct libname_hit {
	char *path; /* as seen below the root */
	int rank;
	int level; /* of the CPU that it is built for; 0: any */
	size_t nr;
};

struct libname_search {
	struct sys *sys;
	const char *name;
	pid_t pid;
	char root[32];		 /* "/proc/PID/root", or "" */
	char own_root[PATH_MAX]; /* the process's, as proc_root() has it */
	uint8_t hdr[20];	 /* of a file of the machine we look for */
	const char *dir;	 /* being read */
	int level;		 /* of this CPU, -1: not looked yet */
	struct libname_hit *hits;
	size_t n_hits;
	struct near near;
	int err; /* why a file could not be looked at, which is not that there is none */
};

/* ---- files found -------------------------------------------------------------------------- */

static void libname_add(struct libname_search *q, const char *path, int rank, int level)
{
	struct libname_hit *more;
	char *copy;

	if (q->n_hits >= LIBNAME_HITS_MAX)
		return;
	more = rows_room(q->hits, q->n_hits, sizeof(*more));
	q->hits = more ? more : q->hits;
	copy = more ? strdup(path) : NULL;
	if (!copy) {
		q->err = -ENOMEM;
		return;
	}
	q->hits[q->n_hits] = (struct libname_hit){copy, rank, level, q->n_hits};
	q->n_hits++;
}

static void libname_drop_hits(struct libname_search *q)
{
	while (q->n_hits)
		free(q->hits[--q->n_hits].path);
	free(q->hits);
	q->hits = NULL;
}

static void libname_road(struct libname_file *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void libname_road(struct libname_file *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->road, sizeof(f->road), fmt, ap);
	va_end(ap);
}

/* The path to open for what the process sees at path. */
static int libname_below(struct libname_search *q, const char *path, char **out)
{
	return rootpath_walk(q->sys, q->root, path, false, out);
}

/* The first bytes of a file; 0, -ENOEXEC when it is shorter, or what the kernel said. */
static int libname_read_at(struct sys *s, const char *path, void *p, size_t n)
{
	int fd = sys_openat(s, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, NULL);
	ssize_t got;

	if (fd < 0)
		return fd;
	got = sys_pread(s, fd, p, n, 0);
	sys_close(s, fd);
	if (got < 0)
		return (int)got;
	return (size_t)got == n ? 0 : -ENOEXEC;
}

/* Is it an ELF file for the machine? */
static int libname_fits(struct libname_search *q, const char *path)
{
	uint8_t h[20];
	int err = libname_read_at(q->sys, path, h, sizeof(h));

	if (err)
		return err;
	if (memcmp(h, ELFMAG, SELFMAG) || h[EI_CLASS] != q->hdr[EI_CLASS] ||
		h[EI_DATA] != q->hdr[EI_DATA] || h[18] != q->hdr[18] || h[19] != q->hdr[19])
		return -ENOEXEC;
	return 0;
}

/* Remembers what says nothing about the file: no memory, no fd, reading denied as such. */
static int libname_note(struct libname_search *q, int err)
{
	switch (err) {
	case 0:
	case -ENOENT:
	case -ENOTDIR:
	case -ENOEXEC:
	case -EACCES:
	case -EISDIR:
	case -ELOOP:
	case -ENAMETOOLONG:
	case -ENXIO: break;
	default: q->err = q->err ? q->err : err; break;
	}
	return err;
}

/* Whether a file may have been passed by that comes before those found. */
static bool libname_broken(const struct libname_search *q)
{
	return q->err == -ENOMEM || q->err == -EMFILE || q->err == -ENFILE || q->err == -EIO;
}

/* Takes path when it is there and for the machine: 0 and *out, or why not. */
static int libname_take(struct libname_search *q, const char *path, struct libname_file *out)
{
	int err = libname_below(q, path, &out->path);

	if (!err)
		err = libname_fits(q, out->path);
	if (!err) {
		out->shown = strdup(path);
		err = out->shown ? 0 : -ENOMEM;
	}
	if (err)
		libname_free(out);
	return libname_note(q, err);
}

/* The order in which they are tried; as found, where nothing else tells them apart. */
static int libname_by_rank(const void *a, const void *b)
{
	const struct libname_hit *x = a, *y = b;

	if (x->rank != y->rank)
		return y->rank - x->rank;
	return x->level != y->level ? y->level - x->level : x->nr < y->nr ? -1 : x->nr > y->nr;
}

/* The best of the hits, found in where, that are for the machine: 0, or -ENOENT. */
static int libname_best(struct libname_search *q, const char *where, struct libname_file *out)
{
	int err = -ENOENT;
	size_t i;

	if (q->n_hits)
		qsort(q->hits, q->n_hits, sizeof(*q->hits), libname_by_rank);
	for (i = 0; i < q->n_hits && err && !libname_broken(q); i++)
		err = libname_take(q, q->hits[i].path, out);
	if (!err && q->hits[i - 1].level)
		libname_road(
			out, "in %s, the one for %s", where, hwcaps_name(q->hits[i - 1].level));
	else if (!err)
		libname_road(out, "in %s", where);
	libname_drop_hits(q);
	return err ? -ENOENT : 0;
}

/* ---- ld.so.cache -------------------------------------------------------------------------- */

/* The dynamic linker takes the build for the best CPU that this one is, and else the plain one. */
static int libname_on_cached(void *arg, const char *soname, const char *path, const char *hwcaps)
{
	struct libname_search *q = arg;
	int rank = soname_rank(q->name, soname), level = 0;

	if (!rank) {
		soname_offer(&q->near, soname);
		return 0;
	}
	if (hwcaps)
		level = hwcaps_level(hwcaps);
	if (level && q->level < 0)
		q->level = hwcaps_cpu(q->sys);
	if (!hwcaps || (level && level <= q->level))
		libname_add(q, path, rank, level);
	return 0;
}

/* In one read, when it is as small as most are. */
static int libname_read_cache(struct libname_search *q, const char *path, struct buf *b)
{
	int fd = sys_openat(q->sys, AT_FDCWD, path, O_RDONLY, NULL);
	ssize_t got = 0;

	if (fd < 0)
		return fd;
	if (!buf_reserve(b, LIBNAME_CACHE_MOST))
		got = sys_pread(q->sys, fd, b->data, LIBNAME_CACHE_MOST, 0);
	sys_close(q->sys, fd);
	b->len = got > 0 && got < LIBNAME_CACHE_MOST ? (size_t)got : 0;
	return b->len ? 0 : sys_read_file(q->sys, AT_FDCWD, path, LIBNAME_CACHE_MAX, b);
}

static void libname_search_cache(struct libname_search *q)
{
	char path[64];
	struct buf b = {0};

	snprintf(path, sizeof(path), "%s/etc/ld.so.cache", q->root);
	if (!libname_note(q, libname_read_cache(q, path, &b)) && b.len)
		ldcache_each(b.data, b.len, libname_on_cached, q);
	buf_free(&b);
}

/* ---- directories -------------------------------------------------------------------------- */

static int libname_on_file(void *arg, const char *file)
{
	struct libname_search *q = arg;
	int rank = soname_rank(q->name, file);
	char path[PATH_MAX];

	if (!rank) {
		if (strstr(file, ".so"))
			soname_offer(&q->near, file);
		return 0;
	}
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", q->dir, file) < sizeof(path))
		libname_add(q, path, rank, 0);
	return 0;
}

static void libname_search_dir(struct libname_search *q, const char *dir)
{
	char *path;

	q->dir = dir;
	if (libname_note(q, libname_below(q, dir, &path)))
		return;
	libname_note(q, proc_each_name(q->sys, AT_FDCWD, path, libname_on_file, q));
	free(path);
}

static bool libname_arch_fits(const struct libname_search *q, const struct libname_arch *a)
{
	uint16_t machine = q->hdr[EI_DATA] == ELFDATA2MSB
				   ? (uint16_t)(q->hdr[18] << 8 | q->hdr[19])
				   : (uint16_t)(q->hdr[19] << 8 | q->hdr[18]);

	return a->machine == machine && a->class == q->hdr[EI_CLASS] && a->order == q->hdr[EI_DATA];
}

/* The directories of /etc/ld-musl-ARCH.path: a line or a ':' after each. */
static bool libname_search_musl_path(struct libname_search *q, const char *arch)
{
	char name[64], *dir, *save = NULL, *path;
	struct buf b = {0};
	bool found = false;

	snprintf(name, sizeof(name), "/etc/ld-musl-%s.path", arch);
	if (libname_note(q, libname_below(q, name, &path)))
		return false;
	if (!libname_note(q, sys_read_file(q->sys, AT_FDCWD, path, 1 << 20, &b)) && b.len) {
		for (dir = strtok_r(b.data, ":\n", &save); dir; dir = strtok_r(NULL, ":\n", &save))
			if (*dir == '/')
				libname_search_dir(q, dir);
		found = true;
	}
	buf_free(&b);
	free(path);
	return found;
}

static void libname_search_dirs(struct libname_search *q)
{
	const struct libname_arch *a;
	char dir[64];
	size_t i;

	for (a = libname_archs; a->machine; a++) {
		if (!libname_arch_fits(q, a))
			continue;
		libname_search_musl_path(q, a->musl);
		snprintf(dir, sizeof(dir), "/lib/%s", a->multi);
		libname_search_dir(q, dir);
		snprintf(dir, sizeof(dir), "/usr/lib/%s", a->multi);
		libname_search_dir(q, dir);
	}
	for (i = 0; libname_dirs[i]; i++)
		libname_search_dir(q, libname_dirs[i]);
}

/* ---- the C library ------------------------------------------------------------------------ */

static bool libname_is_c(const char *name)
{
	return !strcmp(name, "c") || !strcmp(name, "libc") || !strcmp(name, "libc.so");
}

static void libname_interp(struct libname_search *q, const char *prog, char *out, size_t size)
{
	char *path;

	*out = '\0';
	if (libname_note(q, libname_below(q, prog, &path)))
		return;
	libname_note(q, interp_read(q->sys, path, q->hdr, out, size));
	free(path);
}

static bool libname_is_there(struct libname_search *q, const char *path)
{
	struct stat st;
	char *below;
	int err = libname_below(q, path, &below);

	if (err)
		return !libname_note(q, err);
	err = sys_stat(q->sys, below, &st);
	free(below);
	return !libname_note(q, err);
}

/* Whether /bin/sh, and so the system, is of musl. */
static bool libname_home_is_musl(struct libname_search *q)
{
	char interp[PATH_MAX];

	libname_interp(q, "/bin/sh", interp, sizeof(interp));
	return !strncmp(soname_base(interp), "ld-musl-", 8);
}

/* musl's loader is its C library.  Taken when it is there and no glibc is at home. */
static int libname_musl_c(struct libname_search *q, bool only, struct libname_file *out)
{
	const struct libname_arch *a;
	int err = -ENOENT;
	char path[64];

	for (a = libname_archs; a->machine && err; a++) {
		if (!libname_arch_fits(q, a))
			continue;
		snprintf(path, sizeof(path), "/lib/ld-musl-%s.so.1", a->musl);
		if (only || (libname_is_there(q, path) && libname_home_is_musl(q)))
			err = libname_take(q, path, out);
	}
	if (err)
		return -ENOENT;
	libname_road(
		out, "musl's loader, which is its C library%s", only ? "" : " and that of /bin/sh");
	return 0;
}

/* Where glibc's own dynamic linker is, its libc.so.6 is too (Nix, Guix). */
static int libname_interp_c(struct libname_search *q, struct libname_file *out)
{
	char path[PATH_MAX + 16];
	char *slash;

	libname_interp(q, "/bin/sh", path, PATH_MAX);
	slash = strrchr(path, '/');
	if (!slash)
		return -ENOENT;
	strcpy(slash + 1, "libc.so.6");
	libname_road(out, "beside the dynamic linker of /bin/sh");
	return libname_take(q, path, out);
}

/* ---- a process's own ---------------------------------------------------------------------- */

static bool libname_same(struct libname_search *q, const char *path, uint64_t inode)
{
	struct stat st;

	return !sys_stat(q->sys, path, &st) && (uint64_t)st.st_ino == inode;
}

/*
 * A mapped file, by its path below the process's root, by its path as it is (a process in a
 * chroot), or, when both are another file or none by now, by the mapping itself.
 */
static int libname_take_map(
	struct libname_search *q, const struct proc_map *m, struct libname_file *out)
{
	const char *shown = proc_below(m->path, q->own_root);
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s%s", q->root, shown);
	libname_road(out, "process %d maps it", (int)q->pid);
	if (!libname_same(q, path, m->inode)) {
		snprintf(path, sizeof(path), "%s", m->path);
		if (!libname_same(q, path, m->inode)) {
			snprintf(path, sizeof(path), "/proc/%d/map_files/%llx-%llx", (int)q->pid,
				(unsigned long long)m->start, (unsigned long long)m->end);
			libname_road(out, "process %d maps it; its path is gone: by map_files",
				(int)q->pid);
			out->gone = true;
		}
	}
	out->path = strdup(path);
	out->shown = strndup(shown, proc_map_len(shown));
	if (out->path && out->shown)
		return 0;
	libname_free(out);
	return -ENOMEM;
}

static int libname_map_rank(const struct libname_search *q, const char *path)
{
	char base[NAME_MAX + 1];

	snprintf(base, sizeof(base), "%s", soname_base(path));
	base[strcspn(base, " ")] = '\0';
	if (libname_is_c(q->name) && !strncmp(base, "ld-musl-", 8))
		return 3;
	return soname_rank(q->name, base);
}

/* 0, -ENOENT when it maps no such library, -ESRCH. */
static int libname_search_maps(struct libname_search *q, struct libname_file *out)
{
	struct proc_map map, best = {0};
	struct proc_maps maps;
	int rank, best_rank = 0, err = proc_maps_open(q->sys, q->pid, &maps);

	if (err)
		return err;
	while (proc_maps_next(&maps, &map)) {
		if (map.path[0] != '/')
			continue;
		rank = libname_map_rank(q, map.path);
		/* the executable mapping is the one to find it by when the file is gone */
		if (!rank && map.exec)
			soname_offer(&q->near, soname_base(map.path));
		if (!rank || rank < best_rank || (rank == best_rank && (best.exec || !map.exec)))
			continue;
		best = map;
		best_rank = rank;
	}
	err = best_rank ? libname_take_map(q, &best, out) : -ENOENT;
	proc_maps_free(&maps);
	return err;
}

/*
 * The file that was at a path below the root before: 0 when the process maps that, and not the one
 * that is there now; else -ENOENT.
 */
static int libname_take_gone(struct libname_search *q, struct libname_file *out)
{
	struct proc_map map, best = {0};
	struct proc_maps maps;
	bool found = false, now = false;
	struct stat st = {0};
	const char *at;
	char *path;
	size_t n;
	int err = rootpath_walk(q->sys, q->root, q->name, true, &path);

	if (err)
		return err;
	if (sys_stat(q->sys, path, &st))
		st.st_ino = 0;
	err = proc_maps_open(q->sys, q->pid, &maps);
	while (!err && proc_maps_next(&maps, &map)) {
		now |= map.inode && map.inode == (uint64_t)st.st_ino;
		at = proc_below(map.path, q->own_root);
		n = proc_map_len(at);
		if (!at[n] || strncmp(at, path + strlen(q->root), n) || path[strlen(q->root) + n] ||
			(found && (best.exec || !map.exec)))
			continue;
		best = map;
		found = true;
	}
	if (!err)
		err = found && !now ? libname_take_map(q, &best, out) : -ENOENT;
	proc_maps_free(&maps);
	free(path);
	return err;
}

/* ---- programs ----------------------------------------------------------------------------- */

static const char *libname_env_path(const struct libname_search *q)
{
	const char *env = q->pid ? NULL : getenv("PATH");

	return env && *env ? env : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

static int libname_search_path(struct libname_search *q, struct libname_file *out)
{
	const char *env = libname_env_path(q);
	char path[PATH_MAX];
	int len, err = -ENOENT;
	size_t n;

	for (; *env && err && !libname_broken(q); env += n + (env[n] == ':')) {
		n = strcspn(env, ":");
		len = snprintf(path, sizeof(path), "%.*s/%s", (int)n, env, q->name);
		if (n && len > 0 && (size_t)len < sizeof(path))
			err = libname_take(q, path, out);
	}
	libname_road(out, "a program of PATH");
	return err ? -ENOENT : 0;
}

static int libname_on_program(void *arg, const char *file)
{
	if (*file != '.') /* "." and ".." of the directory too */
		near_offer(arg, file);
	return 0;
}

/* For the error only: programs of a name near to the one wanted. */
static void libname_offer_programs(struct libname_search *q)
{
	const char *env = libname_env_path(q);
	char dir[PATH_MAX], *path;
	size_t n;

	for (; *env; env += n + (env[n] == ':')) {
		n = strcspn(env, ":");
		if (!n || n >= sizeof(dir))
			continue;
		memcpy(dir, env, n);
		dir[n] = '\0';
		if (libname_below(q, dir, &path))
			continue;
		proc_each_name(q->sys, AT_FDCWD, path, libname_on_program, &q->near);
		free(path);
	}
}

/* ---- the whole search --------------------------------------------------------------------- */

/* Whose view, and files of which machine. */
static int libname_begin(struct libname_search *q)
{
	char exe[64];
	int err;

	interp_native(q->hdr);
	near_start(&q->near, q->name);
	if (q->pid <= 0) {
		q->pid = 0;
		return 0;
	}
	snprintf(q->root, sizeof(q->root), "/proc/%d/root", (int)q->pid);
	proc_root(q->sys, q->pid, q->own_root, sizeof(q->own_root));
	snprintf(exe, sizeof(exe), "/proc/%d/exe", (int)q->pid);
	err = libname_read_at(q->sys, exe, q->hdr, sizeof(q->hdr));
	return err == -ENOENT ? -ESRCH : err;
}

static int libname_search_all(struct libname_search *q, struct libname_file *out)
{
	int err = -ENOENT;

	if (q->pid)
		err = libname_search_maps(q, out);
	if (err == -ENOENT && libname_is_c(q->name))
		err = libname_musl_c(q, false, out);
	if (err != -ENOENT)
		return err;
	if (!libname_broken(q))
		libname_search_cache(q);
	err = libname_best(q, "/etc/ld.so.cache", out);
	if (err && !libname_broken(q) && libname_is_c(q->name)) {
		err = libname_musl_c(q, true, out);
		if (err && !libname_broken(q))
			err = libname_interp_c(q, out);
	}
	if (err && !libname_broken(q))
		err = libname_search_path(q, out);
	if (err && !libname_broken(q)) {
		libname_search_dirs(q);
		err = libname_best(q, "the directories of libraries", out);
	}
	return err && q->err ? q->err : err;
}

/* A path, as the process sees it; below /proc it names a process as we see it. */
static int libname_path(struct libname_search *q, struct libname_file *out, struct rawbpf_error *e)
{
	int err;
	struct stat st;

	if (q->name[0] != '/' || !strncmp(q->name, "/proc/", 6))
		q->root[0] = '\0';
	err = *q->root ? libname_take_gone(q, out) : -ENOENT;
	if (!err || err == -ENOMEM)
		return err ? err_set(e, "attach", err, "out of memory") : 0;
	libname_road(out, *q->root ? "a path, below %s" : "a path", q->root);
	err = libname_below(q, q->name, &out->path);
	if (!err)
		err = sys_stat(q->sys, out->path, &st);
	if (!err) {
		out->shown = strdup(q->name);
		err = out->shown ? 0 : -ENOMEM;
	}
	if (!err)
		return 0;
	libname_free(out);
	if (err == -ENOENT && *q->root)
		return err_set(
			e, "attach", err, "process %d has no file '%s'", (int)q->pid, q->name);
	return err_set(e, "attach", err, "no file '%s'", q->name);
}

int libname_find(struct sys *s, const char *name, pid_t pid, struct libname_file *out,
	struct rawbpf_error *e)
{
	struct libname_search q = {.sys = s, .name = name, .pid = pid, .level = -1};
	int err;

	memset(out, 0, sizeof(*out));
	if (!name || !*name)
		return err_set(e, "attach", -EINVAL, "no name of a library or program");
	err = libname_begin(&q);
	if (err == -ESRCH)
		return proc_gone(s, pid, "attach", e);
	if (err == -EACCES || err == -EPERM) {
		err_set(e, "attach", err, "files of process %d are closed to this user", (int)pid);
		err_hint(e, "it takes CAP_SYS_PTRACE, or to be the user of process %d", (int)pid);
		return err;
	}
	if (err)
		return err_set(e, "attach", err, "program of process %d cannot be read", (int)pid);
	if (strchr(name, '/'))
		return libname_path(&q, out, e);
	err = libname_search_all(&q, out);
	libname_drop_hits(&q);
	if (!err)
		return 0;
	if (err != -ENOENT) {
		err_set(e, "attach", err, "library or program '%s' cannot be looked for", name);
		if (err == -EPERM || err == -ENOSYS)
			err_hint(e, "a seccomp filter or security module forbids reading files");
		return err;
	}
	err_set(e, "attach", err, "no library or program '%s'", name);
	libname_offer_programs(&q);
	if (!near_hint(&q.near, e))
		err_hint(e, "give its path");
	return err;
}

void libname_free(struct libname_file *f)
{
	free(f->path);
	free(f->shown);
	f->path = f->shown = NULL;
}
