/* SPDX-License-Identifier: MIT */
/* ldcache.h - the entries of glibc's ld.so.cache. */
#ifndef LDCACHE_H
#define LDCACHE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Entries of an ld.so.cache of either format, until fn returns non-zero, which is returned.
 * -EINVAL when it is neither.  hwcaps is the directory of glibc-hwcaps that the library is in
 * ("x86-64-v3"), "" for one that needs a special CPU in an older way, NULL for all others.
 */
int ldcache_each(const void *cache, size_t len,
	int (*fn)(void *arg, const char *soname, const char *path, const char *hwcaps), void *arg);

#endif
