/* SPDX-License-Identifier: MIT */
/* source.h - what rawbpf_load() is given, as the bytes of a BPF ELF object. */
#ifndef SOURCE_H
#define SOURCE_H

#include "context.h"

struct source {
	const void *image;
	size_t len;
	const char *name; /* for messages */
	/* what of it is ours */
	char *file;	     /* a file's bytes */
	char *path;	     /* where it was found */
	unsigned char *made; /* by the assembler: for bpfasm_free() */
};

/* 0 and *s, to be given to source_free(), or a negative errno with b's error set. */
int source_get(struct rawbpf *b, const struct rawbpf_load_opts *o, struct source *s);
void source_free(struct source *s);

#endif
