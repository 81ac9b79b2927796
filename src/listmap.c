// SPDX-License-Identifier: MIT
/*
 * listmap.c - the maps of an object's BTF as .struct and .map lines.
 *
 * A type the assembler can say is said; one it cannot (a union, an array of numbers, a bit field)
 * becomes as many characters, so that keys and values keep their sizes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "btf.h"
#include "listmap.h"
#include "listname.h"

enum {
	LISTMAP_ARRAY = 2, /* map types */
	LISTMAP_HASH = 1,
	LISTMAP_PERF_EVENT_ARRAY = 4,
	LISTMAP_RINGBUF = 27,
	LISTMAP_TYPE_MAX = 65536, /* bytes of a type in the text */
	LISTMAP_DEPTH = 8,	  /* records in records */
	LISTMAP_BTF_HEADER = 24,
};

/* How a kind of map is written; the rest is written by its number. */
enum listmap_form { LISTMAP_KEY_VALUE, LISTMAP_VALUE, LISTMAP_COUNT };

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
	{"queue", 22, LISTMAP_VALUE, 0, 0, 0},
	{"stack", 23, LISTMAP_VALUE, 0, 0, 0},
	{"ringbuf", 27, LISTMAP_COUNT, 0, 0, 0},
	{"bloom_filter", 30, LISTMAP_VALUE, 0, 0, 0},
};

/* A map's definition. */
struct listmap_def {
	const char *name;
	uint32_t type, key, value; /* key, value: type ids */
	uint32_t key_size, value_size, entries, flags;
};

struct listmap {
	struct btf *btf;
	struct buf *out;
	struct rawbpf_error *e;
	unsigned char *records; /* by type id: 0, or the alignment of one whose .struct is out */
};

enum { LISTMAP_NO_RECORD = 0xff }; /* or this: it cannot be written as one */

/* ---- types ------------------------------------------------------------------------------- */

/* A type as a name with an alignment; what has none is so many characters. */
struct listmap_type {
	char text[160];
	uint32_t size, align;
};

static void listmap_chars(struct listmap_type *t, uint32_t size)
{
	snprintf(t->text, sizeof(t->text), "char[%u]", (unsigned int)size);
	t->size = size;
	t->align = 1;
}

static void listmap_struct_name(const struct btf_type *t, char *text, size_t size)
{
	size_t i;

	if (*t->name)
		snprintf(text, size, "%s", t->name);
	else
		snprintf(text, size, "anon_%u", (unsigned int)t->id);
	for (i = 0; text[i]; i++)
		if (!listname_is_name(text[i], i == 0))
			text[i] = '_';
}

static bool listmap_record(
	struct listmap *l, const struct btf_type *t, int depth, struct listmap_type *out);

static void listmap_type(struct listmap *l, uint32_t id, int depth, struct listmap_type *out)
{
	int64_t size = btf_size(l->btf, id);
	struct btf_type t;
	bool number;

	if (size <= 0 || size > UINT32_MAX || !btf_plain(l->btf, id, &t)) {
		listmap_chars(out, 1);
		return;
	}
	number = t.kind == BTF_INT || t.kind == BTF_ENUM || t.kind == BTF_ENUM64 ||
		 t.kind == BTF_PTR;
	if (number && (size == 1 || size == 2 || size == 4 || size == 8)) {
		snprintf(out->text, sizeof(out->text), "%c%u",
			t.kind != BTF_PTR && btf_is_signed(l->btf, &t) ? 's' : 'u',
			(unsigned int)size * 8);
		out->size = out->align = (uint32_t)size;
		return;
	}
	if (t.kind != BTF_STRUCT || !listmap_record(l, &t, depth, out))
		listmap_chars(out, (uint32_t)size);
}

/* Whether the assembler would lay a struct out as the object has it, and its fields' types. */
static bool listmap_layout(struct listmap *l, const struct btf_type *t, int depth,
	struct listmap_type *fields, uint32_t *align)
{
	struct btf_member m;
	uint64_t at = 0;
	uint32_t i;

	*align = 1;
	for (i = 0; i < t->vlen; i++) {
		btf_member(l->btf, t, i, &m);
		if (!*m.name || m.bit_size)
			return false;
		listmap_type(l, m.type, depth + 1, &fields[i]);
		at = (at + fields[i].align - 1) / fields[i].align * fields[i].align;
		if (at * 8 != m.bit_offset)
			return false;
		at += fields[i].size;
		if (fields[i].align > *align)
			*align = fields[i].align;
	}
	return t->vlen && t->size <= LISTMAP_TYPE_MAX &&
	       (at + *align - 1) / *align * *align == t->size;
}

/* The .struct of a type, once; false: it cannot be written as one. */
static bool listmap_record(
	struct listmap *l, const struct btf_type *t, int depth, struct listmap_type *out)
{
	unsigned char *known = &l->records[t->id];
	struct listmap_type *fields;
	struct btf_member m;
	uint32_t i;
	bool ok;

