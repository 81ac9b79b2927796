// SPDX-License-Identifier: MIT
/* test_usdtcpu.c - the registers that operands of USDT probes name, of each CPU. */
#include "usdtcpu.h"

#include <string.h>

#include "machine.h"
#include "t.h"

START_TEST(sizes)
{
	static const struct {
		unsigned machine;
		const char *name;
		int size; /* 0: none of that name */
	} rows[] = {
		{MACHINE_X86_64, "rax", 8},
		{MACHINE_X86_64, "eax", 4},
		{MACHINE_X86_64, "r15", 8},
		{MACHINE_X86_64, "r15d", 4},
		{MACHINE_X86_64, "r15w", 2},
		{MACHINE_X86_64, "r15b", 1},
		{MACHINE_X86_64, "r7", 0},
		{MACHINE_X86_64, "r16", 0},
		{MACHINE_X86_64, "r8x", 0},
		{MACHINE_X86_64, "xmm31", 16},
		{MACHINE_X86_64, "xmm32", 0},
		{MACHINE_X86_64, "", 0},
		{MACHINE_386, "eax", 4},
		{MACHINE_386, "rax", 0},
		{MACHINE_AARCH64, "x30", 8},
		{MACHINE_AARCH64, "x31", 0},
		{MACHINE_AARCH64, "x01", 0},
		{MACHINE_AARCH64, "x0", 8},
		{MACHINE_AARCH64, "x", 0},
		{MACHINE_AARCH64, "x100", 0},
		{MACHINE_AARCH64, "w0", 4},
		{MACHINE_ARM, "r15", 4},
		{MACHINE_PPC64, "31", 8},
		{MACHINE_PPC64, "32", 0},
		{MACHINE_S390, "r15", 8},
		{MACHINE_S390, "a0", 4},
		{MACHINE_RISCV, "s11", 8},
		{MACHINE_RISCV, "s12", 0},
		{MACHINE_MIPS, "4", 8},
		{MACHINE_LOONGARCH, "fp", 8},
	};
	const struct usdtcpu *cpu;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cpu = usdtcpu_find(rows[i].machine);
		ck_assert_ptr_nonnull(cpu);
		ck_assert_msg(
			usdtcpu_reg_size(cpu, rows[i].name, strlen(rows[i].name)) == rows[i].size,
			"machine %u: %s", rows[i].machine, rows[i].name);
	}
	ck_assert_ptr_null(usdtcpu_find(0));
}
END_TEST

/* The name need not end where its bytes do. */
START_TEST(lengths)
{
	const struct usdtcpu *cpu = usdtcpu_find(MACHINE_AARCH64);

	ck_assert_int_eq(usdtcpu_reg_size(cpu, "x12]", 3), 8);
	ck_assert_int_eq(usdtcpu_reg_size(cpu, "x12]", 4), 0);
	ck_assert_int_eq(usdtcpu_reg_size(cpu, "spx", 2), 8);
}
END_TEST

START_TEST(forms)
{
	static const struct {
		unsigned machine;
		const char *name;
		bool like;
	} rows[] = {
		{MACHINE_AARCH64, "x31", true},
		{MACHINE_AARCH64, "w99", true},
		{MACHINE_AARCH64, "x", false},
		{MACHINE_AARCH64, "31", false},
		{MACHINE_AARCH64, "counter1", false},
		{MACHINE_ARM, "r16", true},
		{MACHINE_RISCV, "a8", true},
		{MACHINE_PPC64, "vs64", true},
		/* their registers have marks */
		{MACHINE_X86_64, "r99", false},
		{MACHINE_S390, "r16", false},
		{MACHINE_MIPS, "t10", false},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(usdtcpu_like_reg(usdtcpu_find(rows[i].machine), rows[i].name,
				      strlen(rows[i].name)) == rows[i].like,
			"machine %u: %s", rows[i].machine, rows[i].name);
}
END_TEST

Suite *suite_usdtcpu(void);
Suite *suite_usdtcpu(void)
{
	Suite *s = suite_create("usdtcpu");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, sizes);
	tcase_add_test(t, lengths);
	tcase_add_test(t, forms);
	suite_add_tcase(s, t);
	return s;
}
