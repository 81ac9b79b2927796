/* SPDX-License-Identifier: MIT */
/* fuzz.h - what the fuzzers share. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
#define FUZZ_CHECK(cond)                                                           \
	do {                                                                       \
		if (!(cond)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                   \
		}                                                                  \
	} while (0)

/* Look at a parser's result: a bad pointer in it is found by reading what it points to. */
static inline void fuzz_use(size_t n)
{
	volatile size_t sink = n;

	(void)sink;
}

static inline void fuzz_string(const char *s)
{
	fuzz_use(s ? strlen(s) : 0);
}

/* A copy of exactly its size with a NUL behind it; to be freed. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *p = malloc(size + 1);

	FUZZ_CHECK(p);
	if (size)
		memcpy(p, data, size);
	p[size] = '\0';
	return p;
}

#endif
