// SPDX-License-Identifier: MIT
/*
 * corefind.c - many types by name in one pass over a large BTF.
 *
 * A kernel has 130,000 types, of which an object names a few.  Most are told apart by two
 * bytes: no wanted name begins with theirs.  The others are looked up by a hash of the name
 * without its flavor.  So a pass costs about a millisecond however many names are wanted.
 */
#include "corefind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COREFIND_STARTS (65536 / 8) /* bytes */
#define COREFIND_ENUMS	(1U << BTF_ENUM | 1U << BTF_ENUM64)

static uint32_t corefind_hash(const char *s, size_t n)
{
	uint32_t h = 2166136261U;

	while (n--)
		h = (h ^ (unsigned char)*s++) * 16777619U;
	return h;
}

static uint32_t corefind_start(const char *name)
{
	return (uint32_t)(unsigned char)name[0] << 8 | (unsigned char)name[1];
}

int corefind_want(struct corefind *f, const char *name, enum btf_kind kind)
{
	struct corefind_want *w;
	uint32_t cap = f->cap ? f->cap * 2 : 16;

	if (f->n == f->cap) {
		w = realloc(f->wants, cap * sizeof(*w));
		if (!w)
			return -ENOMEM;
		f->wants = w;
		f->cap = cap;
	}
	w = &f->wants[f->n];
	memset(w, 0, sizeof(*w));
	w->name = name;
	w->len = corematch_len(name);
	w->kind = kind;
	return (int)f->n++;
}

/* The table of all that are still open; -ENOMEM. */
static int corefind_table(struct corefind *f, uint32_t *kinds)
{
	struct corefind_want *w;
	uint32_t i, *slot, start;

	free(f->slots);
	free(f->starts);
	for (f->n_slots = 16; f->n_slots < f->n * 2; f->n_slots *= 2)
		;
	f->slots = calloc(f->n_slots, sizeof(*f->slots));
	f->starts = calloc(1, COREFIND_STARTS);
	if (!f->slots || !f->starts)
		return -ENOMEM;
	*kinds = 0;
	for (i = 0; i < f->n; i++) {
		w = &f->wants[i];
		if (w->closed || !w->len)
			continue;
		*kinds |= COREFIND_ENUMS >> w->kind & 1 ? COREFIND_ENUMS : 1U << w->kind;
		start = corefind_start(w->name);
		if (w->len == 1) /* "x" and "x___old" */
			memset(f->starts + (unsigned char)*w->name * 32, 0xff, 32);
		f->starts[start / 8] |= (unsigned char)(1U << start % 8);
		slot = &f->slots[corefind_hash(w->name, w->len) & (f->n_slots - 1)];
		w->next = *slot;
		*slot = i + 1;
	}
	return 0;
}

static int corefind_add(struct corefind_want *w, const struct btf *btf, uint32_t id)
{
	struct corefind_type *p;
	size_t cap = w->cap ? w->cap * 2 : 2;

	if (w->n == w->cap) {
		p = realloc(w->found, cap * sizeof(*p));
		if (!p)
			return -ENOMEM;
		w->found = p;
		w->cap = cap;
	}
	w->found[w->n++] = (struct corefind_type){btf, id};
	return 0;
}

static int corefind_look(void *arg, uint32_t id, enum btf_kind kind, const char *name)
{
	struct corefind *f = arg;
	struct corefind_want *w;
	uint32_t start = corefind_start(name), i;
	size_t len;

	if (!(f->starts[start / 8] >> start % 8 & 1))
		return 0;
	len = corematch_len(name);
	i = f->slots[corefind_hash(name, len) & (f->n_slots - 1)];
	for (; i; i = w->next) {
		w = &f->wants[i - 1];
		if (w->len == len && corematch_kinds(w->kind, kind) &&
			!memcmp(w->name, name, len) && corefind_add(w, f->btf, id))
			return -ENOMEM;
	}
	return 0;
}

int corefind_search(struct corefind *f, const struct btf *btf)
{
	uint32_t kinds;
	int err = corefind_table(f, &kinds);

	f->btf = btf;
	return err || !kinds ? err : btf_each(btf, kinds, corefind_look, f);
}

bool corefind_close(struct corefind *f)
{
	uint32_t i;
	bool left = false;

	for (i = 0; i < f->n; i++) {
		f->wants[i].closed |= f->wants[i].n != 0;
		left |= !f->wants[i].closed && f->wants[i].len;
	}
	return left;
}

void corefind_free(struct corefind *f)
{
	uint32_t i;

	for (i = 0; i < f->n; i++)
		free(f->wants[i].found);
	free(f->wants);
	free(f->slots);
	free(f->starts);
	memset(f, 0, sizeof(*f));
}
