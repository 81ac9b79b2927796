/* SPDX-License-Identifier: MIT */
/* trace.h - the reader of trace lines; the public calls are in rawbpf.h. */
#ifndef TRACE_H
#define TRACE_H

#include "context.h"

void trace_free(struct rawbpf *b);

#endif
