// SPDX-License-Identifier: MIT
/*
 * parse_data.c - .data, .rodata, .bss: variables that all programs of an object share.
 *
 * Each of the three becomes a section of that name, which the loader makes into an array map of
 * one element.  Variables stand there in the order of the text, aligned as C aligns them.
 */
#include "parse_data.h"

#include <errno.h>

#include "equ.h"
#include "parse_type.h"

enum {
	DATA_MAX = 4 << 20, /* bytes of a section: no more can user space read of a map's value */
	DATA_KERNEL = 5 << 16 | 2 << 8, /* the first that knows such maps */
};

const struct ir_data *parse_find_data(const struct parse *p, const char *s, size_t len)
{
	return names_get(&p->data, s, len);
}

/* ---- initial values ---------------------------------------------------------------------- */

static int data_number(struct parse *p, const struct ir_type *type, unsigned char *to)
{
	const struct tok *t = p->t;
	unsigned i, bits = 8 * type->size;
	char text[64];
	int64_t v;

	if (parse_expr(p, &v))
		return -EINVAL;
	if (bits < 64 && (v < -((int64_t)1 << (bits - 1)) || v >> bits > 0))
		return parse_error(p, t, "%s does not fit in %u bits",
			parse_value_text(t, p->t, v, text, sizeof(text)), bits);
	for (i = 0; i < type->size; i++)
		to[p->unit->big_endian ? type->size - 1 - i : i] =
			(unsigned char)((uint64_t)v >> 8 * i);
	return 0;
}

static int data_string(struct parse *p, const struct ir_type *type, unsigned char *to)
{
	const struct tok *t = p->t;
	size_t len;
	char *text;

	if (t->kind != TOK_STR)
		return parse_error(p, t, "the value of char[%u] is a string", (unsigned)type->size);
	text = lex_string(p->diag, parse_pos(p, t), t, &len);
	if (!text)
		return -EINVAL;
	if (len >= type->size)
		return parse_error(p, t, "this string takes %zu bytes with its NUL, there are %u",
			len + 1, (unsigned)type->size);
	memcpy(to, text, len);
	p->t++;
	return 0;
}

static int data_value(struct parse *p, const struct ir_type *type, unsigned char *to);

/* "{VALUE, ...}": fields in their order; what is not named is zero */
static int data_record(struct parse *p, const struct ir_struct *s, unsigned char *to)
{
	size_t i = 0;

	if (parse_want(p, PUNCT('{', 0, 0)))
		return -EINVAL;
	if (parse_take(p, PUNCT('}', 0, 0)))
		return 0;
	do {
		if (i == s->n_fields)
			return parse_error(
				p, p->t, "struct '%s' has %zu fields", s->name, s->n_fields);
		if (data_value(p, &s->fields[i].type, to + s->fields[i].offset))
			return -EINVAL;
		i++;
	} while (parse_take(p, PUNCT(',', 0, 0)));
	return parse_want(p, PUNCT('}', 0, 0));
}

static int data_value(struct parse *p, const struct ir_type *type, unsigned char *to)
{
	if (type->kind == IR_TYPE_STRUCT)
		return data_record(p, type->record, to);
	return type->kind == IR_TYPE_CHARS ? data_string(p, type, to) : data_number(p, type, to);
}

static int data_array(struct parse *p, const struct ir_data *v, unsigned char *to)
{
	uint32_t i = 0;

	if (parse_want(p, PUNCT('{', 0, 0)))
		return -EINVAL;
	if (parse_take(p, PUNCT('}', 0, 0)))
		return 0;
	do {
		if (i == v->count)
			return parse_error(
				p, p->t, "'%s' has %u elements", v->name, (unsigned)v->count);
		if (data_value(p, &v->type, to + (size_t)i++ * v->type.size))
			return -EINVAL;
	} while (parse_take(p, PUNCT(',', 0, 0)));
	return parse_want(p, PUNCT('}', 0, 0));
}

/* "= VALUE", or nothing */
static int data_initial(struct parse *p, struct ir_data *v)
{
	const struct tok *t = p->t;
	unsigned char *to;

	if (!parse_take(p, PUNCT('=', 0, 0))) {
		if (v->section == IR_RODATA)
			return parse_error(
				p, t, "a constant needs its value: '.rodata NAME: TYPE = VALUE'");
		return 0;
	}
	if (v->section == IR_BSS)
		return parse_error(
			p, t, "what is in .bss begins as zero; with a value it is '.data'");
	to = pool_alloc(p->pool, v->size);
	if (!to)
		return -ENOMEM;
	v->init = to;
	return v->count ? data_array(p, v, to) : data_value(p, &v->type, to);
}

/* ---- declarations ------------------------------------------------------------------------ */

/* How many values stand between the brackets at t: those of "TYPE[] = {...}". */
static int64_t data_count_values(const struct tok *t)
{
	int64_t n = 1;
	int depth = 0;

	for (; t->kind != TOK_END; t++) {
		if (parse_op(t, PUNCT('{', 0, 0)) || parse_op(t, PUNCT('(', 0, 0)))
			depth++;
		else if (parse_op(t, PUNCT('}', 0, 0)) || parse_op(t, PUNCT(')', 0, 0)))
			depth--;
		else if (depth == 1 && parse_op(t, PUNCT(',', 0, 0)))
			n++;
	}
	return n;
}

