// SPDX-License-Identifier: MIT
/* test_arch.c - register tables; where this CPU's own headers are at hand, against them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
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

/*
 * Each CPU's pt_regs as its kernel's ptrace.h lays it out, a word for each name; then the registers
 * of arg1 ..., of the result, and of a system call's six arguments.
 */
static const struct layout {
	const char *cpu, *words, *args, *retval, *call;
} layouts[] = {
	{"x86_64", "r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax ip cs flags sp ss",
		"di si dx cx r8 r9", "ax", "di si dx r10 r8 r9"},
	{"i386", "bx cx dx si di bp ax ds es fs gs orig_ax ip cs flags sp ss", "ax dx cx", "ax",
		"bx cx dx si di bp"},
	{"arm64",
		"x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 "
		"x23 x24 x25 x26 x27 x28 x29 lr sp pc pstate orig_x0",
		"x0 x1 x2 x3 x4 x5 x6 x7", "x0", "x0 x1 x2 x3 x4 x5"},
	{"arm", "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 r13 lr pc cpsr orig_r0", "r0 r1 r2 r3",
		"r0", NULL},
	{"riscv64",
		"pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 "
		"s11 t3 t4 t5 t6 status badaddr cause orig_a0",
		"a0 a1 a2 a3 a4 a5 a6 a7", "a0", "orig_a0 a1 a2 a3 a4 a5"},
	{"ppc64le",
		"r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 r13 r14 r15 r16 r17 r18 r19 r20 r21 r22 "
		"r23 r24 r25 r26 r27 r28 r29 r30 r31 nip msr orig_gpr3 ctr link xer ccr",
		"r3 r4 r5 r6 r7 r8 r9 r10", "r3", "r3 r4 r5 r6 r7 r8"},
	{"s390x",
		"- psw_mask psw_addr r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 r13 r14 r15 "
		"orig_gpr2",
		"r2 r3 r4 r5 r6", "r2", "orig_gpr2 r3 r4 r5 r6 r7"},
	{"mips64",
		"r0 r1 v0 v1 a0 a1 a2 a3 a4 a5 a6 a7 r12 r13 r14 r15 r16 r17 r18 r19 r20 r21 r22 "
		"r23 r24 r25 r26 r27 gp r29 r30 ra cp0_status hi lo cp0_badvaddr cp0_cause cp0_epc",
		"a0 a1 a2 a3 a4 a5 a6 a7", "v0", NULL},
	{"loongarch64",
		"r0 ra tp r3 a0 a1 a2 a3 a4 a5 a6 a7 r12 r13 r14 r15 r16 r17 r18 r19 r20 r21 r22 "
		"r23 r24 r25 r26 r27 r28 r29 r30 r31 orig_a0 csr_era csr_badvaddr",
		"a0 a1 a2 a3 a4 a5 a6 a7", "a0", NULL},
};

enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

/* The next of words that blanks part, or false. */
static bool next_word(const char **p, char *word)
{
	int n = 0;

	if (!*p || sscanf(*p, " %15s%n", word, &n) != 1)
		return false;
	*p += n;
	return true;
}

START_TEST(layouts_word_by_word)
{
	char word[16], name[8] = "arg1";
	struct arch_memory m;
	const char *p;
	size_t i, k;

	for (i = 0; i < LAYOUTS; i++) {
		const struct layout *l = &layouts[i];
		const struct arch *a = arch_find(l->cpu);

		for (p = l->words, k = 0; next_word(&p, word); k++)
			if (strcmp(word, "-") != 0)
				ck_assert_msg(offset_of(l->cpu, word) == k * a->word,
					"%s of %s: %u", word, l->cpu,
					(unsigned)offset_of(l->cpu, word));
		for (p = l->args, k = 0; next_word(&p, word); k++) {
			name[3] = (char)('1' + k);
			if (k < 6)
				ck_assert_uint_eq(offset_of(l->cpu, name), offset_of(l->cpu, word));
		}
		ck_assert_uint_eq(k, a->n_args);
		ck_assert_uint_eq(offset_of(l->cpu, "retval"), offset_of(l->cpu, l->retval));
		ck_assert_int_eq(!l->call, !a->call_prefix);
		for (p = l->call, k = 0; next_word(&p, word); k++) {
			arch_call_arg(a, (unsigned)k + 1, &m);
			ck_assert_uint_eq(m.pointer, offset_of(l->cpu, "arg1"));
			ck_assert_uint_eq(m.offset, offset_of(l->cpu, word));
			ck_assert_uint_eq(m.size, a->word);
		}
		ck_assert_uint_eq(k, l->call ? 6 : 0);
	}
	ck_assert_ptr_null(arch_at(LAYOUTS));
}
END_TEST

START_TEST(on_the_stack)
{
	struct arch_memory m;
	const struct arch *a;
	unsigned n;
	size_t i;

	for (i = 0; (a = arch_at(i)); i++)
		for (n = 1; n <= 6; n++) {
			bool user_stack = n > a->n_args_user, kernel_stack = n > a->n_args;

			ck_assert_int_eq(arch_stack_arg(a, n, true, &m), user_stack);
			ck_assert_int_eq(arch_stack_arg(a, n, false, &m),
				!kernel_stack		       ? 0
				: strcmp(a->name, "i386") != 0 ? 1
							       : -ERANGE);
		}
	ck_assert_int_eq(arch_stack_arg(arch_find("i386"), 3, true, &m), 1);
	ck_assert_uint_eq(m.pointer, 60);
	ck_assert_uint_eq(m.offset, 12);
	ck_assert_uint_eq(m.size, 4);
	ck_assert_int_eq(arch_stack_arg(arch_find("arm"), 6, false, &m), 1);
	ck_assert_uint_eq(m.pointer, 52);
	ck_assert_uint_eq(m.offset, 4);
	ck_assert_int_eq(arch_stack_arg(arch_find("s390x"), 6, true, &m), 1);
	ck_assert_uint_eq(m.pointer, 144);
	ck_assert_uint_eq(m.offset, 160);
	ck_assert_uint_eq(m.size, 8);
}
END_TEST

