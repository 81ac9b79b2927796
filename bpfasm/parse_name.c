// SPDX-License-Identifier: MIT
/* parse_name.c - what a name means in an expression: a variable, a type, a part of one, sizeof. */

#include "parse_name.h"

#include <errno.h>
#include <stdio.h>

#include "equ.h"
#include "exists.h"
#include "global.h"
#include "include.h"

/* ---- what may have been meant --------------------------------------------------------------- */

/* R1, rr2, %r3: the register with that number. */
static void env_suggest_number(struct suggest *s)
{
	static const char names[2][11][4] = {
		{"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10"},
		{"w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10"}};
	size_t from = s->len, n = 0;
	bool w;

	while (from && s->want[from - 1] >= '0' && s->want[from - 1] <= '9')
		from--;
	w = from && (s->want[0] == 'w' || s->want[0] == 'W');
	if (!from || from > 2 || from == s->len || s->len - from > 2 ||
		(!w && s->want[0] != 'r' && s->want[0] != 'R'))
		return;
	for (; from < s->len; from++)
		n = 10 * n + (size_t)(s->want[from] - '0');
	if (n <= 10)
		suggest_offer(s, names[w][n], strlen(names[w][n]));
}

/* r and w registers whose digit is a letter, arg1 to arg6: the likely one first. */
static void env_suggest_regs(struct suggest *s)
{
	static const char args[6][5] = {"arg6", "arg5", "arg4", "arg3", "arg2", "arg1"};
	char last = s->len ? s->want[s->len - 1] : 0;
	bool one = last == 'l' || last == 'I' || last == 'i', zero = last == 'o' || last == 'O';
	size_t i;

	env_suggest_number(s);
	if (s->len == 2 && (one || zero)) {
		if (*s->want == 'r')
			suggest_offer(s, one ? "r1" : "r0", 2);
		if (*s->want == 'w')
			suggest_offer(s, one ? "w1" : "w0", 2);
	}
	if (one)
		suggest_offer(s, "arg1", 4);
	for (i = 0; i < 6; i++)
		suggest_offer(s, args[i], 4);
	suggest_offer(s, "retval", 6);
	suggest_offer(s, "args", 4);
	suggest_offer(s, "ctx", 3);
}

static void env_suggest_places(struct parse *p, struct suggest *s)
{
	size_t i;

	for (i = 0; p->fn && i < p->fn->frame.n_vars; i++)
		suggest_offer(s, p->fn->frame.vars[i].name, p->fn->frame.vars[i].len);
	for (i = 0; i < p->unit->n_data; i++)
		suggest_offer(s, p->unit->data[i]->name, strlen(p->unit->data[i]->name));
	for (i = 0; i < p->unit->n_structs; i++)
		suggest_offer(s, p->unit->structs[i]->name, strlen(p->unit->structs[i]->name));
}

static void env_suggest(void *arg, struct suggest *s)
{
	struct parse *p = arg;

	if (p->fn)
		env_suggest_regs(s);
	env_suggest_places(p, s);
	if (p->macro)
		macro_suggest(p->macro, s);
	suggest_offer(s, "KERNEL", 6);
	if (p->near)
		suggest_offer(s, p->near, strlen(p->near));
}

const char *parse_near_place(struct parse *p, const char *name, size_t len, char *buf, size_t size)
{
	const char *dot = len > 1 ? memchr(name + 1, '.', len - 1) : NULL;
	size_t first = dot ? (size_t)(dot - name) : len;
	struct suggest s;

	*buf = '\0';
	suggest_start(&s, name, first);
	env_suggest_places(p, &s);
	if (s.best && s.best_len + len - first < size - 20)
		snprintf(buf, size, "; did you mean '%.*s%.*s'?", (int)s.best_len, s.best,
			(int)(len - first), name + first);
	return buf;
}

