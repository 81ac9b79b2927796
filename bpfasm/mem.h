/* SPDX-License-Identifier: MIT */
/* mem.h - memory that lives as long as one assembly, and a table of names. */
#ifndef MEM_H
#define MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is an empty pool.  A failed allocation is remembered, so that callers may check late. */
struct pool {
	struct pool_block *blocks;
	size_t given; /* bytes handed out, for tests */
	bool failed;
};

void *pool_alloc(struct pool *p, size_t n); /* zeroed; NULL when out of memory */
char *pool_strndup(struct pool *p, const char *s, size_t n);
char *pool_printf(struct pool *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void pool_free(struct pool *p);

/*
 * Make room for one more element in an array that lives in the pool: *array has *cap elements of
 * size bytes, n are used.  Doubles, so growth stays linear in all.  0 or -ENOMEM.
 */
int pool_grow(struct pool *p, void *array, size_t *cap, size_t n, size_t size);

/* Name to pointer.  All zero is empty; keys are not copied. */
struct names {
	struct names_slot *slots;
	size_t cap, n;
};

int names_put(
	struct names *t, struct pool *p, const char *s, size_t len, void *value); /* replaces */
void *names_get(const struct names *t, const char *s, size_t len);		  /* or NULL */

/* every name that has a value, in no order that means anything */
void names_each(const struct names *t,
	void (*fn)(void *arg, const char *s, size_t len, void *value), void *arg);

#endif
