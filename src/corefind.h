/* SPDX-License-Identifier: MIT */
/* corefind.h - many types by name in one pass over a large BTF: candidates of CO-RE records. */
#ifndef COREFIND_H
#define COREFIND_H

#include "corematch.h"

struct corefind_type {
	const struct btf *btf;
	uint32_t id;
};

/* A name that is looked for, and the types that bear it, whatever their flavors. */
struct corefind_want {
	const char *name; /* borrowed */
	size_t len;	  /* without its flavor */
	enum btf_kind kind;
	struct corefind_type *found;
	size_t n, cap;
	bool closed;   /* it needs no more: what the kernel itself has, modules are not asked for */
	uint32_t next; /* with the same hash; 0: none, else its index + 1 */
};

struct corefind {
	struct corefind_want *wants;
	uint32_t n, cap;
	uint32_t *slots; /* by hash: index + 1 */
	uint32_t n_slots;
	unsigned char *starts; /* a bit for each pair of first bytes */
	const struct btf *btf; /* being searched */
};

/* Its index in wants, or -ENOMEM. */
int corefind_want(struct corefind *f, const char *name, enum btf_kind kind);
/* Adds the types of btf (of a module: its own) to all that are not closed; 0 or -ENOMEM. */
int corefind_search(struct corefind *f, const struct btf *btf);
/* Close those that have one; true: others are left. */
bool corefind_close(struct corefind *f);
void corefind_free(struct corefind *f);

#endif
