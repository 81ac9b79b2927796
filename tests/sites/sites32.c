// SPDX-License-Identifier: MIT
/*
 * sites32.c - probes of a 32-bit x86 program, without a C library, since few machines have one of
 * 32 bits.  It does what the letters f and s say, as sites.c does.
 */
#include <stddef.h>

#define SITES_PROVIDER sites
#define SITES_TELL     tell
#include "sites.h"

#define NOINLINE __attribute__((noinline))
#define PROBES(X)    \
	X(constants) \
	X(registers) \
	X(memory)    \
	X(globals)   \
	X(mixed)     \
	X(guarded)

PROBES(SITES_DEFINE)

static int call(int nr, int fd, const void *p, unsigned n)
{
	int ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(fd), "c"(p), "d"(n) : "memory");
	return ret;
}

static void put(const char *text)
{
	unsigned n = 0;

	while (text[n])
		n++;
	call(4, 1, text, n);
}

static void put_hex(uint64_t v)
{
	char text[20];
	int i = sizeof(text) - 1;

	text[i] = '\0';
	do {
		text[--i] = "0123456789abcdef"[v & 15];
		v >>= 4;
	} while (v);
	text[--i] = 'x';
	text[--i] = '0';
	put(text + i);
}

static void tell(const char *probe, unsigned n, const uint64_t *values)
{
	unsigned i;

	put(probe);
	for (i = 0; i < n; i++) {
		put(" ");
		put_hex(values[i]);
	}
	put("\n");
}

static volatile uint32_t zero;
static int32_t now;

static NOINLINE void constants(void)
{
	SITE(7, constants, (int8_t)-5, (uint8_t)250, (int16_t)-300, (uint16_t)65000, -70000,
		4000000000u, 0);
}

#undef STAP_SDT_ARG_CONSTRAINT
#define STAP_SDT_ARG_CONSTRAINT q
static NOINLINE void registers(int32_t a, uint32_t b)
{
	SITE(3, registers, (int8_t)a, (uint16_t)b, a);
	SITE(3, registers, (uint8_t)a, (int16_t)b, b);
}

#undef STAP_SDT_ARG_CONSTRAINT
#define STAP_SDT_ARG_CONSTRAINT m
static NOINLINE void memory(int32_t v)
{
	volatile int8_t s8 = (int8_t)v;
	volatile uint16_t u16 = (uint16_t)v;
	volatile int32_t s32 = v;
	volatile uint32_t u32 = (uint32_t)v;
	volatile int64_t s64 = v;
	volatile uint64_t u64 = (uint64_t)(uint32_t)v << 20;

	SITE(6, memory, s8, u16, s32, u32, s64, u64);
}

static volatile int16_t hidden[4] = {-1, -2, -3, -4};
static volatile uint64_t large;
static NOINLINE void globals(int32_t v)
{
	hidden[1] = (int16_t)v;
	large = (uint64_t)(int64_t)v;
	SITE(3, globals, hidden[1], hidden[3], large);
}

#undef STAP_SDT_ARG_CONSTRAINT
#define STAP_SDT_ARG_CONSTRAINT nor
static NOINLINE void mixed(int32_t v, const int32_t *p, uint32_t i)
{
	SITE(3, mixed, v, p[i], (int8_t)7);
	SITE(3, mixed, (uint16_t)v, hidden[i], -1);
}

static NOINLINE void guarded(int32_t v)
{
	if (SITES_ENABLED(guarded))
		SITE(1, guarded, v);
}

static void fire(void)
{
	int32_t v = (int32_t)(zero + 0x88998878u) + now * 0x01010101, some[] = {1, -70000, v};

	constants();
	registers(v, ~(uint32_t)v);
	memory(v);
	globals(v);
	mixed(v, some, zero + 1);
	guarded(v);
	now++;
}

static void semaphore(const char *name, const volatile unsigned short *address)
{
	uint64_t v = *address;

	tell(name, 1, &v);
}

__attribute__((used, noreturn)) void _start(void);
void _start(void)
{
	char c = 0;

	put("ready\n");
	while (call(3, 0, &c, 1) == 1) {
		if (c == 'f')
			fire();
#define ONE(name) SITES_SEM_OF(semaphore, name);
		if (c == 's') {
			PROBES(ONE)
		}
		put("done\n");
	}
	call(1, 0, NULL, 0);
	__builtin_unreachable();
}
