// SPDX-License-Identifier: MIT
/* parse_map.c - .map: the kinds of maps, what they take, and their defaults. */
#include "parse_map.h"

#include <errno.h>
#include <stdio.h>

#include "equ.h"
#include "parse_type.h"

enum {
	MAPK_HASH = 1,
	MAPK_ARRAY = 2,
	MAPK_PROG_ARRAY = 3,
	MAPK_PERF_EVENT_ARRAY = 4,
	MAPK_PERCPU_HASH = 5,
	MAPK_PERCPU_ARRAY = 6,
	MAPK_STACK_TRACE = 7,
	MAPK_CGROUP_ARRAY = 8,
	MAPK_LRU_HASH = 9,
	MAPK_LRU_PERCPU_HASH = 10,
	MAPK_LPM_TRIE = 11,
	MAPK_ARRAY_OF_MAPS = 12,
	MAPK_HASH_OF_MAPS = 13,
	MAPK_QUEUE = 22,
	MAPK_STACK = 23,
	MAPK_SK_STORAGE = 24,
	MAPK_RINGBUF = 27,
	MAPK_INODE_STORAGE = 28,
	MAPK_TASK_STORAGE = 29,
	MAPK_BLOOM_FILTER = 30,
	MAPK_USER_RINGBUF = 31,
	MAPK_CGRP_STORAGE = 32,
};

enum {
	MAPK_NO_PREALLOC = 1,	  /* BPF_F_NO_PREALLOC */
	MAPK_ENTRIES = 10240,	  /* as bcc's BPF_HASH and BPF_ARRAY */
	MAPK_LOG2_SLOTS = 65,	  /* log2l of a 64-bit number is 1..64; slot 0 stays empty */
	MAPK_LINEAR_SLOTS = 1025, /* the most that print_linear_hist takes */
	MAPK_STACKS = 1024,
	MAPK_MAPS = 1024,
	MAPK_TEXT = 256,	    /* bytes of a kind with its types, as text */
	MAPK_STACK_BYTES = 127 * 8, /* PERF_MAX_STACK_DEPTH addresses */
	MAPK_RINGBUF_BYTES = 256 * 1024,
};

/* What stands between the parentheses of a kind of map. */
enum mapk_args {
	MAPK_KEY_VALUE,	 /* (KEY, VALUE, N), as of a hash */
	MAPK_VALUE,	 /* (VALUE, N) or (u32, VALUE, N), as of an array */
	MAPK_ONLY_VALUE, /* (VALUE, N), no key */
	MAPK_COUNT,	 /* (N): key and value are the kernel's */
	MAPK_STORAGE,	 /* (VALUE): the key is the kernel's, the number what there is */
	MAPK_INNER,	 /* (INNER, N) */
	MAPK_KEY_INNER,	 /* (INNER, N) or (KEY, INNER, N) */
	MAPK_HISTOGRAM,
	MAPK_LINEAR,
};

