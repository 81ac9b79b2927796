/* SPDX-License-Identifier: MIT */
/*
 * err.h - fill in struct rawbpf_error.
 *
 * Text: lower case, subject first, the offending word in 'quotes'; the errno's name is added by
 * err_set().  The next step is the hint.  All strings but a verifier's log live in the struct's
 * own buf.  Every function takes a NULL error.
 */
#ifndef ERR_H
#define ERR_H

#include "parts.h"
#include "rawbpf.h"

/*
 * A new error: "TEXT: ENOENT", one line: control bytes are written as \xNN.  err is a negative
 * errno and is returned, so that callers write
 *
 *	return err_set(e, "attach", -ENOENT, "no symbol '%s' in '%s'", sym, path);
 *
 * Too many open files are too many everywhere, so for EMFILE and ENFILE it sets the hint as well.
 */
#ifndef RAWBPF_NO_TEXT
int err_set(struct rawbpf_error *e, const char *stage, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Additions to the error just set. */
void err_hint(struct rawbpf_error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#else
/* nothing says it, so no word of it is in the program; the compiler has looked at them all the same */
#define err_set(e, stage, err, ...) (ERR_UNSAID(__VA_ARGS__), err_words(e, stage, err, NULL))
#define err_hint(e, ...)	    ((void)(e), ERR_UNSAID(__VA_ARGS__))
#define ERR_UNSAID(...)		    ((void)sizeof(err_unsaid(__VA_ARGS__)))
int err_unsaid(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#endif
/* The same with these words, which are there without sentences too. */
int err_words(struct rawbpf_error *e, const char *stage, int err, const char *words);
/* several lines that show the place ("TEXT\n   ^\n"), as the log, kept in buf like the rest */
void err_diag(struct rawbpf_error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void err_prog(struct rawbpf_error *e, const char *prog);
void err_src(struct rawbpf_error *e, const char *file, unsigned line);
/* The error just set, told of a place: "BEFORE: TEXT: ENOENT"; its hint stays. */
void err_before(struct rawbpf_error *e, const char *before);
void err_clear(struct rawbpf_error *e);
void err_copy(struct rawbpf_error *dst, const struct rawbpf_error *src); /* log is shared */

/* "ENOENT", for either sign; "unknown errno" for a number that has no name here. */
const char *err_name(int err);

/* One line of message, hint and errno's name, as rawbpf_errmsg() returns it. */
void err_line(const struct rawbpf_error *e, char *out, size_t size);

#endif
