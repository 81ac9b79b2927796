// SPDX-License-Identifier: MIT
/* test_perfevent.c - perf events: counted exactly, each CPU and thread, and what is refused. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "counter.h"
#include "link.h"
#include "rawbpf_sys.h"
#include "t.h"

#define SOFTWARE  1
#define CPU_CLOCK 0
#define FAULTS	  2
#define PAGES	  64

/* Exactly PAGES page faults; true: done. */
static bool faults(void)
{
	size_t i, page = (size_t)sysconf(_SC_PAGESIZE);
	volatile char *p = mmap(
		NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return false;
	madvise((void *)(uintptr_t)p, PAGES * page, MADV_NOHUGEPAGE);
	for (i = 0; i < PAGES; i++)
		p[i * page] = 1;
	munmap((void *)(uintptr_t)p, PAGES * page);
	return true;
}

/* What n rounds add to the count of program 0. */
static uint64_t fault_count(const struct counter *c, int n)
{
	uint64_t before, after;
	bool ok = faults(); /* what is touched for the first time is touched here */

	before = counter_get(c, 0);
	before = counter_get(c, 0);
	for (; n > 0; n--)
		ok &= faults();
	after = counter_get(c, 0);
	ck_assert(ok);
	return after - before;
}

/* Each page of each round, and nothing else; ASan touches a few pages of its own for a mapping. */
static void expect_faults(const struct counter *c, int rounds)
{
	uint64_t want = (uint64_t)rounds * PAGES, got = fault_count(c, rounds);

	ck_assert_uint_ge(got, want);
	ck_assert_uint_le(got, want + (T_SANITIZED ? PAGES / 8 : 0));
}

/* _i: all processes on every CPU, or this process on any */
START_TEST(period)
{
	pid_t pid = _i ? getpid() : 0;
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_PERF_EVENT);
	ck_assert_msg(!rawbpf_attach_perf_event(&c.b, .ev_type = SOFTWARE, .ev_config = FAULTS,
			      .sample_period = 1, .fn_name = "count0", .pid = pid),
		"%s; %s", c.b.error.msg, c.b.error.hint);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), _i ? 1 : (int)sysconf(_SC_NPROCESSORS_ONLN));
	expect_faults(&c, 3);
	ck_assert_int_eq(
		rawbpf_detach_perf_event(&c.b, .ev_type = SOFTWARE, .ev_config = CPU_CLOCK),
		-ENOENT);
	ck_assert_int_eq(
		rawbpf_detach_perf_event(&c.b, .ev_type = SOFTWARE, .ev_config = FAULTS), 0);
	ck_assert_uint_eq(fault_count(&c, 1), 0);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* Moved to a CPU, this process counts there: on each one, or only on that asked for. */
START_TEST(each_cpu)
{
	int cpu, n = (int)sysconf(_SC_NPROCESSORS_CONF), last = -1;
	char only[16];
	struct counter c;
	cpu_set_t all, one;
	uint64_t before;

	T_NEED_ROOT();
	ck_assert_int_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	counter_open(&c, RAWBPF_PROG_PERF_EVENT);
	ck_assert_msg(!rawbpf_attach_perf_event(&c.b, .ev_type = SOFTWARE, .ev_config = FAULTS,
			      .sample_period = 1, .fn_name = "count0"),
		"%s", c.b.error.msg);
	for (cpu = 0; cpu < n && cpu < CPU_SETSIZE; cpu++) {
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!CPU_ISSET(cpu, &all) || sched_setaffinity(0, sizeof(one), &one))
			continue;
		expect_faults(&c, 2);
		last = cpu;
	}
	ck_assert_int_ge(last, 0);
	/* still there */
	snprintf(only, sizeof(only), "%d", last);
	ck_assert_msg(!rawbpf_attach_perf_event(&c.b, .ev_type = SOFTWARE, .ev_config = FAULTS,
			      .sample_period = 1, .fn_name = "count1", .cpus = only),
		"%s", c.b.error.msg);
	before = counter_get(&c, 1);
	expect_faults(&c, 1);
	ck_assert_uint_ge(counter_get(&c, 1) - before, PAGES);
	for (cpu = 0; cpu < last; cpu++) {
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!CPU_ISSET(cpu, &all) || sched_setaffinity(0, sizeof(one), &one))
			continue;
		before = counter_get(&c, 1);
		expect_faults(&c, 1);
		ck_assert_uint_eq(counter_get(&c, 1), before);
	}
	counter_close(&c);
}
END_TEST

