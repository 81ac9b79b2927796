// SPDX-License-Identifier: MIT
/*
 * expr.c - constant expressions by precedence climbing.
 *
 * Values are signed 64-bit numbers that wrap around.  Of what C leaves undefined, a shift by more
 * than 63 bits or by less than none is an error, as is a division by zero; the smallest number
 * divided by -1 is itself.  The side of && || ?: that is not chosen may do both.
 */
#include "expr.h"

#include <errno.h>
#include <string.h>

enum { EXPR_DEPTH = 200 };

struct expr {
	struct diag *d;
	struct pos at;
	const struct expr_env *env;
	const struct tok *t;
	unsigned depth;
	unsigned dead; /* inside so many sides that were not chosen */
};

static int expr_ternary(struct expr *x, int64_t *v);
static int expr_unary(struct expr *x, int64_t *v);

static struct pos expr_pos(const struct expr *x, const struct tok *t)
{
	struct pos at = x->at;

	at.col = t->col;
	return at;
}

/* 0: no operator of two operands */
static unsigned expr_precedence(const struct tok *t)
{
	if (t->kind != TOK_PUNCT)
		return 0;
	switch (t->op) {
	case PUNCT('|', '|', 0): return 1;
	case PUNCT('&', '&', 0): return 2;
	case '|': return 3;
	case '^': return 4;
	case '&': return 5;
	case PUNCT('=', '=', 0):
	case PUNCT('!', '=', 0): return 6;
	case '<':
	case '>':
	case PUNCT('<', '=', 0):
	case PUNCT('>', '=', 0): return 7;
	case PUNCT('<', '<', 0):
	case PUNCT('>', '>', 0): return 8;
	case '+':
	case '-': return 9;
	case '*':
	case '/':
	case '%': return 10;
	default: return 0;
	}
}

static int expr_shift(
	struct expr *x, const struct tok *t, const struct tok *by, int64_t *a, int64_t n)
{
	uint64_t u = (uint64_t)*a, sign = *a < 0 ? UINT64_MAX : 0;

	if (n < 0 || n > 63) {
		if (x->dead)
			return 0;
		diag_error(x->d, expr_pos(x, by), by->len, "a shift by %lld; 0 to 63 are possible",
			(long long)n);
		return -EINVAL;
	}
	if (t->op == PUNCT('<', '<', 0))
		*a = (int64_t)(u << n);
	else
		*a = (int64_t)(u >> n | (n ? sign << (64 - n) : 0));
	return 0;
}

static int expr_divide(
	struct expr *x, const struct tok *t, const struct tok *by, int64_t *a, int64_t b)
{
	if (!b) {
		if (x->dead)
			return 0;
		diag_error(x->d, expr_pos(x, by), by->len, "division by zero");
		return -EINVAL;
	}
	if (b == -1) /* the one quotient that does not fit wraps */
		*a = t->op == '/' ? (int64_t)(0 - (uint64_t)*a) : 0;
	else
		*a = t->op == '/' ? *a / b : *a % b;
	return 0;
}

/* *a OP b; by is b's first token */
static int expr_apply(
	struct expr *x, const struct tok *t, const struct tok *by, int64_t *a, int64_t b)
{
	uint64_t u = (uint64_t)*a, w = (uint64_t)b;

	switch (t->op) {
	case PUNCT('|', '|', 0): *a = *a || b; break;
	case PUNCT('&', '&', 0): *a = *a && b; break;
	case '|': *a = (int64_t)(u | w); break;
	case '^': *a = (int64_t)(u ^ w); break;
	case '&': *a = (int64_t)(u & w); break;
	case PUNCT('=', '=', 0): *a = *a == b; break;
	case PUNCT('!', '=', 0): *a = *a != b; break;
	case '<': *a = *a < b; break;
	case '>': *a = *a > b; break;
	case PUNCT('<', '=', 0): *a = *a <= b; break;
	case PUNCT('>', '=', 0): *a = *a >= b; break;
	case '+': *a = (int64_t)(u + w); break;
	case '-': *a = (int64_t)(u - w); break;
	case '*': *a = (int64_t)(u * w); break;
	case '/':
	case '%': return expr_divide(x, t, by, a, b);
	default: return expr_shift(x, t, by, a, b);
	}
	return 0;
}