/* "char[] = "text"": as long as the string */
static int data_text_type(struct parse *p, struct ir_type *type)
{
	const struct tok *t = p->t + 4;
	size_t len;

	p->t += 3;
	if (!parse_op(p->t, PUNCT('=', 0, 0)) || t->kind != TOK_STR)
		return parse_error(p, p->t, "'char[]' is as long as its string: char[] = \"text\"");
	if (!lex_string(p->diag, parse_pos(p, t), t, &len))
		return -EINVAL;
	*type = parse_u64;
	type->kind = IR_TYPE_CHARS;
	type->size = (uint32_t)len + 1;
	return 0;
}

static int data_type(struct parse *p, struct ir_data *v)
{
	const struct tok *t = p->t;
	int64_t n;

	if (parse_is(t, "char") && parse_op(t + 1, PUNCT('[', 0, 0)) &&
		parse_op(t + 2, PUNCT(']', 0, 0)))
		return data_text_type(p, &v->type);
	if (parse_type(p, &v->type))
		return -EINVAL;
	if (!parse_take(p, PUNCT('[', 0, 0)))
		return 0;
	t = p->t;
	if (parse_take(p, PUNCT(']', 0, 0))) {
		if (!parse_op(p->t, PUNCT('=', 0, 0)))
			return parse_error(p, t, "a number of elements is missing here");
		n = data_count_values(p->t + 1);
	} else if (parse_expr(p, &n) || parse_want(p, PUNCT(']', 0, 0))) {
		return -EINVAL;
	}
	if (n < 1 || n > DATA_MAX)
		return parse_error(
			p, t, "%lld is no number of elements: 1 to %d", (long long)n, DATA_MAX);
	v->count = (uint32_t)n;
	return 0;
}

/* Its place behind the others of the section. */
static int data_place(struct parse *p, const struct tok *t, struct ir_data *v)
{
	uint32_t *used = &p->unit->data_size[v->section], align = parse_type_align(&v->type);
	uint64_t size = (uint64_t)v->type.size * (v->count ? v->count : 1);
	uint64_t at = ((uint64_t)*used + align - 1) / align * align;

	if (at + size > DATA_MAX)
		return parse_error(p, t, "'%s' needs %llu bytes, %llu of %d are left in %s",
			v->name, (unsigned long long)size,
			(unsigned long long)(at < DATA_MAX ? DATA_MAX - at : 0), DATA_MAX,
			ir_data_sections[v->section]);
	v->offset = (uint32_t)at;
	v->size = (uint32_t)size;
	*used = (uint32_t)(at + size);
	return 0;
}

static int data_name(struct parse *p, const struct tok *t)
{
	const struct ir_data *have = parse_find_data(p, t->s, t->len);

	if (t->kind != TOK_NAME || memchr(t->s, '.', t->len))
		return parse_error(p, t, "a variable is '.data NAME: TYPE = VALUE'");
	if (parse_is_reserved(t))
		return parse_error(p, t, "'%.*s' cannot name a variable", (int)t->len, t->s);
	if (have)
		return parse_error(p, t, "variable '%s' is already declared at line %u", have->name,
			(unsigned)diag_user_pos(have->at).line);
	if (names_get(&p->maps, t->s, t->len) || names_get(&p->funcs, t->s, t->len))
		return parse_error(p, t, "'%.*s' is already a %s", (int)t->len, t->s,
			names_get(&p->maps, t->s, t->len) ? "map" : "program or function");
	return 0;
}

static int data_declare(struct parse *p, const struct tok *t, struct ir_data *v)
{
	uint32_t kernel = equ_target_kernel(p->o);

	if (kernel && kernel < DATA_KERNEL)
		return parse_error(p, t,
			"variables in %s need Linux 5.2; before it they are the values of a map",
			ir_data_sections[v->section]);
	if (parse_want(p, PUNCT(':', 0, 0)) || data_type(p, v) || data_place(p, t, v))
		return -EINVAL;
	return data_initial(p, v);
}

static int data_line(struct parse *p, enum ir_data_section section)
{
	struct ir_unit *u = p->unit;
	const struct tok *t = p->t;
	struct ir_data *v;
	int err = data_name(p, t);

	if (err)
		return err;
	v = pool_alloc(p->pool, sizeof(*v));
	if (!v || pool_grow(p->pool, &u->data, &u->cap_data, u->n_data, sizeof(*u->data)))
		return -ENOMEM;
	v->name = pool_strndup(p->pool, t->s, t->len);
	v->section = section;
	v->type = parse_u64;
	v->at = parse_pos(p, t);
	if (!v->name || names_put(&p->data, p->pool, v->name, t->len, v))
		return -ENOMEM;
	/* one with an error is known all the same: its name causes no second one */
	u->data[u->n_data++] = v;
	p->t++;
	err = data_declare(p, t, v);
	return err;
}

int parse_data(struct parse *p)
{
	return data_line(p, IR_DATA);
}

int parse_rodata(struct parse *p)
{
	return data_line(p, IR_RODATA);
}

int parse_bss(struct parse *p)
{
	return data_line(p, IR_BSS);
}
