/* SPDX-License-Identifier: MIT */
/* ksymput.h - functions and variables of the kernel, by name. */
#ifndef KSYMPUT_H
#define KSYMPUT_H

#include "context.h"
#include "object.h"

/* Puts the numbers that they have here into c.  0, or a negative errno with the error set. */
int ksymput_code(struct rawbpf *b, const struct object *o, struct object_code *c);
/*
 * The function that an instruction would call if it were here: then the call is one that no kernel
 * takes.  NULL: it is none of these.
 */
const char *ksymput_absent(const struct object *o, const struct object_code *c, uint32_t insn);

#endif
