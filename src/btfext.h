/* SPDX-License-Identifier: MIT */
/* btfext.h - .BTF.ext: which instruction belongs to which function and source line. */
#ifndef BTFEXT_H
#define BTFEXT_H

#include <stddef.h>
#include <stdint.h>

#include "btf.h"

enum btfext_kind {
	BTFEXT_FUNC, /* u32 offset in bytes, u32 type id of the FUNC */
	BTFEXT_LINE, /* u32 offset in bytes, file name, line text, line << 10 | column */
	BTFEXT_CORE, /* CO-RE records: u32 offset in bytes, type id, access string, kind */
	BTFEXT_KINDS,
};

struct btfext {
	unsigned char *data; /* a copy, to be freed */
	size_t len;
	struct btfext_part {
		uint32_t off, len; /* of the blocks, after the record size */
		uint32_t rec_size; /* bytes; 0: there are none */
	} part[BTFEXT_KINDS];
};

/* data is copied; every block and record is checked.  0, -EINVAL, -ENOMEM */
int btfext_parse(const void *data, size_t len, struct btfext *x, struct rawbpf_error *e);
void btfext_free(struct btfext *x);
/* The records of the section of that name, part[kind].rec_size bytes each; NULL when none. */
const unsigned char *btfext_records(const struct btfext *x, enum btfext_kind kind,
	const struct btf *b, const char *section, uint32_t *n);

#endif
