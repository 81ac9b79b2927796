/* SPDX-License-Identifier: MIT */
/*
 * old.h - this kernel made to look like an older one: what that one lacks is refused as there.
 *
 * RAWBPF_OLD=4.14 build/check runs the live tests so.  Every context that rawbpf_new() makes has
 * old_call() for its hook; a context made by hand calls old_hook(); and where a test hangs a hook
 * of its own before the kernel, old_call() is what that hook's rawbpf_call_kernel() is.  What the
 * tests themselves ask, with rawbpf_sys_bpf() and libc, goes to the kernel as it is.
 */
#ifndef OLD_H
#define OLD_H

#include <stdbool.h>
#include <stdint.h>

#include "rawbpf_sys.h"
#include "sys.h"

#define OLD_KERNEL(major, minor) ((major) << 8 | (minor))

/* What a row of the table speaks of, and what its low and high are. */
enum old_kind {
	OLD_CMD,       /* a command of bpf(2) */
	OLD_ATTR,      /* bytes low to high of a command's attributes, when they are not zero */
	OLD_MAP_TYPE,  /* MAP_CREATE: type */
	OLD_MAP_FLAG,  /* ... one of these flags */
	OLD_PROG_TYPE, /* PROG_LOAD: type */
	OLD_HELPER,    /* ... a call of one of the helpers low to high */
	OLD_INSN,      /* ... enum old_insn */
	OLD_BTF_KIND,  /* BTF_LOAD: a type of a kind */
	OLD_CALL,      /* enum rawbpf_call_kind */
	OLD_PATH,      /* a file of that name, and what is below it */
	OLD_FACT,      /* enum old_fact */
};

/* Instructions that came later. */
enum old_insn {
	OLD_INSN_CALL,	    /* a call of the program's own function */
	OLD_INSN_MAP_VALUE, /* the address of a map's value */
	OLD_INSN_LOOP,
	OLD_INSN_JMP32,
	OLD_INSN_ATOMIC, /* more than an addition */
	OLD_INSN_V4,	 /* sign-extending moves and loads, swaps, long jumps */
};

/* What one call's numbers alone do not tell. */
enum old_fact {
	OLD_FIRST_KEY,	/* GET_NEXT_KEY without a key */
	OLD_NO_VERSION, /* a program for probes that does not tell the kernel's version */
	OLD_MANY_INSNS, /* more than 4096 instructions */
	OLD_BIG_LOG,	/* a log of more than 16 MiB */
	OLD_LINKAGE,	/* BTF_LOAD: a function with linkage */
	OLD_PROBE_PMU,	/* a perf event of a probe's own type */
	OLD_PERF_FLAG,	/* a perf event with a later flag: threads inherit, children do not */
	OLD_TWO_PROGS,	/* a second program for a trace event */
	OLD_MAXACTIVE,	/* r16:... in kprobe_events */
	OLD_REF_CTR,	/* a semaphore of a probe event */
	OLD_SIBLING,	/* one more place for a probe event */
	OLD_NO_MEMLOCK, /* a map of more than RLIMIT_MEMLOCK */
};

struct old_row {
	const char *name;
	unsigned since; /* OLD_KERNEL() that has it first */
	enum old_kind kind;
	unsigned low, high;
	int err;	  /* what kernels before say; 0: nothing, they do otherwise */
	unsigned cmd;	  /* of OLD_ATTR */
	const char *path; /* of OLD_PATH */
};
extern const struct old_row old_rows[]; /* .name NULL: the end */

/* The kernel that is played, e.g. OLD_KERNEL(4, 14); 0: none is. */
unsigned old_version(void);
/* Play the kernel of that name, "4.14", from now on. */
bool old_play(const char *name);
/* How often a row was refused, in all processes. */
unsigned old_refusals(const struct old_row *row);

/*
 * build/check's own: what RAWBPF_OLD asks for.  0, or the status to leave with: it cannot be, and
 * stderr has why (77: for lack of rights).
 */
int old_start(void);
/*
 * Not the suites of the command, whose process calls the kernel itself, nor the one that kills a
 * process at each of its calls: that takes a minute, and a played event is removed in two calls.
 * Nor, unless RAWBPF_FAULT is set, the one that fails each of them, which takes minutes.
 */
bool old_wants(const char *suite);
/*
 * ... and after a whole run, with its skips (a file of t_skip()'s lines): whether what was skipped
 * and what was never asked for is what tests/old says.  What is not so is printed.
 */
bool old_finish(const char *skips);

/*
 * For a test whose subject is a feature, by its name in the table; see also tests/old/skips.  It
 * needs t.h.
 */
#define OLD_NEED(feature)                                            \
	do {                                                         \
		if (old_is_without(feature))                         \
			T_SKIP("the played kernel has no " feature); \
	} while (0)
bool old_is_without(const char *feature);

/* For a context made by hand; nothing when no old kernel is played. */
void old_hook(struct sys *s);
/* the hook */
long old_call(void *arg, const struct rawbpf_call *c);

/* ---- between its files ---------------------------------------------------------------------- */

/* Whether the played kernel lacks it: the row, its refusal counted; or NULL. */
const struct old_row *old_lacks(enum old_kind kind, unsigned low);
const struct old_row *old_lacks_path(const char *path);

/* What the old verifier would refuse in these instructions before it runs them; or NULL. */
const struct old_row *old_insns(
	const struct rawbpf_insn *insns, uint32_t n, char *log, size_t size);
/* What the old kernel would not know in these bytes of BTF; or NULL. */
const struct old_row *old_btf(const void *btf, uint32_t len);

#endif
