// SPDX-License-Identifier: MIT
/*
 * test_usdtlive.c - operands of USDT probes read by the running kernel.
 *
 * A function of this program, whose registers hold what its caller gave, stands for a probe.  One
 * program reads all operands there, one after the other, and keeps what it found in a map.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch.h"
#include "kbtf.h"
#include "kern.h"
#include "link.h"
#include "old.h"
#include "prog.h"
#include "t.h"
#include "tracefs.h"
#include "uprobe.h"
#include "usdtcode.h"
#include "usdtsym.h"

#if defined(__x86_64__) || defined(__aarch64__)

/* rdi or x0, and so on; the last two are on the stack of x86-64 */
long t_usdt_site(const void *table, uint64_t index, uint64_t pattern, uint64_t none, uint64_t a,
	uint64_t b, uint64_t c, uint64_t d);
#ifdef __x86_64__
__asm__(".text\n.globl t_usdt_site\n.type t_usdt_site, @function\n"
	"t_usdt_site: nop\nret\n.size t_usdt_site, .-t_usdt_site\n");
#else
__asm__(".text\n.globl t_usdt_site\n.type t_usdt_site, %function\n"
	"t_usdt_site: nop\nret\n.size t_usdt_site, .-t_usdt_site\n");
#endif

#define PATTERN 0x8182838485868788ULL

struct usdtlive_row {
	int64_t a;
	int32_t b;
	int16_t c;
	int8_t d, e;
};

static struct usdtlive_row usdtlive_table[4] = {
	{-1, -2, -3, -4, 5},
	{INT64_MIN, INT32_MIN, INT16_MIN, INT8_MIN, 6},
	{0x1112131415161718, 0x21222324, 0x3132, 0x41, 7},
	{1, 2, 3, 4, 8},
};
static volatile double usdtlive_float = 1.5;
#ifdef __x86_64__
static __thread uint64_t usdtlive_thread[2]
	__attribute__((used)) = {0x5152535455565758, 0x6162636465666768};
#endif

struct usdtlive_operand {
	const char *text;
	uint64_t want;
};

static const struct usdtlive_operand usdtlive_all[] = {
#ifdef __x86_64__
	{"8@%rdx", PATTERN},
	{"-8@%rdx", PATTERN},
	{"4@%edx", 0x85868788},
	{"-4@%edx", 0xffffffff85868788},
	{"2@%dx", 0x8788},
	{"-2@%dx", 0xffffffffffff8788},
	{"1@%dl", 0x88},
	{"-1@%dl", 0xffffffffffffff88},
	{"1@%dh", 0x87},
	{"-1@%dh", 0xffffffffffffff87},
	{"1@%rdx", 0x88},
	{"-4@$-5", (uint64_t)-5},
	{"2@$-5", 0xfffb},
	{"8@$81985529216486895", 0x123456789abcdef},
	{"-8@(%rdi)", (uint64_t)-1},
	{"-8@16(%rdi)", (uint64_t)INT64_MIN},
	{"-4@24(%rdi)", (uint64_t)INT32_MIN},
	{"4@24(%rdi)", 0x80000000},
	{"-2@28(%rdi)", (uint64_t)INT16_MIN},
	{"2@28(%rdi)", 0x8000},
	{"-1@30(%rdi)", (uint64_t)INT8_MIN},
	{"1@31(%rdi)", 6},
	{"8@(%rdi,%rsi,8)", 0x1112131415161718},
	{"4@8(%rdi,%rsi,8)", 0x21222324},
	{"8@usdtlive_table+32(%rip)", 0x1112131415161718},
	{"-8@usdtlive_table", (uint64_t)-1},
	{"-1@14+usdtlive_table(%rip)", (uint64_t)-4},
	{"8f@usdtlive_float(%rip)", 0x3ff8000000000000},
	{"8@$usdtlive_table+8", 0}, /* filled in */
	{"4@8(%rsp)", 0x7778797a},
	{"-8@16(%rsp)", (uint64_t)-8},
	{"8@(%rcx)", 0}, /* not there */
	{"-4@-4(%rcx)", 0},
	{"8@-8(%r9)", 0},
	{"8@%fs:usdtlive_thread@tpoff", 0x5152535455565758},
	{"2@%fs:usdtlive_thread@tpoff+8", 0x6768},
#else
	{"8@x2", PATTERN},
	{"4@w2", 0x85868788},
	{"-4@w2", 0xffffffff85868788},
	{"-2@w2", 0xffffffffffff8788},
	{"1@x2", 0x88},
	{"-1@x2", 0xffffffffffffff88},
	{"8@xzr", 0},
	{"-4@-5", (uint64_t)-5},
	{"-8@[x0]", (uint64_t)-1},
	{"-8@[x0, 16]", (uint64_t)INT64_MIN},
	{"-4@[x0, 24]", (uint64_t)INT32_MIN},
	{"4@[x0, 24]", 0x80000000},
	{"-2@[x0, 28]", (uint64_t)INT16_MIN},
	{"-1@[x0, 30]", (uint64_t)INT8_MIN},
	{"8@[x0, x1, lsl 3]", 0x1112131415161718},
	{"8@[x0, w1, uxtw 3]", 0x1112131415161718},
	{"8@[x0, w1, sxtw 3]", 0x1112131415161718},
	{"-1@[x4, w7, sxtw]", (uint64_t)-4}, /* 8 before it */
	{"8@[x3, #:lo12:usdtlive_table]", (uint64_t)-1},
	{"8@usdtlive_table+8", 0}, /* filled in */
	{"8@[x3]", 0},		   /* not there */
	{"-4@[x3, -4]", 0},
	{"8@x7", (uint64_t)-8},
#endif
};

