// SPDX-License-Identifier: MIT
/* test_seccomp.c - the filter of system calls, run as the kernel would run it. */
#include "seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "t.h"

#define ALLOWED 0x7fff0000U
#define REFUSED (0x00050000U | EPERM)
#define KILLED	0x80000000U

enum { DIR_FD = 9, BUFFER = 3 };

struct data { /* struct seccomp_data */
	int nr;
	uint32_t arch;
	uint64_t ip, args[6];
};

static struct rawbpf_filter_insn insns[SECCOMP_MAX];
static uint32_t arch;

/* Classic BPF, as much of it as there is; every jump must stay in the program. */
static uint32_t run(int n, const struct data *d)
{
	const struct rawbpf_filter_insn *p;
	uint32_t a = 0;
	bool yes;
	int i;

	for (i = 0; i < n; i++) {
		p = &insns[i];
		switch (p->code) {
		case 0x20:
			ck_assert_uint_le(p->k + sizeof(a), sizeof(*d));
			memcpy(&a, (const char *)d + p->k, sizeof(a));
			break;
		case 0x06: return p->k;
		case 0x15:
		case 0x35:
		case 0x45:
			yes = p->code == 0x15	? a == p->k
			      : p->code == 0x35 ? a >= p->k
						: (a & p->k) != 0;
			i += yes ? p->jt : p->jf;
			break;
		default: ck_abort_msg("instruction %d: code %02x", i, p->code);
		}
	}
	ck_abort_msg("it runs past its end");
	return 0;
}

static uint32_t ask(unsigned needs, int nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	struct data d = {.nr = nr, .arch = arch, .args = {a0, a1, a2, a3}};
	int n = seccomp_filter(needs, DIR_FD, insns);

	ck_assert_int_gt(n, 10);
	ck_assert_int_le(n, SECCOMP_MAX);
	return run(n, &d);
}

static bool known(void)
{
	int n = seccomp_filter(0, -1, insns);

	if (n == -ENOSYS)
		return false;
	ck_assert_uint_eq(insns[1].code, 0x15);
	arch = insns[1].k;
	return true;
}

#define NEED_KNOWN()                                               \
	do {                                                       \
		if (!known())                                      \
			T_SKIP("no filter is known for this CPU"); \
	} while (0)

