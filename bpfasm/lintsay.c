// SPDX-License-Identifier: MIT
/* lintsay.c - the warnings of lint.c: where, what, and what to do about it. */
#include <stdio.h>
#include <string.h>

#include "flow.h"
#include "insn.h"
#include "lex.h"
#include "lint.h"

/* Where a word stands in a line, from 1, the last time; 0: it does not. */
static uint32_t lintsay_column(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word), i;

	for (i = len; n && i-- > 0;) {
		if (i + n > len || memcmp(line + i, word, n) != 0)
			continue;
		if (i && lex_name_char(line[i - 1]))
			continue;
		if (i + n < len && lex_name_char(line[i + n]))
			continue;
		return (uint32_t)i + 1;
	}
	return 0;
}

/* The place of instruction i, at the word if its line has it. */
static struct pos lintsay_pos(const struct lint *l, size_t i, const char *word, size_t *len)
{
	struct pos at = ir_insn_spot(l->fn, i);
	size_t n;
	const char *line = diag_line(at.src, at.line, &n);
	uint32_t col;
	const char *end = memchr(line, ';', n);

	col = lintsay_column(line, end ? (size_t)(end - line) : n, word);
	*len = col ? strlen(word) : 0;
	if (col)
		at.col = col;
	return at;
}

static bool lintsay_is_call(const struct ir_insn *in)
{
	return in->code == INSN_CALL_K || in->code == INSN_CALL_X;
}

/* The call above that destroyed a register; false: something else is nearer. */
static bool lintsay_destroyer(const struct lint *l, size_t i, unsigned reg, unsigned *line)
{
	const struct ir_func *fn = l->fn;

	while (reg >= 1 && reg <= 5 && i-- > 0) {
		if (i && fn->insns[i - 1].code == INSN_LD_IMM64)
			continue;
		if (lintsay_is_call(&fn->insns[i])) {
			*line = ir_insn_pos(fn, i).line;
			return true;
		}
		if (flow_writes(&fn->insns[i]) >> reg & 1)
			return false;
	}
	return false;
}

static bool lintsay_ever_set(const struct lint *l, unsigned reg)
{
	size_t i;

	for (i = 0; i < l->fn->n_insns; i++) {
		const struct ir_insn *in = &l->fn->insns[i];
		unsigned class = in->code & INSN_CLASS;
		/* "r7 += 1" */
		bool changes = (class == INSN_ALU || class == INSN_ALU64) &&
			       (in->code & INSN_OP) != INSN_MOV;

		if (flow_writes(in) >> reg & 1 && !changes && (!lintsay_is_call(in) || !reg))
			return true;
		i += in->code == INSN_LD_IMM64;
	}
	return false;
}

/* Who reads: the helper that is called, or what the line says. */
static const char *lintsay_reader(const struct lint *l, size_t i, char *buf, size_t size)
{
	const struct ir_insn *in = &l->fn->insns[i];
	const struct helper *h = NULL;

	if (in->code == INSN_CALL_K && in->src == INSN_CALL_HELPER)
		h = helper_by_id((uint32_t)in->imm);
	if (h)
		snprintf(buf, size, "'%s'", h->name);
	return h ? buf : NULL;
}

/* The register in the line, as rN or wN. */
static struct pos lintsay_reg_pos(const struct lint *l, size_t i, unsigned reg, size_t *len)
{
	char word[8];
	struct pos at;

	snprintf(word, sizeof(word), "w%u", reg);
	at = lintsay_pos(l, i, word, len);
	*word = 'r';
	return *len ? at : lintsay_pos(l, i, word, len);
}

void lint_say_reg(const struct lint *l, size_t i, unsigned reg)
{
	char name[80], what[120];
	unsigned line;
	struct pos at;
	const char *reader = lintsay_reader(l, i, name, sizeof(name));
	size_t len;

	at = lintsay_reg_pos(l, i, reg, &len);
	if (reader)
		snprintf(what, sizeof(what), "%s takes r%u", reader, reg);
	else
		snprintf(what, sizeof(what), "r%u is read here", reg);
	if (l->fn->insns[i].code == INSN_EXIT_K)
		diag_warning(l->d, at, len,
			"r0, the result of '%s', has no value here; 'return 0' sets it",
			l->fn->name);
	else if (lintsay_destroyer(l, i, reg, &line))
		diag_warning(l->d, at, len,
			"%s, but the call of line %u destroys r1 to r5; keep %s", what, line,
			reg == 1 && l->fn->is_prog && !lintsay_ever_set(l, 1)
				? "the context: '.ctx r6' at the start"
				: "the value in r6 to r9");
	else if (lintsay_ever_set(l, reg))
		diag_warning(l->d, at, len,
			"%s, %s has no value on some way to here; set it before", what,
			reader ? "which" : "but");
	else
		diag_warning(l->d, at, len, "%s, %s is never set; set it before", what,
			reader ? "which" : "but");
}

