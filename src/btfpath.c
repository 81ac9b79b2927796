// SPDX-License-Identifier: MIT
/*
 * btfpath.c - "task_struct.real_parent.tgid" to places in memory, by BTF.
 *
 * A name is walked part by part, and each part leaves a step: the type it begins with, a member, an
 * element of an array, the type that a pointer points to, an enumerator.  Members of unnamed
 * records count as their owner's: the records leave no step, which is what CO-RE's access strings
 * need, since those look for names too.
 */
#include "btfpath.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "near.h"

enum {
	PATH_DEPTH = 32,     /* records in records */
	PATH_STEPS = 200000, /* members looked at: unnamed records may hold each other */
	PATH_RECORDS = 1 << BTF_STRUCT | 1 << BTF_UNION,
	PATH_ENUMS = 1 << BTF_ENUM | 1 << BTF_ENUM64,
	PATH_KINDS = PATH_RECORDS | PATH_ENUMS | 1 << BTF_TYPEDEF | 1 << BTF_INT,
	PATH_PART = 256, /* bytes of one part */
};

/* Where a walk along a path is. */
struct path_walk {
	const struct btf *b;
	struct btf_type t; /* without typedefs and the like */
	uint64_t bits;	   /* from the start of the step before */
	uint32_t bit_size; /* of a bit field, else 0 */
	unsigned word;	   /* bytes of a pointer */
	const char *path;
	size_t done;	/* bytes of the path that t stands for */
	unsigned steps; /* left */
	struct bpfasm_step *out;
	int n_out;
	char *msg;
	size_t msg_len;
};

static bool path_is_record(const struct btf_type *t)
{
	return PATH_RECORDS >> t->kind & 1;
}

/* ---- what is wrong ------------------------------------------------------------------------- */

static void path_offer(void *arg, const char *name)
{
	near_offer(arg, name);
}

/* A member's name, and those of unnamed records inside. */
static void path_offer_members(const struct btf *b, const struct btf_type *t, struct near *n,
	unsigned depth, unsigned *steps)
{
	struct btf_member m;
	struct btf_type in;
	uint32_t i;

	for (i = 0; i < t->vlen && *steps; i++) {
		--*steps;
		btf_member(b, t, i, &m);
		if (*m.name)
			near_offer(n, m.name);
		else if (depth < PATH_DEPTH && btf_plain(b, m.type, &in) && path_is_record(&in))
			path_offer_members(b, &in, n, depth + 1, steps);
	}
}

static int path_say(const struct path_walk *w, int err, const char *text, const struct near *n)
{
	char near[3 * NEAR_LEN + 16] = "";

	if (n)
		near_text(n, near, sizeof(near));
	if (*near)
		snprintf(w->msg, w->msg_len, "%s; did you mean %s?", text, near);
	else
		snprintf(w->msg, w->msg_len, "%.*s", (int)w->msg_len - 1, text);
	return err;
}

static int path_no_type(const struct path_walk *w, const char *name)
{
	char text[160];
	struct near n;

	if (!w->msg_len)
		return -ENOENT;
	near_start(&n, name);
	btf_each_name(w->b, PATH_KINDS, path_offer, &n);
	snprintf(text, sizeof(text), "no type '%.80s' in the kernel's BTF", name);
	return path_say(w, -ENOENT, text, &n);
}

static int path_no_member(const struct path_walk *w, const char *name)
{
	bool values = PATH_ENUMS >> w->t.kind & 1;
	unsigned steps = PATH_STEPS;
	char text[256];
	struct near n;
	uint32_t i;

	if (!w->msg_len)
		return -ENOENT;
	near_start(&n, name);
	for (i = 0; values && i < w->t.vlen; i++)
		near_offer(&n, btf_enum_name(w->b, &w->t, i));
	if (!values)
		path_offer_members(w->b, &w->t, &n, 0, &steps);
	snprintf(text, sizeof(text), "'%.*s' has no %s '%.80s'", w->done < 80 ? (int)w->done : 80,
		w->path, values ? "enumerator" : "member", name);
	return path_say(w, -ENOENT, text, &n);
}

static int path_not(const struct path_walk *w, const char *what)
{
	char text[256];

	snprintf(text, sizeof(text), "'%.*s' is %s and has no %s", w->done < 80 ? (int)w->done : 80,
		w->path,
		w->t.kind == BTF_PTR	 ? "a pointer"
		: w->t.kind == BTF_ARRAY ? "an array"
		: path_is_record(&w->t)	 ? "a record"
					 : "a number",
		what);
	return path_say(w, -EINVAL, text, NULL);
}

/* ---- steps --------------------------------------------------------------------------------- */

