// SPDX-License-Identifier: MIT
/*
 * seccomp.c - a filter that lets through what a tracer needs once it is attached.
 *
 * Classic BPF: the kernel runs it at each system call, with the call's number, its CPU and its
 * arguments, of which only the lower half is looked at: the kernel takes no more of descriptors,
 * commands and flags.  The rows come in the order of how often they are asked for: first the calls
 * that are let through whatever their arguments are, by one comparison each, then those that
 * depend.  Pointers cannot be followed, so a path is never looked at: what opens files is let
 * through for reading only, and only when asked for.
 */
#include "seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* AUDIT_ARCH_*: the ELF machine, 64 bits, little endian. */
#define SECCOMP_64 0x80000000U
#define SECCOMP_LE 0x40000000U
#if defined(__x86_64__) && !defined(__ILP32__)
#define SECCOMP_ARCH (62U | SECCOMP_64 | SECCOMP_LE)
#elif defined(__i386__)
#define SECCOMP_ARCH (3U | SECCOMP_LE)
#elif defined(__aarch64__) && defined(__AARCH64EL__) && !defined(__ILP32__)
#define SECCOMP_ARCH (183U | SECCOMP_64 | SECCOMP_LE)
#elif defined(__arm__) && defined(__ARMEL__)
#define SECCOMP_ARCH (40U | SECCOMP_LE)
#elif defined(__riscv) && __riscv_xlen == 64
#define SECCOMP_ARCH (243U | SECCOMP_64 | SECCOMP_LE)
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define SECCOMP_ARCH (21U | SECCOMP_64 | SECCOMP_LE)
#elif defined(__powerpc64__)
#define SECCOMP_ARCH (21U | SECCOMP_64)
#elif defined(__loongarch__) && __loongarch_grlen == 64
#define SECCOMP_ARCH (258U | SECCOMP_64 | SECCOMP_LE)
#endif

enum {
	/* linux/bpf_common.h */
	SECCOMP_LD = 0x20,   /* 32 bits of the data at k */
	SECCOMP_JEQ = 0x15,  /* == k */
	SECCOMP_JGE = 0x35,  /* >= k */
	SECCOMP_JSET = 0x45, /* & k */
	SECCOMP_RET = 0x06,
	/* struct seccomp_data */
	SECCOMP_AT_NR = 0,
	SECCOMP_AT_ARCH = 4,
	SECCOMP_AT_ARGS = 16,
};

#define SECCOMP_ALLOW 0x7fff0000U
#define SECCOMP_ERRNO 0x00050000U
#define SECCOMP_KILL  0x80000000U /* the process; before Linux 4.14 its thread */

/* What not every CPU has. */
#if !defined(SYS_mmap) || defined(__i386__) /* there it is one that takes a pointer */
#define SECCOMP_MMAP SYS_mmap2
#else
#define SECCOMP_MMAP SYS_mmap
#endif
#ifndef SYS_newfstatat
#define SYS_newfstatat SYS_fstatat64
#endif
#ifndef SYS_statx
#define SYS_statx (-1)
#endif
#ifndef SYS_open
#define SYS_open (-1)
#endif
#ifndef SYS_fstatat64
#define SYS_fstatat64 (-1)
#endif

/* Whatever their arguments are. */
static const int seccomp_plain[] = {
	SYS_read,
	SYS_write,
	SYS_writev,
	SYS_readv,
#ifdef SYS_poll
	SYS_poll,
#endif
#ifdef SYS_ppoll
	SYS_ppoll,
#endif
#ifdef SYS_ppoll_time64
	SYS_ppoll_time64,
#endif
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
	SYS_epoll_pwait,
#ifdef SYS_clock_gettime
	SYS_clock_gettime,
#endif
#ifdef SYS_clock_gettime64
	SYS_clock_gettime64,
#endif
#ifdef SYS_gettimeofday
	SYS_gettimeofday,
#endif
#ifdef SYS_nanosleep
	SYS_nanosleep,
#endif
#ifdef SYS_clock_nanosleep
	SYS_clock_nanosleep,
#endif
#ifdef SYS_clock_nanosleep_time64
	SYS_clock_nanosleep_time64,
#endif
#ifdef SYS_futex
	SYS_futex,
#endif
#ifdef SYS_futex_time64
	SYS_futex_time64,
#endif
	SYS_restart_syscall,
#ifdef SYS_sigreturn
	SYS_sigreturn,
#endif
	SYS_rt_sigreturn,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
#ifdef SYS_rt_sigtimedwait
	SYS_rt_sigtimedwait,
#endif
#ifdef SYS_rt_sigtimedwait_time64
	SYS_rt_sigtimedwait_time64,
#endif
	SYS_rt_sigsuspend,
#ifdef SYS_pause
	SYS_pause,
#endif
#ifdef SYS_alarm
	SYS_alarm,
#endif
	SYS_setitimer,
	SYS_brk,
	SYS_munmap,
	SYS_mremap,
	SYS_madvise,
	SYS_lseek,
#ifdef SYS__llseek
	SYS__llseek,
#endif
#ifdef SYS_fstat
	SYS_fstat,
#endif
#ifdef SYS_fstat64
	SYS_fstat64,
#endif
	SYS_close,
	SYS_exit,
	SYS_exit_group,
};

