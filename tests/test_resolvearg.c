// SPDX-License-Identifier: MIT
/* test_resolvearg.c - arguments of system calls and on the stack; the real ones of both. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "resolvearg.h"
#include "kern.h"
#include "kfake.h"
#include "rawbpf.h"
#include "t_kprobe.h"

Suite *suite_resolvearg(void);

#define V(major, minor) ((major) << 16 | (minor) << 8)

/* What an argument is, as text: "112 in 8, 56 in 8 of the kernel", "" for a register, or why not. */
static const char *arg_text(struct rawbpf *b, struct resolvearg *r, const char *cpu,
	const char *section, const char *prog, unsigned n, unsigned kernel)
{
	static char text[256];
	struct bpfasm_arg_of of = {section, prog, n, kernel};
	struct bpfasm_arg a;
	int is = resolvearg_find(b, r, arch_find(cpu), &of, &a, text, sizeof(text));

	if (!is)
		return "";
	if (is == 1)
		snprintf(text, sizeof(text), "%u in %u, %u in %u of the %s", (unsigned)a.pointer,
			(unsigned)a.pointer_size, (unsigned)a.offset, (unsigned)a.size,
			a.user ? "process" : "kernel");
	else
		ck_assert_int_eq(is, -EINVAL);
	return text;
}

