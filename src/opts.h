/* SPDX-License-Identifier: MIT */
/* opts.h - option structs that grow: any size a caller knows is read into the size we know. */
#ifndef OPTS_H
#define OPTS_H

#include <stddef.h>

#include "rawbpf.h"

/*
 * Copies *src, whose first member is its size_t sz, into the size bytes at dst; what src is too
 * short to have is zero.  src NULL: all defaults.  Returns 0, -EINVAL (sz smaller than itself), or
 * -E2BIG (src asks for an option that this version does not have).
 */
int opts_read(void *dst, size_t size, const void *src, const char *stage, struct rawbpf_error *e);

#endif
