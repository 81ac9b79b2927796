// SPDX-License-Identifier: MIT
/*
 * btfout.c - type information and line table, as Linux's BTF.
 *
 * Three readers have to agree on it.  The kernel checks names, sizes and order of types, and that
 * each function has a FUNC and a line at its first instruction.  libbpf finds maps in the DATASEC
 * ".maps": each VAR is a struct whose members are pointers, to an array of N ints for a number N,
 * and to the type itself for key and value.  bpftool prints keys and values by the types of the
 * map.
 *
 * Strings are shared: a line of text that a macro made fifty instructions from is stored once.
 */
#include <string.h>

#include "btfout.h"
#include "coreout.h"
#include "ksymout.h"

enum {
	BTFOUT_KIND_INT = 1,
	BTFOUT_KIND_PTR = 2,
	BTFOUT_KIND_ARRAY = 3,
	BTFOUT_KIND_STRUCT = 4,
	BTFOUT_KIND_ENUM = 6,
	BTFOUT_KIND_TYPEDEF = 8,
	BTFOUT_KIND_FUNC = 12,
	BTFOUT_KIND_FUNC_PROTO = 13,
	BTFOUT_KIND_VAR = 14,
	BTFOUT_KIND_DATASEC = 15,
	BTFOUT_KIND_ENUM64 = 19,
	BTFOUT_SIGNED = 1 << 24, /* in the word that follows an INT */
	BTFOUT_BOOL = 4 << 24,
	BTFOUT_STATIC = 0, /* linkage */
	BTFOUT_GLOBAL = 1,
	BTFOUT_EXTERN = 2,
	BTFOUT_NAME_MAX = 127,	    /* the kernel's KSYM_NAME_LEN before 6.1, less its NUL */
	BTFOUT_LINE_MAX = 1000,	    /* bytes of a source line that are kept */
	BTFOUT_STRS_MAX = 12 << 20, /* beyond this lines lose their text: the kernel takes 16 MB */
	BTFOUT_COL_MAX = 1023,
	BTFOUT_LINENO_MAX = (1 << 22) - 1,
	BTFOUT_VARS_MAX = 0xffff,
	BTFOUT_FUNC_REC = 8,
	BTFOUT_LINE_REC = 16,
};

void btfout_set32(unsigned char *p, uint32_t v, bool big_endian)
{
	unsigned int b = big_endian ? 24 : 0;

	p[0] = (unsigned char)(v >> b);
	p[1] = (unsigned char)(v >> (b ^ 8));
	p[2] = (unsigned char)(v >> (b ^ 16));
	p[3] = (unsigned char)(v >> (b ^ 24));
}

void btfout_put(struct pool *pool, struct btfout_bytes *out, const void *p, size_t n)
{
	while (out->cap - out->len < n)
		if (pool_grow(pool, &out->p, &out->cap, out->cap, 1))
			return;
	if (n)
		memcpy(out->p + out->len, p, n);
	out->len += n;
}

void btfout_put32(struct pool *pool, struct btfout_bytes *out, uint32_t v, bool big_endian)
{
	unsigned char b[4];

	btfout_set32(b, v, big_endian);
	btfout_put(pool, out, b, sizeof(b));
}

void btfout_word(struct btfout *b, uint32_t v)
{
	btfout_put32(b->pool, &b->types, v, b->big_endian);
}

/* ---- strings ----------------------------------------------------------------------------- */

uint32_t btfout_string(struct btfout *b, const char *s, size_t len)
{
	void *known = names_get(&b->offsets, s, len);
	size_t at = b->strs.len;

	if (!len)
		return 0;
	if (known)
		return (uint32_t)(uintptr_t)known;
	if (at + len >= BTFOUT_STRS_MAX)
		return 0;
	btfout_put(b->pool, &b->strs, s, len);
	btfout_put(b->pool, &b->strs, "", 1);
	if (names_put(&b->offsets, b->pool, s, len, (void *)(uintptr_t)at))
		return 0;
	return (uint32_t)at;
}

uint32_t btfout_cstring(struct btfout *b, const char *s)
{
	return s ? btfout_string(b, s, strlen(s)) : 0;
}

