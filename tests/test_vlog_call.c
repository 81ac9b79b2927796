// SPDX-License-Identifier: MIT
/* test_vlog_call.c - calls, references and locks, in the words of old and new kernels. */
#include "t.h"
#include "t_vlog.h"

static const struct t_vlog_message messages[] = {
	{"Validating g() func#1...\narg#0 reference type('UNKNOWN ') size cannot be determined: "
	 "-22",
		"argument 0 (counted from 0) of a global function|btf knows no size"},
	/* the register of a kernel function's argument has a history, too */
	{"5: (85) call bpf_task_from_pid#77\n6: (bf) r1 = r0\n7: (85) call bpf_task_release#78\n"
	 "Possibly NULL pointer passed to trusted arg0",
		"r1 of bpf_task_release may be NULL|insn 6 'r1 = r0'|insn 5"},
	{"6: (bf) r2 = r0\n7: (85) call bpf_probe_read#4\n"
	 "Possibly NULL pointer passed to helper arg2",
		"r2 of bpf_probe_read may be NULL|r2 is from insn 6"},
	{"4: (85) call bpf_probe_write_user#36\nprogram of this type cannot use helper "
	 "bpf_probe_write_user#36",
		"CAP_SYS_ADMIN|lockdown"},
	{"4: (85) call bpf_probe_write_user#36\nunknown func bpf_probe_write_user#36", "lockdown"},
	{"4: (85) call bpf_override_return#58\nunknown func bpf_override_return#58",
		"CONFIG_BPF_KPROBE_OVERRIDE|fmod_ret"},
	{"4: (85) call bpf_probe_read_kernel_str#115\nunknown func bpf_probe_read_kernel_str#115",
		"confidentiality"},
	{"4: (85) call bpf_probe_read_kernel#113\nprogram of this type cannot use helper "
	 "bpf_probe_read_kernel#113",
		"confidentiality"},
	{"4: (85) call bpf_redirect_map#51\ncannot pass map_type 1 into func bpf_redirect_map#51",
		"devmap_hash"},
	{"4: (85) call bpf_sk_redirect_hash#72\ncannot pass map_type 1 into func "
	 "bpf_sk_redirect_hash#72",
		"sockhash"},
	{"4: (85) call bpf_sk_storage_get#107\ncannot pass map_type 1 into func "
	 "bpf_sk_storage_get#107",
		"of type sk_storage"},
	{"4: (85) call bpf_get_local_storage#81\ncannot pass map_type 1 into func "
	 "bpf_get_local_storage#81",
		"cgroup_storage"},
	{"4: (85) call unknown#9999\ninvalid func unknown#9999", "no helper of the number"},
	{"4: (85) call unknown#195896080\ninvalid func unknown#195896080", "CO-RE"},
	{"4: (85) call bpf_redirect#23\nunknown func bpf_redirect#23",
		"bpf_redirect|this program type"},
	{"4: (85) call bpf_redirect#23\nprogram of this type cannot use helper bpf_redirect#23",
		"bpf_redirect|this program type"},
	{"4: (85) call bpf_trace_printk#6\ncannot call GPL-restricted function from non-GPL "
	 "compatible program",
		"licence"},
	{"4: (85) call bpf_copy_from_user#148\nhelper call might sleep in a non-sleepable prog",
		"sleepable program"},
	{"4: (85) call bpf_map_lookup_elem#1\nR2 type=scalar expected=fp, pkt, map_value",
		"address in r2"},
	{"3: (b7) r2 = 0\n4: (85) call bpf_map_lookup_elem#1\nR2 type=inv expected=fp", "it is 0"},
	{"3: (18) r1 = 0x0\n4: (85) call bpf_map_lookup_elem#1\nR1 type=scalar expected=map_ptr",
		"relocation"},
	{"4: (85) call bpf_map_lookup_elem#1\ncannot pass map_type 27 into func "
	 "bpf_map_lookup_elem#1",
		"a ring buffer has bpf_ringbuf_output"},
	{"4: (85) call bpf_perf_event_output#25\ncannot pass map_type 27 into func "
	 "bpf_perf_event_output#25",
		"bpf_perf_event_output takes a map of type perf_event_array"},
	{"4: (85) call unknown#0\nprogram of this type cannot use helper bpf_unspec#0",
		"helper number 0"},
	{"4: (85) call bpf_map_lookup_elem#1\nR1 type=map_value_or_null expected=map_ptr",
		"a map of maps|is not 0"},
	{"4: (85) call bpf_sk_release#86\nR1 type=ctx expected=sock_common, sock",
		"a socket in r1|bpf_sk_lookup_tcp"},
	{"4: (85) call bpf_task_release#7\narg#0 pointer type STRUCT task_struct must point to "
	 "scalar, or struct with scalar",
		"kernel's own STRUCT task_struct|released already"},
	{"4: (85) call bpf_obj_drop_impl#7\nR1 must be referenced or trusted",
		"in r1 only what the kernel passed"},
	{"4: (85) call bpf_get_stackid#27\nR1 type=fp expected=ctx", "context in r1"},
	{"4: (85) call bpf_d_path#147\nR1 type=fp expected=ptr_, trusted_ptr_, rcu_ptr_",
		"kernel object"},
	{"4: (85) call bpf_ringbuf_submit#132\nR1 type=mem expected=ringbuf_mem",
		"bpf_ringbuf_submit_dynptr"},
	{"4: (85) call bpf_loop#181\nR2 type=scalar expected=func", "callback in r2"},
	{"4: (85) call bpf_cgroup_acquire#7\nPossibly NULL pointer passed to trusted arg0",
		"r1 of bpf_cgroup_acquire|NULL"},
	{"4: (85) call bpf_kptr_xchg#194\nPossibly NULL pointer passed to helper arg2",
		"r2 of bpf_kptr_xchg may be NULL"},
	{"4: (85) call bpf_dynptr_slice#7\nR4 unbounded memory access, use 'var &= const' or 'if "
	 "(var < const)'\narg#2 arg#3 memory, len pair leads to invalid memory access",
		"the size in r4 has no upper limit"},
	{"4: (85) call bpf_dynptr_data#203\nExpected an initialized dynptr as arg #1",
		"not made on this path"},
	{"4: (85) call bpf_dynptr_data#203\nExpected an initialized dynptr as arg #0",
		"not made on this path"},
	{"4: (7b) *(u64 *)(r10 -16) = r1\ncannot overwrite referenced dynptr", "insn 4 overwrites"},
	{"4: (85) call bpf_iter_num_next#7\nexpected an initialized iter_num as arg #0",
		"bpf_iter_num_new"},
	{"4: (85) call bpf_local_irq_restore#7\ncannot restore irq state out of order, expected "
	 "id=2 acquired at insn_idx=3",
		"insn 3 saved"},
	{"4: (85) call bpf_throw#7\nJIT does not support calling kfunc bpf_throw#73439",
		"cannot call bpf_throw"},
	{"4: (85) call bpf_cgroup_release#7\nrelease kernel function bpf_cgroup_release expects "
	 "refcounted PTR_TO_BTF_ID",
		"bpf_cgroup_release takes only"},
	{"4: (85) call bpf_task_acquire#7\ncalling kernel function bpf_task_acquire is not allowed",
		"bpf_task_acquire"},
	{"1: (85) call bpf_ringbuf_reserve#131\n4: (95) exit\nUnreleased reference id=2 "
	 "alloc_insn=1",
		"insn 1 (bpf_ringbuf_reserve)|bpf_ringbuf_discard"},
	{"1: (85) call bpf_sk_lookup_tcp#84\n4: (95) exit\nUnreleased reference id=2 "
	 "alloc_insn=1\nBPF_EXIT instruction in main prog would lead to reference leak",
		"insn 1 (bpf_sk_lookup_tcp)|bpf_sk_release"},
	{"4: (95) exit\nBPF_EXIT instruction in main prog cannot be used inside bpf_spin_lock-ed "
	 "region",
		"bpf_spin_unlock"},
	{"4: (95) exit\nBPF_EXIT instruction in main prog cannot be used inside "
	 "bpf_local_irq_save-ed region",
		"bpf_local_irq_restore"},
	{"4: (95) exit\nbpf_spin_unlock is missing", "bpf_spin_unlock"},
	{"4: (85) call bpf_ktime_get_ns#5\nfunction calls are not allowed while holding a lock",
		"bpf_ktime_get_ns before"},
	{"recursive call from a() to b()", "cannot call itself"},
	{"mixing of tail_calls and bpf-to-bpf calls is not supported", "inline"},
	{"Global function f() doesn't return scalar. Only those are supported.",
		"global function f"},
	{"Validating f() func#1...\narg#0 reference type('UNKNOWN ') size cannot be determined: "
	 "-22",
		"as void; give it a type"},
	{"4: (85) call pc+1\nR1 must be a rcu pointer", "bpf_rcu_read_lock"},
	{"verifier bug: something", "fault in the kernel"},
};

START_TEST(messages_are_explained)
{
	t_vlog_explains(&messages[_i]);
}
END_TEST

Suite *suite_vlog_call(void);
Suite *suite_vlog_call(void)
{
	Suite *s = suite_create("vlog_call");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, messages_are_explained, 0, sizeof(messages) / sizeof(*messages));
	suite_add_tcase(s, t);
	return s;
}
