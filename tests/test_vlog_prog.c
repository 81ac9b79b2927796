// SPDX-License-Identifier: MIT
/* test_vlog_prog.c - the program as a whole, its maps and its BTF, in the words of old and new kernels. */
#include "t.h"
#include "t_vlog.h"

static const struct t_vlog_message messages[] = {
	{"unreachable insn 3", "insn 3"},
	{"last insn is not an exit or jmp", "'exit'"},
	{"jump out of range from insn 1 to 7", "insn 1"},
	{"back-edge from insn 5 to 2", "insn 2|Linux 5.3"},
	{"4: (05) goto pc-1\ninfinite loop detected at insn 4", "insn 4"},
	{"BPF program is too large. Processed 1000001 insn", "1000001|the last at|bpf_loop"},
	{"2: (ad) if r0 < r1 goto pc-2\n3: (b7) r0 = 0\n4: (95) exit\nBPF program is too large. "
	 "Processed 1000001 insn",
		"in the loop that insn 2 closes"},
	{"24: (b7) r0 = 1\n25: (95) exit\nAt async callback return the register R0 has smin=1 "
	 "smax=1 "
	 "should have been in [0, 0]",
		"a timer or work item must return a number in [0, 0]"},
	{"The sequence of 8193 jumps is too complex.", "8193"},
	{"4: (95) exit\nAt program exit the register R0 has value (0x7; 0x0) should have been in "
	 "(0x0; 0x1)",
		"(0x0; 0x1)"},
	{"4: (95) exit\nAt program exit the register R0 has smin=7 smax=7 should have been in [0, "
	 "1]",
		"[0, 1]"},
	{"4: (95) exit\nAt callback return the register R0 has smin=2 smax=2 should have been in "
	 "[0, 1]",
		"callback|[0, 1]"},
	{"unknown opcode ff", "ff"},
	{"unknown opcode cb", "atomic operations take 4 or 8 bytes"},
	{"2: (95) exit\nBPF_EXIT uses reserved fields", "an exit instruction"},
	{"BPF_MOV uses reserved fields", "Linux 6.6"},
	{"BPF_ALU uses reserved fields", "Linux 6.6"},
	{"BPF_STX uses reserved fields", "Linux 5.12"},
	{"invalid bpf_ld_imm64 insn", "two instruction slots"},
	{"4: (c3) lock *(u32 *)(r1 +0) += r2\nBPF_ATOMIC stores into R1 ctx is not allowed",
		"r1 cannot be changed atomically"},
	{"4: (c3) lock *(u32 *)(r1 +0) += r2\nBPF_XADD stores into R1 ctx is not allowed",
		"r1 cannot be changed atomically"},
	{"fd 9 is not pointing to valid bpf_map", "descriptor 9"},
	{"tracing progs cannot use bpf_spin_lock yet", "tracing programs|atomic adds"},
	{"socket filter progs cannot use bpf_spin_lock yet", "a socket filter cannot hold"},
	{"sleepable progs cannot use bpf_spin_lock yet", "a sleepable program|drop the '.s'"},
	{"LSM programs must have a GPL compatible license", ".license"},
	{"attach_btf_id 41234 points to wrong type name vfs_read",
		"'btf_trace_NAME'|lsm to 'bpf_lsm_HOOK'|not to vfs_read"},
	{"attach_btf_id 41234 points to disabled hook", "another"},
	{"attach_btf_id 77 is not a function", "fentry"},
	{"func 'do_exit' doesn't have 3-th argument", "do_exit"},
	{"missing btf func_info", ".BTF.ext"},
	{"[30] UNION MaybeUninit<u8> size=1 vlen=2 Invalid name", "C identifier"},
	{"[2] STRUCT foo size=4 vlen=2\n\ta type_id=1 bits_offset=0\n"
	 "\tb type_id=1 bits_offset=32 Member exceeds struct_size",
		"behind the end of its struct"},
	{"[3] FUNC main type_id=2 Invalid arg#1", "argument 1"},
	{"[1] STRUCT foo size=4 vlen=1 Loop detected", "contains itself"},
	{"[2] ARRAY (anon) type_id=1 index_type_id=1 nr_elems=2000000000 Array size overflows "
	 "U32_MAX",
		"4 GiB"},
	{"[1] INT int size=4 bits_offset=0 nr_bits=33 encoding=(none) nr_bits exceeds type_size",
		"more bits"},
	{"[2] Invalid kind:25-- END BTF LOAD LOG --", "no type of kind 25"},
	{"btf_header not found", "damaged or cut"},
	{"btf_total_size: 43\nInvalid string section-- END BTF LOAD LOG --", "damaged or cut"},
	{"Sleepable programs can only use array, hash, and ringbuf maps", "this kernel names"},
	{"attach to unsupported member test_2 of struct bpf_dummy_ops", "test_2|bpf_dummy_ops"},
	{"Attaching tracing programs to function 'x' is rejected.", "x cannot be traced"},
	{"1: <invalid CO-RE relocation>\nfailed to resolve CO-RE relocation <byte_off> [18] struct "
	 "task_struct.nosuch (0:0 @ offset 0)",
		"this kernel has no struct task_struct.nosuch,|of insn 1|exists(TYPE.FIELD)"},
	{"1: <invalid kfunc call>\nkfunc 'bpf_foo' is referenced but wasn't resolved",
		"no function bpf_foo|bpf_ksym_exists(bpf_foo)"},
	{"1: <invalid BPF map reference>\nBPF map 'm' is referenced but wasn't created",
		"map m was left out|insn 1"},
	{"metadata kfuncs require device-bound program", "one network device"},
	{"fd_idx without fd_array is invalid", "rN = &MAP"},
};

START_TEST(messages_are_explained)
{
	t_vlog_explains(&messages[_i]);
}
END_TEST

Suite *suite_vlog_prog(void);
Suite *suite_vlog_prog(void)
{
	Suite *s = suite_create("vlog_prog");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, messages_are_explained, 0, sizeof(messages) / sizeof(*messages));
	suite_add_tcase(s, t);
	return s;
}