/* A name that the kernel takes for an identifier: what C could not spell becomes '_'. */
static uint32_t btfout_name(struct btfout *b, const char *s)
{
	size_t len = strlen(s), i;
	char *copy;

	if (len > BTFOUT_NAME_MAX)
		len = BTFOUT_NAME_MAX;
	copy = pool_strndup(b->pool, s, len);
	if (!copy)
		return 0;
	for (i = 0; i < len; i++) {
		char c = copy[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '_' &&
			(!i || c < '0' || c > '9'))
			copy[i] = '_';
	}
	return btfout_string(b, copy, len);
}

/* ---- types ------------------------------------------------------------------------------- */

uint32_t btfout_type(
	struct btfout *b, uint32_t name, uint32_t kind, uint32_t vlen, uint32_t size_or_type)
{
	btfout_word(b, name);
	btfout_word(b, kind << 24 | vlen);
	btfout_word(b, size_or_type);
	return ++b->n_types;
}

uint32_t btfout_int(struct btfout *b, uint32_t size, bool is_signed)
{
	static const char *const names[2][9] = {
		{NULL, "unsigned char", "unsigned short", NULL, "unsigned int", NULL, NULL, NULL,
			"unsigned long long"},
		{NULL, "signed char", "short", NULL, "int", NULL, NULL, NULL, "long long"},
	};
	uint32_t *id = &b->ints[is_signed][size];

	if (!*id) {
		*id = btfout_type(
			b, btfout_cstring(b, names[is_signed][size]), BTFOUT_KIND_INT, 0, size);
		btfout_word(b, (is_signed ? BTFOUT_SIGNED : 0) | size * 8);
	}
	return *id;
}

/* clang's char is a signed INT of this name; bpftool prints arrays of it as strings */
static uint32_t btfout_char(struct btfout *b)
{
	if (!b->char_type) {
		b->char_type = btfout_type(b, btfout_cstring(b, "char"), BTFOUT_KIND_INT, 0, 1);
		btfout_word(b, BTFOUT_SIGNED | 8);
	}
	return b->char_type;
}

uint32_t btfout_array(struct btfout *b, uint32_t element, uint32_t n)
{
	uint32_t id;

	if (!b->index_type) {
		b->index_type = btfout_type(
			b, btfout_cstring(b, "__ARRAY_SIZE_TYPE__"), BTFOUT_KIND_INT, 0, 4);
		btfout_word(b, 32);
	}
	id = btfout_type(b, 0, BTFOUT_KIND_ARRAY, 0, 0);
	btfout_word(b, element);
	btfout_word(b, b->index_type);
	btfout_word(b, n);
	return id;
}

uint32_t btfout_pointer(struct btfout *b, uint32_t to)
{
	return btfout_type(b, 0, BTFOUT_KIND_PTR, 0, to);
}

static uint32_t btfout_hist(struct btfout *b, bool linear)
{
	uint32_t *id = &b->hist_types[linear], base = btfout_int(b, 8, false);

	if (!*id)
		*id = btfout_type(b, btfout_cstring(b, linear ? "rawbpf_linear" : "rawbpf_log2"),
			BTFOUT_KIND_TYPEDEF, 0, base);
	return *id;
}

static uint32_t btfout_type_of(struct btfout *b, const struct ir_type *t);

/*
 * Members' types come before the struct, because a type is written in one piece.  A .struct cannot
 * hold itself: it has to be defined before it is named, so the depth is bounded by their number.
 */
static uint32_t btfout_record(struct btfout *b, const struct ir_struct *r)
{
	void *known = names_get(&b->records, r->name, strlen(r->name));
	uint32_t id, *ids, n = r->n_fields < 0xffff ? (uint32_t)r->n_fields : 0xffff;
	size_t i;

	if (known)
		return (uint32_t)(uintptr_t)known;
	ids = pool_alloc(b->pool, n * sizeof(*ids));
	if (!ids)
		return 0;
	for (i = 0; i < n; i++)
		ids[i] = btfout_type_of(b, &r->fields[i].type);
	id = btfout_type(b, btfout_name(b, r->name), BTFOUT_KIND_STRUCT, n, r->size);
	for (i = 0; i < n; i++) {
		btfout_word(b, btfout_name(b, r->fields[i].name));
		btfout_word(b, ids[i]);
		btfout_word(b, r->fields[i].offset * 8);
	}
	names_put(&b->records, b->pool, r->name, strlen(r->name), (void *)(uintptr_t)id);
	return id;
}

