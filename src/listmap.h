/* SPDX-License-Identifier: MIT */
/* listmap.h - the maps of an object as .struct and .map lines. */
#ifndef LISTMAP_H
#define LISTMAP_H

#include "listtype.h"

/* Into types->out.  0, or a negative errno with an error set. */
int listmap_print(struct elf_file *f, struct listtype *types, struct rawbpf_error *e);

#endif
