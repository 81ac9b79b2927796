/* SPDX-License-Identifier: MIT */
/* kprobewhy.h - why the kernel took no probe on a function, in a sentence. */
#ifndef KPROBEWHY_H
#define KPROBEWHY_H

#include "context.h"

struct kprobewhy {
	const char *place; /* as messages call it: "vfs_read+0x10" */
	const char *name;  /* "vfs_read", or "module:function"; "" for an address */
	uint64_t off;	   /* bytes into it */
	bool ret;	   /* a return probe */
	bool tracefs;	   /* by a probe event: EINVAL may mean that there is no such name */
	bool call;	   /* name is a system call's */
};

/* Sets the error for err; returns it. */
int kprobewhy_refused(struct rawbpf *b, const struct kprobewhy *w, int err);
/* Before the kernel is asked, which would take any offset: 0, or the offset is outside. */
int kprobewhy_bounds(struct rawbpf *b, const struct kprobewhy *w, uint64_t addr);

#endif
