// SPDX-License-Identifier: MIT
/* test_ifunc.c - what an IFUNC became in a running process. */
#include "ifunc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libname.h"
#include "symfind.h"
#include "t.h"
#include "t_child.h"
#include "t_elf.h"

struct libc {
	struct sys sys;
	struct libname_file file;
	struct sym_file f;
};

static void libc_open(struct libc *c)
{
	struct rawbpf_error e;

	memset(c, 0, sizeof(*c));
	ck_assert_msg(!libname_find(&c->sys, "c", 0, &c->file, &e), "%s", e.msg);
	ck_assert_msg(!sym_open(&c->sys, c->file.path, &c->f, &e), "%s", e.msg);
}

static void libc_close(struct libc *c)
{
	sym_close(&c->f);
	libname_free(&c->file);
}

static int find(struct sym_file *f, const char *name, struct rawbpf_sym *s)
{
	struct symfind r;
	int err = symfind_one(f, name, "c", &r, NULL);

	*s = r.sym;
	return err;
}

START_TEST(own_process_tells)
{
	static const char *const names[] = {"strlen", "strchr", "memcpy", "memset"};
	struct libc c;
	struct rawbpf_sym s;
	struct ifunc u;
	uint64_t offset;
	size_t i;

	libc_open(&c);
	if (find(&c.f, "strlen", &s) || !s.ifunc) {
		libc_close(&c);
		T_SKIP("strlen is no IFUNC in this libc");
	}
	ck_assert_int_eq(ifunc_open(&c.sys, &c.f, c.file.path, c.file.shown, 0, &u), 0);
	ck_assert_int_eq(u.pid, -1);
	for (i = 0; i < 4; i++) {
		ck_assert_int_eq(find(&c.f, names[i], &s), 0);
		ck_assert_msg(!ifunc_target(&u, &s, &offset), "%s", names[i]);
		ck_assert_uint_ne(offset, s.offset);
		ck_assert_uint_eq(offset, t_child_where(names[i]));
	}
	ifunc_close(&u);
	libc_close(&c);
}
END_TEST

/* A program that has no such library, as a static one: its maps are another's. */
static long without_maps(void *arg, const struct rawbpf_call *c)
{
	const char *path = (const char *)c->arg[1];

	if (c->kind != RAWBPF_CALL_OPENAT)
		return rawbpf_call_kernel(c);
	if (!strcmp(path, "/proc/self/maps"))
		return -ENOENT;
	*(unsigned *)arg += strlen(path) > 5 && !strcmp(path + strlen(path) - 5, "/maps");
	return rawbpf_call_kernel(c);
}

START_TEST(parent_tells_first)
{
	unsigned asked = 0;
	struct rawbpf_sym s;
	uint64_t offset;
	struct libc c;
	struct ifunc u;

	libc_open(&c);
	if (find(&c.f, "strlen", &s) || !s.ifunc) {
		libc_close(&c);
		T_SKIP("strlen is no IFUNC in this libc");
	}
	c.sys.hook = without_maps;
	c.sys.arg = &asked;
	ck_assert_int_eq(ifunc_open(&c.sys, &c.f, c.file.path, c.file.shown, 0, &u), 0);
	ck_assert_int_eq(u.pid, getppid());
	ck_assert_uint_eq(asked, 1);
	ck_assert_int_eq(ifunc_target(&u, &s, &offset), 0);
	ck_assert_uint_eq(offset, t_child_where("strlen"));
	ifunc_close(&u);
	libc_close(&c);
}
END_TEST

START_TEST(other_processes_tell)
{
	struct libc c;
	struct rawbpf_sym s;
	struct ifunc mine, theirs;
	uint64_t a = 0, b = 0;
	struct t_child child;

	libc_open(&c);
	if (find(&c.f, "strlen", &s) || !s.ifunc) {
		libc_close(&c);
		T_SKIP("strlen is no IFUNC in this libc");
	}
	t_child_start(&child, T_CHILD, "strlen");
	ck_assert_int_eq(ifunc_open(&c.sys, &c.f, c.file.path, c.file.shown, 0, &mine), 0);
	ck_assert_int_eq(
		ifunc_open(&c.sys, &c.f, c.file.path, c.file.shown, child.pid, &theirs), 0);
	ck_assert_int_eq(theirs.pid, child.pid);
	ck_assert_int_eq(ifunc_target(&mine, &s, &a), 0);
	ck_assert_int_eq(ifunc_target(&theirs, &s, &b), 0);
	ck_assert_uint_eq(a, b);
	ck_assert_uint_eq(a, t_child_where("strlen"));
	t_child_end(&child);
	ifunc_close(&mine);
	ifunc_close(&theirs);
	libc_close(&c);
}
END_TEST

