// SPDX-License-Identifier: MIT
/*
 * btf.c - BTF bytes.
 *
 * A header, then types one after the other, each of a size that its kind and vlen give, then
 * strings.  btf_parse() walks the types once and notes where each begins; every later access goes
 * through that table, and every length has been checked by then.  Type ids inside types are
 * checked where they are followed.
 *
 * A kernel's BTF has 130,000 types and more, of which a handful is wanted: btf_view() copies
 * nothing and walks only as far as it is asked to, noting where each 64th type begins.
 *
 * A module's is split off the kernel's: its ids and string offsets go on where those end.  Inside
 * of this file ids are a BTF's own, from 1 on; what was split off adds its base's number to them.
 */
#include "btf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BTF_MAGIC	 0xeb9f
#define BTF_HEADER	 24 /* bytes */
#define BTF_TYPE_HEAD	 12
#define BTF_DEPTH	 64 /* typedefs and modifiers in a row */
#define BTF_INFO_KIND(i) ((i) >> 24 & 0x1f)
#define BTF_INFO_VLEN(i) ((i)&0xffff)

#define BTF_STRIDE 64
/* kinds of which nothing follows the head */
#define BTF_BARE                                                                          \
	(1U << BTF_PTR | 1U << BTF_FWD | 1U << BTF_TYPEDEF | 1U << BTF_VOLATILE |         \
		1U << BTF_CONST | 1U << BTF_RESTRICT | 1U << BTF_FUNC | 1U << BTF_FLOAT | \
		1U << BTF_TYPE_TAG)

struct btf {
	unsigned char *data;
	size_t len;
	uint32_t str_off, str_len; /* from the start of data */
	uint32_t *types;	   /* where each id begins; [0] unused */
	uint32_t n_types, cap;
	struct btf_walked *walked;   /* a view; then types is not used */
	const struct btf *base;	     /* what it was split off, or NULL */
	uint32_t before, str_before; /* ids and bytes of strings of the base */
};

/* How far a view has been walked. */
struct btf_walked {
	uint32_t *marks; /* where id 64, 128 ... begins */
	uint32_t n_marks, cap;
	uint32_t first, end; /* of all types */
	uint32_t id, at;     /* the next one */
};

static uint32_t btf_u32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Bytes that follow the 12 of a type; SIZE_MAX for a kind that is not known. */
static size_t btf_extra(enum btf_kind kind, uint32_t vlen)
{
	switch (kind) {
	case BTF_INT:
	case BTF_VAR:
	case BTF_DECL_TAG: return 4;
	case BTF_ARRAY: return 12;
	case BTF_STRUCT:
	case BTF_UNION:
	case BTF_DATASEC:
	case BTF_ENUM64: return (size_t)vlen * 12;
	case BTF_ENUM:
	case BTF_FUNC_PROTO: return (size_t)vlen * 8;
	case BTF_PTR:
	case BTF_FWD:
	case BTF_TYPEDEF:
	case BTF_VOLATILE:
	case BTF_CONST:
	case BTF_RESTRICT:
	case BTF_FUNC:
	case BTF_FLOAT:
	case BTF_TYPE_TAG: return 0;
	default: return SIZE_MAX;
	}
}

/*
 * The same as a table, for btf_each(): bytes, and bytes for each of vlen.  What is not known gets
 * more than there can be.
 */
static uint32_t btf_tail(uint32_t info)
{
	static const struct {
		uint32_t bytes, each;
	} tails[32] = {
		[BTF_VOID] = {UINT32_MAX / 2, 0},
		[BTF_INT] = {4, 0},
		[BTF_VAR] = {4, 0},
		[BTF_DECL_TAG] = {4, 0},
		[BTF_ARRAY] = {12, 0},
		[BTF_STRUCT] = {0, 12},
		[BTF_UNION] = {0, 12},
		[BTF_DATASEC] = {0, 12},
		[BTF_ENUM64] = {0, 12},
		[BTF_ENUM] = {0, 8},
		[BTF_FUNC_PROTO] = {0, 8},
	};
	unsigned kind = BTF_INFO_KIND(info);

	if (kind > BTF_ENUM64)
		kind = BTF_VOID;
	return tails[kind].bytes + BTF_INFO_VLEN(info) * tails[kind].each;
}

