// SPDX-License-Identifier: MIT
/* test_rights.c - causes of EPERM and EACCES, from made-up /proc files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "rights.h"
#include "t.h"

/* A machine whose files are made up; NULL: not there. */
struct machine {
	const char *caps, *seccomp, *uid_map, *lockdown, *release, *paranoid, *last_cap;
	uint64_t memlock;
	const char *open;
};

static const struct machine root = {
	.caps = "000001ffffffffff",
	.seccomp = "0",
	.uid_map = "         0          0 4294967295\n",
	.release = "6.18.5\n",
	.paranoid = "3\n",
	.last_cap = "40\n",
	.memlock = 65536,
};

static long machine_open(struct machine *m, const char *path)
{
	static char status[256];
	const struct {
		const char *path, *text;
	} files[] = {
		{"/proc/self/status", status},
		{"/proc/self/uid_map", m->uid_map},
		{"/sys/kernel/security/lockdown", m->lockdown},
		{"/proc/sys/kernel/osrelease", m->release},
		{"/proc/sys/kernel/perf_event_paranoid", m->paranoid},
		{"/proc/sys/kernel/unprivileged_bpf_disabled", "2\n"},
		{"/proc/sys/kernel/cap_last_cap", m->last_cap},
	};
	size_t i;

	snprintf(status, sizeof(status), "Name:\tx\nCapEff:\t%s\nSeccomp:\t%s\n", m->caps,
		m->seccomp);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (!strcmp(path, files[i].path) && files[i].text) {
			m->open = files[i].text;
			return 1000;
		}
	return -ENOENT;
}

static long machine_call(void *arg, const struct rawbpf_call *c)
{
	struct machine *m = arg;
	size_t n;

	switch (c->kind) {
	case RAWBPF_CALL_OPENAT: return machine_open(m, (const char *)c->arg[1]);
	case RAWBPF_CALL_READ:
		n = strlen(m->open);
		ck_assert_uint_le(n, c->arg[2]);
		memcpy((void *)c->arg[1], m->open, n);
		m->open += n;
		return (long)n;
	case RAWBPF_CALL_CLOSE: return 0;
	case RAWBPF_CALL_PRLIMIT: ((struct rlimit *)c->arg[3])->rlim_cur = m->memlock; return 0;
	default: ck_abort_msg("call %d", c->kind);
	}
}

/* The hint for action on the machine. */
static void check_hint(struct machine m, const char *action, int err, const char *want)
{
	struct sys s = {machine_call, &m};
	struct rawbpf_error e;

	err_set(&e, "attach", err, "refused");
	ck_assert_int_eq(rights_explain(&s, &e, action, err), err);
	ck_assert_msg(e.hint && strstr(e.hint, want), "%s: '%s'", want, e.hint);
}

START_TEST(capabilities)
{
	struct machine m = root;

	m.caps = "0000000000000000";
	check_hint(m, RIGHTS_BPF, -EPERM,
		"CAP_BPF and CAP_PERFMON missing (kernel.unprivileged_bpf_disabled is 2)");
	check_hint(m, RIGHTS_PERF, -EACCES,
		"CAP_PERFMON missing (kernel.perf_event_paranoid is 3): run as root");
	check_hint(m, RIGHTS_MOUNT, -EPERM,
		"CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN missing: run as root");
	check_hint(m, RIGHTS_UPROBE, -EACCES, "CAP_PERFMON and CAP_SYS_ADMIN missing");
	check_hint(m, RIGHTS_TRACEFS, -EACCES, "tracefs is for its owner only");
	m.caps = "000000c000000000";
	check_hint(m, RIGHTS_UPROBE, -EPERM, "CAP_SYS_ADMIN missing");
	check_hint(m, RIGHTS_MOUNT, -EPERM, "CAP_SYS_ADMIN missing");
	check_hint(m, RIGHTS_BPF, -EPERM, "security module");
	m.caps = "0000008000000000";
	check_hint(m, RIGHTS_BPF, -EPERM, "CAP_PERFMON missing");
	m.caps = "0000004000000000";
	check_hint(m, RIGHTS_MAP, -EPERM, "CAP_BPF missing");
	m.last_cap = "37\n"; /* before 5.8 */
	check_hint(m, RIGHTS_BPF, -EPERM, "CAP_SYS_ADMIN missing");
}
END_TEST

START_TEST(other_locks)
{
	struct machine m = root;

	m.uid_map = "0 100000 65536\n";
	check_hint(m, RIGHTS_BPF, -EPERM, "user namespace");
	m = root;
	m.seccomp = "2";
	check_hint(m, RIGHTS_BPF, -EPERM, "seccomp filter");
	m = root;
	m.lockdown = "none [integrity] confidentiality\n";
	check_hint(m, RIGHTS_KPROBE, -EPERM, "lockdown (integrity)");
	check_hint(m, RIGHTS_TRACEFS, -EPERM, "lockdown (integrity) closes tracefs");
	m.lockdown = "[none] integrity confidentiality\n";
	check_hint(m, RIGHTS_PERF, -EACCES, "security module");
	m.lockdown = "broken [\n";
	check_hint(m, RIGHTS_PERF, -EACCES, "security module");
}
END_TEST

START_TEST(memlock)
{
	struct machine m = root;

	check_hint(m, RIGHTS_MAP, -EPERM, "security module"); /* not charged any more */
	m.release = "5.10.0-32-amd64\n";
	check_hint(m, RIGHTS_MAP, -EPERM, "RLIMIT_MEMLOCK is 65536 bytes");
	check_hint(m, RIGHTS_PERF, -EPERM, "security module");
	m.memlock = (uint64_t)RLIM_INFINITY;
	check_hint(m, RIGHTS_MAP, -EPERM, "security module");
	m.release = "garbage\n";
	check_hint(m, RIGHTS_MAP, -EPERM, "security module");
}
END_TEST

START_TEST(no_such_call)
{
	struct machine m = root;

	check_hint(m, RIGHTS_BPF, -ENOSYS, "must be built with CONFIG_BPF_SYSCALL");
	check_hint(m, RIGHTS_MAP, -ENOSYS, "the kernel has no bpf(2)");
	check_hint(m, RIGHTS_UPROBE, -ENOSYS, "must be built with CONFIG_PERF_EVENTS");
	m.seccomp = "2";
	check_hint(m, RIGHTS_BPF, -ENOSYS, "seccomp filter is in force and may hide bpf(2)");
	check_hint(m, RIGHTS_PERF, -ENOSYS, "may hide perf_event_open(2)");
}
END_TEST

START_TEST(other_errors_stay)
{
	struct machine m = root;
	struct sys s = {machine_call, &m};
	struct rawbpf_error e;

	err_set(&e, "attach", -EINVAL, "bad");
	err_hint(&e, "mine");
	ck_assert_int_eq(rights_explain(&s, &e, RIGHTS_PERF, -EINVAL), -EINVAL);
	ck_assert_str_eq(e.hint, "mine");
	ck_assert_int_eq(rights_explain(&s, NULL, RIGHTS_PERF, -EPERM), -EPERM);
}
END_TEST

Suite *suite_rights(void);
Suite *suite_rights(void)
{
	Suite *s = suite_create("rights");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, capabilities);
	tcase_add_test(t, other_locks);
	tcase_add_test(t, memlock);
	tcase_add_test(t, no_such_call);
	tcase_add_test(t, other_errors_stay);
	suite_add_tcase(s, t);
	return s;
}
