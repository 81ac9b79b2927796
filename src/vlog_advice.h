/* SPDX-License-Identifier: MIT */
/* vlog_advice.h - what the verifier's messages mean and what to write instead, as data. */
#ifndef VLOG_ADVICE_H
#define VLOG_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

/* When a rule applies, and which register {r} is when the message names none: one byte each. */
/* clang-format off */
#define VLOG_BASE      "\1" /* {r}: the instruction's base register, "*(u64 *)(rN +8)" */
#define VLOG_DST       "\2" /* {r}: the register it writes */
#define VLOG_SRC       "\3" /* {r}: the register on the right, even when the message names another */
#define VLOG_AT_EXIT   "\4" /* only when the instruction is an exit */
#define VLOG_NO_INSN   "\5" /* the whole program is meant, not the instruction printed last */
#define VLOG_INSN_1    "\6" /* {1} is the instruction's number */
#define VLOG_IN_FRAME  "\7" /* only when {3} bytes at {2} are in the stack frame, -512 to -1 */
#define VLOG_CLOBBER   "\10" /* only when a call has destroyed the register */
#define VLOG_LOOSE     "\11" /* follows a message that says more: look at that one first */
#define VLOG_ZERO      "\12" /* only when the register is 0 on the path */
#define VLOG_LOST      "\13" /* only when it was a pointer since its last write, and is none now */
#define VLOG_HALF      "\14" /* only when its last write was of 32 bits or fewer of a register */
#define VLOG_AT_STORE  "\15" /* only when the instruction is a store */
#define VLOG_NO_MORE   "\16" /* a longer log tells nothing else */
#define VLOG_SUGGESTED "\17" /* a suggestion of 7.3: the message is gone */
#define VLOG_AT_SKB    "\20" /* only when it is a packet load */
#define VLOG_AT_CALL   "\21" /* only when it is a call */
#define VLOG_CALLBACK  "\22" /* only when it is what a callback was, or was not, given */
#define VLOG_ARGUMENT  "\23" /* only when it is an argument of a global function */
#define VLOG_SCALAR    "\24" /* only when it, or the base register, is known to be a number */
#define VLOG_AT_BACK   "\25" /* only when a jump back is in the log: the last one is meant */
#define VLOG_SPOILED   "\26" /* only when it is of a stack slot where a pointer was overwritten */
#define VLOG_MADE      "\27" /* only when arithmetic made a number of it: {m} */
#define VLOG_INDEX     "\30" /* only when it is the turn's number of a bpf_loop callback */
#define VLOG_SIZED     "\31" /* only when it is an argument whose size, in {n}, varies */
#define VLOG_OVER_TOP  "\32" /* only when {3} bytes at {2} begin in the frame and pass its end */
/* clang-format on */

/*
 * text is searched in the message; there '#' stands for a number, '*' for any text, and both are
 * captured as {1}, {2} ... in advice; '@' is a '#' itself.  {r} is the register ("r1"), {i} the
 * instruction ("insn 4"), {c} the helper that it calls, {a} the one that instruction {2} called,
 * {g} what gives back what that acquired, {m} the step that made a number of {r}, {n} the register
 * behind {r}, {l} the bytes from {2} to the frame's end, {s} the type that the instruction reads or
 * writes ("u64"), {o} its offset and {2} together ("+16").  The first rule that matches is taken.  VLOG_ALSO: the
 * advice is that of the next row.
 *
 * The tables are one string each, with no pointer in it: 700 rows would take as much in pointers
 * and relocations again as their words do.
 */
#define VLOG_RULE(text, flags, advice) text "\0" flags advice "\0"
#define VLOG_ALSO(text, flags)	       text "\0" flags "\0"

/* A row taken apart; all zero: none. */
struct vlog_rule {
	const char *text;
	unsigned flags; /* see vlog_has() */
	const char *advice;
};

static inline bool vlog_has(const struct vlog_rule *r, const char *flag)
{
	return r->flags >> *flag & 1;
}

