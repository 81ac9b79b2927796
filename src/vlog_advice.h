/* SPDX-License-Identifier: MIT */
/* vlog_advice.h - what the verifier's messages mean and what to write instead, as data. */
#ifndef VLOG_ADVICE_H
#define VLOG_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

/* When a rule applies, and which register {r} is when the message names none. */
enum {
	VLOG_BASE = 1,	   /* {r}: the instruction's base register, "*(u64 *)(rN +8)" */
	VLOG_DST = 2,	   /* {r}: the register it writes */
	VLOG_SRC = 4,	   /* {r}: the register on the right, even when the message names another */
	VLOG_AT_EXIT = 8,  /* only when the instruction is an exit */
	VLOG_NO_INSN = 16, /* the whole program is meant, not the instruction printed last */
	VLOG_INSN_1 = 32,  /* {1} is the instruction's number */
	VLOG_IN_FRAME = 64, /* only when {2} is in the stack frame, -512 to -1 */
	VLOG_CLOBBER = 128, /* only when a call has destroyed the register */
	VLOG_LOOSE = 256,   /* follows a message that says more: look at that one first */
};

/*
 * text is searched in the message; there '#' stands for a number, '*' for any text, and both are
 * captured as {1}, {2} ... in advice; '@' is a '#' itself.  {r} is the register ("r1"), {i} the
 * instruction ("insn 4"), {c} the helper that it calls.  The first rule that matches is taken.
 */
struct vlog_rule {
	const char *text;
	unsigned flags;
	const char *advice;
};

extern const struct vlog_rule vlog_rules[]; /* ends with text NULL */

enum { VLOG_CAPTURES = 6 };

/* Part of the log, which is borrowed. */
struct vlog_text {
	const char *p;
	size_t n;
};

/* What decides between rules besides the message's words. */
struct vlog_facts {
	bool at_exit;	/* the instruction is an exit */
	bool clobbered; /* the message's register was last changed by a call */
	bool cut;	/* the message may lack its end */
};

struct vlog_match {
	const struct vlog_rule *rule;
	struct vlog_text cap[VLOG_CAPTURES];
};

/* The first rule for a message; false when there is none. */
bool vlog_find(struct vlog_text msg, const struct vlog_facts *f, struct vlog_match *m);

/* The rule's advice with its {} filled in, always terminated.  reg, insn: -1 unknown. */
void vlog_fill(const struct vlog_match *m, int reg, int insn, struct vlog_text helper, char *out,
	size_t size);

#endif
