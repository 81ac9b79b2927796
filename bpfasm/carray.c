// SPDX-License-Identifier: MIT
/*
 * carray.c - a unit as a header in C: instructions as an array, and what to do before they load.
 *
 * The kernel takes a program with its functions as one piece, so each program here is followed by a
 * copy of those that it reaches, and calls among them are filled in.  What is left is the maps,
 * whose numbers are known when they exist: relocations say where they go.
 *
 * The header is read with no header of ours: what it needs stands in it, once for all headers of a
 * translation unit.  Last comes the object, for rawbpf_load(), which BTF and line table need.
 */
#include "carray.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "carraybtf.h"
#include "carraymap.h"
#include "carraytext.h"
#include "dis.h"
#include "insn.h"

enum { CARRAY_MAX_INSNS = 1 << 22 };

struct carray_reloc {
	const char *kind;
	uint32_t insn, index;
	const char *name;
};

struct carray_prog {
	const struct ir_func *f;
	uint32_t first, count;
	uint32_t first_func, n_funcs; /* rows of carray.rows */
};

/* A function in a program that has callbacks. */
struct carray_row {
	uint32_t insn, type;
};

/* The functions of the program that is being written; at: slots from the array's start, plus one */
struct carray_piece {
	size_t func;
	uint32_t at;
};

struct carray {
	struct pool *pool;
	const struct ir_unit *u;
	struct textout out;
	char *name, *upper;		 /* of the array, in C */
	struct names funcs, ksyms, data; /* index plus one, as pointers */
	struct carraymap maps;
	struct carraybtf btf;
	struct carray_row *rows;
	size_t n_rows, cap_rows;
	struct carray_piece *pieces;
	size_t n_pieces;
	uint32_t *at; /* of each function of the unit in this program, 0: not in it */
	struct carray_reloc *relocs;
	size_t n_relocs, cap_relocs;
	struct carray_prog *progs;
	size_t n_progs;
	uint32_t n_insns;
};

/* ---- names ------------------------------------------------------------------------------- */

