// SPDX-License-Identifier: MIT
/*
 * progcopy.c - copies of a program that reads a USDT probe's operands, one for each set of them.
 *
 * Where a probe's values are differs from place to place.  A program that looked it up when it
 * runs would need a map and a key; a copy has the reading of its operands in its code instead, so
 * it runs on any kernel.  Places with the same operands share a copy: those of a probe mostly do.
 * Where a link of many places is to be had, several copies are one program (progmerge.c).
 */
#include "progcopy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A copy of p, behind its others; NULL: out of memory, and the error is set. */
static struct prog *progcopy_new(struct rawbpf *b, struct prog *p)
{
	struct prog *c = calloc(1, sizeof(*c));

	if (!c) {
		err_set(&b->error, "attach", -ENOMEM, "out of memory");
		return NULL;
	}
	c->name = p->name;
	c->section = p->section;
	c->type = p->type;
	c->attach_type = p->attach_type;
	c->autoload = p->autoload;
	c->def = p->def;
	c->usdt_args = p->usdt_args;
	c->calls_trace_printk = p->calls_trace_printk;
	c->fd = -1;
	c->origin = p;
	c->copy = p->copies ? p->copies->copy + 1 : 1;
	return c;
}

/* c with what it owns, of n bytes; or NULL, and it is freed. */
static struct prog *progcopy_keep(
	struct rawbpf *b, struct prog *p, struct prog *c, void *owned, const void *from, size_t n)
{
	if (!owned) {
		free(c);
		err_set(&b->error, "attach", -ENOMEM, "out of memory");
		return NULL;
	}
	memcpy(owned, from, n);
	c->next = p->copies;
	p->copies = c;
	return c;
}

struct prog *progcopy_get(
	struct rawbpf *b, struct prog *p, const struct usdtcode_op *ops, int32_t cookie)
{
	size_t size = OBJECT_USDT_MAX * sizeof(*ops);
	struct prog *c;

	for (c = p->copies; c; c = c->next)
		if (c->ops && c->cookie == cookie && !memcmp(c->ops, ops, size))
			return c;
	c = progcopy_new(b, p);
	if (!c)
		return NULL;
	c->cookie = cookie;
	c->ops = malloc(size);
	return progcopy_keep(b, p, c, c->ops, ops, size);
}

/* Is it in the place of all of them? */
static bool progcopy_has(const struct prog *c, struct prog *const *copies, uint32_t n)
{
	uint32_t i, k = 0;

	for (i = 0; i < n; i++) {
		while (k < c->n_of && c->of[k]->copy < copies[i]->copy)
			k++;
		if (k == c->n_of || c->of[k] != copies[i])
			return false;
	}
	return true;
}

struct prog *progcopy_merged(
	struct rawbpf *b, struct prog *p, struct prog *const *copies, uint32_t n)
{
	struct prog *c;

	for (c = p->copies; c; c = c->next)
		if (c->n_of && progcopy_has(c, copies, n))
			return c;
	c = progcopy_new(b, p);
	if (!c)
		return NULL;
	c->n_of = n;
	c->of = malloc(n * sizeof(struct prog *));
	return progcopy_keep(b, p, c, c->of, copies, n * sizeof(struct prog *));
}
