// SPDX-License-Identifier: MIT
/*
 * elfout.c - a unit as an ELF64 relocatable object, as clang -target bpf would write it.
 *
 * Sections: one for each place that programs name, with its relocations, then .text for
 * subprograms, .maps, license, .BTF, .BTF.ext, .symtab and the string tables.  The same unit gives
 * the same bytes, always.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "btfout.h"
#include "insn.h"

enum {
	ELFOUT_EHDR = 64, /* bytes */
	ELFOUT_SHDR = 64,
	ELFOUT_SYM = 24,
	ELFOUT_REL = 16,
	ELFOUT_PROGBITS = 1,
	ELFOUT_SYMTAB = 2,
	ELFOUT_STRTAB = 3,
	ELFOUT_NOBITS = 8,
	ELFOUT_RELTAB = 9,
	ELFOUT_WRITE = 1, /* section flags */
	ELFOUT_ALLOC = 2,
	ELFOUT_EXEC = 4,
	ELFOUT_INFO = 0x40,
	ELFOUT_NOTYPE = 0, /* symbols */
	ELFOUT_OBJECT = 1,
	ELFOUT_FUNC = 2,
	ELFOUT_SECTION = 3,
	ELFOUT_GLOBAL = 1 << 4,
	ELFOUT_WEAK = 2 << 4,
	ELFOUT_R_64 = 1,    /* R_BPF_64_64: ld_imm64 */
	ELFOUT_R_ABS64 = 2, /* R_BPF_64_ABS64: data */
	ELFOUT_R_32 = 10,   /* R_BPF_64_32: call */
	ELFOUT_MACHINE = 247,
	ELFOUT_MAX_SECTIONS = 0xff00,
	ELFOUT_MAX_MAPS = 0xffff, /* BTF counts a section's variables in 16 bits */
};

const char *const ir_data_sections[IR_DATA_SECTIONS] = {".data", ".rodata", ".bss"};

struct elfout_section {
	const char *name;
	uint32_t type, flags, link, info, align, entsize;
	struct btfout_bytes bytes; /* ELFOUT_NOBITS: their number alone */
	struct ir_func **funcs;	   /* code: what it holds */
	uint32_t *offsets;	   /* of each, in bytes */
	size_t n_funcs, cap_funcs, cap_offsets;
	uint32_t index;
	struct elfout_symbol *symbol; /* of the section itself, where a relocation needs one */
};

/* What a relocation can name. */
struct elfout_symbol {
	const char *name;
	unsigned char info;
	uint32_t section, value, size, index; /* section: of elfout.sections; 0: undefined */
	struct elfout_symbol *next;
};

struct elfout {
	struct pool *pool;
	const struct ir_unit *u;
	struct elfout_section **sections; /* 0 is the null section */
	size_t n_sections, cap_sections;
	struct names by_name; /* code sections */
	struct names symbols;
	struct names weak; /* names of the kernel that may be absent */
	struct elfout_symbol *first, **last;
	struct btfout_bytes symtab, strtab, shstrtab;
	uint32_t n_symbols;
	struct btfout btf;
	struct elfout_section *maps; /* NULL: none */
};

static void elfout_put16(struct elfout *e, struct btfout_bytes *out, uint32_t v)
{
	unsigned char b[2];

	b[!e->u->big_endian] = (unsigned char)(v >> 8);
	b[e->u->big_endian] = (unsigned char)v;
	btfout_put(e->pool, out, b, 2);
}

static void elfout_put32(struct elfout *e, struct btfout_bytes *out, uint32_t v)
{
	btfout_put32(e->pool, out, v, e->u->big_endian);
}

/* high: the upper half */
static void elfout_put64(struct elfout *e, struct btfout_bytes *out, uint32_t high, uint32_t low)
{
	elfout_put32(e, out, e->u->big_endian ? high : low);
	elfout_put32(e, out, e->u->big_endian ? low : high);
}

