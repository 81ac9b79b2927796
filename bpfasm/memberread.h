/* SPDX-License-Identifier: MIT */
/* memberread.h - "rN->TYPE.member" of the target's types, into a register. */
#ifndef MEMBERREAD_H
#define MEMBERREAD_H

#include "operand.h"

int memberread_load(struct parse *p, unsigned dst, const struct operand *o);

#endif
