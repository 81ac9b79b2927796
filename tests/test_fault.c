// SPDX-License-Identifier: MIT
/*
 * test_fault.c - each scenario with everything in it failing once: tests/fault.h.
 *
 * Here it is a sample; RAWBPF_FAULT=all (make check-fault) is the whole, with a line for each,
 * RAWBPF_FAULT=sample the sample with these lines, and RAWBPF_FAULT=usdt the whole of those
 * scenarios whose names begin so.  Most of the time the kernel waits before it lets a program go,
 * so several processes share the scenarios.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "fault.h"
#include "old.h"
#include "t.h"

enum { WORKERS = 10 };

static bool is_all(void)
{
	const char *names = getenv("RAWBPF_FAULT");

	return names && strcmp(names, "sample") != 0;
}

static bool is_wanted(const struct fault_row *row)
{
	const char *names = getenv("RAWBPF_FAULT");

	return !names || !is_all() || !strcmp(names, "all") ||
	       !strncmp(row->name, names, strlen(names));
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void tell(const struct fault *f, double took)
{
	size_t i;

	printf("%-40s %4u calls, %4u allocations, %5u runs, %5u errors, %5.1f s ", f->row->name,
		f->calls, f->allocs, f->runs, f->errors, took);
	for (i = 0; i < sizeof(f->errnos) / sizeof(*f->errnos); i++)
		if (f->errnos[i])
			printf(" %s", err_name((int)i));
	puts("");
}

/* What came of a row. */
struct result {
	unsigned char row;
	bool here;
	unsigned bad;
	char why[200]; /* it could not be run here */
};

static void sweep(const struct fault_row *row, struct result *r)
{
	struct fault *f =
		mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double began = seconds();

	ck_assert_ptr_ne(f, MAP_FAILED);
	r->here = fault_sweep(f, row, is_all() ? FAULT_ALL : FAULT_SAMPLE);
	r->bad = f->bad;
	memcpy(r->why, f->why, sizeof(r->why));
	if (r->here && getenv("RAWBPF_FAULT"))
		tell(f, seconds() - began);
	fflush(stdout);
	munmap(f, sizeof(*f));
}

/* Takes numbers of rows from one pipe, and tells the other what came of them. */
static void work(const struct fault_row *rows, int from, int to)
{
	struct result r;

	memset(&r, 0, sizeof(r));
	while (read(from, &r.row, 1) == 1) {
		sweep(&rows[r.row], &r);
		if (write(to, &r, sizeof(r)) != sizeof(r))
			break;
	}
	exit(0); /* and not _exit(): a sanitizer looks for leaks now */
}

/* Which worker has a row: any, the one for trace pipes, or the one for semaphores. */
enum { ANY, PIPES, SEMAPHORES, QUEUES };

static int queue_of(const struct fault_row *row)
{
	return row->is_usdt ? SEMAPHORES : row->alone ? PIPES : ANY;
}

static void offer(const struct fault_row *rows, int queue, int to)
{
	unsigned char i;

	for (i = 0; rows[i].name; i++)
		if (queue_of(&rows[i]) == queue && is_wanted(&rows[i]))
			ck_assert_int_eq(write(to, &i, 1), 1);
	close(to);
}

static void start(const struct fault_row *rows, int from, const int to[2], int queue)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid)
		return;
	close(to[0]);
	close(queue);
	work(rows, from, to[1]);
}

/* How many there are to run, by several processes, of which two have what only one can have. */
static unsigned share(const struct fault_row *rows, int results[2])
{
	int q[QUEUES][2];
	unsigned i, n = 0;

	for (i = 0; i < QUEUES; i++)
		ck_assert_int_eq(pipe(q[i]), 0);
	ck_assert_int_eq(pipe(results), 0);
	for (i = 0; rows[i].name; i++)
		n += is_wanted(&rows[i]);
	for (i = PIPES; i < QUEUES; i++) {
		offer(rows, (int)i, q[i][1]);
		start(rows, q[i][0], results, q[ANY][1]);
	}
	for (; i < WORKERS && i < QUEUES + n; i++)
		start(rows, q[ANY][0], results, q[ANY][1]);
	offer(rows, ANY, q[ANY][1]);
	for (i = 0; i < QUEUES; i++)
		close(q[i][0]);
	close(results[1]);
	return n;
}

/* NULL; or why one of them cannot be run here. */
static const char *sweep_all(const struct fault_row *rows)
{
	static struct result r;
	static char why[300];
	int results[2], status, bad = 0;
	unsigned n = share(rows, results), done = 0;

	*why = '\0';
	while (read(results[0], &r, sizeof(r)) == sizeof(r)) {
		done++;
		bad += r.bad != 0;
		if (!r.here && rows[r.row].optional && getenv("RAWBPF_FAULT"))
			printf("%-40s not here: %s\n", rows[r.row].name, r.why);
		else if (!r.here && !rows[r.row].optional)
			snprintf(why, sizeof(why), "%s: %s", rows[r.row].name, r.why);
	}
	close(results[0]);
	while (wait(&status) > 0)
		if (status) {
			printf("fault: a process ended with status 0x%x\n", (unsigned)status);
			bad++;
		}
	ck_assert_msg(!bad, "something is wrong in %d scenarios: see above", bad);
	ck_assert_uint_eq(done, n);
	return *why ? why : NULL;
}

/* Of several tables, beside each other: most of the time the kernel waits. */
START_TEST(each_fails)
{
	static const struct fault_row *const tables[] = {
		fault_rows, fault_drop_rows, fault_command_rows};
	static struct fault_row rows[UCHAR_MAX];
	const struct fault_row *row;
	const char *why;
	size_t i, n = 0;

	T_NEED_ROOT();
	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (row = tables[i]; row->name; row++) {
			ck_assert_uint_lt(n, UCHAR_MAX - 1);
			rows[n++] = *row;
		}
	why = sweep_all(rows);
	ck_assert_msg(!why, "%s", why);
}
END_TEST

START_TEST(typed)
{
	const char *why;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	why = sweep_all(fault_typed_rows);
	if (why)
		T_SKIP("%s", why);
}
END_TEST

START_TEST(kernel_functions)
{
	const char *why;

	T_NEED_ROOT();
	if (access("/sys/bus/event_source/devices/kprobe/type", F_OK))
		T_SKIP("no kprobe PMU here");
	why = sweep_all(fault_kernel_rows);
	ck_assert_msg(!why, "%s", why);
}
END_TEST

START_TEST(trampolines)
{
	const char *why;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	why = sweep_all(fault_trampoline_rows);
	if (why)
		T_SKIP("%s", why);
}
END_TEST

Suite *suite_fault(void);
Suite *suite_fault(void)
{
	Suite *s = suite_create("fault");
	TCase *t = tcase_create("live");

	tcase_set_timeout(t, is_all() ? 900 : 180);
	tcase_add_test(t, each_fails);
	tcase_add_test(t, typed);
	tcase_add_test(t, kernel_functions);
	tcase_add_test(t, trampolines);
	suite_add_tcase(s, t);
	return s;
}
