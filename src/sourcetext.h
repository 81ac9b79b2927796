/* SPDX-License-Identifier: MIT */
/*
 * sourcetext.h - a text as the bytes of a BPF ELF object.
 *
 * Nothing else of the loader needs the assembler, which can be left out: parts.h.
 */
#ifndef SOURCETEXT_H
#define SOURCETEXT_H

#include "context.h"

/* 0 and the object, or a negative errno with b's error set; name is for messages. */
int sourcetext_make(struct rawbpf *b, const struct rawbpf_load_opts *o, const char *text,
	size_t len, const char *name, unsigned char **object, size_t *object_len);
void sourcetext_unmake(unsigned char *object); /* NULL: nothing */
/* what the assembler's questions left in the context */
void sourcetext_free(struct rawbpf *b);

#endif
