// SPDX-License-Identifier: MIT
/* test_vlog_mem.c - memory, bounds, stack and pointers, in the words of old and new kernels. */
#include "t.h"
#include "t_vlog.h"

static const struct t_vlog_message messages[] = {
	{"2: (79) r7 = *(u64 *)(r6 +16)\ndereference of modified ctx ptr R6 off=8 disallowed",
		"context pointer in r6 was moved by 8|*(u64 *)(r6 +24)"},
	{"2: (61) r7 = *(u32 *)(r6 +4)\ndereference of modified ctx ptr R6 off=-8 disallowed",
		"*(u32 *)(r6 -4)"},
	{"2: (85) call bpf_get_stack#67\ndereference of modified ctx ptr R1 off=112 disallowed",
		"context pointer in r1 was moved|bpf_get_stack takes it as it came"},
	{"2: (85) call bpf_task_release#67\nnegative offset task_struct ptr R1 off=-8 disallowed",
		"task_struct pointer in r1 was moved|bpf_task_release takes it as it came"},
	/* alignment is looked at before the kind of what is used */
	{"1: (79) r1 = *(u64 *)(r1 +8)   ; R1_w=scalar()\n2: (db) lock *(u64 *)(r1 +0) += r1\n"
	 "misaligned value access off (0x0; 0xffffffffffffffff)+0+0 size 8",
		"r1 is no pointer but a plain number|insn 1"},
	{"1: (bf) r1 = r0   ; R0=map_value(ks=4,vs=8) R1_w=map_value(ks=4,vs=8)\n2: (db) lock "
	 "*(u64 *)(r1 +1) += r2\nmisaligned value access off (0x0; 0x0)+0+1 size 8",
		"not a multiple of the width; align it"},
	/* Linux 5.2 to 5.11 */
	{"9: (85) call bpf_probe_read#4\nR1 unbounded indirect variable offset stack access",
		"the stack offset in r1 is not limited|bound it first"},
	{"9: (85) call bpf_probe_read#4\nR2 max value is outside of stack bound",
		"the stack offset in r2 may be too high|bound it first"},
	{"9: (85) call bpf_probe_read#4\nR2 min value is outside of stack bound",
		"the stack offset in r2 may be too low|r10-512"},
	/* what a callback is given, or is not */
	{"8: (85) call bpf_loop#181 11: frame1: R1=scalar() R2=fp[0]-8 R10=fp0 cb\n12: (0f) r1 += "
	 "r3\nR3 !read_ok",
		"r3 is no argument of this callback"},
	{"8: (85) call bpf_loop#181 11: frame1: R1=scalar() R2=0 R10=fp0 cb\n12: (79) r1 = *(u64 "
	 "*)(r2 +0)\nR2 invalid mem access 'scalar'",
		"0, a NULL pointer|the context that this callback is given"},
	/* behind it the registers are gone by the call */
	{"8: (85) call bpf_loop#181 11: frame1: R1=scalar() R2=0 R10=fp0 cb\n11: (95) exit\n"
	 "returning from callee:\nto caller at 9:\n9: (0f) r1 += r3\nR3 !read_ok",
		"a call destroys r1 to r5"},
	{"Validating g() func#1...\n6: R1=mem_or_null(id=2,sz=8) R10=fp0\n6: (79) r0 = *(u64 *)(r1 "
	 "+0)\nR1 invalid mem access 'mem_or_null'",
		"a global function is verified for any caller|arg:nonnull"},
	{"Validating g() func#1...\n6: R1=scalar() R10=fp0\n6: (85) call "
	 "bpf_ringbuf_reserve#131\n7: "
	 "(79) r0 = *(u64 *)(r0 +0)\nR0 invalid mem access 'mem_or_null'",
		"the ring buffer may be full"},
	{"9: (7a) *(u64 *)(r1 +0) = 0\nR1 invalid mem access 'dynptr_ptr'", "bpf_dynptr_write"},
	{"4: (db) lock *(u64 *)(r2 +0) += r1\nonly read from bpf_array is supported",
		"r2 is the map itself (the kernel's struct bpf_array)"},
	{"9: (85) call bpf_get_stack#67\ninvalid access to map value, value_size=8 off=0 size=1024",
		"bpf_get_stack may use 1024 bytes|pass a smaller size"},
	{"9: (85) call bpf_get_stack#67\ninvalid access to memory, mem_size=8 off=0 size=1024",
		"bpf_get_stack may use 1024 bytes|reserve more"},
	/* bytes that are swapped are no copy of the pointer */
	{"0: (bf) r2 = r10 ; R2=fp0 R10=fp0\n1: (dc) r2 = be64 r2 ; R2=scalar()\n2: (79) r3 = "
	 "*(u64 "
	 "*)(r2 -8)\nR2 invalid mem access 'scalar'",
		"what 'r2 = be64 r2' gave, and no address|insn 1 'r2 = be64 r2'"},
	{"4: (79) r0 = *(u64 *)(r6 +0)\nR6 invalid mem access 'inv'",
		"r6 is a plain number|bpf_probe_read_user"},
	{"3: (bc) w6 = w1\n4: (79) r0 = *(u64 *)(r6 +0)\nR6 invalid mem access 'scalar'",
		"a part of an address|insn 3 'w6 = w1'"},
	{"3: (bf) r6 = (s32)r1\n4: (79) r0 = *(u64 *)(r6 +0)\nR6 invalid mem access 'inv'",
		"a part of an address|insn 3"},
	{"4: (7b) *(u64 *)(r1 +112) = r2\ninvalid bpf_context access off=112 size=8",
		"8 bytes at offset 112|cannot be written"},
	{"4: (30) r0 = *(u8 *)skb[14]\nR6 !read_ok", "packet load|'r6 = r1'"},
	{"6: (85) call bpf_for_each_map_elem#164 9: frame1: R1=map_ptr() R4=0 R10=fp0 cb\n9: (79) "
	 "r0 = *(u64 *)(r4 +0)\nR4 invalid mem access 'scalar'",
		"0, a NULL pointer|insn 6 'call bpf_for_each_map_elem#164'"},
	{"4: (79) r0 = *(u64 *)(r6 +0)\nR6 invalid mem access 'scalar'",
		"r6 is a plain number|bpf_probe_read_kernel"},
	{"2: (b7) r6 = 0\n4: (79) r0 = *(u64 *)(r6 +0)\nR6 invalid mem access 'scalar'",
		"0, a NULL pointer|insn 2 'r6 = 0'"},
	{"2: (bf) r6 = r0     ; R0=map_value(ks=4,vs=8) R6_w=map_value(ks=4,vs=8)\n3: (55) if r7 "
	 "!= 0x0 goto pc+1\nfrom 3 to 4: R6=0\n4: (79) r0 = *(u64 *)(r6 +0)\nR6 invalid mem access "
	 "'scalar'",
		"0, a NULL pointer"},
	{"2: (bf) r6 = r0     ; R0=mem(sz=8) R6_w=mem(sz=8)\n3: (85) call "
	 "bpf_ringbuf_submit#132\n4: (79) r0 = *(u64 *)(r6 +0)\nR6 invalid mem access 'scalar'",
		"it was a pointer|insn 2 'r6 = r0'"},
	{"4: (79) r0 = *(u64 *)(r0 +0)\nR0 invalid mem access 'mem_or_null'", "r0 may be NULL"},
	{"4: (79) r0 = *(u64 *)(r0 +0)\nR0 invalid mem access 'alloc_mem_or_null'",
		"r0 may be NULL"},
	{"4: (79) r0 = *(u64 *)(r0 +0)\nR0 invalid mem access 'ptr_or_null_task_struct'",
		"r0 may be NULL"},
	{"4: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'rcu_ptr_or_null_'",
		"r1 may be NULL"},
	{"4: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'percpu_ptr_'", "bpf_this_cpu_ptr"},
	{"4: (7b) *(u64 *)(r1 +0) = r2\ninvalid access to map value, value_size=8 off=16 size=4",
		"4 bytes at offset 16 from r1"},
	{"4: (61) r2 = *(u32 *)(r1 +14)\ninvalid access to packet, off=14 size=4, "
	 "R1(id=0,off=14,r=12)\nR1 offset is outside of the packet",
		"4 bytes at offset 14|data_end"},
	{"4: (0f) r0 += r1\nmath between map_value pointer and register with unbounded min value "
	 "is not allowed",
		"r1 is added"},
	{"2: (18) r1 = 0xffff8800   ; R1_w=map_value(off=0,ks=4,vs=8)\n3: (79) r0 = *(u64 *)(r7 "
	 "+0)   ; R0_w=scalar()\n4: (0f) r0 += r1\nmath between map_value pointer and register "
	 "with unbounded min value is not allowed",
		"r0 is added"},
	{"4: (79) r0 = *(u64 *)(r10 -8)\ninvalid read from stack off -8+0 size 8",
		"8 stack bytes at r10-8"},
	{"4: (79) r0 = *(u64 *)(r10 -8)\ninvalid read from stack R10 off=-8 size=8",
		"8 bytes at r10-8"},
	{"4: (85) call bpf_perf_event_output#25\ninvalid indirect read from stack R4 off -16+14 "
	 "size 16",
		"16 stack bytes at r10-16"},
	{"4: (72) *(u8 *)(r10 -4) = 1\nattempt to corrupt spilled pointer on stack",
		"slot of its own"},
	{"4: (0f) r1 += r2\nR1 pointer += pointer prohibited", "two pointers"},
	{"4: (47) r1 |= 1\nR1 bitwise operator |= on pointer prohibited",
		"only addition and subtraction"},
	{"4: (0f) r1 += r2\nR1 pointer arithmetic on pkt_end prohibited", "only compared"},
	{"4: (0f) r1 += r2\nR1 pointer arithmetic on map_ptr prohibited", "map itself"},
	{"4: (0f) r0 += r2\nR0 pointer arithmetic on map_value_or_null prohibited, null-check it "
	 "first",
		"r0 may be NULL"},
	{"4: (2d) if r1 > r2 goto pc+1\nR1 pointer comparison prohibited", "compare it with 0"},
	{"4: (85) call bpf_ktime_get_ns#5\n5: (79) r0 = *(u64 *)(r1 +0)\nR1 !read_ok",
		"a call destroys r1 to r5"},
	{"4: (bf) r0 = r10\n5: (95) exit\ncannot return stack pointer to the caller", "own frame"},
	{"4: (95) exit\nR0 leaks addr as return value", "r0 = 0"},
	{"4: (61) r2 = *(u32 *)(r1 +900)\ninvalid bpf_context access off=900 size=4",
		"no field of 4 bytes at offset 900"},
	{"4: (61) r2 = *(u32 *)(r1 +4)\ndereference of modified ctx ptr R1 off=4 disallowed",
		"was moved"},
	{"4: (61) r2 = *(u32 *)(r1 +4)\naccess beyond struct task_struct at off 99999 size 4",
		"offset 99999|struct task_struct"},
	{"4: (85) call bpf_probe_read_kernel#113\nR2 unbounded memory access, use 'var &= const' "
	 "or 'if (var < const)'",
		"size in r2|no upper limit"},
	{"4: (85) call bpf_get_current_comm#16\nR2 invalid zero-sized read",
		"the size in r2|at least 1|if r2 == 0"},
	{"4: (85) call bpf_map_lookup_elem#1\ninvalid zero-sized read", "a map without keys"},
	{"4: (85) call bpf_skb_load_bytes#26\ninvalid access to map value, value_size=1024 off=0 "
	 "size=0\nR3 min value is outside of the allowed memory range",
		"bpf_skb_load_bytes may be 0"},
	{"4: (7b) *(u64 *)(r0 +0) = r1\nwrite into map forbidden, value_size=8 off=0 size=8",
		"read-only"},
	{"4: (7b) *(u64 *)(r0 +0) = r1\nR0 cannot write into rdonly_mem", "read-only (rdonly_mem)"},
};

START_TEST(messages_are_explained)
{
	t_vlog_explains(&messages[_i]);
}
END_TEST

Suite *suite_vlog_mem(void);
Suite *suite_vlog_mem(void)
{
	Suite *s = suite_create("vlog_mem");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, messages_are_explained, 0, sizeof(messages) / sizeof(*messages));
	suite_add_tcase(s, t);
	return s;
}
