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

/*
 * One program in the place of n copies of p, by rising number: of[k] of it is what it does where
 * its attach cookie is k; it may have more than these.  It is made if it is not there; nothing is
 * loaded yet.  NULL: out of memory, and the error is set.
 */
struct prog *progcopy_merged(
	struct rawbpf *b, struct prog *p, struct prog *const *copies, uint32_t n);

#endif
