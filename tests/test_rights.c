// SPDX-License-Identifier: MIT
/* test_rights.c - causes of EPERM and EACCES, from made-up /proc files. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rawbpf.h"
#include "rights.h"
#include "t_kprobe.h"
#include "old.h"

/* A machine whose files are made up; NULL: not there. */
struct machine {
	const char *caps, *seccomp, *uid_map, *lockdown, *release, *paranoid, *last_cap, *kptr;
	uint64_t memlock;
	const char *open;
};

static const struct machine root = {
	.caps = "000001ffffffffff",
	.seccomp = "0",
	.uid_map = "         0          0 4294967295\n",
	.release = "6.18.5\n",
	.paranoid = "2\n",
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
		{"/proc/sys/kernel/kptr_restrict", m->kptr},
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
	struct sys s = {.hook = machine_call, .arg = &m};
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
		"CAP_PERFMON missing (kernel.perf_event_paranoid is 2): run as root");
	check_hint(m, RIGHTS_MOUNT, -EPERM,
		"CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN missing: run as root");
	check_hint(m, RIGHTS_UPROBE, -EACCES, "CAP_PERFMON and CAP_SYS_ADMIN missing");
	check_hint(m, RIGHTS_KPROBE, -EACCES,
		"CAP_PERFMON missing (kernel.perf_event_paranoid is 2): run as root");
	check_hint(m, RIGHTS_TRACEFS, -EACCES, "tracefs is for its owner only");
	m.caps = "000000c000000000";
	check_hint(m, RIGHTS_UPROBE, -EPERM, "CAP_SYS_ADMIN missing");
	check_hint(m, RIGHTS_KPROBE, -EPERM, "security module");
	check_hint(m, RIGHTS_MOUNT, -EPERM, "CAP_SYS_ADMIN missing");
	check_hint(m, RIGHTS_BPF, -EPERM, "security module");
	m.caps = "0000008000000000";
	check_hint(m, RIGHTS_BPF, -EPERM, "CAP_PERFMON missing");
	m.caps = "0000004000000000";
	check_hint(m, RIGHTS_MAP, -EPERM, "CAP_BPF missing");
	m.caps = "000000c000000000";
	m.paranoid = "3\n"; /* Debian's */
	check_hint(
		m, RIGHTS_PERF, -EACCES, "CAP_SYS_ADMIN missing (kernel.perf_event_paranoid is 3)");
	check_hint(m, RIGHTS_BPF, -EPERM, "security module");
	m.caps = "0000004000000000";
	m.last_cap = "37\n"; /* before 5.8 */
	check_hint(m, RIGHTS_BPF, -EPERM, "CAP_SYS_ADMIN missing");
	check_hint(m, RIGHTS_KPROBE, -EACCES, "CAP_SYS_ADMIN missing (kernel.perf_event_paranoid");
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
	m.lockdown = "none integrity [confidentiality]\n";
	check_hint(m, RIGHTS_KPROBE, -EPERM,
		"kernel lockdown (confidentiality) forbids it: boot without "
		"lockdown=confidentiality");
	check_hint(m, RIGHTS_TRACEFS, -EPERM, "lockdown (confidentiality) closes tracefs: boot");
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

/* What lockdown takes away without saying EPERM. */
START_TEST(locked_silently)
{
	static const struct {
		const char *msg, *lockdown, *hint;
	} rows[] = {
		{"unknown func bpf_probe_read_kernel#113", "none integrity [confidentiality]",
			"kernel lockdown (confidentiality) forbids programs to read kernel memory"},
		{"program of this type cannot use helper bpf_probe_read#4",
			"none integrity [confidentiality]", "forbids programs to read kernel"},
		{"program of this type cannot use helper bpf_probe_write_user#36",
			"none [integrity] confidentiality",
			"kernel lockdown (integrity) forbids programs to write"},
		{"program of this type cannot use helper bpf_probe_read_user#112",
			"none integrity [confidentiality]", "mine"},
		{"unknown func bpf_probe_read_kernel#113", "none [integrity] confidentiality",
			"mine"},
		{"unknown func bpf_probe_read_kernel#113", NULL, "mine"},
		{"R1 of bpf_probe_read_kernel#113 is bad", "none integrity [confidentiality]",
			"mine"},
	};
	struct machine m = root;
	struct sys s = {.hook = machine_call, .arg = &m};
	struct rawbpf_error e;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		m.lockdown = rows[i].lockdown;
		err_set(&e, "load", -EINVAL, "prog 'p' rejected: %s", rows[i].msg);
		err_hint(&e, "mine");
		rights_locked_helper(&s, &e);
		ck_assert_msg(strstr(e.hint, rows[i].hint), "%s: %s", rows[i].msg, e.hint);
	}
	m.lockdown = "none integrity [confidentiality]";
	ck_assert(rights_locked_tracefs(&s, &e));
	ck_assert_int_eq(e.err, -EPERM);
	ck_assert_str_eq(e.msg, "tracefs is empty: EPERM");
	ck_assert_ptr_nonnull(strstr(e.hint, "kernel lockdown (confidentiality) closes tracefs"));
	m.lockdown = "none [integrity] confidentiality";
	ck_assert(!rights_locked_tracefs(&s, &e));
	m.lockdown = NULL;
	ck_assert(!rights_locked_tracefs(&s, &e));
}
END_TEST

