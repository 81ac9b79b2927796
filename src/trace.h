/* SPDX-License-Identifier: MIT */
/* trace.h - where trace lines come from; the public calls are in rawbpf.h. */
#ifndef TRACE_H
#define TRACE_H

#include "context.h"

/*
 * Make the private trace instance now, so that nothing a program prints from here on is missed: to
 * be called before a program that prints is attached.  Where there can be none (Linux before 5.9,
 * missing rights) lines will come from the shared pipe: that is no error here, and the context's
 * error stays as it was.  0, or -ENOMEM.
 */
int trace_prepare(struct rawbpf *b);
/* Whether there is an instance of our own; *why is the errno by which there is none, or 0. */
bool trace_has_instance(const struct rawbpf *b, int *why);
/* Whether it may be removed: 0 (also where there is none), or what the kernel says. */
int trace_may_go(struct rawbpf *b);
void trace_free(struct rawbpf *b);

#endif