	listmap_struct_name(t, out->text, sizeof(out->text));
	out->size = t->size;
	out->align = *known;
	if (*known || depth >= LISTMAP_DEPTH)
		return *known && *known != LISTMAP_NO_RECORD;
	fields = calloc(t->vlen ? t->vlen : 1, sizeof(*fields));
	if (!fields) {
		l->out->failed = true;
		return false;
	}
	*known = LISTMAP_NO_RECORD; /* inside itself */
	ok = listmap_layout(l, t, depth, fields, &out->align);
	*known = ok ? (unsigned char)out->align : LISTMAP_NO_RECORD;
	if (ok) {
		buf_printf(l->out, ".struct %s\n", out->text);
		for (i = 0; i < t->vlen; i++) {
			btf_member(l->btf, t, i, &m);
			buf_puts(l->out, "\t");
			listname_put(l->out, m.name);
			buf_printf(l->out, ": %s\n", fields[i].text);
		}
		buf_puts(l->out, ".end\n");
	}
	free(fields);
	return ok;
}

/* ---- definitions ------------------------------------------------------------------------- */

/* A number is written as a pointer to an array of so many elements. */
static uint32_t listmap_number(const struct btf *b, uint32_t id)
{
	struct btf_type t;
	uint32_t elem, n = 0;

	if (btf_plain(b, id, &t) && t.kind == BTF_PTR && btf_plain(b, t.type, &t) &&
		t.kind == BTF_ARRAY)
		btf_array(b, &t, &elem, &n);
	return n;
}

/* what a pointer points at */
static uint32_t listmap_target(const struct btf *b, uint32_t id)
{
	struct btf_type t;

	return btf_plain(b, id, &t) && t.kind == BTF_PTR ? t.type : 0;
}

/* A VAR of .maps taken apart. */
static bool listmap_read(const struct btf *b, uint32_t var, struct listmap_def *d)
{
	struct btf_type v, t;
	struct btf_member m;
	uint32_t i;

	memset(d, 0, sizeof(*d));
	if (!btf_type(b, var, &v) || v.kind != BTF_VAR || !btf_plain(b, v.type, &t) ||
		t.kind != BTF_STRUCT)
		return false;
	d->name = v.name;
	for (i = 0; i < t.vlen; i++) {
		btf_member(b, &t, i, &m);
		if (!strcmp(m.name, "type"))
			d->type = listmap_number(b, m.type);
		else if (!strcmp(m.name, "max_entries"))
			d->entries = listmap_number(b, m.type);
		else if (!strcmp(m.name, "map_flags"))
			d->flags = listmap_number(b, m.type);
		else if (!strcmp(m.name, "key_size"))
			d->key_size = listmap_number(b, m.type);
		else if (!strcmp(m.name, "value_size"))
			d->value_size = listmap_number(b, m.type);
		else if (!strcmp(m.name, "key"))
			d->key = listmap_target(b, m.type);
		else if (!strcmp(m.name, "value"))
			d->value = listmap_target(b, m.type);
	}
	if (d->key && btf_size(b, d->key) > 0)
		d->key_size = (uint32_t)btf_size(b, d->key);
	if (d->value && btf_size(b, d->value) > 0)
		d->value_size = (uint32_t)btf_size(b, d->value);
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
	buf_puts(l->out, ".map ");
	listname_map(l->out, d->name);
	buf_printf(l->out, " %s", kind);
}

static void listmap_end(struct listmap *l, uint32_t flags)
{
	if (flags)
		buf_printf(l->out, " flags=%u", (unsigned int)flags);
	buf_puts(l->out, "\n");
}

static bool listmap_as_hist(struct listmap *l, const struct listmap_def *d)
{
	const char *kind = listmap_hist(l->btf, d);
	struct listmap_type bucket;
	uint32_t id;

	if (!kind)
		return false;
	if (d->type == LISTMAP_ARRAY) {
		listmap_line(l, d, kind);
		buf_printf(l->out, "(%u)", (unsigned int)d->entries);
		listmap_end(l, d->flags);
		return true;
	}
	id = d->type == LISTMAP_HASH ? listmap_bucket(l->btf, d) : 0;
	if (!id)
		return false;
	listmap_type(l, id, 0, &bucket);
	listmap_line(l, d, kind);
	buf_printf(l->out, "(%s, %u)", bucket.text, (unsigned int)d->entries);
	listmap_end(l, d->flags);
	return true;
}

/* a key or a value: its type, or characters of its size */
static void listmap_part(struct listmap *l, uint32_t id, uint32_t size, struct listmap_type *t)
{
	if (id)
		listmap_type(l, id, 0, t);
	else
		listmap_chars(t, size ? size : 1);
}

