/* SPDX-License-Identifier: MIT */
/* attachsec.h - attach a program where its section or its name says. */
#ifndef ATTACHSEC_H
#define ATTACHSEC_H

#include "prog.h"

/*
 * Attach p at the place that its section names ("kprobe/vfs_read"), or its own name as bcc has it
 * ("kprobe__vfs_read").  pid: user-level probes only see this process; 0 and -1: every process.
 * 0 also for a program that is to be attached by name; else a negative errno with the error set.
 */
int attachsec_prog(struct rawbpf *b, struct prog *p, pid_t pid);

/*
 * Load p, which reads the operands of a USDT probe, for the probe that its section names, and
 * attach nothing.  0; 1: there is no such probe here, or it names none, which the error tells; or a
 * negative errno.
 */
int attachsec_load(struct rawbpf *b, struct prog *p);

#endif
