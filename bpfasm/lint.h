/* SPDX-License-Identifier: MIT */
/*
 * lint.h - what a complete function does and no program means: registers and stack that are read
 * without a value, code that nothing reaches.
 *
 * All of it are warnings: only the verifier knows which ways through a program can be gone.
 */
#ifndef LINT_H
#define LINT_H

#include "frame.h"

struct lint {
	struct diag *d;
	const struct names *maps; /* of struct ir_map */
	const struct ir_func *fn;
	const struct frame *frame; /* the names of its variables */
	size_t prelude;		   /* instructions in front that nobody wrote */
};

/* Look at a function that has no errors.  0 or -ENOMEM. */
int lint_function(const struct lint *l);

/* ---- between lint.c and its parts -------------------------------------------------------- */

enum lint_kind {
	LINT_ANY,   /* some value */
	LINT_CONST, /* .v */
	LINT_MAP,   /* the one that instruction .v loads */
	LINT_FP,    /* r10 + .v */
	LINT_STACK, /* some address in the stack */
};

struct lint_reg {
	enum lint_kind kind;
	int32_t v;
};

enum {
	LINT_WORDS = FRAME_SIZE / 64,
	LINT_REGS = 11,
	LINT_NONE = UINT32_MAX, /* no jump leads there */
};

/* What all the ways to an instruction agree on. */
struct lint_state {
	uint16_t set; /* registers that have a value */
	struct lint_reg reg[LINT_REGS];
	uint64_t written[LINT_WORDS]; /* bytes of the stack, the lowest first */
};

struct lint_walk {
	const struct lint *l;
	struct lint_state s;	  /* before the instruction */
	bool bad;		  /* something was found */
	bool tell;		  /* say it */
	const struct ir_map *key; /* whose key is being read, or NULL */
	uint16_t told;		  /* registers that were spoken of */
	uint64_t told_stack[LINT_WORDS];
};

/* Instruction i reads a register, or bytes of the stack (off: from r10). */
void lint_use(struct lint_walk *w, size_t i, unsigned reg);
void lint_read(struct lint_walk *w, size_t i, int64_t off, int64_t size);
void lint_write(struct lint_walk *w, int64_t off, int64_t size);
/* an address of the stack goes where it is not followed: from now on all may be written */
void lint_escape(struct lint_walk *w);
/* lintcall.c: what a call reads, writes and destroys */
void lint_call(struct lint_walk *w, size_t i);
/* lintsay.c */
void lint_say_reg(const struct lint *l, size_t i, unsigned reg);
/* key: the map whose key they are, NULL */
void lint_say_stack(const struct lint *l, size_t i, int first, int n, const struct ir_map *key);
void lint_say_dead(const struct lint *l, size_t i);
void lint_say_endless(const struct lint *l);
void lint_say_twice(const struct lint *l, size_t first, size_t i, unsigned reg);
/* instruction i goes back to instruction to, for ever; regs: what that loop compares */
void lint_say_trap(const struct lint *l, size_t i, size_t to);
void lint_say_same(const struct lint *l, size_t i, size_t to, unsigned regs);
/* lintloop.c: loops without an end; live: instructions that something leads to.  0 or -ENOMEM. */
int lint_loops(const struct lint *l, struct pool *pool, const bool *live);
/* linttwice.c: argument registers that are overwritten; at: the place of each instruction */
void lint_twice(const struct lint *l, const uint32_t *at);
/* does such an argument of a helper, from 1, point to memory that it reads or fills? */
bool lint_takes_address(uint32_t helper, unsigned arg);
/* IR_REF_... of instruction i; NULL: none */
const struct ir_ref *lint_ref(const struct ir_func *fn, size_t i);

#endif