static int expr_binary(struct expr *x, unsigned least, int64_t *v)
{
	const struct tok *t, *by;
	unsigned p;
	bool skip;
	int64_t b;
	int err;

	err = expr_unary(x, v);
	while (!err && (p = expr_precedence(x->t)) >= least && p) {
		t = x->t++;
		by = x->t;
		skip = (p == 1 && *v) || (p == 2 && !*v);
		x->dead += skip;
		err = expr_binary(x, p + 1, &b);
		x->dead -= skip;
		if (!err)
			err = expr_apply(x, t, by, v, b);
	}
	return err;
}

static int expr_want(struct expr *x, char c)
{
	if (lex_op(x->t, (unsigned char)c)) {
		x->t++;
		return 0;
	}
	diag_error(x->d, expr_pos(x, x->t), x->t->len, "expected '%c'", c);
	return -EINVAL;
}

static int expr_sides(struct expr *x, int64_t *v)
{
	bool first = *v != 0;
	int64_t a, b;
	int err;

	x->t++;
	x->dead += !first;
	err = expr_ternary(x, &a);
	x->dead -= !first;
	if (!err)
		err = expr_want(x, ':');
	if (err)
		return err;
	x->dead += first;
	err = expr_ternary(x, &b);
	x->dead -= first;
	*v = first ? a : b;
	return err;
}

/* Every way into a deeper level passes here or through expr_unary(). */
static int expr_deeper(struct expr *x)
{
	if (x->depth++ < EXPR_DEPTH)
		return 0;
	diag_error(x->d, expr_pos(x, x->t), x->t->len, "expression is nested more than %d deep",
		EXPR_DEPTH);
	return -EINVAL;
}

static int expr_ternary(struct expr *x, int64_t *v)
{
	int err = expr_deeper(x);

	if (!err)
		err = expr_binary(x, 1, v);
	if (!err && lex_op(x->t, '?'))
		err = expr_sides(x, v);
	x->depth--;
	return err;
}

static int expr_unknown(struct expr *x, const struct tok *t, const char *what)
{
	struct suggest s;
	char buf[128];

	suggest_start(&s, t->s, t->len);
	if (x->env && x->env->suggest)
		x->env->suggest(x->env->arg, &s);
	diag_error(x->d, expr_pos(x, t), t->len, "%s '%.*s'%s", what,
		t->len > 200 ? 200 : (int)t->len, t->s, suggest_text(&s, buf, sizeof(buf)));
	return -EINVAL;
}

static bool expr_is_element(const struct tok *name, const struct tok *t)
{
	return lex_op(t, '[') && !t->spaced && memchr(name->s, '.', name->len);
}

/* See expr_path(). */
static const char *expr_whole(struct expr *x, size_t *len)
{
	const struct tok *t = x->t++, *name = t;
	const char *s = t->s;
	int64_t n;

	*len = t->len;
	while (expr_is_element(name, x->t)) {
		t = ++x->t;
		if (expr_ternary(x, &n) || expr_want(x, ']'))
			return NULL;
		if (n < 0) {
			diag_error(x->d, expr_pos(x, t), t->len, "an element before the first");
			return NULL;
		}
		t = x->t->kind == TOK_NAME && !x->t->spaced && *x->t->s == '.' ? x->t++ : NULL;
		s = pool_printf(x->d->pool, "%.*s[%llu]%.*s", (int)*len, s, (unsigned long long)n,
			t ? (int)t->len : 0, t ? t->s : "");
		if (!s)
			return NULL;
		*len = strlen(s);
	}
	return s;
}

static int expr_name(struct expr *x, int64_t *v)
{
	const struct tok *t = x->t;
	size_t len;
	const char *s = expr_whole(x, &len);
	int err = s ? -ENOENT : -EINVAL;

	if (s && x->env && x->env->lookup)
		err = x->env->lookup(x->env->arg, s, len, v);
	return err == -ENOENT ? expr_unknown(x, t, "unknown name") : err;
}

/* "r7->" in front of a type's name, as where the type lies: what it has is the same anywhere */
static void expr_pass_register(struct expr *x)
{
	const struct tok *t = x->t;

	if (t->kind == TOK_NAME && t->len > 1 && t->len < 4 && *t->s == 'r' && t->s[1] >= '0' &&
		t->s[1] <= '9' && lex_op(t + 1, PUNCT('-', '>', 0)))
		x->t += 2;
}

