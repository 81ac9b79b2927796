// SPDX-License-Identifier: MIT
/* expand.c - macros and loops: their bodies, and the texts that are made of them. */
#include <errno.h>
#include <string.h>

#include "expand.h"

/* Does a line open (1) or close (-1) what .macro (or a loop) opened? */
static int expand_nesting(const char *s, size_t n, bool loop)
{
	if (n < 4 || *s != '.')
		return 0;
	if (!loop)
		return preproc_word_is(s, n, ".macro") ? 1 : -preproc_word_is(s, n, ".endm");
	if (preproc_word_is(s, n, ".irp") || preproc_word_is(s, n, ".irpc") ||
		preproc_word_is(s, n, ".rept"))
		return 1;
	return -preproc_word_is(s, n, ".endr");
}

/*
 * The lines up to the .endm or .endr that closes what t opened.  -EINVAL after an error: it is
 * missing, and the text is read to its end.
 */
static int expand_body(struct macro *m, const struct tok *t, bool loop, const char **text,
	size_t *len, struct pos *first)
{
	struct pos at = preproc_pos(m, t);
	const char *s, *word, *from = m->in.top->p;
	size_t n, word_len;
	int depth = 1, err;

	*first = input_pos(&m->in);
	first->line++;
	while ((err = input_line(&m->in, &s, &n)) > 0) {
		word = preproc_word(s, n, &word_len);
		if (!m->in.top->in_comment)
			depth += expand_nesting(word, word_len, loop);
		preproc_follow(m, s, n);
		if (!depth) {
			*text = from;
			*len = (size_t)(s - from);
			return 0;
		}
	}
	if (err)
		return preproc_fatal(err);
	diag_error(
		m->d, at, t->len, "'%.*s' without %s", (int)t->len, t->s, loop ? ".endr" : ".endm");
	return -EINVAL;
}

static int expand_redefined(
	struct macro *m, const struct macro_def *old, const struct macro_def *def)
{
	struct pos since = diag_defined_pos(old->at);

	if (old->text_len == def->text_len && !memcmp(old->text, def->text, def->text_len))
		return 0;
	diag_error(m->d, def->at, def->len,
		"macro '%.100s' is defined since %s:%u; .purgem takes that back", def->text_name,
		since.src->name, since.line);
	return -EINVAL;
}

/* .macro NAME PARAMETERS; t: NAME */
static int expand_head(struct macro *m, const struct tok *t, struct macro_def *def)
{
	if (t->kind != TOK_NAME)
		return preproc_error(m, t, ".macro needs a name");
	def->name = t->s;
	def->len = t->len;
	def->at = preproc_pos(m, t);
	def->text_name = pool_strndup(m->pool, t->s, t->len);
	if (!def->text_name)
		return -ENOMEM;
	t++;
	return body_params(m->d, input_pos(&m->in), lex_op(t, ',') ? t + 1 : t, &def->body);
}

int expand_macro(struct macro *m, const struct tok *t)
{
	struct macro_def *def, *old;
	int err, bad;

	def = pool_alloc(m->pool, sizeof(*def));
	if (!def)
		return -ENOMEM;
	bad = expand_head(m, t + 1, def);
	if (bad == -ENOMEM)
		return bad;
	/* even after an error: the body is no program text */
	err = expand_body(m, t, false, &def->text, &def->text_len, &def->first);
	if (err || bad)
		return err ? err : bad;
	old = names_get(&m->defs, def->name, def->len);
	if (old)
		return expand_redefined(m, old, def);
	err = body_cut(m->pool, &def->body, def->text, def->text_len);
	return err ? err : names_put(&m->defs, m->pool, def->name, def->len, def);
}

int expand_purgem(struct macro *m, const struct tok *t)
{
	const struct tok *name = t + 1;

	if (name->kind != TOK_NAME || !names_get(&m->defs, name->s, name->len))
		return preproc_error(m, name, ".purgem needs the name of a macro");
	preproc_end(m, name + 1);
	return names_put(&m->defs, m->pool, name->s, name->len, NULL);
}

/* The text of one expansion, ready to be read. */
static struct src *expand_text(struct macro *m, struct pos from, const struct body *b,
	const struct body_arg *args, int *err)
{
	size_t len = body_size(b, args, m->count);
	struct src *src;
	char *text;

	*err = input_charge(&m->in, from, len);
	if (!*err) /* even an empty one costs */
		*err = input_charge(&m->in, from, sizeof(*src));
	*err = preproc_fatal(*err);
	if (*err)
		return NULL;
	*err = -ENOMEM;
	src = pool_alloc(m->pool, sizeof(*src));
	text = src ? pool_alloc(m->pool, len) : NULL;
	if (!text)
		return NULL;
	body_fill(b, args, m->count, text);
	*src = (struct src){.text = text, .len = len, .expansion = true, .from = from};
	*err = 0;
	return src;
}

/* Read an expansion next. */
static int expand_enter(struct macro *m, struct src *src, struct input_loop *loop)
{
	int err = input_push(&m->in, src);

	if (err)
		return preproc_fatal(err);
	m->in.top->loop = loop;
	m->in.top->call = !loop;
	return 0;
}

