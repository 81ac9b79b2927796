// SPDX-License-Identifier: MIT
/*
 * sys.c - the only file that talks to the kernel.
 *
 * Each call is put into a struct rawbpf_call and passed to the context's hook, or straight to
 * rawbpf_call_kernel().  Nothing else of the library changes or asks anything of the system, so
 * what a hook sees is all there is: audit, dry run, fault injection and the tests of old kernels
 * rest on that.  Past the hook go memory (malloc, and advice about it) and libelf's own reads of
 * its file.
 */
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Addresses of a process are offsets of /proc/PID/mem: 32-bit hosts need -D_FILE_OFFSET_BITS=64. */
struct sys_wide_offsets {
	int off_t_has_64_bits : sizeof(off_t) == 8 ? 1 : -1;
};

/* Numbers that a host's old headers may lack; from 5.2 on all CPUs share them. */
#ifndef SYS_fsopen
#define SYS_fsopen 430
#endif
#ifndef SYS_fsconfig
#define SYS_fsconfig 431
#endif
#ifndef SYS_fsmount
#define SYS_fsmount 432
#endif

/* Calls about files. */
static long kernel_file(const struct rawbpf_call *c)
{
	const uintptr_t *a = c->arg;

	switch (c->kind) {
	case RAWBPF_CALL_OPENAT:
		return openat((int)a[0], (const char *)a[1], (int)a[2], (mode_t)a[3]);
	case RAWBPF_CALL_CLOSE: return close((int)a[0]);
	case RAWBPF_CALL_READ: return read((int)a[0], (void *)a[1], a[2]);
	case RAWBPF_CALL_PREAD: return pread((int)a[0], (void *)a[1], a[2], (off_t)c->offset);
	case RAWBPF_CALL_WRITE: return write((int)a[0], (const void *)a[1], a[2]);
	case RAWBPF_CALL_PWRITE:
		return pwrite((int)a[0], (const void *)a[1], a[2], (off_t)c->offset);
	case RAWBPF_CALL_FLOCK: return flock((int)a[0], (int)a[1]);
	case RAWBPF_CALL_FSTAT: return fstat((int)a[0], (struct stat *)a[1]);
	case RAWBPF_CALL_STAT: return stat((const char *)a[0], (struct stat *)a[1]);
	case RAWBPF_CALL_STATFS: return statfs((const char *)a[0], (struct statfs *)a[1]);
	case RAWBPF_CALL_READLINKAT:
		return readlinkat((int)a[0], (const char *)a[1], (char *)a[2], a[3]);
	case RAWBPF_CALL_GETDENTS: return syscall(SYS_getdents64, (int)a[0], a[1], a[2]);
	case RAWBPF_CALL_MKDIRAT: return mkdirat((int)a[0], (const char *)a[1], (mode_t)a[2]);
	case RAWBPF_CALL_UNLINKAT: return unlinkat((int)a[0], (const char *)a[1], (int)a[2]);
	default: errno = EINVAL; return -1;
	}
}

static long kernel_mmap(const struct rawbpf_call *c)
{
	const uintptr_t *a = c->arg;
	void *p = mmap(NULL, a[0], (int)a[1], (int)a[2], (int)a[3], (off_t)c->offset);

	return p == MAP_FAILED ? -1 : (long)p;
}

static long kernel_call(const struct rawbpf_call *c)
{
	const uintptr_t *a = c->arg;

	switch (c->kind) {
	case RAWBPF_CALL_BPF: return syscall(SYS_bpf, (int)a[0], a[1], (unsigned)a[2]);
	case RAWBPF_CALL_PERF_EVENT_OPEN:
		return syscall(SYS_perf_event_open, a[0], (pid_t)a[1], (int)a[2], (int)a[3], a[4]);
	case RAWBPF_CALL_IOCTL: return ioctl((int)a[0], a[1], a[2]);
	case RAWBPF_CALL_FSOPEN: return syscall(SYS_fsopen, a[0], (unsigned)a[1]);
	case RAWBPF_CALL_FSCONFIG:
		return syscall(SYS_fsconfig, (int)a[0], (unsigned)a[1], a[2], a[3], (int)a[4]);
	case RAWBPF_CALL_FSMOUNT:
		return syscall(SYS_fsmount, (int)a[0], (unsigned)a[1], (unsigned)a[2]);
	case RAWBPF_CALL_POLL: return poll((struct pollfd *)a[0], (nfds_t)a[1], (int)a[2]);
	case RAWBPF_CALL_MMAP: return kernel_mmap(c);
	case RAWBPF_CALL_MUNMAP: return munmap((void *)a[0], a[1]);
	case RAWBPF_CALL_PRLIMIT:
		return prlimit(
			(pid_t)a[0], (int)a[1], (const struct rlimit *)a[2], (struct rlimit *)a[3]);
	case RAWBPF_CALL_UNAME: return uname((struct utsname *)a[0]);
	case RAWBPF_CALL_CAPGET: return syscall(SYS_capget, a[0], a[1]);
	case RAWBPF_CALL_CAPSET: return syscall(SYS_capset, a[0], a[1]);
	case RAWBPF_CALL_PRCTL: return prctl((int)a[0], a[1], a[2], a[3], a[4]);
	default: return kernel_file(c);
	}
}