static enum bpfasm_type path_type_of(const struct btf_type *t)
{
	switch (t->kind) {
	case BTF_INT: return BPFASM_TYPE_INT;
	case BTF_PTR: return BPFASM_TYPE_PTR;
	case BTF_ARRAY: return BPFASM_TYPE_ARRAY;
	case BTF_STRUCT: return BPFASM_TYPE_STRUCT;
	case BTF_UNION: return BPFASM_TYPE_UNION;
	case BTF_ENUM:
	case BTF_ENUM64: return BPFASM_TYPE_ENUM;
	case BTF_FLOAT: return BPFASM_TYPE_FLOAT;
	default: return BPFASM_TYPE_OTHER;
	}
}

/* t's bytes: pointers, those in arrays too, are as wide as the target's */
static int64_t path_size(const struct path_walk *w)
{
	struct btf_type t = w->t;
	uint32_t elem, n;
	uint64_t all = 1;
	int i;

	for (i = 0; i < PATH_DEPTH && t.kind == BTF_ARRAY; i++) {
		btf_array(w->b, &t, &elem, &n);
		all *= n;
		if (all > INT32_MAX || !btf_plain(w->b, elem, &t))
			return -EINVAL;
	}
	if (t.kind != BTF_PTR)
		return btf_size(w->b, w->t.id);
	return (int64_t)(all * w->word);
}

/* What is in an array, or in arrays in it. */
static void path_array(const struct path_walk *w, struct bpfasm_step *s)
{
	struct path_walk in = *w;
	uint32_t elem, n;
	int64_t size;

	for (; in.t.kind == BTF_ARRAY && s->dims < PATH_DEPTH; s->dims++) {
		btf_array(w->b, &in.t, &elem, &n);
		if (!btf_plain(w->b, elem, &in.t))
			break;
	}
	size = path_size(&in);
	s->of = path_type_of(&in.t);
	s->of_size = size < 0 ? 0 : (uint64_t)size;
}

/* A step to w->t. */
static int path_step(
	struct path_walk *w, enum bpfasm_step_kind kind, const char *name, uint64_t value)
{
	struct bpfasm_step *s = w->out + w->n_out;
	int64_t size = path_size(w);
	uint32_t elem, n = 0;

	if (w->n_out >= BPFASM_STEPS)
		return path_say(w, -EINVAL, "a name of more than 64 parts", NULL);
	memset(s, 0, sizeof(*s));
	if (w->t.kind == BTF_ARRAY) {
		btf_array(w->b, &w->t, &elem, &n);
		path_array(w, s);
	}
	s->kind = kind;
	s->type = path_type_of(&w->t);
	s->name = name;
	s->type_name = w->t.name;
	s->is_signed = btf_is_signed(w->b, &w->t);
	s->bits = w->bit_size;
	s->bit_offset = w->bits;
	s->size = size < 0 ? 0 : (uint64_t)size;
	s->n = n;
	s->value = value;
	/* before Linux 4.20 and pahole 1.13 an int itself said that it has less bits */
	n = btf_int_bits(w->b, &w->t);
	if (!s->bits && n && n != 8 * s->size)
		s->bits = n;
	w->n_out++;
	w->bits = 0;
	w->bit_size = 0;
	return 0;
}

/* What a type is called: a record without a name may have a typedef's. */
static int path_step_type(struct path_walk *w, uint32_t id)
{
	const char *name = NULL;
	struct btf_type t;
	int i;

	for (i = 0; i < PATH_DEPTH && btf_type(w->b, id, &t); i++, id = t.type) {
		if (t.kind == BTF_TYPEDEF && !name)
			name = t.name;
		if (t.kind != BTF_TYPEDEF && t.kind != BTF_CONST && t.kind != BTF_VOLATILE &&
			t.kind != BTF_RESTRICT && t.kind != BTF_TYPE_TAG)
			break;
	}
	if (*w->t.name || !name)
		return path_step(w, BPFASM_STEP_TYPE, w->t.name, 0);
	i = path_step(w, BPFASM_STEP_TYPE, name, 0);
	if (!i)
		w->out[w->n_out - 1].is_typedef = true;
	return i;
}

/* A member of w->t, or of an unnamed record in it: found, w has moved on to it. */
static bool path_find_member(
	struct path_walk *w, const char *name, unsigned depth, const char **out)
{
	const struct btf_type t = w->t;
	uint64_t bits = w->bits;
	struct btf_member m;
	uint32_t i;

	for (i = 0; i < t.vlen && w->steps; i++) {
		w->steps--;
		btf_member(w->b, &t, i, &m);
		if ((*m.name && strcmp(m.name, name) != 0) || !btf_plain(w->b, m.type, &w->t))
			continue;
		w->bits = bits + m.bit_offset;
		w->bit_size = m.bit_size;
		*out = m.name;
		if (*m.name)
			return true;
		if (depth < PATH_DEPTH && path_is_record(&w->t) &&
			path_find_member(w, name, depth + 1, out))
			return true;
	}
	w->t = t;
	w->bits = bits;
	w->bit_size = 0;
	return false;
}

