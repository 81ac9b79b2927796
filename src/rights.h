/* SPDX-License-Identifier: MIT */
/* rights.h - why the kernel said EPERM, EACCES or ENOSYS, in one sentence. */
#ifndef RIGHTS_H
#define RIGHTS_H

#include "err.h"
#include "sys.h"

/* What was refused. */
#define RIGHTS_BPF     "bpf(2)"		    /* programs and BTF */
#define RIGHTS_MAP     "bpf(2) map"	    /* maps: RLIMIT_MEMLOCK counts too before 5.11 */
#define RIGHTS_PERF    "perf_event_open(2)" /* tracepoints and other events */
#define RIGHTS_UPROBE  "uprobe"		    /* perf_event_open(2) of a user-level probe */
#define RIGHTS_KPROBE  "kprobe"		    /* ... of a kernel probe */
#define RIGHTS_TRACEFS "tracefs"	    /* a file below tracefs */
#define RIGHTS_MOUNT   "mount"		    /* fsopen(2) and what follows it */

/*
 * To be called after err_set(), with err what the kernel gave: for -EPERM and -EACCES the hint
 * becomes the right, setting or lock that stands in the way (capabilities, user namespace, seccomp,
 * sysctls, lockdown, RLIMIT_MEMLOCK), for -ENOSYS what hides the call; any other err changes
 * nothing.  action is one of the above. Returns err.  It reads /proc and /sys, so call it after a
 * failure only.
 *
 *	err_set(e, "attach", err, "perf event for '%s' refused", place);
 *	return rights_explain(s, e, RIGHTS_PERF, err);
 */
int rights_explain(struct sys *s, struct rawbpf_error *e, const char *action, int err);

/* tracefs has no events: true and the error set, if that is by kernel lockdown. */
bool rights_locked_tracefs(struct sys *s, struct rawbpf_error *e);
/* The verifier's refusal in *e is of a helper that kernel lockdown takes away: the hint says so. */
void rights_locked_helper(struct sys *s, struct rawbpf_error *e);
/* The hint for addresses of /proc/kallsyms that are all 0. */
void rights_hidden_addresses(struct sys *s, struct rawbpf_error *e);

#endif
