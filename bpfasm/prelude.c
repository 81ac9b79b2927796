// SPDX-License-Identifier: MIT
/*
 * prelude.c - what runs before a program's first instruction, to get its arguments.
 *
 * Some arguments no instruction can load: a helper, or code that the loader makes, has to, and that
 * costs r0 to r5.  So it is done once, where nothing but the context in r1 is in use:
 *
 *	*(u64 *)(r10 -8) = r1		; the context
 *	...				; argread.c, usdtread.c: one argument to its slot
 *	r1 = *(u64 *)(r10 -8)
 *	...				; the next one, and so on; then the program
 *
 * and the argument is a variable on the stack from there on: calls do not destroy it, and it needs
 * no .ctx.  Which arguments are used is known only at the function's end; then all that speaks of
 * instructions by their number is moved.
 */
#include "prelude.h"

#include <errno.h>

#include "argread.h"
#include "insn.h"
#include "usdtread.h"

struct prelude *prelude_of(struct parse *p)
{
	if (!p->fn->prelude)
		p->fn->prelude = pool_alloc(p->pool, sizeof(*p->fn->prelude));
	return p->fn->prelude;
}

int prelude_arg(struct parse *p, const struct tok *t, struct prelude_arg *a)
{
	struct frame *f = &p->fn->frame;
	struct frame_slot *context = &p->fn->prelude->context;

	a->at = parse_pos(p, t);
	a->used = true;
	if (!context->off && frame_fixed(f, p->diag, a->at, t->len, "the context", 8, context))
		return -EINVAL;
	return frame_fixed(f, p->diag, a->at, t->len, "this argument", 8, &a->slot);
}

/* ---- the instructions -------------------------------------------------------------------- */

void prelude_emit(
	struct prelude_code *c, unsigned code, unsigned dst, unsigned src, int off, int32_t imm)
{
	c->insns[c->n++] =
		(struct ir_insn){(uint8_t)code, (uint8_t)dst, (uint8_t)src, (int16_t)off, imm};
}

void prelude_begin(struct prelude_code *c, const struct prelude_arg *a)
{
	c->lines[c->n_lines].insn = c->n_lines ? (uint32_t)c->n : 0;
	c->lines[c->n_lines++].at = diag_user_pos(a->at);
}

void prelude_end(struct prelude_code *c, const struct prelude *r)
{
	prelude_emit(c, INSN_LDX | INSN_MEM | INSN_DW, 1, INSN_FP, r->context.off, 0);
}

/* All that has an instruction's number. */
static void prelude_shift(struct parse_fn *fn, uint32_t by)
{
	struct ir_func *f = fn->ir;
	size_t i;

	for (i = 0; i < f->n_refs; i++)
		f->refs[i].insn += by;
	for (i = 0; i < f->n_cores; i++)
		f->cores[i].insn += by;
	for (i = 0; i < f->n_lines; i++)
		f->lines[i].insn += by;
	for (i = 0; i < f->n_inner; i++)
		f->inner[i].insn += by;
	for (i = 0; i < fn->labels.n; i++)
		fn->labels.label[i].insn += by;
	for (i = 0; i < fn->labels.n_locals; i++)
		fn->labels.local[i].insn += by;
	for (i = 0; i < fn->labels.n_jumps; i++)
		fn->labels.jump[i].insn += by;
	for (i = 0; i < fn->flow.n_uses; i++)
		fn->flow.use[i].insn += by;
	for (i = 0; i < fn->flow.n_jumps; i++)
		fn->flow.jump[i].insn += by;
	for (i = 0; i < fn->frame.n_fixes; i++)
		fn->frame.fixes[i].insn += by;
}

/* n items in front of the count that an array has. */
static int prelude_prepend(struct pool *pool, void *array, size_t *cap, size_t *count, size_t size,
	const void *items, size_t n)
{
	unsigned char *data;

	if (!n)
		return 0;
	while (*cap < *count + n)
		if (pool_grow(pool, array, cap, *cap, size))
			return -ENOMEM;
	memcpy(&data, array, sizeof(data)); /* array is the address of a pointer to any type */
	memmove(data + n * size, data, *count * size);
	memcpy(data, items, n * size);
	*count += n;
	return 0;
}

static int prelude_put(struct pool *pool, struct ir_func *f, const struct prelude_code *c)
{
	if (prelude_prepend(pool, &f->insns, &f->cap_insns, &f->n_insns, sizeof(*f->insns),
		    c->insns, c->n) ||
		prelude_prepend(pool, &f->lines, &f->cap_lines, &f->n_lines, sizeof(*f->lines),
			c->lines, c->n_lines))
		return -ENOMEM;
	return prelude_prepend(
		pool, &f->refs, &f->cap_refs, &f->n_refs, sizeof(*f->refs), c->refs, c->n_refs);
}

int prelude_finish(struct parse *p, struct parse_fn *fn)
{
	struct prelude *r = fn->prelude;
	struct prelude_code *c;

	/* after an error there may be no slots; without instructions there is nothing to prepare */
	if (!r || !fn->ir->n_insns || p->diag->n_errors != fn->n_errors)
		return 0;
	c = pool_alloc(p->pool, sizeof(*c));
	if (!c)
		return -ENOMEM;
	prelude_emit(c, INSN_STX | INSN_MEM | INSN_DW, INSN_FP, 1, r->context.off, 0);
	argread_write(p, r, c);
	usdtread_write(r, c);
	prelude_shift(fn, (uint32_t)c->n);
	r->n_insns = c->n;
	return prelude_put(p->pool, fn->ir, c);
}

/* ---- who else stores there --------------------------------------------------------------- */

static bool prelude_is_stored(const struct prelude_arg *a, const struct ir_insn *in)
{
	uint8_t class = in->code & INSN_CLASS;

	if (!a->used || (class != INSN_ST && class != INSN_STX) || in->dst != INSN_FP)
		return false;
	return in->off < a->slot.off + 8 &&
	       in->off + insn_size_by_code(in->code)->bytes > a->slot.off;
}

void prelude_check(struct diag *d, const struct parse_fn *fn)
{
	const struct prelude *r = fn->prelude;
	const struct ir_func *f = fn->ir;
	size_t i, k;

	for (i = r ? r->n_insns : 0; r && i < f->n_insns; i++) {
		for (k = 0; k < PRELUDE_ARGS; k++)
			if (prelude_is_stored(&r->args[k], &f->insns[i]))
				diag_warning(d, ir_insn_pos(f, i), 0,
					"this overwrites 'arg%zu', which is kept at r10 %d; name "
					"your bytes by '.var'",
					k + 1, (int)r->args[k].slot.off);
		for (k = 0; k < IR_USDT_ARGS; k++)
			if (prelude_is_stored(&r->operands[k], &f->insns[i]))
				diag_warning(d, ir_insn_pos(f, i), 0,
					"this overwrites 'usdt_arg(%zu)', which is kept at r10 %d; "
					"name your bytes by '.var'",
					k + 1, (int)r->operands[k].slot.off);
	}
}
