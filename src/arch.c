// SPDX-License-Identifier: MIT
/*
 * arch.c - where a CPU's pt_regs keeps arguments, return value and registers.
 *
 * The context of a kprobe or uprobe program is the kernel's struct pt_regs, of which arm64 and
 * s390x show the first part as user_pt_regs.  A CPU is a row of data, so a program can be assembled
 * for another one.
 *
 * Arguments are those of an ordinary function call: the first in registers, the others on the
 * stack.  A system call is entered with its own set of registers (the fourth in r10, not rcx, on
 * x86-64), and most kernels now hand a pointer to the saved ones to the function that serves it.
 */
#include "arch.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

static const struct arch_reg regs_x86_64[] = {
	{"r15", 0},
	{"r14", 8},
	{"r13", 16},
	{"r12", 24},
	{"bp", 32},
	{"bx", 40},
	{"r11", 48},
	{"r10", 56},
	{"r9", 64},
	{"r8", 72},
	{"ax", 80},
	{"cx", 88},
	{"dx", 96},
	{"si", 104},
	{"di", 112},
	{"orig_ax", 120},
	{"ip", 128},
	{"cs", 136},
	{"flags", 144},
	{"sp", 152},
	{"ss", 160},
	/* as the CPU's manual calls them */
	{"rax", 80},
	{"rbx", 40},
	{"rcx", 88},
	{"rdx", 96},
	{"rsi", 104},
	{"rdi", 112},
	{"rbp", 32},
	{"rsp", 152},
	{"rip", 128},
	{"orig_rax", 120},
	{"eflags", 144},
	{NULL, 0},
};
static const char *const args_x86_64[] = {"di", "si", "dx", "cx", "r8", "r9"};
static const char *const call_x86_64[] = {"di", "si", "dx", "r10", "r8", "r9"};

/* Functions of the kernel (regparm(3)); those of programs take their arguments from the stack. */
static const struct arch_reg regs_i386[] = {
	{"bx", 0},
	{"cx", 4},
	{"dx", 8},
	{"si", 12},
	{"di", 16},
	{"bp", 20},
	{"ax", 24},
	{"ds", 28},
	{"es", 32},
	{"fs", 36},
	{"gs", 40},
	{"orig_ax", 44},
	{"ip", 48},
	{"cs", 52},
	{"flags", 56},
	{"sp", 60},
	{"ss", 64},
	{"eax", 24},
	{"ebx", 0},
	{"ecx", 4},
	{"edx", 8},
	{"esi", 12},
	{"edi", 16},
	{"ebp", 20},
	{"esp", 60},
	{"eip", 48},
	{NULL, 0},
};
static const char *const args_i386[] = {"ax", "dx", "cx"};
static const char *const call_i386[] = {"bx", "cx", "dx", "si", "di", "bp"};

static const struct arch_reg regs_arm64[] = {
	{"x0", 0},
	{"x1", 8},
	{"x2", 16},
	{"x3", 24},
	{"x4", 32},
	{"x5", 40},
	{"x6", 48},
	{"x7", 56},
	{"x8", 64},
	{"x9", 72},
	{"x10", 80},
	{"x11", 88},
	{"x12", 96},
	{"x13", 104},
	{"x14", 112},
	{"x15", 120},
	{"x16", 128},
	{"x17", 136},
	{"x18", 144},
	{"x19", 152},
	{"x20", 160},
	{"x21", 168},
	{"x22", 176},
	{"x23", 184},
	{"x24", 192},
	{"x25", 200},
	{"x26", 208},
	{"x27", 216},
	{"x28", 224},
	{"x29", 232},
	{"x30", 240},
	{"lr", 240},
	{"sp", 248},
	{"pc", 256},
	{"pstate", 264},
	{"orig_x0", 272},
	{NULL, 0},
};
static const char *const args_arm64[] = {"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"};

static const struct arch_reg regs_arm[] = {
	{"r0", 0},
	{"r1", 4},
	{"r2", 8},
	{"r3", 12},
	{"r4", 16},
	{"r5", 20},
	{"r6", 24},
	{"r7", 28},
	{"r8", 32},
	{"r9", 36},
	{"r10", 40},
	{"r11", 44},
	{"r12", 48},
	{"r13", 52},
	{"r14", 56},
	{"r15", 60},
	{"lr", 56},
	{"pc", 60},
	{"cpsr", 64},
	{"orig_r0", 68},
	{NULL, 0},
};
static const char *const args_arm[] = {"r0", "r1", "r2", "r3"};