static int btf_add_type(struct btf *b, uint32_t at)
{
	uint32_t *p, cap = b->cap ? b->cap * 2 : 256;

	if (b->n_types == b->cap) {
		p = realloc(b->types, cap * sizeof(*p));
		if (!p)
			return -ENOMEM;
		b->types = p;
		b->cap = cap;
	}
	b->types[b->n_types++] = at;
	return 0;
}

static int btf_walk(struct btf *b, uint32_t at, uint32_t end, struct rawbpf_error *e)
{
	uint32_t info;
	size_t extra;

	if (btf_add_type(b, 0))
		return err_set(e, "open", -ENOMEM, "out of memory");
	while (at < end) {
		if (end - at < BTF_TYPE_HEAD)
			return err_set(e, "open", -EINVAL, "btf: type %u is cut off", b->n_types);
		info = btf_u32(b->data + at + 4);
		extra = btf_extra(BTF_INFO_KIND(info), BTF_INFO_VLEN(info));
		if (extra == SIZE_MAX)
			return err_set(e, "open", -EINVAL, "btf: type %u is of unknown kind %u",
				b->n_types, BTF_INFO_KIND(info));
		if (extra > end - at - BTF_TYPE_HEAD)
			return err_set(e, "open", -EINVAL, "btf: type %u is cut off", b->n_types);
		if (btf_u32(b->data + at) >= b->str_len)
			return err_set(e, "open", -EINVAL, "btf: the name of type %u is outside",
				b->n_types);
		if (btf_add_type(b, at))
			return err_set(e, "open", -ENOMEM, "out of memory");
		at += BTF_TYPE_HEAD + (uint32_t)extra;
	}
	return 0;
}

static int btf_header(struct btf *b, uint32_t *types, uint32_t *end, struct rawbpf_error *e)
{
	const unsigned char *p = b->data;
	uint32_t hdr, type_off, type_len, str_off, str_len;
	uint16_t magic;

	if (b->len < BTF_HEADER || b->len > UINT32_MAX / 2)
		return err_set(e, "open", -EINVAL, "btf: %zu bytes are no btf", b->len);
	memcpy(&magic, p, sizeof(magic));
	if (magic == 0x9feb)
		return err_set(e, "open", -EINVAL, "btf: it is of the other byte order");
	if (magic != BTF_MAGIC || p[2] != 1)
		return err_set(e, "open", -EINVAL, "btf: magic %#x, version %u are not known",
			magic, p[2]);
	hdr = btf_u32(p + 4);
	type_off = btf_u32(p + 8);
	type_len = btf_u32(p + 12);
	str_off = btf_u32(p + 16);
	str_len = btf_u32(p + 20);
	if (hdr < BTF_HEADER || hdr > b->len || type_off > b->len - hdr ||
		type_len > b->len - hdr - type_off || str_off > b->len - hdr ||
		str_len > b->len - hdr - str_off || (!str_len && !b->base) || (type_off & 3))
		return err_set(e, "open", -EINVAL, "btf: a section is outside");
	b->str_off = hdr + str_off;
	b->str_len = str_len;
	if ((!b->base && p[b->str_off]) || (str_len && p[b->str_off + str_len - 1]))
		return err_set(e, "open", -EINVAL, "btf: the strings do not begin and end in NUL");
	*types = hdr + type_off;
	*end = *types + type_len;
	return 0;
}

int btf_parse(const void *data, size_t len, struct btf **out, struct rawbpf_error *e)
{
	struct btf *b = calloc(1, sizeof(*b));
	uint32_t types = 0, end = 0;
	int err;

	*out = NULL;
	if (b)
		b->data = malloc(len ? len : 1);
	if (!b || !b->data) {
		btf_free(b);
		return err_set(e, "open", -ENOMEM, "out of memory");
	}
	if (len)
		memcpy(b->data, data, len);
	b->len = len;
	err = btf_header(b, &types, &end, e);
	if (!err)
		err = btf_walk(b, types, end, e);
	if (err) {
		btf_free(b);
		return err;
	}
	*out = b;
	return 0;
}

int btf_view_split(const void *data, size_t len, const struct btf *base, struct btf **out,
	struct rawbpf_error *e)
{
	struct btf *b = calloc(1, sizeof(*b));
	struct btf_walked *w = b ? calloc(1, sizeof(*w)) : NULL;
	int err;

