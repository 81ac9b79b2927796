/* SPDX-License-Identifier: MIT */
/* ksymtype.h - types of the kernel's functions and variables, as .kfunc and .kvar declare them. */
#ifndef KSYMTYPE_H
#define KSYMTYPE_H

#include "parse_tok.h"

/* ": TYPE" and "weak" behind the name, as far as they are there.  0, -EINVAL (reported), -ENOMEM */
int ksymtype_declared(struct parse *p, struct ir_ksym *k);
/* One that is used: the object is to have its type, from the target where the text has none. */
void ksymtype_ask(struct parse *p, struct ir_ksym *k);

#endif
