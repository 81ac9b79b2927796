/* SPDX-License-Identifier: MIT */
/* interp.h - the dynamic linker that a program asks for. */
#ifndef INTERP_H
#define INTERP_H

#include <stddef.h>
#include <stdint.h>

#include "sys.h"

/*
 * PT_INTERP of the program at path, "" when it has none or is of another class or byte order than
 * ident (the first bytes of an ELF file).  0, or why it could not be looked at.
 */
int interp_read(struct sys *s, const char *path, const uint8_t *ident, char *out, size_t size);

/*
 * What the ELF header of a program for this machine begins with: class, order and machine are
 * set.
 */
void interp_native(uint8_t hdr[20]);

#endif
