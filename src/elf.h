/* SPDX-License-Identifier: MIT */
/*
 * elf.h - ELF files of any class, byte order and machine.
 *
 * Everything is checked against the file's size before it is returned; a hostile file gives an
 * error, never a fault.  Strings and data are borrowed from the open file.
 */
#ifndef ELF_H
#define ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "elfhdr.h"
#include "err.h"
#include "sys.h"

struct elf_file;

struct elf_ident {
	const char *path; /* as given to elf_open() */
	int bits;	  /* 32 or 64 */
	bool big_endian;
	uint16_t type, machine; /* ET_*, EM_* */
	uint32_t flags;		/* e_flags, EF_* of the machine */
	size_t n_sections, n_segments;
	bool cut;	   /* the file ends before the section headers that it says it has */
	uint64_t dev, ino; /* the file itself, as stat(2) has them; 0: bytes in memory */
	uint64_t size;	   /* bytes of all of it */
	struct timespec mtime, ctime; /* inode numbers are used again */
};

struct elf_symbol {
	const char *name;    /* as the string table has it: in .symtab some linkers write f@@V */
	const char *version; /* from .gnu.version; NULL: none */
	uint64_t value, size;
	uint8_t type, bind; /* STT_*, STB_* */
	uint8_t other;	    /* st_other: visibility, and on ppc64 the way to the local entry */
	uint32_t section;   /* index; SHN_UNDEF, SHN_ABS ... */
	bool is_default;    /* name@@version, or unversioned */
};

struct elf_reloc {
	uint64_t offset;
	uint32_t type;
	size_t symbol; /* index into the table that the section links to */
	int64_t addend;
	bool has_addend;
};

int elf_open(struct sys *s, const char *path, struct elf_file **f, struct rawbpf_error *e);
/* name is how messages call it; the bytes are borrowed until elf_close() */
int elf_open_memory(
	const void *p, size_t n, const char *name, struct elf_file **f, struct rawbpf_error *e);
void elf_close(struct elf_file *f);
const struct elf_ident *elf_ident(const struct elf_file *f);

/* What reading it was refused with since, or -ENOMEM: then it may have what was not found.  0: nothing. */
int elf_failed(const struct elf_file *f);

/* 0 or a negative errno, -ENOENT past the end or when there is none of that name */
int elf_section(struct elf_file *f, size_t i, struct elf_section *s);
int elf_find_section(struct elf_file *f, const char *name, struct elf_section *s);
/* the first section of a type (SHT_*) that links to section link, 0: to any */
int elf_find_type(struct elf_file *f, uint32_t type, size_t link, struct elf_section *s);
/* the index of the first one of a type from i on; 0: there is none */
size_t elf_next_type(const struct elf_file *f, uint32_t type, size_t i);
int elf_segment(struct elf_file *f, size_t i, struct elf_segment *s);

/* a section's bytes as they stand in the file; SHT_NOBITS: *p NULL */
int elf_section_data(struct elf_file *f, const struct elf_section *s, const void **p, size_t *n);

/* One string of a section of them, without the rest if that was not read yet; NULL: it has none. */
const char *elf_string_at(struct elf_file *f, uint32_t table, uint64_t at);

/*
 * Makes the section's bytes the caller's, who frees what this returns, and not before elf_close():
 * strings of them outlive the file.  NULL: there are none, or no memory.
 */
void *elf_section_own(struct elf_file *f, const struct elf_section *s);
/* Frees them, if they are the section's alone; asked for again, they are read again. */
void elf_section_drop(struct elf_file *f, const struct elf_section *s);

/* n bytes of it, from the whole if that was read, else these alone; false: it has them not */
bool elf_section_copy(
	struct elf_file *f, const struct elf_section *s, uint64_t at, void *buf, size_t n);

/* tables: the section of SHT_SYMTAB or SHT_DYNSYM, and of SHT_REL or SHT_RELA */
size_t elf_n_symbols(struct elf_file *f, const struct elf_section *table);
int elf_symbol(struct elf_file *f, const struct elf_section *table, size_t i, struct elf_symbol *s);
/* the entry at p, whose name is at *name of the table's strings; s->name stays as it is */
void elf_decode_symbol(
	const struct elf_file *f, const unsigned char *p, struct elf_symbol *s, uint64_t *name);
/*
 * its name alone, if its type is one of these (bits, 1 << STT_*); NULL: it is not, or is not
 * there
 */
const char *elf_symbol_name(
	struct elf_file *f, const struct elf_section *table, size_t i, unsigned types);
/*
 * One symbol, if that is its name (s->name may be name itself), without reading the table: 1, 0
 * (other name), -ENOENT.
 */
int elf_symbol_named(struct elf_file *f, const struct elf_section *table, size_t i,
	const char *name, struct elf_symbol *s);
size_t elf_n_relocs(struct elf_file *f, const struct elf_section *s);
int elf_reloc(struct elf_file *f, const struct elf_section *s, size_t i, struct elf_reloc *r);

/* n bytes at a file offset; NULL when the file does not have them */
const void *elf_bytes(struct elf_file *f, uint64_t offset, size_t n);
/* the same into buf, for what is looked at once: libelf keeps all it gives, in a list */
bool elf_copy(struct elf_file *f, uint64_t offset, void *buf, size_t n);
/* an unsigned number of 1, 2, 4 or 8 bytes in the file's byte order, at any alignment */
uint64_t elf_uint(const struct elf_file *f, const void *p, size_t size);

/* the first PT_LOAD segment with all of flags (PF_X ...) whose bytes in the file have an address */
int elf_load(struct elf_file *f, uint64_t vaddr, uint32_t flags, struct elf_segment *s);
/* file offset of a virtual address in a PT_LOAD segment with all of flags (PF_X ...); -ENOENT */
int elf_offset(struct elf_file *f, uint64_t vaddr, uint32_t flags, uint64_t *offset);
/* ... and back */
int elf_vaddr(struct elf_file *f, uint64_t offset, uint32_t flags, uint64_t *vaddr);

/* elfver.c: names of versions by index, read when one is first asked for; of is to be freed */
struct elfver {
	struct elfver_one *of;
	size_t n;
	bool ready;
};
/* NULL: there is none of that index */
const char *elfver_name(struct elf_file *f, struct elfver *v, uint64_t i);

#endif
