/* SPDX-License-Identifier: MIT */
/* listindex.h - what a listing looks up again and again, sorted: by numbers, then by a name. */
#ifndef LISTINDEX_H
#define LISTINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listindex_row {
	uint64_t a, b;
	const char *name; /* not copied; never NULL */
	size_t v;	  /* what is looked for: of equal rows the least comes first */
};

struct listindex {
	struct listindex_row *row;
	size_t n, cap;
	size_t steps; /* rows that were looked at to find others */
	bool failed;  /* no memory: it is empty */
};

void listindex_add(struct listindex *x, uint64_t a, uint64_t b, const char *name, size_t v);
/* all have been added */
void listindex_sort(struct listindex *x);
/* the place of the first row that is not before these; x->n: there is none */
size_t listindex_from(struct listindex *x, uint64_t a, uint64_t b, const char *name);
/* the first row of these; NULL: none */
const struct listindex_row *listindex_find(
	struct listindex *x, uint64_t a, uint64_t b, const char *name);
void listindex_free(struct listindex *x);

#endif
