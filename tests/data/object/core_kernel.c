// SPDX-License-Identifier: MIT
/*
 * core_kernel.c - the types of core.bpf.c as another kernel would have them.
 *
 * core_kernel.o beside it was made with:
 * clang-14 -O2 -g -target bpf -fdebug-compilation-dir=. -c core_kernel.c && llvm-strip-14 -g core_kernel.o
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

struct inner {
	u64 before;
	int b, a;
	char between[3];
	u8 bytes[16];
};

struct task {
	u64 before[3];
	u64 grows;
	u16 shrinks;
	long long grows_too;
	struct {
		union {
			u32 bare;
			u32 same;
		};
		u32 after;
	};
	const volatile u32 tgid;
	int pid;
	u32 wrapped;
	struct inner *pointer;
	struct inner more[3];
	struct inner in;
	u64 state;
	u8 pad : 1, low : 4;
	u32 mid : 9;
	int high : 20;
	u64 becomes_bits : 33;
	u32 was_bits;
	struct inner sort;
	u32 matrix[4][7];
	u32 tail[];
} task_;

union choice {
	u8 pad[8];
	u64 two;
	u16 one;
} choice_;

typedef struct {
	int unnamed_second;
	int unnamed_first;
} named_t;
named_t named_;

typedef long long moved_int;
moved_int moved_;
typedef u32 (*fn_t)(u64, struct task *);
fn_t fn_;

enum colour { RED = 1, GREEN = 200, INDIGO = 70 } colour_;
enum minus { MINUS = -50, MINUS_TWO = 4 } minus_;
