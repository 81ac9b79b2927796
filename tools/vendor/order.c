// SPDX-License-Identifier: MIT
/*
 * order.c - linked into a tool that is built with -finstrument-functions: writes the addresses of
 * the functions that were called, in the order of their first call, to the file CALLED names.
 */
#include <stdio.h>
#include <stdlib.h>

/* where the code begins; of a program that is not position-independent */
extern char __executable_start[];

enum { CODE = 4 << 20, MOST = 1 << 16 };

#define PLAIN __attribute__((no_instrument_function))

static unsigned char seen[CODE];
static unsigned order[MOST];
static unsigned n_order;

PLAIN void __cyg_profile_func_enter(void *fn, void *caller);
PLAIN void __cyg_profile_func_exit(void *fn, void *caller);
PLAIN __attribute__((destructor)) static void write_order(void);

void __cyg_profile_func_enter(void *fn, void *caller)
{
	size_t at = (size_t)((char *)fn - __executable_start);

	(void)caller;
	if (at >= CODE || seen[at] || n_order == MOST)
		return;
	seen[at] = 1;
	order[n_order++] = (unsigned)at;
}

void __cyg_profile_func_exit(void *fn, void *caller)
{
	(void)fn, (void)caller;
}

static void write_order(void)
{
	const char *path = getenv("CALLED");
	FILE *f = path ? fopen(path, "w") : NULL;
	unsigned i;

	for (i = 0; f && i < n_order; i++)
		fprintf(f, "%016zx\n", (size_t)__executable_start + order[i]);
	if (f)
		fclose(f);
}
