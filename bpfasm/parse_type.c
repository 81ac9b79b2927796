// SPDX-License-Identifier: MIT
/* parse_type.c - types, records and their layout, and what sizeof and STRUCT.field are. */
#include <errno.h>
#include <stdio.h>

#include "parse_type.h"

enum { TYPE_MAX_SIZE = 64 * 1024 };

/* ---- types ------------------------------------------------------------------------------- */

const struct ir_type parse_u32 = {IR_TYPE_INT, 4, false, NULL};
const struct ir_type parse_u64 = {IR_TYPE_INT, 8, false, NULL};

bool parse_type_int(const char *s, size_t len, struct ir_type *type)
{
	static const char names[4][3] = {"8", "16", "32", "64"};
	unsigned i;

	if (len < 2 || len > 3 || (s[0] != 'u' && s[0] != 's'))
		return false;
	for (i = 0; i < 4; i++) {
		if (strlen(names[i]) != len - 1 || memcmp(names[i], s + 1, len - 1) != 0)
			continue;
		*type = parse_u64;
		type->size = 1U << i;
		type->is_signed = s[0] == 's';
		return true;
	}
	return false;
}

const struct ir_struct *parse_find_struct(const struct parse *p, const char *s, size_t len)
{
	return names_get(&p->structs, s, len);
}

bool parse_type_starts(const struct parse *p, const struct tok *t)
{
	struct ir_type type;

	return t->kind == TOK_NAME && (parse_is(t, "char") || parse_type_int(t->s, t->len, &type) ||
					      parse_find_struct(p, t->s, t->len));
}

