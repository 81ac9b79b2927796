// SPDX-License-Identifier: MIT
/* test_usdtsym.c - variables by name, compared with this program's own. */
#include "usdtsym.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"
#include "t_elf.h"

int usdtsym_global = 5;
static int usdtsym_static = 6;
static __thread int usdtsym_thread[20] = {7};

static struct usdtsym open_self(struct sys *sys)
{
	memset(sys, 0, sizeof(*sys));
	return (struct usdtsym){.sys = sys, .path = "/proc/self/exe"};
}

START_TEST(own_variables)
{
	struct sys sys;
	struct usdtsym u = open_self(&sys);
	uint64_t global, local, function, table;

	__asm__ volatile("" : : "r"(&usdtsym_static) : "memory");
	ck_assert_int_eq(usdtsym_symbol(&u, "usdtsym_global", &global), 0);
	ck_assert_int_eq(usdtsym_symbol(&u, "usdtsym_static", &local), 0);
	ck_assert_int_eq(usdtsym_symbol(&u, "suite_usdtsym", &function), 0);
	/* all are moved by the same */
	ck_assert_uint_eq((uintptr_t)&usdtsym_global - global, (uintptr_t)&usdtsym_static - local);
	ck_assert_uint_eq(((uintptr_t)&usdtsym_global - global) & 4095, 0);
	ck_assert_int_eq(usdtsym_symbol(&u, "_GLOBAL_OFFSET_TABLE_", &table), 0);
	ck_assert_uint_ne(table, 0);
	ck_assert_int_eq(usdtsym_symbol(&u, "no_such_variable", &local), -ENOENT);
	/* each kind of variable has its own way */
	ck_assert_int_eq(usdtsym_symbol(&u, "usdtsym_thread", &local), -ENOENT);
	ck_assert_int_eq(usdtsym_tls(&u, "usdtsym_global", (int64_t *)&local), -ENOENT);
	usdtsym_close(&u);
	ck_assert_ptr_null(u.elf);
}
END_TEST

#ifdef __x86_64__
START_TEST(own_thread)
{
	struct sys sys;
	struct usdtsym u = open_self(&sys);
	int64_t offset;
	char *tp;

	__asm__("mov %%fs:0, %0" : "=r"(tp));
	ck_assert_int_eq(usdtsym_tls(&u, "usdtsym_thread", &offset), 0);
	ck_assert_int_eq(offset, (char *)usdtsym_thread - tp);
	usdtsym_close(&u);
}
END_TEST
#endif

static char path[64];

static struct usdtsym write_elf(struct sys *sys, const struct t_elf *e)
{
	unsigned char *p;
	size_t n;
	int fd;

