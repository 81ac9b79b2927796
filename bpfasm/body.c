// SPDX-License-Identifier: MIT
/*
 * body.c - the text of a macro or a loop, its parameters, and arguments put in their place.
 *
 * A body is cut into pieces once, when it is defined; an expansion then only copies them, so its
 * time is that of its output.  Nothing is known of the language but strings and comments: comments
 * to a line's end are left out, so that no backslash in one matters, and in a string \n, \t, \r
 * and \x stay C's escapes even when a parameter has that letter as its name.
 */
#include "body.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct pos body_pos(struct pos at, const struct tok *t)
{
	at.col = t->col;
	return at;
}

int body_param(const struct body *b, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < b->n_params; i++)
		if (b->params[i].len == len && !memcmp(b->params[i].name, s, len))
			return (int)i;
	return -1;
}

/* Brackets open after this token. */
static int body_depth(const struct tok *t, int depth)
{
	if (t->kind != TOK_PUNCT)
		return depth;
	if (t->op == '(' || t->op == '[' || t->op == '{')
		return depth + 1;
	if (depth && (t->op == ')' || t->op == ']' || t->op == '}'))
		return depth - 1;
	return depth;
}

/* :req or :vararg behind a parameter's name */
static int body_qualifier(struct diag *d, struct pos at, const struct tok **t, struct body_param *p)
{
	if (!lex_op(*t, ':'))
		return 0;
	++*t;
	if (lex_is(*t, "req"))
		p->required = true;
	else if (lex_is(*t, "vararg"))
		p->rest = true;
	else {
		diag_error(d, body_pos(at, *t), (*t)->len,
			"a parameter may be ':req' or ':vararg', not ':%.*s'", (int)(*t)->len,
			(*t)->s);
		return -EINVAL;
	}
	++*t;
	return 0;
}

/* =TEXT behind a parameter's name: up to a comma, or a blank outside of brackets */
static void body_default(const struct tok **t, struct body_param *p)
{
	const struct tok *first = *t + 1;
	int depth = 0;

	p->text = "";
	if (!lex_op(*t, '='))
		return;
	for (++*t; (*t)->kind != TOK_END; ++*t) {
		if (!depth && (lex_op(*t, ',') || ((*t)->spaced && *t != first)))
			break;
		depth = body_depth(*t, depth);
	}
	if (*t == first)
		return;
	p->text = first->s;
	p->text_len = (size_t)((*t)[-1].s + (*t)[-1].len - first->s);
}

static int body_one_param(
	struct diag *d, struct pos at, const struct tok **t, struct body *b, struct body_param *p)
{
	const struct tok *name = *t;
	int err;

	if (name->kind != TOK_NAME || memchr(name->s, '.', name->len)) {
		diag_error(d, body_pos(at, name), name->len,
			"a parameter's name is letters, digits and '_'");
		return -EINVAL;
	}
	if (body_param(b, name->s, name->len) >= 0) {
		diag_error(d, body_pos(at, name), name->len, "two parameters are called '%.*s'",
			name->len > 60 ? 60 : (int)name->len, name->s);
		return -EINVAL;
	}
	if (b->n_params && b->params[b->n_params - 1].rest) {
		diag_error(d, body_pos(at, name), name->len, "':vararg' must be the last one");
		return -EINVAL;
	}
	memset(p, 0, sizeof(*p));
	p->name = name->s;
	p->len = name->len;
	++*t;
	err = body_qualifier(d, at, t, p);
	body_default(t, p);
	return err;
}

enum { BODY_MAX_PARAMS = 64 };

int body_params(struct diag *d, struct pos at, const struct tok *t, struct body *b)
{
	struct body_param p;
	int err;

	while (t->kind != TOK_END) {
		if (b->n_params == BODY_MAX_PARAMS) {
			diag_error(d, body_pos(at, t), t->len, "more than %d parameters",
				BODY_MAX_PARAMS);
			return -EINVAL;
		}
		err = body_one_param(d, at, &t, b, &p);
		if (!err)
			err = pool_grow(
				d->pool, &b->params, &b->cap_params, b->n_params, sizeof(p));
		if (err)
			return err;
		b->params[b->n_params++] = p;
		if (lex_op(t, ','))
			t++;
	}
	return 0;
}

