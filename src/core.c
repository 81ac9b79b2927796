// SPDX-License-Identifier: MIT
/*
 * core.c - what a CO-RE record asks, and what one BTF answers.
 *
 * A record names a type of the object's BTF and, for a field, the way to it: "0:3:1:2" is element
 * 0 of an array of the type (the type itself), member 3 of it, member 1 of that, element 2 of that
 * array.  Members by number mean nothing in another kernel, so the way is first turned into names,
 * in which unnamed records are left out (the kernel may wrap a member into one, or unwrap it), and
 * then gone by name in the kernel's BTF.  Each end of the way gives numbers; the object's are what
 * the compiler has put into the instruction, the kernel's what belongs there.
 */
#include "core.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	CORE_DEPTH = 32, /* records in records */
	CORE_RECORDS = 1 << BTF_STRUCT | 1 << BTF_UNION,
	CORE_ENUMS = 1 << BTF_ENUM | 1 << BTF_ENUM64,
};

bool core_is_field(enum core_kind kind)
{
	return kind <= CORE_FIELD_RSHIFT;
}

bool core_is_enum(enum core_kind kind)
{
	return kind == CORE_ENUM_EXISTS || kind == CORE_ENUM_VALUE;
}

static int core_add(struct core_place *p, const char *name, uint32_t type, uint32_t index)
{
	if (p->n == CORE_STEPS)
		return -E2BIG;
	p->step[p->n++] = (struct core_step){name, type, index};
	return 0;
}

/* Element index of an array of type id, which may be above all that there is. */
static int core_add_element(struct core_place *p, uint32_t id, uint32_t index)
{
	int64_t size = btf_size(p->btf, id);

	if (size < 0 || (index && size > INT32_MAX / (int64_t)index))
		return -EINVAL;
	p->bits += (uint64_t)size * index * 8;
	return core_add(p, NULL, id, index);
}

/* An array without a length at a record's end. */
static bool core_is_open(const struct core_place *p, uint32_t n)
{
	const struct core_step *s = &p->step[p->n - 1];
	struct btf_type t;

	return !n && s->name && btf_type(p->btf, s->type, &t) && s->index + 1 == t.vlen;
}

/* ---- the object's side ------------------------------------------------------------------- */

/* The next number of "0:1:2"; false: there is none. */
static bool core_number(const char **s, uint32_t *n)
{
	const char *p = *s;

	for (*n = 0; *p >= '0' && *p <= '9'; p++) {
		if (*n > INT32_MAX / 10 - 1)
			return false;
		*n = *n * 10 + (uint32_t)(*p - '0');
	}
	if (p == *s || (*p && (*p != ':' || !p[1])))
		return false;
	*s = *p ? p + 1 : p;
	return true;
}

/* One number further; *id is the type there. */
static int core_parse_step(struct core_place *p, uint32_t *id, uint32_t index)
{
	struct btf_type t;
	struct btf_member m;
	uint32_t n;

	if (!btf_plain(p->btf, *id, &t))
		return -EINVAL;
	if (CORE_RECORDS >> t.kind & 1) {
		if (index >= t.vlen)
			return -EINVAL;
		btf_member(p->btf, &t, index, &m);
		p->bits += m.bit_offset;
		*id = m.type;
		return *m.name ? core_add(p, m.name, t.id, index) : 0;
	}
	if (t.kind != BTF_ARRAY)
		return -EINVAL;
	btf_array(p->btf, &t, id, &n);
	if (!btf_plain(p->btf, *id, &t) || (index >= n && !core_is_open(p, n)))
		return -EINVAL;
	*id = t.id;
	return core_add_element(p, *id, index);
}

static int core_parse_enum(struct core_place *p, const struct btf_type *t, uint32_t index)
{
	if (!(CORE_ENUMS >> t->kind & 1) || index >= t->vlen)
		return -EINVAL;
	return core_add(p, btf_enum_name(p->btf, t, index), t->id, index);
}

int core_parse(const struct btf *b, uint32_t kind, uint32_t type, const char *access,
	struct core_place *out)
{
	struct btf_type t;
	uint32_t index, id, steps;
	int err;