static uint32_t btfout_type_of(struct btfout *b, const struct ir_type *t)
{
	switch (t->kind) {
	case IR_TYPE_CHARS: return btfout_array(b, btfout_char(b), t->size);
	case IR_TYPE_STRUCT: return btfout_record(b, t->record);
	case IR_TYPE_LOG2: return btfout_hist(b, false);
	case IR_TYPE_LINEAR: return btfout_hist(b, true);
	default: return btfout_int(b, t->size, t->is_signed);
	}
}

/* ---- maps -------------------------------------------------------------------------------- */

/* One member of a map's definition: a number, or a type. */
struct btfout_member {
	const char *name;
	uint64_t number;
	const struct ir_type *type;
};

enum {
	BTFOUT_MEMBERS = 7,
	BTFOUT_PTR = 8,
	BTFOUT_LPM_TRIE = 11, /* a type of maps */
	BTFOUT_PREFIX = 4,    /* bytes of the length that its keys begin with */
};

/*
 * Each type that the text says is written.  Of some kinds (queues, maps of maps) the kernel does
 * not take it: loaders know these, and leave it out.
 */
static size_t btfout_members(const struct ir_map *m, struct btfout_member *out)
{
	uint32_t key_size = m->has_key ? m->key.size : m->key_size;
	uint32_t value_size = m->has_value ? m->value.size : m->value_size;
	size_t n = 0;

	out[n++] = (struct btfout_member){"type", m->type, NULL};
	if (m->has_key)
		out[n++] = (struct btfout_member){"key", 0, &m->key};
	else if (key_size)
		out[n++] = (struct btfout_member){"key_size", key_size, NULL};
	if (m->has_value)
		out[n++] = (struct btfout_member){"value", 0, &m->value};
	else if (value_size)
		out[n++] = (struct btfout_member){"value_size", value_size, NULL};
	if (m->max_entries)
		out[n++] = (struct btfout_member){"max_entries", m->max_entries, NULL};
	if (m->flags)
		out[n++] = (struct btfout_member){"map_flags", m->flags, NULL};
	if (m->flags & IR_MAP_NUMA && m->numa)
		out[n++] = (struct btfout_member){"numa_node", m->numa, NULL};
	if (m->extra)
		out[n++] = (struct btfout_member){"map_extra", m->extra, NULL};
	return n;
}

uint32_t btfout_map_size(const struct ir_map *m)
{
	struct btfout_member members[BTFOUT_MEMBERS];

	return (uint32_t)(btfout_members(m, members) + m->n_values) * BTFOUT_PTR;
}

static uint32_t btfout_ctx(struct btfout *b)
{
	uint32_t ctx, ret;

	if (!b->ctx_proto) {
		ctx = btfout_pointer(b, 0);
		ret = btfout_int(b, 4, true);
		b->ctx_proto = btfout_type(b, 0, BTFOUT_KIND_FUNC_PROTO, 1, ret);
		btfout_word(b, btfout_cstring(b, "ctx"));
		btfout_word(b, ctx);
	}
	return b->ctx_proto;
}

static uint32_t btfout_map_struct(struct btfout *b, const struct ir_map *m);

/*
 * The type of "values", the last member of a map of maps or of programs: an array without a length
 * of pointers to a struct that declares the inner map, or to a function.  0: it has none.
 */
static uint32_t btfout_values(struct btfout *b, const struct ir_map *m)
{
	if (m->inner)
		return btfout_array(b, btfout_pointer(b, btfout_map_struct(b, m->inner)), 0);
	return m->n_values ? btfout_array(b, btfout_pointer(b, btfout_ctx(b)), 0) : 0;
}

/* A number: __uint of libbpf's headers, or __ulong where that has no room. */
static uint32_t btfout_number(struct btfout *b, uint64_t v)
{
	uint32_t id;

	if (v <= UINT32_MAX)
		return btfout_pointer(b, btfout_array(b, btfout_int(b, 4, true), (uint32_t)v));
	id = btfout_type(b, 0, BTFOUT_KIND_ENUM64, 1, 8);
	btfout_word(b, btfout_cstring(b, "value"));
	btfout_word(b, (uint32_t)v);
	btfout_word(b, (uint32_t)(v >> 32));
	return id;
}

