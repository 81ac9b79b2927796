// SPDX-License-Identifier: MIT
/*
 * corematch.c - is a type of the object's the same as one of the kernel's, as CO-RE counts it?
 *
 * Three questions, each stricter than the one before.  A field may be read when both types are of
 * one sort, whatever their size.  A type exists when records and enums have its name and functions
 * its parameters.  It matches when all that the object's own definition has is found in the
 * kernel's, by name and type; what is behind a pointer counts by its name and sort alone, which is
 * also why this comes to an end: records hold each other only through pointers.  Hostile ones may
 * hold themselves, so that steps and depth are counted.
 *
 * "NAME___anything" is NAME: a flavor lets an object have two definitions of one type.
 */
#include "corematch.h"

#include <errno.h>
#include <string.h>

enum {
	COREMATCH_DEPTH = 32,
	COREMATCH_ENUMS = 1 << BTF_ENUM | 1 << BTF_ENUM64,
	COREMATCH_RECORDS = 1 << BTF_STRUCT | 1 << BTF_UNION,
};

/* The last of exactly three '_' between two other characters. */
size_t corematch_len(const char *name)
{
	size_t i, n = strlen(name);

	for (i = n; i >= 5; i--)
		if (name[i - 1] != '_' && !strncmp(name + i - 4, "___", 3) && name[i - 5] != '_')
			return i - 4;
	return n;
}

bool corematch_names(const char *a, const char *b)
{
	size_t n = corematch_len(a);

	return n == corematch_len(b) && !memcmp(a, b, n);
}

bool corematch_kinds(enum btf_kind a, enum btf_kind b)
{
	return a == b || (COREMATCH_ENUMS >> a & 1 && COREMATCH_ENUMS >> b & 1);
}

/* Two types below their modifiers; 0, or -EINVAL, -E2BIG. */
static int corematch_pair(struct corematch *m, uint32_t local, uint32_t target, struct btf_type *l,
	struct btf_type *t)
{
	if (!m->steps)
		return -E2BIG;
	m->steps--;
	return btf_plain(m->local, local, l) && btf_plain(m->target, target, t) ? 0 : -EINVAL;
}

/* Integers that are bit fields by themselves, of compilers long gone, are not supported. */
static bool corematch_whole_int(const struct btf *b, const struct btf_type *t)
{
	return !btf_int_shift(b, t);
}

int corematch_field(struct corematch *m, uint32_t local, uint32_t target)
{
	struct btf_type l, t;
	uint32_t n;
	int err, depth;

	for (depth = 0; depth < COREMATCH_DEPTH; depth++) {
		err = corematch_pair(m, local, target, &l, &t);
		if (err)
			return err;
		if (COREMATCH_RECORDS >> l.kind & COREMATCH_RECORDS >> t.kind & 1)
			return 1;
		if (!corematch_kinds(l.kind, t.kind))
			return 0;
		switch (l.kind) {
		case BTF_PTR:
		case BTF_FLOAT: return 1;
		case BTF_FWD:
		case BTF_ENUM:
		case BTF_ENUM64: return !*l.name || !*t.name || corematch_names(l.name, t.name);
		case BTF_INT:
			return corematch_whole_int(m->local, &l) &&
			       corematch_whole_int(m->target, &t);
		case BTF_ARRAY:
			btf_array(m->local, &l, &local, &n);
			btf_array(m->target, &t, &target, &n);
			break;
		default: return 0;
		}
	}
	return -E2BIG;
}

/* ---- one and the same walk for both of the questions about types ---------------------------- */

struct corematch_walk {
	struct corematch *m;
	bool strict; /* TYPE_MATCHES */
};

static int corematch_types(const struct corematch_walk *w, uint32_t local, uint32_t target,
	bool pointed, unsigned depth);

static int corematch_params(const struct corematch_walk *w, const struct btf_type *l,
	const struct btf_type *t, bool pointed, unsigned depth)
{
	struct btf_param a, b;
	uint32_t i;
	int is = l->vlen == t->vlen;

	for (i = 0; is == 1 && i < l->vlen; i++) {
		btf_param(w->m->local, l, i, &a);
		btf_param(w->m->target, t, i, &b);
		is = corematch_types(w, a.type, b.type, pointed, depth + 1);
	}
	return is;
}

/* Is there a member of t with the name and type of this one? */
static int corematch_member(const struct corematch_walk *w, const struct btf_member *want,
	const struct btf_type *t, unsigned depth)
{
	struct btf_member m;
	uint32_t i;
	int is;

	for (i = 0; i < t->vlen; i++) {
		if (!w->m->steps)
			return -E2BIG;
		w->m->steps--;
		btf_member(w->m->target, t, i, &m);
		if (!corematch_names(want->name, m.name))
			continue;
		is = corematch_types(w, want->type, m.type, false, depth + 1);
		if (is)
			return is;
	}
	return 0;
}

