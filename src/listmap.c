// SPDX-License-Identifier: MIT
/*
 * listmap.c - the maps of an object's BTF as .struct and .map lines.
 *
 * What a map of maps or of programs holds from the start is told by relocations of section .maps:
 * its record ends in "values", one pointer for each element.
 */
#include "listmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "listindex.h"
#include "listname.h"

enum {
	LISTMAP_ARRAY = 2, /* map types */
	LISTMAP_HASH = 1,
	LISTMAP_PERF_EVENT_ARRAY = 4,
	LISTMAP_RINGBUF = 27,
	LISTMAP_PROG_ARRAY = 3,
	LISTMAP_ARRAY_OF_MAPS = 12,
	LISTMAP_HASH_OF_MAPS = 13,
	LISTMAP_POINTER = 8, /* bytes of an element of values */
	LISTMAP_FD = 4,	     /* bytes of it in the map */
	LISTMAP_REL = 9,     /* SHT_REL */
	LISTMAP_SECTION = 3, /* STT_SECTION */
	LISTMAP_OLD = 20,    /* bytes of a record of section maps */
	LISTMAP_VALUES_MAX = 65536,
	LISTMAP_VALUES_ALL = 1 << 22, /* of all maps */
	LISTMAP_NUMA = 4,	      /* BPF_F_NUMA_NODE */
	LISTMAP_LPM_TRIE = 11,
	LISTMAP_USER_RINGBUF = 31,
};

/* How a kind of map is written; the rest is written by its number. */
enum listmap_form {
	LISTMAP_KEY_VALUE,
	LISTMAP_VALUE,
	LISTMAP_ONLY_VALUE, /* the kernel has no key */
	LISTMAP_COUNT,
	LISTMAP_STORAGE, /* of a thread, a cgroup ...: the key is the kernel's */
};

static const struct {
	const char *name;
	uint32_t type;
	enum listmap_form form;
	uint32_t flags, key_size, value_size; /* that the name implies */
} listmap_kinds[] = {
	{"hash", 1, LISTMAP_KEY_VALUE, 0, 0, 0},
	{"array", 2, LISTMAP_VALUE, 0, 0, 0},
	{"prog_array", 3, LISTMAP_COUNT, 0, 4, 4},
	{"perf_event_array", 4, LISTMAP_COUNT, 0, 4, 4},
	{"percpu_hash", 5, LISTMAP_KEY_VALUE, 0, 0, 0},
	{"percpu_array", 6, LISTMAP_VALUE, 0, 0, 0},
	{"stack_trace", 7, LISTMAP_COUNT, 0, 4, 1016},
	{"cgroup_array", 8, LISTMAP_COUNT, 0, 4, 4},
	{"lru_hash", 9, LISTMAP_KEY_VALUE, 0, 0, 0},
	{"lru_percpu_hash", 10, LISTMAP_KEY_VALUE, 0, 0, 0},
	{"lpm_trie", 11, LISTMAP_KEY_VALUE, 1, 0, 0},
	{"queue", 22, LISTMAP_ONLY_VALUE, 0, 0, 0},
	{"stack", 23, LISTMAP_ONLY_VALUE, 0, 0, 0},
	{"sk_storage", 24, LISTMAP_STORAGE, 1, 4, 0},
	{"ringbuf", 27, LISTMAP_COUNT, 0, 0, 0},
	{"inode_storage", 28, LISTMAP_STORAGE, 1, 4, 0},
	{"task_storage", 29, LISTMAP_STORAGE, 1, 4, 0},
	{"bloom_filter", 30, LISTMAP_ONLY_VALUE, 0, 0, 0},
	{"user_ringbuf", 31, LISTMAP_COUNT, 0, 0, 0},
	{"cgrp_storage", 32, LISTMAP_STORAGE, 1, 4, 0},
};

enum { LISTMAP_KINDS = sizeof(listmap_kinds) / sizeof(listmap_kinds[0]) };

/* A map's definition. */
struct listmap_def {
	const char *name;
	uint32_t type, key, value; /* key, value: type ids */
	uint32_t key_size, value_size, entries, flags, numa;
	uint64_t extra;
	uint32_t pinning; /* libbpf's, 1: at the map's name; 0 */
	uint32_t inner;	  /* of a map of maps: the record of those in it; 0 */
	int64_t values;	  /* bytes from its start to values; -1: it has none */
	uint64_t at, end; /* bytes in section .maps */
};

