/* SPDX-License-Identifier: MIT */
/* usdtarg.h - the operands of a USDT probe; rawbpf_usdt_parse_arg() takes one apart. */
#ifndef USDTARG_H
#define USDTARG_H

#include <stddef.h>

#include "rawbpf.h"

/* An operand's text, which blanks or a NUL follow. */
struct usdtarg_text {
	const char *s;
	size_t len;
	unsigned n; /* its number in the probe, from 1; 0: not known */
};

/* As rawbpf_usdt_parse_arg(). */
int usdtarg_parse(unsigned e_machine, const struct usdtarg_text *t, struct rawbpf_usdt_arg *a,
	struct rawbpf_error *e);
/* An error about the operand: its text, and as the log a caret at column (from 0).  Returns err. */
int usdtarg_error(struct rawbpf_error *e, int err, const struct usdtarg_text *t, size_t column,
	const char *why);

/*
 * The next operand of an argument string ("8@%rax -4@[sp, 12]"): its start, *n its length, and
 * *args behind it; NULL at the end.  Blanks inside brackets do not divide.
 */
const char *usdtarg_next(const char **args, size_t *n);

#endif
