// SPDX-License-Identifier: MIT
/* test_rawtp.c - raw tracepoints: counted exactly, by name, section and bcc's name; refusals. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counter.h"
#include "link.h"
#include "old.h"
#include "t.h"

/* an event that happens in this process for each fork, and not otherwise */
#define EVENT "sched_process_fork"

static void forks(int n)
{
	pid_t pid;

	for (; n > 0; n--) {
		pid = fork();
		if (!pid)
			_exit(0);
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	}
}

START_TEST(by_name)
{
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	OLD_NEED("cmd raw_tracepoint_open");
	counter_open(&c, RAWBPF_PROG_RAW_TRACEPOINT);
	ck_assert_msg(!rawbpf_attach_raw_tracepoint(&c.b, .tp = EVENT, .fn_name = "count0"), "%s",
		c.b.error.msg);
	forks(5);
	ck_assert_uint_eq(counter_get(&c, 0), 5);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 1);
	ck_assert_int_eq(
		rawbpf_attach_raw_tracepoint(&c.b, .tp = EVENT, .fn_name = "count0"), -EEXIST);
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(&c.b, .tp = EVENT, .fn_name = "count1"), 0);
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(&c.b, .tp = EVENT, .fn_name = "count0"), 0);
	forks(2);
	ck_assert_uint_eq(counter_get(&c, 0), 5);
	ck_assert_uint_eq(counter_get(&c, 1), 2);
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(&c.b, .tp = EVENT), 0);
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(&c.b, .tp = EVENT), -ENOENT);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(by_section)
{
	struct counter c;

	T_NEED_ROOT();
	OLD_NEED("cmd raw_tracepoint_open");
	counter_open(&c, RAWBPF_PROG_RAW_TRACEPOINT);
	c.progs[0].section = "raw_tp/" EVENT;
	c.progs[1].section = "raw_tracepoint/" EVENT;
	c.progs[2].section = "raw_tracepoint";
	c.progs[2].name = "raw_tracepoint__" EVENT;
	c.progs[3].section = "raw_tp"; /* to be attached by name */
	ck_assert_msg(!rawbpf_attach_all(&c.b), "%s", c.b.error.msg);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 3);
	forks(3);
	ck_assert_uint_eq(counter_get(&c, 0), 3);
	ck_assert_uint_eq(counter_get(&c, 1), 3);
	ck_assert_uint_eq(counter_get(&c, 2), 3);
	ck_assert_uint_eq(counter_get(&c, 3), 0);
	counter_close(&c);
}
END_TEST

/* A writable event's argument is the program's: what bpf_test_finish says is what the call answers. */
static long test_run(void)
{
	const struct rawbpf_insn insns[] = {{0xb7, 0, 0, 0}, {0x95, 0, 0, 0}}; /* return 0 */
	char packet[64] = {0};
	union rawbpf_attr a;
	long fd, ret;

	memset(&a, 0, sizeof(a));
	a.prog.prog_type = RAWBPF_PROG_SOCKET_FILTER;
	a.prog.insns = (uintptr_t)insns;
	a.prog.insn_cnt = 2;
	a.prog.license = (uintptr_t) "GPL";
	fd = rawbpf_sys_bpf(RAWBPF_PROG_LOAD, &a, sizeof(a));
	ck_assert_int_ge(fd, 0);
	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)fd;
	a.test.data_size_in = sizeof(packet);
	a.test.data_in = (uintptr_t)packet;
	a.test.repeat = 1;
	ret = rawbpf_sys_bpf(RAWBPF_PROG_TEST_RUN, &a, sizeof(a.test));
	close((int)fd);
	return ret;
}

#define WRITABLE                                                                            \
	"\"\n\tr6 = *(u64 *)(r1 +0)\n\tr0 = bpf_get_current_pid_tgid()\n\tr0 >>= 32\n"      \
	"\tif r0 != PID goto .out\n\tr1 = *(u32 *)(r6 +0)\n\tif r1 != 0 goto .out\n\tr1 = " \
	"-117\n\t*(u32 *)(r6 +0) = r1\n.out:\n\treturn 0\n"

