// SPDX-License-Identifier: MIT
/*
 * ldcache.c - the entries of glibc's ld.so.cache.
 *
 * Two formats: the old one (to glibc 2.31's default), and the new one, which stands alone or, in a
 * file for both, behind the old one.  Offsets of the new one's strings count from its own header,
 * those of the old one from the end of its entries.  Numbers are in the machine's own order.
 */
#include "ldcache.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const char *ldcache_string(const char *base, size_t len, uint32_t offset)
{
	return offset < len && memchr(base + offset, '\0', len - offset) ? base + offset : NULL;
}

static uint32_t ldcache_u32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Entries of each bytes from p on, {i32 flags; u32 soname, path; u32 os; u64 hwcap}. */
static int ldcache_entries(const char *p, size_t n, size_t each, const char *strings, size_t len,
	int (*fn)(void *arg, const char *soname, const char *path, uint64_t hwcap), void *arg)
{
	const char *soname, *path;
	uint64_t hwcap = 0;
	int err = 0;

	for (; n && !err; n--, p += each) {
		soname = ldcache_string(strings, len, ldcache_u32(p + 4));
		path = ldcache_string(strings, len, ldcache_u32(p + 8));
		if (each == 24)
			memcpy(&hwcap, p + 16, sizeof(hwcap));
		if (soname && path && *path == '/')
			err = fn(arg, soname, path, hwcap);
	}
	return err;
}

static bool ldcache_other_order(uint8_t flags)
{
	const uint16_t one = 1;
	unsigned ours = *(const uint8_t *)&one ? 2 : 3;

	return (flags & 3) && (flags & 3) != ours;
}

int ldcache_each(const void *cache, size_t len,
	int (*fn)(void *arg, const char *soname, const char *path, uint64_t hwcap), void *arg)
{
	static const char old_magic[] = "ld.so-1.7.0", new_magic[] = "glibc-ld.so.cache1.1";
	const char *p = cache;
	size_t n, at = 0;

	/* the old format, 16 bytes and 12 an entry; the new one may follow it */
	if (len >= 16 && !memcmp(p, old_magic, sizeof(old_magic) - 1)) {
		n = ldcache_u32(p + 12);
		if (n > (len - 16) / 12)
			return -EINVAL;
		at = (16 + 12 * n + 7) & ~(size_t)7;
		if (at + 48 > len || memcmp(p + at, new_magic, 20)) {
			at = 16 + 12 * n;
			return ldcache_entries(p + 16, n, 12, p + at, len - at, fn, arg);
		}
	}
	p += at;
	len -= at;
	if (len < 48 || memcmp(p, new_magic, 20) || ldcache_other_order((uint8_t)p[28]))
		return -EINVAL;
	n = ldcache_u32(p + 20);
	if (n > (len - 48) / 24)
		return -EINVAL;
	return ldcache_entries(p + 48, n, 24, p, len, fn, arg);
}
