// SPDX-License-Identifier: MIT
/* equ.c - constants: .equ, .set, KERNEL, and what else an expression of a directive may name. */
#include "equ.h"

#include <errno.h>
#include <string.h>

struct equ_const {
	int64_t value;
	struct pos at;
	bool fixed; /* by .equ */
};

uint32_t equ_target_kernel(const struct bpfasm_opts *o)
{
	const struct bpfasm_resolver *r = o ? o->resolver : NULL;

	if (o && o->kernel)
		return o->kernel;
	/* one of a caller that was built against an older header ends before it */
	if (!r || r->sz < offsetof(struct bpfasm_resolver, kernel) + sizeof(r->kernel))
		return 0;
	return r->kernel ? r->kernel(r->arg) : 0;
}

static int equ_kernel(const struct macro *m, int64_t *v)
{
	*v = equ_target_kernel(m->o);
	return *v ? 0 : -ENOENT;
}

int equ_get(const struct macro *m, const char *s, size_t len, int64_t *v)
{
	const struct equ_const *c = names_get(&m->consts, s, len);

	if (!c)
		return len == 6 && !memcmp(s, "KERNEL", 6) ? equ_kernel(m, v) : -ENOENT;
	*v = c->value;
	return 0;
}

static int equ_lookup(void *arg, const char *s, size_t len, int64_t *v)
{
	struct macro *m = arg;
	struct pos at = input_pos(&m->in);
	int err = equ_get(m, s, len, v);

	if (err == -ENOENT && m->outer && m->outer->lookup)
		err = m->outer->lookup(m->outer->arg, s, len, v);
	if (err == -ENOENT && len == 6 && !memcmp(s, "KERNEL", 6)) {
		at.col = (uint32_t)(s - m->in.top->at) + 1;
		diag_error(m->d, at, len, "KERNEL needs a target: give --kernel");
		err = -EINVAL;
	}
	return err;
}

static int equ_size_of(void *arg, const char *s, size_t len, int64_t *v)
{
	struct macro *m = arg;

	if (!m->outer || !m->outer->size_of)
		return -ENOENT;
	return m->outer->size_of(m->outer->arg, s, len, v);
}

static int equ_exists(void *arg, const char *s, size_t len, int64_t *v)
{
	struct macro *m = arg;

	if (m->outer && m->outer->exists)
		return m->outer->exists(m->outer->arg, s, len, v);
	*v = 0;
	return 0;
}

static void equ_offer_name(void *arg, const char *s, size_t len, void *value)
{
	(void)value;
	suggest_offer(arg, s, len);
}

void equ_offer(const struct macro *m, struct suggest *s)
{
	names_each(&m->consts, equ_offer_name, s);
}

static void equ_suggest(void *arg, struct suggest *s)
{
	struct macro *m = arg;

	suggest_offer(s, "KERNEL", 6);
	equ_offer(m, s);
	if (m->outer && m->outer->suggest)
		m->outer->suggest(m->outer->arg, s);
}

/* .equ NAME, VALUE and .set NAME, VALUE */
static int equ_assign(struct macro *m, const struct tok *t, bool fixed)
{
	const struct tok *name = ++t;
	struct equ_const *c;
	int64_t v;

	if (name->kind != TOK_NAME || !lex_op(name + 1, ','))
		return preproc_error(m, name, "expected NAME, VALUE");
	if (lex_is(name, "KERNEL"))
		return preproc_error(m, name, "KERNEL is the target's: give --kernel");
	t += 2;
	if (preproc_eval(m, &t, &v) || !preproc_end(m, t))
		return -EINVAL;
	c = names_get(&m->consts, name->s, name->len);
	if (c && c->value != v && (fixed || c->fixed)) {
		diag_error(m->d, preproc_pos(m, name), name->len,
			"'%.*s' is %lld since %s:%u; only .set may change what .set has set",
			name->len > 100 ? 100 : (int)name->len, name->s, (long long)c->value,
			diag_user_pos(c->at).src->name, diag_user_pos(c->at).line);
		return -EINVAL;
	}
	if (!c) {
		c = pool_alloc(m->pool, sizeof(*c));
		if (!c || names_put(&m->consts, m->pool, name->s, name->len, c))
			return -ENOMEM;
	}
	*c = (struct equ_const){v, preproc_pos(m, name), fixed};
	return 0;
}

int equ_equ(struct macro *m, const struct tok *t)
{
	return equ_assign(m, t, true);
}

int equ_set(struct macro *m, const struct tok *t)
{
	return equ_assign(m, t, false);
}

void equ_env(struct macro *m)
{
	m->env = (struct expr_env){equ_lookup, equ_size_of, equ_suggest, m, equ_exists};
}