int parse_unknown(struct parse *p, const struct tok *t, const char *what)
{
	struct suggest s;
	char buf[128];
	size_t i;

	suggest_start(&s, t->s, t->len);
	env_suggest(p, &s);
	for (i = 0; i < p->unit->n_maps; i++)
		suggest_offer(&s, p->unit->maps[i]->name, strlen(p->unit->maps[i]->name));
	/* of "vv.pid" the first part is what may be known */
	if (!*parse_near_place(p, t->s, t->len, buf, sizeof(buf)))
		suggest_text(&s, buf, sizeof(buf));
	return parse_error(p, t, "no %s '%.*s'%s", what, t->len < 60 ? (int)t->len : 60, t->s, buf);
}

/* ---- variables and types -------------------------------------------------------------------- */

int parse_place(
	struct parse *p, const struct tok *t, const char *s, size_t len, struct parse_place *place)
{
	const char *dot = len > 1 ? memchr(s + 1, '.', len - 1) : NULL;
	size_t first = dot ? (size_t)(dot - s) : len;
	const struct frame_var *v;
	const struct ir_field *f;
	uint32_t offset;

	memset(place, 0, sizeof(*place));
	v = p->fn && len ? frame_find(&p->fn->frame, p->at.src, s, first) : NULL;
	if (!v)
		return 0;
	place->slot = v->slot;
	place->type = v->type;
	if (!dot)
		return 1;
	if (v->type.kind != IR_TYPE_STRUCT)
		return parse_error(p, t, "'%s' is no record, it has no fields", v->name);
	f = parse_field(v->type.record, dot + 1, len - first - 1, &offset);
	if (!f)
		return parse_no_field(p, t, "struct", v->type.record, dot + 1, len - first - 1);
	place->slot.off += (int32_t)offset;
	place->type = f->type;
	return 1;
}

/* The token that a name of an expression belongs to; NULL: none of this line. */
static const struct tok *tok_at(const struct parse *p, const char *s)
{
	const struct tok *t;

	for (t = p->t; t && t < p->end; t++)
		if (s >= t->s && s < t->s + t->len)
			return t;
	return NULL;
}

static const struct tok *tok_of(const struct parse *p, const char *s)
{
	static const struct tok none = {.kind = TOK_END};
	const struct tok *t = p->outside.len ? &p->outside : tok_at(p, s);

	if (!t && p->t)
		t = p->t;
	return t ? t : &none;
}

/* No such type: a variable or a record may have been meant, else msg says what is wrong. */
static int type_missing(
	struct parse *p, const struct tok *t, const char *s, size_t len, const char *msg)
{
	char near[128];

	if (*parse_near_place(p, s, len, near, sizeof(near)))
		return parse_error(
			p, t, "no variable or struct '%.*s'%s", len < 60 ? (int)len : 60, s, near);
	return parse_error(p, t, "%s", msg);
}

static int type_by_steps(
	struct parse *p, const struct tok *t, const char *s, size_t len, struct parse_path *f)
{
	char msg[384];
	int is = kname_get(p, t, s, len, &f->k, msg, sizeof(msg));

	if (is <= 0)
		return is ? is : type_missing(p, t, s, len, msg);
	if (!kname_place(f->k, f->k->hops - 1, p->o->big_endian, &f->place))
		return parse_error(p, t, "no load holds all of the bit field '%s'", f->k->text);
	f->f = f->place.f;
	return 0;
}

static int type_from_target(
	struct parse *p, const struct tok *t, const char *s, size_t len, struct bpfasm_field *f)
{
	const struct bpfasm_resolver *r = p->o->resolver;
	char path[256], msg[384];
	int err;

	snprintf(msg, sizeof(msg), "'%.*s' needs a target: the BTF of a kernel",
		len < 60 ? (int)len : 60, s);
	if (!r || !r->type_field)
		return type_missing(p, t, s, len, msg);
	if (len >= sizeof(path))
		return parse_error(p, t, "this name is longer than %zu characters", sizeof(path));
	memcpy(path, s, len);
	path[len] = '\0';
	memset(f, 0, sizeof(*f));
	snprintf(msg, sizeof(msg), "no type '%s'", path);
	err = r->type_field(r->arg, path, f, msg, sizeof(msg));
	if (err && err != -ENOENT)
		return parse_target_error(p, t, err, msg);
	return err ? type_missing(p, t, s, len, msg) : 0;
}

