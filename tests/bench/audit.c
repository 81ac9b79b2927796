// SPDX-License-Identifier: MIT
/*
 * audit.c - what the audit log costs: the start of a program, from rawbpf_new() to the last attach,
 * with the log and without, in turns; and what a call costs that no log is made of.
 *
 *	audit RUNS FILE
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rawbpf_sys.h"

enum { CALLS = 5000000 };

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void line_to_file(void *arg, const char *line)
{
	fprintf(arg, "%s\n", line);
}

static unsigned n_calls;

static long count(void *arg, const struct rawbpf_call *c)
{
	(void)arg;
	n_calls++;
	return rawbpf_call_kernel(c);
}

static long nothing(void *arg, const struct rawbpf_call *c)
{
	(void)arg;
	return (long)c->arg[0];
}

/* Nanoseconds of one start; log NULL: no audit. */
static uint64_t start(const char *file, FILE *log, bool counted)
{
	uint64_t t = now();
	struct rawbpf *b = rawbpf_new();

	if (log)
		rawbpf_set_audit(b, line_to_file, log);
	if (counted)
		rawbpf_set_hook(b, count, NULL);
	if (rawbpf_load(b, .src_file = file) || rawbpf_attach_all(b)) {
		fprintf(stderr, "%s\n", rawbpf_errmsg(b));
		exit(1);
	}
	t = now() - t;
	rawbpf_free(b);
	return t;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double median(uint64_t *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), by_size);
	return (double)v[n / 2];
}

/* Nanoseconds that a call costs more than its hook alone, without an audit. */
static double idle_call(void)
{
	struct rawbpf *b = rawbpf_new();
	struct rawbpf_call c = {.kind = RAWBPF_CALL_UNAME};
	long (*volatile hook)(void *arg, const struct rawbpf_call *c) = nothing;
	uint64_t t, with, without;
	long sum = 0;
	int i;

	rawbpf_set_hook(b, nothing, NULL);
	t = now();
	for (i = 0; i < CALLS; i++) {
		c.arg[0] = (uintptr_t)i;
		sum += rawbpf_call(b, &c);
	}
	with = now() - t;
	t = now();
	for (i = 0; i < CALLS; i++) {
		c.arg[0] = (uintptr_t)i;
		sum -= hook(NULL, &c);
	}
	without = now() - t;
	rawbpf_free(b);
	return sum || with < without ? 0 : (double)(with - without) / CALLS;
}

int main(int argc, char **argv)
{
	int i, n = argc > 1 ? atoi(argv[1]) : 0;
	uint64_t *off, *on;
	double without, with, call;
	FILE *log = tmpfile();

	if (argc != 3 || n < 1 || !log)
		return 2;
	off = calloc((size_t)n, sizeof(*off));
	on = calloc((size_t)n, sizeof(*on));
	if (!off || !on)
		return 2;
	start(argv[2], NULL, true); /* what is read for the first time */
	for (i = 0; i < n; i++) {
		off[i] = start(argv[2], NULL, false);
		rewind(log);
		on[i] = start(argv[2], log, false);
	}
	without = median(off, n);
	with = median(on, n);
	call = idle_call();
	printf("start without audit  %8.1f us, %u calls\n", without / 1000, n_calls);
	printf("start with audit     %8.1f us, ratio %.3f\n", with / 1000, with / without);
	printf("without: a call      %8.1f ns, of the start %.4f\n", call,
		call * n_calls / without);
	free(off);
	free(on);
	fclose(log);
	return 0;
}