/* 1: found, 0: there is none, or -EINVAL */
static int path_step_member(struct path_walk *w, const char *name)
{
	const char *own;
	int err;

	if (!path_find_member(w, name, 0, &own))
		return 0;
	err = path_step(w, BPFASM_STEP_MEMBER, own, 0);
	return err ? err : 1;
}

/*
 * sock's sk_family and its kin are macros of the kernel's headers, which BTF does not know: they
 * stand for __sk_common.skc_family.
 */
static int path_sock(struct path_walk *w, const char *name)
{
	const struct path_walk before = *w;
	char common[PATH_PART + 4];
	int is;

	if (strncmp(name, "sk_", 3) != 0)
		return 0;
	snprintf(common, sizeof(common), "skc_%s", name + 3);
	is = path_step_member(w, "__sk_common");
	if (is == 1)
		is = path_is_record(&w->t) ? path_step_member(w, common) : 0;
	if (!is)
		*w = before;
	return is;
}

static int path_value(struct path_walk *w, const char *name)
{
	uint32_t i;

	for (i = 0; i < w->t.vlen && w->steps; i++, w->steps--)
		if (!strcmp(btf_enum_name(w->b, &w->t, i), name))
			return path_step(w, BPFASM_STEP_VALUE, btf_enum_name(w->b, &w->t, i),
				btf_enum_value(w->b, &w->t, i));
	return path_no_member(w, name);
}

/* What a pointer points to, if that has members. */
static int path_follow(struct path_walk *w)
{
	const struct btf_type from = w->t;

	if (!btf_plain(w->b, from.type, &w->t) || !path_is_record(&w->t)) {
		w->t = from;
		return path_not(w, "members");
	}
	return path_step_type(w, from.type);
}

static int path_member(struct path_walk *w, const char *name)
{
	int is;

	if (w->t.kind == BTF_PTR && path_follow(w))
		return -EINVAL;
	if (PATH_ENUMS >> w->t.kind & 1 && w->n_out == 1)
		return path_value(w, name);
	if (!path_is_record(&w->t))
		return path_not(w, "members");
	is = path_step_member(w, name);
	if (!is)
		is = path_sock(w, name);
	if (is)
		return is < 0 ? is : 0;
	return path_no_member(w, name);
}

/* "[3]" at *p, which moves behind it */
static int path_element(struct path_walk *w, const char **p)
{
	uint32_t elem, n;
	uint64_t i = 0;
	char text[128];

	for (++*p; **p >= '0' && **p <= '9' && i <= INT32_MAX; ++*p)
		i = 10 * i + (uint64_t)(**p - '0');
	if (**p != ']' || (*p)[-1] == '[')
		return path_say(w, -EINVAL, "an element is '[NUMBER]'", NULL);
	++*p;
	if (w->t.kind != BTF_ARRAY)
		return path_not(w, "elements");
	btf_array(w->b, &w->t, &elem, &n);
	if (n && i >= n) { /* without a number, the array goes on behind the record */
		snprintf(text, sizeof(text), "'%.*s' has %u element%s, no [%llu]",
			w->done < 60 ? (int)w->done : 60, w->path, (unsigned)n, n == 1 ? "" : "s",
			(unsigned long long)i);
		return path_say(w, -EINVAL, text, NULL);
	}
	if (!btf_plain(w->b, elem, &w->t))
		return path_say(w, -EINVAL, "an array of nothing", NULL);
	return path_step(w, BPFASM_STEP_ELEMENT, "", i);
}

/* ---- the walk ------------------------------------------------------------------------------ */

/* The record itself before its name as a typedef, which may stand for another. */
static int path_type(struct path_walk *w, const char *name)
{
	struct btf_type t;
	int i;
	uint32_t id = btf_find_any(w->b, PATH_RECORDS, name);

	if (!id)
		id = btf_find_any(w->b, PATH_KINDS, name);
	if (!id || !btf_plain(w->b, id, &w->t))
		return path_no_type(w, name);
	i = path_step(w, BPFASM_STEP_TYPE, w->t.name, 0);
	if (!i && btf_type(w->b, id, &t) && t.kind == BTF_TYPEDEF) {
		w->out->name = t.name;
		w->out->is_typedef = true;
	}
	return i;
}

