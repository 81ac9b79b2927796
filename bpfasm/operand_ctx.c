// SPDX-License-Identifier: MIT
/* operand_ctx.c - what a program is given: args->FIELD, arg1..arg6, retval. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "argread.h"
#include "operand.h"
#include "parse_type.h"
#include "section.h"

/* What the section says about the program's argument. */
enum ctx_kind {
	CTX_REGS,	/* pt_regs: kprobe, uprobe, perf_event and all others */
	CTX_TRACEPOINT, /* a record, laid out by the event's format */
	CTX_ARRAY,	/* u64s: raw tracepoints */
	CTX_TYPED,	/* u64s of types that the kernel's BTF tells: trampolines, tp_btf */
};

static bool ctx_section(const char *section, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(section, name, len) && (section[len] == '\0' || section[len] == '/');
}

static enum ctx_kind ctx_of(const char *section)
{
	static const struct {
		const char *section;
		enum ctx_kind kind;
	} rows[] = {
		{"tracepoint", CTX_TRACEPOINT},
		{"tp", CTX_TRACEPOINT},
		{"raw_tp", CTX_ARRAY},
		{"raw_tracepoint", CTX_ARRAY},
		{"raw_tp.w", CTX_ARRAY},
		{"raw_tracepoint.w", CTX_ARRAY},
		{"lsm", CTX_ARRAY},
		{"lsm.s", CTX_ARRAY},
		{"tp_btf", CTX_TYPED},
		{"tp_btf.s", CTX_TYPED},
		{"fentry", CTX_TYPED},
		{"fentry.s", CTX_TYPED},
		{"fexit", CTX_TYPED},
		{"fexit.s", CTX_TYPED},
		{"fmod_ret", CTX_TYPED},
		{"fmod_ret.s", CTX_TYPED},
		{"iter", CTX_TYPED},
		{"iter.s", CTX_TYPED},
	};
	size_t i;

	section += *section == '?'; /* libbpf: not loaded unless asked for */
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (ctx_section(section, rows[i].section))
			return rows[i].kind;
	return CTX_REGS;
}

/* The section, or the one that a name of bcc's stands for when the section says nothing. */
static const char *ctx_program(struct parse *p)
{
	static const char *const words[][2] = {{"kfunc__", "fentry/"}, {"kretfunc__", "fexit/"},
		{"kmod_ret__", "fmod_ret/"}, {"raw_tracepoint__", "raw_tp/"}};
	const char *section = p->fn->ir->section, *name = p->fn->ir->name;
	size_t i, n, m;
	char *s;

	if (section_known(section))
		return section;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = strlen(words[i][0]);
		m = strlen(words[i][1]);
		if (strncmp(name, words[i][0], n) != 0)
			continue;
		s = pool_strndup(p->pool, name, strlen(name));
		if (!s)
			return NULL;
		memcpy(s + n - m, words[i][1], m); /* which is never longer */
		return s + n - m;
	}
	return section;
}

/* "tracepoint/CAT/EVENT" to its two names; false: the section has none */
static bool ctx_event(struct parse *p, const char *section, char **category, char **event)
{
	const char *cat = strchr(section, '/'), *slash = cat ? strchr(cat + 1, '/') : NULL;

	if (!slash || slash == cat + 1 || !slash[1])
		return false;
	*category = pool_strndup(p->pool, cat + 1, (size_t)(slash - cat - 1));
	*event = pool_strndup(p->pool, slash + 1, strlen(slash + 1));
	return *category && *event;
}

static int ctx_by_hand(struct parse *p, const struct tok *t, struct bpfasm_field *f)
{
	const struct ir_struct *s = p->fn->args;
	const struct ir_field *field;
	uint32_t offset;

	field = parse_field(s, t->s, t->len, &offset);
	if (!field)
		return parse_no_field(p, t, "struct", s, t->s, t->len);
	f->offset = offset;
	f->size = field->type.size;
	f->is_signed = field->type.is_signed;
	f->kind = field->type.kind == IR_TYPE_INT ? BPFASM_FIELD_PLAIN : BPFASM_FIELD_BYTES;
	return 0;
}

static int ctx_tracepoint(struct parse *p, const struct tok *t, struct bpfasm_field *f)
{
	const struct bpfasm_resolver *r = p->o->resolver;
	const char *section = p->fn->ir->section;
	char *category, *event, *name, msg[384];
	int err;

	if (!ctx_event(p, section, &category, &event))
		return parse_error(p, t,
			"section '%s' names no event; write 'tracepoint/CATEGORY/EVENT' or '.args "
			"STRUCT'",
			section);
	if (!r || !r->tracepoint_field)
		return parse_error(p, t,
			"'args->%.*s' needs a target: run on it, or declare the layout with '.args "
			"STRUCT'",
			(int)t->len, t->s);
	name = pool_strndup(p->pool, t->s, t->len);
	if (!name)
		return -ENOMEM;
	snprintf(msg, sizeof(msg), "tracepoint %s:%s has no field '%s'", category, event, name);
	err = r->tracepoint_field(r->arg, category, event, name, f, msg, sizeof(msg));
	return err ? parse_target_error(p, t, err, msg) : 0;
}

