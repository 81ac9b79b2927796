// SPDX-License-Identifier: MIT
/*
 * objrel.c - relocations of the texts, resolved to map and function numbers.
 *
 * Three kinds of instruction carry one: ld_imm64 of a map, of a variable or of a function's
 * address, and calls; one of those, of the undefined "usdt_arg", stands for reading an operand of a
 * USDT probe and has the operand's number in off and a place on the stack in imm.  The symbol may
 * be the thing itself or its section; then what the instruction's own immediate holds is the
 * offset.  A name that nothing defines is an error only in the programs that use it, so it is kept
 * as text until one is linked.
 */
#include "object.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef R_BPF_NONE
#define R_BPF_NONE 0
#endif

static int objrel_nomem(struct rawbpf_error *e)
{
	return err_set(e, "open", -ENOMEM, "out of memory");
}

static int objrel_bad(struct object *o, struct object_rel *r, struct rawbpf_error *e,
	const char *fmt, const char *name)
{
#ifdef RAWBPF_NO_TEXT
	(void)o, (void)e, (void)fmt, (void)name;
	r->kind = OBJECT_REL_BAD;
	return 0;
#else
	char text[256];
	char **p = realloc(o->bad, (o->n_bad + 1) * sizeof(*p));

	if (!p)
		return objrel_nomem(e);
	o->bad = p;
	snprintf(text, sizeof(text), fmt, name);
	p[o->n_bad] = strdup(text);
	if (!p[o->n_bad])
		return objrel_nomem(e);
	r->kind = OBJECT_REL_BAD;
	r->index = (uint32_t)o->n_bad++;
	return 0;
#endif
}

static const struct object_map *objrel_map_at(
	const struct object *o, uint32_t section, uint64_t offset)
{
	size_t i;

	for (i = 0; i < o->n_maps; i++)
		if (o->maps[i].section == section && o->maps[i].kind == OBJECT_MAP_PLAIN &&
			o->maps[i].offset == offset)
			return &o->maps[i];
	return NULL;
}

static const struct object_map *objrel_data(const struct object *o, uint32_t section)
{
	size_t i;

	for (i = 0; i < o->n_maps; i++)
		if (o->maps[i].section == section && o->maps[i].kind != OBJECT_MAP_PLAIN)
			return &o->maps[i];
	return NULL;
}

static const struct object_text *objrel_text(const struct object *o, uint32_t section)
{
	size_t i;

	for (i = 0; i < o->n_texts; i++)
		if (o->texts[i].section == section)
			return &o->texts[i];
	return NULL;
}

/* A function at instruction at (counted, may be hostile) of the text of that section. */
static int objrel_func(struct object *o, struct object_rel *r, enum object_rel_kind kind,
	const struct elf_symbol *s, int64_t at, struct rawbpf_error *e)
{
	const struct object_text *t = objrel_text(o, s->section);

	if (!t || at < 0 || at >= t->n_insns)
		return objrel_bad(o, r, e, "'%s' is no function of this object", s->name);
	r->kind = kind;
	r->index = (uint32_t)(t - o->texts);
	r->offset = (uint32_t)at;
	return 0;
}

static int objrel_usdt(struct object *o, const struct rawbpf_insn *insn, struct object_rel *r,
	struct rawbpf_error *e)
{
	char text[160];

	if (object_src(insn) == RAWBPF_PSEUDO_CALL && !object_dst(insn) && insn->off >= 1 &&
		insn->off <= OBJECT_USDT_MAX && insn->imm >= -OBJECT_STACK && insn->imm <= -8 &&
		insn->imm % 8 == 0) {
		r->kind = OBJECT_REL_USDT;
		r->index = (uint32_t)insn->off;
		r->offset = (uint32_t)-insn->imm;
		return 0;
	}
	snprintf(text, sizeof(text),
		"instruction %u is no 'usdt_arg': operand %d of 1 to %d, scratch at %d of -%d to "
		"-8",
		r->insn, insn->off, OBJECT_USDT_MAX, insn->imm, OBJECT_STACK);
	return objrel_bad(o, r, e, "%s", text);
}

