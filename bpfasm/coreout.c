// SPDX-License-Identifier: MIT
/*
 * coreout.c - CO-RE records: which instruction holds what of which member.
 *
 * A record names a type of this object's BTF and an access string, "0:2:1": the second member of
 * the third member of the first of such types.  A loader takes the names of these members and looks
 * for them in the kernel's type of the same name.  So the object needs types that hold the members
 * which are used, with their names and sorts, and nothing else.  They stand where the kernel that
 * it was assembled on has them: loaders check that an instruction holds what its record says of the
 * object's own types.
 *
 * The names of all records are gathered into trees first, since a type is written in one piece: a
 * root for each type that a name begins with, below it its members by offset.
 */
#include "coreout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"

enum {
	COREOUT_KIND_STRUCT = 4,
	COREOUT_KIND_UNION = 5,
	COREOUT_KIND_ENUM = 6,
	COREOUT_KIND_TYPEDEF = 8,
	COREOUT_KIND_FLOAT = 16,
	COREOUT_KIND_ENUM64 = 19,
	COREOUT_REC = 16,	/* bytes of a record */
	COREOUT_TEXT = 11 * 64, /* of an access string: a number and a colon for each step */
};

/* A type, a member, an element, an enumerator. */
struct coreout_node {
	const struct bpfasm_step *step;
	struct coreout_node *up, *first, *next; /* children: in no order before they are written */
	uint32_t n, index, type;		/* children; which of them it is; its type's id */
};

/* ---- names to trees -------------------------------------------------------------------------- */

static bool coreout_same(const struct bpfasm_step *a, const struct bpfasm_step *b)
{
	if (a->kind != b->kind || strcmp(a->name, b->name) != 0)
		return false;
	/* all elements of an array are of one type */
	return a->kind != BPFASM_STEP_TYPE ||
	       (a->type == b->type && a->is_typedef == b->is_typedef);
}

/* The child for a step, made if it is not there yet. */
static struct coreout_node *coreout_child(
	struct btfout *b, struct coreout_node *up, const struct bpfasm_step *step)
{
	struct coreout_node *n;

	for (n = up->first; n; n = n->next)
		if (coreout_same(n->step, step))
			return n;
	n = pool_alloc(b->pool, sizeof(*n));
	if (!n)
		return NULL;
	n->step = step;
	n->up = up;
	n->next = up->first;
	up->first = n;
	n->index = up->n++;
	return n;
}

/* The last node of a name.  Many records are of one name, and a record may have many members. */
static struct coreout_node *coreout_find(struct btfout *b, const struct ir_core *c)
{
	char key[sizeof(c->step) + sizeof(c->n)], *copy;
	struct coreout_node *n;
	uint32_t i;

	memcpy(key, &c->step, sizeof(c->step));
	memcpy(key + sizeof(c->step), &c->n, sizeof(c->n));
	n = names_get(&b->core_names, key, sizeof(key));
	if (n)
		return n;
	for (n = b->core_root, i = 0; n && i < c->n; i++)
		n = coreout_child(b, n, &c->step[i]);
	copy = n ? pool_strndup(b->pool, key, sizeof(key)) : NULL;
	return copy && !names_put(&b->core_names, b->pool, copy, sizeof(key), n) ? n : NULL;
}

