// SPDX-License-Identifier: MIT
/*
 * test_trampoline.c - fentry, fexit, fmod_ret: counted exactly, arguments and return values right.
 *
 * The kernel has functions that nobody calls but PROG_TEST_RUN of such a program: bpf_fentry_test2
 * (2, 3) gives 5.
 */
#include "trampoline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rawbpf_sys.h"
#include "t.h"

#if defined(__aarch64__)
#define GETPGID "__arm64_sys_getpgid"
#else
#define GETPGID "__x64_sys_getpgid"
#endif

/* Why this kernel attaches no such program, or NULL; in a static buffer. */
static const char *no_trampoline(void)
{
	static char why[300];
	struct rawbpf *b = rawbpf_new();
	int err = rawbpf_load(b, .text = ".license \"GPL\"\n"
					 ".prog f \"fentry/bpf_fentry_test1\"\n\treturn 0\n");

	*why = '\0';
	if (!err)
		err = rawbpf_attach_all(b);
	if (err)
		snprintf(why, sizeof(why), "fentry: %s", rawbpf_errmsg(b));
	rawbpf_free(b);
	return *why ? why : NULL;
}

#define NEED_TRAMPOLINE()                 \
	do {                              \
		const char *_w;           \
                                          \
		T_NEED_ROOT();            \
		_w = no_trampoline();     \
		if (_w)                   \
			T_SKIP("%s", _w); \
	} while (0)

/* a program that counts this process in hits[SLOT], when it has r7 as said */
#define COUNT(slot)                                        \
	"\tr0 = bpf_get_current_pid_tgid()\n\tr0 >>= 32\n" \
	"\tif r0 != PID goto .out\n"                       \
	"\tlinear_add hits, " #slot "\n.out:\treturn 0\n"

static struct rawbpf *load(const char *progs)
{
	struct rawbpf *b = rawbpf_new();
	char text[4096];

	snprintf(text, sizeof(text),
		".include \"std.inc\"\n.include \"hist.inc\"\n.license \"GPL\"\n.equ PID, %d\n"
		".map hits linear(8)\n.map last array(u32, u64, 8)\n%s",
		(int)getpid(), progs);
	ck_assert_msg(!rawbpf_load(b, .text = text), "%s\n%s", rawbpf_errmsg(b),
		rawbpf_error(b)->log ? rawbpf_error(b)->log : text);
	return b;
}

static uint64_t hits(struct rawbpf *b, uint32_t slot)
{
	uint64_t v = 0;

	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "hits"), &slot, &v), 0);
	return v;
}

static void pgids(int n)
{
	while (n--)
		syscall(SYS_getpgid, 0);
}

static void must(struct rawbpf *b, int err)
{
	ck_assert_msg(!err, "%s", rawbpf_errmsg(b));
}

START_TEST(by_section)
{
	int fds = t_count_fds();
	struct rawbpf *b;

	NEED_TRAMPOLINE();
	b = load(".prog f0 \"fentry/" GETPGID "\"\n" COUNT(
		0) ".prog f1 \"fexit/" GETPGID
		   "\"\n" COUNT(1) ".prog kfunc__" GETPGID " \"kfunc\"\n" COUNT(
			   2) ".prog kretfunc__" GETPGID
			      " \"kretfunc\"\n" COUNT(3) ".prog f4 \"?fentry/" GETPGID "\"\n" COUNT(
				      4) ".prog f5 \"fentry\"\n" COUNT(5));
	pgids(3);
	must(b, rawbpf_attach_all(b));
	ck_assert_int_eq(rawbpf_num_open_probes(b), 4);
	pgids(1000);
	ck_assert_uint_eq(hits(b, 0), 1000);
	ck_assert_uint_eq(hits(b, 1), 1000);
	ck_assert_uint_eq(hits(b, 2), 1000);
	ck_assert_uint_eq(hits(b, 3), 1000);
	ck_assert_uint_eq(hits(b, 4), 0);
	ck_assert_uint_eq(hits(b, 5), 0);
	ck_assert_int_eq(rawbpf_detach_kretfunc(b, .event = GETPGID), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(b), 2);
	pgids(10);
	ck_assert_uint_eq(hits(b, 0), 1010);
	ck_assert_uint_eq(hits(b, 1), 1000);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

static void test_run(struct rawbpf *b, const char *fn_name)
{
	union rawbpf_attr a;
	long ret;

	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)rawbpf_prog_fd(b, fn_name);
	ret = rawbpf_sys_bpf(RAWBPF_PROG_TEST_RUN, &a, sizeof(a.test));
	ck_assert_msg(!ret, "PROG_TEST_RUN: %ld", ret);
}

