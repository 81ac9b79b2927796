/* SPDX-License-Identifier: MIT */
/* visible.h - bytes of traced programs as text that any terminal may show. */
#ifndef VISIBLE_H
#define VISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { VISIBLE_BYTE = 8 }; /* room for a byte's stand-in */

/* Bytes of the UTF-8 character at s, of which there are n; 0: none that is to be seen. */
size_t visible_char(const unsigned char *s, size_t n);
/* What stands for such a byte: \n, \t, \r or \xNN; its length. */
size_t visible_byte(unsigned char c, char out[VISIBLE_BYTE]);

/* Up to the first NUL or to size.  Negative after a failure to write. */
int visible_text(FILE *out, const void *s, size_t size);
/* All of size; newlines and tabs stay. */
int visible_lines(FILE *out, const void *s, size_t size);
/* Every byte as two digits: "7f 00 01"; nothing of no bytes. */
int visible_bytes(FILE *out, const void *s, size_t size);
/* Whether it is a text of one character or more, in full: all behind its NUL is NUL. */
bool visible_is_text(const void *s, size_t size);

#endif
