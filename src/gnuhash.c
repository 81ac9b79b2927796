// SPDX-License-Identifier: MIT
/*
 * gnuhash.c - exported symbols by name, through .gnu.hash.
 *
 * Only the few bytes that a lookup touches are read, so that one name of a library of 100 MB costs
 * some small reads.  The section: {u32 buckets, first symbol, bloom words, bloom shift}, the bloom
 * filter, the buckets (number of a chain's first symbol), and for each symbol from the first one on
 * its hash, whose lowest bit marks the end of a chain.
 */
#include "gnuhash.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

static uint32_t gnuhash_of(const char *name)
{
	const unsigned char *p = (const unsigned char *)name;
	uint32_t h = 5381;

	while (*p)
		h = h * 33 + *p++;
	return h;
}

/* A u32 of the section, at bytes from its begin. */
static bool gnuhash_word(struct elf_file *f, const struct gnuhash *h, uint64_t at, uint64_t *v)
{
	unsigned char p[4];

	if (!elf_section_copy(f, &h->section, at, p, sizeof(p)))
		return false;
	*v = elf_uint(f, p, 4);
	return true;
}

int gnuhash_open(struct elf_file *f, bool many, struct gnuhash *h)
{
	size_t n, word = (size_t)elf_ident(f)->bits / 8;
	unsigned char p[16];
	const void *whole;
	uint64_t bloom;

	if (elf_find_type(f, SHT_GNU_HASH, 0, &h->section) ||
		elf_section(f, h->section.link, &h->table) || h->table.type != SHT_DYNSYM)
		return -ENOENT;
	if (!elf_section_copy(f, &h->section, 0, p, sizeof(p)))
		return -ENOENT;
	h->n_buckets = elf_uint(f, p, 4);
	h->first = elf_uint(f, p + 4, 4);
	bloom = elf_uint(f, p + 8, 4);
	/* 32-bit numbers each: no sum overflows */
	h->buckets = 16 + bloom * word;
	h->chains = h->buckets + 4 * h->n_buckets;
	if (many)
		elf_section_data(f, &h->section, &whole, &n);
	return h->n_buckets ? 0 : -ENOENT;
}

int gnuhash_each(struct elf_file *f, const struct gnuhash *h, const char *name,
	int (*fn)(void *arg, const struct elf_section *table, const struct elf_symbol *s),
	void *arg)
{
	uint32_t want = gnuhash_of(name);
	struct elf_symbol s;
	uint64_t i, hash;
	int ret = 0;

	if (!gnuhash_word(f, h, h->buckets + 4 * (want % h->n_buckets), &i) || i < h->first)
		return 0;
	for (;; i++) {
		if (!gnuhash_word(f, h, h->chains + 4 * (i - h->first), &hash))
			return 0;
		if ((hash | 1) == (want | 1) && elf_symbol_named(f, &h->table, i, name, &s) == 1)
			ret = fn(arg, &h->table, &s);
		if (ret || (hash & 1))
			return ret;
	}
}
