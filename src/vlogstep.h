/* SPDX-License-Identifier: MIT */
/* vlogstep.h - the instructions in a verifier log, taken apart. */
#ifndef VLOGSTEP_H
#define VLOGSTEP_H

#include "vlog_advice.h"

/* ---- text */

bool vlogstep_starts(struct vlog_text t, const char *s);
struct vlog_text vlogstep_trim(struct vlog_text t);
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

#endif
