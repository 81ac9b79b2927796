/* SPDX-License-Identifier: MIT */
/* vlogback.h - the way that a value took through a verifier log. */
#ifndef VLOGBACK_H
#define VLOGBACK_H

#include "vlogstep.h"

/* In all of these step lies in log, p NULL for none. */

/* What the log knows of a register at a step. */
struct vlogback {
	bool clobbered; /* a call was the last to change it, and destroyed it */
	bool zero;	/* it is 0: set so, or the branch taken says so */
	bool pointer;	/* the last state printed says that it is a pointer */
	bool number;	/* the last state printed says that it is a number */
	bool half;	/* a w register or a sign-extending move was the last to write it */
	bool callback;	/* a call ran a callback, which was given it, or was not */
	bool first;	/* nothing before wrote it: it is as a function found it */
	bool lost;	/* it was a pointer after its last write, and is said to be none now */
	bool index;	/* it is the turn's number that bpf_loop gives its callback */
	bool range;	/* the last state printed says that it is a number that varies */
	/* the arithmetic that wrote it, after which it is no address; p NULL: none did */
	struct vlog_text made;
	bool spoiled; /* it is from a stack slot where a pointer was saved, and overwritten */
};

void vlogback_look(
	const struct vlog_lines *log, struct vlog_text step, int reg, struct vlogback *v);

/*
 * "r1 is from insn 7 'r1 = r6' (line 12), insn 0 'r6 = *(u64 *)(r1 +112)' (line 9)"; "" when it is
 * not there.  A value saved on the stack is followed to where it was stored.  So many steps, and the first of all:
 * "..., insn 0 ..." where others are between.
 */
void vlogback_history(const struct vlog_lines *log, struct vlog_text step, int reg, unsigned steps,
	char *out, size_t size);

/* The last jump back before a step, or the step itself. */
struct vlogback_loop {
	int insn;
	struct vlog_text source; /* the line "; text @ file:12" that it is of; p NULL: unknown */
};

bool vlogback_loop(const struct vlog_lines *log, struct vlog_text step, struct vlogback_loop *l);

/* The helper that the last instruction of this number before step called; empty: none. */
struct vlog_text vlogback_called(const struct vlog_lines *log, struct vlog_text step, int insn);

#endif
