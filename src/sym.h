/* SPDX-License-Identifier: MIT */
/* sym.h - the functions of an ELF file, and where they are. */
#ifndef SYM_H
#define SYM_H

#include "elf.h"

/* A file, and the debug file that holds its .symtab when it was stripped of it. */
struct sym_file {
	struct sys *sys;
	struct elf_file *elf;
	struct elf_file *debug; /* NULL: none, or not looked for yet */
	bool debug_tried;
	int debug_err;		/* why what may be one could not be looked at */
	const char *debug_how;	/* by what it was found, in words */
	struct elf_section opd; /* ppc64 ELFv1's descriptors; size 0: none */
};

int sym_open(struct sys *s, const char *path, struct sym_file *f, struct rawbpf_error *e);
void sym_close(struct sym_file *f);
/* As elf_failed(), of either file. */
int sym_failed(const struct sym_file *f);

/*
 * Every function, .dynsym first, then .symtab (of the debug file too, if with_debug), until fn
 * returns non-zero, which is returned.  Strings are valid until sym_close(), name until fn is left.
 */
int sym_each(struct sym_file *f, bool with_debug, int (*fn)(void *arg, const struct rawbpf_sym *s),
	void *arg);

enum sym_table { SYM_DYNSYM, SYM_SYMTAB };

/*
 * Of one table (.symtab of the debug file too) those whose name, of n bytes without its version, is
 * wanted: wants is asked before anything else is read of them.  Labels of .symtab are among them,
 * their type is "NOTYPE".
 */
int sym_each_wanted(struct sym_file *f, enum sym_table table,
	bool (*wants)(void *arg, const char *name, size_t n),
	int (*fn)(void *arg, const struct rawbpf_sym *s), void *arg);

/* An entry of the file's .dynsym: 0, or -ENOENT when it is no function that is here. */
int sym_export(struct sym_file *f, const struct elf_section *table, const struct elf_symbol *y,
	struct rawbpf_sym *out);

/* Whether there is a .symtab, here or in a debug file. */
bool sym_has_symtab(struct sym_file *f);

/* The function that covers a file offset, for messages: 0 or -ENOENT. */
int sym_at(struct sym_file *f, uint64_t offset, char *name, size_t size);

#endif