static const struct mapk {
	const char *name;
	uint32_t type;
	enum mapk_args args;
	uint32_t entries; /* when no number is given */
	uint32_t flags;
	uint32_t key_size, value_size; /* where the kernel prescribes them */
} mapk_table[] = {
	{"histogram", MAPK_ARRAY, MAPK_HISTOGRAM, MAPK_LOG2_SLOTS, 0, 0, 0},
	{"linear", MAPK_ARRAY, MAPK_LINEAR, MAPK_LINEAR_SLOTS, 0, 0, 0},
	{"hash", MAPK_HASH, MAPK_KEY_VALUE, MAPK_ENTRIES, 0, 0, 0},
	{"array", MAPK_ARRAY, MAPK_VALUE, MAPK_ENTRIES, 0, 0, 0},
	{"percpu_hash", MAPK_PERCPU_HASH, MAPK_KEY_VALUE, MAPK_ENTRIES, 0, 0, 0},
	{"percpu_array", MAPK_PERCPU_ARRAY, MAPK_VALUE, MAPK_ENTRIES, 0, 0, 0},
	{"lru_hash", MAPK_LRU_HASH, MAPK_KEY_VALUE, MAPK_ENTRIES, 0, 0, 0},
	{"lru_percpu_hash", MAPK_LRU_PERCPU_HASH, MAPK_KEY_VALUE, MAPK_ENTRIES, 0, 0, 0},
	{"lpm_trie", MAPK_LPM_TRIE, MAPK_KEY_VALUE, MAPK_ENTRIES, MAPK_NO_PREALLOC, 0, 0},
	{"stack_trace", MAPK_STACK_TRACE, MAPK_COUNT, MAPK_STACKS, 0, 4, MAPK_STACK_BYTES},
	{"perf_event_array", MAPK_PERF_EVENT_ARRAY, MAPK_COUNT, 0, 0, 4, 4},
	{"ringbuf", MAPK_RINGBUF, MAPK_COUNT, MAPK_RINGBUF_BYTES, 0, 0, 0},
	{"prog_array", MAPK_PROG_ARRAY, MAPK_COUNT, MAPK_ENTRIES, 0, 4, 4},
	{"cgroup_array", MAPK_CGROUP_ARRAY, MAPK_COUNT, 1, 0, 4, 4},
	{"queue", MAPK_QUEUE, MAPK_ONLY_VALUE, MAPK_ENTRIES, 0, 0, 0},
	{"stack", MAPK_STACK, MAPK_ONLY_VALUE, MAPK_ENTRIES, 0, 0, 0},
	{"bloom_filter", MAPK_BLOOM_FILTER, MAPK_ONLY_VALUE, MAPK_ENTRIES, 0, 0, 0},
	{"user_ringbuf", MAPK_USER_RINGBUF, MAPK_COUNT, MAPK_RINGBUF_BYTES, 0, 0, 0},
	{"task_storage", MAPK_TASK_STORAGE, MAPK_STORAGE, 0, MAPK_NO_PREALLOC, 0, 0},
	{"cgrp_storage", MAPK_CGRP_STORAGE, MAPK_STORAGE, 0, MAPK_NO_PREALLOC, 0, 0},
	{"inode_storage", MAPK_INODE_STORAGE, MAPK_STORAGE, 0, MAPK_NO_PREALLOC, 0, 0},
	{"sk_storage", MAPK_SK_STORAGE, MAPK_STORAGE, 0, MAPK_NO_PREALLOC, 0, 0},
	{"array_of_maps", MAPK_ARRAY_OF_MAPS, MAPK_INNER, MAPK_MAPS, 0, 4, 4},
	{"hash_of_maps", MAPK_HASH_OF_MAPS, MAPK_KEY_INNER, MAPK_MAPS, 0, 4, 4},
};

enum { MAPK_KINDS = sizeof(mapk_table) / sizeof(mapk_table[0]) };

/* ---- maps -------------------------------------------------------------------------------- */

/* (TYPE, TYPE, N) */
struct map_args {
	struct ir_type type[2];
	unsigned n_types;
	bool has_n;
	int64_t n;
	const struct tok *n_tok;
};

static int map_type(struct parse *p, struct ir_type *type)
{
	int err = parse_type(p, type);

	return err ? err
		   : parse_no_array(p, type, "in a map", "a .struct has a field for each element");
}

static int map_arg(struct parse *p, struct map_args *a)
{
	const struct tok *t = p->t;

	if (parse_type_starts(p, t)) {
		if (a->has_n)
			return parse_error(p, t, "types stand before the number of entries");
		if (a->n_types == 2)
			return parse_error(p, t, "a map has a key and a value, no third type");
		return map_type(p, &a->type[a->n_types++]);
	}
	if (a->has_n)
		return parse_error(p, t, "a map has one number of entries");
	if (t->kind == TOK_NAME && !parse_is(t, "sizeof") && !parse_is(t, "exists") &&
		equ_get(p->macro, t->s, t->len, &a->n) == -ENOENT)
		return parse_no_type(p, t);
	a->has_n = true;
	a->n_tok = t;
	return parse_expr(p, &a->n);
}

