// SPDX-License-Identifier: MIT
/* test_vlogback.c - the way a value took through a verifier log. */
#include <string.h>

#include "t.h"
#include "vlogback.h"

/* The history of reg before the last step of a log. */
static void history(const char *log, int reg, char *out, size_t size, bool *clobbered)
{
	struct vlog_text step = {NULL, 0}, t, found;
	const char *p, *nl;
	struct vlogback v;
	int insn;

	for (p = log; (nl = strchr(p, '\n')); p = nl + 1) {
		t.p = p;
		t.n = (size_t)(nl - p);
		if (vlogstep_parse(t, &insn, &found))
			step = found;
	}
	vlogback_history(log, step, reg, 4, out, size);
	vlogback_look(log, step, reg, &v);
	*clobbered = v.clobbered;
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
	/* lines were left out */
	{"0: (b7) r6 = 5\n...\n2: (b7) r7 = 1\n3: (79) r2 = *(u64 *)(r6 +0)\n", 6, "", false},
	/* inside one: arguments are the caller's, r6 has no value yet */
	{"0: (b7) r1 = 5\n1: (85) call pc+1\n3: (79) r0 = *(u64 *)(r1 +0)\n", 1,
		"r1 is from insn 0 'r1 = 5'", false},
	{"0: (b7) r6 = 5\n1: (85) call pc+1\n3: (79) r0 = *(u64 *)(r6 +0)\n", 6, "", false},
	/* a callback that was left, and inside of one */
	{"0: (b7) r6 = 5\n1: (85) call bpf_loop#181 3: frame1: R1=scalar() cb\n3: (b7) r6 = 1\n4: "
	 "(95) exit\nreturning from callee:\nto caller at 2:\n2: (79) r2 = *(u64 *)(r6 +0)\n",
		6, "r6 is from insn 0 'r6 = 5'", false},
	{"1: (85) call bpf_loop#181 3: frame1: R1=scalar() cb\n3: (b7) r3 = 1\n4: (95) exit\n2: "
	 "(79) r2 = *(u64 *)(r3 +0)\n",
		3, "r3 is from insn 1 'call bpf_loop#181'", true},
	{"0: (b7) r6 = 5\n1: (85) call bpf_loop#181 3: frame1: R1=scalar() cb\n3: (79) r2 = *(u64 "
	 "*)(r6 +0)\n",
		6, "", false},
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

START_TEST(loops)
{
	static const struct {
		const char *log;
		int insn;
		const char *source;
	} at[] = {
		/* the last one, with the line it is of */
		{"; a @ f.bpf:3\n1: (ad) if r1 < r2 goto pc-1\n; b @ f.bpf:4\n3: (07) r7 += 1\n4: "
		 "(ad) if r7 < r6 goto pc-2\n5: (b7) r0 = 0\n",
			4, "b @ f.bpf:4"},
		/* the step itself; of its line nothing is said */
		{"4: (06) gotol pc-7\n", 4, NULL},
		{"from 2 to 4: R1=0\n4: (05) goto pc-7\n5: (95) exit\n", 4, NULL},
		/* none goes back */
		{"1: (05) goto pc+7\n9: (95) exit\n", -1, NULL},
	};
	struct vlogback_loop l;
	struct vlog_text step, t;
	size_t i;
	int insn;

	for (i = 0; i < sizeof(at) / sizeof(*at); i++) {
		t.n = strlen(at[i].log) - 1;
		t.p = at[i].log;
		while (memchr(t.p, '\n', t.n)) {
			const char *nl = memchr(t.p, '\n', t.n);

			t.n -= (size_t)(nl + 1 - t.p);
			t.p = nl + 1;
		}
		ck_assert(vlogstep_parse(t, &insn, &step));
		ck_assert_msg(vlogback_loop(at[i].log, step, &l) == (at[i].insn >= 0), "%zu", i);
		if (at[i].insn < 0)
			continue;
		ck_assert_int_eq(l.insn, at[i].insn);
		ck_assert(!l.source.p == !at[i].source);
		if (l.source.p)
			ck_assert_mem_eq(l.source.p, at[i].source, l.source.n);
	}
	step.p = NULL;
	step.n = 0;
	ck_assert(!vlogback_loop("", step, &l));
}
END_TEST

Suite *suite_vlogback(void);
Suite *suite_vlogback(void)
{
	Suite *s = suite_create("vlogback");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, histories, 0, sizeof(rows) / sizeof(*rows));
	tcase_add_test(t, loops);
	suite_add_tcase(s, t);
	return s;
}
