/* SPDX-License-Identifier: MIT */
/* vlogstep.h - the instructions in a verifier log, and where a register got its value. */
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
/* the name of the helper called; empty when it calls none */
struct vlog_text vlogstep_helper(struct vlog_text step);

/* ---- the way to a step; step lies in log, p NULL for none */

/* a call was the last to change reg */
bool vlogstep_clobbered(const char *log, struct vlog_text step, int reg);
/* "r1 is from insn 7 'r1 = r6', insn 0 'r6 = *(u64 *)(r1 +112)'"; "" when it is not there */
void vlogstep_history(const char *log, struct vlog_text step, int reg, char *out, size_t size);

#endif
