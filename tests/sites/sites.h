/* SPDX-License-Identifier: MIT */
/*
 * sites.h - a probe made by <sys/sdt.h> whose program tells what it passed, and the probes' list.
 *
 * _SDT_HAS_SEMAPHORES: each has a semaphore.
 */
#ifndef SITES_H
#define SITES_H

#include <stdint.h>

/* no default: how the compiler may pass an argument is part of each site's test */
#define STAP_SDT_ARG_CONSTRAINT nor
#include <sys/sdt.h>

/* the arguments of a probe that has just fired, sign- or zero-extended as their types say */
typedef void sites_tell(const char *probe, unsigned n, const uint64_t *values);
/* a semaphore of a probe; address NULL: it has none */
typedef void sites_semaphore(const char *probe, const volatile unsigned short *address);

#define SITES_V1(a)	  (uint64_t)(a)
#define SITES_V2(a, ...)  (uint64_t)(a), SITES_V1(__VA_ARGS__)
#define SITES_V3(a, ...)  (uint64_t)(a), SITES_V2(__VA_ARGS__)
#define SITES_V4(a, ...)  (uint64_t)(a), SITES_V3(__VA_ARGS__)
#define SITES_V5(a, ...)  (uint64_t)(a), SITES_V4(__VA_ARGS__)
#define SITES_V6(a, ...)  (uint64_t)(a), SITES_V5(__VA_ARGS__)
#define SITES_V7(a, ...)  (uint64_t)(a), SITES_V6(__VA_ARGS__)
#define SITES_V8(a, ...)  (uint64_t)(a), SITES_V7(__VA_ARGS__)
#define SITES_V9(a, ...)  (uint64_t)(a), SITES_V8(__VA_ARGS__)
#define SITES_V10(a, ...) (uint64_t)(a), SITES_V9(__VA_ARGS__)
#define SITES_V11(a, ...) (uint64_t)(a), SITES_V10(__VA_ARGS__)
#define SITES_V12(a, ...) (uint64_t)(a), SITES_V11(__VA_ARGS__)
/* SITE(n, name, n arguments): the probe, and what it passed */
#define SITE(n, name, ...)                                                         \
	do {                                                                       \
		STAP_PROBE##n(SITES_PROVIDER, name, __VA_ARGS__);                  \
		SITES_TELL(#name, n, (const uint64_t[]){SITES_V##n(__VA_ARGS__)}); \
	} while (0)

#ifdef _SDT_HAS_SEMAPHORES
#define SITES_SEM__(provider, name) provider##_##name##_semaphore
#define SITES_SEM_(provider, name)  SITES_SEM__(provider, name)
#define SITES_SEM(name)		    SITES_SEM_(SITES_PROVIDER, name)
#define SITES_DEFINE(name)                 \
	__attribute__((section(".probes"), \
		visibility("hidden"))) volatile unsigned short SITES_SEM(name);
#define SITES_ENABLED(name)    (SITES_SEM(name) > 0)
#define SITES_SEM_OF(fn, name) fn(#name, &SITES_SEM(name))
#else
#define SITES_DEFINE(name)
#define SITES_ENABLED(name)    1
#define SITES_SEM_OF(fn, name) fn(#name, 0)
#endif

/* what the library has */
typedef void sites_library_fn(long round, sites_tell *tell);
typedef void sites_library_semaphores_fn(sites_semaphore *fn);
sites_library_fn sites_library;
sites_library_semaphores_fn sites_library_semaphores;

#endif