#define KEEP(slot, value)                                                                \
	"\tr8 = " value "\n\tkey = " #slot "\n\tr0 = bpf_map_lookup_elem(&last, &key)\n" \
	"\tif r0 == 0 goto .out\n\t*(u64 *)(r0 +0) = r8\n"

static int64_t last(struct rawbpf *b, uint32_t slot)
{
	int64_t v = 0;

	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "last"), &slot, &v), 0);
	return v;
}

/* Names that bcc's KFUNC_PROBE, KRETFUNC_PROBE and KMOD_RET make, and "vmlinux" for a module. */
START_TEST(by_name_of_bcc)
{
	struct rawbpf *b;

	NEED_TRAMPOLINE();
	b = load(".prog kfunc__vmlinux__bpf_fentry_test2 \"kfunc\"\n.ctx r6\n.var key: u32\n" KEEP(
		0, "args->a") ".out:\treturn 0\n"
			      ".prog kretfunc__vmlinux__" GETPGID " \"kretfunc\"\n" COUNT(
				      1) ".prog kmod_ret__security_task_setnice "
					 "\"kmod_ret\"\n" COUNT(2) ".prog f3 "
								   "\"fentry/vmlinux:" GETPGID
								   "\"\n" COUNT(3) ".prog f4 "
										   "\"fentry\""
										   "\n" COUNT(4));
	must(b, rawbpf_attach_all(b));
	ck_assert_int_eq(rawbpf_num_open_probes(b), 4);
	must(b, rawbpf_attach_kfunc(b, .fn_name = "f4", .event = "vmlinux:" GETPGID));
	pgids(100);
	ck_assert_uint_eq(hits(b, 1), 100);
	ck_assert_uint_eq(hits(b, 3), 100);
	ck_assert_uint_eq(hits(b, 4), 100);
	test_run(b, "kfunc__vmlinux__bpf_fentry_test2");
	ck_assert_int_eq(last(b, 0), 2);
	ck_assert_int_eq(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0)), 0);
	ck_assert_uint_eq(hits(b, 2), 1);
	must(b, rawbpf_detach_kfunc(b, .event = "vmlinux:" GETPGID, .fn_name = "f4"));
	must(b, rawbpf_detach_kfunc(b, .fn_name = "security_task_setnice"));
	must(b, rawbpf_attach_kfunc(b, .fn_name = "security_task_setnice"));
	rawbpf_free(b);
}
END_TEST

