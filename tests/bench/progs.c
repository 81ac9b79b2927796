// SPDX-License-Identifier: MIT
/*
 * progs.c - how long programs run, side by side: those of our text, of clang's object, and of file
 * descriptors that the caller hands down.
 *
 * progs [WHOSE:FILE ...] [NAME=FD ...]: "NAME NANOSECONDS" a line, what a run of a program took as
 * the kernel counts it (BPF_ENABLE_STATS, Linux 5.8): of 2001 rounds, which are means of 256 runs
 * each, the one that is the hundredth from the least, as the machine does other things, too.  FILE
 * is a text or an object, its programs are "WHOSE.PROGRAM".  All are raw_tracepoint programs and
 * called through BPF_PROG_TEST_RUN (Linux 5.10) with the same values, whose sizes spread over the
 * powers of two below 2^24; the programs take turns in each round, in an order that moves.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rawbpf.h"

enum { PROGS_MAX = 32, ROUNDS = 2001, RUNS = 256, VALUES = 65536 };

static struct prog {
	char name[64];
	int fd;
	double ns[ROUNDS];
} progs[PROGS_MAX];
static unsigned n_progs;
static uint64_t values[VALUES];

static void die(const char *what)
{
	fprintf(stderr, "progs: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long bpf(int cmd, union bpf_attr *a)
{
	return syscall(SYS_bpf, cmd, a, sizeof(*a));
}

static void add(const char *whose, const char *name, int fd)
{
	struct prog *p = &progs[n_progs];

	if (n_progs++ == PROGS_MAX)
		exit(1);
	snprintf(p->name, sizeof(p->name), "%s%s%s", whose ? whose : "", whose ? "." : "", name);
	p->fd = fd;
}

static int add_each(void *arg, const struct rawbpf_prog_info *info)
{
	add(arg, info->name, info->fd);
	return 0;
}

/* it stays loaded */
static void load(const char *path, char *whose)
{
	struct rawbpf *b = rawbpf_new();

	if (rawbpf_load(b, .src_file = path)) {
		fprintf(stderr, "progs: %s\n", rawbpf_errmsg(b));
		exit(1);
	}
	rawbpf_each_prog(b, add_each, whose);
}

/* "WHOSE:FILE" or "NAME=FD" */
static void take(char *arg)
{
	char *p = strpbrk(arg, ":=");
	bool is_file;

	if (!p)
		exit(2);
	is_file = *p == ':';
	*p++ = '\0';
	if (is_file)
		load(p, arg);
	else
		add(NULL, arg, atoi(p));
}

/* what the kernel has counted until now */
static void total(int fd, uint64_t *ns, uint64_t *runs)
{
	struct bpf_prog_info info = {0};
	union bpf_attr a;

	memset(&a, 0, sizeof(a));
	a.info.bpf_fd = (uint32_t)fd;
	a.info.info_len = sizeof(info);
	a.info.info = (uintptr_t)&info;
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &a))
		die("BPF_OBJ_GET_INFO_BY_FD");
	*ns = info.run_time_ns;
	*runs = info.run_cnt;
}

static double mean(int fd, const uint64_t *value)
{
	uint64_t from_ns, from_runs, to_ns, to_runs, args[2] = {0, 0};
	union bpf_attr a;
	unsigned i;

	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)fd;
	a.test.ctx_in = (uintptr_t)args;
	a.test.ctx_size_in = sizeof(args);
	total(fd, &from_ns, &from_runs);
	for (i = 0; i < RUNS; i++) {
		args[0] = value[i];
		if (bpf(BPF_PROG_TEST_RUN, &a))
			die("BPF_PROG_TEST_RUN");
	}
	total(fd, &to_ns, &to_runs);
	if (to_runs - from_runs != RUNS) {
		fprintf(stderr, "progs: the kernel counted %llu runs of %d\n",
			(unsigned long long)(to_runs - from_runs), RUNS);
		exit(1);
	}
	return (double)(to_ns - from_ns) / RUNS;
}

static void fill_values(void)
{
	uint64_t x = 88172645463325252ULL; /* xorshift64 */
	unsigned i;

	for (i = 0; i < VALUES; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		values[i] = (x & 0xffffff) >> (x >> 32) % 24;
	}
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int main(int argc, char **argv)
{
	union bpf_attr a;
	unsigned round;
	int i;

	for (i = 1; i < argc; i++)
		take(argv[i]);
	memset(&a, 0, sizeof(a));
	a.enable_stats.type = BPF_STATS_RUN_TIME;
	if (bpf(BPF_ENABLE_STATS, &a) < 0)
		die("BPF_ENABLE_STATS");
	fill_values();
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < (int)n_progs; i++) {
			struct prog *p = &progs[((unsigned)i + round) % n_progs];

			p->ns[round] = mean(p->fd, &values[round * RUNS % VALUES]);
		}
	}
	for (i = 0; i < (int)n_progs; i++) {
		qsort(progs[i].ns, ROUNDS, sizeof(double), by_value);
		printf("%s %.2f\n", progs[i].name, progs[i].ns[ROUNDS / 20]);
	}
	return 0;
}
