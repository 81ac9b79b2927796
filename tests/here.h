/* SPDX-License-Identifier: MIT */
/*
 * here.h - USDT probes of the test program itself, provider "here".
 *
 *	plain    a i32, a pointer; no semaphore
 *	counted  a i32; with a semaphore
 *	spread   a i64 at three places: in a register, in memory, a constant (33); with a semaphore
 *	many     a i32 at twelve places, the same operand at each; with a semaphore
 *	each     at 120 places, which tell their number, from 10 on, as the second operand: a i64 of
 *	         a table, at another offset for each place; the number; a string
 *	odd      a number in a floating-point register, a i32
 */
#ifndef HERE_H
#define HERE_H

#include <stdint.h>

/* Has this CPU's probes; elsewhere the functions do nothing. */
#if defined(__x86_64__) || defined(__aarch64__)
#define HERE 1
#else
#define HERE 0
#endif

/* For a test that looks at them, and for one that attaches to them; with t.h. */
#define NEED_PROBES_HERE()                                            \
	do {                                                          \
		if (!HERE)                                            \
			T_SKIP("no probes are written for this CPU"); \
	} while (0)
#define NEED_HERE()                 \
	do {                        \
		T_NEED_ROOT();      \
		NEED_PROBES_HERE(); \
	} while (0)

#define HERE_SPREAD 33
#define HERE_MANY   12

#define HERE_EACH	120
#define HERE_EACH_FIRST 10 /* number of its first place ... */
#define HERE_EACH_AT	10 /* ... and bytes from one number to the next, in the table */

/* What a program under trace would look at. */
extern volatile uint16_t here_counted_semaphore, here_spread_semaphore, here_many_semaphore;

void here_plain(int value, const void *p);
void here_counted(int value);
/* at all three places: the value, one more, and the constant */
void here_spread(int64_t value);
/* at all twelve: value, value + 1 ... */
void here_many(int value);
void here_odd(int value);
/* at all 120; table: HERE_EACH_AT * (HERE_EACH_FIRST + HERE_EACH) bytes */
void here_each(const unsigned char *table, const char *text);

/* File offsets in /proc/self/exe: of counted's place, and of any address. */
uint64_t here_counted_offset(void);
uint64_t here_offset(const volatile void *p);

#endif
