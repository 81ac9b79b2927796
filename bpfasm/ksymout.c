// SPDX-License-Identifier: MIT
/*
 * ksymout.c - the kernel's functions and variables in an object's BTF.
 *
 * libbpf takes none whose symbol has no VAR or FUNC here, of linkage extern and in a DATASEC
 * ".ksyms"; then it holds their types against the kernel's, by the sort of each part.  So records
 * need no members.  Where the type is not known, a variable is void: an address alone, as is of C's
 * "extern const void NAME __ksym".  A function then is "void (...)", which the kernel takes and
 * nobody writes; so dis knows both from types that were meant.
 */
#include "ksymout.h"

#include <string.h>

enum {
	KSYMOUT_KIND_STRUCT = 4,
	KSYMOUT_KIND_UNION = 5,
	KSYMOUT_KIND_ENUM = 6,
	KSYMOUT_KIND_FWD = 7,
	KSYMOUT_KIND_CONST = 10,
	KSYMOUT_KIND_FUNC = 12,
	KSYMOUT_KIND_FUNC_PROTO = 13,
	KSYMOUT_KIND_VAR = 14,
	KSYMOUT_KIND_DATASEC = 15,
	KSYMOUT_FLAG = 0x80, /* of a FWD: it is a union's */
	KSYMOUT_EXTERN = 2,  /* linkage */
	KSYMOUT_MAX = 0xffff,
};

/* A type by its tag: the same one for all that name it. */
static uint32_t ksymout_tagged(
	struct btfout *b, struct names *tags, const struct ir_ktype *t, uint32_t kind)
{
	char *key = pool_printf(b->pool, "%u %s", (unsigned)kind, t->tag);
	uint32_t id, size = kind == KSYMOUT_KIND_ENUM ? 4 : 0;
	void *known;

	if (!key)
		return 0;
	known = names_get(tags, key, strlen(key));
	if (known)
		return (uint32_t)(uintptr_t)known;
	id = btfout_type(b, btfout_cstring(b, t->tag), kind, 0, size);
	names_put(tags, b->pool, key, strlen(key), (void *)(uintptr_t)id);
	return id;
}

static uint32_t ksymout_type(struct btfout *b, struct names *tags, const struct ir_ktype *t);

/* What is returned and the parameters have to be there before a type that is written in one piece. */
static uint32_t ksymout_proto(struct btfout *b, struct names *tags, const struct ir_ktype *t)
{
	uint32_t ret = ksymout_type(b, tags, t->of), *ids, i = 0, id;
	const struct ir_ktype *a;

	ids = pool_alloc(b->pool, (t->n + 1) * sizeof(*ids));
	if (!ids)
		return 0;
	for (a = t->params; a; a = a->next)
		ids[i++] = ksymout_type(b, tags, a);
	id = btfout_type(b, 0, KSYMOUT_KIND_FUNC_PROTO, t->n, ret);
	for (i = 0; i < t->n; i++) {
		btfout_word(b, 0); /* no name */
		btfout_word(b, ids[i]);
	}
	return id;
}

/* The parser bounds how deep types are in each other. */
static uint32_t ksymout_type(struct btfout *b, struct names *tags, const struct ir_ktype *t)
{
	switch (t->kind) {
	case IR_KTYPE_INT: return btfout_int(b, t->size, t->is_signed);
	case IR_KTYPE_STRUCT: return ksymout_tagged(b, tags, t, KSYMOUT_KIND_STRUCT);
	case IR_KTYPE_UNION: return ksymout_tagged(b, tags, t, KSYMOUT_KIND_UNION);
	case IR_KTYPE_ENUM: return ksymout_tagged(b, tags, t, KSYMOUT_KIND_ENUM);
	case IR_KTYPE_FORWARD:
		return ksymout_tagged(
			b, tags, t, KSYMOUT_KIND_FWD | (t->is_union ? KSYMOUT_FLAG : 0));
	case IR_KTYPE_PTR: return btfout_pointer(b, ksymout_type(b, tags, t->of));
	case IR_KTYPE_ARRAY: return btfout_array(b, ksymout_type(b, tags, t->of), t->n);
	case IR_KTYPE_FUNC: return ksymout_proto(b, tags, t);
	default: return 0;
	}
}

static uint32_t ksymout_void(struct btfout *b)
{
	return btfout_type(b, 0, KSYMOUT_KIND_CONST, 0, 0);
}

static uint32_t ksymout_unknown(struct btfout *b)
{
	uint32_t id = btfout_type(b, 0, KSYMOUT_KIND_FUNC_PROTO, 1, 0);

	btfout_word(b, 0);
	btfout_word(b, 0);
	return id;
}

static uint32_t ksymout_func(struct btfout *b, struct names *tags, const struct ir_ksym *k)
{
	uint32_t proto = k->ktype ? ksymout_type(b, tags, k->ktype) : ksymout_unknown(b);

	return btfout_type(b, btfout_cstring(b, k->name), KSYMOUT_KIND_FUNC, KSYMOUT_EXTERN, proto);
}

static uint32_t ksymout_var(struct btfout *b, struct names *tags, const struct ir_ksym *k)
{
	uint32_t id = k->ktype ? ksymout_type(b, tags, k->ktype) : 0;

	if (k->ktype && !id)
		id = ksymout_void(b);
	id = btfout_type(b, btfout_cstring(b, k->name), KSYMOUT_KIND_VAR, 0, id);
	btfout_word(b, KSYMOUT_EXTERN);
	return id;
}

void ksymout_types(struct btfout *b, const struct ir_unit *u)
{
	struct names tags = {0};
	uint32_t *ids, n = 0, i;
	size_t k;

	ids = pool_alloc(b->pool, (u->n_ksyms + 1) * sizeof(*ids));
	for (k = 0; ids && k < u->n_ksyms && n < KSYMOUT_MAX; k++)
		if (u->ksyms[k]->used && !u->ksyms[k]->config) {
			if (!n)
				btfout_int(b, 4, true); /* a loader's stand-in for each of them */
			ids[n++] = u->ksyms[k]->is_func ? ksymout_func(b, &tags, u->ksyms[k])
							: ksymout_var(b, &tags, u->ksyms[k]);
		}
	if (!n)
		return;
	btfout_type(b, btfout_cstring(b, ".ksyms"), KSYMOUT_KIND_DATASEC, n, 0);
	for (i = 0; i < n; i++) {
		btfout_word(b, ids[i]);
		btfout_word(b, 0); /* places and sizes are the loader's business */
		btfout_word(b, 0);
	}
}
