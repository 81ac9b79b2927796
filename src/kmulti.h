/* SPDX-License-Identifier: MIT */
/* kmulti.h - functions of the kernel probed by one kprobe_multi link, however many they are. */
#ifndef KMULTI_H
#define KMULTI_H

#include "link.h"

/* What is to be probed; everything is borrowed. */
struct kmulti {
	struct rawbpf *b;
	struct prog *prog;  /* of type kprobe */
	bool ret;	    /* at the return */
	const char *what;   /* for messages: the function or the pattern */
	const char **names; /* of functions, each once, and then those that are probed */
	size_t n;	    /* of them */
	int refused;	    /* the errno, where there is no such link */
};

/* A program of section kprobe.session (Linux 6.10), which runs at entry and return. */
bool kmulti_is_session(const struct prog *prog);

/*
 * A link of m->prog to all of m->names but those that the kernel does not take, which are logged:
 * its fd, or a negative errno without the error set.  -EOPNOTSUPP: no such links here; -ENOENT:
 * none of the names is a function that it takes.
 */
int kmulti_open(struct kmulti *m);

/* -EOPNOTSUPP, with the error set: a session's program where there are no sessions. */
int kmulti_no_session(struct rawbpf *b, const struct prog *prog);

#endif
