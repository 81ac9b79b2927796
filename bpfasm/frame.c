// SPDX-License-Identifier: MIT
/* frame.c - who owns which bytes of a function's 512-byte stack. */
#include "frame.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FRAME_NAMES = 2 * FRAME_SIZE };

/* Strings, arguments and what is short-lived begin at a multiple of 8, which 64-bit stores want. */
static uint64_t frame_round(uint64_t size)
{
	return (size + 7) & ~(uint64_t)7;
}

static int frame_no_room(struct frame *f, struct diag *d, struct pos at, size_t len,
	const char *what, uint64_t size, uint64_t left)
{
	if (!f->full)
		diag_error(d, at, len,
			"%s needs %" PRIu64 " bytes of stack, %" PRIu64 " of %d are left", what,
			size, left, FRAME_SIZE);
	f->full = true;
	return -EINVAL;
}

static bool frame_is_free(const struct frame *f, uint32_t below, uint32_t size)
{
	for (; size--; below--)
		if (f->used[(below - 1) / 8] & 1U << (below - 1) % 8)
			return false;
	return true;
}

/* The place nearest to r10: size bytes, align of them a power of two.  0: none is left. */
static uint32_t frame_place(const struct frame *f, uint32_t size, uint32_t align)
{
	uint32_t below = (size + align - 1) & ~(align - 1);

	for (; below <= FRAME_SIZE - f->deepest; below += align)
		if (frame_is_free(f, below, size))
			return below;
	return 0;
}

static void frame_take(struct frame *f, uint32_t below, uint32_t size, struct frame_slot *slot)
{
	slot->off = -(int32_t)below;
	slot->scratch = false;
	if (f->fixed < below)
		f->fixed = below;
	for (; size--; below--)
		f->used[(below - 1) / 8] |= (uint8_t)(1U << (below - 1) % 8);
}

int frame_fixed(struct frame *f, struct diag *d, struct pos at, size_t len, const char *what,
	uint64_t size, struct frame_slot *slot)
{
	uint32_t below = 0;

	if (size <= FRAME_SIZE)
		below = frame_place(f, (uint32_t)frame_round(size), 8);
	if (!below)
		return frame_no_room(
			f, d, at, len, what, size, FRAME_SIZE - frame_round(f->fixed) - f->deepest);
	frame_take(f, below, (uint32_t)frame_round(size), slot);
	return 0;
}

int frame_scratch(struct frame *f, struct diag *d, struct pos at, size_t len, const char *what,
	uint64_t size, struct frame_slot *slot)
{
	uint64_t left = FRAME_SIZE - frame_round(f->fixed) - f->scratch;

	if (size > FRAME_SIZE || frame_round(size) > left)
		return frame_no_room(f, d, at, len, what, size, left);
	f->scratch += (uint32_t)frame_round(size);
	if (f->deepest < f->scratch)
		f->deepest = f->scratch;
	slot->off = -(int32_t)f->scratch;
	slot->scratch = true;
	return 0;
}

/* As C aligns it; a record that has errors may have neither fields nor alignment. */
static uint32_t frame_align(const struct ir_type *t)
{
	uint32_t align = t->kind == IR_TYPE_INT	     ? t->size
			 : t->kind == IR_TYPE_STRUCT ? t->record->align
						     : 1;

	return align ? align : 1;
}

/*
 * The widest that divides the size: sorted by it, variables leave no bytes between them.  Less would
 * never make room: a gap is smaller than what its lower end is aligned to.
 */
static uint32_t frame_even(const struct ir_type *t)
{
	uint32_t align = frame_align(t);

	while (align < 8 && t->size % (align * 2) == 0)
		align *= 2;
	return align;
}

static int frame_named(struct frame *f, struct diag *d, struct frame_var *v)
{
	uint32_t below = 0, size = v->type.size;
	char what[64];

	if (!size)
		return 0;
	if (size <= FRAME_SIZE)
		below = frame_place(f, size, frame_even(&v->type));
	if (below) {
		frame_take(f, below, size, &v->slot);
		return 0;
	}
	snprintf(what, sizeof(what), "'%.*s'", v->len < 60 ? (int)v->len : 60, v->name);
	return frame_no_room(f, d, v->at, v->len, what, size, FRAME_SIZE - f->fixed - f->deepest);
}

int frame_settle(struct frame *f, struct diag *d)
{
	uint32_t align;
	int err = 0;
	size_t i;

	for (align = 8; f->n_pending && align; align /= 2) {
		for (i = 0; i < f->n_vars; i++) {
			struct frame_var *v = &f->vars[i];

			if (!v->pending || frame_even(&v->type) != align)
				continue;
			v->pending = false;
			if (frame_named(f, d, v))
				err = -EINVAL;
		}
	}
	f->n_pending = 0;
	return err;
}

static int frame_scoped(struct frame *f, struct diag *d, struct frame_var *v)
{
	char what[64];
	int err;

	snprintf(what, sizeof(what), "'%.*s'", v->len < 60 ? (int)v->len : 60, v->name);
	f->n_scoped++;
	err = frame_scratch(f, d, v->at, v->len, what, v->type.size, &v->slot);
	f->local = f->scratch;
	return err;
}

int frame_add(struct frame *f, struct pool *pool, struct diag *d, const struct frame_var *v)
{
	struct frame_var *add;
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
	add->pending = !v->scope;
	if (v->scope)
		return frame_scoped(f, d, add);
	return ++f->n_pending > FRAME_SIZE ? frame_settle(f, d) : 0;
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
		int32_t begin = (int32_t)frame_round(f->fixed);
		struct ir_insn *in = &insns[f->fixes[i].insn];

		if (f->fixes[i].imm)
			in->imm -= begin;
		else
			in->off = (int16_t)(in->off - begin);
	}
}