long rawbpf_call_kernel(const struct rawbpf_call *c)
{
	int saved = errno;
	long ret = kernel_call(c);

	/* -1 alone is the sign: on 32-bit machines a mapping's address looks negative too */
	if (ret == -1)
		ret = -errno;
	errno = saved;
	return ret;
}

bool sys_unread(const struct sys *s, int err)
{
	return s->dry && (err == -EACCES || err == -EPERM);
}

long sys_pass(struct sys *s, const struct rawbpf_call *c)
{
	return s->hook ? s->hook(s->arg, c) : rawbpf_call_kernel(c);
}

long sys_issue(struct sys *s, const struct rawbpf_call *c)
{
	return s->dry ? s->dry(s->dry_arg, s, c) : sys_pass(s, c);
}

long sys_call(struct sys *s, const struct rawbpf_call *c)
{
	return s->audit ? s->audit(s->audit_arg, s, c) : sys_issue(s, c);
}

#define SYS_ARG(x) ((uintptr_t)(x))
#define SYS_CALL(s, what, why, ...)                           \
	sys_call(s, &(const struct rawbpf_call){.kind = what, \
			    .role = why,                      \
			    .arg = {__VA_ARGS__},             \
			    .fallback = (s)->fallback})

int sys_fallback(struct sys *s, int err)
{
	int was = s->fallback;

	if (err)
		s->fallback = err;
	return was;
}

void sys_fallback_end(struct sys *s, int was)
{
	s->fallback = was;
}

int sys_bpf(
	struct sys *s, enum rawbpf_cmd cmd, union rawbpf_attr *attr, size_t size, const char *role)
{
	int was, ret = (int)SYS_CALL(s, RAWBPF_CALL_BPF, role, SYS_ARG(cmd), SYS_ARG(attr), size);

	/* a signal came while places were being armed; program loads are counted in progload.c */
	if (ret == -EINTR && cmd == RAWBPF_LINK_CREATE) {
		was = sys_fallback(s, ret);
		ret = (int)SYS_CALL(s, RAWBPF_CALL_BPF, role, SYS_ARG(cmd), SYS_ARG(attr), size);
		sys_fallback_end(s, was);
	}
	return ret;
}

int sys_perf_event_open(
	struct sys *s, struct rawbpf_perf_attr *attr, pid_t pid, int cpu, const char *role)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_PERF_EVENT_OPEN, role, SYS_ARG(attr), SYS_ARG(pid),
		SYS_ARG(cpu), SYS_ARG(-1), RAWBPF_PERF_FLAG_FD_CLOEXEC);
}

int sys_ioctl(struct sys *s, int fd, unsigned long request, uintptr_t arg, const char *role)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_IOCTL, role, SYS_ARG(fd), request, arg);
}

int sys_openat(struct sys *s, int dirfd, const char *path, int flags, const char *role)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_OPENAT, role, SYS_ARG(dirfd), SYS_ARG(path),
		SYS_ARG(flags | O_CLOEXEC), 0600);
}

void sys_close(struct sys *s, int fd)
{
	if (fd >= 0)
		SYS_CALL(s, RAWBPF_CALL_CLOSE, NULL, SYS_ARG(fd));
}

ssize_t sys_read(struct sys *s, int fd, void *p, size_t n)
{
	return SYS_CALL(s, RAWBPF_CALL_READ, NULL, SYS_ARG(fd), SYS_ARG(p), n);
}