/*
 * What a caller's slot, or its pointer, tells.  glibc on x86-64 has no slot of its own for strstr();
 * on arm64 only memchr() and the like are IFUNCs.
 */
static bool caller_tells(const char *path)
{
	const char *name = "strstr";
	struct libc c;
	struct rawbpf_sym s;
	uint64_t offset = 0;
	struct t_child child;

	libc_open(&c);
	if (find(&c.f, name, &s) || !s.ifunc)
		name = "memchr";
	if (find(&c.f, name, &s) || !s.ifunc) {
		libc_close(&c);
		return false;
	}
	t_child_start(&child, path, "calls");
	ck_assert_int_eq(ifunc_target_elsewhere(&c.sys, &c.f, c.file.path, c.file.shown, child.pid,
				 &s, name, &offset),
		0);
	libc_close(&c);
	t_child_end(&child);
	ck_assert_uint_ne(offset, s.offset);
	ck_assert_uint_eq(offset, t_child_where(name));
	return true;
}

START_TEST(callers_tell)
{
	if (!caller_tells(T_CHILD))
		T_SKIP("strstr and memchr are no IFUNCs in this libc");
}
END_TEST

/* Only a pointer among the data leads there: R_X86_64_64, R_AARCH64_ABS64. */
START_TEST(pointers_tell)
{
	if (!caller_tells(T_CHILD_POINTERS))
		T_SKIP("strstr and memchr are no IFUNCs in this libc");
}
END_TEST

#ifdef __x86_64__
/* glibc's time() on x86-64 is the vdso's, where the kernel takes no probe. */
START_TEST(vdso_is_told)
{
	struct rawbpf_sym s;
	uint64_t offset = 0;
	struct t_child child;
	struct libc c;

	libc_open(&c);
	if (find(&c.f, "time", &s) || !s.ifunc) {
		libc_close(&c);
		T_SKIP("time is no IFUNC in this libc");
	}
	t_child_start(&child, T_CHILD_POINTERS, "time");
	ck_assert_int_eq(ifunc_target_elsewhere(&c.sys, &c.f, c.file.path, c.file.shown, child.pid,
				 &s, "time", &offset),
		-EXDEV);
	libc_close(&c);
	t_child_end(&child);
}
END_TEST
#endif

START_TEST(nobody_tells)
{
	static const struct t_elf_sym dyn[] = {
		{"f", NULL, T_ELF_TEXT + 16, 8, 10 /* STT_GNU_IFUNC */, 1, 0, false},
		{.name = NULL}};
	static const struct t_elf_rela rela[] = {
		{T_ELF_DATA + 8, 37, 0, T_ELF_TEXT + 16}, {0, 0, 0, 0}};
	struct t_elf t = {.bits = 64, .machine = 62, .dyn = dyn, .rela = rela};
	char path[] = "/tmp/rawbpf-ifunc-XXXXXX";
	struct sys sys = {0};
	struct rawbpf_sym s;
	struct sym_file f;
	struct ifunc u;
	uint64_t offset;
	size_t len;
	unsigned char *p = t_elf_make(&t, &len);
	int fds = t_count_fds(), fd = mkstemp(path);

	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	close(fd);
	free(p);
	ck_assert_int_eq(sym_open(&sys, path, &f, NULL), 0);
	ck_assert_int_eq(find(&f, "f", &s), 0);
	ck_assert(s.ifunc);
	ck_assert_int_eq(ifunc_open(&sys, &f, path, path, 0, &u), 0);
	ck_assert_uint_eq(u.n_slots, 1);
	ck_assert_int_eq(u.pid, 0);
	ck_assert_int_eq(ifunc_target(&u, &s, &offset), -ENOENT);
	ck_assert_int_eq(
		ifunc_target_elsewhere(&sys, &f, path, path, 0, &s, "f", &offset), -ENOENT);
	ifunc_close(&u);
	sym_close(&f);
	unlink(path);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

Suite *suite_ifunc(void);
Suite *suite_ifunc(void)
{
	Suite *s = suite_create("ifunc");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, own_process_tells);
	tcase_add_test(t, parent_tells_first);
	tcase_add_test(t, nobody_tells);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, other_processes_tell);
	tcase_add_test(t, callers_tell);
	tcase_add_test(t, pointers_tell);
#ifdef __x86_64__
	tcase_add_test(t, vdso_is_told);
#endif
	suite_add_tcase(s, t);
	return s;
}