static int map_args_list(struct parse *p, struct map_args *a)
{
	if (!parse_take(p, PUNCT('(', 0, 0)))
		return 0;
	do {
		if (map_arg(p, a))
			return -EINVAL;
	} while (parse_take(p, PUNCT(',', 0, 0)));
	return parse_want(p, PUNCT(')', 0, 0));
}

/* The key of a histogram in sections: what names the section, and the slot. */
static int map_section_key(struct parse *p, struct ir_map *m, const struct ir_type *bucket)
{
	char *name = pool_printf(p->pool, "%s_key", m->name);
	struct ir_struct *s = parse_struct_new(p, name, m->at);

	if (!s || parse_struct_add(p, s, "bucket", bucket) ||
		parse_struct_add(p, s, "slot", &parse_u64) ||
		names_put(&p->structs, p->pool, name, strlen(name), s))
		return -ENOMEM;
	parse_struct_close(s);
	m->type = MAPK_HASH;
	m->max_entries = MAPK_ENTRIES;
	m->key.kind = IR_TYPE_STRUCT;
	m->key.size = s->size;
	m->key.record = s;
	return 0;
}

static int map_hist(struct parse *p, struct ir_map *m, const struct map_args *a,
	enum ir_type_kind kind, const struct tok *t)
{
	m->has_key = m->has_value = true;
	m->key = parse_u32;
	m->value = parse_u64;
	m->value.kind = kind;
	if (a->n_types > 1)
		return parse_error(p, t, "a histogram counts u64; it takes (N) or (KEY, N)");
	return a->n_types ? map_section_key(p, m, &a->type[0]) : 0;
}

/* the kernel wants BTF that says int */
static const struct ir_type map_int = {IR_TYPE_INT, 4, true, NULL};

static int map_typed(struct parse *p, struct ir_map *m, const struct mapk *k, struct map_args *a,
	const struct tok *t)
{
	const struct ir_type *value = a->n_types ? &a->type[a->n_types - 1] : &parse_u64;

	if (k->args == MAPK_COUNT) {
		m->key_size = k->key_size;
		m->value_size = k->value_size;
		return a->n_types ? parse_error(p, t, "a map of kind '%s' takes no types", k->name)
				  : 0;
	}
	m->has_value = true;
	m->value = *value;
	m->has_key = k->args != MAPK_ONLY_VALUE;
	m->key = a->n_types == 2	   ? a->type[0]
		 : k->args == MAPK_VALUE   ? parse_u32
		 : k->args == MAPK_STORAGE ? map_int
					   : parse_u64;
	if (k->args == MAPK_STORAGE && (a->n_types != 1 || a->has_n))
		return parse_error(
			p, t, "a map of kind '%s' takes the type of its values: (VALUE)", k->name);
	if (k->args == MAPK_ONLY_VALUE && a->n_types == 2)
		return parse_error(p, t, "a map of kind '%s' has no key: (VALUE, N)", k->name);
	if (k->args == MAPK_VALUE && (m->key.kind != IR_TYPE_INT || m->key.size != 4))
		return parse_error(p, t, "the key of a map of kind '%s' is u32", k->name);
	if (k->args == MAPK_KEY_VALUE && a->n_types == 1)
		return parse_error(
			p, t, "a map of kind '%s' takes both types: (KEY, VALUE, N)", k->name);
	return 0;
}

/* A ring buffer's unit is the byte; the kernel wants whole pages and a power of two. */
static bool map_is_count(uint32_t type, int64_t n)
{
	return (type != MAPK_RINGBUF && type != MAPK_USER_RINGBUF) || (n >= 4096 && !(n & (n - 1)));
}

static int map_count(struct parse *p, struct ir_map *m, const struct map_args *a)
{
	if (!a->has_n)
		return 0;
	if (a->n < 1 || a->n > UINT32_MAX)
		return parse_error(p, a->n_tok, "%lld is no number of entries", (long long)a->n);
	if (!map_is_count(m->type, a->n))
		return parse_error(p, a->n_tok,
			"%lld is no size of a ring buffer: a power of two of bytes, 4096 or more",
			(long long)a->n);
	m->max_entries = (uint32_t)a->n;
	return 0;
}

