/* SPDX-License-Identifier: MIT */
/* listdata.h - the variables of .data, .rodata and .bss as lines, and addresses in them as names. */
#ifndef LISTDATA_H
#define LISTDATA_H

#include "listtype.h"

struct listdata_var {
	const char *name;
	uint32_t type;	  /* in BTF */
	uint32_t section; /* ELF section */
	uint64_t offset, size;
};

struct listdata {
	struct listdata_var *vars; /* those that are written; their names are BTF's */
	size_t n;
};

/* Into types->out.  0, or -ENOMEM with an error set. */
int listdata_print(
	struct elf_file *f, struct listtype *types, struct listdata *d, struct rawbpf_error *e);
/* "&NAME + 8" of a place in a section; false: no variable that was written is there. */
bool listdata_address(const struct listdata *d, uint32_t section, uint64_t at, struct buf *out);
void listdata_free(struct listdata *d);

#endif
