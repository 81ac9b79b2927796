/* SPDX-License-Identifier: MIT */
/* resolve.h - the assembler's questions, answered by the running kernel; see rawbpf_resolver(). */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "context.h"

void resolve_free(struct rawbpf *b);

#endif
