/* SPDX-License-Identifier: MIT */
/* t.h - what the tests share. */
#ifndef T_H
#define T_H

#include <check.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Built with ASan, which has symbols, globals and string functions of its own. */
#if defined(__SANITIZE_ADDRESS__)
#define T_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define T_SANITIZED 1
#endif
#endif
#ifndef T_SANITIZED
#define T_SANITIZED 0
#endif
/* what a program must be built with to link our archives */
#if T_SANITIZED
#define T_SAN_FLAGS "-fsanitize=address,undefined"
#else
#define T_SAN_FLAGS ""
#endif

/*
 * Leave a test because the kernel or the machine lacks what it names; skips are counted and listed
 * at the end, so the reason must say which feature.
 */
#define T_SKIP(...)                                      \
	do {                                             \
		t_skip(__FILE__, __func__, __VA_ARGS__); \
		return;                                  \
	} while (0)
void t_skip(const char *file, const char *test, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A live test needs what root has; without it the test is skipped, and says what is missing. */
#define T_NEED_ROOT()                           \
	do {                                    \
		const char *_r = t_lacks();     \
                                                \
		if (_r)                         \
			T_SKIP("needs %s", _r); \
	} while (0)
/* the right that tracing needs and this process lacks, in a static buffer; NULL: none */
const char *t_lacks(void);

/* A test that needs one capability, by its number and name. */
#define T_NEED_CAP(cap)                        \
	do {                                   \
		if (!t_has_cap(cap))           \
			T_SKIP("needs " #cap); \
	} while (0)
bool t_has_cap(unsigned nr);

/*
 * Before Linux 5.11 maps count against RLIMIT_MEMLOCK: for tests that make theirs past the library,
 * which would raise it.
 */
void t_raise_memlock(void);

/* The whole of a file, NUL-terminated, malloc'ed; fails the test when it cannot be read. */
char *t_read_file(const char *path, size_t *len);
/* tests/data/NAME, in a static buffer of each caller's own making */
char *t_data(const char *name, size_t *len);

/* Run a command through sh: its exit status, and stdout (and stderr, if the command says 2>&1). */
int t_run(char **out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* fds of this process that are open now */
int t_count_fds(void);
int t_count_fds_of(pid_t pid);

/*
 * Let the n-th malloc, calloc, realloc, strdup or strndup from now on (not those inside libc) fail,
 * and none after it.  t_alloc_failed() ends that (call it before the next ck_assert, which
 * allocates) and says whether one was refused.  A sweep counts n up until none was.
 */
void t_fail_alloc_at(unsigned n);
bool t_alloc_failed(void);
/* whether one was refused so far, and how many calls there were */
bool t_alloc_refused(void);
unsigned t_alloc_count(void);
/* in the program, of the call that was refused last: for addr2line(1) */
unsigned long t_alloc_refused_at(void);

/*
 * From now on blocks that these return are counted until they are freed; the number that live.
 * Blocks of before, and those that libc makes, are no matter.
 */
void t_alloc_watch(void);
unsigned t_alloc_live(void);
/* ... where one of them was allocated; 0: there is none */
unsigned long t_alloc_live_from(void);
void t_alloc_unwatch(void);

#endif
