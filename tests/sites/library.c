// SPDX-License-Identifier: MIT
/* library.c - probes in a shared library; see sites.c. */
#include <stddef.h>

#define SITES_PROVIDER siteslib
#define SITES_TELL     tell
#include "sites.h"

#define PROBES(X)  \
	X(entry)   \
	X(inside)  \
	X(guarded) \
	X(linked)

PROBES(SITES_DEFINE)

static volatile int32_t kept[3];

/* what other files may define as well, so that its address is the dynamic linker's */
extern const char sites_library_text[];
const char sites_library_text[] = "of the library";

static __attribute__((noinline)) void inside(int64_t v, sites_tell *tell)
{
	volatile uint16_t here = (uint16_t)v;

	SITE(4, inside, (int8_t)v, here, kept[1], (int64_t)-9);
	SITE(4, inside, v, (uint8_t)3, kept[2], here);
}

/* apart from the probe, for which the addresses would be in registers else */
static __attribute__((noinline)) void tell_linked(long round, sites_tell *tell)
{
	const uint64_t v[] = {
		(uint64_t)round, (uint64_t)sites_library_text, (uint64_t)sites_library_semaphores};

	tell("linked", 3, v);
}

static __attribute__((noinline)) void linked(long round, sites_tell *tell)
{
	STAP_PROBE3(SITES_PROVIDER, linked, round, sites_library_text, sites_library_semaphores);
	tell_linked(round, tell);
}

void sites_library(long round, sites_tell *tell)
{
	kept[1] = (int32_t)(-70000 - round);
	kept[2] = (int32_t)round;
	SITE(1, entry, round);
	inside(-2 - round, tell);
	linked(round, tell);
	if (SITES_ENABLED(guarded))
		SITE(2, guarded, round, "text");
}

void sites_library_semaphores(sites_semaphore *fn)
{
#define ONE(name) SITES_SEM_OF(fn, name);
	PROBES(ONE)
}