/* A function or variable that nothing here defines is the kernel's. */
static int objrel_ksym(
	struct object *o, struct object_rel *r, const struct elf_symbol *s, struct rawbpf_error *e)
{
	struct object_ksym *p;
	size_t i;

	for (i = 0; i < o->n_ksyms && strcmp(o->ksyms[i].name, s->name) != 0; i++)
		;
	r->kind = OBJECT_REL_KSYM;
	r->index = (uint32_t)i;
	if (i < o->n_ksyms)
		return 0;
	p = realloc(o->ksyms, (i + 1) * sizeof(*p));
	if (!p)
		return objrel_nomem(e);
	o->ksyms = p;
	p[i].weak = s->bind == STB_WEAK;
	p[i].name = strdup(s->name);
	if (!p[i].name)
		return objrel_nomem(e);
	o->n_ksyms++;
	return 0;
}

static int objrel_call(struct object *o, const struct rawbpf_insn *insn, struct object_rel *r,
	const struct elf_symbol *s, int64_t addend, struct rawbpf_error *e)
{
	int64_t at;

	if (s->section == SHN_UNDEF && !strcmp(s->name, "usdt_arg"))
		return objrel_usdt(o, insn, r, e);
	if (s->section == SHN_UNDEF)
		return object_src(insn) == RAWBPF_PSEUDO_CALL && *s->name
			       ? objrel_ksym(o, r, s, e)
			       : objrel_bad(o, r, e,
					 "'%s' is called like no function of the kernel", s->name);
	if (s->value % sizeof(*insn) || s->value > OBJECT_INSNS_MAX * sizeof(*insn))
		return objrel_bad(o, r, e, "'%s' does not begin at an instruction", s->name);
	at = (int64_t)(s->value / sizeof(*insn)) + addend + 1;
	return objrel_func(o, r, OBJECT_REL_CALL, s, at, e);
}

/* A name that nothing here defines. */
static int objrel_extern(struct object *o, struct object_rel *r, const struct elf_symbol *s,
	int64_t addend, struct rawbpf_error *e)
{
	const struct object_extern *x = object_extern(o, s->name);

	if (!x)
		return *s->name && !addend
			       ? objrel_ksym(o, r, s, e)
			       : objrel_bad(o, r, e,
					 "'%s' is defined nowhere in the object, and of the "
					 "kernel's own variables only the begin has a number",
					 s->name);
	if (addend < 0 || addend > x->size)
		return objrel_bad(o, r, e, "'%s' is smaller than what is read of it", s->name);
	r->kind = OBJECT_REL_VALUE;
	r->index = x->map;
	r->offset = x->offset + (uint32_t)addend;
	return 0;
}

static int objrel_ld(struct object *o, struct object_rel *r, const struct elf_symbol *s,
	int64_t addend, struct rawbpf_error *e)
{
	const struct object_map *m;
	int64_t at;

	if (s->section == SHN_UNDEF)
		return objrel_extern(o, r, s, addend, e);
	if (s->value > INT32_MAX)
		return objrel_bad(o, r, e, "'%s' lies outside its section", s->name);
	at = (int64_t)s->value + addend; /* both of 32 bits */
	if (objrel_text(o, s->section))
		return at % (int64_t)sizeof(struct rawbpf_insn)
			       ? objrel_bad(
					 o, r, e, "'%s' does not begin at an instruction", s->name)
			       : objrel_func(o, r, OBJECT_REL_FUNC, s,
					 at / (int64_t)sizeof(struct rawbpf_insn), e);
	m = objrel_data(o, s->section);
	if (m && at >= 0 && at <= m->value_size) {
		r->kind = OBJECT_REL_VALUE;
		r->index = (uint32_t)(m - o->maps);
		r->offset = (uint32_t)at;
		return 0;
	}
	m = at >= 0 ? objrel_map_at(o, s->section, (uint64_t)at) : NULL;
	if (!m)
		return objrel_bad(o, r, e, "'%s' is neither a map nor a variable", s->name);
	r->kind = OBJECT_REL_MAP;
	r->index = (uint32_t)(m - o->maps);
	return 0;
}

