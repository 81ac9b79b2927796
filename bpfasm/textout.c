// SPDX-License-Identifier: MIT
/* textout.c - text that grows as it is written. */
#include "textout.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int textout_begin(struct textout *x)
{
	memset(x, 0, sizeof(*x));
	x->cap = 4096;
	x->text = calloc(1, x->cap);
	x->failed = !x->text;
	return x->failed ? -ENOMEM : 0;
}

/* Room for n more bytes and a NUL. */
static bool textout_room(struct textout *x, size_t n)
{
	char *more;

	if (x->failed)
		return false;
	if (n < x->cap - x->len)
		return true;
	more = n < SIZE_MAX / 4 && x->cap < SIZE_MAX / 4 ? realloc(x->text, 2 * x->cap + n) : NULL;
	if (!more) {
		x->failed = true;
		return false;
	}
	x->text = more;
	x->cap = 2 * x->cap + n;
	return true;
}

void textout_put(struct textout *x, const char *fmt, ...)
{
	va_list ap;
	int n;

	while (!x->failed) {
		va_start(ap, fmt);
		n = vsnprintf(x->text + x->len, x->cap - x->len, fmt, ap);
		va_end(ap);
		if (n >= 0 && (size_t)n < x->cap - x->len) {
			x->len += (size_t)n;
			return;
		}
		if (n < 0)
			x->failed = true;
		else
			textout_room(x, (size_t)n);
	}
}

void textout_bytes(struct textout *x, const char *s, size_t len)
{
	if (!textout_room(x, len))
		return;
	memcpy(x->text + x->len, s, len);
	x->len += len;
	x->text[x->len] = '\0';
}

void textout_string(struct textout *x, const char *s)
{
	textout_chars(x, s, strlen(s));
}

void textout_chars(struct textout *x, const char *s, size_t len)
{
	unsigned char c = 0, last;

	textout_put(x, "\"");
	for (; len; s++, len--) {
		last = c;
		c = (unsigned char)*s;
		/* "??/" is a backslash in C */
		if (c == '"' || c == '\\' || (c == '?' && last == '?'))
			textout_put(x, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			textout_put(x, "\\%03o", c);
		else
			textout_bytes(x, s, 1);
	}
	textout_put(x, "\"");
}

int textout_end(struct textout *x, unsigned char **data, size_t *len)
{
	if (x->failed) {
		free(x->text);
		return -ENOMEM;
	}
	*data = (unsigned char *)x->text;
	*len = x->len;
	return 0;
}