ssize_t sys_pread(struct sys *s, int fd, void *p, size_t n, uint64_t offset)
{
	const struct rawbpf_call c = {
		.kind = RAWBPF_CALL_PREAD, .arg = {SYS_ARG(fd), SYS_ARG(p), n}, .offset = offset};
	long ret;

	do /* network file systems and FUSE */
		ret = sys_call(s, &c);
	while (ret == -EINTR);
	return ret;
}

ssize_t sys_pwrite(
	struct sys *s, int fd, const void *p, size_t n, uint64_t offset, const char *role)
{
	const struct rawbpf_call c = {.kind = RAWBPF_CALL_PWRITE,
		.role = role,
		.arg = {SYS_ARG(fd), SYS_ARG(p), n},
		.offset = offset,
		.fallback = s->fallback};
	long ret;

	do
		ret = sys_call(s, &c);
	while (ret == -EINTR);
	return ret;
}

ssize_t sys_write(struct sys *s, int fd, const void *p, size_t n, const char *role)
{
	return SYS_CALL(s, RAWBPF_CALL_WRITE, role, SYS_ARG(fd), SYS_ARG(p), n);
}

int sys_fstat(struct sys *s, int fd, struct stat *st)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_FSTAT, NULL, SYS_ARG(fd), SYS_ARG(st));
}

int sys_stat(struct sys *s, const char *path, struct stat *st)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_STAT, NULL, SYS_ARG(path), SYS_ARG(st));
}

int sys_statfs(struct sys *s, const char *path, struct statfs *st)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_STATFS, NULL, SYS_ARG(path), SYS_ARG(st));
}

ssize_t sys_readlinkat(struct sys *s, int dirfd, const char *path, char *p, size_t n)
{
	return SYS_CALL(
		s, RAWBPF_CALL_READLINKAT, NULL, SYS_ARG(dirfd), SYS_ARG(path), SYS_ARG(p), n);
}

ssize_t sys_getdents(struct sys *s, int fd, void *p, size_t n)
{
	return SYS_CALL(s, RAWBPF_CALL_GETDENTS, NULL, SYS_ARG(fd), SYS_ARG(p), n);
}

int sys_mkdirat(struct sys *s, int dirfd, const char *path, mode_t mode, const char *role)
{
	return (int)SYS_CALL(
		s, RAWBPF_CALL_MKDIRAT, role, SYS_ARG(dirfd), SYS_ARG(path), SYS_ARG(mode));
}

int sys_unlinkat(struct sys *s, int dirfd, const char *path, int flags, const char *role)
{
	return (int)SYS_CALL(
		s, RAWBPF_CALL_UNLINKAT, role, SYS_ARG(dirfd), SYS_ARG(path), SYS_ARG(flags));
}

int sys_fsopen(struct sys *s, const char *name)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_FSOPEN, name, SYS_ARG(name), 1 /* FSOPEN_CLOEXEC */);
}

int sys_fsconfig(struct sys *s, int fd, unsigned cmd)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_FSCONFIG, NULL, SYS_ARG(fd), cmd);
}

int sys_fsmount(struct sys *s, int fd)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_FSMOUNT, NULL, SYS_ARG(fd), 1 /* FSMOUNT_CLOEXEC */);
}

int sys_poll(struct sys *s, struct pollfd *fds, size_t n, int timeout_ms)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_POLL, NULL, SYS_ARG(fds), n, SYS_ARG(timeout_ms));
}

int sys_mmap(struct sys *s, size_t len, int prot, int flags, int fd, uint64_t offset, void **p)
{
	const struct rawbpf_call c = {.kind = RAWBPF_CALL_MMAP,
		.arg = {len, SYS_ARG(prot), SYS_ARG(flags), SYS_ARG(fd)},
		.offset = offset};
	long ret = sys_call(s, &c);

	*p = NULL;
	if (ret < 0 && ret >= -4095)
		return (int)ret;
	*p = (void *)ret;
	return 0;
}

void sys_munmap(struct sys *s, void *p, size_t len)
{
	if (p)
		SYS_CALL(s, RAWBPF_CALL_MUNMAP, NULL, SYS_ARG(p), len);
}

void sys_large_pages(void *p, size_t len)
{
	int saved = errno;

	if (len)
		madvise(p, len, MADV_HUGEPAGE);
	errno = saved;
}

int sys_uname(struct sys *s, struct utsname *u)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_UNAME, NULL, SYS_ARG(u));
}

