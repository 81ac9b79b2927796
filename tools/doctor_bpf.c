// SPDX-License-Identifier: MIT
/* doctor_bpf.c - trials of bpf(2): maps, programs, BTF. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "doctor.h"

long doctor_call(struct patient *p, enum rawbpf_call_kind kind, uintptr_t a0, uintptr_t a1,
	uintptr_t a2, uintptr_t a3)
{
	const struct rawbpf_call c = {.kind = kind, .arg = {a0, a1, a2, a3}};

	return rawbpf_call(p->b, &c);
}

int doctor_open(struct patient *p, int dir, const char *path, int flags, const char *role)
{
	const struct rawbpf_call c = {.kind = RAWBPF_CALL_OPENAT,
		.role = role,
		.arg = {(uintptr_t)dir, (uintptr_t)path, (uintptr_t)(flags | O_CLOEXEC)}};

	return (int)rawbpf_call(p->b, &c);
}

void doctor_close(struct patient *p, long fd)
{
	if (fd >= 0)
		doctor_call(p, RAWBPF_CALL_CLOSE, (uintptr_t)fd, 0, 0, 0);
}

long doctor_perf(struct patient *p, struct rawbpf_perf_attr *a, pid_t pid, int cpu)
{
	const struct rawbpf_call c = {.kind = RAWBPF_CALL_PERF_EVENT_OPEN,
		.role = "trial",
		.arg = {(uintptr_t)a, (uintptr_t)pid, (uintptr_t)cpu, (uintptr_t)-1,
			RAWBPF_PERF_FLAG_FD_CLOEXEC}};

	return rawbpf_call(p->b, &c);
}

void doctor_check_kernel(struct patient *p, struct finding *f, int arg)
{
	struct utsname u;

	(void)p;
	(void)arg;
	if (uname(&u))
		doctor_found(f, STATUS_UNKNOWN, "uname: %s", rawbpf_errno_name(errno));
	else
		doctor_found(f, STATUS_OK, "%s %.60s on %.30s", u.sysname, u.release, u.machine);
}

long doctor_bpf(struct patient *p, enum rawbpf_cmd cmd, union rawbpf_attr *a, const char *role)
{
	const struct rawbpf_call c = {.kind = RAWBPF_CALL_BPF,
		.role = role,
		.arg = {(uintptr_t)cmd, (uintptr_t)a, sizeof(*a)}};

	return rawbpf_call(p->b, &c);
}

static int doctor_make_map(
	struct patient *p, uint32_t type, uint32_t key, uint32_t value, uint32_t n)
{
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.map.map_type = type;
	a.map.key_size = key;
	a.map.value_size = value;
	a.map.max_entries = n;
	return (int)doctor_bpf(p, RAWBPF_MAP_CREATE, &a, "map of a trial");
}

/* "return 0" */
int doctor_load_prog(struct patient *p, uint32_t type, uint32_t attach_type)
{
	static const struct rawbpf_insn insns[] = {{0xb7, 0, 0, 0}, {0x95, 0, 0, 0}};
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.prog.prog_type = type;
	a.prog.insns = (uintptr_t)insns;
	a.prog.insn_cnt = 2;
	a.prog.license = (uintptr_t) "GPL";
	a.prog.expected_attach_type = attach_type;
	return (int)doctor_bpf(p, RAWBPF_PROG_LOAD, &a, "prog of a trial");
}

void doctor_check_bpf(struct patient *p, struct finding *f, int arg)
{
	union rawbpf_attr a;
	long ret;

	(void)arg;
	memset(&a, 0, sizeof(a));
	ret = doctor_bpf(p, (enum rawbpf_cmd)9999, &a, NULL);
	if (ret == -ENOSYS) {
		doctor_found(f, STATUS_MISSING, "this kernel has no bpf(2)");
		doctor_remedy(f, "it must be built with CONFIG_BPF_SYSCALL");
		return;
	}
	doctor_judge(f, ret == -EINVAL ? 0 : ret, "bpf(2)", "3.18");
}

void doctor_check_map(struct patient *p, struct finding *f, int type)
{
	static const struct {
		int type;
		uint32_t key, value, n;
		const char *what, *since;
	} rows[] = {
		{RAWBPF_MAP_ARRAY, 4, 8, 1, "array map", "3.19"},
		{RAWBPF_MAP_PERF_EVENT_ARRAY, 4, 4, 1, "perf buffer map", "4.3"},
		{RAWBPF_MAP_STACK_TRACE, 4, 8 * 16, 1, "stack trace map", "4.6"},
		{RAWBPF_MAP_RINGBUF, 0, 0, 65536, "ring buffer map", "5.8"},
	};
	size_t i;

	for (i = 0; rows[i].type != type; i++)
		;
	doctor_judge_fd(p, f,
		doctor_make_map(p, (uint32_t)type, rows[i].key, rows[i].value, rows[i].n),
		rows[i].what, rows[i].since);
}

/* As loading a program does, and for the trials that follow: what they find is their own. */
static bool raise_memlock(void)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	struct rlimit own;

	if (!setrlimit(RLIMIT_MEMLOCK, &all))
		return true;
	if (getrlimit(RLIMIT_MEMLOCK, &own) || own.rlim_cur == own.rlim_max)
		return false;
	own.rlim_cur = own.rlim_max;
	return !setrlimit(RLIMIT_MEMLOCK, &own);
}

static long doctor_big_map(struct patient *p)
{
	return doctor_make_map(p, RAWBPF_MAP_ARRAY, 4, 1 << 20, 1);
}

