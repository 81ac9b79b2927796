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
	VLOG_IN_FRAME = 64,   /* only when {3} bytes at {2} are in the stack frame, -512 to -1 */
	VLOG_CLOBBER = 128,   /* only when a call has destroyed the register */
	VLOG_LOOSE = 256,     /* follows a message that says more: look at that one first */
	VLOG_ZERO = 512,      /* only when the register is 0 on the path */
	VLOG_LOST = 1024,     /* only when it was a pointer since its last write, and is none now */
	VLOG_HALF = 2048,     /* only when its last write was of 32 bits or fewer of a register */
	VLOG_AT_STORE = 4096, /* only when the instruction is a store */
	VLOG_NO_MORE = 16384, /* a longer log tells nothing else */
	VLOG_SUGGESTED = 32768, /* a suggestion of 7.3: the message is gone */
	VLOG_AT_SKB = 8192,	/* only when it is a packet load */
	VLOG_AT_CALL = 65536,	/* only when it is a call */
	VLOG_CALLBACK = 262144, /* only when it is what a callback was, or was not, given */
	VLOG_ARGUMENT = 524288, /* only when it is an argument of a global function */
	VLOG_SCALAR = 1048576,	/* only when it, or the base register, is known to be a number */
	VLOG_AT_BACK = 131072,	/* only when a jump back is in the log: the last one is meant */
};

/*
 * text is searched in the message; there '#' stands for a number, '*' for any text, and both are
 * captured as {1}, {2} ... in advice; '@' is a '#' itself.  {r} is the register ("r1"), {i} the
 * instruction ("insn 4"), {c} the helper that it calls, {a} the one that instruction {2} called,
 * {g} what gives back what that acquired.  The first rule that matches is taken.
 */
struct vlog_rule {
	const char *text;
	unsigned flags;
	const char *advice;
};

/* Each ends with text NULL; searched in this order.  RAWBPF_NO_ADVICE (of the amalgam): none. */
#ifndef RAWBPF_NO_ADVICE
const struct vlog_rule *vlog_mem_rules(void);
const struct vlog_rule *vlog_call_rules(void);
const struct vlog_rule *vlog_prog_rules(void);
#else
static const struct vlog_rule vlog_no_rules[] = {{NULL, 0, NULL}};
#define vlog_mem_rules()  vlog_no_rules
#define vlog_call_rules() vlog_no_rules
#define vlog_prog_rules() vlog_no_rules
#endif

/* ---- sentences that several rules use */

/* clang-format off */
#define VLOG_NUMBER                                                                               \
	"{r} is a plain number here; read through it with bpf_probe_read_user (user address) or " \
	"bpf_probe_read_kernel (kernel address)"
#define VLOG_NUMBER_0                                                                        \
	"{r} is a plain number here: 0, a NULL pointer on this path; use it only on the branch " \
	"where it is not 0, or set it to an address first"
#define VLOG_NUMBER_CALLBACK                                                                  \
	"{r} is a plain number here: 0, a NULL pointer on this path; it is the context that " \
	"this callback is given (r3 of bpf_loop and bpf_for_each_map_elem): pass the address " \
	"of a variable there"
#define VLOG_NUMBER_LOST                                                                      \
	"{r} is a plain number here, though it was a pointer: a call on the way (release, "    \
	"submit, discard, packet or dynptr change) ended it; take the pointer anew after it"
#define VLOG_NUMBER_HALF                                                                     \
	"{r} is a plain number here: a w register, or a sign-extending move, takes only a "   \
	"part of an address; use r registers on its way"
#define VLOG_NULL_ARG(reg)                                                              \
	reg " of {c} may be NULL; compare it with 0 first and call only where it is not 0"
#define VLOG_NULL "compare {r} with 0 first and use it only where it is not 0"
#define VLOG_BOUND                                                                             \
	"bound it first: 'if r > LIMIT goto' (unsigned) or 'r &= MASK', on the same register " \
	"that is used afterwards"
