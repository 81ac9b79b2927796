/* SPDX-License-Identifier: MIT */
/* vlogslot.h - the stack in a verifier log: what a step reads and writes there. */
#ifndef VLOGSLOT_H
#define VLOGSLOT_H

#include "vlogstep.h"

/* "*(u32 *)(r10 -20) = r7", "r1 = *(u64 *)(r2 +8)", "lock *(u64 *)(r1 +0) += r2" */
struct vlogslot_access {
	int base, off, size; /* size bytes at register base + off */
	bool store;	     /* writes there */
	bool load;	     /* a plain load: the register becomes what was there */
	bool mixes;	     /* an atomic operation: what was there goes into what is written */
};

/* False when a step uses no memory. */
bool vlogslot_access(struct vlog_text step, struct vlogslot_access *a);

/* An address on the stack: r10 + off of the function so many calls above. */
struct vlogslot_at {
	int up, off;
};

enum vlogslot_kind {
	VLOGSLOT_UNKNOWN, /* nothing is said of the register */
	VLOGSLOT_OTHER,	  /* it is no address on the stack, or not at a constant offset */
	VLOGSLOT_STACK,
};

/* What the states in a line tell of a register: "R1=fp-24", in a function called "R1=fp[0]-8". */
enum vlogslot_kind vlogslot_state(struct vlog_text line, int reg, struct vlogslot_at *at);

/* Do the states behind a step show that a slot of size bytes at r10 + off was touched? */
bool vlogslot_shown(struct vlog_text line, int off, int size);

/* "r1 += -24": true, and the number added. */
bool vlogslot_moves(struct vlog_text step, int *by);

/* A helper that never writes to the stack addresses that it is given. */
bool vlogslot_reads(struct vlog_text helper);

#endif
