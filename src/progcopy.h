/* SPDX-License-Identifier: MIT */
/* progcopy.h - copies of a program that reads a USDT probe's operands, one for each set of them. */
#ifndef PROGCOPY_H
#define PROGCOPY_H

#include "prog.h"
#include "usdtput.h"

/*
 * The copy of p for these operands, operand N at ops[N - 1]; those that p does not read are all
 * zero.  cookie is what it is told in place of an attach cookie.  It is made if it is not there;
 * nothing is loaded yet.  NULL: out of memory, and the error is set.
 */
struct prog *progcopy_get(
	struct rawbpf *b, struct prog *p, const struct usdtcode_op *ops, int32_t cookie);

#endif