/*
 * Is it the limit that a map is refused for?  Before Linux 5.11 it may be used up, or 0, so that
 * the smallest is refused too; then the kernel's age tells.
 */
static bool memlock_is_short(struct patient *p)
{
	unsigned major, minor;
	struct rlimit own;
	struct utsname u;
	char lacks[100];
	int fd;

	if (getrlimit(RLIMIT_MEMLOCK, &own) || own.rlim_cur == RLIM_INFINITY)
		return false;
	fd = doctor_make_map(p, RAWBPF_MAP_ARRAY, 4, 8, 1);
	if (fd >= 0) {
		doctor_close(p, fd);
		return true;
	}
	if (uname(&u) || sscanf(u.release, "%u.%u", &major, &minor) != 2)
		return false;
	return fd == -EPERM && (major < 5 || (major == 5 && minor < 11)) && p->caps.known &&
	       !*caps_lacking(&p->caps, NEED_BPF, lacks, sizeof(lacks));
}

void doctor_try_memlock(struct patient *p)
{
	long fd = doctor_big_map(p);

	p->memlock = MEMLOCK_SERVES;
	if (fd == -EPERM && raise_memlock()) {
		fd = doctor_big_map(p);
		p->memlock = MEMLOCK_RAISED;
	}
	if (fd >= 0) {
		doctor_close(p, fd);
		return;
	}
	p->memlock = fd == -EPERM && memlock_is_short(p) ? MEMLOCK_SHORT : MEMLOCK_APART;
	p->big_map = fd;
}

void doctor_check_memlock(struct patient *p, struct finding *f, int arg)
{
	struct rlimit own;

	(void)arg;
	switch (p->memlock) {
	case MEMLOCK_SERVES: doctor_found(f, STATUS_OK, "a map of 1 MiB"); return;
	case MEMLOCK_RAISED:
		doctor_found(f, STATUS_OK, "a map of 1 MiB, once RLIMIT_MEMLOCK is raised");
		return;
	case MEMLOCK_APART: doctor_judge(f, p->big_map, "a map of 1 MiB", "3.19"); return;
	case MEMLOCK_SHORT: break;
	}
	if (getrlimit(RLIMIT_MEMLOCK, &own))
		own.rlim_cur = 0;
	doctor_found(f, STATUS_DENIED, "a map of 1 MiB: RLIMIT_MEMLOCK is %llu bytes",
		(unsigned long long)own.rlim_cur);
	doctor_remedy(f, DOCTOR_MEMLOCK);
}

void doctor_check_prog(struct patient *p, struct finding *f, int type)
{
	static const struct {
		int type;
		const char *what, *since;
	} rows[] = {
		{RAWBPF_PROG_KPROBE, "program for kprobes and uprobes", "4.1"},
		{RAWBPF_PROG_TRACEPOINT, "program for tracepoints", "4.7"},
		{RAWBPF_PROG_PERF_EVENT, "program for perf events", "4.9"},
		{RAWBPF_PROG_RAW_TRACEPOINT, "program for raw tracepoints", "4.17"},
	};
	size_t i;

	for (i = 0; rows[i].type != type; i++)
		;
	doctor_judge_fd(p, f, doctor_load_prog(p, (uint32_t)type, 0), rows[i].what, rows[i].since);
}

void doctor_check_btf_load(struct patient *p, struct finding *f, int arg)
{
	/* a header, "int" of 4 bytes, and its name */
	static const struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t hdr_len, type_off, type_len, str_off, str_len;
		uint32_t type[4];
		char str[5];
	} btf = {0xeb9f, 1, 0, 24, 0, 16, 16, 5, {1, 1u << 24, 4, 1u << 24 | 32},
		{0, 'i', 'n', 't', 0}};
	union rawbpf_attr a;

	(void)arg;
	memset(&a, 0, sizeof(a));
	a.btf.btf = (uintptr_t)&btf;
	a.btf.btf_size = 24 + 16 + 5;
	doctor_judge_fd(p, f, doctor_bpf(p, RAWBPF_BTF_LOAD, &a, "btf of a trial"),
		"loading BTF (line numbers in refusals)", "4.18");
}

void doctor_check_btf_kernel(struct patient *p, struct finding *f, int arg)
{
	int err = access("/sys/kernel/btf/vmlinux", R_OK) ? errno : 0;

	(void)p;
	(void)arg;
	if (!err) {
		doctor_found(f, STATUS_OK, "/sys/kernel/btf/vmlinux");
	} else if (doctor_no_sysfs(f)) {
		return;
	} else if (err == ENOENT) {
		doctor_found(
			f, STATUS_MISSING, "no /sys/kernel/btf/vmlinux: no kernel types by name");
		doctor_remedy(f, "a kernel of 5.4 or later with CONFIG_DEBUG_INFO_BTF");
	} else {
		doctor_found(
			f, STATUS_DENIED, "/sys/kernel/btf/vmlinux: %s", rawbpf_errno_name(err));
		doctor_remedy(f, "mount sysfs so that it can be read");
	}
}

void doctor_check_batch(struct patient *p, struct finding *f, int arg)
{
	int fd = doctor_make_map(p, RAWBPF_MAP_HASH, 4, 8, 1);
	union rawbpf_attr a;

	(void)arg;
	memset(&a, 0, sizeof(a));
	a.batch.map_fd = (uint32_t)fd; /* of no elements */
	doctor_judge(f, fd < 0 ? fd : doctor_bpf(p, RAWBPF_MAP_UPDATE_BATCH, &a, NULL),
		"reading maps in batches", "5.6");
	doctor_close(p, fd);
}
