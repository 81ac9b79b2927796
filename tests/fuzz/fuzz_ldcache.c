// SPDX-License-Identifier: MIT
/* fuzz_ldcache.c - any bytes as glibc's ld.so.cache. */
#include "fuzz.h"
#include "ldcache.h"

static int use_entry(void *arg, const char *soname, const char *path, const char *hwcaps)
{
	size_t *n = arg;

	fuzz_string(hwcaps);
	fuzz_string(soname);
	FUZZ_CHECK(*path == '/');
	fuzz_string(path);
	return --*n == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t left = 64;

	fuzz_use((size_t)ldcache_each(data, size, use_entry, &left));
	return 0;
}
