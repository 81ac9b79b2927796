/* SPDX-License-Identifier: MIT */
/*
 * coreout.h - CO-RE records of a unit: the types that they name, and the records themselves.
 *
 * btfout.c calls these: coreout_types() once, then coreout_section() for each section of code.
 */
#ifndef COREOUT_H
#define COREOUT_H

#include "btfout.h"

/* The types of every record of the unit, with the members that are used. */
void coreout_types(struct btfout *b);
/* The records of one section, appended to b->cores. */
void coreout_section(struct btfout *b, uint32_t section, struct ir_func *const *funcs,
	const uint32_t *offsets, size_t n);

#endif
