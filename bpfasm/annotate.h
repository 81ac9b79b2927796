/* SPDX-License-Identifier: MIT */
/* annotate.h - bytes beside the source that they come from. */
#ifndef ANNOTATE_H
#define ANNOTATE_H

#include "ir.h"

/* BPFASM_LISTING, malloc'ed: 0 or -ENOMEM.  Calls between functions are linked already. */
int annotate_write(const struct ir_unit *u, unsigned char **data, size_t *len);

#endif
