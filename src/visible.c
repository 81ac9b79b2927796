// SPDX-License-Identifier: MIT
/*
 * visible.c - bytes of traced programs as text that any terminal may show.
 *
 * A process chooses its own name: control bytes in it would tell a terminal what to do.  In UTF-8
 * those are U+0000 to U+001F and U+007F to U+009F; bytes that are no UTF-8 are as bad.
 */
#include "visible.h"

#include <string.h>

/* Bytes of the character at s, of which there are n; 0: none that is to be seen. */
static size_t visible_char(const unsigned char *s, size_t n)
{
	unsigned long v;
	size_t len, i;

	if (*s < 0x80)
		return *s >= ' ' && *s != 0x7f;
	if (*s < 0xc2 || *s > 0xf4)
		return 0;
	len = *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	if (len > n)
		return 0;
	v = *s & (0xffU >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s[i] & 0x3f);
	}
	/* C1 control codes; longer than need be; halves of UTF-16; past Unicode's end */
	if (v < 0xa0 || (len == 3 && v < 0x800) || (len == 4 && v < 0x10000) ||
		(v >= 0xd800 && v < 0xe000) || v > 0x10ffff)
		return 0;
	return len;
}

static int visible_escape(FILE *out, unsigned char c)
{
	if (c == '\n' || c == '\t' || c == '\r')
		return fprintf(out, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
	return fprintf(out, "\\x%02x", c);
}

int visible_text(FILE *out, const void *s, size_t size)
{
	const unsigned char *p = s;
	size_t n = strnlen(s, size), len;
	int ret = 0;

	for (; n && ret >= 0; p += len, n -= len) {
		len = visible_char(p, n);
		if (len)
			ret = fwrite(p, 1, len, out) == len ? 0 : -1;
		else
			ret = visible_escape(out, *p);
		len += !len;
	}
	return ret;
}

int visible_bytes(FILE *out, const void *s, size_t size)
{
	const unsigned char *p = s;
	size_t i;
	int ret = 0;

	for (i = 0; i < size && ret >= 0; i++)
		ret = fprintf(out, "%s%02x", i ? " " : "", p[i]);
	return ret;
}

bool visible_is_text(const void *s, size_t size)
{
	const unsigned char *p = s;
	size_t n = strnlen(s, size), i, len;

	for (i = 0; i < n; i += len) {
		len = visible_char(p + i, n - i);
		if (!len)
			return false;
	}
	for (; i < size && !p[i]; i++)
		;
	return n && i == size;
}
