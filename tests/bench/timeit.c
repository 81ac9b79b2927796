// SPDX-License-Identifier: MIT
/*
 * timeit.c - medians of a command's time and memory.
 *
 * timeit N COMMAND ...: "SECONDS KILOBYTES", the medians of wall time and of the peak resident set
 * over N runs with stdout discarded; fails when a run fails.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 1000 };

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int run(char **argv, double *seconds, double *kilobytes)
{
	double start = now();
	struct rusage usage;
	int status, null;
	pid_t pid = fork();

	if (!pid) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
		return -1;
	*seconds = now() - start;
	*kilobytes = (double)usage.ru_maxrss;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -1;
}

int main(int argc, char **argv)
{
	static double seconds[RUNS_MAX], kilobytes[RUNS_MAX];
	int n = argc > 2 ? atoi(argv[1]) : 0, i;

	if (n < 1 || n > RUNS_MAX) {
		fputs("usage: timeit N COMMAND ...\n", stderr);
		return 2;
	}
	for (i = 0; i < n; i++)
		if (run(argv + 2, &seconds[i], &kilobytes[i])) {
			fprintf(stderr, "timeit: '%s' failed\n", argv[2]);
			return 1;
		}
	qsort(seconds, (size_t)n, sizeof(*seconds), by_value);
	qsort(kilobytes, (size_t)n, sizeof(*kilobytes), by_value);
	printf("%.6f %.0f\n", seconds[n / 2], kilobytes[n / 2]);
	return 0;
}
