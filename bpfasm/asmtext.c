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

static void text_declarations(struct textout *x, const struct ir_unit *u)
{
	char kind[256];
	size_t i;

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
		textout_put(x, ".map %s %s\n", u->maps[i]->name, kind);
	}
	for (i = 0; i < u->n_ksyms; i++)
		textout_put(
			x, ".%s %s\n", u->ksyms[i]->is_func ? "kfunc" : "kvar", u->ksyms[i]->name);
}

/* ---- functions --------------------------------------------------------------------------- */

/* A function and how far its tables have been used. */
struct asmtext_fn {
	const struct ir_func *f;
	const struct labels *l;
	size_t label, jump, ref, line;
};

static void text_label_name(struct textout *x, const struct labels *l, size_t i)
{
	textout_put(x, "%s", l->label[i].name);
	if (l->label[i].scope)
		textout_put(x, "$%zu", i);
}

static void text_labels(struct textout *x, struct asmtext_fn *c, size_t insn)
{
	for (; c->label < c->l->n && c->l->label[c->label].insn == insn; c->label++) {
		text_label_name(x, c->l, c->label);
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
	textout_put(x, "\tr%d = &%s\n", in->dst, r->name);
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

static void text_function(struct textout *x, const struct parse_fn *fn)
{
	struct asmtext_fn c = {.f = fn->ir, .l = &fn->labels};
	size_t i;

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
		text_function(&x, p->fns[i]);
	return textout_end(&x, data, len);
}
