/* SPDX-License-Identifier: MIT */
/* resolvearg.h - arguments that a program has to read from memory. */
#ifndef RESOLVEARG_H
#define RESOLVEARG_H

#include "arch.h"
#include "bpfasm.h"
#include "context.h"

/* What was learnt of the running kernel; all zero at first. */
struct resolvearg {
	bool asked;
	int wrapped; /* 1, 0: system calls' functions get registers or arguments; < 0: unknown */
	char place[128]; /* the last kprobe's, "" for none: ... */
	bool is_call;	 /* its function is a system call's */
};

/* As bpfasm_resolver.argument; r NULL: it is for another machine. */
int resolvearg_find(struct rawbpf *b, struct resolvearg *r, const struct arch *a,
	const struct bpfasm_arg_of *of, struct bpfasm_arg *out, char *msg, size_t msg_len);

#endif
