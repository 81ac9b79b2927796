// SPDX-License-Identifier: MIT
/*
 * listdata.c - the variables of .data, .rodata and .bss as lines, and addresses in them as names.
 *
 * A variable that the assembler has no type or no value for becomes as many u8, and bytes between
 * two variables become one of that type, so that each keeps its place.
 */
#include "listdata.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "listname.h"

enum {
	LISTDATA_NOBITS = 8, /* SHT_ */
	LISTDATA_REL = 9,
	LISTDATA_MAX = 1 << 16, /* bytes of one that is written: a line has at most 1 MiB */
	LISTDATA_DEPTH = 8,
};

static const char *const listdata_sections[] = {".data", ".rodata", ".bss"};

enum { LISTDATA_SECTIONS = sizeof(listdata_sections) / sizeof(listdata_sections[0]) };

struct listdata_walk {
	struct elf_file *f;
	struct listtype *types;
	const unsigned char *bytes; /* of the section; NULL: zero */
	size_t len;
	struct buf value;
	struct elf_reloc *relocs; /* of the section, by place */
	size_t n_relocs, next;	  /* next: the first that is behind the variables so far */
};

/* ---- values ---------------------------------------------------------------------------------- */

static bool listdata_is_number(const struct btf_type *t)
{
	return (t->kind == BTF_INT || t->kind == BTF_ENUM || t->kind == BTF_ENUM64 ||
		       t->kind == BTF_PTR) &&
	       (t->size == 1 || t->size == 2 || t->size == 4 || t->size == 8);
}

static void listdata_number(
	struct listdata_walk *w, const unsigned char *p, const struct btf_type *t)
{
	uint64_t v = elf_uint(w->f, p, t->size);
	unsigned up = 64 - 8 * t->size;

	if (t->kind != BTF_PTR && btf_is_signed(w->types->btf, t))
		buf_printf(&w->value, "%lld", (long long)((int64_t)(v << up) >> up));
	else
		buf_printf(&w->value, "%llu", (unsigned long long)v);
}

/* A string with NULs behind it; false: the last byte is none. */
static bool listdata_text(struct listdata_walk *w, const unsigned char *p, size_t size)
{
	size_t len = size;

	if (!size || p[size - 1])
		return false;
	while (len && !p[len - 1])
		len--;
	listname_quoted(&w->value, (const char *)p, len);
	return true;
}

/* What listtype_put() made of the type takes what is written here. */
static bool listdata_value(struct listdata_walk *w, const unsigned char *p, uint32_t id, int depth)
{
	const struct btf *b = w->types->btf;
	int64_t size = btf_size(b, id);
	struct btf_member m;
	struct btf_type t;
	uint32_t i;

	if (size <= 0 || depth > LISTDATA_DEPTH || !btf_plain(b, id, &t))
		return false;
	if (t.kind == BTF_PTR)
		t.size = (uint32_t)size;
	if (listdata_is_number(&t)) {
		listdata_number(w, p, &t);
		return true;
	}
	if (t.kind != BTF_STRUCT || w->types->records[t.id] == LISTTYPE_NO_RECORD)
		return listdata_text(w, p, (size_t)size);
	for (i = 0; i < t.vlen; i++) {
		btf_member(b, &t, i, &m);
		buf_puts(&w->value, i ? ", " : "{");
		if (!listdata_value(w, p + m.bit_offset / 8, m.type, depth + 1))
			return false;
	}
	buf_puts(&w->value, "}");
	return true;
}

/* "{1, 2}" of n elements without the zeroes at the end */
static bool listdata_elements(
	struct listdata_walk *w, const unsigned char *p, size_t n, uint32_t id, size_t size)
{
	size_t i, used = n * size;

	while (used && !p[used - 1])
		used--;
	buf_puts(&w->value, "{");
	for (i = 0; i * size < used; i++) {
		if (i)
			buf_puts(&w->value, ", ");
		if (!id)
			buf_printf(&w->value, "%u", p[i]);
		else if (!listdata_value(w, p + i * size, id, 0))
			return false;
	}
	buf_puts(&w->value, "}");
	return true;
}

/* ---- one variable ---------------------------------------------------------------------------- */

/* An array of numbers or records: its elements' type; 0: it is none, or one of characters. */
static uint32_t listdata_array(const struct btf *b, uint32_t id, uint32_t *n)
{
	struct btf_type t, of;
	uint32_t elem;

	if (!btf_plain(b, id, &t) || t.kind != BTF_ARRAY)
		return 0;
	btf_array(b, &t, &elem, n);
	if (!*n || !btf_plain(b, elem, &of) || !strcmp(of.name, "char"))
		return 0;
	if (of.kind == BTF_PTR)
		return elem;
	return listdata_is_number(&of) || of.kind == BTF_STRUCT ? elem : 0;
}