/* How an argument is looked at. */
enum seccomp_op { SECCOMP_ANY, SECCOMP_IS, SECCOMP_HAS, SECCOMP_LACKS, SECCOMP_IS_DIR };

struct seccomp_rule {
	int nr;		/* -1: this CPU has no such call */
	unsigned needs; /* 0: always */
	struct {
		uint8_t op, arg;
		uint32_t k; /* the value, or bits */
	} test[2];
};

#define SECCOMP_BPF(cmd, need)                     \
	{                                          \
		SYS_bpf, need,                     \
		{                                  \
			{                          \
				SECCOMP_IS, 0, cmd \
			}                          \
		}                                  \
	}
/* bits by which open(2) does more than open for reading */
#define SECCOMP_OPENS (O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))
enum {
	SECCOMP_TCGETS = 0x5401, /* is it a terminal? */
	SECCOMP_TIOCGWINSZ = 0x5413,
	SECCOMP_EMPTY_PATH = 0x1000, /* AT_EMPTY_PATH: of a descriptor */
};

static const struct seccomp_rule seccomp_rows[] = {
	SECCOMP_BPF(RAWBPF_MAP_LOOKUP_ELEM, 0),
	SECCOMP_BPF(RAWBPF_MAP_GET_NEXT_KEY, 0),
	SECCOMP_BPF(RAWBPF_MAP_LOOKUP_BATCH, 0),
	SECCOMP_BPF(RAWBPF_OBJ_GET_INFO_BY_FD, 0),
	SECCOMP_BPF(RAWBPF_MAP_UPDATE_ELEM, SECCOMP_WRITE),
	SECCOMP_BPF(RAWBPF_MAP_DELETE_ELEM, SECCOMP_WRITE),
	SECCOMP_BPF(RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM, SECCOMP_WRITE),
	SECCOMP_BPF(RAWBPF_MAP_LOOKUP_AND_DELETE_BATCH, SECCOMP_WRITE),
	SECCOMP_BPF(RAWBPF_MAP_UPDATE_BATCH, SECCOMP_WRITE),
	SECCOMP_BPF(RAWBPF_MAP_DELETE_BATCH, SECCOMP_WRITE),
	{SECCOMP_MMAP, 0, {{SECCOMP_LACKS, 2, PROT_EXEC}}},
	{SYS_mprotect, 0, {{SECCOMP_LACKS, 2, PROT_EXEC}}},
	{SYS_ioctl, 0, {{SECCOMP_IS, 1, SECCOMP_TCGETS}}},
	{SYS_ioctl, 0, {{SECCOMP_IS, 1, SECCOMP_TIOCGWINSZ}}},
	{SYS_newfstatat, 0, {{SECCOMP_HAS, 3, SECCOMP_EMPTY_PATH}}},
	{SYS_statx, 0, {{SECCOMP_HAS, 2, SECCOMP_EMPTY_PATH}}},
	{SYS_unlinkat, SECCOMP_RMDIR, {{SECCOMP_IS_DIR, 0, 0}, {SECCOMP_IS, 2, AT_REMOVEDIR}}},
	{SYS_flock, SECCOMP_LOCK, {{0}}},
	{SYS_pread64, 0, {{0}}},
	{SYS_pwrite64, SECCOMP_MEM, {{0}}},
	{SYS_openat, SECCOMP_FILES, {{SECCOMP_LACKS, 2, SECCOMP_OPENS}}},
	{SYS_open, SECCOMP_FILES, {{SECCOMP_LACKS, 1, SECCOMP_OPENS}}},
	{SYS_newfstatat, SECCOMP_FILES, {{0}}},
	{SYS_statx, SECCOMP_FILES, {{0}}},
	{SYS_readlinkat, SECCOMP_FILES, {{0}}},
};