/*
 * The kernel wants the key of an lpm_trie to be a record.  What the text says as a number or as
 * characters is the length of the prefix, and its bytes.
 */
static uint32_t btfout_lpm_key(struct btfout *b, const struct ir_map *m)
{
	uint32_t length = btfout_int(b, BTFOUT_PREFIX, false), id;
	uint32_t data = btfout_array(b, btfout_int(b, 1, false), m->key.size - BTFOUT_PREFIX);
	char *name = pool_printf(b->pool, "%s_key", m->name ? m->name : "lpm");

	if (!name)
		return 0;
	id = btfout_type(b, btfout_name(b, name), BTFOUT_KIND_STRUCT, 2, m->key.size);
	btfout_word(b, btfout_cstring(b, "prefixlen"));
	btfout_word(b, length);
	btfout_word(b, 0);
	btfout_word(b, btfout_cstring(b, "data"));
	btfout_word(b, data);
	btfout_word(b, 8 * BTFOUT_PREFIX);
	return id;
}

static uint32_t btfout_member_type(
	struct btfout *b, const struct ir_map *m, const struct btfout_member *of)
{
	if (!of->type)
		return btfout_number(b, of->number);
	if (of->type == &m->key && m->type == BTFOUT_LPM_TRIE && m->key.kind != IR_TYPE_STRUCT &&
		m->key.size > BTFOUT_PREFIX)
		return btfout_pointer(b, btfout_lpm_key(b, m));
	return btfout_pointer(b, btfout_type_of(b, of->type));
}

static uint32_t btfout_map_struct(struct btfout *b, const struct ir_map *m)
{
	struct btfout_member members[BTFOUT_MEMBERS];
	uint32_t ids[BTFOUT_MEMBERS], id, values = btfout_values(b, m);
	size_t n = btfout_members(m, members), i;

	for (i = 0; i < n; i++)
		ids[i] = btfout_member_type(b, m, &members[i]);
	id = btfout_type(
		b, 0, BTFOUT_KIND_STRUCT, (uint32_t)n + (values != 0), (uint32_t)n * BTFOUT_PTR);
	for (i = 0; i < n; i++) {
		btfout_word(b, btfout_cstring(b, members[i].name));
		btfout_word(b, ids[i]);
		btfout_word(b, (uint32_t)i * BTFOUT_PTR * 8); /* bits */
	}
	if (values) {
		btfout_word(b, btfout_cstring(b, "values"));
		btfout_word(b, values);
		btfout_word(b, (uint32_t)n * BTFOUT_PTR * 8);
	}
	return id;
}

/* The VAR of one map; returns its id. */
static uint32_t btfout_map(struct btfout *b, const struct ir_map *m)
{
	uint32_t id = btfout_map_struct(b, m);

	id = btfout_type(b, btfout_name(b, m->name), BTFOUT_KIND_VAR, 0, id);
	btfout_word(b, BTFOUT_GLOBAL);
	return id;
}

static void btfout_maps(struct btfout *b, const struct ir_unit *u)
{
	uint32_t *vars, offset = 0;
	size_t i;

	if (!u->n_maps)
		return;
	vars = pool_alloc(b->pool, u->n_maps * sizeof(*vars));
	if (!vars)
		return;
	for (i = 0; i < u->n_maps; i++) {
		vars[i] = btfout_map(b, u->maps[i]);
		offset += btfout_map_size(u->maps[i]);
	}
	btfout_type(
		b, btfout_cstring(b, ".maps"), BTFOUT_KIND_DATASEC, (uint32_t)u->n_maps, offset);
	for (offset = 0, i = 0; i < u->n_maps; i++) {
		uint32_t size = btfout_map_size(u->maps[i]);

		btfout_word(b, vars[i]);
		btfout_word(b, offset);
		btfout_word(b, size);
		offset += size;
	}
}