	*out = NULL;
	if (!w) {
		free(b);
		return err_set(e, "open", -ENOMEM, "out of memory");
	}
	b->walked = w;
	b->data = (unsigned char *)(uintptr_t)data; /* never written to through a view */
	b->len = len;
	b->base = base;
	b->before = base ? btf_n_types(base) - 1 : 0;
	b->str_before = base ? base->str_before + base->str_len : 0;
	err = btf_header(b, &w->first, &w->end, e);
	if (err) {
		btf_free(b);
		return err;
	}
	w->id = 1;
	w->at = w->first;
	*out = b;
	return 0;
}

int btf_view(const void *data, size_t len, struct btf **out, struct rawbpf_error *e)
{
	return btf_view_split(data, len, NULL, out, e);
}

/* Bytes of a type that has been checked. */
static uint32_t btf_type_len(const struct btf *b, uint32_t at)
{
	uint32_t info = btf_u32(b->data + at + 4);

	return BTF_TYPE_HEAD + (uint32_t)btf_extra(BTF_INFO_KIND(info), BTF_INFO_VLEN(info));
}

/* Type w->id begins at at.  Without memory, or behind a gap, it is only slower to find. */
static void btf_mark(struct btf_walked *w, uint32_t at)
{
	uint32_t *p, cap = w->cap ? w->cap * 2 : 64;

	if (w->id / BTF_STRIDE != w->n_marks + 1)
		return;
	if (w->n_marks == w->cap) {
		p = realloc(w->marks, cap * sizeof(*p));
		if (!p)
			return;
		w->marks = p;
		w->cap = cap;
	}
	w->marks[w->n_marks++] = at;
}

/* One type more; false: there is none, or none that can be read. */
static bool btf_advance(const struct btf *b)
{
	struct btf_walked *w = b->walked;
	uint32_t left = w->end - w->at, info;
	size_t extra;

	if (w->at >= w->end || left < BTF_TYPE_HEAD)
		return false;
	info = btf_u32(b->data + w->at + 4);
	extra = btf_extra(BTF_INFO_KIND(info), BTF_INFO_VLEN(info));
	if (extra > left - BTF_TYPE_HEAD || !btf_str(b, btf_u32(b->data + w->at)))
		return false;
	if (!(w->id % BTF_STRIDE))
		btf_mark(w, w->at);
	w->id++;
	w->at += BTF_TYPE_HEAD + (uint32_t)extra;
	return true;
}

/* Where a type begins; 0: no such id. */
static uint32_t btf_at(const struct btf *b, uint32_t id)
{
	struct btf_walked *w = b->walked;
	uint32_t i, at;

	if (!w)
		return id < b->n_types ? b->types[id] : 0;
	while (id >= w->id)
		if (!btf_advance(b))
			return 0;
	i = id / BTF_STRIDE;
	i = (i < w->n_marks ? i : w->n_marks) * BTF_STRIDE;
	at = i ? w->marks[i / BTF_STRIDE - 1] : w->first;
	for (i = i ? i : 1; i < id; i++)
		at += btf_type_len(b, at);
	return at;
}

void btf_free(struct btf *b)
{
	if (!b)
		return;
	if (b->walked)
		free(b->walked->marks);
	else
		free(b->data);
	free(b->walked);
	free(b->types);
	free(b);
}

const void *btf_bytes(const struct btf *b, size_t *len)
{
	*len = b->len;
	return b->data;
}

uint32_t btf_n_types(const struct btf *b)
{
	if (!b->walked)
		return b->n_types;
	while (btf_advance(b))
		;
	return b->walked->id + b->before;
}

const char *btf_str(const struct btf *b, uint32_t off)
{
	if (b->base && off < b->str_before)
		return btf_str(b->base, off);
	off -= b->str_before;
	return off < b->str_len ? (const char *)b->data + b->str_off + off : NULL;
}

