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
	tcase_add_test(t, stacks);
	tcase_add_test(t, recursion);
	suite_add_tcase(s, t);
	return s;
}
