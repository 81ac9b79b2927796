/* SPDX-License-Identifier: MIT */
/* carraybtf.h - what programs of a header in C need of BTF: types of callbacks, and names. */
#ifndef CARRAYBTF_H
#define CARRAYBTF_H

#include "btfout.h"
#include "section.h"
#include "textout.h"

/* The types of a unit's functions, for those with callbacks alone. */
struct carraybtf {
	struct btfout_bytes btf; /* empty: there are no callbacks */
	uint32_t *types;	 /* of each function of the unit: its FUNC */
};

int carraybtf_begin(struct carraybtf *c, const struct ir_unit *u, struct pool *pool); /* -ENOMEM */
/*
 * The name of what the kernel's BTF has for a program, whose id is its attach_btf_id: "vfs_read",
 * "btf_trace_sched_switch"; "": it needs none.  *kind: that of BTF.  NULL: out of memory.
 */
const char *carraybtf_attach(
	struct pool *pool, const char *section, const struct section_type *t, unsigned *kind);
/* "BPFASM_UNUSED static const unsigned char NAME_btf[]" and its length. */
void carraybtf_write(
	const struct carraybtf *c, struct textout *out, const char *name, const char *upper);

#endif
