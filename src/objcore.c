// SPDX-License-Identifier: MIT
/*
 * objcore.c - CO-RE records of an object, answered and put into its instructions.
 *
 * All names that the records want are collected first, so that the kernel's BTF is gone through
 * once.  Then record after record: each type of the wanted name that has the field is asked, and
 * all must agree.  A field that none has is no error yet: its instruction becomes a call that no
 * kernel knows, which does no harm where the program has asked first whether the field is there,
 * since the verifier leaves out what cannot be reached.  Why it was put there is kept for the day
 * it is.  What is wrong with a record is an error only in the programs that its instruction is
 * part of, and so is kept as well.
 */
#include "objcore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "corefind.h"
#include "corepatch.h"
#include "near.h"
#include "rows.h"

#define OBJCORE_STEPS	20000000 /* types and members looked at for one object */
#define OBJCORE_TEXT	560
#define OBJCORE_NEAR	16 /* records that names are compared for, and types they are of */
#define OBJCORE_DEPTH	8  /* records without a name in each other */
#define OBJCORE_MEMBERS 100000

struct objcore {
	struct object *o;
	struct corefind find;
	uint32_t *want_of; /* by type id in the object's BTF: index of what is wanted + 1 */
	const char *where;
	unsigned steps;
};

/* A record, and what it is about. */
struct objcore_rec {
	struct object_text *text;
	uint32_t insn, type, kind;
	const char *access;
};

static int objcore_nomem(struct rawbpf_error *e)
{
	return err_set(e, "open", -ENOMEM, "out of memory");
}

static uint32_t objcore_u32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Bytes of the smallest struct pt_regs that is whole, and not one with only what is wanted. */
#define OBJCORE_REGS 128

/*
 * Whether a record is of what is the same on every kernel: registers by pt_regs, whose layout user
 * space knows too, or (libbpf 0.8) whether there are attach cookies, which we always say.
 */
static bool objcore_stands(const struct btf *b, const struct objcore_rec *r)
{
	struct btf_type t;

	if (!btf_type(b, r->type, &t))
		return false;
	if (r->kind == CORE_FIELD_OFFSET)
		return t.kind == BTF_STRUCT && t.size >= OBJCORE_REGS &&
		       (!strcmp(t.name, "pt_regs") || !strcmp(t.name, "user_pt_regs"));
	return r->kind == CORE_ENUM_EXISTS && t.kind == BTF_ENUM && t.vlen == 1 &&
	       !strcmp(t.name, "bpf_func_id___usdt") && !strcmp(r->access, "0");
}

/* Record i of a text; false: it is malformed. */
static bool objcore_read(const struct object *o, struct object_text *t, const unsigned char *p,
	struct objcore_rec *r)
{
	uint32_t off = objcore_u32(p);

	r->text = t;
	r->insn = off / sizeof(struct rawbpf_insn);
	r->type = objcore_u32(p + 4);
	r->access = btf_str(o->btf, objcore_u32(p + 8));
	r->kind = objcore_u32(p + 12);
	return off % sizeof(struct rawbpf_insn) == 0 && r->insn < t->n_insns && r->access;
}

/* Each record of a text, until fn returns non-zero, which is returned; -EINVAL: a malformed one. */
static int objcore_each(const struct object *o, struct object_text *t,
	int (*fn)(void *arg, const struct objcore_rec *r), void *arg)
{
	uint32_t i, n, size = o->ext.part[BTFEXT_CORE].rec_size;
	const unsigned char *p = btfext_records(&o->ext, BTFEXT_CORE, o->btf, t->name, &n);
	struct objcore_rec r;
	int ret = 0;

	for (i = 0; !ret && i < n; i++, p += size) {
		if (!objcore_read(o, t, p, &r))
			return -EINVAL;
		ret = objcore_stands(o->btf, &r) ? 0 : fn(arg, &r);
	}
	return ret;
}