static int corematch_record(const struct corematch_walk *w, const struct btf_type *l,
	const struct btf_type *t, unsigned depth)
{
	struct btf_member m;
	uint32_t i;
	int is = l->vlen <= t->vlen;

	for (i = 0; is == 1 && i < l->vlen; i++) {
		btf_member(w->m->local, l, i, &m);
		is = corematch_member(w, &m, t, depth);
	}
	return is;
}

/* Every name of l is one of t; the values may differ. */
static int corematch_enum(
	const struct corematch_walk *w, const struct btf_type *l, const struct btf_type *t)
{
	const char *name;
	uint32_t i, k;

	if (l->vlen > t->vlen)
		return 0;
	for (i = 0; i < l->vlen; i++) {
		name = btf_enum_name(w->m->local, l, i);
		for (k = 0; k < t->vlen; k++) {
			if (!w->m->steps)
				return -E2BIG;
			w->m->steps--;
			if (corematch_names(name, btf_enum_name(w->m->target, t, k)))
				break;
		}
		if (k == t->vlen)
			return 0;
	}
	return 1;
}

/* Of a forward declaration: the kind that it declares. */
static enum btf_kind corematch_declared(const struct btf_type *t)
{
	if (t->kind != BTF_FWD)
		return t->kind;
	return t->kflag ? BTF_UNION : BTF_STRUCT;
}

/* TYPE_MATCHES of what is not followed further; a declaration will do for what is pointed to. */
static int corematch_strict(const struct corematch_walk *w, const struct btf_type *l,
	const struct btf_type *t, bool pointed, unsigned depth)
{
	if (l->kind == BTF_ENUM || l->kind == BTF_ENUM64)
		return corematch_kinds(l->kind, t->kind) ? corematch_enum(w, l, t) : 0;
	if (l->kind == BTF_INT)
		return l->kind == t->kind && l->size == t->size &&
		       btf_is_signed(w->m->local, l) == btf_is_signed(w->m->target, t);
	if (pointed)
		return corematch_declared(l) == corematch_declared(t);
	if (l->kind != t->kind)
		return 0;
	return l->kind == BTF_FWD ? l->kflag == t->kflag : corematch_record(w, l, t, depth);
}

static int corematch_types(const struct corematch_walk *w, uint32_t local, uint32_t target,
	bool pointed, unsigned depth)
{
	struct btf_type l, t;
	uint32_t n, k;
	int is;

	for (; depth < COREMATCH_DEPTH; depth++) {
		is = corematch_pair(w->m, local, target, &l, &t);
		if (is)
			return is;
		if (w->strict && !corematch_names(l.name, t.name))
			return 0;
		if (!w->strict && !corematch_kinds(l.kind, t.kind))
			return 0;
		switch (l.kind) {
		case BTF_VOID: return l.kind == t.kind;
		case BTF_INT:
			if (!w->strict)
				return corematch_whole_int(w->m->local, &l) &&
				       corematch_whole_int(w->m->target, &t);
			return corematch_strict(w, &l, &t, pointed, depth);
		case BTF_STRUCT:
		case BTF_UNION:
		case BTF_ENUM:
		case BTF_ENUM64:
		case BTF_FWD: return w->strict ? corematch_strict(w, &l, &t, pointed, depth) : 1;
		case BTF_PTR:
			pointed = true;
			local = l.type;
			target = t.type;
			break;
		case BTF_ARRAY:
			if (t.kind != BTF_ARRAY)
				return 0;
			btf_array(w->m->local, &l, &local, &n);
			btf_array(w->m->target, &t, &target, &k);
			if (w->strict && n != k)
				return 0;
			break;
		case BTF_FUNC_PROTO:
			if (t.kind != l.kind)
				return 0;
			is = corematch_params(w, &l, &t, pointed, depth);
			if (is != 1)
				return is;
			local = l.type;
			target = t.type;
			break;
		default: return 0;
		}
		if (l.kind != t.kind)
			return 0;
	}
	return -E2BIG;
}

int corematch_exists(struct corematch *m, uint32_t local, uint32_t target)
{
	const struct corematch_walk w = {.m = m};

	return corematch_types(&w, local, target, false, 0);
}

int corematch_matches(struct corematch *m, uint32_t local, uint32_t target)
{
	const struct corematch_walk w = {.m = m, .strict = true};

	return corematch_types(&w, local, target, false, 0);
}
