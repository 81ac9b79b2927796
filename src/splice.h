/* SPDX-License-Identifier: MIT */
/* splice.h - other instructions in place of some of linked code's. */
#ifndef SPLICE_H
#define SPLICE_H

#include "object.h"

struct splice {
	uint32_t insn; /* this one (both slots of an ld_imm64) ... */
	const struct rawbpf_insn *insns;
	uint32_t n; /* ... becomes these, which may be none */
};

/*
 * Replaces n instructions, by rising number.  What jumps to or into one of them goes to the first
 * of those in its place, or to what follows it; jumps, calls, callbacks, refs and records of all
 * others keep what they mean.  The new ones are copied as they are.  0, -ENOMEM, -E2BIG (a jump no
 * longer reaches, or above OBJECT_INSNS_MAX), -EINVAL (a number that is no instruction's, or a
 * function is left without any); after an error the code is as it was.
 */
int splice_code(struct object_code *c, const struct splice *s, size_t n, struct rawbpf_error *e);

#endif
