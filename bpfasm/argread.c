// SPDX-License-Identifier: MIT
/*
 * argread.c - arguments that are not in the context but in memory which it points to.
 *
 * A system call's function takes one argument on most CPUs (x86-64 since 4.17, arm64 since 4.19):
 * the address of the caller's registers, and the call's arguments are those.  Functions of i386 find
 * theirs on the stack.  No instruction can load either, a helper has to copy it, and that costs
 * r0 to r5.  So it is done once, before the program's first instruction, where nothing but the context
 * in r1 is in use:
 *
 *	*(u64 *)(r10 -8) = r1		; the context
 *	r3 = *(u64 *)(r1 +112)		; the pointer in it
 *	r3 += 56			; the argument
 *	r2 = 8
 *	r1 = r10
 *	r1 += -16			; its slot
 *	call bpf_probe_read_kernel	; zeroes, where it cannot be read
 *	r1 = *(u64 *)(r10 -8)
 *
 * and argN is a variable on the stack from there on: calls do not destroy it, and it needs no .ctx.
 * Which arguments are used is known only at the function's end; then all that speaks of instructions
 * by their number is moved.
 */
#include "argread.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "equ.h"
#include "insn.h"
#include "parse_jump.h"

enum {
	ARGREAD_ARGS = 6,
	ARGREAD_INSNS = 1 + 8 * ARGREAD_ARGS, /* at most */
	ARGREAD_KERNEL_TWO = 5 << 16 | 5 << 8 /* before it one helper read both kinds of memory */
};

/* What one function reads. */
struct argread {
	struct frame_slot context;
	struct argread_arg {
		bool used;
		struct bpfasm_arg from;
		struct frame_slot slot;
		struct pos at; /* where it is used first */
	} args[ARGREAD_ARGS];
};

static int argread_ask(struct parse *p, const struct tok *t, unsigned n, struct bpfasm_arg *a)
{
	const struct bpfasm_resolver *r = p->o->resolver;
	struct bpfasm_arg_of of = {p->fn->ir->section, p->fn->ir->name, n, p->o->kernel};
	char msg[384];
	int is;

	/* one of a caller that was built against an older header ends before it */
	if (!r || r->sz < offsetof(struct bpfasm_resolver, argument) + sizeof(r->argument) ||
		!r->argument)
		return 0;
	memset(a, 0, sizeof(*a));
	snprintf(msg, sizeof(msg), "'arg%u' cannot be read here", n);
	is = r->argument(r->arg, &of, a, msg, sizeof(msg));
	return is < 0 ? parse_target_error(p, t, is, msg) : is;
}

static const struct helper *argread_helper(const struct parse *p, const struct bpfasm_arg *a)
{
	uint32_t kernel = equ_target_kernel(p->o);
	const char *name = kernel && kernel < ARGREAD_KERNEL_TWO ? "bpf_probe_read"
			   : a->user				 ? "bpf_probe_read_user"
								 : "bpf_probe_read_kernel";

	return helper_find(name, strlen(name));
}

static bool argread_is_load(uint64_t offset, uint64_t size)
{
	return offset <= INT16_MAX && (size == 4 || size == 8);
}

/* A slot for the argument, and for the context when it is the first. */
static int argread_new(struct parse *p, const struct tok *t, struct argread_arg *a)
{
	struct parse_fn *fn = p->fn;
	const struct helper *h = argread_helper(p, &a->from);
	bool first = !fn->reads->context.off;

	if (!h || !argread_is_load(a->from.pointer, a->from.pointer_size) ||
		!argread_is_load(a->from.offset, a->from.size))
		return parse_error(p, t, "'%.*s' is out of reach", (int)t->len, t->s);
	parse_check_helper(p, t, h);
	a->at = parse_pos(p, t);
	a->used = true;
	if (first && frame_fixed(&fn->frame, p->diag, a->at, t->len, "the context", 8,
			     &fn->reads->context))
		return -EINVAL;
	return frame_fixed(&fn->frame, p->diag, a->at, t->len, "this argument", 8, &a->slot);
}

