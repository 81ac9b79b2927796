/* SPDX-License-Identifier: MIT */
/* buf.h - a growable byte buffer that remembers a failed allocation. */
#ifndef BUF_H
#define BUF_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is an empty buffer.  data is always followed by a NUL once anything was added. */
struct buf {
	char *data;
	size_t len, cap;
	bool failed; /* an allocation failed: what follows is ignored */
};

int buf_reserve(struct buf *b, size_t more); /* 0 or -ENOMEM; afterwards more bytes fit */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_str(const struct buf *b); /* never NULL */
char *buf_steal(struct buf *b);		  /* the bytes, to be freed; NULL after a failure */
void buf_free(struct buf *b);

#endif
