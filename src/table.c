// SPDX-License-Identifier: MIT
/*
 * table.c - a map as its user sees it: keys and values, their layout, one call each.
 *
 * A struct rawbpf_table is the struct map itself under a public name.  That a key is not there is
 * an answer, no failure: -ENOENT leaves the context's error alone.
 */
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kern.h"
#include "map.h"
#include "near.h"
#include "tableiter.h"

static struct map *table_map(struct rawbpf_table *t)
{
	return (struct map *)(void *)t;
}

static struct rawbpf_table *table_of(struct map *m)
{
	return (struct rawbpf_table *)(void *)m;
}

struct rawbpf_table *rawbpf_table(struct rawbpf *b, const char *name)
{
	struct map *m;
	struct near n;
	size_t i;

	if (!b)
		return NULL;
	if (!name) {
		err_set(&b->error, "map", -EINVAL, "no map named");
		return NULL;
	}
	m = map_find(b, name);
	if (m)
		return table_of(m);
	near_start(&n, name);
	for (i = 0; i < b->n_maps; i++)
		near_offer(&n, b->maps[i].def->name);
	err_set(&b->error, "map", -ENOENT, "no map '%s'%s", name,
		b->object ? "" : ": nothing is loaded");
	if (!near_hint(&n, &b->error) && b->n_maps)
		err_hint(&b->error, "the first one is '%s'", b->maps[0].def->name);
	return NULL;
}

struct rawbpf *table_context(struct rawbpf_table *t)
{
	return t ? table_map(t)->b : NULL;
}

static int table_failed(struct map *m, const char *what, int err)
{
	if (err == -ENOENT)
		return err;
	return err_set(&m->b->error, "map", err, "map '%s': %s", m->def->name, what);
}

static int table_elem(
	struct map *m, enum rawbpf_cmd cmd, const void *key, const void *value, uint64_t flags)
{
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.elem.map_fd = (uint32_t)m->fd;
	a.elem.key = (uintptr_t)key;
	a.elem.value = (uintptr_t)value;
	a.elem.flags = flags;
	return sys_bpf(&m->b->sys, cmd, &a, sizeof(a.elem), m->def->name);
}

int rawbpf_table_lookup(struct rawbpf_table *t, const void *key, void *value)
{
	int err;

	if (!t)
		return -EINVAL;
	err = table_elem(table_map(t), RAWBPF_MAP_LOOKUP_ELEM, key, value, 0);
	return err < 0 ? table_failed(table_map(t), "lookup failed", err) : 0;
}

int rawbpf_table_update(struct rawbpf_table *t, const void *key, const void *value, uint64_t flags)
{
	int err;

	if (!t)
		return -EINVAL;
	err = table_elem(table_map(t), RAWBPF_MAP_UPDATE_ELEM, key, value, flags);
	if (err == -E2BIG) {
		table_failed(table_map(t), "the map is full", err);
		err_hint(&table_map(t)->b->error, "give it more than %u entries",
			table_map(t)->max_entries);
		return err;
	}
	return err < 0 ? table_failed(table_map(t), "update failed", err) : 0;
}

int rawbpf_table_delete(struct rawbpf_table *t, const void *key)
{
	int err;

	if (!t)
		return -EINVAL;
	err = table_elem(table_map(t), RAWBPF_MAP_DELETE_ELEM, key, NULL, 0);
	return err < 0 ? table_failed(table_map(t), "delete failed", err) : 0;
}

int rawbpf_table_next(struct rawbpf_table *t, const void *key, void *next)
{
	int err;

	if (!t)
		return -EINVAL;
	err = tableiter_next(table_map(t), key, next);
	if (!err)
		return 1;
	return err == -ENOENT ? 0 : table_failed(table_map(t), "it has no keys to walk", err);
}

int rawbpf_table_each(
	struct rawbpf_table *t, int (*fn)(void *arg, const void *key, const void *value), void *arg)
{
	return t && fn ? tableiter_each(table_map(t), fn, arg) : -EINVAL;
}

/* ---- clear ------------------------------------------------------------------------------- */

struct table_clear {
	struct map *m;
	const void *zero; /* an array's value; NULL: delete */
};

static int table_clear_one(void *arg, const void *key, const void *value)
{
	struct table_clear *c = arg;
	int err;

	(void)value;
	if (c->zero)
		err = table_elem(c->m, RAWBPF_MAP_UPDATE_ELEM, key, c->zero, 0);
	else
		err = table_elem(c->m, RAWBPF_MAP_DELETE_ELEM, key, NULL, 0);
	return err < 0 && err != -ENOENT ? table_failed(c->m, "clear failed", err) : 0;
}

int rawbpf_table_clear(struct rawbpf_table *t)
{
	struct table_clear c = {0};
	void *zero = NULL;
	size_t size;
	uint32_t i;
	int err;

	if (!t)
		return -EINVAL;
	c.m = table_map(t);
	if (!map_is_array(c.m))
		return tableiter_each(c.m, table_clear_one, &c);
	err = tableiter_value_size(c.m, &size);
	if (err)
		return err;
	c.zero = zero = calloc(1, size);
	if (!zero)
		return table_failed(c.m, "out of memory", -ENOMEM);
	for (i = 0; !err && i < c.m->max_entries; i++)
		err = table_clear_one(&c, &i, NULL);
	free(zero);
	return err;
}

/* ---- what it is -------------------------------------------------------------------------- */

