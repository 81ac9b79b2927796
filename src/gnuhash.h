/* SPDX-License-Identifier: MIT */
/* gnuhash.h - exported symbols by name, through .gnu.hash. */
#ifndef GNUHASH_H
#define GNUHASH_H

#include "elf.h"

/*
 * Every exported symbol of that name (there may be several versions), until fn returns non-zero,
 * which is returned.  -ENOENT when the file has no .gnu.hash: then the table must be searched.
 */
int gnuhash_each(struct elf_file *f, const char *name,
	int (*fn)(void *arg, const struct elf_section *table, const struct elf_symbol *s),
	void *arg);

#endif