/* The VAR of one variable; returns its id. */
static uint32_t btfout_var(struct btfout *b, const struct ir_data *v)
{
	uint32_t id = btfout_type_of(b, &v->type);

	if (v->count)
		id = btfout_array(b, id, v->count);
	id = btfout_type(b, btfout_name(b, v->name), BTFOUT_KIND_VAR, 0, id);
	btfout_word(b, BTFOUT_GLOBAL);
	return id;
}

/* The DATASEC of .data, .rodata or .bss. */
static void btfout_vars(struct btfout *b, const struct ir_unit *u, enum ir_data_section which)
{
	uint32_t *ids, n = 0;
	size_t i;

	ids = pool_alloc(b->pool, u->n_data * sizeof(*ids));
	if (!ids)
		return;
	/* a type's count has 16 bits: of more variables the first have types */
	for (i = 0; i < u->n_data && n < BTFOUT_VARS_MAX; i++)
		if (u->data[i]->section == which) {
			ids[i] = btfout_var(b, u->data[i]);
			n++;
		}
	if (!n)
		return;
	btfout_type(b, btfout_cstring(b, ir_data_sections[which]), BTFOUT_KIND_DATASEC, n,
		u->data_size[which]);
	for (i = 0; i < u->n_data; i++) {
		if (!ids[i])
			continue;
		btfout_word(b, ids[i]);
		btfout_word(b, u->data[i]->offset);
		btfout_word(b, u->data[i]->size);
	}
}

/* ---- the kernel's configuration ---------------------------------------------------------- */

static uint32_t btfout_tristate(struct btfout *b)
{
	static const char *const values[] = {"TRI_NO", "TRI_YES", "TRI_MODULE"};
	uint32_t id, i;

	id = btfout_type(b, btfout_cstring(b, "libbpf_tristate"), BTFOUT_KIND_ENUM, 3, 4);
	for (i = 0; i < 3; i++) {
		btfout_word(b, btfout_cstring(b, values[i]));
		btfout_word(b, i);
	}
	return id;
}

static uint32_t btfout_bool(struct btfout *b)
{
	uint32_t id = btfout_type(b, btfout_cstring(b, "_Bool"), BTFOUT_KIND_INT, 0, 1);

	btfout_word(b, BTFOUT_BOOL | 8);
	return id;
}

/* The VAR of one, whose type (bools and tristates have one for all) is at types; returns its id. */
static uint32_t btfout_extern(struct btfout *b, const struct ir_ksym *k, uint32_t *types)
{
	uint32_t *type = &types[k->config], id;

	if (k->config == IR_CONFIG_TYPE)
		*type = btfout_type_of(b, &k->type);
	else if (!*type)
		*type = k->config == IR_CONFIG_BOOL ? btfout_bool(b) : btfout_tristate(b);
	id = btfout_type(b, btfout_cstring(b, k->name), BTFOUT_KIND_VAR, 0, *type);
	btfout_word(b, BTFOUT_EXTERN);
	return id;
}

static uint32_t btfout_config_size(const struct ir_ksym *k)
{
	return k->config == IR_CONFIG_TYPE ? k->type.size : k->config == IR_CONFIG_BOOL ? 1 : 4;
}

/* A DATASEC without a size and offsets, as clang leaves it to the loader. */
static void btfout_kconfig(struct btfout *b, const struct ir_unit *u)
{
	uint32_t types[IR_CONFIG_TRISTATE + 1] = {0}, *ids, n = 0;
	size_t i;

	ids = pool_alloc(b->pool, u->n_ksyms * sizeof(*ids) + 1);
	for (i = 0; ids && i < u->n_ksyms && n < BTFOUT_VARS_MAX; i++)
		if (u->ksyms[i]->config) {
			ids[i] = btfout_extern(b, u->ksyms[i], types);
			n++;
		}
	if (!n)
		return;
	btfout_type(b, btfout_cstring(b, ".kconfig"), BTFOUT_KIND_DATASEC, n, 0);
	for (i = 0; i < u->n_ksyms; i++) {
		if (!ids[i])
			continue;
		btfout_word(b, ids[i]);
		btfout_word(b, 0);
		btfout_word(b, btfout_config_size(u->ksyms[i]));
	}
}

