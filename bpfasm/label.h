/* SPDX-License-Identifier: MIT */
/* label.h - labels of a function, and the jumps to them. */
#ifndef LABEL_H
#define LABEL_H

#include "ir.h"

struct label {
	const char *name;
	uint32_t len;
	const struct src *scope; /* of a .label inside an expansion; NULL: the function */
	uint32_t insn;
	struct pos at;
	bool used;
};

/* "1:"; there may be many of a number */
struct label_local {
	uint32_t num, order;  /* order: how many stand before it */
	uint32_t insn, label; /* label: index + 1 of its struct label, once a jump leads to it */
	struct pos at;
};

struct label_jump {
	const char *name;
	uint32_t len;
	uint32_t insn;
	struct pos at;
	uint32_t locals; /* of "1b", "1f": how many local labels stand before it */
	uint32_t label;	 /* index, once resolved */
};

struct labels {
	struct label *label;
	size_t n, cap;
	struct label_local *local;
	size_t n_locals, cap_locals;
	struct label_jump *jump;
	size_t n_jumps, cap_jumps;
	uint32_t *slots; /* hash of name and scope: index + 1 */
	size_t n_slots;
};

/* Define a label before instruction insn; at.src is where it stands.  0, -EINVAL, -ENOMEM. */
int label_define(struct labels *l, struct pool *pool, struct diag *d, struct pos at,
	const char *name, size_t len, uint32_t insn);
/* "NUM:", which may be there already; 0 or -ENOMEM */
int label_local(struct labels *l, struct pool *pool, uint32_t num, struct pos at, uint32_t insn);
/* Instruction insn jumps to a label that may follow later; "1f" and "1b" are local ones. */
int label_jump(struct labels *l, struct pool *pool, struct pos at, const char *name, size_t len,
	uint32_t insn);
/* The function ends: fill in the offsets, report what is unknown or too far.  0 or -ENOMEM. */
int label_finish(struct labels *l, struct pool *pool, struct diag *d, struct ir_insn *insns);
/* What to do about a jump of this code that reaches no farther. */
const char *label_far_hint(unsigned code);
/* ... and what no jump leads to: for a function without errors, which may hold the jumps */
void label_unused(const struct labels *l, struct diag *d);

#endif
