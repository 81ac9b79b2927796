// SPDX-License-Identifier: MIT
/* nofile.c - fopen() of bpfasm/include.c in the fuzzers: files of this machine are no input. */
#include <errno.h>
#include <stdio.h>

FILE *fuzz_fopen(const char *path, const char *mode);

FILE *fuzz_fopen(const char *path, const char *mode)
{
	(void)path;
	(void)mode;
	errno = ENOENT;
	return NULL;
}