struct listmap {
	struct listtype *types;
	const struct btf *btf;
	struct buf line; /* what is written of a map */
	struct elf_file *f;
	struct elf_section symtab;
	struct elf_reloc *relocs; /* of section .maps, by place */
	size_t n_relocs;
	struct listmap_def *defs;
	size_t n;
	const struct listmap_def *
		*kinds; /* by what listmap_alike() compares, the first ones first */
	size_t n_kinds;
	struct listindex places; /* by name: symbols of section .maps */
	uint64_t left; /* elements that may still be written: maps may say that they overlap */
};

/* ---- definitions ------------------------------------------------------------------------- */

/* A number is written as a pointer to an array of so many elements, or as an enum's only value. */
static uint64_t listmap_wide(const struct btf *b, uint32_t id)
{
	struct btf_type t;
	uint32_t elem, n = 0;

	if (!btf_plain(b, id, &t))
		return 0;
	if ((t.kind == BTF_ENUM || t.kind == BTF_ENUM64) && t.vlen == 1)
		return btf_enum_value(b, &t, 0);
	if (t.kind == BTF_PTR && btf_plain(b, t.type, &t) && t.kind == BTF_ARRAY)
		btf_array(b, &t, &elem, &n);
	return n;
}

static uint32_t listmap_number(const struct btf *b, uint32_t id)
{
	return (uint32_t)listmap_wide(b, id);
}

/* what a pointer points at */
static uint32_t listmap_target(const struct btf *b, uint32_t id)
{
	struct btf_type t;

	return btf_plain(b, id, &t) && t.kind == BTF_PTR ? t.type : 0;
}

/* An array of pointers to records of maps, or to functions. */
static void listmap_values(const struct btf *b, const struct btf_member *m, struct listmap_def *d)
{
	struct btf_type t;
	uint32_t elem, n;

	if (!btf_plain(b, m->type, &t) || t.kind != BTF_ARRAY)
		return;
	btf_array(b, &t, &elem, &n);
	d->values = (int64_t)(m->bit_offset / 8);
	elem = listmap_target(b, elem);
	if (elem && btf_plain(b, elem, &t) && t.kind == BTF_STRUCT)
		d->inner = t.id;
}

/* A map's record taken apart. */
static bool listmap_record(const struct btf *b, uint32_t id, struct listmap_def *d)
{
	struct btf_type t;
	struct btf_member m;
	uint32_t i;

	memset(d, 0, sizeof(*d));
	d->values = -1;
	if (!btf_plain(b, id, &t) || t.kind != BTF_STRUCT)
		return false;
	for (i = 0; i < t.vlen; i++) {
		btf_member(b, &t, i, &m);
		if (!strcmp(m.name, "type"))
			d->type = listmap_number(b, m.type);
		else if (!strcmp(m.name, "max_entries"))
			d->entries = listmap_number(b, m.type);
		else if (!strcmp(m.name, "map_flags"))
			d->flags = listmap_number(b, m.type);
		else if (!strcmp(m.name, "numa_node"))
			d->numa = listmap_number(b, m.type);
		else if (!strcmp(m.name, "pinning"))
			d->pinning = listmap_number(b, m.type);
		else if (!strcmp(m.name, "map_extra"))
			d->extra = listmap_wide(b, m.type);
		else if (!strcmp(m.name, "key_size"))
			d->key_size = listmap_number(b, m.type);
		else if (!strcmp(m.name, "value_size"))
			d->value_size = listmap_number(b, m.type);
		else if (!strcmp(m.name, "key"))
			d->key = listmap_target(b, m.type);
		else if (!strcmp(m.name, "value"))
			d->value = listmap_target(b, m.type);
		else if (!strcmp(m.name, "values") && !(m.bit_offset % 64))
			listmap_values(b, &m, d);
	}
	if (d->key && btf_size(b, d->key) > 0)
		d->key_size = (uint32_t)btf_size(b, d->key);
	if (d->value && btf_size(b, d->value) > 0)
		d->value_size = (uint32_t)btf_size(b, d->value);
	if (d->values >= 0 && !d->value_size)
		d->value_size = LISTMAP_FD; /* libbpf takes a pointer's place to say so */
	return true;
}

