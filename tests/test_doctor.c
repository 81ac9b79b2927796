// SPDX-License-Identifier: MIT
/* test_doctor.c - rawbpf doctor: every line has its four keys, and a poor user hears why. */
#include <stdio.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
		"perf_event_paranoid"};
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
	check_lacking("-sys_admin", "tracefs", "", "CAP_SYS_ADMIN");
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
	tcase_add_test(host, remedy_names_what_is_missing);
	suite_add_tcase(s, live);
	suite_add_tcase(s, host);
	return s;
}
