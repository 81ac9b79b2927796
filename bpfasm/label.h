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

struct label_jump {
	const char *name;
	uint32_t len;
	uint32_t insn;
	struct pos at;
	uint32_t label; /* index, once resolved */
};

struct labels {
	struct label *label;
	size_t n, cap;
	struct label_jump *jump;
	size_t n_jumps, cap_jumps;
	uint32_t *slots; /* hash of name and scope: index + 1 */
	size_t n_slots;
};

/* Define a label before instruction insn; at.src is where it stands.  0, -EINVAL, -ENOMEM. */
int label_define(struct labels *l, struct pool *pool, struct diag *d, struct pos at,
	const char *name, size_t len, uint32_t insn);
/* Instruction insn jumps to a label that may follow later. */
int label_jump(struct labels *l, struct pool *pool, struct pos at, const char *name, size_t len,
	uint32_t insn);
/* The function ends: fill in the offsets, report what is unknown or too far. */
void label_finish(struct labels *l, struct diag *d, struct ir_insn *insns);
/* ... and what no jump leads to: for a function without errors, which may hold the jumps */
void label_unused(const struct labels *l, struct diag *d);

#endif
