// SPDX-License-Identifier: MIT
/* test_vlogstep.c - steps of a verifier log. */
#include <string.h>

#include "t.h"
#include "vlogstep.h"

static struct vlog_text text_of(const char *s)
{
	struct vlog_text t = {s, strlen(s)};

	return t;
}

static bool text_is(struct vlog_text t, const char *s)
{
	return t.n == strlen(s) && (!t.n || !memcmp(t.p, s, t.n));
}

START_TEST(step_lines)
{
	static const char *const none[] = {
		"",
		"1",
		"1:",
		"1: ",
		"0: R1=ctx() R10=fp0",
		"12: safe",
		"x: (95) exit",
		"123456789: (95) exit",
		"1: (9) exit",
		"from 1 to 2: (95) exit",
	};
	struct vlog_text step;
	size_t i;
	int insn = -1;

	/* a callback's first step in the same line */
	ck_assert(vlogstep_parse(
		text_of("6: (85) call bpf_loop#181 9: frame1: R1=0 cb"), &insn, &step));
	ck_assert(text_is(step, "call bpf_loop#181"));
	ck_assert(vlogstep_parse(
		text_of("12: (79) r1 = *(u64 *)(r6 +112)   ; R1=scalar()"), &insn, &step));
	ck_assert_int_eq(insn, 12);
	ck_assert(text_is(step, "r1 = *(u64 *)(r6 +112)"));
	ck_assert_int_eq(vlogstep_base(step), 6);
	ck_assert_int_eq(vlogstep_reg(step.p, step.p + step.n), 1);
	ck_assert(vlogstep_parse(text_of("2: BUG_db"), &insn, &step));
	for (i = 0; i < sizeof(none) / sizeof(*none); i++)
		ck_assert_msg(!vlogstep_parse(text_of(none[i]), &insn, &step), "%s", none[i]);
}
END_TEST

START_TEST(operands)
{
	ck_assert_int_eq(vlogstep_src(text_of("r2 += r3")), 3);
	ck_assert_int_eq(vlogstep_src(text_of("w2 = w10")), 10);
	ck_assert_int_eq(vlogstep_src(text_of("r2 += -8")), -1);
	ck_assert_int_eq(vlogstep_src(text_of("exit")), -1);
	ck_assert_int_eq(vlogstep_base(text_of("*(u8 *)(r10 -1) = r2")), 10);
	ck_assert_int_eq(vlogstep_base(text_of("r1 = r2")), -1);
	ck_assert(text_is(
		vlogstep_helper(text_of("call bpf_map_lookup_elem#1")), "bpf_map_lookup_elem"));
	ck_assert(text_is(vlogstep_helper(text_of("call unknown#9999")), ""));
	ck_assert(text_is(vlogstep_helper(text_of("call pc+3")), ""));
	ck_assert(text_is(vlogstep_helper(text_of("exit")), ""));
}
END_TEST

Suite *suite_vlogstep(void);
Suite *suite_vlogstep(void)
{
	Suite *s = suite_create("vlogstep");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, step_lines);
	tcase_add_test(t, operands);
	suite_add_tcase(s, t);
	return s;
}
