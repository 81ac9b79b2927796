/* SPDX-License-Identifier: MIT */
/* textout.h - text that grows as it is written. */
#ifndef TEXTOUT_H
#define TEXTOUT_H

#include <stdbool.h>
#include <stddef.h>

struct textout {
	char *text; /* malloc'ed, NUL-terminated */
	size_t len, cap;
	bool failed; /* out of memory */
};

int textout_begin(struct textout *x); /* 0 or -ENOMEM */
void textout_put(struct textout *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void textout_bytes(struct textout *x, const char *s, size_t len);
/* between quotes, as C and the text language read it */
void textout_string(struct textout *x, const char *s);
void textout_chars(struct textout *x, const char *s, size_t len); /* any bytes */
/* The text changes hands: 0, or -ENOMEM if anything failed on the way. */
int textout_end(struct textout *x, unsigned char **data, size_t *len);

#endif
