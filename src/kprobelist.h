/* SPDX-License-Identifier: MIT */
/* kprobelist.h - what the kernel lists of its functions: those never probed. */
#ifndef KPROBELIST_H
#define KPROBELIST_H

#include "buf.h"
#include "sys.h"

/* The text of debugfs' kprobes/blacklist, from its mount or a detached one.  0 or -errno. */
int kprobelist_blacklist(struct sys *s, struct buf *text);
/* Is name in that text? */
bool kprobelist_has(const struct buf *text, const char *name);

#endif
