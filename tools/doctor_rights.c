// SPDX-License-Identifier: MIT
/* doctor_rights.c - capabilities, system settings, and what else may forbid. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "doctor.h"

#define BPFFS_MAGIC_DOCTOR	0xcafe4a11
#define SECURITYFS_MAGIC_DOCTOR 0x73636673
#define DOCTOR_FILES		1024 /* a probe may take two, on each thread or CPU */

void doctor_check_caps(struct patient *p, struct finding *f, int arg)
{
	char has[100], lacks[100], need[100];

	(void)p;
	(void)arg;
	if (!f->caps->known) {
		doctor_found(f, STATUS_UNKNOWN, "/proc/self/status does not tell");
		doctor_remedy(f, "mount -t proc proc /proc");
		return;
	}
	caps_list(f->caps, true, has, sizeof(has));
	caps_list(f->caps, false, lacks, sizeof(lacks));
	caps_lacking(f->caps, NEED_BPF, need, sizeof(need));
	if (!*lacks)
		doctor_found(f, STATUS_OK, "has%s", has);
	else
		doctor_found(f, *need ? STATUS_DENIED : STATUS_OK, "has%s; lacks%s",
			*has ? has : " none", lacks);
	if (*caps_lacking(f->caps, *need ? NEED_ALL : NEED_PROBE, need, sizeof(need)))
		doctor_remedy(f, "run as root, or give the program %s", need);
}

void doctor_check_seccomp(struct patient *p, struct finding *f, int arg)
{
	uint64_t mode;

	(void)p;
	(void)arg;
	if (!caps_status("Seccomp", 10, &mode)) {
		doctor_found(f, STATUS_UNKNOWN, "/proc/self/status does not tell");
	} else if (mode) {
		doctor_found(f, STATUS_DENIED,
			"a seccomp filter is in force: calls may be refused by it");
		doctor_remedy(f, "allow bpf and perf_event_open in the container's profile");
	} else {
		doctor_found(f, STATUS_OK, "no filter");
	}
}

void doctor_check_user_ns(struct patient *p, struct finding *f, int arg)
{
	unsigned long long in, out, n;
	char line[128];

	(void)arg;
	if (doctor_read_line(p, AT_FDCWD, "/proc/self/uid_map", line, sizeof(line)) ||
		sscanf(line, "%llu %llu %llu", &in, &out, &n) != 3) {
		doctor_found(f, STATUS_UNKNOWN, "/proc/self/uid_map does not tell");
	} else if (in || out || n != 4294967295ULL) {
		doctor_found(f, STATUS_DENIED,
			"not the initial user namespace: capabilities do not count");
		doctor_remedy(f, "run outside of the container");
	} else {
		doctor_found(f, STATUS_OK, "the initial one");
	}
}

/* A setting that is for privileged processes above a value. */
void doctor_check_sysctl(struct patient *p, struct finding *f, int which)
{
	static const struct {
		const char *path;
		int open; /* up to this value all may */
		const char *what;
	} rows[] = {
		{"/proc/sys/kernel/unprivileged_bpf_disabled", 0, "bpf(2)"},
		{"/proc/sys/kernel/perf_event_paranoid", -1, "tracing events"},
		{"/proc/sys/kernel/kptr_restrict", 0, "kernel addresses"},
	};
	char line[32], caps[100];
	int v;

	if (doctor_read_line(p, AT_FDCWD, rows[which].path, line, sizeof(line))) {
		doctor_found(f, STATUS_UNKNOWN, "%s cannot be read", rows[which].path);
		return;
	}
	v = atoi(line);
	if (v <= rows[which].open)
		doctor_found(f, STATUS_OK, "%d: %s for everybody", v, rows[which].what);
	else
		doctor_found(f,
			*caps_lacking(f->caps, f->need, caps, sizeof(caps)) ? STATUS_DENIED
									    : STATUS_OK,
			"%d: %s for privileged processes", v, rows[which].what);
	if (f->status == STATUS_DENIED)
		doctor_remedy_rights(f);
}

static void doctor_unread_lockdown(struct finding *f, int err)
{
	static const char dir[] = "/sys/kernel/security";

	if (!doctor_is_fs(dir, SECURITYFS_MAGIC_DOCTOR)) {
		doctor_found(f, STATUS_UNKNOWN, "securityfs is not mounted at %s", dir);
		doctor_remedy(f, "mount -t securityfs securityfs %s", dir);
	} else if (err == -ENOENT) {
		doctor_found(f, STATUS_OK, "none: not among the kernel's security modules");
	} else {
		doctor_found(f, STATUS_UNKNOWN, "%s/lockdown: %s", dir, rawbpf_errno_name(err));
		doctor_remedy(f, "run as root");
	}
}

