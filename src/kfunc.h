/* SPDX-License-Identifier: MIT */
/* kfunc.h - calls of the kernel's own functions by name. */
#ifndef KFUNC_H
#define KFUNC_H

#include "context.h"
#include "object.h"

/* Puts the numbers that they have here into c's calls.  0, or a negative errno with the error set. */
int kfunc_put(struct rawbpf *b, const struct object *o, struct object_code *c);

#endif
