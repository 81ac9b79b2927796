// SPDX-License-Identifier: MIT
/* test_usdtreg.c - names of registers, one by one. */
#include "usdtreg.h"

#include <stdio.h>
#include <string.h>

#include "rawbpf.h"
#include "t.h"

/*
 * Registers of a machine in the order of their numbers, and the kernel's names of their words; "="
 * where the name is the same.
 */
static const struct run {
	const char *cpu;
	unsigned machine, bits, size;
	const char *names, *words;
} runs[] = {
	{"x86_64", MACHINE_X86_64, 64, 8, "rax rbx rcx rdx rsi rdi rbp rsp rip r8 r9 r10 r15",
		"ax bx cx dx si di bp sp ip r8 r9 r10 r15"},
	{"x86_64", MACHINE_X86_64, 64, 4, "eax ebx ecx edx esi edi ebp esp eip r8d r9d r10d r15d",
		"ax bx cx dx si di bp sp ip r8 r9 r10 r15"},
	{"x86_64", MACHINE_X86_64, 64, 2, "ax bx cx dx si di bp sp r8w r15w",
		"ax bx cx dx si di bp sp r8 r15"},
	{"x86_64", MACHINE_X86_64, 64, 1, "al bl cl dl ah bh ch dh sil dil bpl spl r8b r15b",
		"ax bx cx dx ax bx cx dx si di bp sp r8 r15"},
	{"x86_64", MACHINE_386, 32, 4, "eax ebx ecx edx esi edi ebp esp eip",
		"ax bx cx dx si di bp sp ip"},
	{"i386", MACHINE_386, 32, 4, "eax ebx ecx edx esi edi ebp esp eip",
		"ax bx cx dx si di bp sp ip"},
	{"arm64", MACHINE_AARCH64, 64, 8, "x0 x9 x10 x28 x29 x30 fp lr sp",
		"x0 x9 x10 x28 x29 x30 x29 x30 sp"},
	{"arm64", MACHINE_AARCH64, 64, 4, "w0 w30 wsp", "x0 x30 sp"},
	{"arm64", MACHINE_ARM, 32, 4, "r0 r7 r14 r15 sb sl fp ip sp lr pc a1 a4 v1 v8",
		"x0 x7 x14 pc x9 x10 x11 x12 x13 x14 pc x0 x3 x4 x11"},
	{"arm", MACHINE_ARM, 32, 4, "r0 r7 r14 r15 sb sl fp ip sp lr pc a1 a4 v1 v8",
		"r0 r7 r14 r15 r9 r10 r11 r12 r13 r14 r15 r0 r3 r4 r11"},
	{"ppc64le", MACHINE_PPC64, 64, 8, "0 1 31 r0 r13 r31", "r0 r1 r31 r0 r13 r31"},
	{"ppc64le", MACHINE_PPC, 32, 4, "0 1 31 r0 r13 r31", "r0 r1 r31 r0 r13 r31"},
	{"s390x", MACHINE_S390, 64, 8, "r0 r2 r15", "r0 r2 r15"},
	{"riscv64", MACHINE_RISCV, 64, 8,
		"ra sp gp tp t0 t1 t2 s0 s1 a0 a7 s2 s11 t3 t6 fp pc x1 x5 x7 x8 x10 x18 x31",
		"ra sp gp tp t0 t1 t2 s0 s1 a0 a7 s2 s11 t3 t6 s0 pc ra t0 t2 s0 a0 s2 t6"},
	{"mips64", MACHINE_MIPS, 64, 8, "1 4 31 at v0 v1 a0 a7 t0 t3 t8 t9 s0 s7 s8 k0 gp sp fp ra",
		"r1 r4 r31 r1 r2 r3 r4 r11 r12 r15 r24 r25 r16 r23 r30 r26 r28 r29 r30 r31"},
	{"mips64", MACHINE_MIPS, 32, 4, "t0 t3 t4 t7 t8", "r8 r11 r12 r15 r24"},
	{"loongarch64", MACHINE_LOONGARCH, 64, 8, "r1 r31 ra tp sp a0 a7 t0 t8 fp s9 s0 s8",
		"r1 r31 r1 r2 r3 r4 r11 r12 r20 r22 r22 r23 r31"},
};

static const char *word_of(const char **list, char *out, size_t size)
{
	size_t n = strcspn(*list, " ");

	snprintf(out, size, "%.*s", (int)n, *list);
	*list += n + ((*list)[n] == ' ');
	return out;
}

START_TEST(places)
{
	const char *names, *words;
	const struct run *run;
	char name[16], word[16];
	struct usdtreg r;
	uint64_t off;
	size_t i;

	for (i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
		run = &runs[i];
		for (names = run->names, words = run->words; *names;) {
			word_of(&names, name, sizeof(name));
			word_of(&words, word, sizeof(word));
			ck_assert_msg(usdtreg_find(arch_find(run->cpu), run->machine, run->bits,
					      name, &r),
				"%s has no %s", run->cpu, name);
			ck_assert_int_eq(arch_reg(arch_find(run->cpu), word, &off), 0);
			ck_assert_int_eq(r.kind, USDTREG_GENERAL);
			ck_assert_msg(r.off == off && r.size == run->size, "%s %s: %u bytes at %u",
				run->cpu, name, r.size, r.off);
			ck_assert_uint_eq(r.at, name[1] == 'h' && !name[2]);
		}
		ck_assert_str_eq(words, "");
	}
}
END_TEST

