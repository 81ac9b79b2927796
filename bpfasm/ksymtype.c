// SPDX-License-Identifier: MIT
/*
 * ksymtype.c - types of the kernel's functions and variables, as .kfunc and .kvar declare them.
 *
 *	.kfunc bpf_task_acquire: struct task_struct *(struct task_struct *)
 *
 * Loaders compare such a type with the kernel's own by the sort of each of its parts: a pointer to
 * a record in both, whatever the record's name.  It is read from left to right, and what follows a
 * type makes another of it: "*" a pointer to it, "[N]" an array, "(...)" a function that returns
 * it.  So of a function without function pointers it is C; and "s32(void *)*" is a pointer to one.
 * The target's answer has the same form.
 */
#include "ksymtype.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "parse_type.h"

enum {
	KSYMTYPE_DEPTH = 16,  /* types in each other's parameters */
	KSYMTYPE_PARTS = 256, /* of one type */
	KSYMTYPE_TEXT = 2048, /* of the target's answer */
};

struct ksymtype {
	struct pool *pool;
	const char *s, *end;
	unsigned depth, parts;
};

static struct ir_ktype *ksymtype_parse(struct ksymtype *c);

static void ksymtype_white(struct ksymtype *c)
{
	while (c->s < c->end && (*c->s == ' ' || *c->s == '\t'))
		c->s++;
}

static bool ksymtype_take(struct ksymtype *c, char what)
{
	ksymtype_white(c);
	if (c->s == c->end || *c->s != what)
		return false;
	c->s++;
	return true;
}

/* A word, or nothing: *len 0. */
static const char *ksymtype_word(struct ksymtype *c, size_t *len)
{
	const char *s;

	ksymtype_white(c);
	s = c->s;
	if (s < c->end && lex_name_start(*s))
		while (c->s < c->end && lex_name_char(*c->s))
			c->s++;
	*len = (size_t)(c->s - s);
	return s;
}

static bool ksymtype_is(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(s, word, len);
}

static struct ir_ktype *ksymtype_new(struct ksymtype *c, enum ir_ktype_kind kind)
{
	struct ir_ktype *t = ++c->parts > KSYMTYPE_PARTS ? NULL : pool_alloc(c->pool, sizeof(*t));

	if (t)
		t->kind = kind;
	return t;
}

static struct ir_ktype *ksymtype_tagged(struct ksymtype *c, enum ir_ktype_kind kind)
{
	struct ir_ktype *t = ksymtype_new(c, kind);
	size_t len;
	const char *s = ksymtype_word(c, &len);

	if (t)
		t->tag = pool_strndup(c->pool, s, len);
	return t;
}

static struct ir_ktype *ksymtype_number(struct ksymtype *c, uint32_t size, bool is_signed)
{
	struct ir_ktype *t = ksymtype_new(c, IR_KTYPE_INT);

	if (t) {
		t->size = size;
		t->is_signed = is_signed;
	}
	return t;
}

/* "forward struct TAG": one whose members the kernel's own BTF does not have */
static struct ir_ktype *ksymtype_forward(struct ksymtype *c)
{
	struct ir_ktype *t;
	size_t len;
	const char *s = ksymtype_word(c, &len);
	bool is_union = ksymtype_is(s, len, "union");

	if (!is_union && !ksymtype_is(s, len, "struct"))
		return NULL;
	t = ksymtype_tagged(c, IR_KTYPE_FORWARD);
	if (t)
		t->is_union = is_union;
	return t;
}

static struct ir_ktype *ksymtype_base(struct ksymtype *c)
{
	struct ir_type number;
	size_t len;
	const char *s = ksymtype_word(c, &len);

	while (ksymtype_is(s, len, "const") || ksymtype_is(s, len, "volatile"))
		s = ksymtype_word(c, &len);
	if (ksymtype_is(s, len, "void"))
		return ksymtype_new(c, IR_KTYPE_VOID);
	if (ksymtype_is(s, len, "struct"))
		return ksymtype_tagged(c, IR_KTYPE_STRUCT);
	if (ksymtype_is(s, len, "union"))
		return ksymtype_tagged(c, IR_KTYPE_UNION);
	if (ksymtype_is(s, len, "enum"))
		return ksymtype_tagged(c, IR_KTYPE_ENUM);
	if (ksymtype_is(s, len, "forward"))
		return ksymtype_forward(c);
	if (ksymtype_is(s, len, "bool"))
		return ksymtype_number(c, 1, false);
	if (ksymtype_is(s, len, "char"))
		return ksymtype_number(c, 1, true);
	if (ksymtype_is(s, len, "int"))
		return ksymtype_number(c, 4, true);
	if (parse_type_int(s, len, &number))
		return ksymtype_number(c, number.size, number.is_signed);
	return NULL;
}

/* "..." stands at the end only; in BTF it is a parameter that is void. */
static struct ir_ktype *ksymtype_param(struct ksymtype *c)
{
	struct ir_ktype *t;
	size_t len;

	ksymtype_white(c);
	if (c->end - c->s >= 3 && !memcmp(c->s, "...", 3)) {
		c->s += 3;
		return ksymtype_new(c, IR_KTYPE_VOID);
	}
	t = ksymtype_parse(c);
	ksymtype_word(c, &len); /* its name, as headers of C have it */
	return t;
}

