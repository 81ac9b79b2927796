/* SPDX-License-Identifier: MIT */
/* mapfill.h - programs in arrays for tail calls. */
#ifndef MAPFILL_H
#define MAPFILL_H

#include "context.h"

/* Put programs where the object has them in prog arrays; once they are loaded. */
int mapfill_programs(struct rawbpf *b);

#endif
