/* SPDX-License-Identifier: MIT */
/* gnuhash.h - exported symbols by name, through .gnu.hash. */
#ifndef GNUHASH_H
#define GNUHASH_H

#include "elf.h"

struct gnuhash {
	struct elf_section section, table;
	uint64_t buckets, chains; /* bytes from the section's begin */
	uint64_t n_buckets, first;
};

/*
 * 0, or -ENOENT when the file has no .gnu.hash: then the table must be searched.  many: so many
 * names will be asked for that the section is read as a whole.
 */
int gnuhash_open(struct elf_file *f, bool many, struct gnuhash *h);

/*
 * Every exported symbol of that name (there may be several versions), until fn returns non-zero,
 * which is returned.
 */
int gnuhash_each(struct elf_file *f, const struct gnuhash *h, const char *name,
	int (*fn)(void *arg, const struct elf_section *table, const struct elf_symbol *s),
	void *arg);

#endif
