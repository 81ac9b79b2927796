// SPDX-License-Identifier: MIT
/* test_doctor.c - rawbpf doctor: every line has its four keys, and a poor user hears why. */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t.h"

#define DOCTOR TEST_BUILD "/rawbpf doctor"

/* The line of one check, or NULL. */
static const char *check_line(const char *out, const char *check)
{
	char want[64];

	snprintf(want, sizeof(want), "{\"check\": \"%s\", \"status\": \"", check);
	return strstr(out, want);
}

static void check_status(const char *out, const char *check, const char *status)
{
	const char *line = check_line(out, check);
	const char *at = line ? strstr(line, "\"status\": \"") + 11 : NULL;

	ck_assert_msg(at && !strncmp(at, status, strlen(status)), "%s is not %s: %.120s", check,
		status, line ? line : "no line");
}

START_TEST(every_line_is_whole)
{
	static const char *const all[] = {"kernel", "bpf", "map", "prog_kprobe", "prog_tracepoint",
		"uprobe", "kprobe", "tracefs", "trace_instance", "perf_hardware", "perf_link",
		"uprobe_multi", "kprobe_multi", "kprobe_session", "btf_kernel", "btf_load",
		"ring_buffer", "batch", "jit", "capabilities", "seccomp", "lockdown",
		"perf_event_paranoid", "security_module", "bpf_fs", "nofile"};
	char *out, *line, *save = NULL;
	size_t i;

	t_run(&out, DOCTOR " --json 2>&1");
	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		ck_assert_msg(check_line(out, all[i]), "%s", all[i]);
	for (line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		ck_assert_msg(strstr(line, "\", \"reason\": ") && strstr(line, ", \"remedy\": "),
			"%s", line);
		ck_assert_msg(line[strlen(line) - 1] == '}', "%s", line);
	}
	free(out);
}
END_TEST

START_TEST(root_can_trace)
{
	char *out;

	T_NEED_ROOT();
	ck_assert_int_eq(t_run(&out, DOCTOR " --json"), 0);
	check_status(out, "bpf", "ok");
	check_status(out, "map", "ok");
	check_status(out, "prog_kprobe", "ok");
	check_status(out, "tracefs", "ok");
	free(out);
}
END_TEST

/* What it tells nobody; it must find something missing. */
static char *doctor_of_nobody(void)
{
	char *argv[] = {(char *)(uintptr_t) "rawbpf", (char *)(uintptr_t) "doctor",
		(char *)(uintptr_t) "--json", NULL};
	char path[] = "/tmp/rawbpf-doctor-XXXXXX", *out;
	int fd = mkstemp(path), status;
	pid_t pid;

	ck_assert_int_ge(fd, 0);
	pid = fork();
	if (!pid) {
		/* nobody may not look into the tree: the program comes by its fd */
		int prog = open(TEST_BUILD "/rawbpf", O_RDONLY | O_CLOEXEC);

		if (dup2(fd, 1) != 1 || setgroups(0, NULL) || setgid(65534) || setuid(65534))
			_exit(126);
		fexecve(prog, argv, environ);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	out = t_read_file(path, NULL);
	close(fd);
	unlink(path);
	return out;
}

/* A remedy names what is missing and nothing that is there. */
static void check_lacking(
	const char *bounding, const char *check, const char *status, const char *says)
{
	char *out;
	const char *line;

	t_run(&out, "setpriv --inh-caps=-all --bounding-set=%s " DOCTOR " --json 2>&1", bounding);
	check_status(out, check, status);
	line = strchr(check_line(out, check), '\n');
	*strchr(check_line(out, check), '\n') = '\0';
	ck_assert_msg(line && strstr(check_line(out, check), says), "%s: %s", bounding,
		check_line(out, check));
	free(out);
}

START_TEST(remedy_names_what_is_missing)
{
	T_NEED_ROOT();
	if (t_run(NULL, "setpriv --bounding-set=-sys_admin true 2>/dev/null"))
		T_SKIP("no setpriv(1)");
	check_lacking("-sys_admin", "prog_kprobe", "ok", "\"remedy\": null");
	/* where it is mounted it can be read without */
	if (t_run(NULL, "grep -q ' tracefs ' /proc/mounts"))
		check_lacking("-sys_admin", "tracefs", "", "CAP_SYS_ADMIN");
	else
		check_lacking("-sys_admin", "tracefs", "ok", "mounted at");
	check_lacking("-sys_admin", "capabilities", "ok", "give the program CAP_SYS_ADMIN\"");
	check_lacking("-sys_admin,-bpf", "map", "denied", "run as root, or with CAP_BPF\"");
	check_lacking("-sys_admin,-perfmon", "prog_kprobe", "denied", "or with CAP_PERFMON\"");
	check_lacking("-all", "map", "denied", "or with CAP_BPF, CAP_PERFMON\"");
	check_lacking("-all", "capabilities", "denied",
		"give the program CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN\"");
}
END_TEST

START_TEST(nobody_hears_why)
{
	char *out;

	T_NEED_ROOT();
	out = doctor_of_nobody();
	check_status(out, "prog_kprobe", "denied");
	check_status(out, "prog_tracepoint", "denied");
	check_status(out, "capabilities", "denied");
	ck_assert_ptr_nonnull(strstr(out, "has none; lacks CAP_BPF CAP_PERFMON CAP_SYS_ADMIN"));
	ck_assert_ptr_nonnull(strstr(out, "run as root"));
	free(out);
}
END_TEST

/* ---- machines of another kind ------------------------------------------------------------------ */

struct machine {
	const char *hide; /* nothing but an empty file system is there; or NULL */
	const char *file, *text;
	bool drop;    /* CAP_SYS_RESOURCE */
	long memlock; /* bytes, -1: as it is */
};

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* In a child: its own mounts, limits and rights. */
static bool enter_machine(const struct machine *m)
{
	const struct rlimit lim = {(rlim_t)m->memlock, (rlim_t)m->memlock};
	char path[128], *slash;

	if (m->hide && (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
			       mount("tmpfs", m->hide, "tmpfs", 0, NULL)))
		return false;
	if (m->file) {
		snprintf(path, sizeof(path), "%s", m->file);
		for (slash = strchr(path + strlen(m->hide) + 1, '/'); slash;
			slash = strchr(slash + 1, '/')) {
			*slash = '\0';
			mkdir(path, 0755);
			*slash = '/';
		}
		if (!write_text(path, m->text))
			return false;
	}
	if (m->memlock >= 0 && setrlimit(RLIMIT_MEMLOCK, &lim))
		return false;
	return !m->drop || !prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE, 0, 0, 0);
}

