/* SPDX-License-Identifier: MIT */
/* kconfig.h - values of an object's externs: what the kernel is, and how it was configured. */
#ifndef KCONFIG_H
#define KCONFIG_H

#include "object.h"

/*
 * Write the bytes of b->object's .kconfig map, before it is created.  What has no value (and is not
 * weak), or none that its type takes, is an error only in the programs that read it.  0 or -ENOMEM.
 */
int kconfig_fill(struct rawbpf *b);
/* Whether c reads such a one: 0, or -ENOENT, -EINVAL with the error set. */
int kconfig_check(struct rawbpf *b, const struct object_code *c);

#endif
