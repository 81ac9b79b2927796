/* SPDX-License-Identifier: MIT */
/* doctor.h - what the trials of rawbpf doctor share. */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "caps.h"
#include "rawbpf_sys.h"
#include "tool_audit.h"

#define DOCTOR_MEMLOCK "ulimit -l unlimited (kernels before 5.11 count maps and programs)"

enum status { STATUS_OK, STATUS_MISSING, STATUS_DENIED, STATUS_UNKNOWN };

struct finding {
	enum status status;
	enum need need;
	const struct caps *caps;       /* of the process */
	bool memlock;		       /* RLIMIT_MEMLOCK is too small, and cannot be raised */
	char reason[200], remedy[200]; /* "": none */
};

/* Of the process, read once. */
struct patient {
	struct rawbpf *b; /* by which each call goes */
	struct tool_audit audit;
	struct caps caps;
	int tracefs; /* directory fd, -1: none */
	enum { MEMLOCK_SERVES, MEMLOCK_RAISED, MEMLOCK_SHORT, MEMLOCK_APART } memlock;
	long big_map; /* what the trial of MEMLOCK_APART has given, -errno */
};

/* ---- doctor_say.c: what was found ---------------------------------------------------------- */

void doctor_found(struct finding *f, enum status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void doctor_remedy(struct finding *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void doctor_remedy_rights(struct finding *f);
/* The result of a trial: fd or 0, or -errno; since says from which kernel on it can succeed. */
void doctor_judge(struct finding *f, long ret, const char *what, const char *since);
void doctor_judge_fd(
	struct patient *p, struct finding *f, long fd, const char *what, const char *since);
/* Is there a file system of that magic? */
bool doctor_is_fs(const char *path, uint32_t magic);
/* Says that sysfs is not there; false: it is. */
bool doctor_no_sysfs(struct finding *f);
/* First line of a file; -errno. */
int doctor_read_line(struct patient *p, int dir, const char *path, char *out, size_t size);

/* doctor_reap.c: doctor --reap */
int doctor_reap(struct rawbpf *b);

/* ---- trials; the last argument is the row's, in doctor.c's table ---------------------------- */

typedef void doctor_check(struct patient *p, struct finding *f, int arg);

/* doctor_bpf.c */
doctor_check doctor_check_kernel, doctor_check_bpf, doctor_check_map, doctor_check_memlock,
	doctor_check_prog, doctor_check_btf_load, doctor_check_btf_kernel, doctor_check_batch;
/* Before all trials: raises RLIMIT_MEMLOCK if a map is refused, as loading does. */
void doctor_try_memlock(struct patient *p);
/* fd or 0, or -errno */
long doctor_bpf(struct patient *p, enum rawbpf_cmd cmd, union rawbpf_attr *a, const char *role);
long doctor_perf(struct patient *p, struct rawbpf_perf_attr *a, pid_t pid, int cpu);
long doctor_call(struct patient *p, enum rawbpf_call_kind kind, uintptr_t a0, uintptr_t a1,
	uintptr_t a2, uintptr_t a3);
/* O_CLOEXEC comes by itself */
int doctor_open(struct patient *p, int dir, const char *path, int flags, const char *role);
void doctor_close(struct patient *p, long fd); /* negative: nothing */
int doctor_load_prog(struct patient *p, uint32_t type, uint32_t attach_type);

/* doctor_event.c */
doctor_check doctor_check_uprobe, doctor_check_kprobe, doctor_check_hardware, doctor_check_link,
	doctor_check_multi, doctor_check_typed, doctor_check_tracefs, doctor_check_event;

/* doctor_rights.c */
doctor_check doctor_check_caps, doctor_check_seccomp, doctor_check_user_ns, doctor_check_sysctl,
	doctor_check_lockdown, doctor_check_jit, doctor_check_bpf_fs, doctor_check_nofile,
	doctor_check_module;

#endif