/* What it tells there, and its exit status. */
static char *doctor_on(const struct machine *m, int *code)
{
	char *argv[] = {(char *)(uintptr_t) "rawbpf", (char *)(uintptr_t) "doctor",
		(char *)(uintptr_t) "--json", NULL};
	char path[] = "/tmp/rawbpf-doctor-XXXXXX", *out;
	int fd = mkstemp(path), status;
	pid_t pid;

	ck_assert_int_ge(fd, 0);
	pid = fork();
	if (!pid) {
		if (!enter_machine(m) || dup2(fd, 1) != 1)
			_exit(126);
		execv(TEST_BUILD "/rawbpf", argv);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	*code = WEXITSTATUS(status);
	ck_assert_int_le(*code, 1);
	out = t_read_file(path, NULL);
	close(fd);
	unlink(path);
	return out;
}

static void check_says(const char *out, const char *check, const char *status, const char *says)
{
	const char *line;
	char *all = strdup(out);

	ck_assert_ptr_nonnull(all);
	check_status(all, check, status);
	*strchr(check_line(all, check), '\n') = '\0';
	line = check_line(all, check);
	ck_assert_msg(strstr(line, says), "no '%s': %s", says, line);
	free(all);
}

START_TEST(without_sys)
{
	const struct machine m = {.hide = "/sys", .memlock = -1};
	char *out;
	int code;

	T_NEED_CAP(CAP_SYS_ADMIN);
	out = doctor_on(&m, &code);
	check_says(out, "kprobe", "unknown", "/sys is not mounted");
	check_says(out, "uprobe", "", "/sys is not mounted"); /* unless another road serves */
	check_says(out, "btf_kernel", "unknown", "/sys is not mounted");
	check_says(out, "lockdown", "unknown", "securityfs is not mounted");
	check_says(out, "bpf_fs", "missing", "mount -t bpf");
	free(out);
}
END_TEST

START_TEST(without_proc)
{
	/* the road of the uprobe trial ends at a file */
	const struct machine plain = {.memlock = -1},
			     m = {.hide = "/proc", .file = "/proc/self", .text = "", .memlock = -1};
	char *out, *all;
	int code, plain_code;

	T_NEED_ROOT();
	T_NEED_CAP(CAP_SYS_ADMIN);
	all = doctor_on(&plain, &plain_code);
	out = doctor_on(&m, &code);
	if (!T_SANITIZED) /* LeakSanitizer looks for threads in /proc, and for its own options */
		ck_assert_int_eq(code, plain_code);
	check_says(out, "capabilities", "unknown", "/proc/self/status does not tell");
	check_says(out, "security_module", "unknown", "/proc/self/attr/current");
	check_says(out, "uprobe", "ok", "uprobe");
	free(all);
	free(out);
}
END_TEST

START_TEST(kprobes_switched_off)
{
	struct machine m = {.hide = "/sys/kernel/debug",
		.file = "/sys/kernel/debug/kprobes/enabled",
		.text = "0\n",
		.memlock = -1};
	char *out;
	int code;

	T_NEED_CAP(CAP_SYS_ADMIN);
	if (access(m.hide, F_OK))
		T_SKIP("no %s", m.hide);
	out = doctor_on(&m, &code);
	check_says(out, "kprobe", "denied", "echo 1 > /sys/kernel/debug/kprobes/enabled");
	free(out);
	m.text = "1\n";
	out = doctor_on(&m, &code);
	ck_assert_ptr_null(strstr(out, "switched off"));
	free(out);
}
END_TEST

/*
 * The limit that maps and programs count against before Linux 5.11 is used up: it is raised as
 * loading does, and named where that may not be.
 */
START_TEST(memlock_used_up)
{
	struct machine m = {.memlock = 0};
	unsigned major = 0, minor = 0;
	struct utsname u;
	char *out;
	int code;

	T_NEED_ROOT();
	T_NEED_CAP(CAP_SYS_RESOURCE);
	ck_assert_int_eq(uname(&u), 0);
	ck_assert_int_eq(sscanf(u.release, "%u.%u", &major, &minor), 2);
	out = doctor_on(&m, &code);
	check_status(out, "map", "ok");
	check_status(out, "memlock", "ok");
	check_status(out, "prog_kprobe", "ok");
	ck_assert_int_eq(code, 0);
	free(out);
	m.drop = true;
	out = doctor_on(&m, &code);
	if (major > 5 || (major == 5 && minor >= 11)) {
		check_status(out, "map", "ok");
		ck_assert_int_eq(code, 0);
	} else {
		check_says(out, "memlock", "denied", "RLIMIT_MEMLOCK is 0 bytes");
		check_says(out, "map", "denied", "RLIMIT_MEMLOCK is too small");
		check_says(out, "prog_kprobe", "denied", "ulimit -l unlimited");
		ck_assert_int_eq(code, 1);
	}
	free(out);
}
END_TEST

/* A probe of user functions may go by another road than the PMU, which asks for more rights. */
START_TEST(uprobe_by_another_road)
{
	char *out;

	T_NEED_ROOT();
	if (t_run(NULL, "setpriv --bounding-set=-sys_admin true 2>/dev/null"))
		T_SKIP("no setpriv(1)");
	t_run(&out,
		"setpriv --bounding-set=-all,+bpf,+perfmon --inh-caps=-all " DOCTOR " --json 2>&1");
	if (!strncmp(check_line(out, "uprobe_multi") +
			     strlen("{\"check\": \"uprobe_multi\", \"status\": \""),
		    "ok", 2))
		check_status(out, "uprobe", "ok");
	free(out);
}
END_TEST

START_TEST(usage)
{
	char *out;

	ck_assert_int_eq(t_run(&out, DOCTOR " --jsno 2>/dev/null"), 2);
	ck_assert_str_eq(out, "");
	free(out);
	ck_assert_int_eq(t_run(&out, DOCTOR " --help"), 0);
	ck_assert_ptr_nonnull(strstr(out, "usage: rawbpf doctor [--json | --reap]"));
	free(out);
	ck_assert_int_eq(t_run(&out, DOCTOR " >/dev/full 2>&1"), 1);
	free(out);
}
END_TEST

Suite *suite_doctor(void);
Suite *suite_doctor(void)
{
	Suite *s = suite_create("doctor");
	TCase *t = tcase_create("tool"), *live = tcase_create("live"), *host = tcase_create("host");

	tcase_set_timeout(t, 30);
	tcase_add_test(t, every_line_is_whole);
	tcase_add_test(t, usage);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, root_can_trace);
	tcase_add_test(live, nobody_hears_why);
	tcase_add_test(live, without_sys);
	tcase_add_test(live, without_proc);
	tcase_add_test(live, kprobes_switched_off);
	tcase_add_test(live, memlock_used_up);
	tcase_add_test(host, uprobe_by_another_road);
	tcase_add_test(host, remedy_names_what_is_missing);
	suite_add_tcase(s, live);
	suite_add_tcase(s, host);
	return s;
}