START_TEST(by_name)
{
	int fds = t_count_fds(), open;
	struct rawbpf *b;

	NEED_TRAMPOLINE();
	b = load(".prog f0 \"fentry\"\n" COUNT(0) ".prog f1 \"fexit/bpf_fentry_test1\"\n" COUNT(
		1) ".prog kfunc__" GETPGID " \"kfunc\"\n" COUNT(2));
	ck_assert_int_eq(rawbpf_prog_fd(b, "f0"), -ENOENT);
	ck_assert_int_eq(rawbpf_attach_kfunc(b, .fn_name = "f0"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "names no function"));
	must(b, rawbpf_attach_kfunc(b, .fn_name = "f0", .event = GETPGID));
	ck_assert_int_ge(rawbpf_prog_fd(b, "f0"), 0);
	/* another function than its section's */
	must(b, rawbpf_attach_kretfunc(b, .fn_name = "f1", .event = GETPGID));
	must(b, rawbpf_attach_kretfunc(b, .fn_name = "f1"));
	ck_assert_int_eq(rawbpf_attach_kretfunc(b, .fn_name = "f1"), -EEXIST);
	/* as bcc has it */
	must(b, rawbpf_attach_kfunc(b, .fn_name = GETPGID));
	ck_assert_int_eq(rawbpf_num_open_probes(b), 4);
	pgids(100);
	ck_assert_uint_eq(hits(b, 0), 100);
	ck_assert_uint_eq(hits(b, 1), 100);
	ck_assert_uint_eq(hits(b, 2), 100);
	ck_assert_int_eq(rawbpf_attach_kretfunc(b, .fn_name = "f0", .event = GETPGID), -EINVAL);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "'fexit'"));
	ck_assert_int_eq(rawbpf_attach_kfunc(b, .fn_name = "f0", .event = "vfs_raed"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "'vfs_read'"));
	ck_assert_str_eq(rawbpf_error(b)->stage, "attach");

	must(b, rawbpf_detach_kfunc(b, .fn_name = GETPGID));
	must(b, rawbpf_detach_kfunc(b, .fn_name = "f1", .event = GETPGID));
	must(b, rawbpf_detach_kretfunc(b, .fn_name = "f1"));
	must(b, rawbpf_detach_kfunc(b, .event = GETPGID));
	ck_assert_int_eq(rawbpf_detach_kfunc(b, .event = GETPGID), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_kfunc(b, .fn_name = "f0"), -ENOENT);
	pgids(10);
	ck_assert_uint_eq(hits(b, 0), 100);
	/* once more, which the kernel refuses to a program that it had before 5.13 */
	open = t_count_fds();
	must(b, rawbpf_attach_kfunc(b, .fn_name = "f0", .event = GETPGID));
	pgids(7);
	ck_assert_uint_eq(hits(b, 0), 107);
	must(b, rawbpf_detach_kfunc(b, .fn_name = "f0"));
	must(b, rawbpf_attach_kfunc(b, .fn_name = "f0", .event = GETPGID));
	must(b, rawbpf_detach_kfunc(b, .fn_name = "f0"));
	ck_assert_int_le(t_count_fds(), open + 1); /* the program's second load */
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(arguments_and_return_value)
{
	struct rawbpf *b;
	int i;

	NEED_TRAMPOLINE();
	/* int bpf_fentry_test2(int a, u64 b): 2, 3 and 5 */
	b = load(".prog f0 \"fentry/bpf_fentry_test2\"\n.ctx r6\n.var key: u32\n" KEEP(
		0, "arg1") KEEP(1,
		"args->b") "\tlinear_add hits, 0\n.out:\treturn 0\n"
			   ".prog f1 \"fexit/bpf_fentry_test2\"\n.ctx r6\n.var key: u32\n" KEEP(
				   2, "arg2")
				   KEEP(3, "retval") "\tlinear_add hits, 1\n.out:\treturn 0\n"
						     ".prog f2 \"fexit/" GETPGID
						     "\"\n.ctx r6\n.var key: u32\n"
						     "\tr0 = bpf_get_current_pid_tgid()\n\tr0 >>= "
						     "32\n\tif r0 != PID goto .out\n" KEEP(
							     4, "retval") ".out:\treturn 0\n");
	must(b, rawbpf_attach_all(b));
	for (i = 0; i < 100; i++)
		test_run(b, "f0");
	ck_assert_uint_eq(hits(b, 0), 100);
	ck_assert_uint_eq(hits(b, 1), 100);
	ck_assert_int_eq(last(b, 0), 2);
	ck_assert_int_eq(last(b, 1), 3);
	ck_assert_int_eq(last(b, 2), 3);
	ck_assert_int_eq(last(b, 3), 5);
	ck_assert_int_eq(syscall(SYS_getpgid, 0), getpgid(0));
	ck_assert_int_eq(last(b, 4), getpgid(0));
	ck_assert_int_eq(syscall(SYS_getpgid, 0x7fffffff), -1);
	ck_assert_int_eq(last(b, 4), -ESRCH);
	rawbpf_free(b);
}
END_TEST