static int ctx_reg(struct parse *p, const struct tok *t, struct bpfasm_field *f)
{
	const struct bpfasm_resolver *r = p->o->resolver;
	char name[32], msg[384];
	int err;

	if (!r || !r->reg)
		return parse_error(p, t, "'%.*s' needs a target: the registers of its CPU (--arch)",
			(int)t->len, t->s);
	if (t->len >= sizeof(name))
		return parse_error(p, t, "no register '%.*s'", 60, t->s);
	memcpy(name, t->s, t->len);
	name[t->len] = '\0';
	snprintf(msg, sizeof(msg), "no register '%s'", name);
	err = r->reg(r->arg, name, f, msg, sizeof(msg));
	return err ? parse_target_error(p, t, err, msg) : 0;
}

/* arg1..arg6: the digit; retval: 0; -1: another name */
static int ctx_word(const struct tok *t)
{
	if (t->kind == TOK_NAME && t->len == 4 && !memcmp(t->s, "arg", 3) && t->s[3] >= '1' &&
		t->s[3] <= '6')
		return t->s[3] - '0';
	return parse_is(t, "retval") ? 0 : -1;
}

static int ctx_array(
	struct parse *p, const struct tok *t, const char *section, int word, struct bpfasm_field *f)
{
	if (word < 1)
		return parse_error(
			p, t, "a program of section '%s' has arg1 to arg6 only", section);
	f->offset = 8 * (uint64_t)(word - 1);
	f->size = 8;
	return 0;
}

/* An argument is its whole word where nobody knows better; a place further back must be known. */
static int ctx_typed(
	struct parse *p, const struct tok *t, const char *section, int word, struct bpfasm_field *f)
{
	const struct bpfasm_resolver *r = p->o->resolver;
	char *name = pool_strndup(p->pool, t->s, t->len), msg[384];
	int err = -ENOSYS;

	if (!name)
		return -ENOMEM;
	section += *section == '?';
	if (!strchr(section, '/') && word < 1)
		return parse_error(p, t,
			"section '%s' does not say of what '%s' is; write '%s/NAME'", section, name,
			section);
	snprintf(msg, sizeof(msg), "'%s' needs a target: run on it, or name its BTF (--btf)", name);
	if (strchr(section, '/') && r &&
		r->sz >= offsetof(struct bpfasm_resolver, param) + sizeof(r->param) && r->param)
		err = r->param(r->arg, section, name, f, msg, sizeof(msg));
	if (err && err != -ENOMEM && err != -ERANGE && word > 0)
		return ctx_array(p, t, section, word, f);
	if (err == -ENOSYS)
		return parse_error(p, t, "%s", msg);
	return err ? parse_target_error(p, t, err, msg) : 0;
}

static int ctx_field(struct parse *p, const struct tok *t, int word, struct bpfasm_field *f)
{
	const char *section = ctx_program(p);
	enum ctx_kind kind;

	if (!section)
		return -ENOMEM;
	kind = ctx_of(section);
	if (p->fn->args && word < 0)
		return ctx_by_hand(p, t, f);
	if (kind == CTX_TRACEPOINT && word < 0)
		return ctx_tracepoint(p, t, f);
	if (kind == CTX_TRACEPOINT)
		return parse_error(p, t, "a tracepoint has no '%.*s'; its fields are args->NAME",
			(int)t->len, t->s);
	if (kind == CTX_TYPED)
		return ctx_typed(p, t, section, word, f);
	return kind == CTX_ARRAY ? ctx_array(p, t, section, word, f) : ctx_reg(p, t, f);
}

static int ctx_operand(
	struct parse *p, struct operand *o, const struct tok *t, const struct bpfasm_field *f)
{
	if (f->offset > INT16_MAX)
		return parse_error(p, t, "the field at offset %llu is out of reach",
			(unsigned long long)f->offset);
	o->off = (int32_t)f->offset;
	o->size = (uint32_t)f->size;
	o->is_signed = f->is_signed;
	o->kind = OPERAND_FIELD;
	o->imm = 0;
	if (f->kind == BPFASM_FIELD_BYTES)
		o->kind = OPERAND_ADDR;
	if (f->kind == BPFASM_FIELD_DATA_LOC || f->kind == BPFASM_FIELD_REL_LOC)
		o->kind = OPERAND_LOC;
	/* __rel_loc counts from the end of its own four bytes; 5.17 */
	if (f->kind == BPFASM_FIELD_REL_LOC)
		o->imm = o->off + 4;
	if (o->kind == OPERAND_FIELD && f->size != 1 && f->size != 2 && f->size != 4 &&
		f->size != 8)
		return parse_error(p, t, "a field of %llu bytes is not loaded as a number",
			(unsigned long long)f->size);
	return 1;
}

int operand_context(struct parse *p, struct operand *o)
{
	const struct tok *t = p->t;
	struct bpfasm_field f = {0};
	int is, word = ctx_word(t);
	bool itself = parse_is(t, "ctx");

	if (parse_is(t, "args") && parse_op(t + 1, PUNCT('-', '>', 0))) {
		if (t[2].kind != TOK_NAME)
			return parse_error(p, t + 2, "a field's name is missing behind 'args->'");
		p->t += 3;
	} else if (word >= 0 || itself) {
		p->t++;
	} else {
		return 0;
	}
	if (word > 0 && ctx_of(p->fn->ir->section) == CTX_REGS) {
		is = argread_operand(p, o, (unsigned)word);
		if (is)
			return is;
	}
	o->context = t;
	o->reg.num = (uint8_t)p->fn->ctx;
	o->reg.w = false;
	o->kind = OPERAND_REG;
	if (itself)
		return 1;
	if (ctx_field(p, word < 0 ? t + 2 : t, word, &f))
		return -EINVAL;
	return ctx_operand(p, o, word < 0 ? t + 2 : t, &f);
}
