// SPDX-License-Identifier: MIT
/*
 * test_global.c - variables of .data, .rodata and .bss: their instructions, and what programs do
 * to them, run through BPF_PROG_TEST_RUN (raw tracepoints, Linux 5.10).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "old.h"
#include "rawbpf.h"
#include "rawbpf_sys.h"
#include "t.h"
#include "tasm.h"

Suite *suite_global(void);

/* ---- instructions ------------------------------------------------------------------------ */

#define A	 ".data a: u64\n.bss h: u32[4]\n.rodata c: s16 = -1\n.bss b: u8\n"
#define IS(dst)	 "18" dst "000000000000 0000000000000000"
#define IS4(dst) "18" dst "000000000000 0000000004000000"
#define LD(dst)	 IS(dst) " "
#define AT4(dst) IS4(dst) " "

START_TEST(loads)
{
	tasm_is(A "r1 = a", LD("21") "7911000000000000");
	tasm_is(A "w1 = h[1]", AT4("21") "6111000000000000");
	tasm_is(A "r6 = c", LD("26") "6966000000000000 6706000030000000 c706000030000000");
	tasm_is(A "r1 = &a", IS("21"));
	tasm_is(A "r1 = &h[1]", IS4("21"));
	tasm_is(A "r1 = &h + 4", IS4("21"));
	tasm_is(A "lddw %r1, &h[1]", IS4("21"));
}
END_TEST

START_TEST(stores)
{
	tasm_is(A "a = 7", LD("25") "7a05000007000000");
	tasm_is(A "a = r1", LD("25") "7b15000000000000");
	tasm_is(A "a = r5", LD("24") "7b54000000000000");
	tasm_is(A "h[1] = w1", AT4("25") "6315000000000000");
	tasm_is(A "a = 0x100000000",
		"1804000000000000 0000000001000000 " LD("25") "7b45000000000000");
	tasm_is(A "a = bpf_ktime_get_ns()", "8500000005000000 " LD("25") "7b05000000000000");
	tasm_is(A "h = 0", LD("25") "6205000000000000 6205040000000000 6205080000000000 "
				    "62050c0000000000");
}
END_TEST

START_TEST(changes)
{
	tasm_is(A "a += 1", LD("25") "7954000000000000 0704000001000000 7b45000000000000");
	tasm_is(A "a -= r4", LD("25") "7953000000000000 1f43000000000000 7b35000000000000");
	tasm_is(A "a |= r5", LD("24") "7943000000000000 4f53000000000000 7b34000000000000");
	tasm_is(A "h[1] >>= 3", AT4("25") "6154000000000000 7404000003000000 6345000000000000");
	tasm_is(A "lock a += 1", "b704000001000000 " LD("25") "db45000000000000");
	tasm_is(A "lock a ^= r4", LD("25") "db450000a0000000");
}
END_TEST

START_TEST(errors)
{
	tasm_fails(A ".prog p \"socket\"\nc = 1\nexit",
		"'c' is in .rodata: programs cannot change it");
	tasm_fails(A ".prog p \"socket\"\nh[4] = 1\nexit", "'h' has 4 elements, 0 to 3");
	tasm_fails(A ".prog p \"socket\"\nr0 = h[r1]\nexit", "an index is a constant");
	tasm_fails(A ".prog p \"socket\"\nr0 = a[0]\nexit", "'a' is no array");
	tasm_fails(A ".prog p \"socket\"\nr0 = h\nexit", "'h' has 16 bytes; its address is '&h'");
	tasm_fails(A ".prog p \"socket\"\nh = 1\nexit", "only 0 can be assigned to it");
	tasm_fails(A ".prog p \"socket\"\nr0 = a.x\nexit", "'a' is no record, it has no fields");
	tasm_fails(A ".prog p \"socket\"\nr1 = &h + 17\nexit", "this is outside of 'h'");
	tasm_fails(A ".prog p \"socket\"\na = w1\nexit", "w1 does not hold 64 bits; write r1");
	tasm_fails(A ".prog p \"socket\"\na = &h\nexit", "this needs a register on its way");
	tasm_fails(A ".prog p \"socket\"\nlock a -= 1\nexit", "'lock' takes +=, |=, &= or ^=");
	tasm_fails(A ".prog p \"socket\"\nlock b += 1\nexit", "this is for u32 and u64");
	tasm_fails(
		".data s: s32\n.prog p \"socket\"\ns >>= 1\nexit", "'>>=' is for unsigned numbers");
	tasm_fails(".bss counter: u64\n.prog p \"socket\"\nr1 = &countr\nexit",
		"no map or variable 'countr'; did you mean 'counter'?");
	tasm_fails(".bss counter: u64\n.prog p \"socket\"\nr1 = countr\nexit",
		"did you mean 'counter'?");
}
END_TEST

