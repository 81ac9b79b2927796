// SPDX-License-Identifier: MIT
/*
 * usdtreg.c - a register as the operand of a USDT probe calls it, to its place in pt_regs.
 *
 * arch.c knows pt_regs by the kernel's names, one for each word.  Assemblers have more: a name for
 * each part of an x86 register, and two sets of names where the calling convention gives its own.
 * The latter are runs of numbers ("a0" to "a7" are registers 4 to 11), so each CPU is a few rows.
 *
 * A program of 32 bits under a kernel of 64 finds its registers in the low halves of the kernel's;
 * arm's r0 to r14 are arm64's x0 to x14.
 */
#include "usdtreg.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define USDTREG_ALONE 255 /* a name without a number */

struct usdtreg_row {
	uint16_t machine;
	const char *prefix;
	uint8_t from, to; /* number behind the prefix */
	uint8_t first;	  /* register of the first */
	enum usdtreg_kind kind;
	uint8_t bits; /* of programs that have the name; 0: all */
	uint8_t size; /* bytes; 0: those of a word */
};

#define USDTREG_RUN(machine, prefix, from, to, first)                   \
	{                                                               \
		machine, prefix, from, to, first, USDTREG_GENERAL, 0, 0 \
	}
#define USDTREG_NAME(machine, name, reg)                                                \
	{                                                                               \
		machine, name, USDTREG_ALONE, USDTREG_ALONE, reg, USDTREG_GENERAL, 0, 0 \
	}
#define USDTREG_NONE(machine, prefix, kind)           \
	{                                             \
		machine, prefix, 0, 63, 0, kind, 0, 0 \
	}
#define USDTREG_NULL(machine, name)                                                \
	{                                                                          \
		machine, name, USDTREG_ALONE, USDTREG_ALONE, 0, USDTREG_ZERO, 0, 0 \
	}