static bool carray_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool carray_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What C cannot spell becomes '_'. */
static char *carray_identifier(struct pool *pool, const char *s, bool upper)
{
	char *name = pool_printf(pool, "%s%s", carray_is_digit(*s) ? "_" : "", s), *p;

	for (p = name; p && *p; p++) {
		if (!carray_is_letter(*p) && !carray_is_digit(*p))
			*p = '_';
		else if (upper && *p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	}
	return name;
}

/* The last part of the path that the text has. */
static int carray_names(struct carray *c, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL, *base = slash ? slash + 1 : path;

	if (!base || !*base || *base == '<')
		base = "bpf_object";
	c->name = carray_identifier(c->pool, base, false);
	c->upper = carray_identifier(c->pool, base, true);
	return c->name && c->upper ? 0 : -ENOMEM;
}

/* ---- instructions ------------------------------------------------------------------------ */

static int carray_index(struct carray *c)
{
	const struct ir_unit *u = c->u;
	size_t i;

	for (i = 0; i < u->n_funcs; i++)
		if (names_put(&c->funcs, c->pool, u->funcs[i]->name, strlen(u->funcs[i]->name),
			    (void *)(uintptr_t)(i + 1)))
			return -ENOMEM;
	for (i = 0; i < u->n_data; i++)
		if (names_put(&c->data, c->pool, u->data[i]->name, strlen(u->data[i]->name),
			    u->data[i]))
			return -ENOMEM;
	for (i = 0; i < u->n_ksyms; i++)
		if (names_put(&c->ksyms, c->pool, u->ksyms[i]->name, strlen(u->ksyms[i]->name),
			    (void *)(uintptr_t)(i + 1)))
			return -ENOMEM;
	c->at = pool_alloc(c->pool, u->n_funcs * sizeof(*c->at) + 1);
	c->pieces = pool_alloc(c->pool, u->n_funcs * sizeof(*c->pieces) + 1);
	c->progs = pool_alloc(c->pool, u->n_funcs * sizeof(*c->progs) + 1);
	c->maps.pool = c->pool;
	c->maps.u = u;
	c->maps.out = &c->out;
	c->maps.name = c->name;
	c->maps.upper = c->upper;
	if (!c->at || !c->pieces || !c->progs || carraybtf_begin(&c->btf, u, c->pool))
		return -ENOMEM;
	return carraymap_begin(&c->maps);
}

/* Index plus one of what a name stands for in a table; 0: nothing. */
static size_t carray_find(const struct names *t, const char *name)
{
	return (size_t)(uintptr_t)names_get(t, name, strlen(name));
}

static int carray_add_piece(struct carray *c, size_t func)
{
	const struct ir_func *f = c->u->funcs[func];

	if (f->n_insns > (size_t)CARRAY_MAX_INSNS - c->n_insns)
		return -E2BIG;
	c->at[func] = c->n_insns + 1;
	c->pieces[c->n_pieces++] = (struct carray_piece){func, c->n_insns};
	c->n_insns += (uint32_t)f->n_insns;
	return 0;
}

/* A program and all that it reaches, each once, in the order in which they are met. */
static int carray_layout(struct carray *c, size_t prog)
{
	size_t i, k, to;
	int err;

	memset(c->at, 0, c->u->n_funcs * sizeof(*c->at));
	c->n_pieces = 0;
	err = carray_add_piece(c, prog);
	for (i = 0; !err && i < c->n_pieces; i++) {
		const struct ir_func *f = c->u->funcs[c->pieces[i].func];

		for (k = 0; !err && k < f->n_refs; k++) {
			if (f->refs[k].kind != IR_REF_CALL && f->refs[k].kind != IR_REF_FUNC)
				continue;
			to = carray_find(&c->funcs, f->refs[k].name);
			if (to && !c->at[to - 1])
				err = carray_add_piece(c, to - 1);
		}
	}
	return err;
}

static int carray_reloc(
	struct carray *c, const char *kind, uint32_t insn, uint32_t index, const char *name)
{
	if (pool_grow(c->pool, &c->relocs, &c->cap_relocs, c->n_relocs, sizeof(*c->relocs)))
		return -ENOMEM;
	c->relocs[c->n_relocs++] = (struct carray_reloc){kind, insn, index, name};
	return 0;
}

/* The instruction as it is written. */
static void carray_text(const struct ir_ref *r, const struct ir_insn *in, char *text, size_t size)
{
	if (r->kind == IR_REF_USDT)
		snprintf(text, size, "call %s(%d, %d)", r->name, (int)in->off, (int)in->imm);
	else if (r->kind == IR_REF_CALL)
		snprintf(text, size, "call %s", r->name);
	else if (r->addend)
		snprintf(text, size, "r%d = &%s + %lld", in->dst, r->name, (long long)r->addend);
	else
		snprintf(text, size, "r%d = &%s", in->dst, r->name);
}

/* The address of a variable: a place in its map's value. */
static int carray_link_data(struct carray *c, const struct ir_ref *r, const struct ir_data *v,
	uint32_t at, struct ir_insn *in)
{
	in[0].src = INSN_IMM64_MAP_VALUE;
	in[0].imm = 0;
	in[1].imm = (int32_t)(uint32_t)((uint64_t)v->offset + (uint64_t)r->addend);
	return carray_reloc(c, "VALUE", at, carraymap_data(&c->maps, v->section), r->name);
}

/* What a reference makes of the instruction (two slots) at slot at of the array; text: as it is written. */
static int carray_link(struct carray *c, const struct ir_ref *r, uint32_t at, struct ir_insn *in,
	char *text, size_t size)
{
	const struct ir_data *v;
	size_t to;

	if (r->kind == IR_REF_USDT) {
		carray_text(r, in, text, size);
		return carray_reloc(c, "USDT", at, 0, r->name);
	}
	to = carray_find(&c->ksyms, r->name);
	if (to) {
		in->imm = 0;
		in->src = r->kind == IR_REF_CALL ? INSN_CALL_KFUNC : INSN_IMM64_BTF_ID;
		carray_text(r, in, text, size);
		return carray_reloc(c, "KSYM", at, 0, r->name);
	}
	if (r->kind == IR_REF_CALL || r->kind == IR_REF_FUNC) {
		to = carray_find(&c->funcs, r->name);
		if (!to)
			return 0;
		in->imm = (int32_t)((int64_t)c->at[to - 1] - 1 - at - 1);
		carray_text(r, in, text, size);
		return carray_reloc(c, "FUNC", at, c->at[to - 1] - 1, r->name);
	}
	carray_text(r, in, text, size);
	v = names_get(&c->data, r->name, strlen(r->name));
	if (v)
		return carray_link_data(c, r, v, at, in);
	to = carraymap_find(&c->maps, r->name);
	return to ? carray_reloc(c, "MAP", at, (uint32_t)(to - 1), r->name) : 0;
}

static void carray_put_insn(struct carray *c, const struct ir_insn *in)
{
	textout_put(&c->out, "\t{0x%02x, %u, %u, %d, %d},", in->code, in->dst, in->src, in->off,
		(int)in->imm);
}

/* One function; the number beside an instruction is the one in the verifier's log. */
static int carray_put_func(struct carray *c, const struct carray_piece *piece, uint32_t first)
{
	const struct ir_func *f = c->u->funcs[piece->func];
	char text[DIS_TEXT_MAX + 64];
	size_t i, ref = 0;
	int n, err = 0;

	textout_put(&c->out, "\t/* %s */\n", f->name);
	for (i = 0; !err && i < f->n_insns;) {
		struct ir_insn in[2] = {f->insns[i], {0, 0, 0, 0, 0}};
		uint32_t at = piece->at + (uint32_t)i;

		if (i + 1 < f->n_insns)
			in[1] = f->insns[i + 1];
		n = dis_insn(in, i + 1 < f->n_insns ? in + 1 : NULL, text, sizeof(text));
		for (; ref < f->n_refs && f->refs[ref].insn < i; ref++)
			;
		if (ref < f->n_refs && f->refs[ref].insn == i)
			err = carray_link(c, &f->refs[ref++], at, in, text, sizeof(text));
		carray_put_insn(c, in);
		textout_put(&c->out, " /* %u: %s */\n", (unsigned)(at - first), text);
		if (n == 2) {
			carray_put_insn(c, in + 1);
			textout_put(&c->out, "\n");
		}
		i += n == 2 ? 2 : 1;
	}
	return err;
}

/* The functions of a program for .func_info, where callbacks want it. */
static int carray_funcs_of(struct carray *c, struct carray_prog *p)
{
	size_t i;

	p->first_func = (uint32_t)c->n_rows;
	for (i = 0; c->btf.types && i < c->n_pieces; i++) {
		if (pool_grow(c->pool, &c->rows, &c->cap_rows, c->n_rows, sizeof(*c->rows)))
			return -ENOMEM;
		c->rows[c->n_rows++] = (struct carray_row){
			c->pieces[i].at - p->first, c->btf.types[c->pieces[i].func]};
		p->n_funcs++;
	}
	return 0;
}

static int carray_put_prog(struct carray *c, size_t prog)
{
	struct carray_prog *p = &c->progs[c->n_progs++];
	size_t i;
	int err;

	p->f = c->u->funcs[prog];
	p->first = c->n_insns;
	err = carray_layout(c, prog);
	p->count = c->n_insns - p->first;
	if (!err)
		err = carray_funcs_of(c, p);
	for (i = 0; !err && i < c->n_pieces; i++)
		err = carray_put_func(c, &c->pieces[i], p->first);
	return err;
}

/* C knows no arrays of nothing: one without elements has this one. */
static void carray_end(struct carray *c, const char *what, size_t n, const char *zero)
{
	textout_put(&c->out, "%s};\n#define %s_%s %zu\n\n", n ? "" : zero, c->upper, what, n);
}

static int carray_insns(struct carray *c)
{
	size_t i;
	int err = 0;

	textout_put(
		&c->out, "BPFASM_UNUSED static const struct bpf_insn %s_insns[] = {\n", c->name);
	for (i = 0; !err && !c->out.failed && i < c->u->n_funcs; i++)
		if (c->u->funcs[i]->is_prog)
			err = carray_put_prog(c, i);
	carray_end(c, "INSNS", c->n_insns, "\t{0, 0, 0, 0, 0},\n");
	return err;
}

/* ---- tables ------------------------------------------------------------------------------ */

/* Two macros for each program; of names that are one in capitals the first has them. */
static int carray_macros(struct carray *c)
{
	struct names seen = {NULL, 0, 0};
	size_t i;

	for (i = 0; i < c->u->n_funcs; i++) {
		const struct ir_func *f = c->u->funcs[i];
		char *upper = carray_identifier(c->pool, f->name, true);

		if (!upper)
			return -ENOMEM;
		if (!f->is_prog || names_get(&seen, upper, strlen(upper)))
			continue;
		if (names_put(&seen, c->pool, upper, strlen(upper), upper))
			return -ENOMEM;
		textout_put(&c->out, "#define %s_PROG_%s \"%s\"\n#define %s_SECTION_%s ", c->upper,
			upper, f->name, c->upper, upper);
		textout_string(&c->out, f->section);
		textout_put(&c->out, "\n");
	}
	textout_put(&c->out, "\n");
	return 0;
}

static void carray_relocs(struct carray *c)
{
	size_t i;

	textout_put(&c->out, "BPFASM_UNUSED static const struct bpfasm_reloc %s_relocs[] = {\n",
		c->name);
	for (i = 0; i < c->n_relocs; i++) {
		const struct carray_reloc *r = &c->relocs[i];

		textout_put(&c->out, "\t{BPFASM_RELOC_%s, %u, %u, \"%s\"},\n", r->kind,
			(unsigned)r->insn, (unsigned)r->index, r->name);
	}
	carray_end(c, "RELOCS", c->n_relocs, "\t{0, 0, 0, \"\"},\n");
}

static void carray_funcs(struct carray *c)
{
	size_t i;

	textout_put(
		&c->out, "BPFASM_UNUSED static const struct bpfasm_func %s_funcs[] = {\n", c->name);
	for (i = 0; i < c->n_rows; i++)
		textout_put(&c->out, "\t{%u, %u},\n", (unsigned)c->rows[i].insn,
			(unsigned)c->rows[i].type);
	carray_end(c, "FUNCS", c->n_rows, "\t{0, 0},\n");
}

/* The name that its program's attach_btf_id stands for, in quotes, and more of its row. */
static void carray_attach(
	struct carray *c, const struct carray_prog *p, const struct section_type *t)
{
	unsigned kind;
	const char *name = carraybtf_attach(c->pool, p->f->section, t, &kind);

	textout_put(&c->out, ", ");
	textout_string(&c->out, name ? name : "");
	textout_put(&c->out, ", %u, %u, %u},\n", name && *name ? kind : 0, (unsigned)p->first_func,
		(unsigned)p->n_funcs);
}

static void carray_progs(struct carray *c)
{
	struct section_type t;
	size_t i;

	textout_put(
		&c->out, "BPFASM_UNUSED static const struct bpfasm_prog %s_progs[] = {\n", c->name);
	for (i = 0; i < c->n_progs; i++) {
		const struct carray_prog *p = &c->progs[i];

		section_type(p->f->section, &t);
		textout_put(&c->out, "\t{\"%s\", ", p->f->name);
		textout_string(&c->out, p->f->section);
		/* BPF_F_SLEEPABLE */
		textout_put(&c->out, ", %u, %u, %u, %u, %u", t.type, t.attach,
			t.sleepable ? 1U << 4 : 0, (unsigned)p->first, (unsigned)p->count);
		carray_attach(c, p, &t);
	}
	carray_end(c, "PROGS", c->n_progs, "\t{\"\", \"\", 0, 0, 0, 0, 0, \"\", 0, 0, 0},\n");
	textout_put(&c->out, "BPFASM_UNUSED static const char %s_license[] = ", c->name);
	textout_string(&c->out, c->u->license ? c->u->license : "");
	textout_put(&c->out, ";\n\n");
}

static int carray_object(struct carray *c)
{
	unsigned char *object;
	size_t i, len;
	int err = elfout_write(c->u, c->pool, &object, &len);

	if (err)
		return err;
	textout_put(&c->out,
		"#ifndef %s_NO_OBJECT\n"
		"#ifdef __GNUC__\n__attribute__((unused, aligned(8)))\n#endif\n"
		"static const unsigned char %s[%zu] = {",
		c->upper, c->name, len);
	for (i = 0; i < len; i++)
		textout_put(&c->out, "%s0x%02x,", i % 12 ? " " : "\n\t", object[i]);
	textout_put(&c->out, "\n};\n#endif\n\n#endif\n");
	free(object);
	return 0;
}

/* Does a program need the number of something in the kernel's BTF? */
static bool carray_attaches(const struct carray *c)
{
	struct section_type t;
	unsigned kind;
	size_t i;

	for (i = 0; i < c->u->n_funcs; i++) {
		const struct ir_func *f = c->u->funcs[i];
		const char *name = NULL;

		if (f->is_prog && section_type(f->section, &t))
			name = carraybtf_attach(c->pool, f->section, &t, &kind);
		if (name && *name)
			return true;
	}
	return false;
}

static int carray_all(struct carray *c)
{
	const struct carraytext text = {.out = &c->out,
		.name = c->name,
		.upper = c->upper,
		.attaches = carray_attaches(c),
		.ksyms = c->u->n_ksyms,
		.callbacks = c->btf.types,
		.fills = carraymap_fills(&c->maps)};
	int err;

	carraytext_comment(&text);
	textout_put(&c->out, "#ifndef %s_OBJECT\n#define %s_OBJECT\n\n", c->upper, c->upper);
	carraytext_types(&c->out);
	err = carray_macros(c);
	if (!err)
		err = carray_insns(c);
	if (err)
		return err;
	if (carraymap_write(&c->maps))
		return -ENOMEM;
	carray_relocs(c);
	carray_progs(c);
	carray_funcs(c);
	carraybtf_write(&c->btf, &c->out, c->name, c->upper);
	return carray_object(c);
}

int carray_write(const struct parse *p, unsigned char **data, size_t *len)
{
	struct carray c = {.pool = p->pool, .u = p->unit};
	int err;

	if (textout_begin(&c.out))
		return -ENOMEM;
	err = carray_names(&c, p->o->name);
	if (!err)
		err = carray_index(&c);
	if (!err)
		err = carray_all(&c);
	if (err) {
		free(c.out.text);
		return err;
	}
	return textout_end(&c.out, data, len);
}
