// SPDX-License-Identifier: MIT
/* test_uplace.c - what a uprobe's options ask for, as offsets in one file. */
#include "uplace.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "t.h"
#include "t_elf.h"

/* room: bytes of code that the file's header is to promise */
static void make(const struct t_elf *e, char path[], uint64_t room)
{
	size_t len;
	unsigned char *p = t_elf_make(e, &len);
	Elf64_Phdr *text = (Elf64_Phdr *)(p + ((Elf64_Ehdr *)p)->e_phoff);
	int fd = mkstemp(path);

	ck_assert_uint_eq(text->p_vaddr, T_ELF_TEXT);
	text->p_filesz = text->p_memsz = room;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	close(fd);
	free(p);
}

/* Each function once, by the first of its names, in the order of the file. */
START_TEST(aliases)
{
	static const struct t_elf_sym dyn[] = {
		{"fn_c", NULL, T_ELF_AT(0x40), 16, STT_FUNC, STB_GLOBAL, 0, false},
		{"fn_b", NULL, T_ELF_AT(0x20), 16, STT_FUNC, STB_WEAK, 0, false},
		{"fn_a", NULL, T_ELF_AT(0x20), 16, STT_FUNC, STB_GLOBAL, 0, false},
		{NULL, NULL, 0, 0, 0, 0, 0, false},
	};
	static const struct t_elf_sym sym[] = {
		{"fn_b", NULL, T_ELF_AT(0x20), 16, STT_FUNC, STB_WEAK, 0, false},
		{"fn_local", NULL, T_ELF_AT(0x10), 16, STT_FUNC, STB_LOCAL, 0, false},
		{"other", NULL, T_ELF_AT(0x60), 16, STT_FUNC, STB_LOCAL, 0, false},
		{NULL, NULL, 0, 0, 0, 0, 0, false},
	};
	struct t_elf e = {.bits = 64, .machine = EM_AARCH64, .dyn = dyn, .sym = sym};
	char path[] = "/tmp/rawbpf-uplace-XXXXXX";
	struct rawbpf_uprobe_opts o = {.name = path, .sym_re = "fn_"};
	struct rawbpf b = {.error = {0}};
	struct uplace u = {.b = &b, .o = &o};

	make(&e, path, T_ELF_SEG);
	ck_assert_msg(!uplace_open(&u), "%s", b.error.msg);
	ck_assert_uint_eq(u.n, 3);
	ck_assert_uint_eq(u.places[0].offset, T_ELF_OFF(0x10));
	ck_assert_uint_eq(u.places[1].offset, T_ELF_OFF(0x20));
	ck_assert_str_eq(u.places[1].name + strlen(path), ":fn_b");
	ck_assert_uint_eq(u.places[2].offset, T_ELF_OFF(0x40));
	uplace_close(&u);
	o.sym_re = "nothing";
	u = (struct uplace){.b = &b, .o = &o};
	ck_assert_int_eq(uplace_open(&u), -ENOENT);
	uplace_close(&u);
	unlink(path);
}
END_TEST

/* Milliseconds that a pattern takes over a file of n functions, which all match. */
static double pattern_time(size_t n)
{
	struct t_elf_sym *sym = calloc(n + 1, sizeof(*sym));
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .sym = sym};
	char path[] = "/tmp/rawbpf-uplace-XXXXXX", *names = malloc(n * 12);
	struct rawbpf_uprobe_opts o = {.name = path, .sym_re = "f"};
	struct rawbpf b = {.error = {0}};
	struct uplace u = {.b = &b, .o = &o};
	struct timespec from, to;
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(names + 12 * i, 12, "f%zu", i);
		sym[i] = (struct t_elf_sym){names + 12 * i, NULL, T_ELF_AT(4 * (n - i)), 4,
			STT_FUNC, STB_LOCAL, 0, false};
	}
	make(&e, path, 4 * n + 4);
	clock_gettime(CLOCK_MONOTONIC, &from);
	ck_assert_msg(!uplace_open(&u), "%s", b.error.msg);
	clock_gettime(CLOCK_MONOTONIC, &to);
	ck_assert_uint_eq(u.n, n);
	uplace_close(&u);
	unlink(path);
	free(names);
	free(sym);
	return (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

/* Four times the functions: somewhat more than four times the time, not sixteen times. */
START_TEST(not_quadratic)
{
	double few = 1e9, many = 1e9, t;
	int i;

	for (i = 0; i < 3; i++) {
		t = pattern_time(20000);
		few = t < few ? t : few;
		t = pattern_time(80000);
		many = t < many ? t : many;
	}
	ck_assert_msg(many < 9 * few, "%.1f ms, %.1f ms", few, many);
}
END_TEST

Suite *suite_uplace(void);
Suite *suite_uplace(void)
{
	Suite *s = suite_create("uplace");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, aliases);
	tcase_add_test(t, not_quadratic);
	suite_add_tcase(s, t);
	return s;
}