/* The variable that an address belongs to; NULL: none that has a name. */
static const struct frame_var *lintsay_var(const struct lint *l, int off)
{
	const struct frame *f = l->frame;
	size_t i;

	for (i = 0; f && i < f->n_vars; i++)
		if (!f->vars[i].slot.scratch && off >= f->vars[i].slot.off &&
			off < f->vars[i].slot.off + (int)f->vars[i].type.size)
			return &f->vars[i];
	return NULL;
}

/* What a map's key is, where it is a record and no variable of one is there; else "". */
static const char *lintsay_key(
	const struct ir_map *m, const struct frame_var *v, char *text, size_t size)
{
	const char *name;
	size_t len;

	*text = '\0';
	if (!m || !m->has_key || m->key.kind != IR_TYPE_STRUCT ||
		(v && v->type.kind == IR_TYPE_STRUCT))
		return text;
	name = m->key.record->name;
	len = strlen(m->name);
	snprintf(text, size, "; the key of '%.60s' is a '%.60s' of %u bytes%s", m->name, name,
		(unsigned)m->key.size,
		/* the type that histogram(TYPE) makes */
		!strncmp(name, m->name, len) && !strcmp(name + len, "_key")
			? ", which hist_add and linear_add take as KEY"
			: "");
	return text;
}

void lint_say_stack(const struct lint *l, size_t i, int first, int n, const struct ir_map *key)
{
	const struct frame_var *v = lintsay_var(l, first);
	const char *reader, *s = n == 1 ? "" : "s";
	char name[80], more[256];
	struct pos at;
	size_t len;

	if (*lintsay_key(key, v, more, sizeof(more)))
		v = NULL;
	at = lintsay_pos(l, i, v ? v->name : "r10", &len);
	reader = lintsay_reader(l, i, name, sizeof(name));
	if (!reader)
		reader = "this";
	if (!v)
		diag_warning(l->d, at, len,
			"%s reads %d byte%s of the stack, at r10 %d, before %s written%s", reader,
			n, s, first, n == 1 ? "it is" : "they are", more);
	else if (n < (int)v->type.size)
		diag_warning(l->d, at, len,
			"%s reads %d byte%s of '%.60s', from its byte %d on, before %s written; "
			"'%.60s = 0' sets all of it",
			reader, n, s, v->name, first - v->slot.off, n == 1 ? "it is" : "they are",
			v->name);
	else
		diag_warning(l->d, at, len,
			"%s reads '%.60s' before it is written; '%.60s = 0' sets all of it", reader,
			v->name, v->name);
}

void lint_say_dead(const struct lint *l, size_t i)
{
	diag_warning(l->d, ir_insn_spot(l->fn, i), 0,
		"nothing leads here, and the kernel refuses code that is never reached; remove it");
}

void lint_say_endless(const struct lint *l)
{
	diag_warning(l->d, ir_insn_spot(l->fn, l->fn->n_insns - 1), 0,
		"'%s' never ends: no way leads to an 'exit' or 'return'", l->fn->name);
}

/* The word that a jump leads with: its line may hold more. */
static struct pos lintsay_jump_pos(const struct lint *l, size_t i, size_t *len)
{
	struct pos at = lintsay_pos(l, i, "goto", len);

	if (!*len)
		at = lintsay_pos(l, i, "gotol", len);
	return at;
}

void lint_say_trap(const struct lint *l, size_t i, size_t to)
{
	struct pos at;
	size_t len;

	at = lintsay_jump_pos(l, i, &len);
	diag_warning(l->d, at, len,
		"this goes back to line %u for ever: nothing there leads to an 'exit' or 'return', "
		"and the kernel refuses a loop without an end",
		(unsigned)ir_insn_pos(l->fn, to).line);
}

void lint_say_same(const struct lint *l, size_t i, size_t to, unsigned regs)
{
	char names[64] = "";
	struct pos at;
	size_t len, n = 0;
	unsigned r;

	for (r = 0; r < LINT_REGS; r++)
		if (regs >> r & 1)
			n += (size_t)snprintf(
				names + n, sizeof(names) - n, "%sr%u", n ? " or " : "", r);
	at = lintsay_jump_pos(l, i, &len);
	diag_warning(l->d, at, len,
		"this goes back to line %u, and nothing in the loop changes %s, by which it would "
		"end; the kernel refuses a loop without an end",
		(unsigned)ir_insn_pos(l->fn, to).line, names);
}

void lint_say_twice(const struct lint *l, size_t first, size_t i, unsigned reg)
{
	struct pos at;
	size_t len;

	at = lintsay_reg_pos(l, i, reg, &len);
	diag_warning(l->d, at, len,
		"r%u is overwritten here, before the call, and its value of line %u is lost", reg,
		(unsigned)ir_insn_pos(l->fn, first).line);
}