/* Objects for another machine: by the kernel's version, the newest where none is named. */
START_TEST(other_machines)
{
	static const char gone[] = "'arg2' is gone when the function returns; keep it in a map "
				   "where it begins";
	static const struct {
		const char *cpu, *section;
		unsigned n, kernel;
		const char *want;
	} rows[] = {
		{"x86_64", "ksyscall/openat", 1, 0, "112 in 8, 112 in 8 of the kernel"},
		{"x86_64", "ksyscall/openat", 2, 0, "112 in 8, 104 in 8 of the kernel"},
		{"x86_64", "ksyscall/openat", 3, 0, "112 in 8, 96 in 8 of the kernel"},
		{"x86_64", "?ksyscall/openat", 4, 0, "112 in 8, 56 in 8 of the kernel"},
		{"x86_64", "ksyscall", 5, V(4, 17), "112 in 8, 72 in 8 of the kernel"},
		{"x86_64", "ksyscall/openat", 6, V(6, 18), "112 in 8, 64 in 8 of the kernel"},
		{"x86_64", "ksyscall/openat", 4, V(4, 16), ""},
		{"x86_64", "kprobe/sys_openat", 4, V(4, 17), "112 in 8, 56 in 8 of the kernel"},
		{"x86_64", "kprobe/sys_openat", 4, V(4, 16), ""},
		{"x86_64", "kprobe/SyS_openat", 4, 0, "112 in 8, 56 in 8 of the kernel"},
		{"x86_64", "kprobe/sys_openat+4", 4, 0, ""},
		{"x86_64", "kprobe/mod:sys_openat", 4, 0, ""},
		{"x86_64", "kprobe/__x64_sys_openat", 1, 0, ""},
		{"x86_64", "kprobe/vfs_read", 1, 0, ""},
		{"x86_64", "kprobe", 1, 0, ""},
		{"x86_64", "kprobe.multi/sys_*", 1, 0, ""},
		{"x86_64", "uprobe/c:strlen", 1, 0, ""},
		{"x86_64", "uretprobe/c:strlen", 2, 0, ""},
		{"x86_64", "kretprobe/vfs_read", 2, 0, ""},
		{"x86_64", "kretsyscall/openat", 2, 0, gone},
		{"x86_64", "kretsyscall/openat", 2, V(4, 14), gone},
		{"arm64", "ksyscall/openat", 1, 0, "0 in 8, 0 in 8 of the kernel"},
		{"arm64", "ksyscall/openat", 6, V(4, 19), "0 in 8, 40 in 8 of the kernel"},
		{"arm64", "ksyscall/openat", 6, V(4, 18), ""},
		{"riscv64", "ksyscall/openat", 1, V(6, 6), "80 in 8, 280 in 8 of the kernel"},
		{"riscv64", "ksyscall/openat", 2, 0, "80 in 8, 88 in 8 of the kernel"},
		{"riscv64", "ksyscall/openat", 2, V(6, 5), ""},
		{"s390x", "ksyscall/openat", 1, 0, "40 in 8, 152 in 8 of the kernel"},
		{"s390x", "ksyscall/openat", 6, V(5, 12), "40 in 8, 80 in 8 of the kernel"},
		{"s390x", "ksyscall/openat", 2, V(5, 11), ""},
		{"s390x", "ksyscall/openat", 6, V(5, 11), "144 in 8, 160 in 8 of the kernel"},
		{"ppc64le", "ksyscall/openat", 4, V(6, 1), "24 in 8, 48 in 8 of the kernel"},
		{"ppc64le", "ksyscall/openat", 4, V(6, 0), ""},
		{"ppc64le", "kprobe/sys_openat", 4, 0, ""},
		{"mips64", "ksyscall/openat", 1, 0, ""},
		{"loongarch64", "ksyscall/openat", 1, 0, ""},
		{"i386", "ksyscall/openat", 1, 0, "24 in 4, 0 in 4 of the kernel"},
		{"i386", "ksyscall/openat", 6, V(5, 7), "24 in 4, 20 in 4 of the kernel"},
		/* on the stack */
		{"i386", "uprobe/c:strlen", 1, 0, "60 in 4, 4 in 4 of the process"},
		{"i386", "uprobe.s/c:strlen", 6, 0, "60 in 4, 24 in 4 of the process"},
		{"i386", "uprobe.multi/c:str*", 2, 0, "60 in 4, 8 in 4 of the process"},
		{"i386", "uretprobe/c:strlen", 2, 0, gone},
		{"i386", "kprobe/vfs_read", 3, 0, ""},
		{"i386", "kprobe/vfs_read", 4, 0, ""},
		{"i386", "perf_event", 4, 0, ""},
		{"arm", "uprobe/c:mmap", 4, 0, ""},
		{"arm", "uprobe/c:mmap", 5, 0, "52 in 4, 0 in 4 of the process"},
		{"arm", "kprobe/vfs_read", 6, 0, "52 in 4, 4 in 4 of the kernel"},
		{"arm", "ksyscall/openat", 6, 0, "52 in 4, 4 in 4 of the kernel"},
		{"arm", "ksyscall/openat", 2, 0, ""},
		{"s390x", "uprobe/c:mmap", 6, 0, "144 in 8, 160 in 8 of the process"},
		{"s390x", "uprobe/c:mmap", 5, 0, ""},
	};
	struct rawbpf b = {0};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(!strcmp(arg_text(&b, NULL, rows[i].cpu, rows[i].section, "p",
					      rows[i].n, rows[i].kernel),
				      rows[i].want),
			"row %zu: %s %s arg%u: '%s'", i, rows[i].cpu, rows[i].section, rows[i].n,
			arg_text(&b, NULL, rows[i].cpu, rows[i].section, "p", rows[i].n,
				rows[i].kernel));
	ck_assert_str_eq(arg_text(&b, NULL, "x86_64", "kprobe", "syscall__openat", 4, 0),
		"112 in 8, 56 in 8 of the kernel");
	ck_assert_str_eq(arg_text(&b, NULL, "x86_64", "kprobe", "kprobe__sys_openat", 4, 0),
		"112 in 8, 56 in 8 of the kernel");
	ck_assert_str_eq(arg_text(&b, NULL, "x86_64", "kprobe", "kprobe__vfs_read", 4, 0), "");
	ck_assert_str_eq(arg_text(&b, NULL, "x86_64", "uprobe", "syscall__openat", 4, 0), "");
}
END_TEST

/* A kernel of made-up names and events. */
struct named {
	struct kfake k;
};

static long named_call(void *arg, const struct rawbpf_call *c)
{
	struct named *n = arg;

	/* tracefs has an event for each system call, here for these */
	if (c->kind == RAWBPF_CALL_OPENAT && strstr((const char *)c->arg[1], "sys_enter_"))
		return strstr((const char *)c->arg[1], "sys_enter_openat") ||
				       strstr((const char *)c->arg[1], "sys_enter_twice")
			       ? 900000
			       : -ENOENT;
	if (c->kind == RAWBPF_CALL_CLOSE && c->arg[0] == 900000)
		return 0;
	return kfake_call(&n->k, c);
}

