/* SPDX-License-Identifier: MIT */
/* rows.h - arrays that grow one by one, and searches in those that are in order. */
#ifndef ROWS_H
#define ROWS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Room for one more behind n rows (NULL for none) of size bytes, which has always grown that way:
 * where they are now; NULL: no memory, and they stay.
 */
void *rows_room(void *rows, size_t n, size_t size);

/* How many of the rows, each of which begins with a uint32_t that never falls, are below key. */
size_t rows_first(const void *rows, size_t n, size_t size, uint32_t key);

#endif
