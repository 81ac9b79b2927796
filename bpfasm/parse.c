// SPDX-License-Identifier: MIT
/* parse.c - logical lines to a unit: which statement is it, directives, where functions end. */
#include "parse.h"

#include <errno.h>
#include <string.h>

#include "coredecl.h"
#include "gnu.h"
#include "include.h"
#include "insn.h"
#include "global.h"
#include "kname.h"
#include "parse_data.h"
#include "parse_fn.h"
#include "parse_insn.h"
#include "parse_jump.h"
#include "parse_map.h"
#include "parse_mem.h"
#include "parse_name.h"
#include "parse_type.h"
#include "sugar.h"

static const struct {
	const char *name;
	int (*fn)(struct parse *p);
} stmt_directives[] = {
	{".prog", parse_prog},
	{".func", parse_func},
	{".kfunc", parse_kfunc},
	{".kvar", parse_kvar},
	{".kconfig", parse_kconfig},
	{".map", parse_map},
	{".data", parse_data},
	{".rodata", parse_rodata},
	{".bss", parse_bss},
	{".struct", parse_struct},
	{".var", parse_var},
	{".ctx", sugar_ctx},
	{".args", parse_args},
	{".license", parse_license},
	{".word", parse_word},
	{".core", coredecl_line},
	{".nowarn", parse_nowarn},
};

enum { STMT_DIRECTIVES = sizeof(stmt_directives) / sizeof(stmt_directives[0]) };

static int stmt_goto(struct parse *p)
{
	return parse_goto_line(p, INSN_GOTO);
}

static int stmt_gotol(struct parse *p)
{
	return parse_goto_line(p, INSN_GOTOL);
}

static int stmt_may_goto(struct parse *p)
{
	return parse_goto_line(p, INSN_MAY_GOTO);
}

static int stmt_gotox(struct parse *p)
{
	return parse_goto_line(p, INSN_JA_X);
}

static int stmt_callx(struct parse *p)
{
	return parse_goto_line(p, INSN_CALL_X);
}

static int stmt_exit(struct parse *p)
{
	parse_emit(p, INSN_EXIT_K, 0, 0, 0, 0);
	return 0;
}

static int stmt_usdt(struct parse *p)
{
	return parse_error(
		p, p->t - 1, "an operand of the probe is a value: 'rN = " IR_USDT_NAME "(N)'");
}

/* The statements that begin with a word; the frequent ones first. */
static const struct {
	const char *name;
	int (*fn)(struct parse *p);
} stmt_words[] = {
	{"if", parse_if_line},
	{"goto", stmt_goto},
	{"call", parse_call_line},
	{"exit", stmt_exit},
	{"lock", parse_lock_line},
	{"return", sugar_return},
	{"gotol", stmt_gotol},
	{"may_goto", stmt_may_goto},
	{"callx", stmt_callx},
	{"gotox", stmt_gotox},
	{"store_release", parse_release_line},
	{"ld_pseudo", parse_pseudo_line},
	{IR_USDT_NAME, stmt_usdt},
};

enum { STMT_WORDS = sizeof(stmt_words) / sizeof(stmt_words[0]) };

static int stmt_directive(struct parse *p)
{
	const struct tok *t = p->t;
	struct suggest s;
	char buf[128];
	size_t i;

	for (i = 0; i < STMT_DIRECTIVES; i++) {
		if (parse_is(t, stmt_directives[i].name)) {
			p->t++;
			return stmt_directives[i].fn(p);
		}
	}
	if (parse_is(t, ".end"))
		return parse_error(p, t, "'.end' without '.struct'");
	suggest_start(&s, t->s, t->len);
	for (i = 0; i < STMT_DIRECTIVES; i++)
		suggest_offer(&s, stmt_directives[i].name, strlen(stmt_directives[i].name));
	macro_suggest_directive(&s);
	suggest_offer(&s, ".end", 4);
	return parse_error(p, t, "no directive '%.*s'%s", (int)t->len, t->s,
		suggest_text(&s, buf, sizeof(buf)));
}

static int stmt_unknown(struct parse *p)
{
	const struct tok *t = p->t;
	const char *lib = include_defines(t->s, t->len);
	struct suggest s, more;
	char buf[128];
	size_t i;

	if (lib)
		return parse_error(p, t, "no instruction or macro '%.*s'; add '.include \"%s\"'",
			(int)t->len, t->s, lib);
	suggest_start(&s, t->s, t->len);
	for (i = 0; i < STMT_WORDS; i++)
		suggest_offer(&s, stmt_words[i].name, strlen(stmt_words[i].name));
	gnu_suggest(&s);
	macro_suggest(p->macro, &s);
	more = s;
	include_suggest(&more);
	if (more.best != s.best)
		return parse_error(p, t,
			"no instruction or macro '%.*s'; did you mean '%.*s' of \"%s\"?",
			(int)t->len, t->s, (int)more.best_len, more.best,
			include_defines(more.best, more.best_len));
	return parse_error(p, t, "no instruction or macro '%.*s'%s", (int)t->len, t->s,
		suggest_text(&s, buf, sizeof(buf)));
}

