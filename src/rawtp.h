/* SPDX-License-Identifier: MIT */
/* rawtp.h - programs at tracepoints, with the kernel's own arguments. */
#ifndef RAWTP_H
#define RAWTP_H

#include "link.h"

/* Attach o->fn_name to the event o->tp.  o has been through opts_read(). */
int rawtp_attach(struct rawbpf *b, const struct rawbpf_raw_tracepoint_opts *o);

/* Detach what is attached to o->tp (fn_name NULL: every program); -ENOENT: nothing is. */
int rawtp_detach(struct rawbpf *b, const struct rawbpf_raw_tracepoint_opts *o);

#endif
