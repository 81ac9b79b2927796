/* SPDX-License-Identifier: MIT */
/* tracepoint.h - programs at the kernel's tracepoints. */
#ifndef TRACEPOINT_H
#define TRACEPOINT_H

#include "link.h"

/* Attach o->fn_name to o->tp, "category:event".  o has been through opts_read(). */
int tracepoint_attach(struct rawbpf *b, const struct rawbpf_tracepoint_opts *o);

/* Detach what is attached to o->tp (fn_name NULL: every program); -ENOENT: nothing is. */
int tracepoint_detach(struct rawbpf *b, const struct rawbpf_tracepoint_opts *o);

#endif
