/* SPDX-License-Identifier: MIT */
/* kprobelist.h - what the kernel lists of its functions: those to be traced, those never probed. */
#ifndef KPROBELIST_H
#define KPROBELIST_H

#include "context.h"

/* The text of debugfs' kprobes/blacklist, from its mount or a detached one.  0 or -errno. */
int kprobelist_blacklist(struct sys *s, struct buf *text);
/* Is name in that text? */
bool kprobelist_has(const struct buf *text, const char *name);

/* Functions that a pattern names, sorted; each name once, and none that has copies. */
struct kprobelist {
	struct buf text, aliases; /* what names point into */
	const char **names;
	size_t n, cap;
};

/*
 * Those of available_filter_functions in tracefs that the POSIX extended expression matches as a
 * whole, without the blacklist.  Of a system call's function that has several names the kernel
 * lists one: the others are found through kallsyms, where its addresses can be read.  wild: it is
 * a pattern as sections have it.  0, or a negative errno with the error set: -ENOENT for none.
 * kprobelist_free() is due in any case.
 */
int kprobelist_match(struct rawbpf *b, const char *pattern, bool wild, struct kprobelist *l);
void kprobelist_free(struct kprobelist *l);

#endif
