// SPDX-License-Identifier: MIT
/*
 * annotate.c - bytes beside the source that they come from.
 *
 *	prog count "uretprobe/c:strlen"
 *	    0  7916500000000000  r6 = *(u64 *)(r1 +80)     a.bpf:9      r6 = retval
 *	                                                   a.bpf:10     hist_add  dist, r6
 *	    1  bf61000000000000  r1 = r6                   hist.inc:20    r1 = r6
 *
 * The number is the verifier's, the bytes are those of the output, the text is the disassembler's.
 * A line of source stands beside its first instruction; one that calls a macro stands above what
 * the macro is made of, whose lines have their arguments in place and are found where the macro is
 * defined.
 */
#include "annotate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dis.h"
#include "input.h"
#include "textout.h"

enum {
	ANNOTATE_DEPTH = INPUT_DEPTH + 2, /* texts inside each other */
	ANNOTATE_TEXT = 40,		  /* columns of an instruction, and of a place */
	ANNOTATE_PLACE = 20,
	ANNOTATE_LINE = 200, /* bytes of a line that are shown */
};

/* Where an instruction comes from, from the line the user wrote to the innermost expansion. */
struct annotate_chain {
	struct pos at[ANNOTATE_DEPTH];
	size_t n;
};

struct annotate {
	struct textout out;
	const struct ir_func *f;
	bool big_endian;
	struct annotate_chain shown;
	size_t row, ref; /* how far the function's tables have been used */
};

static void annotate_chain(struct pos at, struct annotate_chain *c)
{
	struct pos p = at, swap;
	size_t i;

	c->n = 0;
	while (c->n < ANNOTATE_DEPTH) {
		c->at[c->n++] = p;
		if (!p.src || !p.src->expansion)
			break;
		p = p.src->from;
	}
	for (i = 0; i < c->n / 2; i++) {
		swap = c->at[i];
		c->at[i] = c->at[c->n - 1 - i];
		c->at[c->n - 1 - i] = swap;
	}
}

/* How many levels two chains have in common. */
static size_t annotate_common(const struct annotate_chain *a, const struct annotate_chain *b)
{
	size_t i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (a->at[i].src != b->at[i].src || a->at[i].line != b->at[i].line)
			break;
	return i;
}

/* One line of source, as deep as it stands in macros. */
static void annotate_source(struct annotate *a, struct pos at, size_t depth)
{
	struct pos where = diag_defined_pos(at);
	const char *slash, *s;
	char place[80], line[ANNOTATE_LINE];
	size_t len, i;

	if (!at.src || !where.src)
		return;
	slash = strrchr(where.src->name, '/');
	snprintf(place, sizeof(place), "%.60s:%u", slash ? slash + 1 : where.src->name,
		(unsigned)where.line);
	s = diag_line(at.src, at.line, &len);
	for (; len && (*s == ' ' || *s == '\t'); s++)
		len--;
	len = len < sizeof(line) ? len : sizeof(line);
	for (i = 0; i < len; i++)
		line[i] = s[i] == '\t'				      ? ' '
			  : (unsigned char)s[i] < ' ' || s[i] == 0x7f ? '?'
								      : s[i];
	textout_put(
		&a->out, "%-*s %*s%.*s", ANNOTATE_PLACE, place, (int)depth * 2, "", (int)len, line);
}

/* The columns before the source; bytes NULL: a line without any. */
static void annotate_left(
	struct annotate *a, size_t insn, const unsigned char *bytes, const char *text)
{
	size_t i;

	if (!bytes) {
		textout_put(&a->out, "%*s", 5 + 2 + 16 + 2 + ANNOTATE_TEXT + 1, "");
		return;
	}
	textout_put(&a->out, "%5zu  ", insn);
	for (i = 0; i < 8; i++)
		textout_put(&a->out, "%02x", bytes[i]);
	textout_put(&a->out, "  %-*s ", ANNOTATE_TEXT, text);
}