static bool listdata_is_text(const struct btf *b, uint32_t id)
{
	struct btf_type t, of;
	uint32_t elem, n;

	if (!btf_plain(b, id, &t) || t.kind != BTF_ARRAY)
		return false;
	btf_array(b, &t, &elem, &n);
	return btf_plain(b, elem, &of) && !strcmp(of.name, "char");
}

static void listdata_bytes(
	struct listdata_walk *w, const unsigned char *p, size_t size, struct listtype_name *t)
{
	w->value.len = 0;
	snprintf(t->text, sizeof(t->text), "u8[%zu]", size);
	t->align = 1;
	if (p)
		listdata_elements(w, p, size, 0, 1);
}

/* Type and value of a variable at p (NULL: all zero); false: only bytes can say it. */
static bool listdata_typed(struct listdata_walk *w, const struct listdata_var *v,
	const unsigned char *p, struct listtype_name *t)
{
	uint32_t n = 0, elem = listdata_array(w->types->btf, v->type, &n);
	char count[16] = "";
	size_t len;

	listtype_put(w->types, elem ? elem : v->type, t);
	if (elem)
		snprintf(count, sizeof(count), "[%u]", (unsigned)n);
	else
		n = 1;
	/* characters stand for all that the language has no type for, too */
	if ((uint64_t)t->size * n != v->size ||
		(!strncmp(t->text, "char[", 5) &&
			(elem || !listdata_is_text(w->types->btf, v->type))))
		return false;
	len = strlen(t->text);
	snprintf(t->text + len, sizeof(t->text) - len, "%s", count);
	if (!p)
		return true;
	return elem ? listdata_elements(w, p, n, elem, t->size) : listdata_value(w, p, v->type, 0);
}

/* How many addresses the loader would put into a variable; variables come by place. */
static size_t listdata_pointers(struct listdata_walk *w, uint64_t from, uint64_t to)
{
	size_t n = 0;

	for (; w->next < w->n_relocs && w->relocs[w->next].offset < to; w->next++)
		n += w->relocs[w->next].offset >= from;
	w->types->left += n;
	return n;
}

/* pointers: in it, of which the text has no form */
static void listdata_line(struct listdata_walk *w, const char *section, const char *name,
	const struct listtype_name *t, size_t pointers)
{
	struct buf *out = w->types->out;
	bool bss = !w->bytes;

	buf_printf(out, "%s ", section);
	listname_map(out, name);
	buf_printf(out, ": %s", t->text);
	if (!bss) {
		buf_puts(out, " = ");
		buf_add(out, w->value.data, w->value.len);
	}
	if (pointers)
		buf_printf(out, " ; %zu pointer%s in it", pointers, pointers == 1 ? "" : "s");
	buf_puts(out, "\n");
	out->failed |= w->value.failed;
}

/* The section's bytes up to a variable that nobody has. */
static void listdata_pad(struct listdata_walk *w, const char *section, uint64_t from, uint64_t to)
{
	struct listtype_name t;
	char name[40];

	snprintf(name, sizeof(name), "_pad_%s_%llu", section + 1, (unsigned long long)from);
	listdata_bytes(w, w->bytes ? w->bytes + from : NULL, (size_t)(to - from), &t);
	listdata_line(w, section, name, &t, listdata_pointers(w, from, to));
}

/* One variable behind the byte used; the byte behind it. */
static uint64_t listdata_var(
	struct listdata_walk *w, const char *section, const struct listdata_var *v, uint64_t used)
{
	const unsigned char *p = w->bytes ? w->bytes + v->offset : NULL;
	struct listtype_name t;

	w->value.len = 0;
	if (!listdata_typed(w, v, p, &t) || v->offset % t.align)
		listdata_bytes(w, p, (size_t)v->size, &t);
	if ((used + t.align - 1) / t.align * t.align != v->offset) {
		struct buf value = w->value;

		memset(&w->value, 0, sizeof(w->value));
		listdata_pad(w, section, used, v->offset);
		buf_free(&w->value);
		w->value = value;
	}
	listdata_line(
		w, section, v->name, &t, listdata_pointers(w, v->offset, v->offset + v->size));
	return v->offset + v->size;
}

/* ---- sections -------------------------------------------------------------------------------- */

