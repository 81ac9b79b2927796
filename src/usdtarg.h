/* SPDX-License-Identifier: MIT */
/* usdtarg.h - the operands of a USDT probe; rawbpf_usdt_parse_arg() takes one apart. */
#ifndef USDTARG_H
#define USDTARG_H

#include <stddef.h>

/*
 * The next operand of an argument string ("8@%rax -4@[sp, 12]"): its start, *n its length, and
 * *args behind it; NULL at the end.  Blanks inside brackets do not divide.
 */
const char *usdtarg_next(const char **args, size_t *n);

#endif
