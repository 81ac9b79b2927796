// SPDX-License-Identifier: MIT
/*
 * startup.c - time from fork to the first event that a tracing tool's program has handled.
 *
 *	startup [-n RUNS] PROGRAM TOOL [TOOL ...]
 *
 * TOOL is a command line (split at blanks) that attaches a BPF program named PROGRAM to openat's
 * entry and waits for SIGINT.  Nothing is asked of it: this process fires the event in a loop and
 * looks in the kernel's list of programs for one of that name whose run count has moved.  The tools
 * take turns, so that all see the same machine.  For each: median, minimum and maximum of the time,
 * peak resident memory (VmHWM) at the first event, and the median's ratio to the first tool's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNS = 200, MAX_TOOLS = 8, MAX_ARGS = 32, LIMIT_MS = 20000 };

struct tool {
	char *argv[MAX_ARGS + 1];
	double ms[MAX_RUNS];
	long kib; /* largest */
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int bpf_call(int cmd, union bpf_attr *a)
{
	return (int)syscall(SYS_bpf, cmd, a, sizeof(*a));
}

static uint32_t next_program(uint32_t id)
{
	union bpf_attr a;

	memset(&a, 0, sizeof(a));
	a.start_id = id;
	return bpf_call(BPF_PROG_GET_NEXT_ID, &a) ? 0 : a.next_id;
}

static uint32_t last_program(uint32_t id)
{
	uint32_t next;

	while ((next = next_program(id)))
		id = next;
	return id;
}

/* The fd of a program that came after id and has the name, or -1. */
static int find_program(uint32_t id, const char *name)
{
	struct bpf_prog_info info;
	union bpf_attr a;
	int fd;

	while ((id = next_program(id))) {
		memset(&a, 0, sizeof(a));
		a.prog_id = id;
		fd = bpf_call(BPF_PROG_GET_FD_BY_ID, &a);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		memset(&a, 0, sizeof(a));
		a.info.bpf_fd = (uint32_t)fd;
		a.info.info_len = sizeof(info);
		a.info.info = (uintptr_t)&info;
		if (!bpf_call(BPF_OBJ_GET_INFO_BY_FD, &a) &&
			!strncmp(info.name, name, sizeof(info.name) - 1))
			return fd;
		close(fd);
	}
	return -1;
}

static uint64_t run_count(int fd)
{
	struct bpf_prog_info info;
	union bpf_attr a;

	memset(&info, 0, sizeof(info));
	memset(&a, 0, sizeof(a));
	a.info.bpf_fd = (uint32_t)fd;
	a.info.info_len = sizeof(info);
	a.info.info = (uintptr_t)&info;
	return bpf_call(BPF_OBJ_GET_INFO_BY_FD, &a) ? 0 : info.run_cnt;
}

static long peak_kib(pid_t pid)
{
	char path[64], line[256];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static pid_t start_tool(struct tool *t)
{
	pid_t pid = fork();

	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		if (!getenv("STARTUP_STDERR"))
			dup2(null, 2);
		execvp(t->argv[0], t->argv);
		_exit(127);
	}
	return pid;
}

/* Milliseconds until the first event, or -1. */
static double one_run(struct tool *t, const char *name)
{
	const struct timespec pause = {0, 10000};
	uint32_t base = last_program(0);
	double begin = now_ms(), first = -1;
	pid_t pid = start_tool(t);
	int fd = -1, status;
	long kib;

	while (first < 0 && now_ms() - begin < LIMIT_MS) {
		syscall(SYS_openat, -1, "", 0); /* the event; fails at once */
		if (fd < 0)
			fd = find_program(base, name);
		if (fd >= 0 && run_count(fd))
			first = now_ms() - begin;
		else if (waitpid(pid, &status, WNOHANG) == pid)
			break;
		else if (fd < 0)
			nanosleep(&pause, NULL);
	}
	if (fd >= 0)
		close(fd);
	if (first < 0) {
		fprintf(stderr, "startup: no event from '%s'\n", t->argv[0]);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		return -1;
	}
	kib = peak_kib(pid);
	t->kib = kib > t->kib ? kib : t->kib;
	kill(pid, SIGINT);
	waitpid(pid, &status, 0);
	return first;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void split(struct tool *t, char *line)
{
	int n = 0;
	char *p;

	for (p = strtok(line, " "); p && n < MAX_ARGS; p = strtok(NULL, " "))
		t->argv[n++] = p;
}

int main(int argc, char **argv)
{
	static struct tool tools[MAX_TOOLS];
	int runs = 20, i = 1, n = 0, k, r;
	const char *name;
	union bpf_attr a;
	double base;

	if (i + 1 < argc && !strcmp(argv[i], "-n")) {
		runs = atoi(argv[i + 1]);
		i += 2;
	}
	if (argc - i < 2 || argc - i - 1 > MAX_TOOLS || runs < 1 || runs > MAX_RUNS) {
		fputs("usage: startup [-n RUNS] PROGRAM TOOL [TOOL ...]\n", stderr);
		return 2;
	}
	name = argv[i++];
	for (; i < argc; i++)
		split(&tools[n++], argv[i]);
	memset(&a, 0, sizeof(a));
	a.enable_stats.type = BPF_STATS_RUN_TIME;
	if (bpf_call(BPF_ENABLE_STATS, &a) < 0) {
		fprintf(stderr, "startup: BPF_ENABLE_STATS: %s\n", strerror(errno));
		return 1;
	}
	for (r = -1; r < runs; r++) /* the first round warms the page cache */
		for (k = 0; k < n; k++) {
			double ms = one_run(&tools[k], name);

			if (ms < 0)
				return 1;
			if (r >= 0)
				tools[k].ms[r] = ms;
		}
	printf("%-40s %8s %8s %8s %8s %6s\n", "tool", "median", "min", "max", "KiB", "ratio");
	for (k = 0; k < n; k++) {
		double *v = tools[k].ms, median;

		qsort(v, (size_t)runs, sizeof(*v), compare);
		median = runs % 2 ? v[runs / 2] : (v[runs / 2 - 1] + v[runs / 2]) / 2;
		base = k ? base : median;
		printf("%-40s %8.3f %8.3f %8.3f %8ld %6.2f\n", tools[k].argv[0], median, v[0],
			v[runs - 1], tools[k].kib, median / base);
	}
	return 0;
}
