/* SPDX-License-Identifier: MIT */
/* vlogstep.h - the instructions in a verifier log, taken apart. */
#ifndef VLOGSTEP_H
#define VLOGSTEP_H

#include "vlog_advice.h"

/* ---- text */

bool vlogstep_starts(struct vlog_text t, const char *s);
struct vlog_text vlogstep_trim(struct vlog_text t);

/* A log, and what another program put before each of its lines: a time, a quote's sign. */
struct vlog_lines {
	const char *p;
	struct vlog_text lead;
};

/* a line without its lead, of which digits may differ; *had: it was there */
struct vlog_text vlogstep_bare(struct vlog_text t, struct vlog_text lead, bool *had);
/* a number of at most 8 digits at *p, which moves behind it; -1 when there is none */
int vlogstep_int(const char **p, const char *end);

/* ---- one step: "12: (79) r0 = *(u64 *)(r1 +0)  ; comment" */

/* number and text of a line, false when it is no step */
bool vlogstep_parse(struct vlog_text t, int *insn, struct vlog_text *step);
/* the register at p ("r7", "w7"), -1 when there is none */
int vlogstep_reg(const char *p, const char *end);
/* the one in the address, and the one on the right side; -1 when there is none */
int vlogstep_base(struct vlog_text step);
int vlogstep_src(struct vlog_text step);
/* "r1 = 0" */
bool vlogstep_zero(struct vlog_text step);
/* the name of the helper called; empty when it calls none */
struct vlog_text vlogstep_helper(struct vlog_text step);

/* ---- states: "R6_w=map_value(off=0,ks=4,vs=8,imm=0)" */

/* the value at p, which is behind the R; NULL when it is no state of reg */
const char *vlogstep_state(const char *p, const char *end, int reg);

/* What a state says of a register. */
struct vlogstep_value {
	bool zero, pointer, number;
	bool range; /* a number that varies */
};

/* The last that a line says of reg; false when it does not. */
bool vlogstep_value(struct vlog_text t, int reg, struct vlogstep_value *v);

#endif
