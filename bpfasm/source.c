// SPDX-License-Identifier: MIT
/* source.c - the stack of texts that are being read. */
#include "source.h"

#include <errno.h>
#include <string.h>

struct pos source_pos(const struct sources *s)
{
	struct pos at = {NULL, 0, 0};

	if (s->top)
		at = (struct pos){s->top->src, s->top->line, 1};
	return at;
}

static struct source *source_new(struct sources *s)
{
	struct source *f = s->spare;

	if (!f)
		return pool_alloc(s->pool, sizeof(*f));
	s->spare = f->next;
	memset(f, 0, sizeof(*f));
	return f;
}

/* A file of that name among those that are open. */
static bool source_open(const struct source *f, const char *name)
{
	for (; f; f = f->next)
		if (!f->src->expansion && !strcmp(f->src->name, name))
			return true;
	return false;
}

static int source_too_deep(struct sources *s, const struct src *src)
{
	struct pos at = src->from;

	if (!src->expansion && source_open(s->top, src->name))
		diag_error(s->d, at, 0, "'%s' includes itself, %d levels deep", src->name,
			SOURCE_DEPTH);
	else
		diag_error(s->d, at, 0, "macros and includes are nested more than %d deep",
			SOURCE_DEPTH);
	return -EINVAL;
}

int source_push(struct sources *s, struct src *src)
{
	unsigned depth = s->top ? s->top->depth + 1 : 0;
	struct source *f;

	if (depth > SOURCE_DEPTH)
		return source_too_deep(s, src);
	f = source_new(s);
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

int source_charge(struct sources *s, struct pos at, size_t n)
{
	if (n <= SOURCE_BYTES - s->bytes) {
		s->bytes += n;
		return 0;
	}
	diag_error(s->d, at, 0, "macros expand to more than %d MiB", SOURCE_BYTES >> 20);
	return -EINVAL;
}

static int source_note_start(struct sources *s, struct source *f)
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

int source_line(struct sources *s, const char **text, size_t *len)
{
	struct source *f = s->top;
	const char *nl;

	if (f->p >= f->end)
		return 0;
	if (f->line == UINT32_MAX || (f->depth && s->lines++ >= SOURCE_LINES)) {
		diag_error(s->d, source_pos(s), 0, "macros and includes give more than %d lines",
			SOURCE_LINES);
		return -EINVAL;
	}
	if (source_note_start(s, f))
		return -ENOMEM;
	nl = memchr(f->p, '\n', (size_t)(f->end - f->p));
	*text = f->at = f->p;
	*len = (size_t)((nl ? nl : f->end) - f->p);
	f->p = nl ? nl + 1 : f->end;
	f->line++;
	return 1;
}

void source_pop(struct sources *s, bool early)
{
	struct source *f = s->top;

	if (f->in_comment && !early)
		diag_error(s->d, f->comment, 2, "comment has no end");
	while (s->conds != f->conds) {
		if (!early)
			diag_error(s->d, s->conds->at, 0, ".if without .endif");
		source_endif(s);
	}
	s->top = f->next;
	f->next = s->spare;
	s->spare = f;
}

int source_if(struct sources *s, struct pos at, bool active, bool taken)
{
	struct source_cond *c = s->spare_conds;

	if (c)
		s->spare_conds = c->next;
	else
		c = pool_alloc(s->pool, sizeof(*c));
	if (!c)
		return -ENOMEM;
	*c = (struct source_cond){s->conds, at, active, taken, false};
	s->conds = c;
	return 0;
}

void source_endif(struct sources *s)
{
	struct source_cond *c = s->conds;

	s->conds = c->next;
	c->next = s->spare_conds;
	s->spare_conds = c;
}

struct source_cond *source_cond(const struct sources *s)
{
	return s->top && s->conds != s->top->conds ? s->conds : NULL;
}

bool source_skips(const struct sources *s)
{
	return s->conds && !s->conds->active;
}
