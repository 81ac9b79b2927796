/* SPDX-License-Identifier: MIT */
/* progwhy.h - why the kernel refused a program, in words. */
#ifndef PROGWHY_H
#define PROGWHY_H

#include "prog.h"

struct object_code;

struct progwhy {
	struct rawbpf *b;
	const struct prog *p;
	const struct object_code *code; /* as it was passed to the kernel */
	bool targeted;			/* at a function or event that the kernel's BTF has */
};

/*
 * Set the context's error: PROG_LOAD gave err and the verifier said log, which may be empty or
 * NULL.  The log becomes the error's, or is freed.
 */
void progwhy_explain(const struct progwhy *w, char *log, int err);

#endif