static const struct mapk *map_kind(struct parse *p, const struct tok *t)
{
	struct suggest s;
	char buf[128];
	size_t i;

	for (i = 0; i < MAPK_KINDS; i++)
		if (parse_is(t, mapk_table[i].name))
			return &mapk_table[i];
	suggest_start(&s, t->s, t->kind == TOK_NAME ? t->len : 0);
	for (i = 0; i < MAPK_KINDS; i++)
		suggest_offer(&s, mapk_table[i].name, strlen(mapk_table[i].name));
	parse_error(p, t,
		t->kind == TOK_NAME ? "no kind of map '%.*s'%s" : "a map is '.map NAME KIND'%.*s%s",
		t->kind == TOK_NAME ? (int)t->len : 0, t->s, suggest_text(&s, buf, sizeof(buf)));
	return NULL;
}

/* N behind "NAME=", at most so large */
static int map_option_number(struct parse *p, const char *what, int64_t most, int64_t *v)
{
	const struct tok *t;

	if (parse_want(p, PUNCT('=', 0, 0)))
		return -EINVAL;
	t = p->t;
	if (parse_expr(p, v))
		return -EINVAL;
	return most && (*v < 0 || *v > most) ? parse_error(p, t, "%s are 32 bits", what) : 0;
}

static int map_option(struct parse *p, struct ir_map *m)
{
	int64_t v = 0;
	int err;

	if (parse_take_name(p, "flags")) {
		err = map_option_number(p, "flags", UINT32_MAX, &v);
		m->flags |= (uint32_t)v;
	} else if (parse_take_name(p, "numa")) {
		err = map_option_number(p, "nodes", UINT32_MAX, &v);
		m->flags |= IR_MAP_NUMA;
		m->numa = (uint32_t)v;
	} else if (parse_take_name(p, "extra")) {
		err = map_option_number(p, "", 0, &v);
		m->extra = (uint64_t)v;
	} else {
		return parse_error(p, p->t,
			"only 'flags=N', 'extra=N' and 'numa=N' may follow the kind of a map");
	}
	return err;
}

/* flags=N extra=N numa=N */
static int map_options(struct parse *p, struct ir_map *m)
{
	for (;;) {
		parse_take(p, PUNCT(',', 0, 0));
		if (p->t == p->end || parse_op(p->t, PUNCT('=', 0, 0)))
			return 0;
		if (map_option(p, m))
			return -EINVAL;
	}
}

static int map_number(struct parse *p, uint32_t *to)
{
	const struct tok *t = p->t;
	int64_t v;

	if (parse_expr(p, &v))
		return -EINVAL;
	if (v < 0 || v > UINT32_MAX)
		return parse_error(p, t, "%lld is no number of 32 bits", (long long)v);
	*to = (uint32_t)v;
	return 0;
}

/* a type, or bytes */
static int map_part(struct parse *p, bool *has, struct ir_type *type, uint32_t *size)
{
	*has = parse_type_starts(p, p->t);
	return *has ? parse_type(p, type) : map_number(p, size);
}

/*
 * type(NUMBER, KEY, VALUE, N), both types or bytes: a kind that has no name here, or sizes that the
 * name does not have
 */
static int map_by_number(struct parse *p, struct ir_map *m)
{
	if (parse_want(p, PUNCT('(', 0, 0)) || map_number(p, &m->type) ||
		parse_want(p, PUNCT(',', 0, 0)) ||
		map_part(p, &m->has_key, &m->key, &m->key_size) ||
		parse_want(p, PUNCT(',', 0, 0)) ||
		map_part(p, &m->has_value, &m->value, &m->value_size) ||
		parse_want(p, PUNCT(',', 0, 0)) || map_number(p, &m->max_entries) ||
		parse_want(p, PUNCT(')', 0, 0)))
		return -EINVAL;
	return m->name ? map_options(p, m) : 0;
}

/* ---- maps of maps, and what stands in maps from the start ------------------------------------ */

static int map_declare(struct parse *p, struct ir_map *m);

