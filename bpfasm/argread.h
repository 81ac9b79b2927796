/* SPDX-License-Identifier: MIT */
/* argread.h - arguments that are not in the context but in memory which it points to. */
#ifndef ARGREAD_H
#define ARGREAD_H

#include "operand.h"

/* p->t is behind the word argN, o->t is it: 1 and *o is the argument, 0: it is in the context,
 * -EINVAL */
int argread_operand(struct parse *p, struct operand *o, unsigned n);
/* The function is complete: what reads its arguments goes to its begin.  0 or -ENOMEM. */
int argread_finish(struct parse *p, struct parse_fn *fn);

#endif
