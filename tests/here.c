// SPDX-License-Identifier: MIT
/*
 * here.c - USDT probes of the test program itself, their notes written by hand as the macros of
 * sys/sdt.h would: so a static test program in a virtual machine has them without that header.
 */
#include "here.h"

#include <check.h>
#include <stdio.h>

#define HERE_SEMAPHORE(name) \
	volatile uint16_t name __attribute__((section(".probes"), used, visibility("hidden")))

HERE_SEMAPHORE(here_counted_semaphore) = 0;
HERE_SEMAPHORE(here_spread_semaphore) = 0;
HERE_SEMAPHORE(here_many_semaphore) = 0;

#if HERE
/* The nop and its note; args is the text of the operands, semaphore a symbol or 0. */
#define HERE_NOTE(name, semaphore, args)                                        \
	"990: nop\n"                                                            \
	".pushsection .note.stapsdt,\"\",\"note\"\n"                            \
	".balign 4\n"                                                           \
	".4byte 992f-991f, 994f-993f, 3\n"                                      \
	"991: .asciz \"stapsdt\"\n"                                             \
	"992: .balign 4\n"                                                      \
	"993: .8byte 990b\n"                                                    \
	".8byte _.stapsdt.base\n"                                               \
	".8byte " semaphore "\n"                                                \
	".asciz \"here\"\n"                                                     \
	".asciz \"" name "\"\n"                                                 \
	".asciz \"" args "\"\n"                                                 \
	"994: .balign 4\n"                                                      \
	".popsection\n"                                                         \
	".ifndef _.stapsdt.base\n"                                              \
	".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n" \
	".weak _.stapsdt.base\n"                                                \
	".hidden _.stapsdt.base\n"                                              \
	"_.stapsdt.base: .space 1\n"                                            \
	".size _.stapsdt.base, 1\n"                                             \
	".popsection\n"                                                         \
	".endif\n"
#endif

/* Registers that the probes name; FIRST and SECOND are moved to before the nop. */
#if defined(__x86_64__)
#define HERE_MOVE     "mov %0, %%r8\nmov %1, %%r9\n"
#define HERE_FIRST    "-4@%%r8d"
#define HERE_FIRST8   "-8@%%r8"
#define HERE_SECOND   "8@%%r9"
#define HERE_MEMORY   "-8@8(%%r9)"
#define HERE_CONSTANT "-8@$33"
#define HERE_FLOAT    "8f@%%xmm0"
#define HERE_NTH(n)   "-8@" #n "0(%%r9) -4@$" #n " 8@%%r8"
#define HERE_CLOBBERS "r8", "r9"
#elif defined(__aarch64__)
#define HERE_MOVE     "mov x8, %0\nmov x9, %1\n"
#define HERE_FIRST    "-4@x8"
#define HERE_FIRST8   "-8@x8"
#define HERE_SECOND   "8@x9"
#define HERE_MEMORY   "-8@[x9, 8]"
#define HERE_CONSTANT "-8@33"
#define HERE_FLOAT    "8f@d0"
#define HERE_NTH(n)   "-8@[x9, " #n "0] -4@" #n " 8@x8"
#define HERE_CLOBBERS "x8", "x9"
#endif

#if HERE
#define HERE_PROBE(name, semaphore, args, first, second)            \
	__asm__ volatile(HERE_MOVE HERE_NOTE(name, semaphore, args) \
			 :                                          \
			 : "r"((int64_t)(first)), "r"((second))     \
			 : HERE_CLOBBERS, "memory")
#else
#define HERE_PROBE(name, semaphore, args, first, second) (void)(first), (void)(second)
#endif

__attribute__((noinline)) void here_plain(int value, const void *p)
{
	HERE_PROBE("plain", "0", HERE_FIRST " " HERE_SECOND, value, p);
}

__attribute__((noinline)) void here_counted(int value)
{
	HERE_PROBE("counted", "here_counted_semaphore", HERE_FIRST, value, &value);
}

__attribute__((noinline)) void here_spread(int64_t value)
{
	const int64_t more[2] = {0, value + 1};

	HERE_PROBE("spread", "here_spread_semaphore", HERE_FIRST8, value, more);
	HERE_PROBE("spread", "here_spread_semaphore", HERE_MEMORY, 0, more);
	HERE_PROBE("spread", "here_spread_semaphore", HERE_CONSTANT, 0, more);
}

#define HERE_ONE(i) HERE_PROBE("many", "here_many_semaphore", HERE_FIRST, value + (i), &value)

__attribute__((noinline)) void here_many(int value)
{
	HERE_ONE(0);
	HERE_ONE(1);
	HERE_ONE(2);
	HERE_ONE(3);
	HERE_ONE(4);
	HERE_ONE(5);
	HERE_ONE(6);
	HERE_ONE(7);
	HERE_ONE(8);
	HERE_ONE(9);
	HERE_ONE(10);
	HERE_ONE(11);
}

#define HERE_EACH_ONE(n) HERE_PROBE("each", "0", HERE_NTH(n), (uintptr_t)text, table)
#define HERE_EACH_TEN(n)             \
	do {                         \
		HERE_EACH_ONE(n##0); \
		HERE_EACH_ONE(n##1); \
		HERE_EACH_ONE(n##2); \
		HERE_EACH_ONE(n##3); \
		HERE_EACH_ONE(n##4); \
		HERE_EACH_ONE(n##5); \
		HERE_EACH_ONE(n##6); \
		HERE_EACH_ONE(n##7); \
		HERE_EACH_ONE(n##8); \
		HERE_EACH_ONE(n##9); \
	} while (0)

__attribute__((noinline)) void here_each(const unsigned char *table, const char *text)
{
	HERE_EACH_TEN(1);
	HERE_EACH_TEN(2);
	HERE_EACH_TEN(3);
	HERE_EACH_TEN(4);
	HERE_EACH_TEN(5);
	HERE_EACH_TEN(6);
	HERE_EACH_TEN(7);
	HERE_EACH_TEN(8);
	HERE_EACH_TEN(9);
	HERE_EACH_TEN(10);
	HERE_EACH_TEN(11);
	HERE_EACH_TEN(12);
}

__attribute__((noinline)) void here_odd(int value)
{
	HERE_PROBE("odd", "0", HERE_FLOAT " " HERE_FIRST, value, &value);
}

uint64_t here_offset(const volatile void *p)
{
	unsigned long long start, end, offset, found = 0;
	FILE *f = fopen("/proc/self/maps", "re");
	char line[4500];

	ck_assert_ptr_nonnull(f);
	while (!found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx-%llx %*s %llx", &start, &end, &offset) == 3 &&
			(uintptr_t)p >= start && (uintptr_t)p < end)
			found = (uintptr_t)p - start + offset;
	fclose(f);
	ck_assert_uint_ne(found, 0);
	return found;
}

uint64_t here_counted_offset(void)
{
	return here_offset((const void *)(uintptr_t)here_counted);
}
