// SPDX-License-Identifier: MIT
/*
 * ksyms.bpf.c - what clang makes of names of the kernel: functions, one that is nowhere, a variable.
 *
 * ksyms.bpf.o beside it was made with: clang-14 -O2 -g -fdebug-compilation-dir=. -target bpf
 * -c ksyms.bpf.c
 */
#define SEC(name) __attribute__((section(name), used))
#define KSYM	  __attribute__((section(".ksyms")))

extern void bpf_rcu_read_lock(void) KSYM;
extern void bpf_rcu_read_unlock(void) KSYM;
extern int bpf_nowhere(int, void *) KSYM __attribute__((weak));
extern const int cpu_number KSYM __attribute__((weak));

char _license[] SEC("license") = "GPL";

SEC("tp_btf/sched_switch")
int locks(unsigned long long *ctx)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 0;
}

SEC("tp_btf/sched_switch")
int absent(unsigned long long *ctx)
{
	return bpf_nowhere(1, ctx);
}

SEC("tp_btf/sched_switch")
int variable(unsigned long long *ctx)
{
	return &cpu_number != (void *)0;
}
