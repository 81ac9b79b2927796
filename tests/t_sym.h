/* SPDX-License-Identifier: MIT */
/* t_sym.h - files with symbols, for the tests of what finds them. */
#ifndef T_SYM_H
#define T_SYM_H

#include "sym.h"
#include "t_elf.h"

/* symbols of every sort: versions, doubles, aliases */
extern const struct t_elf_sym t_sym_dyn[], t_sym_sym[];

/* a file made of e, opened; it is on no disk any more */
void t_sym_open(struct sym_file *f, const struct t_elf *e);

#endif
