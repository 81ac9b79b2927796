/* SPDX-License-Identifier: MIT */
/* resolve.h - the assembler's questions, answered by the running kernel; see rawbpf_resolver(). */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "context.h"

void resolve_free(struct rawbpf *b);
/*
 * Why the kernel could not be asked (rights, no tracefs), as opposed to what it does not have,
 * since the last rawbpf_resolver(); NULL when it could.
 */
const struct rawbpf_error *resolve_refused(const struct rawbpf *b);
/* Whether an answer was wanting since then for lack of memory. */
bool resolve_no_memory(const struct rawbpf *b);

#endif