static void *in_thread(void *arg)
{
	(void)arg;
	return faults() ? "" : NULL;
}

/* A thread that is made later counts too. */
START_TEST(later_thread)
{
	struct counter c;
	uint64_t before;
	pthread_t t;
	void *ok;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_PERF_EVENT);
	ck_assert_msg(!rawbpf_attach_perf_event(&c.b, .ev_type = SOFTWARE, .ev_config = FAULTS,
			      .sample_period = 1, .fn_name = "count0", .pid = getpid()),
		"%s", c.b.error.msg);
	before = counter_get(&c, 0);
	ck_assert_int_eq(pthread_create(&t, NULL, in_thread, NULL), 0);
	pthread_join(t, &ok);
	ck_assert_ptr_nonnull(ok);
	ck_assert_uint_ge(counter_get(&c, 0) - before, PAGES);
	counter_close(&c);
}
END_TEST

START_TEST(frequency)
{
	struct timespec end, now;
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_PERF_EVENT);
	ck_assert_msg(!rawbpf_attach_perf_event(&c.b, .ev_type = SOFTWARE, .ev_config = CPU_CLOCK,
			      .sample_freq = 999, .fn_name = "count0", .cpus = "0"),
		"%s", c.b.error.msg);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 1);
	ck_assert_msg(!rawbpf_attach_perf_event(&c.b, .ev_type = SOFTWARE, .ev_config = CPU_CLOCK,
			      .sample_freq = 999, .fn_name = "count1", .pid = getpid()),
		"%s", c.b.error.msg);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	end.tv_sec++;
	do /* a second of this process's time, far fewer samples than that are due */
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	while (now.tv_sec < end.tv_sec || now.tv_nsec < end.tv_nsec);
	ck_assert_uint_ge(counter_get(&c, 1), 100);
	ck_assert_uint_le(counter_get(&c, 1), 3000);
	counter_close(&c);
}
END_TEST

#define REFUSED(code, text, ...)                                                           \
	do {                                                                               \
		ck_assert_int_eq(                                                          \
			rawbpf_attach_perf_event(&c.b, .ev_type = SOFTWARE,                \
				.ev_config = CPU_CLOCK, .fn_name = "count0", __VA_ARGS__), \
			code);                                                             \
		ck_assert_msg(strstr(c.b.error.msg, text), "%s", c.b.error.msg);           \
		ck_assert_ptr_null(c.b.links);                                             \
	} while (0)

START_TEST(refusals)
{
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_PERF_EVENT);
	REFUSED(-EINVAL, "one of .sample_period and .sample_freq", .pid = 0);
	REFUSED(-EINVAL, "one of .sample_period", .sample_freq = 1, .sample_period = 1);
	REFUSED(-EINVAL, "'0-' is no list of cpus", .sample_freq = 9, .cpus = "0-");
	REFUSED(-EINVAL, "'' is no list of cpus", .sample_freq = 9, .cpus = "");
	REFUSED(-EINVAL, "'3-1' is no list", .sample_freq = 9, .cpus = "3-1");
	REFUSED(-EINVAL, "is no list of cpus", .sample_freq = 9, .cpus = "0,99999");
	REFUSED(-ESRCH, "no process 2147483646", .sample_freq = 9, .pid = 0x7ffffffe);
	REFUSED(-EINVAL, "pid -3", .sample_freq = 9, .pid = -3);
	/* the first is given back */
	REFUSED(-ENODEV, "no cpu 60000", .sample_freq = 9, .cpus = "0,60000");
	ck_assert_msg(strstr(c.b.error.hint, "/cpu/online"), "%s", c.b.error.hint);
	ck_assert_int_eq(rawbpf_attach_perf_event(&c.b, .ev_type = SOFTWARE, .ev_config = 99,
				 .fn_name = "count0", .sample_period = 1),
		-ENOENT);
	ck_assert_msg(strstr(c.b.error.hint, "no software event 99"), "%s", c.b.error.hint);
	ck_assert_ptr_null(c.b.links);
	ck_assert_int_eq(rawbpf_attach_perf_event(
				 &c.b, .ev_type = 2, .fn_name = "count0", .sample_period = 1),
		-EINVAL);
	ck_assert_ptr_nonnull(strstr(c.b.error.msg, ".ev_type 2"));
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

