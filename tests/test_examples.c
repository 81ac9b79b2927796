// SPDX-License-Identifier: MIT
/* test_examples.c - tools/examples, as a user runs them: real events, Ctrl-C, what they printed. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t.h"
#include "t_child.h"
#include "t_sites.h"

struct example {
	pid_t pid;
	int out; /* its stdout and stderr */
	size_t len;
	char text[65536];
};

/* Read on; false at the end. */
static bool more(struct example *e)
{
	struct pollfd p = {e->out, POLLIN, 0};
	ssize_t n;

	ck_assert_msg(poll(&p, 1, 30000) == 1, "no more was printed in 30 s: %s", e->text);
	n = read(e->out, e->text + e->len, sizeof(e->text) - 1 - e->len);
	ck_assert_int_ge(n, 0);
	e->len += (size_t)n;
	e->text[e->len] = '\0';
	return n > 0;
}

/* Read until it has printed the word; false: it ended before. */
static bool said(struct example *e, const char *word)
{
	while (!strstr(e->text, word))
		if (!more(e))
			return false;
	return true;
}

/* The test's number _i: built with the archives, or by a compiler from the amalgam (test_amalgam.c). */
static const char *const built[] = {
	"examples", "amalgam/gcc", "amalgam/clang", "amalgam/tcc", "amalgam/musl-gcc"};
#define N_BUILT (int)(sizeof(built) / sizeof(*built))

#define NEED_BUILT(i)                   \
	if (access(built_dir(i), F_OK)) \
	T_SKIP("no examples in %s: see amalgam:builds", built[i])

static const char *built_dir(int i)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", TEST_BUILD, built[i]);
	return path;
}

