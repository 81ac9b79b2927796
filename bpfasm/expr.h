/* SPDX-License-Identifier: MIT */
/* expr.h - constant expressions: C's operators and precedence on 64-bit integers. */
#ifndef EXPR_H
#define EXPR_H

#include "lex.h"

/*
 * What a name means.  Returns 0 and *v, or -ENOENT for a name that is not known (the caller's
 * caller reports it), or another negative errno after it reported an error itself.
 */
struct expr_env {
	int (*lookup)(void *arg, const char *s, size_t len, int64_t *v);
	/* sizeof(NAME), sizeof(NAME.field); NULL: no sizeof */
	int (*size_of)(void *arg, const char *s, size_t len, int64_t *v);
	/* the nearest known name for a message; may be NULL */
	void (*suggest)(void *arg, struct suggest *s);
	void *arg;
	/* exists(NAME): 1 or 0; NULL: no exists */
	int (*exists)(void *arg, const char *s, size_t len, int64_t *v);
};

/*
 * The name at *t with what belongs to it: "rec.arr[N].member", N an expression, no blanks before
 * the brackets.  Its text, where it stands or in the pool with N as a number, and *t behind it;
 * NULL after an error.
 */
const char *expr_path(struct diag *d, struct pos at, const struct expr_env *env,
	const struct tok **t, size_t *len);

/*
 * Evaluate the expression that starts at *t and leave *t at the first token after it.  at.src and
 * at.line are those of the tokens' line.  0, or -EINVAL after an error was reported.
 */
int expr_eval(struct diag *d, struct pos at, const struct expr_env *env, const struct tok **t,
	int64_t *v);

#endif
