// SPDX-License-Identifier: MIT
/*
 * objmap.c - maps of an object, in three spellings.
 *
 * .maps holds one struct variable for each map; the values are in the types of its members, as
 * libbpf's macros write them: __uint(max_entries, 64) is "int (*max_entries)[64]", __type(key,
 * u32) is "u32 *key".  The older section maps holds records of five to seven numbers.  Each of
 * .data*, .rodata* and .bss* is an array map with one element, the section's bytes.
 */
#include "object.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "near.h"

#define OBJMAP_SIZE_MAX INT32_MAX
#define OBJMAP_MAX	1024 /* maps of an object; no program may use more than 64 */

static int objmap_nomem(struct rawbpf_error *e)
{
	return err_set(e, "open", -ENOMEM, "out of memory");
}

/* ---- symbols by section and name --------------------------------------------------------- */

struct objmap_sym {
	uint32_t section;
	const char *name;
	uint64_t value;
};

struct objmap_syms {
	struct objmap_sym *v;
	size_t n;
};

static int objmap_sym_order(const void *a, const void *b)
{
	const struct objmap_sym *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int objmap_read_syms(struct objmap_syms *t, struct elf_file *f,
	const struct elf_section *symtab, struct rawbpf_error *e)
{
	size_t i, n = elf_n_symbols(f, symtab);
	struct elf_symbol s;

	t->n = 0;
	t->v = malloc((n ? n : 1) * sizeof(*t->v));
	if (!t->v)
		return objmap_nomem(e);
	for (i = 1; i < n; i++) {
		if (elf_symbol(f, symtab, i, &s) || !*s.name)
			continue;
		t->v[t->n++] = (struct objmap_sym){s.section, s.name, s.value};
	}
	qsort(t->v, t->n, sizeof(*t->v), objmap_sym_order);
	return 0;
}

static const struct objmap_sym *objmap_find_sym(
	const struct objmap_syms *t, size_t section, const char *name)
{
	struct objmap_sym key = {(uint32_t)section, name, 0};

	return bsearch(&key, t->v, t->n, sizeof(*t->v), objmap_sym_order);
}

/* ---- DATASEC sizes and offsets ----------------------------------------------------------- */

/*
 * clang leaves the size of a DATASEC and the offsets of its variables zero; the kernel wants both.
 * What the assembler wrote itself stays.
 */
static void objmap_fix_datasec(
	struct btf *b, struct btf_type *t, const struct elf_section *s, const struct objmap_syms *y)
{
	const struct objmap_sym *sym;
	struct btf_secvar v;
	struct btf_type var;
	uint32_t i;

	if (t->size || s->size > OBJMAP_SIZE_MAX)
		return;
	btf_set_size(b, t, (uint32_t)s->size);
	for (i = 0; i < t->vlen; i++) {
		btf_secvar(b, t, i, &v);
		if (!btf_type(b, v.type, &var))
			continue;
		sym = objmap_find_sym(y, s->index, var.name);
		if (!sym || sym->value > s->size)
			continue;
		v.offset = (uint32_t)sym->value;
		btf_set_secvar(b, t, i, &v);
	}
	btf_sort_secvars(b, t);
}

int objmap_fix_btf(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e)
{
	struct objmap_syms syms = {0};
	struct elf_section s;
	struct btf_type t;
	uint32_t id, n = 0;
	int err = 0;

	if (!o->btf)
		return 0;
	for (id = 1; !err && id < btf_n_types(o->btf); id++) {
		if (!btf_type(o->btf, id, &t) || t.kind != BTF_DATASEC || t.size)
			continue;
		if (++n > OBJMAP_MAX)
			err = err_set(e, "open", -E2BIG, "'%s' has more than %d data sections",
				o->name, OBJMAP_MAX);
		if (err || elf_find_section(f, t.name, &s))
			continue;
		if (!syms.v)
			err = objmap_read_syms(&syms, f, symtab, e);
		if (!err)
			objmap_fix_datasec(o->btf, &t, &s, &syms);
	}
	free(syms.v);
	return err;
}

/* ---- one map ----------------------------------------------------------------------------- */

struct object_map *objmap_add(struct object *o, const char *name, uint32_t section, uint32_t offset,
	struct rawbpf_error *e)
{
	struct object_map *m;

	if (o->n_maps == OBJMAP_MAX) {
		err_set(e, "open", -E2BIG, "'%s' has more than %d maps", o->name, OBJMAP_MAX);
		return NULL;
	}
	m = realloc(o->maps, (o->n_maps + 1) * sizeof(*m));
	if (!m) {
		objmap_nomem(e);
		return NULL;
	}
	o->maps = m;
	m += o->n_maps;
	memset(m, 0, sizeof(*m));
	m->name = strdup(name);
	if (!m->name) {
		objmap_nomem(e);
		return NULL;
	}
	m->section = section;
	m->offset = offset;
	o->n_maps++;
	return m;
}

/* ---- .maps ------------------------------------------------------------------------------- */

/* What the members that are plain numbers set. */
static const struct objmap_member {
	const char *name;
	size_t at; /* a uint32_t of struct object_map; SIZE_MAX: has a case of its own */
} objmap_members[] = {
	{"type", offsetof(struct object_map, type)},
	{"max_entries", offsetof(struct object_map, max_entries)},
	{"map_flags", offsetof(struct object_map, flags)},
	{"numa_node", offsetof(struct object_map, numa_node)},
	{"key_size", offsetof(struct object_map, key_size)},
	{"value_size", offsetof(struct object_map, value_size)},
	{"map_extra", SIZE_MAX},
	{"pinning", SIZE_MAX},
	{"key", SIZE_MAX},
	{"value", SIZE_MAX},
	{"values", SIZE_MAX},
};

#define OBJMAP_MEMBERS (sizeof(objmap_members) / sizeof(*objmap_members))

static int objmap_bad(const struct object *o, const struct object_map *m, const char *member,
	const char *what, struct rawbpf_error *e)
{
	return err_set(e, "open", -EINVAL, "'%s': map '%s': member '%s' %s", o->name, m->name,
		member, what);
}

/* The number that __uint or __ulong wrote into a member's type. */
static bool objmap_number(const struct btf *b, uint32_t type, uint64_t *v)
{
	struct btf_type t;
	uint32_t elem, n;

	if (!btf_plain(b, type, &t))
		return false;
	if ((t.kind == BTF_ENUM || t.kind == BTF_ENUM64) && t.vlen == 1) {
		*v = btf_enum_value(b, &t, 0);
		return true;
	}
	if (t.kind != BTF_PTR || !btf_plain(b, t.type, &t) || t.kind != BTF_ARRAY)
		return false;
	btf_array(b, &t, &elem, &n);
	*v = n;
	return true;
}

/* key or value: a pointer to the type. */
static int objmap_typed(const struct object *o, struct object_map *m, const struct btf_member *mem,
	uint32_t *id, uint32_t *size, struct rawbpf_error *e)
{
	struct btf_type t;
	int64_t n;

	if (!btf_plain(o->btf, mem->type, &t) || t.kind != BTF_PTR)
		return objmap_bad(o, m, mem->name, "is no pointer to its type", e);
	n = btf_size(o->btf, t.type);
	if (n <= 0)
		return objmap_bad(o, m, mem->name, "has a type without a size", e);
	if (*size && *size != (uint32_t)n)
		return objmap_bad(o, m, mem->name, "has another size than was said before", e);
	*id = t.type;
	*size = (uint32_t)n;
	return 0;
}

static int objmap_unknown_member(const struct object *o, const struct object_map *m,
	const char *name, struct rawbpf_error *e)
{
	struct near n;
	size_t i;

	objmap_bad(o, m, name, "is not known", e);
	near_start(&n, name);
	for (i = 0; i < OBJMAP_MEMBERS; i++)
		near_offer(&n, objmap_members[i].name);
	near_hint(&n, e);
	return -EINVAL;
}

static int objmap_member(const struct object *o, struct object_map *m, const struct btf_member *mem,
	struct rawbpf_error *e)
{
	uint32_t small, *size;
	uint64_t v;
	size_t i;

	for (i = 0; i < OBJMAP_MEMBERS && strcmp(mem->name, objmap_members[i].name); i++)
		;
	if (i == OBJMAP_MEMBERS)
		return objmap_unknown_member(o, m, mem->name, e);
	if (!strcmp(mem->name, "key"))
		return objmap_typed(o, m, mem, &m->key_btf, &m->key_size, e);
	if (!strcmp(mem->name, "value"))
		return objmap_typed(o, m, mem, &m->value_btf, &m->value_size, e);
	if (!objmap_number(o->btf, mem->type, &v))
		return objmap_bad(o, m, mem->name, "is no number; write __uint(NAME, NUMBER)", e);
	if (!strcmp(mem->name, "map_extra")) {
		m->extra = v;
		return 0;
	}
	if (v > UINT32_MAX)
		return objmap_bad(o, m, mem->name, "is above 2^32", e);
	if (!strcmp(mem->name, "pinning"))
		return v ? objmap_bad(o, m, mem->name, "must be 0: maps are not pinned", e) : 0;
	small = (uint32_t)v;
	size = (uint32_t *)(void *)((char *)m + objmap_members[i].at);
	if ((size == &m->key_size || size == &m->value_size) && *size && *size != small)
		return objmap_bad(o, m, mem->name, "has another size than was said before", e);
	memcpy(size, &small, sizeof(small));
	return 0;
}

/* ---- values ------------------------------------------------------------------------------ */

static int objmap_members_of(const struct object *o, struct object_map *m,
	const struct btf_type *def, const struct btf_secvar *v, struct rawbpf_error *e);

static bool objmap_holds_maps(const struct object_map *m)
{
	return m->type == RAWBPF_MAP_ARRAY_OF_MAPS || m->type == RAWBPF_MAP_HASH_OF_MAPS;
}

#ifndef RAWBPF_NO_FILL

/* What the maps in a map of maps look like: a struct of the same members. */
static int objmap_inner(const struct object *o, struct object_map *m, const struct btf_type *def,
	struct rawbpf_error *e)
{
	int err;

	m->inner = calloc(1, sizeof(*m->inner));
	if (!m->inner)
		return objmap_nomem(e);
	m->inner->name = m->name; /* for messages; it is freed once */
	err = objmap_members_of(o, m->inner, def, NULL, e);
	if (!err && !m->inner->type)
		err = objmap_bad(o, m, "values", "is of maps without a type", e);
	if (!err && objmap_holds_maps(m->inner))
		err = objmap_bad(o, m, "values", "is of maps of maps: one level is all", e);
	return err;
}

/*
 * values: an array of no length whose elements point to a struct, as of a map, or to a function.
 * v: the variable that the member ends; NULL: of an inner map, which has no values.
 */
static int objmap_values(const struct object *o, struct object_map *m, const struct btf_member *mem,
	const struct btf_secvar *v, struct rawbpf_error *e)
{
	struct btf_type t;
	uint32_t elem, n, at = mem->bit_offset / 8;

	if (!v || !btf_plain(o->btf, mem->type, &t) || t.kind != BTF_ARRAY)
		return objmap_bad(o, m, mem->name, "is no array of pointers", e);
	btf_array(o->btf, &t, &elem, &n);
	if (n || !btf_plain(o->btf, elem, &t) || t.kind != BTF_PTR ||
		!btf_plain(o->btf, t.type, &t) || at > v->size || v->size > UINT32_MAX - v->offset)
		return objmap_bad(o, m, mem->name, "is no array of pointers without a length", e);
	m->values_at = v->offset + at;
	m->values_end = v->offset + v->size;
	if (objmap_holds_maps(m) && t.kind == BTF_STRUCT)
		return objmap_inner(o, m, &t, e);
	if (m->type == RAWBPF_MAP_PROG_ARRAY && t.kind == BTF_FUNC_PROTO)
		return 0;
	return objmap_bad(
		o, m, mem->name, "is for maps of maps and arrays of programs, behind 'type'", e);
}

#else

static int objmap_values(const struct object *o, struct object_map *m, const struct btf_member *mem,
	const struct btf_secvar *v, struct rawbpf_error *e)
{
	(void)o, (void)m, (void)mem, (void)v;
	return err_words(e, "open", -EOPNOTSUPP,
		"built without maps that hold something from the start (RAWBPF_NO_FILL)");
}

#endif

static int objmap_members_of(const struct object *o, struct object_map *m,
	const struct btf_type *def, const struct btf_secvar *v, struct rawbpf_error *e)
{
	struct btf_member mem;
	uint32_t i;
	int err = 0;

	for (i = 0; !err && i < def->vlen; i++) {
		btf_member(o->btf, def, i, &mem);
		if (strcmp(mem.name, "values"))
			err = objmap_member(o, m, &mem, e);
		else if (i + 1 < def->vlen)
			err = objmap_bad(o, m, mem.name, "must be the last member", e);
		else
			err = objmap_values(o, m, &mem, v, e);
	}
	return err;
}

static int objmap_var(struct object *o, const struct elf_section *s, const struct btf_secvar *v,
	struct rawbpf_error *e)
{
	struct btf_type var, def;
	struct object_map *m;
	int err;

	if (!btf_type(o->btf, v->type, &var) || var.kind != BTF_VAR ||
		!btf_plain(o->btf, var.type, &def) || def.kind != BTF_STRUCT)
		return err_set(e, "open", -EINVAL,
			"'%s': section '.maps': type %u is no struct variable", o->name, v->type);
	m = objmap_add(o, var.name, (uint32_t)s->index, v->offset, e);
	if (!m)
		return o->n_maps == OBJMAP_MAX ? -E2BIG : -ENOMEM;
	err = objmap_members_of(o, m, &def, v, e);
	if (!err && !m->type)
		err = objmap_bad(o, m, "type", "is missing", e);
	/* what they hold is a file descriptor, however its type was written */
	if (!err && (objmap_holds_maps(m) || m->type == RAWBPF_MAP_PROG_ARRAY)) {
		m->key_size = m->key_size ? m->key_size : 4;
		m->value_size = m->value_size ? m->value_size : 4;
	}
	return err;
}

static int objmap_read_btf(struct object *o, const struct elf_section *s, struct rawbpf_error *e)
{
	uint32_t i, id = o->btf ? btf_find(o->btf, BTF_DATASEC, ".maps") : 0;
	struct btf_secvar v;
	struct btf_type t;
	int err = 0;

	if (!id || !btf_type(o->btf, id, &t)) {
		err_set(e, "open", -EINVAL, "'%s': section '.maps' without its BTF", o->name);
		err_hint(e, "compile with -g");
		return -EINVAL;
	}
	for (i = 0; !err && i < t.vlen; i++) {
		btf_secvar(o->btf, &t, i, &v);
		err = objmap_var(o, s, &v, e);
	}
	return err;
}

/* ---- maps -------------------------------------------------------------------------------- */

#ifndef RAWBPF_NO_OLD

static int objmap_legacy(struct object *o, const struct elf_symbol *sym,
	const struct elf_section *s, const unsigned char *p, size_t each, struct rawbpf_error *e)
{
	uint32_t w[7] = {0};
	struct object_map *m;

	if (sym->value > s->size || each > s->size - sym->value)
		return err_set(e, "open", -EINVAL, "'%s': map '%s' lies outside section 'maps'",
			o->name, sym->name);
	memcpy(w, p + sym->value, each < sizeof(w) ? each : sizeof(w));
	if (w[5] || w[6])
		return err_set(e, "open", -EINVAL,
			"'%s': map '%s': an inner map or a numa node cannot be told in section "
			"'maps'",
			o->name, sym->name);
	m = objmap_add(o, sym->name, (uint32_t)s->index, (uint32_t)sym->value, e);
	if (!m)
		return o->n_maps == OBJMAP_MAX ? -E2BIG : -ENOMEM;
	m->type = (enum rawbpf_map_type)w[0];
	m->key_size = w[1];
	m->value_size = w[2];
	m->max_entries = w[3];
	m->flags = w[4];
	return 0;
}

static int objmap_by_offset(const void *a, const void *b)
{
	const struct object_map *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* All records are of one size: the section's, over the number of symbols in it. */
static int objmap_read_legacy(struct object *o, struct elf_file *f,
	const struct elf_section *symtab, const struct elf_section *s, struct rawbpf_error *e)
{
	size_t i, n = elf_n_symbols(f, symtab), count = 0, len, before = o->n_maps;
	struct elf_symbol sym;
	const void *p;
	int err = 0;

	for (i = 1; i < n; i++)
		count += !elf_symbol(f, symtab, i, &sym) && sym.section == s->index && *sym.name &&
			 sym.type != STT_SECTION;
	if (elf_section_data(f, s, &p, &len) || !p || !count || len % count || len / count < 20 ||
		len > OBJMAP_SIZE_MAX)
		return err_set(e, "open", -EINVAL,
			"'%s': section 'maps': %zu maps do not share its %llu bytes", o->name,
			count, (unsigned long long)s->size);
	for (i = 1; !err && i < n; i++) {
		if (elf_symbol(f, symtab, i, &sym) || sym.section != s->index || !*sym.name ||
			sym.type == STT_SECTION)
			continue;
		err = objmap_legacy(o, &sym, s, p, len / count, e);
	}
	if (o->n_maps > before) /* symbols come in any order */
		qsort(o->maps + before, o->n_maps - before, sizeof(*o->maps), objmap_by_offset);
	return err;
}

#else

static int objmap_read_legacy(struct object *o, struct elf_file *f,
	const struct elf_section *symtab, const struct elf_section *s, struct rawbpf_error *e)
{
	(void)o, (void)f, (void)symtab, (void)s;
	return err_words(e, "open", -EOPNOTSUPP, "built without section 'maps' (RAWBPF_NO_OLD)");
}

#endif

/* ---- global data ------------------------------------------------------------------------- */

static bool objmap_is(const char *section, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(section, name, n) && (!section[n] || section[n] == '.');
}

static int objmap_read_data(struct object *o, struct elf_file *f, const struct elf_section *s,
	enum object_map_kind kind, struct rawbpf_error *e)
{
	struct object_map *m;
	const void *p;
	size_t n;

	if (elf_section_data(f, s, &p, &n) || n > OBJMAP_SIZE_MAX || (!p && kind != OBJECT_MAP_BSS))
		return err_set(e, "open", -EINVAL, "'%s': section '%s' of %llu bytes is malformed",
			o->name, s->name, (unsigned long long)s->size);
	m = objmap_add(o, s->name, (uint32_t)s->index, 0, e);
	if (!m)
		return o->n_maps == OBJMAP_MAX ? -E2BIG : -ENOMEM;
	m->kind = kind;
	m->type = RAWBPF_MAP_ARRAY;
	m->key_size = 4;
	m->value_size = (uint32_t)n;
	m->max_entries = 1;
	m->value_btf = o->btf ? btf_find(o->btf, BTF_DATASEC, s->name) : 0;
	if (kind == OBJECT_MAP_RODATA)
		m->flags = RAWBPF_F_RDONLY_PROG;
	if (!p)
		return 0;
	m->data = malloc(n);
	if (!m->data)
		return objmap_nomem(e);
	memcpy(m->data, p, n);
	return 0;
}

static int objmap_read_section(
	struct object *o, struct elf_file *f, const struct elf_section *s, struct rawbpf_error *e)
{
	if (!s->size || !(s->flags & SHF_ALLOC) || (s->flags & SHF_EXECINSTR))
		return 0;
	if (s->type == SHT_NOBITS)
		return objmap_is(s->name, ".bss") || objmap_is(s->name, ".data")
			       ? objmap_read_data(o, f, s, OBJECT_MAP_BSS, e)
			       : 0;
	if (s->type != SHT_PROGBITS)
		return 0;
	if (objmap_is(s->name, ".rodata"))
		return objmap_read_data(o, f, s, OBJECT_MAP_RODATA, e);
	if (objmap_is(s->name, ".data") || objmap_is(s->name, ".bss"))
		return objmap_read_data(o, f, s, OBJECT_MAP_DATA, e);
	return 0;
}

int objmap_read(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e)
{
	struct elf_section s;
	size_t i;
	int err = 0;

	if (!elf_find_section(f, ".maps", &s))
		err = objmap_read_btf(o, &s, e);
	if (!err && !elf_find_section(f, "maps", &s) && s.size)
		err = objmap_read_legacy(o, f, symtab, &s, e);
	for (i = 1; !err && !elf_section(f, i, &s); i++)
		err = objmap_read_section(o, f, &s, e);
	return err;
}
