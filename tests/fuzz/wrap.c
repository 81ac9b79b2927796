// SPDX-License-Identifier: MIT
/* wrap.c - bytes as a section of an ELF file. */
#include "wrap.h"

#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct wrap {
	uint8_t *p;
	bool is_32, big;
};

static void put(const struct wrap *w, size_t at, uint64_t v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		w->p[at + i] = (uint8_t)(v >> 8 * (w->big ? n - 1 - i : i));
}

/* A section header: name, type, flags, address, offset, size ... */
static void put_section(const struct wrap *w, size_t at, uint32_t name, uint32_t type,
	uint64_t addr, uint64_t off, uint64_t size)
{
	size_t word = w->is_32 ? 4 : 8;

	put(w, at, name, 4);
	put(w, at + 4, type, 4);
	put(w, at + 8 + word, addr, word);
	put(w, at + 8 + 2 * word, off, word);
	put(w, at + 8 + 3 * word, size, word);
	put(w, at + 8 + 4 * word + 8, 4, word); /* alignment */
}

static void put_header(const struct wrap *w, uint8_t how, size_t sections, size_t n)
{
	static const uint16_t machines[] = {
		EM_X86_64, EM_386, EM_AARCH64, EM_ARM, EM_PPC64, EM_S390, EM_RISCV, EM_MIPS};
	size_t word = w->is_32 ? 4 : 8, tail = 24 + 3 * word;

	memcpy(w->p, ELFMAG, SELFMAG);
	w->p[EI_CLASS] = w->is_32 ? ELFCLASS32 : ELFCLASS64;
	w->p[EI_DATA] = w->big ? ELFDATA2MSB : ELFDATA2LSB;
	w->p[EI_VERSION] = EV_CURRENT;
	put(w, 16, ET_DYN, 2);
	put(w, 18, machines[how >> 2 & 7], 2);
	put(w, 20, EV_CURRENT, 4);
	put(w, 24 + 2 * word, sections, word);
	put(w, tail + 4, w->is_32 ? 52 : 64, 2);
	put(w, tail + 10, w->is_32 ? 40 : 64, 2);
	put(w, tail + 12, n + 2, 2);
	put(w, tail + 14, n + 1, 2);
}

/* header, data, 8 bytes, names, section headers: none, s[0], s[1] ..., names */
uint8_t *wrap_elf(uint8_t how, const struct wrap_section *s, size_t n, const void *data,
	size_t size, size_t *len)
{
	struct wrap w = {NULL, how & 1, how & 2};
	size_t head = 64, entry = w.is_32 ? 40 : 64, other, names, table, at, i;

	other = (head + size + 7) & ~(size_t)7;
	names = other + 8;
	table = names + 1;
	for (i = 0; i < n; i++)
		table += strlen(s[i].name) + 1;
	table = (table + 7) & ~(size_t)7;
	*len = table + (n + 2) * entry;
	w.p = calloc(1, *len);
	if (!w.p)
		return NULL;
	put_header(&w, how, table, n);
	memcpy(w.p + head, data, size);
	for (i = 0, at = 1; i < n; i++) {
		strcpy((char *)w.p + names + at, s[i].name);
		put_section(&w, table + (i + 1) * entry, (uint32_t)at, s[i].type, i ? 0x1000 : 0,
			i ? other : head, i ? 8 : size);
		at += strlen(s[i].name) + 1;
	}
	put_section(&w, table + (n + 1) * entry, 0, SHT_STRTAB, 0, names, at);
	return w.p;
}
