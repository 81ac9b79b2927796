// SPDX-License-Identifier: MIT
/*
 * old.bpf.c - maps as they were written before BTF, and no debug information.
 *
 * old.bpf.o beside it was made with: clang-14 -O2 -target bpf -c old.bpf.c
 */
#define SEC(name) __attribute__((section(name), used))

struct bpf_map_def {
	unsigned type, key_size, value_size, max_entries, map_flags;
};

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;

struct bpf_map_def SEC("maps") first = {1, 8, 16, 100, 0};
struct bpf_map_def SEC("maps") second = {2, 4, 8, 3, 0};

SEC("kprobe/f")
int uses_second(void *ctx)
{
	unsigned key = 1;
	long *p = bpf_map_lookup_elem(&second, &key);

	return p ? (int)*p : 0;
}

SEC("fn")
int kprobe__g(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
