/* SPDX-License-Identifier: MIT */
/* vlog.h - a verifier log to the instruction, the message and the advice. */
#ifndef VLOG_H
#define VLOG_H

#include <stdbool.h>
#include <stddef.h>

/* What vlog_parse() found; all strings are copies, "" when unknown. */
struct vlog {
	int insn;	   /* instruction it stopped at, -1: unknown */
	bool refused;	   /* the log holds a refusal; else msg says that it does not */
	int reg;	   /* register that the refusal is about, -1: none */
	unsigned line;	   /* line of file, 0: unknown */
	char msg[256];	   /* the kernel's own words: "R1 invalid mem access 'scalar'" */
	char advice[1280]; /* what it means and what to write; "" when not known */
	char source[256];  /* the source line that the kernel quoted last */
	char file[128];	   /* its file, which the kernel names from Linux 6.8 on */
};

/*
 * err: the load's -errno, 0 unknown.  Returns 0, or -ENOENT when the log holds no refusal and err
 * is 0; with err and no refusal in the log, msg says so and advice goes by the errno.
 */
int vlog_parse(const char *log, size_t len, int err, struct vlog *v);

#endif
