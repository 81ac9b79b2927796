/* SPDX-License-Identifier: MIT */
/*
 * sys.h - every system call of the library, through one hook.
 *
 * The only file that talks to the kernel is sys.c.  Every function returns what the kernel
 * returned or -errno; role says in words what the call is for and may be NULL.
 */
#ifndef SYS_H
#define SYS_H

#include <sys/types.h>

#include "buf.h"
#include "rawbpf_sys.h"

struct pollfd;
struct rlimit;
struct stat;
struct statfs;
struct utsname;

enum {
	SYS_GUESSED_CODE = 1,  /* instructions, lines and their text */
	SYS_GUESSED_NAMES = 2, /* functions that a pattern matches */
	SYS_GUESSED_FILE = 4,  /* whose functions they are */
	SYS_GUESSED_PLACE = 8, /* where they are in it */
};

/* All zero: straight to the kernel. */
struct sys {
	long (*hook)(void *arg, const struct rawbpf_call *c);
	void *arg;
	/* stands before the hook and passes calls on by sys_issue(): audit.c */
	long (*audit)(void *arg, struct sys *s, const struct rawbpf_call *c);
	void *audit_arg;
	/* answers instead of the hook, and passes on by sys_pass() what only reads: dry.c */
	long (*dry)(void *arg, struct sys *s, const struct rawbpf_call *c);
	void *dry_arg;
	unsigned guessed; /* in a dry run: SYS_GUESSED_ what depends on what could not be read */
	int fallback;	  /* what calls are marked with, see struct rawbpf_call */
};

/*
 * Calls from here on are of another road than that of a kernel that has everything, for err, a
 * negative errno; 0: nothing new.  Returns what calls were marked with, for sys_fallback_end().
 */
int sys_fallback(struct sys *s, int err);
void sys_fallback_end(struct sys *s, int was);

/* A dry run may not read it, and goes on without. */
bool sys_unread(const struct sys *s, int err);

long sys_call(struct sys *s, const struct rawbpf_call *c);
/* past the audit: to the dry run, the hook, or the kernel */
long sys_issue(struct sys *s, const struct rawbpf_call *c);
/* past the dry run too */
long sys_pass(struct sys *s, const struct rawbpf_call *c);

int sys_bpf(
	struct sys *s, enum rawbpf_cmd cmd, union rawbpf_attr *attr, size_t size, const char *role);
int sys_perf_event_open(
	struct sys *s, struct rawbpf_perf_attr *attr, pid_t pid, int cpu, const char *role);
int sys_ioctl(struct sys *s, int fd, unsigned long request, uintptr_t arg, const char *role);

/* files; flags get O_CLOEXEC */
int sys_openat(struct sys *s, int dirfd, const char *path, int flags, const char *role);
void sys_close(struct sys *s, int fd); /* negative: nothing */
ssize_t sys_read(struct sys *s, int fd, void *p, size_t n);
ssize_t sys_pread(struct sys *s, int fd, void *p, size_t n, uint64_t offset);
/* a whole number of bytes at an offset, as of /proc/PID/mem */
ssize_t sys_pwrite(
	struct sys *s, int fd, const void *p, size_t n, uint64_t offset, const char *role);
ssize_t sys_write(struct sys *s, int fd, const void *p, size_t n, const char *role);
int sys_fstat(struct sys *s, int fd, struct stat *st);
int sys_stat(struct sys *s, const char *path, struct stat *st);
int sys_statfs(struct sys *s, const char *path, struct statfs *st);
ssize_t sys_readlinkat(struct sys *s, int dirfd, const char *path, char *p, size_t n);
ssize_t sys_getdents(struct sys *s, int fd, void *p, size_t n);
int sys_mkdirat(struct sys *s, int dirfd, const char *path, mode_t mode, const char *role);
int sys_unlinkat(struct sys *s, int dirfd, const char *path, int flags, const char *role);

/* a file system without a mount point: Linux 5.2 */
int sys_fsopen(struct sys *s, const char *name);
int sys_fsconfig(struct sys *s, int fd, unsigned cmd);
int sys_fsmount(struct sys *s, int fd);

int sys_poll(struct sys *s, struct pollfd *fds, size_t n, int timeout_ms);
int sys_mmap(struct sys *s, size_t len, int prot, int flags, int fd, uint64_t offset, void **p);
void sys_munmap(struct sys *s, void *p, size_t len);
/* advice about memory of our own, at a large page's begin; nothing for the hook */
void sys_large_pages(void *p, size_t len);
int sys_uname(struct sys *s, struct utsname *u);
/* for reading (ex false) or alone, without waiting: -EWOULDBLOCK */
int sys_flock(struct sys *s, int fd, bool ex, const char *role);
int sys_prlimit(struct sys *s, int resource, const struct rlimit *set, struct rlimit *get);

/* capabilities of the calling thread, bit n for number n */
struct sys_caps {
	uint64_t effective, permitted, inheritable;
};
int sys_capget(struct sys *s, struct sys_caps *c);
int sys_capset(struct sys *s, const struct sys_caps *c, const char *role);
int sys_prctl(struct sys *s, int option, uintptr_t arg2, uintptr_t arg3, const char *role);

/* the whole of a file that has no size of its own (/sys, /proc), appended to *out; at most max */
int sys_read_file(struct sys *s, int dirfd, const char *path, size_t max, struct buf *out);
/* the same as one short line without its newline, into p */
int sys_read_line(struct sys *s, int dirfd, const char *path, char *p, size_t n);
/* an open, one write, a close: tracefs control files */
int sys_write_file(
	struct sys *s, int dirfd, const char *path, int flags, const char *text, const char *role);

#endif
