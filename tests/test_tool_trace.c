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
	check_trace("- >/dev/full", 1, "EIO");
	check_trace("--json -f x -", 2, "usage: rawbpf trace");
	check_trace("--shared -", 2, "usage: rawbpf trace");
	check_trace("a b", 2, "usage: rawbpf trace");
	check_trace("--help", 0, "usage: rawbpf trace");
	/* a reader that goes away is not worth a word */
	check_trace("- | sleep 0.2", 0, "");
}
END_TEST

/* Its stdout and stderr on one pipe; NULL where the machine cannot trace. */
static FILE *start(pid_t *pid)
{
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	*pid = fork();
	if (!*pid) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		execl(TEST_BUILD "/rawbpf", "rawbpf", "trace", "--json", NULL);
		_exit(127);
	}
	close(fds[1]);
	return fdopen(fds[0], "re");
}

/* The instance appears before the first line is asked for, and goes away with Ctrl-C. */
START_TEST(on_this_kernel)
{
	char line[4096], want[64];
	int prog, status, found = 0;
	FILE *f;
	pid_t pid;

	T_NEED_ROOT();
	prog = t_printer();
	ck_assert_int_ge(prog, 0);
	f = start(&pid);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), f));
	ck_assert_str_eq(line, "rawbpf trace: reading, Ctrl-C ends\n");
	ck_assert_int_eq(t_run_printer(prog, 3), 0);
	snprintf(want, sizeof(want), "\"msg\": \"rawbpf_test %d\"}\n", getpid());
	while (found < 3 && fgets(line, sizeof(line), f))
		found += strstr(line, want) != NULL;
	ck_assert_int_eq(found, 3);
	ck_assert_int_eq(kill(pid, SIGINT), 0);
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
	tcase_set_timeout(t, 30);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, on_this_kernel);
	suite_add_tcase(s, live);
	return s;
}
