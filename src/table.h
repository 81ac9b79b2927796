/* SPDX-License-Identifier: MIT */
/*
 * table.h - what the histogram printers ask of a table; the public calls are in rawbpf.h.
 */
#ifndef TABLE_H
#define TABLE_H

#include "btf.h"
#include "context.h"

#define TABLE_FIELDS_MAX 16

/* One field of a key or value. */
struct table_field {
	const char *name;      /* NULL: the key is no struct */
	uint32_t offset, size; /* bytes */
	bool is_signed;
	bool is_text;  /* an array of characters or bytes */
	bool is_bytes; /* an array, a struct, or a number whose size is not 1, 2, 4 or 8 */
	uint32_t type; /* in table_btf(), 0: none */
};

/*
 * How a key is laid out, from its BTF: a struct's fields in order (bcc's __pad_ members left out),
 * or one field without a name for anything else, also where there is no BTF.
 */
struct table_key {
	size_t n_fields;
	struct table_field fields[TABLE_FIELDS_MAX];
};

/* 0, or -E2BIG with the error set when the struct has more than TABLE_FIELDS_MAX fields. */
int table_key(struct rawbpf_table *t, struct table_key *k);
/* The same for the value (one CPU's, when it is per-CPU). */
int table_value(struct rawbpf_table *t, struct table_key *k);
/* What the types of its fields are in; NULL: its object has none. */
const struct btf *table_btf(struct rawbpf_table *t);
/* "log2", "linear", or NULL: not declared as a histogram. */
const char *table_hist(struct rawbpf_table *t);
/* The context that owns it, whose error printers fill in; NULL for a NULL table. */
struct rawbpf *table_context(struct rawbpf_table *t);

#endif