START_TEST(writable_by_section)
{
	static const char *const sections[] = {"raw_tp.w", "raw_tracepoint.w"};
	struct rawbpf *b;
	char text[600];

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint_writable");
	b = rawbpf_new();
	ck_assert_int_eq(test_run(), 0);
	snprintf(text, sizeof(text),
		".license \"GPL\"\n.equ PID, %d\n.prog f \"%s/bpf_test_finish" WRITABLE,
		(int)getpid(), sections[_i]);
	ck_assert_msg(!rawbpf_load(b, .text = text), "%s", rawbpf_errmsg(b));
	ck_assert_msg(!rawbpf_attach_all(b), "%s", rawbpf_errmsg(b));
	ck_assert_int_eq(test_run(), -EUCLEAN);
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(b, .tp = "bpf_test_finish"), 0);
	ck_assert_int_eq(test_run(), 0);
	rawbpf_free(b);
}
END_TEST

/* ---- with types: tp_btf ------------------------------------------------------------------------ */

/* counts the forks of this process in a slot; args->parent is a task_struct of the kernel */
#define ON_FORK(slot)                                                     \
	"\tr1 = arg1\n\tr2 = r1->task_struct.tgid\n"                      \
	"\tif r2 != PID goto .out\n\tlinear_add hits, " #slot "\n.out:\n" \
	"\treturn 0\n"

static uint64_t hits(struct rawbpf *b, uint32_t slot)
{
	uint64_t v = 0;

	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "hits"), &slot, &v), 0);
	return v;
}

START_TEST(typed)
{
	int fds = t_count_fds();
	struct rawbpf *b;
	char text[1500];

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	b = rawbpf_new();
	snprintf(text, sizeof(text),
		".include \"hist.inc\"\n.license \"GPL\"\n.equ PID, %d\n.map hits linear(8)\n"
		".prog f0 \"tp_btf/" EVENT "\"\n" ON_FORK(0) ".prog f1 \"tp_btf\"\n" ON_FORK(
			1) ".prog f2 \"tp_btf/sched_process_exec\"\n" ON_FORK(2) ".prog f3 "
										 "\"?tp_btf/"
										 "no_such_"
										 "event\"\n\treturn"
										 " 0\n",
		(int)getpid());
	ck_assert_msg(!rawbpf_load(b, .text = text), "%s", rawbpf_errmsg(b));
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(b, .tp = EVENT, .fn_name = "f0"), 0);
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(b, .tp = EVENT, .fn_name = "f0"), -EEXIST);
	/* loaded late, and loaded for another event than its section's */
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(b, .tp = EVENT, .fn_name = "f1"), 0);
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(b, .tp = EVENT, .fn_name = "f2"), 0);
	ck_assert_int_eq(rawbpf_attach_kfunc(b, .fn_name = "f0"), -EINVAL);
	ck_assert_int_eq(
		rawbpf_attach_raw_tracepoint(b, .tp = "sched_process_frok", .fn_name = "f1"),
		-ENOENT);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "'" EVENT "'"));
	forks(5);
	ck_assert_uint_eq(hits(b, 0), 5);
	ck_assert_uint_eq(hits(b, 1), 5);
	ck_assert_uint_eq(hits(b, 2), 5);
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(b, .tp = EVENT, .fn_name = "f0"), 0);
	forks(2);
	ck_assert_uint_eq(hits(b, 0), 5);
	ck_assert_uint_eq(hits(b, 1), 7);
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(b, .tp = EVENT, .fn_name = "f0"), 0);
	forks(1);
	ck_assert_uint_eq(hits(b, 0), 6);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(typed_by_section)
{
	struct rawbpf *b;
	char text[1500];

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	b = rawbpf_new();
	snprintf(text, sizeof(text),
		".include \"hist.inc\"\n.license \"GPL\"\n.equ PID, %d\n.map hits linear(8)\n"
		".prog f0 \"tp_btf/" EVENT "\"\n" ON_FORK(0) ".prog f1 \"tp_btf\"\n" ON_FORK(1)
		/* its author leaves it out: it is not loaded late either */
		".prog raw_tracepoint__" EVENT " \"?tp_btf\"\n\treturn 0\n",
		(int)getpid());
	ck_assert_msg(!rawbpf_load(b, .text = text), "%s", rawbpf_errmsg(b));
	ck_assert_msg(!rawbpf_attach_all(b), "%s", rawbpf_errmsg(b));
	ck_assert_int_eq(rawbpf_num_open_probes(b), 1);
	forks(4);
	ck_assert_uint_eq(hits(b, 0), 4);
	ck_assert_uint_eq(hits(b, 1), 0);
	rawbpf_free(b);
}
END_TEST

/* One call (closes apart) gives err. */
struct call_fault {
	int err;
	unsigned at, seen;
};

