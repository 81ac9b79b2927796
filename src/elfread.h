/* SPDX-License-Identifier: MIT */
/* elfread.h - the bytes of a file or image, in as few reads as can be. */
#ifndef ELFREAD_H
#define ELFREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys.h"

enum elfread_parts { ELFREAD_HEAD, ELFREAD_TAIL, ELFREAD_PARTS };
enum { ELFREAD_WINDOWS = 24 };

struct elfread {
	struct sys *sys;
	int fd;		   /* -1: an image */
	const char *image; /* borrowed */
	uint64_t size;
	struct elfread_part {
		uint64_t at;
		size_t n;
		unsigned char *p;
	} part[ELFREAD_PARTS]; /* what is kept of a file */
	int failed; /* what a read was refused with, or -ENOMEM: what is not found may be there */
	/* ... and what stands around the first small pieces that were read */
	struct elfread_part window[ELFREAD_WINDOWS];
	size_t n_windows;
};

/* Whether n bytes at offset are inside of the file. */
bool elfread_inside(const struct elfread *r, uint64_t offset, uint64_t n);
/* Keep n bytes, fewer if the file is shorter by now; nothing to do where they are at hand. */
int elfread_part(struct elfread *r, enum elfread_parts which, uint64_t offset, size_t n);
/* Bytes that are kept, or in the image; NULL: to be read.  They must be inside. */
const void *elfread_at_hand(const struct elfread *r, uint64_t offset, size_t n);
/* The same; a small piece is read with what stands around it, and kept.  NULL: it is not small. */
const void *elfread_near(struct elfread *r, uint64_t offset, size_t n);
/* All of them into buf; false: the file has them not. */
bool elfread_copy(struct elfread *r, uint64_t offset, void *buf, size_t n);
/* All of them, *p, in memory that is *own, to be freed.  0, -ENOMEM, -ENOEXEC: it has them not. */
int elfread_whole(struct elfread *r, uint64_t offset, size_t n, const void **p, void **own);
/* Forgets what is kept, closes the fd. */
void elfread_close(struct elfread *r);

#endif