START_TEST(hidden_addresses)
{
	static const struct {
		const char *kptr, *hint;
	} rows[] = {
		{"2\n", "(kernel.kptr_restrict is 2): set it to 1, or to 0"},
		{"1\n", "(kernel.kptr_restrict is 1): CAP_SYSLOG missing"},
		{"0\n", "(kernel.kptr_restrict is 0): CAP_SYSLOG missing"},
		{NULL, "see kernel.kptr_restrict"},
	};
	struct machine m = root;
	struct sys s = {.hook = machine_call, .arg = &m};
	struct rawbpf_error e;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		m.kptr = rows[i].kptr;
		err_set(&e, "attach", -EINVAL, "x");
		rights_hidden_addresses(&s, &e);
		ck_assert_msg(strstr(e.hint, rows[i].hint), "%s", e.hint);
	}
}
END_TEST

START_TEST(other_errors_stay)
{
	struct machine m = root;
	struct sys s = {.hook = machine_call, .arg = &m};
	struct rawbpf_error e;

	err_set(&e, "attach", -EINVAL, "bad");
	err_hint(&e, "mine");
	ck_assert_int_eq(rights_explain(&s, &e, RIGHTS_PERF, -EINVAL), -EINVAL);
	ck_assert_str_eq(e.hint, "mine");
	ck_assert_int_eq(rights_explain(&s, NULL, RIGHTS_PERF, -EPERM), -EPERM);
}
END_TEST

/* ---- the real ones, each in a child process ------------------------------------------------ */

/* What became of loading a text as one sort of user and attaching it as another. */
struct trial {
	void (*before)(void), (*after)(void);
	const char *section, *event; /* event: of the kprobe; NULL: a perf event */
	const char *msg, *hint;
};

static void must(bool done)
{
	if (!done)
		_exit(3);
}

static void drop_all(void)
{
	must(!setgroups(0, NULL) && !setresgid(65534, 65534, 65534) &&
		!setresuid(65534, 65534, 65534));
}

static void drop_to(uint64_t caps)
{
	struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2] = {{(uint32_t)caps, (uint32_t)caps, 0},
		{(uint32_t)(caps >> 32), (uint32_t)(caps >> 32), 0}};

	must(!prctl(PR_SET_KEEPCAPS, 1));
	drop_all();
	must(!syscall(SYS_capset, &h, d));
}

static void keep_bpf(void)
{
	drop_to(1ULL << 39);
}

static void keep_perfmon(void)
{
	drop_to(1ULL << 38);
}