static const struct arch_reg regs_riscv64[] = {
	{"pc", 0},
	{"ra", 8},
	{"sp", 16},
	{"gp", 24},
	{"tp", 32},
	{"t0", 40},
	{"t1", 48},
	{"t2", 56},
	{"s0", 64},
	{"s1", 72},
	{"a0", 80},
	{"a1", 88},
	{"a2", 96},
	{"a3", 104},
	{"a4", 112},
	{"a5", 120},
	{"a6", 128},
	{"a7", 136},
	{"s2", 144},
	{"s3", 152},
	{"s4", 160},
	{"s5", 168},
	{"s6", 176},
	{"s7", 184},
	{"s8", 192},
	{"s9", 200},
	{"s10", 208},
	{"s11", 216},
	{"t3", 224},
	{"t4", 232},
	{"t5", 240},
	{"t6", 248},
	{"status", 256},
	{"badaddr", 264},
	{"cause", 272},
	{"orig_a0", 280},
	{"epc", 0},
	{NULL, 0},
};
static const char *const args_riscv64[] = {"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"};
/* a0 already holds the result by then */
static const char *const call_riscv64[] = {"orig_a0", "a1", "a2", "a3", "a4", "a5"};

static const struct arch_reg regs_ppc64le[] = {
	{"r0", 0},
	{"r1", 8},
	{"r2", 16},
	{"r3", 24},
	{"r4", 32},
	{"r5", 40},
	{"r6", 48},
	{"r7", 56},
	{"r8", 64},
	{"r9", 72},
	{"r10", 80},
	{"r11", 88},
	{"r12", 96},
	{"r13", 104},
	{"r14", 112},
	{"r15", 120},
	{"r16", 128},
	{"r17", 136},
	{"r18", 144},
	{"r19", 152},
	{"r20", 160},
	{"r21", 168},
	{"r22", 176},
	{"r23", 184},
	{"r24", 192},
	{"r25", 200},
	{"r26", 208},
	{"r27", 216},
	{"r28", 224},
	{"r29", 232},
	{"r30", 240},
	{"r31", 248},
	{"nip", 256},
	{"msr", 264},
	{"orig_gpr3", 272},
	{"ctr", 280},
	{"link", 288},
	{"xer", 296},
	{"ccr", 304},
	{"lr", 288},
	{NULL, 0},
};
static const char *const args_ppc64le[] = {"r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10"};

static const struct arch_reg regs_s390x[] = {
	{"psw_mask", 8},
	{"psw_addr", 16},
	{"r0", 24},
	{"r1", 32},
	{"r2", 40},
	{"r3", 48},
	{"r4", 56},
	{"r5", 64},
	{"r6", 72},
	{"r7", 80},
	{"r8", 88},
	{"r9", 96},
	{"r10", 104},
	{"r11", 112},
	{"r12", 120},
	{"r13", 128},
	{"r14", 136},
	{"r15", 144},
	{"orig_gpr2", 152},
	{NULL, 0},
};
static const char *const args_s390x[] = {"r2", "r3", "r4", "r5", "r6"};
static const char *const call_s390x[] = {"orig_gpr2", "r3", "r4", "r5", "r6", "r7"};

/* the n64 calling convention */
static const struct arch_reg regs_mips64[] = {
	{"r0", 0},
	{"r1", 8},
	{"r2", 16},
	{"r3", 24},
	{"r4", 32},
	{"r5", 40},
	{"r6", 48},
	{"r7", 56},
	{"r8", 64},
	{"r9", 72},
	{"r10", 80},
	{"r11", 88},
	{"r12", 96},
	{"r13", 104},
	{"r14", 112},
	{"r15", 120},
	{"r16", 128},
	{"r17", 136},
	{"r18", 144},
	{"r19", 152},
	{"r20", 160},
	{"r21", 168},
	{"r22", 176},
	{"r23", 184},
	{"r24", 192},
	{"r25", 200},
	{"r26", 208},
	{"r27", 216},
	{"r28", 224},
	{"r29", 232},
	{"r30", 240},
	{"r31", 248},
	{"cp0_status", 256},
	{"hi", 264},
	{"lo", 272},
	{"cp0_badvaddr", 280},
	{"cp0_cause", 288},
	{"cp0_epc", 296},
	{"v0", 16},
	{"v1", 24},
	{"a0", 32},
	{"a1", 40},
	{"a2", 48},
	{"a3", 56},
	{"a4", 64},
	{"a5", 72},
	{"a6", 80},
	{"a7", 88},
	{"gp", 224},
	{"ra", 248},
	{NULL, 0},
};
static const char *const args_mips64[] = {"r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11"};