START_TEST(a_slot_on_the_stack_goes_before)
{
	tasm_is(".bss a: u64\n.func f\n.var a: u32\na = 1\nr0 = a\nexit",
		"620afcff01000000 61a0fcff00000000 9500000000000000");
}
END_TEST

/* ---- in the kernel ----------------------------------------------------------------------- */

static struct rawbpf *b;

static void teardown(void)
{
	rawbpf_free(b);
	b = NULL;
}

static const char program[] = ".license \"GPL\"\n"
			      ".struct ev\npid: u32\ncpu: s16\nname: char[6]\n.end\n"
			      ".data   counter: u64 = 5\n"
			      ".data   neg: s32 = -3\n"
			      ".data   evs: ev[2] = {{1, -2, \"abc\"}, {7}}\n"
			      ".rodata limit: u32 = 10\n"
			      ".rodata tab: u16[] = {1, 2, 0xffff}\n"
			      ".bss    hits: u64[4]\n"
			      ".bss    small: u8\n"
			      ".bss    name: char[16]\n"
			      ".prog run \"raw_tp/sys_enter\"\n"
			      "	r6 = arg1\n"
			      "	if r6 < 4 goto inside\n"
			      "	r6 = 3\n"
			      "inside:	r6 <<= 3\n"
			      "	r1 = &hits\n"
			      "	r1 += r6\n"
			      "	r2 = 1\n"
			      "	lock *(u64 *)(r1 +0) += r2\n"
			      "	counter += 1\n"
			      "	lock counter += 2\n"
			      "	counter *= 3\n"
			      "	small = 255\n"
			      "	small += 2\n"
			      "	r0 = neg\n"
			      "	evs[1].cpu = r0\n"
			      "	r1 = &later\n"
			      "	r1 = *(u32 *)(r1 +0)\n"
			      "	evs[0].pid += r1\n"
			      "	r0 = bpf_get_current_comm(&name, sizeof(name))\n"
			      "	r0 = limit\n"
			      "	r1 = tab[2]\n"
			      "	r0 += r1\n"
			      "	exit\n"
			      ".data   later: u32 = 9\n";

static void look(const char *map, void *value, uint32_t size)
{
	struct rawbpf_table *t = rawbpf_table(b, map);
	struct rawbpf_table_info info;
	uint32_t zero = 0;

	ck_assert_ptr_nonnull(t);
	ck_assert_int_eq(rawbpf_table_info(t, &info), 0);
	ck_assert_uint_eq(info.value_size, size);
	ck_assert_int_eq(rawbpf_table_lookup(t, &zero, value), 0);
}

