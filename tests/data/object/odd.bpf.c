// SPDX-License-Identifier: MIT
/*
 * odd.bpf.c - programs of which only one can be loaded: the others call a function that nobody
 * defines, read a variable that nobody defines, and need CO-RE.
 *
 * odd.bpf.o beside it was made with: clang-14 -O2 -g -target bpf -c odd.bpf.c
 */
#define SEC(name) __attribute__((section(name), used))

struct task_struct {
	int tgid;
} __attribute__((preserve_access_index));

extern int bpf_nowhere(int x) __attribute__((section(".ksyms")));
extern const int CONFIG_HZ __attribute__((section(".kconfig")));

SEC("kprobe/f")
int calls_nowhere(void *ctx)
{
	return bpf_nowhere(1);
}

SEC("kprobe/f")
int reads_nowhere(void *ctx)
{
	return CONFIG_HZ;
}

SEC("kprobe/f")
int needs_core(struct task_struct *t)
{
	return t->tgid;
}

SEC("kprobe/f")
int good(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
unsigned _version SEC("version") = 0x050a07;