/* A name's place in a string table. */
static uint32_t elfout_name(struct elfout *e, struct btfout_bytes *table, const char *name)
{
	size_t at = table->len;

	btfout_put(e->pool, table, name, strlen(name) + 1);
	return (uint32_t)at;
}

static struct elfout_section *elfout_section(
	struct elfout *e, const char *name, uint32_t type, uint32_t flags, uint32_t align)
{
	struct elfout_section *s = pool_alloc(e->pool, sizeof(*s));

	if (!s || pool_grow(e->pool, &e->sections, &e->cap_sections, e->n_sections,
			  sizeof(*e->sections)))
		return NULL;
	s->name = name;
	s->type = type;
	s->flags = flags;
	s->align = align;
	s->index = (uint32_t)e->n_sections;
	e->sections[e->n_sections++] = s;
	return s;
}

/* ---- symbols ----------------------------------------------------------------------------- */

static struct elfout_symbol *elfout_symbol(struct elfout *e, const char *name, unsigned char info,
	uint32_t section, uint32_t value, uint32_t size)
{
	struct elfout_symbol *s = pool_alloc(e->pool, sizeof(*s));

	if (!s || (*name && names_put(&e->symbols, e->pool, name, strlen(name), s)))
		return NULL;
	s->name = name;
	s->info = info;
	s->section = section;
	s->value = value;
	s->size = size;
	*e->last = s;
	e->last = &s->next;
	return s;
}

/* Number them and write the table: ELF wants local symbols before global ones. */
static void elfout_symtab(struct elfout *e, bool global)
{
	struct elfout_symbol *s;

	for (s = e->first; s; s = s->next) {
		if (!(s->info & (ELFOUT_GLOBAL | ELFOUT_WEAK)) == global)
			continue;
		s->index = e->n_symbols++;
		elfout_put32(e, &e->symtab, elfout_name(e, &e->strtab, s->name));
		btfout_put(e->pool, &e->symtab, &s->info, 1);
		btfout_put(e->pool, &e->symtab, "", 1);
		elfout_put16(e, &e->symtab, s->section);
		elfout_put64(e, &e->symtab, 0, s->value);
		elfout_put64(e, &e->symtab, 0, s->size);
	}
}

/* ---- code -------------------------------------------------------------------------------- */

/* Put a function into the section that it names. */
static int elfout_place(struct elfout *e, struct ir_func *f)
{
	struct elfout_section *s = names_get(&e->by_name, f->section, strlen(f->section));
	uint32_t at;

	if (!s) {
		s = elfout_section(e, f->section, ELFOUT_PROGBITS, ELFOUT_ALLOC | ELFOUT_EXEC, 8);
		if (!s || names_put(&e->by_name, e->pool, f->section, strlen(f->section), s))
			return -ENOMEM;
	}
	at = (uint32_t)s->bytes.len;
	if (pool_grow(e->pool, &s->funcs, &s->cap_funcs, s->n_funcs, sizeof(*s->funcs)) ||
		pool_grow(e->pool, &s->offsets, &s->cap_offsets, s->n_funcs, sizeof(*s->offsets)))
		return -ENOMEM;
	s->funcs[s->n_funcs] = f;
	s->offsets[s->n_funcs++] = at;
	s->bytes.len += f->n_insns * 8;
	if (!elfout_symbol(e, f->name, ELFOUT_FUNC | (f->is_prog || f->global ? ELFOUT_GLOBAL : 0),
		    s->index, at, (uint32_t)f->n_insns * 8))
		return -ENOMEM;
	return 0;
}

/* A function that only this object knows: relocations name its section, as clang has it. */
static bool elfout_is_local(const struct elfout_symbol *s)
{
	return s->info == ELFOUT_FUNC;
}

/*
 * What clang leaves in the instruction for the loader to fill in.  Counted from the symbol: a call
 * of a function of the program, in slots from the one behind it; a plain ld_imm64 of so many bytes.
 * libbpf takes a function's address in no other form.
 */
