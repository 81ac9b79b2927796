// SPDX-License-Identifier: MIT
/*
 * rights.c - why the kernel said EPERM, EACCES or ENOSYS, in one sentence.
 *
 * The kernel's answer has no cause in it, and causes hide each other: a root of a container has
 * all capabilities in /proc/self/status and none that counts.  So the order is that of the
 * kernel's own checks: seccomp sees the call first, then the user namespace and the capabilities
 * are asked, then the sysctls, last lockdown and security modules.
 */
#include "rights.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
	CAP_NR_SYS_ADMIN = 21,
	CAP_NR_PERFMON = 38, /* Linux 5.8 */
	CAP_NR_BPF = 39,     /* Linux 5.8 */
};

/* What this process may do. */
struct rights {
	uint64_t caps;	   /* effective */
	bool caps_known;   /* /proc could be read */
	bool seccomp;	   /* a filter is installed */
	bool split;	   /* CAP_BPF and CAP_PERFMON exist */
	bool user_ns;	   /* not the initial user namespace */
	bool paranoid;	   /* perf_event_paranoid above 2, as Debian's kernels have it */
	char lockdown[24]; /* "integrity", "confidentiality", or "" */
};

/* The number after "NAME:" in the text of /proc/self/status. */
static bool status_field(const char *text, const char *name, int base, uint64_t *v)
{
	const char *p = strstr(text, name);
	char *end;

	if (!p)
		return false;
	p += strlen(name);
	*v = strtoull(p, &end, base);
	return end != p;
}

static uint64_t read_number(struct sys *s, const char *path, uint64_t fallback)
{
	char line[64], *end;
	uint64_t v;

	if (sys_read_line(s, AT_FDCWD, path, line, sizeof(line)))
		return fallback;
	v = (uint64_t)strtoll(line, &end, 10);
	return end != line ? v : fallback;
}

/* The initial user namespace maps all ids to themselves. */
static bool in_user_ns(struct sys *s)
{
	unsigned long long in, out, n;
	char line[128];

	if (sys_read_line(s, AT_FDCWD, "/proc/self/uid_map", line, sizeof(line)))
		return false;
	if (sscanf(line, "%llu %llu %llu", &in, &out, &n) != 3)
		return false;
	return in || out || n != 4294967295ULL;
}

/* "none [integrity] confidentiality": the chosen word. */
static void read_lockdown(struct sys *s, char *out, size_t size)
{
	char line[128], *p, *end;

	*out = '\0';
	if (sys_read_line(s, AT_FDCWD, "/sys/kernel/security/lockdown", line, sizeof(line)))
		return;
	p = strchr(line, '[');
	end = p ? strchr(p, ']') : NULL;
	if (!end)
		return;
	*end = '\0';
	if (strcmp(p + 1, "none"))
		snprintf(out, size, "%s", p + 1);
}

static void rights_read(struct sys *s, struct rights *r)
{
	struct buf text = {0};
	uint64_t v;

	memset(r, 0, sizeof(*r));
	if (!sys_read_file(s, AT_FDCWD, "/proc/self/status", 65536, &text)) {
		r->caps_known = status_field(buf_str(&text), "\nCapEff:", 16, &r->caps);
		r->seccomp = status_field(buf_str(&text), "\nSeccomp:", 10, &v) && v == 2;
	}
	buf_free(&text);
	r->split = read_number(s, "/proc/sys/kernel/cap_last_cap", CAP_NR_BPF) >= CAP_NR_BPF;
	r->paranoid = (int64_t)read_number(s, "/proc/sys/kernel/perf_event_paranoid", 2) > 2;
	r->user_ns = in_user_ns(s);
	read_lockdown(s, r->lockdown, sizeof(r->lockdown));
}

static bool rights_is_confidential(const struct rights *r)
{
	return !strcmp(r->lockdown, "confidentiality");
}

static bool has_cap(const struct rights *r, unsigned nr)
{
	return !r->caps_known || r->caps >> nr & 1;
}

static bool action_is(const char *action, const char *name)
{
	return !strcmp(action, name);
}

static bool is_bpf(const char *action)
{
	return action_is(action, RIGHTS_BPF) || action_is(action, RIGHTS_MAP);
}

static bool is_perf(const char *action)
{
	return action_is(action, RIGHTS_PERF) || action_is(action, RIGHTS_UPROBE) ||
	       action_is(action, RIGHTS_KPROBE);
}

