// SPDX-License-Identifier: MIT
/* test_progspot.c - the instruction that a refusal of a whole program speaks of. */
#include "progspot.h"

#include <string.h>

#include "bpfasm.h"
#include "t.h"
#include "tasm.h"

/* Where a message about a text is; -1.  again: its calls all lead to the first function. */
static int spot_in(const char *text, const char *msg, bool again)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	struct rawbpf_error e;
	struct object_code c;
	struct object *obj;
	uint32_t i;
	int at;

	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s", out.diag);
	ck_assert_int_eq(object_open(out.data, out.len, "t", &obj, &e), 0);
	bpfasm_free(&out);
	ck_assert_int_eq(object_link(obj, 0, &c, &e), 0);
	for (i = 0; again && i < c.n_insns; i++)
		if (c.insns[i].code == OBJECT_CALL)
			c.insns[i].imm = 2 - (int32_t)i - 1;
	at = progspot_find(obj, &c, msg);
	object_code_free(&c);
	object_free(obj);
	return at;
}

static int spot(const char *text, const char *msg)
{
	return spot_in(text, msg, false);
}

START_TEST(codes)
{
	static const char text[] =
		".prog p \"socket\"\nr1 = 0x8d0000008d ll\ncallx r1\ncallx r2\nexit\n";

	ck_assert_int_eq(spot(text, "unknown opcode 8d"), 2);
	ck_assert_int_eq(spot(text, "unknown opcode 06"), -1);
	ck_assert_int_eq(spot(text, "unknown opcode "), -1);
	ck_assert_int_eq(spot(text, "R0 !read_ok"), -1);
}
END_TEST

START_TEST(variables)
{
	static const char text[] =
		".kvar one\n.kvar two\n.prog p \"socket\"\nr1 = &one\nr2 = &two\nexit\n";
	static const char msg[] = "ldimm64 failed to find the address for kernel symbol '%s'.";
	char said[128];

	snprintf(said, sizeof(said), msg, "two");
	ck_assert_int_eq(spot(text, said), 2);
	snprintf(said, sizeof(said), msg, "tw");
	ck_assert_int_eq(spot(text, said), -1);
	ck_assert_int_eq(spot(text, "address for kernel symbol 'two"), -1);
}
END_TEST

/* What the kernel finds wrong before its walk, in the words of 5.10 to 7.x. */
START_TEST(before_the_walk)
{
	static const char text[] = ".map h hash(u32, u64, 4) flags=1\n" /* 0 */
				   ".map s stack_trace\n"
				   ".map a type(33, 0, 0, 4) flags=0x400\n"
				   ".map b type(33, 0, 0, 4) flags=0x400\n"
				   ".kfunc bpf_one\n"
				   ".kfunc bpf_xdp_metadata_rx_hash\n"
				   ".prog p \"socket\"\n"
				   "r1 = &h\n"			 /* 0 */
				   "r1 = &s\n"			 /* 2 */
				   "r1 = &a\n"			 /* 4 */
				   "r1 = &b\n"			 /* 6 */
				   "r1 = map_fd(77) ll\n"	 /* 8 */
				   "r1 = map_idx(3) ll\n"	 /* 10 */
				   "r1 = map_value(78, 40) ll\n" /* 12 */
				   "r1 = btf_id(900, 0) ll\n"	 /* 14 */
				   "call bpf_one\n"		 /* 16 */
				   "call bpf_xdp_metadata_rx_hash\n"
				   "call f\n" /* 18 */
				   "exit\n"
				   ".func f\n"
				   "call bpf_tail_call\n" /* 20 */
				   "r0 = *(u8 *)skb[0]\n"
				   "r1 = 5 ll\n" /* 22 */
				   "if r1 == 0 goto +0\n"
				   "exit\n";
	static const struct {
		const char *msg;
		int insn;
	} rows[] = {
		{"fd 77 is not pointing to valid bpf_map", 8},
		{"fd 78 is not pointing to valid bpf_map", 12},
		{"fd 79 is not pointing to valid bpf_map", -1},
		{"fd_idx without fd_array is invalid", 10},
		{"fd_idx 3 is not a map", 10},
		{"direct value offset of 40 is not allowed", 12},
		{"direct value offset of 41 is not allowed", -1},
		{"no direct value access support for this map type", 12},
		{"ldimm64 insn specifies invalid btf_id 900.", 14},
		{"pseudo btf_id 900 in ldimm64 isn't KIND_VAR.", 14},
		{"cannot call kernel function from non-GPL compatible program", 16},
		{"calling kernel function is not supported without CONFIG_DEBUG_INFO_BTF", 16},
		{"metadata kfuncs require device-bound program", 17},
		{"loading/calling other bpf or kernel functions are allowed for CAP_BPF and "
		 "CAP_SYS_ADMIN",
			16},
		{"call to invalid destination", -1},
		{"tail_call is not allowed in subprogs without BTF", 20},
		{"LD_ABS is only allowed in functions that return 'int'.", 21},
		{"Sleepable programs can only use array, hash, and ringbuf maps", 2},
		{"trace type programs can only use preallocated hash map", 0},
		{"JIT is required to use arena", 4},
		{"Only one arena per program", 6},
		{"tracing progs cannot use bpf_spin_lock yet", -1},
		{"invalid bpf_ld_imm64 insn", -1},
		{"BPF_LDX uses reserved fields", -1},
	};
	size_t i;
	int at;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		at = spot(text, rows[i].msg);
		ck_assert_msg(at == rows[i].insn, "%s: %d", rows[i].msg, at);
	}
}
END_TEST

