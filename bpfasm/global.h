/* SPDX-License-Identifier: MIT */
/* global.h - variables of .data, .rodata and .bss in instructions. */
#ifndef GLOBAL_H
#define GLOBAL_H

#include "operand.h"

/* A variable, an element or a field of one. */
struct global_place {
	const struct ir_data *v;
	struct ir_type type;
	uint32_t count;	 /* of elements, when it is a whole array; 0: it is none */
	uint32_t offset; /* bytes in the variable */
};

static inline uint32_t global_size(const struct global_place *g)
{
	return g->type.size * (g->count ? g->count : 1);
}

/* "NAME" or "NAME.field" in s.  1: found; 0: no such variable; -EINVAL: reported */
int global_find(
	struct parse *p, const struct tok *t, const char *s, size_t len, struct global_place *g);
/* the same at p->t, which it takes, with "[N]" and ".field" behind it */
int global_place(struct parse *p, struct global_place *g);
/* dst is the address of byte add of a variable */
int global_load(
	struct parse *p, unsigned dst, const struct tok *t, const struct ir_data *v, uint32_t add);

/* "&NAME" (after the &) and "NAME" as values: 1, 0, -EINVAL */
int global_address(struct parse *p, struct operand *o);
int global_value(struct parse *p, struct operand *o);

/* Does "NAME =", "NAME += ..." or "NAME[" begin here? */
bool global_begins(const struct parse *p, const struct tok *t);
int global_line(struct parse *p);      /* such a line */
int global_lock_line(struct parse *p); /* after lock: "NAME += rN" */

#endif