int argread_operand(struct parse *p, struct operand *o, unsigned n)
{
	struct parse_fn *fn = p->fn;
	struct argread_arg *a, found = {0};
	int is;

	a = fn->reads ? &fn->reads->args[n - 1] : NULL;
	if (!a || !a->used) {
		is = argread_ask(p, o->t, n, &found.from);
		if (is <= 0)
			return is;
		if (!fn->reads)
			fn->reads = pool_alloc(p->pool, sizeof(*fn->reads));
		if (!fn->reads)
			return -ENOMEM;
		a = &fn->reads->args[n - 1];
		*a = found;
		if (argread_new(p, o->t, a))
			return -EINVAL;
	}
	o->kind = OPERAND_VAR;
	o->slot = a->slot;
	o->size = (uint32_t)a->from.size;
	return 1;
}

/* ---- the reads themselves ---------------------------------------------------------------- */

struct argread_code {
	struct ir_insn insns[ARGREAD_INSNS];
	struct ir_line lines[ARGREAD_ARGS];
	size_t n, n_lines;
};

static void argread_emit(
	struct argread_code *c, unsigned code, unsigned dst, unsigned src, int off, int32_t imm)
{
	c->insns[c->n++] =
		(struct ir_insn){(uint8_t)code, (uint8_t)dst, (uint8_t)src, (int16_t)off, imm};
}

static void argread_one(
	const struct parse *p, struct argread_code *c, const struct argread_arg *a, int context)
{
	unsigned size = a->from.pointer_size == 4 ? INSN_W : INSN_DW;

	c->lines[c->n_lines].insn = c->n_lines ? (uint32_t)c->n : 0;
	c->lines[c->n_lines++].at = diag_user_pos(a->at);
	argread_emit(c, INSN_LDX | INSN_MEM | size, 3, 1, (int)a->from.pointer, 0);
	if (a->from.offset)
		argread_emit(c, INSN_ALU64 | INSN_ADD, 3, 0, 0, (int32_t)a->from.offset);
	argread_emit(c, INSN_ALU64 | INSN_MOV, 2, 0, 0, (int32_t)a->from.size);
	argread_emit(c, INSN_ALU64 | INSN_MOV | INSN_X, 1, INSN_FP, 0, 0);
	argread_emit(c, INSN_ALU64 | INSN_ADD, 1, 0, 0, a->slot.off);
	argread_emit(c, INSN_CALL_K, 0, INSN_CALL_HELPER, 0, argread_helper(p, &a->from)->id);
	argread_emit(c, INSN_LDX | INSN_MEM | INSN_DW, 1, INSN_FP, context, 0);
}

/* All that has an instruction's number. */
static void argread_shift(struct parse_fn *fn, uint32_t by)
{
	struct ir_func *f = fn->ir;
	size_t i;

	for (i = 0; i < f->n_refs; i++)
		f->refs[i].insn += by;
	for (i = 0; i < f->n_lines; i++)
		f->lines[i].insn += by;
	for (i = 0; i < fn->labels.n; i++)
		fn->labels.label[i].insn += by;
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
static int argread_prepend(struct pool *pool, void *array, size_t *cap, size_t *count, size_t size,
	const void *items, size_t n)
{
	unsigned char *data;

	while (*cap < *count + n)
		if (pool_grow(pool, array, cap, *cap, size))
			return -ENOMEM;
	memcpy(&data, array, sizeof(data)); /* array is the address of a pointer to any type */
	memmove(data + n * size, data, *count * size);
	memcpy(data, items, n * size);
	*count += n;
	return 0;
}

int argread_finish(struct parse *p, struct parse_fn *fn)
{
	struct argread *r = fn->reads;
	struct ir_func *f = fn->ir;
	struct argread_code c = {0};
	size_t i;

	/* after an error the slots may be none; without an instruction there is nothing to prepare */
	if (!r || !f->n_insns || p->diag->n_errors != fn->n_errors)
		return 0;
	argread_emit(&c, INSN_STX | INSN_MEM | INSN_DW, INSN_FP, 1, r->context.off, 0);
	for (i = 0; i < ARGREAD_ARGS; i++)
		if (r->args[i].used)
			argread_one(p, &c, &r->args[i], r->context.off);
	argread_shift(fn, (uint32_t)c.n);
	if (argread_prepend(p->pool, &f->insns, &f->cap_insns, &f->n_insns, sizeof(*f->insns),
		    c.insns, c.n))
		return -ENOMEM;
	return argread_prepend(p->pool, &f->lines, &f->cap_lines, &f->n_lines, sizeof(*f->lines),
		c.lines, c.n_lines);
}