/* The parameters, behind "(". */
static bool ksymtype_params(struct ksymtype *c, struct ir_ktype *of)
{
	const struct ir_ktype **last = &of->params;
	struct ir_ktype *t;

	if (ksymtype_take(c, ')'))
		return true;
	do {
		t = ksymtype_param(c);
		if (!t)
			return false;
		*last = t;
		last = &t->next;
		of->n++;
	} while (ksymtype_take(c, ','));
	if (of->n == 1 && t->kind == IR_KTYPE_VOID && c->s[-1] != '.') { /* "(void)" */
		of->n = 0;
		of->params = NULL;
	}
	return ksymtype_take(c, ')');
}

/* [N] or [], behind "[". */
static bool ksymtype_count(struct ksymtype *c, struct ir_ktype *of)
{
	ksymtype_white(c);
	while (c->s < c->end && *c->s >= '0' && *c->s <= '9') {
		if (of->n > UINT32_MAX / 10 - 1)
			return false;
		of->n = of->n * 10 + (uint32_t)(*c->s++ - '0');
	}
	return ksymtype_take(c, ']');
}

/* NULL: no type, or no memory. */
static struct ir_ktype *ksymtype_suffixes(struct ksymtype *c, struct ir_ktype *t)
{
	enum ir_ktype_kind kind;
	struct ir_ktype *outer;
	bool ok = true;

	while (t && ok) {
		if (ksymtype_take(c, '*'))
			kind = IR_KTYPE_PTR;
		else if (ksymtype_take(c, '['))
			kind = IR_KTYPE_ARRAY;
		else if (ksymtype_take(c, '('))
			kind = IR_KTYPE_FUNC;
		else
			break;
		outer = ksymtype_new(c, kind);
		if (outer)
			outer->of = t;
		t = outer;
		if (t && kind == IR_KTYPE_ARRAY)
			ok = ksymtype_count(c, t);
		if (t && kind == IR_KTYPE_FUNC)
			ok = ksymtype_params(c, t);
	}
	return ok ? t : NULL;
}

static struct ir_ktype *ksymtype_parse(struct ksymtype *c)
{
	struct ir_ktype *t = NULL;

	if (++c->depth <= KSYMTYPE_DEPTH)
		t = ksymtype_suffixes(c, ksymtype_base(c));
	c->depth--;
	return t;
}

/* The type of a whole text, if it is a function's, or none where that is wanted; NULL. */
static const struct ir_ktype *ksymtype_text(
	struct pool *pool, const char *s, size_t len, bool is_func)
{
	struct ksymtype c = {pool, s, s + len, 0, 0};
	struct ir_ktype *t = ksymtype_parse(&c);

	ksymtype_white(&c);
	if (!t || c.s != c.end || (t->kind == IR_KTYPE_FUNC) != is_func)
		return NULL;
	return t;
}

/* ---- .kfunc NAME: TYPE weak ------------------------------------------------------------------ */

static bool ksymtype_is_tag(const struct tok *t)
{
	return parse_is(t, "struct") || parse_is(t, "union") || parse_is(t, "enum");
}

/* The tokens up to the end, or to a "weak" that is no tag, with a space between them. */
static char *ksymtype_join(struct parse *p)
{
	const struct tok *t, *end = p->end;
	size_t len = 1;
	char *text, *out;

	if (end - p->t >= 2 && parse_is(end - 1, "weak") && !ksymtype_is_tag(end - 2))
		end--;
	for (t = p->t; t < end; t++)
		len += t->len + 1;
	text = pool_alloc(p->pool, len);
	for (out = text; out && p->t < end; p->t++) {
		if (out > text && (out[-1] != '(' && *p->t->s != ')' && *p->t->s != ',' &&
					  *p->t->s != '(' && *p->t->s != '[' && *p->t->s != ']' &&
					  out[-1] != '[' && out[-1] != '*' && out[-1] != '.'))
			*out++ = ' ';
		memcpy(out, p->t->s, p->t->len);
		out += p->t->len;
	}
	return text;
}

int ksymtype_declared(struct parse *p, struct ir_ksym *k)
{
	const struct tok *t;
	char *text;

	if (parse_take(p, PUNCT(':', 0, 0))) {
		t = p->t;
		text = ksymtype_join(p);
		if (!text)
			return -ENOMEM;
		k->type_text = text;
		k->ktype = ksymtype_text(p->pool, text, strlen(text), k->is_func);
		if (!k->ktype && !p->pool->failed)
			return parse_error(p, t, "the type of a %s of the kernel looks like '%s'",
				k->is_func ? "function" : "variable",
				k->is_func ? "struct task_struct *(s32, void *)"
					   : "struct rq' or 'u64[4]");
	}
	k->weak = parse_take_name(p, "weak");
	return p->pool->failed ? -ENOMEM : 0;
}

void ksymtype_ask(struct parse *p, struct ir_ksym *k)
{
	const struct bpfasm_resolver *r = p->o->resolver;
	char text[KSYMTYPE_TEXT] = "";

	if (k->used)
		return;
	k->used = true;
	if (k->ktype || k->config || p->o->format != BPFASM_ELF || !r ||
		r->sz < offsetof(struct bpfasm_resolver, symbol_type) + sizeof(r->symbol_type) ||
		!r->symbol_type)
		return;
	if (!r->symbol_type(r->arg, k->name, k->is_func, text, sizeof(text)))
		k->ktype = ksymtype_text(p->pool, text, strnlen(text, sizeof(text)), k->is_func);
}