static void named_open(struct named *n, const char *kallsyms)
{
	memset(n, 0, sizeof(*n));
	n->k.kallsyms = kallsyms;
	kfake_open(&n->k);
	rawbpf_set_hook(n->k.b, named_call, n);
}

START_TEST(this_machine)
{
	static const char wrapped[] = "112 in 8, 56 in 8 of the kernel";
	static const char own[] = "0 T vfs_read\n0 T sys_openat\n0 T __x64_sys_openat\n"
				  "0 T __x64_sys_close\n0 T sys_imageblit\n0 T openat\n";
	static const char old[] = "0 T vfs_read\n0 T sys_openat\n0 T SyS_openat\n0 D __x64_sys_x\n";
	struct resolvearg r = {0};
	struct named n;

	/* names that are there, or not */
	named_open(&n, kfake_kallsyms);
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "ksyscall/openat", "p", 4, 0), wrapped);
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "kprobe/sys_openat", "p", 4, 0), wrapped);
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "kprobe/openat", "p", 4, 0), wrapped);
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "kprobe/twice", "p", 4, 0), "");
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "kprobe/sys_none", "p", 4, 0), "");
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "kprobe/vfs_read", "p", 4, 0), "");
	/* a kernel that is named is not this one */
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "ksyscall/openat", "p", 4, V(4, 14)), "");
	kfake_close(&n.k);

	/* a function of the very name comes first, as when it is attached */
	memset(&r, 0, sizeof(r));
	named_open(&n, own);
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "kprobe/sys_openat", "p", 4, 0), "");
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "kprobe/openat", "p", 4, 0), "");
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "kprobe/sys_imageblit", "p", 4, 0), "");
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "kprobe/sys_close", "p", 4, 0), wrapped);
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "ksyscall/openat", "p", 4, 0), wrapped);
	kfake_close(&n.k);

	/* before 4.17 */
	memset(&r, 0, sizeof(r));
	named_open(&n, old);
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "ksyscall/openat", "p", 4, 0), "");
	ck_assert_str_eq(arg_text(n.k.b, &r, "x86_64", "kprobe/sys_openat", "p", 4, 0), "");
	kfake_close(&n.k);
}
END_TEST

/* Without names the version says it; with names that do not tell, too. */
START_TEST(this_version)
{
	static const struct {
		const char *cpu, *release, *want;
	} rows[] = {
		{"x86_64", "4.16.9", ""},
		{"x86_64", "4.17.0", "112 in 8, 104 in 8 of the kernel"},
		{"ppc64le", "6.0.0", ""},
		{"ppc64le", "6.1.0", "24 in 8, 32 in 8 of the kernel"},
		{"s390x", "5.11.1", ""},
		{"s390x", "6.12.0", "40 in 8, 48 in 8 of the kernel"},
		{"mips64", "6.12.0", ""},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct resolvearg r = {0};
		struct named n;
		unsigned major, minor;
		struct kern *k;

		named_open(&n, rows[i].cpu[0] == 'x' ? NULL : kfake_kallsyms);
		ck_assert_int_eq(sscanf(rows[i].release, "%u.%u", &major, &minor), 2);
		k = kern_get(n.k.b);
		k->version = V(major, minor);
		ck_assert_str_eq(arg_text(n.k.b, &r, rows[i].cpu, "ksyscall/openat", "p", 2, 0),
			rows[i].want);
		kfake_close(&n.k);
	}
}
END_TEST

/* ---- real ones ----------------------------------------------------------------------------- */

#ifdef SYS_process_vm_readv

#define CALLS 150

/* A system call of six arguments that refuses these at once, and reads nothing. */
static const long call_args[6] = {0x7123456, 0x1122334455667788, 3, 0x55aa55aa12345678, 5, 0x40};

static void make_calls(void)
{
	int i;

	for (i = 0; i < CALLS; i++) {
		errno = 0;
		ck_assert_int_eq(syscall(SYS_process_vm_readv, call_args[0], call_args[1],
					 call_args[2], call_args[3], call_args[4], call_args[5]),
			-1);
		ck_assert_int_eq(errno, EINVAL);
	}
}

