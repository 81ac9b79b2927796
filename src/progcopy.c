// SPDX-License-Identifier: MIT
/*
 * progcopy.c - copies of a program that reads a USDT probe's operands, one for each set of them.
 *
 * Where a probe's values are differs from place to place.  A program that looked it up when it
 * runs would need a map and a key; a copy has the reading of its operands in its code instead, so
 * it runs on any kernel.  Places with the same operands share a copy: those of a probe mostly do.
 */
#include "progcopy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct prog *progcopy_get(
	struct rawbpf *b, struct prog *p, const struct usdtcode_op *ops, int32_t cookie)
{
	size_t size = OBJECT_USDT_MAX * sizeof(*ops);
	struct prog *c;

	for (c = p->copies; c; c = c->next)
		if (c->cookie == cookie && !memcmp(c->ops, ops, size))
			return c;
	c = calloc(1, sizeof(*c));
	if (c)
		c->ops = malloc(size);
	if (!c || !c->ops) {
		free(c);
		err_set(&b->error, "attach", -ENOMEM, "out of memory");
		return NULL;
	}
	memcpy(c->ops, ops, size);
	c->name = p->name;
	c->section = p->section;
	c->type = p->type;
	c->attach_type = p->attach_type;
	c->autoload = p->autoload;
	c->def = p->def;
	c->usdt_args = p->usdt_args;
	c->calls_trace_printk = p->calls_trace_printk;
	c->cookie = cookie;
	c->fd = -1;
	c->origin = p;
	c->copy = p->copies ? p->copies->copy + 1 : 1;
	c->next = p->copies;
	p->copies = c;
	return c;
}
