/* SPDX-License-Identifier: MIT */
/* dry.h - a run that changes nothing: the answers of a kernel that has everything. */
#ifndef DRY_H
#define DRY_H

#include "sys.h"

/* From here on; 0 or -ENOMEM. */
int dry_set(struct sys *s);
void dry_free(struct sys *s);

#endif