int expand_call(struct macro *m, const struct tok *t, const struct macro_def *def)
{
	const struct body *b = &def->body;
	struct src *src;
	int err;

	err = body_split(m->pool, t + 1, b->n_params > 1, &m->list);
	if (!err)
		err = body_bind(m->d, input_pos(&m->in), t, b, &m->list, &m->bound);
	if (err)
		return err;
	src = expand_text(m, preproc_pos(m, t), b, m->bound.v, &err);
	if (!src)
		return err;
	m->count++;
	src->name = def->text_name;
	src->defined = def->first;
	return expand_enter(m, src, NULL);
}

int expand_round(struct macro *m, struct input_loop *l)
{
	struct src *src;
	int err;

	if (l->i == l->n)
		return 0;
	src = expand_text(m, l->from, &l->body, l->values ? l->values + l->i : NULL, &err);
	if (!src)
		return err;
	l->i++;
	m->count += l->counts;
	src->name = l->name;
	src->defined = l->first;
	return expand_enter(m, src, l);
}

/* The body that follows, and its first round. */
static int expand_loop(struct macro *m, const struct tok *t, struct input_loop *l)
{
	const char *text;
	size_t len, i;
	int err;

	l->name = pool_strndup(m->pool, t->s, t->len);
	if (!l->name)
		return -ENOMEM;
	l->from = preproc_pos(m, t);
	err = expand_body(m, t, true, &text, &len, &l->first);
	if (!err)
		err = body_cut(m->pool, &l->body, text, len);
	if (err)
		return err;
	for (i = 0; i < l->body.n_pieces; i++)
		l->counts |= l->body.pieces[i].param == BODY_COUNT;
	return expand_round(m, l);
}

/* After an error in its line a loop is passed over. */
static int expand_no_loop(struct macro *m, const struct tok *t)
{
	struct pos first;
	const char *text;
	size_t len;
	int err = expand_body(m, t, true, &text, &len, &first);

	return err ? err : -EINVAL;
}

int expand_rept(struct macro *m, const struct tok *t)
{
	struct input_loop *l = pool_alloc(m->pool, sizeof(*l));
	const struct tok *e = t + 1;
	int64_t n;

	if (!l)
		return -ENOMEM;
	if (preproc_eval(m, &e, &n) || !preproc_end(m, e))
		return expand_no_loop(m, t);
	if (n < 0) {
		preproc_error(m, t + 1, "cannot repeat a negative number of times");
		return expand_no_loop(m, t);
	}
	l->n = (uint64_t)n;
	return expand_loop(m, t, l);
}

/* .irp NAME, VALUE, VALUE ...: the name is the body's one parameter, the values are in m->list */
static struct input_loop *expand_values(struct macro *m, const struct tok *t, int *err)
{
	struct input_loop *l = pool_alloc(m->pool, sizeof(*l));
	const struct tok *name = t + 1, *v = t + 2;
	struct body *b;

	*err = -ENOMEM;
	if (!l)
		return NULL;
	b = &l->body;
	if (pool_grow(m->pool, &b->params, &b->cap_params, 0, sizeof(*b->params)))
		return NULL;
	if (name->kind != TOK_NAME || memchr(name->s, '.', name->len)) {
		*err = preproc_error(m, name, "expected a name for the value");
		return NULL;
	}
	v += lex_op(v, ',');
	b->params[b->n_params++] = (struct body_param){.name = name->s, .len = name->len};
	*err = body_split(m->pool, v, true, &m->list);
	return *err ? NULL : l;
}

int expand_irp(struct macro *m, const struct tok *t)
{
	struct input_loop *l;
	int err;

	l = expand_values(m, t, &err);
	if (!l)
		return err == -EINVAL ? expand_no_loop(m, t) : err;
	/* without values: one round with an empty one */
	l->n = m->list.n ? m->list.n : 1;
	l->values = pool_alloc(m->pool, l->n * sizeof(*l->values));
	if (!l->values)
		return -ENOMEM;
	l->values[0].s = "";
	if (m->list.n)
		memcpy(l->values, m->list.v, l->n * sizeof(*l->values));
	return expand_loop(m, t, l);
}

/* .irpc NAME, TEXT: its letters one by one */
int expand_irpc(struct macro *m, const struct tok *t)
{
	struct input_loop *l;
	const char *s = "", *end = s;
	int err;

	l = expand_values(m, t, &err);
	if (!l)
		return err == -EINVAL ? expand_no_loop(m, t) : err;
	if (m->list.n) {
		s = m->list.v[0].s;
		end = m->list.v[m->list.n - 1].s + m->list.v[m->list.n - 1].len;
	}
	l->values = pool_alloc(m->pool, (size_t)(end - s + 1) * sizeof(*l->values));
	if (!l->values)
		return -ENOMEM;
	for (; s < end; s++)
		if (*s != ' ' && *s != '\t')
			l->values[l->n++] = (struct body_arg){s, 1, NULL, 0};
	return expand_loop(m, t, l);
}

/* Leave the macro that this line stands in, or the loop when there is no macro. */
int expand_exitm(struct macro *m, const struct tok *t)
{
	struct input *f = m->in.top;

	preproc_end(m, t + 1);
	while (f->src->expansion && !f->call && f->next)
		f = f->next;
	if (!f->src->expansion)
		f = m->in.top;
	if (!f->src->expansion)
		return preproc_error(m, t, ".exitm outside of a macro");
	f = f->next;
	while (m->in.top != f)
		input_pop(&m->in, true);
	return 0;
}

int expand_stray(struct macro *m, const struct tok *t)
{
	return preproc_error(
		m, t, lex_is(t, ".endr") ? ".endr without .irp or .rept" : ".endm without .macro");
}