/* sizeof(NAME), sizeof(NAME[N]): so many of them; sizeof(REC.NAME[N]): one element */
static int expr_sizeof(struct expr *x, int64_t *v)
{
	const struct tok *t;
	const char *s;
	int err = -ENOENT;
	size_t len;
	int64_t n;

	x->t += 2;
	if (lex_is(x->t, "struct"))
		x->t++;
	expr_pass_register(x);
	t = x->t;
	if (t->kind != TOK_NAME) {
		diag_error(x->d, expr_pos(x, t), t->len, "sizeof needs a name");
		return -EINVAL;
	}
	s = expr_whole(x, &len);
	if (!s)
		return -EINVAL;
	if (x->env && x->env->size_of)
		err = x->env->size_of(x->env->arg, s, len, v);
	if (err == -ENOENT)
		return expr_unknown(x, t, "sizeof: unknown name");
	while (!err && lex_op(x->t, '[')) {
		x->t++;
		err = expr_ternary(x, &n);
		if (!err)
			err = expr_want(x, ']');
		if (!err)
			*v = (int64_t)((uint64_t)*v * (uint64_t)n);
	}
	return err ? err : expr_want(x, ')');
}

/* exists(NAME) */
static int expr_exists(struct expr *x, int64_t *v)
{
	const struct tok *t;
	const char *s;
	size_t len;
	int err;

	x->t += 2;
	if (lex_is(x->t, "struct"))
		x->t++;
	t = x->t;
	if (t->kind != TOK_NAME) {
		diag_error(x->d, expr_pos(x, t), t->len, "exists needs a name");
		return -EINVAL;
	}
	s = expr_whole(x, &len);
	if (!s)
		return -EINVAL;
	if (!x->env || !x->env->exists)
		return expr_unknown(x, t, "exists: unknown name");
	err = x->env->exists(x->env->arg, s, len, v);
	return err ? err : expr_want(x, ')');
}

static int expr_primary(struct expr *x, int64_t *v)
{
	int err;

	if (x->t->kind == TOK_NUM) {
		*v = (int64_t)x->t++->num;
		return 0;
	}
	if (x->t->kind == TOK_NAME) {
		if (lex_is(x->t, "sizeof") && lex_op(x->t + 1, '('))
			return expr_sizeof(x, v);
		if (lex_is(x->t, "exists") && lex_op(x->t + 1, '('))
			return expr_exists(x, v);
		return expr_name(x, v);
	}
	if (lex_op(x->t, '(')) {
		x->t++;
		err = expr_ternary(x, v);
		return err ? err : expr_want(x, ')');
	}
	if (x->t->kind == TOK_LOCAL) {
		diag_error(x->d, expr_pos(x, x->t), x->t->len,
			"'%.*s' is no number; as a label it is for jumps", (int)x->t->len, x->t->s);
		return -EINVAL;
	}
	diag_error(x->d, expr_pos(x, x->t), x->t->len,
		x->t->kind == TOK_END ? "expected a number or a name at the end of the line"
				      : "expected a number or a name");
	return -EINVAL;
}

static int expr_unary(struct expr *x, int64_t *v)
{
	uint32_t op = x->t->kind == TOK_PUNCT ? x->t->op : 0;
	int err;

	if (op != '-' && op != '~' && op != '!' && op != '+')
		return expr_primary(x, v);
	err = expr_deeper(x);
	if (!err) {
		x->t++;
		err = expr_unary(x, v);
	}
	x->depth--;
	if (op == '-')
		*v = (int64_t)(0 - (uint64_t)*v);
	else if (op == '~')
		*v = (int64_t) ~(uint64_t)*v;
	else if (op == '!')
		*v = !*v;
	return err;
}

const char *expr_path(struct diag *d, struct pos at, const struct expr_env *env,
	const struct tok **t, size_t *len)
{
	struct expr x = {d, at, env, *t, 0, 0};
	const char *s = expr_whole(&x, len);

	*t = x.t;
	return s;
}

int expr_eval(
	struct diag *d, struct pos at, const struct expr_env *env, const struct tok **t, int64_t *v)
{
	struct expr x = {d, at, env, *t, 0, 0};
	int err;

	*v = 0;
	err = expr_ternary(&x, v);
	*t = x.t;
	return err;
}
