/* SPDX-License-Identifier: MIT */
/* noteview.h - all USDT probes of an ELF file, also those that are not in .note.stapsdt. */
#ifndef NOTEVIEW_H
#define NOTEVIEW_H

#include "note.h"

/*
 * note_each_kept(), keep NULL: note_each(), with the notes that these leave out: those beside
 * .note.stapsdt in sections of other names, and, where no section has notes, those of segments.
 */
int noteview_each(struct elf_file *f, const char *path,
	int (*keep)(void *arg, void *bytes, size_t n),
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e);

#endif