	memset(out, 0, sizeof(*out));
	out->btf = b;
	out->kind = (enum core_kind)kind;
	out->root = type;
	if (kind >= CORE_KINDS || !type || !btf_plain(b, type, &t) || !core_number(&access, &index))
		return -EINVAL;
	if (core_is_enum(out->kind))
		return *access ? -EINVAL : core_parse_enum(out, &t, index);
	if (!core_is_field(out->kind))
		return *access || index ? -EINVAL : 0;
	id = t.id;
	err = core_add_element(out, id, index);
	for (steps = 1; !err && *access; steps++) {
		if (steps == CORE_STEPS)
			return -E2BIG;
		err = core_number(&access, &index) ? core_parse_step(out, &id, index) : -EINVAL;
	}
	return err;
}

/* ---- the kernel's side ------------------------------------------------------------------- */

struct core_way {
	const struct core_place *local;
	struct corematch *m;
	struct core_place *p; /* how far it has got */
	uint32_t id;	      /* the type there */
};

/*
 * A member with the name of local step s, here or in an unnamed record in here: 1 and w moves on to
 * it; 0: there is none, or it is of another sort.
 */
static int core_member(struct core_way *w, const struct core_step *s, unsigned depth)
{
	struct btf_type l, t;
	struct btf_member m, want;
	uint64_t bits = w->p->bits;
	uint32_t i;
	int is = 0;

	if (depth == CORE_DEPTH)
		return -E2BIG;
	if (!btf_plain(w->p->btf, w->id, &t) || !btf_plain(w->local->btf, s->type, &l))
		return -EINVAL;
	for (i = 0; !is && CORE_RECORDS >> t.kind & 1 && i < t.vlen; i++) {
		if (!w->m->steps)
			return -E2BIG;
		w->m->steps--;
		btf_member(w->p->btf, &t, i, &m);
		if (*m.name && strcmp(m.name, s->name) != 0)
			continue;
		w->p->bits = bits + m.bit_offset;
		w->id = m.type;
		if (*m.name) {
			btf_member(w->local->btf, &l, s->index, &want);
			is = corematch_field(w->m, want.type, m.type);
			w->m->other |= !is;
			if (is == 1 && core_add(w->p, m.name, t.id, i))
				is = -E2BIG;
			return is;
		}
		is = core_member(w, s, depth + 1);
	}
	return is;
}

static int core_element(struct core_way *w, const struct core_step *s, bool first)
{
	struct btf_type t;
	uint32_t n;
	int err;

	if (!btf_plain(w->p->btf, w->id, &t))
		return -EINVAL;
	if (!first) {
		if (t.kind != BTF_ARRAY)
			return 0;
		btf_array(w->p->btf, &t, &w->id, &n);
		if (s->index >= n && !core_is_open(w->p, n))
			return 0;
		if (!btf_plain(w->p->btf, w->id, &t))
			return -EINVAL;
	}
	w->id = t.id;
	err = core_add_element(w->p, w->id, s->index);
	return err ? err : 1;
}

static int core_match_enum(struct core_way *w)
{
	const struct core_step *s = w->local->step;
	struct btf_type t;
	const char *name;
	uint32_t i;

	if (!btf_plain(w->p->btf, w->id, &t))
		return -EINVAL;
	for (i = 0; CORE_ENUMS >> t.kind & 1 && i < t.vlen; i++) {
		if (!w->m->steps)
			return -E2BIG;
		w->m->steps--;
		name = btf_enum_name(w->p->btf, &t, i);
		if (corematch_names(name, s->name))
			return core_add(w->p, name, t.id, i) ? -E2BIG : 1;
	}
	return 0;
}

int core_match(
	const struct core_place *local, struct corematch *m, uint32_t id, struct core_place *out)
{
	struct core_way w = {.local = local, .m = m, .p = out, .id = id};
	uint32_t i;
	int is = 1;

	memset(out, 0, sizeof(*out));
	out->btf = m->target;
	out->kind = local->kind;
	out->root = id;
	if (core_is_enum(local->kind))
		return core_match_enum(&w);
	if (local->kind == CORE_TYPE_MATCHES)
		return corematch_matches(m, local->root, id);
	if (!core_is_field(local->kind))
		return corematch_exists(m, local->root, id);
	for (i = 0; is == 1 && i < local->n; i++)
		is = local->step[i].name ? core_member(&w, &local->step[i], 0)
					 : core_element(&w, &local->step[i], !i);
	return is;
}