/* A statement that begins with a name. */
static int stmt_name(struct parse *p)
{
	const struct tok *t = p->t;
	size_t i;
	int is;

	if (t->s[0] == '.' && !parse_op(t + 1, PUNCT('=', 0, 0)))
		return stmt_directive(p);
	if (global_begins(p, t))
		return parse_need_fn(p, t) ? -EINVAL : global_line(p);
	for (i = 0; i < STMT_WORDS; i++) {
		if (parse_is(t, stmt_words[i].name)) {
			p->t++;
			return parse_need_fn(p, t) ? -EINVAL : stmt_words[i].fn(p);
		}
	}
	if (parse_op(t + 1, PUNCT('(', 0, 0)))
		return parse_need_fn(p, t) ? -EINVAL : sugar_call(p);
	if (parse_op(t + 1, PUNCT('=', 0, 0)))
		return sugar_var_line(p);
	is = gnu_line(p);
	return is < 0 ? is : is ? 0 : stmt_unknown(p);
}

static int stmt_any(struct parse *p)
{
	const struct tok *t = p->t;
	struct parse_reg reg;
	int is_reg = parse_reg(p, &reg);

	/* most lines begin with a register */
	if (is_reg)
		return is_reg < 0 || parse_need_fn(p, t) ? -EINVAL : parse_reg_line(p, reg);
	if (t->kind == TOK_NAME)
		return stmt_name(p);
	if (parse_take(p, PUNCT('*', 0, 0)))
		return parse_need_fn(p, t) ? -EINVAL : parse_store_line(p);
	return parse_error(p, t, "no statement begins like this");
}

static int stmt_label(struct parse *p)
{
	const struct tok *t = p->t;
	struct parse_fn *f;
	int err;

	p->t += 2;
	if (parse_need_fn(p, t))
		return -EINVAL;
	f = p->fn;
	err = label_define(&f->labels, p->pool, p->diag, parse_pos(p, t), t->s, t->len,
		(uint32_t)f->ir->n_insns);
	return err;
}

/* "1:", which "1b" and "1f" mean; or an instruction's number in a listing, which nothing does. */
static int stmt_local(struct parse *p)
{
	const struct tok *t = p->t;

	p->t += 2;
	if (t->num > UINT32_MAX || (!p->fn && p->t->kind == TOK_NAME && *p->t->s == '.'))
		return 0;
	if (parse_need_fn(p, t))
		return -EINVAL;
	return label_local(&p->fn->labels, p->pool, (uint32_t)t->num, parse_pos(p, t),
		(uint32_t)p->fn->ir->n_insns);
}

/* Labels, and what stands before an instruction in a listing: "12:", "12: (bf)". */
static int stmt_prefix(struct parse *p)
{
	int err = 0;

	if (p->t->kind == TOK_LOG) {
		p->log_code = (int)p->t->num;
		p->t++;
	}
	while (!err && (p->t->kind == TOK_NAME || p->t->kind == TOK_NUM) &&
		parse_op(p->t + 1, PUNCT(':', 0, 0)))
		err = p->t->kind == TOK_NAME ? stmt_label(p) : stmt_local(p);
	return err;
}

/* One of those that no record holds: its '.end' was forgotten. */
static bool stmt_is_directive(const struct tok *t)
{
	size_t i;

	for (i = 0; i < STMT_DIRECTIVES && t->kind == TOK_NAME && *t->s == '.'; i++)
		if (parse_is(t, stmt_directives[i].name))
			return true;
	return false;
}

static int stmt_line(struct parse *p, const struct asm_line *l)
{
	int err;

	p->t = l->tok;
	p->end = l->tok + l->n;
	p->at = l->at;
	p->log_code = -1;
	if (kname_left(p))
		return -EINVAL;
	if (p->record && stmt_is_directive(p->t))
		parse_struct_broken(p);
	if (p->record)
		return parse_struct_line(p);
	if (p->fn && (p->fn->frame.n_scoped || p->fn->frame.scratch))
		frame_statement(&p->fn->frame, p->at.src);
	if (p->fn && p->fn->frame.n_pending && !parse_is(p->t, ".var"))
		frame_settle(&p->fn->frame, p->diag);
	err = stmt_prefix(p);
	if (!err && p->t == p->end && p->log_code >= 0)
		return parse_error(p, p->t, "the text of this instruction is missing");
	if (err || p->t == p->end)
		return err;
	err = stmt_any(p);
	if (err)
		p->core.step = NULL;
	else
		err = kname_left(p);
	return err ? err : parse_want_end(p);
}

int parse_unit(struct parse *p)
{
	struct asm_line l = {0};
	int more;

	while ((more = macro_next(p->macro, &l)) > 0) {
		if (stmt_line(p, &l) == -ENOMEM || p->pool->failed)
			return -ENOMEM;
		p->t = p->end;
		if (p->stop)
			return -EINVAL;
		if (diag_full(p->diag))
			break;
	}
	if (more < 0)
		return more;
	if (p->record)
		diag_error(
			p->diag, p->record->at, 0, "'.struct %s' has no '.end'", p->record->name);
	parse_end_fn(p);
	parse_resolve(p);
	if (p->pool->failed || p->diag->failed)
		return -ENOMEM;
	return p->diag->n_errors ? -EINVAL : 0;
}
