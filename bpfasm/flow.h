/* SPDX-License-Identifier: MIT */
/*
 * flow.h - the ways through a function: where its jumps lead, and whether the register that is
 * taken for the context still holds it.
 */
#ifndef FLOW_H
#define FLOW_H

#include "label.h"

/* An operand that reads the context. */
struct flow_use {
	uint32_t insn; /* the register is read here */
	uint8_t reg;
	bool save; /* by .ctx */
	uint32_t len;
	struct pos at;
};

/* A jump by a number. */
struct flow_jump {
	uint32_t insn, len;
	struct pos at;
};

struct flow {
	struct flow_use *use;
	size_t n_uses, cap_uses;
	struct flow_jump *jump;
	size_t n_jumps, cap_jumps;
};

/* Note one; 0 or -ENOMEM. */
int flow_add_use(struct flow *f, struct pool *pool, const struct flow_use *u);
int flow_add_jump(struct flow *f, struct pool *pool, struct pos at, uint32_t len, uint32_t insn);

/* The function is complete: report jumps that lead nowhere ... */
void flow_check_jumps(
	const struct flow *f, const struct labels *l, struct diag *d, const struct ir_func *fn);
/* ... and uses of the context where another value may be in its register. */
void flow_check_context(
	const struct flow *f, struct pool *pool, struct diag *d, const struct ir_func *fn);

/* A jump whose target is known: how far, from the next instruction. */
bool flow_jumps(const struct ir_insn *in, int64_t *by);
/* The registers that another value is in afterwards, bit by bit; calls: r0 to r5. */
unsigned flow_writes(const struct ir_insn *in);

/* what no kernel takes: r10 is read only, and its stack is 512 bytes below it, each access aligned */
void flow_check_stack(struct diag *d, const struct ir_func *fn);

#endif
