/* SPDX-License-Identifier: MIT */
/* upentry.h - the instruction at a function's entry that is probed. */
#ifndef UPENTRY_H
#define UPENTRY_H

#include "elf.h"

/*
 * The file offset to probe for the entry of the function at offset, of size bytes (0: not known);
 * *why is it in words.
 */
uint64_t upentry(struct elf_file *f, uint64_t offset, uint64_t size, const char **why);

#endif