static const struct arch_reg regs_loongarch64[] = {
	{"r0", 0},
	{"r1", 8},
	{"r2", 16},
	{"r3", 24},
	{"r4", 32},
	{"r5", 40},
	{"r6", 48},
	{"r7", 56},
	{"r8", 64},
	{"r9", 72},
	{"r10", 80},
	{"r11", 88},
	{"r12", 96},
	{"r13", 104},
	{"r14", 112},
	{"r15", 120},
	{"r16", 128},
	{"r17", 136},
	{"r18", 144},
	{"r19", 152},
	{"r20", 160},
	{"r21", 168},
	{"r22", 176},
	{"r23", 184},
	{"r24", 192},
	{"r25", 200},
	{"r26", 208},
	{"r27", 216},
	{"r28", 224},
	{"r29", 232},
	{"r30", 240},
	{"r31", 248},
	{"orig_a0", 256},
	{"csr_era", 264},
	{"csr_badvaddr", 272},
	{"ra", 8},
	{"tp", 16},
	{"a0", 32},
	{"a1", 40},
	{"a2", 48},
	{"a3", 56},
	{"a4", 64},
	{"a5", 72},
	{"a6", 80},
	{"a7", 88},
	{NULL, 0},
};

#define ARCH_ALIASES(...)         \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}
#define ARCH_ARGS(a) sizeof(a) / sizeof(*a), a

#define ARCH_KERNEL(major, minor) (major << 16 | minor << 8)

static const struct arch archs[] = {
	{"x86_64", ARCH_ALIASES("amd64", "x86-64", "x86"), EM_X86_64, 8, ARCH_ARGS(args_x86_64),
		"ax", "ip", "sp", "bp", regs_x86_64, -1, -1, 6, "__x64_sys_", true,
		ARCH_KERNEL(4, 17), call_x86_64},
	{"arm64", ARCH_ALIASES("aarch64"), EM_AARCH64, 8, ARCH_ARGS(args_arm64), "x0", "pc", "sp",
		"x29", regs_arm64, -1, -1, 6, "__arm64_sys_", true, ARCH_KERNEL(4, 19), args_arm64},
	{"arm", ARCH_ALIASES("armhf", "armv7l", "armv6l"), EM_ARM, 4, ARCH_ARGS(args_arm), "r0",
		"pc", "r13", "r11", regs_arm, 0, 0, 4, NULL, false, 0, NULL},
	{"riscv64", ARCH_ALIASES("riscv"), EM_RISCV, 8, ARCH_ARGS(args_riscv64), "a0", "pc", "sp",
		"s0", regs_riscv64, -1, -1, 6, "__riscv_sys_", true, ARCH_KERNEL(6, 6),
		call_riscv64},
	/* of the same names as those before 6.1 */
	{"ppc64le", ARCH_ALIASES("ppc64", "ppc64el", "powerpc"), EM_PPC64, 8,
		ARCH_ARGS(args_ppc64le), "r3", "nip", "r1", "r31", regs_ppc64le, -1, -1, 6, "sys_",
		false, ARCH_KERNEL(6, 1), args_ppc64le},
	/* the names are those of 5.1, the registers came with 5.12 */
	{"s390x", ARCH_ALIASES("s390"), EM_S390, 8, ARCH_ARGS(args_s390x), "r2", "psw_addr", "r15",
		"r11", regs_s390x, 160, 160, 5, "__s390x_sys_", false, ARCH_KERNEL(5, 12),
		call_s390x},
	{"mips64", ARCH_ALIASES("mips64el"), EM_MIPS, 8, ARCH_ARGS(args_mips64), "r2", "cp0_epc",
		"r29", "r30", regs_mips64, -1, -1, 6, NULL, false, 0, NULL},
	{"loongarch64", ARCH_ALIASES("loongarch"), EM_LOONGARCH, 8, ARCH_ARGS(args_mips64), "r4",
		"csr_era", "r3", "r22", regs_loongarch64, -1, -1, 6, NULL, false, 0, NULL},
	/* a kernel's pt_regs has no sp of the kernel, so its fourth argument is out of reach */
	{"i386", ARCH_ALIASES("i486", "i586", "i686"), EM_386, 4, ARCH_ARGS(args_i386), "ax", "ip",
		"sp", "bp", regs_i386, 4, -1, 0, "__ia32_sys_", true, ARCH_KERNEL(5, 7), call_i386},
};

