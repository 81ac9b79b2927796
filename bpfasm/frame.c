// SPDX-License-Identifier: MIT
/* frame.c - who owns which bytes of a function's 512-byte stack. */
#include "frame.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FRAME_NAMES = 2 * FRAME_SIZE };

/* the stack is handed out in units of 8 bytes, which 64-bit stores want; small slots share one */
static uint64_t frame_round(uint64_t size)
{
	return (size + 7) & ~(uint64_t)7;
}

static int frame_room(struct frame *f, struct diag *d, struct pos at, size_t len, const char *what,
	uint64_t size, uint64_t left)
{
	if (size <= FRAME_SIZE && frame_round(size) <= left)
		return 0;
	if (!f->full)
		diag_error(d, at, len,
			"%s needs %" PRIu64 " bytes of stack, %" PRIu64 " of %d are left", what,
			size, left, FRAME_SIZE);
	f->full = true;
	return -EINVAL;
}

int frame_fixed(struct frame *f, struct diag *d, struct pos at, size_t len, const char *what,
	uint64_t size, struct frame_slot *slot)
{
	if (frame_room(f, d, at, len, what, size, FRAME_SIZE - f->fixed - f->deepest))
		return -EINVAL;
	memset(f->used + f->fixed / 8, 0xff, frame_round(size) / 8);
	f->fixed += (uint32_t)frame_round(size);
	slot->off = -(int32_t)f->fixed;
	slot->scratch = false;
	return 0;
}

int frame_scratch(struct frame *f, struct diag *d, struct pos at, size_t len, const char *what,
	uint64_t size, struct frame_slot *slot)
{
	if (frame_room(f, d, at, len, what, size, FRAME_SIZE - f->fixed - f->scratch))
		return -EINVAL;
	f->scratch += (uint32_t)frame_round(size);
	if (f->deepest < f->scratch)
		f->deepest = f->scratch;
	slot->off = -(int32_t)f->scratch;
	slot->scratch = true;
	return 0;
}

/* As C aligns it; of characters as wide as stores that clear them may be. */
static uint32_t frame_align(const struct ir_type *t)
{
	uint32_t align = t->kind == IR_TYPE_INT	     ? t->size
			 : t->kind == IR_TYPE_STRUCT ? t->record->align
						     : 1;

	while (align < 4 && align * 2 <= t->size)
		align *= 2;
	return align;
}

/* A place for a small slot in what is left of the others' bytes. */
static bool frame_gap(struct frame *f, const struct ir_type *t, struct frame_slot *slot)
{
	uint32_t word, at, align = frame_align(t), mask = (1U << t->size) - 1;

	for (word = 0; word < f->fixed / 8; word++) {
		for (at = 0; at + t->size <= 8; at += align) {
			if (f->used[word] & mask << at)
				continue;
			f->used[word] |= (uint8_t)(mask << at);
			slot->off = (int32_t)at - 8 * (int32_t)(word + 1);
			slot->scratch = false;
			return true;
		}
	}
	return false;
}

/* Of the last 8 bytes it may not need all. */
static int frame_named(struct frame *f, struct diag *d, const struct frame_var *v, const char *what,
	struct frame_slot *slot)
{
	uint32_t word = f->fixed / 8, size = v->type.size;

	if (size < 8 && frame_gap(f, &v->type, slot))
		return 0;
	if (frame_fixed(f, d, v->at, v->len, what, size, slot))
		return -EINVAL;
	if (size % 8)
		f->used[word] = (uint8_t)((1U << size % 8) - 1);
	return 0;
}

int frame_add(struct frame *f, struct pool *pool, struct diag *d, const struct frame_var *v)
{
	struct frame_var *add;
	char what[64];
	int err;

	/* all of them are looked through for each name: many that have no room must not take long */
	if (f->full && f->n_vars >= FRAME_NAMES)
		return -EINVAL;
	err = pool_grow(pool, &f->vars, &f->cap_vars, f->n_vars, sizeof(*f->vars));
	if (err)
		return err;
	/* a slot without room is kept, so that its name causes no second error */
	add = &f->vars[f->n_vars++];
	*add = *v;
	add->slot.off = 0;
	add->slot.scratch = false;
	snprintf(what, sizeof(what), "'%.*s'", v->len < 60 ? (int)v->len : 60, v->name);
	if (!v->scope)
		return frame_named(f, d, v, what, &add->slot);
	f->n_scoped++;
	err = frame_scratch(f, d, v->at, v->len, what, v->type.size, &add->slot);
	f->local = f->scratch;
	return err;
}

/* Is scope the source of this text or of an expansion around it? */
static bool frame_inside(const struct src *src, const struct src *scope)
{
	for (; src && src->expansion; src = src->from.src)
		if (src == scope)
			return true;
	return false;
}

const struct frame_var *frame_find(
	const struct frame *f, const struct src *src, const char *name, size_t len)
{
	size_t i;

	for (i = f->n_vars; i--;) {
		const struct frame_var *v = &f->vars[i];

		if (v->len == len && !memcmp(v->name, name, len) &&
			(!v->scope || frame_inside(src, v->scope)))
			return v;
	}
	return NULL;
}

void frame_statement(struct frame *f, const struct src *src)
{
	size_t i;

	for (i = f->n_scoped ? f->n_vars : 0; i--;) {
		struct frame_var *v = &f->vars[i];

		if (!v->scope || frame_inside(src, v->scope))
			continue;
		if (v->slot.scratch)
			f->local -= (uint32_t)frame_round(v->type.size);
		f->n_scoped--;
		f->n_vars--;
		memmove(v, v + 1, (f->n_vars - i) * sizeof(*v));
	}
	f->scratch = f->local;
}

int frame_note(struct frame *f, struct pool *pool, uint32_t insn, bool imm)
{
	int err = pool_grow(pool, &f->fixes, &f->cap_fixes, f->n_fixes, sizeof(*f->fixes));

	if (err)
		return err;
	f->fixes[f->n_fixes].insn = insn;
	f->fixes[f->n_fixes++].imm = imm;
	return 0;
}

void frame_finish(const struct frame *f, struct ir_insn *insns)
{
	size_t i;

	for (i = 0; i < f->n_fixes; i++) {
		struct ir_insn *in = &insns[f->fixes[i].insn];

		if (f->fixes[i].imm)
			in->imm -= (int32_t)f->fixed;
		else
			in->off = (int16_t)(in->off - (int32_t)f->fixed);
	}
}
