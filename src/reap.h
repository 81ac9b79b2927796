/* SPDX-License-Identifier: MIT */
/* reap.h - what killed processes left behind in tracefs; rawbpf_reap() is the public call. */
#ifndef REAP_H
#define REAP_H

#include "context.h"

/*
 * Whether name is rawbpf_PID_STARTTIME_N and that process is known to have ended.  Its id is looked
 * for in our own /proc, so where that does not show every process of the machine, nobody is known
 * to have ended.
 */
bool reap_is_left(struct sys *s, const char *name);

/* Removes trace instances whose makers have ended; how many.  Failures are none of the caller's. */
int reap_instances(
	struct rawbpf *b, int dir, int (*fn)(void *arg, const char *path, int err), void *arg);

#endif