/* args[0..5], [6]: entries, [7]: retval, [8]: returns */
static const char call_text[] =
	".include \"std.inc\"\n.license \"GPL\"\n"
	".map seen array(u64, 9)\n"
	".macro keep slot, value\n.var .at: u32\n.var .v: u64\n"
	"\t.at = \\slot\n\tr1 = \\value\n\t.v = r1\n"
	"\tr0 = bpf_map_update_elem(&seen, &.at, &.v, 0)\n.endm\n"
	".macro count slot\n.var .at: u32\n"
	"\t.at = \\slot\n\tr0 = bpf_map_lookup_elem(&seen, &.at)\n\tif r0 == 0 goto .out\n"
	"\tr1 = 1\n\tlock *(u64 *)(r0 +0) += r1\n.out:\n.endm\n"
	".prog %s \"%s\"\n"
	"\tfilter_pid %d\n"
	"\tkeep 0, arg1\n\tkeep 1, arg2\n\tkeep 2, arg3\n"
	"\tkeep 3, arg4\n\tkeep 4, arg5\n\tkeep 5, arg6\n"
	"\tcount 6\n\treturn 0\n"
	".prog leave \"%s\"\n.ctx r6\n\tfilter_pid %d\n"
	"\tkeep 7, retval\n\tcount 8\n\treturn 0\n";

static void exact_arguments(const char *prog, const char *enter, const char *leave)
{
	struct rawbpf *b = rawbpf_new();
	struct rawbpf_table *t;
	char text[sizeof(call_text) + 200];
	uint64_t v;
	uint32_t i;

	snprintf(text, sizeof(text), call_text, prog, enter, getpid(), leave, getpid());
	ck_assert_msg(!rawbpf_load(b, .text = text), "%s", rawbpf_errmsg(b));
	if (strcmp(enter, "kprobe") != 0 || strncmp(prog, "syscall__", 9) != 0)
		ck_assert_msg(!rawbpf_attach_all(b), "%s", rawbpf_errmsg(b));
	else
		ck_assert_msg(!rawbpf_attach_kprobe(
				      b, .event = "sys_process_vm_readv", .fn_name = prog) &&
				      !rawbpf_attach_kretprobe(
					      b, .event = "process_vm_readv", .fn_name = "leave"),
			"%s", rawbpf_errmsg(b));
	make_calls();
	t = rawbpf_table(b, "seen");
	for (i = 0; i < 9; i++) {
		static const uint64_t counts[] = {CALLS, (uint64_t)-EINVAL, CALLS};

		ck_assert_int_eq(rawbpf_table_lookup(t, &i, &v), 0);
		ck_assert_msg(v == (i < 6 ? (uint64_t)call_args[i] : counts[i - 6]),
			"%s %s, slot %u: 0x%llx", prog, enter, i, (unsigned long long)v);
	}
	rawbpf_free(b);
}

START_TEST(exact_arguments_of_a_system_call)
{
	T_NEED_ROOT();
	T_NEED_KPROBE_PMU();
	exact_arguments("enter", "ksyscall/process_vm_readv", "kretsyscall/process_vm_readv");
	exact_arguments("enter", "kprobe/sys_process_vm_readv", "kretprobe/sys_process_vm_readv");
	exact_arguments("enter", "kprobe/process_vm_readv", "kretprobe/process_vm_readv");
	exact_arguments("kprobe__sys_process_vm_readv", "kprobe", "kretsyscall/process_vm_readv");
	exact_arguments("syscall__readv", "kprobe", "kretprobe");
}
END_TEST

#endif

Suite *suite_resolvearg(void)
{
	Suite *s = suite_create("resolvearg");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, other_machines);
	tcase_add_test(t, this_machine);
	tcase_add_test(t, this_version);
	suite_add_tcase(s, t);
#ifdef SYS_process_vm_readv
	t = tcase_create("live");
	tcase_add_test(t, exact_arguments_of_a_system_call);
	suite_add_tcase(s, t);
#endif
	return s;
}
