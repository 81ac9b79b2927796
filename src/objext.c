// SPDX-License-Identifier: MIT
/*
 * objext.c - externs of an object: variables that the loader makes, by the names in .kconfig.
 *
 * clang has no section for them: their symbols are undefined, and only the object's BTF tells
 * their types, in a DATASEC .kconfig without a size or offsets.  They become a map of constants
 * like .rodata; its bytes are the kernel's business (kconfig.c).  The kernel takes no BTF that has
 * externs, so as it sees them the variables are global, and functions of hidden visibility static:
 * it checks global ones apart from their callers.  Functions and variables of the kernel
 * (ksymput.c) stand in a DATASEC .ksyms, which the kernel does not take either.
 */
#include "object.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OBJEXT_SECTION	".kconfig"
#define OBJEXT_KSYMS	".ksyms"
#define OBJEXT_VARS_MAX 4096
#define OBJEXT_SIZE_MAX 4096 /* bytes of a variable */

static int objext_nomem(struct rawbpf_error *e)
{
	return err_set(e, "open", -ENOMEM, "out of memory");
}

/* Bytes that a type's address is a multiple of. */
static uint32_t objext_align(const struct btf *b, uint32_t type)
{
	uint32_t elem, n, align;
	struct btf_type t;
	int64_t size;

	if (!btf_plain(b, type, &t))
		return 8;
	if (t.kind == BTF_ARRAY) {
		btf_array(b, &t, &elem, &n);
		type = elem;
	}
	size = btf_size(b, type);
	for (align = 8; align > 1 && size > 0 && size % align; align /= 2)
		;
	return align;
}

static int objext_add(struct object *o, const struct btf_type *var, uint32_t at, uint32_t size,
	struct rawbpf_error *e)
{
	struct object_extern *x;

	x = realloc(o->externs, (o->n_externs + 1) * sizeof(*x));
	if (!x)
		return objext_nomem(e);
	o->externs = x;
	x += o->n_externs;
	memset(x, 0, sizeof(*x));
	x->name = strdup(var->name);
	if (!x->name)
		return objext_nomem(e);
	o->n_externs++;
	x->type = var->type;
	x->offset = at;
	x->size = size;
	return 0;
}

/* Variable i of the section: *at, where the last one ended, becomes where it ends. */
static int objext_var(struct object *o, const struct btf_type *sec, uint32_t i, uint32_t *at,
	struct rawbpf_error *e)
{
	struct btf_secvar v;
	struct btf_type var;
	uint32_t align;
	int64_t size;

	btf_secvar(o->btf, sec, i, &v);
	if (!btf_type(o->btf, v.type, &var) || var.kind != BTF_VAR)
		return err_set(e, "open", -EINVAL,
			"'%s': section '" OBJEXT_SECTION "': type %u is no variable", o->name,
			v.type);
	size = btf_size(o->btf, var.type);
	if (size <= 0 || size > OBJEXT_SIZE_MAX)
		return err_set(e, "open", -EINVAL,
			"'%s': extern '%s' has a type of 1 to %d bytes, not this one", o->name,
			var.name, OBJEXT_SIZE_MAX);
	align = objext_align(o->btf, var.type);
	v.offset = (*at + align - 1) / align * align;
	v.size = (uint32_t)size;
	*at = v.offset + v.size;
	btf_set_secvar(o->btf, sec, i, &v);
	btf_set_linkage(o->btf, &var, BTF_LINK_GLOBAL);
	return objext_add(o, &var, v.offset, v.size, e);
}

static int objext_map(struct object *o, uint32_t section_btf, uint32_t size, struct rawbpf_error *e)
{
	struct object_map *m = objmap_add(o, OBJEXT_SECTION, SHN_UNDEF, 0, e);
	size_t i;

	if (!m)
		return e ? e->err : -ENOMEM;
	m->kind = OBJECT_MAP_RODATA;
	m->type = RAWBPF_MAP_ARRAY;
	m->key_size = 4;
	m->value_size = size;
	m->max_entries = 1;
	m->value_btf = section_btf;
	m->flags = RAWBPF_F_RDONLY_PROG;
	m->data = calloc(1, size);
	if (!m->data)
		return objext_nomem(e);
	for (i = 0; i < o->n_externs; i++)
		o->externs[i].map = (uint32_t)(m - o->maps);
	return 0;
}

/* Of one name, the first comes first. */
static int objext_compare(const void *a, const void *b)
{
	const struct object_extern *x = *(struct object_extern *const *)a;
	const struct object_extern *y = *(struct object_extern *const *)b;
	int r = strcmp(x->name, y->name);

	return r ? r : (x > y) - (x < y);
}