static void elfout_patch(
	const struct elfout *e, const struct ir_ref *r, int64_t addend, unsigned char *p)
{
	struct ir_insn i[2];

	if (r->kind == IR_REF_USDT)
		return;
	if (r->kind == IR_REF_CALL) {
		encode_read(p, 1, e->u->big_endian, i);
		i[0].src = INSN_CALL_FUNC;
		i[0].imm = (int32_t)(addend / 8 - 1);
		encode_insns(i, 1, e->u->big_endian, p);
		return;
	}
	addend += r->addend;
	encode_read(p, 2, e->u->big_endian, i);
	i[0].src = INSN_IMM64_PLAIN;
	i[0].imm = (int32_t)(uint32_t)(uint64_t)addend;
	i[1].imm = (int32_t)(uint32_t)((uint64_t)addend >> 32);
	encode_insns(i, 2, e->u->big_endian, p);
}

static struct elfout_symbol *elfout_undefined(struct elfout *e, const char *name)
{
	bool weak = names_get(&e->weak, name, strlen(name));

	return elfout_symbol(
		e, name, ELFOUT_NOTYPE | (weak ? ELFOUT_WEAK : ELFOUT_GLOBAL), 0, 0, 0);
}

/*
 * The symbols that a function's references need: of a section whose local functions are meant, and
 * undefined ones for names that nothing defines, for the loader to tell.
 */
static bool elfout_declare(struct elfout *e, const struct ir_func *f)
{
	struct elfout_symbol *s;
	struct elfout_section *in;
	size_t i;

	for (i = 0; i < f->n_refs; i++) {
		const char *name = f->refs[i].name;

		s = names_get(&e->symbols, name, strlen(name));
		if (!s && !elfout_undefined(e, name))
			return false;
		if (!s || !elfout_is_local(s))
			continue;
		in = e->sections[s->section];
		if (!in->symbol)
			in->symbol = elfout_symbol(e, "", ELFOUT_SECTION, in->index, 0, 0);
		if (!in->symbol)
			return false;
	}
	return true;
}

static void elfout_relocate(struct elfout *e, struct btfout_bytes *rel, const struct ir_func *f,
	uint32_t offset, unsigned char *code)
{
	size_t i;

	for (i = 0; i < f->n_refs; i++) {
		const struct ir_ref *r = &f->refs[i];
		const struct elfout_symbol *s = names_get(&e->symbols, r->name, strlen(r->name));
		bool call = r->kind == IR_REF_CALL || r->kind == IR_REF_USDT;
		int64_t addend = 0;

		if (!s || r->insn >= f->n_insns || (!call && f->n_insns - r->insn < 2))
			continue;
		if (elfout_is_local(s)) {
			addend = s->value;
			s = e->sections[s->section]->symbol;
		}
		elfout_patch(e, r, addend, code + (size_t)r->insn * 8);
		elfout_put64(e, rel, 0, offset + r->insn * 8);
		elfout_put64(e, rel, s->index, call ? ELFOUT_R_32 : ELFOUT_R_64);
	}
}

/* The bytes of one section, and its relocations when it has any. */
static int elfout_code(struct elfout *e, struct elfout_section *s, uint32_t symtab)
{
	struct btfout_bytes rel = {NULL, 0, 0};
	struct elfout_section *r;
	const char *name;
	size_t i;

	s->bytes.p = pool_alloc(e->pool, s->bytes.len);
	if (!s->bytes.p)
		return -ENOMEM;
	for (i = 0; i < s->n_funcs; i++) {
		const struct ir_func *f = s->funcs[i];

		encode_insns(f->insns, f->n_insns, e->u->big_endian, s->bytes.p + s->offsets[i]);
		elfout_relocate(e, &rel, f, s->offsets[i], s->bytes.p + s->offsets[i]);
	}
	if (!rel.len)
		return 0;
	name = pool_printf(e->pool, ".rel%s", s->name);
	r = name ? elfout_section(e, name, ELFOUT_RELTAB, ELFOUT_INFO, 8) : NULL;
	if (!r)
		return -ENOMEM;
	r->bytes = rel;
	r->link = symtab;
	r->info = s->index;
	r->entsize = ELFOUT_REL;
	return 0;
}