START_TEST(a_program_uses_them)
{
	struct {
		uint64_t counter;
		int32_t neg;
		struct {
			uint32_t pid;
			int16_t cpu;
			char name[6];
		} evs[2];
		uint32_t later;
	} data;
	struct {
		uint64_t hits[4];
		uint8_t small;
		char name[16];
	} bss;
	unsigned char bytes[49];
	uint64_t args[2] = {2, 0};
	union rawbpf_attr a;
	uint32_t zero = 0, limit[3] = {1};
	int err;

	T_NEED_ROOT();
	OLD_NEED("insn address of a map's value");
	OLD_NEED("prog raw_tracepoint");
	b = rawbpf_new();
	err = rawbpf_load(b, .text = program);
	if (err && strstr(rawbpf_errmsg(b), "5.2"))
		T_SKIP("no global variables (Linux 5.2)");
	ck_assert_msg(!err, "%s", rawbpf_errmsg(b));
	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)rawbpf_prog_fd(b, "run");
	a.test.ctx_in = (uintptr_t)args;
	a.test.ctx_size_in = sizeof(args);
	err = (int)rawbpf_sys_bpf(RAWBPF_PROG_TEST_RUN, &a, 80);
	if (err == -EINVAL || err == -524)
		T_SKIP("no BPF_PROG_TEST_RUN of raw tracepoints (Linux 5.10)");
	ck_assert_int_eq(err, 0);
	ck_assert_uint_eq(a.test.retval, 10 + 0xffff);
	look(".data", &data, sizeof(data));
	ck_assert_uint_eq(data.counter, (5 + 1 + 2) * 3);
	ck_assert_int_eq(data.neg, -3);
	ck_assert_uint_eq(data.evs[0].pid, 1 + 9);
	ck_assert_int_eq(data.evs[1].cpu, -3);
	ck_assert_str_eq(data.evs[0].name, "abc");
	look(".bss", bytes, sizeof(bytes));
	memcpy(&bss, bytes, sizeof(bytes));
	ck_assert_uint_eq(bss.hits[2], 1);
	ck_assert_uint_eq(bss.small, 1);
	ck_assert_uint_ne(bss.name[0], 0);
	/* constants are frozen */
	ck_assert_int_eq(rawbpf_table_update(rawbpf_table(b, ".rodata"), &zero, limit, 0), -EPERM);
}
END_TEST

static const char shown[] = ".bss hits: u64[2]\n.data on: u8 = 1\n.struct ev\npid: u32\n"
			    "name: char[8]\n.end\n.data last: ev = {7, \"sh\"}\n"
			    ".rodata limit: s32 = -10\n.macro bump\nhits[1] += 1\n.endm\n"
			    ".prog p \"socket\"\nbump\nr0 = limit\nexit";

/* libbpf loads them, and bpftool prints them with their types */
START_TEST(bpftool_prints_them)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	char dir[] = "/tmp/rawbpf-global-XXXXXX", path[64], *text;
	FILE *f;

	T_NEED_ROOT();
	if (t_run(NULL, "command -v bpftool >/dev/null && command -v unshare >/dev/null"))
		T_SKIP("no bpftool or unshare");
	o.resolver = NULL;
	o.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	o.name = "globals.bpf";
	ck_assert_int_eq(bpfasm_assemble(shown, sizeof(shown) - 1, &o, &out), 0);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/globals.o", dir);
	f = fopen(path, "w");
	ck_assert_uint_eq(fwrite(out.data, 1, out.len, f), out.len);
	fclose(f);
	ck_assert_msg(t_run(&text,
			      "unshare -m sh -c 'mount -t bpf none /sys/fs/bpf && "
			      "bpftool prog load %s /sys/fs/bpf/p pinmaps /sys/fs/bpf/m && "
			      "bpftool prog dump xlated pinned /sys/fs/bpf/p linum && "
			      "for i in bss data rodata; do bpftool -p map dump pinned "
			      "/sys/fs/bpf/m/globals_$i; done' 2>&1 | tr -d \" \\n\"; rm -r %s",
			      path, dir) == 0,
		"%s", text);
	ck_assert_msg(strstr(text, "\".bss\":[{\"hits\":[0,0]}]"), "%s", text);
	ck_assert_msg(
		strstr(text, "{\"on\":1},{\"last\":{\"pid\":7,\"name\":\"sh\"}}"), "%s", text);
	ck_assert_msg(strstr(text, "\".rodata\":[{\"limit\":-10}]"), "%s", text);
	/* what a macro made is shown at its use */
	ck_assert_msg(strstr(text, ";bump[file:globals.bpfline_num:13line_col:1]0:(18)r5=map"),
		"%s", text);
	ck_assert_msg(strstr(text, ";r0=limit[file:globals.bpfline_num:14line_col:1]"), "%s", text);
	free(text);
	bpfasm_free(&out);
}
END_TEST

Suite *suite_global(void)
{
	Suite *s = suite_create("global");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, loads);
	tcase_add_test(tc, stores);
	tcase_add_test(tc, changes);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, a_slot_on_the_stack_goes_before);
	suite_add_tcase(s, tc);
	tc = tcase_create("live");
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, a_program_uses_them);
	suite_add_tcase(s, tc);
	tc = tcase_create("host");
	tcase_add_test(tc, bpftool_prints_them);
	suite_add_tcase(s, tc);
	return s;
}
