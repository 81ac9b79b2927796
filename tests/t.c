// SPDX-License-Identifier: MIT
/* t.c - what the tests share. */
#include "t.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * Check runs each test in a process of its own: skips are told through a file, as
 * "suite:test: reason", from "tests/test_SUITE.c" and "TEST_fn".
 */
void t_skip(const char *file, const char *test, const char *fmt, ...)
{
	const char *path = getenv("T_SKIPS"), *suite = strstr(file, "test_");
	int suite_len, test_len = (int)strlen(test);
	char why[256], line[512];
	va_list ap;
	int fd;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	fd = path ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	suite = suite ? suite + 5 : file;
	suite_len = (int)strcspn(suite, ".");
	if (test_len > 3 && !strcmp(test + test_len - 3, "_fn"))
		test_len -= 3;
	snprintf(line, sizeof(line), "%.*s:%.*s: %s\n", suite_len, suite, test_len, test, why);
	if (write(fd, line, strlen(line)) < 0)
		perror(path);
	close(fd);
}

/*
 * The linker's --wrap has libcheck call this in a test's own process, before the test.  Where a whole
 * machine dies in it, the last line of $T_BEGUN is all that tells which it was; the seconds since boot
 * tell which are slow.
 */
void __real_tcase_fn_start(const char *test, const char *file, int line);
void __wrap_tcase_fn_start(const char *test, const char *file, int line);

void __wrap_tcase_fn_start(const char *test, const char *file, int line)
{
	const char *path = getenv("T_BEGUN"), *suite = strstr(file, "test_");
	struct timespec t = {0, 0};
	char text[256];
	int fd;

	suite = suite ? suite + 5 : file;
	clock_gettime(CLOCK_BOOTTIME, &t);
	snprintf(text, sizeof(text), "@begin %.*s:%s %ld.%02ld\n", (int)strcspn(suite, "."), suite,
		test, (long)t.tv_sec, t.tv_nsec / 10000000);
	fd = path ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY) : -1;
	if (fd >= 0) {
		if (write(fd, text, strlen(text)) < 0)
			perror(path);
		close(fd);
	}
	__real_tcase_fn_start(test, file, line);
}

bool t_has_cap(unsigned nr)
{
	unsigned long long caps = 0;
	char line[256];
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	if (f)
		fclose(f);
	return caps >> nr & 1;
}

/* Capabilities count in the first user namespace only, which maps all ids to themselves. */
static bool t_in_user_ns(void)
{
	unsigned long in = 0, out = 0, n = 4294967295UL;
	FILE *f = fopen("/proc/self/uid_map", "re");

	if (f && fscanf(f, "%lu %lu %lu", &in, &out, &n) != 3)
		n = 0;
	if (f)
		fclose(f);
	return in || out || n != 4294967295UL;
}

/* as tools/demo/rights.sh, which tells why */
const char *t_lacks(void)
{
	static char out[100];
	static const struct {
		unsigned nr;
		const char *name;
	} split[] = {{39, "CAP_BPF"}, {38, "CAP_PERFMON"}, {21, "CAP_SYS_ADMIN"}};
	size_t i;

	*out = '\0';
	for (i = 0; i < 3 && !t_has_cap(CAP_SYS_ADMIN); i++)
		if (!t_has_cap(split[i].nr))
			snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%s",
				*out ? ", " : "", split[i].name);
	if (geteuid() != 0 && !t_has_cap(CAP_DAC_OVERRIDE))
		snprintf(out + strlen(out), sizeof(out) - strlen(out), "%sCAP_DAC_OVERRIDE",
			*out ? ", " : "");
	if (!*out && t_in_user_ns())
		return "the first user namespace";
	return *out ? out : NULL;
}

void t_raise_memlock(void)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	/* fails without CAP_SYS_RESOURCE: then the map tells */
	if (setrlimit(RLIMIT_MEMLOCK, &all) && errno != EPERM)
		perror("RLIMIT_MEMLOCK");
}

static char *t_read_all(FILE *f, size_t *len)
{
	size_t cap = 65536, n = 0, got;
	char *p = malloc(cap);

	ck_assert_ptr_nonnull(p);
	while ((got = fread(p + n, 1, cap - n - 1, f)) > 0) {
		n += got;
		if (cap - n > 1)
			continue;
		cap *= 2;
		p = realloc(p, cap);
		ck_assert_ptr_nonnull(p);
	}
	p[n] = '\0';
	if (len)
		*len = n;
	return p;
}

char *t_read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	char *p;

	ck_assert_msg(f, "%s cannot be read", path);
	p = t_read_all(f, len);
	fclose(f);
	return p;
}

char *t_data(const char *name, size_t *len)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", TEST_DATA, name);
	return t_read_file(path, len);
}

int t_run(char **out, const char *fmt, ...)
{
	char cmd[8192];
	char *text;
	va_list ap;
	FILE *f;
	int status;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	f = popen(cmd, "re");
	ck_assert_msg(f, "cannot run %s", cmd);
	text = t_read_all(f, NULL);
	status = pclose(f);
	if (out)
		*out = text;
	else
		free(text);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int t_count_fds_of(pid_t pid)
{
	bool self = pid == getpid();
	char path[40];
	DIR *d;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(self ? "/proc/self/fd" : path);
	ck_assert_ptr_nonnull(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2 - self; /* ".", ".." and the directory itself */
}

int t_count_fds(void)
{
	return t_count_fds_of(getpid());
}
