// SPDX-License-Identifier: MIT
/*
 * test_fault.c - each scenario with everything in it failing once: tests/fault.h.
 *
 * Here it is a sample; RAWBPF_FAULT=all (make check-fault) is the whole, with a line for each,
 * RAWBPF_FAULT=sample the sample with these lines, and RAWBPF_FAULT=usdt the whole of those
 * scenarios whose names begin so.  Most of the time the kernel waits before it lets a program go,
 * so several processes share the scenarios.
 */
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

enum { WORKERS = 8 };

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

static void offer(const struct fault_row *rows, bool alone, int to)
{
	unsigned char i;

	for (i = 0; rows[i].name; i++)
		if ((rows[i].is_usdt || rows[i].alone) == alone && is_wanted(&rows[i]))
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

/* How many there are to run, by several processes, of which one has what only one can have. */
static unsigned share(const struct fault_row *rows, int results[2])
{
	int any[2], alone[2];
	unsigned i, n = 0;

	ck_assert_int_eq(pipe(any), 0);
	ck_assert_int_eq(pipe(alone), 0);
	ck_assert_int_eq(pipe(results), 0);
	for (i = 0; rows[i].name; i++)
		n += is_wanted(&rows[i]);
	offer(rows, true, alone[1]);
	start(rows, alone[0], results, any[1]);
	for (i = 1; i < WORKERS && i <= n; i++)
		start(rows, any[0], results, any[1]);
	offer(rows, false, any[1]);
	close(any[0]);
	close(alone[0]);
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

START_TEST(each_fails)
{
	const char *why;

	T_NEED_ROOT();
	why = sweep_all(fault_rows);
	ck_assert_msg(!why, "%s", why);
}
END_TEST

START_TEST(rights_given_up)
{
	const char *why;

	T_NEED_ROOT();
	why = sweep_all(fault_drop_rows);
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

START_TEST(commands)
{
	const char *why;

	T_NEED_ROOT();
	why = sweep_all(fault_command_rows);
	ck_assert_msg(!why, "%s", why);
}
END_TEST

Suite *suite_fault(void);
Suite *suite_fault(void)
{
	Suite *s = suite_create("fault");
	TCase *t = tcase_create("live");

	tcase_set_timeout(t, is_all() ? 900 : 120);
	tcase_add_test(t, each_fails);
	tcase_add_test(t, rights_given_up);
	tcase_add_test(t, typed);
	tcase_add_test(t, kernel_functions);
	tcase_add_test(t, trampolines);
	tcase_add_test(t, commands);
	suite_add_tcase(s, t);
	return s;
}