/* Start an example from the top of the tree; false: it ended before it said ready. */
static bool start(struct example *e, int by, const char *name, const char *arg, const char *ready)
{
	char path[8192];
	int out[2];

	memset(e, 0, sizeof(*e));
	snprintf(path, sizeof(path), "%s/%s", built_dir(by), name);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	e->pid = fork();
	ck_assert_int_ge(e->pid, 0);
	if (!e->pid) {
		dup2(out[1], 1);
		dup2(out[1], 2);
		if (!chdir(TEST_ROOT))
			execl(path, name, arg, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	e->out = out[0];
	return said(e, ready);
}

/* Wait for its end: its exit status. */
static int ended(struct example *e)
{
	int status;

	while (more(e))
		;
	close(e->out);
	ck_assert_int_eq(waitpid(e->pid, &status, 0), e->pid);
	ck_assert_msg(WIFEXITED(status), "wait status %#x: %s", status, e->text);
	return WEXITSTATUS(status);
}

static void interrupt(struct example *e)
{
	int status;

	ck_assert_int_eq(kill(e->pid, SIGINT), 0);
	status = ended(e);
	ck_assert_msg(!status, "status %d: %s", status, e->text);
}

static void has(const struct example *e, const char *text)
{
	ck_assert_msg(strstr(e->text, text), "no '%s' in '%s'", text, e->text);
}

#define STARTED(e, ...) ck_assert_msg(start(e, __VA_ARGS__), "%s", (e)->text)

/* strlen() of lengths 0 to 36, by one process alone */
START_TEST(strlen_hist)
{
	struct example e;
	struct t_child c;
	char pid[16];

	T_NEED_ROOT();
	NEED_BUILT(_i);
	t_child_start(&c, T_CHILD, "strlen");
	snprintf(pid, sizeof(pid), "%d", (int)c.pid);
	STARTED(&e, _i, "strlen_hist", pid, "Ctrl-C to end.\n");
	t_child_go(&c);
	interrupt(&e);
	ck_assert_str_eq(e.text,
		"Tracing strlen()... Hit Ctrl-C to end.\n"
		"     strlen return       : count     distribution\n"
		"         0 -> 1          : 2        |*****                                   |\n"
		"         2 -> 3          : 2        |*****                                   |\n"
		"         4 -> 7          : 4        |**********                              |\n"
		"         8 -> 15         : 8        |********************                    |\n"
		"        16 -> 31         : 16       |****************************************|\n"
		"        32 -> 63         : 5        |************                            |\n");
	t_child_end(&c);
}
END_TEST

/* ... and of every process: no less */
START_TEST(strlen_hist_of_all)
{
	struct example e;
	struct t_child c;
	unsigned long n = 0;
	const char *p;

	T_NEED_ROOT();
	NEED_BUILT(_i);
	t_child_start(&c, T_CHILD, "strlen");
	STARTED(&e, _i, "strlen_hist", NULL, "Ctrl-C to end.\n");
	t_child_go(&c);
	interrupt(&e);
	for (p = e.text; (p = strstr(p, " : ")); p += 3)
		n += strtoul(p + 3, NULL, 10);
	ck_assert_msg(n >= 37, "%s", e.text);
	t_child_end(&c);
}
END_TEST

/* Each open, in its order, with who did it. */
START_TEST(opens)
{
	char path[64], line[128];
	struct example e;
	const char *p;
	int i;

	T_NEED_ROOT();
	NEED_BUILT(_i);
	STARTED(&e, _i, "opens", NULL, "Ctrl-C to end.\n");
	for (i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "/nowhere/examples-%d", i);
		syscall(SYS_openat, AT_FDCWD, path, i & 1 ? O_WRONLY : O_RDONLY);
	}
	ck_assert_msg(said(&e, "examples-19 flags 1\n"), "%s", e.text);
	interrupt(&e);
	for (i = 0, p = e.text; i < 20; i++) {
		snprintf(line, sizeof(line), " %d open /nowhere/examples-%d flags %d\n",
			(int)getpid(), i, i & 1);
		p = strstr(p, line);
		ck_assert_msg(p, "no '%s' behind the one before: %s", line, e.text);
		p += strlen(line) - 1;
	}
}
END_TEST

static bool lacks_kprobes(const struct example *e)
{
	return strstr(e->text, "CONFIG_KPROBE_EVENTS: ENODEV") &&
	       access("/sys/bus/event_source/devices/kprobe", F_OK);
}

/* A system call that nothing else makes here: as many as were made. */
START_TEST(latency)
{
	struct example e;
	unsigned long n = 0;
	const char *p;
	int i;

	T_NEED_ROOT();
	NEED_BUILT(_i);
	if (!start(&e, _i, "latency", "getpgid", "Ctrl-C to end.\n")) {
		ck_assert_int_eq(ended(&e), 1);
		ck_assert_msg(strstr(e.text, "ENODEV") &&
				      access("/sys/bus/event_source/devices/kprobe", F_OK),
			"%s", e.text);
		T_SKIP("no kprobes here");
	}
	for (i = 0; i < 300; i++)
		syscall(SYS_getpgid, 0);
	interrupt(&e);
	has(&e, "     usecs               : count     distribution\n");
	for (p = e.text; (p = strstr(p, " : ")); p += 3)
		n += strtoul(p + 3, NULL, 10);
	ck_assert_msg(n == 300, "%lu: %s", n, e.text);
}
END_TEST

START_TEST(latency_of_nothing)
{
	struct example e;

	T_NEED_ROOT();
	NEED_BUILT(_i);
	ck_assert(!start(&e, _i, "latency", "no_function_of_the_kernel", "Ctrl-C to end.\n"));
	ck_assert_int_eq(ended(&e), 1);
	ck_assert_msg(
		strstr(e.text, "'no_function_of_the_kernel'") || lacks_kprobes(&e), "%s", e.text);
}
END_TEST

/* The line of a program that was started, field by field. */
START_TEST(fields)
{
	char path[4096], task[32], *line, *save = NULL;
	struct example e;
	struct t_child c;
	double time;
	int pid = 0;

	T_NEED_ROOT();
	NEED_BUILT(_i);
	STARTED(&e, _i, "fields", NULL, "PROGRAM\n");
	t_child_start(&c, T_CHILD, "strlen");
	ck_assert_msg(said(&e, T_CHILD "\n"), "%s", e.text);
	interrupt(&e);
	t_child_end(&c);
	ck_assert_ptr_eq(
		strstr(e.text, "TIME(s)            TASK             PID     PROGRAM\n"), e.text);
	strtok_r(e.text, "\n", &save);
	while ((line = strtok_r(NULL, "\n", &save))) {
		ck_assert_msg(sscanf(line, "%lf %31s %d %4095s", &time, task, &pid, path) == 4,
			"%s", line);
		if (pid == (int)c.pid)
			break;
	}
	ck_assert_ptr_nonnull(line);
	ck_assert(time > 0);
	ck_assert_str_eq(path, T_CHILD);
	/* not always its name: the kernel may have that of who had the pid before */
	ck_assert_msg(*task, "%s", line);
}
END_TEST

/* 1 byte once told to begin, then 7 reads of 100 bytes and 2 of 4000. */
static pid_t start_reader(int *begin, int *done)
{
	char buf[4000];
	int in[2], out[2], fd, i;
	pid_t pid;

	ck_assert(!pipe2(in, O_CLOEXEC) && !pipe2(out, O_CLOEXEC));
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		prctl(PR_SET_NAME, "two words");
		fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
		i = read(in[0], buf, 1) == 1 ? 0 : 9;
		for (; i < 9 && read(fd, buf, i < 7 ? 100 : 4000) > 0; i++)
			;
		if (write(out[1], buf, 1) == 1)
			pause();
		_exit(0);
	}
	close(in[0]);
	close(out[1]);
	*begin = in[1];
	*done = out[0];
	return pid;
}