/* Where body_cut() is. */
struct body_cutter {
	struct pool *pool;
	struct body *b;
	const char *p, *end;
	const char *from; /* text since the last piece */
};

static int body_add(struct body_cutter *c, const char *s, size_t len, int param)
{
	struct body *b = c->b;

	if (param == BODY_TEXT && !len)
		return 0;
	if (pool_grow(c->pool, &b->pieces, &b->cap_pieces, b->n_pieces, sizeof(*b->pieces)))
		return -ENOMEM;
	b->pieces[b->n_pieces++] = (struct body_piece){s, len, param};
	return 0;
}

/* The text up to c->p becomes a piece, then what stands there (skip bytes) as param. */
static int body_replace(struct body_cutter *c, size_t skip, int param)
{
	int err = body_add(c, c->from, (size_t)(c->p - c->from), BODY_TEXT);

	if (!err && param != BODY_TEXT)
		err = body_add(c, c->p, skip, param);
	c->p += skip;
	c->from = c->p;
	return err;
}

/* c->p stands on a backslash. */
static int body_backslash(struct body_cutter *c, bool quoted)
{
	const char *name = c->p + 1, *p = name;
	int param = -1;

	if (name < c->end && *name == '@')
		return body_replace(c, 2, BODY_COUNT);
	if (c->end - name >= 2 && name[0] == '(' && name[1] == ')')
		return body_replace(c, 3, BODY_TEXT);
	while (p < c->end && lex_name_char(*p) && *p != '.')
		p++;
	if (p > name && !(quoted && p - name == 1 && strchr("ntrx", *name)))
		param = body_param(c->b, name, (size_t)(p - name));
	if (param >= 0)
		return body_replace(c, (size_t)(p - c->p), param);
	/* not ours: in a string the escaped character must not be taken for its end */
	c->p += quoted && name < c->end && *name != '\n' ? 2 : 1;
	return 0;
}

/* 'x' or '\x', whose x may be a quote; GNU's 'x of what would be read as something else */
static size_t body_char(const char *p, const char *end)
{
	if (end - p > 2 && p[1] != '\\' && p[2] == '\'')
		return 3;
	if (end - p > 3 && p[1] == '\\' && p[3] == '\'')
		return 4;
	if (end - p > 2 && p[1] == '\\' && p[2] == '"')
		return 3;
	return end - p > 1 && (p[1] == '"' || p[1] == ';') ? 2 : 1;
}

static const char *body_line_end(const char *p, const char *end)
{
	const char *nl = memchr(p, '\n', (size_t)(end - p));

	return nl ? nl : end;
}

int body_cut(struct pool *pool, struct body *b, const char *s, size_t len)
{
	struct body_cutter c = {pool, b, s, s + len, s};
	bool quoted = false, first = true;
	int err = 0;

	b->n_pieces = 0;
	while (!err && c.p < c.end) {
		char ch = *c.p;

		if (ch == '\n')
			quoted = false;
		if (ch == '\\') {
			err = body_backslash(&c, quoted);
		} else if (!quoted && (ch == ';' || (ch == '#' && first) ||
					      (ch == '/' && c.end - c.p > 1 && c.p[1] == '/'))) {
			err = body_replace(
				&c, (size_t)(body_line_end(c.p, c.end) - c.p), BODY_TEXT);
		} else {
			quoted ^= ch == '"';
			c.p += !quoted && ch == '\'' ? body_char(c.p, c.end) : 1;
		}
		first = ch == '\n' || (first && (ch == ' ' || ch == '\t'));
	}
	return err ? err : body_add(&c, c.from, (size_t)(c.end - c.from), BODY_TEXT);
}

