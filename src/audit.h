/* SPDX-License-Identifier: MIT */
/* audit.h - each call that changes or asks something of BPF, perf or tracefs, as one line. */
#ifndef AUDIT_H
#define AUDIT_H

#include "sys.h"

/* fn NULL: end it.  0 or -ENOMEM. */
int audit_set(struct sys *s, void (*fn)(void *arg, const char *line), void *arg);
void audit_form(struct sys *s, unsigned form); /* enum rawbpf_audit_form */
void audit_free(struct sys *s);

#endif
