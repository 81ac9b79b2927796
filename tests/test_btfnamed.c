// SPDX-License-Identifier: MIT
/* test_btfnamed.c - a context's own BTF: named, named anew, given up. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfasm.h"
#include "btfnamed.h"
#include "t.h"

/* BTF with one record of that name, in a file of a temporary name */
static void make_btf(char *path, const char *record)
{
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct bpfasm_out out;
	char text[200];
	int fd = mkstemp(path);

	snprintf(text, sizeof(text),
		".struct %s\na: u16\n.end\n.map m hash(%s, u16)\n.prog p \"socket\"\nreturn 0\n",
		record, record);
	o.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), 0);
	ck_assert_int_eq(write(fd, out.data, out.len), (ssize_t)out.len);
	close(fd);
	bpfasm_free(&out);
}

static bool has(struct rawbpf *b, const char *record)
{
	ck_assert_ptr_nonnull(btfnamed(b));
	return btf_find(btfnamed(b), BTF_STRUCT, record);
}

START_TEST(named)
{
	char one[] = "/tmp/rawbpf-btfnamed-XXXXXX", two[] = "/tmp/rawbpf-btfnamed-XXXXXX";
	struct rawbpf *b = rawbpf_new();
	int fds = t_count_fds();

	make_btf(one, "first");
	make_btf(two, "second");
	ck_assert_ptr_null(btfnamed(b));
	ck_assert_int_eq(rawbpf_resolver_btf(b, NULL), 0);
	ck_assert_ptr_null(btfnamed(b));
	ck_assert_int_eq(rawbpf_resolver_btf(b, one), 0);
	ck_assert(has(b, "first") && !has(b, "second"));
	ck_assert_int_eq(rawbpf_resolver_btf(b, two), 0);
	ck_assert(!has(b, "first") && has(b, "second"));
	/* a file that is not there leaves all as it was */
	ck_assert_int_eq(rawbpf_resolver_btf(b, "/nonexistent"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "/nonexistent"));
	ck_assert(has(b, "second"));
	ck_assert_int_eq(rawbpf_resolver_btf(b, NULL), 0);
	ck_assert_ptr_null(btfnamed(b));
	ck_assert_int_eq(rawbpf_resolver_btf(NULL, one), -ENOMEM);
	ck_assert_int_eq(rawbpf_resolver_btf(b, one), 0);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
	unlink(one);
	unlink(two);
}
END_TEST

START_TEST(no_memory)
{
	char path[] = "/tmp/rawbpf-btfnamed-XXXXXX";
	struct rawbpf *b = rawbpf_new();
	unsigned n;
	int err;

	make_btf(path, "first");
	for (n = 1;; n++) {
		t_fail_alloc_at(n);
		err = rawbpf_resolver_btf(b, path);
		if (!t_alloc_failed())
			break;
		ck_assert_int_ne(err, 0);
		ck_assert_ptr_null(btfnamed(b));
	}
	ck_assert_int_eq(err, 0);
	ck_assert_uint_gt(n, 2);
	rawbpf_free(b);
	unlink(path);
}
END_TEST

Suite *suite_btfnamed(void);
Suite *suite_btfnamed(void)
{
	Suite *s = suite_create("btfnamed");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, named);
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	return s;
}