/* Of the program and its functions the one that runs on behind its end. */
START_TEST(open_ends)
{
	static const char msg[] = "last insn is not an exit or jmp";

	ck_assert_int_eq(spot(".prog p \"socket\"\nr0 = 0\nr1 = func(pc+1) ll\nexit\n", msg), 1);
	ck_assert_int_eq(spot(".prog p \"socket\"\ncall f\nexit\n.func f\nr0 = func(pc+2) ll\n"
			      "r0 = 5\nr0 = 6\nexit\n",
				 msg),
		4);
	ck_assert_int_eq(spot(".prog p \"socket\"\nr0 = 0\nexit\n", msg), -1);
}
END_TEST

/* One map is the one that is meant, two are not. */
START_TEST(only_map)
{
	static const char msg[] = "tracing progs cannot use bpf_timer yet";

	ck_assert_int_eq(
		spot(".map h hash(u32, u64)\n.prog p \"socket\"\nr0 = 0\nr1 = &h\nexit\n", msg), 1);
}
END_TEST

/* One call that is deep enough is told, of several that come to other figures none. */
START_TEST(stacks)
{
	static const char text[] = ".prog p \"socket\"\n"
				   "*(u64 *)(r10 -200) = 0\n"
				   "call a\n"
				   "call b\n"
				   "exit\n"
				   ".func a\n"
				   "r1 = r10\n"
				   "r1 += -100\n"
				   "call c\n"
				   "exit\n"
				   ".func b\n"
				   "r0 = 0\n"
				   "call a\n"
				   "exit\n"
				   ".func c\n"
				   "r2 = *(u64 *)(r10 -304)\n"
				   "call bpf_tail_call\n"
				   "exit\n";
	static const struct {
		const char *msg;
		int insn;
	} rows[] = {
		/* 208 + 112 + 304: in c, that a called */
		{"combined stack size of 3 calls is 624. Too large", 6},
		/* 224 + 128 + 320 on older kernels */
		{"combined stack size of 3 calls is 672. Too large", 6},
		{"combined stack size of 2 calls is 320. Too large", 1},
		{"combined stack size of 2 calls is 224. Too large", 2},
		{"combined stack size of 4 calls is 640. Too large", 6},
		{"combined stack size of 3 calls is 625. Too large", -1},
		{"combined stack size of 5 calls is 624. Too large", -1},
		{"tail_calls are not allowed when call stack of previous frames is 320 bytes. Too "
		 "large",
			12},
		{"tail_calls are not allowed when call stack of previous frames is 352 bytes. Too "
		 "large",
			12},
		{"tail_calls are not allowed when call stack of previous frames is 300 bytes. Too "
		 "large",
			-1},
	};
	size_t i;
	int at;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		at = spot(text, rows[i].msg);
		ck_assert_msg(at == rows[i].insn, "%s: %d", rows[i].msg, at);
	}
}
END_TEST

/* Functions that call themselves end. */
START_TEST(recursion)
{
	static const char text[] = ".prog p \"socket\"\ncall a\nexit\n"
				   ".func a\ncall b\ncall b\ncall b\ncall b\nexit\n"
				   ".func b\nr0 = 0\nexit\n";

	ck_assert_int_eq(spot_in(text, "combined stack size of 9 calls is 1. Too large", true), -1);
}
END_TEST

Suite *suite_progspot(void);
Suite *suite_progspot(void)
{
	Suite *s = suite_create("progspot");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, codes);
	tcase_add_test(t, variables);
	tcase_add_test(t, before_the_walk);
	tcase_add_test(t, open_ends);
	tcase_add_test(t, only_map);
	tcase_add_test(t, stacks);
	tcase_add_test(t, recursion);
	suite_add_tcase(s, t);
	return s;
}