/* ---- the other sections ------------------------------------------------------------------ */

/* One of .data, .rodata, .bss, when there is a variable in it. */
static int elfout_vars(struct elfout *e, enum ir_data_section which)
{
	const struct ir_unit *u = e->u;
	bool bss = which == IR_BSS;
	struct elfout_section *s;
	size_t i;

	if (!u->data_size[which])
		return 0;
	s = elfout_section(e, ir_data_sections[which], bss ? ELFOUT_NOBITS : ELFOUT_PROGBITS,
		ELFOUT_ALLOC | (which == IR_RODATA ? 0 : ELFOUT_WRITE), 8);
	if (!s)
		return -ENOMEM;
	s->bytes.len = u->data_size[which];
	s->bytes.p = bss ? NULL : pool_alloc(e->pool, s->bytes.len);
	for (i = 0; i < u->n_data; i++) {
		const struct ir_data *v = u->data[i];

		if (v->section != which)
			continue;
		if (!elfout_symbol(e, v->name, ELFOUT_OBJECT | ELFOUT_GLOBAL, s->index, v->offset,
			    v->size))
			return -ENOMEM;
		if (v->init && s->bytes.p)
			memcpy(s->bytes.p + v->offset, v->init, v->size);
	}
	return 0;
}

static int elfout_data(struct elfout *e)
{
	const struct ir_unit *u = e->u;
	struct elfout_section *s;
	size_t i;

	if (u->n_maps) {
		s = elfout_section(e, ".maps", ELFOUT_PROGBITS, ELFOUT_ALLOC | ELFOUT_WRITE, 8);
		if (!s)
			return -ENOMEM;
		e->maps = s;
		for (i = 0; i < u->n_maps; i++) {
			uint32_t size = btfout_map_size(u->maps[i]);

			if (!elfout_symbol(e, u->maps[i]->name, ELFOUT_OBJECT | ELFOUT_GLOBAL,
				    s->index, (uint32_t)s->bytes.len, size))
				return -ENOMEM;
			s->bytes.len += size;
		}
		s->bytes.p = pool_alloc(e->pool, s->bytes.len);
	}
	if (u->license) {
		s = elfout_section(e, "license", ELFOUT_PROGBITS, ELFOUT_ALLOC | ELFOUT_WRITE, 1);
		if (!s)
			return -ENOMEM;
		btfout_put(e->pool, &s->bytes, u->license, strlen(u->license) + 1);
	}
	for (i = 0; i < IR_DATA_SECTIONS; i++)
		if (elfout_vars(e, (enum ir_data_section)i))
			return -ENOMEM;
	return e->pool->failed ? -ENOMEM : 0;
}

static int elfout_btf(struct elfout *e, size_t n_code)
{
	struct btfout_bytes btf, ext;
	struct elfout_section *s;
	size_t i;

	btfout_types(&e->btf, e->u, e->pool);
	for (i = 1; i <= n_code; i++) {
		s = e->sections[i];
		btfout_section(&e->btf, s->name, s->funcs, s->offsets, s->n_funcs);
	}
	if (e->btf.too_far)
		return -EDOM;
	btfout_finish(&e->btf, &btf, &ext);
	s = elfout_section(e, ".BTF", ELFOUT_PROGBITS, 0, 4);
	if (!s)
		return -ENOMEM;
	s->bytes = btf;
	if (!ext.len)
		return 0;
	s = elfout_section(e, ".BTF.ext", ELFOUT_PROGBITS, 0, 4);
	if (!s)
		return -ENOMEM;
	s->bytes = ext;
	return 0;
}

/* ---- the file ---------------------------------------------------------------------------- */

static size_t elfout_align(size_t at, size_t to)
{
	return (at + to - 1) & ~(to - 1);
}

