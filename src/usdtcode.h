/* SPDX-License-Identifier: MIT */
/* usdtcode.h - an operand of a USDT probe as instructions of a BPF program. */
#ifndef USDTCODE_H
#define USDTCODE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "err.h"
#include "rawbpf_sys.h"

/* Where a probe is, and what its operands' text does not say; usdtsym.h has who knows it. */
struct usdtcode_site {
	unsigned machine; /* of the probed file */
	uint8_t bits;	  /* 32 or 64 */
	bool big_endian;
	uint64_t pc; /* address of the probe as the file is linked */
	/* 0 and the symbol's address as the file is linked, else a negative errno; NULL: unknown */
	int (*symbol)(void *arg, const char *name, uint64_t *value);
	/* the same for the place where the dynamic linker puts the symbol's address */
	int (*slot)(void *arg, const char *name, uint64_t *value);
	/* the same for a variable of each thread: bytes from the thread pointer */
	int (*tls)(void *arg, const char *name, int64_t *offset);
	void *arg;
	/* bytes from the start of task_struct to thread.fsbase and thread.gsbase; <= 0: unknown */
	int64_t fsbase, gsbase;
};

/* A register, or the part of it that counts. */
struct usdtcode_reg {
	uint16_t off; /* in pt_regs */
	uint8_t size; /* bytes; 0: there is none */
	bool is_signed;
};

/* An operand as it is read: plain data, so those of equal bytes give equal code. */
struct usdtcode_op {
	int64_t val;   /* constant, or what is added to the address */
	int32_t task;  /* bytes into task_struct of what is added, too; 0: nothing */
	uint8_t kind;  /* enum rawbpf_arg_kind */
	uint8_t size;  /* bytes of the value */
	uint8_t shift; /* of the index */
	uint8_t bits;  /* of an address */
	struct usdtcode_reg base, index, ip;
	bool is_signed;
};

/*
 * Operand n (from 1) of a probe's args for a program on CPU a.  Returns 0, or with the operand, a
 * caret below it (as the log) and the reason: -ENOENT (so many it does not have; no such symbol),
 * -EADDRNOTAVAIL (several of that name), -EOPNOTSUPP (no program can read it), -ENODATA (the
 * kernel's BTF is wanted), -ENOEXEC (a file for another CPU), or an error of
 * rawbpf_usdt_parse_arg().
 */
int usdtcode_resolve(const struct arch *a, const struct usdtcode_site *s, const char *args,
	unsigned n, struct usdtcode_op *op, struct rawbpf_error *e);

enum { USDTCODE_MAX = 64 }; /* instructions of one operand at most */

/*
 * The instructions of an operand: in, r1 is the context; out, r0 is the value as 64 bits, 0 where
 * its memory cannot be read.  r1 to r5 are lost, and so are the 8 bytes at r10 + slot.  How many.
 */
uint32_t usdtcode_emit(
	const struct arch *a, const struct usdtcode_op *op, int32_t slot, struct rawbpf_insn *out);

#endif