/* A map that is declared, or a kind with its types. */
static int map_inner(struct parse *p, struct ir_map *m)
{
	const struct tok *t = p->t;
	struct ir_map *inner = t->kind == TOK_NAME ? names_get(&p->maps, t->s, t->len) : NULL;

	if (inner) {
		p->t++;
	} else {
		inner = pool_alloc(p->pool, sizeof(*inner));
		if (!inner)
			return -ENOMEM;
		if (map_declare(p, inner))
			return -EINVAL;
	}
	if (inner->inner || inner == m)
		return parse_error(p, t, "maps of maps hold no maps of maps");
	if (inner->type == MAPK_PROG_ARRAY || inner->type == MAPK_TASK_STORAGE)
		return parse_error(p, t, "a map of this kind cannot stand in another one");
	m->inner = inner;
	return 0;
}

/* "(INNER, N)", "(KEY, INNER, N)" */
static int map_of_maps(struct parse *p, struct ir_map *m, const struct mapk *k)
{
	const struct tok *t = p->t;
	struct map_args a = {0};

	m->key_size = k->key_size;
	m->value_size = k->value_size;
	if (!parse_take(p, PUNCT('(', 0, 0)))
		return parse_error(
			p, t, "a map of maps is '%s(INNER, N)'; INNER is a map", k->name);
	if (k->args == MAPK_KEY_INNER && parse_type_starts(p, p->t)) {
		m->has_key = true;
		if (parse_type(p, &m->key) || parse_want(p, PUNCT(',', 0, 0)))
			return -EINVAL;
	}
	if (map_inner(p, m))
		return -EINVAL;
	if (parse_take(p, PUNCT(',', 0, 0))) {
		a.has_n = true;
		a.n_tok = p->t;
		if (parse_expr(p, &a.n))
			return -EINVAL;
	}
	if (parse_want(p, PUNCT(')', 0, 0)) || map_count(p, m, &a))
		return -EINVAL;
	return m->name ? map_options(p, m) : 0;
}

static int map_value(struct parse *p, struct ir_map *m)
{
	const struct tok *t = p->t++;
	struct ir_map_value *v;

	if (t->kind != TOK_NAME && !(t->kind == TOK_NUM && !t->num))
		return parse_error(p, t, "what stands here is a name, or 0 for nothing");
	if (pool_grow(p->pool, &m->values, &m->cap_values, m->n_values, sizeof(*m->values)))
		return -ENOMEM;
	v = &m->values[m->n_values++];
	v->name = t->kind == TOK_NAME ? pool_strndup(p->pool, t->s, t->len) : NULL;
	v->at = parse_pos(p, t);
	return t->kind == TOK_NAME && !v->name ? -ENOMEM : 0;
}

/* "= {NAME, NAME, 0, ...}": elements 0, 1, ...; they may be declared below */
static int map_values(struct parse *p, struct ir_map *m)
{
	const struct tok *t = p->t;
	int err = 0;

	if (!parse_take(p, PUNCT('=', 0, 0)))
		return 0;
	if (!m->inner && m->type != MAPK_PROG_ARRAY)
		return parse_error(
			p, t, "only maps of maps and prog_array hold something from the start");
	if (m->has_key && (m->key.kind != IR_TYPE_INT || m->key.size != 4))
		return parse_error(p, t, "only keys of 4 bytes count what stands there");
	if (parse_want(p, PUNCT('{', 0, 0)))
		return -EINVAL;
	do {
		t = p->t;
		err = map_value(p, m);
		if (!err && m->n_values > m->max_entries)
			err = parse_error(
				p, t, "'%s' has %u elements", m->name, (unsigned)m->max_entries);
		if (err)
			return err;
	} while (parse_take(p, PUNCT(',', 0, 0)));
	return parse_want(p, PUNCT('}', 0, 0));
}

static bool map_fits(struct parse *p, const struct ir_map *m, const struct ir_map_value *v)
{
	const struct ir_func *f;
	const struct ir_map *in;

	if (!v->name)
		return true;
	f = names_get(&p->funcs, v->name, strlen(v->name));
	in = names_get(&p->maps, v->name, strlen(v->name));
	return m->inner ? in && !in->inner : f && f->is_prog;
}