/* ... of all texts that have any; 0, or a negative errno with the error set. */
static int objcore_each_text(struct objcore *c, int (*fn)(void *arg, const struct objcore_rec *r),
	struct rawbpf_error *e)
{
	struct object *o = c->o;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < o->n_texts; i++) {
		if (o->texts[i].core)
			err = objcore_each(o, &o->texts[i], fn, c);
		if (err == -EINVAL)
			err_set(e, "open", err, "'%s': section '%s' has a malformed CO-RE record",
				o->name, o->texts[i].name);
		else if (err)
			objcore_nomem(e);
	}
	return err;
}

static int objcore_asks_of(void *arg, const struct objcore_rec *r)
{
	const struct object_func *f = arg;

	return r->kind != CORE_TYPE_LOCAL && r->insn >= f->start && r->insn - f->start < f->n_insns;
}

bool objcore_unanswered(const struct object *o, const struct object_func *f)
{
	struct object_func copy = *f;

	return o->texts[f->text].core &&
	       objcore_each(o, &o->texts[f->text], objcore_asks_of, &copy);
}

/* ---- what is wanted ---------------------------------------------------------------------- */

static int objcore_want(void *arg, const struct objcore_rec *r)
{
	struct objcore *c = arg;
	struct btf_type t;
	int i;

	if (r->kind == CORE_TYPE_LOCAL || !btf_type(c->o->btf, r->type, &t) || !*t.name ||
		c->want_of[r->type])
		return 0;
	i = corefind_want(&c->find, t.name, t.kind);
	if (i < 0)
		return i;
	c->want_of[r->type] = (uint32_t)i + 1;
	return 0;
}

int objcore_open(struct object *o, struct objcore **out, struct rawbpf_error *e)
{
	struct objcore *c;
	size_t i;
	int err;

	*out = NULL;
	for (i = 0; i < o->n_texts && !o->texts[i].core; i++)
		;
	if (i == o->n_texts)
		return 0;
	c = calloc(1, sizeof(*c));
	if (c)
		c->want_of = calloc(btf_n_types(o->btf), sizeof(*c->want_of));
	if (!c || !c->want_of) {
		free(c);
		return objcore_nomem(e);
	}
	c->o = o;
	c->steps = OBJCORE_STEPS;
	err = objcore_each_text(c, objcore_want, e);
	if (err) {
		objcore_free(c);
		return err;
	}
	*out = c;
	return 0;
}

bool objcore_asks(const struct objcore *c)
{
	return c->find.n != 0;
}

int objcore_search(struct objcore *c, const struct btf *btf)
{
	return corefind_search(&c->find, btf);
}

bool objcore_left(struct objcore *c)
{
	return corefind_close(&c->find);
}

void objcore_free(struct objcore *c)
{
	if (!c)
		return;
	corefind_free(&c->find);
	free(c->want_of);
	free(c);
}

/* ---- one record -------------------------------------------------------------------------- */

/* Keeps why a record has no answer. */
static int objcore_keep(const struct objcore_rec *r, bool fatal, const char *text)
{
	struct object_text *t = r->text;
	size_t n = t->n_cores;
	struct object_core *p = rows_room(t->cores, n, sizeof(*p));

	if (!p)
		return -ENOMEM;
	t->cores = p;
	p[n] = (struct object_core){.insn = r->insn, .fatal = fatal, .text = strdup(text)};
	if (!p[n].text)
		return -ENOMEM;
	t->n_cores++;
	return 0;
}

static int objcore_fatal(
	const struct objcore_rec *r, const struct core_place *local, const char *text)
{
	char what[400], all[OBJCORE_TEXT];

	snprintf(all, sizeof(all), "%s %s", core_text(local, what, sizeof(what)), text);
	return objcore_keep(r, true, all);
}

static bool objcore_by_elf(const struct objcore_rec *r)
{
	const struct object_text *t = r->text;
	size_t i = rows_first(t->rels, t->n_rels, sizeof(*t->rels), r->insn);

	return i < t->n_rels && t->rels[i].insn == r->insn;
}

