// SPDX-License-Identifier: MIT
/*
 * hist.bpf.c - maps whose keys a histogram may have, and some that it may not.
 *
 * hist.bpf.o beside it was made with: clang-14 -O2 -g -target bpf -c hist.bpf.c
 */
typedef unsigned char u8;
typedef int s32;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;

#define SEC(name)	  __attribute__((section(name), used))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name

#define MAP(map, kind, n, k, v)         \
	struct {                        \
		__uint(type, kind);     \
		__uint(max_entries, n); \
		__type(key, k);         \
		__type(value, v);       \
	} map SEC(".maps")

enum { HASH = 1, ARRAY = 2, PERCPU_HASH = 5, PERCPU_ARRAY = 6 };

typedef u64 rawbpf_log2;

struct pid_key {
	u32 pid;
	u64 slot;
};
struct padded_key {
	u32 pid;
	u32 __pad_1;
	u64 slot;
};
struct comm_key {
	char comm[16];
	u32 slot;
};
struct signed_key {
	s32 stack;
	s32 slot;
};
struct nested_key {
	struct {
		u32 a, b;
	} pair;
	u32 slot;
};
struct text_slot {
	u32 pid;
	char slot[4];
};
struct one_key {
	u32 slot;
};
struct count {
	u32 a, b;
};

MAP(dist, ARRAY, 65, u32, rawbpf_log2);
MAP(wide, ARRAY, 128, u32, u64);
MAP(percpu, PERCPU_ARRAY, 65, u32, u64);
MAP(by_cpu, PERCPU_HASH, 64, struct pid_key, u32);
MAP(any_int, HASH, 64, s32, s64);
MAP(any_u64, HASH, 64, u64, u8);
MAP(by_pid, HASH, 64, struct pid_key, u64);
MAP(padded, HASH, 64, struct padded_key, u64);
MAP(by_comm, HASH, 64, struct comm_key, u64);
MAP(by_stack, HASH, 64, struct signed_key, u64);
MAP(nested, HASH, 64, struct nested_key, u64);
MAP(no_slot, HASH, 64, struct text_slot, u64);
MAP(one, HASH, 64, struct one_key, u64);
MAP(no_count, HASH, 64, u32, struct count);

/* maps of the older kind: their keys have a size and no type */
struct map_def {
	u32 type, key_size, value_size, max_entries, flags;
};

struct map_def old24 SEC("maps") = {HASH, 24, 8, 64};
struct map_def old20 SEC("maps") = {HASH, 20, 8, 64};
struct map_def old10 SEC("maps") = {HASH, 10, 8, 64};
struct map_def old4 SEC("maps") = {HASH, 4, 8, 64};

SEC("raw_tracepoint") int nothing(void *ctx)
{
	(void)ctx;
	return 0;
}

char _license[] SEC("license") = "GPL";
