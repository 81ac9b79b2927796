// SPDX-License-Identifier: MIT
/* test_elfread.c - bytes of files and images: kept parts, short files, failing reads. */
#include "elfread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rawbpf_sys.h"
#include "t.h"

/* An open file of n bytes that count up, already removed. */
static struct elfread counting(struct sys *s, size_t n)
{
	char path[] = "/tmp/rawbpf-elfread-XXXXXX";
	struct elfread r = {.sys = s, .fd = mkstemp(path), .size = n};
	unsigned char *p = malloc(n + 1);
	size_t i;

	ck_assert_int_ge(r.fd, 0);
	for (i = 0; i < n; i++)
		p[i] = (unsigned char)(i ^ i >> 8);
	ck_assert_int_eq(write(r.fd, p, n), (ssize_t)n);
	unlink(path);
	free(p);
	return r;
}

static bool counts(const void *p, uint64_t at, size_t n)
{
	const unsigned char *c = p;
	size_t i;

	for (i = 0; i < n; i++)
		if (c[i] != (unsigned char)((at + i) ^ (at + i) >> 8))
			return false;
	return true;
}

/* Counts reads, and lets those from one on fail. */
struct reads {
	int n, fail_at;
};

static long on_call(void *arg, const struct rawbpf_call *c)
{
	struct reads *r = arg;

	if (c->kind == RAWBPF_CALL_PREAD && ++r->n == r->fail_at)
		return -EIO;
	return rawbpf_call_kernel(c);
}

START_TEST(parts)
{
	struct reads n = {0, 0};
	struct sys s = {.hook = on_call, .arg = &n};
	struct elfread r = counting(&s, 10000);
	unsigned char buf[200];
	const void *p;
	void *own;

	ck_assert_int_eq(elfread_part(&r, ELFREAD_HEAD, 0, 1000), 0);
	ck_assert_int_eq(elfread_part(&r, ELFREAD_TAIL, 8000, 2000), 0);
	ck_assert_int_eq(n.n, 2);
	ck_assert(counts(elfread_at_hand(&r, 0, 1000), 0, 1000));
	ck_assert(counts(elfread_at_hand(&r, 999, 1), 999, 1));
	ck_assert(counts(elfread_at_hand(&r, 8000, 2000), 8000, 2000));
	ck_assert_ptr_null(elfread_at_hand(&r, 999, 2));
	ck_assert_ptr_null(elfread_at_hand(&r, 7999, 2));
	ck_assert_ptr_null(elfread_at_hand(&r, 5000, 1));
	ck_assert(elfread_copy(&r, 100, buf, 200) && counts(buf, 100, 200));
	ck_assert_int_eq(n.n, 2);
	/* at hand already, or not inside: not read */
	ck_assert_int_eq(elfread_part(&r, ELFREAD_TAIL, 8500, 100), 0);
	ck_assert_int_eq(elfread_part(&r, ELFREAD_TAIL, 9999, 2), 0);
	ck_assert_int_eq(n.n, 2);
	ck_assert(elfread_copy(&r, 900, buf, 200) && counts(buf, 900, 200));
	ck_assert(!elfread_copy(&r, 9900, buf, 101));
	ck_assert(!elfread_copy(&r, UINT64_MAX, buf, 2));
	ck_assert_int_eq(elfread_whole(&r, 2000, 4000, &p, &own), 0);
	ck_assert(counts(p, 2000, 4000));
	free(own);
	ck_assert_int_eq(elfread_whole(&r, 2000, 8001, &p, &own), -ENOEXEC);
	ck_assert_ptr_null(p);
	elfread_close(&r);
}
END_TEST

/* Small pieces beside each other are one read, as long as there is room for more windows. */
START_TEST(small_pieces)
{
	struct reads n = {0, 0};
	struct sys s = {.hook = on_call, .arg = &n};
	struct elfread r = counting(&s, 400000);
	unsigned char buf[4096];
	const void *p;
	int i;

	for (i = 0; i < 100; i++)
		ck_assert(elfread_copy(&r, 2000 + 8 * (uint64_t)i, buf, 8) &&
			  counts(buf, 2000 + 8 * (uint64_t)i, 8));
	/* before it, as well */
	ck_assert(elfread_copy(&r, 1024, buf, 4) && counts(buf, 1024, 4));
	ck_assert_int_eq(n.n, 1);
	p = elfread_near(&r, 1500, 2048);
	ck_assert(p && counts(p, 1500, 2048));
	ck_assert_int_eq(n.n, 1);
	ck_assert_ptr_null(elfread_near(&r, 300000, 2049));
	ck_assert(elfread_copy(&r, 300000, buf, 4096) && counts(buf, 300000, 4096));
	ck_assert_int_eq(n.n, 2);
	/* at the end there is less */
	p = elfread_near(&r, 399990, 10);
	ck_assert(p && counts(p, 399990, 10));
	for (i = 2; i < ELFREAD_WINDOWS; i++)
		ck_assert_ptr_nonnull(elfread_near(&r, 15000 * (uint64_t)i, 4));
	ck_assert_int_eq(n.n, 1 + ELFREAD_WINDOWS);
	ck_assert_ptr_null(elfread_near(&r, 390000, 4));
	for (i = 0; i < 2; i++)
		ck_assert(elfread_copy(&r, 390000, buf, 4) && counts(buf, 390000, 4));
	ck_assert_int_eq(n.n, 3 + ELFREAD_WINDOWS);
	elfread_close(&r);
}
END_TEST

