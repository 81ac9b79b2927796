// SPDX-License-Identifier: MIT
/* test_tool_trace.c - rawbpf trace, on saved lines and live. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t.h"
#include "t_trace.h"

#define TT_CMD TEST_BUILD "/rawbpf trace "
#define TT_LINES                                                                         \
	"            bash-12     (      9) [001] d..1.  1768.945420: bpf_trace_printk: " \
	"one\\nmore\\n"                                                                  \
	"CPU:1 [LOST 7 EVENTS]\\n"                                                       \
	"         sleep-1-1313131 [003] ...21  1769.000001: sched_switch: \\033[mtwo\\n"

static void check_trace(const char *args, int status, const char *want)
{
	char *got = NULL;
	int ret = t_run(&got, "printf '" TT_LINES "' | " TT_CMD "2>&1 %s", args);

	ck_assert_msg(ret == status, "%s: %d %s", args, ret, got);
	ck_assert_msg(strstr(got, want), "%s: %s", args, got);
	free(got);
}

START_TEST(saved_lines)
{
	check_trace(
		"-", 0, "bpf_trace_printk: one\nmore\nCPU:1 [LOST 7 EVENTS]\n         sleep-1-");
	check_trace("-f '{1:>5} {5}' -", 0, "   12 one\nmore\n1313131 \033[mtwo\n");
	check_trace("--json -", 0,
		"{\"task\": \"bash\", \"pid\": 12, \"tgid\": 9, \"cpu\": 1, \"flags\": \"d..1.\", "
		"\"ts\": \"1768.945420\", \"symbol\": \"bpf_trace_printk\", "
		"\"msg\": \"one\\u000amore\"}\n{\"lost\": 7, \"cpu\": 1}\n"
		"{\"task\": \"sleep-1\", \"pid\": 1313131, \"tgid\": null, ");
	check_trace(
		"--json --symbol sched_switch -", 0, "{\"lost\": 7, \"cpu\": 1}\n{\"task\": \"sl");
	check_trace("--json --symbol sched_switch -", 0, "\"msg\": \"\\u001b[mtwo\"}\n");
}
END_TEST

START_TEST(wrong_use)
{
	check_trace("-f '{1} {5:q}' -", 1, "{1} {5:q}\n       ^\n");
	check_trace("/nonexistent", 1, "'/nonexistent' cannot be opened: ENOENT");
	check_trace("- >/dev/full", 1, "trace lines cannot be written: ENOSPC\n");
	check_trace("--json - >/dev/full", 1, "stdout cannot be written: ENOSPC\n");
	check_trace("/etc", 1, "'/etc' cannot be read: EISDIR\n");
	check_trace("- >&-", 1, "stdout is closed: EBADF\n");
	check_trace("-f '{0}' -", 0, "bash\nsleep-1\n");
	check_trace("--json -f x -", 2, "usage: rawbpf trace");
	check_trace("--shared -", 2, "usage: rawbpf trace");
	check_trace("--drop -", 2, "--drop is for live lines, not '-'");
	check_trace("a b", 2, "usage: rawbpf trace");
	check_trace("--help", 0, "usage: rawbpf trace");
}
END_TEST

/* Lines that hold no record are not printed, and told. */
START_TEST(no_record)
{
	char *out;

	ck_assert_int_eq(
		t_run(&out, "printf 'x\\n\\n# tracer: nop\\nsh-1 [000] no time\\n' | " TT_CMD
			    "-f '{5}' - 2>&1"),
		0);
	ck_assert_str_eq(out, "rawbpf trace: 2 lines of 'stdin' held no record\n");
	free(out);
	t_run(&out, "printf 'x\\n' | " TT_CMD "--json - 2>&1");
	ck_assert_str_eq(out, "rawbpf trace: 1 line of 'stdin' held no record\n");
	free(out);
	t_run(&out, "printf 'x\\n' | " TT_CMD "--symbol y - 2>&1");
	ck_assert_str_eq(out, "rawbpf trace: 1 line of 'stdin' held no record\n");
	free(out);
	t_run(&out, "printf 'x\\n' | " TT_CMD "- 2>&1");
	ck_assert_str_eq(out, "x\n");
	free(out);
}
END_TEST

