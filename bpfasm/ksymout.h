/* SPDX-License-Identifier: MIT */
/* ksymout.h - the kernel's functions and variables in an object's BTF. */
#ifndef KSYMOUT_H
#define KSYMOUT_H

#include "btfout.h"

/* The DATASEC ".ksyms" of those that are used, and their types. */
void ksymout_types(struct btfout *b, const struct ir_unit *u);

#endif