START_TEST(sections)
{
	char want[2048], c = 0;
	struct example e;
	int begin, done;
	pid_t pid;

	T_NEED_ROOT();
	NEED_BUILT(_i);
	pid = start_reader(&begin, &done);
	STARTED(&e, _i, "sections", NULL, "Ctrl-C to end.\n");
	ck_assert_int_eq(write(begin, &c, 1), 1);
	ck_assert_int_eq(read(done, &c, 1), 1);
	interrupt(&e);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	snprintf(want, sizeof(want),
		"\nProcess = %d two words\n"
		"     bytes               : count     distribution\n"
		"         0 -> 1          : 1        |*****                                   |\n"
		"         2 -> 3          : 0        |                                        |\n"
		"         4 -> 7          : 0        |                                        |\n"
		"         8 -> 15         : 0        |                                        |\n"
		"        16 -> 31         : 0        |                                        |\n"
		"        32 -> 63         : 0        |                                        |\n"
		"        64 -> 127        : 7        |****************************************|\n"
		"       128 -> 255        : 0        |                                        |\n"
		"       256 -> 511        : 0        |                                        |\n"
		"       512 -> 1023       : 0        |                                        |\n"
		"      1024 -> 2047       : 0        |                                        |\n"
		"      2048 -> 4095       : 2        |***********                             |\n",
		(int)pid);
	has(&e, want);
	close(begin);
	close(done);
}
END_TEST

/* GET path of a server on loopback, to the end of its answer. */
static void request(uint16_t port, const char *path, const char *status)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char buf[1024];
	size_t len = 0;
	ssize_t n;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	snprintf(buf, sizeof(buf), "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", path);
	ck_assert_int_eq(send(fd, buf, strlen(buf), MSG_NOSIGNAL), (ssize_t)strlen(buf));
	while (len < sizeof(buf) - 1 && (n = recv(fd, buf + len, sizeof(buf) - 1 - len, 0)) > 0)
		len += (size_t)n;
	buf[len] = '\0';
	ck_assert_msg(!strncmp(buf, "HTTP/1.1 ", 9) && !strncmp(buf + 9, status, 3), "%s", buf);
	close(fd);
}

/* Real requests of a real server, seen by its process, or (from N_BUILT on) by its path, with no pid given. */
START_TEST(http_requests)
{
	char line[64], who[128], want[128];
	struct t_sites server;
	struct example e;
	uint16_t port;
	const char *p;
	int i;

	T_NEED_ROOT();
	NEED_BUILT(_i % N_BUILT);
	T_NEED_SITES();
	t_sites_start(&server, T_SITES("http"), NULL, line);
	port = (uint16_t)atoi(line + strlen("ready "));
	snprintf(who, sizeof(who), "%d", (int)server.pid);
	STARTED(&e, _i % N_BUILT, "http_requests", _i < N_BUILT ? who : T_SITES("http"),
		"Ctrl-C to end.\n");
	for (i = 0; i < 5; i++) {
		snprintf(line, sizeof(line), i & 1 ? "/nothing/%d" : "/hello/%d", i);
		request(port, line, i & 1 ? "404" : "200");
	}
	ck_assert_msg(said(&e, "path:/hello/4\n"), "%s", e.text);
	/* one without a path: no address */
	request(port, "no path", "400");
	ck_assert_msg(said(&e, "operand 6 is no text: 0x0\n"), "%s", e.text);
	interrupt(&e);
	for (i = 0, p = e.text; i < 5; i++) {
		snprintf(want, sizeof(want), " %d path:/%s/%d\n", (int)server.pid,
			i & 1 ? "nothing" : "hello", i);
		p = strstr(p, want);
		ck_assert_msg(p, "no '%s' behind the one before: %s", want, e.text);
		p += strlen(want) - 1;
	}
	free(t_sites_end(&server));
}
END_TEST

