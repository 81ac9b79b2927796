/* SPDX-License-Identifier: MIT */
/* operand.h - what comes after parsing: the operands of a probe as code, for every CPU. */
#ifndef OPERAND_H
#define OPERAND_H

#include "arch.h"
#include "fuzz.h"
#include "rawbpf.h"
#include "usdtcode.h"

enum {
	OPERAND_SLOT = -24,
	OPERAND_CTX = 512, /* bytes of the largest pt_regs, and more */
	OPERAND_FP = 10,
};

/* Every name but those with a 'z' is a symbol. */
static inline int operand_symbol(void *arg, const char *name, uint64_t *value)
{
	(void)arg;
	*value = 0x1000 * strlen(name) + (unsigned char)name[0];
	return strchr(name, 'z') ? -2 : 0;
}

static inline int operand_tls(void *arg, const char *name, int64_t *offset)
{
	(void)arg;
	*offset = -(int64_t)(8 * strlen(name));
	return strchr(name, 'z') ? -2 : 0;
}

static inline unsigned operand_dst(const struct rawbpf_insn *i)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return i->regs & 15;
#else
	return i->regs >> 4;
#endif
}

static inline unsigned operand_src(const struct rawbpf_insn *i)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return i->regs >> 4;
#else
	return i->regs & 15;
#endif
}

/* The bytes at r10 + off are the slot's. */
static inline void operand_check_slot(int off, unsigned size)
{
	FUZZ_CHECK(off >= OPERAND_SLOT && off + (int)size <= OPERAND_SLOT + 8);
}

/* of a load or store */
static inline unsigned operand_size(const struct rawbpf_insn *i)
{
	switch (i->code & 0x18) {
	case 0x00: return 4;
	case 0x08: return 2;
	case 0x10: return 1;
	default: return 8;
	}
}

/*
 * No jump, no write but to registers and the slot, no read but of that, the context and the task.
 * *at: where in the stack r1 points to, for the helper that writes there.
 */
static inline void operand_check_insn(const struct rawbpf_insn *i, int *at)
{
	unsigned dst = operand_dst(i), src = operand_src(i);

	FUZZ_CHECK(dst <= 10 && src <= 10);
	switch (i->code & 7) {
	case 1: /* ldx */
		FUZZ_CHECK(dst < OPERAND_FP);
		if (src == OPERAND_FP)
			operand_check_slot(i->off, operand_size(i));
		FUZZ_CHECK(src != 1 || (i->off >= 0 && i->off < OPERAND_CTX));
		break;
	case 2: /* st, stx */
	case 3:
		FUZZ_CHECK(dst == OPERAND_FP && !i->imm);
		operand_check_slot(i->off, operand_size(i));
		break;
	case 5: FUZZ_CHECK(i->code == 0x85 && !src && i->imm > 0 && i->imm < 256); break;
	case 7:
		FUZZ_CHECK(dst < OPERAND_FP);
		if (i->code == 0x07 && dst == 1)
			*at = i->imm;
		if (i->code == 0xb7 && dst == 2) {
			FUZZ_CHECK(i->imm > 0 && i->imm <= 8);
			operand_check_slot(*at, (unsigned)i->imm);
		}
		break;
	default: FUZZ_CHECK(i->code == 0x18 && dst < OPERAND_FP && !src);
	}
}

static inline void operand_check_code(const struct arch *a, const struct usdtcode_op *op)
{
	struct rawbpf_insn insns[USDTCODE_MAX];
	uint32_t n = usdtcode_emit(a, op, OPERAND_SLOT, insns), i;
	int at = 0;

	FUZZ_CHECK(n > 0 && n <= USDTCODE_MAX);
	for (i = 0; i < n; i++) {
		operand_check_insn(&insns[i], &at);
		if (insns[i].code != 0x18)
			continue;
		i++;
		FUZZ_CHECK(i < n && !insns[i].code && !insns[i].regs && !insns[i].off);
	}
}

static inline unsigned operand_count(const char *args)
{
	char operand[1];
	unsigned n = 0;

	while (rawbpf_usdt_next_arg(&args, operand, sizeof(operand)))
		n++;
	return n;
}

/* Every operand of args, twelve at most, and the one behind the last, on every CPU. */
static inline void operand_use_all(const struct usdtcode_site *s, const char *args)
{
	struct usdtcode_op op;
	struct rawbpf_error e;
	const struct arch *a;
	unsigned n, count = operand_count(args);
	size_t i;
	int err;

	for (i = 0; (a = arch_at(i)); i++)
		for (n = 1; n <= count + 1 && n <= 13; n++) {
			err = usdtcode_resolve(a, s, args, n, &op, &e);
			if (!err) {
				FUZZ_CHECK(n <= count);
				operand_check_code(a, &op);
				continue;
			}
			FUZZ_CHECK(e.err == err && *e.msg);
			fuzz_string(e.log);
			/* a file of another CPU */
			if (err == -8)
				break;
		}
}

#endif