static long call_fault_call(void *arg, const struct rawbpf_call *c)
{
	struct call_fault *f = arg;

	if (c->kind != RAWBPF_CALL_CLOSE && c->kind != RAWBPF_CALL_MUNMAP && ++f->seen == f->at)
		return f->err;
	return rawbpf_call_kernel(c);
}

static struct rawbpf *typed_load(struct call_fault *f, int *err)
{
	struct rawbpf *b = rawbpf_new();

	*err = -ENOMEM;
	if (!b)
		return NULL;
	if (f)
		rawbpf_set_hook(b, call_fault_call, f);
	*err = rawbpf_load(b, .text = ".license \"GPL\"\n.prog f0 \"tp_btf/" EVENT "\"\n"
				      "\treturn 0\n.prog f1 \"tp_btf\"\n\treturn 0\n");
	if (!*err)
		*err = rawbpf_attach_all(b);
	if (!*err)
		*err = rawbpf_attach_raw_tracepoint(b, .tp = EVENT, .fn_name = "f1");
	return b;
}

START_TEST(typed_every_call_fails)
{
	struct call_fault f = {-EIO, 1, 0};
	int err, fds = t_count_fds();
	struct rawbpf *b;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	do {
		f.seen = 0;
		b = typed_load(&f, &err);
		ck_assert(err || rawbpf_num_open_probes(b) == 2);
		ck_assert(!err || *rawbpf_errmsg(b));
		rawbpf_free(b);
		ck_assert_int_eq(t_count_fds(), fds);
	} while (f.seen >= f.at++);
	ck_assert_uint_gt(f.at, 8);
}
END_TEST

START_TEST(typed_every_allocation_fails)
{
	int err, fds = t_count_fds();
	bool failed = true;
	struct rawbpf *b;
	unsigned n;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		b = typed_load(NULL, &err);
		failed = t_alloc_failed();
		/* without room for the log, or libelf's own, it is another errno */
		ck_assert(failed ? err < 0 || rawbpf_num_open_probes(b) == 2 : !err);
		rawbpf_free(b);
		ck_assert_int_eq(t_count_fds(), fds);
	}
	ck_assert_uint_gt(n, 20);
}
END_TEST

static void refused(struct counter *c, const char *tp, int err, const char *msg, const char *hint)
{
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(&c->b, .tp = tp, .fn_name = "count0"), err);
	ck_assert_msg(strstr(c->b.error.msg, msg), "%s", c->b.error.msg);
	ck_assert_msg(c->b.error.hint && strstr(c->b.error.hint, hint), "%s", c->b.error.hint);
	ck_assert_ptr_null(c->b.links);
}

START_TEST(refusals)
{
	struct counter c;

	T_NEED_ROOT();
	OLD_NEED("cmd raw_tracepoint_open");
	counter_open(&c, RAWBPF_PROG_RAW_TRACEPOINT);
	refused(&c, "no_such_event", -ENOENT, "no raw tracepoint 'no_such_event'", "sys_enter");
	/* from the kernel's BTF, or from tracefs */
	refused(&c, "sched_swich", -ENOENT, "no raw tracepoint", "'sched_switch'");
	refused(&c, "sched:" EVENT, -ENOENT, "no raw tracepoint 'sched:", "'" EVENT "'");
	counter_close(&c);
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	refused(&c, EVENT, -EINVAL, "cannot be attached to a raw tracepoint", "'raw_tp'");
	counter_close(&c);
}
END_TEST

START_TEST(options)
{
	struct rawbpf b = {0};

	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(&b), -EINVAL);
	ck_assert_ptr_nonnull(strstr(b.error.msg, "attach_raw_tracepoint: .fn_name"));
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(&b, .fn_name = "f"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(b.error.msg, ".tp (the event)"));
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(&b), -EINVAL);
}
END_TEST

Suite *suite_rawtp(void);
Suite *suite_rawtp(void)
{
	Suite *s = suite_create("rawtp");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, options);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, by_name);
	tcase_add_test(t, by_section);
	tcase_add_loop_test(t, writable_by_section, 0, 2);
	tcase_add_test(t, typed);
	tcase_add_test(t, typed_by_section);
	tcase_add_test(t, typed_every_call_fails);
	tcase_add_test(t, typed_every_allocation_fails);
	tcase_add_test(t, refusals);
	suite_add_tcase(s, t);
	return s;
}