/* "rawbpf_log2" or "rawbpf_linear": the kind of histogram that the value's typedef says */
static const char *listmap_hist(const struct btf *b, const struct listmap_def *d)
{
	struct btf_type t;

	if (!btf_type(b, d->value, &t) || t.kind != BTF_TYPEDEF)
		return NULL;
	if (!strcmp(t.name, "rawbpf_log2"))
		return "histogram";
	return !strcmp(t.name, "rawbpf_linear") ? "linear" : NULL;
}

/* The key of a histogram in sections, as the assembler makes it: {bucket, u64 slot}. */
static uint32_t listmap_bucket(const struct btf *b, const struct listmap_def *d)
{
	struct btf_member bucket, slot;
	struct btf_type t, s;

	if (!btf_plain(b, d->key, &t) || t.kind != BTF_STRUCT || t.vlen != 2)
		return 0;
	btf_member(b, &t, 0, &bucket);
	btf_member(b, &t, 1, &slot);
	if (strcmp(bucket.name, "bucket") != 0 || strcmp(slot.name, "slot") != 0 ||
		!btf_plain(b, slot.type, &s) || s.kind != BTF_INT || s.size != 8)
		return 0;
	return bucket.type;
}

/* ---- lines ------------------------------------------------------------------------------- */

static void listmap_line(struct listmap *l, const struct listmap_def *d, const char *kind)
{
	if (d->name) {
		buf_puts(&l->line, ".map ");
		listname_map(&l->line, d->name);
		buf_puts(&l->line, " ");
	}
	buf_puts(&l->line, kind);
}

/* What stands behind the kind; implied: flags that it has anyway. */
static void listmap_end(struct listmap *l, const struct listmap_def *d, uint32_t implied)
{
	uint32_t numa = d->flags & LISTMAP_NUMA, flags = d->flags & ~(implied | numa);

	if (flags)
		buf_printf(&l->line, " flags=%u", (unsigned int)flags);
	if (d->extra)
		buf_printf(&l->line, " extra=%llu", (unsigned long long)d->extra);
	if (numa)
		buf_printf(&l->line, " numa=%u", (unsigned int)d->numa);
}

static bool listmap_as_hist(struct listmap *l, const struct listmap_def *d)
{
	const char *kind = listmap_hist(l->btf, d);
	struct listtype_name bucket;
	uint32_t id;

	if (!kind)
		return false;
	if (d->type == LISTMAP_ARRAY) {
		listmap_line(l, d, kind);
		buf_printf(&l->line, "(%u)", (unsigned int)d->entries);
		listmap_end(l, d, 0);
		return true;
	}
	id = d->type == LISTMAP_HASH ? listmap_bucket(l->btf, d) : 0;
	if (!id)
		return false;
	listtype_put(l->types, id, &bucket);
	listmap_line(l, d, kind);
	buf_printf(&l->line, "(%s, %u)", bucket.text, (unsigned int)d->entries);
	listmap_end(l, d, 0);
	return true;
}

/* a key or a value: its type, or characters of its size */
static void listmap_part(struct listmap *l, uint32_t id, uint32_t size, struct listtype_name *t)
{
	if (id)
		listtype_put(l->types, id, t);
	else
		listtype_chars(t, size ? size : 1);
}

/* Sizes and a number of entries that the kinds by name do not take, or take for others. */
static bool listmap_by_number(const struct listmap_def *d)
{
	if (d->key_size > LISTTYPE_MAX || d->value_size > LISTTYPE_MAX)
		return true;
	if (d->type == LISTMAP_RINGBUF || d->type == LISTMAP_USER_RINGBUF)
		return d->entries < 4096 || (d->entries & (d->entries - 1)) != 0;
	return false;
}

