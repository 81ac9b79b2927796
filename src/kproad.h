/* SPDX-License-Identifier: MIT */
/* kproad.h - many functions of the kernel by a pattern, and the way on which they are probed. */
#ifndef KPROAD_H
#define KPROAD_H

#include "link.h"

/*
 * Attach o->fn_name to the functions that o->event_re matches, at the entry or (ret) at the return,
 * but those where it is attached already: 0, or a negative errno with the context's error set and
 * nothing attached.  o has been through opts_read().
 */
int kproad_attach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret);

/* The same for a pattern in which only '*' and '?' are special; o->event_re is not looked at. */
int kproad_attach_wild(
	struct rawbpf *b, const struct rawbpf_kprobe_opts *o, const char *glob, bool ret);

/* Detach what was attached with the very pattern (fn_name NULL: any program). */
int kproad_detach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret);

#endif
