// SPDX-License-Identifier: MIT
/*
 * typed.bpf.c - programs at functions and events that the kernel's BTF describes.
 *
 * typed.bpf.o beside it was made with: clang-14 -g -O2 -target bpf
 * -fdebug-compilation-dir=. -c typed.bpf.c
 */
#define SEC(name)	__attribute__((section(name), used))
#define __uint(name, v) int(*name)[v]
#define __type(name, v) v *name

typedef unsigned int u32;
typedef unsigned long long u64;

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;

struct {
	__uint(type, 2);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u64);
} seen SEC(".maps");

static int keep(u32 key, u64 v)
{
	u64 *p = bpf_map_lookup_elem(&seen, &key);

	if (p)
		*p = v;
	return 0;
}

SEC("fentry/bpf_fentry_test2")
int enter(u64 *ctx)
{
	return keep(0, ctx[1]);
}

SEC("fexit/bpf_fentry_test2")
int leave(u64 *ctx)
{
	return keep(1, (u32)ctx[2]);
}

SEC("tp_btf/sched_process_fork")
int on_fork(u64 *ctx)
{
	return keep(2, ctx[0] != 0 && ctx[1] != 0);
}

SEC("?fentry.s/bpf_fentry_test1")
int may_sleep(u64 *ctx)
{
	return 0;
}

SEC("?fmod_ret/bpf_modify_return_test")
int modify(u64 *ctx)
{
	return 1;
}

char _license[] SEC("license") = "GPL";
