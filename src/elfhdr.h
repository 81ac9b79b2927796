/* SPDX-License-Identifier: MIT */
/* elfhdr.h - the headers of an ELF file: bytes to facts, of either class and byte order. */
#ifndef ELFHDR_H
#define ELFHDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct elf_section {
	size_t index;
	const char *name;
	uint32_t type, link, info;
	uint64_t flags, addr, offset, size, entsize;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz, memsz, align;
};

/* The file header; numbers that do not fit into it stand in section 0 instead. */
struct elfhdr {
	bool wide, big_endian; /* 64-bit */
	uint16_t type, machine;
	uint32_t flags;
	uint64_t phoff, shoff;
	uint16_t phnum, shnum, shstrndx, shentsize; /* as they stand there */
	size_t phdr, shdr;			    /* bytes of an entry */
};

/* 0, or -ENOEXEC: the n bytes are not the begin of an ELF file */
int elfhdr_read(const void *p, size_t n, struct elfhdr *h);
/* one entry of the program headers, and of the section headers; name: offset in their strings */
void elfhdr_segment(const struct elfhdr *h, const void *p, struct elf_segment *s);
void elfhdr_section(const struct elfhdr *h, const void *p, struct elf_section *s, uint32_t *name);
/* its name or its type alone */
uint32_t elfhdr_section_string(const struct elfhdr *h, const void *p);
uint32_t elfhdr_section_type(const struct elfhdr *h, const void *p);

/* the first PT_LOAD of n with all of flags (PF_X ...) that has an address, or an offset; or NULL */
const struct elf_segment *elfhdr_load(
	const struct elf_segment *s, size_t n, uint64_t at, bool is_offset, uint32_t flags);

/*
 * An unsigned number of 1, 2, 4 or 8 bytes at any alignment.  Tables of a million numbers are read
 * with it: this machine's order, the usual one, in one load.
 */
static inline uint64_t elfhdr_uint(bool big_endian, const void *p, size_t size)
{
	const uint16_t one = 1;
	const uint8_t *c = p;
	uint64_t v8 = 0;
	uint32_t v4;
	uint16_t v2;
	size_t i;

	if (big_endian != !*(const uint8_t *)&one) {
		for (i = 0; i < size; i++)
			v8 = v8 << 8 | c[big_endian ? i : size - 1 - i];
		return v8;
	}
	switch (size) {
	case 8: memcpy(&v8, p, 8); return v8;
	case 4: memcpy(&v4, p, 4); return v4;
	case 2: memcpy(&v2, p, 2); return v2;
	default: return *c;
	}
}

#endif