static int objrel_one(struct object *o, struct object_text *t, struct elf_file *f,
	const struct elf_section *symtab, const struct elf_reloc *er, struct rawbpf_error *e)
{
	struct object_rel *r = &t->rels[t->n_rels];
	const struct rawbpf_insn *insn;
	struct elf_section sec;
	struct elf_symbol s;
	int64_t addend;

	if (er->type == R_BPF_NONE)
		return 0;
	if (er->offset % sizeof(*insn) || er->offset / sizeof(*insn) >= t->n_insns ||
		elf_symbol(f, symtab, er->symbol, &s))
		return err_set(e, "open", -EINVAL,
			"'%s': section '%s': a relocation at %#llx is malformed", o->name, t->name,
			(unsigned long long)er->offset);
	if (s.type == STT_SECTION && !*s.name && !elf_section(f, s.section, &sec))
		s.name = sec.name;
	r->insn = (uint32_t)(er->offset / sizeof(*insn));
	r->index = r->offset = 0;
	insn = &t->insns[r->insn];
	addend = er->has_addend ? er->addend : insn->imm;
	if (addend < INT32_MIN || addend > INT32_MAX)
		addend = INT32_MIN; /* points nowhere */
	t->n_rels++;
	if (insn->code == OBJECT_CALL)
		return objrel_call(o, insn, r, &s, addend, e);
	if (insn->code == OBJECT_LD_IMM64 && r->insn + 1 < t->n_insns && !insn[1].code)
		return objrel_ld(o, r, &s, addend, e);
	return err_set(e, "open", -EINVAL,
		"'%s': section '%s': instruction %u takes no relocation (against '%s')", o->name,
		t->name, r->insn, s.name);
}

static int objrel_order(const void *a, const void *b)
{
	const struct object_rel *x = a, *y = b;

	return (x->insn > y->insn) - (x->insn < y->insn);
}

static int objrel_section(struct object *o, struct object_text *t, struct elf_file *f,
	const struct elf_section *symtab, const struct elf_section *s, struct rawbpf_error *e)
{
	size_t i, n = elf_n_relocs(f, s);
	struct elf_reloc er;
	int err = 0;

	if (s->link != symtab->index)
		return err_set(e, "open", -EINVAL,
			"'%s': section '%s' relocates by another symbol table", o->name, s->name);
	if (t->rels)
		return err_set(e, "open", -EINVAL, "'%s': section '%s' is relocated twice", o->name,
			t->name);
	t->rels = malloc((n ? n : 1) * sizeof(*t->rels));
	if (!t->rels)
		return objrel_nomem(e);
	for (i = 0; !err && i < n; i++) {
		if (elf_reloc(f, s, i, &er))
			return err_set(e, "open", -EINVAL, "'%s': section '%s' is cut off", o->name,
				s->name);
		err = objrel_one(o, t, f, symtab, &er, e);
	}
	if (!err)
		qsort(t->rels, t->n_rels, sizeof(*t->rels), objrel_order);
	return err;
}

int objrel_read(struct object *o, struct elf_file *f, const struct elf_section *symtab,
	struct rawbpf_error *e)
{
	struct elf_section s;
	size_t i, j;
	int err = 0;

	for (i = 1; !err && !elf_section(f, i, &s); i++) {
		if (s.type != SHT_REL && s.type != SHT_RELA)
			continue;
		for (j = 0; j < o->n_texts && o->texts[j].section != s.info; j++)
			;
		if (j < o->n_texts)
			err = objrel_section(o, &o->texts[j], f, symtab, &s, e);
	}
	return err;
}