/* The kind that says all of it by its name; -1: none does. */
static int listmap_kind(const struct listmap *l, const struct listmap_def *d)
{
	struct btf_type key;
	int i = 0;

	while (i < LISTMAP_KINDS && listmap_kinds[i].type != d->type)
		i++;
	if (i == LISTMAP_KINDS || listmap_by_number(d) ||
		(d->flags & listmap_kinds[i].flags) != listmap_kinds[i].flags)
		return -1;
	switch (listmap_kinds[i].form) {
	case LISTMAP_KEY_VALUE: return d->key_size && d->value_size && d->entries ? i : -1;
	case LISTMAP_VALUE: return d->key_size == 4 && d->value_size && d->entries ? i : -1;
	case LISTMAP_ONLY_VALUE: return !d->key_size && d->value_size && d->entries ? i : -1;
	case LISTMAP_STORAGE:
		return btf_plain(l->btf, d->key, &key) && key.kind == BTF_INT && key.size == 4 &&
				       btf_is_signed(l->btf, &key) && d->value && !d->entries
			       ? i
			       : -1;
	default:
		return listmap_kinds[i].key_size == d->key_size &&
				       listmap_kinds[i].value_size == d->value_size &&
				       (d->entries || d->type == LISTMAP_PERF_EVENT_ARRAY)
			       ? i
			       : -1;
	}
}

static void listmap_def(struct listmap *l, const struct listmap_def *d);

