// SPDX-License-Identifier: MIT
/*
 * argread.c - arguments that are not in the context but in memory which it points to.
 *
 * A system call's function takes one argument on most CPUs (x86-64 since 4.17, arm64 since 4.19):
 * the address of the caller's registers, and the call's arguments are those.  Functions of i386
 * find theirs on the stack.  No instruction can load either, a helper has to copy it:
 *
 *	r3 = *(u64 *)(r1 +112)		; the pointer in the context
 *	r3 += 56			; the argument
 *	r2 = 8
 *	r1 = r10
 *	r1 += -16			; its slot
 *	call bpf_probe_read_kernel	; zeroes, where it cannot be read
 *
 * That is done once, before the program's first instruction (prelude.c).
 */
#include "argread.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "equ.h"
#include "insn.h"
#include "parse_jump.h"

enum { ARGREAD_KERNEL_TWO = 5 << 16 | 5 << 8 }; /* before it one helper read both kinds of memory */

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

static int argread_new(struct parse *p, const struct tok *t, struct prelude_arg *a)
{
	const struct helper *h = argread_helper(p, &a->from);

	if (!h || !argread_is_load(a->from.pointer, a->from.pointer_size) ||
		!argread_is_load(a->from.offset, a->from.size))
		return parse_error(p, t, "'%.*s' is out of reach", (int)t->len, t->s);
	parse_check_helper(p, t, h);
	return prelude_arg(p, t, a);
}

int argread_operand(struct parse *p, struct operand *o, unsigned n)
{
	struct prelude_arg *a, found = {0};
	int is;

	a = p->fn->prelude ? &p->fn->prelude->args[n - 1] : NULL;
	if (!a || !a->used) {
		is = argread_ask(p, o->t, n, &found.from);
		if (is <= 0)
			return is;
		if (!prelude_of(p))
			return -ENOMEM;
		a = &p->fn->prelude->args[n - 1];
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

static void argread_one(const struct parse *p, struct prelude_code *c, const struct prelude_arg *a)
{
	unsigned size = a->from.pointer_size == 4 ? INSN_W : INSN_DW;

	prelude_emit(c, INSN_LDX | INSN_MEM | size, 3, 1, (int)a->from.pointer, 0);
	if (a->from.offset)
		prelude_emit(c, INSN_ALU64 | INSN_ADD, 3, 0, 0, (int32_t)a->from.offset);
	prelude_emit(c, INSN_ALU64 | INSN_MOV, 2, 0, 0, (int32_t)a->from.size);
	prelude_emit(c, INSN_ALU64 | INSN_MOV | INSN_X, 1, INSN_FP, 0, 0);
	prelude_emit(c, INSN_ALU64 | INSN_ADD, 1, 0, 0, a->slot.off);
	prelude_emit(c, INSN_CALL_K, 0, INSN_CALL_HELPER, 0, argread_helper(p, &a->from)->id);
}

void argread_write(const struct parse *p, const struct prelude *r, struct prelude_code *c)
{
	size_t i;

	for (i = 0; i < PRELUDE_ARGS; i++) {
		if (!r->args[i].used)
			continue;
		prelude_begin(c, &r->args[i]);
		argread_one(p, c, &r->args[i]);
		prelude_end(c, r);
	}
}
