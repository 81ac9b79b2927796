// SPDX-License-Identifier: MIT
/* test_parse_mem.c - loads, stores, atomics and what else looks like a call. */
#include "t.h"
#include "tasm.h"

Suite *suite_parse_mem(void);

START_TEST(loads_and_stores)
{
	tasm_is("r6 = *(u64 *)(r1 +80)", "7916500000000000");
	tasm_is("r6 = *(u8 *)(r1 - 1)\nr6 = *(u16*)(r1)", "7116ffff00000000 6916000000000000");
	tasm_is("w6 = *(u32 *)(r1 + 8)", "6116080000000000");
	tasm_is("r1 = *(s8 *)(r2 +0)\nr1 = *(s32 *)(r2 +0)", "9121000000000000 8121000000000000");
	tasm_is("*(u32 *)(r10 -4) = r1\n*(u16 *)(r10 -4) = w1",
		"631afcff00000000 6b1afcff00000000");
	tasm_is("*(u8 *)(r10 -8) = 255\n*(u64 *)(r10 -8) = -1",
		"720af8ffff000000 7a0af8ffffffffff");
	tasm_is("*(u32 *)(r10 + 4 - 8) = 0xffffffff", "620afcffffffffff");
	tasm_is("r0 = *(u8 *)skb[14]\nr0 = *(u16 *)skb[r7 + 2]",
		"300000000e000000 4870000002000000");
	tasm_warns(".prog p \"socket\"\n*(u8 *)(r10 -8) = 256\nr0 = 0\nexit",
		"only the low 8 bits of 256 are stored");
}
END_TEST

START_TEST(atomics)
{
	tasm_is("lock *(u64 *)(r0 +0) += r1\nlock *(u32 *)(r1 + 0) |= w2",
		"db10000000000000 c321000040000000");
	tasm_is("r1 = atomic64_fetch_add((u64 *)(r0 +0), r1)", "db10000001000000");
	tasm_is("r3 = atomic_fetch_xor((u32 *)(r10 -8), r3)", "c33af8ffa1000000");
	tasm_is("w3 = atomic_fetch_and((u32 *)(r10 - 8), w3)", "c33af8ff51000000");
	tasm_is("r2 = xchg_64(r1 + 0, r2)\nr2 = atomic64_xchg((u64 *)(r1 +0), r2)",
		"db210000e1000000 db210000e1000000");
	tasm_is("w0 = cmpxchg32_32(r10 - 8, w0, w3)\nr0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)",
		"c33af8fff1000000 db210000f1000000");
	tasm_is("r1 = load_acquire((u64 *)(r2 + 0))\nstore_release((u8 *)(r10 - 8), w0)",
		"db21000000010000 d30af8ff10010000");
}
END_TEST

START_TEST(constants_that_the_kernel_fills_in)
{
	tasm_is("r1 = map_fd(3) ll", "1811000003000000 0000000000000000");
	tasm_is("r1 = map_value(3, 8) ll\nr1 = map[fd:3][0]+8",
		"1821000003000000 0000000008000000 1821000003000000 0000000008000000");
	tasm_is("r2 = subprog[-2]\nr2 = subprog[+3]",
		"18420000feffffff 0000000000000000 1842000003000000 0000000000000000");
	tasm_is("r1 = btf_id(7, 0) ll\nr2 = func(pc-2) ll",
		"1831000007000000 0000000000000000 18420000feffffff 0000000000000000");
	tasm_is("r1 = map_idx(1) ll\nr1 = map_idx_value(1, 4) ll",
		"1851000001000000 0000000000000000 1861000001000000 0000000004000000");
	tasm_is("r1 = addr_space_cast(r2, 1, 0)", "bf21010000000100");
	/* as LLVM prints __builtin_bpf_pseudo() */
	tasm_is("ld_pseudo r6, 1, 0\nld_pseudo r0, 2, 0x500000003",
		"1816000000000000 0000000000000000 1820000003000000 0000000005000000");
}
END_TEST

START_TEST(errors)
{
	static const char *const bad[][2] = {
		{"r1 = *(u33 *)(r1 +0)", "no width 'u33'; did you mean 'u32'?"},
		{"r1 = *(u46 *)(r1 +0)", "no width 'u46'; did you mean 'u64'?"},
		{"*(long *)(r1 +0) = 1", "no width 'long'; u8 to u64 and s8 to s32 are there"},
		{"r1 = *(u32 *)(r1 +32768)", "offset 32768 does not fit in 16 bits"},
		{"r1 = *(u32 *)(w1 +0)", "an address is 64 bits wide: r1"},
		{"w1 = *(u64 *)(r1 +0)", "w1 does not hold 64 bits"},
		{"*(u64 *)(r1 +0) += r2", "memory is changed by 'lock"},
		{"*(u64 *)(r1 +0) = 0xffffffff", "does not fit in 32 bits"},
		{"lock *(u16 *)(r1 +0) += r2", "this is for u32 and u64"},
		{"lock *(u64 *)(r1 +0) -= r2", "'lock' takes +=, |=, &= or ^="},
		{"r1 = atomic64_fetch_add((u64 *)(r0 +0), r2)",
			"back in the register that was given"},
		{"r1 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)", "cmpxchg compares with r0"},
		{"r1 = atomic64_xchg((u32 *)(r1 +0), r1)", "'atomic64_xchg' is for u64"},
		{"r1 = *(u8 *)skb[0]", "a packet load is"},
		{"r1 = *(u32 *)(r1 +0", "')' is missing"},
		{"w1 = subprog[+3]", "this is 64 bits wide; write r1"},
		{"r1 = map[id:3]", "an instruction holds no map's id; name the map ('&NAME'), or"},
		{"r1 = map[xd:3]", "only 'map[fd:N]'"},
		{"ld_pseudo w1, 1, 0", "this is 64 bits wide; write r1"},
		{"ld_pseudo r1, 7, 0", "what the constant stands for is 0 to 6"},
		{"ld_pseudo r1, 1", "',' is missing"},
	};

	tasm_lines_fail(".prog p \"socket\"\n", bad, sizeof(bad) / sizeof(*bad));
}
END_TEST

Suite *suite_parse_mem(void)
{
	Suite *s = suite_create("parse_mem");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, loads_and_stores);
	tcase_add_test(tc, atomics);
	tcase_add_test(tc, constants_that_the_kernel_fills_in);
	tcase_add_test(tc, errors);
	suite_add_tcase(s, tc);
	return s;
}
