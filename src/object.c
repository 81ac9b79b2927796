// SPDX-License-Identifier: MIT
/*
 * object.c - a BPF ELF object to an image.
 *
 * Sections with code become texts, their STT_FUNC symbols functions.  A global function outside
 * .text is a program, every other one a subprogram that is appended to the programs that call it
 * (objlink.c).  Maps come from .maps, maps, .data, .rodata and .bss (objmap.c); relocations are
 * resolved to map and function numbers here, to fds only when a program is loaded (objrel.c).
 */
#include "object.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

#ifndef EM_BPF
#define EM_BPF 247
#endif

#define OBJECT_TEXTS_MAX 4096

static int object_nomem(struct rawbpf_error *e)
{
	return err_set(e, "open", -ENOMEM, "out of memory");
}

static int object_check_ident(const struct object *o, struct elf_file *f, struct rawbpf_error *e)
{
	const struct elf_ident *id = elf_ident(f);
	bool host_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

	/* clang before 4.0 wrote EM_NONE */
	if (id->machine != EM_BPF && id->machine != EM_NONE) {
		err_set(e, "open", -EINVAL, "'%s' is no bpf object: its machine is %u, not %u",
			o->name, id->machine, EM_BPF);
		err_hint(e, "make it with clang -target bpf, or rawbpf asm");
		return -EINVAL;
	}
	if (id->type != ET_REL) {
		err_set(e, "open", -EINVAL, "'%s' is linked: its elf type is %u, not ET_REL",
			o->name, id->type);
		err_hint(e, "load the .o file itself");
		return -EINVAL;
	}
	if (id->bits != 64)
		return err_set(e, "open", -EINVAL, "'%s' is a %d-bit object, bpf has 64 bits",
			o->name, id->bits);
	if (id->big_endian != host_big) {
		err_set(e, "open", -EINVAL, "'%s' is %s-endian, this machine is not", o->name,
			id->big_endian ? "big" : "little");
		err_hint(e, "make it with -target %s", host_big ? "bpfeb" : "bpfel");
		return -EINVAL;
	}
	return 0;
}

/* ---- texts and functions ----------------------------------------------------------------- */

static int object_add_text(
	struct object *o, struct elf_file *f, const struct elf_section *s, struct rawbpf_error *e)
{
	struct object_text *t;
	const void *p;
	size_t n;
	int err;

	if (o->n_texts == OBJECT_TEXTS_MAX)
		return err_set(e, "open", -E2BIG, "'%s' has more than %d sections with code",
			o->name, OBJECT_TEXTS_MAX);
	t = realloc(o->texts, (o->n_texts + 1) * sizeof(*t));
	if (!t)
		return object_nomem(e);
	o->texts = t;
	t += o->n_texts;
	memset(t, 0, sizeof(*t));
	err = elf_section_data(f, s, &p, &n);
	if (err || !p || n % sizeof(struct rawbpf_insn) ||
		n / sizeof(struct rawbpf_insn) > OBJECT_INSNS_MAX)
		return err_set(e, "open", -EINVAL,
			"'%s': section '%s' of %llu bytes holds no instructions", o->name, s->name,
			(unsigned long long)s->size);
	t->name = strdup(s->name);
	t->insns = malloc(n);
	o->n_texts++;
	if (!t->name || !t->insns)
		return object_nomem(e);
	memcpy(t->insns, p, n);
	t->n_insns = (uint32_t)(n / sizeof(struct rawbpf_insn));
	t->section = (uint32_t)s->index;
	return 0;
}

static int object_read_texts(struct object *o, struct elf_file *f, struct rawbpf_error *e)
{
	struct elf_section s;
	size_t i;
	int err;

	for (i = 1; !(err = elf_section(f, i, &s)); i++) {
		if (s.type != SHT_PROGBITS || !(s.flags & SHF_EXECINSTR) || !s.size)
			continue;
		err = object_add_text(o, f, &s, e);
		if (err)
			return err;
	}
	return err == -ENOENT
		       ? 0
		       : err_set(e, "open", err, "'%s': section %zu cannot be read", o->name, i);
}

static int object_text_index(const struct object *o, uint32_t section)
{
	size_t i;

	for (i = 0; i < o->n_texts; i++)
		if (o->texts[i].section == section)
			return (int)i;
	return -1;
}

static int object_add_func(struct object *o, const char *name, uint32_t text, uint64_t start,
	uint64_t size, bool is_prog, struct rawbpf_error *e)
{
	struct object_func *fn = rows_room(o->funcs, o->n_funcs, sizeof(*fn));

	if (!fn)
		return object_nomem(e);
	o->funcs = fn;
	fn += o->n_funcs;
	memset(fn, 0, sizeof(*fn));
	fn->name = strdup(name);
	if (!fn->name)
		return object_nomem(e);
	o->n_funcs++;
	fn->text = text;
	fn->start = (uint32_t)(start / sizeof(struct rawbpf_insn));
	fn->n_insns = (uint32_t)(size / sizeof(struct rawbpf_insn));
	fn->is_prog = is_prog;
	return 0;
}

