// SPDX-License-Identifier: MIT
/*
 * extern.bpf.c - variables that the loader makes, of every type they may have; a hidden function.
 *
 * extern.bpf.o beside it was made with: clang-14 -g -O2 -target bpf
 * -fdebug-compilation-dir=. -c extern.bpf.c
 */
#define SEC(name)	__attribute__((section(name), used))
#define __kconfig	__attribute__((section(".kconfig")))
#define __weak		__attribute__((weak))
#define __uint(name, v) int(*name)[v]
#define __type(name, v) v *name

typedef unsigned int u32;
typedef unsigned long long u64;
enum libbpf_tristate { TRI_NO, TRI_YES, TRI_MODULE };

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static u64 (*bpf_get_attach_cookie)(void *ctx) = (void *)174;

extern const _Bool LINUX_HAS_BPF_COOKIE __kconfig;
extern const int LINUX_KERNEL_VERSION __kconfig;
extern const _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig;
extern const _Bool CONFIG_YES __kconfig __weak;
extern const _Bool CONFIG_ABSENT __kconfig __weak;
extern const enum libbpf_tristate CONFIG_MODULE __kconfig __weak;
extern const char CONFIG_LETTER __kconfig __weak;
extern const short CONFIG_LESS __kconfig __weak;
extern const u64 CONFIG_HEX __kconfig __weak;
extern const char CONFIG_TEXT[6] __kconfig __weak;
extern const int CONFIG_HZ __kconfig;

struct {
	__uint(type, 2);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, u64);
} seen SEC(".maps");

__attribute__((weak, visibility("hidden"), noinline)) int keep(u32 key, u64 v, void *unused)
{
	u64 *p = bpf_map_lookup_elem(&seen, &key);

	if (p)
		*p = v;
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_getppid")
int on_call(void *ctx)
{
	keep(0, LINUX_HAS_BPF_COOKIE ? bpf_get_attach_cookie(ctx) : 99, ctx);
	keep(1, (u64)LINUX_KERNEL_VERSION, ctx);
	keep(2, LINUX_HAS_SYSCALL_WRAPPER, ctx);
	keep(3, CONFIG_YES, ctx);
	keep(4, CONFIG_ABSENT, ctx);
	keep(5, CONFIG_MODULE, ctx);
	keep(6, (u64)CONFIG_LETTER, ctx);
	keep(7, (u64)CONFIG_LESS, ctx);
	keep(8, CONFIG_HEX, ctx);
	keep(9, (u64)CONFIG_TEXT[1], ctx);
	keep(10, (u64)CONFIG_HZ, ctx);
	keep(11, 1, ctx);
	return 0;
}

char _license[] SEC("license") = "GPL";