bool btf_type(const struct btf *b, uint32_t id, struct btf_type *t)
{
	const unsigned char *p;
	uint32_t info, at;

	memset(t, 0, sizeof(*t));
	t->name = "";
	t->id = id;
	if (!id)
		return true;
	if (b->base && id <= b->before)
		return btf_type(b->base, id, t);
	at = btf_at(b, id - b->before);
	if (!at)
		return false;
	p = b->data + at;
	info = btf_u32(p + 4);
	t->kind = BTF_INFO_KIND(info);
	t->vlen = BTF_INFO_VLEN(info);
	t->kflag = info >> 31;
	t->size = t->type = btf_u32(p + 8);
	t->name = btf_str(b, btf_u32(p));
	t->at = at + BTF_TYPE_HEAD;
	return true;
}

/* The id behind id, and where it begins; 0: there is none.  id 0 begins. */
static uint32_t btf_next(const struct btf *b, uint32_t id, uint32_t *at)
{
	if (!b->walked) {
		if (++id >= b->n_types)
			return 0;
		*at = b->types[id];
		return id;
	}
	*at = id ? *at + btf_type_len(b, *at) : b->walked->first;
	id++;
	return id < b->walked->id || btf_advance(b) ? id : 0;
}

uint32_t btf_find_any(const struct btf *b, uint32_t kinds, const char *name)
{
	uint32_t id = 0, at = 0;

	while ((id = btf_next(b, id, &at))) {
		const unsigned char *p = b->data + at;

		if (kinds >> BTF_INFO_KIND(btf_u32(p + 4)) & 1 &&
			!strcmp(btf_str(b, btf_u32(p)), name))
			return id + b->before;
	}
	return 0;
}

uint32_t btf_find(const struct btf *b, enum btf_kind kind, const char *name)
{
	return btf_find_any(b, 1U << kind, name);
}

void btf_each_name(
	const struct btf *b, uint32_t kinds, void (*fn)(void *arg, const char *name), void *arg)
{
	uint32_t id = 0, at = 0;

	while ((id = btf_next(b, id, &at)))
		if (kinds >> BTF_INFO_KIND(btf_u32(b->data + at + 4)) & 1)
			fn(arg, btf_str(b, btf_u32(b->data + at)));
}

/*
 * The view's own loop: what btf_next() does, with all it needs in registers (a third of the
 * time for a kernel's).
 */
static int btf_each_walked(const struct btf *b, uint32_t kinds,
	int (*fn)(void *arg, uint32_t id, enum btf_kind kind, const char *name), void *arg)
{
	struct btf_walked *w = b->walked;
	uint32_t at = w->first, id = 1, info, name, to;
	const char *s, *strings = (const char *)b->data + b->str_off;
	uint32_t before = b->str_before, n = b->str_len;
	const unsigned char *p = b->data;
	int ret;

	while (w->end - at >= BTF_TYPE_HEAD) {
		info = btf_u32(p + at + 4);
		/* functions stand in long rows: the processor need not wait for their length */
		to = BTF_TYPE_HEAD;
		if (!(BTF_BARE >> BTF_INFO_KIND(info) & 1))
			to += btf_tail(info);
		name = btf_u32(p + at) - before;
		if (to > w->end - at || (name >= n && !btf_str(b, name + before)))
			break;
		if (id >= w->id) {
			if (!(id % BTF_STRIDE))
				btf_mark(w, at);
			w->id = id + 1;
			w->at = at + to;
		}
		if (kinds >> BTF_INFO_KIND(info) & 1) {
			s = name < n ? strings + name : btf_str(b, name + before);
			ret = *s ? fn(arg, id + b->before, BTF_INFO_KIND(info), s) : 0;
			if (ret)
				return ret;
		}
		at += to;
		id++;
	}
	return 0;
}

int btf_each(const struct btf *b, uint32_t kinds,
	int (*fn)(void *arg, uint32_t id, enum btf_kind kind, const char *name), void *arg)
{
	const char *name;
	uint32_t id, info;
	int ret = 0;

	if (b->walked)
		return btf_each_walked(b, kinds, fn, arg);
	for (id = 1; !ret && id < b->n_types; id++) {
		info = btf_u32(b->data + b->types[id] + 4);
		name = btf_str(b, btf_u32(b->data + b->types[id]));
		if (kinds >> BTF_INFO_KIND(info) & 1 && *name)
			ret = fn(arg, id, BTF_INFO_KIND(info), name);
	}
	return ret;
}

/* What follows a type. */
static unsigned char *btf_body(const struct btf *b, const struct btf_type *t)
{
	return (b->base && t->id <= b->before ? b->base->data : b->data) + t->at;
}

