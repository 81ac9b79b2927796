// SPDX-License-Identifier: MIT
/*
 * test_uprobe.c - probes of programs and libraries, against the running kernel.
 *
 * The program that counts is a few instructions by hand, so that these tests need no assembler:
 * {calls, sum of the first argument or the return value, the last value}.
 */
#include "uprobe.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "kern.h"
#include "old.h"
#include "t.h"
#include "t_child.h"
#include "t_elf.h"
#include "tracefs.h"

/* ---- functions to probe ------------------------------------------------------------------- */

#ifdef __clang__
#define TARGET __attribute__((noinline, used, visibility("default")))
#else
#define TARGET __attribute__((noinline, noclone, used, visibility("default")))
#endif

long t_target_add(long a, long b);
long t_target_mul(long a, long b);
long t_other(long a);

TARGET long t_target_add(long a, long b)
{
	__asm__ volatile("" : "+r"(a));
	return a + b;
}

TARGET long t_target_mul(long a, long b)
{
	__asm__ volatile("" : "+r"(a));
	return a * b;
}

TARGET long t_other(long a)
{
	__asm__ volatile("" : "+r"(a));
	return a - 1;
}

/* Three instructions of known length. */
void t_nops(void);
#if defined(__x86_64__) || defined(__i386__)
#define NOP_SIZE 1
__asm__(".text\n.globl t_nops\n.type t_nops, @function\nt_nops: nop\nnop\nret\n"
	".size t_nops, .-t_nops\n");
#else
#define NOP_SIZE 4
__asm__(".text\n.globl t_nops\n.type t_nops, %function\nt_nops: nop\nnop\nret\n"
	".size t_nops, .-t_nops\n");
#endif

/* ---- a context with two programs ---------------------------------------------------------- */

struct counts {
	uint64_t calls, sum, last;
};

struct bed {
	struct rawbpf b;
	struct prog progs[3];
	char exe[4096];
	int map;
	unsigned deny_after; /* perf events that may be opened, with the hook */
};

static int make_map(void)
{
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.map.map_type = RAWBPF_MAP_ARRAY;
	a.map.key_size = 4;
	a.map.value_size = sizeof(struct counts);
	a.map.max_entries = 1;
	return (int)rawbpf_sys_bpf(RAWBPF_MAP_CREATE, &a, sizeof(a.map));
}

/* Counts, with the register of that name of pt_regs. */
static int make_prog(int map, const char *reg)
{
	static const uint16_t one = 1;
	bool big = !*(const uint8_t *)&one;
	char log[4096] = "";
	union rawbpf_attr a;
	uint64_t offset = 0;
	size_t i;
	struct rawbpf_insn p[] = {
		{0xbf, 0x16, 0, 0},	       /* r6 = r1 */
		{0x62, 0x0a, -4, 0},	       /* *(u32 *)(r10 -4) = 0 */
		{0xbf, 0xa2, 0, 0},	       /* r2 = r10 */
		{0x07, 0x02, 0, -4},	       /* r2 += -4 */
		{0x18, 0x11, 0, map},	       /* r1 = map */
		{0, 0, 0, 0}, {0x85, 0, 0, 1}, /* r0 = bpf_map_lookup_elem() */
		{0x15, 0x00, 5, 0},	       /* if r0 == 0 goto exit */
		{0xb7, 0x01, 0, 1},	       /* r1 = 1 */
		{0xdb, 0x10, 0, 0},	       /* lock *(u64 *)(r0 +0) += r1 */
		{0x79, 0x61, 0, 0},	       /* r1 = register */
		{0xdb, 0x10, 8, 0},	       /* lock *(u64 *)(r0 +8) += r1 */
		{0x7b, 0x10, 16, 0},	       /* *(u64 *)(r0 +16) = r1 */
		{0xb7, 0x00, 0, 0},	       /* r0 = 0 */
		{0x95, 0, 0, 0},	       /* exit */
	};

	ck_assert_int_eq(arch_reg(arch_find(NULL), reg, &offset), 0);
	p[10].off = (int16_t)offset;
	for (i = 0; big && i < sizeof(p) / sizeof(*p); i++)
		p[i].regs = (uint8_t)(p[i].regs << 4 | p[i].regs >> 4);
	memset(&a, 0, sizeof(a));
	a.prog.prog_type = RAWBPF_PROG_KPROBE;
	a.prog.insns = (uintptr_t)p;
	a.prog.insn_cnt = sizeof(p) / sizeof(*p);
	a.prog.license = (uintptr_t) "GPL";
	a.prog.log_buf = (uintptr_t)log;
	a.prog.log_size = sizeof(log);
	a.prog.log_level = 1;
	i = (size_t)rawbpf_sys_bpf(RAWBPF_PROG_LOAD, &a, sizeof(a.prog));
	ck_assert_msg((int)i >= 0, "%d %s", (int)i, log);
	return (int)i;
}

