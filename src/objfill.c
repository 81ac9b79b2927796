// SPDX-License-Identifier: MIT
/*
 * objfill.c - what maps hold when they are made: other maps, or programs for tail calls.
 *
 * The last member of such a map's struct is "values", an array of pointers without a length.  Its
 * type says what the inner maps look like, and a relocation of section .maps at each element names
 * what stands there.  Elements without one stay empty.
 */
#include "object.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OBJFILL_PTR = 8, OBJFILL_NONE = 0 /* R_BPF_NONE */ };

static int objfill_bad(const struct object *o, const struct object_map *m, const char *name,
	const char *what, struct rawbpf_error *e)
{
	return err_set(
		e, "open", -EINVAL, "'%s': map '%s': value '%s' %s", o->name, m->name, name, what);
}

/* The map whose values a place in section .maps belongs to, and which of them. */
static struct object_map *objfill_owner(
	struct object *o, uint32_t section, uint64_t at, uint32_t *index)
{
	size_t i;

	for (i = 0; i < o->n_maps; i++) {
		struct object_map *m = &o->maps[i];

		if (m->kind != OBJECT_MAP_PLAIN || m->section != section || !m->values_end ||
			at < m->values_at || at >= m->values_end ||
			m->values_end - at < OBJFILL_PTR || (at - m->values_at) % OBJFILL_PTR)
			continue;
		*index = (uint32_t)((at - m->values_at) / OBJFILL_PTR);
		return m;
	}
	return NULL;
}

/* The map that a symbol of section .maps is. */
static int objfill_map(const struct object *o, const struct object_map *m,
	const struct elf_symbol *s, uint32_t *target, struct rawbpf_error *e)
{
	size_t i;

	for (i = 0; i < o->n_maps; i++)
		if (o->maps[i].section == m->section && o->maps[i].kind == OBJECT_MAP_PLAIN &&
			s->section == m->section && o->maps[i].offset == s->value)
			break;
	if (i == o->n_maps)
		return objfill_bad(o, m, s->name, "is no map of this object", e);
	if (o->maps[i].inner)
		return objfill_bad(o, m, s->name, "is a map of maps itself", e);
	*target = (uint32_t)i;
	return 0;
}

static int objfill_prog(const struct object *o, const struct object_map *m,
	const struct elf_symbol *s, uint32_t *target, struct rawbpf_error *e)
{
	size_t i;

	for (i = 0; i < o->n_progs; i++)
		if (!strcmp(o->progs[i].name, s->name))
			break;
	if (i == o->n_progs)
		return objfill_bad(o, m, s->name, "is no program of this object", e);
	*target = (uint32_t)i;
	return 0;
}

static int objfill_add(struct object_map *m, uint32_t index, uint32_t target)
{
	struct object_value *v = realloc(m->values, (m->n_values + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	m->values = v;
	v[m->n_values].index = index;
	v[m->n_values++].target = target;
	return 0;
}

static int objfill_one(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	const struct elf_section *maps, const struct elf_reloc *r, struct rawbpf_error *e)
{
	struct object_map *m;
	struct elf_symbol s;
	uint32_t index, target = 0;
	int err;

	if (r->type == OBJFILL_NONE)
		return 0;
	m = objfill_owner(o, (uint32_t)maps->index, r->offset, &index);
	if (!m || elf_symbol(f, symtab, r->symbol, &s))
		return err_set(e, "open", -EINVAL,
			"'%s': section '.maps': a relocation at %#llx belongs to no map's values",
			o->name, (unsigned long long)r->offset);
	if (m->key_size != sizeof(index)) /* what the kernel would read behind it is not ours */
		return objfill_bad(o, m, s.name, "is counted, and keys are not of 4 bytes", e);
	if (m->type != RAWBPF_MAP_HASH_OF_MAPS && m->max_entries && index >= m->max_entries)
		return objfill_bad(o, m, s.name, "is behind the last element", e);
	if (m->type == RAWBPF_MAP_PROG_ARRAY)
		err = objfill_prog(o, m, &s, &target, e);
	else
		err = objfill_map(o, m, &s, &target, e);
	if (!err && objfill_add(m, index, target))
		err = err_set(e, "open", -ENOMEM, "out of memory");
	return err;
}

int objfill_read(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e)
{
	struct elf_section maps, s;
	struct elf_reloc r;
	size_t i, k, n;
	int err = 0;

	if (elf_find_section(f, ".maps", &maps))
		return 0;
	for (i = 1; !err && !elf_section(f, i, &s); i++) {
		if ((s.type != SHT_REL && s.type != SHT_RELA) || s.info != maps.index ||
			s.link != symtab->index)
			continue;
		n = elf_n_relocs(f, &s);
		for (k = 0; !err && k < n; k++)
			err = elf_reloc(f, &s, k, &r)
				      ? err_set(e, "open", -EINVAL, "'%s': section '%s' is cut off",
						o->name, s.name)
				      : objfill_one(o, f, symtab, &maps, &r, e);
	}
	return err;
}
