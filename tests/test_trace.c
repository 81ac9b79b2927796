// SPDX-License-Identifier: MIT
/* test_trace.c - trace_print and trace_fields: from files, and live from instances. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "t.h"
#include "old.h"
#include "t_trace.h"
#include "trace.h"
#include "tracefs.h"

#define TT1 "            bash-12     [001] d..1.  1768.945420: bpf_trace_printk: "
#define TT2 "         sleep-1-1313131 [003] ...21  1769.000001: sched_switch: "

static struct rawbpf *open_context(void)
{
	struct rawbpf *b = calloc(1, sizeof(*b));

	ck_assert_ptr_nonnull(b);
	return b;
}

static void close_context(struct rawbpf *b)
{
	trace_free(b);
	tracefs_free(b);
	free(b->error_log);
	free(b);
}

/* A file of the lines; its path lasts as long as the returned FILE. */
static FILE *saved(const char *lines, char *path, size_t size)
{
	FILE *f = tmpfile();

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(lines, 1, strlen(lines), f), strlen(lines));
	ck_assert_int_eq(fflush(f), 0);
	snprintf(path, size, "/proc/self/fd/%d", fileno(f));
	return f;
}

/* What trace_print makes of lines. */
static char *print(const char *lines, struct rawbpf_trace_print_opts o)
{
	struct rawbpf *b = open_context();
	char path[64], *got = NULL;
	FILE *f = saved(lines, path, sizeof(path));
	size_t len;

	o.sz = sizeof(o);
	o.out = open_memstream(&got, &len);
	o.file = path;
	ck_assert_int_eq(rawbpf_trace_print_opts(b, &o), 0);
	fclose(o.out);
	fclose(f);
	close_context(b);
	return got;
}

static const char lines[] =
	TT1 "one\nmore\n\nCPU:1 [LOST 7 EVENTS]\n" TT2 "a \033[m==> b\n" TT1 "two\n";

START_TEST(print_forms)
{
	static const struct {
		struct rawbpf_trace_print_opts o;
		const char *want;
	} t[] = {
		{{.fmt = NULL},
			TT1 "one\nmore\nCPU:1 [LOST 7 EVENTS]\n" TT2 "a \033[m==> b\n" TT1 "two\n"},
		{{.fmt = "{1} {5}"}, "12 one\nmore\n1313131 a \033[m==> b\n12 two\n"},
		{{.fmt = "{5}", .escape = true}, "one\nmore\na \\x1b[m==> b\ntwo\n"},
		{{.fmt = "{4:.2f}", .symbol = "sched_switch"}, "1769.00\n"},
		{{.symbol = "bpf_trace_printk"},
			TT1 "one\nmore\nCPU:1 [LOST 7 EVENTS]\n" TT1 "two\n"},
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		char *got = print(lines, t[i].o);

		ck_assert_str_eq(got, t[i].want);
		free(got);
	}
}
END_TEST

#define TTN "             a\nb-77     [001] d..1.  1768.945420: bpf_trace_printk: "

/* A process may have a newline in its name: its lines are records of their own, and shown as one. */
START_TEST(newline_in_a_name)
{
	static const char text[] = TT1 "one\n" TTN "two\n" TTN "three\nmore\n" TT2 "four\n";
	static const char want[] = TT1 "one\n             a\\nb" /* as two characters */
				       "-77     [001] d..1.  1768.945420: bpf_trace_printk: two\n"
				       "             a\\nb"
				       "-77     [001] d..1.  1768.945420: bpf_trace_printk: three\n"
				       "more\n" TT2 "four\n";
	uint64_t unknown = 0;
	char *got = print(text, (struct rawbpf_trace_print_opts){.escape = true});

	ck_assert_str_eq(got, want);
	free(got);
	got = print(text, (struct rawbpf_trace_print_opts){.unknown = &unknown});
	ck_assert_str_eq(got, text);
	free(got);
	got = print(text, (struct rawbpf_trace_print_opts){
				  .fmt = "{0}={5}", .escape = true, .unknown = &unknown});
	ck_assert_str_eq(got, "bash=one\na\\nb=two\na\\nb=three\nmore\nsleep-1=four\n");
	ck_assert_uint_eq(unknown, 0);
	free(got);
}
END_TEST

