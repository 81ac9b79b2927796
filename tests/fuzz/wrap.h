/* SPDX-License-Identifier: MIT */
/* wrap.h - bytes as a section of an ELF file, so that not each input must be a file. */
#ifndef WRAP_H
#define WRAP_H

#include <stddef.h>
#include <stdint.h>

struct wrap_section {
	const char *name;
	uint32_t type;
};

/*
 * A file of n sections, of which the first holds data and the others 8 bytes.  how: bit 0 class
 * 32, bit 1 big endian, the rest picks a machine.  malloc'ed, of exactly *len bytes; NULL: no memory.
 */
uint8_t *wrap_elf(uint8_t how, const struct wrap_section *s, size_t n, const void *data,
	size_t size, size_t *len);

#endif