static pid_t spawn(int in, int out, char *const *argv)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	dup2(in, 0);
	dup2(out, 1);
	execvp(*argv, argv);
	_exit(127);
}

/* Each signal ends it, though lines never do; the first bytes tell that it has begun. */
START_TEST(ends_by_signal)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	static char *const opts[] = {"--symbol=y", "--format={5}", "--json"};
	static char line[] = "              sh-1       [000] ....     1.000001: y: x";
	char tool[] = TEST_BUILD "/rawbpf", buf[65536];
	int lines[2], out[2], status;
	pid_t yes, trace;

	ck_assert(!pipe2(lines, O_CLOEXEC) && !pipe2(out, O_CLOEXEC));
	yes = spawn(0, lines[1], (char *[]){"yes", line, NULL});
	trace = spawn(lines[0], out[1], (char *[]){tool, "trace", opts[_i % 3], "-", NULL});
	close(lines[0]);
	close(lines[1]);
	close(out[1]);
	ck_assert_int_gt(read(out[0], buf, sizeof(buf)), 0);
	ck_assert_int_eq(kill(trace, signals[_i / 3]), 0);
	while (read(out[0], buf, sizeof(buf)) > 0)
		;
	ck_assert_int_eq(waitpid(trace, &status, 0), trace);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(waitpid(yes, &status, 0), yes);
	close(out[0]);
}
END_TEST

/* A reader of stdout that goes away is an end like Ctrl-C, and worth no word. */
START_TEST(reader_goes_away)
{
	static char line[] = "              sh-1       [000] ....     1.000001: y: x";
	char *out;

	ck_assert_int_eq(t_run(&out,
				 "{ yes '%s' | { " TT_CMD "%s - 2>&3; echo $? >&3; } | head -1; } "
				 "3>&1 >/dev/null",
				 line, _i ? "--json" : ""),
		0);
	ck_assert_str_eq(out, "0\n");
	free(out);
}
END_TEST

/* Its stdout and stderr on one pipe; NULL where the machine cannot trace. */
static FILE *start(pid_t *pid, const char *opt)
{
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	*pid = fork();
	if (!*pid) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		execl(TEST_BUILD "/rawbpf", "rawbpf", "trace", "--json", opt, NULL);
		_exit(127);
	}
	close(fds[1]);
	return fdopen(fds[0], "re");
}

/* The instance appears before the first line is asked for, and goes away with each signal. */
START_TEST(on_this_kernel)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	char line[4096], want[64];
	int prog, status, found = 0;
	FILE *f;
	pid_t pid;

	T_NEED_ROOT();
	prog = t_printer();
	ck_assert_int_ge(prog, 0);
	if (T_SANITIZED) /* leaks are looked for by calls that are given up */
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	f = start(&pid, _i / 4 ? "--drop" : NULL);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), f));
	ck_assert_str_eq(line, "rawbpf trace: reading, Ctrl-C ends\n");
	ck_assert_int_eq(t_run_printer(prog, 3), 0);
	snprintf(want, sizeof(want), "\"msg\": \"rawbpf_test %d\"}\n", getpid());
	while (found < 3 && fgets(line, sizeof(line), f))
		found += strstr(line, want) != NULL;
	ck_assert_int_eq(found, 3);
	ck_assert_int_eq(kill(pid, signals[_i % 4]), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	fclose(f);
	close(prog);
}
END_TEST

Suite *suite_tool_trace(void);
Suite *suite_tool_trace(void)
{
	Suite *s = suite_create("tool_trace");
	TCase *t = tcase_create("run"), *live = tcase_create("live");

	tcase_add_test(t, saved_lines);
	tcase_add_test(t, wrong_use);
	tcase_add_test(t, no_record);
	tcase_add_loop_test(t, ends_by_signal, 0, 12);
	tcase_add_loop_test(t, reader_goes_away, 0, 2);
	tcase_set_timeout(t, 30);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_loop_test(live, on_this_kernel, 0, 8);
	suite_add_tcase(s, live);
	return s;
}