/* A security hook may be answered by a program; here for this process only. */
START_TEST(modify_return)
{
	struct rawbpf *b;
	int i;

	NEED_TRAMPOLINE();
	b = load(".prog mod \"fmod_ret/security_task_setnice\"\n"
		 "\tr0 = bpf_get_current_pid_tgid()\n\tr0 >>= 32\n\tif r0 != PID goto .other\n"
		 "\tlinear_add hits, 0\n\treturn -5\n.other:\treturn 0\n"
		 ".prog seen \"fexit/security_task_setnice\"\n.ctx r6\n.var key: u32\n"
		 "\tr0 = bpf_get_current_pid_tgid()\n\tr0 >>= 32\n\tif r0 != PID goto .out\n" KEEP(
			 0, "retval") "\tlinear_add hits, 1\n.out:\treturn 0\n");
	must(b, rawbpf_attach_all(b));
	for (i = 0; i < 10; i++) {
		errno = 0;
		ck_assert_int_eq(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0)), -1);
		ck_assert_int_eq(errno, EIO);
	}
	ck_assert_uint_eq(hits(b, 0), 10);
	ck_assert_uint_eq(hits(b, 1), 10);
	ck_assert_int_eq(last(b, 0), -EIO); /* an int, in all of its word */
	rawbpf_free(b);
	ck_assert_int_eq(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0)), 0);
}
END_TEST

START_TEST(not_modifiable)
{
	struct rawbpf *b;

	NEED_TRAMPOLINE();
	b = rawbpf_new();
	ck_assert_int_lt(rawbpf_load(b, .text = ".license \"GPL\"\n"
						".prog f \"fmod_ret/vfs_read\"\n\treturn 0\n"),
		0);
	ck_assert_msg(strstr(rawbpf_errmsg(b), "vfs_read"), "%s", rawbpf_errmsg(b));
	rawbpf_free(b);
}
END_TEST

/* an object of clang's, with a program left out ("?") that is attached by nobody */
START_TEST(object_of_clang)
{
	struct rawbpf *b;
	uint32_t slot;
	uint64_t v[2];

	NEED_TRAMPOLINE();
	b = rawbpf_new();
	must(b, rawbpf_load(b, .src_file = TEST_ROOT "/tests/data/object/typed.bpf.o"));
	must(b, rawbpf_attach_all(b));
	ck_assert_int_eq(rawbpf_num_open_probes(b), 3);
	test_run(b, "enter");
	for (slot = 0; slot < 2; slot++)
		ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "seen"), &slot, &v[slot]), 0);
	ck_assert_uint_eq(v[0], 3);
	ck_assert_uint_eq(v[1], 5);
	rawbpf_free(b);
}
END_TEST

/* The example: a read of 10 bytes that gives 4 misses 6, and one that gives all nothing. */
START_TEST(example_counts)
{
	uint64_t before, after;
	struct rawbpf *b;
	uint32_t slot = 3; /* 4 to 7 */
	int fds[2], i;
	char buf[10];

	NEED_TRAMPOLINE();
	b = rawbpf_new();
	must(b, rawbpf_load(b, .src_file = TEST_ROOT "/bpfasm/examples/short_reads.bpf"));
	must(b, rawbpf_attach_all(b));
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "missing"), &slot, &before), 0);
	for (i = 0; i < 100; i++) {
		ck_assert_int_eq(write(fds[1], "abcd", 4), 4);
		ck_assert_int_eq(read(fds[0], buf, sizeof(buf)), 4);
	}
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "missing"), &slot, &after), 0);
	ck_assert_uint_ge(after - before, 100);
	close(fds[0]);
	close(fds[1]);
	rawbpf_free(b);
}
END_TEST

/* RAW_TRACEPOINT_OPEN gives err for the first n times. */
struct open_fault {
	int err, n, seen, loads;
};

static long open_fault_call(void *arg, const struct rawbpf_call *c)
{
	struct open_fault *f = arg;

	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_PROG_LOAD)
		f->loads++;
	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_RAW_TRACEPOINT_OPEN &&
		f->seen++ < f->n)
		return f->err;
	return rawbpf_call_kernel(c);
}