START_TEST(byte_order)
{
	ck_assert(arch_is_big("s390x") && arch_is_big("s390"));
	ck_assert(arch_is_big("mips64") && !arch_is_big("mips64el"));
	ck_assert(arch_is_big("ppc64") && !arch_is_big("ppc64le") && !arch_is_big("ppc64el"));
	ck_assert(!arch_is_big("x86_64") && !arch_is_big("arm64") && !arch_is_big("riscv64"));
	ck_assert_int_eq(arch_is_big(NULL), __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}
END_TEST

/*
 * libbpf's bpf_tracing.h as another's opinion of which register is which: each of its macros, on a
 * struct of the layout above, must give the offset of ours.
 */
static const struct {
	const char *cpu, *target, *type;
	const char *fields; /* of the struct that its macros expect */
	bool no_ip, no_sp, no_fp;
	unsigned n_args;
} libbpf_rows[] = {
	{"x86_64", "x86", "struct pt_regs",
		"u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, "
		"orig_rax, rip, cs, eflags, rsp, ss;",
		.n_args = 6},
	{"i386", "x86 -D__i386__", "struct pt_regs",
		"u32 ebx, ecx, edx, esi, edi, ebp, eax, xds, xes, xfs, xgs, orig_eax, eip, xcs, "
		"eflags, esp, xss;",
		.n_args = 3},
	{"arm64", "arm64", "struct user_pt_regs", "u64 regs[31], sp, pc, pstate;", .n_args = 5},
	/* its PT_REGS_IP is r12, the register that ARM's manual calls ip */
	{"arm", "arm", "struct pt_regs", "u32 uregs[18];", .no_ip = true, .n_args = 4},
	{"riscv64", "riscv", "struct user_regs_struct",
		"u64 pc, ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5, a6, a7;",
		.n_args = 5},
	{"ppc64le", "powerpc", "struct pt_regs", "u64 gpr[32], nip;", .no_sp = true, .no_fp = true,
		.n_args = 5},
	{"s390x", "s390", "struct user_regs",
		"u64 args[1]; struct { u64 mask, addr; } psw; u64 gprs[16];", .n_args = 5},
	{"mips64", "mips", "struct pt_regs",
		"u64 regs[32], cp0_status, hi, lo, cp0_badvaddr, cp0_cause, cp0_epc;", .n_args = 5},
};

static void libbpf_assert(FILE *f, const char *cpu, const char *macro, const char *name)
{
	fprintf(f, "_Static_assert(__builtin_offsetof(T, %s) == %u, \"%s of %s\");\n", macro,
		(unsigned)offset_of(cpu, name), name, cpu);
}

START_TEST(as_libbpf_says)
{
	char path[] = "/tmp/rawbpf-arch-XXXXXX.c", macro[32], name[8], *out;
	int missing;
	size_t i;
	unsigned n;

	missing = t_run(&out, "command -v clang && test -f /usr/include/bpf/bpf_tracing.h");
	free(out);
	if (missing)
		T_SKIP("no clang or no bpf_tracing.h of libbpf");
	for (i = 0; i < sizeof(libbpf_rows) / sizeof(*libbpf_rows); i++) {
		const char *cpu = libbpf_rows[i].cpu;
		int fd, status;
		FILE *f;

		strcpy(path, "/tmp/rawbpf-arch-XXXXXX.c");
		fd = mkstemps(path, 2);
		ck_assert_int_ge(fd, 0);
		f = fdopen(fd, "w");
		fprintf(f,
			"#include <linux/types.h>\ntypedef __u32 u32;\ntypedef __u64 u64;\n%s { %s "
			"};\n"
			"typedef %s T;\n%s\n"
			"#include <bpf/bpf_tracing.h>\n",
			libbpf_rows[i].type, libbpf_rows[i].fields, libbpf_rows[i].type,
			!strcmp(cpu, "s390x") ? "typedef struct user_regs user_pt_regs;" : "");
		for (n = 1; n <= libbpf_rows[i].n_args; n++) {
			snprintf(macro, sizeof(macro), "__PT_PARM%u_REG", n);
			snprintf(name, sizeof(name), "arg%u", n);
			if (n < 6)
				libbpf_assert(f, cpu, macro, name);
		}
		libbpf_assert(f, cpu, "__PT_RC_REG", "retval");
		if (!libbpf_rows[i].no_ip)
			libbpf_assert(f, cpu, "__PT_IP_REG", "ip");
		if (!libbpf_rows[i].no_sp)
			libbpf_assert(f, cpu, "__PT_SP_REG", "sp");
		if (!libbpf_rows[i].no_fp)
			libbpf_assert(f, cpu, "__PT_FP_REG", "fp");
		ck_assert_int_eq(fclose(f), 0);
		status = t_run(&out,
			"clang -target bpf -D__TARGET_ARCH_%s -I/usr/include/$(gcc -dumpmachine) "
			"-w -fsyntax-only %s 2>&1",
			libbpf_rows[i].target, path);
		unlink(path);
		ck_assert_msg(!status, "%s: %.1000s", cpu, out);
		free(out);
	}
}
END_TEST

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
	tcase_add_test(t, layouts_word_by_word);
	tcase_add_test(t, on_the_stack);
	tcase_add_test(t, byte_order);
	suite_add_tcase(s, t);
	t = tcase_create("host");
	tcase_add_test(t, as_libbpf_says);
	suite_add_tcase(s, t);
	return s;
}
