/* SPDX-License-Identifier: MIT */
/* prelude.h - what runs before a program's first instruction, to get its arguments. */
#ifndef PRELUDE_H
#define PRELUDE_H

#include "operand.h"

enum {
	PRELUDE_ARGS = 6,					 /* argN */
	PRELUDE_INSNS = 1 + 7 * PRELUDE_ARGS + 3 * IR_USDT_ARGS, /* at most */
	PRELUDE_LINES = PRELUDE_ARGS + IR_USDT_ARGS,
};

/* One argument, from the first use on; used false: none yet. */
struct prelude_arg {
	bool used;
	struct frame_slot slot; /* where it is copied to */
	struct pos at;		/* its first use */
	struct bpfasm_arg from; /* argN: where it is copied from */
};

struct prelude {
	struct frame_slot context; /* where r1 is kept meanwhile */
	struct prelude_arg args[PRELUDE_ARGS];
	struct prelude_arg operands[IR_USDT_ARGS]; /* of a USDT probe */
	size_t n_insns;				   /* once it is finished */
};

struct prelude_code {
	struct ir_insn insns[PRELUDE_INSNS];
	struct ir_line lines[PRELUDE_LINES];
	struct ir_ref refs[IR_USDT_ARGS];
	size_t n, n_lines, n_refs;
};

/* the function's, made when it is needed; NULL: out of memory */
struct prelude *prelude_of(struct parse *p);
/* a slot for an argument that t reads first; 0, -EINVAL */
int prelude_arg(struct parse *p, const struct tok *t, struct prelude_arg *a);

void prelude_emit(
	struct prelude_code *c, unsigned code, unsigned dst, unsigned src, int off, int32_t imm);
/* the instructions to come are there for that argument ... */
void prelude_begin(struct prelude_code *c, const struct prelude_arg *a);
/* ... and those were they: r1 is the context again */
void prelude_end(struct prelude_code *c, const struct prelude *r);

/* The function is complete: what gets its arguments goes to its begin.  0 or -ENOMEM. */
int prelude_finish(struct parse *p, struct parse_fn *fn);
/* The frame is, too: warn of what stores to an argument by a distance from r10. */
void prelude_check(struct diag *d, const struct parse_fn *fn);

#endif