/* Sizes and a number of entries that the kinds by name do not take, or take for others. */
static bool listmap_by_number(const struct listmap_def *d)
{
	if (d->key_size > LISTMAP_TYPE_MAX || d->value_size > LISTMAP_TYPE_MAX)
		return true;
	if (d->type == LISTMAP_RINGBUF)
		return d->entries < 4096 || (d->entries & (d->entries - 1)) != 0;
	return !d->entries && d->type != LISTMAP_PERF_EVENT_ARRAY;
}

static void listmap_def(struct listmap *l, const struct listmap_def *d)
{
	size_t n = sizeof(listmap_kinds) / sizeof(listmap_kinds[0]), i;
	struct listmap_type key, value;

	if (!listmap_by_number(d) && listmap_as_hist(l, d))
		return;
	for (i = 0; i < n && listmap_kinds[i].type != d->type; i++)
		;
	if (i == n || listmap_by_number(d) ||
		(listmap_kinds[i].form == LISTMAP_COUNT &&
			(listmap_kinds[i].key_size != d->key_size ||
				listmap_kinds[i].value_size != d->value_size))) {
		listmap_line(l, d, "type");
		buf_printf(l->out, "(%u, %u, %u, %u)", (unsigned int)d->type,
			(unsigned int)d->key_size, (unsigned int)d->value_size,
			(unsigned int)d->entries);
		listmap_end(l, d->flags);
		return;
	}
	if (listmap_kinds[i].form == LISTMAP_KEY_VALUE)
		listmap_part(l, d->key, d->key_size, &key);
	if (listmap_kinds[i].form != LISTMAP_COUNT)
		listmap_part(l, d->value, d->value_size, &value);
	listmap_line(l, d, listmap_kinds[i].name);
	if (listmap_kinds[i].form == LISTMAP_KEY_VALUE)
		buf_printf(l->out, "(%s, %s, %u)", key.text, value.text, (unsigned int)d->entries);
	else if (listmap_kinds[i].form == LISTMAP_VALUE)
		buf_printf(l->out, "(%s, %u)", value.text, (unsigned int)d->entries);
	else if (d->entries)
		buf_printf(l->out, "(%u)", (unsigned int)d->entries);
	listmap_end(l, d->flags & ~listmap_kinds[i].flags);
}

/* ---- the BTF ----------------------------------------------------------------------------- */

static void listmap_swap32(unsigned char *p)
{
	unsigned char t = p[0];

	p[0] = p[3];
	p[3] = t;
	t = p[1];
	p[1] = p[2];
	p[2] = t;
}

/* BTF of the other byte order: but for the first four bytes, all of it is 32-bit words. */
static void listmap_swap(unsigned char *p, size_t len)
{
	unsigned char t = p[0];
	uint32_t words[5];
	size_t i;

	p[0] = p[1];
	p[1] = t;
	for (i = 0; i < 5; i++) {
		listmap_swap32(p + 4 + 4 * i);
		memcpy(&words[i], p + 4 + 4 * i, 4);
	}
	/* header length, then offset and length of the types, counted from its end */
	if (words[0] > len || words[1] > len - words[0] || words[2] > len - words[0] - words[1])
		return;
	p += words[0] + words[1];
	for (i = 0; i + 4 <= words[2]; i += 4)
		listmap_swap32(p + i);
}

static int listmap_open(struct elf_file *f, struct btf **btf, struct rawbpf_error *e)
{
	static const uint16_t one = 1;
	bool host_big = !*(const unsigned char *)&one;
	struct elf_section s;
	unsigned char *copy;
	const void *p;
	size_t len;
	int err;

	*btf = NULL;
	if (elf_find_section(f, ".BTF", &s) || elf_section_data(f, &s, &p, &len) || !p)
		return 0;
	if (elf_ident(f)->big_endian == host_big || len < LISTMAP_BTF_HEADER)
		return btf_parse(p, len, btf, e);
	copy = malloc(len);
	if (!copy)
		return err_set(e, "dis", -ENOMEM, "out of memory");
	memcpy(copy, p, len);
	listmap_swap(copy, len);
	err = btf_parse(copy, len, btf, e);
	free(copy);
	return err;
}

static void listmap_all(struct listmap *l)
{
	struct btf_type sec;
	struct btf_secvar v;
	struct listmap_def d;
	uint32_t id = btf_find(l->btf, BTF_DATASEC, ".maps"), i;

	if (!id || !btf_type(l->btf, id, &sec))
		return;
	for (i = 0; i < sec.vlen; i++) {
		btf_secvar(l->btf, &sec, i, &v);
		if (listmap_read(l->btf, v.type, &d))
			listmap_def(l, &d);
	}
}

int listmap_print(struct elf_file *f, struct buf *out, struct rawbpf_error *e)
{
	struct listmap l = {NULL, out, e, NULL};
	int err = listmap_open(f, &l.btf, e);

	if (err || !l.btf)
		return err;
	l.records = calloc(btf_n_types(l.btf) + 1, 1);
	if (l.records)
		listmap_all(&l);
	else
		err = err_set(e, "dis", -ENOMEM, "out of memory");
	free(l.records);
	btf_free(l.btf);
	return err;
}
