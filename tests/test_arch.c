// SPDX-License-Identifier: MIT
/* test_arch.c - register tables; where this CPU's own headers are at hand, against them. */
#include <errno.h>
#include <string.h>
#ifdef __x86_64__
#include <asm/ptrace.h>
#endif

#include "arch.h"
#include "t.h"

static uint64_t offset_of(const char *cpu, const char *name)
{
	const struct arch *a = arch_find(cpu);
	uint64_t offset = 9999;

	ck_assert_msg(a, "%s", cpu);
	ck_assert_msg(!arch_reg(a, name, &offset), "%s of %s", name, cpu);
	return offset;
}

START_TEST(known_places)
{
	ck_assert_uint_eq(offset_of("x86_64", "arg1"), 112);
	ck_assert_uint_eq(offset_of("x86_64", "arg6"), 64);
	ck_assert_uint_eq(offset_of("x86_64", "retval"), 80);
	ck_assert_uint_eq(offset_of("amd64", "rax"), offset_of("x86_64", "ax"));
	ck_assert_uint_eq(offset_of("arm64", "arg1"), 0);
	ck_assert_uint_eq(offset_of("aarch64", "arg6"), 40);
	ck_assert_uint_eq(offset_of("arm64", "ip"), 256);
	ck_assert_uint_eq(offset_of("arm64", "fp"), 232);
	ck_assert_uint_eq(offset_of("riscv64", "arg1"), 80);
	ck_assert_uint_eq(offset_of("ppc64le", "arg1"), 24);
	ck_assert_uint_eq(offset_of("s390x", "retval"), 40);
	ck_assert_uint_eq(offset_of("mips64", "arg1"), 32);
	ck_assert_uint_eq(offset_of("loongarch64", "ip"), 264);
	ck_assert_uint_eq(offset_of("i386", "arg3"), 4);
	ck_assert_uint_eq(offset_of("arm", "sp"), 52);
}
END_TEST

#ifdef __x86_64__
START_TEST(as_the_headers_say)
{
	/* the user's header has the same struct with the manual's names */
	ck_assert_uint_eq(offset_of("x86_64", "rdi"), offsetof(struct pt_regs, rdi));
	ck_assert_uint_eq(offset_of("x86_64", "rsi"), offsetof(struct pt_regs, rsi));
	ck_assert_uint_eq(offset_of("x86_64", "rdx"), offsetof(struct pt_regs, rdx));
	ck_assert_uint_eq(offset_of("x86_64", "rcx"), offsetof(struct pt_regs, rcx));
	ck_assert_uint_eq(offset_of("x86_64", "r8"), offsetof(struct pt_regs, r8));
	ck_assert_uint_eq(offset_of("x86_64", "r15"), offsetof(struct pt_regs, r15));
	ck_assert_uint_eq(offset_of("x86_64", "rip"), offsetof(struct pt_regs, rip));
	ck_assert_uint_eq(offset_of("x86_64", "rsp"), offsetof(struct pt_regs, rsp));
	ck_assert_uint_eq(offset_of("x86_64", "rbp"), offsetof(struct pt_regs, rbp));
	ck_assert_uint_eq(offset_of("x86_64", "orig_rax"), offsetof(struct pt_regs, orig_rax));
	ck_assert_uint_eq(offset_of("x86_64", "flags"), offsetof(struct pt_regs, eflags));
	ck_assert_uint_eq(offset_of("x86_64", "ss"), offsetof(struct pt_regs, ss));
}
END_TEST
#endif

START_TEST(every_row_is_whole)
{
	static const char *const common[] = {"arg1", "arg2", "arg3", "retval", "ip", "sp", "fp"};
	const struct arch *a;
	uint64_t offset;
	char name[8] = "arg1";
	size_t i, k;

	for (i = 0; (a = arch_at(i)); i++) {
		const struct arch_reg *r;

		ck_assert_ptr_eq(arch_find(a->name), a);
		for (k = 0; k < sizeof(common) / sizeof(*common); k++)
			ck_assert_msg(
				!arch_reg(a, common[k], &offset), "%s %s", a->name, common[k]);
		for (name[3] = '1'; name[3] <= '6'; name[3]++)
			ck_assert_int_eq(arch_reg(a, name, &offset),
				name[3] - '0' <= a->n_args ? 0 : -ERANGE);
		for (r = a->regs; r->name; r++)
			ck_assert_uint_eq(r->offset % a->word, 0);
	}
	ck_assert_uint_eq(i, 9);
}
END_TEST

START_TEST(unknown)
{
	uint64_t offset;

	ck_assert_ptr_null(arch_find("vax"));
	ck_assert_ptr_nonnull(arch_find(NULL));
	ck_assert_int_eq(arch_reg(arch_find("x86_64"), "x0", &offset), -ENOENT);
	ck_assert_int_eq(arch_reg(arch_find("x86_64"), "arg0", &offset), -ENOENT);
	ck_assert_int_eq(arch_reg(arch_find("x86_64"), "arg7", &offset), -ENOENT);
	ck_assert_int_eq(arch_reg(arch_find("x86_64"), "arg12", &offset), -ENOENT);
	ck_assert_int_eq(arch_reg(arch_find("x86_64"), "", &offset), -ENOENT);
	ck_assert_int_eq(arch_reg(arch_find("i386"), "arg4", &offset), -ERANGE);
}
END_TEST

Suite *suite_arch(void);
Suite *suite_arch(void)
{
	Suite *s = suite_create("arch");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, known_places);
#ifdef __x86_64__
	tcase_add_test(t, as_the_headers_say);
#endif
	tcase_add_test(t, every_row_is_whole);
	tcase_add_test(t, unknown);
	suite_add_tcase(s, t);
	return s;
}
