// SPDX-License-Identifier: MIT
/*
 * elfhdr.c - the headers of an ELF file: bytes to facts, of either class and byte order.
 *
 * The same fields stand in both classes; addresses, offsets and sizes are words of the class, and
 * a segment's flags are behind its type in the wide one, for alignment.
 */
#include "elfhdr.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

int elfhdr_read(const void *p, size_t n, struct elfhdr *h)
{
	const unsigned char *c = p;
	size_t w, tail;
	bool big;

	memset(h, 0, sizeof(*h));
	if (n < EI_NIDENT || memcmp(c, ELFMAG, SELFMAG) || c[EI_VERSION] != EV_CURRENT)
		return -ENOEXEC;
	if ((c[EI_CLASS] != ELFCLASS32 && c[EI_CLASS] != ELFCLASS64) ||
		(c[EI_DATA] != ELFDATA2LSB && c[EI_DATA] != ELFDATA2MSB))
		return -ENOEXEC;
	h->wide = c[EI_CLASS] == ELFCLASS64;
	if (n < (h->wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
		return -ENOEXEC;
	h->big_endian = big = c[EI_DATA] == ELFDATA2MSB;
	w = h->wide ? 8 : 4;
	tail = 24 + 3 * w; /* behind e_entry, e_phoff and e_shoff */
	h->type = (uint16_t)elfhdr_uint(big, c + 16, 2);
	h->machine = (uint16_t)elfhdr_uint(big, c + 18, 2);
	h->phoff = elfhdr_uint(big, c + 24 + w, w);
	h->shoff = elfhdr_uint(big, c + 24 + 2 * w, w);
	h->flags = (uint32_t)elfhdr_uint(big, c + tail, 4);
	h->phnum = (uint16_t)elfhdr_uint(big, c + tail + 8, 2);
	h->shentsize = (uint16_t)elfhdr_uint(big, c + tail + 10, 2);
	h->shnum = (uint16_t)elfhdr_uint(big, c + tail + 12, 2);
	h->shstrndx = (uint16_t)elfhdr_uint(big, c + tail + 14, 2);
	h->phdr = h->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	h->shdr = h->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	return 0;
}

void elfhdr_segment(const struct elfhdr *h, const void *p, struct elf_segment *s)
{
	size_t w = h->wide ? 8 : 4, at = h->wide ? 8 : 4;
	const unsigned char *c = p;
	bool big = h->big_endian;

	/* offset, virtual address, physical address, size in the file, in memory; align is last */
	s->type = (uint32_t)elfhdr_uint(big, c, 4);
	s->offset = elfhdr_uint(big, c + at, w);
	s->vaddr = elfhdr_uint(big, c + at + w, w);
	s->filesz = elfhdr_uint(big, c + at + 3 * w, w);
	s->memsz = elfhdr_uint(big, c + at + 4 * w, w);
	s->flags = (uint32_t)elfhdr_uint(big, c + (h->wide ? 4 : 24), 4);
	s->align = elfhdr_uint(big, c + h->phdr - w, w);
}

uint32_t elfhdr_section_string(const struct elfhdr *h, const void *p)
{
	return (uint32_t)elfhdr_uint(h->big_endian, p, 4);
}

uint32_t elfhdr_section_type(const struct elfhdr *h, const void *p)
{
	return (uint32_t)elfhdr_uint(h->big_endian, (const unsigned char *)p + 4, 4);
}

void elfhdr_section(const struct elfhdr *h, const void *p, struct elf_section *s, uint32_t *name)
{
	const unsigned char *c = p, *link;
	size_t w = h->wide ? 8 : 4;
	bool big = h->big_endian;

	/* name, type; flags, address, offset, size; link, info; alignment, size of an entry */
	link = c + 8 + 4 * w;
	*name = (uint32_t)elfhdr_uint(big, c, 4);
	s->type = (uint32_t)elfhdr_uint(big, c + 4, 4);
	s->flags = elfhdr_uint(big, c + 8, w);
	s->addr = elfhdr_uint(big, c + 8 + w, w);
	s->offset = elfhdr_uint(big, c + 8 + 2 * w, w);
	s->size = elfhdr_uint(big, c + 8 + 3 * w, w);
	s->link = (uint32_t)elfhdr_uint(big, link, 4);
	s->info = (uint32_t)elfhdr_uint(big, link + 4, 4);
	s->entsize = elfhdr_uint(big, link + 8 + w, w);
}

const struct elf_segment *elfhdr_load(
	const struct elf_segment *s, size_t n, uint64_t at, bool is_offset, uint32_t flags)
{
	uint64_t begin, other;

	for (; n; s++, n--) {
		begin = is_offset ? s->offset : s->vaddr;
		other = is_offset ? s->vaddr : s->offset;
		if (s->type == PT_LOAD && (s->flags & flags) == flags && at >= begin &&
			at - begin < s->filesz && other <= UINT64_MAX - s->filesz)
			return s;
	}
	return NULL;
}
