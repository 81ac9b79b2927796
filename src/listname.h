/* SPDX-License-Identifier: MIT */
/* listname.h - names and texts as the assembler takes them. */
#ifndef LISTNAME_H
#define LISTNAME_H

#include "buf.h"

/* What C's identifiers are made of; the first character is no digit. */
bool listname_is_name(char c, bool first);
/* A symbol's name as the assembler takes it: other characters than C's become '_'. */
void listname_put(struct buf *out, const char *name);
/* ... and a map's, which may be no word of the language: "args" becomes "args_" */
void listname_map(struct buf *out, const char *name);
/* "TEXT", with what the assembler needs escaped */
void listname_quoted(struct buf *out, const char *s, size_t len);

#endif