void doctor_check_lockdown(struct patient *p, struct finding *f, int arg)
{
	char line[128];
	int err =
		doctor_read_line(p, AT_FDCWD, "/sys/kernel/security/lockdown", line, sizeof(line));

	(void)arg;
	if (err) {
		doctor_unread_lockdown(f, err);
	} else if (strstr(line, "[confidentiality]")) {
		doctor_found(f, STATUS_DENIED,
			"confidentiality: programs cannot read kernel memory, no tracefs");
		doctor_remedy(f, "boot without lockdown=confidentiality");
	} else if (strstr(line, "[integrity]")) {
		doctor_found(f, STATUS_OK, "integrity: programs cannot write user memory");
	} else {
		doctor_found(f, STATUS_OK, "none");
	}
}

void doctor_check_jit(struct patient *p, struct finding *f, int arg)
{
	char line[32];
	int err = doctor_read_line(
		p, AT_FDCWD, "/proc/sys/net/core/bpf_jit_enable", line, sizeof(line));

	(void)p;
	(void)arg;
	if (err) {
		doctor_found(f, STATUS_UNKNOWN, "bpf_jit_enable: %s", rawbpf_errno_name(err));
	} else if (atoi(line)) {
		doctor_found(f, STATUS_OK, "programs are compiled");
	} else {
		doctor_found(f, STATUS_MISSING, "programs are interpreted: slower, no fentry");
		doctor_remedy(f, "sysctl net.core.bpf_jit_enable=1");
	}
}

/* Where objects can be pinned. */
void doctor_check_bpf_fs(struct patient *p, struct finding *f, int arg)
{
	static const char dir[] = "/sys/fs/bpf";

	(void)p;
	(void)arg;
	if (!doctor_is_fs(dir, BPFFS_MAGIC_DOCTOR)) {
		doctor_found(f, STATUS_MISSING, "no bpf file system is mounted at %s", dir);
		doctor_remedy(f, "mount -t bpf bpf %s", dir);
	} else if (access(dir, W_OK)) {
		doctor_found(f, STATUS_DENIED, "%s: %s", dir, rawbpf_errno_name(errno));
		doctor_remedy(f, "run as root");
	} else {
		doctor_found(f, STATUS_OK, "mounted at %s", dir);
	}
}

void doctor_check_nofile(struct patient *p, struct finding *f, int arg)
{
	unsigned long long own, most;
	struct rlimit lim;

	(void)p;
	(void)arg;
	if (getrlimit(RLIMIT_NOFILE, &lim)) {
		doctor_found(f, STATUS_UNKNOWN, "getrlimit: %s", rawbpf_errno_name(errno));
		return;
	}
	own = lim.rlim_cur;
	most = lim.rlim_max;
	if (most < DOCTOR_FILES && !caps_resource(f->caps)) {
		doctor_found(f, STATUS_DENIED, "RLIMIT_NOFILE: %llu files, and no more than %llu",
			own, most);
		doctor_remedy(f, "ulimit -n %d, for many probes at once", DOCTOR_FILES);
	} else {
		doctor_found(f, STATUS_OK, "RLIMIT_NOFILE: %llu files%s", own,
			own < DOCTOR_FILES ? ", raised for many probes" : "");
	}
}

/* SELinux says "user:role:domain:level" there, AppArmor "profile (mode)"; others nothing. */
void doctor_check_module(struct patient *p, struct finding *f, int arg)
{
	static const char path[] = "/proc/self/attr/current";
	bool selinux, enforces;
	char line[160], mode[8];
	int err = doctor_read_line(p, AT_FDCWD, path, line, sizeof(line));

	(void)arg;
	if (err == -ENOENT && !f->caps->known) {
		doctor_found(f, STATUS_UNKNOWN, "%s does not tell", path);
		return;
	}
	if (err == -ENOENT || err == -EINVAL || (!err && !*line)) {
		doctor_found(f, STATUS_OK, "neither SELinux nor AppArmor");
		return;
	}
	if (err) {
		doctor_found(f, STATUS_UNKNOWN, "%s: %s", path, rawbpf_errno_name(err));
		return;
	}
	selinux = !doctor_read_line(p, AT_FDCWD, "/sys/fs/selinux/enforce", mode, sizeof(mode));
	enforces =
		selinux ? *mode == '1' && !strstr(line, "unconfined") : !!strstr(line, "(enforce)");
	doctor_found(f, enforces ? STATUS_DENIED : STATUS_OK, "%s: '%.100s'%s",
		selinux ? "SELinux" : "AppArmor", line,
		enforces ? " is confined: calls may be refused" : "");
	if (enforces)
		doctor_remedy(
			f, "what it denies is in the kernel's log: dmesg, or ausearch -m AVC");
}