static void elfout_ehdr(struct elfout *e, struct btfout_bytes *out, uint32_t shoff)
{
	unsigned char ident[16] = {0x7f, 'E', 'L', 'F', 2, 1, 1};

	ident[5] = e->u->big_endian ? 2 : 1;
	btfout_put(e->pool, out, ident, sizeof(ident));
	elfout_put16(e, out, 1); /* ET_REL */
	elfout_put16(e, out, ELFOUT_MACHINE);
	elfout_put32(e, out, 1);
	elfout_put64(e, out, 0, 0); /* entry, program headers: none */
	elfout_put64(e, out, 0, 0);
	elfout_put64(e, out, 0, shoff);
	elfout_put32(e, out, 0);
	elfout_put16(e, out, ELFOUT_EHDR);
	elfout_put16(e, out, 0);
	elfout_put16(e, out, 0);
	elfout_put16(e, out, ELFOUT_SHDR);
	elfout_put16(e, out, (uint32_t)e->n_sections);
	elfout_put16(e, out, (uint32_t)e->n_sections - 1); /* .shstrtab is the last */
}

static void elfout_shdr(
	struct elfout *e, struct btfout_bytes *out, const struct elfout_section *s, uint32_t offset)
{
	elfout_put32(e, out, s->type ? elfout_name(e, &e->shstrtab, s->name) : 0);
	elfout_put32(e, out, s->type);
	elfout_put64(e, out, 0, s->flags);
	elfout_put64(e, out, 0, 0); /* address */
	elfout_put64(e, out, 0, offset);
	elfout_put64(e, out, 0, (uint32_t)s->bytes.len);
	elfout_put32(e, out, s->link);
	elfout_put32(e, out, s->info);
	elfout_put64(e, out, 0, s->align);
	elfout_put64(e, out, 0, s->entsize);
}

static size_t elfout_file_bytes(const struct elfout_section *s)
{
	return s->type == ELFOUT_NOBITS ? 0 : s->bytes.len;
}

/* Header, section headers, then the sections' bytes. */
static int elfout_file(struct elfout *e, unsigned char **data, size_t *len)
{
	struct btfout_bytes head = {NULL, 0, 0};
	size_t i, at = ELFOUT_EHDR + e->n_sections * ELFOUT_SHDR;
	size_t *offsets = pool_alloc(e->pool, e->n_sections * sizeof(*offsets));
	struct elfout_section *last = e->sections[e->n_sections - 1];

	if (!offsets)
		return -ENOMEM;
	/* the names of the sections are the last of them, and complete before any is placed */
	for (i = 1; i < e->n_sections; i++)
		last->bytes.len += strlen(e->sections[i]->name) + 1;
	for (i = 1; i < e->n_sections; i++) {
		at = elfout_align(at, e->sections[i]->align);
		offsets[i] = at;
		at += elfout_file_bytes(e->sections[i]);
	}
	if (at > UINT32_MAX)
		return -EFBIG;
	elfout_ehdr(e, &head, ELFOUT_EHDR);
	for (i = 0; i < e->n_sections; i++)
		elfout_shdr(e, &head, e->sections[i], (uint32_t)offsets[i]);
	last->bytes = e->shstrtab;
	*data = e->pool->failed ? NULL : calloc(1, at);
	if (!*data)
		return -ENOMEM;
	memcpy(*data, head.p, head.len);
	for (i = 1; i < e->n_sections; i++)
		if (elfout_file_bytes(e->sections[i]))
			memcpy(*data + offsets[i], e->sections[i]->bytes.p,
				e->sections[i]->bytes.len);
	*len = at;
	return 0;
}

/* .symtab and .strtab, once every symbol is known; relocations follow, for they hold its numbers */
static int elfout_tables(struct elfout *e)
{
	static const char none[ELFOUT_SYM];
	struct elfout_section *sym, *str;

	sym = elfout_section(e, ".symtab", ELFOUT_SYMTAB, 0, 8);
	str = elfout_section(e, ".strtab", ELFOUT_STRTAB, 0, 1);
	if (!sym || !str)
		return -ENOMEM;
	btfout_put(e->pool, &e->strtab, "", 1);
	btfout_put(e->pool, &e->symtab, none, sizeof(none));
	e->n_symbols = 1;
	elfout_symtab(e, false);
	sym->info = e->n_symbols; /* the first global one */
	elfout_symtab(e, true);
	sym->bytes = e->symtab;
	sym->link = str->index;
	sym->entsize = ELFOUT_SYM;
	str->bytes = e->strtab;
	return (int)sym->index;
}

