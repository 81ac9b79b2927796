// SPDX-License-Identifier: MIT
/*
 * visible.c - bytes of traced programs as text that any terminal may show.
 *
 * A process chooses its own name: control bytes in it would tell a terminal what to do.  In UTF-8
 * those are U+0000 to U+001F and U+007F to U+009F; bytes that are no UTF-8 are as bad.  So are
 * characters that nobody sees but that change what is seen, such as U+202E, which turns the text
 * behind it around, or that make two names look like one.
 */
#include "visible.h"

#include <errno.h>
#include <string.h>

#include "rawbpf.h"

/*
 * Unicode's characters of format, and what it lets a terminal leave out: joiners, fillers,
 * directions, invisible operators, variation selectors, tags; separators of lines.
 */
static const struct visible_hidden {
	unsigned long first, last;
} visible_hidden[] = {
	{0xad, 0xad},
	{0x34f, 0x34f},
	{0x600, 0x605},
	{0x61c, 0x61c},
	{0x6dd, 0x6dd},
	{0x70f, 0x70f},
	{0x890, 0x891},
	{0x8e2, 0x8e2},
	{0x115f, 0x1160},
	{0x17b4, 0x17b5},
	{0x180b, 0x180f},
	{0x200b, 0x200f},
	{0x2028, 0x202e},
	{0x2060, 0x206f},
	{0x3164, 0x3164},
	{0xfe00, 0xfe0f},
	{0xfeff, 0xfeff},
	{0xffa0, 0xffa0},
	{0xfff0, 0xfffb},
	{0x110bd, 0x110bd},
	{0x110cd, 0x110cd},
	{0x13430, 0x1343f},
	{0x1bca0, 0x1bca3},
	{0x1d173, 0x1d17a},
	{0xe0000, 0xe0fff},
};

static bool visible_is_hidden(unsigned long v)
{
	const struct visible_hidden *h = visible_hidden;
	const struct visible_hidden *end = h + sizeof(visible_hidden) / sizeof(*h);

	while (h < end && v > h->last)
		h++;
	return h < end && v >= h->first;
}

size_t visible_char(const unsigned char *s, size_t n)
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
	return visible_is_hidden(v) ? 0 : len;
}

size_t visible_byte(unsigned char c, char out[VISIBLE_BYTE])
{
	if (c == '\n' || c == '\t' || c == '\r')
		return (size_t)snprintf(out, VISIBLE_BYTE, "\\%c",
			c == '\n'   ? 'n'
			: c == '\t' ? 't'
				    : 'r');
	return (size_t)snprintf(out, VISIBLE_BYTE, "\\x%02x", c);
}

/* Bytes from s on, of which there are n, that go out as they are. */
static size_t visible_run(const unsigned char *s, size_t n, bool lines)
{
	size_t i, len;

	for (i = 0; i < n; i += len) {
		len = lines && (s[i] == '\n' || s[i] == '\t') ? 1 : visible_char(s + i, n - i);
		if (!len)
			break;
	}
	return i;
}

static int visible_put(FILE *out, const unsigned char *p, size_t n, bool lines)
{
	char byte[VISIBLE_BYTE];
	size_t len;

	for (; n; p++, n--) {
		len = visible_run(p, n, lines);
		if (fwrite(p, 1, len, out) != len)
			return -1;
		p += len;
		n -= len;
		if (!n)
			break;
		len = visible_byte(*p, byte);
		if (fwrite(byte, 1, len, out) != len)
			return -1;
	}
	return 0;
}

int visible_text(FILE *out, const void *s, size_t size)
{
	return visible_put(out, s, strnlen(s, size), false);
}

int visible_lines(FILE *out, const void *s, size_t size)
{
	return visible_put(out, s, size, true);
}

int rawbpf_fprint_text(FILE *out, const char *text, size_t len, bool lines)
{
	if (!out || (!text && len))
		return -EINVAL;
	errno = 0;
	if (!visible_put(out, (const unsigned char *)text, len, lines))
		return 0;
	return errno ? -errno : -EIO;
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
