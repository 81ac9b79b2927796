// SPDX-License-Identifier: MIT
/*
 * btftext.c - a value as text, by its type in BTF.
 *
 * Sizes and offsets come from a file: each is held against the bytes that there are, and what does
 * not fit, is too deep or has no form is shown as bytes in hex, never left out.
 */
#include "btftext.h"

#include <inttypes.h>
#include <string.h>

#include "visible.h"

enum {
	BTFTEXT_DEPTH = 16,    /* records and arrays in each other */
	BTFTEXT_FIELDS = 2048, /* of one value: a record may say that it holds itself, and often */
};

struct btftext {
	FILE *out;
	const struct btf *b;
	unsigned left; /* fields that may follow */
};

static int btftext_value(
	struct btftext *t, uint32_t id, const unsigned char *p, size_t size, int depth);

/* An integer of the machine's own order. */
static uint64_t btftext_number(const unsigned char *p, size_t size)
{
	uint16_t v16;
	uint32_t v32;
	uint64_t v;

	switch (size) {
	case 1: return *p;
	case 2: memcpy(&v16, p, 2); return v16;
	case 4: memcpy(&v32, p, 4); return v32;
	default: memcpy(&v, p, 8); return v;
	}
}

static bool btftext_is_number(size_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* bits: those of v that count */
static int btftext_signed(struct btftext *t, uint64_t v, unsigned bits)
{
	if (!(v >> (bits - 1) & 1))
		return fprintf(t->out, "%" PRIu64, v);
	return fprintf(t->out, "-%" PRIu64, (UINT64_MAX >> (64 - bits)) - v + 1);
}

static int btftext_enum(struct btftext *t, const struct btf_type *type, uint64_t v, unsigned bits)
{
	uint64_t mask = UINT64_MAX >> (64 - bits);
	uint32_t i;

	for (i = 0; i < type->vlen; i++)
		if ((btf_enum_value(t->b, type, i) & mask) == v && *btf_enum_name(t->b, type, i))
			return fputs(btf_enum_name(t->b, type, i), t->out);
	return type->kflag ? btftext_signed(t, v, bits) : fprintf(t->out, "%" PRIu64, v);
}

/* A number of an integer's or an enum's type. */
static int btftext_of_number(
	struct btftext *t, const struct btf_type *type, uint64_t v, unsigned bits)
{
	if (type->kind == BTF_ENUM || type->kind == BTF_ENUM64)
		return btftext_enum(t, type, v, bits);
	if (btf_is_bool(t->b, type))
		return v > 1 ? fprintf(t->out, "%" PRIu64, v) : fputs(v ? "true" : "false", t->out);
	return btf_is_signed(t->b, type) ? btftext_signed(t, v, bits)
					 : fprintf(t->out, "%" PRIu64, v);
}

static int btftext_float(struct btftext *t, const unsigned char *p, size_t size)
{
	double v8;
	float v4;

	if (size == sizeof(v8)) {
		memcpy(&v8, p, sizeof(v8));
		return fprintf(t->out, "%g", v8);
	}
	if (size != sizeof(v4))
		return visible_bytes(t->out, p, size);
	memcpy(&v4, p, sizeof(v4));
	return fprintf(t->out, "%g", (double)v4);
}

/* ---- bit fields -------------------------------------------------------------------------- */

/* Bits are counted as the machine counts bytes: from the low end, or from the high one. */
static uint64_t btftext_bits(const unsigned char *p, uint32_t at, unsigned bits)
{
	static const uint16_t one = 1;
	bool big = !*(const unsigned char *)&one;
	uint64_t v = 0;
	unsigned i, bit;

	for (i = 0; i < bits; i++, at++) {
		bit = p[at / 8] >> (big ? 7 - at % 8 : at % 8) & 1;
		v = big ? v << 1 | bit : v | (uint64_t)bit << i;
	}
	return v;
}

/* A member of bits; a negative return or, where it is none that fits, 1. */
static int btftext_bit_field(
	struct btftext *t, const struct btf_member *m, const unsigned char *p, size_t size)
{
	struct btf_type type;
	uint64_t v;

	if (m->bit_size > 64 || m->bit_offset / 8 >= size ||
		m->bit_size > 8 * size - m->bit_offset || !btf_plain(t->b, m->type, &type))
		return 1;
	v = btftext_bits(p, m->bit_offset, m->bit_size);
	return btftext_of_number(t, &type, v, m->bit_size) < 0 ? -1 : 0;
}

/* ---- records and arrays ------------------------------------------------------------------ */

bool btftext_is_record(const struct btf *b, uint32_t id)
{
	struct btf_type t;

	return btf_plain(b, id, &t) && (t.kind == BTF_STRUCT || t.kind == BTF_UNION) && t.vlen;
}

/* What stands behind a member's "NAME = ". */
static int btftext_member(struct btftext *t, const struct btf_member *m, const unsigned char *p,
	size_t size, int depth)
{
	size_t at = m->bit_offset / 8;
	int64_t n = btf_size(t->b, m->type);
	int ret = 1;

	if (m->bit_size)
		ret = btftext_bit_field(t, m, p, size);
	if (ret <= 0)
		return ret;
	if (n < 0 || at > size || (uint64_t)n > size - at || m->bit_offset % 8)
		return fputs("?", t->out);
	return btftext_value(t, m->type, p + at, (size_t)n, depth);
}

/* The members of a record; those of one without a name are its own. */
static int btftext_members(struct btftext *t, const struct btf_type *type, const unsigned char *p,
	size_t size, int depth, bool *first)
{
	struct btf_type inner;
	struct btf_member m;
	uint32_t i;
	int ret = 0;

	for (i = 0; i < type->vlen && ret >= 0; i++) {
		size_t at;

		btf_member(t->b, type, i, &m);
		at = m.bit_offset / 8;
		if (!*m.name && !m.bit_size && depth < BTFTEXT_DEPTH && at <= size && t->left &&
			btftext_is_record(t->b, m.type) && btf_plain(t->b, m.type, &inner) &&
			inner.size <= size - at) {
			t->left--;
			ret = btftext_members(t, &inner, p + at, inner.size, depth + 1, first);
			continue;
		}
		if (!*m.name || !strncmp(m.name, "__pad_", 6))
			continue;
		if (!t->left)
			return fputs(", ...", t->out);
		t->left--;
		ret = fprintf(t->out, "%s%s = ", *first ? "" : ", ", m.name);
		*first = false;
		if (ret >= 0)
			ret = btftext_member(t, &m, p, size, depth + 1);
	}
	return ret;
}

static int btftext_record(struct btftext *t, const struct btf_type *type, const unsigned char *p,
	size_t size, int depth, bool bare)
{
	bool first = true;
	int ret = bare ? 0 : fputc('{', t->out);

	if (ret >= 0)
		ret = btftext_members(t, type, p, size, depth, &first);
	if (ret >= 0 && first)
		ret = visible_bytes(t->out, p, size); /* nothing in it has a name */
	return ret >= 0 && !bare ? fputc('}', t->out) : ret;
}

bool btftext_is_text(const struct btf *b, uint32_t id)
{
	struct btf_type t;
	uint32_t elem, n;

	if (!btf_plain(b, id, &t) || t.kind != BTF_ARRAY)
		return false;
	btf_array(b, &t, &elem, &n);
	return btf_plain(b, elem, &t) && t.kind == BTF_INT && t.size == 1 &&
	       !strcmp(t.name, "char");
}

/* An address is written in hex; other languages' characters are bytes, too. */
static int btftext_bytes(struct btftext *t, const unsigned char *p, size_t size)
{
	return (visible_is_text(p, size) ? visible_text : visible_bytes)(t->out, p, size);
}

static int btftext_array(struct btftext *t, const struct btf_type *type, const unsigned char *p,
	size_t size, int depth)
{
	struct btf_type of;
	uint32_t elem, n, i;
	int64_t each;
	int ret;

	btf_array(t->b, type, &elem, &n);
	each = btf_size(t->b, elem);
	if (each <= 0 || n > size / (uint64_t)each)
		return visible_bytes(t->out, p, size);
	if (each == 1 && btf_plain(t->b, elem, &of) && of.kind == BTF_INT)
		return btftext_bytes(t, p, size);
	ret = fputc('{', t->out);
	for (i = 0; i < n && ret >= 0; i++) {
		if (i)
			ret = fputs(", ", t->out);
		if (ret >= 0)
			ret = btftext_value(t, elem, p + i * (size_t)each, (size_t)each, depth + 1);
	}
	return ret < 0 ? ret : fputc('}', t->out);
}

/* An empty text would look like a value that is missing. */
static int btftext_chars(struct btftext *t, const unsigned char *p, size_t size)
{
	return *p ? visible_text(t->out, p, size) : fputs("\"\"", t->out);
}

/* ---- any --------------------------------------------------------------------------------- */

static int btftext_scalar(
	struct btftext *t, const struct btf_type *type, const unsigned char *p, size_t size)
{
	unsigned bits = btf_int_bits(t->b, type), shift = btf_int_shift(t->b, type);

	if (type->kind == BTF_FLOAT)
		return btftext_float(t, p, size);
	if (!btftext_is_number(size))
		return visible_bytes(t->out, p, size);
	if (type->kind == BTF_PTR)
		return fprintf(t->out, "0x%" PRIx64, btftext_number(p, size));
	/* bit fields of older compilers have types of their own */
	if (type->kind == BTF_INT && bits && bits + shift <= 8 * size &&
		(shift || bits < 8 * size) && !btf_is_bool(t->b, type))
		return btftext_of_number(t, type, btftext_bits(p, shift, bits), bits);
	return btftext_of_number(t, type, btftext_number(p, size), (unsigned)(8 * size));
}

static int btftext_value(
	struct btftext *t, uint32_t id, const unsigned char *p, size_t size, int depth)
{
	struct btf_type type;

	if (!size) /* "u8 more[0]": nothing would look like a value that is missing */
		return fputs(btftext_is_text(t->b, id) ? "\"\"" : "{}", t->out);
	if (depth >= BTFTEXT_DEPTH || btf_size(t->b, id) != (int64_t)size ||
		!btf_plain(t->b, id, &type))
		return visible_bytes(t->out, p, size);
	switch (type.kind) {
	case BTF_INT:
	case BTF_ENUM:
	case BTF_ENUM64:
	case BTF_FLOAT:
	case BTF_PTR: return btftext_scalar(t, &type, p, size);
	case BTF_STRUCT:
	case BTF_UNION: return btftext_record(t, &type, p, size, depth, false);
	case BTF_ARRAY:
		if (btftext_is_text(t->b, id))
			return btftext_chars(t, p, size);
		return btftext_array(t, &type, p, size, depth);
	default: return visible_bytes(t->out, p, size);
	}
}

int btftext_put(FILE *out, const struct btf *b, uint32_t id, const void *p, size_t size, bool bare)
{
	struct btftext t = {.out = out, .b = b, .left = BTFTEXT_FIELDS};
	struct btf_type type;

	if (bare && btftext_is_record(b, id) && btf_size(b, id) == (int64_t)size &&
		btf_plain(b, id, &type))
		return btftext_record(&t, &type, p, size, 0, true);
	return btftext_value(&t, id, p, size, 0);
}