/* ".NAME" */
static int path_enumerator(struct path_walk *w, const char *name)
{
	char text[160];
	struct near n;
	uint32_t i, id = *name ? btf_find_enumerator(w->b, name, &i) : 0;

	if (!id || !btf_type(w->b, id, &w->t)) {
		snprintf(text, sizeof(text), "no enumerator '%.80s' in the kernel's BTF", name);
		near_start(&n, name);
		btf_each_enumerator(w->b, path_offer, &n);
		return path_say(w, -ENOENT, text, &n);
	}
	if (path_step_type(w, id))
		return -EINVAL;
	return path_step(w, BPFASM_STEP_VALUE, btf_enum_name(w->b, &w->t, i),
		btf_enum_value(w->b, &w->t, i));
}

/* The part of a name at p, up to a dot or bracket; its length, 0: none, or too long. */
static size_t path_part(const char *p, char *name)
{
	size_t n = strcspn(p, ".[");

	if (n >= PATH_PART)
		return 0;
	memcpy(name, p, n);
	name[n] = '\0';
	return n;
}

static int path_walk_all(struct path_walk *w)
{
	const char *p = w->path;
	char name[PATH_PART];
	size_t n;
	int err;

	if (*p == '.') {
		err = path_enumerator(w, p + 1);
		return err ? err : w->n_out;
	}
	for (;; p++) {
		n = path_part(p, name);
		if (!n)
			return path_say(w, -EINVAL, "no name of a type or a member", NULL);
		err = p == w->path ? path_type(w, name) : path_member(w, name);
		for (p += n; !err && *p == '[';) {
			w->done = (size_t)(p - w->path);
			err = path_element(w, &p);
		}
		w->done = (size_t)(p - w->path);
		if (err || !*p)
			return err ? err : w->n_out;
		if (*p != '.')
			return path_say(w, -EINVAL, "no name of a type or a member", NULL);
	}
}

int btfpath_walk(const struct btf *b, const char *path, unsigned word, struct bpfasm_step *steps,
	char *msg, size_t msg_len)
{
	struct path_walk w = {.b = b,
		.word = word,
		.path = path,
		.steps = PATH_STEPS,
		.out = steps,
		.msg = msg,
		.msg_len = msg_len};

	return path_walk_all(&w);
}

int btfpath_steps(const struct btf *b, const char *path, unsigned word, struct bpfasm_step *steps,
	size_t *work)
{
	unsigned most = *work < PATH_STEPS ? (unsigned)*work : PATH_STEPS;
	struct path_walk w = {.b = b, .word = word, .path = path, .steps = most, .out = steps};
	int n = path_walk_all(&w);

	*work -= most - w.steps;
	return n;
}

/* ---- one place ----------------------------------------------------------------------------- */

static int path_place(const char *path, const struct bpfasm_step *s, int n, struct btfpath *out,
	const struct path_walk *w)
{
	uint64_t bits = 0;
	char text[320];
	int i;

	for (i = 0; i < n; i++) {
		bits += s[i].bit_offset;
		if (s[i].kind == BPFASM_STEP_ELEMENT)
			bits += 8 * s[i].size * s[i].value;
		if (s[i].type == BPFASM_TYPE_PTR && i < n - 1) {
			snprintf(text, sizeof(text),
				"'%.80s' goes through the pointer '%.60s': read that first, what "
				"it points to is a '%.60s'",
				path, s[i].name, s[i + 1].name);
			return path_say(w, -EINVAL, text, NULL);
		}
	}
	s += n - 1;
	if (s->bits || bits % 8) {
		snprintf(text, sizeof(text), "'%.80s' is a bit field, %u bit%s at bit %llu", path,
			(unsigned)s->bits, s->bits == 1 ? "" : "s", (unsigned long long)bits);
		return path_say(w, -EINVAL, text, NULL);
	}
	if (!s->size && s->type == BPFASM_TYPE_OTHER) {
		snprintf(text, sizeof(text), "'%.80s' has no size", path);
		return path_say(w, -EINVAL, text, NULL);
	}
	out->offset = bits / 8;
	out->size = s->size;
	out->is_signed = s->is_signed;
	out->plain = s->type != BPFASM_TYPE_ARRAY && s->type != BPFASM_TYPE_STRUCT &&
		     s->type != BPFASM_TYPE_UNION &&
		     (s->size == 1 || s->size == 2 || s->size == 4 || s->size == 8);
	return 0;
}

int btfpath_find(const struct btf *b, const char *path, unsigned word, struct btfpath *out,
	char *msg, size_t msg_len)
{
	struct bpfasm_step steps[BPFASM_STEPS];
	const struct path_walk w = {.msg = msg, .msg_len = msg_len};
	int n;

	memset(out, 0, sizeof(*out));
	n = btfpath_walk(b, path, word, steps, msg, msg_len);
	return n < 0 ? n : path_place(path, steps, n, out, &w);
}
