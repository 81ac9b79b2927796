// SPDX-License-Identifier: MIT
/*
 * usdtread.c - usdt_arg(N): operands of the USDT probe that a program is at.
 *
 * Where an operand is - a register, memory, a constant - the probed file says, for each place of
 * the probe anew, and no file is asked here: the object is for any of them.  What stands for
 * reading it is a call that only a loader understands,
 *
 *	call usdt_arg(2, -16)		; operand 2 to r0, by way of the 8 bytes at r10 -16
 *	*(u64 *)(r10 -16) = r0
 *
 * which it replaces by the instructions for the place at hand.  They destroy r1 to r5, so it is
 * done before the program's first instruction (prelude.c).
 */
#include "usdtread.h"

#include <errno.h>

#include "insn.h"
#include "section.h"

/*
 * Sections whose programs may be at a user space probe: their context is pt_regs.  One that names a
 * place in the kernel is at that, always.
 */
static bool usdtread_section(const char *section)
{
	static const char *const heads[] = {"usdt", "uprobe", "uretprobe", "kprobe", "kretprobe"};
	static const char *const tails[] = {
		"", ".s", ".multi", ".multi.s", ".session", ".session.s"};
	size_t len, i, k, n;

	section += *section == '?';
	len = strcspn(section, "/");
	if (*section == 'k' && section[len])
		return false;
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		n = strlen(heads[i]);
		if (len < n || memcmp(section, heads[i], n) != 0)
			continue;
		for (k = 0; k < sizeof(tails) / sizeof(tails[0]); k++)
			if (strlen(tails[k]) == len - n && !memcmp(section + n, tails[k], len - n))
				return true;
	}
	return false;
}

static int usdtread_check_fn(struct parse *p, const struct tok *t)
{
	const struct ir_func *f = p->fn->ir;

	if (!f->is_prog)
		return parse_error(
			p, t, "usdt_arg() stands in a program; pass its value to the function");
	if (p->fn->bare)
		return parse_error(
			p, t, "usdt_arg() stands in a program; begin with '.prog NAME \"usdt\"'");
	/* of one that nobody knows is told already */
	if (section_known(f->section) && !usdtread_section(f->section))
		return parse_error(p, t,
			"a program of section '%s' is at no USDT probe; write '.prog %s \"usdt\"' "
			"or \"usdt/PATH:PROVIDER:NAME\"",
			f->section, f->name);
	return 0;
}

/* "(N)" behind the word t; the number, or -EINVAL */
static int usdtread_number(struct parse *p, const struct tok *t)
{
	const struct tok *n;
	int64_t v;

	if (!parse_take(p, PUNCT('(', 0, 0)))
		return parse_error(p, t, "an operand of the probe is 'usdt_arg(N)', N is 1 to %d",
			IR_USDT_ARGS);
	n = p->t;
	if (parse_op(n, PUNCT(')', 0, 0)) || n == p->end)
		return parse_error(p, n, "the operand's number is missing: 1 to %d", IR_USDT_ARGS);
	if (parse_is_reserved(n) && !parse_is(n, "sizeof") && !parse_is(n, "exists"))
		return parse_error(p, n,
			"the operand's number is a constant: the code that reads it is made before "
			"the program runs");
	if (parse_expr(p, &v))
		return -EINVAL;
	if (v < 1 || v > IR_USDT_ARGS)
		return parse_error(
			p, n, "there is no operand %lld: 1 to %d", (long long)v, IR_USDT_ARGS);
	return parse_want(p, PUNCT(')', 0, 0)) ? -EINVAL : (int)v;
}

int usdtread_operand(struct parse *p, struct operand *o)
{
	const struct tok *t = p->t++;
	struct prelude_arg *a;
	int n = usdtread_number(p, t);

	if (n < 0 || usdtread_check_fn(p, t))
		return -EINVAL;
	if (!prelude_of(p))
		return -ENOMEM;
	a = &p->fn->prelude->operands[n - 1];
	if (!a->used && prelude_arg(p, t, a))
		return -EINVAL;
	o->kind = OPERAND_VAR;
	o->slot = a->slot;
	o->size = 8;
	return 1;
}

void usdtread_write(const struct prelude *r, struct prelude_code *c)
{
	int i;

	for (i = 0; i < IR_USDT_ARGS; i++) {
		const struct prelude_arg *a = &r->operands[i];

		if (!a->used)
			continue;
		prelude_begin(c, a);
		c->refs[c->n_refs++] = (struct ir_ref){.insn = (uint32_t)c->n,
			.kind = IR_REF_USDT,
			.name = IR_USDT_NAME,
			.at = a->at};
		prelude_emit(c, INSN_CALL_K, 0, INSN_CALL_FUNC, i + 1, a->slot.off);
		prelude_emit(c, INSN_STX | INSN_MEM | INSN_DW, INSN_FP, 0, a->slot.off, 0);
		prelude_end(c, r);
	}
}
