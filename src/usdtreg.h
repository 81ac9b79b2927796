/* SPDX-License-Identifier: MIT */
/* usdtreg.h - a register as the operand of a USDT probe calls it, to its place in pt_regs. */
#ifndef USDTREG_H
#define USDTREG_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "machine.h"

enum usdtreg_kind {
	USDTREG_GENERAL,
	USDTREG_ZERO,	/* reads as 0 */
	USDTREG_FLOAT,	/* these pt_regs does not have */
	USDTREG_MASK,	/* x86 */
	USDTREG_ACCESS, /* s390 */
};

struct usdtreg {
	enum usdtreg_kind kind;
	uint16_t off; /* of the register's word in pt_regs */
	uint8_t at;   /* bytes from the word's low end: ah is at 1 */
	uint8_t size; /* bytes that the name means */
};

/* Does a kernel for this CPU run programs of this machine? */
bool usdtreg_runs(const struct arch *a, unsigned machine);
/*
 * A register by the name that rawbpf_usdt_parse_arg() gives, in a program of this machine with
 * addresses of 32 or 64 bits under a kernel for CPU a.  false: there is none.
 */
bool usdtreg_find(
	const struct arch *a, unsigned machine, unsigned bits, const char *name, struct usdtreg *r);

#endif
