// SPDX-License-Identifier: MIT
/*
 * macro.c - text to logical lines: directives that work on the text are done here, macros are
 * expanded, and everything else comes out as tokens.
 *
 * Texts are read from a stack (input.c): a file, on it the expansion of a macro that the file
 * calls, and so on.  An expansion is made whole in the pool, as a text of its own, and then read
 * like a file; it stays there, because tokens, labels and messages point into it.  Time and memory
 * are those of the text that comes out.  Depth, lines and bytes are limited, so that no input can
 * keep the assembler busy for ever.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cond.h"
#include "equ.h"
#include "expand.h"
#include "include.h"

/* ---- files and messages ---- */

/* The string that must be all there is behind a directive. */
static const char *macro_string(struct macro *m, const struct tok *t)
{
	const char *text;
	size_t len;

	if (t[1].kind != TOK_STR) {
		diag_error(m->d, preproc_pos(m, t + 1), t[1].len, "%.*s needs a text in quotes",
			(int)t->len, t->s);
		return NULL;
	}
	if (!preproc_end(m, t + 2))
		return NULL;
	text = lex_string(m->d, input_pos(&m->in), t + 1, &len);
	if (text && strlen(text) != len) {
		preproc_error(m, t + 1, "NUL byte in a text");
		return NULL;
	}
	return text;
}

static int macro_include(struct macro *m, const struct tok *t)
{
	struct pos at = input_pos(&m->in), lexical = diag_defined_pos(at);
	const char *name = macro_string(m, t);
	struct include_file *f;
	struct src *src;
	char msg[1024];
	int err;

	if (!name)
		return -EINVAL;
	at.col = t[1].col;
	/* a macro's .include means a file beside the one that the macro is written in */
	err = include_find(m->pool, &m->files, m->o, lexical.src->name, lexical.src->builtin, name,
		&f, msg, sizeof(msg));
	if (err == -EINVAL)
		diag_error(m->d, at, t[1].len, "%s", msg);
	if (err)
		return err;
	src = pool_alloc(m->pool, sizeof(*src));
	if (!src)
		return -ENOMEM;
	*src = (struct src){
		.name = f->path, .text = f->text, .len = f->len, .builtin = f->builtin, .from = at};
	return preproc_fatal(input_push(&m->in, src));
}

static int macro_do_error(struct macro *m, const struct tok *t)
{
	const char *text = macro_string(m, t);

	if (text)
		diag_error(m->d, preproc_pos(m, t), t->len, "%s", text);
	return -EINVAL;
}

static int macro_do_warning(struct macro *m, const struct tok *t)
{
	const char *text = macro_string(m, t);

	if (!text)
		return -EINVAL;
	diag_warning(m->d, preproc_pos(m, t), t->len, "%s", text);
	return 0;
}

/* ---- what comes out ---- */

static const struct macro_directive {
	const char *name;
	macro_fn *fn;
	int cond; /* obeyed where lines are passed over: 1 opens another .if, 2 belongs to one */
} macro_directives[] = {
	{".macro", expand_macro, 0},
	{".endm", expand_stray, 0},
	{".purgem", expand_purgem, 0},
	{".exitm", expand_exitm, 0},
	{".irp", expand_irp, 0},
	{".irpc", expand_irpc, 0},
	{".rept", expand_rept, 0},
	{".endr", expand_stray, 0},
	{".include", macro_include, 0},
	{".equ", equ_equ, 0},
	{".set", equ_set, 0},
	{".error", macro_do_error, 0},
	{".warning", macro_do_warning, 0},
	{".if", cond_if, 1},
	{".ifdef", cond_ifdef, 1},
	{".ifndef", cond_ifndef, 1},
	{".ifb", cond_ifb, 1},
	{".ifnb", cond_ifnb, 1},
	{".ifc", cond_ifc, 1},
	{".ifnc", cond_ifnc, 1},
	{".elseif", cond_elseif, 2},
	{".elif", cond_elseif, 2},
	{".else", cond_else, 2},
	{".endif", cond_endif, 2},
};

enum { MACRO_N_DIRECTIVES = sizeof(macro_directives) / sizeof(macro_directives[0]) };

