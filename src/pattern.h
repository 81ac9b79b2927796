/* SPDX-License-Identifier: MIT */
/* pattern.h - the patterns that users give for names: POSIX extended expressions. */
#ifndef PATTERN_H
#define PATTERN_H

#ifdef __TINYC__ /* which cannot read glibc's regexec(size_t n, regmatch_t m[n]) */
#define _REGEX_NELTS(n)
#endif

#include <regex.h>

#include "err.h"

/* 0 (regfree() is due), or -EINVAL with what is wrong, or -ENOMEM; the error is set. */
int pattern_compile(struct rawbpf_error *e, const char *stage, const char *text, regex_t *re);

/*
 * Whether a match begins where the name does, as python's re.match() has it, and (whole) ends where
 * it ends: 1, 0, or -ENOMEM without an error set.
 */
int pattern_match(const regex_t *re, const char *name, bool whole);

#endif
