/* SPDX-License-Identifier: MIT */
/* kprobe.h - probes on functions of the kernel. */
#ifndef KPROBE_H
#define KPROBE_H

#include "link.h"

/*
 * Attach o->fn_name where o says, at the entry or (ret) at the return.  All of it or nothing: 0,
 * or a negative errno with the context's error set.  o has been through opts_read().
 */
int kprobe_attach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret);
/* The same for a system call's function, whatever this kernel calls it: o->event is "openat". */
int kprobe_attach_syscall(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret);

/* Detach what was attached with the same event (fn_name NULL: any program). */
int kprobe_detach(struct rawbpf *b, const struct rawbpf_kprobe_opts *o, bool ret);

#endif