/* The kernel's number of the map; 0 where it does not tell (before Linux 4.13). */
static uint32_t table_id(struct map *m)
{
	uint32_t info[20] = {0}; /* struct bpf_map_info: type, id, ... */
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.info.bpf_fd = (uint32_t)m->fd;
	a.info.info_len = sizeof(info);
	a.info.info = (uintptr_t)info;
	if (!m->id &&
		!sys_bpf(&m->b->sys, RAWBPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a.info), m->def->name))
		m->id = info[1];
	return m->id;
}

int rawbpf_table_info(struct rawbpf_table *t, struct rawbpf_table_info *info)
{
	struct map *m;
	size_t size;
	int err;

	if (!t || !info)
		return -EINVAL;
	m = table_map(t);
	err = tableiter_value_size(m, &size); /* asks for the CPUs if need be */
	if (err)
		return err;
	*info = (struct rawbpf_table_info){
		.name = m->def->name,
		.type = m->def->type,
		.key_size = m->def->key_size,
		.value_size = m->def->value_size,
		.max_entries = m->max_entries,
		.flags = m->def->flags,
		.id = table_id(m),
		.n_cpus = m->n_cpus,
		.fd = m->fd,
	};
	return 0;
}

int rawbpf_each_table(
	struct rawbpf *b, int (*fn)(void *arg, struct rawbpf_table *t, const char *hist), void *arg)
{
	size_t i;
	int ret = 0;

	if (!b)
		return -ENOMEM;
	if (!fn)
		return err_set(&b->error, "map", -EINVAL, "each_table: no function to call");
	for (i = 0; !ret && i < b->n_maps; i++)
		ret = fn(arg, table_of(&b->maps[i]), table_hist(table_of(&b->maps[i])));
	return ret;
}

/* ---- layout ------------------------------------------------------------------------------ */

static bool table_is_number(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

static void table_field(const struct btf *btf, struct table_field *f, const char *name, uint32_t id)
{
	struct btf_type t;
	int64_t size = btf_size(btf, id);
	uint32_t elem, n;

	f->name = name;
	f->type = id;
	f->size = size > 0 ? (uint32_t)size : 0;
	f->is_bytes = true;
	if (!btf_plain(btf, id, &t))
		return;
	f->is_signed = btf_is_signed(btf, &t);
	if (t.kind == BTF_INT || t.kind == BTF_ENUM || t.kind == BTF_ENUM64 || t.kind == BTF_PTR)
		f->is_bytes = !table_is_number(f->size);
	if (t.kind != BTF_ARRAY)
		return;
	btf_array(btf, &t, &elem, &n);
	f->is_text = btf_plain(btf, elem, &t) && t.kind == BTF_INT && t.size == 1;
}

static int table_struct(
	struct map *m, const struct btf *btf, const struct btf_type *t, struct table_key *k)
{
	struct table_field *f;
	struct btf_member mem;
	uint32_t i;

	k->n_fields = 0;
	for (i = 0; i < t->vlen; i++) {
		btf_member(btf, t, i, &mem);
		if (!strncmp(mem.name, "__pad_", 6))
			continue;
		if (k->n_fields == TABLE_FIELDS_MAX) {
			err_set(&m->b->error, "map", -E2BIG,
				"map '%s': its struct has more than %d fields", m->def->name,
				TABLE_FIELDS_MAX);
			return -E2BIG;
		}
		f = &k->fields[k->n_fields++];
		memset(f, 0, sizeof(*f));
		table_field(btf, f, mem.name, mem.type);
		f->offset = mem.bit_offset / 8;
		if (!mem.bit_size && mem.bit_offset % 8 == 0)
			continue;
		f->is_bytes = true; /* a bit field is no number */
		f->type = 0;
	}
	return 0;
}

static int table_layout(struct map *m, uint32_t id, uint32_t size, struct table_key *k)
{
	const struct btf *btf = m->b->object->btf;
	struct btf_type t;

	memset(k, 0, sizeof(*k));
	k->n_fields = 1;
	k->fields[0].size = size;
	k->fields[0].is_bytes = !table_is_number(size);
	if (!btf || !id || btf_size(btf, id) != (int64_t)size || !btf_plain(btf, id, &t))
		return 0;
	if (t.kind == BTF_STRUCT)
		return table_struct(m, btf, &t, k);
	table_field(btf, &k->fields[0], NULL, id);
	return 0;
}

int table_key(struct rawbpf_table *t, struct table_key *k)
{
	struct map *m = table_map(t);

	return t ? table_layout(m, m->def->key_btf, m->def->key_size, k) : -EINVAL;
}

int table_value(struct rawbpf_table *t, struct table_key *k)
{
	struct map *m = table_map(t);

	return t ? table_layout(m, m->def->value_btf, m->def->value_size, k) : -EINVAL;
}

const struct btf *table_btf(struct rawbpf_table *t)
{
	struct map *m = table_map(t);

	return t && m->b->object ? m->b->object->btf : NULL;
}

const char *table_hist(struct rawbpf_table *t)
{
	struct map *m = table_map(t);
	const struct btf *btf = table_btf(t);
	struct btf_type type;
	uint32_t id;
	int i;

	if (!btf)
		return NULL;
	id = m->def->value_btf;
	for (i = 0; i < 16 && btf_type(btf, id, &type); i++) {
		if (type.kind == BTF_TYPEDEF && !strcmp(type.name, "rawbpf_log2"))
			return "log2";
		if (type.kind == BTF_TYPEDEF && !strcmp(type.name, "rawbpf_linear"))
			return "linear";
		if (type.kind != BTF_TYPEDEF && type.kind != BTF_CONST && type.kind != BTF_VOLATILE)
			break;
		id = type.type;
	}
	return NULL;
}
