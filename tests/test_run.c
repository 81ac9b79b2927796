// SPDX-License-Identifier: MIT
/* test_run.c - rawbpf run: exact counts, every way to end, nothing left behind. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "here.h"
#include "t.h"
#include "tracefs.h"

#define RUN TEST_BUILD "/rawbpf run "

/* Counts this process's getpgid(2) in slot 3, and with PRINT writes a line for each. */
static const char program[] = ".include \"hist.inc\"\n"
			      ".license \"GPL\"\n"
			      ".map dist histogram\n"
			      ".prog on_getpgid \"tracepoint/syscalls/sys_enter_getpgid\"\n"
			      "	r0 = bpf_get_current_pid_tgid()\n"
			      "	r0 >>= 32\n"
			      "	if r0 != %d goto .out\n"
			      "	r6 = 5\n"
			      "	hist_add dist, r6\n"
			      "%s"
			      ".out:	return 0\n";

struct started {
	pid_t pid;
	int out, err; /* its stdout and stderr */
	char file[64];
};

static void make_program(char *path, const char *more)
{
	char text[1024];
	int fd, n;

	strcpy(path, "/tmp/rawbpf-run-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	n = snprintf(text, sizeof(text), program, getpid(), more);
	ck_assert_int_eq(write(fd, text, (size_t)n), n);
	close(fd);
}

/* Start the tool, and wait until it says that it is attached. */
static void start(struct started *s, const char *more, const char *opt)
{
	int out[2], err[2];
	char line[256];
	ssize_t n;

	make_program(s->file, more);
	ck_assert(!pipe2(out, O_CLOEXEC) && !pipe2(err, O_CLOEXEC));
	s->pid = fork();
	if (!s->pid) {
		dup2(out[1], 1);
		dup2(err[1], 2);
		execl(TEST_BUILD "/rawbpf", "rawbpf", "run", s->file, opt, NULL);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	s->out = out[0];
	s->err = err[0];
	n = read(s->err, line, sizeof(line) - 1);
	line[n > 0 ? n : 0] = '\0';
	ck_assert_msg(strstr(line, "attached at 1 place"), "%s", line);
}

/* What it printed, malloc'ed; *status as of waitpid(). */
static char *finish(struct started *s, int *status)
{
	char *text = malloc(65536);
	size_t len = 0;
	ssize_t n;

	while (len < 65535 && (n = read(s->out, text + len, 65535 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(s->out);
	close(s->err);
	ck_assert_int_eq(waitpid(s->pid, status, 0), s->pid);
	unlink(s->file);
	return text;
}

static void events(int n)
{
	while (n--)
		syscall(SYS_getpgid, 0);
}

/* Trace instances that the process made and left. */
static int instances_of(pid_t pid)
{
	struct rawbpf b = {0};
	char buf[8192], name[32];
	int fd, found = 0;
	ssize_t got, i;

	snprintf(name, sizeof(name), "rawbpf_%d_", pid);
	ck_assert_int_ge(tracefs_dir(&b), 0);
	fd = openat(tracefs_dir(&b), "instances", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while ((got = sys_getdents(&b.sys, fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < got; i += *(unsigned short *)(buf + i + 16))
			found += !strncmp(buf + i + 19, name, strlen(name));
	close(fd);
	tracefs_free(&b);
	return found;
}

START_TEST(histogram_at_the_end)
{
	struct started s;
	int status;
	char *out;

	T_NEED_ROOT();
	start(&s, "", NULL);
	events(1234);
	kill(s.pid, SIGINT);
	out = finish(&s, &status);
	ck_assert_int_eq(status, 0);
	ck_assert_msg(!strncmp(out, "     dist  ", 11), "%s", out);
	ck_assert_msg(strstr(out, "         4 -> 7          : 1234     |"), "%s", out);
	free(out);
}
END_TEST

START_TEST(histogram_as_json)
{
	struct started s;
	int status;
	char *out;

	T_NEED_ROOT();
	start(&s, "", "--json");
	events(77);
	kill(s.pid, SIGTERM);
	out = finish(&s, &status);
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(out,
		"{\"map\": \"dist\", \"section\": null, \"val_type\": \"dist\", \"buckets\": ["
		"{\"low\": 0, \"high\": 1, \"count\": 0}, {\"low\": 2, \"high\": 3, \"count\": 0}, "
		"{\"low\": 4, \"high\": 7, \"count\": 77}]}\n");
	free(out);
}
END_TEST

/* Sections by record, with a name that the traced process chose itself. */
START_TEST(histogram_by_record)
{
	static const char map[] = ".struct who\n	nr: s32\n	name: char[16]\n.end\n"
				  ".map whos histogram(who)\n";
	static const char add[] = ".var	w: whos_key\n"
				  "	w = 0\n"
				  "	r1 = -39\n"
				  "	w.bucket.nr = r1\n"
				  "	comm w.bucket.name\n"
				  "	hist_add whos, 5, w\n";
	static const char *const opts[] = {NULL, "--json"};
	char old[16] = "", more[512], *out;
	struct started s;
	int status;
	size_t i;

	T_NEED_ROOT();
	ck_assert_int_eq(prctl(PR_GET_NAME, old), 0);
	for (i = 0; i < 2; i++) {
		snprintf(more, sizeof(more), "%s%s", map, add);
		start(&s, more, opts[i]);
		ck_assert_int_eq(prctl(PR_SET_NAME, "\x1b[31mred"), 0);
		events(77);
		prctl(PR_SET_NAME, old);
		kill(s.pid, SIGINT);
		out = finish(&s, &status);
		ck_assert_int_eq(status, 0);
		ck_assert_msg(strstr(out, i ? "{\"map\": \"whos\", \"section\": \"nr = -39, "
					      "name = \\\\x1b[31mred\", \"val_type\": \"whos\", "
					    : "\nnr = -39, name = \\x1b[31mred\n     whos  "),
			"%s", out);
		ck_assert_msg(strstr(out, i ? "{\"low\": 4, \"high\": 7, \"count\": 77}]}\n"
					    : "         4 -> 7          : 77       |***"),
			"%s", out);
		free(out);
	}
}
END_TEST

#define SAY ".include \"std.inc\"\n	printk \"seen\"\n"

START_TEST(lines_as_they_come)
{
	struct started s;
	int status, n = 0;
	char *out, *p;

	T_NEED_ROOT();
	start(&s, SAY, NULL);
	events(50);
	kill(s.pid, SIGINT); /* what is on its way is printed first */
	out = finish(&s, &status);
	ck_assert_int_eq(status, 0);
	for (p = out; (p = strstr(p, "seen\n")); p++)
		n++;
	ck_assert_msg(n == 50, "%d lines: %s", n, out);
	ck_assert_msg(strstr(out, ": 50       |"), "%s", out);
	ck_assert_int_eq(instances_of(s.pid), 0);
	free(out);
}
END_TEST

/* With nothing but what is open; what it may be asked for besides, test_drop.c tells. */
START_TEST(rights_given_up)
{
	struct started s;
	char *out, *p;
	int status, n = 0;

	T_NEED_ROOT();
	if (T_SANITIZED) /* leaks are looked for by calls that are given up */
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	start(&s, SAY, "--drop");
	ck_assert_int_eq(
		t_run(&out, "grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/%d/status", s.pid), 0);
	ck_assert_msg(strstr(out, "Seccomp:\t2") && strstr(out, "NoNewPrivs:\t1"), "%s", out);
	ck_assert_msg(strstr(out, "CapEff:\t0000000000000000") ||
			      strstr(out, "CapEff:\t0000008000000000"),
		"%s", out);
	free(out);
	events(50);
	kill(s.pid, SIGINT);
	out = finish(&s, &status);
	ck_assert_int_eq(status, 0);
	for (p = out; (p = strstr(p, "seen\n")); p++)
		n++;
	ck_assert_msg(n == 50, "%d lines: %s", n, out);
	ck_assert_msg(strstr(out, ": 50       |"), "%s", out);
	ck_assert_int_eq(instances_of(s.pid), 0);
	free(out);
}
END_TEST

/* Each of them ends it with what it has, and nothing is left behind. */
START_TEST(ends_by_signal)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	struct started s;
	int status;
	char *out;

	T_NEED_ROOT();
	start(&s, SAY, NULL);
	events(3);
	kill(s.pid, signals[_i]);
	out = finish(&s, &status);
	ck_assert_int_eq(status, 0);
	ck_assert_msg(strstr(out, ": 3        |"), "%s", out);
	ck_assert_int_eq(instances_of(s.pid), 0);
	free(out);
}
END_TEST

START_TEST(reader_goes_away)
{
	struct started s;
	int status;

	T_NEED_ROOT();
	start(&s, SAY, NULL);
	close(s.out);
	s.out = open("/dev/null", O_RDONLY | O_CLOEXEC);
	free(finish(&s, &status));
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(instances_of(s.pid), 0);
}
END_TEST

START_TEST(ends_in_time)
{
	char file[64], *out;

	T_NEED_ROOT();
	make_program(file, "");
	ck_assert_int_eq(t_run(&out, RUN "--json -d 0.2 %s 2>/dev/null", file), 0);
	ck_assert_str_eq(out, "{\"map\": \"dist\", \"section\": null, \"val_type\": \"dist\", "
			      "\"buckets\": []}\n");
	free(out);
	ck_assert_int_eq(t_run(&out, RUN "--json -d0 %s >/dev/full 2>&1", file), 1);
	free(out);
	unlink(file);
}
END_TEST

START_TEST(failures)
{
	char file[64], *out;

	ck_assert_int_eq(t_run(&out, RUN "/no/such.bpf 2>&1"), 1);
	ck_assert_msg(strstr(out, "/no/such.bpf") && strstr(out, "ENOENT"), "%s", out);
	free(out);
	/* told before anything is done */
	ck_assert_int_eq(t_run(&out, RUN "/no/such.bpf 2>&1 >&-"), 1);
	ck_assert_str_eq(out, "rawbpf run: stdout is closed: EBADF\n");
	free(out);
	T_NEED_ROOT();
	make_program(file, "	r0 = *(u64 *)(r6 +0)\n");
	ck_assert_int_eq(t_run(&out, RUN "%s 2>&1", file), 1);
	ck_assert_msg(strstr(out, "rawbpf run: "), "%s", out);
	free(out);
	unlink(file);
	strcpy(file, "/tmp/rawbpf-run-XXXXXX");
	close(mkstemp(file));
	ck_assert_int_eq(t_run(NULL, "echo '.prog f \"kprobe\"\nr0 = 0\nexit' > %s", file), 0);
	ck_assert_int_eq(t_run(&out, RUN "%s 2>&1", file), 1);
	ck_assert_msg(strstr(out, "names a place\n  hint: "), "%s", out);
	free(out);
	ck_assert_int_eq(t_run(NULL, "sed -i s,kprobe,usdt//bin/sh:a:b, %s", file), 0);
	ck_assert_int_eq(t_run(&out, RUN "-p 99999999 %s 2>&1", file), 1);
	ck_assert_msg(strstr(out, "no process 99999999"), "%s", out);
	ck_assert_msg(strstr(out, "  hint: it has ended"), "%s", out);
	free(out);
	unlink(file);
}
END_TEST

START_TEST(usage)
{
	static const char *const wrong[] = {
		"", "-x f", "a b", "-d x f", "-p 0 f", "-p 1.5 f", "-d", "-d -1 f"};
	char *out;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		ck_assert_msg(t_run(&out, RUN "%s 2>/dev/null", wrong[i]) == 2, "%s", wrong[i]);
		ck_assert_str_eq(out, "");
		free(out);
	}
	ck_assert_int_eq(t_run(&out, RUN "--help"), 0);
	ck_assert_ptr_nonnull(strstr(out, "usage: rawbpf run"));
	free(out);
}
END_TEST

#if !T_SANITIZED /* it makes calls of its own */
/* The bar of the start is 25 calls from main() to the first wait; 21 are needed without a mount. */
START_TEST(few_system_calls)
{
	char file[64], *out;
	int n;

	T_NEED_ROOT();
	if (t_run(&out, "command -v strace"))
		T_SKIP("no strace(1)");
	free(out);
	make_program(file, "");
	/* from the first signal call of main() to the first poll(2) */
	t_run(&out,
		"strace -qq -o /dev/stdout " RUN "-d 1 %s 2>/dev/null | "
		"awk '/SIG_BLOCK/{on=1} /^poll/&&on{on=0; done=1} "
		"on && !done && !/^(brk|mmap|munmap|mprotect|rt_sig)/"
		"{n++; sub(/\\(.*/, \"\"); all = all \" \" $0} END{print n+0 all}'",
		file);
	n = atoi(out);
	ck_assert_msg(n > 10 && n <= 21, "%.2000s", out);
	free(out);
	unlink(file);
}
END_TEST
#endif

/* A file with a program at a probe of here.h, in this very program. */
static void make_usdt(char *path, const char *probe, const char *arg)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	FILE *f;

	ck_assert_int_gt(n, 0);
	strcpy(path, "/tmp/rawbpf-run-XXXXXX");
	f = fdopen(mkstemp(path), "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f,
		".include \"std.inc\"\n.license \"GPL\"\n"
		".prog on_probe \"usdt/%.*s:here:%s\"\n"
		"	r6 = usdt_arg(%s)\n	printk \"saw %%d\", r6\n	return 0\n",
		(int)n, exe, probe, arg);
	fclose(f);
}

/* -p: the lines of one process's probe, by an operand; the program has no fd before it is there */
START_TEST(usdt_of_a_process)
{
	char file[64], *out;
	int status;
	pid_t pid;

	NEED_HERE();
	make_usdt(file, "plain", "1");
	pid = fork();
	if (!pid) {
		for (;;) {
			here_plain(-4711, NULL);
			usleep(10000);
		}
	}
	status = t_run(&out, RUN "-d 1 -p %d %s 2>&1", pid, file);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ck_assert_msg(!status, "%s", out);
	ck_assert_msg(strstr(out, "attached at 1 place,"), "%s", out);
	ck_assert_msg(strstr(out, "bpf_trace_printk: saw -4711\n"), "%s", out);
	free(out);
	unlink(file);
}
END_TEST

/* An operand that no program can read is shown, with a caret below it. */
START_TEST(usdt_operand_shown)
{
	char file[64], *out, *caret;

	NEED_HERE();
	make_usdt(file, "odd", "1");
	ck_assert_int_eq(t_run(&out, RUN "%s 2>&1", file), 1);
	ck_assert_msg(strstr(out, "rawbpf run: probe 'here:odd' at 0x"), "%s", out);
	ck_assert_msg(strstr(out, "floating point register"), "%s", out);
	caret = strstr(out, "\n8f@");
	/* below the register's name, which x86 writes behind a '%' */
	ck_assert_msg(
		caret && strstr(caret, caret[4] == '%' ? "\n    ^\n" : "\n   ^\n"), "%s", out);
	free(out);
	unlink(file);
}
END_TEST

Suite *suite_run(void);
Suite *suite_run(void)
{
	Suite *s = suite_create("run");
	TCase *t = tcase_create("tool"), *host = tcase_create("host");

	tcase_add_test(t, usage);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, failures);
	tcase_add_test(t, histogram_at_the_end);
	tcase_add_test(t, histogram_as_json);
	tcase_add_test(t, histogram_by_record);
	tcase_add_test(t, lines_as_they_come);
	tcase_add_test(t, rights_given_up);
	tcase_add_loop_test(t, ends_by_signal, 0, 4);
	tcase_add_test(t, reader_goes_away);
	tcase_add_test(t, ends_in_time);
	tcase_add_test(t, usdt_of_a_process);
	tcase_add_test(t, usdt_operand_shown);
	suite_add_tcase(s, t);
#if !T_SANITIZED
	tcase_add_test(host, few_system_calls);
#endif
	suite_add_tcase(s, host);
	return s;
}