static const struct usdtreg_row usdtreg_rows[] = {
	USDTREG_RUN(MACHINE_AARCH64, "x", 0, 30, 0),
	{MACHINE_AARCH64, "w", 0, 30, 0, USDTREG_GENERAL, 0, 4},
	USDTREG_NAME(MACHINE_AARCH64, "fp", 29),
	USDTREG_NAME(MACHINE_AARCH64, "lr", 30),
	USDTREG_NAME(MACHINE_AARCH64, "sp", 31),
	{MACHINE_AARCH64, "wsp", USDTREG_ALONE, USDTREG_ALONE, 31, USDTREG_GENERAL, 0, 4},
	USDTREG_NULL(MACHINE_AARCH64, "xzr"),
	USDTREG_NULL(MACHINE_AARCH64, "wzr"),
	USDTREG_NONE(MACHINE_AARCH64, "v", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_AARCH64, "q", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_AARCH64, "d", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_AARCH64, "s", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_AARCH64, "h", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_AARCH64, "b", USDTREG_FLOAT),

	USDTREG_RUN(MACHINE_ARM, "r", 0, 15, 0),
	USDTREG_RUN(MACHINE_ARM, "a", 1, 4, 0),
	USDTREG_RUN(MACHINE_ARM, "v", 1, 8, 4),
	USDTREG_NAME(MACHINE_ARM, "sb", 9),
	USDTREG_NAME(MACHINE_ARM, "sl", 10),
	USDTREG_NAME(MACHINE_ARM, "fp", 11),
	USDTREG_NAME(MACHINE_ARM, "ip", 12),
	USDTREG_NAME(MACHINE_ARM, "sp", 13),
	USDTREG_NAME(MACHINE_ARM, "lr", 14),
	USDTREG_NAME(MACHINE_ARM, "pc", 15),
	USDTREG_NONE(MACHINE_ARM, "s", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_ARM, "d", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_ARM, "q", USDTREG_FLOAT),

	USDTREG_RUN(MACHINE_PPC, "", 0, 31, 0),
	USDTREG_RUN(MACHINE_PPC, "r", 0, 31, 0),
	USDTREG_NONE(MACHINE_PPC, "f", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_PPC, "fr", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_PPC, "v", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_PPC, "vs", USDTREG_FLOAT),

	USDTREG_RUN(MACHINE_S390, "r", 0, 15, 0),
	USDTREG_NONE(MACHINE_S390, "f", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_S390, "v", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_S390, "a", USDTREG_ACCESS),

	USDTREG_NULL(MACHINE_RISCV, "x0"),
	USDTREG_NULL(MACHINE_RISCV, "zero"),
	USDTREG_RUN(MACHINE_RISCV, "x", 1, 31, 1),
	USDTREG_NAME(MACHINE_RISCV, "ra", 1),
	USDTREG_NAME(MACHINE_RISCV, "sp", 2),
	USDTREG_NAME(MACHINE_RISCV, "gp", 3),
	USDTREG_NAME(MACHINE_RISCV, "tp", 4),
	USDTREG_RUN(MACHINE_RISCV, "t", 0, 2, 5),
	USDTREG_RUN(MACHINE_RISCV, "t", 3, 6, 28),
	USDTREG_NAME(MACHINE_RISCV, "fp", 8),
	USDTREG_RUN(MACHINE_RISCV, "s", 0, 1, 8),
	USDTREG_RUN(MACHINE_RISCV, "s", 2, 11, 18),
	USDTREG_RUN(MACHINE_RISCV, "a", 0, 7, 10),
	USDTREG_NAME(MACHINE_RISCV, "pc", 0),
	USDTREG_NONE(MACHINE_RISCV, "f", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_RISCV, "ft", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_RISCV, "fs", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_RISCV, "fa", USDTREG_FLOAT),

	USDTREG_NULL(MACHINE_MIPS, "0"),
	USDTREG_NULL(MACHINE_MIPS, "zero"),
	USDTREG_RUN(MACHINE_MIPS, "", 1, 31, 1),
	USDTREG_NAME(MACHINE_MIPS, "at", 1),
	USDTREG_RUN(MACHINE_MIPS, "v", 0, 1, 2),
	USDTREG_RUN(MACHINE_MIPS, "a", 0, 7, 4),
	/* eight arguments come in registers there, and leave only four names to "t" */
	{MACHINE_MIPS, "t", 0, 3, 12, USDTREG_GENERAL, 64, 0},
	{MACHINE_MIPS, "t", 0, 7, 8, USDTREG_GENERAL, 32, 0},
	USDTREG_RUN(MACHINE_MIPS, "t", 8, 9, 24),
	USDTREG_RUN(MACHINE_MIPS, "s", 0, 7, 16),
	USDTREG_RUN(MACHINE_MIPS, "s", 8, 8, 30),
	USDTREG_RUN(MACHINE_MIPS, "k", 0, 1, 26),
	USDTREG_NAME(MACHINE_MIPS, "gp", 28),
	USDTREG_NAME(MACHINE_MIPS, "sp", 29),
	USDTREG_NAME(MACHINE_MIPS, "fp", 30),
	USDTREG_NAME(MACHINE_MIPS, "ra", 31),
	USDTREG_NONE(MACHINE_MIPS, "f", USDTREG_FLOAT),

	USDTREG_NULL(MACHINE_LOONGARCH, "r0"),
	USDTREG_NULL(MACHINE_LOONGARCH, "zero"),
	USDTREG_RUN(MACHINE_LOONGARCH, "r", 1, 31, 1),
	USDTREG_NAME(MACHINE_LOONGARCH, "ra", 1),
	USDTREG_NAME(MACHINE_LOONGARCH, "tp", 2),
	USDTREG_NAME(MACHINE_LOONGARCH, "sp", 3),
	USDTREG_RUN(MACHINE_LOONGARCH, "a", 0, 7, 4),
	USDTREG_RUN(MACHINE_LOONGARCH, "t", 0, 8, 12),
	USDTREG_NAME(MACHINE_LOONGARCH, "fp", 22),
	USDTREG_RUN(MACHINE_LOONGARCH, "s", 9, 9, 22),
	USDTREG_RUN(MACHINE_LOONGARCH, "s", 0, 8, 23),
	USDTREG_NONE(MACHINE_LOONGARCH, "f", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_LOONGARCH, "fa", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_LOONGARCH, "ft", USDTREG_FLOAT),
	USDTREG_NONE(MACHINE_LOONGARCH, "fs", USDTREG_FLOAT),
};

/* The number behind a row's prefix; -1: another name. */
static int usdtreg_number(const struct usdtreg_row *row, const char *name)
{
	size_t n = strlen(row->prefix);
	unsigned v = 0;

	if (strncmp(name, row->prefix, n))
		return -1;
	name += n;
	if (row->from == USDTREG_ALONE)
		return *name ? -1 : USDTREG_ALONE;
	for (n = 0; isdigit((unsigned char)name[n]) && n < 2; n++)
		v = v * 10 + (unsigned)(name[n] - '0');
	return n && !name[n] && v >= row->from && v <= row->to ? (int)v : -1;
}

