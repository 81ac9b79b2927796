// SPDX-License-Identifier: MIT
/* doctor_say.c - what a trial has found, in words. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "doctor.h"

#define SYSFS_MAGIC_DOCTOR 0x62656572

void doctor_found(struct finding *f, enum status status, const char *fmt, ...)
{
	va_list ap;

	f->status = status;
	va_start(ap, fmt);
	vsnprintf(f->reason, sizeof(f->reason), fmt, ap);
	va_end(ap);
}

void doctor_remedy(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->remedy, sizeof(f->remedy), fmt, ap);
	va_end(ap);
}

void doctor_remedy_rights(struct finding *f)
{
	char caps[100];

	if (!f->caps->known)
		doctor_remedy(f, "run as root (what this process may is in /proc: mount it)");
	else if (*caps_lacking(f->caps, f->need, caps, sizeof(caps)))
		doctor_remedy(f, "run as root, or with %s", caps);
	else if (f->memlock && f->need == NEED_BPF)
		doctor_remedy(f, "RLIMIT_MEMLOCK is too small: " DOCTOR_MEMLOCK);
	else
		doctor_remedy(
			f, "no capability is missing: see seccomp, user_namespace and lockdown");
}

bool doctor_is_fs(const char *path, uint32_t magic)
{
	struct statfs st;

	return !statfs(path, &st) && (uint32_t)st.f_type == magic;
}

bool doctor_no_sysfs(struct finding *f)
{
	if (doctor_is_fs("/sys", SYSFS_MAGIC_DOCTOR))
		return false;
	doctor_found(f, STATUS_UNKNOWN, "/sys is not mounted");
	doctor_remedy(f, "mount -t sysfs sysfs /sys");
	return true;
}

/* First line of a file; -errno. */
int doctor_read_line(struct patient *p, int dir, const char *path, char *out, size_t size)
{
	int fd = doctor_open(p, dir, path, O_RDONLY, NULL);
	long n;

	*out = '\0';
	if (fd < 0)
		return fd;
	n = doctor_call(p, RAWBPF_CALL_READ, (uintptr_t)fd, (uintptr_t)out, size - 1, 0);
	doctor_close(p, fd);
	if (n < 0)
		return (int)n;
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return 0;
}

/* The result of a trial: fd or 0, or -errno; "old" says what the kernel is too old for. */
void doctor_judge(struct finding *f, long ret, const char *what, const char *since)
{
	if (ret >= 0) {
		doctor_found(f, STATUS_OK, "%s", what);
		return;
	}
	switch (ret) {
	case -EPERM:
	case -EACCES:
		doctor_found(f, STATUS_DENIED, "%s: %s", what, rawbpf_errno_name((int)ret));
		doctor_remedy_rights(f);
		break;
	case -EINVAL:
	case -ENOSYS:
	case -EBADF:
	case -E2BIG:
		doctor_found(f, STATUS_MISSING, "%s: this kernel does not know it", what);
		doctor_remedy(f, "Linux %s or later has it", since);
		break;
	case -EOPNOTSUPP:
	case -524: /* the kernel's ENOTSUPP */
		doctor_found(f, STATUS_MISSING, "%s: this kernel was built without it", what);
		break;
	default:
		doctor_found(f, STATUS_UNKNOWN, "%s: %s", what, rawbpf_errno_name((int)ret));
		break;
	}
}

void doctor_judge_fd(
	struct patient *p, struct finding *f, long fd, const char *what, const char *since)
{
	doctor_judge(f, fd, what, since);
	doctor_close(p, fd);
}