START_TEST(fields_from_file)
{
	struct rawbpf *b = open_context();
	struct rawbpf_trace_fields f;
	char path[64];
	FILE *file = saved(lines, path, sizeof(path));

	ck_assert_int_eq(rawbpf_trace_fields(b, &f, .file = path), 1);
	ck_assert_str_eq(f.msg, "one\nmore");
	ck_assert_uint_eq(f.lost, 0);
	ck_assert_int_eq(rawbpf_trace_fields(b, &f, .file = path), 1);
	ck_assert_str_eq(f.task, "sleep-1");
	ck_assert_uint_eq(f.lost, 7);
	ck_assert_int_eq(rawbpf_trace_fields(b, &f, .file = path), 1);
	ck_assert_uint_eq(f.lost, 0);
	ck_assert_int_eq(rawbpf_trace_fields(b, &f, .file = path), 0);
	ck_assert_int_eq(rawbpf_trace_fields(b, &f, .file = "/nonexistent"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(b->error.msg, "'/nonexistent'"));
	fclose(file);
	close_context(b);
}
END_TEST

START_TEST(notices)
{
	struct rawbpf *b = open_context();
	struct rawbpf_trace_fields f;
	char path[64];
	FILE *file = saved(lines, path, sizeof(path));

	ck_assert_int_eq(rawbpf_trace_fields(b, &f, .file = path, .notices = true), 1);
	ck_assert_int_eq(rawbpf_trace_fields(b, &f, .file = path, .notices = true), 1);
	ck_assert_str_eq(f.task, "");
	ck_assert_int_eq(f.cpu, 1);
	ck_assert_uint_eq(f.lost, 7);
	ck_assert_int_eq(rawbpf_trace_fields(b, &f, .file = path, .notices = true), 1);
	ck_assert_uint_eq(f.lost, 0);
	fclose(file);
	close_context(b);
}
END_TEST

START_TEST(bad_format)
{
	struct rawbpf *b = open_context();

	ck_assert_int_eq(rawbpf_trace_print(b, .fmt = "{1} {5:q}", .file = "/dev/null"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(b->error.msg, "'q'"));
	ck_assert_str_eq(b->error.log, "{1} {5:q}\n       ^\n");
	ck_assert_int_eq(rawbpf_trace_fields(b, NULL), -EINVAL);
	close_context(b);
	ck_assert_int_eq(rawbpf_trace_print(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_trace_fields(NULL, NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_trace_fd(NULL, false), -ENOMEM);
}
END_TEST

START_TEST(unwritable_out)
{
	struct rawbpf *b = open_context();
	FILE *out = fopen("/dev/full", "we"), *file;
	char path[64];

	ck_assert_ptr_nonnull(out);
	file = saved(lines, path, sizeof(path));
	ck_assert_int_eq(rawbpf_trace_print(b, .out = out, .file = path), -ENOSPC);
	ck_assert_str_eq(b->error.msg, "trace lines cannot be written: ENOSPC");
	fclose(out);
	fclose(file);
	close_context(b);
}
END_TEST

START_TEST(no_memory)
{
	struct rawbpf_trace_fields f;
	struct rawbpf *b;
	char path[64];
	FILE *file = saved(lines, path, sizeof(path));
	unsigned n;
	bool failed = true;
	int ret;

	for (n = 1; failed; n++) {
		b = open_context();
		t_fail_alloc_at(n);
		ret = rawbpf_trace_fields(b, &f, .file = path);
		failed = t_alloc_failed();
		ck_assert_int_eq(ret, failed ? -ENOMEM : 1);
		close_context(b);
	}
	ck_assert_uint_gt(n, 3);
	fclose(file);
}
END_TEST

/* ---- live ---- */

/* Trace instances of this process. */
static int instances(struct rawbpf *b)
{
	char mine[64];
	struct dirent *e;
	int n = 0, fd = openat(tracefs_dir(b), "instances", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fdopendir(fd);

	ck_assert_ptr_nonnull(d);
	snprintf(mine, sizeof(mine), "rawbpf_%d_", getpid());
	while ((e = readdir(d)))
		n += !strncmp(e->d_name, mine, strlen(mine));
	closedir(d);
	return n;
}

/* Lines of this process that are there; other tests print too. */
static int count_lines(struct rawbpf *b, bool shared)
{
	struct rawbpf_trace_fields f;
	char mine[64];
	int n = 0, ret;

	snprintf(mine, sizeof(mine), "rawbpf_test %d", getpid());
	while ((ret = rawbpf_trace_fields(b, &f, .nonblocking = true, .shared = shared)) > 0)
		n += !strcmp(f.msg, mine) && f.pid == getpid() && f.ts_ns;
	ck_assert_msg(!ret, "%s", b->error.msg);
	return n;
}

static bool has_instances(struct rawbpf *b)
{
	return !trace_prepare(b) && instances(b) == 1;
}

#define T_NEED_INSTANCES(b)                                             \
	do {                                                            \
		if (!has_instances(b)) {                                \
			close_context(b);                               \
			T_SKIP("no bpf_trace_printk event before 5.9"); \
		}                                                       \
	} while (0)

START_TEST(two_readers_get_every_line)
{
	struct rawbpf *a, *b;
	int prog, fds = t_count_fds();

	T_NEED_ROOT();
	a = open_context();
	b = open_context();
	T_NEED_INSTANCES(a);
	ck_assert_int_eq(trace_prepare(b), 0);
	ck_assert_int_eq(instances(a), 2);
	prog = t_printer();
	ck_assert_int_ge(prog, 0);
	ck_assert_int_eq(t_run_printer(prog, 3), 0);
	ck_assert_int_eq(count_lines(a, false), 3);
	ck_assert_int_eq(count_lines(b, false), 3);
	ck_assert_int_eq(count_lines(b, false), 0);
	ck_assert_int_eq(t_run_printer(prog, 500), 0);
	ck_assert_int_eq(count_lines(a, false), 500);
	ck_assert_int_eq(count_lines(b, false), 500);
	close_context(b);
	ck_assert_int_eq(instances(a), 1);
	trace_free(a);
	ck_assert_int_eq(instances(a), 0);
	close_context(a);
	close(prog);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* A busy shared pipe: no harm to instances, and an error that says what to do. */
START_TEST(shared_pipe_is_busy)
{
	struct rawbpf *a, *b;
	struct rawbpf_trace_fields f;
	int prog;

	T_NEED_ROOT();
	a = open_context();
	b = open_context();
	T_NEED_INSTANCES(b);
	if (rawbpf_trace_fd(a, true) < 0) {
		ck_assert_int_eq(a->error.err, -EBUSY); /* another program has it */
	} else {
		ck_assert_int_eq(
			rawbpf_trace_fields(b, &f, .shared = true, .nonblocking = true), -EBUSY);
		ck_assert_ptr_nonnull(strstr(b->error.msg, "another reader"));
		ck_assert_ptr_nonnull(strstr(b->error.hint, "shared"));
	}
	prog = t_printer();
	ck_assert_int_ge(prog, 0);
	ck_assert_int_eq(t_run_printer(prog, 2), 0);
	ck_assert_int_eq(count_lines(b, false), 2);
	if (a->trace && rawbpf_trace_fd(a, true) >= 0)
		ck_assert_int_eq(count_lines(a, true), 2);
	close_context(a);
	close_context(b);
	close(prog);
}
END_TEST

/* What a program prints between its attachment and the first read is there. */
START_TEST(attached_before_the_first_read)
{
	struct rawbpf *b;
	struct rawbpf_trace_fields f;
	size_t len;
	char *object;
	int n = 0;

	T_NEED_ROOT();
	OLD_NEED("map ringbuf");
	b = rawbpf_new();
	object = t_data("object/all.bpf.o", &len);
	ck_assert_int_eq(rawbpf_load(b, .image = object, .image_len = len), 0);
	free(object);
	ck_assert_int_eq(rawbpf_attach_tracepoint(
				 b, .tp = "syscalls:sys_enter_openat", .fn_name = "on_open"),
		0);
	ck_assert_int_eq(instances(b), 0); /* it prints nothing */
	ck_assert_int_eq(rawbpf_attach_tracepoint(
				 b, .tp = "syscalls:sys_enter_openat", .fn_name = "on_open_too"),
		0);
	close(open("/dev/null", O_RDONLY | O_CLOEXEC));
	while (!n && rawbpf_trace_fields(b, &f, .timeout_ms = 1000) > 0)
		n += f.pid == getpid() && !strncmp(f.msg, "opened ", 7);
	ck_assert_int_eq(n, 1);
	rawbpf_free(b);
	b = open_context();
	ck_assert_int_eq(instances(b), 0);
	close_context(b);
}
END_TEST

static void on_alarm(int sig)
{
	(void)sig;
}

START_TEST(timeout_and_signal)
{
	struct rawbpf *b;
	struct rawbpf_trace_fields f;
	struct timespec t0, t1;
	struct sigaction sa = {.sa_handler = on_alarm}, old;
	/* again and again: one that comes while a line is being read ends no wait */
	struct itimerval timer = {{.tv_usec = 50000}, {.tv_usec = 50000}};
	FILE *out;

	T_NEED_ROOT();
	b = open_context();
	T_NEED_INSTANCES(b);
	clock_gettime(CLOCK_MONOTONIC, &t0);
	ck_assert_int_eq(rawbpf_trace_fields(b, &f, .timeout_ms = 100, .symbol = "no such"), 0);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	ck_assert_int_ge((t1.tv_sec - t0.tv_sec) * 1000 + (t1.tv_nsec - t0.tv_nsec) / 1000000, 95);
	out = fopen("/dev/null", "we");
	ck_assert_int_eq(rawbpf_trace_print(b, .out = out, .timeout_ms = 50), 0);
	sigaction(SIGALRM, &sa, &old);
	setitimer(ITIMER_REAL, &timer, NULL);
	ck_assert_int_eq(rawbpf_trace_print(b, .out = out), -EINTR);
	setitimer(ITIMER_REAL, &(const struct itimerval){{0}, {0}}, NULL);
	sigaction(SIGALRM, &old, NULL);
	fclose(out);
	close_context(b);
}
END_TEST

/* The kernel of the day, as seen through the hook. */
struct refuse {
	enum rawbpf_call_kind kind;
	const char *part; /* of the path */
	int err;
};

static long refuse_call(void *arg, const struct rawbpf_call *c)
{
	const struct refuse *r = arg;

	if (c->kind == r->kind && strstr((const char *)c->arg[1], r->part))
		return r->err;
	return rawbpf_call_kernel(c);
}

START_TEST(without_instances)
{
	struct refuse r = {RAWBPF_CALL_MKDIRAT, "instances/", -ENOENT};
	struct rawbpf *b, *other;
	int fd;

	T_NEED_ROOT();
	b = open_context();
	other = open_context();
	b->sys.hook = refuse_call;
	b->sys.arg = &r;
	ck_assert_int_eq(trace_prepare(b), 0); /* no error: the shared pipe will do */
	ck_assert_int_eq(b->error.err, 0);
	fd = rawbpf_trace_fd(b, false);
	if (fd >= 0) {
		ck_assert_int_eq(rawbpf_trace_fd(b, true), fd);
		trace_free(b);
	}
	fd = rawbpf_trace_fd(other, true);
	if (fd >= 0 || other->error.err == -EBUSY) {
		ck_assert_int_eq(rawbpf_trace_fd(b, false), -EBUSY);
		ck_assert_ptr_nonnull(strstr(b->error.hint, "not possible"));
	}
	close_context(other);
	close_context(b);
}
END_TEST

START_TEST(pipe_of_instance_refused)
{
	struct refuse r = {RAWBPF_CALL_OPENAT, "trace_pipe", -EACCES};
	struct rawbpf *b;
	int fds = t_count_fds();

	T_NEED_ROOT();
	b = open_context();
	b->sys.hook = refuse_call;
	b->sys.arg = &r;
	ck_assert_int_eq(rawbpf_trace_fd(b, false), -EACCES);
	ck_assert_ptr_nonnull(strstr(b->error.msg, "trace_pipe"));
	ck_assert_int_eq(instances(b), 0);
	close_context(b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

Suite *suite_trace(void);
Suite *suite_trace(void)
{
	Suite *s = suite_create("trace");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, print_forms);
	tcase_add_test(t, newline_in_a_name);
	tcase_add_test(t, fields_from_file);
	tcase_add_test(t, notices);
	tcase_add_test(t, bad_format);
	tcase_add_test(t, unwritable_out);
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	tcase_add_test(live, two_readers_get_every_line);
	tcase_add_test(live, shared_pipe_is_busy);
	tcase_add_test(live, attached_before_the_first_read);
	tcase_add_test(live, timeout_and_signal);
	tcase_add_test(live, without_instances);
	tcase_add_test(live, pipe_of_instance_refused);
	tcase_set_timeout(live, 20);
	suite_add_tcase(s, live);
	return s;
}
