/* SPDX-License-Identifier: MIT */
/* ksymput.h - functions and variables of the kernel, by name. */
#ifndef KSYMPUT_H
#define KSYMPUT_H

#include "context.h"
#include "object.h"

/* Puts the numbers that they have here into c.  0, or a negative errno with the error set. */
int ksymput_code(struct rawbpf *b, const struct object *o, struct object_code *c);

#endif