int parse_map_resolve(struct parse *p)
{
	struct ir_unit *u = p->unit;
	size_t i, k;
	int err = 0;

	for (i = 0; i < u->n_maps; i++) {
		const struct ir_map *m = u->maps[i];

		for (k = 0; k < m->n_values && !diag_full(p->diag); k++) {
			if (map_fits(p, m, &m->values[k]))
				continue;
			diag_error(p->diag, m->values[k].at, strlen(m->values[k].name),
				"'%s' is no %s; '%s' holds those", m->values[k].name,
				m->inner ? "map" : "program", m->name);
			err = -EINVAL;
		}
	}
	return err;
}

static int map_declare(struct parse *p, struct ir_map *m)
{
	const struct tok *t = p->t;
	const struct mapk *k;
	struct map_args a = {0};
	int err;

	if (parse_take_name(p, "type"))
		return map_by_number(p, m);
	k = map_kind(p, t);
	if (!k)
		return -EINVAL;
	p->t++;
	m->type = k->type;
	m->max_entries = k->entries;
	m->flags = k->flags;
	if (k->args == MAPK_INNER || k->args == MAPK_KEY_INNER)
		return map_of_maps(p, m, k);
	if (map_args_list(p, &a))
		return -EINVAL;
	if (k->args == MAPK_HISTOGRAM)
		err = map_hist(p, m, &a, IR_TYPE_LOG2, t);
	else if (k->args == MAPK_LINEAR)
		err = map_hist(p, m, &a, IR_TYPE_LINEAR, t);
	else
		err = map_typed(p, m, k, &a, t);
	if (!err)
		err = map_count(p, m, &a);
	/* of an inner map the bracket ends it, or what belongs to the outer one */
	return err || !m->name ? err : map_options(p, m);
}

int parse_map(struct parse *p)
{
	struct ir_unit *u = p->unit;
	const struct tok *t = p->t;
	const struct ir_map *have;
	struct ir_map *m;
	int err;

	if (t->kind == TOK_NAME && parse_is_reserved(t))
		return parse_error(p, t,
			"a map cannot be named '%.*s': that is a word of the language", (int)t->len,
			t->s);
	if (t->kind != TOK_NAME || memchr(t->s, '.', t->len))
		return parse_error(p, t, "a map is '.map NAME KIND', as in '.map dist histogram'");
	have = names_get(&p->maps, t->s, t->len);
	if (have || names_get(&p->funcs, t->s, t->len) || names_get(&p->data, t->s, t->len))
		return parse_error(p, t, "'%.*s' is already a %s", (int)t->len, t->s,
			have				    ? "map"
			: names_get(&p->data, t->s, t->len) ? "variable"
							    : "program or function");
	m = pool_alloc(p->pool, sizeof(*m));
	if (!m || pool_grow(p->pool, &u->maps, &u->cap_maps, u->n_maps, sizeof(*u->maps)))
		return -ENOMEM;
	m->name = pool_strndup(p->pool, t->s, t->len);
	m->at = parse_pos(p, t);
	p->t++;
	if (!m->name)
		return -ENOMEM;
	err = map_declare(p, m);
	if (!err)
		err = map_values(p, m);
	/* a map with an error is known all the same: its name causes no second one */
	if (names_put(&p->maps, p->pool, m->name, t->len, m))
		return -ENOMEM;
	u->maps[u->n_maps++] = m;
	return err;
}

/* ---- and back to text -------------------------------------------------------------------- */

bool parse_map_makes(const struct ir_map *m, const struct ir_struct *s)
{
	return m->has_key && m->key.kind == IR_TYPE_STRUCT && m->key.record == s &&
	       (m->value.kind == IR_TYPE_LOG2 || m->value.kind == IR_TYPE_LINEAR);
}

/* Whether a kind with types, by its name, has just these. */
static bool map_has_form(const struct ir_map *m, const struct mapk *k)
{
	bool index = m->key.kind == IR_TYPE_INT && m->key.size == 4;

	switch (k->args) {
	case MAPK_KEY_VALUE: return m->has_key;
	case MAPK_VALUE: return m->has_key && index && !m->key.is_signed;
	case MAPK_ONLY_VALUE: return !m->has_key && !m->key_size;
	case MAPK_STORAGE: return m->has_key && index && m->key.is_signed && !m->max_entries;
	default: return false;
	}
}

