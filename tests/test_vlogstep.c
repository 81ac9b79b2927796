// SPDX-License-Identifier: MIT
/* test_vlogstep.c - steps of a verifier log, and the way a value took through them. */
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

/* The history of reg before the last step of a log. */
static void history(const char *log, int reg, char *out, size_t size, bool *clobbered)
{
	struct vlog_text step = {NULL, 0}, t, found;
	const char *p, *nl;
	int insn;

	for (p = log; (nl = strchr(p, '\n')); p = nl + 1) {
		t.p = p;
		t.n = (size_t)(nl - p);
		if (vlogstep_parse(t, &insn, &found))
			step = found;
	}
	vlogstep_history(log, step, reg, out, size);
	*clobbered = vlogstep_clobbered(log, step, reg);
}

static const struct {
	const char *log;
	int reg;
	const char *want;
	bool clobbered;
} rows[] = {
	/* copies and changes are followed, three steps back */
	{"0: (79) r1 = *(u64 *)(r1 +8)\n1: (07) r1 += 4\n2: (bf) r6 = r1\n3: (79) r0 = *(u64 *)(r6 "
	 "+0)\n",
		6, "r6 is from insn 2 'r6 = r1', insn 1 'r1 += 4', insn 0 'r1 = *(u64 *)(r1 +8)'",
		false},
	/* a log of level 2 jumps back to a branch: the other path does not count */
	{"0: (79) r2 = *(u64 *)(r1 +8)\n1: (15) if r3 == 0x0 goto pc+2\n2: (b7) r2 = 7\n"
	 "3: (95) exit\n\nfrom 1 to 4: R2=scalar() R10=fp0\n4: (79) r0 = *(u64 *)(r2 +0)\n",
		2, "r2 is from insn 0 'r2 = *(u64 *)(r1 +8)'", false},
	/* a call destroys r1 to r5 and sets r0, and leaves r6 to r9 */
	{"0: (bf) r6 = r1\n1: (85) call bpf_ktime_get_ns#5\n2: (95) exit\n", 1,
		"r1 is from insn 1 'call bpf_ktime_get_ns#5'", true},
	{"0: (bf) r6 = r1\n1: (85) call bpf_ktime_get_ns#5\n2: (95) exit\n", 0,
		"r0 is from insn 1 'call bpf_ktime_get_ns#5'", false},
	{"0: (b7) r6 = 1\n1: (85) call bpf_ktime_get_ns#5\n2: (95) exit\n", 6,
		"r6 is from insn 0 'r6 = 1'", false},
	/* a subprogram that was left: its r6 is another, its r0 is ours */
	{"0: (b7) r6 = 5\n1: (85) call pc+1\n3: (b7) r6 = 1\n4: (b7) r0 = 2\n5: (95) exit\n"
	 "2: (79) r2 = *(u64 *)(r6 +0)\n",
		6, "r6 is from insn 0 'r6 = 5'", false},
	{"0: (b7) r6 = 5\n1: (85) call pc+1\n3: (b7) r6 = 1\n4: (b7) r0 = 2\n5: (95) exit\n"
	 "2: (79) r2 = *(u64 *)(r0 +0)\n",
		0, "r0 is from insn 4 'r0 = 2'", false},
	{"1: (85) call pc+1\n3: (b7) r1 = 1\n5: (95) exit\n2: (79) r2 = *(u64 *)(r1 +0)\n", 1,
		"r1 is from insn 1 'call pc+1'", true},
	/* inside one: arguments are the caller's, r6 has no value yet */
	{"0: (b7) r1 = 5\n1: (85) call pc+1\n3: (79) r0 = *(u64 *)(r1 +0)\n", 1,
		"r1 is from insn 0 'r1 = 5'", false},
	{"0: (b7) r6 = 5\n1: (85) call pc+1\n3: (79) r0 = *(u64 *)(r6 +0)\n", 6, "", false},
	/* not in the log; never written; no such register */
	{"7: (79) r0 = *(u64 *)(r1 +0)\n", 1, "", false},
	{"", 1, "", false},
	{"0: (b7) r1 = 5\n1: (95) exit\n", -1, "", false},
	{"0: (b7) r1 = 5\n1: (95) exit\n", 10, "", false},
};

START_TEST(histories)
{
	char out[256], tiny[20];
	bool clobbered;

	history(rows[_i].log, rows[_i].reg, out, sizeof(out), &clobbered);
	ck_assert_str_eq(out, rows[_i].want);
	ck_assert_int_eq(clobbered, rows[_i].clobbered);
	history(rows[_i].log, rows[_i].reg, tiny, sizeof(tiny), &clobbered);
	ck_assert_uint_lt(strlen(tiny), sizeof(tiny));
}
END_TEST

Suite *suite_vlogstep(void);
Suite *suite_vlogstep(void)
{
	Suite *s = suite_create("vlogstep");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, step_lines);
	tcase_add_test(t, operands);
	tcase_add_loop_test(t, histories, 0, sizeof(rows) / sizeof(*rows));
	suite_add_tcase(s, t);
	return s;
}