/* kind and width of a record's field as a resolver would say it */
static void type_describe(const struct ir_field *field, uint32_t offset, struct bpfasm_field *f)
{
	memset(f, 0, sizeof(*f));
	f->offset = offset;
	f->size = field->type.size;
	f->is_signed = field->type.is_signed;
	f->kind = field->type.kind == IR_TYPE_INT ? BPFASM_FIELD_PLAIN : BPFASM_FIELD_BYTES;
}

/* "name[3]" of a record: a byte of a char[N] */
static int type_element(struct parse *p, const struct tok *t, const struct ir_field *field,
	const char *s, size_t len, struct bpfasm_field *f)
{
	uint64_t n = 0;

	if (field->type.kind != IR_TYPE_CHARS)
		return parse_error(p, t, "'%s' is no array", field->name);
	for (s++, len--; len && *s != ']' && n < INT32_MAX; s++, len--)
		n = 10 * n + (uint64_t)(*s - '0');
	if (len != 1 || n >= field->type.size)
		return parse_error(
			p, t, "'%s' has %u elements", field->name, (unsigned)field->type.size);
	f->offset += n;
	f->size = 1;
	f->kind = BPFASM_FIELD_PLAIN;
	return 0;
}

int parse_type_path(struct parse *p, const char *s, size_t len, struct parse_path *path)
{
	const char *dot = memchr(s, '.', len), *element = memchr(s, '[', len);
	size_t first = dot ? (size_t)(dot - s) : len, end = element ? (size_t)(element - s) : len;
	struct bpfasm_field *f = &path->f;
	const struct ir_struct *record = parse_find_struct(p, s, first);
	const struct ir_field *field;
	const struct tok *t = tok_of(p, s);
	uint32_t offset;

	memset(path, 0, sizeof(*path));
	if (!record)
		return kname_told(p, s, len) ? type_by_steps(p, t, s, len, path)
					     : type_from_target(p, t, s, len, f);
	if (!dot) {
		f->size = record->size;
		f->kind = BPFASM_FIELD_BYTES;
		return 0;
	}
	field = parse_field(record, dot + 1, end - first - 1, &offset);
	if (!field)
		return parse_no_field(p, t, "struct", record, dot + 1, end - first - 1);
	type_describe(field, offset, f);
	return element ? type_element(p, t, field, element, len - end, f) : 0;
}

int parse_member(struct parse *p, const struct tok **t, struct parse_path *f)
{
	size_t len;
	const struct tok *behind = p->t;
	const char *s = expr_path(p->diag, p->at, &p->env, &behind, &len);

	*t = p->t;
	if (!s || parse_type_path(p, s, len, f))
		return -EINVAL;
	p->t = behind;
	if (f->k && f->place.is_value)
		return parse_error(p, *t, "'%s' is a number, it is nowhere in memory", f->k->text);
	return 0;
}

/* A size that may be another one on another kernel. */
static int size_of_type(
	struct parse *p, const struct tok *t, const struct parse_path *path, int64_t *v)
{
	*v = (int64_t)path->f.size;
	if (!path->k)
		return 0;
	if (path->place.is_value || path->place.bits)
		return parse_error(p, t, "'%s' is %s and has no size", path->k->text,
			path->place.bits ? "a bit field" : "a number");
	kname_keep(
		p, t, &path->place, path->place.n > 1 ? KNAME_BYTE_SIZE : KNAME_TYPE_SIZE, false);
	return 0;
}

