/* SPDX-License-Identifier: MIT */
/* t_note.h - small ELF files with USDT notes, of any class, byte order and machine, in memory. */
#ifndef T_NOTE_H
#define T_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct t_note_seg {
	uint64_t vaddr, offset, size;
	uint32_t flags;
};

struct t_note {
	unsigned bits;
	bool big;
	uint16_t machine, type;
	uint64_t base_section; /* address of .stapsdt.base, 0: none */
	struct t_note_seg segs[2];
	bool renamed;	    /* the note sections have another name */
	bool mixed;	    /* the second one has */
	size_t note_len[2]; /* of the two note sections, 0: none */
	unsigned char notes[2][65536];
	unsigned char file[160 * 1024];
	size_t len;
};

/* malloc'ed, with a segment of code at 0x400000 (offset 0x1000) and one of data at 0x600000 (0x12000) */
struct t_note *t_note_new(unsigned bits, bool big, uint16_t machine, uint16_t type);
/* a note to section i: addresses of the nop, of .stapsdt.base, of the semaphore; args NULL: none */
void t_note_add(struct t_note *m, int i, const uint64_t addr[3], const char *provider,
	const char *name, const char *args);
/* the file around what was added */
void t_note_make(struct t_note *m);
/* a number of n bytes in the file's order */
void t_note_put(const struct t_note *m, unsigned char *p, uint64_t v, size_t n);

#endif
