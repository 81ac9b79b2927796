// SPDX-License-Identifier: MIT
/*
 * asmtext.c - the unit as text again: declarations, then instructions as the verifier prints them.
 *
 * What expanded from one source line stands below that line, which becomes a comment.  Jumps keep
 * their labels; those of macro expansions get a number, since here they share one scope.
 */
#include "asmtext.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "dis.h"
#include "insn.h"
#include "parse_map.h"
#include "parse_type.h"
#include "textout.h"

static void text_struct(struct textout *x, const struct ir_struct *s)
{
	char type[80];
	size_t i;

	textout_put(x, ".struct %s\n", s->name);
	for (i = 0; i < s->n_fields; i++) {
		parse_type_text(&s->fields[i].type, type, sizeof(type));
		textout_put(x, "\t%s: %s\n", s->fields[i].name, type);
	}
	textout_put(x, ".end\n");
}

/* Declared by the map that has it as key? */
static bool text_is_section_key(const struct ir_unit *u, const struct ir_struct *s)
{
	size_t i;

	for (i = 0; i < u->n_maps; i++)
		if (parse_map_makes(u->maps[i], s))
			return true;
	return false;
}

static void text_value(struct textout *x, const struct ir_unit *u, const struct ir_type *t,
	const unsigned char *p);

static void text_number(
	struct textout *x, const struct ir_unit *u, const struct ir_type *t, const unsigned char *p)
{
	uint64_t v = 0;
	uint32_t i;

	for (i = 0; i < t->size; i++)
		v |= (uint64_t)p[u->big_endian ? t->size - 1 - i : i] << 8 * i;
	if (t->is_signed && v >> (8 * t->size - 1)) /* -9223372036854775808 is no number of C */
		textout_put(x, "-0x%llx",
			(unsigned long long)((0 - v) << (64 - 8 * t->size) >> (64 - 8 * t->size)));
	else
		textout_put(x, "0x%llx", (unsigned long long)v);
}

static void text_record(struct textout *x, const struct ir_unit *u, const struct ir_struct *s,
	const unsigned char *p)
{
	size_t i;

	for (i = 0; i < s->n_fields; i++) {
		textout_put(x, i ? ", " : "{");
		text_value(x, u, &s->fields[i].type, p + s->fields[i].offset);
	}
	textout_put(x, "}");
}

static void text_value(
	struct textout *x, const struct ir_unit *u, const struct ir_type *t, const unsigned char *p)
{
	uint32_t len = t->size;

	if (t->kind == IR_TYPE_STRUCT) {
		text_record(x, u, t->record, p);
	} else if (t->kind == IR_TYPE_CHARS) {
		while (len && !p[len - 1])
			len--;
		textout_chars(x, (const char *)p, len);
	} else {
		text_number(x, u, t, p);
	}
}

static void text_variable(struct textout *x, const struct ir_unit *u, const struct ir_data *v)
{
	char type[80];
	uint32_t i;

	parse_type_text(&v->type, type, sizeof(type));
	textout_put(x, "%s %s: %s", ir_data_sections[v->section], v->name, type);
	if (v->count)
		textout_put(x, "[%u]", (unsigned)v->count);
	if (v->init && !v->count) {
		textout_put(x, " = ");
		text_value(x, u, &v->type, v->init);
	}
	for (i = 0; v->init && i < v->count; i++) {
		textout_put(x, i ? ", " : " = {");
		text_value(x, u, &v->type, v->init + (size_t)i * v->type.size);
	}
	textout_put(x, v->init && v->count ? "}\n" : "\n");
}

static void text_ksym(struct textout *x, const struct ir_ksym *k)
{
	char type[80] = "";

	if (k->config == IR_CONFIG_TYPE)
		parse_type_text(&k->type, type, sizeof(type));
	if (k->config)
		textout_put(x, ".kconfig %s: %s", k->name,
			k->config == IR_CONFIG_BOOL	  ? "bool"
			: k->config == IR_CONFIG_TRISTATE ? "tristate"
							  : type);
	else
		textout_put(x, ".%s %s%s%s", k->is_func ? "kfunc" : "kvar", k->name,
			k->type_text ? ": " : "", k->type_text ? k->type_text : "");
	textout_put(x, "%s\n", k->weak ? " weak" : "");
}

static void text_declarations(struct textout *x, const struct ir_unit *u)
{
	char kind[512];
	size_t i, k;

	if (u->license) {
		textout_put(x, ".license ");
		textout_string(x, u->license);
		textout_put(x, "\n");
	}
	for (i = 0; i < u->n_structs; i++)
		if (!text_is_section_key(u, u->structs[i]))
			text_struct(x, u->structs[i]);
	for (i = 0; i < u->n_maps; i++) {
		parse_map_text(u->maps[i], kind, sizeof(kind));
		textout_put(x, ".map %s %s", u->maps[i]->name, kind);
		for (k = 0; k < u->maps[i]->n_values; k++)
			textout_put(x, "%s%s", k ? ", " : " = {",
				u->maps[i]->values[k].name ? u->maps[i]->values[k].name : "0");
		textout_put(x, k ? "}\n" : "\n");
	}
	for (i = 0; i < u->n_ksyms; i++)
		text_ksym(x, u->ksyms[i]);
	for (i = 0; i < u->n_data; i++)
		text_variable(x, u, u->data[i]);
}