/* The kernel's name of a register's word. */
static void usdtreg_kernel_name(
	const struct arch *a, unsigned machine, unsigned reg, char *out, size_t size)
{
	static const char *const riscv[] = {"pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0",
		"s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6",
		"s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

	if (machine == MACHINE_RISCV)
		snprintf(out, size, "%s", riscv[reg & 31]);
	else if (a->machine != MACHINE_AARCH64)
		snprintf(out, size, "r%u", reg);
	else if (reg == 31)
		snprintf(out, size, "sp");
	else if (reg == 15 && machine == MACHINE_ARM)
		snprintf(out, size, "pc");
	else
		snprintf(out, size, "x%u", reg);
}

static bool usdtreg_place(const struct arch *a, const char *kernel_name, struct usdtreg *r)
{
	uint64_t off;

	if (arch_reg(a, kernel_name, &off))
		return false;
	r->off = (uint16_t)off;
	return true;
}

static bool usdtreg_by_row(
	const struct arch *a, unsigned machine, unsigned bits, const char *name, struct usdtreg *r)
{
	unsigned rows = machine == MACHINE_PPC64 ? MACHINE_PPC : machine;
	const struct usdtreg_row *row, *end;
	char kernel_name[8];
	int n;

	end = usdtreg_rows + sizeof(usdtreg_rows) / sizeof(*usdtreg_rows);
	for (row = usdtreg_rows; row < end; row++) {
		if (row->machine != rows || (row->bits && row->bits != bits))
			continue;
		n = usdtreg_number(row, name);
		if (n < 0)
			continue;
		r->kind = row->kind;
		r->size = row->size ? row->size : (uint8_t)(bits / 8);
		if (r->kind != USDTREG_GENERAL)
			return true;
		usdtreg_kernel_name(a, machine, row->first + (unsigned)n - row->from, kernel_name,
			sizeof(kernel_name));
		return usdtreg_place(a, kernel_name, r);
	}
	return false;
}

/* ---- x86 --------------------------------------------------------------------------------- */

/* "ax" in the kernel's "ax bx ..." */
static bool usdtreg_x86_word(const char *name)
{
	static const char words[] = "ax bx cx dx si di bp sp ip ";
	const char *p;

	for (p = words; *p; p += 3)
		if (p[0] == name[0] && p[1] == name[1])
			return true;
	return false;
}

/* "r8" to "r15", each with "d", "w" or "b" */
static bool usdtreg_x86_new(const char *name, char *out, struct usdtreg *r)
{
	size_t n = 1 + strspn(name + 1, "0123456789");
	const char *suffix = name + n;

	if (n > 3 || (*suffix && suffix[1]))
		return false;
	switch (*suffix) {
	case '\0': r->size = 8; break;
	case 'd': r->size = 4; break;
	case 'w': r->size = 2; break;
	case 'b': r->size = 1; break;
	default: return false;
	}
	memcpy(out, name, n);
	out[n] = '\0';
	return true;
}

/* Those that are older: "rax", "eax", "ax", "al", "ah"; "sil". */
static bool usdtreg_x86_old(const char *name, char *out, struct usdtreg *r)
{
	size_t n = strlen(name);

	memcpy(out, name, 3);
	out[2] = '\0';
	r->size = 2;
	if (n == 2 && name[0] >= 'a' && name[0] <= 'd' && (name[1] == 'l' || name[1] == 'h')) {
		out[1] = 'x';
		r->at = name[1] == 'h';
		r->size = 1;
	} else if (n == 3 && name[2] == 'l') {
		r->size = 1;
	} else if (n == 3 && (name[0] == 'r' || name[0] == 'e')) {
		r->size = name[0] == 'r' ? 8 : 4;
		memcpy(out, name + 1, 3);
	} else if (n != 2) {
		return false;
	}
	return usdtreg_x86_word(out);
}

static bool usdtreg_x86(const struct arch *a, const char *name, struct usdtreg *r)
{
	static const char *const others[] = {"xmm", "ymm", "zmm", "mm", "st"};
	char word[8];
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strncmp(name, others[i], strlen(others[i])))
			r->kind = USDTREG_FLOAT;
	if (name[0] == 'k' && isdigit((unsigned char)name[1]))
		r->kind = USDTREG_MASK;
	if (r->kind != USDTREG_GENERAL)
		return true;
	if (strlen(name) < 2)
		return false;
	if (name[0] == 'r' && isdigit((unsigned char)name[1])) {
		if (!usdtreg_x86_new(name, word, r))
			return false;
	} else if (!usdtreg_x86_old(name, word, r)) {
		return false;
	}
	return r->size <= a->word && usdtreg_place(a, word, r);
}

/* ---- the whole --------------------------------------------------------------------------- */

bool usdtreg_runs(const struct arch *a, unsigned machine)
{
	switch (a->machine) {
	case MACHINE_X86_64: return machine == MACHINE_X86_64 || machine == MACHINE_386;
	case MACHINE_AARCH64: return machine == MACHINE_AARCH64 || machine == MACHINE_ARM;
	case MACHINE_PPC64: return machine == MACHINE_PPC64 || machine == MACHINE_PPC;
	default: return machine == a->machine;
	}
}

bool usdtreg_find(
	const struct arch *a, unsigned machine, unsigned bits, const char *name, struct usdtreg *r)
{
	memset(r, 0, sizeof(*r));
	if (machine == MACHINE_X86_64 || machine == MACHINE_386)
		return usdtreg_x86(a, name, r);
	return usdtreg_by_row(a, machine, bits, name, r);
}
