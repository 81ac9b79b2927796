/* SPDX-License-Identifier: MIT */
/* usdtsem.h - the semaphores of USDT probes, counted by hand where the kernel does not. */
#ifndef USDTSEM_H
#define USDTSEM_H

#include "err.h"
#include "sys.h"

struct usdtsem;

/* Which it is: a 16-bit counter at a file offset, in the memory of one process. */
struct usdtsem_place {
	pid_t pid;
	uint64_t dev, ino; /* the file, as stat(2) has it */
	const char *path;  /* ... as the process calls it */
	uint64_t offset;
};

/*
 * Add 1 to it, wherever the process has the file mapped for writing.  0, or a negative errno with
 * the error set: -ENOENT (the process does not have it), -ESRCH, -EPERM/-EACCES, -ENOMEM.
 */
int usdtsem_up(
	struct sys *s, const struct usdtsem_place *p, struct usdtsem **out, struct rawbpf_error *e);
/* Take it away again, and free it; nothing for NULL, and when the process is gone. */
void usdtsem_down(struct sys *s, struct usdtsem *sem);

#endif