/* ---- numbers ----------------------------------------------------------------------------- */

struct core_number {
	uint64_t value;
	uint32_t size, type; /* of the field, for FIELD_OFFSET of what is no bit field */
	bool sure;	     /* no compiler can see it otherwise */
};

/* A field, or the word of 1 to 8 bytes that a bit field is read with. */
struct core_field {
	struct btf_type t;
	uint64_t offset, size; /* bytes */
	uint64_t bits, n_bits; /* from the root's start */
	bool is_bits;
};

static int core_bit_field(struct core_field *f)
{
	if ((f->t.kind != BTF_INT && !(CORE_ENUMS >> f->t.kind & 1)) || !f->t.size ||
		f->t.size > 8 || (f->t.size & (f->t.size - 1)))
		return -EINVAL;
	for (f->size = f->t.size;; f->size *= 2) {
		f->offset = f->bits / 8 / f->size * f->size;
		if (f->bits + f->n_bits <= (f->offset + f->size) * 8)
			return 0;
		if (f->size == 8)
			return -E2BIG;
	}
}

static int core_field(const struct core_place *p, struct core_field *f)
{
	const struct core_step *s = &p->step[p->n - 1];
	struct btf_type owner;
	struct btf_member m = {.type = s->type};
	int64_t size;

	memset(f, 0, sizeof(*f));
	if (s->name) {
		if (!btf_type(p->btf, s->type, &owner))
			return -EINVAL;
		btf_member(p->btf, &owner, s->index, &m);
	}
	if (!btf_plain(p->btf, m.type, &f->t))
		return -EINVAL;
	f->bits = p->bits;
	f->n_bits = m.bit_size;
	f->is_bits = m.bit_size != 0;
	if (f->is_bits)
		return core_bit_field(f);
	size = btf_size(p->btf, f->t.id);
	if (size < 0)
		return -EINVAL;
	f->offset = p->bits / 8;
	f->size = (uint64_t)size;
	f->n_bits = f->size * 8;
	return 0;
}

static uint64_t core_lshift(const struct core_field *f)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return 64 - (f->bits + f->n_bits - f->offset * 8);
#else
	return (8 - f->size) * 8 + (f->bits - f->offset * 8);
#endif
}

static int core_field_number(const struct core_place *p, struct core_number *n)
{
	bool element = !p->step[p->n - 1].name;
	struct core_field f;
	int err = core_field(p, &f);

	if (err)
		return err;
	n->sure = !f.is_bits;
	switch (p->kind) {
	case CORE_FIELD_OFFSET:
		n->value = f.offset;
		n->size = f.is_bits ? 0 : (uint32_t)f.size;
		n->type = f.t.id;
		return 0;
	case CORE_FIELD_SIZE: n->value = f.size; return 0;
	case CORE_FIELD_SIGNED:
		n->value = btf_is_signed(p->btf, &f.t);
		n->sure = true;
		return element ? -EINVAL : 0;
	case CORE_FIELD_LSHIFT: n->value = core_lshift(&f); break;
	case CORE_FIELD_RSHIFT:
		n->value = 64 - f.n_bits;
		n->sure = true;
		break;
	default: return -EINVAL;
	}
	return element || f.size > 8 ? -EINVAL : 0;
}

static int core_number_of(const struct core_place *p, struct core_number *n)
{
	struct btf_type t;
	int64_t size;

	memset(n, 0, sizeof(*n));
	n->sure = true;
	switch (p->kind) {
	case CORE_TYPE_LOCAL:
	case CORE_TYPE_TARGET:
		n->value = p->root;
		n->sure = false; /* the linker renumbers types, and instructions stay */
		return 0;
	case CORE_TYPE_SIZE:
		size = btf_size(p->btf, p->root);
		n->value = (uint64_t)size;
		return size < 0 ? -EINVAL : 0;
	case CORE_ENUM_VALUE:
		if (!btf_type(p->btf, p->step[0].type, &t))
			return -EINVAL;
		n->value = btf_enum_value(p->btf, &t, p->step[0].index);
		n->size = t.kind == BTF_ENUM && !t.kflag ? 4 : 0;
		return 0;
	default: return core_field_number(p, n);
	}
}