int sys_flock(struct sys *s, int fd, bool ex, const char *role)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_FLOCK, role, SYS_ARG(fd),
		SYS_ARG((ex ? LOCK_EX : LOCK_SH) | LOCK_NB));
}

int sys_prlimit(struct sys *s, int resource, const struct rlimit *set, struct rlimit *get)
{
	return (int)SYS_CALL(
		s, RAWBPF_CALL_PRLIMIT, NULL, 0, SYS_ARG(resource), SYS_ARG(set), SYS_ARG(get));
}

static uint64_t sys_caps_of(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

int sys_capget(struct sys *s, struct sys_caps *c)
{
	struct rawbpf_cap_header h = {.version = RAWBPF_CAP_VERSION};
	struct rawbpf_cap_data d[2];
	int err;

	memset(d, 0, sizeof(d));
	err = (int)SYS_CALL(s, RAWBPF_CALL_CAPGET, NULL, SYS_ARG(&h), SYS_ARG(d));
	c->effective = sys_caps_of(d[0].effective, d[1].effective);
	c->permitted = sys_caps_of(d[0].permitted, d[1].permitted);
	c->inheritable = sys_caps_of(d[0].inheritable, d[1].inheritable);
	return err;
}

int sys_capset(struct sys *s, const struct sys_caps *c, const char *role)
{
	struct rawbpf_cap_header h = {.version = RAWBPF_CAP_VERSION};
	struct rawbpf_cap_data d[2];
	int i;

	for (i = 0; i < 2; i++) {
		d[i].effective = (uint32_t)(c->effective >> 32 * i);
		d[i].permitted = (uint32_t)(c->permitted >> 32 * i);
		d[i].inheritable = (uint32_t)(c->inheritable >> 32 * i);
	}
	return (int)SYS_CALL(s, RAWBPF_CALL_CAPSET, role, SYS_ARG(&h), SYS_ARG(d));
}

int sys_prctl(struct sys *s, int option, uintptr_t arg2, uintptr_t arg3, const char *role)
{
	return (int)SYS_CALL(s, RAWBPF_CALL_PRCTL, role, SYS_ARG(option), arg2, arg3);
}

int sys_read_file(struct sys *s, int dirfd, const char *path, size_t max, struct buf *out)
{
	size_t start = out->len;
	ssize_t n;
	int fd = sys_openat(s, dirfd, path, O_RDONLY, NULL);

	if (fd < 0)
		return fd;
	for (;;) {
		n = buf_reserve(out, 4096);
		if (n)
			break;
		n = sys_read(s, fd, out->data + out->len, out->cap - out->len - 1);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			break;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		if (out->len - start > max) {
			n = -EFBIG;
			break;
		}
	}
	sys_close(s, fd);
	return (int)n;
}

int sys_read_line(struct sys *s, int dirfd, const char *path, char *p, size_t n)
{
	ssize_t got;
	int fd = sys_openat(s, dirfd, path, O_RDONLY, NULL);

	if (fd < 0)
		return fd;
	do
		got = sys_read(s, fd, p, n - 1);
	while (got == -EINTR);
	sys_close(s, fd);
	if (got < 0)
		return (int)got;
	p[got] = '\0';
	p[strcspn(p, "\n")] = '\0';
	return 0;
}

int sys_write_file(
	struct sys *s, int dirfd, const char *path, int flags, const char *text, const char *role)
{
	size_t len = strlen(text);
	ssize_t n;
	int fd = sys_openat(s, dirfd, path, O_WRONLY | flags, role);

	if (fd < 0)
		return fd;
	do
		n = sys_write(s, fd, text, len, role);
	while (n == -EINTR);
	sys_close(s, fd);
	if (n >= 0 && (size_t)n != len)
		return -EIO;
	return n < 0 ? (int)n : 0;
}

long rawbpf_sys_bpf(enum rawbpf_cmd cmd, union rawbpf_attr *attr, size_t size)
{
	struct sys s = {0};

	return sys_bpf(&s, cmd, attr, size, NULL);
}

long rawbpf_sys_perf_event_open(
	struct rawbpf_perf_attr *attr, pid_t pid, int cpu, int group_fd, unsigned long flags)
{
	struct sys s = {0};

	return SYS_CALL(&s, RAWBPF_CALL_PERF_EVENT_OPEN, NULL, SYS_ARG(attr), SYS_ARG(pid),
		SYS_ARG(cpu), SYS_ARG(group_fd), flags);
}
