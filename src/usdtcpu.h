/* SPDX-License-Identifier: MIT */
/* usdtcpu.h - the registers that operands of USDT probes name, of each CPU. */
#ifndef USDTCPU_H
#define USDTCPU_H

#include <stdbool.h>
#include <stddef.h>

struct usdtcpu {
	unsigned machine; /* EM_* */
	int word;	  /* bytes of a general register */
	const char *regs;
};

/* NULL: its operands are not known */
const struct usdtcpu *usdtcpu_find(unsigned machine);
/* Bytes of the register of that name, without its mark; 0: it has none. */
int usdtcpu_reg_size(const struct usdtcpu *cpu, const char *name, size_t n);
/* Where registers have no mark, a name in the form of one ("x31") is no symbol. */
bool usdtcpu_like_reg(const struct usdtcpu *cpu, const char *name, size_t n);

#endif
