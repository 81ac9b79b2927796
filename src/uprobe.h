/* SPDX-License-Identifier: MIT */
/* uprobe.h - probes on functions of programs and libraries. */
#ifndef UPROBE_H
#define UPROBE_H

#include "link.h"

/*
 * Attach o->fn_name where o says, at the entry or (ret) at the return.  All of it or nothing: 0,
 * or a negative errno with the context's error set.  o has been through opts_read().
 */
/* The same, .sym a pattern as sections have it. */
int uprobe_attach_wild(struct rawbpf *b, const struct rawbpf_uprobe_opts *o, bool ret);
int uprobe_attach(struct rawbpf *b, const struct rawbpf_uprobe_opts *o, bool ret);

/* Detach what uprobe_attach() attached with the same options (fn_name NULL: any program). */
int uprobe_detach(struct rawbpf *b, const struct rawbpf_uprobe_opts *o, bool ret);

#endif
