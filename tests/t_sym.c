// SPDX-License-Identifier: MIT
/* t_sym.c - files with symbols, for the tests of what finds them. */
#include "t_sym.h"

#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

#include "t.h"

const struct t_elf_sym t_sym_dyn[] = {
	T_ELF_FN("f", "@V1", T_ELF_AT(0x10), STB_GLOBAL),
	T_ELF_FN("f", "@@V2", T_ELF_AT(0x20), STB_WEAK),
	T_ELF_FN("f", "@V3", T_ELF_AT(0x30), STB_GLOBAL),
	T_ELF_FN("w", NULL, T_ELF_AT(0x40), STB_WEAK),
	{"data", NULL, T_ELF_DATA, 8, STT_OBJECT, STB_GLOBAL, 0, false},
	{"elsewhere", NULL, 0, 0, STT_FUNC, STB_GLOBAL, 0, true},
	T_ELF_FN("nowhere", NULL, T_ELF_DATA, STB_GLOBAL),
	T_ELF_END,
};

const struct t_elf_sym t_sym_sym[] = {
	T_ELF_FN("twice", NULL, T_ELF_AT(0x50), STB_LOCAL),
	T_ELF_FN("twice", NULL, T_ELF_AT(0x60), STB_LOCAL),
	T_ELF_FN("alias", NULL, T_ELF_AT(0x70), STB_LOCAL),
	T_ELF_FN("alias", NULL, T_ELF_AT(0x70), STB_LOCAL),
	T_ELF_FN("mixed", NULL, T_ELF_AT(0x80), STB_LOCAL),
	T_ELF_FN("mixed", NULL, T_ELF_AT(0x90), STB_WEAK),
	T_ELF_FN("mixed", NULL, T_ELF_AT(0xa0), STB_GLOBAL),
	T_ELF_FN("old@V1", NULL, T_ELF_AT(0xb0), STB_GLOBAL),
	T_ELF_FN("old@@V2", NULL, T_ELF_AT(0xc0), STB_GLOBAL),
	{"bare", NULL, T_ELF_AT(0xd0), 0, STT_NOTYPE, STB_GLOBAL, 0, false},
	T_ELF_END,
};

void t_sym_open(struct sym_file *f, const struct t_elf *e)
{
	char path[] = "/tmp/rawbpf-sym-XXXXXX";
	static struct sys sys;
	size_t len;
	unsigned char *p = t_elf_make(e, &len);
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	close(fd);
	ck_assert_int_eq(sym_open(&sys, path, f, NULL), 0);
	unlink(path);
	free(p);
}