/*
 * What an action asks for.  Who may not mount tracefs is told at once what the program will ask for
 * next.  The uprobe PMU asks for CAP_SYS_ADMIN since the fix of CVE-2025-38466 (6.16, and 5.10.240,
 * 6.1.146, 6.12.39 ...), that of kprobes for CAP_PERFMON as ever; Debian's kernels, where
 * perf_event_paranoid is above 2, for CAP_SYS_ADMIN whatever the event is.
 */
static bool wants_cap(const struct rights *r, const char *action, unsigned nr)
{
	bool probe = action_is(action, RIGHTS_UPROBE);
	bool mount = action_is(action, RIGHTS_MOUNT);

	if (!is_bpf(action) && !is_perf(action) && !mount)
		return false;
	if (nr == CAP_NR_SYS_ADMIN)
		return mount || probe || !r->split || (r->paranoid && is_perf(action));
	if (!r->split)
		return false;
	return nr == CAP_NR_PERFMON || is_bpf(action) || mount;
}

/*
 * "CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN": what action asks for and this process has not; "": it
 * has all.
 */
static const char *missing_caps(const struct rights *r, const char *action, char *out, size_t size)
{
	static const struct {
		unsigned nr;
		const char *name;
	} caps[] = {{CAP_NR_BPF, "CAP_BPF"}, {CAP_NR_PERFMON, "CAP_PERFMON"},
		{CAP_NR_SYS_ADMIN, "CAP_SYS_ADMIN"}};
	const char *names[3];
	size_t i, n = 0;

	*out = '\0';
	if (has_cap(r, CAP_NR_SYS_ADMIN))
		return out; /* which is as good as the others */
	for (i = 0; i < 3; i++)
		if (wants_cap(r, action, caps[i].nr) && !has_cap(r, caps[i].nr))
			names[n++] = caps[i].name;
	for (i = 0; i < n; i++)
		snprintf(out + strlen(out), size - strlen(out), "%s%s",
			!i	     ? ""
			: i + 1 == n ? " and "
				     : ", ",
			names[i]);
	return out;
}

/* Before 5.11 maps and programs are charged to RLIMIT_MEMLOCK. */
static bool memlock_hint(struct sys *s, struct rawbpf_error *e)
{
	struct rlimit lim;
	unsigned major, minor;
	char release[128];

	if (sys_read_line(s, AT_FDCWD, "/proc/sys/kernel/osrelease", release, sizeof(release)))
		return false;
	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return false;
	if (major > 5 || (major == 5 && minor >= 11))
		return false;
	if (sys_prlimit(s, RLIMIT_MEMLOCK, NULL, &lim) || lim.rlim_cur == RLIM_INFINITY)
		return false;
	err_hint(e, "RLIMIT_MEMLOCK is %" PRIu64 " bytes: raise it (ulimit -l unlimited)",
		(uint64_t)lim.rlim_cur);
	return true;
}

static void caps_hint(
	struct sys *s, struct rawbpf_error *e, const char *action, const char *missing)
{
	const char *name = NULL, *path = NULL;
	int v;

	if (is_bpf(action)) {
		name = "kernel.unprivileged_bpf_disabled";
		path = "/proc/sys/kernel/unprivileged_bpf_disabled";
	} else if (is_perf(action)) {
		name = "kernel.perf_event_paranoid";
		path = "/proc/sys/kernel/perf_event_paranoid";
	}
	v = path ? (int)read_number(s, path, 9999) : 9999;
	if (v != 9999)
		err_hint(e, "%s missing (%s is %d): run as root", missing, name, v);
	else if (action_is(action, RIGHTS_MOUNT))
		err_hint(e, "%s missing: run as root, or mount tracefs at /sys/kernel/tracing",
			missing);
	else
		err_hint(e, "%s missing: run as root", missing);
}

static void tracefs_hint(const struct rights *r, struct rawbpf_error *e, int err)
{
	if (err == -EACCES)
		err_hint(e, "tracefs is for its owner only: run as root, or remount it with gid=");
	else if (*r->lockdown)
		err_hint(e, "kernel lockdown (%s) closes tracefs: boot without lockdown=%s",
			r->lockdown, r->lockdown);
	else
		err_hint(e, "tracefs is closed by a security module: see the kernel's log");
}

