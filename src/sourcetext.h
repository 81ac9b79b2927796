/* SPDX-License-Identifier: MIT */
/*
 * sourcetext.h - a text as the bytes of a BPF ELF object.
 *
 * Nothing else of the loader needs the assembler.  With RAWBPF_NO_ASM (the amalgam's, see README)
 * neither is there, and a text is an error.
 */
#ifndef SOURCETEXT_H
#define SOURCETEXT_H

#include "context.h"

#ifndef RAWBPF_NO_ASM

/* 0 and the object, or a negative errno with b's error set; name is for messages. */
int sourcetext_make(struct rawbpf *b, const struct rawbpf_load_opts *o, const char *text,
	size_t len, const char *name, unsigned char **object, size_t *object_len);
void sourcetext_unmake(unsigned char *object); /* NULL: nothing */
/* what the assembler's questions left in the context */
void sourcetext_free(struct rawbpf *b);

#else

#include <errno.h>

static inline int sourcetext_make(struct rawbpf *b, const struct rawbpf_load_opts *o,
	const char *text, size_t len, const char *name, unsigned char **object, size_t *object_len)
{
	(void)o, (void)text, (void)len, (void)object, (void)object_len;
	err_set(&b->error, "assemble", -EOPNOTSUPP, "'%s' is text, and no assembler is built in",
		name);
	err_hint(&b->error, "make an object of it: rawbpf asm");
	return -EOPNOTSUPP;
}

static inline void sourcetext_unmake(unsigned char *object)
{
	(void)object;
}

static inline void sourcetext_free(struct rawbpf *b)
{
	(void)b;
}

#endif
#endif
