// SPDX-License-Identifier: MIT
/*
 * sites.c - a program of probes for the live tests, with every kind of operand that a compiler
 * writes: it tells what it passes, so that what is read can be compared exactly.
 *
 * After "ready" it does what each letter on stdin says, tells lines, and ends with "done":
 *	f	fire every probe once (again: with other values): "NAME 0xVALUE ..."
 *	s	"NAME N": what the semaphores are now
 *	w	"NAME 0xOFFSET": where in its file each semaphore is
 *	t	fire "threaded" ten times in each of three threads, with 0 to 9
 *	k	fire "forked" with 1 in this process, and with 2 in a child
 *	d c	dlopen() and dlclose() the library of argv[1]
 *	l m x	what f, s and w are, of the library
 * SITES_LINKED: linked with the library; SITES_STATIC: there is none.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SITES_PROVIDER sites
#define SITES_TELL     tell
#include "sites.h"

#define NOINLINE __attribute__((noinline))
#define INLINE	 static inline __attribute__((always_inline))

#define PROBES(X)     \
	X(nothing)    \
	X(constants)  \
	X(registers)  \
	X(memory)     \
	X(fields)     \
	X(globals)    \
	X(indexed)    \
	X(scaled)     \
	X(per_thread) \
	X(segment)    \
	X(twelve)     \
	X(inlined)    \
	X(mixed)      \
	X(kinds)      \
	X(strings)    \
	X(floats)     \
	X(guarded)    \
	X(threaded)   \
	X(forked)

PROBES(SITES_DEFINE)

/* 0, which the compiler cannot know; and which round it is */
static volatile int64_t zero;
static int64_t now;

static void tell(const char *probe, unsigned n, const uint64_t *values)
{
	unsigned i;

	printf("%s", probe);
	for (i = 0; i < n; i++)
		printf(" 0x%llx", (unsigned long long)values[i]);
	putchar('\n');
}

/* ---- one kind of operand each ------------------------------------------------------------- */

static NOINLINE void nothing(void)
{
	STAP_PROBE(SITES_PROVIDER, nothing);
	tell("nothing", 0, NULL);
}

static NOINLINE void constants(void)
{
	SITE(9, constants, (int8_t)-5, (uint8_t)250, (int16_t)-300, (uint16_t)65000, -70000,
		4000000000u, (int64_t)(INT64_MIN + 1), UINT64_MAX - 1, 0);
}

/* each size and sign, with garbage above where the register is larger */
#undef STAP_SDT_ARG_CONSTRAINT
#define STAP_SDT_ARG_CONSTRAINT r
static NOINLINE void registers(int64_t a, int64_t b)
{
	SITE(8, registers, (int8_t)a, (uint8_t)a, (int16_t)a, (uint16_t)b, (int32_t)a, (uint32_t)b,
		a, (uint64_t)b);
}

#undef STAP_SDT_ARG_CONSTRAINT
#define STAP_SDT_ARG_CONSTRAINT m
static NOINLINE void memory(int64_t v)
{
	volatile int8_t s8 = (int8_t)v;
	volatile uint8_t u8 = (uint8_t)v;
	volatile int16_t s16 = (int16_t)v;
	volatile uint16_t u16 = (uint16_t)v;
	volatile int32_t s32 = (int32_t)v;
	volatile uint32_t u32 = (uint32_t)v;
	volatile int64_t s64 = v;
	volatile uint64_t u64 = (uint64_t)v;

	SITE(8, memory, s8, u8, s16, u16, s32, u32, s64, u64);
}

struct record {
	int8_t s8;
	uint16_t u16;
	int32_t s32;
	uint8_t pad[200];
	uint64_t u64;
};

static NOINLINE void fields(const struct record *r)
{
	SITE(5, fields, r->s8, r->u16, r->s32, r->u64, r[-1].s32);
}

/* those of a file, with names that others cannot see, and those of a program */
static volatile int16_t hidden[4] = {-1, -2, -3, -4};
static volatile struct record inner;
volatile uint32_t sites_seen[8];
volatile int64_t sites_alone;
static NOINLINE void globals(int64_t v)
{
	hidden[0] = (int16_t)v;
	inner.u64 = (uint64_t)v * 3;
	sites_seen[5] = (uint32_t)v;
	sites_alone = -v;
	SITE(5, globals, hidden[0], hidden[3], inner.u64, sites_seen[5], sites_alone);
}

