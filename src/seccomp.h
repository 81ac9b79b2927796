/* SPDX-License-Identifier: MIT */
/* seccomp.h - a filter that lets through what a tracer needs once it is attached. */
#ifndef SECCOMP_H
#define SECCOMP_H

#include "rawbpf_sys.h"

/* What is needed beyond waiting, reading, writing, memory, and looking at maps. */
enum {
	SECCOMP_WRITE = 1, /* maps are written to */
	SECCOMP_FILES = 2, /* files are opened, for reading only */
	SECCOMP_RMDIR = 4, /* a folder is removed, by the descriptor dir */
	SECCOMP_LOCK = 8,  /* flock(2) */
	SECCOMP_MEM = 16,  /* memory of a process that is open is read and written */
};

enum { SECCOMP_MAX = 400 }; /* instructions */

/*
 * The instructions' number, or -ENOSYS: this CPU's system calls are not known here.  A call that
 * is not on the list fails with EPERM; one by another CPU's numbers (x32, 32 bits) ends the process.
 */
int seccomp_filter(unsigned needs, int dir, struct rawbpf_filter_insn out[SECCOMP_MAX]);

#endif