struct seccomp_code {
	struct rawbpf_filter_insn *out;
	unsigned n;
};

static void seccomp_put(struct seccomp_code *c, unsigned code, uint32_t k, unsigned jt, unsigned jf)
{
	c->out[c->n++] = (struct rawbpf_filter_insn){
		.code = (uint16_t)code, .jt = (uint8_t)jt, .jf = (uint8_t)jf, .k = k};
}

static uint32_t seccomp_arg(unsigned i)
{
	const uint16_t one = 1;
	bool little = *(const uint8_t *)&one;

	return SECCOMP_AT_ARGS + 8 * i + (little ? 0 : 4);
}

/* The instructions of a row's test. */
static unsigned seccomp_len(unsigned op)
{
	return op == SECCOMP_ANY ? 0 : 2;
}

/* Its number, its tests, and the answer; skip: to the row behind. */
static void seccomp_row(struct seccomp_code *c, const struct seccomp_rule *r, int dir)
{
	unsigned skip = seccomp_len(r->test[0].op) + seccomp_len(r->test[1].op) + 1, i;
	uint32_t k;

	seccomp_put(c, SECCOMP_LD, SECCOMP_AT_NR, 0, 0);
	seccomp_put(c, SECCOMP_JEQ, (uint32_t)r->nr, 0, skip);
	for (i = 0; i < 2; i++) {
		if (r->test[i].op == SECCOMP_ANY)
			continue;
		k = r->test[i].op == SECCOMP_IS_DIR ? (uint32_t)dir : r->test[i].k;
		skip -= 2;
		seccomp_put(c, SECCOMP_LD, seccomp_arg(r->test[i].arg), 0, 0);
		if (r->test[i].op == SECCOMP_LACKS)
			seccomp_put(c, SECCOMP_JSET, k, skip, 0);
		else
			seccomp_put(c, r->test[i].op == SECCOMP_HAS ? SECCOMP_JSET : SECCOMP_JEQ, k,
				0, skip);
	}
	seccomp_put(c, SECCOMP_RET, SECCOMP_ALLOW, 0, 0);
}

/* As many comparisons as there are, with one answer behind them all. */
static void seccomp_all_plain(struct seccomp_code *c)
{
	unsigned n = sizeof(seccomp_plain) / sizeof(*seccomp_plain), i;

	for (i = 0; i < n; i++)
		seccomp_put(c, SECCOMP_JEQ, (uint32_t)seccomp_plain[i], n - 1 - i, i == n - 1);
	seccomp_put(c, SECCOMP_RET, SECCOMP_ALLOW, 0, 0);
}

int seccomp_filter(unsigned needs, int dir, struct rawbpf_filter_insn out[SECCOMP_MAX])
{
#ifdef SECCOMP_ARCH
	struct seccomp_code c = {.out = out};
	size_t i;

	seccomp_put(&c, SECCOMP_LD, SECCOMP_AT_ARCH, 0, 0);
	seccomp_put(&c, SECCOMP_JEQ, SECCOMP_ARCH, 1, 0);
	seccomp_put(&c, SECCOMP_RET, SECCOMP_KILL, 0, 0);
	seccomp_put(&c, SECCOMP_LD, SECCOMP_AT_NR, 0, 0);
	if (SECCOMP_ARCH == (62U | SECCOMP_64 | SECCOMP_LE)) { /* x32's numbers */
		seccomp_put(&c, SECCOMP_JGE, 0x40000000, 0, 1);
		seccomp_put(&c, SECCOMP_RET, SECCOMP_KILL, 0, 0);
	}
	seccomp_all_plain(&c);
	for (i = 0; i < sizeof(seccomp_rows) / sizeof(*seccomp_rows); i++)
		if (seccomp_rows[i].nr >= 0 &&
			(!seccomp_rows[i].needs || seccomp_rows[i].needs & needs))
			seccomp_row(&c, &seccomp_rows[i], dir);
	seccomp_put(&c, SECCOMP_RET, SECCOMP_ERRNO | EPERM, 0, 0);
	return (int)c.n;
#else
	(void)needs;
	(void)dir;
	(void)out;
	return -ENOSYS;
#endif
}