/* What makes two maps alike to what holds one of them. */
static int listmap_compare(const struct listmap_def *a, const struct listmap_def *b)
{
	const uint64_t x[] = {a->type, a->key, a->value, a->key_size, a->value_size, a->entries,
		a->flags, a->numa, a->extra};
	const uint64_t y[] = {b->type, b->key, b->value, b->key_size, b->value_size, b->entries,
		b->flags, b->numa, b->extra};
	size_t i;

	for (i = 0; i < sizeof(x) / sizeof(x[0]); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

static int listmap_by_kind(const void *a, const void *b)
{
	const struct listmap_def *x = *(const struct listmap_def *const *)a,
				 *y = *(const struct listmap_def *const *)b;
	int r = listmap_compare(x, y);

	return r ? r : (x > y) - (x < y);
}

/* The first map that is like one in a map of maps; it may stand behind that. */
static const struct listmap_def *listmap_alike(
	const struct listmap *l, const struct listmap_def *inner)
{
	size_t lo = 0, hi = l->n_kinds, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (listmap_compare(l->kinds[mid], inner) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->n_kinds && !listmap_compare(l->kinds[lo], inner) ? l->kinds[lo] : NULL;
}

static void listmap_sort_kinds(struct listmap *l)
{
	size_t i;

	l->kinds = calloc(l->n ? l->n : 1, sizeof(*l->kinds));
	l->line.failed |= !l->kinds;
	for (i = 0; l->kinds && i < l->n; i++)
		if (!l->defs[i].inner)
			l->kinds[l->n_kinds++] = &l->defs[i];
	if (l->n_kinds)
		qsort(l->kinds, l->n_kinds, sizeof(struct listmap_def *), listmap_by_kind);
}

/* Flags that a kind's name implies. */
static uint32_t listmap_implied(uint32_t type)
{
	size_t i;

	for (i = 0; i < LISTMAP_KINDS; i++)
		if (listmap_kinds[i].type == type)
			return listmap_kinds[i].flags;
	return 0;
}

/*
 * What those in a map of maps look like: as a map above it, or as *inner, whose kind has no place
 * for flags.  false: it is no map of maps, or the text has no form for it.
 */
static bool listmap_inner(const struct listmap *l, const struct listmap_def *d,
	struct listmap_def *inner, const char **name)
{
	bool hash = d->type == LISTMAP_HASH_OF_MAPS;
	const struct listmap_def *like;

	*name = NULL;
	if ((!hash && (d->type != LISTMAP_ARRAY_OF_MAPS || d->key_size != 4)) || !d->name ||
		!d->entries || d->value_size != 4 || !d->inner || d->key_size > LISTTYPE_MAX ||
		!listmap_record(l->btf, d->inner, inner) || inner->inner)
		return false;
	like = listmap_alike(l, inner);
	if (like && like < d)
		*name = like->name;
	return *name || (inner->flags == listmap_implied(inner->type) && !inner->extra);
}

/* "array_of_maps(INNER, N)", "hash_of_maps(KEY, INNER, N)" */
static bool listmap_of_maps(struct listmap *l, const struct listmap_def *d)
{
	bool hash = d->type == LISTMAP_HASH_OF_MAPS;
	struct listtype_name key;
	struct listmap_def inner;
	const char *name;

	if (!listmap_inner(l, d, &inner, &name))
		return false;
	if (hash && (d->key || d->key_size != 4))
		listmap_part(l, d->key, d->key_size, &key);
	listmap_line(l, d, hash ? "hash_of_maps(" : "array_of_maps(");
	if (hash && (d->key || d->key_size != 4))
		buf_printf(&l->line, "%s, ", key.text);
	if (name)
		listname_map(&l->line, name);
	else
		listmap_def(l, &inner);
	buf_printf(&l->line, ", %u)", (unsigned int)d->entries);
	listmap_end(l, d, 0);
	return true;
}

/*
 * The record that the assembler makes of an lpm_trie's key that is no record: {u32 prefixlen, u8
 * data[]}, called after the map.
 */
static bool listmap_own_key(const struct listmap *l, const struct listmap_def *d)
{
	const char *name = d->name ? d->name : "lpm";
	size_t n = strlen(name);
	struct btf_member length, data;
	struct btf_type t;

	if (d->type != LISTMAP_LPM_TRIE || !btf_type(l->btf, d->key, &t) || t.kind != BTF_STRUCT ||
		t.vlen != 2 || strncmp(t.name, name, n) != 0 || strcmp(t.name + n, "_key") != 0)
		return false;
	btf_member(l->btf, &t, 0, &length);
	btf_member(l->btf, &t, 1, &data);
	return !strcmp(length.name, "prefixlen") && !strcmp(data.name, "data");
}

/* A type, or bytes. */
static void listmap_type_or_size(struct listmap *l, uint32_t id, uint32_t size)
{
	struct listtype_name t;

	if (!id || size > LISTTYPE_MAX) {
		buf_printf(&l->line, ", %u", (unsigned int)size);
		return;
	}
	listtype_put(l->types, id, &t);
	buf_printf(&l->line, ", %s", t.text);
}

static void listmap_as_number(struct listmap *l, const struct listmap_def *d)
{
	listmap_line(l, d, "type");
	buf_printf(&l->line, "(%u", (unsigned int)d->type);
	if (listmap_own_key(l, d))
		buf_printf(&l->line, ", char[%u]", (unsigned int)d->key_size);
	else
		listmap_type_or_size(l, d->key, d->key_size);
	listmap_type_or_size(l, d->value, d->value_size);
	buf_printf(&l->line, ", %u)", (unsigned int)d->entries);
	listmap_end(l, d, 0);
}

static void listmap_def(struct listmap *l, const struct listmap_def *d)
{
	struct listtype_name key, value;
	int i;

	if (!listmap_by_number(d) && d->entries && (listmap_of_maps(l, d) || listmap_as_hist(l, d)))
		return;
	i = listmap_kind(l, d);
	if (i < 0) {
		listmap_as_number(l, d);
		return;
	}
	if (listmap_own_key(l, d))
		listtype_chars(&key, d->key_size);
	else if (listmap_kinds[i].form == LISTMAP_KEY_VALUE)
		listmap_part(l, d->key, d->key_size, &key);
	if (listmap_kinds[i].form != LISTMAP_COUNT)
		listmap_part(l, d->value, d->value_size, &value);
	listmap_line(l, d, listmap_kinds[i].name);
	if (listmap_kinds[i].form == LISTMAP_KEY_VALUE)
		buf_printf(
			&l->line, "(%s, %s, %u)", key.text, value.text, (unsigned int)d->entries);
	else if (listmap_kinds[i].form == LISTMAP_STORAGE)
		buf_printf(&l->line, "(%s)", value.text);
	else if (listmap_kinds[i].form != LISTMAP_COUNT)
		buf_printf(&l->line, "(%s, %u)", value.text, (unsigned int)d->entries);
	else if (d->entries)
		buf_printf(&l->line, "(%u)", (unsigned int)d->entries);
	listmap_end(l, d, listmap_kinds[i].flags);
}

/* ---- what stands in maps from the start ------------------------------------------------------ */

static int listmap_by_place(const void *a, const void *b)
{
	const struct elf_reloc *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The relocations of .maps by place, to be freed; NULL: none, or no memory. */
static struct elf_reloc *listmap_relocs(
	struct listmap *l, const struct elf_section *maps, size_t *n)
{
	struct elf_file *f = l->f;
	struct elf_reloc *all;
	struct elf_section s;
	size_t i, k, count;

	*n = 0;
	for (i = 1; !elf_section(f, i, &s); i++)
		if (s.type == LISTMAP_REL && s.info == maps->index)
			break;
	count = elf_section(f, i, &s) ? 0 : elf_n_relocs(f, &s);
	all = count ? calloc(count, sizeof(*all)) : NULL;
	for (k = 0; all && k < count; k++)
		if (!elf_reloc(f, &s, k, &all[*n]))
			++*n;
	l->line.failed |= count && !all;
	if (all)
		qsort(all, *n, sizeof(*all), listmap_by_place);
	return all;
}

/* The first relocation at a place or behind it. */
static size_t listmap_reloc_from(const struct listmap *l, uint64_t at)
{
	size_t lo = 0, hi = l->n_relocs, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (l->relocs[mid].offset < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* " = {NAME, 0, NAME}" */
static void listmap_hold(struct listmap *l, const struct listmap_def *d)
{
	uint64_t first = d->at + (uint64_t)d->values, at = first;
	const char *between = " = {", *name;
	struct listmap_def inner;
	struct elf_symbol s;
	size_t i;

	if (d->values < 0 || (d->type != LISTMAP_PROG_ARRAY && !listmap_inner(l, d, &inner, &name)))
		return;
	for (i = listmap_reloc_from(l, first);
		i < l->n_relocs && l->relocs[i].offset < d->end && l->left; i++) {
		const struct elf_reloc *r = &l->relocs[i];

		if (r->offset < at || (r->offset - first) % LISTMAP_POINTER ||
			r->offset - first > LISTMAP_POINTER * LISTMAP_VALUES_MAX ||
			elf_symbol(l->f, &l->symtab, r->symbol, &s) || !*s.name) {
			l->left--;
			continue;
		}
		if ((r->offset - at) / LISTMAP_POINTER >= l->left) {
			l->left = 0;
			break;
		}
		l->left -= (r->offset - at) / LISTMAP_POINTER + 1;
		for (; at < r->offset; at += LISTMAP_POINTER, between = ", ")
			buf_printf(&l->line, "%s0", between);
		buf_puts(&l->line, between);
		(d->inner ? listname_map : listname_put)(&l->line, s.name);
		between = ", ";
		at += LISTMAP_POINTER;
	}
	/* nothing at the end takes room, too */
	for (; at < d->end && d->end - at >= LISTMAP_POINTER && l->left &&
		(at - first) / LISTMAP_POINTER < d->entries;
		at += LISTMAP_POINTER, between = ", ", l->left--)
		buf_printf(&l->line, "%s0", between);
	if (at != first)
		buf_puts(&l->line, "}");
}

/* ---- the BTF ----------------------------------------------------------------------------- */

/* Where a map stands, its symbol says; what BTF says may be zero. */
static void listmap_place(struct listmap *l, const struct btf_secvar *v, struct listmap_def *d)
{
	const struct listindex_row *row =
		d->values < 0 ? NULL : listindex_find(&l->places, 0, 0, d->name);

	d->at = row ? row->v : v->offset;
	d->end = d->at + v->size;
}

static void listmap_places(struct listmap *l, const struct elf_section *maps)
{
	size_t n = elf_n_symbols(l->f, &l->symtab), i;
	struct elf_symbol s;

	for (i = 0; i < n; i++)
		if (!elf_symbol(l->f, &l->symtab, i, &s) && s.section == maps->index)
			listindex_add(&l->places, 0, 0, s.name, s.value);
	listindex_sort(&l->places);
	l->line.failed |= l->places.failed;
}

static void listmap_all(
	struct listmap *l, const struct btf_type *sec, const struct elf_section *maps)
{
	struct listmap_def *d = l->defs;
	struct btf_secvar v;
	struct btf_type var;
	uint32_t i;

	listmap_places(l, maps);
	for (i = 0; i < sec->vlen; i++) {
		btf_secvar(l->btf, sec, i, &v);
		if (!btf_type(l->btf, v.type, &var) || var.kind != BTF_VAR ||
			!listmap_record(l->btf, var.type, d))
			continue;
		d->name = var.name;
		listmap_place(l, &v, d++);
		l->n++;
	}
	listmap_sort_kinds(l);
	for (i = 0; i < l->n; i++) {
		listmap_def(l, &l->defs[i]);
		listmap_hold(l, &l->defs[i]);
		l->types->left += l->defs[i].pinning != 0;
		buf_puts(&l->line, l->defs[i].pinning ? " ; pinned at its name\n" : "\n");
		buf_add(l->types->out, l->line.data, l->line.len);
		l->types->out->failed |= l->line.failed;
		l->line.len = 0;
	}
}

/* ---- maps before BTF ------------------------------------------------------------------------- */

static int listmap_by_value(const void *a, const void *b)
{
	const struct elf_symbol *x = a, *y = b;

	return x->value < y->value ? -1 : x->value > y->value;
}

/* A record of section maps: type, sizes of key and value, entries, flags. */
static void listmap_old(
	struct elf_file *f, const struct elf_symbol *s, const unsigned char *p, struct buf *out)
{
	uint64_t flags = elf_uint(f, p + 16, 4);
	int i;

	buf_puts(out, ".map ");
	listname_map(out, s->name);
	for (i = 0; i < 4; i++)
		buf_printf(out, "%s%llu", i ? ", " : " type(",
			(unsigned long long)elf_uint(f, p + 4 * i, 4));
	buf_puts(out, ")");
	if (flags)
		buf_printf(out, " flags=%llu", (unsigned long long)flags);
	buf_puts(out, "\n");
}

/* All records are of one size: the section's, over the number of symbols in it. */
static int listmap_old_maps(struct elf_file *f, struct buf *out, struct rawbpf_error *e)
{
	struct elf_section maps, symtab;
	struct elf_symbol *syms;
	const void *p;
	size_t i, k = 0, n, len;

	if (elf_find_section(f, "maps", &maps) || elf_find_section(f, ".symtab", &symtab) ||
		elf_section_data(f, &maps, &p, &len) || !p)
		return 0;
	n = elf_n_symbols(f, &symtab);
	syms = calloc(n ? n : 1, sizeof(*syms));
	if (!syms)
		return err_set(e, "dis", -ENOMEM, "out of memory");
	for (i = 0; i < n; i++)
		if (!elf_symbol(f, &symtab, i, &syms[k]) && syms[k].section == maps.index &&
			*syms[k].name && syms[k].type != LISTMAP_SECTION)
			k++;
	qsort(syms, k, sizeof(*syms), listmap_by_value);
	for (i = 0; k && len / k >= LISTMAP_OLD && i < k; i++)
		if (syms[i].value <= len && len / k <= len - syms[i].value)
			listmap_old(f, &syms[i], (const unsigned char *)p + syms[i].value, out);
	free(syms);
	return 0;
}

int listmap_print(struct elf_file *f, struct listtype *types, struct rawbpf_error *e)
{
	struct listmap l = {.types = types, .btf = types->btf, .f = f};
	struct elf_section maps;
	struct btf_type sec;
	uint32_t id = types->btf ? btf_find(types->btf, BTF_DATASEC, ".maps") : 0;

	if (!id || !btf_type(types->btf, id, &sec))
		return listmap_old_maps(f, types->out, e);
	l.defs = calloc(sec.vlen ? sec.vlen : 1, sizeof(*l.defs));
	if (!l.defs)
		return err_set(e, "dis", -ENOMEM, "out of memory");
	memset(&maps, 0, sizeof(maps));
	l.left = LISTMAP_VALUES_ALL;
	if (!elf_find_section(f, ".maps", &maps) && !elf_find_section(f, ".symtab", &l.symtab))
		l.relocs = listmap_relocs(&l, &maps, &l.n_relocs);
	listmap_all(&l, &sec, &maps);
	buf_free(&l.line);
	listindex_free(&l.places);
	free(l.kinds);
	free(l.relocs);
	free(l.defs);
	return listmap_old_maps(f, types->out, e);
}
