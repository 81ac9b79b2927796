/* SPDX-License-Identifier: MIT */
/* corekern.h - the CO-RE records of the loaded object, answered by the kernel. */
#ifndef COREKERN_H
#define COREKERN_H

#include "btf.h"
#include "context.h"

/*
 * Change the instructions of b->object, before programs are loaded; without such records nothing is
 * opened.  named: ask this BTF; NULL: the running kernel's, and those of its modules for types that
 * it does not have itself.  What has no answer is an error only in the programs that need it.  0,
 * -EINVAL (malformed records) or -ENOMEM.
 */
int corekern_apply(struct rawbpf *b, const struct btf *named);

#endif