START_TEST(kernel_says_no)
{
	static const struct {
		int err;
		const char *hint;
	} rows[] = {
		{-524, "kprobe"},
		{-ENOMEM, "bpf_jit_enable"},
		{-EBUSY, "live patch"},
		{-E2BIG, "as many programs"},
		{-EPERM, NULL},
	};
	int fds = t_count_fds(), open;
	struct open_fault f = {0};
	struct rawbpf *b;
	size_t i;

	NEED_TRAMPOLINE();
	b = load(".prog f0 \"fentry/" GETPGID "\"\n" COUNT(0));
	open = t_count_fds();
	rawbpf_set_hook(b, open_fault_call, &f);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		f = (struct open_fault){.err = rows[i].err, .n = 9};
		ck_assert_int_eq(rawbpf_attach_kfunc(b, .fn_name = "f0"), rows[i].err);
		ck_assert_msg(strstr(rawbpf_error(b)->msg, "program 'f0' cannot be attached to "
							   "kernel function '" GETPGID "'"),
			"%s", rawbpf_error(b)->msg);
		ck_assert_ptr_nonnull(rawbpf_error(b)->hint);
		if (rows[i].hint)
			ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->hint, rows[i].hint));
		ck_assert_int_eq(f.seen, 1);
		ck_assert_int_eq(t_count_fds(), open);
	}
	/* as before Linux 5.13: what was detached is not attached again, so it is loaded again */
	f = (struct open_fault){0};
	must(b, rawbpf_attach_kfunc(b, .fn_name = "f0"));
	must(b, rawbpf_detach_kfunc(b, .fn_name = "f0"));
	f = (struct open_fault){.err = -ENOENT, .n = 1};
	must(b, rawbpf_attach_kfunc(b, .fn_name = "f0"));
	ck_assert_int_eq(f.loads, 1);
	pgids(5);
	ck_assert_uint_eq(hits(b, 0), 5);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(every_allocation_fails)
{
	int err, fds = t_count_fds(), open;
	bool failed = true;
	struct rawbpf *b;
	unsigned n;

	NEED_TRAMPOLINE();
	b = load(".prog f0 \"fentry/bpf_fentry_test1\"\n" COUNT(0));
	open = t_count_fds();
	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		err = rawbpf_attach_kfunc(b, .fn_name = "f0", .event = GETPGID);
		failed = t_alloc_failed();
		ck_assert_int_eq(err, failed ? -ENOMEM : 0);
		if (failed)
			ck_assert_int_le(t_count_fds(), open + 1); /* its second load */
	}
	ck_assert_uint_gt(n, 5);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/*
 * The kernel takes sleepable programs at few functions, and by its configuration: where it refuses, it
 * must be for this.
 */
START_TEST(sleepable)
{
	struct rawbpf *b;
	int err;

	NEED_TRAMPOLINE();
	b = rawbpf_new();
	err = rawbpf_load(b, .text = ".license \"GPL\"\n"
				     ".prog f0 \"fentry.s/bpf_fentry_test1\"\n\treturn 0\n"
				     ".prog f1 \"fexit.s/bpf_fentry_test1\"\n\treturn 0\n");
	if (err) {
		ck_assert_msg(strstr(rawbpf_errmsg(b), "bpf_fentry_test1 is not sleepable"), "%s",
			rawbpf_errmsg(b));
	} else {
		must(b, rawbpf_attach_all(b));
		ck_assert_int_eq(rawbpf_num_open_probes(b), 2);
	}
	rawbpf_free(b);
}
END_TEST

START_TEST(options)
{
	struct rawbpf b = {0};

	ck_assert_int_eq(rawbpf_attach_kfunc(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_attach_kretfunc(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_detach_kfunc(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_detach_kretfunc(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_attach_kfunc(&b), -EINVAL);
	ck_assert_ptr_nonnull(strstr(b.error.msg, "attach_kfunc: .fn_name"));
	ck_assert_int_eq(rawbpf_attach_kretfunc(&b, .fn_name = "f"), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_kfunc(&b), -EINVAL);
	ck_assert_ptr_nonnull(strstr(b.error.msg, ".event (a kernel function) or .fn_name"));
	ck_assert_int_eq(rawbpf_detach_kretfunc(&b, .event = "f"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(b.error.msg, "nothing is attached to kernel function 'f'"));
}
END_TEST

Suite *suite_trampoline(void);
Suite *suite_trampoline(void)
{
	Suite *s = suite_create("trampoline");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, options);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, by_section);
	tcase_add_test(t, by_name);
	tcase_add_test(t, by_name_of_bcc);
	tcase_add_test(t, arguments_and_return_value);
	tcase_add_test(t, modify_return);
	tcase_add_test(t, object_of_clang);
	tcase_add_test(t, example_counts);
	tcase_add_test(t, not_modifiable);
	tcase_add_test(t, kernel_says_no);
	tcase_add_test(t, every_allocation_fails);
	tcase_add_test(t, sleepable);
	suite_add_tcase(s, t);
	return s;
}
