// SPDX-License-Identifier: MIT
/* library.c - probes in a shared library; see sites.c. */
#include <stddef.h>

#define SITES_PROVIDER siteslib
#define SITES_TELL     tell
#include "sites.h"

#define PROBES(X) \
	X(entry)  \
	X(inside) \
	X(guarded)

PROBES(SITES_DEFINE)

static volatile int32_t kept[3];

static __attribute__((noinline)) void inside(int64_t v, sites_tell *tell)
{
	volatile uint16_t here = (uint16_t)v;

	SITE(4, inside, (int8_t)v, here, kept[1], (int64_t)-9);
	SITE(4, inside, v, (uint8_t)3, kept[2], here);
}

void sites_library(long round, sites_tell *tell)
{
	kept[1] = (int32_t)(-70000 - round);
	kept[2] = (int32_t)round;
	SITE(1, entry, round);
	inside(-2 - round, tell);
	if (SITES_ENABLED(guarded))
		SITE(2, guarded, round, "text");
}

void sites_library_semaphores(sites_semaphore *fn)
{
#define ONE(name) SITES_SEM_OF(fn, name);
	PROBES(ONE)
}
