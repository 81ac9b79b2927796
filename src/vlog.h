/* SPDX-License-Identifier: MIT */
/* vlog.h - a verifier log to the instruction, the message and the advice. */
#ifndef VLOG_H
#define VLOG_H

#include <stddef.h>

/* Strings of vlog_parse(); msg is copied, advice is a fixed text or written to buf. */
struct vlog {
	int insn;	  /* instruction it stopped at, -1: unknown */
	int reg;	  /* register that the message speaks of, -1: none */
	char msg[256];	  /* the kernel's own words: "R1 invalid mem access 'scalar'" */
	char advice[512]; /* what it means and what to write; "" when not known */
	char source[256]; /* the source line that the kernel quoted last; "" when none */
};

/* err: the load's -errno, 0 unknown.  0, or -ENOENT when the log holds no refusal. */
int vlog_parse(const char *log, size_t len, int err, struct vlog *v);

#endif
