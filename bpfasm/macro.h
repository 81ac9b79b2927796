/* SPDX-License-Identifier: MIT */
/*
 * macro.h - text to logical lines: .include, .macro, .irp, .rept, .equ, .if and .error are done
 * here; everything else comes out as tokens, macros expanded.
 */
#ifndef MACRO_H
#define MACRO_H

#include "bpfasm.h"
#include "expr.h"

/* A line for the parser. */
struct asm_line {
	const struct tok *tok; /* ends in TOK_END; valid until the next line */
	size_t n;
	struct pos at; /* of the line: src and line */
};

struct macro; /* the state, in the pool */

/*
 * Start on a text.  env answers names that .equ has not defined (KERNEL, sizeof ...) and may be
 * NULL.  NULL when out of memory.
 */
struct macro *macro_new(struct pool *pool, struct diag *d, const char *text, size_t len,
	const struct bpfasm_opts *o, const struct expr_env *env);
/*
 * 1 and *l; 0 at the end; -EINVAL when diag is full; -ENOMEM.  Errors before that are reported and
 * passed over.
 */
int macro_next(struct macro *m, struct asm_line *l);

/* offer the directives that are done here to a suggestion ... */
void macro_suggest_directive(struct suggest *s);
/* ... the names of macros */
void macro_suggest_macros(const struct macro *m, struct suggest *s);
/* ... and all of them, with those of .equ */
void macro_suggest(const struct macro *m, struct suggest *s);
/*
 * How a macro is called, "hist_add map, value[, key]", in buf; *file: the library's file that must
 * be included first, or NULL.  false: no macro has this name.
 */
bool macro_usage(const struct macro *m, const char *name, size_t len, const char **file, char *buf,
	size_t size);

#endif
