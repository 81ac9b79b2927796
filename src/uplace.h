/* SPDX-License-Identifier: MIT */
/* uplace.h - what a uprobe's options ask for, as offsets in one file. */
#ifndef UPLACE_H
#define UPLACE_H

#include <sys/stat.h>

#include "ifunc.h"
#include "libname.h"
#include "link.h"

struct uplace_found;

/* Of one call; b, o and ret are the caller's to set, all else is zero before uplace_open(). */
struct uplace {
	struct rawbpf *b;
	const struct rawbpf_uprobe_opts *o;
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
};

/* Finds the file and the places in it; uplace_close() is due in any case. */
int uplace_open(struct uplace *u);
void uplace_close(struct uplace *u);

/* -ENOMEM with the context's error set */
int uplace_no_memory(struct uplace *u);

#endif