/* steps: members that may still be looked at */
static void objcore_offer(const struct btf *b, const struct btf_type *t, struct near *n, bool *has,
	unsigned *steps, int depth)
{
	struct btf_member m;
	struct btf_type in;
	uint32_t i;

	for (i = 0; i < t->vlen && depth < OBJCORE_DEPTH && *steps; i++) {
		--*steps;
		if (t->kind == BTF_ENUM || t->kind == BTF_ENUM64) {
			near_offer(n, btf_enum_name(b, t, i));
			continue;
		}
		btf_member(b, t, i, &m);
		*has |= !strcmp(m.name, n->want);
		if (*m.name)
			near_offer(n, m.name);
		else if (btf_plain(b, m.type, &in) &&
			 (in.kind == BTF_STRUCT || in.kind == BTF_UNION))
			objcore_offer(b, &in, n, has, steps, depth + 1);
	}
}

/* What the types of that name have instead, "; did you mean 'x'?"; of the first few only. */
static void objcore_near(const struct objcore *c, const struct objcore_rec *r,
	const struct core_place *local, char *out, size_t size)
{
	const struct corefind_want *w = &c->find.wants[c->want_of[r->type] - 1];
	char names[3 * NEAR_LEN + 16] = "";
	struct btf_type t;
	struct near n;
	unsigned steps = OBJCORE_MEMBERS, first;
	bool has = false;
	size_t i;

	*out = '\0';
	/* of a field the first step is which of such records */
	first = core_is_enum(local->kind) ? 0 : 1;
	if (local->n <= first || !local->step[first].name || r->text->n_cores >= OBJCORE_NEAR)
		return;
	near_start(&n, local->step[first].name);
	for (i = 0; i < w->n && i < OBJCORE_NEAR; i++)
		if (btf_plain(w->found[i].btf, w->found[i].id, &t) &&
			(t.kind == BTF_STRUCT || t.kind == BTF_UNION || t.kind == BTF_ENUM ||
				t.kind == BTF_ENUM64))
			objcore_offer(w->found[i].btf, &t, &n, &has, &steps, 0);
	if (!has && *near_text(&n, names, sizeof(names)))
		snprintf(out, size, "; did you mean %s?", names);
}

/* The instruction must not be reached. */
static int objcore_poison(const struct objcore *c, const struct objcore_rec *r,
	const struct core_place *local, const struct core_answer *a, bool other)
{
	char what[400], near[3 * NEAR_LEN + 40], all[OBJCORE_TEXT + sizeof(near)];

	core_text(local, what, sizeof(what));
	objcore_near(c, r, local, near, sizeof(near));
	if (a->unfit)
		snprintf(all, sizeof(all), "%s has another size in %s and is no unsigned number",
			what, c->where);
	else if (other)
		snprintf(all, sizeof(all), "%s is of another sort in %s", what, c->where);
	else
		snprintf(all, sizeof(all), "%s is not in %s%s", what, c->where, near);
	corepatch_poison(r->text->insns + r->insn, r->text->n_insns - r->insn);
	return objcore_keep(r, false, all);
}

static int objcore_put(const struct objcore *c, const struct objcore_rec *r,
	const struct core_place *local, const struct core_answer *a, bool other)
{
	struct rawbpf_insn *insn = r->text->insns + r->insn;
	const char *why = "";
	char text[160];

	if (objcore_by_elf(r))
		return objcore_fatal(r, local, "is for an instruction with a relocation");
	if (a->absent || (a->unfit && corepatch_is_access(insn)))
		return objcore_poison(c, r, local, a, other);
	if (!corepatch(insn, r->text->n_insns - r->insn, a, &why))
		return 0;
	snprintf(text, sizeof(text), "cannot be put into instruction %u, which %s", r->insn, why);
	return objcore_fatal(r, local, text);
}