/* sizeof: a variable or a part of it, a type, a field of a record or of the target's types */
int parse_size_of(struct parse *p, const char *s, size_t len, int64_t *v)
{
	struct ir_type type;
	struct parse_path f;
	struct parse_place place;
	struct global_place g;
	int err = global_find(p, tok_of(p, s), s, len, &g);

	if (err) {
		*v = err < 0 ? 0 : global_size(&g);
		return err < 0 ? err : 0;
	}
	err = parse_place(p, tok_of(p, s), s, len, &place);
	if (err) {
		*v = place.type.size;
		return err < 0 ? err : 0;
	}
	if (parse_type_int(s, len, &type)) {
		*v = type.size;
		return 0;
	}
	if (!parse_find_struct(p, s, len) && !memchr(s, '.', len) &&
		!(p->o->resolver && p->o->resolver->type_field) && !kname_told(p, s, len))
		return -ENOENT;
	err = parse_type_path(p, s, len, &f);
	return err ? err : size_of_type(p, tok_of(p, s), &f, v);
}

/* ---- for expr.c ------------------------------------------------------------------------------ */

/* A value that is known only when the program runs. */
static bool env_is_argument(const struct tok *t)
{
	return (t->len == 4 && !memcmp(t->s, "arg", 3) && t->s[3] >= '1' && t->s[3] <= '6') ||
	       parse_is(t, "retval") || parse_is(t, "ctx") || parse_is(t, IR_USDT_NAME) ||
	       (parse_is(t, "args") && parse_op(t + 1, PUNCT('-', '>', 0)));
}

/* A number in the stack; the name of a record's own field may be a path, too. */
static bool env_is_variable(const struct parse *p, const struct tok *t)
{
	const char *dot = t->len > 1 ? memchr(t->s + 1, '.', t->len - 1) : NULL;
	size_t first = dot ? (size_t)(dot - t->s) : t->len;

	return p->fn && t->len < 60 && !names_get(&p->structs, t->s, first) &&
	       frame_find(&p->fn->frame, p->at.src, t->s, first);
}

/* A name of .if and .ifdef stands in the line that was read last. */
static struct pos env_enter(struct parse *p, const char *s, size_t len)
{
	struct pos was = p->at;
	const char *line;

	if (p->macro && p->t == p->end) {
		p->at = input_pos(&p->macro->in);
		line = p->macro->in.top ? p->macro->in.top->at : NULL;
		p->outside.kind = TOK_NAME;
		p->outside.s = s;
		p->outside.len = (uint32_t)len;
		/* one with brackets was written anew */
		p->outside.col = line && s >= line && s < p->macro->in.top->end
					 ? (uint32_t)(s - line) + 1
					 : 1;
	}
	return was;
}

/* A directive is obeyed now: there is no instruction to come that could take a record. */
static int env_leave(struct parse *p, struct pos was, int err)
{
	if (p->outside.len && !err)
		err = kname_left(p);
	p->at = was;
	p->outside.len = 0;
	return err;
}

/* The first name that the target's message proposes. */
static void env_near(struct parse *p, const char *msg)
{
	const char *s = strstr(msg, "; did you mean '"), *end;

	if (s)
		s += strlen("; did you mean '");
	end = s ? strchr(s, '\'') : NULL;
	p->near = end ? pool_strndup(p->pool, s, (size_t)(end - s)) : NULL;
}

/* "TASK_COMM_LEN": an enumerator of the target's */
static int env_enumerator(
	struct parse *p, const struct tok *t, const char *s, size_t len, int64_t *v)
{
	const struct kname *k;
	struct kname_place place;
	char path[128], msg[384] = "";

	if (!kname_known(p) || *s == '.' || len + 1 >= sizeof(path))
		return -ENOENT;
	*path = '.';
	memcpy(path + 1, s, len);
	if (kname_get(p, t, path, len + 1, &k, msg, sizeof(msg)) != 1 ||
		!kname_place(k, 0, false, &place) || !place.is_value) {
		env_near(p, msg);
		return -ENOENT;
	}
	*v = (int64_t)place.f.offset;
	kname_keep(p, t, &place, KNAME_ENUM_VALUE, false);
	return 0;
}

