/* SPDX-License-Identifier: MIT */
/* corematch.h - is a type of the object's the same as one of the kernel's, as CO-RE counts it? */
#ifndef COREMATCH_H
#define COREMATCH_H

#include "btf.h"

struct corematch {
	const struct btf *local, *target;
	unsigned steps; /* left */
	bool other;	/* core_match(): a member was there, but of another sort */
};

/* Bytes of a name without its flavor: of "task_struct___old" those of "task_struct". */
size_t corematch_len(const char *name);
bool corematch_names(const char *a, const char *b);
/* struct with struct; enum with enum of any width */
bool corematch_kinds(enum btf_kind a, enum btf_kind b);

/* 1: yes, 0: no, or -EINVAL, -E2BIG (types without an end) */
/* may a field of type local be read as one of type target? */
int corematch_field(struct corematch *m, uint32_t local, uint32_t target);
/* TYPE_EXISTS: records by name alone, functions by their parameters */
int corematch_exists(struct corematch *m, uint32_t local, uint32_t target);
/* TYPE_MATCHES: every member of local is in target too */
int corematch_matches(struct corematch *m, uint32_t local, uint32_t target);

#endif