/* elements of arrays, by addresses that compilers may or may not compute before */
static NOINLINE void indexed(
	const int8_t *a, const uint16_t *b, const int32_t *c, const uint64_t *d, unsigned long i)
{
	SITE(5, indexed, a[i], b[i], c[i], d[i], d[i + 2]);
}

/* ... and by base and index, with each scale: written by hand, since compilers take turns */
static NOINLINE void scaled(
	const int8_t *a, const uint16_t *b, const int32_t *c, const uint64_t *d, unsigned long i)
{
	uint64_t values[] = {SITES_V5(a[i], b[i], c[i], d[i], d[i + 2])};

#if defined(__x86_64__)
	/* clang-format off */
	__asm__ volatile(STAP_PROBE_ASM(sites, scaled,
		-1@(%[a],%[i]) 2@(%[b],%[i],2) -4@0(%[c],%[i],4) 8@(%[d],%[i],8) 8@16(%[d],%[i],8))
		:: [a] "r" (a), [b] "r" (b), [c] "r" (c), [d] "r" (d), [i] "r" (i));
	/* clang-format on */
#else
	STAP_PROBE5(SITES_PROVIDER, scaled, a[i], b[i], c[i], d[i], d[i + 2]);
#endif
	tell("scaled", 5, values);
}

static __thread int32_t own;
static __thread uint64_t owns[3];
static NOINLINE void per_thread(int64_t v)
{
	own = (int32_t)v;
	owns[2] = (uint64_t)v;
	__asm__ volatile("" ::: "memory");
	SITE(2, per_thread, own, owns[2]);
}

/* the first words of what the thread's register points to; not with clang's other spelling */
#if defined(__x86_64__) && !defined(__clang__)
static NOINLINE void segment(void)
{
	SITE(2, segment, *(const uint64_t __seg_fs *)16, *(const uint32_t __seg_fs *)20);
}
#else
static NOINLINE void segment(void)
{
	SITE(2, segment, now, zero);
}
#endif

#undef STAP_SDT_ARG_CONSTRAINT
#define STAP_SDT_ARG_CONSTRAINT nor
static NOINLINE void twelve(
	int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f, int64_t g, uint64_t h)
{
	volatile int16_t i = (int16_t)(c - 1);

	SITE(12, twelve, a, b, c, d, e, f, g, h, i, hidden[1], (int8_t)-128, UINT64_MAX);
}

/* one probe at several places, inlined, each with other operands */
INLINE void inlined(int place, int64_t v)
{
	SITE(2, inlined, place, v);
}
static NOINLINE void inlined_more(int place, int64_t v, const struct record *r)
{
	inlined(place, v * 2);
	inlined(4, (int64_t)r->u64);
}
static NOINLINE void inlined_all(int64_t v)
{
	struct record r = {.u64 = (uint64_t)v + 1};
	volatile int64_t there = v + 2;

	inlined(1, -1);
	inlined(2, v);
	inlined_more(3, v, &r);
	inlined(5, there);
	inlined(6, sites_alone);
}

/* ... and of other sizes */
static NOINLINE void mixed(int64_t v)
{
	SITE(2, mixed, (int8_t)v, 1);
	SITE(2, mixed, (uint16_t)v, (uint8_t)2);
	SITE(2, mixed, v, (int64_t)-3);
	SITE(2, mixed, sites_seen[5], (uint32_t)v);
}

enum colour { RED, GREEN = 7 };
static NOINLINE void kinds(bool yes, enum colour c, const void *p)
{
	static const char text[] = "an array";
	char letter = (char)('a' + zero);

	SITE(5, kinds, yes, c, p, text, letter);
}

static NOINLINE void strings(const char *name, long n)
{
	SITE(2, strings, name, n);
}

/* only the second can be read; by hand, since clang puts both into registers of such numbers */
static NOINLINE void floats(double d, long n)
{
#if defined(__x86_64__)
	/* clang-format off */
	__asm__ volatile(STAP_PROBE_ASM(sites, floats, 8f@%[d] -8@%[n]) :: [d] "x" (d), [n] "r" (n));
#elif defined(__aarch64__)
	__asm__ volatile(STAP_PROBE_ASM(sites, floats, 8f@%[d] -8@%[n]) :: [d] "w" (d), [n] "r" (n));
	/* clang-format on */
#else
	STAP_PROBE2(SITES_PROVIDER, floats, d, n);
#endif
	tell("floats", 1, (const uint64_t[]){(uint64_t)n});
}

/* as programs do that ask whether somebody looks */
static NOINLINE void guarded(int64_t v)
{
	if (SITES_ENABLED(guarded))
		SITE(1, guarded, v);
}