#define USDTLIVE_N (sizeof(usdtlive_all) / sizeof(*usdtlive_all))

struct usdtlive {
	struct rawbpf b;
	struct prog prog;
	struct usdtsym symbols;
	struct usdtcode_site site;
	char exe[4096], log[1 << 16];
	struct rawbpf_insn code[2048];
	uint32_t n;
	int map;
};

static void usdtlive_site(struct usdtlive *l)
{
	const struct btf *btf = NULL;
	uint64_t pc;
	ssize_t n;

	memset(l, 0, sizeof(*l));
	old_hook(&l->b.sys);
	n = readlink("/proc/self/exe", l->exe, sizeof(l->exe) - 1);
	ck_assert_int_gt(n, 0);
	l->symbols = (struct usdtsym){.sys = &l->b.sys, .path = l->exe};
	ck_assert_int_eq(usdtsym_symbol(&l->symbols, "t_usdt_site", &pc), 0);
	l->site = (struct usdtcode_site){.machine = arch_find(NULL)->machine,
		.bits = 64,
		.pc = pc,
		.symbol = usdtsym_symbol,
		.tls = usdtsym_tls,
		.arg = &l->symbols};
	if (kbtf_kernel(&l->b, &btf))
		btf = NULL;
	usdtsym_segments(btf, &l->site);
}

static void usdtlive_put(struct usdtlive *l, unsigned code, unsigned regs, int off, int32_t imm)
{
	l->code[l->n++] = (struct rawbpf_insn){(uint8_t)code, (uint8_t)regs, (int16_t)off, imm};
}

/* r6 = context, r7 = value 0 of the map; or the end */
static void usdtlive_begin(struct usdtlive *l)
{
	usdtlive_put(l, 0xbf, 0x16, 0, 0); /* r6 = r1 */
	usdtlive_put(l, 0x62, 0x0a, -4, 0);
	usdtlive_put(l, 0xbf, 0xa2, 0, 0); /* r2 = r10 */
	usdtlive_put(l, 0x07, 0x02, 0, -4);
	usdtlive_put(l, 0x18, RAWBPF_PSEUDO_MAP_FD << 4 | 1, 0, l->map);
	usdtlive_put(l, 0, 0, 0, 0);
	usdtlive_put(l, 0x85, 0, 0, 1);	   /* r0 = bpf_map_lookup_elem() */
	usdtlive_put(l, 0x55, 0x00, 1, 0); /* if r0 != 0 goto +1 */
	usdtlive_put(l, 0x95, 0, 0, 0);
	usdtlive_put(l, 0xbf, 0x07, 0, 0); /* r7 = r0 */
}

/* false: it needs the kernel's BTF, which is not there */
static bool usdtlive_operand(struct usdtlive *l, const char *text, int i)
{
	struct usdtcode_op op;
	struct rawbpf_error e;
	int err = usdtcode_resolve(arch_find(NULL), &l->site, text, 1, &op, &e);

	if (err == -ENODATA && l->site.fsbase < 0)
		return false;
	ck_assert_msg(!err, "%s; %s", e.msg, e.hint);
	usdtlive_put(l, 0xbf, 0x61, 0, 0); /* r1 = r6 */
	l->n += usdtcode_emit(arch_find(NULL), &op, -16, l->code + l->n);
	usdtlive_put(l, 0x7b, 0x07, i * 8, 0); /* *(u64 *)(r7 +8 * i) = r0 */
	ck_assert_uint_lt(l->n, 2000);
	return true;
}

static int usdtlive_load(struct usdtlive *l)
{
	union rawbpf_attr a;

	usdtlive_put(l, 0xb7, 0, 0, 0);
	usdtlive_put(l, 0x95, 0, 0, 0);
	memset(&a, 0, sizeof(a));
	a.prog.prog_type = RAWBPF_PROG_KPROBE;
	a.prog.insns = (uintptr_t)l->code;
	a.prog.insn_cnt = l->n;
	a.prog.license = (uintptr_t) "GPL";
	a.prog.log_buf = (uintptr_t)l->log;
	a.prog.log_size = sizeof(l->log);
	a.prog.log_level = 1;
	return (int)rawbpf_sys_bpf(RAWBPF_PROG_LOAD, &a, sizeof(a.prog));
}

