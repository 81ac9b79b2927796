// SPDX-License-Identifier: MIT
/* input.c - the stack of texts that are being read. */
#include "input.h"

#include <errno.h>
#include <string.h>

struct pos input_pos(const struct inputs *s)
{
	struct pos at = {NULL, 0, 0};

	if (s->top)
		at = (struct pos){s->top->src, s->top->line, 1};
	return at;
}

static struct input *input_new(struct inputs *s)
{
	struct input *f = s->spare;

	if (!f)
		return pool_alloc(s->pool, sizeof(*f));
	s->spare = f->next;
	memset(f, 0, sizeof(*f));
	return f;
}

/* A file of that name among those that are open. */
static bool input_open(const struct input *f, const char *name)
{
	for (; f; f = f->next)
		if (!f->src->expansion && !strcmp(f->src->name, name))
			return true;
	return false;
}

static int input_too_deep(struct inputs *s, const struct src *src)
{
	struct pos at = src->from;

	if (!src->expansion && input_open(s->top, src->name))
		diag_error(s->d, at, 0, "'%s' includes itself, %d levels deep", src->name,
			INPUT_DEPTH);
	else
		diag_error(s->d, at, 0, "macros and includes are nested more than %d deep",
			INPUT_DEPTH);
	return -EINVAL;
}

int input_push(struct inputs *s, struct src *src)
{
	unsigned depth = s->top ? s->top->depth + 1 : 0;
	struct input *f;

	if (depth > INPUT_DEPTH)
		return input_too_deep(s, src);
	f = input_new(s);
	if (!f)
		return -ENOMEM;
	f->src = src;
	f->p = src->text;
	f->end = src->text + src->len;
	/* a file that an editor of Windows wrote begins with this mark */
	if (!src->expansion && src->len >= 3 && !memcmp(f->p, "\xef\xbb\xbf", 3))
		f->p += 3;
	f->depth = depth;
	f->conds = s->conds;
	f->next = s->top;
	s->top = f;
	return 0;
}

int input_charge(struct inputs *s, struct pos at, size_t n)
{
	if (n <= INPUT_BYTES - s->bytes) {
		s->bytes += n;
		return 0;
	}
	diag_error(s->d, at, 0, "macros expand to more than %d MiB", INPUT_BYTES >> 20);
	return -EINVAL;
}

static int input_note_start(struct inputs *s, struct input *f)
{
	/* expansions are short and never asked for their lines but in messages */
	if (f->src->expansion)
		return 0;
	if (pool_grow(s->pool, &f->starts, &f->cap_starts, f->line, sizeof(*f->starts)))
		return -ENOMEM;
	f->starts[f->line] = (size_t)(f->p - f->src->text);
	f->src->starts = f->starts;
	f->src->n_starts = f->line + 1;
	return 0;
}

int input_line(struct inputs *s, const char **text, size_t *len)
{
	struct input *f = s->top;
	const char *nl;

	if (f->p >= f->end)
		return 0;
	if (f->line == UINT32_MAX || (f->depth && s->lines++ >= INPUT_LINES)) {
		diag_error(s->d, input_pos(s), 0, "macros and includes give more than %d lines",
			INPUT_LINES);
		return -EINVAL;
	}
	if (input_note_start(s, f))
		return -ENOMEM;
	nl = memchr(f->p, '\n', (size_t)(f->end - f->p));
	*text = f->at = f->p;
	*len = (size_t)((nl ? nl : f->end) - f->p);
	f->p = nl ? nl + 1 : f->end;
	f->line++;
	return 1;
}

void input_pop(struct inputs *s, bool early)
{
	struct input *f = s->top;

	if (f->in_comment && !early)
		diag_error(s->d, f->comment, 2, "comment has no end");
	while (s->conds != f->conds) {
		if (!early)
			diag_error(s->d, s->conds->at, 0, ".if without .endif");
		input_endif(s);
	}
	s->top = f->next;
	f->next = s->spare;
	s->spare = f;
}

int input_if(struct inputs *s, struct pos at, bool active, bool taken)
{
	struct input_cond *c = s->spare_conds;

	if (c)
		s->spare_conds = c->next;
	else
		c = pool_alloc(s->pool, sizeof(*c));
	if (!c)
		return -ENOMEM;
	*c = (struct input_cond){s->conds, at, active, taken, false};
	s->conds = c;
	return 0;
}

void input_endif(struct inputs *s)
{
	struct input_cond *c = s->conds;

	s->conds = c->next;
	c->next = s->spare_conds;
	s->spare_conds = c;
}

struct input_cond *input_cond(const struct inputs *s)
{
	return s->top && s->conds != s->top->conds ? s->conds : NULL;
}

bool input_skips(const struct inputs *s)
{
	return s->conds && !s->conds->active;
}
