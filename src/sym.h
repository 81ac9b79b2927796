/* SPDX-License-Identifier: MIT */
/* sym.h - the functions of an ELF file: which one a name means, and where it is. */
#ifndef SYM_H
#define SYM_H

#include "elf.h"

/* A file, and the debug file that holds its .symtab when it was stripped of it. */
struct sym_file {
	struct sys *sys;
	struct elf_file *elf;
	struct elf_file *debug; /* NULL: none, or not looked for yet */
	bool debug_tried;
	struct elf_section opd; /* ppc64 ELFv1's descriptors; size 0: none */
};

int sym_open(struct sys *s, const char *path, struct sym_file *f, struct rawbpf_error *e);
void sym_close(struct sym_file *f);

/*
 * Every function, .dynsym first, then .symtab (of the debug file too, if with_debug), until fn
 * returns non-zero, which is returned.  Strings are valid until sym_close(), name until fn is left.
 */
int sym_each(struct sym_file *f, bool with_debug, int (*fn)(void *arg, const struct rawbpf_sym *s),
	void *arg);

/*
 * The function that "name", "name@VERSION" or "name@@VERSION" means: the default version first,
 * then global, weak, local.  0, or -ENOENT with near names, or -EADDRNOTAVAIL when several local
 * functions have that name; the error calls the file shown.
 */
int sym_find(struct sym_file *f, const char *want, const char *shown, struct rawbpf_sym *out,
	struct rawbpf_error *e);

/* The function that covers a file offset, for messages: 0 or -ENOENT. */
int sym_at(struct sym_file *f, uint64_t offset, char *name, size_t size);

#endif