/* What cannot be kept is read all the same. */
START_TEST(windows_fail)
{
	struct reads n = {0, 1};
	struct sys s = {.hook = on_call, .arg = &n};
	struct elfread r = counting(&s, 10000);
	unsigned char buf[4];
	bool got;

	ck_assert(elfread_copy(&r, 5000, buf, 4) && counts(buf, 5000, 4));
	ck_assert_int_eq(n.n, 2);
	n = (struct reads){0, 0};
	t_fail_alloc_at(1);
	got = elfread_copy(&r, 5000, buf, 4);
	ck_assert(t_alloc_failed());
	ck_assert(got && counts(buf, 5000, 4));
	ck_assert_int_eq(ftruncate(r.fd, 5002), 0);
	ck_assert(!elfread_copy(&r, 5000, buf, 4));
	ck_assert(elfread_copy(&r, 4998, buf, 4) && counts(buf, 4998, 4));
	elfread_close(&r);
}
END_TEST

START_TEST(in_large_pages)
{
	struct sys s = {0};
	struct elfread r = counting(&s, 5u << 20);
	const void *p;
	void *own;

	ck_assert_int_eq(elfread_whole(&r, 4097, 3u << 20, &p, &own), 0);
	ck_assert(counts(p, 4097, 3u << 20));
	ck_assert_uint_eq((uintptr_t)p % (2u << 20), 0);
	free(own);
	elfread_close(&r);
}
END_TEST

START_TEST(image)
{
	static const char bytes[] = "some bytes";
	struct elfread r = {.fd = -1, .image = bytes, .size = sizeof(bytes)};
	const void *p;
	char buf[5];
	void *own;

	ck_assert_int_eq(elfread_part(&r, ELFREAD_HEAD, 0, 5), 0);
	ck_assert_ptr_eq(elfread_at_hand(&r, 5, 5), bytes + 5);
	ck_assert(elfread_copy(&r, 5, buf, 5) && !memcmp(buf, "bytes", 5));
	ck_assert(!elfread_copy(&r, 7, buf, 5));
	/* what is inside is at hand, so this is for what is not */
	ck_assert_int_eq(elfread_whole(&r, 0, 12, &p, &own), -ENOEXEC);
	elfread_close(&r);
}
END_TEST

START_TEST(shorter_by_now)
{
	struct sys s = {0};
	struct elfread r = counting(&s, 10000);
	unsigned char buf[10];
	const void *p;
	void *own;

	ck_assert_int_eq(ftruncate(r.fd, 100), 0);
	ck_assert_int_eq(elfread_part(&r, ELFREAD_HEAD, 0, 1000), 0);
	ck_assert_ptr_nonnull(elfread_at_hand(&r, 0, 100));
	ck_assert_ptr_null(elfread_at_hand(&r, 0, 101));
	ck_assert(!elfread_copy(&r, 95, buf, 10));
	ck_assert_int_eq(elfread_whole(&r, 0, 200, &p, &own), -ENOEXEC);
	ck_assert_ptr_null(own);
	elfread_close(&r);
}
END_TEST

START_TEST(failures)
{
	struct reads n = {0, 1};
	struct sys s = {.hook = on_call, .arg = &n};
	struct elfread r = counting(&s, 1000);
	const void *p;
	void *own;
	int err;

	ck_assert_int_eq(elfread_part(&r, ELFREAD_HEAD, 0, 100), -EIO);
	n = (struct reads){0, 1};
	ck_assert_int_eq(elfread_whole(&r, 0, 100, &p, &own), -EIO);
	ck_assert_ptr_null(own);
	n = (struct reads){0, 0};
	t_fail_alloc_at(1);
	err = elfread_whole(&r, 0, 100, &p, &own);
	ck_assert(t_alloc_failed());
	ck_assert_int_eq(err, -ENOMEM);
	t_fail_alloc_at(1);
	err = elfread_part(&r, ELFREAD_TAIL, 0, 100);
	ck_assert(t_alloc_failed());
	ck_assert_int_eq(err, -ENOMEM);
	elfread_close(&r);
}
END_TEST

Suite *suite_elfread(void);
Suite *suite_elfread(void)
{
	Suite *s = suite_create("elfread");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, parts);
	tcase_add_test(t, small_pieces);
	tcase_add_test(t, windows_fail);
	tcase_add_test(t, in_large_pages);
	tcase_add_test(t, image);
	tcase_add_test(t, shorter_by_now);
	tcase_add_test(t, failures);
	suite_add_tcase(s, t);
	return s;
}