START_TEST(plain_calls)
{
	static const int yes[] = {SYS_read, SYS_write, SYS_writev, SYS_close, SYS_exit_group,
		SYS_exit, SYS_brk, SYS_munmap, SYS_mremap, SYS_rt_sigreturn, SYS_rt_sigprocmask,
		SYS_epoll_pwait, SYS_pread64};
	static const int no[] = {SYS_execve, SYS_clone, SYS_ptrace, SYS_socket, SYS_connect,
		SYS_openat, SYS_perf_event_open, SYS_capset, SYS_prctl, SYS_kill, SYS_mkdirat,
		SYS_unlinkat, SYS_flock, SYS_pwrite64, SYS_setuid, SYS_mount, SYS_dup, 511, 0x7fff};
	size_t i;

	NEED_KNOWN();
	for (i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		ck_assert_msg(ask(0, yes[i], 1, 2, 3, 4) == ALLOWED, "call %d", yes[i]);
	for (i = 0; i < sizeof(no) / sizeof(*no); i++)
		ck_assert_msg(ask(0, no[i], 1, 2, 3, 4) == REFUSED, "call %d", no[i]);
}
END_TEST

START_TEST(bpf_by_command)
{
	static const int looks[] = {RAWBPF_MAP_LOOKUP_ELEM, RAWBPF_MAP_GET_NEXT_KEY,
		RAWBPF_MAP_LOOKUP_BATCH, RAWBPF_OBJ_GET_INFO_BY_FD};
	static const int writes[] = {RAWBPF_MAP_UPDATE_ELEM, RAWBPF_MAP_DELETE_ELEM,
		RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM, RAWBPF_MAP_LOOKUP_AND_DELETE_BATCH,
		RAWBPF_MAP_UPDATE_BATCH, RAWBPF_MAP_DELETE_BATCH};
	unsigned cmd, i, is;

	NEED_KNOWN();
	for (cmd = 0; cmd < 50; cmd++) {
		is = 0;
		for (i = 0; i < 4; i++)
			is |= (int)cmd == looks[i] ? 1 : 0;
		for (i = 0; i < 6; i++)
			is |= (int)cmd == writes[i] ? 2 : 0;
		ck_assert_uint_eq(ask(0, SYS_bpf, cmd, BUFFER, 120, 0) == ALLOWED, is == 1);
		ck_assert_uint_eq(
			ask(SECCOMP_WRITE, SYS_bpf, cmd, BUFFER, 120, 0) == ALLOWED, is != 0);
	}
	/* an int: the kernel does not look at the upper half either */
	ck_assert_uint_eq(ask(0, SYS_bpf, 0x100000000 | RAWBPF_PROG_LOAD, 0, 0, 0), REFUSED);
}
END_TEST

START_TEST(by_arguments)
{
#if defined(__i386__) || !defined(SYS_mmap)
	const int map = SYS_mmap2;
#else
	const int map = SYS_mmap;
#endif

	NEED_KNOWN();
	ck_assert_uint_eq(ask(0, map, 0, 4096, PROT_READ | PROT_WRITE, 0), ALLOWED);
	ck_assert_uint_eq(ask(0, map, 0, 4096, PROT_READ | PROT_EXEC, 0), REFUSED);
	ck_assert_uint_eq(ask(0, SYS_mprotect, 0, 4096, PROT_READ, 0), ALLOWED);
	ck_assert_uint_eq(ask(0, SYS_mprotect, 0, 4096, PROT_EXEC, 0), REFUSED);
	ck_assert_uint_eq(ask(0, SYS_ioctl, 1, 0x5401, BUFFER, 0), ALLOWED);
	ck_assert_uint_eq(ask(0, SYS_ioctl, 1, 0x5412 /* TIOCSTI */, BUFFER, 0), REFUSED);
	ck_assert_uint_eq(
		ask(SECCOMP_RMDIR, SYS_unlinkat, DIR_FD, BUFFER, AT_REMOVEDIR, 0), ALLOWED);
	ck_assert_uint_eq(ask(SECCOMP_RMDIR, SYS_unlinkat, DIR_FD, BUFFER, 0, 0), REFUSED);
	ck_assert_uint_eq(ask(SECCOMP_RMDIR, SYS_unlinkat, 4, BUFFER, AT_REMOVEDIR, 0), REFUSED);
	ck_assert_uint_eq(ask(SECCOMP_LOCK, SYS_flock, 3, 2, 0, 0), ALLOWED);
	ck_assert_uint_eq(ask(SECCOMP_MEM, SYS_pwrite64, 3, BUFFER, 2, 0), ALLOWED);
	ck_assert_uint_eq(
		ask(SECCOMP_FILES, SYS_openat, AT_FDCWD, BUFFER, O_RDONLY | O_CLOEXEC, 0), ALLOWED);
	ck_assert_uint_eq(ask(SECCOMP_FILES, SYS_openat, 3, BUFFER, O_DIRECTORY, 0), ALLOWED);
	ck_assert_uint_eq(ask(SECCOMP_FILES, SYS_openat, 3, BUFFER, O_WRONLY, 0), REFUSED);
	ck_assert_uint_eq(ask(SECCOMP_FILES, SYS_openat, 3, BUFFER, O_RDWR, 0), REFUSED);
	ck_assert_uint_eq(ask(SECCOMP_FILES, SYS_openat, 3, BUFFER, O_CREAT, 0), REFUSED);
	ck_assert_uint_eq(ask(SECCOMP_FILES, SYS_openat, 3, BUFFER, O_TMPFILE, 0), REFUSED);
	ck_assert_uint_eq(ask(0, SYS_openat, 3, BUFFER, O_RDONLY, 0), REFUSED);
}
END_TEST

/* The numbers of another CPU mean other calls. */
START_TEST(other_cpus)
{
	struct data d = {.nr = SYS_read};
	int n;

	NEED_KNOWN();
	n = seccomp_filter(0, -1, insns);
	d.arch = arch ^ 1;
	ck_assert_uint_eq(run(n, &d), KILLED);
	d.arch = arch & ~0x80000000U;
	ck_assert_uint_eq(run(n, &d), arch & 0x80000000U ? KILLED : ALLOWED);
	d.arch = arch;
	ck_assert_uint_eq(run(n, &d), ALLOWED);
#ifdef __x86_64__
	d.nr = 0x40000000 | SYS_read; /* x32 */
	ck_assert_uint_eq(run(n, &d), KILLED);
#endif
}
END_TEST

Suite *suite_seccomp(void);
Suite *suite_seccomp(void)
{
	Suite *s = suite_create("seccomp");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, plain_calls);
	tcase_add_test(t, bpf_by_command);
	tcase_add_test(t, by_arguments);
	tcase_add_test(t, other_cpus);
	suite_add_tcase(s, t);
	return s;
}
