// SPDX-License-Identifier: MIT
/*
 * carraymap.c - the maps of a header in C: how each is made, and what it holds from the start.
 *
 * A map of maps is made with the fd of one that looks like those it will hold, so that one stands
 * before it, also when the text gives it no name.
 */
#include "carraymap.h"

#include <errno.h>
#include <string.h>

enum { CARRAYMAP_RDONLY_PROG = 1U << 7 };

static int carraymap_add(struct carraymap *m, const struct ir_map *map)
{
	m->rows[m->n_rows++] = map;
	return map->name ? names_put(&m->maps, m->pool, map->name, strlen(map->name),
				   (void *)(uintptr_t)m->n_rows)
			 : 0;
}

static int carraymap_progs(struct carraymap *m)
{
	size_t i, n = 0;

	for (i = 0; i < m->u->n_funcs; i++) {
		const char *name = m->u->funcs[i]->name;

		if (m->u->funcs[i]->is_prog &&
			names_put(&m->progs, m->pool, name, strlen(name), (void *)(uintptr_t)++n))
			return -ENOMEM;
	}
	return 0;
}

int carraymap_begin(struct carraymap *m)
{
	size_t i;

	m->rows = pool_alloc(m->pool, 2 * m->u->n_maps * sizeof(*m->rows) + 1);
	for (i = 0; m->rows && i < m->u->n_maps; i++) {
		const struct ir_map *map = m->u->maps[i];

		if (map->inner && !map->inner->name && carraymap_add(m, map->inner))
			return -ENOMEM;
		if (carraymap_add(m, map))
			return -ENOMEM;
	}
	return m->rows ? carraymap_progs(m) : -ENOMEM;
}

static size_t carraymap_in(const struct names *t, const char *name)
{
	return (size_t)(uintptr_t)names_get(t, name, strlen(name));
}

size_t carraymap_find(const struct carraymap *m, const char *name)
{
	return carraymap_in(&m->maps, name);
}

uint32_t carraymap_data(const struct carraymap *m, enum ir_data_section which)
{
	uint32_t n = m->n_rows;
	int i;

	for (i = 0; i < (int)which; i++)
		n += m->u->data_size[i] != 0;
	return n;
}

size_t carraymap_fills(const struct carraymap *m)
{
	size_t i, k, n = 0;

	for (i = 0; i < m->u->n_maps; i++)
		for (k = 0; k < m->u->maps[i]->n_values; k++)
			n += m->u->maps[i]->values[k].name != NULL;
	return n;
}

/* The bytes that the variables of a section begin with; C has no name with a dot. */
static int carraymap_values(struct carraymap *m, enum ir_data_section which)
{
	uint32_t size = m->u->data_size[which], i;
	unsigned char *bytes = pool_alloc(m->pool, size);
	size_t k;

	if (!bytes)
		return -ENOMEM;
	for (k = 0; k < m->u->n_data; k++) {
		const struct ir_data *v = m->u->data[k];

		if (v->section == which && v->init)
			memcpy(bytes + v->offset, v->init, v->size);
	}
	textout_put(m->out, "BPFASM_UNUSED static const unsigned char %s_%s[] = {", m->name,
		ir_data_sections[which] + 1);
	for (i = 0; i < size; i++)
		textout_put(m->out, "%s0x%02x,", i % 12 ? " " : "\n\t", bytes[i]);
	textout_put(m->out, "\n};\n\n");
	return 0;
}

/* An array of one element; what programs only read, the verifier takes for constant when frozen */
static void carraymap_put_data(struct carraymap *m, enum ir_data_section which)
{
	textout_put(m->out, "\t{\"%s\", 2, 4, %u, 1, %u, 0, ", ir_data_sections[which],
		(unsigned)m->u->data_size[which], which == IR_RODATA ? CARRAYMAP_RDONLY_PROG : 0U);
	if (which == IR_BSS)
		textout_put(m->out, "0, 0, 0},\n");
	else
		textout_put(m->out, "%s_%s, 0, 0},\n", m->name, ir_data_sections[which] + 1);
}

/* Map row; one without a name stands just before the one that it is for. */
static void carraymap_put(struct carraymap *m, uint32_t row)
{
	const struct ir_map *map = m->rows[row];
	size_t inner = !map->inner	  ? 0
		       : map->inner->name ? carraymap_find(m, map->inner->name)
					  : row;

	textout_put(m->out, "\t{\"%s\", %u, %u, %u, %u, %u, %u, 0, %u, %#llx},\n",
		map->name ? map->name : "", (unsigned)map->type,
		(unsigned)(map->has_key ? map->key.size : map->key_size),
		(unsigned)(map->has_value ? map->value.size : map->value_size),
		(unsigned)map->max_entries, (unsigned)map->flags, (unsigned)inner,
		(unsigned)map->numa, (unsigned long long)map->extra);
}

/* C knows no arrays of nothing: one without elements has this one. */
static void carraymap_end(struct carraymap *m, const char *what, size_t n, const char *zero)
{
	textout_put(m->out, "%s};\n#define %s_%s %zu\n\n", n ? "" : zero, m->upper, what, n);
}

static void carraymap_put_fills(struct carraymap *m)
{
	size_t i, k;

	textout_put(
		m->out, "BPFASM_UNUSED static const struct bpfasm_fill %s_fills[] = {\n", m->name);
	for (i = 0; i < m->u->n_maps; i++) {
		const struct ir_map *map = m->u->maps[i];

		for (k = 0; k < map->n_values; k++) {
			const char *name = map->values[k].name;

			if (!name)
				continue;
			textout_put(m->out, "\t{%u, %u, %d, %u},\n",
				(unsigned)carraymap_find(m, map->name) - 1, (unsigned)k,
				!map->inner,
				map->inner ? (unsigned)carraymap_find(m, name) - 1
					   : (unsigned)carraymap_in(&m->progs, name) - 1);
		}
	}
	carraymap_end(m, "FILLS", carraymap_fills(m), "\t{0, 0, 0, 0},\n");
}

int carraymap_write(struct carraymap *m)
{
	uint32_t i;
	int which;

	for (which = 0; which < IR_DATA_SECTIONS; which++)
		if (m->u->data_size[which] && which != IR_BSS &&
			carraymap_values(m, (enum ir_data_section)which))
			return -ENOMEM;
	textout_put(
		m->out, "BPFASM_UNUSED static const struct bpfasm_map %s_maps[] = {\n", m->name);
	for (i = 0; i < m->n_rows; i++)
		carraymap_put(m, i);
	for (which = 0; which < IR_DATA_SECTIONS; which++)
		if (m->u->data_size[which])
			carraymap_put_data(m, (enum ir_data_section)which);
	carraymap_end(m, "MAPS", carraymap_data(m, IR_DATA_SECTIONS),
		"\t{\"\", 0, 0, 0, 0, 0, 0, 0, 0, 0},\n");
	carraymap_put_fills(m);
	return 0;
}