/* ---- functions --------------------------------------------------------------------------- */

/* A label's place, for those that are numbers stand behind all others in the table. */
struct asmtext_label {
	uint32_t insn;
	size_t i;
};

/* A function and how far its tables have been used. */
struct asmtext_fn {
	const struct ir_func *f;
	const struct labels *l;
	struct asmtext_label *order;
	size_t label, jump, ref, line;
};

static int text_label_order(const void *a, const void *b)
{
	const struct asmtext_label *x = a, *y = b;

	if (x->insn != y->insn)
		return x->insn < y->insn ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

static bool text_sort_labels(struct asmtext_fn *c, struct pool *pool)
{
	size_t i;

	if (!c->l->n)
		return true;
	c->order = pool_alloc(pool, c->l->n * sizeof(*c->order));
	for (i = 0; c->order && i < c->l->n; i++)
		c->order[i] = (struct asmtext_label){c->l->label[i].insn, i};
	if (c->order)
		qsort(c->order, c->l->n, sizeof(*c->order), text_label_order);
	return c->order;
}

/* "1:" may be there many times, so it gets a number of its own, too */
static void text_label_name(struct textout *x, const struct labels *l, size_t i)
{
	const struct label *label = &l->label[i];
	bool local = *label->name >= '0' && *label->name <= '9';

	textout_put(x, "%s%s", local ? "." : "", label->name);
	if (label->scope || local)
		textout_put(x, "$%zu", i);
}

static void text_labels(struct textout *x, struct asmtext_fn *c, size_t insn)
{
	for (; c->label < c->l->n && c->order[c->label].insn == insn; c->label++) {
		text_label_name(x, c->l, c->order[c->label].i);
		textout_put(x, ":\n");
	}
}

static void text_source(struct textout *x, struct asmtext_fn *c, size_t insn)
{
	const struct ir_line *row;
	const char *s;
	size_t len;

	if (c->line == c->f->n_lines || c->f->lines[c->line].insn != insn)
		return;
	row = &c->f->lines[c->line++];
	s = diag_line(row->at.src, row->at.line, &len);
	for (; len && (*s == ' ' || *s == '\t'); s++)
		len--;
	textout_put(x, "\t\t\t\t; %s:%u: %.*s\n", row->at.src->name, (unsigned)row->at.line,
		len < 200 ? (int)len : 200, s);
}

static int text_ref(struct textout *x, const struct ir_ref *r, const struct ir_insn *in)
{
	if (r->kind == IR_REF_CALL) {
		textout_put(x, "\tcall %s\n", r->name);
		return 1;
	}
	if (r->kind == IR_REF_USDT) {
		textout_put(x, "\tcall %s(%d, %d)\n", r->name, (int)in->off, (int)in->imm);
		return 1;
	}
	textout_put(x, "\tr%d = &%s", in->dst, r->name);
	if (r->kind == IR_REF_DATA && r->addend)
		textout_put(x, " + %lld", (long long)r->addend);
	textout_put(x, "\n");
	return 2;
}

/* One instruction; answers how many slots it has. */
static int text_insn(struct textout *x, struct asmtext_fn *c, size_t i)
{
	const struct ir_insn *in = &c->f->insns[i];
	const struct ir_insn *next = i + 1 < c->f->n_insns ? in + 1 : NULL;
	char text[DIS_TEXT_MAX], *pc;
	int n;

	if (c->ref < c->f->n_refs && c->f->refs[c->ref].insn == i)
		return text_ref(x, &c->f->refs[c->ref++], in);
	n = dis_insn(in, next, text, sizeof(text));
	if (c->jump < c->l->n_jumps && c->l->jump[c->jump].insn == i) {
		pc = strstr(text, "pc");
		textout_put(x, "\t%.*s", pc ? (int)(pc - text) : 0, text);
		text_label_name(x, c->l, c->l->jump[c->jump++].label);
		textout_put(x, "\n");
		return n;
	}
	textout_put(x, "\t%s\n", text);
	return n ? n : 1;
}

static void text_function(struct textout *x, struct pool *pool, const struct parse_fn *fn)
{
	struct asmtext_fn c = {.f = fn->ir, .l = &fn->labels};
	size_t i;

	x->failed |= !text_sort_labels(&c, pool);
	if (x->failed)
		return;
	if (!fn->bare && fn->ir->is_prog) {
		textout_put(x, "\n.prog %s ", fn->ir->name);
		textout_string(x, fn->ir->section);
		textout_put(x, "\n");
	} else if (!fn->bare) {
		textout_put(x, "\n.func %s%s\n", fn->ir->name, fn->ir->global ? " global" : "");
	}
	if (fn->nowarn)
		textout_put(x, ".nowarn\n");
	for (i = 0; i < c.f->n_insns;) {
		text_labels(x, &c, i);
		text_source(x, &c, i);
		i += (size_t)text_insn(x, &c, i);
	}
	text_labels(x, &c, i);
}

int asmtext_write(const struct parse *p, unsigned char **data, size_t *len)
{
	struct textout x;
	size_t i;

	if (textout_begin(&x))
		return -ENOMEM;
	if (p->nowarn)
		textout_put(&x, ".nowarn\n");
	text_declarations(&x, p->unit);
	for (i = 0; i < p->n_fns; i++)
		text_function(&x, p->pool, p->fns[i]);
	return textout_end(&x, data, len);
}
