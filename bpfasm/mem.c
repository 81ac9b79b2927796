// SPDX-License-Identifier: MIT
/* mem.c - memory that lives as long as one assembly, and a table of names. */
#include "mem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	POOL_ALIGN = 16,
	POOL_FIRST = 4096,	/* bytes of the first block */
	POOL_LARGEST = 1 << 20, /* blocks stop doubling here: what is never used is never large */
};

/*
 * Built with POOL_GUARD (and AddressSanitizer) what is given out has a gap behind it, and nothing
 * else of a block may be touched.
 */
#ifdef POOL_GUARD
#include <sanitizer/asan_interface.h>

enum { POOL_GAP = POOL_ALIGN };

static void pool_forbid(const void *mem, size_t n)
{
	ASAN_POISON_MEMORY_REGION(mem, n);
}

static void pool_allow(const void *mem, size_t n)
{
	ASAN_UNPOISON_MEMORY_REGION(mem, n);
}
#else
enum { POOL_GAP = 0 };

static void pool_forbid(const void *mem, size_t n)
{
	(void)mem;
	(void)n;
}

static void pool_allow(const void *mem, size_t n)
{
	(void)mem;
	(void)n;
}
#endif

/* What an allocation of n bytes takes of its block. */
static size_t pool_room(size_t n)
{
	return (n ? (n + POOL_ALIGN - 1) & ~(size_t)(POOL_ALIGN - 1) : POOL_ALIGN) + POOL_GAP;
}

/* calloc'ed, and each byte is given out once: that is what makes pool_alloc()'s memory zero. */
struct pool_block {
	struct pool_block *next;
	size_t cap, used; /* bytes, this header included */
};

static struct pool_block *pool_new_block(struct pool *p, size_t need)
{
	size_t cap = p->blocks ? p->blocks->cap * 2 : POOL_FIRST;
	struct pool_block *b;

	if (cap > POOL_LARGEST)
		cap = POOL_LARGEST;
	if (cap < need)
		cap = need;
	b = calloc(1, cap);
	if (!b) {
		p->failed = true;
		return NULL;
	}
	b->cap = cap;
	b->used = (sizeof(*b) + POOL_ALIGN - 1) & ~(size_t)(POOL_ALIGN - 1);
	pool_forbid((char *)b + b->used, cap - b->used);
	/* an outsized block is full at once: the one with room stays in front, and sets the size */
	if (p->blocks && need > POOL_LARGEST / 2) {
		b->next = p->blocks->next;
		p->blocks->next = b;
	} else {
		b->next = p->blocks;
		p->blocks = b;
	}
	return b;
}

void *pool_alloc(struct pool *p, size_t n)
{
	struct pool_block *b = p->blocks;
	size_t room;
	void *mem;

	if (n > SIZE_MAX / 2) {
		p->failed = true;
		return NULL;
	}
	room = pool_room(n);
	if (!b || room > b->cap - b->used) {
		b = pool_new_block(p, room + sizeof(*b) + POOL_ALIGN);
		if (!b)
			return NULL;
	}
	mem = (char *)b + b->used;
	b->used += room;
	p->given += room - POOL_GAP;
	pool_allow(mem, n);
	return mem;
}

char *pool_strndup(struct pool *p, const char *s, size_t n)
{
	char *copy = n < SIZE_MAX ? pool_alloc(p, n + 1) : NULL;

	if (copy && n)
		memcpy(copy, s, n);
	return copy;
}

char *pool_printf(struct pool *p, const char *fmt, ...)
{
	va_list ap, again;
	char *text;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	text = n < 0 ? NULL : pool_alloc(p, (size_t)n + 1);
	if (text)
		vsnprintf(text, (size_t)n + 1, fmt, again);
	else
		p->failed = true;
	va_end(again);
	va_end(ap);
	return text;
}

void pool_free(struct pool *p)
{
	struct pool_block *b, *next;

	for (b = p->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	p->blocks = NULL;
	p->given = 0;
	p->failed = false;
}

/* Lengthen the allocation that ends at the pool's first free byte without moving it. */
static bool pool_extend(struct pool *p, void *mem, size_t old, size_t want)
{
	struct pool_block *b = p->blocks;
	size_t more;

	if (!b || !mem || (char *)mem + pool_room(old) != (char *)b + b->used)
		return false;
	more = pool_room(want) - pool_room(old);
	if (more > b->cap - b->used)
		return false;
	b->used += more;
	p->given += more;
	pool_allow(mem, want);
	return true;
}

int pool_grow(struct pool *p, void *array, size_t *cap, size_t n, size_t size)
{
	size_t want = *cap ? *cap * 2 : 8;
	void *old, *mem;

	if (n < *cap)
		return 0;
	if (*cap > SIZE_MAX / 4 / size) {
		p->failed = true;
		return -ENOMEM;
	}
	/* array is the address of a pointer to any type: copied, because void ** would alias it */
	memcpy(&old, array, sizeof(old));
	if (!pool_extend(p, old, *cap * size, want * size)) {
		mem = pool_alloc(p, want * size);
		if (!mem)
			return -ENOMEM;
		if (n)
			memcpy(mem, old, n * size);
		memcpy(array, &mem, sizeof(mem));
	}
	*cap = want;
	return 0;
}

struct names_slot {
	const char *s; /* NULL: free */
	size_t len;
	uint32_t hash;
	void *value;
};

/* FNV-1a, its bits stirred once more because the low ones choose the slot. */
static uint32_t names_hash(const char *s, size_t len)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619u;
	h ^= h >> 16;
	return h * 0x85ebca6bu ^ h >> 13;
}

/* The slot of a name, or the free one where it belongs; cap is a power of two and never full. */
static struct names_slot *names_find(
	struct names_slot *slots, size_t cap, const char *s, size_t len, uint32_t hash)
{
	size_t i = hash & (cap - 1);

	while (slots[i].s &&
		(slots[i].hash != hash || slots[i].len != len || memcmp(slots[i].s, s, len)))
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static int names_resize(struct names *t, struct pool *p)
{
	size_t cap = t->cap ? t->cap * 2 : 16, i;
	struct names_slot *slots;

	if (cap > SIZE_MAX / 2 / sizeof(*slots)) {
		p->failed = true;
		return -ENOMEM;
	}
	slots = pool_alloc(p, cap * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (i = 0; i < t->cap; i++)
		if (t->slots[i].s)
			*names_find(slots, cap, t->slots[i].s, t->slots[i].len, t->slots[i].hash) =
				t->slots[i];
	t->slots = slots;
	t->cap = cap;
	return 0;
}

int names_put(struct names *t, struct pool *p, const char *s, size_t len, void *value)
{
	uint32_t hash = names_hash(s, len);
	struct names_slot *slot;
	int err;

	if (t->n >= t->cap / 2) {
		err = names_resize(t, p);
		if (err)
			return err;
	}
	slot = names_find(t->slots, t->cap, s, len, hash);
	if (!slot->s) {
		slot->s = s;
		slot->len = len;
		slot->hash = hash;
		t->n++;
	}
	slot->value = value;
	return 0;
}

void *names_get(const struct names *t, const char *s, size_t len)
{
	if (!t->n)
		return NULL;
	return names_find(t->slots, t->cap, s, len, names_hash(s, len))->value;
}

void names_each(const struct names *t,
	void (*fn)(void *arg, const char *s, size_t len, void *value), void *arg)
{
	size_t i;

	for (i = 0; i < t->cap; i++)
		if (t->slots[i].s && t->slots[i].value)
			fn(arg, t->slots[i].s, t->slots[i].len, t->slots[i].value);
}
