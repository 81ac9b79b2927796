/* SPDX-License-Identifier: MIT */
/* tpformat.h - the text of a tracepoint's format file, taken apart; kernel-free. */
#ifndef TPFORMAT_H
#define TPFORMAT_H

#include "err.h"

enum tpformat_kind {
	TPFORMAT_PLAIN,	   /* a number of 1, 2, 4 or 8 bytes */
	TPFORMAT_BYTES,	   /* an array or struct */
	TPFORMAT_DATA_LOC, /* u32: length << 16 | offset from the record's start */
	TPFORMAT_REL_LOC,  /* the same, the offset from the end of the u32 itself (Linux 5.17) */
};

struct tpformat_field {
	const char *name;
	const char *type;      /* "const char *", "char[]" for __data_loc */
	const char *array;     /* what stands between the brackets, NULL: no array */
	uint64_t offset, size; /* bytes; size 0: an array without an end */
	bool is_signed;
	bool common; /* of every event: common_type, common_pid ... */
	enum tpformat_kind kind;
};

struct tpformat {
	const char *name; /* event's name, "" when the text has none */
	uint64_t id;	  /* 0 when the text has none */
	struct tpformat_field *fields;
	size_t n_fields;
	char *text; /* what the strings point into */
};

/* 0, -ENOMEM, or -EINVAL with the line in *e */
int tpformat_parse(const char *text, size_t len, struct tpformat *f, struct rawbpf_error *e);
void tpformat_free(struct tpformat *f);
const struct tpformat_field *tpformat_find(const struct tpformat *f, const char *name);

#endif