uint32_t btf_int_bits(const struct btf *b, const struct btf_type *t)
{
	return t->kind == BTF_INT ? btf_u32(btf_body(b, t)) & 0xff : 0;
}

uint32_t btf_int_shift(const struct btf *b, const struct btf_type *t)
{
	return t->kind == BTF_INT ? btf_u32(btf_body(b, t)) >> 16 & 0xff : 0;
}

bool btf_plain(const struct btf *b, uint32_t id, struct btf_type *t)
{
	int i;

	for (i = 0; i < BTF_DEPTH; i++) {
		if (!btf_type(b, id, t))
			return false;
		switch (t->kind) {
		case BTF_TYPEDEF:
		case BTF_VOLATILE:
		case BTF_CONST:
		case BTF_RESTRICT:
		case BTF_TYPE_TAG: id = t->type; break;
		default: return true;
		}
	}
	return false;
}

int64_t btf_size(const struct btf *b, uint32_t id)
{
	struct btf_type t;
	uint64_t n = 1;
	uint32_t elem, count;
	int i;

	for (i = 0; i < BTF_DEPTH; i++) {
		if (!btf_plain(b, id, &t))
			return -EINVAL;
		switch (t.kind) {
		case BTF_INT:
		case BTF_STRUCT:
		case BTF_UNION:
		case BTF_ENUM:
		case BTF_ENUM64:
		case BTF_FLOAT:
		case BTF_DATASEC: n *= t.size; return n > INT32_MAX ? -EOVERFLOW : (int64_t)n;
		case BTF_PTR: n *= 8; return n > INT32_MAX ? -EOVERFLOW : (int64_t)n;
		case BTF_VAR: id = t.type; break;
		case BTF_ARRAY:
			btf_array(b, &t, &elem, &count);
			n *= count; /* both below 2^32 */
			if (n > INT32_MAX)
				return -EOVERFLOW;
			id = elem;
			break;
		default: return -EINVAL;
		}
	}
	return -EINVAL;
}

bool btf_is_bool(const struct btf *b, const struct btf_type *t)
{
	return t->kind == BTF_INT && btf_u32(btf_body(b, t)) >> 26 & 1;
}

bool btf_is_signed(const struct btf *b, const struct btf_type *t)
{
	switch (t->kind) {
	case BTF_INT: return btf_u32(btf_body(b, t)) >> 24 & 1;
	case BTF_ENUM:
	case BTF_ENUM64: return t->kflag;
	default: return false;
	}
}

void btf_member(const struct btf *b, const struct btf_type *t, uint32_t i, struct btf_member *m)
{
	const unsigned char *p = btf_body(b, t) + (size_t)i * 12;
	uint32_t off = btf_u32(p + 8);
	const char *name = btf_str(b, btf_u32(p));

	m->name = name ? name : "";
	m->type = btf_u32(p + 4);
	m->bit_offset = t->kflag ? off & 0xffffff : off;
	m->bit_size = t->kflag ? off >> 24 : 0;
}

void btf_param(const struct btf *b, const struct btf_type *t, uint32_t i, struct btf_param *p)
{
	const unsigned char *q = btf_body(b, t) + (size_t)i * 8;
	const char *name = btf_str(b, btf_u32(q));

	p->name = name ? name : "";
	p->type = btf_u32(q + 4);
}

void btf_array(const struct btf *b, const struct btf_type *t, uint32_t *elem, uint32_t *n)
{
	const unsigned char *p = btf_body(b, t);

	*elem = btf_u32(p);
	*n = btf_u32(p + 8);
}

uint64_t btf_enum_value(const struct btf *b, const struct btf_type *t, uint32_t i)
{
	const unsigned char *p = btf_body(b, t) + (size_t)i * (t->kind == BTF_ENUM64 ? 12 : 8);
	uint32_t low = btf_u32(p + 4);

	if (t->kind == BTF_ENUM64)
		return (uint64_t)btf_u32(p + 8) << 32 | low;
	return t->kflag ? (uint64_t)(int64_t)(int32_t)low : low;
}

const char *btf_enum_name(const struct btf *b, const struct btf_type *t, uint32_t i)
{
	const unsigned char *p = btf_body(b, t) + (size_t)i * (t->kind == BTF_ENUM64 ? 12 : 8);
	const char *name = btf_str(b, btf_u32(p));

	return name ? name : "";
}

