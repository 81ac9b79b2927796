// SPDX-License-Identifier: MIT
/* test_vlogscan.c - the refusal among other lines, and in logs that other programs printed. */
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "vlogscan.h"

#define DEREF "R1 invalid mem access 'scalar'"

static const struct {
	const char *log, *msg, *prev, *step;
	int insn;
} logs[] = {
	{"0: (79) r0 = *(u64 *)(r1 +0)\n" DEREF "\nprocessed 1 insns\n", DEREF, "",
		"r0 = *(u64 *)(r1 +0)", 0},
	/* what libbpf writes over an instruction that it poisoned; a type that is told is no refusal */
	{"0: (79) r1 = *(u64 *)(r1 +0)\nfunc 'f' arg0 has btf_id 114 type STRUCT 'task_struct'\n"
	 "1: R1=trusted_ptr_task_struct()\n1: <invalid kfunc call>\nkfunc 'g' is referenced but "
	 "wasn't resolved\nprocessed 2 insns\n",
		"kfunc 'g' is referenced but wasn't resolved", "", "<invalid kfunc call>", 1},
	{"0: (79) r1 = *(u64 *)(r1 +0)\nfunc 'f' arg0 has btf_id 114 type STRUCT 'task_struct'\n"
	 "words that nobody knows\nprocessed 2 insns\n",
		"words that nobody knows", "", "r1 = *(u64 *)(r1 +0)", 0},
	/* indented, by blanks or tabs */
	{"  0: (bf) r6 = r1\n  ; return *p;\n  1: (79) r0 = *(u64 *)(r1 +0)\n  " DEREF
	 "\n  processed 1 insns\n",
		DEREF, "", "r0 = *(u64 *)(r1 +0)", 1},
	{"Error: load\n\t0: (bf) r6 = r1\n\t1: (79) r0 = *(u64 *)(r1 +0)\n\t" DEREF
	 "\n\tprocessed 1 insns\nafter: it\n",
		DEREF, "", "r0 = *(u64 *)(r1 +0)", 1},
	/* behind a time stamp, whose digits change */
	{"2025-01-10T17:54:26.01Z 0: (bf) r6 = r1\n"
	 "2025-01-10T17:54:27.22Z 1: (79) r0 = *(u64 *)(r1 +0)\n"
	 "2025-01-10T17:54:28.93Z " DEREF "\n2025-01-10T17:54:29.04Z processed 1 insns\n",
		DEREF, "", "r0 = *(u64 *)(r1 +0)", 1},
	/* one line of a Go error */
	{"load program: permission denied: 9: (79) r3 = *(u64 *)(r1 +96): " DEREF
	 " (16 line(s) omitted)\n",
		DEREF, "", "r3 = *(u64 *)(r1 +96)", 9},
	{"9: (79) r3 = *(u64 *)(r1 +96): " DEREF "\n", DEREF, "", "r3 = *(u64 *)(r1 +96)", 9},
	/* such a line before a log whose end is missing */
	{"load program: permission denied: " DEREF " (200 line(s) omitted)\nVerifier log:\n"
	 "\t0: R1=ctx() R10=fp0\n\t0: (bf) r6 = r1\n",
		"load program: permission denied: " DEREF, "", "r6 = r1", 0},
	{"1: the BPF_PROG_LOAD syscall failed. Verifier output: fd 12 is not pointing to valid "
	 "bpf_map\n   verification time 38 usec\n   processed 0 insns\n",
		"fd 12 is not pointing to valid bpf_map", "", "", -1},
	/* libbpf's frame, and what it says after it */
	{"WARNING: libbpf: prog 'f': BPF program load failed: Permission denied\n"
	 "WARNING: libbpf: prog 'f': -- BEGIN PROG LOAD LOG --\n0: (79) r0 = *(u64 *)(r1 "
	 "+0)\n" DEREF "\n-- END PROG LOAD LOG --\nWARNING: libbpf: failed to load program 'f'\n",
		DEREF, "", "r0 = *(u64 *)(r1 +0)", 0},
	/* a good program's log at level 2, and one more before that of the refused one */
	{"prog 'a': -- BEGIN PROG LOAD LOG --\n0: (95) exit\n(0) frame 0 insn 6 +live -8 \n"
	 "(0) live stack update done in 2 iterations\n\nfrom 7 to 9: safe\nprocessed 1 insns\n"
	 "-- END PROG LOAD LOG --\n",
		"", "", "exit", 0},
	{"prog 'a': -- BEGIN PROG LOAD LOG --\n0: (95) exit\n"
	 "(0,12) frame 1 insn 3 +written -8,-16 \nprocessed 1 insns\n-- END PROG LOAD LOG --\n"
	 "prog 'p': -- BEGIN PROG LOAD LOG --\nlast insn is not an exit or jmp\n"
	 "processed 0 insns\n-- END PROG LOAD LOG --\n",
		"last insn is not an exit or jmp", "", "", -1},
	/* of a BTF log the line of a member */
	{"-- BEGIN BTF LOAD LOG ---\nbtf_total_size: 98\n[2] STRUCT foo size=4 vlen=2\n\ta "
	 "type_id=1 "
	 "bits_offset=0\n\tb type_id=1 bits_offset=32 Member exceeds struct_size\n"
	 "-- END BTF LOAD LOG --\n",
		"b type_id=1 bits_offset=32 Member exceeds struct_size", "", "", -1},
	{"-- BEGIN BTF LOAD LOG ---\nbtf_total_size: 98\nInvalid words-- END BTF LOAD LOG --\n",
		"Invalid words", "", "", -1},
	/* the kernel's notes on precision name instructions that were not walked then */
	{"3: (1f) r3 -= r2\nlast_idx 3 first_idx 0\nregs=4 stack=0 before 2: (bf) r3 = r10\n"
	 "R3 subtraction from stack pointer prohibited\nprocessed 4 insns\n",
		"R3 subtraction from stack pointer prohibited", "", "r3 -= r2", 3},
	{"3: (1f) r3 -= r2\nmark_precise: frame0: regs=r2 stack= before 2: (bf) r3 = r10\n"
	 "R3 subtraction from stack pointer prohibited\nprocessed 4 insns\n",
		"R3 subtraction from stack pointer prohibited", "", "r3 -= r2", 3},
	/* of several lines the one that says most */
	{"3: (79) r0 = *(u64 *)(r1 +8)\ninvalid access to map value, value_size=8 off=8 size=8\n"
	 "R1 min value is outside of the allowed memory range\nprocessed 4 insns\n",
		"R1 min value is outside of the allowed memory range",
		"invalid access to map value, value_size=8 off=8 size=8", "r0 = *(u64 *)(r1 +8)",
		3},
	{DEREF "\nwords that nobody knows\n", DEREF, "", "", -1},
	{"words that nobody knows\nand more of them\n", "and more of them", "", "", -1},
	/* line ends lost */
	{"3: (79) r0 = *(u64 *)(r1 +8)\n" DEREF " processed 4 insns (limit 1000000)\n", DEREF, "",
		"r0 = *(u64 *)(r1 +8)", 3},
	/* one that the kernel itself forgot */
	{"5: (85) call bpf_tail_call#12\nexpected prog array map for tail callprocessed 5 insns\n",
		"expected prog array map for tail call", "", "call bpf_tail_call#12", 5},
	/* of a global function only */
	{"Validating f() func#1...\narg#0 reference type('UNKNOWN ') size cannot be determined: "
	 "-22\nprocessed 0 insns\n",
		"arg#0 reference type('UNKNOWN ') size cannot be determined: -22", "", "", -1},
	{"arg#0 reference type('UNKNOWN ') size cannot be determined: -22\nprocessed 0 insns\n", "",
		"", "", -1},
	{"", "", "", "", -1},
};

