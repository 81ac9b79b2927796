/* SPDX-License-Identifier: MIT */
/* argread.h - arguments that are not in the context but in memory which it points to. */
#ifndef ARGREAD_H
#define ARGREAD_H

#include "prelude.h"

/* p->t is behind the word argN, o->t is it: 1 and *o is the argument, 0: it is in the context,
 * -EINVAL */
int argread_operand(struct parse *p, struct operand *o, unsigned n);
/* the instructions that read those which are used */
void argread_write(const struct parse *p, const struct prelude *r, struct prelude_code *c);

#endif
