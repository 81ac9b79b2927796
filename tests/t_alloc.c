// SPDX-License-Identifier: MIT
/*
 * t_alloc.c - between the tests and the allocator: a call that fails, and what is not freed.
 *
 * The linker's --wrap gives our code these, and the allocator's own as __real_.  What libc or libelf
 * allocate is not seen (but in a static program), so a block that is freed here may be unknown.
 */
#include <dlfcn.h>
#include <errno.h>
#include <regex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "t.h"

static unsigned t_alloc_left, t_alloc_seen;
static bool t_alloc_hit;
static void *t_alloc_hit_at;

void t_fail_alloc_at(unsigned n)
{
	t_alloc_left = n;
	t_alloc_seen = 0;
	t_alloc_hit = false;
}

bool t_alloc_refused(void)
{
	return t_alloc_hit;
}

unsigned t_alloc_count(void)
{
	return t_alloc_seen;
}

bool t_alloc_failed(void)
{
	t_alloc_left = 0;
	return t_alloc_hit;
}

static bool t_refuse(void *from)
{
	t_alloc_seen++;
	if (!t_alloc_left || --t_alloc_left)
		return false;
	t_alloc_hit = true;
	t_alloc_hit_at = from;
	errno = ENOMEM;
	return true;
}

static unsigned long t_in_program(const void *at)
{
	Dl_info info;

	return !at ? 0
	       : dladdr(at, &info) && info.dli_fbase
		       ? (unsigned long)((uintptr_t)at - (uintptr_t)info.dli_fbase)
		       : (unsigned long)(uintptr_t)at;
}

unsigned long t_alloc_refused_at(void)
{
	return t_in_program(t_alloc_hit_at);
}

/* ---- blocks that live ----------------------------------------------------------------------- */

/* A hash table with open addressing: the tests' largest sweeps have some ten thousand blocks. */
#define T_BLOCKS (1U << 18)
static struct t_block {
	void *p, *from;
} * t_blocks;
static unsigned t_n_blocks;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);
void __wrap_free(void *p);

static unsigned t_block_home(const void *p)
{
	return (unsigned)(((uintptr_t)p >> 4) * 2654435761U) & (T_BLOCKS - 1);
}

/* Of the block, or the free one where it belongs. */
static unsigned t_block_slot(const void *p)
{
	unsigned i = t_block_home(p);

	while (t_blocks[i].p && t_blocks[i].p != p)
		i = (i + 1) & (T_BLOCKS - 1);
	return i;
}

/*
 * glibc's regcomp() itself loses a block when it is out of memory, which is seen where it is in the
 * same file: a static program has no interpreter, and all of regex.o is near.
 */
static bool t_is_regex(const void *from)
{
	uintptr_t at = (uintptr_t)from, regex = (uintptr_t)regcomp;

	return !getauxval(AT_BASE) && (at > regex ? at - regex : regex - at) < 1 << 17;
}

static void *t_block_add(void *p, void *from)
{
	unsigned i;

	if (!t_blocks || !p || t_n_blocks > T_BLOCKS / 2 || t_is_regex(from))
		return p;
	i = t_block_slot(p);
	t_n_blocks += !t_blocks[i].p; /* in a static program strdup() has just called malloc() */
	t_blocks[i] = (struct t_block){p, from};
	return p;
}

/* Whether it was one: what stands behind it moves up, so that no search ends too early. */
static bool t_block_take(const void *p)
{
	unsigned i, j, home;

	if (!t_blocks || !p)
		return false;
	i = t_block_slot(p);
	if (!t_blocks[i].p)
		return false;
	for (j = (i + 1) & (T_BLOCKS - 1); t_blocks[j].p; j = (j + 1) & (T_BLOCKS - 1)) {
		home = t_block_home(t_blocks[j].p);
		if (((j - home) & (T_BLOCKS - 1)) >= ((j - i) & (T_BLOCKS - 1))) {
			t_blocks[i] = t_blocks[j];
			i = j;
		}
	}
	t_blocks[i].p = NULL;
	t_n_blocks--;
	return true;
}

void t_alloc_watch(void)
{
	t_alloc_unwatch();
	t_blocks = __real_calloc(T_BLOCKS, sizeof(*t_blocks));
	ck_assert_ptr_nonnull(t_blocks);
}

void t_alloc_unwatch(void)
{
	__real_free(t_blocks);
	t_blocks = NULL;
	t_n_blocks = 0;
}

unsigned t_alloc_live(void)
{
	return t_n_blocks;
}

unsigned long t_alloc_live_from(void)
{
	unsigned i;

	for (i = 0; t_n_blocks && i < T_BLOCKS; i++)
		if (t_blocks[i].p)
			return t_in_program(t_blocks[i].from);
	return 0;
}

/* ---- the allocator -------------------------------------------------------------------------- */

void *__wrap_malloc(size_t n)
{
	void *from = __builtin_return_address(0);

	return t_refuse(from) ? NULL : t_block_add(__real_malloc(n), from);
}

void *__wrap_calloc(size_t n, size_t size)
{
	void *from = __builtin_return_address(0);

	return t_refuse(from) ? NULL : t_block_add(__real_calloc(n, size), from);
}

void *__wrap_realloc(void *p, size_t n)
{
	void *from = __builtin_return_address(0), *q;
	bool known;

	if (t_refuse(from))
		return NULL;
	known = !p || t_block_take(p);
	q = __real_realloc(p, n);
	if (!q && n)
		return known ? (t_block_add(p, from), NULL) : NULL;
	return known ? t_block_add(q, from) : q;
}

char *__wrap_strdup(const char *s)
{
	void *from = __builtin_return_address(0);

	return t_refuse(from) ? NULL : t_block_add(__real_strdup(s), from);
}

char *__wrap_strndup(const char *s, size_t n)
{
	void *from = __builtin_return_address(0);

	return t_refuse(from) ? NULL : t_block_add(__real_strndup(s, n), from);
}

void __wrap_free(void *p)
{
	t_block_take(p);
	__real_free(p);
}
