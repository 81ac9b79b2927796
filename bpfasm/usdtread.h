/* SPDX-License-Identifier: MIT */
/* usdtread.h - usdt_arg(N): operands of the USDT probe that a program is at. */
#ifndef USDTREAD_H
#define USDTREAD_H

#include "prelude.h"

/* p->t is the word usdt_arg: 1 and *o is the operand, -EINVAL, -ENOMEM */
int usdtread_operand(struct parse *p, struct operand *o);
/* the calls for those which are used */
void usdtread_write(const struct prelude *r, struct prelude_code *c);

#endif