/* Types of one name that disagree. */
static int objcore_ambiguous(const struct objcore *c, const struct objcore_rec *r,
	const struct core_place *local, const struct core_answer *a, const struct core_answer *b)
{
	char text[200];

	snprintf(text, sizeof(text),
		"is ambiguous: types of that name in %s disagree (%llu or %llu)", c->where,
		(unsigned long long)a->is, (unsigned long long)b->is);
	return objcore_fatal(r, local, text);
}

struct objcore_try {
	struct core_place local, first, place;
	struct core_answer answer; /* of the first type that has it */
	size_t n;		   /* types that do */
	bool other;		   /* one has it, but of another sort */
};

/* One type more; 1 when the record is dealt with, else 0 or -ENOMEM. */
static int objcore_candidate(struct objcore *c, const struct objcore_rec *r, struct objcore_try *y,
	struct corefind_want *w, size_t i)
{
	struct corematch m = {.local = c->o->btf, .target = w->found[i].btf, .steps = c->steps};
	struct corefind_type type = w->found[i];
	struct core_answer a;
	int is = core_match(&y->local, &m, type.id, &y->place), err;

	c->steps = m.steps;
	y->other |= m.other;
	if (!is)
		return 0;
	err = is < 0 ? is : core_answer(&y->local, &y->place, &a);
	if (err)
		err = objcore_fatal(r, &y->local,
			err == -E2BIG ? "takes too much to find or to read"
				      : "is found in BTF that makes no sense");
	else if (y->n && !core_agree(&y->first, &y->answer, &y->place, &a))
		err = objcore_ambiguous(c, r, &y->local, &y->answer, &a);
	else {
		if (!y->n) {
			y->first = y->place;
			y->answer = a;
		}
		/* those that have it go to the front */
		w->found[i] = w->found[y->n];
		w->found[y->n++] = type;
		return 0;
	}
	return err ? err : 1;
}

/* Answers r in all types of the name; a type that has no such field will not be asked again. */
static int objcore_search_all(struct objcore *c, const struct objcore_rec *r, struct objcore_try *y)
{
	struct corefind_want *w = &c->find.wants[c->want_of[r->type] - 1];
	size_t i;
	int err = 0;

	for (i = 0; !err && i < w->n; i++)
		err = objcore_candidate(c, r, y, w, i);
	if (err)
		return err < 0 ? err : 0;
	if (y->n)
		w->n = y->n;
	else if (core_answer(&y->local, NULL, &y->answer))
		return objcore_fatal(r, &y->local, "cannot be read with one load");
	return objcore_put(c, r, &y->local, &y->answer, y->other);
}

static int objcore_one(void *arg, const struct objcore_rec *r)
{
	struct objcore *c = arg;
	struct objcore_try y = {.n = 0};
	int err = core_parse(c->o->btf, r->kind, r->type, r->access, &y.local);

	if (err)
		return objcore_keep(r, true, "a CO-RE record makes no sense");
	if (r->kind == CORE_TYPE_LOCAL) {
		core_answer(&y.local, &y.local, &y.answer);
		return objcore_put(c, r, &y.local, &y.answer, false);
	}
	if (!c->want_of[r->type])
		return objcore_fatal(r, &y.local, "has no name to be found by");
	return objcore_search_all(c, r, &y);
}

static int objcore_by_insn(const void *a, const void *b)
{
	const struct object_core *x = a, *y = b;

	return (x->insn > y->insn) - (x->insn < y->insn);
}

int objcore_apply(struct objcore *c, const char *where, struct rawbpf_error *e)
{
	struct object_text *t;
	size_t i;
	int err;

	c->where = where;
	err = objcore_each_text(c, objcore_one, e);
	if (err)
		return err;
	for (i = 0; i < c->o->n_texts; i++) {
		t = &c->o->texts[i];
		if (t->n_cores)
			qsort(t->cores, t->n_cores, sizeof(*t->cores), objcore_by_insn);
		t->core = false;
	}
	return 0;
}
