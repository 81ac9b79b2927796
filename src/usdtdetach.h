/* SPDX-License-Identifier: MIT */
/* usdtdetach.h - take programs away from USDT probes. */
#ifndef USDTDETACH_H
#define USDTDETACH_H

#include "context.h"

/* By options, which have been through opts_read(), as they were attached. */
int usdt_detach(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o);

#endif
