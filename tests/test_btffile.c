// SPDX-License-Identifier: MIT
/* test_btffile.c - BTF of the running kernel, of a file, of an ELF file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfasm.h"
#include "btffile.h"
#include "t.h"

Suite *suite_btffile(void);

#define KERNEL "/sys/kernel/btf/vmlinux"

/* A kernel that cannot map it, or that has none. */
static long kernel_call(void *arg, const struct rawbpf_call *c)
{
	int err = *(int *)arg;

	if (err == -ENODEV && c->kind == RAWBPF_CALL_MMAP)
		return err;
	if (err == -ENOENT && c->kind == RAWBPF_CALL_OPENAT &&
		!strcmp((const char *)c->arg[1], KERNEL))
		return err;
	return rawbpf_call_kernel(c);
}

START_TEST(of_the_kernel)
{
	int err = -ENODEV, fds = t_count_fds();
	struct sys mapped = {0}, unmapped = {.hook = kernel_call, .arg = &err};
	struct btffile a, b;
	struct btf_type t;
	struct rawbpf_error e;
	uint32_t id;

	if (access(KERNEL, R_OK))
		T_SKIP("no BTF of the kernel");
	ck_assert_msg(!btffile_open(&mapped, NULL, &a, &e), "%s", e.msg);
	ck_assert_msg(!btffile_open(&unmapped, NULL, &b, &e), "%s", e.msg);
	ck_assert_ptr_null(b.map);
	id = btf_find(a.btf, BTF_STRUCT, "task_struct");
	ck_assert_uint_gt(id, 0);
	ck_assert_uint_eq(btf_find(b.btf, BTF_STRUCT, "task_struct"), id);
	ck_assert(btf_type(b.btf, id, &t));
	ck_assert_uint_gt(t.size, 1000);
	btffile_close(&mapped, &a);
	btffile_close(&unmapped, &b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(there_is_none)
{
	int err = -ENOENT;
	struct sys s = {.hook = kernel_call, .arg = &err};
	struct rawbpf_error e;
	struct btffile f;

	ck_assert_int_eq(btffile_open(&s, NULL, &f, &e), -ENOENT);
	ck_assert_str_eq(e.msg, "the kernel's BTF '" KERNEL "' cannot be read: ENOENT");
	ck_assert_ptr_nonnull(strstr(e.hint, "--btf"));
	ck_assert_int_eq(btffile_open(&s, "/nonexistent", &f, &e), -ENOENT);
	ck_assert_str_eq(e.msg, "'/nonexistent' cannot be read: ENOENT");
}
END_TEST

static void put(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(p, 1, n, f), n);
	fclose(f);
}

START_TEST(of_an_object)
{
	static const char text[] = ".map a hash(u32, u64, 1)\n.prog p \"socket\"\nreturn 0\n";
	char path[] = "/tmp/rawbpf-btffile-XXXXXX";
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct sys s = {0};
	struct bpfasm_out out;
	struct rawbpf_error e;
	struct btffile f;
	const void *p;
	int fd = mkstemp(path), fds;
	size_t n;

	ck_assert_int_ge(fd, 0);
	close(fd);
	fds = t_count_fds();
	o.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), 0);
	put(path, out.data, out.len);
	ck_assert_msg(!btffile_open(&s, path, &f, &e), "%s", e.msg);
	ck_assert_uint_gt(btf_find(f.btf, BTF_FUNC, "p"), 0);
	/* the section alone is as good */
	p = btf_bytes(f.btf, &n);
	put(path, p, n);
	btffile_close(&s, &f);
	ck_assert_msg(!btffile_open(&s, path, &f, &e), "%s", e.msg);
	ck_assert_uint_gt(btf_find(f.btf, BTF_FUNC, "p"), 0);
	btffile_close(&s, &f);
	put(path, "no btf", 6);
	ck_assert_int_eq(btffile_open(&s, path, &f, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "': btf: 6 bytes are no btf: EINVAL"));
	bpfasm_free(&out);
	unlink(path);
	ck_assert_int_eq(btffile_open(&s, TEST_BUILD "/rawbpf", &f, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.msg, "has no section .BTF: ENOENT"));
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

Suite *suite_btffile(void)
{
	Suite *s = suite_create("btffile");
	TCase *t = tcase_create("files");

	tcase_add_test(t, of_the_kernel);
	tcase_add_test(t, there_is_none);
	tcase_add_test(t, of_an_object);
	suite_add_tcase(s, t);
	return s;
}
