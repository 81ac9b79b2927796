/* SPDX-License-Identifier: MIT */
/* note.h - USDT probes: the notes of an ELF file; no kernel, no file system. */
#ifndef NOTE_H
#define NOTE_H

#include "elf.h"
#include "rawbpf.h"

/*
 * Call fn for every probe of an open file; path goes into the probes and may be NULL.  Returns 0,
 * what fn returned when that is not 0, or -ENOEXEC with the error set.
 */
int note_each(struct elf_file *f, const char *path,
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e);

#endif