/* Nothing but words with blanks between them: &name, -1 and %r0 are words too. */
static bool body_words(const struct tok *t)
{
	const struct tok *first = t;
	bool glue = false; /* the token before is a prefix of this one */

	for (; t->kind != TOK_END; t++) {
		if (t->kind == TOK_PUNCT) {
			if (t->op != '&' && t->op != '-' && t->op != '%')
				return false;
			if (glue || (!t->spaced && t != first))
				return false;
			if (t[1].spaced || t[1].kind == TOK_END)
				return false;
			glue = true;
			continue;
		}
		if (!glue && !t->spaced && t != first)
			return false;
		glue = false;
	}
	return true;
}

static bool body_any_comma(const struct tok *t)
{
	int depth = 0;

	for (; t->kind != TOK_END; t++) {
		if (!depth && lex_op(t, ','))
			return true;
		depth = body_depth(t, depth);
	}
	return false;
}

static int body_push(struct pool *p, struct body_args *list, const struct tok *first, size_t n)
{
	const struct tok *last = n ? first + n - 1 : first;
	size_t len = n ? (size_t)(last->s + last->len - first->s) : 0;

	if (pool_grow(p, &list->v, &list->cap, list->n, sizeof(*list->v)))
		return -ENOMEM;
	list->v[list->n++] = (struct body_arg){first->s, len, first, n};
	return 0;
}

int body_split(struct pool *p, const struct tok *t, bool blanks, struct body_args *list)
{
	const struct tok *first = t;
	int depth = 0, err = 0;

	list->n = 0;
	if (t->kind == TOK_END)
		return 0;
	blanks = blanks && !body_any_comma(t) && body_words(t);
	for (; !err && t->kind != TOK_END; t++) {
		if (!depth && lex_op(t, ',')) {
			err = body_push(p, list, first, (size_t)(t - first));
			first = t + 1;
		} else if (blanks && t->spaced && t != first) {
			err = body_push(p, list, first, (size_t)(t - first));
			first = t;
		}
		depth = body_depth(t, depth);
	}
	return err ? err : body_push(p, list, first, (size_t)(t - first));
}

/* From this argument to the last one, commas and all. */
static struct body_arg body_rest(const struct body_args *list, struct body_arg from)
{
	const struct body_arg *last = &list->v[list->n - 1];

	from.len = (size_t)(last->s + last->len - from.s);
	return from;
}

/* "bb=4" where the parameter is b.  A register is no name: "r1=5" may be a statement. */
static int body_no_param(struct diag *d, struct pos at, const struct tok *call,
	const struct body *b, const struct tok *t)
{
	bool reg = (t->s[0] == 'r' || t->s[0] == 'w') && t->len > 1 && t->s[1] >= '0' &&
		   t->s[1] <= '9';
	struct suggest s;
	char buf[128];
	size_t i;

	suggest_start(&s, t->s, reg ? 0 : t->len);
	for (i = 0; i < b->n_params; i++)
		suggest_offer(&s, b->params[i].name, b->params[i].len);
	if (!s.best)
		return 0;
	diag_error(d, body_pos(at, t), t->len, "macro '%.*s' has no parameter '%.*s'%s",
		(int)call->len, call->s, t->len < 60 ? (int)t->len : 60, t->s,
		suggest_text(&s, buf, sizeof(buf)));
	return -EINVAL;
}

/* "hist_add(dist, r6)": brackets are a part of the argument, and what was meant is a call of C's. */
static const char *body_no_brackets(const struct tok *call)
{
	return lex_op(call + 1, '(') && call[1].s == call->s + call->len
		       ? "; macros are called without brackets"
		       : "";
}

/* One argument to the parameter it names, or to the next one. */
static int body_give(struct diag *d, struct pos at, const struct tok *call, const struct body *b,
	struct body_arg arg, size_t *next, struct body_args *bound)
{
	const struct tok *t = arg.tok;
	int param = -1;

