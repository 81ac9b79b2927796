/* SPDX-License-Identifier: MIT */
/* body.h - the text of a macro or a loop, its parameters, and arguments put in their place. */
#ifndef BODY_H
#define BODY_H

#include "lex.h"

struct body_param {
	const char *name;
	size_t len;
	const char *text; /* the default, "" without one */
	size_t text_len;
	bool required, rest; /* rest: takes all that is left, commas too */
};

/* A stretch of text, or the place of a parameter. */
struct body_piece {
	const char *s;
	size_t len;
	int param; /* index, BODY_TEXT or BODY_COUNT */
};

enum { BODY_TEXT = -1, BODY_COUNT = -2 }; /* \@ */

struct body {
	struct body_param *params;
	size_t n_params, cap_params;
	struct body_piece *pieces;
	size_t n_pieces, cap_pieces;
};

/* What stands between two commas of a call. */
struct body_arg {
	const char *s;
	size_t len;
	const struct tok *tok; /* its first token, or the one where it is missing */
	size_t n;	       /* tokens */
};

/* Arrays that are used again from call to call. */
struct body_args {
	struct body_arg *v;
	size_t n, cap;
};

/* "a, b=1, c:req, d:vararg" at *t, up to the line's end.  -EINVAL after an error, or -ENOMEM. */
int body_params(struct diag *d, struct pos at, const struct tok *t, struct body *b);
/* The parameter of this name, or -1. */
int body_param(const struct body *b, const char *s, size_t len);
/* Cut a body's text, which stays where it is, into pieces.  0 or -ENOMEM. */
int body_cut(struct pool *p, struct body *b, const char *s, size_t len);

/*
 * The arguments at t up to the line's end, apart at commas that stand in no brackets; without any
 * comma, and when there is nothing but single words, at blanks (if blanks).  0 or -ENOMEM.
 */
int body_split(struct pool *p, const struct tok *t, bool blanks, struct body_args *list);
/*
 * Give each parameter of b its argument.  call: the macro's name, for messages.  As
 * body_params().
 */
int body_bind(struct diag *d, struct pos at, const struct tok *call, const struct body *b,
	const struct body_args *list, struct body_args *bound);

/* Bytes of the text with the arguments in place; SIZE_MAX: too many to count. */
size_t body_size(const struct body *b, const struct body_arg *args, unsigned long count);
void body_fill(const struct body *b, const struct body_arg *args, unsigned long count, char *to);

#endif