static void usdtlive_map(struct usdtlive *l, uint32_t n)
{
	union rawbpf_attr a;

	t_raise_memlock();
	memset(&a, 0, sizeof(a));
	a.map.map_type = RAWBPF_MAP_ARRAY;
	a.map.key_size = 4;
	a.map.value_size = n * 8;
	a.map.max_entries = 1;
	l->map = (int)rawbpf_sys_bpf(RAWBPF_MAP_CREATE, &a, sizeof(a.map));
	ck_assert_int_ge(l->map, 0);
}

/* Calls the function with the program at it; what that found. */
static void usdtlive_run(struct usdtlive *l, int fd, uint64_t *values)
{
	struct rawbpf_uprobe_opts o = {.name = l->exe, .sym = "t_usdt_site", .fn_name = "operands"};
	uint32_t key = 0;
	union rawbpf_attr a;

	l->prog = (struct prog){
		.name = "operands", .section = "x", .type = RAWBPF_PROG_KPROBE, .fd = fd};
	l->b.progs = &l->prog;
	l->b.n_progs = 1;
	ck_assert_msg(!uprobe_attach(&l->b, &o, false), "%s", l->b.error.msg);
	t_usdt_site(usdtlive_table, 4, PATTERN, 0, (uintptr_t)usdtlive_table + 14 + 8, 0,
		0x7778797a, (uint64_t)-8);
	memset(&a, 0, sizeof(a));
	a.elem.map_fd = (uint32_t)l->map;
	a.elem.key = (uintptr_t)&key;
	a.elem.value = (uintptr_t)values;
	ck_assert_int_eq(rawbpf_sys_bpf(RAWBPF_MAP_LOOKUP_ELEM, &a, sizeof(a.elem)), 0);
}

static void usdtlive_close(struct usdtlive *l)
{
	link_close_until(&l->b, NULL);
	tracefs_free(&l->b);
	kbtf_free(&l->b);
	kern_free(&l->b);
	usdtsym_close(&l->symbols);
	close(l->prog.fd);
	close(l->map);
	free(l);
}

static uint64_t usdtlive_want(const struct usdtlive_operand *o)
{
	return strstr(o->text, "usdtlive_table+8") ? (uintptr_t)usdtlive_table + 8 : o->want;
}

START_TEST(every_operand)
{
	uint64_t values[USDTLIVE_N];
	struct usdtlive *l;
	bool read[USDTLIVE_N];
	size_t i;
	int fd;

	T_NEED_ROOT();
	ck_assert(usdtlive_float > 1);
	l = malloc(sizeof(*l));
	usdtlive_site(l);
	usdtlive_map(l, USDTLIVE_N);
	usdtlive_begin(l);
	for (i = 0; i < USDTLIVE_N; i++)
		read[i] = usdtlive_operand(l, usdtlive_all[i].text, (int)i);
	fd = usdtlive_load(l);
	ck_assert_msg(fd >= 0, "%d %s", fd, l->log);
	usdtlive_run(l, fd, values);
	for (i = 0; i < USDTLIVE_N; i++)
		ck_assert_msg(!read[i] || values[i] == usdtlive_want(&usdtlive_all[i]),
			"%s: %#lx, not %#lx", usdtlive_all[i].text, (unsigned long)values[i],
			(unsigned long)usdtlive_want(&usdtlive_all[i]));
	usdtlive_close(l);
}
END_TEST

#ifdef __x86_64__
/* Registers and the thread's base together. */
START_TEST(segment_and_register)
{
	uint64_t value;
	struct usdtlive *l;
	int fd;

	T_NEED_ROOT();
	l = malloc(sizeof(*l));
	usdtlive_site(l);
	usdtlive_map(l, 1);
	usdtlive_begin(l);
	if (!usdtlive_operand(l, "8@%fs:usdtlive_thread@tpoff-24(,%rsi,8)", 0)) {
		l->prog.fd = -1;
		usdtlive_close(l);
		T_SKIP("the kernel has no BTF");
	}
	fd = usdtlive_load(l);
	ck_assert_msg(fd >= 0, "%d %s", fd, l->log);
	usdtlive_run(l, fd, &value);
	ck_assert_uint_eq(value, usdtlive_thread[1]);
	usdtlive_close(l);
}
END_TEST
#endif
#endif

Suite *suite_usdtlive(void);
Suite *suite_usdtlive(void)
{
	Suite *s = suite_create("usdtlive");
	TCase *tc = tcase_create("live");

#if defined(__x86_64__) || defined(__aarch64__)
	tcase_add_test(tc, every_operand);
#endif
#ifdef __x86_64__
	tcase_add_test(tc, segment_and_register);
#endif
	suite_add_tcase(s, tc);
	return s;
}
