// SPDX-License-Identifier: MIT
/*
 * wild.c - libbpf's patterns of sections, in which '*' and '?' are special.
 *
 * They need no regular expressions, whose compiler in glibc frees twice, or reads what it freed,
 * when memory fails.
 */
#include "wild.h"

#include <stddef.h>

bool wild_match(const char *pattern, const char *name)
{
	const char *star = NULL, *from = name; /* behind the last '*', what it leaves of the name */

	if (!*name)
		return false;
	while (*name) {
		if (*pattern == '*') {
			star = ++pattern;
			from = name;
		} else if (*pattern == '?' || *pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
