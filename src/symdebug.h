/* SPDX-License-Identifier: MIT */
/* symdebug.h - the debug file of a stripped file. */
#ifndef SYMDEBUG_H
#define SYMDEBUG_H

#include "elf.h"

/*
 * The file with the symbols of f, whose own path is path: by build id, then by .gnu_debuglink with
 * its CRC.  *how says in words by which.  -ENOENT when there is none that fits.
 */
int symdebug_open(struct sys *s, struct elf_file *f, const char *path, struct elf_file **debug,
	const char **how);

#endif
