// SPDX-License-Identifier: MIT
/* listname.c - names and texts as the assembler takes them. */
#include "listname.h"

#include <string.h>

#include "bpfasm.h"

bool listname_is_name(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!first && c >= '0' && c <= '9');
}

void listname_put(struct buf *out, const char *name)
{
	if (!*name || (*name >= '0' && *name <= '9'))
		buf_puts(out, "_");
	for (; *name; name++)
		buf_add(out, listname_is_name(*name, false) ? name : "_", 1);
}

void listname_map(struct buf *out, const char *name)
{
	listname_put(out, name);
	if (bpfasm_is_word(name, strlen(name)))
		buf_puts(out, "_");
}

void listname_quoted(struct buf *out, const char *s, size_t len)
{
	size_t i;

	buf_puts(out, "\"");
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < 32 || c == 127)
			buf_printf(out, "\\x%02x", c);
		else
			buf_add(out, &s[i], 1);
	}
	buf_puts(out, "\"");
}
