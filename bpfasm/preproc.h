/* SPDX-License-Identifier: MIT */
/* preproc.h - the state of macro.c, shared with cond.c (.if) and expand.c (.macro, .irp, .rept). */
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

/* ---- macro.c ---- */

/* A token's place: it is in the line that was read last. */
struct pos macro_pos(const struct macro *m, const struct tok *t);
int macro_error(struct macro *m, const struct tok *t, const char *text); /* -EINVAL */
/* t must be the line's end; false after an error */
bool macro_end(struct macro *m, const struct tok *t);
int macro_eval(struct macro *m, const struct tok **t, int64_t *v);
/* An error of input.c's that nothing can follow: -EINVAL becomes -E2BIG. */
int macro_fatal(int err);
/* The directive or name that a line begins with, without looking at the rest. */
const char *macro_word(const char *s, size_t len, size_t *n);
bool macro_word_is(const char *s, size_t n, const char *name);
/* Follow comments over a line that nobody lexes. */
void macro_follow(struct macro *m, const char *s, size_t len);

/* ---- cond.c ---- */

macro_fn cond_if, cond_ifdef, cond_ifndef, cond_ifb, cond_ifnb, cond_ifc, cond_ifnc;
macro_fn cond_elseif, cond_else, cond_endif;

/* ---- expand.c ---- */

macro_fn expand_macro, expand_purgem, expand_exitm, expand_rept, expand_irp, expand_irpc;
macro_fn expand_stray; /* .endm, .endr */
/* Read the expansion of a macro, called at t, next. */
int expand_call(struct macro *m, const struct tok *t, const struct macro_def *def);
/* The next round of a loop, if there is one. */
int expand_round(struct macro *m, struct input_loop *l);

#endif