static const struct macro_directive *macro_directive(const char *s, size_t len)
{
	size_t i;

	if (len < 3 || *s != '.')
		return NULL;
	for (i = 0; i < MACRO_N_DIRECTIVES; i++)
		if (macro_directives[i].name[1] == s[1] &&
			preproc_word_is(s, len, macro_directives[i].name))
			return &macro_directives[i];
	return NULL;
}

void macro_suggest_directive(struct suggest *s)
{
	size_t i;

	for (i = 0; i < MACRO_N_DIRECTIVES; i++)
		suggest_offer(s, macro_directives[i].name, strlen(macro_directives[i].name));
}

static int macro_lex(struct macro *m, const char *s, size_t len)
{
	struct input *f = m->in.top;
	struct pos at = input_pos(&m->in);
	int err;

	m->toks.in_comment = f->in_comment;
	err = lex_line(m->d, at, s, len, &m->toks);
	f->in_comment = m->toks.in_comment;
	if (f->in_comment && m->toks.comment) {
		f->comment = at;
		f->comment.col = m->toks.comment;
	}
	return err;
}

/* A misspelt .elseif would be passed over without a word, and all that belongs to it.  What was
 * meant, reported; NULL: nothing of that kind. */
static const struct macro_directive *macro_near_cond(
	struct macro *m, const char *line, const char *s, size_t len)
{
	const char *behind = s + len, *end = m->in.top->p;
	struct pos at = input_pos(&m->in);
	struct suggest near;
	char buf[128];
	size_t i;

	while (behind < end && (*behind == ' ' || *behind == '\t'))
		behind++;
	if (len < 3 || *s != '.' || preproc_word_is(s, len, ".end") ||
		(behind < end && (*behind == ':' || *behind == '=')) || names_get(&m->defs, s, len))
		return NULL;
	suggest_start(&near, s, len);
	macro_suggest_directive(&near);
	for (i = 0; i < MACRO_N_DIRECTIVES && macro_directives[i].name != near.best; i++)
		;
	if (i == MACRO_N_DIRECTIVES || !macro_directives[i].cond)
		return NULL;
	at.col = (uint32_t)(s - line) + 1;
	diag_error(m->d, at, len, "no directive '%.*s'%s", (int)len, s,
		suggest_text(&near, buf, sizeof(buf)));
	return &macro_directives[i];
}

/* A line that is passed over, but for the directives that may end that. */
static int macro_skip(struct macro *m, const char *s, size_t len)
{
	const struct macro_directive *dir;
	const char *word;
	size_t n;
	int err;

	word = preproc_word(s, len, &n);
	dir = m->in.top->in_comment ? NULL : macro_directive(word, n);
	if (dir && dir->cond == 2) {
		err = macro_lex(m, s, len);
		return err ? err : dir->fn(m, m->toks.tok);
	}
	if (!dir && !m->in.top->in_comment)
		dir = macro_near_cond(m, s, word, n);
	preproc_follow(m, s, len);
	if (dir && dir->cond == 1)
		return input_if(&m->in, input_pos(&m->in), false, true);
	return 0;
}

/* A macro's name is still free for labels and variables: "NAME:" and "NAME = r1". */
static bool macro_is_call(const struct tok *t)
{
	const struct tok *next = t + 1;

	return next->kind != TOK_PUNCT || (next->s[next->len - 1] != '=' && next->op != ':');
}

/* 1: the line is for the parser; 0: it was for us */
static int macro_statement(struct macro *m, struct asm_line *l)
{
	struct tok *t = m->toks.tok;
	const struct macro_directive *dir;
	const struct macro_def *def = NULL;
	int err;

	while ((t->kind == TOK_NAME || t->kind == TOK_NUM) && lex_op(t + 1, ':'))
		t += 2;
	if (t->kind != TOK_NAME)
		return 1;
	dir = macro_directive(t->s, t->len);
	if (!dir && m->defs.n && macro_is_call(t))
		def = names_get(&m->defs, t->s, t->len);
	if (!dir && !def)
		return 1;
	err = dir ? dir->fn(m, t) : expand_call(m, t, def);
	if (err == -ENOMEM || err == -E2BIG || t == m->toks.tok)
		return err;
	/* the labels before it */
	l->n = (size_t)(t - m->toks.tok);
	t->kind = TOK_END;
	t->len = 0;
	return 1;
}

