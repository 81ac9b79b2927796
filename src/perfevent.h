/* SPDX-License-Identifier: MIT */
/* perfevent.h - programs run by counters of the CPUs and of the kernel. */
#ifndef PERFEVENT_H
#define PERFEVENT_H

#include "link.h"

/*
 * Attach o->fn_name to a counter on each CPU; all of it or nothing.  o has been through
 * opts_read(), and has either a period or a frequency.
 */
int perfevent_attach(struct rawbpf *b, const struct rawbpf_perf_event_opts *o);

/* Detach by counter (fn_name NULL: every program); -ENOENT: nothing is attached to it. */
int perfevent_detach(struct rawbpf *b, const struct rawbpf_perf_event_opts *o);

#endif