/* The elements that maps have from the start: each the address of a map or a program. */
static int elfout_values(struct elfout *e, uint32_t symtab)
{
	struct btfout_bytes rel = {NULL, 0, 0};
	struct elfout_section *r;
	size_t i, k;

	for (i = 0; i < e->u->n_maps; i++) {
		const struct ir_map *m = e->u->maps[i];
		const struct elfout_symbol *at = names_get(&e->symbols, m->name, strlen(m->name));

		for (k = 0; at && k < m->n_values; k++) {
			const char *name = m->values[k].name;
			const struct elfout_symbol *to =
				name ? names_get(&e->symbols, name, strlen(name)) : NULL;

			if (!to)
				continue;
			elfout_put64(
				e, &rel, 0, at->value + at->size - (uint32_t)(m->n_values - k) * 8);
			elfout_put64(e, &rel, to->index, ELFOUT_R_ABS64);
		}
	}
	if (!rel.len)
		return 0;
	r = elfout_section(e, ".rel.maps", ELFOUT_RELTAB, ELFOUT_INFO, 8);
	if (!r)
		return -ENOMEM;
	r->bytes = rel;
	r->link = symtab;
	r->info = e->maps->index;
	r->entsize = ELFOUT_REL;
	return 0;
}

static int elfout_build(struct elfout *e)
{
	size_t i, n_code;
	int symtab, err;

	if (!elfout_section(e, "", 0, 0, 0))
		return -ENOMEM;
	for (i = 0; i < e->u->n_ksyms; i++)
		if (e->u->ksyms[i]->weak && names_put(&e->weak, e->pool, e->u->ksyms[i]->name,
						    strlen(e->u->ksyms[i]->name), e->u->ksyms[i]))
			return -ENOMEM;
	for (i = 0; i < e->u->n_funcs; i++)
		if (elfout_place(e, e->u->funcs[i]))
			return -ENOMEM;
	n_code = e->n_sections - 1;
	err = elfout_data(e);
	if (err)
		return err;
	for (i = 0; i < e->u->n_ksyms; i++)
		if (e->u->ksyms[i]->config && !elfout_undefined(e, e->u->ksyms[i]->name))
			return -ENOMEM;
	for (i = 0; i < e->u->n_funcs; i++)
		if (!elfout_declare(e, e->u->funcs[i]))
			return -ENOMEM;
	err = elfout_btf(e, n_code);
	if (err)
		return err;
	symtab = elfout_tables(e);
	if (symtab < 0)
		return symtab;
	for (i = 1; i <= n_code; i++) {
		err = elfout_code(e, e->sections[i], (uint32_t)symtab);
		if (err)
			return err;
	}
	err = elfout_values(e, (uint32_t)symtab);
	if (err)
		return err;
	if (!elfout_section(e, ".shstrtab", ELFOUT_STRTAB, 0, 1))
		return -ENOMEM;
	e->sections[e->n_sections - 1]->bytes.len = 1; /* the empty name */
	btfout_put(e->pool, &e->shstrtab, "", 1);
	return 0;
}

int elfout_write(const struct ir_unit *u, struct pool *pool, unsigned char **data, size_t *len)
{
	struct elfout e;
	int err;

	*data = NULL;
	*len = 0;
	if (u->n_maps > ELFOUT_MAX_MAPS)
		return -E2BIG;
	memset(&e, 0, sizeof(e));
	e.pool = pool;
	e.u = u;
	e.last = &e.first;
	err = elfout_build(&e);
	if (err)
		return err;
	if (pool->failed)
		return -ENOMEM;
	if (e.n_sections >= ELFOUT_MAX_SECTIONS)
		return -E2BIG;
	return elfout_file(&e, data, len);
}
