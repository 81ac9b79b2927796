/* SPDX-License-Identifier: MIT */
/* ldcache.h - the entries of glibc's ld.so.cache. */
#ifndef LDCACHE_H
#define LDCACHE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Entries of an ld.so.cache of either format, until fn returns non-zero, which is returned.
 * -EINVAL when it is neither.  hwcap is not 0 for a library that needs a special CPU.
 */
int ldcache_each(const void *cache, size_t len,
	int (*fn)(void *arg, const char *soname, const char *path, uint64_t hwcap), void *arg);

#endif
