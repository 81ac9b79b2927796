/* SPDX-License-Identifier: MIT */
/* visible.h - bytes of traced programs as text that any terminal may show. */
#ifndef VISIBLE_H
#define VISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Up to the first NUL or to size, in UTF-8: \n, \t, \r and \xNN stand for what is no character to
 * be seen.  Negative after a failure to write.
 */
int visible_text(FILE *out, const void *s, size_t size);
/* Every byte as two digits: "7f 00 01"; nothing of no bytes. */
int visible_bytes(FILE *out, const void *s, size_t size);
/* Whether it is a text of one character or more, in full: all behind its NUL is NUL. */
bool visible_is_text(const void *s, size_t size);

#endif