static int listdata_by_place(const void *a, const void *b)
{
	const struct listdata_var *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Where a variable stands, its symbol says; what BTF says of clang's is zero. */
static bool listdata_symbol(
	struct elf_file *f, const struct elf_section *symtab, struct listdata_var *v)
{
	size_t n = elf_n_symbols(f, symtab), i;
	struct elf_symbol s;

	for (i = 0; i < n; i++) {
		if (elf_symbol(f, symtab, i, &s) || s.section != v->section ||
			strcmp(s.name, v->name) != 0)
			continue;
		v->offset = s.value;
		return true;
	}
	return false;
}

/* The variables of a section by place, at vars; how many. */
static size_t listdata_vars(struct listdata_walk *w, const struct elf_section *in,
	const struct btf_type *sec, struct listdata_var *vars)
{
	struct elf_section symtab;
	struct btf_secvar sv;
	struct btf_type t;
	uint32_t i;
	size_t n = 0;

	if (elf_find_section(w->f, ".symtab", &symtab))
		return 0;
	for (i = 0; i < sec->vlen; i++) {
		btf_secvar(w->types->btf, sec, i, &sv);
		if (!btf_type(w->types->btf, sv.type, &t) || t.kind != BTF_VAR || !*t.name ||
			!sv.size || sv.size > LISTDATA_MAX)
			continue;
		vars[n].name = t.name;
		vars[n].type = t.type;
		vars[n].section = (uint32_t)in->index;
		vars[n].size = sv.size;
		if (listdata_symbol(w->f, &symtab, &vars[n]) && vars[n].offset < in->size &&
			sv.size <= in->size - vars[n].offset)
			n++;
	}
	qsort(vars, n, sizeof(*vars), listdata_by_place);
	return n;
}

/* Those that overlap the one before, or stand too far behind it, are left out. */
static void listdata_section(
	struct listdata_walk *w, const char *section, struct listdata_var *vars, size_t *n)
{
	uint64_t used = 0;
	size_t i, k = 0;

	for (i = 0; i < *n; i++) {
		if (vars[i].offset < used || vars[i].offset - used > LISTDATA_MAX)
			continue;
		used = listdata_var(w, section, &vars[i], used);
		vars[k++] = vars[i];
	}
	*n = k;
}

static int listdata_reloc_by_place(const void *a, const void *b)
{
	const struct elf_reloc *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The section's relocations, by place, at w->relocs; 0 or -ENOMEM. */
static int listdata_relocs(struct listdata_walk *w, size_t section)
{
	struct elf_section s;
	size_t i, k, n;

	free(w->relocs);
	w->relocs = NULL;
	w->n_relocs = w->next = 0;
	for (i = 1; !elf_section(w->f, i, &s); i++)
		if (s.type == LISTDATA_REL && s.info == section)
			break;
	n = elf_section(w->f, i, &s) ? 0 : elf_n_relocs(w->f, &s);
	w->relocs = n ? calloc(n, sizeof(*w->relocs)) : NULL;
	if (n && !w->relocs)
		return -ENOMEM;
	for (k = 0; k < n; k++)
		if (!elf_reloc(w->f, &s, k, &w->relocs[w->n_relocs]))
			w->n_relocs++;
	if (w->n_relocs)
		qsort(w->relocs, w->n_relocs, sizeof(*w->relocs), listdata_reloc_by_place);
	return 0;
}

static int listdata_one(struct listdata_walk *w, const char *name, struct listdata *d)
{
	uint32_t id = btf_find(w->types->btf, BTF_DATASEC, name);
	struct listdata_var *vars;
	struct elf_section in;
	struct btf_type sec;
	const void *p = NULL;
	size_t n;

	if (!id || !btf_type(w->types->btf, id, &sec) || elf_find_section(w->f, name, &in))
		return 0;
	w->bytes = NULL;
	if (in.type != LISTDATA_NOBITS) {
		if (elf_section_data(w->f, &in, &p, &w->len) || !p || w->len < in.size)
			return 0;
		w->bytes = p;
	}
	if (listdata_relocs(w, in.index))
		return -ENOMEM;
	vars = realloc(d->vars, (d->n + sec.vlen + 1) * sizeof(*vars));
	if (!vars)
		return -ENOMEM;
	d->vars = vars;
	n = listdata_vars(w, &in, &sec, vars + d->n);
	listdata_section(w, name, vars + d->n, &n);
	d->n += n;
	return 0;
}

int listdata_print(
	struct elf_file *f, struct listtype *types, struct listdata *d, struct rawbpf_error *e)
{
	struct listdata_walk w = {.f = f, .types = types};
	int i, err = 0;

	memset(d, 0, sizeof(*d));
	for (i = 0; types->btf && !err && i < LISTDATA_SECTIONS; i++)
		err = listdata_one(&w, listdata_sections[i], d);
	buf_free(&w.value);
	free(w.relocs);
	return err ? err_set(e, "dis", err, "out of memory") : 0;
}

bool listdata_address(const struct listdata *d, uint32_t section, uint64_t at, struct buf *out)
{
	const struct listdata_var *v;
	size_t i;

	for (i = 0; i < d->n; i++) {
		v = &d->vars[i];
		if (v->section != section || at < v->offset || at - v->offset >= v->size)
			continue;
		buf_puts(out, "&");
		listname_map(out, v->name);
		if (at != v->offset)
			buf_printf(out, " + %llu", (unsigned long long)(at - v->offset));
		return true;
	}
	return false;
}

void listdata_free(struct listdata *d)
{
	free(d->vars);
	memset(d, 0, sizeof(*d));
}
