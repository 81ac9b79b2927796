/* SPDX-License-Identifier: MIT */
/* argaddr.h - a number that is given to a helper in the place of an address. */
#ifndef ARGADDR_H
#define ARGADDR_H

#include "operand.h"

struct helper;

/* "v = rN" was just written, of 8 bytes: v may hold an address from now on */
void argaddr_store(struct parse *p, struct frame_slot slot, unsigned reg);
/* warn of argument n, from 1, of a helper's call, where it is a number and never an address */
void argaddr_check(struct parse *p, const struct helper *h, unsigned n, const struct operand *o);

#endif