static void fire(void)
{
	int64_t v = zero - 0x1122334455667788 + now * 0x0101010101010101;
	static const int8_t a[] = {1, -2, 3, -4};
	static const uint16_t b[] = {1, 65000, 3, 4};
	static const int32_t c[] = {1, -70000, 3, 4};
	static const uint64_t d[] = {1, UINT64_MAX - 2, 3, 1ull << 63};
	struct record r[2] = {{.s32 = -2}, {-7, 65530, -70001, {0}, (uint64_t)v}};
	char name[32];

	snprintf(name, sizeof(name), "round %d", (int)now);
	nothing();
	constants();
	registers(v, ~v);
	memory(v);
	fields(&r[1]);
	globals(v);
	indexed(a, b, c, d, (unsigned long)(zero + 1));
	scaled(a, b, c, d, (unsigned long)(zero + 1));
	per_thread(v);
	segment();
	twelve((int8_t)v, (uint8_t)v, (int16_t)v, (uint16_t)v, (int32_t)v, (uint32_t)v, v,
		(uint64_t)v);
	inlined_all(v);
	mixed(v);
	kinds(now & 1, now & 1 ? GREEN : RED, &now);
	strings(name, (long)now);
	floats((double)now, (long)now);
	guarded(v);
	now++;
}

/* ---- in other threads, in another process -------------------------------------------------- */

static NOINLINE void threaded(long i)
{
	STAP_PROBE1(SITES_PROVIDER, threaded, i);
}

static void *ten(void *p)
{
	long i;

	for (i = 0; i < 10; i++)
		threaded(i);
	return p;
}

static void threads(void)
{
	pthread_t t[3];
	int i;

	for (i = 0; i < 3; i++)
		if (pthread_create(&t[i], NULL, ten, NULL))
			_exit(3);
	for (i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
}

static NOINLINE void forked(long which)
{
	STAP_PROBE1(SITES_PROVIDER, forked, which);
}

static void child(void)
{
	pid_t pid;

	fflush(stdout);
	forked(1 + (long)zero);
	pid = fork();
	if (!pid) {
		forked(2 + (long)zero);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* ---- semaphores ----------------------------------------------------------------------------- */

static void semaphore(const char *name, const volatile unsigned short *address)
{
	if (address)
		printf("%s %u\n", name, *address);
}

/* The file offset of what is at an address of this process. */
static void where(const char *name, const volatile unsigned short *address)
{
	unsigned long at = (unsigned long)address, start, end, offset;
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];

	while (f && address && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 && at >= start &&
			at < end)
			printf("%s 0x%lx\n", name, at - start + offset);
	if (f)
		fclose(f);
}

static void each(sites_semaphore *fn)
{
#define ONE(name) SITES_SEM_OF(fn, name);
	PROBES(ONE)
}

/* ---- the library ---------------------------------------------------------------------------- */

struct library {
	void *handle;
	sites_library_fn *fire;
	sites_library_semaphores_fn *each;
};

static void library_open(struct library *l, const char *path)
{
#if defined(SITES_LINKED)
	(void)path;
	l->fire = sites_library;
	l->each = sites_library_semaphores;
#elif !defined(SITES_STATIC)
	l->handle = dlopen(path, RTLD_NOW);
	if (!l->handle) {
		puts(dlerror());
		return;
	}
	*(void **)&l->fire = dlsym(l->handle, "sites_library");
	*(void **)&l->each = dlsym(l->handle, "sites_library_semaphores");
#else
	(void)l;
	puts(path);
#endif
}

static void library_close(struct library *l)
{
#if !defined(SITES_LINKED) && !defined(SITES_STATIC)
	dlclose(l->handle);
#endif
	memset(l, 0, sizeof(*l));
}

int main(int argc, char **argv)
{
	struct library l = {NULL, NULL, NULL};
	char c;

#ifdef SITES_LINKED
	library_open(&l, NULL);
#endif
	puts("ready");
	fflush(stdout);
	while (read(0, &c, 1) == 1) {
		switch (c) {
		case 'f': fire(); break;
		case 's': each(semaphore); break;
		case 'w': each(where); break;
		case 't': threads(); break;
		case 'k': child(); break;
		case 'd': library_open(&l, argc > 1 ? argv[1] : ""); break;
		case 'c': library_close(&l); break;
		case 'l': l.fire(now++, tell); break;
		case 'm': l.each(semaphore); break;
		case 'x': l.each(where); break;
		}
		puts("done");
		fflush(stdout);
	}
	return 0;
}
