// SPDX-License-Identifier: MIT
/* listindex.c - what a listing looks up again and again, sorted: by numbers, then by a name. */
#include "listindex.h"

#include <stdlib.h>
#include <string.h>

void listindex_free(struct listindex *x)
{
	free(x->row);
	memset(x, 0, sizeof(*x));
}

void listindex_add(struct listindex *x, uint64_t a, uint64_t b, const char *name, size_t v)
{
	struct listindex_row *row;
	size_t cap = x->cap ? 2 * x->cap : 64;

	if (x->failed)
		return;
	if (x->n == x->cap) {
		row = realloc(x->row, cap * sizeof(*row));
		if (!row) {
			listindex_free(x);
			x->failed = true;
			return;
		}
		x->row = row;
		x->cap = cap;
	}
	x->row[x->n++] = (struct listindex_row){a, b, name, v};
}

static int listindex_compare(const struct listindex_row *x, const struct listindex_row *y)
{
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int listindex_order(const void *a, const void *b)
{
	const struct listindex_row *x = a, *y = b;
	int r = listindex_compare(x, y);

	return r ? r : (x->v > y->v) - (x->v < y->v);
}

void listindex_sort(struct listindex *x)
{
	if (x->n)
		qsort(x->row, x->n, sizeof(*x->row), listindex_order);
}

size_t listindex_from(struct listindex *x, uint64_t a, uint64_t b, const char *name)
{
	const struct listindex_row key = {a, b, name, 0};
	size_t lo = 0, hi = x->n, mid;

	for (; lo < hi; x->steps++) {
		mid = lo + (hi - lo) / 2;
		if (listindex_compare(&x->row[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct listindex_row *listindex_find(
	struct listindex *x, uint64_t a, uint64_t b, const char *name)
{
	const struct listindex_row key = {a, b, name, 0};
	size_t i = listindex_from(x, a, b, name);

	return i < x->n && !listindex_compare(&x->row[i], &key) ? &x->row[i] : NULL;
}
