/* SPDX-License-Identifier: MIT */
/* missed.h - calls of a probed kernel function that no program saw. */
#ifndef MISSED_H
#define MISSED_H

#include "context.h"

/* Of a probe event of tracefs; 0 where the kernel does not tell. */
uint64_t missed_by_event(struct rawbpf *b, const char *event);
/* Open in advance what missed_by_event() reads: 0, or a negative errno with the error set. */
int missed_hold(struct rawbpf *b);
/* Of a bpf link to kernel functions (-1: none); role is what the call is for. */
uint64_t missed_by_link(struct rawbpf *b, int fd, const char *role);

#endif
