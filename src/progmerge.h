/* SPDX-License-Identifier: MIT */
/* progmerge.h - copies of a program as one program, which runs the copy that its cookie names. */
#ifndef PROGMERGE_H
#define PROGMERGE_H

#include "object.h"

#define PROGMERGE_MAX 8192 /* copies: as far as the jumps between them reach */

/*
 * One program of n copies (from 1) of a program, whose linked code differs in their operands only:
 * where its attach cookie is k, it does what codes[k] does.  The codes stay as they are; *out is
 * the caller's to free.  Linux 6.6 can run it, at places that a link of many has.
 *
 * 0, or with *out all zero -ENOMEM, -E2BIG (above PROGMERGE_MAX copies or OBJECT_INSNS_MAX
 * instructions), -EOPNOTSUPP (it asks for the cookie itself, or jumps through a register), -EINVAL (code that the kernel would
 * refuse by itself: a function without an end, a jump out of it, a call into the main one).
 */
int progmerge_code(const struct object_code *codes, size_t n, struct object_code *out);

#endif
