/* SPDX-License-Identifier: MIT */
/* usdtsite.h - operands of a USDT probe's location, with what its file and the kernel know. */
#ifndef USDTSITE_H
#define USDTSITE_H

#include "context.h"
#include "object.h"
#include "usdtctx.h"
#include "usdtsym.h"

/* Of the locations of one context, one after the other; zero but for b and u before the first. */
struct usdtsite {
	struct rawbpf *b;
	const struct rawbpf_usdt *u;
	struct usdtsym sym; /* of the file that was asked last */
	uint32_t file;
};

/*
 * Operands of l, operand N to ops[N - 1] for each bit N of args; all others are zero.  0, or a
 * negative errno with *e set, which has the operand's text and a caret.
 */
int usdtsite_ops(struct usdtsite *s, const struct usdt_loc *l, uint32_t args,
	struct usdtcode_op ops[OBJECT_USDT_MAX], struct rawbpf_error *e);
void usdtsite_close(struct usdtsite *s);

#endif
