// SPDX-License-Identifier: MIT
/* opts.c - one reader for every option struct. */
#include "opts.h"

#include <errno.h>
#include <string.h>

#include "err.h"

int opts_read(void *dst, size_t size, const void *src, const char *stage, struct rawbpf_error *e)
{
	const unsigned char *p = src;
	size_t sz, i;

	memset(dst, 0, size);
	if (!src)
		return 0;
	memcpy(&sz, src, sizeof(sz));
	if (sz < sizeof(sz))
		return err_set(e, stage, -EINVAL, "options without their size (.sz is %zu)", sz);
	for (i = size; i < sz; i++)
		if (p[i])
			return err_set(e, stage, -E2BIG,
				"an option at byte %zu is newer than this library", i);
	memcpy(dst, src, sz < size ? sz : size);
	memcpy(dst, &size, sizeof(size));
	return 0;
}
