// SPDX-License-Identifier: MIT
/*
 * core_absent.bpf.c - reads a field that no kernel has, and does not ask first.
 *
 * core_absent.bpf.o beside it was made with:
 * clang-14 -O2 -g -target bpf -fdebug-compilation-dir=. -c core_absent.bpf.c &&
 * llvm-strip-14 -g core_absent.bpf.o
 */
#define SEC(name) __attribute__((section(name), used))

struct task_struct {
	int tgid, no_such_field;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exit")
int unasked(unsigned long long *args)
{
	struct task_struct *task = (void *)args[0];
	return task->no_such_field;
}

char _license[] SEC("license") = "GPL";
