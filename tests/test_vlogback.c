// SPDX-License-Identifier: MIT
/* test_vlogback.c - the way a value took through a verifier log. */
#include <string.h>

#include "t.h"
#include "vlogback.h"

/* The history of reg before the last step of a log. */
static void history(const char *log, int reg, char *out, size_t size, struct vlogback *v)
{
	struct vlog_lines lines = {log, {NULL, 0}};
	struct vlog_text step = {NULL, 0}, t, found;
	const char *p, *nl;
	int insn;

	for (p = log; (nl = strchr(p, '\n')); p = nl + 1) {
		t.p = p;
		t.n = (size_t)(nl - p);
		if (vlogstep_parse(t, &insn, &found))
			step = found;
	}
	vlogback_history(&lines, step, reg, 4, out, size);
	vlogback_look(&lines, step, reg, v);
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
	/* of a long way the last steps, and the first */
	{"0: (79) r6 = *(u64 *)(r1 +0)\n1: (07) r6 += 1\n2: (07) r6 += 2\n3: (07) r6 += 3\n"
	 "4: (bf) r7 = r6\n5: (bf) r8 = r7\n6: (bf) r9 = r8\n7: (71) r0 = *(u8 *)(r9 +0)\n",
		9,
		"r9 is from insn 6 'r9 = r8', insn 5 'r8 = r7', insn 4 'r7 = r6', insn 3 'r6 += "
		"3', "
		"... insn 0 'r6 = *(u64 *)(r1 +0)'",
		false},
	{"0: (79) r6 = *(u64 *)(r1 +0)\n4: (bf) r7 = r6\n5: (bf) r8 = r7\n6: (bf) r9 = r8\n"
	 "7: (bf) r1 = r9\n8: (71) r0 = *(u8 *)(r1 +0)\n",
		1,
		"r1 is from insn 7 'r1 = r9', insn 6 'r9 = r8', insn 5 'r8 = r7', insn 4 'r7 = "
		"r6', "
		"insn 0 'r6 = *(u64 *)(r1 +0)'",
		false},
	/* before it is the log of another program */
	{"0: (bf) r7 = r10\nprocessed 1 insns (limit 1000000)\n-- END PROG LOAD LOG --\n"
	 "0: (bf) r6 = r1\n1: (71) r0 = *(u8 *)(r7 +0)\n",
		7, "", false},
	{"0: (bf) r7 = r10\n-- END PROG LOAD LOG --\n1: (71) r0 = *(u8 *)(r7 +0)\n", 7, "", false},
	{"0: (bf) r7 = r10\nfunc#0 @0\n1: (71) r0 = *(u8 *)(r7 +0)\n", 7, "", false},
	/* ... or another function, verified for itself */
	{"8: (85) call pc+7\n11: (77) r1 >>= 32\n15: (95) exit\nValidating g() func#1...\n"
	 "17: (15) if r1 == 0x0 goto pc+1\n18: (79) r0 = *(u64 *)(r1 +8)\n",
		1, "r1 is argument 1 of the global function 'g'", false},
	{"11: (77) r1 >>= 32\n15: (95) exit\nValidating g() func#1...\n16: (bf) r6 = r1\n"
	 "18: (79) r0 = *(u64 *)(r6 +8)\n",
		6, "r6 is from insn 16 'r6 = r1', r1 is argument 1 of the global function 'g'",
		false},
	{"15: (95) exit\nValidating g() func#1...\n18: (79) r0 = *(u64 *)(r6 +8)\n", 6, "", false},
	/* a slot of the caller's, whose address a function was given */
	{"0: (79) r6 = *(u64 *)(r1 +0)\n1: (7b) *(u64 *)(r10 -8) = r6\n2: (bf) r1 = r10\n"
	 "3: (07) r1 += -8\n4: (85) call pc+2\n7: (79) r7 = *(u64 *)(r1 +0)\n"
	 "8: (71) r0 = *(u8 *)(r7 +0)\n",
		7,
		"r7 is from insn 7 'r7 = *(u64 *)(r1 +0)', insn 1 '*(u64 *)(r10 -8) = r6', "
		"insn 0 'r6 = *(u64 *)(r1 +0)'",
		false},
	/* its own slot at that offset is another */
	{"0: (79) r6 = *(u64 *)(r1 +0)\n1: (7b) *(u64 *)(r10 -8) = r6\n2: (bf) r1 = r10\n"
	 "3: (07) r1 += -8\n4: (85) call pc+2\n7: (7a) *(u64 *)(r10 -8) = 5\n"
	 "8: (79) r7 = *(u64 *)(r1 +0)\n9: (71) r0 = *(u8 *)(r7 +0)\n",
		7,
		"r7 is from insn 8 'r7 = *(u64 *)(r1 +0)', insn 1 '*(u64 *)(r10 -8) = r6', "
		"insn 0 'r6 = *(u64 *)(r1 +0)'",
		false},
	/* and what it stored there itself is its own */
	{"0: (79) r6 = *(u64 *)(r1 +0)\n1: (7b) *(u64 *)(r10 -8) = r6\n2: (bf) r1 = r10\n"
	 "3: (07) r1 += -8\n4: (85) call pc+2\n7: (b7) r2 = 9\n8: (7b) *(u64 *)(r1 +0) = r2\n"
	 "9: (79) r7 = *(u64 *)(r1 +0)\n10: (71) r0 = *(u8 *)(r7 +0)\n",
		7,
		"r7 is from insn 9 'r7 = *(u64 *)(r1 +0)', insn 8 '*(u64 *)(r1 +0) = r2', "
		"insn 7 'r2 = 9'",
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
	/* a global function is not walked into: its call is followed by the next instruction */
	{"0: (b7) r6 = 5\n1: (85) call pc+3\nFunc#1 ('g') is global and assumed valid.\n"
	 "2: (79) r2 = *(u64 *)(r6 +0)\n",
		6, "r6 is from insn 0 'r6 = 5'", false},
	/* a value of a function is followed inside of it, to what its caller gave it */
	{"0: (b7) r1 = 5\n1: (85) call pc+1\n3: (bf) r0 = r1\n4: (95) exit\n"
	 "2: (79) r2 = *(u64 *)(r0 +0)\n",
		0, "r0 is from insn 3 'r0 = r1', insn 0 'r1 = 5'", false},
	/* a loop's instruction is told once */
	{"0: (bf) r1 = r6\n1: (07) r1 += 1\n2: (55) if r2 != 0x0 goto pc-2\n1: (07) r1 += 1\n"
	 "2: (55) if r2 != 0x0 goto pc-2\n1: (07) r1 += 1\n3: (79) r0 = *(u64 *)(r1 +0)\n",
		1, "r1 is from insn 1 'r1 += 1', insn 0 'r1 = r6'", false},
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
	struct vlogback v;

	history(rows[_i].log, rows[_i].reg, out, sizeof(out), &v);
	ck_assert_str_eq(out, rows[_i].want);
	ck_assert_int_eq(v.clobbered, rows[_i].clobbered);
	history(rows[_i].log, rows[_i].reg, tiny, sizeof(tiny), &v);
	ck_assert_uint_lt(strlen(tiny), sizeof(tiny));
}
END_TEST

/* ---- a pointer that was saved on the stack */

#define SAVED                                                                                \
	"0: (bf) r6 = r1 ; R1=ctx() R6=ctx()\n1: (85) call bpf_map_lookup_elem#1 ; "         \
	"R0=map_value(ks=4,vs=8)\n2: (7b) *(u64 *)(r10 -24) = r0 ; R0=map_value(ks=4,vs=8) " \
	"R10=fp0 "                                                                           \
	"fp-24=map_value(ks=4,vs=8)\n"
#define LOADED "8: (79) r1 = *(u64 *)(r10 -24) ; R1=scalar()\n9: (79) r2 = *(u64 *)(r1 +0)\n"

static const struct {
	const char *log, *want;
	bool spoiled;
} saved[] = {
	/* nothing overwrote it */
	{SAVED LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 2 '*(u64 *)(r10 -24) = r0', insn 1 'call "
		"bpf_map_lookup_elem#1'",
		false},
	/* a part of it; next to it; all of it, which is meant */
	{SAVED "3: (63) *(u32 *)(r10 -20) = r7\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 3 '*(u32 *)(r10 -20) = r7'", true},
	{SAVED "3: (63) *(u32 *)(r10 -28) = r7\n4: (7b) *(u64 *)(r10 -16) = r7\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 2 '*(u64 *)(r10 -24) = r0', insn 1 'call "
		"bpf_map_lookup_elem#1'",
		false},
	{SAVED "3: (79) r7 = *(u64 *)(r6 +8)\n4: (7b) *(u64 *)(r10 -24) = r7\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 4 '*(u64 *)(r10 -24) = r7', insn 3 'r7 = "
		"*(u64 *)(r6 +8)'",
		false},
	{SAVED "3: (db) lock *(u64 *)(r10 -24) += r7\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 3 'lock *(u64 *)(r10 -24) += r7'", true},
	/* another register has the address: found by its way, and by the states */
	{SAVED "3: (bf) r3 = r10\n4: (07) r3 += -32\n5: (bf) r2 = r3\n6: (7b) *(u64 *)(r2 +8) = "
	       "r6\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 6 '*(u64 *)(r2 +8) = r6', insn 0 'r6 = r1'",
		true},
	{SAVED "6: (7b) *(u64 *)(r2 +0) = r6 ; R2=fp-24 R6=ctx()\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 6 '*(u64 *)(r2 +0) = r6', insn 0 'r6 = r1'",
		true},
	{SAVED "6: (7b) *(u64 *)(r2 +0) = r6 ; R2=map_value(ks=4,vs=8) R6=ctx()\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 2 '*(u64 *)(r10 -24) = r0', insn 1 'call "
		"bpf_map_lookup_elem#1'",
		false},
	/* a helper that is given an address: by the states, and by its arguments without them */
	{SAVED "3: (bf) r1 = r10\n4: (07) r1 += -32\n5: (b7) r2 = 16\n6: (85) call "
	       "bpf_get_current_comm#16 ; R0=scalar() fp-24=mmmmmmmm fp-32=mmmmmmmm\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 6 'call bpf_get_current_comm#16', which was "
		"given the stack at r10-32",
		true},
	{SAVED "3: (bf) r1 = r10\n4: (07) r1 += -32\n5: (b7) r2 = 16\n6: (85) call "
	       "bpf_get_current_comm#16\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 6 'call bpf_get_current_comm#16', which was "
		"given the stack at r10-32",
		true},
	{SAVED "3: (bf) r1 = r10\n4: (07) r1 += -32\n5: (b7) r2 = 8\n6: (85) call "
	       "bpf_get_current_comm#16\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 2 '*(u64 *)(r10 -24) = r0', insn 1 'call "
		"bpf_map_lookup_elem#1'",
		false},
	{SAVED "3: (bf) r2 = r10\n4: (07) r2 += -24\n6: (85) call bpf_map_update_elem#2\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 2 '*(u64 *)(r10 -24) = r0', insn 1 'call "
		"bpf_map_lookup_elem#1'",
		false},
	/* a function that was given it: its store, by the states or the way back to the caller */
	{SAVED "3: (bf) r1 = r10\n4: (07) r1 += -24\n5: (85) call pc+7\n13: (b7) r2 = 9\n14: (7b) "
	       "*(u64 *)(r1 +0) = r2 ; frame1: R1=fp[0]-24 R2=9\n15: (95) exit\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 14 '*(u64 *)(r1 +0) = r2', insn 13 'r2 = 9'",
		true},
	{SAVED "3: (bf) r1 = r10\n4: (07) r1 += -24\n5: (85) call pc+7\n13: (b7) r2 = 9\n14: (7b) "
	       "*(u64 *)(r1 +0) = r2\n15: (95) exit\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 14 '*(u64 *)(r1 +0) = r2', insn 13 'r2 = 9'",
		true},
	/* its own frame is another */
	{SAVED "5: (85) call pc+7\n13: (b7) r2 = 9\n14: (7b) *(u64 *)(r10 -24) = r2\n15: (95) "
	       "exit\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 2 '*(u64 *)(r10 -24) = r0', insn 1 'call "
		"bpf_map_lookup_elem#1'",
		false},
	/* where it stores is not known; a global function is not looked into */
	{SAVED "3: (bf) r1 = r10\n4: (07) r1 += -24\n5: (85) call pc+7\n13: (0f) r1 += r2\n14: "
	       "(7b) *(u64 *)(r1 +0) = r2\n15: (95) exit\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 5 'call pc+7', which was given the stack at "
		"r10-24",
		true},
	{SAVED "3: (bf) r1 = r10\n4: (07) r1 += -24\n7: (85) call pc+7\nFunc#1 ('g') is global and "
	       "assumed valid.\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 7 'call pc+7', which was given the stack at "
		"r10-24",
		true},
	{SAVED "5: (b7) r1 = 0\n7: (85) call pc+7\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 2 '*(u64 *)(r10 -24) = r0', insn 1 'call "
		"bpf_map_lookup_elem#1'",
		false},
	/* a callback that was given it */
	{SAVED "7: (85) call bpf_loop#181 13: frame1: R1=scalar() R2=fp[0]-24 R10=fp0 cb\n14: (7b) "
	       "*(u64 *)(r2 +0) = r1 ; frame1: R1=scalar() R2=fp[0]-24\n15: (95) exit\nreturning "
	       "from callee:\nto caller at 8:\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 14 '*(u64 *)(r2 +0) = r1', insn 7 'call "
		"bpf_loop#181'",
		true},
	{SAVED "7: (85) call bpf_loop#181 13: frame1: R1=scalar() R2=fp[0]-24 R10=fp0 cb\n14: (7b) "
	       "*(u64 *)(r2 +0) = r1\n15: (95) exit\nreturning from callee:\nto caller at "
	       "8:\n" LOADED,
		"insn 8 'r1 = *(u64 *)(r10 -24)', insn 14 '*(u64 *)(r2 +0) = r1', insn 7 'call "
		"bpf_loop#181'",
		true},
};

START_TEST(saved_pointers)
{
	static const char from[] = "r1 is from ";
	struct vlogback v;
	char out[320];

	history(saved[_i].log, 1, out, sizeof(out), &v);
	ck_assert_msg(!strncmp(out, from, sizeof(from) - 1), "%s", out);
	ck_assert_str_eq(out + sizeof(from) - 1, saved[_i].want);
	ck_assert_int_eq(v.spoiled, saved[_i].spoiled);
}
END_TEST

/* Half of a pointer is none, and no call ended it. */
START_TEST(halves)
{
	static const struct {
		const char *log;
		bool half, lost, zero;
	} of[] = {
		{"1: (85) call f#1 ; R0=map_value(ks=4)\n2: (bc) w0 = w0 ; R0=scalar()\n"
		 "3: (79) r1 = *(u64 *)(r0 +0)\n",
			true, false, false},
		{"1: (85) call f#1 ; R0=map_value(ks=4)\n2: (bc) w7 = w0 ; R0=map_value(ks=4) "
		 "R7=scalar()\n3: (bf) r0 = r7\n4: (79) r1 = *(u64 *)(r0 +0)\n",
			true, false, false},
		/* half of 0 is 0 */
		{"1: (b7) r7 = 0\n2: (bc) w0 = w7\n3: (79) r1 = *(u64 *)(r0 +0)\n", true, false,
			true},
		{"1: (85) call f#1 ; R0=map_value(ks=4)\n2: (bf) r7 = r0 ; R0=map_value(ks=4)\n3: "
		 "(bf) r0 = r7 ; R0=scalar()\n4: (79) r1 = *(u64 *)(r0 +0)\n",
			false, true, false},
	};
	struct vlogback v;
	char out[256];
	size_t i;

	for (i = 0; i < sizeof(of) / sizeof(*of); i++) {
		history(of[i].log, 0, out, sizeof(out), &v);
		ck_assert_msg(v.half == of[i].half, "%zu", i);
		ck_assert_msg(v.lost == of[i].lost, "%zu", i);
		ck_assert_msg(v.zero == of[i].zero, "%zu", i);
	}
}
END_TEST

/* What made a number of it, or gave it. */
START_TEST(numbers)
{
	static const struct {
		const char *log, *made;
		bool index, range;
	} of[] = {
		{"1: (bf) r0 = r10\n2: (87) r0 = -r0 ; R0=scalar()\n3: (bf) r0 = r0\n", "r0 = -r0",
			false, true},
		{"2: (dc) r0 = be64 r0\n3: (95) exit\n", "r0 = be64 r0", false, true},
		{"2: (57) r0 &= 255 ; R0=scalar(umax=255)\n3: (95) exit\n", "r0 &= 255", false,
			true},
		/* rounded down, less a number: addresses still */
		{"2: (57) r0 &= -8\n3: (95) exit\n", NULL, false, true},
		{"2: (1f) r0 -= r3 ; R0=scalar() R3=scalar()\n3: (95) exit\n", NULL, false, true},
		{"2: (1f) r0 -= r3 ; R0=scalar() R3=ctx()\n3: (95) exit\n", "r0 -= r3", false,
			true},
		{"2: (1f) r0 -= r10\n3: (95) exit\n", "r0 -= r10", false, true},
		{"1: (bf) r3 = r10\n2: (1f) r0 -= r3\n3: (95) exit\n", "r0 -= r3", false, true},
		{"2: (b7) r0 = 16 ; R0=16\n3: (95) exit\n", NULL, false, false},
		{"2: (b7) r0 = 16\n3: (95) exit\n", NULL, false, false},
		{"2: (bf) r0 = r1 ; R0=inv16\n3: (95) exit\n", NULL, false, false},
		/* of a callback */
		{"1: (85) call bpf_loop#181 8: frame1: R1=scalar() cb\n8: (bf) r0 = r1\n9: (95) "
		 "exit\n",
			NULL, true, true},
		{"1: (85) call bpf_loop#181 8: frame1: R2=scalar() cb\n8: (bf) r0 = r2\n9: (95) "
		 "exit\n",
			NULL, false, true},
		{"1: (85) call bpf_for_each_map_elem#164 8: frame1: R1=0 cb\n8: (bf) r0 = r1\n9: "
		 "(95) exit\n",
			NULL, false, false},
	};
	struct vlogback v;
	char out[256];
	size_t i;

	for (i = 0; i < sizeof(of) / sizeof(*of); i++) {
		history(of[i].log, 0, out, sizeof(out), &v);
		ck_assert_msg(!v.made.p == !of[i].made, "%zu", i);
		if (v.made.p)
			ck_assert_mem_eq(v.made.p, of[i].made, strlen(of[i].made));
		ck_assert_msg(v.index == of[i].index, "%zu", i);
		ck_assert_msg(v.range == of[i].range, "%zu", i);
	}
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
	struct vlog_lines lines = {"", {NULL, 0}};
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
		lines.p = at[i].log;
		ck_assert_msg(vlogback_loop(&lines, step, &l) == (at[i].insn >= 0), "%zu", i);
		if (at[i].insn < 0)
			continue;
		ck_assert_int_eq(l.insn, at[i].insn);
		ck_assert(!l.source.p == !at[i].source);
		if (l.source.p)
			ck_assert_mem_eq(l.source.p, at[i].source, l.source.n);
	}
	step.p = NULL;
	step.n = 0;
	ck_assert(!vlogback_loop(&lines, step, &l));
}
END_TEST

Suite *suite_vlogback(void);
Suite *suite_vlogback(void)
{
	Suite *s = suite_create("vlogback");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, histories, 0, sizeof(rows) / sizeof(*rows));
	tcase_add_loop_test(t, saved_pointers, 0, sizeof(saved) / sizeof(*saved));
	tcase_add_test(t, halves);
	tcase_add_test(t, numbers);
	tcase_add_test(t, loops);
	suite_add_tcase(s, t);
	return s;
}
