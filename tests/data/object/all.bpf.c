// SPDX-License-Identifier: MIT
/*
 * all.bpf.c - what an object of clang may hold: maps, a global, a constant, a constant string,
 * static and global subprograms, calls inside a section, several programs in one section.
 *
 * all.bpf.o beside it was made with: clang-14 -O2 -g -target bpf -c all.bpf.c
 */
typedef unsigned int u32;
typedef unsigned long long u64;

#define SEC(name)	   __attribute__((section(name), used))
#define __uint(name, val)  int(*name)[val]
#define __type(name, val)  typeof(val) *name
#define noinline	   __attribute__((noinline))

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*bpf_map_update_elem)(void *map, const void *key, const void *value, u64 flags) =
	(void *)2;
static long (*bpf_trace_printk)(const char *fmt, u32 size, ...) = (void *)6;

struct bucket {
	char comm[16];
	u32 slot;
};
typedef u64 rawbpf_log2;

struct {
	__uint(type, 2); /* array */
	__uint(max_entries, 65);
	__type(key, u32);
	__type(value, rawbpf_log2);
} dist SEC(".maps");

struct {
	__uint(type, 1); /* hash */
	__uint(max_entries, 1024);
	__type(key, struct bucket);
	__type(value, u64);
} by_comm SEC(".maps");

struct {
	__uint(type, 27); /* ringbuf */
	__uint(max_entries, 4096);
} events SEC(".maps");

u64 total;		    /* .bss */
u64 limit = 1000;	    /* .data */
const volatile u32 add = 7; /* .rodata */

noinline int clamp(u64 v)
{
	return v > limit ? (int)limit : (int)v;
}

static noinline u64 twice(u64 v)
{
	u32 key = 0;
	u64 *p = bpf_map_lookup_elem(&dist, &key);

	if (p)
		v += *p;
	return 2 * v + clamp(v);
}

static noinline void count(u32 slot)
{
	u64 one = 1, *p = bpf_map_lookup_elem(&dist, &slot);

	if (p)
		*p += add;
	else
		bpf_map_update_elem(&dist, &slot, &one, 0);
}

SEC("tracepoint/syscalls/sys_enter_openat")
int on_open(void *ctx)
{
	count(3);
	total = twice(total);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_openat")
int on_open_too(void *ctx)
{
	static const char fmt[] = "opened %d";

	bpf_trace_printk(fmt, sizeof(fmt), clamp(total));
	return 0;
}

SEC("?raw_tp/sys_enter")
int not_loaded(void *ctx)
{
	count(5);
	return 0;
}

char _license[] SEC("license") = "GPL";
