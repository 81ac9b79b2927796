/* SPDX-License-Identifier: MIT */
/*
 * diag.h - where text comes from, and messages with the line, carets and a suggestion.
 *
 * A struct src is a stretch of text: a file, or what one expansion of a macro made.  A position in
 * an expansion is reported at the line the user wrote, followed by where it came from.
 */
#ifndef DIAG_H
#define DIAG_H

#include "mem.h"

struct src;

struct pos {
	const struct src *src;
	uint32_t line, col; /* 1-based; col counts bytes */
};

struct src {
	const char *name; /* the file's, or the macro's */
	const char *text;
	size_t len;
	bool builtin;	    /* a file of the library */
	bool expansion;	    /* of a macro or .irp, not a file */
	struct pos from;    /* where it was included or invoked; src NULL: the outermost file */
	struct pos defined; /* expansions: where the body's first line stands */
	/* where its lines start, as far as they have been read: not needed, but diag_line() is then
	 * quick for any line */
	const size_t *starts;
	size_t n_starts;
};

enum {
	DIAG_MAX_ERRORS = 20,
	DIAG_MAX_AGAIN = 1000, /* that are not shown: they take time, too */
};

struct diag {
	struct pool *pool;
	char *text; /* all messages so far, malloc'ed */
	size_t len, cap;
	size_t last; /* where in text the last error begins */
	unsigned n_errors, n_warnings;
	unsigned n_again; /* errors that said the same as the one before: not in text */
	bool failed;	  /* out of memory */
	bool quiet;	  /* no warnings */
};

/* len: bytes to underline, 0 for the caret alone. */
void diag_error(struct diag *d, struct pos at, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void diag_warning(struct diag *d, struct pos at, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* true after DIAG_MAX_ERRORS that are shown, or when out of memory: give up */
bool diag_full(const struct diag *d);
/* the line that the user wrote for a position inside expansions: that of the outermost file that
 * is not an expansion */
struct pos diag_user_pos(struct pos at);
/* where the text of an expansion's line stands in the file that defined the macro */
struct pos diag_defined_pos(struct pos at);
void diag_free(struct diag *d); /* the text; all else is the pool's */
/* one line of a source, without its newline; "" past the end */
const char *diag_line(const struct src *s, uint32_t line, size_t *len);

/* "did you mean": offer every candidate, then ask for the nearest; NULL when none is near. */
struct suggest {
	const char *want;
	size_t len;
	const char *best;
	size_t best_len;
	unsigned distance;
	uint32_t letters; /* of want: a bit each, some share one */
	bool begins;	  /* the word is how best begins */
};
void suggest_start(struct suggest *s, const char *want, size_t len);
void suggest_offer(struct suggest *s, const char *name, size_t len);
/* "; did you mean 'NAME'?" or "", in a buffer of the caller */
const char *suggest_text(const struct suggest *s, char *buf, size_t size);

#endif
