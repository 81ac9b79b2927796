/* SPDX-License-Identifier: MIT */
/* t_elf.h - small ELF files of any class, byte order and machine, made in memory. */
#ifndef T_ELF_H
#define T_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The file's two PT_LOAD segments, T_ELF_SEG bytes each. */
#define T_ELF_SEG      0x1000u
#define T_ELF_TEXT     0x401000u /* PF_R | PF_X, at file offset T_ELF_TEXT_OFF */
#define T_ELF_TEXT_OFF 0x1000u
#define T_ELF_DATA     0x602000u /* PF_R | PF_W, at T_ELF_DATA_OFF */
#define T_ELF_DATA_OFF 0x2000u

/* x bytes into the code: its address, and where it is in the file */
#define T_ELF_AT(x)  (T_ELF_TEXT + (x))
#define T_ELF_OFF(x) (T_ELF_TEXT_OFF + (x))

struct t_elf_sym {
	const char *name;
	const char *version; /* "@V" hidden, "@@V" the default; NULL: none; .dynsym only */
	uint64_t value, size;
	unsigned char type, bind, other;
	bool undefined;
};

/* a function of 16 bytes; the last row */
#define T_ELF_FN(n, v, at, bind)                       \
	{                                              \
		n, v, at, 16, STT_FUNC, bind, 0, false \
	}
#define T_ELF_END                                \
	{                                        \
		NULL, NULL, 0, 0, 0, 0, 0, false \
	}

struct t_elf_rela {
	uint64_t offset;
	uint32_t type, sym;
	int64_t addend;
};

struct t_elf {
	unsigned bits; /* 32 or 64 */
	bool big_endian;
	uint16_t machine;
	uint32_t flags;			   /* e_flags */
	const struct t_elf_sym *dyn, *sym; /* end with a NULL name; NULL: no such table */
	const struct t_elf_rela *rela;	   /* ends with type 0; NULL: none */
	const char *rela_name;		   /* NULL: ".rela.plt" */
	const uint64_t *opd;		   /* .opd at T_ELF_DATA, three words each; ends with 0 */
};

/* malloc'ed */
unsigned char *t_elf_make(const struct t_elf *e, size_t *len);

#endif