static void same(struct vlog_text t, const char *s)
{
	ck_assert_msg(t.n == strlen(s) && (!t.n || !memcmp(t.p, s, t.n)), "'%.*s' is not '%s'",
		(int)t.n, t.n ? t.p : "", s);
}

START_TEST(refusal_is_found)
{
	struct vlog_scan s;
	struct vlog_index x;

	vlog_index_make(&x);
	vlogscan_search(&s, &x, logs[_i].log, strlen(logs[_i].log));
	same(s.msg, logs[_i].msg);
	same(s.prev, logs[_i].prev);
	same(s.step, logs[_i].step);
	ck_assert_int_eq(s.insn, logs[_i].insn);
}
END_TEST

/* Each of them cut anywhere, at both ends: nothing outside is read. */
START_TEST(cut_anywhere)
{
	size_t len = strlen(logs[_i].log), i;
	struct vlog_scan s;
	struct vlog_index x;
	char *copy;

	vlog_index_make(&x);
	for (i = 0; i <= len; i++) {
		copy = malloc(i ? i : 1);
		memcpy(copy, logs[_i].log, i);
		vlogscan_search(&s, &x, copy, i);
		memcpy(copy, logs[_i].log + len - i, i);
		vlogscan_search(&s, &x, copy, i);
		ck_assert_int_ge(s.insn, -1);
		free(copy);
	}
}
END_TEST

Suite *suite_vlogscan(void);
Suite *suite_vlogscan(void)
{
	Suite *s = suite_create("vlogscan");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, refusal_is_found, 0, sizeof(logs) / sizeof(*logs));
	tcase_add_loop_test(t, cut_anywhere, 0, sizeof(logs) / sizeof(*logs));
	suite_add_tcase(s, t);
	return s;
}
