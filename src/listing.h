/* SPDX-License-Identifier: MIT */
/* listing.h - what listing.c and listmap.c share. */
#ifndef LISTING_H
#define LISTING_H

#include "buf.h"
#include "elf.h"

/*
 * listmap.c: the maps of an object as .struct and .map lines.  0, or a negative errno with an error
 * set.
 */
int listmap_print(struct elf_file *f, struct buf *out, struct rawbpf_error *e);

/* What C's identifiers are made of; the first character is no digit. */
bool listing_is_name(char c, bool first);
/* A symbol's name as the assembler takes it: other characters than C's become '_'. */
void listing_name(struct buf *out, const char *name);
/* ... and a map's, which may be no word of the language: "args" becomes "args_" */
void listing_map_name(struct buf *out, const char *name);
/* "TEXT", with what the assembler needs escaped */
void listing_quoted(struct buf *out, const char *s, size_t len);

#endif