static int object_func_symbol(struct object *o, const struct elf_symbol *s, struct rawbpf_error *e)
{
	int text = object_text_index(o, s->section);
	uint64_t len;

	if (text < 0 || s->type != STT_FUNC)
		return 0;
	len = (uint64_t)o->texts[text].n_insns * sizeof(struct rawbpf_insn);
	if (s->value >= len || s->size > len - s->value ||
		(s->value | s->size) % sizeof(struct rawbpf_insn))
		return err_set(e, "open", -EINVAL,
			"'%s': function '%s' lies outside its section '%s'", o->name, s->name,
			o->texts[text].name);
	return object_add_func(o, s->name, (uint32_t)text, s->value, s->size,
		s->bind != STB_LOCAL && strcmp(o->texts[text].name, ".text"), e);
}

static int object_func_order(const void *a, const void *b)
{
	const struct object_func *x = a, *y = b;

	if (x->text != y->text)
		return x->text < y->text ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* A symbol of size 0 reaches to the next one. */
static void object_size_funcs(struct object *o)
{
	struct object_func *fn;
	uint32_t end;
	size_t i, j;

	for (i = 0; i < o->n_funcs; i++) {
		fn = &o->funcs[i];
		if (fn->n_insns)
			continue;
		end = o->texts[fn->text].n_insns;
		for (j = i + 1; j < o->n_funcs && o->funcs[j].text == fn->text; j++) {
			if (o->funcs[j].start == fn->start)
				continue;
			end = o->funcs[j].start;
			break;
		}
		fn->n_insns = end - fn->start;
	}
}

/* A section without any function symbol is one program, called like the section. */
static int object_name_bare_texts(struct object *o, struct rawbpf_error *e)
{
	size_t i, j;
	int err;

	for (i = 0; i < o->n_texts; i++) {
		struct object_text *t = &o->texts[i];

		for (j = 0; j < o->n_funcs && o->funcs[j].text != i; j++)
			;
		if (j < o->n_funcs)
			continue;
		err = object_add_func(o, t->name, (uint32_t)i, 0,
			(uint64_t)t->n_insns * sizeof(struct rawbpf_insn),
			strcmp(t->name, ".text") != 0, e);
		if (err)
			return err;
	}
	return 0;
}

static int object_read_funcs(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e)
{
	size_t i, n = elf_n_symbols(f, symtab);
	struct elf_symbol s;
	int err;

	for (i = 1; i < n; i++) {
		err = elf_symbol(f, symtab, i, &s);
		if (err)
			return err_set(
				e, "open", -EINVAL, "'%s': symbol %zu is malformed", o->name, i);
		err = object_func_symbol(o, &s, e);
		if (err)
			return err;
	}
	err = object_name_bare_texts(o, e);
	if (err)
		return err;
	if (o->n_funcs)
		qsort(o->funcs, o->n_funcs, sizeof(*o->funcs), object_func_order);
	object_size_funcs(o);
	return 0;
}

static int object_read_progs(struct object *o, struct rawbpf_error *e)
{
	struct object_prog *p;
	size_t i;
	int err;

	for (i = 0; i < o->n_funcs; i++)
		o->n_progs += o->funcs[i].is_prog;
	o->progs = calloc(o->n_progs ? o->n_progs : 1, sizeof(*o->progs));
	if (!o->progs)
		return object_nomem(e);
	p = o->progs;
	for (i = 0; i < o->n_funcs; i++) {
		if (!o->funcs[i].is_prog)
			continue;
		p->name = o->funcs[i].name;
		p->section = o->texts[o->funcs[i].text].name;
		p->func = (uint32_t)i;
		err = secname_parse(p->section, p->name, &p->sec, e);
		if (err)
			return err;
		p++;
	}
	return 0;
}

/* ---- licence, version, BTF --------------------------------------------------------------- */

static int object_read_small(struct object *o, struct elf_file *f, struct rawbpf_error *e)
{
	struct elf_section s;
	const void *p;
	size_t n;

	if (!elf_find_section(f, "license", &s) && !elf_section_data(f, &s, &p, &n) && p) {
		if (n >= sizeof(o->license))
			return err_set(e, "open", -EINVAL,
				"'%s': section 'license' of %zu bytes is too long", o->name, n);
		memcpy(o->license, p, n);
	}
	if (!elf_find_section(f, "version", &s) && !elf_section_data(f, &s, &p, &n) && p) {
		if (n != sizeof(o->version))
			return err_set(e, "open", -EINVAL,
				"'%s': section 'version' has %zu bytes, not 4", o->name, n);
		memcpy(&o->version, p, n);
	}
	return 0;
}

static int object_read_btf(struct object *o, struct elf_file *f, struct rawbpf_error *e)
{
	struct elf_section s;
	const void *p;
	size_t i, n;
	uint32_t count;
	int err;

	if (elf_find_section(f, ".BTF", &s) || elf_section_data(f, &s, &p, &n) || !p || !n)
		return 0;
	err = btf_parse(p, n, &o->btf, e);
	if (err)
		return err;
	if (elf_find_section(f, ".BTF.ext", &s) || elf_section_data(f, &s, &p, &n) || !p || !n)
		return 0;
	err = btfext_parse(p, n, &o->ext, e);
	for (i = 0; !err && i < o->n_texts; i++)
		o->texts[i].core =
			btfext_records(&o->ext, BTFEXT_CORE, o->btf, o->texts[i].name, &count) &&
			count;
	return err;
}

bool object_has_line_info(const struct object *o)
{
#ifdef RAWBPF_NO_LINES
	(void)o;
	return false;
#else
	return o->btf && o->ext.part[BTFEXT_LINE].rec_size && o->ext.part[BTFEXT_FUNC].rec_size;
#endif
}

/* ---- all of it --------------------------------------------------------------------------- */

static int object_find_symtab(
	const struct object *o, struct elf_file *f, struct elf_section *s, struct rawbpf_error *e)
{
	size_t i;

	for (i = 1; !elf_section(f, i, s); i++)
		if (s->type == SHT_SYMTAB)
			return 0;
	return err_set(e, "open", -EINVAL, "'%s' has no symbol table", o->name);
}

static int object_read(struct object *o, struct elf_file *f, struct rawbpf_error *e)
{
	struct elf_section symtab;
	int err = object_check_ident(o, f, e);

	if (!err)
		err = object_find_symtab(o, f, &symtab, e);
	if (!err)
		err = object_read_texts(o, f, e);
	if (!err)
		err = object_read_funcs(o, f, &symtab, e);
	if (!err)
		err = object_read_progs(o, e);
	if (!err)
		err = object_read_small(o, f, e);
	if (!err)
		err = object_read_btf(o, f, e);
	if (!err)
		err = objmap_fix_btf(o, f, &symtab, e);
	if (!err)
		err = objmap_read(o, f, &symtab, e);
	if (!err)
		err = objfill_read(o, f, &symtab, e);
	if (!err)
		err = objext_read(o, f, &symtab, e);
	if (!err)
		err = objrel_read(o, f, &symtab, e);
	return err;
}

int object_open(
	const void *p, size_t n, const char *name, struct object **out, struct rawbpf_error *e)
{
	struct object *o = calloc(1, sizeof(*o));
	struct elf_file *f;
	int err;

	*out = NULL;
	if (!o)
		return object_nomem(e);
	o->name = strdup(name);
	if (!o->name) {
		object_free(o);
		return object_nomem(e);
	}
	err = elf_open_memory(p, n, o->name, &f, e);
	if (!err) {
		err = object_read(o, f, e);
		elf_close(f);
	}
	if (err) {
		object_free(o);
		return err;
	}
	*out = o;
	return 0;
}

void object_free(struct object *o)
{
	size_t i, k;

	if (!o)
		return;
	for (i = 0; i < o->n_maps; i++) {
		free(o->maps[i].name);
		free(o->maps[i].data);
		free(o->maps[i].inner);
		free(o->maps[i].values);
	}
	for (i = 0; i < o->n_externs; i++)
		free(o->externs[i].name);
	for (i = 0; i < o->n_texts; i++) {
		free(o->texts[i].name);
		free(o->texts[i].insns);
		free(o->texts[i].rels);
		for (k = 0; k < o->texts[i].n_cores; k++)
			free(o->texts[i].cores[k].text);
		free(o->texts[i].cores);
	}
	for (i = 0; i < o->n_funcs; i++)
		free(o->funcs[i].name);
	for (i = 0; i < o->n_ksyms; i++)
		free(o->ksyms[i].name);
	for (i = 0; i < o->n_bad; i++)
		free(o->bad[i]);
	free(o->maps);
	free(o->externs);
	free(o->externs_by_name);
	free(o->texts);
	free(o->funcs);
	free(o->progs);
	free(o->ksyms);
	free(o->bad);
	btf_free(o->btf);
	btfext_free(&o->ext);
	free(o->name);
	free(o);
}