void vlog_rule_read(const char *row, struct vlog_rule *r);
const char *vlog_rule_next(const char *row);

/* The first row of each table, which ends with one of no text; searched in this order. */
const char *vlog_mem_rules(void);
const char *vlog_call_rules(void);
const char *vlog_prog_rules(void);
/* what a byte of an advice stands for, "" when it is none of those below */
const char *vlog_sentence(char c);

/* ---- sentences that several rules use, each a byte of theirs; vlog_sentence.c has the words */

/* clang-format off */
#define VLOG_NUMBER          "\201"
#define VLOG_NUMBER_0        "\202"
#define VLOG_NUMBER_CALLBACK "\203"
#define VLOG_NUMBER_LOST     "\204"
#define VLOG_NUMBER_HALF     "\205"
#define VLOG_NULL_ARG        "\206"
#define VLOG_NULL            "\207"
#define VLOG_BOUND           "\210"
#define VLOG_INIT            "\211"
#define VLOG_SIZE_0          "\212"
#define VLOG_FRAME           "\213"
#define VLOG_TYPE            "\214"
#define VLOG_WRITE_USER      "\215"
#define VLOG_OVERRIDE        "\216"
#define VLOG_LOCKED          "\217"
#define VLOG_DYNPTR          "\220"
#define VLOG_HELPER_0        "\221"
#define VLOG_SMALL_ATOMIC    "\222"
#define VLOG_ENCODING        "\223"
#define VLOG_LICENSE         "\224"
#define VLOG_LOOP            "\225"
#define VLOG_BUG             "\226"
#define VLOG_NUMBER_SPOILED  "\227"
#define VLOG_NUMBER_MADE     "\230"
#define VLOG_NUMBER_INDEX    "\231"
#define VLOG_TOP_SIZED       "\232"
#define VLOG_TOP             "\233"
/* clang-format on */

/* ---- matching */

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
	bool zero;	/* it is 0 on the path */
	bool lost;	/* it was a pointer since its last write */
	bool number;	/* it is one, by the last state printed; of no register: the base */
	bool half;	/* its last write took a part of a register */
	bool made;	/* arithmetic made a number of it */
	bool index;	/* it is the turn's number of a bpf_loop callback */
	bool sized;	/* the size that goes with it, in the next register, varies */
	bool spoiled;	/* it is of a stack slot where a pointer was overwritten */
	bool at_store;	/* the instruction is a store */
	bool at_skb;	/* it is a packet load */
	bool at_call;	/* it is a call */
	bool back;	/* a jump back is in the log */
	bool callback;	/* the register is as a callback found it */
	bool argument;	/* it is as a global function found it */
	bool cut;	/* the message may lack its end */
	bool torn;	/* ... and the log ends with it, without an end of the line */
};

struct vlog_match {
	struct vlog_rule rule;
	struct vlog_text cap[VLOG_CAPTURES];
};

enum { VLOG_BUCKETS = 256, VLOG_RULES = 1024 /* room; the tables have 700 */ };

/* The rules by the first two characters of their text; 11 KB, made anew for each log. */
struct vlog_index {
	const char *row[VLOG_RULES];			       /* in the order of the tables */
	unsigned short bucket[VLOG_BUCKETS], next[VLOG_RULES]; /* a rule's place + 1, 0: none */
	size_t n;
};

void vlog_index_make(struct vlog_index *x);

/* The first rule for a message; false when there is none. */
bool vlog_find(const struct vlog_index *x, struct vlog_text msg, const struct vlog_facts *f,
	struct vlog_match *m);

/* What {r}, {i}, {c}, {a}, {g}, {m}, {s} and {o} stand for; -1, 0 and empty: unknown. */
struct vlog_words {
	int reg, insn;
	struct vlog_text helper, acquirer, made;
	int off, size; /* of the memory that the instruction names; bytes */
};

/* The rule's advice with its {} filled in, always terminated. */
void vlog_fill(const struct vlog_match *m, const struct vlog_words *w, char *out, size_t size);

#endif