/* By offset, as the kernel wants a record's members; enumerators as they came. */
static int coreout_order(const void *a, const void *b)
{
	const struct coreout_node *x = *(struct coreout_node *const *)a,
				  *y = *(struct coreout_node *const *)b;

	if (x->step->bit_offset != y->step->bit_offset)
		return x->step->bit_offset < y->step->bit_offset ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/* The children as an array in the order in which they are written; NULL: none, or no memory. */
static struct coreout_node **coreout_sorted(struct btfout *b, struct coreout_node *n)
{
	struct coreout_node **all = n->n ? pool_alloc(b->pool, n->n * sizeof(*all)) : NULL, *c;
	uint32_t i = 0;

	if (!all)
		return NULL;
	for (c = n->first; c; c = c->next)
		all[i++] = c;
	qsort(all, n->n, sizeof(*all), coreout_order);
	for (i = 0; i < n->n; i++)
		all[i]->index = i;
	return all;
}

/* ---- trees to types -------------------------------------------------------------------------- */

static uint32_t coreout_type(struct btfout *b, struct coreout_node *n, const char *name);

static uint32_t coreout_width(uint64_t size)
{
	return size == 1 || size == 2 || size == 4 ? (uint32_t)size : 8;
}

static uint32_t coreout_record(struct btfout *b, struct coreout_node *n, const char *name)
{
	const struct bpfasm_step *s = n->step;
	struct coreout_node **members = coreout_sorted(b, n), *m;
	uint32_t i, id, bits = 0, kind = COREOUT_KIND_STRUCT;

	if (s->type == BPFASM_TYPE_UNION)
		kind = COREOUT_KIND_UNION;
	for (i = 0; i < n->n && members; i++) {
		members[i]->type = coreout_type(b, members[i], members[i]->step->type_name);
		bits |= members[i]->step->bits;
	}
	/* where any member is a bit field, all offsets hold a size too, and have 24 bits; the last
	 * one is the farthest */
	b->too_far |= bits && members[n->n - 1]->step->bit_offset >= 1 << 24;
	id = btfout_type(
		b, btfout_cstring(b, name), kind | (bits ? 0x80 : 0), n->n, (uint32_t)s->size);
	for (i = 0; i < n->n && members; i++) {
		m = members[i];
		btfout_word(b, btfout_cstring(b, m->step->name));
		btfout_word(b, m->type);
		btfout_word(b, (uint32_t)m->step->bit_offset | m->step->bits << 24);
	}
	return id;
}

/* Of the elements there is one node, whatever their number. */
static uint32_t coreout_array(struct btfout *b, struct coreout_node *n)
{
	const struct bpfasm_step *s = n->step;
	struct bpfasm_step of = {.type = s->of, .size = s->of_size, .name = "", .type_name = ""};
	struct coreout_node element = {.step = &of};
	uint32_t i, id;

	if (n->first)
		return btfout_array(
			b, coreout_type(b, n->first, n->first->step->type_name), (uint32_t)s->n);
	/* as many as fill all of it, in arrays of one such array */
	id = coreout_type(b, &element, "");
	id = btfout_array(b, id, s->of_size ? (uint32_t)(s->size / s->of_size) : 0);
	for (i = 1; i < s->dims; i++)
		id = btfout_array(b, id, 1);
	return id;
}

static uint32_t coreout_enum(struct btfout *b, struct coreout_node *n, const char *name)
{
	struct coreout_node **values = coreout_sorted(b, n);
	bool wide = n->step->size == 8, below = false;
	uint32_t i, id;

	/* the flag says that numbers have a sign; kernels before 6.0 know none */
	for (i = 0; i < n->n && values; i++)
		below |= (int64_t)values[i]->step->value < 0 &&
			 (!wide || values[i]->step->is_signed);
	id = btfout_type(b, btfout_cstring(b, name),
		(wide ? COREOUT_KIND_ENUM64 : COREOUT_KIND_ENUM) | (below ? 0x80 : 0), n->n,
		(uint32_t)n->step->size);
	for (i = 0; i < n->n && values; i++) {
		btfout_word(b, btfout_cstring(b, values[i]->step->name));
		btfout_word(b, (uint32_t)values[i]->step->value);
		if (wide)
			btfout_word(b, (uint32_t)(values[i]->step->value >> 32));
	}
	return id;
}

/* The type of a node, below its typedefs; name: what it is called, maybe nothing. */
static uint32_t coreout_type(struct btfout *b, struct coreout_node *n, const char *name)
{
	const struct bpfasm_step *s = n->step;

	switch (s->type) {
	case BPFASM_TYPE_STRUCT:
	case BPFASM_TYPE_UNION: return coreout_record(b, n, name);
	case BPFASM_TYPE_ENUM: return coreout_enum(b, n, name);
	case BPFASM_TYPE_PTR: return btfout_pointer(b, 0);
	case BPFASM_TYPE_ARRAY: return coreout_array(b, n);
	case BPFASM_TYPE_FLOAT:
		return btfout_type(
			b, btfout_cstring(b, name), COREOUT_KIND_FLOAT, 0, (uint32_t)s->size);
	default: return btfout_int(b, coreout_width(s->size), s->is_signed);
	}
}

/* A type that names begin with. */
static void coreout_root(struct btfout *b, struct coreout_node *n)
{
	n->type = coreout_type(b, n, n->step->is_typedef ? "" : n->step->name);
	if (n->step->is_typedef)
		n->type = btfout_type(
			b, btfout_cstring(b, n->step->name), COREOUT_KIND_TYPEDEF, 0, n->type);
}

void coreout_types(struct btfout *b)
{
	const struct ir_unit *u = b->unit;
	struct coreout_node **roots;
	size_t i, k;

	b->core_root = pool_alloc(b->pool, sizeof(*b->core_root));
	for (i = 0; b->core_root && i < u->n_funcs; i++)
		for (k = 0; k < u->funcs[i]->n_cores; k++)
			coreout_find(b, &u->funcs[i]->cores[k]);
	if (!b->core_root || b->pool->failed)
		return;
	roots = coreout_sorted(b, b->core_root);
	for (i = 0; roots && i < b->core_root->n; i++)
		coreout_root(b, roots[i]);
}

/* ---- records --------------------------------------------------------------------------------- */

/* "0" for the type itself, then a number for each step. */
static uint32_t coreout_access(
	struct btfout *b, const struct ir_core *c, const struct coreout_node **root)
{
	const struct coreout_node *n = coreout_find(b, c), *way[BPFASM_STEPS];
	char text[COREOUT_TEXT] = "0", *copy;
	size_t len = 1;
	uint32_t i;

	*root = NULL;
	if (!n || !c->n || c->n > BPFASM_STEPS)
		return 0;
	for (i = c->n; i--; n = n->up)
		way[i] = n;
	*root = way[0];
	for (i = 1; i < c->n; i++) {
		if (c->step[i].kind == BPFASM_STEP_VALUE) /* an enumerator's number, alone */
			len = 0;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u", len ? ":" : "",
			c->step[i].kind == BPFASM_STEP_ELEMENT ? (unsigned)c->step[i].value
							       : (unsigned)way[i]->index);
	}
	copy = pool_strndup(b->pool, text, len);
	return copy ? btfout_string(b, copy, len) : 0;
}

void coreout_section(struct btfout *b, uint32_t section, struct ir_func *const *funcs,
	const uint32_t *offsets, size_t n)
{
	const struct coreout_node *root;
	uint32_t rec[4], k;
	size_t i, j, count = 0;

	for (i = 0; i < n; i++)
		count += funcs[i]->n_cores;
	if (!count || b->pool->failed)
		return;
	if (!b->cores.len)
		btfout_put32(b->pool, &b->cores, COREOUT_REC, b->big_endian);
	btfout_put32(b->pool, &b->cores, section, b->big_endian);
	btfout_put32(b->pool, &b->cores, (uint32_t)count, b->big_endian);
	for (i = 0; i < n; i++) {
		for (j = 0; j < funcs[i]->n_cores; j++) {
			const struct ir_core *c = &funcs[i]->cores[j];

			rec[2] = coreout_access(b, c, &root);
			rec[0] = offsets[i] + c->insn * 8;
			rec[1] = root ? root->type : 0;
			rec[3] = c->kind;
			for (k = 0; k < 4; k++)
				btfout_put32(b->pool, &b->cores, rec[k], b->big_endian);
		}
	}
}