static void is_kind(const char *cpu, unsigned machine, const char *names, enum usdtreg_kind kind)
{
	struct usdtreg r;
	char name[16];

	while (*names) {
		word_of(&names, name, sizeof(name));
		ck_assert_msg(usdtreg_find(arch_find(cpu), machine, 64, name, &r), "%s", name);
		ck_assert_msg(r.kind == kind, "%s %s: kind %d", cpu, name, r.kind);
	}
}

START_TEST(other_kinds)
{
	is_kind("x86_64", MACHINE_X86_64, "xmm0 xmm31 ymm2 zmm31 mm7 st st(1)", USDTREG_FLOAT);
	is_kind("x86_64", MACHINE_X86_64, "k0 k7", USDTREG_MASK);
	is_kind("arm64", MACHINE_AARCH64, "v0 q31 d1 s1 h3 b7", USDTREG_FLOAT);
	is_kind("arm64", MACHINE_AARCH64, "xzr wzr", USDTREG_ZERO);
	is_kind("arm", MACHINE_ARM, "s0 d31 q2", USDTREG_FLOAT);
	is_kind("ppc64le", MACHINE_PPC64, "f0 fr31 v2 vs63", USDTREG_FLOAT);
	is_kind("s390x", MACHINE_S390, "f0 v31", USDTREG_FLOAT);
	is_kind("s390x", MACHINE_S390, "a0 a15", USDTREG_ACCESS);
	is_kind("riscv64", MACHINE_RISCV, "f0 ft11 fs0 fa7", USDTREG_FLOAT);
	is_kind("riscv64", MACHINE_RISCV, "zero x0", USDTREG_ZERO);
	is_kind("mips64", MACHINE_MIPS, "f0 f31", USDTREG_FLOAT);
	is_kind("mips64", MACHINE_MIPS, "0 zero", USDTREG_ZERO);
	is_kind("loongarch64", MACHINE_LOONGARCH, "fa0 ft15 fs7 f31", USDTREG_FLOAT);
	is_kind("loongarch64", MACHINE_LOONGARCH, "r0 zero", USDTREG_ZERO);
}
END_TEST

START_TEST(unknown)
{
	static const struct {
		const char *cpu;
		unsigned machine;
		const char *name;
	} rows[] = {
		{"x86_64", MACHINE_X86_64, ""},
		{"x86_64", MACHINE_X86_64, "a"},
		{"x86_64", MACHINE_X86_64, "r"},
		{"x86_64", MACHINE_X86_64, "r99"},
		{"x86_64", MACHINE_X86_64, "r8q"},
		{"x86_64", MACHINE_X86_64, "r8dd"},
		{"x86_64", MACHINE_X86_64, "r123456"},
		{"x86_64", MACHINE_X86_64, "reax"},
		{"x86_64", MACHINE_X86_64, "zax"},
		{"x86_64", MACHINE_X86_64, "sih"},
		{"x86_64", MACHINE_X86_64, "eax1"},
		{"i386", MACHINE_386, "rax"},
		{"i386", MACHINE_386, "r8"},
		{"arm64", MACHINE_AARCH64, "x31"},
		{"arm64", MACHINE_AARCH64, "x"},
		{"arm64", MACHINE_AARCH64, "x1x"},
		{"arm64", MACHINE_AARCH64, "x100"},
		{"arm64", MACHINE_AARCH64, "arg1"},
		{"arm64", MACHINE_AARCH64, "retval"},
		{"arm", MACHINE_ARM, "a0"},
		{"ppc64le", MACHINE_PPC64, "32"},
		{"s390x", MACHINE_S390, "r16"},
		{"mips64", MACHINE_MIPS, "t4"},
		{"riscv64", MACHINE_RISCV, "x32"},
		{"x86_64", 9999, "rax"},
	};
	struct usdtreg r;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(!usdtreg_find(arch_find(rows[i].cpu), rows[i].machine, 64,
				      rows[i].name, &r),
			"%s has %s", rows[i].cpu, rows[i].name);
}
END_TEST

START_TEST(who_runs_what)
{
	const struct arch *x86 = arch_find("x86_64"), *arm64 = arch_find("arm64");

	ck_assert(usdtreg_runs(x86, MACHINE_X86_64) && usdtreg_runs(x86, MACHINE_386));
	ck_assert(usdtreg_runs(arm64, MACHINE_AARCH64) && usdtreg_runs(arm64, MACHINE_ARM));
	ck_assert(usdtreg_runs(arch_find("ppc64"), MACHINE_PPC));
	ck_assert(usdtreg_runs(arch_find("s390x"), MACHINE_S390));
	ck_assert(!usdtreg_runs(arch_find("i386"), MACHINE_X86_64));
	ck_assert(!usdtreg_runs(x86, MACHINE_AARCH64));
}
END_TEST

Suite *suite_usdtreg(void);
Suite *suite_usdtreg(void)
{
	Suite *s = suite_create("usdtreg");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, places);
	tcase_add_test(tc, other_kinds);
	tcase_add_test(tc, unknown);
	tcase_add_test(tc, who_runs_what);
	suite_add_tcase(s, tc);
	return s;
}