/* 1 and *l, 0: nothing for the parser, or an error */
static int macro_line(struct macro *m, struct asm_line *l)
{
	struct input_loop *loop;
	const char *s;
	size_t len;
	int err;

	err = input_line(&m->in, &s, &len);
	if (err < 0)
		return preproc_fatal(err);
	if (!err) {
		loop = m->in.top->loop;
		input_pop(&m->in, false);
		return loop ? expand_round(m, loop) : 0;
	}
	if (input_skips(&m->in))
		return macro_skip(m, s, len);
	l->at = input_pos(&m->in);
	err = macro_lex(m, s, len);
	if (err || !m->toks.n)
		return err;
	l->tok = m->toks.tok;
	l->n = m->toks.n;
	l->at.col = l->tok->col;
	return macro_statement(m, l);
}

int macro_next(struct macro *m, struct asm_line *l)
{
	int err;

	while (m->in.top) {
		if (m->pool->failed || m->d->failed)
			return -ENOMEM;
		if (m->stopped || diag_full(m->d))
			return -EINVAL;
		err = macro_line(m, l);
		if (err == 1 || err == -ENOMEM)
			return err;
		m->stopped |= err == -E2BIG;
	}
	return 0;
}

struct macro *macro_new(struct pool *pool, struct diag *d, const char *text, size_t len,
	const struct bpfasm_opts *o, const struct expr_env *env)
{
	struct macro *m = pool_alloc(pool, sizeof(*m));
	struct src *src = pool_alloc(pool, sizeof(*src));

	if (!m || !src)
		return NULL;
	m->pool = m->in.pool = pool;
	m->d = m->in.d = d;
	m->o = o;
	m->outer = env;
	equ_env(m);
	src->name = o && o->name ? o->name : "<text>";
	src->text = text ? text : "";
	src->len = text ? len : 0;
	return input_push(&m->in, src) ? NULL : m;
}

static void macro_offer(void *arg, const char *s, size_t len, void *value)
{
	(void)value;
	suggest_offer(arg, s, len);
}

void macro_suggest_macros(const struct macro *m, struct suggest *s)
{
	names_each(&m->defs, macro_offer, s);
}

void macro_suggest(const struct macro *m, struct suggest *s)
{
	macro_suggest_macros(m, s);
	equ_offer(m, s);
	macro_suggest_directive(s);
}

/* "map:req, by=1" as it is written in a call: "map[, by]" */
static void macro_params(const char *s, size_t len, char *buf, size_t size)
{
	size_t i = 0, n = 0, name;
	bool req, more, first = true;

	while (i < len && n < size) {
		while (i < len && (s[i] == ' ' || s[i] == '\t' || s[i] == ','))
			i++;
		for (name = i; i < len && lex_name_char(s[i]); i++)
			;
		if (i == name)
			break; /* a comment, or something that was told where it stands */
		req = first || (len - i >= 4 && !memcmp(s + i, ":req", 4));
		more = len - i >= 7 && !memcmp(s + i, ":vararg", 7);
		n += (size_t)snprintf(buf + n, size - n, "%s%s%.*s%s%s", req ? "" : "[",
			first ? " " : ", ", (int)(i - name), s + name, more ? " ..." : "",
			req ? "" : "]");
		first = false;
		while (i < len && s[i] != ',' && s[i] != ';')
			i++;
	}
}

bool macro_usage(const struct macro *m, const char *name, size_t len, const char **file, char *buf,
	size_t size)
{
	const struct macro_def *def = m ? names_get(&m->defs, name, len) : NULL;
	const char *params;
	size_t n, used;

	*file = NULL;
	if (def) {
		params = diag_line(def->at.src, def->at.line, &n);
		used = def->at.col - 1 + def->len;
		params += used < n ? used : n;
		n -= used < n ? used : n;
	} else {
		params = include_macro(name, len, &n, file);
		if (!params)
			return false;
	}
	used = (size_t)snprintf(buf, size, "%.*s", (int)len, name);
	if (used < size)
		macro_params(params, n, buf + used, size - used);
	return true;
}
