/* SPDX-License-Identifier: MIT */
/* carraytext.h - what a header in C says besides its arrays: declarations, and how to load it. */
#ifndef CARRAYTEXT_H
#define CARRAYTEXT_H

#include "textout.h"

struct carraytext {
	struct textout *out;
	const char *name, *upper; /* of the array, in C */
	bool attaches;		  /* a program's attach_btf_id has to be found */
	bool ksyms;		  /* names of the kernel, too */
	bool callbacks, fills;
};

void carraytext_types(struct textout *out);
/* the first comment */
void carraytext_comment(const struct carraytext *t);

#endif
