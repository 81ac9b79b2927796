// SPDX-License-Identifier: MIT
/*
 * usdtcpu.c - the registers that operands of USDT probes name, of each CPU.
 *
 * A table is words: NAME or PREFIX(FROM-TO)SUFFIX, then :SIZE where it is not the word's.
 */
#include "usdtcpu.h"

#include <string.h>

#include "machine.h"

#define USDTCPU_I386_REGS                                                                         \
	"eax ebx ecx edx esi edi ebp esp ax:2 bx:2 cx:2 dx:2 si:2 di:2 bp:2 sp:2 al:1 bl:1 cl:1 " \
	"dl:1 ah:1 bh:1 ch:1 dh:1 st:10 mm(0-7):8 k(0-7):8 "

static const struct usdtcpu usdtcpu_cpus[] = {
	{MACHINE_X86_64, 8,
		"rax rbx rcx rdx rsi rdi rbp rsp rip r(8-15) eax:4 ebx:4 ecx:4 edx:4 esi:4 edi:4 "
		"ebp:4 esp:4 eip:4 r(8-15)d:4 r(8-15)w:2 r(8-15)b:1 sil:1 dil:1 bpl:1 spl:1 "
		"xmm(0-31):16 ymm(0-31):32 zmm(0-31):64 " USDTCPU_I386_REGS},
	{MACHINE_386, 4, USDTCPU_I386_REGS "eip xmm(0-7):16 ymm(0-7):32 zmm(0-7):64"},
	{MACHINE_AARCH64, 8,
		"x(0-30) w(0-30):4 sp wsp:4 xzr wzr:4 lr fp v(0-31):16 q(0-31):16 d(0-31) "
		"s(0-31):4 h(0-31):2 b(0-31):1"},
	{MACHINE_ARM, 4, "r(0-15) sp lr pc fp ip sl sb a(1-4) v(1-8) s(0-31) d(0-31):8 q(0-15):16"},
	{MACHINE_PPC64, 8, "(0-31) r(0-31) f(0-31) v(0-31):16 vs(0-63):16 fr(0-31)"},
	{MACHINE_PPC, 4, "(0-31) r(0-31) f(0-31):8 v(0-31):16 fr(0-31):8"},
	{MACHINE_S390, 8, "r(0-15) f(0-15) a(0-15):4 v(0-31):16"},
	{MACHINE_RISCV, 8,
		"zero ra sp gp tp fp pc t(0-6) s(0-11) a(0-7) x(0-31) f(0-31) ft(0-11) fs(0-11) "
		"fa(0-7)"},
	{MACHINE_MIPS, 8, "(0-31) zero at v(0-1) a(0-7) t(0-9) s(0-8) k(0-1) gp sp fp ra f(0-31)"},
	{MACHINE_LOONGARCH, 8,
		"r(0-31) zero ra tp sp fp a(0-7) t(0-8) s(0-9) f(0-31) fa(0-7) ft(0-15) fs(0-7)"},
};

const struct usdtcpu *usdtcpu_find(unsigned machine)
{
	size_t i;

	for (i = 0; i < sizeof(usdtcpu_cpus) / sizeof(*usdtcpu_cpus); i++)
		if (usdtcpu_cpus[i].machine == machine)
			return &usdtcpu_cpus[i];
	return NULL;
}

/* Of ASCII, whatever the locale. */
static bool usdtcpu_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The number at *p, and *p behind it: tables have small ones. */
static unsigned usdtcpu_small(const char **p)
{
	unsigned v = 0;

	for (; usdtcpu_digit(**p); ++*p)
		v = 10 * v + (unsigned)(**p - '0');
	return v;
}

/* One entry of a register table against a name: the size, 0 when it is another. */
static int usdtcpu_reg_entry(const char *t, size_t tn, const char *name, size_t n, int word)
{
	unsigned lo, hi, v = 0;
	int head = 0, tail = 0, size = word;
	const char *colon = memchr(t, ':', tn), *open = memchr(t, '(', tn), *range;
	size_t i, suffix;

	if (colon) {
		tn = (size_t)(colon - t);
		colon++;
		size = (int)usdtcpu_small(&colon);
	}
	if (!open)
		return tn == n && !memcmp(t, name, n) ? size : 0;
	head = (int)(open - t);
	range = open + 1;
	lo = usdtcpu_small(&range);
	range++;
	hi = usdtcpu_small(&range);
	tail = (int)(range + 1 - open);
	suffix = tn - (size_t)head - (size_t)tail;
	if (n <= (size_t)head + suffix || memcmp(t, name, (size_t)head) ||
		memcmp(name + n - suffix, open + tail, suffix))
		return 0;
	n -= suffix;
	if (n - (size_t)head > 2 || (name[head] == '0' && n - (size_t)head > 1))
		return 0;
	for (i = (size_t)head; i < n; i++) {
		if (!usdtcpu_digit(name[i]))
			return 0;
		v = v * 10 + (unsigned)(name[i] - '0');
	}
	return v >= lo && v <= hi ? size : 0;
}

int usdtcpu_reg_size(const struct usdtcpu *cpu, const char *name, size_t n)
{
	const char *t, *next;
	int size;

	for (t = cpu->regs; n && *t; t = next) {
		size_t tn = strcspn(t, " ");

		next = t + tn + (t[tn] == ' ');
		size = usdtcpu_reg_entry(t, tn, name, n, cpu->word);
		if (size)
			return size;
	}
	return 0;
}

bool usdtcpu_like_reg(const struct usdtcpu *cpu, const char *name, size_t n)
{
	const char *t = cpu->regs;
	size_t tn, head = n;

	if (cpu->machine != MACHINE_AARCH64 && cpu->machine != MACHINE_ARM &&
		cpu->machine != MACHINE_RISCV && cpu->machine != MACHINE_PPC &&
		cpu->machine != MACHINE_PPC64)
		return false;
	while (head && usdtcpu_digit(name[head - 1]))
		head--;
	if (!head || head == n)
		return false;
	for (; *t; t += tn + (t[tn] == ' ')) {
		tn = strcspn(t, " ");
		if (tn > head && t[head] == '(' && !memcmp(t, name, head))
			return true;
	}
	return false;
}
