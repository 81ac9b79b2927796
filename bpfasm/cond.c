// SPDX-License-Identifier: MIT
/* cond.c - .if and its kin. */
#include "cond.h"

#include <errno.h>
#include <string.h>

#include "equ.h"

static int cond_begin(struct macro *m, const struct tok *t, bool yes)
{
	return input_if(&m->in, preproc_pos(m, t), yes, yes);
}

/* After an error in a condition: pass over all its branches rather than guess. */
static int cond_broken(struct macro *m, const struct tok *t)
{
	return input_if(&m->in, preproc_pos(m, t), false, true);
}

int cond_if(struct macro *m, const struct tok *t)
{
	const struct tok *e = t + 1;
	int64_t v;

	if (preproc_eval(m, &e, &v) || !preproc_end(m, e))
		return cond_broken(m, t);
	return cond_begin(m, t, v != 0);
}

/* The kernel's enumerators are not asked for: each include guard would read its BTF. */
static bool cond_outer(const struct macro *m, const struct tok *name)
{
	int64_t v = 0;

	if (memchr(name->s, '.', name->len))
		return m->outer && m->outer->exists &&
		       !m->outer->exists(m->outer->arg, name->s, name->len, &v) && v;
	return name->len == 6 && !memcmp(name->s, "KERNEL", 6) && m->outer && m->outer->lookup &&
	       !m->outer->lookup(m->outer->arg, name->s, name->len, &v);
}

static int cond_defined(struct macro *m, const struct tok *t, bool want)
{
	const struct tok *name = t + 1;
	bool known;
	int64_t v;

	if (name->kind != TOK_NAME) {
		preproc_error(m, name, "expected a name");
		return cond_broken(m, t);
	}
	if (!preproc_end(m, name + 1))
		return cond_broken(m, t);
	known = names_get(&m->defs, name->s, name->len) || !equ_get(m, name->s, name->len, &v) ||
		cond_outer(m, name);
	return cond_begin(m, t, known == want);
}

int cond_ifdef(struct macro *m, const struct tok *t)
{
	return cond_defined(m, t, true);
}

int cond_ifndef(struct macro *m, const struct tok *t)
{
	return cond_defined(m, t, false);
}

/* .ifb: nothing stands here, as when a macro's argument was left out */
int cond_ifb(struct macro *m, const struct tok *t)
{
	return cond_begin(m, t, t[1].kind == TOK_END);
}

int cond_ifnb(struct macro *m, const struct tok *t)
{
	return cond_begin(m, t, t[1].kind != TOK_END);
}

/* .ifc A, B: the same text */
static int cond_same(struct macro *m, const struct tok *t, bool want)
{
	const struct body_arg *v;
	bool same;
	int err = body_split(m->pool, t + 1, false, &m->list);

	if (err)
		return err;
	if (m->list.n != 2) {
		preproc_error(m, t, "expected two texts with a comma between");
		return cond_broken(m, t);
	}
	v = m->list.v;
	same = v[0].len == v[1].len && !memcmp(v[0].s, v[1].s, v[0].len);
	return cond_begin(m, t, same == want);
}

int cond_ifc(struct macro *m, const struct tok *t)
{
	return cond_same(m, t, true);
}

int cond_ifnc(struct macro *m, const struct tok *t)
{
	return cond_same(m, t, false);
}

/* The .if that .elseif, .else or .endif belongs to. */
static struct input_cond *cond_open(struct macro *m, const struct tok *t, bool last)
{
	struct input_cond *c = input_cond(&m->in);

	if (!c)
		diag_error(
			m->d, preproc_pos(m, t), t->len, "'%.*s' without .if", (int)t->len, t->s);
	else if (!last && c->other)
		diag_error(
			m->d, preproc_pos(m, t), t->len, "'%.*s' after .else", (int)t->len, t->s);
	else
		return c;
	return NULL;
}

int cond_elseif(struct macro *m, const struct tok *t)
{
	struct input_cond *c = cond_open(m, t, false);
	int64_t v = 0;

	if (!c)
		return -EINVAL;
	c->active = false;
	if (c->taken)
		return 0;
	t++;
	if (preproc_eval(m, &t, &v) || !preproc_end(m, t))
		v = c->taken = true;
	else
		c->active = c->taken = v != 0;
	return 0;
}

int cond_else(struct macro *m, const struct tok *t)
{
	struct input_cond *c = cond_open(m, t, false);

	if (!c || !preproc_end(m, t + 1))
		return -EINVAL;
	c->active = !c->taken;
	c->taken = c->other = true;
	return 0;
}

int cond_endif(struct macro *m, const struct tok *t)
{
	if (!cond_open(m, t, true))
		return -EINVAL;
	preproc_end(m, t + 1);
	input_endif(&m->in);
	return 0;
}