/* A system call answers err: as a container's profile does it. */
static void deny(long nr, unsigned err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {sizeof(code) / sizeof(*code), code};

	must(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
		!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
}

static void deny_bpf(void)
{
	deny(SYS_bpf, EPERM);
}

static void hide_bpf(void)
{
	deny(SYS_bpf, ENOSYS);
}

static void deny_perf(void)
{
	deny(SYS_perf_event_open, EPERM);
}

static void other_user_ns(void)
{
	int fd;

	must(!unshare(CLONE_NEWUSER));
	fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
	must(fd >= 0 && write(fd, "0 0 1\n", 6) == 6);
	close(fd);
}

static void nothing(void)
{
}

static int trial_run(const struct trial *t, struct rawbpf *b)
{
	char text[200];
	int err;

	snprintf(text, sizeof(text),
		".license \"GPL\"\n.map m array(u32, 1)\n.prog p \"%s\"\n"
		"return 0\n",
		t->section);
	t->before();
	err = rawbpf_load(b, .text = text);
	if (err)
		return err;
	t->after();
	if (t->event)
		return rawbpf_attach_kprobe(b, .event = t->event, .fn_name = "p");
	return rawbpf_attach_perf_event(
		b, .ev_type = 1, .ev_config = 0, .sample_freq = 1, .fn_name = "p");
}

static void trial_child(const struct trial *t, int fd)
{
	struct rawbpf *b = rawbpf_new();
	int err = trial_run(t, b);

	if (err)
		dprintf(fd, "%s\n%s", rawbpf_errmsg(b),
			rawbpf_error(b)->hint ? rawbpf_error(b)->hint : "");
	else
		dprintf(fd, "it worked");
	rawbpf_free(b);
	_exit(0);
}

static void trial_says(const struct trial *t)
{
	char said[1024];
	size_t n = 0;
	int p[2], status;
	ssize_t got;
	pid_t child;

	ck_assert_int_eq(pipe2(p, O_CLOEXEC), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child)
		trial_child(t, p[1]);
	close(p[1]);
	while ((got = read(p[0], said + n, sizeof(said) - 1 - n)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	close(p[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status), "%s: %x", t->hint, status);
	ck_assert_msg(strstr(said, t->msg) && strstr(said, t->hint), "no '%s' and '%s' in: %s",
		t->msg, t->hint, said);
}

static int sysctl_get(const char *path)
{
	char line[32] = "";
	FILE *f = fopen(path, "r");

	if (!f || !fgets(line, sizeof(line), f))
		strcpy(line, "-100");
	if (f)
		fclose(f);
	return atoi(line);
}

START_TEST(one_sentence_each)
{
	static const struct trial trials[] = {
		{drop_all, nothing, "perf_event", NULL, "map 'm'",
			"CAP_BPF and CAP_PERFMON missing (kernel.unprivileged_bpf_disabled is"},
		{keep_perfmon, nothing, "perf_event", NULL, "map 'm'",
			"CAP_BPF missing (kernel.unprivileged_bpf_disabled is"},
		{keep_bpf, nothing, "perf_event", NULL, "prog 'p' of type perf_event refused",
			"CAP_PERFMON missing"},
		{deny_bpf, nothing, "perf_event", NULL, "map 'm'",
			"a seccomp filter is in force and may deny bpf(2)"},
		{hide_bpf, nothing, "perf_event", NULL, "map 'm'",
			"a seccomp filter is in force and may hide bpf(2)"},
		{nothing, deny_perf, "perf_event", NULL, "EPERM",
			"a seccomp filter is in force and may deny perf_event_open(2)"},
		{other_user_ns, nothing, "perf_event", NULL, "map 'm'",
			"this is a user namespace: bpf(2) needs rights in the initial one"},
		{nothing, drop_all, "perf_event", NULL, "EACCES",
			"missing (kernel.perf_event_paranoid is"},
	};
	size_t i, n = sizeof(trials) / sizeof(*trials);

	T_NEED_ROOT();
	OLD_NEED("maps beyond RLIMIT_MEMLOCK");
	if (sysctl_get("/proc/sys/kernel/cap_last_cap") < 39)
		T_SKIP("no CAP_BPF and CAP_PERFMON before Linux 5.8");
	if (sysctl_get("/proc/sys/kernel/unprivileged_bpf_disabled") < 1 ||
		sysctl_get("/proc/sys/kernel/perf_event_paranoid") < 1)
		T_SKIP("kernel.unprivileged_bpf_disabled or perf_event_paranoid allow it to all");
	for (i = 0; i < n; i++)
		trial_says(&trials[i]);
}
END_TEST

START_TEST(one_sentence_each_for_kprobes)
{
	static const struct trial trials[] = {
		{nothing, drop_all, "kprobe", "vfs_read", "no probe on kernel function 'vfs_read'",
			"missing (kernel.perf_event_paranoid is"},
		{nothing, deny_perf, "kprobe", "vfs_read", "no probe on kernel function 'vfs_read'",
			"a seccomp filter is in force and may deny kprobe"},
		{nothing, drop_all, "kprobe", "vfs_read+4", "EINVAL",
			"/proc/kallsyms hides addresses (kernel.kptr_restrict is"},
	};
	size_t i;

	T_NEED_ROOT();
	T_NEED_KPROBE_PMU();
	for (i = 0; i < sizeof(trials) / sizeof(*trials); i++)
		trial_says(&trials[i]);
}
END_TEST

static void kptr_set(int v)
{
	char text[16];
	int fd = open("/proc/sys/kernel/kptr_restrict", O_WRONLY | O_CLOEXEC);
	int n = snprintf(text, sizeof(text), "%d\n", v);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, (size_t)n), n);
	close(fd);
}

START_TEST(kptr_restrict_hides)
{
	static const struct trial trials[] = {
		{nothing, nothing, "kprobe", "vfs_read+4",
			"offset 0x4 cannot be checked: 'vfs_read' has no size here",
			"(kernel.kptr_restrict is 2): set it to 1, or to 0"},
		{nothing, nothing, "kprobe", "0xffffffff81001004", "cannot be checked",
			"(kernel.kptr_restrict is 2): set it to 1, or to 0"},
	};
	int was = sysctl_get("/proc/sys/kernel/kptr_restrict");
	size_t i;

	T_NEED_ROOT();
	T_NEED_KPROBE_PMU();
	kptr_set(2);
	for (i = 0; i < sizeof(trials) / sizeof(*trials); i++)
		trial_says(&trials[i]);
	kptr_set(was);
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
	tcase_add_test(t, locked_silently);
	tcase_add_test(t, hidden_addresses);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, one_sentence_each);
	tcase_add_test(t, one_sentence_each_for_kprobes);
	tcase_add_test(t, kptr_restrict_hides);
	suite_add_tcase(s, t);
	return s;
}
