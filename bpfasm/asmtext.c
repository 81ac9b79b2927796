// SPDX-License-Identifier: MIT
/*
 * asmtext.c - the unit as text again: declarations, then instructions as the verifier prints them.
 *
 * What expanded from one source line stands below that line, which becomes a comment.  Jumps keep
 * their labels; those of macro expansions get a number, since here they share one scope.
 */
#include "asmtext.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "dis.h"
#include "insn.h"
#include "parse_map.h"
#include "parse_type.h"

struct asmtext {
	char *text;
	size_t len, cap;
	bool failed;
};

static void __attribute__((format(printf, 2, 3))) text_put(struct asmtext *x, const char *fmt, ...)
{
	va_list ap;
	char *more;
	int n;

	for (; !x->failed;) {
		va_start(ap, fmt);
		n = vsnprintf(x->text + x->len, x->cap - x->len, fmt, ap);
		va_end(ap);
		if (n >= 0 && (size_t)n < x->cap - x->len) {
			x->len += (size_t)n;
			return;
		}
		more = n < 0 ? NULL : realloc(x->text, 2 * x->cap + (size_t)n);
		if (!more) {
			x->failed = true;
			return;
		}
		x->text = more;
		x->cap = 2 * x->cap + (size_t)n;
	}
}

static void text_string(struct asmtext *x, const char *s)
{
	text_put(x, "\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			text_put(x, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			text_put(x, "\\x%02x", c);
		else
			text_put(x, "%c", c);
	}
	text_put(x, "\"");
}

static void text_struct(struct asmtext *x, const struct ir_struct *s)
{
	char type[80];
	size_t i;

	text_put(x, ".struct %s\n", s->name);
	for (i = 0; i < s->n_fields; i++) {
		parse_type_text(&s->fields[i].type, type, sizeof(type));
		text_put(x, "\t%s: %s\n", s->fields[i].name, type);
	}
	text_put(x, ".end\n");
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

static void text_declarations(struct asmtext *x, const struct ir_unit *u)
{
	char kind[256];
	size_t i;

	if (u->license) {
		text_put(x, ".license ");
		text_string(x, u->license);
		text_put(x, "\n");
	}
	for (i = 0; i < u->n_structs; i++)
		if (!text_is_section_key(u, u->structs[i]))
			text_struct(x, u->structs[i]);
	for (i = 0; i < u->n_maps; i++) {
		parse_map_text(u->maps[i], kind, sizeof(kind));
		text_put(x, ".map %s %s\n", u->maps[i]->name, kind);
	}
}

/* ---- functions --------------------------------------------------------------------------- */

/* A function and how far its tables have been used. */
struct asmtext_fn {
	const struct ir_func *f;
	const struct labels *l;
	size_t label, jump, ref, line;
};

static void text_label_name(struct asmtext *x, const struct labels *l, size_t i)
{
	text_put(x, "%s", l->label[i].name);
	if (l->label[i].scope)
		text_put(x, "$%zu", i);
}

static void text_labels(struct asmtext *x, struct asmtext_fn *c, size_t insn)
{
	for (; c->label < c->l->n && c->l->label[c->label].insn == insn; c->label++) {
		text_label_name(x, c->l, c->label);
		text_put(x, ":\n");
	}
}

static void text_source(struct asmtext *x, struct asmtext_fn *c, size_t insn)
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
	text_put(x, "\t\t\t\t; %s:%u: %.*s\n", row->at.src->name, (unsigned)row->at.line,
		len < 200 ? (int)len : 200, s);
}

static int text_ref(struct asmtext *x, const struct ir_ref *r, const struct ir_insn *in)
{
	if (r->kind == IR_REF_CALL) {
		text_put(x, "\tcall %s\n", r->name);
		return 1;
	}
	if (r->kind == IR_REF_USDT) {
		text_put(x, "\tcall %s(%d, %d)\n", r->name, (int)in->off, (int)in->imm);
		return 1;
	}
	text_put(x, "\tr%d = &%s\n", in->dst, r->name);
	return 2;
}

/* One instruction; answers how many slots it has. */
static int text_insn(struct asmtext *x, struct asmtext_fn *c, size_t i)
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
		text_put(x, "\t%.*s", pc ? (int)(pc - text) : 0, text);
		text_label_name(x, c->l, c->l->jump[c->jump++].label);
		text_put(x, "\n");
		return n;
	}
	text_put(x, "\t%s\n", text);
	return n ? n : 1;
}

static void text_function(struct asmtext *x, const struct parse_fn *fn)
{
	struct asmtext_fn c = {.f = fn->ir, .l = &fn->labels};
	size_t i;

	if (!fn->bare && fn->ir->is_prog) {
		text_put(x, "\n.prog %s ", fn->ir->name);
		text_string(x, fn->ir->section);
		text_put(x, "\n");
	} else if (!fn->bare) {
		text_put(x, "\n.func %s%s\n", fn->ir->name, fn->ir->global ? " global" : "");
	}
	for (i = 0; i < c.f->n_insns;) {
		text_labels(x, &c, i);
		text_source(x, &c, i);
		i += (size_t)text_insn(x, &c, i);
	}
	text_labels(x, &c, i);
}

int asmtext_write(const struct parse *p, unsigned char **data, size_t *len)
{
	struct asmtext x = {.cap = 4096};
	size_t i;

	x.text = malloc(x.cap);
	if (!x.text)
		return -ENOMEM;
	*x.text = '\0';
	text_declarations(&x, p->unit);
	for (i = 0; i < p->n_fns; i++)
		text_function(&x, p->fns[i]);
	if (x.failed) {
		free(x.text);
		return -ENOMEM;
	}
	*data = (unsigned char *)x.text;
	*len = x.len;
	return 0;
}
