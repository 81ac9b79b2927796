/* SPDX-License-Identifier: MIT */
/* wild.h - libbpf's patterns of sections, in which '*' and '?' are special. */
#ifndef WILD_H
#define WILD_H

#include <stdbool.h>

/* Whether the whole name, which is not empty, is one that the pattern means. */
bool wild_match(const char *pattern, const char *name);

#endif