	p = t_elf_make(e, &n);
	strcpy(path, "/tmp/rawbpf-usdtsym-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, p, n), (ssize_t)n);
	close(fd);
	free(p);
	memset(sys, 0, sizeof(*sys));
	return (struct usdtsym){.sys = sys, .path = path};
}

START_TEST(choices)
{
	static const struct t_elf_sym dyn[] = {
		{"exported", NULL, 0x602010, 4, STT_OBJECT, STB_GLOBAL, 0, false},
		{"elsewhere", NULL, 0, 4, STT_OBJECT, STB_GLOBAL, 0, true},
		{"shadowed", NULL, 0x602018, 4, STT_OBJECT, STB_GLOBAL, 0, false},
		{NULL, NULL, 0, 0, 0, 0, 0, false},
	};
	static const struct t_elf_sym sym[] = {
		{"twice", NULL, 0x602020, 4, STT_OBJECT, STB_LOCAL, 0, false},
		{"twice", NULL, 0x602024, 4, STT_OBJECT, STB_LOCAL, 0, false},
		{"same", NULL, 0x602028, 4, STT_OBJECT, STB_LOCAL, 0, false},
		{"same", NULL, 0x602028, 4, STT_NOTYPE, STB_LOCAL, 0, false},
		{"exported", NULL, 0x602010, 4, STT_OBJECT, STB_GLOBAL, 0, false},
		{"shadowed", NULL, 0x602999, 4, STT_OBJECT, STB_LOCAL, 0, false},
		{"of_thread", NULL, 16, 4, STT_TLS, STB_LOCAL, 0, false},
		{NULL, NULL, 0, 0, 0, 0, 0, false},
	};
	const struct t_elf e = {.bits = 64, .machine = EM_X86_64, .dyn = dyn, .sym = sym};
	struct sys sys;
	struct usdtsym u = write_elf(&sys, &e);
	uint64_t v;
	int64_t off;

	ck_assert_int_eq(usdtsym_symbol(&u, "exported", &v), 0);
	ck_assert_uint_eq(v, 0x602010);
	ck_assert_int_eq(usdtsym_symbol(&u, "same", &v), 0);
	ck_assert_uint_eq(v, 0x602028);
	ck_assert_int_eq(usdtsym_symbol(&u, "twice", &v), -EADDRNOTAVAIL);
	/* a static one and an exported one: .dynsym alone does not tell */
	ck_assert_int_eq(usdtsym_symbol(&u, "shadowed", &v), -EADDRNOTAVAIL);
	ck_assert_int_eq(usdtsym_symbol(&u, "elsewhere", &v), -ENOENT);
	ck_assert_int_eq(usdtsym_symbol(&u, "of_thread", &v), -ENOENT);
	/* no segment of threads' variables */
	ck_assert_int_eq(usdtsym_tls(&u, "of_thread", &off), -ENOENT);
	ck_assert_int_eq(usdtsym_symbol(&u, "_GLOBAL_OFFSET_TABLE_", &v), -ENOENT);
	usdtsym_close(&u);
	unlink(path);
	/* gone */
	ck_assert_int_eq(usdtsym_symbol(&u, "exported", &v), -ENOENT);
	ck_assert_int_eq(usdtsym_symbol(&u, "_GLOBAL_OFFSET_TABLE_", &v), -ENOENT);
	usdtsym_close(&u);
}
END_TEST

/* _i: it is .rela.plt, whose slots have no addresses before the first call; another CPU */
START_TEST(slots)
{
	static const struct t_elf_sym dyn[] = {
		{"defined", NULL, 0x602010, 4, STT_OBJECT, STB_GLOBAL, 0, false},
		{"elsewhere", NULL, 0, 4, STT_OBJECT, STB_GLOBAL, 0, true},
		{"word", NULL, 0x602014, 4, STT_OBJECT, STB_GLOBAL, 0, false},
		{NULL, NULL, 0, 0, 0, 0, 0, false},
	};
	static const struct t_elf_rela rela[] = {
		{0x602100, R_X86_64_GLOB_DAT, 77, 0},
		{0x602108, R_X86_64_64, 3, 0},
		{0x602110, R_X86_64_GLOB_DAT, 2, 0},
		{0x602118, R_X86_64_GLOB_DAT, 1, 0},
		{0, 0, 0, 0},
	};
	const struct t_elf e = {.bits = 64,
		.machine = _i == 2 ? EM_AARCH64 : EM_X86_64,
		.dyn = dyn,
		.rela = rela,
		.rela_name = _i == 1 ? NULL : ".rela.dyn"};
	struct sys sys;
	struct usdtsym u = write_elf(&sys, &e);
	uint64_t v;

	ck_assert_int_eq(usdtsym_slot(&u, "defined", &v), _i ? -ENOENT : 0);
	if (!_i) {
		ck_assert_uint_eq(v, 0x602118);
		ck_assert_int_eq(usdtsym_slot(&u, "elsewhere", &v), 0);
		ck_assert_uint_eq(v, 0x602110);
	}
	ck_assert_int_eq(usdtsym_slot(&u, "word", &v), -ENOENT);
	ck_assert_int_eq(usdtsym_slot(&u, "define", &v), -ENOENT);
	usdtsym_close(&u);
	unlink(path);
	ck_assert_int_eq(usdtsym_slot(&u, "defined", &v), -ENOENT);
	usdtsym_close(&u);
}
END_TEST

START_TEST(segments)
{
	struct usdtcode_site site = {.fsbase = 5, .gsbase = 6};
	struct rawbpf_error e;
	struct btf *btf;
	size_t n;
	char *p;

	usdtsym_segments(NULL, &site);
	ck_assert_int_eq(site.fsbase, -1);
	ck_assert_int_eq(site.gsbase, -1);
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		T_SKIP("the kernel has no BTF");
	p = t_read_file("/sys/kernel/btf/vmlinux", &n);
	ck_assert_int_eq(btf_view(p, n, &btf, &e), 0);
	usdtsym_segments(btf, &site);
#ifdef __x86_64__
	ck_assert_int_gt(site.fsbase, 0);
	ck_assert_int_eq(site.gsbase, site.fsbase + 8);
#elif !defined(__i386__)
	ck_assert_int_eq(site.fsbase, -1);
#endif
	btf_free(btf);
	free(p);
}
END_TEST

Suite *suite_usdtsym(void);
Suite *suite_usdtsym(void)
{
	Suite *s = suite_create("usdtsym");
	TCase *tc = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(tc, own_variables);
#ifdef __x86_64__
	tcase_add_test(tc, own_thread);
#endif
	tcase_add_test(tc, choices);
	tcase_add_loop_test(tc, slots, 0, 3);
	suite_add_tcase(s, tc);
	tcase_add_test(live, segments);
	suite_add_tcase(s, live);
	return s;
}
