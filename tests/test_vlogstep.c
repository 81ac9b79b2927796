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

START_TEST(states)
{
	static const char text[] = "6_rwD=map_value(id=0)";

	ck_assert_ptr_eq(vlogstep_state(text, text + strlen(text), 6), text + 6);
	ck_assert_ptr_null(vlogstep_state(text, text + strlen(text), 7));
	ck_assert_ptr_null(vlogstep_state(text, text + 5, 6));
	ck_assert_ptr_null(vlogstep_state(text, text, 6));
}
END_TEST

/* What stands before each line: digits may differ, and blanks that stood for digits. */
START_TEST(leads)
{
	static const struct {
		const char *line, *lead, *want;
	} rows[] = {
		{"Nov 23 07:56:31 h p[12]: 0: (95) exit",
			"Nov 23 07:56:28 h p[12]: ", "0: (95) exit"},
		{"[   10.001] 0: (95) exit", "[    9.999] ", "0: (95) exit"},
		{">", "> ", ""},
		{"> ", "> ", ""},
		/* none */
		{"0: (95) exit", "> ", NULL},
		{"[    9", "[    9.999] ", NULL},
		{"12: (95) exit", "  ", NULL},
		{"0: (95) exit", "", NULL},
		{"", "> ", NULL},
	};
	struct vlog_text t;
	bool had;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		t = vlogstep_bare(text_of(rows[i].line), text_of(rows[i].lead), &had);
		ck_assert_msg(had == !!rows[i].want, "%s", rows[i].line);
		ck_assert_msg(
			text_is(t, rows[i].want ? rows[i].want : rows[i].line), "%s", rows[i].line);
	}
}
END_TEST

Suite *suite_vlogstep(void);
Suite *suite_vlogstep(void)
{
	Suite *s = suite_create("vlogstep");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, step_lines);
	tcase_add_test(t, operands);
	tcase_add_test(t, states);
	tcase_add_test(t, leads);
	suite_add_tcase(s, t);
	return s;
}
