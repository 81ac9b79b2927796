// SPDX-License-Identifier: MIT
/* test_perfevent.c - perf events: counted exactly, each CPU and thread, and what is refused. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "counter.h"
#include "link.h"
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
	ck_assert_int_lt(rawbpf_attach_perf_event(&c.b, .ev_type = SOFTWARE, .fn_name = "count0",
				 .sample_freq = 9, .cpus = "0,60000"),
		0);
	ck_assert_msg(strstr(c.b.error.msg, "on cpu 60000 refused"), "%s", c.b.error.msg);
	ck_assert_ptr_null(c.b.links);
	ck_assert_int_eq(rawbpf_attach_perf_event(
				 &c.b, .ev_type = 2, .fn_name = "count0", .sample_period = 1),
		-EINVAL);
	ck_assert_ptr_nonnull(strstr(c.b.error.msg, ".ev_type 2"));
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* Hardware counters: there, or explained. */
START_TEST(hardware)
{
	struct counter c;
	int err;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_PERF_EVENT);
	err = rawbpf_attach_perf_event(
		&c.b, .ev_type = 0, .ev_config = 0, .fn_name = "count0", .sample_period = 1000000);
	if (err) {
		ck_assert_msg(err == -ENOENT || err == -EOPNOTSUPP, "%s", c.b.error.msg);
		ck_assert_ptr_nonnull(strstr(c.b.error.hint, ".ev_type = 1 (software)"));
	}
	counter_close(&c);
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
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, period, 0, 2);
	tcase_add_test(t, later_thread);
	tcase_add_test(t, frequency);
	tcase_add_test(t, refusals);
	tcase_add_test(t, hardware);
	suite_add_tcase(s, t);
	return s;
}