#if defined(__x86_64__)
#define ARCH_NATIVE "x86_64"
#elif defined(__aarch64__)
#define ARCH_NATIVE "arm64"
#elif defined(__arm__)
#define ARCH_NATIVE "arm"
#elif defined(__riscv)
#define ARCH_NATIVE "riscv64"
#elif defined(__powerpc64__)
#define ARCH_NATIVE "ppc64le"
#elif defined(__s390x__)
#define ARCH_NATIVE "s390x"
#elif defined(__mips__)
#define ARCH_NATIVE "mips64"
#elif defined(__loongarch__)
#define ARCH_NATIVE "loongarch64"
#elif defined(__i386__)
#define ARCH_NATIVE "i386"
#else
#define ARCH_NATIVE ""
#endif

const struct arch *arch_at(size_t i)
{
	return i < sizeof(archs) / sizeof(*archs) ? &archs[i] : NULL;
}

const struct arch *arch_find(const char *name)
{
	const char *const *alias;
	const struct arch *a;
	size_t i;

	if (!name)
		name = ARCH_NATIVE;
	for (i = 0; (a = arch_at(i)); i++) {
		if (!strcmp(a->name, name))
			return a;
		for (alias = a->aliases; *alias; alias++)
			if (!strcmp(*alias, name))
				return a;
	}
	return NULL;
}

bool arch_is_big(const char *name)
{
	static const char *const big[] = {"s390x", "s390", "mips64", "ppc64"};
	size_t i;

	for (i = 0; name && i < sizeof(big) / sizeof(*big); i++)
		if (!strcmp(big[i], name))
			return true;
	return !name && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
}

static int named_reg(const struct arch *a, const char *name, uint64_t *offset)
{
	const struct arch_reg *r;

	for (r = a->regs; r->name; r++)
		if (!strcmp(r->name, name)) {
			*offset = r->offset;
			return 0;
		}
	return -ENOENT;
}

int arch_reg(const struct arch *a, const char *name, uint64_t *offset)
{
	unsigned n;

	if (!strncmp(name, "arg", 3) && name[3] >= '1' && name[3] <= '6' && !name[4]) {
		n = (unsigned)(name[3] - '1');
		return n < a->n_args ? named_reg(a, a->args[n], offset) : -ERANGE;
	}
	if (!strcmp(name, "retval"))
		return named_reg(a, a->retval, offset);
	if (!strcmp(name, "ip"))
		return named_reg(a, a->ip, offset);
	if (!strcmp(name, "sp"))
		return named_reg(a, a->sp, offset);
	if (!strcmp(name, "fp"))
		return named_reg(a, a->fp, offset);
	return named_reg(a, name, offset);
}

int arch_stack_arg(const struct arch *a, unsigned n, bool user, struct arch_memory *m)
{
	unsigned in_regs = user ? a->n_args_user : a->n_args;
	int first = user ? a->stack_user : a->stack_kernel;

	if (n <= in_regs)
		return 0;
	if (first < 0)
		return -ERANGE;
	named_reg(a, a->sp, &m->pointer);
	m->offset = (uint64_t)first + (uint64_t)a->word * (n - in_regs - 1);
	m->size = a->word;
	return 1;
}

void arch_call_arg(const struct arch *a, unsigned n, struct arch_memory *m)
{
	named_reg(a, a->args[0], &m->pointer);
	named_reg(a, a->call_args[n - 1], &m->offset);
	m->size = a->word;
}