/*
 * Can a load of one size stand for one of another?  Only when what is above is zero: pointers,
 * whose size is the compiler's matter, and unsigned numbers.
 */
static bool core_zero_above(const struct core_place *l, const struct core_number *was,
	const struct core_place *t, const struct core_number *is)
{
	struct btf_type a, b;

	if (!btf_type(l->btf, was->type, &a) || !btf_type(t->btf, is->type, &b))
		return false;
	if (a.kind == BTF_PTR && b.kind == BTF_PTR)
		return true;
	return a.kind == BTF_INT && b.kind == BTF_INT && !btf_is_signed(l->btf, &a) &&
	       !btf_is_signed(t->btf, &b);
}

static bool core_asks_if(enum core_kind kind)
{
	return kind == CORE_FIELD_EXISTS || kind == CORE_TYPE_EXISTS || kind == CORE_TYPE_MATCHES ||
	       kind == CORE_ENUM_EXISTS;
}

int core_answer(
	const struct core_place *local, const struct core_place *target, struct core_answer *a)
{
	struct core_number was, is = {0};
	int err;

	memset(a, 0, sizeof(*a));
	if (core_asks_if(local->kind)) {
		a->was = 1;
		a->is = target != NULL;
		a->check = true;
		return 0;
	}
	err = core_number_of(local, &was);
	if (!err && target)
		err = core_number_of(target, &is);
	if (err)
		return err;
	a->was = was.value;
	a->is = is.value;
	a->check = was.sure;
	/* a type that is not there has the number and the size 0 */
	a->absent = !target && (core_is_field(local->kind) || core_is_enum(local->kind));
	if (local->kind == CORE_ENUM_VALUE) {
		a->was_word = was.size != 0;
		a->is_word = is.size != 0;
		return 0;
	}
	a->was_size = was.size;
	a->is_size = is.size;
	a->unfit = target && was.size != is.size && !core_zero_above(local, &was, target, &is);
	return 0;
}

bool core_agree(const struct core_place *p, const struct core_answer *a, const struct core_place *q,
	const struct core_answer *b)
{
	return p->bits == q->bits && a->is == b->is && a->absent == b->absent &&
	       a->is_size == b->is_size && a->unfit == b->unfit;
}

/* ---- words ------------------------------------------------------------------------------- */

static void core_put(char *out, size_t size, const char *a, const char *b)
{
	size_t n = strlen(out);

	if (n < size)
		snprintf(out + n, size - n, "%s%s", a, b);
}

/* "a.b[2].c"; of an element of an array of the type itself "[1].a" */
static void core_way_text(const struct core_place *p, char *out, size_t size)
{
	char index[16];
	uint32_t i;

	*out = '\0';
	for (i = 0; i < p->n; i++) {
		if (p->step[i].name) {
			core_put(out, size, *out ? "." : "", p->step[i].name);
		} else if (i || p->step[i].index) {
			snprintf(index, sizeof(index), "[%u]", p->step[i].index);
			core_put(out, size, index, "");
		}
	}
}

const char *core_text(const struct core_place *p, char *out, size_t size)
{
	static const char *const sorts[] = {
		[BTF_STRUCT] = "struct ",
		[BTF_UNION] = "union ",
		[BTF_ENUM] = "enum ",
		[BTF_ENUM64] = "enum ",
	};
	struct btf_type t;
	const char *sort = "";
	char way[256];
	int named = 0;

	if (btf_type(p->btf, p->root, &t)) {
		named = (int)corematch_len(t.name);
		if (t.kind <= BTF_ENUM64 && sorts[t.kind])
			sort = sorts[t.kind];
	}
	core_way_text(p, way, sizeof(way));
	if (*way)
		snprintf(out, size, "%s '%s' of '%s%.*s'",
			core_is_enum(p->kind) ? "enumerator" : "field", way, sort,
			named < 100 ? named : 100, t.name);
	else
		snprintf(out, size, "type '%s%.*s'", sort, named < 100 ? named : 100, t.name);
	return out;
}
