// SPDX-License-Identifier: MIT
/*
 * core.bpf.c - CO-RE records of every kind: a program each, named after what it asks.
 *
 * core_kernel.c has other definitions of the same types: fields that moved, grew, went into an
 * unnamed record, or are gone.  core.bpf.o beside it was made with:
 * clang-14 -O2 -g -target bpf -fdebug-compilation-dir=. -c core.bpf.c && llvm-strip-14 -g core.bpf.o
 */
#define SEC(name) __attribute__((section(name), used))
#define CORE	  __attribute__((preserve_access_index))

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

struct inner {
	int a, b;
	u8 bytes[8];
} CORE;

struct task {
	int pid;
	u32 tgid;
	u32 grows;	/* 8 bytes there */
	u64 shrinks;	/* 2 bytes there */
	int grows_too;	/* 8 bytes there, and signed */
	void *pointer;
	struct inner in;
	struct inner more[4];
	union {
		u32 wrapped; /* in nothing there */
		u32 other;
	};
	u32 bare; /* in two unnamed records there */
	u32 low : 3, mid : 7;
	int high : 12;
	u64 becomes_bits; /* a bit field there */
	u32 was_bits : 5;
	int gone;
	int sort; /* a record there */
	u32 matrix[3][5];
	u32 tail[];
} CORE;

struct task___old {
	int state;
	int gone;
} CORE;

struct absent {
	int x;
} CORE;

union choice {
	u32 one;
	u64 two;
} CORE;

typedef struct {
	int unnamed_first;
	int unnamed_second;
} CORE named_t;

typedef int moved_int;
typedef u32 (*fn_t)(int, void *);

enum colour { RED = 1, GREEN = 2, BLUE = 3 };
enum colour___more { VIOLET = 9, INDIGO___x = 7 };
enum wide { WIDE = 0x1234567890ULL };
enum minus { MINUS = -5, MINUS_TWO = -7 };

#define PROG(name, type, expr)                     \
	SEC("raw_tracepoint/" #name) u64 name(type *t) \
	{                                          \
		return expr;                       \
	}
#define INFO(field, kind)      __builtin_preserve_field_info(field, kind)
#define TYPE(type, kind)       __builtin_preserve_type_info(*(type *)0, kind)
#define TYPE_ID(type, kind)    __builtin_btf_type_id(*(type *)0, kind)
#define ENUM(type, value, kind) __builtin_preserve_enum_value(*(type *)value, kind)
#define FIELD(name, field)                         \
	PROG(name##_offset, struct task, INFO(t->field, 0)) \
	PROG(name##_size, struct task, INFO(t->field, 1))   \
	PROG(name##_exists, struct task, INFO(t->field, 2))
#define BITS(name, field)                          \
	FIELD(name, field)                         \
	PROG(name##_signed, struct task, INFO(t->field, 3)) \
	PROG(name##_lshift, struct task, INFO(t->field, 4)) \
	PROG(name##_rshift, struct task, INFO(t->field, 5))

/* offsets in loads */
PROG(load_pid, struct task, t->pid)
PROG(load_tgid, struct task, t->tgid)
PROG(load_grows, struct task, t->grows)
PROG(load_shrinks, struct task, t->shrinks)
PROG(load_grows_too, struct task, t->grows_too)
PROG(load_pointer, struct task, (u64)t->pointer)
PROG(load_in, struct task, t->in.b)
PROG(load_byte, struct task, t->in.bytes[5])
PROG(load_more, struct task, t->more[2].b)
PROG(load_second, struct task, t[1].tgid)
PROG(load_matrix, struct task, t->matrix[2][3])
PROG(load_tail, struct task, t->tail[6])
PROG(load_wrapped, struct task, t->wrapped)
PROG(load_bare, struct task, t->bare)
PROG(load_gone, struct task, t->gone)
PROG(load_sort, struct task, t->sort)
PROG(load_choice, union choice, t->two)
PROG(load_named, named_t, t->unnamed_second)
PROG(load_flavor, struct task___old, t->state)
PROG(load_flavor_gone, struct task___old, t->gone)
PROG(load_absent, struct absent, t->x)
PROG(address, struct task, (u64)&t->more[3].bytes)
SEC("raw_tracepoint/store") u64 store(struct task *t)
{
	t->shrinks = 1;
	t->tgid = (u32)(u64)t;
	return 0;
}
SEC("raw_tracepoint/guarded") u64 guarded(struct task *t)
{
	if (INFO(t->gone, 2))
		return t->gone;
	return t->tgid;
}

FIELD(pid, pid)
FIELD(in, in)
FIELD(grows, grows)
FIELD(more, more[1])
FIELD(sort, sort)
BITS(low, low)
BITS(mid, mid)
BITS(high, high)
BITS(tgid, tgid)
BITS(signed_, pid)
BITS(becomes, becomes_bits)
BITS(was, was_bits)
PROG(gone_exists, struct task, INFO(t->gone, 2))
PROG(gone_size, struct task, INFO(t->gone, 1))

PROG(type_exists, struct task, TYPE(struct task, 0))
PROG(type_size, struct task, TYPE(struct task, 1))
PROG(type_flavor, struct task, TYPE(struct task___old, 0))
PROG(type_absent, struct task, TYPE(struct absent, 0))
PROG(type_absent_size, struct task, TYPE(struct absent, 1))
PROG(type_union, struct task, TYPE(union choice, 0))
PROG(type_typedef, struct task, TYPE(named_t, 0))
PROG(type_typedef_size, struct task, TYPE(moved_int, 1))
PROG(type_function, struct task, TYPE(fn_t, 0))
PROG(type_enum, struct task, TYPE(enum colour, 0))
PROG(id_local, struct task, TYPE_ID(struct inner, 0))
PROG(id_kernel, struct task, TYPE_ID(struct inner, 1))
PROG(id_absent, struct task, TYPE_ID(struct absent, 1))

PROG(enum_red, struct task, ENUM(enum colour, RED, 0))
PROG(enum_blue, struct task, ENUM(enum colour, BLUE, 0))
PROG(enum_green_value, struct task, ENUM(enum colour, GREEN, 1))
PROG(enum_blue_value, struct task, ENUM(enum colour, BLUE, 1))
PROG(enum_violet, struct task, ENUM(enum colour___more, VIOLET, 1))
PROG(enum_indigo, struct task, ENUM(enum colour___more, INDIGO___x, 1))
PROG(enum_minus, struct task, ENUM(enum minus, MINUS, 1))
PROG(enum_minus_two, struct task, ENUM(enum minus, MINUS_TWO, 1))

char _license[] SEC("license") = "GPL";
