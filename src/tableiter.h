/* SPDX-License-Identifier: MIT */
/* tableiter.h - walking a map. */
#ifndef TABLEITER_H
#define TABLEITER_H

#include "map.h"

/* Bytes of a value as lookups give it: of all possible CPUs, when it is per-CPU. */
int tableiter_value_size(struct map *m, size_t *size);
/* The key after key (NULL: the first): 0, -ENOENT at the end, or another negative errno. */
int tableiter_next(struct map *m, const void *key, void *next);
/* See rawbpf_table_each(). */
int tableiter_each(
	struct map *m, int (*fn)(void *arg, const void *key, const void *value), void *arg);

#endif