#define HARDWARE 0
#define CYCLES	 0
#define PERIOD	 20000000

static uint64_t read_cycles(int fd)
{
	uint64_t n = 0;

	ck_assert_int_eq((int)read(fd, &n, sizeof(n)), (int)sizeof(n));
	return n;
}

/* This process works until an event has counted n cycles of it. */
static void work_until(int fd, uint64_t n)
{
	volatile unsigned i;

	while (read_cycles(fd) < n)
		for (i = 0; i < 1000; i++)
			;
}

static bool has_hardware(void)
{
	struct rawbpf_perf_attr a = {.type = HARDWARE, .config = CYCLES, .size = sizeof(a)};
	int fd = (int)rawbpf_sys_perf_event_open(&a, 0, -1, -1, RAWBPF_PERF_FLAG_FD_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* A run each PERIOD cycles that the event itself has counted; or no hardware, and why. */
START_TEST(hardware)
{
	struct counter c;
	uint64_t n;
	int err;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_PERF_EVENT);
	err = rawbpf_attach_perf_event(&c.b, .ev_type = HARDWARE, .ev_config = CYCLES,
		.fn_name = "count0", .sample_period = PERIOD, .pid = getpid());
	if (!has_hardware()) {
		ck_assert_msg(err == -ENOENT || err == -EOPNOTSUPP, "%s", c.b.error.msg);
		ck_assert_ptr_nonnull(strstr(c.b.error.hint, ".ev_type = 1 (software)"));
		counter_close(&c);
		T_SKIP("no hardware counters here");
	}
	ck_assert_msg(!err, "%s; %s", c.b.error.msg, c.b.error.hint);
	work_until(c.b.links->perf_fd, 20 * PERIOD + PERIOD / 2);
	/* an emulated CPU may interrupt late, and then two periods are one event */
	n = counter_get(&c, 0);
	ck_assert_uint_ge(n, 10);
	ck_assert_uint_le(n, 20);
	ck_assert_int_eq(
		rawbpf_detach_perf_event(&c.b, .ev_type = HARDWARE, .ev_config = CYCLES), 0);
	for (err = 0; err < 100; err++)
		ck_assert(faults());
	ck_assert_uint_eq(counter_get(&c, 0), n);
	counter_close(&c);
}
END_TEST

/* Linux before 5.13 without hardware counters: the one answer hides the other. */
static long old_kernel(void *arg, const struct rawbpf_call *c)
{
	const struct rawbpf_perf_attr *a = (const struct rawbpf_perf_attr *)c->arg[0];

	(void)arg;
	if (c->kind != RAWBPF_CALL_PERF_EVENT_OPEN)
		return rawbpf_call_kernel(c);
	return a->flags >> 35 ? -EINVAL : -ENOENT;
}

START_TEST(old_kernel_without_counters)
{
	struct prog prog = {
		.name = "f", .section = "perf_event", .fd = 0, .type = RAWBPF_PROG_PERF_EVENT};
	struct rawbpf b = {.progs = &prog, .n_progs = 1};

	rawbpf_set_hook(&b, old_kernel, NULL);
	ck_assert_int_eq(rawbpf_attach_perf_event(&b, .ev_type = HARDWARE, .ev_config = CYCLES,
				 .fn_name = "f", .sample_period = 1, .pid = getpid()),
		-ENOENT);
	ck_assert_msg(strstr(b.error.hint, ".ev_type = 1 (software)"), "%s; %s", b.error.msg,
		b.error.hint);
}
END_TEST

START_TEST(options)
{
	ck_assert_int_eq(rawbpf_attach_perf_event(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_detach_perf_event(NULL), -ENOMEM);
}
END_TEST

Suite *suite_perfevent(void);
Suite *suite_perfevent(void)
{
	Suite *s = suite_create("perfevent");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, options);
	tcase_add_test(t, old_kernel_without_counters);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, period, 0, 2);
	tcase_add_test(t, each_cpu);
	tcase_add_test(t, later_thread);
	tcase_add_test(t, frequency);
	tcase_add_test(t, refusals);
	tcase_add_test(t, hardware);
	suite_add_tcase(s, t);
	return s;
}
