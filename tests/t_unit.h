/* SPDX-License-Identifier: MIT */
/* t_unit.h - a unit made by hand, for the tests of elfout.c and btfout.c. */
#ifndef T_UNIT_H
#define T_UNIT_H

#include "ir.h"

struct unit {
	struct ir_unit ir;
	struct pool pool;
	struct src src;
};

/*
 * Programs "count" and "second" in one section, "other" in another and the subprogram "help";
 * maps of several kinds: dist (histogram), keyed (hash with a struct key), ring, events, jumps,
 * stacks.  Everything loads.
 */
void unit_make(struct unit *u, bool big_endian);

#endif