void btfout_types(struct btfout *b, const struct ir_unit *u, struct pool *pool)
{
	unsigned i;

	memset(b, 0, sizeof(*b));
	b->pool = pool;
	b->unit = u;
	b->big_endian = u->big_endian;
	btfout_put(pool, &b->strs, "", 1);
	coreout_types(b);
	btfout_maps(b, u);
	for (i = 0; i < IR_DATA_SECTIONS; i++)
		btfout_vars(b, u, (enum ir_data_section)i);
	btfout_kconfig(b, u);
	ksymout_types(b, u);
}

/* ---- functions and lines ----------------------------------------------------------------- */

/* Every function takes the context and answers an int, as far as the assembler knows. */
static uint32_t btfout_func(struct btfout *b, const struct ir_func *f)
{
	uint32_t proto = btfout_ctx(b);

	/* of a FUNC, the place of the count holds the linkage */
	return btfout_type(b, btfout_name(b, f->name), BTFOUT_KIND_FUNC,
		f->is_prog ? BTFOUT_GLOBAL : BTFOUT_STATIC, proto);
}

/*
 * The text of a line.  Instructions mostly come in the order of their lines, so the search starts
 * at the last one: going through a file again for each line would be quadratic.
 */
static const char *btfout_line_text(struct btfout *b, struct pos at, size_t *len)
{
	struct btfout_cursor *c = &b->at;
	const char *end = at.src->text + at.src->len, *nl;

	if (c->src != at.src || c->line > at.line || !c->p) {
		c->src = at.src;
		c->line = 1;
		c->p = at.src->text;
	}
	for (; c->line < at.line; c->line++) {
		nl = c->p < end ? memchr(c->p, '\n', (size_t)(end - c->p)) : NULL;
		if (!nl)
			break;
		c->p = nl + 1;
	}
	*len = 0;
	if (c->line != at.line || !c->p || c->p >= end)
		return "";
	nl = memchr(c->p, '\n', (size_t)(end - c->p));
	*len = (size_t)((nl ? nl : end) - c->p);
	return c->p;
}