/* Blanks at the end of a line say nothing. */
static void annotate_newline(struct annotate *a)
{
	while (!a->out.failed && a->out.len && a->out.text[a->out.len - 1] == ' ')
		a->out.len--;
	textout_put(&a->out, "\n");
}

/* The row of the line table that an instruction belongs to. */
static struct pos annotate_pos(struct annotate *a, size_t insn)
{
	const struct ir_func *f = a->f;

	while (a->row < f->n_inner && f->inner[a->row].insn <= insn)
		a->row++;
	/* what gets arguments before the program begins comes from no line of the text */
	return a->row ? f->inner[a->row - 1].at : ir_insn_pos(f, insn);
}

/* One slot: the calls that lead to it, then itself with its line. */
static void annotate_slot(struct annotate *a, size_t insn, const unsigned char *bytes,
	const char *text, struct pos at)
{
	struct annotate_chain now;
	size_t i, same;

	annotate_chain(at, &now);
	same = annotate_common(&a->shown, &now);
	for (i = same; i + 1 < now.n; i++) {
		annotate_left(a, 0, NULL, NULL);
		annotate_source(a, now.at[i], i);
		annotate_newline(a);
	}
	annotate_left(a, insn, bytes, text);
	if (same < now.n)
		annotate_source(a, now.at[now.n - 1], now.n - 1);
	annotate_newline(a);
	a->shown = now;
}

/* What the text writes by name. */
static void annotate_ref(struct annotate *a, size_t insn, char *text, size_t size)
{
	const struct ir_func *f = a->f;
	const struct ir_ref *r;

	while (a->ref < f->n_refs && f->refs[a->ref].insn < insn)
		a->ref++;
	if (a->ref == f->n_refs || f->refs[a->ref].insn != insn)
		return;
	r = &f->refs[a->ref];
	if (r->kind == IR_REF_USDT)
		snprintf(text, size, "call %s(%d, %d)", r->name, (int)f->insns[insn].off,
			(int)f->insns[insn].imm);
	else if (r->kind == IR_REF_CALL)
		snprintf(text, size, "call %s", r->name);
	else if (r->addend)
		snprintf(text, size, "r%d = &%s + %lld", f->insns[insn].dst, r->name,
			(long long)r->addend);
	else
		snprintf(text, size, "r%d = &%s", f->insns[insn].dst, r->name);
}

static void annotate_func(struct annotate *a, const struct ir_func *f)
{
	char text[DIS_TEXT_MAX];
	unsigned char bytes[16];
	size_t i, left;
	struct pos at;
	int n;

	a->f = f;
	a->row = a->ref = 0;
	a->shown.n = 0;
	if (*f->name) {
		textout_put(&a->out, "%s %s", f->is_prog ? "prog" : "func", f->name);
		if (f->is_prog) {
			textout_put(&a->out, " ");
			textout_string(&a->out, f->section);
		}
		textout_put(&a->out, "\n");
	}
	for (i = 0; !a->out.failed && i < f->n_insns; i += n == 2 ? 2 : 1) {
		left = f->n_insns - i < 2 ? 1 : 2;
		encode_insns(f->insns + i, left, a->big_endian, bytes);
		n = dis_insn(f->insns + i, left > 1 ? f->insns + i + 1 : NULL, text, sizeof(text));
		annotate_ref(a, i, text, sizeof(text));
		at = annotate_pos(a, i);
		annotate_slot(a, i, bytes, text, at);
		if (n == 2)
			annotate_slot(a, i + 1, bytes + 8, "", at);
	}
}

int annotate_write(const struct ir_unit *u, unsigned char **data, size_t *len)
{
	struct annotate a;
	size_t i;

	memset(&a, 0, sizeof(a));
	a.big_endian = u->big_endian;
	if (textout_begin(&a.out))
		return -ENOMEM;
	for (i = 0; i < u->n_funcs; i++)
		annotate_func(&a, u->funcs[i]);
	return textout_end(&a.out, data, len);
}