void btf_each_enumerator(const struct btf *b, void (*fn)(void *arg, const char *name), void *arg)
{
	uint32_t id = 0, at = 0, kind, i;
	struct btf_type t;

	while ((id = btf_next(b, id, &at))) {
		kind = BTF_INFO_KIND(btf_u32(b->data + at + 4));
		if ((kind == BTF_ENUM || kind == BTF_ENUM64) && btf_type(b, id + b->before, &t))
			for (i = 0; i < t.vlen; i++)
				fn(arg, btf_enum_name(b, &t, i));
	}
}

uint32_t btf_find_enumerator(const struct btf *b, const char *name, uint32_t *index)
{
	uint32_t id = 0, at = 0, kind, i;
	struct btf_type t;

	while ((id = btf_next(b, id, &at))) {
		kind = BTF_INFO_KIND(btf_u32(b->data + at + 4));
		if ((kind != BTF_ENUM && kind != BTF_ENUM64) || !btf_type(b, id + b->before, &t))
			continue;
		for (i = 0; i < t.vlen; i++) {
			if (strcmp(btf_enum_name(b, &t, i), name) != 0)
				continue;
			*index = i;
			return t.id;
		}
	}
	return 0;
}

void btf_secvar(const struct btf *b, const struct btf_type *t, uint32_t i, struct btf_secvar *v)
{
	const unsigned char *p = btf_body(b, t) + (size_t)i * 12;

	v->type = btf_u32(p);
	v->offset = btf_u32(p + 4);
	v->size = btf_u32(p + 8);
}

void btf_set_size(struct btf *b, struct btf_type *t, uint32_t size)
{
	memcpy(b->data + b->types[t->id] + 8, &size, sizeof(size));
	t->size = size;
}

void btf_set_type(struct btf *b, struct btf_type *t, uint32_t type)
{
	memcpy(b->data + b->types[t->id] + 8, &type, sizeof(type));
	t->type = type;
}

void btf_set_linkage(struct btf *b, struct btf_type *t, enum btf_linkage linkage)
{
	uint32_t word = linkage;

	if (t->kind == BTF_VAR) {
		memcpy(btf_body(b, t), &word, sizeof(word));
	} else if (t->kind == BTF_FUNC) { /* where other kinds count what follows */
		word |= btf_u32(b->data + b->types[t->id] + 4) & ~0xffffU;
		memcpy(b->data + b->types[t->id] + 4, &word, sizeof(word));
		t->vlen = linkage;
	}
}

void btf_set_secvar(struct btf *b, const struct btf_type *t, uint32_t i, const struct btf_secvar *v)
{
	unsigned char *p = btf_body(b, t) + (size_t)i * 12;

	memcpy(p, &v->type, 4);
	memcpy(p + 4, &v->offset, 4);
	memcpy(p + 8, &v->size, 4);
}

void btf_hide_section(struct btf *b, const struct btf_type *t, const struct btf_type *member)
{
	uint32_t head[3] = {0, (uint32_t)BTF_STRUCT << 24 | t->vlen, member->size};
	uint32_t one[3] = {0, member->id, 0}, i;

	memcpy(b->data + b->types[t->id], head, sizeof(head));
	for (i = 0; i < t->vlen; i++)
		memcpy(btf_body(b, t) + (size_t)i * 12, one, sizeof(one));
}

void btf_name_params(struct btf *b, const struct btf_type *func)
{
	struct btf_type proto;
	unsigned char *p;
	uint32_t i;

	if (!btf_type(b, func->type, &proto) || proto.kind != BTF_FUNC_PROTO)
		return;
	for (i = 0; i < proto.vlen; i++) {
		p = btf_body(b, &proto) + (size_t)i * 8;
		if (!btf_u32(p) && btf_u32(p + 4))
			memcpy(p, b->data + b->types[func->id], 4);
	}
}

static int btf_by_offset(const void *a, const void *b)
{
	uint32_t x = btf_u32((const unsigned char *)a + 4),
		 y = btf_u32((const unsigned char *)b + 4);

	return (x > y) - (x < y);
}

void btf_sort_secvars(struct btf *b, const struct btf_type *t)
{
	qsort(btf_body(b, t), t->vlen, 12, btf_by_offset);
}