static bool map_is_kind(const struct ir_map *m, const struct mapk *k)
{
	if (k->type != m->type || (!m->max_entries && k->entries) ||
		(m->flags & k->flags) != k->flags)
		return false;
	if (m->has_value)
		return map_has_form(m, k);
	return k->args == MAPK_COUNT && !m->has_key && k->key_size == m->key_size &&
	       k->value_size == m->value_size && map_is_count(m->type, m->max_entries);
}

static const struct mapk *map_kind_of(const struct ir_map *m)
{
	size_t i;

	if (m->has_value && m->value.kind == IR_TYPE_LOG2)
		return &mapk_table[0];
	if (m->has_value && m->value.kind == IR_TYPE_LINEAR)
		return &mapk_table[1];
	for (i = 2; i < MAPK_KINDS; i++) {
		const struct mapk *k = &mapk_table[i];

		if (m->inner ? k->type == m->type : map_is_kind(m, k))
			return k;
	}
	return NULL; /* declared by numbers */
}

static void map_part_text(
	bool has, const struct ir_type *type, uint32_t bytes, char *text, size_t size)
{
	if (has)
		parse_type_text(type, text, size);
	else
		snprintf(text, size, "%u", (unsigned)bytes);
}

/* " flags=0x1 extra=0x5 numa=0", without the flags that the kind implies */
static void map_options_text(const struct ir_map *m, uint32_t implied, char *text, size_t size)
{
	uint32_t numa = m->flags & IR_MAP_NUMA, more = m->flags & ~(implied | numa);
	int n = 0;

	*text = '\0';
	if (more)
		n = snprintf(text, size, " flags=0x%x", (unsigned)more);
	if (m->extra)
		n += snprintf(
			text + n, size - (size_t)n, " extra=0x%llx", (unsigned long long)m->extra);
	if (numa)
		snprintf(text + n, size - (size_t)n, " numa=%u", (unsigned)m->numa);
}

static void map_by_number_text(const struct ir_map *m, const char *options, char *text, size_t size)
{
	char key[80], value[80];

	map_part_text(m->has_key, &m->key, m->key_size, key, sizeof(key));
	map_part_text(m->has_value, &m->value, m->value_size, value, sizeof(value));
	snprintf(text, size, "type(%u, %s, %s, %u)%s", (unsigned)m->type, key, value,
		(unsigned)m->max_entries, options);
}

void parse_map_text(const struct ir_map *m, char *text, size_t size)
{
	const struct mapk *k = map_kind_of(m);
	char key[80] = "", inner[MAPK_TEXT] = "", count[16] = "", flags[80], *value = inner;

	map_options_text(m, k ? k->flags : 0, flags, sizeof(flags));
	if (!k) {
		map_by_number_text(m, flags, text, size);
		return;
	}
	if (k->args == MAPK_KEY_VALUE || (k->args == MAPK_KEY_INNER && m->has_key))
		parse_type_text(&m->key, key, sizeof(key));
	if (m->inner && m->inner->name)
		snprintf(inner, sizeof(inner), "%s", m->inner->name);
	else if (m->inner)
		parse_map_text(m->inner, inner, sizeof(inner));
	else if (k->args != MAPK_COUNT && k->args != MAPK_HISTOGRAM && k->args != MAPK_LINEAR)
		parse_type_text(&m->value, value, sizeof(inner));
	else if (m->has_key && m->key.kind == IR_TYPE_STRUCT)
		parse_type_text(&m->key.record->fields[0].type, key, sizeof(key));
	if (m->max_entries)
		snprintf(count, sizeof(count), "%u", (unsigned)m->max_entries);
	snprintf(text, size, "%s%s%s%s%s%s%s%s%s", k->name,
		key[0] || value[0] || count[0] ? "(" : "", key,
		key[0] && (value[0] || count[0]) ? ", " : "", value,
		value[0] && count[0] ? ", " : "", count, key[0] || value[0] || count[0] ? ")" : "",
		flags);
}
