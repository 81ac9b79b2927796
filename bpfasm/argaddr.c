// SPDX-License-Identifier: MIT
/*
 * argaddr.c - a number that is given to a helper in the place of an address.
 *
 * "bpf_map_lookup_elem(&m, k)" for "&k" is easily written, most of all as a macro's argument, and
 * the kernel speaks of registers only.  A variable may hold an address, though: one that was put
 * into it from a register that may have one, as far as a few lines back tell.
 */
#include "argaddr.h"

#include "insn.h"
#include "lint.h"

enum { ARGADDR_BACK = 64 }; /* instructions that are looked at */

/* Helpers that return addresses of memory; other functions may return anything. */
static bool argaddr_returned(const struct ir_insn *in)
{
	static const uint8_t helpers[] = {1, 81, 107, 131, 145, 153, 154, 156, 195, 203, 210};
	size_t i;

	if (in->code != INSN_CALL_K || in->src != INSN_CALL_HELPER)
		return true;
	for (i = 0; i < sizeof(helpers); i++)
		if (in->imm == helpers[i])
			return true;
	return false;
}

/* One that only moves an address along leaves *reg as where it came from, and gives 1. */
static int argaddr_of_insn(const struct ir_insn *in, unsigned *reg)
{
	unsigned class = in->code & INSN_CLASS, op = in->code & INSN_OP;

	if (class == INSN_LDX) /* what a context or a record holds is no address of ours */
		return in->src == INSN_FP;
	if (in->code == INSN_LD_IMM64)
		return in->src != INSN_IMM64_PLAIN;
	if (class == INSN_JMP)
		return *reg ? 0 : argaddr_returned(in);
	if (class != INSN_ALU64)
		return 0;
	if (in->code == (INSN_ALU64 | INSN_MOV | INSN_X) && in->src != INSN_FP) {
		*reg = in->src;
		return -1;
	}
	if (op == INSN_ADD || op == INSN_SUB)
		return -1;
	return in->code == (INSN_ALU64 | INSN_MOV | INSN_X);
}

/* May the register hold the address of something? */
static bool argaddr_may(const struct ir_func *f, unsigned reg)
{
	size_t i = f->n_insns, left = ARGADDR_BACK;
	int is;

	for (; i-- > 0 && left; left--) {
		/* the second slot of a constant */
		if (i && f->insns[i - 1].code == INSN_LD_IMM64)
			i--;
		if (!(flow_writes(&f->insns[i]) >> reg & 1))
			continue;
		is = argaddr_of_insn(&f->insns[i], &reg);
		if (is >= 0)
			return is;
	}
	return true;
}

static unsigned argaddr_word(struct frame_slot slot)
{
	return (unsigned)-slot.off / 8 % (FRAME_SIZE / 8);
}

void argaddr_store(struct parse *p, struct frame_slot slot, unsigned reg)
{
	if (argaddr_may(p->fn->ir, reg))
		p->fn->addresses[slot.scratch] |= 1ULL << argaddr_word(slot);
}

/* A variable as it is written: of a macro's argument, too. */
static void argaddr_variable(
	struct parse *p, const struct helper *h, unsigned n, const struct tok *t)
{
	struct pos at = diag_user_pos(p->at);

	/* a macro may give it to several helpers */
	if (at.src == p->fn->argaddr_told.src && at.line == p->fn->argaddr_told.line)
		return;
	p->fn->argaddr_told = at;
	parse_warn(p, t,
		"argument %u of '%s' is an address, and this is what '%.*s' holds; did you mean "
		"'&%.*s'?",
		n, h->name, t->len < 60 ? (int)t->len : 60, t->s, t->len < 60 ? (int)t->len : 60,
		t->s);
}

void argaddr_check(struct parse *p, const struct helper *h, unsigned n, const struct operand *o)
{
	bool may = o->size == 8 && o->kind == OPERAND_VAR &&
		   p->fn->addresses[o->slot.scratch] >> argaddr_word(o->slot) & 1;

	if (!lint_takes_address(h->id, n) || may)
		return;
	if (o->kind == OPERAND_VAR || o->kind == OPERAND_GLOBAL)
		argaddr_variable(p, h, n, o->t);
	else if (o->kind == OPERAND_CONST && o->imm && !o->core.step)
		parse_warn(p, o->t,
			"argument %u of '%s' is an address; a number is put into a variable, 'v = "
			"%lld', and '&v' is its address",
			n, h->name, (long long)o->imm);
}