	if (arg.n > 1 && t->kind == TOK_NAME && lex_op(t + 1, '=')) {
		param = body_param(b, t->s, t->len);
		if (param < 0 && body_no_param(d, at, call, b, t))
			return -EINVAL;
	}
	if (param >= 0) {
		if (bound->v[param].tok) {
			diag_error(d, body_pos(at, t), t->len, "'%.*s' is given twice",
				(int)b->params[param].len, t->s);
			return -EINVAL;
		}
		arg.n -= 2;
		arg.s = arg.n ? t[2].s : t[1].s + 1;
		arg.len = arg.n ? arg.len - (size_t)(arg.s - t->s) : 0;
	} else {
		while (*next < b->n_params && bound->v[*next].tok)
			++*next;
		if (*next == b->n_params) {
			diag_error(d, body_pos(at, t), arg.len,
				"macro '%.*s' takes %zu argument%s%s", (int)call->len, call->s,
				b->n_params, b->n_params == 1 ? "" : "s", body_no_brackets(call));
			return -EINVAL;
		}
		param = (int)(*next)++;
	}
	bound->v[param] = arg;
	return param;
}

/* The defaults of what was not given. */
static int body_defaults(struct diag *d, struct pos at, const struct tok *call,
	const struct body *b, struct body_args *bound)
{
	size_t i;

	for (i = 0; i < b->n_params; i++) {
		if (bound->v[i].tok && bound->v[i].len)
			continue;
		if (b->params[i].required) {
			diag_error(d, body_pos(at, call), call->len,
				"macro '%.*s' needs its argument '%.*s'%s", (int)call->len, call->s,
				(int)b->params[i].len, b->params[i].name, body_no_brackets(call));
			return -EINVAL;
		}
		bound->v[i].s = b->params[i].text;
		bound->v[i].len = b->params[i].text_len;
	}
	return 0;
}

int body_bind(struct diag *d, struct pos at, const struct tok *call, const struct body *b,
	const struct body_args *list, struct body_args *bound)
{
	size_t i, next = 0;
	int param;

	while (bound->cap < b->n_params)
		if (pool_grow(d->pool, &bound->v, &bound->cap, bound->cap, sizeof(*bound->v)))
			return -ENOMEM;
	bound->n = b->n_params;
	if (bound->n)
		memset(bound->v, 0, bound->n * sizeof(*bound->v));
	for (i = 0; i < list->n; i++) {
		param = body_give(d, at, call, b, list->v[i], &next, bound);
		if (param < 0)
			return param;
		if (b->params[param].rest) {
			bound->v[param] = body_rest(list, bound->v[param]);
			break;
		}
	}
	return body_defaults(d, at, call, b, bound);
}

size_t body_size(const struct body *b, const struct body_arg *args, unsigned long count)
{
	size_t n = 0, i, add;

	for (i = 0; i < b->n_pieces; i++) {
		if (b->pieces[i].param == BODY_COUNT)
			add = (size_t)snprintf(NULL, 0, "%lu", count);
		else if (b->pieces[i].param == BODY_TEXT)
			add = b->pieces[i].len;
		else
			add = args[b->pieces[i].param].len;
		if (add > SIZE_MAX - n)
			return SIZE_MAX;
		n += add;
	}
	return n;
}

void body_fill(const struct body *b, const struct body_arg *args, unsigned long count, char *to)
{
	char number[32];
	size_t i;

	for (i = 0; i < b->n_pieces; i++) {
		const struct body_piece *p = &b->pieces[i];
		const char *s = p->s;
		size_t len = p->len;

		if (p->param == BODY_COUNT) {
			len = (size_t)snprintf(number, sizeof(number), "%lu", count);
			s = number;
		} else if (p->param != BODY_TEXT) {
			s = args[p->param].s;
			len = args[p->param].len;
		}
		memcpy(to, s, len);
		to += len;
	}
}
