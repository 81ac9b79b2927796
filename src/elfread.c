// SPDX-License-Identifier: MIT
/*
 * elfread.c - the bytes of a file or image, in as few reads as can be.
 *
 * A system call costs more than a few kilobytes do, so the parts of a file where its headers are
 * likely to be are read whole, and what lies in them is not read again.  Small pieces lie beside each
 * other, too: a chain of hashes, versions, the slots of a table of addresses.
 */
#include "elfread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ELFREAD_BIG    (2u << 20) /* bytes of a large page */
#define ELFREAD_SMALL  2048u
#define ELFREAD_WINDOW 4064u /* with what malloc() adds a page of memory */
#define ELFREAD_BEFORE 1024u /* bytes that a window begins before at most */

bool elfread_inside(const struct elfread *r, uint64_t offset, uint64_t n)
{
	return offset <= r->size && n <= r->size - offset;
}

/* Reads until there is no more; how much that was, or a negative errno. */
static ssize_t elfread_all(struct elfread *r, uint64_t offset, void *p, size_t n)
{
	size_t got = 0;
	ssize_t more = 1;

	while (got < n && more > 0) {
		more = sys_pread(r->sys, r->fd, (char *)p + got, n - got, offset + got);
		got += more > 0 ? (size_t)more : 0;
	}
	if (more < 0)
		r->failed = (int)more;
	return more < 0 ? more : (ssize_t)got;
}

static void *elfread_memory(struct elfread *r, size_t n)
{
	void *p = malloc(n);

	if (!p)
		r->failed = -ENOMEM;
	return p;
}

int elfread_part(struct elfread *r, enum elfread_parts which, uint64_t offset, size_t n)
{
	struct elfread_part *part = &r->part[which];
	ssize_t got;

	if (!n || !elfread_inside(r, offset, n) || elfread_at_hand(r, offset, n))
		return 0;
	part->p = elfread_memory(r, n);
	if (!part->p)
		return -ENOMEM;
	got = elfread_all(r, offset, part->p, n);
	if (got < 0)
		return (int)got;
	part->at = offset;
	part->n = (size_t)got;
	return 0;
}

static const void *elfread_among(
	const struct elfread_part *p, size_t n_parts, uint64_t offset, size_t n)
{
	for (; n_parts; n_parts--, p++)
		if (p->n && offset >= p->at && offset - p->at <= p->n &&
			n <= p->n - (size_t)(offset - p->at))
			return p->p + (offset - p->at);
	return NULL;
}

const void *elfread_at_hand(const struct elfread *r, uint64_t offset, size_t n)
{
	const void *p;

	if (r->fd < 0)
		return r->image + offset;
	p = elfread_among(r->part, ELFREAD_PARTS, offset, n);
	return p ? p : elfread_among(r->window, r->n_windows, offset, n);
}

const void *elfread_near(struct elfread *r, uint64_t offset, size_t n)
{
	const void *p = elfread_at_hand(r, offset, n);
	struct elfread_part *w = &r->window[r->n_windows];
	int failed = r->failed;
	uint64_t more;
	ssize_t got;

	if (p || n > ELFREAD_SMALL || r->n_windows == ELFREAD_WINDOWS)
		return p;
	w->at = offset - offset % ELFREAD_BEFORE;
	more = r->size - w->at;
	w->p = malloc(more < ELFREAD_WINDOW ? (size_t)more : ELFREAD_WINDOW);
	if (!w->p)
		return NULL;
	got = elfread_all(r, w->at, w->p, more < ELFREAD_WINDOW ? (size_t)more : ELFREAD_WINDOW);
	if (got <= 0) {
		r->failed = failed; /* the piece alone is tried next */
		free(w->p);
		return NULL;
	}
	w->n = (size_t)got;
	r->n_windows++;
	return elfread_among(w, 1, offset, n);
}

bool elfread_copy(struct elfread *r, uint64_t offset, void *buf, size_t n)
{
	const void *p;

	if (!elfread_inside(r, offset, n))
		return false;
	p = n ? elfread_near(r, offset, n) : NULL;
	if (!p)
		return elfread_all(r, offset, buf, n) == (ssize_t)n;
	memcpy(buf, p, n);
	return true;
}

/*
 * A table of megabytes goes into large pages where there are some: most of the time that reading it
 * takes is the kernel's for a thousand small ones.
 */
int elfread_whole(struct elfread *r, uint64_t offset, size_t n, const void **p, void **own)
{
	size_t slack = n >= ELFREAD_BIG ? 2 * ELFREAD_BIG : 0;
	char *base, *at;
	ssize_t got;

	*p = *own = NULL;
	if (r->fd < 0 || !elfread_inside(r, offset, n) || n > SIZE_MAX - slack)
		return -ENOEXEC;
	base = at = elfread_memory(r, n + slack);
	if (!base)
		return -ENOMEM;
	if (slack) {
		at = base + (ELFREAD_BIG - ((uintptr_t)base & (ELFREAD_BIG - 1)));
		sys_large_pages(at, (n + ELFREAD_BIG / 2) & ~(size_t)(ELFREAD_BIG - 1));
	}
	got = elfread_all(r, offset, at, n);
	if (got != (ssize_t)n) {
		free(base);
		return got < 0 ? (int)got : -ENOEXEC;
	}
	*own = base;
	*p = at;
	return 0;
}

void elfread_close(struct elfread *r)
{
	size_t i;

	for (i = 0; i < ELFREAD_PARTS; i++)
		free(r->part[i].p);
	while (r->n_windows)
		free(r->window[--r->n_windows].p);
	if (r->fd >= 0)
		sys_close(r->sys, r->fd);
}