static void bed_open(struct bed *t)
{
	ssize_t n;

	t_raise_memlock();
	memset(t, 0, sizeof(*t));
	old_hook(&t->b.sys);
	n = readlink("/proc/self/exe", t->exe, sizeof(t->exe) - 1);
	ck_assert_int_gt(n, 0);
	t->map = make_map();
	ck_assert_int_ge(t->map, 0);
	t->progs[0].name = "on_entry";
	t->progs[0].fd = make_prog(t->map, "arg1");
	t->progs[1].name = "on_return";
	t->progs[1].fd = make_prog(t->map, "retval");
	t->progs[2].name = "on_tp";
	t->progs[2].fd = dup(t->progs[0].fd);
	t->progs[0].type = t->progs[1].type = RAWBPF_PROG_KPROBE;
	t->progs[2].type = RAWBPF_PROG_TRACEPOINT;
	t->progs[0].section = t->progs[1].section = t->progs[2].section = "x";
	t->b.progs = t->progs;
	t->b.n_progs = 3;
}

static void bed_close(struct bed *t)
{
	int i;

	link_close_until(&t->b, NULL);
	tracefs_free(&t->b);
	kern_free(&t->b);
	for (i = 0; i < 3; i++)
		close(t->progs[i].fd);
	close(t->map);
}

static struct counts counts(const struct bed *t)
{
	struct counts c = {0, 0, 0};
	union rawbpf_attr a;
	uint32_t key = 0;

	memset(&a, 0, sizeof(a));
	a.elem.map_fd = (uint32_t)t->map;
	a.elem.key = (uintptr_t)&key;
	a.elem.value = (uintptr_t)&c;
	ck_assert_int_eq(rawbpf_sys_bpf(RAWBPF_MAP_LOOKUP_ELEM, &a, sizeof(a.elem)), 0);
	return c;
}

static void attach(struct bed *t, bool ret, struct rawbpf_uprobe_opts o)
{
	if (!o.fn_name)
		o.fn_name = ret ? "on_return" : "on_entry";
	if (!o.name)
		o.name = t->exe;
	ck_assert_msg(!uprobe_attach(&t->b, &o, ret), "%s; %s", t->b.error.msg, t->b.error.hint);
}

static void call_add(int n)
{
	long (*volatile fn)(long, long) = t_target_add;
	int i;

	for (i = 0; i < n; i++)
		fn(i, 1000);
}

/* ---- counting ----------------------------------------------------------------------------- */