/* An offset, or the number of "enum_name.ENUMERATOR". */
static int env_path(struct parse *p, const struct tok *t, const char *s, size_t len, int64_t *v)
{
	struct parse_path f;

	if (parse_type_path(p, s, len, &f))
		return -EINVAL;
	*v = (int64_t)f.f.offset;
	if (!f.k)
		return 0;
	if (f.k->hops > 1)
		return parse_error(p, t,
			"'%s' goes through a pointer; 'rN = rM->%s' loads it, and behind the "
			"pointer it is '%s.%s'",
			f.k->text, f.k->text, f.place.step->name, f.place.step[1].name);
	if (f.place.bits)
		return parse_error(p, t,
			"'%s' is a bit field, %u bit%s, and has no offset; 'rN = rM->%s' reads it",
			f.k->text, (unsigned)f.place.bits, f.place.bits == 1 ? "" : "s", f.k->text);
	kname_keep(p, t, &f.place, f.place.is_value ? KNAME_ENUM_VALUE : KNAME_BYTE_OFFSET, false);
	return 0;
}

/* What t names when it is no number; 0: nothing that is known. */
static int env_is_no_number(struct parse *p, const struct tok *t)
{
	const char *lib = include_defines(t->s, t->len);
	bool map = names_get(&p->maps, t->s, t->len);

	if (map || names_get(&p->funcs, t->s, t->len))
		return parse_error(p, t, "'%.*s' is a %s; its address is '&%.*s'", (int)t->len,
			t->s, map ? "map" : "function", (int)t->len, t->s);
	if (lib)
		return parse_error(
			p, t, "unknown name '%.*s'; add '.include \"%s\"'", (int)t->len, t->s, lib);
	return 0;
}

static int env_name(struct parse *p, const char *s, size_t len, int64_t *v)
{
	const struct tok *t = tok_at(p, s);
	int err = p->macro ? equ_get(p->macro, s, len, v) : -ENOENT;

	if (err == -ENOENT && t && env_is_argument(t))
		return parse_error(p, t, "'%.*s' is no constant; load it first: 'rN = ...'",
			(int)t->len, t->s);
	if (err == -ENOENT && t && env_is_variable(p, t))
		return parse_error(p, t, "'%.*s' is a variable; load it first: 'rN = %.*s'",
			(int)t->len, t->s, (int)t->len, t->s);
	if (err != -ENOENT)
		return err;
	/* nobody said which kernel it is for: one that has everything */
	if (len == 6 && !memcmp(s, "KERNEL", 6)) {
		*v = equ_target_kernel(p->o);
		if (!*v)
			*v = UINT32_MAX;
		return 0;
	}
	if (!memchr(s, '.', len)) {
		err = env_enumerator(p, tok_of(p, s), s, len, v);
		return err == -ENOENT && t && env_is_no_number(p, t) ? -EINVAL : err;
	}
	return env_path(p, tok_of(p, s), s, len, v);
}

static int env_lookup(void *arg, const char *s, size_t len, int64_t *v)
{
	struct parse *p = arg;
	struct pos was = env_enter(p, s, len);

	return env_leave(p, was, env_name(p, s, len, v));
}

static int env_size_of(void *arg, const char *s, size_t len, int64_t *v)
{
	struct parse *p = arg;
	struct pos was = env_enter(p, s, len);

	return env_leave(p, was, parse_size_of(p, s, len, v));
}

static int env_exists(void *arg, const char *s, size_t len, int64_t *v)
{
	struct parse *p = arg;
	struct pos was = env_enter(p, s, len);

	return env_leave(p, was, exists_ask(p, tok_of(p, s), s, len, v));
}

void parse_env(struct parse *p, struct expr_env *env)
{
	env->lookup = env_lookup;
	env->size_of = env_size_of;
	env->suggest = env_suggest;
	env->arg = p;
	env->exists = env_exists;
}
