// SPDX-License-Identifier: MIT
/*
 * records.bpf.c - types of every kind, as histograms by record may have them for keys.
 *
 * records.bpf.o beside it was made with: clang-14 -O2 -g -target bpf -c records.bpf.c
 */
typedef unsigned char u8;
typedef signed char s8;
typedef unsigned short u16;
typedef int s32;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;

#define SEC(name)	  __attribute__((section(name), used))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name

typedef u64 rawbpf_log2;
typedef u64 rawbpf_linear;

enum state { RUNNING, SLEEPING, DEAD = 64 };
enum way { BACK = -1, STAY };

struct bits {
	u32 low : 3, : 5, high : 12;
	s32 minus : 4;
	enum state state : 8;
};

struct many {
	u8 a;
	s8 b;
	u16 c;
	s32 d;
	u64 e;
	s64 f;
	_Bool yes;
	char letter;
	enum state state;
	enum way way;
	const void *where;
	char text[8];
	u8 bytes[4];
	u16 few[3];
	struct {
		u32 x, y;
	} at;
	struct {
		u32 inside;
	};
	union {
		u32 word;
		u8 half;
	};
	struct bits bits;
	float f4;
	double f8;
	u32 __pad_1;
	unsigned __int128 wide;
};

struct many_key {
	struct many bucket;
	u64 slot;
};

struct owner {
	u32 uid;
	char name[16];
};

struct owner_key {
	struct owner who;
	u32 slot;
};

struct mac_key {
	u8 mac[6];
	u16 slot;
};

#define MAP(map, n, k, v)               \
	struct {                        \
		__uint(type, 1);        \
		__uint(max_entries, n); \
		__type(key, k);         \
		__type(value, v);       \
	} map SEC(".maps")

MAP(many, 64, struct many_key, rawbpf_log2);
MAP(owners, 64, struct owner_key, rawbpf_linear);
MAP(macs, 64, struct mac_key, rawbpf_log2);

SEC("socket") int nothing(void *ctx)
{
	(void)ctx;
	return 0;
}

char _license[] SEC("license") = "GPL";
