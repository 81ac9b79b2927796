// SPDX-License-Identifier: MIT
/* test_ldcache.c - ld.so.cache in both formats, and hostile ones. */
#include "ldcache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"

struct cached {
	int n;
	char last[64];
};

static int on_cached(void *arg, const char *soname, const char *path, const char *hwcaps)
{
	struct cached *c = arg;

	c->n++;
	snprintf(c->last, sizeof(c->last), "%s %s %s", soname, path, hwcaps ? hwcaps : "-");
	return 0;
}

static void put32(unsigned char *p, uint32_t v)
{
	memcpy(p, &v, 4);
}

/* One entry in the old format; with_new: and the new format after it, with two. */
static size_t make_cache(unsigned char *p, bool with_new)
{
	static const char old_text[] = "liba.so\0/o/liba.so", new_text[] = "libb.so\0/n/libb.so";
	const uint16_t one = 1;
	unsigned char *n = p + 32;

	memset(p, 0, 256);
	memcpy(p, "ld.so-1.7.0", 11);
	put32(p + 12, 1);
	put32(p + 20, 0);
	put32(p + 24, 8);
	if (!with_new) {
		memcpy(p + 28, old_text, sizeof(old_text));
		return 28 + sizeof(old_text);
	}
	memcpy(n, "glibc-ld.so.cache1.1", 20);
	put32(n + 20, 2);
	n[28] = *(const unsigned char *)&one ? 2 : 3;
	put32(n + 48 + 4, 96);
	put32(n + 48 + 8, 104);
	put32(n + 72 + 4, 96);
	put32(n + 72 + 8, 104);
	n[72 + 16] = 1;
	memcpy(n + 96, new_text, sizeof(new_text));
	return 32 + 96 + sizeof(new_text);
}

START_TEST(cache_formats)
{
	unsigned char p[256];
	struct cached c = {0};
	size_t len = make_cache(p, false);

	ck_assert_int_eq(ldcache_each(p, len, on_cached, &c), 0);
	ck_assert_int_eq(c.n, 1);
	ck_assert_str_eq(c.last, "liba.so /o/liba.so -");
	memset(&c, 0, sizeof(c));
	len = make_cache(p, true);
	ck_assert_int_eq(ldcache_each(p, len, on_cached, &c), 0);
	ck_assert_int_eq(c.n, 2);
	ck_assert_str_eq(c.last, "libb.so /n/libb.so ");
	memset(&c, 0, sizeof(c));
	ck_assert_int_eq(ldcache_each(p + 32, len - 32, on_cached, &c), 0);
	ck_assert_int_eq(c.n, 2);
	p[32 + 28] ^= 1; /* the other byte order */
	ck_assert_int_eq(ldcache_each(p + 32, len - 32, on_cached, &c), -EINVAL);
}
END_TEST

/* Two entries of a library: plain, and in the second directory of glibc-hwcaps. */
static size_t make_hwcaps(unsigned char *p)
{
	static const char text[] = "libb.so\0/n/libb.so\0x86-64-v2\0x86-64-v3";
	const uint16_t one = 1;
	const uint32_t level = 1u << 30 | 3; /* with a level of the psABI in the lowest bits */

	memset(p, 0, 256);
	memcpy(p, "glibc-ld.so.cache1.1", 20);
	put32(p + 20, 2);
	p[28] = *(const unsigned char *)&one ? 2 : 3;
	put32(p + 32, 144);
	put32(p + 48 + 4, 96);
	put32(p + 48 + 8, 104);
	put32(p + 72 + 4, 96);
	put32(p + 72 + 8, 104);
	memcpy(p + 72 + 16 + (*(const unsigned char *)&one ? 4 : 0), &level, 4);
	put32(p + 72 + 16 + (*(const unsigned char *)&one ? 0 : 4), 1);
	memcpy(p + 96, text, sizeof(text));
	put32(p + 144, 0xeaa42174);
	put32(p + 148, 2);
	put32(p + 152 + 16, 1);
	put32(p + 152 + 24, 192);
	put32(p + 152 + 28, 8);
	put32(p + 192, 115);
	put32(p + 196, 125);
	return 200;
}

START_TEST(cache_hwcaps)
{
	unsigned char p[256];
	struct cached c = {0};
	size_t len = make_hwcaps(p);

	ck_assert_int_eq(ldcache_each(p, len, on_cached, &c), 0);
	ck_assert_int_eq(c.n, 2);
	ck_assert_str_eq(c.last, "libb.so /n/libb.so x86-64-v3");
	/* a number that has no name, and tables that reach out of the file */
	put32(p + 152 + 28, 4);
	ck_assert_int_eq(ldcache_each(p, len, on_cached, &c), 0);
	ck_assert_str_eq(c.last, "libb.so /n/libb.so ");
	put32(p + 152 + 28, 12);
	ck_assert_int_eq(ldcache_each(p, len, on_cached, &c), 0);
	put32(p + 32, 196);
	ck_assert_int_eq(ldcache_each(p, len, on_cached, &c), 0);
	ck_assert_str_eq(c.last, "libb.so /n/libb.so ");
}
END_TEST

START_TEST(cache_hostile)
{
	unsigned char p[256], *q;
	struct cached c = {0};
	size_t i, len = make_cache(p, true), n;
	uint32_t x = 99;

	for (i = 0; i < 20000; i++) {
		x = x * 1103515245 + 12345;
		n = (x >> 8) % (len + 1);
		q = malloc(n + 1);
		if (x & 128)
			make_hwcaps(p);
		else
			make_cache(p, x & 64);
		memcpy(q, p, n);
		if (n > 4)
			q[(x >> 16) % n] = (unsigned char)(x >> 24);
		ldcache_each(q, n, on_cached, &c);
		free(q);
	}
	ck_assert_int_gt(c.n, 0);
}
END_TEST

Suite *suite_ldcache(void);
Suite *suite_ldcache(void)
{
	Suite *s = suite_create("ldcache");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, cache_formats);
	tcase_add_test(t, cache_hwcaps);
	tcase_add_test(t, cache_hostile);
	suite_add_tcase(s, t);
	return s;
}