static int objext_sort(struct object *o, struct rawbpf_error *e)
{
	size_t i;

	if (!o->n_externs)
		return 0;
	o->externs_by_name = malloc(o->n_externs * sizeof(struct object_extern *));
	if (!o->externs_by_name)
		return objext_nomem(e);
	for (i = 0; i < o->n_externs; i++)
		o->externs_by_name[i] = &o->externs[i];
	qsort(o->externs_by_name, o->n_externs, sizeof(struct object_extern *), objext_compare);
	return 0;
}

static struct object_extern *objext_of(const struct object *o, const char *name)
{
	size_t lo = 0, hi = o->externs_by_name ? o->n_externs : 0, n = hi, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(o->externs_by_name[mid]->name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && !strcmp(o->externs_by_name[lo]->name, name) ? o->externs_by_name[lo]
								     : NULL;
}

const struct object_extern *object_extern(const struct object *o, const char *name)
{
	return objext_of(o, name);
}

static bool objext_is_hidden(const struct elf_symbol *s)
{
	unsigned v = ELF64_ST_VISIBILITY(s->other);

	return s->type == STT_FUNC && s->section != SHN_UNDEF &&
	       (v == STV_HIDDEN || v == STV_INTERNAL);
}

/* What the symbols say: which externs may be absent, which functions are hidden. */
static void objext_symbols(
	const struct object *o, struct elf_file *f, const struct elf_section *symtab)
{
	size_t i, n = elf_n_symbols(f, symtab);
	struct object_extern *x;
	struct elf_symbol s;
	struct btf_type t;

	for (i = 1; i < n; i++) {
		if (elf_symbol(f, symtab, i, &s))
			continue;
		x = s.section == SHN_UNDEF ? objext_of(o, s.name) : NULL;
		if (x)
			x->weak = s.bind == STB_WEAK;
		if (objext_is_hidden(&s) &&
			btf_type(o->btf, btf_find(o->btf, BTF_FUNC, s.name), &t) &&
			t.kind == BTF_FUNC)
			btf_set_linkage(o->btf, &t, BTF_LINK_STATIC);
	}
}

/* The first INT, which every object with a function has. */
static bool objext_int(const struct btf *b, struct btf_type *t)
{
	uint32_t id;

	for (id = 1; btf_type(b, id, t); id++)
		if (t->kind == BTF_INT)
			return true;
	return false;
}

/* What is the kernel's: the kernel refuses this BTF's declarations of it. */
static void objext_ksyms(struct object *o)
{
	struct btf_type sec, t, member;
	struct btf_secvar v;
	uint32_t i;

	if (!btf_type(o->btf, btf_find(o->btf, BTF_DATASEC, OBJEXT_KSYMS), &sec) ||
		sec.kind != BTF_DATASEC || !objext_int(o->btf, &member))
		return;
	for (i = 0; i < sec.vlen; i++) {
		btf_secvar(o->btf, &sec, i, &v);
		if (!btf_type(o->btf, v.type, &t))
			continue;
		btf_set_linkage(o->btf, &t, t.kind == BTF_VAR ? BTF_LINK_GLOBAL : BTF_LINK_STATIC);
		if (t.kind == BTF_FUNC)
			btf_name_params(o->btf, &t);
		/* one of "const void", which the kernel takes no variable of, and others alike */
		if (t.kind == BTF_VAR)
			btf_set_type(o->btf, &t, member.id);
	}
	btf_hide_section(o->btf, &sec, &member);
}

int objext_read(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e)
{
	uint32_t id, i, at = 0;
	struct btf_type t;
	int err = 0;

	if (!o->btf)
		return 0;
	id = btf_find(o->btf, BTF_DATASEC, OBJEXT_SECTION);
	if (id && btf_type(o->btf, id, &t)) {
		if (t.vlen > OBJEXT_VARS_MAX)
			return err_set(e, "open", -E2BIG, "'%s' has more than %d externs", o->name,
				OBJEXT_VARS_MAX);
		for (i = 0; !err && i < t.vlen; i++)
			err = objext_var(o, &t, i, &at, e);
		if (!err)
			err = objext_sort(o, e);
		if (!err && at) {
			btf_set_size(o->btf, &t, at);
			err = objext_map(o, id, at, e);
		}
	}
	if (!err)
		objext_symbols(o, f, symtab);
	if (!err)
		objext_ksyms(o);
	return err;
}
