/* SPDX-License-Identifier: MIT */
/*
 * frame.h - who owns which bytes of a function's 512-byte stack.
 *
 * Named slots (.var) are there for the whole function.  Those declared in a row are placed
 * together, when another statement follows: first what 8 divides, the odd sizes last.  So no byte
 * is lost between them, and all are aligned better than C demands where their size allows it;
 * later ones fill what gaps there are.  Slots of one macro expansion (.var .name) and strings that
 * are arguments of a call live shorter; they share one area below the named slots.  How far down
 * that area begins is known only when the function ends, so instructions that reach into it are
 * noted and corrected then.
 */
#ifndef FRAME_H
#define FRAME_H

#include "ir.h"

enum { FRAME_SIZE = 512 };

struct frame_slot {
	int32_t off;  /* from r10; of a short-lived slot before the area's start is added */
	bool scratch; /* short-lived */
};

struct frame_var {
	const char *name;
	uint32_t len;
	struct ir_type type;
	struct frame_slot slot;
	const struct src *scope; /* the expansion it belongs to; NULL: the function */
	bool pending;		 /* has no place yet */
	struct pos at;
};

/* An instruction whose off or imm holds the offset of a short-lived slot. */
struct frame_fix {
	uint32_t insn;
	bool imm;
};

struct frame {
	struct frame_var *vars;
	size_t n_vars, cap_vars, n_scoped; /* n_scoped: those of expansions */
	struct frame_fix *fixes;
	size_t n_fixes, cap_fixes, n_pending;
	uint32_t fixed;			  /* bytes down to the lowest of named slots */
	uint8_t used[FRAME_SIZE / 8];	  /* of each 8 of them, from r10 down: a bit for a byte */
	uint32_t local, scratch, deepest; /* of the shared area: by expansions, now, at most */
	bool full;			  /* was reported */
};

/* Room for size bytes; a message names what.  0, or -EINVAL after the 512 bytes were passed. */
int frame_fixed(struct frame *f, struct diag *d, struct pos at, size_t len, const char *what,
	uint64_t size, struct frame_slot *slot);
int frame_scratch(struct frame *f, struct diag *d, struct pos at, size_t len, const char *what,
	uint64_t size, struct frame_slot *slot);
/* A named slot, for the function (it gets its place later) or for the expansion scope.  0, -EINVAL, -ENOMEM. */
int frame_add(struct frame *f, struct pool *pool, struct diag *d, const struct frame_var *v);
/* Nothing is declared for now: places for the named slots that have none.  0, -EINVAL. */
int frame_settle(struct frame *f, struct diag *d);
/* What a name means at a place: the innermost expansion first; NULL: nothing. */
const struct frame_var *frame_find(
	const struct frame *f, const struct src *src, const char *name, size_t len);
/* A statement at src begins: give back what ended expansions and the last statement used. */
void frame_statement(struct frame *f, const struct src *src);
int frame_note(struct frame *f, struct pool *pool, uint32_t insn, bool imm);
/* The function ends: correct what was noted. */
void frame_finish(const struct frame *f, struct ir_insn *insns);

#endif
