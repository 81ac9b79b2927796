/* SPDX-License-Identifier: MIT */
/* listtype.h - types of an object's BTF as the assembler says them. */
#ifndef LISTTYPE_H
#define LISTTYPE_H

#include "btf.h"
#include "buf.h"
#include "elf.h"

struct listtype {
	struct btf *btf; /* NULL: the object has none */
	struct buf *out; /* where each .struct goes, before the line that needs it */
	/* by type id: 0, or the alignment of one whose .struct is out, or LISTTYPE_NO_RECORD */
	unsigned char *records;
	size_t left; /* pinnings and pointers in data, which the text has no form for */
};

enum {
	LISTTYPE_NO_RECORD = 0xff, /* it cannot be written as one */
	LISTTYPE_MAX = 65536,	   /* bytes of a type in the text */
};

/* A type as a name with an alignment; what has none is so many characters. */
struct listtype_name {
	char text[160];
	uint32_t size, align;
};

/* 0, or a negative errno with an error set; then nothing is to be closed. */
int listtype_open(struct elf_file *f, struct buf *out, struct listtype *l, struct rawbpf_error *e);
void listtype_close(struct listtype *l);
void listtype_put(struct listtype *l, uint32_t id, struct listtype_name *out);
void listtype_chars(struct listtype_name *t, uint32_t size);

#endif
