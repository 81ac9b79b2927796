/* SPDX-License-Identifier: MIT */
/* btfnamed.h - the BTF that a context was told to use instead of the running kernel's. */
#ifndef BTFNAMED_H
#define BTFNAMED_H

#include "btf.h"
#include "context.h"

/* What rawbpf_resolver_btf() named; NULL: the running kernel's serves. */
const struct btf *btfnamed(const struct rawbpf *b);
void btfnamed_free(struct rawbpf *b);

#endif