START_TEST(entry)
{
	int fds = t_count_fds();
	struct bed t;
	struct counts c;

	T_NEED_ROOT();
	bed_open(&t);
	call_add(3);
	attach(&t, false, (struct rawbpf_uprobe_opts){.sym = "t_target_add"});
	call_add(100);
	c = counts(&t);
	ck_assert_uint_eq(c.calls, 100);
	ck_assert_uint_eq(c.sum, 4950);
	ck_assert_ptr_nonnull(strstr(t.b.links->place, ":t_target_add"));
	ck_assert_int_eq(
		uprobe_detach(&t.b,
			&(struct rawbpf_uprobe_opts){.name = t.exe, .sym = "t_target_add"}, false),
		0);
	ck_assert_ptr_null(t.b.links);
	call_add(5);
	ck_assert_uint_eq(counts(&t).calls, 100);
	bed_close(&t);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(ret)
{
	struct bed t;
	struct counts c;

	T_NEED_ROOT();
	bed_open(&t);
	attach(&t, true, (struct rawbpf_uprobe_opts){.sym = "t_target_add"});
	call_add(100);
	c = counts(&t);
	ck_assert_uint_eq(c.calls, 100);
	ck_assert_uint_eq(c.sum, 4950 + 100 * 1000);
	ck_assert_uint_eq(c.last, 1099);
	bed_close(&t);
}
END_TEST

START_TEST(by_pid)
{
	struct bed t;
	int status;
	pid_t pid;

	T_NEED_ROOT();
	bed_open(&t);
	attach(&t, false, (struct rawbpf_uprobe_opts){.sym = "t_target_add", .pid = getpid()});
	pid = fork();
	if (!pid) {
		call_add(50);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_uint_eq(counts(&t).calls, 0);
	call_add(7);
	ck_assert_uint_eq(counts(&t).calls, 7);
	bed_close(&t);
}
END_TEST

START_TEST(all_processes)
{
	struct bed t;
	pid_t pid;

	T_NEED_ROOT();
	bed_open(&t);
	attach(&t, false, (struct rawbpf_uprobe_opts){.sym = "t_target_add", .pid = _i});
	pid = fork();
	if (!pid) {
		call_add(50);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_uint_eq(counts(&t).calls, 50);
	bed_close(&t);
}
END_TEST

START_TEST(pattern)
{
	struct bed t;
	struct rawbpf_uprobe_opts o = {.sym_re = "t_target_(add|mu)"};
	long (*volatile mul)(long, long) = t_target_mul;
	long (*volatile other)(long) = t_other;

	T_NEED_ROOT();
	bed_open(&t);
	attach(&t, false, o); /* begins at the name's start, need not reach its end */
	ck_assert_ptr_nonnull(t.b.links->next);
	ck_assert_ptr_null(t.b.links->next->next);
	call_add(10);
	mul(2, 3);
	other(9);
	ck_assert_uint_eq(counts(&t).calls, 11);
	o.name = t.exe;
	ck_assert_int_eq(uprobe_detach(&t.b, &o, false), 0);
	ck_assert_ptr_null(t.b.links);
	o.sym_re = "target_add";
	o.fn_name = "on_entry";
	ck_assert_int_eq(uprobe_attach(&t.b, &o, false), -ENOENT);
	ck_assert_ptr_nonnull(strstr(t.b.error.msg, "matches 'target_add'"));
	bed_close(&t);
}
END_TEST

START_TEST(inside_a_function)
{
	void (*volatile nops)(void) = t_nops;
	struct bed t;
	struct rawbpf_uprobe_opts o = {.sym = "t_nops", .fn_name = "on_entry"};
	int i;

	T_NEED_ROOT();
	bed_open(&t);
	attach(&t, false, (struct rawbpf_uprobe_opts){.sym = "t_nops", .sym_off = NOP_SIZE});
	for (i = 0; i < 20; i++)
		nops();
	ck_assert_uint_eq(counts(&t).calls, 20);
	o.name = t.exe;
	o.sym_off = 3 * NOP_SIZE;
	ck_assert_int_eq(uprobe_attach(&t.b, &o, false), -EINVAL);
	ck_assert_ptr_nonnull(strstr(t.b.error.msg, "is outside of it"));
	o.sym_off = NOP_SIZE;
	ck_assert_int_eq(uprobe_attach(&t.b, &o, true), -EINVAL);
	ck_assert_ptr_nonnull(strstr(t.b.error.msg, "takes no .sym_off"));
	bed_close(&t);
}
END_TEST

/* ---- ENDBR64 ------------------------------------------------------------------------------ */

#ifdef __x86_64__
/* what follows ENDBR64, and how many bytes behind the symbol its probe is to be */
#define ENDBR(name, code)                                                                 \
	long name(long n);                                                                \
	__asm__(".text\n.p2align 4\n.globl " #name "\n.type " #name ", @function\n" #name \
		": .byte 0xf3, 0x0f, 0x1e, 0xfa\n" code "ret\n.size " #name ", .-" #name "\n")
ENDBR(t_endbr_push, "push %rbx\nmov %rdi, %rbx\nlea 1000(%rbx), %rax\npop %rbx\n");
ENDBR(t_endbr_r12, "push %r12\nmov %rdi, %r12\nlea 1000(%r12), %rax\npop %r12\n");
ENDBR(t_endbr_loop, "1: inc %rdi\ncmp $1000, %rdi\njl 1b\nlea 1000(%rdi), %rax\n");
/* a push that is a loop's head: by a short jump and by a near one; one with jumps elsewhere */
ENDBR(t_endbr_head, "1: push %rbx\npop %rbx\ninc %rdi\ncmp $1000, %rdi\njl 1b\n"
		    "lea 1000(%rdi), %rax\n");
ENDBR(t_endbr_far, "1: push %r12\n.skip 200, 0x90\npop %r12\ninc %rdi\ncmp $1000, %rdi\njl 1b\n"
		   "lea 1000(%rdi), %rax\n");
ENDBR(t_endbr_jumps, "1: push %rbx\npop %rbx\nlea 1000(%rdi), %rax\nmov $3, %ecx\n"
		     "2: dec %ecx\njz 3f\njmp 1f\n1: jmp 2b\n3:\n");
ENDBR(t_endbr_sub, "sub $8, %rsp\nlea 1000(%rdi), %rax\nadd $8, %rsp\n");
ENDBR(t_endbr_movq, ".byte 0x48, 0x89, 0xf8\nadd $1000, %rax\n");

static const struct endbr {
	const char *sym;
	long (*fn)(long);
	unsigned at;
	long last; /* what fn(9) returns */
} endbrs[] = {
	{"t_endbr_push", t_endbr_push, 4, 1009},
	{"t_endbr_r12", t_endbr_r12, 4, 1009},
	{"t_endbr_loop", t_endbr_loop, 0, 2000},
	{"t_endbr_head", t_endbr_head, 0, 2000},
	{"t_endbr_far", t_endbr_far, 0, 2000},
	{"t_endbr_jumps", t_endbr_jumps, 4, 1009},
	{"t_endbr_sub", t_endbr_sub, 0, 1009},
	{"t_endbr_movq", t_endbr_movq, 0, 1009},
};

static int on_endbr(void *arg, const struct rawbpf_sym *s)
{
	*(uint64_t *)arg = s->offset;
	return 1;
}

static void on_log(void *arg, enum rawbpf_log_level level, const char *msg)
{
	if (level == RAWBPF_LOG_DEBUG && strstr(msg, "endbr64"))
		snprintf(arg, 256, "%s", msg);
}

/* The probe is behind ENDBR64 where a push follows; it counts each call once, whatever follows. */
START_TEST(endbr64)
{
	const struct endbr *e = &endbrs[_i / 2];
	long (*volatile fn)(long) = e->fn;
	bool is_ret = _i & 1;
	char log[256] = "";
	uint64_t offset = 0;
	struct bed t;
	long i;

	T_NEED_ROOT();
	bed_open(&t);
	t.b.log = on_log;
	t.b.log_arg = log;
	ck_assert_int_eq(rawbpf_each_sym(t.exe, e->sym, on_endbr, &offset, NULL), 1);
	attach(&t, is_ret, (struct rawbpf_uprobe_opts){.sym = e->sym});
	ck_assert_uint_eq(t.b.links->key[2], offset + e->at);
	ck_assert_ptr_nonnull(
		strstr(log, e->at ? "at the push behind its endbr64" : "at its endbr64, as "));
	for (i = 0; i < 10; i++)
		fn(i);
	ck_assert_uint_eq(counts(&t).calls, 10);
	if (is_ret && e->last)
		ck_assert_uint_eq(counts(&t).last, (uint64_t)e->last);
	else if (!is_ret)
		ck_assert_uint_eq(counts(&t).sum, 45);
	link_close_until(&t.b, NULL);
	/* who asks for an offset or an address gets it */
	attach(&t, is_ret, (struct rawbpf_uprobe_opts){.offset = offset});
	ck_assert_uint_eq(t.b.links->key[2], offset);
	fn(9);
	ck_assert_uint_eq(counts(&t).calls, 11);
	bed_close(&t);
}
END_TEST

/* The same by a pattern: each at its own place, each counted once a call. */
START_TEST(endbr64_pattern)
{
	size_t i, k, n = sizeof(endbrs) / sizeof(*endbrs);
	long (*volatile fn)(long);
	struct bed t;

	T_NEED_ROOT();
	bed_open(&t);
	attach(&t, _i, (struct rawbpf_uprobe_opts){.sym_re = "t_endbr_"});
	for (i = 0; i < n; i++) {
		fn = endbrs[i].fn;
		for (k = 1; k <= 10; k++) {
			fn(9);
			ck_assert_uint_eq(counts(&t).calls, i * 10 + k);
			ck_assert_uint_eq(counts(&t).last, _i ? (uint64_t)endbrs[i].last : 9);
		}
	}
	bed_close(&t);
}
END_TEST
#endif

/* ---- other programs ----------------------------------------------------------------------- */

/* work() of the child program; the file is the one without symbols. */
static int on_work(void *arg, const struct rawbpf_sym *s)
{
	*(struct rawbpf_sym *)arg = *s;
	return 0;
}

static struct rawbpf_sym child_work(void)
{
	struct rawbpf_sym s = {.name = NULL};

	ck_assert_int_eq(rawbpf_each_sym(T_CHILD, "work", on_work, &s, NULL), 0);
	ck_assert_uint_gt(s.offset, 0);
	return s;
}

/* A stripped program, by offset or address, all threads of one process. */
START_TEST(stripped)
{
	struct rawbpf_uprobe_opts o = {.name = T_CHILD_STRIPPED};
	struct rawbpf_sym work;
	struct t_child a, b;
	struct bed t;

	T_NEED_ROOT();
	work = child_work();
	bed_open(&t);
	t_child_start(&a, T_CHILD_STRIPPED, "threads");
	t_child_start(&b, T_CHILD_STRIPPED, "threads");
	o.sym = "work";
	o.fn_name = "on_return";
	ck_assert_int_eq(uprobe_attach(&t.b, &o, true), -ENOENT);
	ck_assert_ptr_nonnull(strstr(t.b.error.hint, "stripped"));
	o.sym = NULL;
	if (_i & 1)
		o.addr = work.value;
	else
		o.offset = work.offset;
	if (_i & 2)
		o.pid = b.pid;
	attach(&t, true, o);
	t_child_go(&a);
	t_child_go(&b);
	ck_assert_uint_eq(counts(&t).calls, _i & 2 ? 30 : 60);
	ck_assert_uint_eq(counts(&t).sum, _i & 2 ? 165 : 330);
	bed_close(&t);
	t_child_end(&a);
	t_child_end(&b);
}
END_TEST

/* What a process left behind is detached by the same options. */
START_TEST(detach_after_exit)
{
	struct rawbpf_uprobe_opts o = {.fn_name = "on_entry"};
	char path[] = "/tmp/rawbpf-uprobe-XXXXXX";
	struct t_child a;
	struct bed t;

	T_NEED_ROOT();
	o.offset = child_work().offset;
	close(mkstemp(path));
	ck_assert_int_eq(t_run(NULL, "cp " T_CHILD_STRIPPED " %s && chmod 700 %s", path, path), 0);
	bed_open(&t);
	t_child_start(&a, path, "threads");
	o.name = path;
	o.pid = a.pid;
	attach(&t, false, o);
	t_child_go(&a);
	t_child_end(&a);
	ck_assert_uint_eq(counts(&t).calls, 30);
	unlink(path);
	o.offset++;
	ck_assert_int_eq(uprobe_detach(&t.b, &o, false), -ESRCH);
	o.offset--;
	ck_assert_int_eq(uprobe_detach(&t.b, &o, false), 0);
	ck_assert_int_eq(t.b.error.err, 0);
	ck_assert_ptr_null(t.b.links);
	bed_close(&t);
}
END_TEST

/* glibc's strlen is an IFUNC: lengths must come, one for each call. */
START_TEST(strlen_of_libc)
{
	struct counts c;
	struct t_child a;
	struct bed t;

	T_NEED_ROOT();
	bed_open(&t);
	t_child_start(&a, T_CHILD, "strlen");
	attach(&t, true,
		(struct rawbpf_uprobe_opts){.name = "c", .sym = "strlen", .pid = _i ? a.pid : 0});
	t_child_go(&a);
	c = counts(&t);
	if (_i) {
		ck_assert_uint_eq(c.calls, 37);
		ck_assert_uint_eq(c.sum, 36 * 37 / 2);
	}
	ck_assert_uint_ge(c.calls, 37);
	ck_assert_uint_ge(c.sum, 36 * 37 / 2);
	ck_assert_uint_lt(c.sum, 1ULL << 32); /* pointers would not be */
	bed_close(&t);
	t_child_end(&a);
}
END_TEST

/* ---- errors ------------------------------------------------------------------------------- */

static void refused(struct bed *t, bool is_ret, struct rawbpf_uprobe_opts o, int err,
	const char *msg, const char *hint)
{
	int fds = t_count_fds();

	if (!o.fn_name)
		o.fn_name = "on_entry";
	if (!o.name)
		o.name = t->exe;
	ck_assert_int_eq(uprobe_attach(&t->b, &o, is_ret), err);
	ck_assert_msg(strstr(t->b.error.msg, msg), "%s", t->b.error.msg);
	if (hint)
		ck_assert_msg(
			t->b.error.hint && strstr(t->b.error.hint, hint), "%s", t->b.error.hint);
	ck_assert_ptr_null(t->b.links);
	ck_assert_int_eq(t_count_fds(), fds);
}

/* The C library of a process is that which it has, not that which this one has. */
START_TEST(musl_process)
{
	char dir[] = "/tmp/rawbpf-musl-XXXXXX", path[64];
	struct t_child child;
	struct bed t;

	T_NEED_ROOT();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/p", dir);
	if (!t_child_musl(path)) {
		t_run(NULL, "rm -rf %s", dir);
		T_SKIP("no musl-gcc, or no musl to run what it makes");
	}
	bed_open(&t);
	t_child_start(&child, path, "wait");
	attach(&t, true, (struct rawbpf_uprobe_opts){.name = "c", .sym = "atoi", .pid = child.pid});
	t_child_go(&child);
	ck_assert_uint_eq(counts(&t).calls, 50);
	ck_assert_uint_eq(counts(&t).last, 7);
	bed_close(&t);
	t_child_end(&child);
	t_run(NULL, "rm -rf %s", dir);
}
END_TEST

START_TEST(errors)
{
	struct bed t;

	T_NEED_ROOT();
	bed_open(&t);
#define O(...) ((struct rawbpf_uprobe_opts){__VA_ARGS__})
	refused(&t, false, O(.sym = "t_target_ad"), -ENOENT, "no function 't_target_ad' in '",
		"did you mean 't_target_add'");
	refused(&t, false, O(.name = "no-such", .sym = "f"), -ENOENT,
		"no library or program 'no-such': ENOENT", NULL);
	refused(&t, false, O(.name = "/no/such", .sym = "f"), -ENOENT, "no file '/no/such'", NULL);
	refused(&t, false, O(.name = "/etc/passwd", .sym = "f"), -ENOEXEC, "is not an ELF", NULL);
	refused(&t, false, O(.sym = "t_other", .fn_name = "no_such"), -ENOENT, "'no_such'", NULL);
	refused(&t, false, O(.sym = "t_other", .fn_name = "on_tp"), -EINVAL,
		"program 'on_tp' (section 'x') is not for probes", NULL);
	refused(&t, false, O(.sym = "t_other", .pid = 0x7ffffff0), -ESRCH, "no process", NULL);
	refused(&t, false, O(.sym = "t_other", .pid = -7), -EINVAL, "pid -7", NULL);
	refused(&t, false, O(.addr = 8), -EINVAL, "address 0x8 is not in the code", NULL);
	refused(&t, false, O(.offset = 1ULL << 40), -EINVAL,
		"file offset 0x10000000000 is not in the code", NULL);
	refused(&t, false, O(.sym_re = "a("), -EINVAL, "pattern 'a(' cannot be read", NULL);
	refused(&t, false, O(.name = "c", .sym = "printff"), -ENOENT, "no function 'printff' in '/",
		"'printf'");
	ck_assert_int_eq(uprobe_detach(&t.b, &O(.name = t.exe, .sym = "t_other"), false), -ENOENT);
	bed_close(&t);
}
END_TEST

static long deny(void *arg, const struct rawbpf_call *c)
{
	struct bed *t = arg;

	if (c->kind == RAWBPF_CALL_PERF_EVENT_OPEN && !t->deny_after--)
		return -ENOSPC;
	if (c->kind == RAWBPF_CALL_OPENAT && t->deny_after > 1000 &&
		strstr((const char *)c->arg[1], "devices/uprobe"))
		return -ENOENT;
	if (c->kind == RAWBPF_CALL_OPENAT && t->deny_after > 4000 &&
		strstr((const char *)c->arg[1], "uprobe_events"))
		return -ENOENT;
	return rawbpf_call_kernel(c);
}

/* When the second of two places fails, the first is given back. */
START_TEST(all_or_nothing)
{
	struct bed t;

	T_NEED_ROOT();
	bed_open(&t);
	kern_get(&t.b);
	ck_assert_int_ge(tracefs_dir(&t.b), 0);
	t.b.sys.hook = deny;
	t.b.sys.arg = &t;
	t.deny_after = 1;
	refused(&t, false, O(.sym_re = "t_target_"), -ENOSPC, "no probe on '", NULL);
	t.deny_after = 5000;
	refused(&t, false, O(.sym = "t_other"), -ENODEV, "the kernel has neither '/sys/",
		"CONFIG_UPROBE_EVENTS");
	bed_close(&t);
}
END_TEST

/* Maps of which processes cannot be read, and why. */
struct closed {
	const char *path; /* NULL: of all */
	int err;
};

static long close_maps(void *arg, const struct rawbpf_call *c)
{
	const struct closed *d = arg;
	const char *path = (const char *)c->arg[1];

	if (c->kind == RAWBPF_CALL_OPENAT && strstr(path, "/maps") &&
		(!d->path || !strcmp(path, d->path)))
		return d->err;
	return rawbpf_call_kernel(c);
}

/* An IFUNC that no process has; one closed process among many is not why. */
START_TEST(ifunc_of_nobody)
{
	static const struct t_elf_sym dyn[] = {
		{"f", NULL, T_ELF_TEXT + 16, 8, 10 /* STT_GNU_IFUNC */, 1, 0, false},
		{.name = NULL}};
	static const struct t_elf_rela rela[] = {
		{T_ELF_DATA + 8, 37, 0, T_ELF_TEXT + 16}, {0, 0, 0, 0}};
	struct t_elf elf = {.bits = 64, .machine = 62, .dyn = dyn, .rela = rela};
	struct closed one = {"/proc/1/maps", -EACCES}, all = {NULL, -EACCES}, fds = {NULL, -EMFILE};
	char path[] = "/tmp/rawbpf-uprobe-XXXXXX";
	unsigned char *p;
	struct bed t;
	size_t len;
	int fd;

	T_NEED_ROOT();
	p = t_elf_make(&elf, &len);
	fd = mkstemp(path);
	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	close(fd);
	free(p);
	bed_open(&t);
	t.b.sys.hook = close_maps;
	t.b.sys.arg = &one;
	refused(&t, false, O(.name = path, .sym = "f"), -ENOENT,
		"is an IFUNC, and no process shows what it became",
		"start a program that calls it");
	t.b.sys.arg = &all;
	refused(&t, false, O(.name = path, .sym = "f"), -ENOENT, "is an IFUNC",
		"processes could not be read (EACCES): it takes CAP_SYS_PTRACE");
	t.b.sys.arg = &fds;
	refused(&t, false, O(.name = path, .sym = "f"), -EMFILE, "cannot be read from processes",
		"ulimit -n");
	unlink(path);
	bed_close(&t);
}
END_TEST

/* Without rights the setting or capability in the way is named. */
START_TEST(no_rights)
{
	struct bed t;
	int status;
	pid_t pid;

	T_NEED_ROOT();
	T_NEED_CAP(CAP_SETUID);
	T_NEED_CAP(CAP_SETGID);
	bed_open(&t);
	pid = fork();
	if (!pid) {
		struct rawbpf_uprobe_opts o = {.name = "c", .sym = "malloc", .fn_name = "on_entry"};

		if (setgid(65534) || setuid(65534))
			_exit(2);
		status = uprobe_attach(&t.b, &o, false);
		if (status != -EACCES && status != -EPERM)
			_exit(3);
		_exit(!t.b.error.hint || !strstr(t.b.error.msg, "no probe on 'c:malloc'"));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	bed_close(&t);
}
END_TEST

Suite *suite_uprobe(void);
Suite *suite_uprobe(void)
{
	Suite *s = suite_create("uprobe");
	TCase *t = tcase_create("live"), *host = tcase_create("host");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, entry);
	tcase_add_test(t, ret);
	tcase_add_test(t, by_pid);
	tcase_add_loop_test(t, all_processes, -1, 1);
	tcase_add_test(t, pattern);
	tcase_add_test(t, inside_a_function);
#ifdef __x86_64__
	tcase_add_loop_test(t, endbr64_pattern, 0, 2);
	tcase_add_loop_test(t, endbr64, 0, 2 * (int)(sizeof(endbrs) / sizeof(*endbrs)));
#endif
	tcase_add_loop_test(t, stripped, 0, 4);
	tcase_add_test(t, detach_after_exit);
	tcase_add_loop_test(t, strlen_of_libc, 0, 2);
	tcase_add_test(t, errors);
	tcase_add_test(t, all_or_nothing);
	tcase_add_test(t, ifunc_of_nobody);
	tcase_add_test(t, no_rights);
	suite_add_tcase(s, t);
	tcase_set_timeout(host, 60);
	tcase_add_test(host, musl_process);
	suite_add_tcase(s, host);
	return s;
}