/* The probe is not there: it ends, and says what is. */
START_TEST(http_requests_of_another)
{
	struct example e;

	T_NEED_ROOT();
	NEED_BUILT(_i);
	T_NEED_SITES();
	ck_assert(!start(&e, _i, "http_requests", T_SITES("pie"), "Ctrl-C to end.\n"));
	ck_assert_int_eq(ended(&e), 1);
	has(&e, "no probe 'http_server_request' in '" T_SITES("pie") "'");
}
END_TEST

/* No kernel, no rights: it asks for nothing but libc, and does what bpfasm.3 says. */
START_TEST(assemble)
{
	char *out;
	int status;

	status = t_run(
		&out, "e=%s; printf 'r0 = 7\nexit\n' | '%s/examples/'$e", "assemble", TEST_BUILD);
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(out, "b7 00 00 00 07 00 00 00\n95 00 00 00 00 00 00 00\n");
	free(out);
	if (T_SANITIZED)
		T_SKIP("sanitizers need libraries of their own");
	t_run(&out,
		"readelf -d " TEST_BUILD "/examples/assemble | grep NEEDED | grep -v 'libc\\.'; "
		"nm -D --undefined-only " TEST_BUILD
		"/examples/assemble | grep -E 'elf|rawbpf|syscall'");
	ck_assert_str_eq(out, "");
	free(out);
}
END_TEST

/* Short, on the public header alone, and none that is not run here. */
START_TEST(rules)
{
	char *out;

	t_run(&out,
		"cd '%s/tools/examples' &&"
		" wc -l *.c | awk '$2 != \"total\" && $1 > 60';"
		" grep -n '#include \"' *.c | grep -v '\"rawbpf\\.h\"'; ls | grep -v '\\.c$';"
		" for f in *.c; do grep -q \"\\\"${f%%.c}\\\", \" ../../tests/test_examples.c ||"
		" echo $f is not run; grep -q \"${f%%.c}\" ../../README.md || echo $f is not in "
		"README;"
		" done",
		TEST_ROOT);
	ck_assert_str_eq(out, "");
	free(out);
}
END_TEST

Suite *suite_examples(void);
Suite *suite_examples(void)
{
	Suite *s = suite_create("examples");
	TCase *t = tcase_create("rules");
	int n = T_SANITIZED ? 1 : N_BUILT;

	tcase_add_test(t, assemble);
	tcase_add_test(t, rules);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, strlen_hist, 0, 1);
	tcase_add_loop_test(t, strlen_hist_of_all, 0, 1);
	tcase_add_loop_test(t, opens, 0, 1);
	tcase_add_loop_test(t, latency, 0, 1);
	tcase_add_loop_test(t, latency_of_nothing, 0, 1);
	tcase_add_loop_test(t, fields, 0, 1);
	tcase_add_loop_test(t, sections, 0, 1);
	tcase_add_loop_test(t, http_requests_of_another, 0, 1);
	tcase_add_loop_test(t, http_requests, 0, 1);
	tcase_add_loop_test(t, http_requests, N_BUILT, N_BUILT + 1);
	suite_add_tcase(s, t);
	/* those of the amalgam, which virtual machines have no compilers for */
	t = tcase_create("host");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, strlen_hist, 1, n);
	tcase_add_loop_test(t, strlen_hist_of_all, 1, n);
	tcase_add_loop_test(t, opens, 1, n);
	tcase_add_loop_test(t, latency, 1, n);
	tcase_add_loop_test(t, latency_of_nothing, 1, n);
	tcase_add_loop_test(t, fields, 1, n);
	tcase_add_loop_test(t, sections, 1, n);
	tcase_add_loop_test(t, http_requests_of_another, 1, n);
	tcase_add_loop_test(t, http_requests, 1, n);
	suite_add_tcase(s, t);
	return s;
}
