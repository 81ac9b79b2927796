/* SPDX-License-Identifier: MIT */
/* usdtput.h - the operands of a USDT probe put into a program's linked code. */
#ifndef USDTPUT_H
#define USDTPUT_H

#include "object.h"
#include "usdtcode.h"

/*
 * Puts operand N, ops[N - 1], wherever c has a place for it, for this machine's CPU.  0, or what
 * splice_code() says, -ENOMEM.
 */
int usdtput_code(struct object_code *c, const struct usdtcode_op *ops, struct rawbpf_error *e);

#endif
