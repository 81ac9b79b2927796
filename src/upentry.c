// SPDX-License-Identifier: MIT
/*
 * upentry.c - the instruction at a function's entry that is probed.
 *
 * A function of x86-64 built for indirect branch tracking begins with ENDBR64, which the kernel can
 * only step over (2.5 us an event).  A push behind it is emulated (0.2 us), and nothing has
 * happened yet: the arguments are in their registers, the return address is on top of the stack.
 * Any other instruction would be stepped over as well, and might be the head of a loop; so might
 * the push, which the function's jumps tell.
 */
#include "upentry.h"

#include <elf.h>
#include <string.h>

#define UPENTRY_CODE 4096 /* bytes of a function in which jumps are looked for */

/* The signed number of 1 or 4 bytes that x86-64's jumps are relative by. */
static int64_t upentry_rel(const unsigned char *p, unsigned size)
{
	uint32_t v;

	if (size == 1)
		return (int64_t)*p - (*p & 0x80 ? 0x100 : 0);
	v = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	return (int64_t)v - (v & 0x80000000u ? (int64_t)1 << 32 : 0);
}

/* Whether the n bytes at p, if an instruction begins there, jump: where to from p, in *to. */
static bool upentry_jump(const unsigned char *p, size_t n, int64_t *to)
{
	bool near = n >= 6 && p[0] == 0x0f && (p[1] & 0xf0) == 0x80; /* jcc */
	size_t op = near ? 2 : 1;

	if (near || (n >= 5 && p[0] == 0xe9)) {
		*to = upentry_rel(p + op, 4) + (int64_t)op + 4;
		return true;
	}
	/* jcc; jmp; loop and jrcxz */
	if (n < 2 || ((p[0] & 0xf0) != 0x70 && p[0] != 0xeb && (p[0] & 0xfc) != 0xe0))
		return false;
	*to = upentry_rel(p + 1, 1) + 2;
	return true;
}

/*
 * Whether a jump of the function at offset from leads to offset to.  Any byte may begin one, as
 * nothing is decoded: what only looks like a jump costs time, one not seen would be counted.
 */
static bool upentry_jumps_back(struct elf_file *f, uint64_t from, uint64_t size, uint64_t to)
{
	unsigned char code[UPENTRY_CODE];
	size_t i, n = size && size < sizeof(code) ? (size_t)size : sizeof(code);
	int64_t rel;

	while (n > 1 && !elf_copy(f, from, code, n))
		n /= 2; /* the file ends before */
	for (i = 0; i < n; i++)
		if (upentry_jump(code + i, n - i, &rel) && (int64_t)(from + i) + rel == (int64_t)to)
			return true;
	return false;
}

uint64_t upentry(struct elf_file *f, uint64_t offset, uint64_t size, const char **why)
{
	static const unsigned char endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
	unsigned char p[6];

	*why = "at its first instruction";
	if (elf_ident(f)->machine != EM_X86_64 || (size && size < sizeof(p)) ||
		!elf_copy(f, offset, p, sizeof(p)) || memcmp(p, endbr64, sizeof(endbr64)))
		return offset;
	*why = "at its endbr64, as no push follows";
	if ((p[4] & 0xf8) != 0x50 && (p[4] != 0x41 || (p[5] & 0xf8) != 0x50))
		return offset;
	*why = "at its endbr64, as a jump may lead to the push behind it";
	if (upentry_jumps_back(f, offset, size, offset + sizeof(endbr64)))
		return offset;
	*why = "at the push behind its endbr64, which costs less";
	return offset + sizeof(endbr64);
}