/* The call itself is not there. */
static void nosys_hint(const struct rights *r, struct rawbpf_error *e, const char *action)
{
	const char *call = is_bpf(action) ? RIGHTS_BPF : RIGHTS_PERF;

	if (!is_bpf(action) && !is_perf(action))
		return;
	if (r->seccomp)
		err_hint(e,
			"a seccomp filter is in force and may hide %s: allow it in the "
			"container's profile",
			call);
	else
		err_hint(e, "the kernel has no %s: it must be built with %s", call,
			is_bpf(action) ? "CONFIG_BPF_SYSCALL" : "CONFIG_PERF_EVENTS");
}

int rights_explain(struct sys *s, struct rawbpf_error *e, const char *action, int err)
{
	const char *missing, *what;
	struct rights r;
	char caps[64];

	if (!e || (err != -EPERM && err != -EACCES && err != -ENOSYS))
		return err;
	rights_read(s, &r);
	if (err == -ENOSYS) {
		nosys_hint(&r, e, action);
		return err;
	}
	missing = missing_caps(&r, action, caps, sizeof(caps));
	what = is_bpf(action) ? RIGHTS_BPF : action;
	if (*missing) {
		caps_hint(s, e, action, missing);
	} else if (r.user_ns) {
		err_hint(e,
			"this is a user namespace: %s needs rights in the initial one "
			"(run outside of the container)",
			what);
	} else if (action_is(action, RIGHTS_TRACEFS)) {
		tracefs_hint(&r, e, err);
	} else if (action_is(action, RIGHTS_MAP) && memlock_hint(s, e)) {
		return err;
	} else if (r.seccomp) {
		err_hint(e,
			"a seccomp filter is in force and may deny %s: allow it in the "
			"container's profile",
			what);
	} else if (rights_is_confidential(&r)) {
		err_hint(e, "kernel lockdown (confidentiality) forbids it: boot without "
			    "lockdown=confidentiality");
	} else if (*r.lockdown) {
		err_hint(e,
			"kernel lockdown (%s) may forbid it: see lockdown= on the kernel's "
			"command line",
			r.lockdown);
	} else {
		err_hint(e,
			"a security module (SELinux, AppArmor) may deny it: see the kernel's log");
	}
	return err;
}

bool rights_locked_tracefs(struct sys *s, struct rawbpf_error *e)
{
	struct rights r = {0};

	read_lockdown(s, r.lockdown, sizeof(r.lockdown));
	if (!rights_is_confidential(&r))
		return false;
	err_set(e, "tracefs", -EPERM, "tracefs is empty");
	tracefs_hint(&r, e, -EPERM);
	return true;
}

/* The verifier calls such helpers unknown, or not this program type's. */
void rights_locked_helper(struct sys *s, struct rawbpf_error *e)
{
	static const char *const reads[] = {"bpf_probe_read#", "bpf_probe_read_str#",
		"bpf_probe_read_kernel#", "bpf_probe_read_kernel_str#"};
	struct rights r = {0};
	size_t i;

	if (!e->msg || (!strstr(e->msg, "unknown func") && !strstr(e->msg, "cannot use helper")))
		return;
	read_lockdown(s, r.lockdown, sizeof(r.lockdown));
	if (*r.lockdown && strstr(e->msg, "bpf_probe_write_user#"))
		err_hint(e, "kernel lockdown (%s) forbids programs to write memory of processes",
			r.lockdown);
	for (i = 0; i < sizeof(reads) / sizeof(*reads) && rights_is_confidential(&r); i++)
		if (strstr(e->msg, reads[i]))
			err_hint(e,
				"kernel lockdown (confidentiality) forbids programs to read kernel "
				"memory: boot without lockdown=confidentiality");
}

void rights_hidden_addresses(struct sys *s, struct rawbpf_error *e)
{
	uint64_t v = read_number(s, "/proc/sys/kernel/kptr_restrict", 9999);

	if (v == 2)
		err_hint(e, "/proc/kallsyms hides addresses (kernel.kptr_restrict is 2): set it to "
			    "1, or to 0");
	else if (v <= 1)
		err_hint(e,
			"/proc/kallsyms hides addresses (kernel.kptr_restrict is %u): CAP_SYSLOG "
			"missing",
			(unsigned)v);
	else
		err_hint(e, "/proc/kallsyms hides addresses: see kernel.kptr_restrict");
}