#define VLOG_INIT  "write every byte first (store 0, in stores as wide as its parts), then pass it"
#define VLOG_SIZE_0                                                                           \
	"the size passed to {c} may be 0, which this kernel refuses: test it " \
	"('if r == 0 goto') before"
#define VLOG_FRAME "a stack frame is the 512 bytes from r10-512 to r10-1"
#define VLOG_TYPE                                                                            \
	"use a helper that this program type has (bpf_probe_read_kernel and _user, map and " \
	"time helpers are for all tracing types), or another program type"
#define VLOG_WRITE_USER                                                                       \
	"bpf_probe_write_user is for tracing programs, needs CAP_SYS_ADMIN, and lockdown "    \
	"forbids it (/sys/kernel/security/lockdown)"
#define VLOG_OVERRIDE                                                                         \
	"bpf_override_return is for kprobe programs, in a kernel with "                       \
	"CONFIG_BPF_KPROBE_OVERRIDE; fmod_ret changes a result without it"
#define VLOG_LOCKED                                                                           \
	"this program type has no bpf_probe_read_kernel on this kernel, or lockdown forbids " \
	"to read kernel memory (/sys/kernel/security/lockdown says 'confidentiality')"
#define VLOG_DYNPTR                                                                           \
	"{r} is a dynptr, which only its own calls read and write: bpf_dynptr_read, "         \
	"bpf_dynptr_write, bpf_dynptr_data"
#define VLOG_HELPER_0                                                                        \
	"helper number 0 does not exist: the call's number was not filled in (an unresolved " \
	"name in the object); name the helper that is meant"
#define VLOG_SMALL_ATOMIC                                                                    \
	"atomic operations take 4 or 8 bytes; of 1 and 2 bytes there are load_acquire and "   \
	"store_release only, from Linux 6.15 on"
#define VLOG_ENCODING                                                                           \
	"an encoding error: the instruction at fault is malformed, or newer than this kernel; " \
	"assemble for the kernel's instruction set (-mcpu=v1 to v4)"
#define VLOG_LICENSE                                                                      \
	"declare a GPL-compatible licence (.license \"GPL\"), or do without the helper: " \
	"bpf_probe_read*, bpf_trace_printk, bpf_ktime_get_ns, bpf_perf_event_output and " \
	"others are GPL only"
#define VLOG_LOOP                                                                              \
	"the verifier walks every turn of a loop: give it a constant bound or a lower one, move " \
	"the body to bpf_loop (Linux 5.17), or split the program with tail calls or global functions"
#define VLOG_BUG \
	"a fault in the kernel's verifier, not in the program: try a newer kernel, report it"
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
	bool at_store;	/* the instruction is a store */
	bool at_skb;	/* it is a packet load */
	bool at_call;	/* it is a call */
	bool back;	/* a jump back is in the log */
	bool callback;	/* the register is as a callback found it */
	bool argument;	/* it is as a global function found it */
	bool cut;	/* the message may lack its end */
};

struct vlog_match {
	const struct vlog_rule *rule;
	struct vlog_text cap[VLOG_CAPTURES];
};

enum { VLOG_BUCKETS = 256, VLOG_RULES = 1024 /* room; the tables have 700 */ };

/* The rules by the first two characters of their text; 11 KB, made anew for each log. */
struct vlog_index {
	const struct vlog_rule *rule[VLOG_RULES];	       /* in the order of the tables */
	unsigned short bucket[VLOG_BUCKETS], next[VLOG_RULES]; /* a rule's place + 1, 0: none */
	size_t n;
};

void vlog_index_make(struct vlog_index *x);

/* The first rule for a message; false when there is none. */
bool vlog_find(const struct vlog_index *x, struct vlog_text msg, const struct vlog_facts *f,
	struct vlog_match *m);

/* What {r}, {i}, {c}, {a} and {g} stand for; -1 and empty: unknown. */
struct vlog_words {
	int reg, insn;
	struct vlog_text helper, acquirer;
};

/* The rule's advice with its {} filled in, always terminated. */
void vlog_fill(const struct vlog_match *m, const struct vlog_words *w, char *out, size_t size);

#endif
