/* SPDX-License-Identifier: MIT */
/* listmap.h - the maps of an object as .struct and .map lines. */
#ifndef LISTMAP_H
#define LISTMAP_H

#include "buf.h"
#include "elf.h"

/* 0, or a negative errno with an error set. */
int listmap_print(struct elf_file *f, struct buf *out, struct rawbpf_error *e);

#endif
