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

#define LDCACHE_EXTENSION 0xeaa42174u /* what the newer parts begin with */

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

/*
 * The names of the directories of glibc-hwcaps, numbered as the entries number them: glibc 2.33.
 * {u32 magic, count} at the offset in the header, then {u32 tag, flags, offset, size} of each part;
 * part 1 is a table of u32 strings.
 */
struct ldcache_names {
	const char *table;
	size_t n;
};

static struct ldcache_names ldcache_hwcaps(const char *p, size_t len)
{
	struct ldcache_names none = {NULL, 0};
	size_t at = ldcache_u32(p + 32), i, n, offset, size;

	if (at < 48 || at > len || len - at < 8 || ldcache_u32(p + at) != LDCACHE_EXTENSION)
		return none;
	n = ldcache_u32(p + at + 4);
	for (i = 0, at += 8; i < n && len - at >= 16; i++, at += 16) {
		offset = ldcache_u32(p + at + 8);
		size = ldcache_u32(p + at + 12);
		if (ldcache_u32(p + at) == 1 && offset <= len && size <= len - offset)
			return (struct ldcache_names){p + offset, size / 4};
	}
	return none;
}

/* What hwcap, an entry's last 8 bytes, says. */
static const char *ldcache_hwcap(
	uint64_t hwcap, const struct ldcache_names *names, const char *strings, size_t len)
{
	const char *name = NULL;

	if (!hwcap)
		return NULL;
	/* bit 62 alone, but for ten that say for which level of x86-64 it was built */
	if ((hwcap >> 32 & ~(uint64_t)0x3ff) == 1u << 30 && (uint32_t)hwcap < names->n)
		name = ldcache_string(
			strings, len, ldcache_u32(names->table + 4 * (size_t)(uint32_t)hwcap));
	return name ? name : "";
}

/* Entries of each bytes from p on, {i32 flags; u32 soname, path; u32 os; u64 hwcap}. */
static int ldcache_entries(const char *p, size_t n, size_t each, const char *strings, size_t len,
	const struct ldcache_names *names,
	int (*fn)(void *arg, const char *soname, const char *path, const char *hwcaps), void *arg)
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
			err = fn(arg, soname, path, ldcache_hwcap(hwcap, names, strings, len));
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
	int (*fn)(void *arg, const char *soname, const char *path, const char *hwcaps), void *arg)
{
	static const char old_magic[] = "ld.so-1.7.0", new_magic[] = "glibc-ld.so.cache1.1";
	struct ldcache_names names = {NULL, 0};
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
			return ldcache_entries(p + 16, n, 12, p + at, len - at, &names, fn, arg);
		}
	}
	p += at;
	len -= at;
	if (len < 48 || memcmp(p, new_magic, 20) || ldcache_other_order((uint8_t)p[28]))
		return -EINVAL;
	n = ldcache_u32(p + 20);
	if (n > (len - 48) / 24)
		return -EINVAL;
	names = ldcache_hwcaps(p, len);
	return ldcache_entries(p + 48, n, 24, p, len, &names, fn, arg);
}