int parse_no_type(struct parse *p, const struct tok *t)
{
	static const char *const ints[] = {
		"u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "char"};
	struct suggest s;
	char buf[128];
	size_t i;

	if (t->kind != TOK_NAME)
		return parse_error(
			p, t, "a type is missing here: u8 to u64, s8 to s64, char[N] or a .struct");
	suggest_start(&s, t->s, t->len);
	for (i = 0; i < sizeof(ints) / sizeof(ints[0]); i++)
		suggest_offer(&s, ints[i], strlen(ints[i]));
	for (i = 0; i < p->unit->n_structs; i++)
		suggest_offer(&s, p->unit->structs[i]->name, strlen(p->unit->structs[i]->name));
	return parse_error(
		p, t, "no type '%.*s'%s", (int)t->len, t->s, suggest_text(&s, buf, sizeof(buf)));
}

/* [N] behind char */
static int type_chars(struct parse *p, struct ir_type *type)
{
	const struct tok *t;
	int64_t n;

	if (parse_want(p, PUNCT('[', 0, 0)))
		return -EINVAL;
	t = p->t;
	if (parse_expr(p, &n) || parse_want(p, PUNCT(']', 0, 0)))
		return -EINVAL;
	if (n < 1 || n > TYPE_MAX_SIZE)
		return parse_error(
			p, t, "%lld is no size: 1 to %d characters", (long long)n, TYPE_MAX_SIZE);
	*type = parse_u64;
	type->kind = IR_TYPE_CHARS;
	type->size = (uint32_t)n;
	return 0;
}

int parse_no_array(
	struct parse *p, const struct ir_type *type, const char *where, const char *instead)
{
	const struct tok *t = p->t;
	uint64_t n = t[1].kind == TOK_NUM && t[1].num <= TYPE_MAX_SIZE ? t[1].num : 4;

	if (!parse_op(t, PUNCT('[', 0, 0)))
		return 0;
	return parse_error(p, t,
		"only char has an array %s: char[%llu] has as many bytes as this, or %s", where,
		(unsigned long long)(n * type->size), instead);
}

int parse_type(struct parse *p, struct ir_type *type)
{
	const struct tok *t = p->t;
	const struct ir_struct *s;

	if (t->kind != TOK_NAME)
		return parse_no_type(p, t);
	p->t++;
	if (parse_type_int(t->s, t->len, type))
		return 0;
	if (parse_is(t, "char"))
		return type_chars(p, type);
	s = parse_find_struct(p, t->s, t->len);
	if (!s) {
		p->t--;
		return parse_no_type(p, t);
	}
	*type = parse_u64;
	type->kind = IR_TYPE_STRUCT;
	type->size = s->size;
	type->record = s;
	return 0;
}

void parse_type_text(const struct ir_type *t, char *text, size_t size)
{
	if (t->kind == IR_TYPE_STRUCT)
		snprintf(text, size, "%s", t->record->name);
	else if (t->kind == IR_TYPE_CHARS)
		snprintf(text, size, "char[%u]", (unsigned)t->size);
	else
		snprintf(text, size, "%c%u", t->is_signed ? 's' : 'u', 8 * (unsigned)t->size);
}

uint32_t parse_type_align(const struct ir_type *t)
{
	if (t->kind == IR_TYPE_STRUCT)
		return t->record->align;
	return t->kind == IR_TYPE_CHARS ? 1 : t->size;
}

/* ---- records ----------------------------------------------------------------------------- */

struct ir_struct *parse_struct_new(struct parse *p, const char *name, struct pos at)
{
	struct ir_unit *u = p->unit;
	struct ir_struct *s = pool_alloc(p->pool, sizeof(*s));

	if (!s || !name ||
		pool_grow(p->pool, &u->structs, &u->cap_structs, u->n_structs, sizeof(*u->structs)))
		return NULL;
	s->name = name;
	s->align = 1;
	s->at = at;
	u->structs[u->n_structs++] = s;
	return s;
}

/* A field behind the others, at the next place that its alignment allows. */
int parse_struct_add(
	struct parse *p, struct ir_struct *s, const char *name, const struct ir_type *type)
{
	uint32_t align = parse_type_align(type);
	struct ir_field *f;

	if (!name ||
		pool_grow(p->pool, &s->fields, &s->cap_fields, s->n_fields, sizeof(*s->fields)) ||
		names_put(&s->by_name, p->pool, name, strlen(name),
			(void *)(uintptr_t)(s->n_fields + 1)))
		return -ENOMEM;
	f = &s->fields[s->n_fields++];
	f->name = name;
	f->type = *type;
	f->offset = (s->size + align - 1) / align * align;
	s->size = f->offset + type->size;
	if (s->align < align)
		s->align = align;
	return 0;
}

void parse_struct_close(struct ir_struct *s)
{
	s->size = (s->size + s->align - 1) / s->align * s->align;
}

/* ".struct key {", as C has it: what follows on the line may be fields, up to a ';' */
static int struct_brace(struct parse *p)
{
	p->stop = p->t + 1 != p->end;
	return parse_error(p, p->t,
		"a record is '.struct %s', lines of 'NAME: TYPE', and '.end' on a line of its own",
		p->record->name);
}

int parse_struct(struct parse *p)
{
	const struct tok *t = p->t;
	const struct ir_struct *have;
	struct ir_type type;
	char *name;

	if (t->kind != TOK_NAME || memchr(t->s, '.', t->len))
		return parse_error(p, t, "a record is '.struct NAME', its fields, '.end'");
	if (parse_type_int(t->s, t->len, &type) || parse_is(t, "char"))
		return parse_error(p, t, "'%.*s' is a type already", (int)t->len, t->s);
	have = parse_find_struct(p, t->s, t->len);
	if (have)
		parse_error(p, t, "struct '%s' is already declared at line %u", have->name,
			(unsigned)diag_user_pos(have->at).line);
	name = pool_strndup(p->pool, t->s, t->len);
	p->record = parse_struct_new(p, name, parse_pos(p, t));
	if (!p->record)
		return -ENOMEM;
	p->t++;
	p->record_told = parse_op(p->t, PUNCT('{', 0, 0));
	if (p->record_told)
		return struct_brace(p);
	/* after the second of two the fields are read all the same */
	return have ? -EINVAL : 0;
}

static int struct_end(struct parse *p)
{
	struct ir_struct *s = p->record;
	const struct tok *t = p->t++;
	size_t len = strlen(s->name);

	p->record = NULL;
	if (!s->n_fields)
		return parse_error(p, t, "struct '%s' has no fields", s->name);
	parse_struct_close(s);
	if (parse_find_struct(p, s->name, len))
		return parse_want_end(p);
	return names_put(&p->structs, p->pool, s->name, len, s) ? -ENOMEM : parse_want_end(p);
}

static const struct ir_field *struct_field(const struct ir_struct *s, const char *name, size_t len)
{
	size_t i = (size_t)(uintptr_t)names_get(&s->by_name, name, len);

	return i ? &s->fields[i - 1] : NULL;
}

void parse_struct_broken(struct parse *p)
{
	struct ir_struct *s = p->record;

	p->record = NULL;
	if (!p->record_told)
		diag_error(p->diag, s->at, strlen(s->name), "'.struct %s' has no '.end'", s->name);
	parse_struct_close(s);
	if (!parse_find_struct(p, s->name, strlen(s->name)))
		names_put(&p->structs, p->pool, s->name, strlen(s->name), s);
}

/* "NAME: TYPE", or as C has it "TYPE NAME" and "char NAME[N]" */
int parse_struct_line(struct parse *p)
{
	const struct tok *t = p->t, *name = t;
	struct ir_type type;
	int err;

	if (t == p->end)
		return 0;
	if (parse_is(t, ".end"))
		return struct_end(p);
	if (p->record_told && parse_take(p, PUNCT('}', 0, 0)))
		return parse_struct_broken(p), 0;
	if (t->kind != TOK_NAME || memchr(t->s, '.', t->len))
		return parse_error(p, t, "a field is 'NAME: TYPE'; '.end' ends the record");
	if (parse_op(t + 1, PUNCT(':', 0, 0))) {
		p->t += 2;
		err = parse_type(p, &type);
	} else if (parse_is(t, "char") && t[1].kind == TOK_NAME) {
		name = t + 1;
		p->t += 2;
		err = type_chars(p, &type);
	} else {
		err = parse_type(p, &type);
		name = p->t++;
	}
	if (err)
		return err;
	if (name->kind != TOK_NAME || memchr(name->s, '.', name->len)) {
		p->t = name;
		return parse_error(p, name, "a field is 'NAME: TYPE'");
	}
	if (struct_field(p->record, name->s, name->len))
		return parse_error(p, name, "struct '%s' has a field '%.*s' already",
			p->record->name, (int)name->len, name->s);
	if (type.size > TYPE_MAX_SIZE || p->record->size > TYPE_MAX_SIZE - type.size)
		return parse_error(p, t, "struct '%s' is larger than %d bytes", p->record->name,
			TYPE_MAX_SIZE);
	if (parse_op(p->t, PUNCT('[', 0, 0)))
		return parse_error(p, p->t,
			"only char has an array in a record: 'NAME: char[BYTES]'; write the "
			"elements "
			"as fields, or make the array a .data variable");
	err = parse_struct_add(p, p->record, pool_strndup(p->pool, name->s, name->len), &type);
	return err ? err : parse_want_end(p);
}

const struct ir_field *parse_field(
	const struct ir_struct *s, const char *name, size_t len, uint32_t *offset)
{
	const struct ir_field *f = NULL;
	const char *dot;
	size_t part;

	*offset = 0;
	for (; s; s = f->type.kind == IR_TYPE_STRUCT ? f->type.record : NULL) {
		dot = memchr(name, '.', len);
		part = dot ? (size_t)(dot - name) : len;
		f = struct_field(s, name, part);
		if (!f)
			return NULL;
		*offset += f->offset;
		if (!dot)
			return f;
		name += part + 1;
		len -= part + 1;
	}
	return NULL;
}

int parse_no_field(struct parse *p, const struct tok *t, const char *what,
	const struct ir_struct *s, const char *name, size_t len)
{
	struct suggest near;
	char buf[128];
	size_t i;

	suggest_start(&near, name, len);
	for (i = 0; i < s->n_fields; i++)
		suggest_offer(&near, s->fields[i].name, strlen(s->fields[i].name));
	return parse_error(p, t, "%s '%s' has no field '%.*s'%s", what, s->name,
		len < 60 ? (int)len : 60, name, suggest_text(&near, buf, sizeof(buf)));
}
