/* SPDX-License-Identifier: MIT */
/* note.h - USDT probes: the notes of an ELF file; no kernel, no file system. */
#ifndef NOTE_H
#define NOTE_H

#include "elf.h"
#include "rawbpf.h"

/*
 * Call fn for every probe of an open file; path goes into the probes and may be NULL.  Returns 0,
 * what fn returned when that is not 0, or -ENOEXEC with the error set; a damaged note hides none
 * behind it.
 */
int note_each(struct elf_file *f, const char *path,
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e);

/*
 * The same, with strings that outlive the file: keep, if any, is given the n bytes of each section
 * before its first probe, to be freed when the strings are not needed any more, and not before
 * elf_close(); non-zero of it is -ENOMEM.
 */
int note_each_kept(struct elf_file *f, const char *path,
	int (*keep)(void *arg, void *bytes, size_t n),
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e);

#endif
