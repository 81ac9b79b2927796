// SPDX-License-Identifier: MIT
/*
 * temp.c - temporary files go, whatever becomes of the test that made them.
 *
 * Check runs each test in a process of its own, which may be killed or leave at the first failed
 * assertion.  The linker puts what follows between the tests and mkdtemp() and its like (--wrap):
 * the names are written to a file, and the parent removes in the end what is still there.
 */
#include "temp.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void temp_note(const char *path)
{
	const char *list = getenv("T_TEMPS");
	char line[4096];
	int n = snprintf(line, sizeof(line), "%s\n", path), fd;

	fd = list ? open(list, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	if (write(fd, line, (size_t)n) != n)
		perror(list);
	close(fd);
}

static int temp_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void temp_remove_all(const char *list)
{
	char line[4096];
	FILE *f = fopen(list, "re");

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line == '/' && !access(line, F_OK))
			nftw(line, temp_remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	}
	if (f)
		fclose(f);
}

char *__real_mkdtemp(char *path);
char *__wrap_mkdtemp(char *path);
char *__wrap_mkdtemp(char *path)
{
	char *made = __real_mkdtemp(path);

	if (made)
		temp_note(made);
	return made;
}

#define TEMP_FILE(name, params, args)        \
	int __real_##name params;            \
	int __wrap_##name params;            \
	int __wrap_##name params             \
	{                                    \
		int fd = __real_##name args; \
                                             \
		if (fd >= 0)                 \
			temp_note(path);     \
		return fd;                   \
	}

TEMP_FILE(mkstemp, (char *path), (path))
TEMP_FILE(mkstemps, (char *path, int n), (path, n))
#ifdef __GLIBC__ /* their names where files have 64-bit offsets */
TEMP_FILE(mkstemp64, (char *path), (path))
TEMP_FILE(mkstemps64, (char *path, int n), (path, n))
#endif
