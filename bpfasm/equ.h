/* SPDX-License-Identifier: MIT */
/* equ.h - constants: .equ, .set, KERNEL. */
#ifndef EQU_H
#define EQU_H

#include "preproc.h"

macro_fn equ_equ, equ_set; /* .equ, .set */
/* What expressions of directives may name: m->env. */
void equ_env(struct macro *m);
/* a constant's value; -ENOENT */
int equ_get(const struct macro *m, const char *s, size_t len, int64_t *v);
/* value of KERNEL: given, or the resolver's; 0: unknown */
uint32_t equ_target_kernel(const struct bpfasm_opts *o);
/* offer the names of all constants to a suggestion */
void equ_offer(const struct macro *m, struct suggest *s);

#endif
