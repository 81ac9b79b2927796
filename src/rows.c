// SPDX-License-Identifier: MIT
/* rows.c - arrays that grow one by one, and searches in those that are in order. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

void *rows_room(void *rows, size_t n, size_t size)
{
	if (n & (n - 1))
		return rows; /* it grows at powers of two */
	if (n > SIZE_MAX / 2 / size)
		return NULL;
	return realloc(rows, (n ? 2 * n : 1) * size);
}

size_t rows_first(const void *rows, size_t n, size_t size, uint32_t key)
{
	size_t lo = 0, hi = n, mid;
	uint32_t v;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		memcpy(&v, (const char *)rows + mid * size, sizeof(v));
		if (v < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
