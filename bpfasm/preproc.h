/* SPDX-License-Identifier: MIT */
/*
 * preproc.h - the state of macro.c, and what its directives share: cond.c (.if) and expand.c
 * (.macro, .irp, .rept).
 */
#ifndef PREPROC_H
#define PREPROC_H

#include "macro.h"
#include "input.h"

struct macro_def {
	const char *name; /* in the text that defined it */
	size_t len;
	const char *text_name; /* the same, NUL-terminated */
	struct body body;
	const char *text;
	size_t text_len;
	struct pos at, first; /* of the name, and of the body's first line */
};

struct macro {
	struct inputs in;
	struct diag *d;
	struct pool *pool;
	const struct bpfasm_opts *o;
	const struct expr_env *outer;
	struct expr_env env;
	struct names defs, consts, files;
	struct toks toks;
	struct body_args list, bound;
	unsigned long count; /* \@: expansions so far */
	bool stopped;	     /* a limit was passed */
};

/* What carries out a directive, t: 0; -EINVAL after an error that concerns this line; -E2BIG: after
 * one that ends it all; -ENOMEM. */
typedef int macro_fn(struct macro *m, const struct tok *t);

/* A token's place: it is in the line that was read last. */
struct pos preproc_pos(const struct macro *m, const struct tok *t);
int preproc_error(struct macro *m, const struct tok *t, const char *text); /* -EINVAL */
/* t must be the line's end; false after an error */
bool preproc_end(struct macro *m, const struct tok *t);
int preproc_eval(struct macro *m, const struct tok **t, int64_t *v);
/* An error of input.c's that nothing can follow: -EINVAL becomes -E2BIG. */
int preproc_fatal(int err);
/* The directive or name that a line begins with, without looking at the rest. */
const char *preproc_word(const char *s, size_t len, size_t *n);
bool preproc_word_is(const char *s, size_t n, const char *name);
/* Follow comments over a line that nobody lexes. */
void preproc_follow(struct macro *m, const char *s, size_t len);

#endif
