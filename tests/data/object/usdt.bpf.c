// SPDX-License-Identifier: MIT
/*
 * usdt.bpf.c - operands of USDT probes by libbpf's convention: records in __bpf_usdt_specs, whose
 * number is the attach cookie.  The names are libbpf's, which loaders go by; the code is not.
 *
 * usdt.bpf.o and usdt_sib.bpf.o beside it were made with: clang-14 -g -O2 -target bpf
 * -fdebug-compilation-dir=. -c usdt.bpf.c, the second with -DSIB, the records of libbpf 1.7.
 */
#define SEC(name)	__attribute__((section(name), used))
#define __kconfig	__attribute__((section(".kconfig")))
#define __uint(name, v) int(*name)[v]
#define __type(name, v) v *name
#define hidden		__attribute__((weak, visibility("hidden"), noinline))

typedef unsigned int u32;
typedef unsigned long long u64;

static void *(*map_lookup)(void *map, const void *key) = (void *)1;
static long (*read_user)(void *to, u32 n, const void *from) = (void *)112;
static long (*read_kernel)(void *to, u32 n, const void *from) = (void *)113;
static u64 (*get_attach_cookie)(void *ctx) = (void *)174;

enum bpf_func_id___usdt { BPF_FUNC_get_attach_cookie___usdt = 174 };

/* as a vmlinux.h has it, with its field found when it is loaded */
struct pt_regs {
	u64 others[16];
	u64 ip;
} __attribute__((preserve_access_index));

enum __bpf_usdt_arg_type { CONSTANT, REGISTER, MEMORY, INDEXED };

struct __bpf_usdt_arg_spec {
	u64 val_off;
#ifdef SIB
	enum __bpf_usdt_arg_type arg_type : 8;
	unsigned short idx_reg_off : 12;
	unsigned short scale_bitshift : 4;
	unsigned char __reserved : 8;
#else
	enum __bpf_usdt_arg_type arg_type;
#endif
	short reg_off;
	_Bool arg_signed;
	char arg_bitshift;
};

struct __bpf_usdt_spec {
	struct __bpf_usdt_arg_spec args[12];
	u64 usdt_cookie;
	short arg_cnt;
};

struct {
	__uint(type, 2);
	__uint(max_entries, 16);
	__type(key, int);
	__type(value, struct __bpf_usdt_spec);
} __bpf_usdt_specs SEC(".maps");

struct {
	__uint(type, 1);
	__uint(max_entries, 16);
	__type(key, long);
	__type(value, u32);
} __bpf_usdt_ip_to_spec_id SEC(".maps");

extern const _Bool LINUX_HAS_BPF_COOKIE __kconfig;

/* What a place that was reached said. */
struct seen {
	long long value[12];
	int error[12];
	u64 cookie, count;
};

u32 hits; /* how many were reached; the last 16 are kept */

struct {
	__uint(type, 2);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, struct seen);
} seen SEC(".maps");

/* Both are answered when it is loaded: so headers ask since libbpf 1.0, and so before. */
static _Bool has_cookie(void)
{
	return LINUX_HAS_BPF_COOKIE &&
	       __builtin_preserve_enum_value(
		       *(enum bpf_func_id___usdt *)BPF_FUNC_get_attach_cookie___usdt, 0);
}

static struct __bpf_usdt_spec *spec_of(void *ctx)
{
	u64 ip;
	int id = -1, *found;

	if (has_cookie()) {
		id = (int)get_attach_cookie(ctx);
	} else {
		ip = ((struct pt_regs *)ctx)->ip;
		found = map_lookup(&__bpf_usdt_ip_to_spec_id, &ip);
		if (found)
			id = *found;
	}
	return id < 0 ? 0 : map_lookup(&__bpf_usdt_specs, &id);
}

static long address_of(const char *ctx, const struct __bpf_usdt_arg_spec *a, u64 *v)
{
	u64 part = 0;
	long err = read_kernel(v, sizeof(*v), ctx + a->reg_off);

	if (err)
		return err;
#ifdef SIB
	if (a->arg_type == INDEXED) {
		err = read_kernel(&part, sizeof(part), ctx + a->idx_reg_off);
		part <<= a->scale_bitshift;
	}
#endif
	*v += part + a->val_off;
	return err;
}

hidden int read_operand(void *ctx, u64 n, long long *v)
{
	struct __bpf_usdt_spec *s = spec_of(ctx);
	const struct __bpf_usdt_arg_spec *a;
	u64 raw = 0;
	long err = 0;

	*v = 0;
	if (!s || n >= 12)
		return -3;
	if (s->arg_cnt < 0 || n >= (u64)s->arg_cnt)
		return -2;
	a = &s->args[n];
	switch (a->arg_type) {
	case CONSTANT: raw = a->val_off; break;
	case REGISTER: err = read_kernel(&raw, sizeof(raw), (char *)ctx + a->reg_off); break;
#ifdef SIB
	case INDEXED:
#endif
	case MEMORY:
		err = address_of(ctx, a, &raw);
		if (!err)
			err = read_user(&raw, sizeof(raw), (void *)raw);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		raw >>= a->arg_bitshift & 63;
#endif
		break;
	default: return -22;
	}
	if (err)
		return (int)err;
	raw <<= a->arg_bitshift & 63;
	*v = a->arg_signed ? (long long)raw >> (a->arg_bitshift & 63)
			   : (long long)(raw >> (a->arg_bitshift & 63));
	return 0;
}

SEC("usdt")
int on_probe(void *ctx)
{
	struct __bpf_usdt_spec *s = spec_of(ctx);
	u32 i, key = hits++ & 15;
	struct seen *p = map_lookup(&seen, &key);
	long long v;

	if (!p)
		return 0;
#pragma unroll
	for (i = 0; i < 12; i++) {
		p->error[i] = read_operand(ctx, i, &v);
		p->value[i] = v;
	}
	p->cookie = s ? s->usdt_cookie : 0;
	p->count = s ? (u64)s->arg_cnt : 0;
	return 0;
}

char _license[] SEC("license") = "GPL";
