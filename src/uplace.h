/* SPDX-License-Identifier: MIT */
/* uplace.h - what a uprobe's options ask for, as offsets in one file. */
#ifndef UPLACE_H
#define UPLACE_H

#include <sys/stat.h>

#include "ifunc.h"
#include "libname.h"
#include "link.h"

struct uplace_found;

/* Of one call; b, o, wild and ret are the caller's to set, all else is zero before uplace_open(). */
struct uplace {
	struct rawbpf *b;
	const struct rawbpf_uprobe_opts *o;
	bool wild; /* o->sym is a pattern as sections have it */
	bool ret;
	pid_t pid; /* 0: all */
	struct libname_file file;
	struct stat st;
	struct sym_file sym;
	struct ifunc ifunc, ifunc_any; /* of process .pid; of any */
	bool ifunc_tried, ifunc_any_tried;
	struct uplace_found *found; /* before they are sorted */
	size_t n_found;
	struct link_place *places; /* by offset, each once */
	size_t n;
	unsigned guessed; /* in a dry run: SYS_GUESSED_ what of them may not be read */
};

/* Finds the file and the places in it; uplace_close() is due in any case. */
int uplace_open(struct uplace *u);
void uplace_close(struct uplace *u);

/* Where a function is probed, and why there. */
struct uplace_at {
	uint64_t offset;
	const char *entry; /* in words */
	uint64_t target;   /* of an IFUNC: what it became, */
	const char *slot;  /* ... and whose slot says so; NULL: it is none */
};

/* 0, or a negative errno with the context's error set: nobody shows what an IFUNC became. */
int uplace_at(struct uplace *u, const struct rawbpf_sym *s, const char *name, struct uplace_at *at);

/* -ENOMEM with the context's error set */
int uplace_no_memory(struct uplace *u);

#endif