/* The string of a line: without what is white at its end, cut where it is too long or has a NUL. */
static uint32_t btfout_line_string(struct btfout *b, struct pos at)
{
	const char *s, *nul;
	size_t len;

	if (!at.src || !at.src->text)
		return 0;
	s = btfout_line_text(b, at, &len);
	if (len > BTFOUT_LINE_MAX)
		len = BTFOUT_LINE_MAX;
	nul = memchr(s, '\0', len);
	if (nul)
		len = (size_t)(nul - s);
	while (len && (s[len - 1] == '\r' || s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	return btfout_string(b, s, len);
}

static void btfout_line(struct btfout *b, uint32_t offset, struct pos at)
{
	uint32_t line = at.line < BTFOUT_LINENO_MAX ? at.line : BTFOUT_LINENO_MAX;
	uint32_t col = at.col < BTFOUT_COL_MAX ? at.col : BTFOUT_COL_MAX;
	uint32_t rec[4], i;

	rec[0] = offset;
	rec[1] = at.src ? btfout_cstring(b, at.src->name) : 0;
	rec[2] = btfout_line_string(b, at);
	rec[3] = line << 10 | col;
	for (i = 0; i < 4; i++)
		btfout_put32(b->pool, &b->lines, rec[i], b->big_endian);
}

/*
 * One function's lines; returns how many.  The kernel wants the first instruction to have one,
 * offsets that rise, and none at the second half of a ld_imm64.
 */
static uint32_t btfout_func_lines(struct btfout *b, const struct ir_func *f, uint32_t offset)
{
	uint32_t n = 0, next = 0;
	size_t i;

	if (!f->n_lines || f->lines[0].insn) {
		btfout_line(b, offset, f->at);
		n = next = 1;
	}
	for (i = 0; i < f->n_lines; i++) {
		const struct ir_line *l = &f->lines[i];

		if (l->insn < next || l->insn >= f->n_insns || !f->insns[l->insn].code)
			continue;
		btfout_line(b, offset + l->insn * 8, l->at);
		next = l->insn + 1;
		n++;
	}
	return n;
}

/* The head of a section's lines; returns where their number is. */
static size_t btfout_lines(struct btfout *b, uint32_t section, size_t n)
{
	if (!b->lines.len)
		btfout_put32(b->pool, &b->lines, BTFOUT_LINE_REC, b->big_endian);
	btfout_put32(b->pool, &b->lines, section, b->big_endian);
	btfout_put32(b->pool, &b->lines, (uint32_t)n, b->big_endian);
	return b->lines.len - 4;
}

/*
 * Where maps and variables were written: lines of sections without code, at the offset of the map
 * and at a section's first variable.  A loader that wants lines of code alone passes them over.
 */
static void btfout_places(struct btfout *b, const struct ir_unit *u)
{
	bool seen[IR_DATA_SECTIONS] = {false};
	uint32_t offset = 0;
	size_t i;

	if (u->n_maps)
		btfout_lines(b, btfout_cstring(b, ".maps"), u->n_maps);
	for (i = 0; i < u->n_maps; i++) {
		btfout_line(b, offset, u->maps[i]->at);
		offset += btfout_map_size(u->maps[i]);
	}
	for (i = 0; i < u->n_data; i++) {
		enum ir_data_section s = u->data[i]->section;

		if (!seen[s]) {
			btfout_lines(b, btfout_cstring(b, ir_data_sections[s]), 1);
			btfout_line(b, u->data[i]->offset, u->data[i]->at);
		}
		seen[s] = true;
	}
}

void btfout_section(struct btfout *b, const char *name, struct ir_func *const *funcs,
	const uint32_t *offsets, size_t n)
{
	uint32_t section = btfout_cstring(b, name), n_lines = 0;
	size_t i, count_at;

	if (!b->funcs.len)
		btfout_put32(b->pool, &b->funcs, BTFOUT_FUNC_REC, b->big_endian);
	btfout_put32(b->pool, &b->funcs, section, b->big_endian);
	btfout_put32(b->pool, &b->funcs, (uint32_t)n, b->big_endian);
	count_at = btfout_lines(b, section, 0);
	for (i = 0; i < n; i++) {
		btfout_put32(b->pool, &b->funcs, offsets[i], b->big_endian);
		btfout_put32(b->pool, &b->funcs, btfout_func(b, funcs[i]), b->big_endian);
		n_lines += btfout_func_lines(b, funcs[i], offsets[i]);
	}
	if (!b->pool->failed)
		btfout_set32(b->lines.p + count_at, n_lines, b->big_endian);
	coreout_section(b, section, funcs, offsets, n);
}

/* ---- sections ---------------------------------------------------------------------------- */

/* magic, version 1, flags 0, and the header's length */
static void btfout_header(struct btfout *b, struct btfout_bytes *out, uint32_t len)
{
	static const unsigned char le[] = {0x9f, 0xeb, 1, 0}, be[] = {0xeb, 0x9f, 1, 0};

	btfout_put(b->pool, out, b->big_endian ? be : le, 4);
	btfout_put32(b->pool, out, len, b->big_endian);
}

void btfout_finish(struct btfout *b, struct btfout_bytes *btf, struct btfout_bytes *ext)
{
	uint32_t words[6] = {0, (uint32_t)b->types.len, (uint32_t)b->types.len, 0};
	size_t i;

	if (b->funcs.len)
		btfout_places(b, b->unit);
	words[3] = (uint32_t)b->strs.len;
	memset(btf, 0, sizeof(*btf));
	memset(ext, 0, sizeof(*ext));
	btfout_header(b, btf, 24);
	for (i = 0; i < 4; i++)
		btfout_put32(b->pool, btf, words[i], b->big_endian);
	btfout_put(b->pool, btf, b->types.p, b->types.len);
	btfout_put(b->pool, btf, b->strs.p, b->strs.len);
	if (!b->funcs.len)
		return;
	/* functions, lines, CO-RE records */
	words[1] = words[2] = (uint32_t)b->funcs.len;
	words[3] = (uint32_t)b->lines.len;
	words[4] = words[2] + words[3];
	words[5] = (uint32_t)b->cores.len;
	btfout_header(b, ext, 32);
	for (i = 0; i < 6; i++)
		btfout_put32(b->pool, ext, words[i], b->big_endian);
	btfout_put(b->pool, ext, b->funcs.p, b->funcs.len);
	btfout_put(b->pool, ext, b->lines.p, b->lines.len);
	btfout_put(b->pool, ext, b->cores.p, b->cores.len);
}
