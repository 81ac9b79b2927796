// SPDX-License-Identifier: MIT
/*
 * test_kproad.c - kernel functions by pattern: each road on a made-up kernel, and exactly as many
 * events counted as were made on a real one.
 */
#include "kproad.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kfake.h"
#include "t_kprobe.h"
#include "tracefs.h"

#define attach_on(k, ...) rawbpf_attach_kprobe((k)->b, .fn_name = "on_call", __VA_ARGS__)
#define attach_return_on(k, ...) \
	rawbpf_attach_kretprobe((k)->b, .fn_name = "on_return", __VA_ARGS__)

/* ---- a made-up kernel ---------------------------------------------------------------------- */

static const char filter[] =
	"vfs_read\nvfs_write\ntwice\ntwice\nlisted\nstartup\nin_module [mod_a]\n"
	"split.cold\nperf_x\ngone\n";

/* Few: an event each; copies and the kernel's own list are left out. */
START_TEST(pattern_of_few)
{
	struct kfake k = {.kallsyms = kfake_kallsyms,
		.filter = filter,
		.blacklist = "0xffffffff81001500-0xffffffff81001600\tlisted\n"};

	kfake_open(&k);
	ck_assert_int_eq(attach_on(&k, .event_re = "vfs_.*"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 2);
	ck_assert_uint_eq(k.n_pmu, 2);
	ck_assert_int_eq(attach_on(&k, .event_re = "gone"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(k.b->error.msg, "no function 'gone'"));
	ck_assert_int_eq(attach_on(&k, .event_re = "gone|startup"), 0); /* one will do */
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 3);
	ck_assert_int_eq(attach_on(&k, .event_re = "vfs"), -ENOENT); /* not the whole name */
	ck_assert_ptr_nonnull(strstr(k.b->error.msg, "no function of the kernel matches 'vfs'"));
	ck_assert_int_eq(attach_on(&k, .event_re = "twice|listed|split.cold|perf_x"), -ENOENT);
	ck_assert_int_eq(attach_on(&k, .event_re = "a("), -EINVAL);
	ck_assert_ptr_nonnull(strstr(k.b->error.msg, "pattern 'a(' cannot be read: unmatched ("));
	ck_assert_ptr_nonnull(strstr(k.b->error.hint, "POSIX extended"));
	ck_assert_int_eq(attach_on(&k, .event_re = "a", .event = "b"), -EINVAL);
	ck_assert_int_eq(attach_on(&k, .event_re = "a", .event_off = 1), -EINVAL);
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event_re = "vfs_.*", .fn_name = "on_call"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 1);
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event_re = "vfs_.*"), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event_re = "("), -ENOENT);
	ck_assert_str_eq(k.b->error.msg, "nothing is attached by pattern '(': ENOENT");
	kfake_close(&k);
}
END_TEST

/* Twelve functions, of which the kernel then takes ten. */
static const char many_names[] = "1 T f0\n1 T f1\n1 T f2\n1 T f3\n1 T f4\n1 T f5\n1 T f6\n1 T f7\n"
				 "1 T f8\n1 T f9\n";
static const char many_listed[] = "f9\nf8\nf7\nf6\nf5\nf4\nf3\nf2\nf1\nf0\nf_no\nf_nor\n";

START_TEST(pattern_of_many)
{
	struct kfake k = {.kallsyms = many_names, .filter = many_listed};
	struct kfake old = {.kallsyms = many_names, .filter = many_listed, .no_siblings = true};
	struct kfake bare = {
		.kallsyms = many_names, .filter = many_listed, .no_kprobe_events = true};

	kfake_open(&k);
	ck_assert_int_eq(attach_return_on(&k, .event_re = "f.*"), 0);
	ck_assert_uint_eq(kfake_events(&k), 1);
	ck_assert_uint_eq(k.places[0], 10);
	ck_assert_uint_eq(k.n_pmu, 0);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 10);
	ck_assert_int_eq(attach_return_on(&k, .event_re = "f.*"), -EEXIST);
	ck_assert_int_eq(rawbpf_detach_kretprobe(k.b, .event_re = "f.*"), 0);
	ck_assert_uint_eq(kfake_events(&k), 0);
	kfake_close(&k);

	kfake_open(&old); /* before Linux 5.4 */
	ck_assert_int_eq(attach_on(&old, .event_re = "f.*"), 0);
	ck_assert_uint_eq(kfake_events(&old), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(old.b), 10);
	kfake_close(&old);

	kfake_open(&bare);
	ck_assert_int_eq(attach_on(&bare, .event_re = "f.*"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(bare.b), 10);
	kfake_close(&bare);
}
END_TEST

START_TEST(pattern_without_list)
{
	struct kfake k = {.kallsyms = many_names};

	kfake_open(&k);
	ck_assert_int_eq(attach_on(&k, .event_re = "f.*"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(k.b->error.hint, "CONFIG_DYNAMIC_FTRACE"));
	kfake_close(&k);
}
END_TEST

/* A failed call leaves nothing, or is made up for by another road. */
START_TEST(every_call_of_a_pattern_fails)
{
	unsigned n;
	int err;

	for (n = 1;; n++) {
		struct kfake k = {.kallsyms = many_names,
			.filter = many_listed,
			.fail_at = n,
			.fail_err = -EIO};

		kfake_open(&k);
		err = attach_on(&k, .event_re = "f.*");
		if (err)
			ck_assert_int_eq(rawbpf_num_open_probes(k.b), 0);
		else
			ck_assert_int_ge(rawbpf_num_open_probes(k.b), 9);
		ck_assert_uint_le(kfake_events(&k), err ? 0 : 1);
		err = k.n_calls < n;
		kfake_close(&k);
		if (err)
			break;
	}
	ck_assert_uint_gt(n, 20);
}
END_TEST

/* What ends the whole is what is reported, not what was left out before. */
START_TEST(no_more_files)
{
	unsigned n, ended = 0;
	bool done;
	int err;

	for (n = 1, done = false; !done; n++) {
		struct kfake k = {.kallsyms = kfake_kallsyms,
			.filter = filter,
			.fail_at = n,
			.fail_err = -EMFILE};

		kfake_open(&k);
		err = attach_on(&k, .event_re = "gone|startup");
		ck_assert_int_ne(err, -ENOENT);
		ck_assert_int_eq(rawbpf_num_open_probes(k.b), !err);
		ended += err == -EMFILE;
		done = k.n_calls < n;
		kfake_close(&k);
	}
	ck_assert_uint_gt(ended, 2);
}
END_TEST

/* Programs that can be loaded for a link of many too. */
static void open_for_links(struct kfake *k)
{
	int i;

	kfake_open(k);
	for (i = 0; i < 2; i++) {
		k->progs[i].has_other = true;
		k->progs[i].other = RAWBPF_TRACE_KPROBE_MULTI;
		k->progs[i].other_fd = FAKE_FD - 1;
	}
}

/* Names that the kernel lists, but then does not find, are left out.  _i: at the return */
START_TEST(one_link)
{
	struct kfake k = {.kallsyms = many_names, .filter = many_listed};

	open_for_links(&k);
	if (_i)
		ck_assert_int_eq(attach_return_on(&k, .event_re = "f.*"), 0);
	else
		ck_assert_int_eq(attach_on(&k, .event_re = "f.*"), 0);
	ck_assert_uint_eq(k.multi_flags, (unsigned)_i);
	ck_assert_uint_eq(k.multi_places, 10);
	ck_assert_uint_eq(k.n_pmu + k.n_writes, 0);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 10);
	ck_assert_ptr_null(k.b->links->next);
	/* another pattern's, though it matches the text of this one */
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event_re = "f..*"), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_kretprobe(k.b, .event_re = "f..*"), -ENOENT);
	if (_i)
		ck_assert_int_eq(attach_return_on(&k, .event_re = "f.*"), -EEXIST);
	else
		ck_assert_int_eq(attach_on(&k, .event_re = "f.*"), -EEXIST);
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event_re = "f.*"), _i ? -ENOENT : 0);
	ck_assert_int_eq(rawbpf_detach_kretprobe(k.b, .event_re = "f.*"), _i ? 0 : -ENOENT);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 0);
	kfake_close(&k);
}
END_TEST

/* One function, and maxactive, go by events as ever. */
START_TEST(not_by_link)
{
	struct kfake k = {.kallsyms = many_names, .filter = many_listed};

	open_for_links(&k);
	ck_assert_int_eq(attach_on(&k, .event_re = "f1"), 0);
	ck_assert_int_eq(attach_return_on(&k, .event_re = "f.*", .maxactive = 9), 0);
	ck_assert_uint_eq(k.n_multi, 0);
	ck_assert_uint_eq(k.n_pmu, 1);
	ck_assert_uint_eq(kfake_events(&k), 1);
	kfake_close(&k);
}
END_TEST

START_TEST(link_refused)
{
	static const struct {
		int answer, want;
		unsigned calls, events;
	} rows[] = {
		{-EINVAL, 0, 2, 1}, /* there are no such links: the next road */
		{-EOPNOTSUPP, 0, 1, 1},
		{-EPERM, -EPERM, 1, 0},
		{-EACCES, -EACCES, 1, 0},
		{-ENOMEM, -ENOMEM, 1, 0},
		{-EMFILE, -EMFILE, 1, 0},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct kfake k = {
			.kallsyms = many_names, .filter = many_listed, .multi_err = rows[i].answer};

		open_for_links(&k);
		ck_assert_int_eq(attach_on(&k, .event_re = "f.*"), rows[i].want);
		ck_assert_uint_eq(k.n_multi, rows[i].calls);
		ck_assert_uint_eq(kfake_events(&k), rows[i].events);
		ck_assert_int_eq(rawbpf_num_open_probes(k.b), rows[i].want ? 0 : 10);
		if (rows[i].want)
			ck_assert_msg(strstr(k.b->error.msg,
					      "no probe on the 12 kernel functions that 'f.*'"),
				"%s", k.b->error.msg);
		else
			ck_assert_int_eq(k.b->error.err, 0);
		kfake_close(&k);
	}
}
END_TEST

START_TEST(no_sessions)
{
	struct kfake k = {.kallsyms = many_names, .filter = many_listed, .multi_err = -EOPNOTSUPP};

	kfake_open(&k);
	k.progs[0].attach_type = k.progs[1].attach_type = RAWBPF_TRACE_KPROBE_SESSION;
	ck_assert_int_eq(attach_on(&k, .event_re = "f.*"), -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(k.b->error.msg, "this kernel has none for kprobes"));
	ck_assert_int_eq(attach_return_on(&k, .event_re = "f.*"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(k.b->error.msg, "is no return probe's"));
	ck_assert_uint_eq(k.n_pmu + k.n_writes, 0);
	k.multi_err = 0;
	ck_assert_int_eq(attach_on(&k, .event_re = "f.*"), 0);
	ck_assert_uint_eq(k.multi_type, RAWBPF_TRACE_KPROBE_SESSION);
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event_re = "f.*"), 0);
	kfake_close(&k);
}
END_TEST

START_TEST(every_call_of_a_link_fails)
{
	unsigned n, failed = 0;
	bool done;
	int err;

	for (n = 1, done = false; !done; n++) {
		struct kfake k = {.kallsyms = many_names,
			.filter = many_listed,
			.fail_at = n,
			.fail_err = -EIO};

		open_for_links(&k);
		err = attach_on(&k, .event_re = "f.*");
		failed += err != 0;
		done = k.n_calls < n;
		ck_assert_int_eq(rawbpf_num_open_probes(k.b), err ? 0 : 10);
		ck_assert_ptr_null(k.b->links ? k.b->links->next : NULL);
		kfake_close(&k);
	}
	ck_assert_uint_gt(failed, 8);
}
END_TEST

START_TEST(every_allocation_of_a_link_fails)
{
	bool failed;
	unsigned n;
	int err;

	for (n = 1, failed = true; failed; n++) {
		struct kfake k = {.kallsyms = many_names,
			.filter = many_listed,
			.blacklist = "0x1-0x2\tf_no\n0x3-0x4\tf_nor\n"};

		open_for_links(&k);
		t_fail_alloc_at(n);
		err = attach_on(&k, .event_re = "f.*");
		failed = t_alloc_failed();
		ck_assert_msg(err == 0 || (failed && err == -ENOMEM), "%u: %d", n, err);
		ck_assert_int_eq(rawbpf_num_open_probes(k.b), err ? 0 : 10);
		kfake_close(&k);
	}
	ck_assert_uint_gt(n, 8);
}
END_TEST

/* ---- this kernel --------------------------------------------------------------------------- */

START_TEST(counts_exactly_by_pattern)
{
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	T_NEED_KPROBES(&c);
	ck_assert_msg(!rawbpf_attach_kprobe(&c.b, .event_re = T_KPROBE_IDS, .fn_name = "count0"),
		"%s", rawbpf_errmsg(&c.b));
	ck_assert_msg(!rawbpf_attach_kretprobe(
			      &c.b, .event_re = "(__.*_)?sys_getpgid", .fn_name = "count1"),
		"%s", rawbpf_errmsg(&c.b));
	ck_assert_int_gt(rawbpf_num_open_probes(&c.b), 10);
	if (t_kprobe_file(&c))
		ck_assert_int_gt(t_kprobe_events(&c), 8); /* places of one event */
	counter_events(1000);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	ck_assert_uint_ge(counter_get(&c, 1), 1000);
	ck_assert_int_eq(rawbpf_detach_kprobe(&c.b, .event_re = T_KPROBE_IDS), 0);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	if (t_kprobe_file(&c))
		ck_assert_int_eq(t_kprobe_events(&c), 0);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(counts_exactly_returns_by_pattern)
{
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	T_NEED_KPROBES(&c);
	ck_assert_msg(!rawbpf_attach_kretprobe(&c.b, .event_re = T_KPROBE_IDS, .fn_name = "count0"),
		"%s", rawbpf_errmsg(&c.b));
	ck_assert_int_gt(rawbpf_num_open_probes(&c.b), 10);
	counter_events(1000);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	ck_assert_int_eq(rawbpf_detach_kretprobe(&c.b, .event_re = T_KPROBE_IDS), 0);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* A context whose programs are loaded from text, and what the kernel was asked. */
struct road {
	struct rawbpf *b;
	bool no_multi; /* the kernel is to have no kprobe_multi */
	unsigned multi, refused, events;
	double in_link; /* seconds */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long road_call(void *arg, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	struct road *r = arg;
	double start = now();
	long ret;

	r->events += c->kind == RAWBPF_CALL_PERF_EVENT_OPEN;
	if (c->kind != RAWBPF_CALL_BPF || c->arg[0] != RAWBPF_LINK_CREATE ||
		a->link.attach_type == RAWBPF_PERF_EVENT)
		return rawbpf_call_kernel(c);
	r->multi++;
	if (r->no_multi) {
		r->refused++;
		return -EINVAL;
	}
	ret = rawbpf_call_kernel(c);
	r->in_link += now() - start;
	return ret;
}

/* Slot N of seen counts what program N sees of this process. */
static void road_open(struct road *r, const char *entry, const char *other)
{
	static const char form[] = ".include \"hist.inc\"\n"
				   ".license \"GPL\"\n"
				   ".map seen linear(2)\n"
				   ".macro count slot\n"
				   "	r0 = bpf_get_current_pid_tgid()\n"
				   "	r0 >>= 32\n"
				   "	if r0 != %d goto .out\n"
				   "	r6 = \\slot\n"
				   "	linear_add seen, r6\n"
				   ".out:	return 0\n"
				   ".endm\n"
				   ".prog on_entry \"%s\"\n"
				   "	count 0\n"
				   ".prog on_other \"%s\"\n"
				   "	count 1\n";
	char text[1024];

	snprintf(text, sizeof(text), form, (int)getpid(), entry, other);
	r->b = rawbpf_new();
	rawbpf_set_hook(r->b, road_call, r);
	ck_assert_msg(!rawbpf_load(r->b, .text = text), "%s", rawbpf_errmsg(r->b));
}

static uint64_t seen(struct road *r, uint32_t slot)
{
	uint64_t v = 0;

	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(r->b, "seen"), &slot, &v), 0);
	return v;
}

static int attach_to(struct road *r, bool ret, const char *pattern)
{
	return ret ? rawbpf_attach_kretprobe(r->b, .event_re = pattern, .fn_name = "on_other")
		   : rawbpf_attach_kprobe(r->b, .event_re = pattern, .fn_name = "on_entry");
}

static int detach_from(struct road *r, bool ret, const char *pattern)
{
	return ret ? rawbpf_detach_kretprobe(r->b, .event_re = pattern)
		   : rawbpf_detach_kprobe(r->b, .event_re = pattern);
}

/* What such a link answers for a function that is not, with a program of that type. */
static bool has_links(enum rawbpf_attach_type type)
{
	static const struct rawbpf_insn insns[] = {{0xb7, 0, 0, 0}, {0x95, 0, 0, 0}};
	static const char *const none = "rawbpf_no_such_function";
	union rawbpf_attr a;
	long fd, ret;

	memset(&a, 0, sizeof(a));
	a.prog.prog_type = RAWBPF_PROG_KPROBE;
	a.prog.insns = (uintptr_t)insns;
	a.prog.insn_cnt = 2;
	a.prog.license = (uintptr_t) "GPL";
	a.prog.expected_attach_type = type;
	fd = rawbpf_sys_bpf(RAWBPF_PROG_LOAD, &a, sizeof(a));
	if (fd < 0)
		return false;
	memset(&a, 0, sizeof(a));
	a.link.prog_fd = (uint32_t)fd;
	a.link.attach_type = type;
	a.link.u.kprobe_multi.cnt = 1;
	a.link.u.kprobe_multi.syms = (uintptr_t)&none;
	ret = rawbpf_sys_bpf(RAWBPF_LINK_CREATE, &a, sizeof(a));
	close((int)fd);
	return ret == -ESRCH || ret == -ENOENT;
}

#define NEED_LINKS()                                                       \
	do {                                                               \
		T_NEED_ROOT();                                             \
		if (!has_links(RAWBPF_TRACE_KPROBE_MULTI))                 \
			T_SKIP("no kprobe_multi (Linux 5.18, by fprobe)"); \
	} while (0)

#define NEED_SESSIONS()                                                       \
	do {                                                                  \
		T_NEED_ROOT();                                                \
		if (!has_links(RAWBPF_TRACE_KPROBE_SESSION))                  \
			T_SKIP("no kprobe sessions (Linux 6.10, by fprobe)"); \
	} while (0)

/* Exactly as many as were made, by one fd.  _i: at the return */
START_TEST(counts_exactly_by_link)
{
	struct road r = {.b = NULL};
	int fds = t_count_fds(), open;

	NEED_LINKS();
	road_open(&r, "kprobe.multi", "kretprobe.multi");
	ck_assert_msg(!attach_to(&r, _i, T_KPROBE_IDS), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(detach_from(&r, _i, T_KPROBE_IDS), 0);
	open = t_count_fds();
	ck_assert_msg(!attach_to(&r, _i, T_KPROBE_IDS), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(t_count_fds(), open + 1);
	ck_assert_uint_eq(r.multi, 2);
	ck_assert_uint_eq(r.events, 0);
	ck_assert_int_gt(rawbpf_num_open_probes(r.b), 10);
	counter_events(1000);
	ck_assert_uint_eq(seen(&r, (uint32_t)_i), 1000);
	ck_assert_int_eq(attach_to(&r, _i, T_KPROBE_IDS), -EEXIST);
	ck_assert_int_eq(detach_from(&r, _i, T_KPROBE_IDS), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	counter_events(10);
	ck_assert_uint_eq(seen(&r, (uint32_t)_i), 1000);
	ck_assert_int_eq(detach_from(&r, _i, T_KPROBE_IDS), -ENOENT);
	rawbpf_free(r.b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* A program that was loaded for a probe is loaded once more for the link. */
START_TEST(counts_exactly_by_later_link)
{
	struct road r = {.b = NULL};
	int fds = t_count_fds();

	NEED_LINKS();
	road_open(&r, "kprobe", "kretprobe");
	ck_assert_msg(!attach_to(&r, false, T_KPROBE_IDS), "%s", rawbpf_errmsg(r.b));
	ck_assert_msg(!attach_to(&r, true, T_KPROBE_IDS), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.multi, 2);
	ck_assert_uint_eq(r.events, 0);
	counter_events(100);
	ck_assert_uint_eq(seen(&r, 0), 100);
	ck_assert_uint_eq(seen(&r, 1), 100);
	rawbpf_free(r.b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* A kernel without such links is asked once, and its probes count the same. */
START_TEST(counts_exactly_without_link)
{
	struct road r = {.no_multi = true};
	int fds = t_count_fds();

	T_NEED_ROOT();
	T_NEED_KPROBE_PMU();
	road_open(&r, _i ? "kprobe.multi" : "kprobe", _i ? "kretprobe.multi" : "kretprobe");
	ck_assert_msg(!attach_to(&r, false, T_KPROBE_IDS), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.refused, 2); /* and whether it knows such links at all */
	ck_assert_uint_eq(r.events, 1);
	ck_assert_msg(!attach_to(&r, true, T_KPROBE_IDS), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.refused, 2);
	counter_events(1000);
	ck_assert_uint_eq(seen(&r, 0), 1000);
	ck_assert_uint_eq(seen(&r, 1), 1000);
	ck_assert_int_eq(detach_from(&r, false, T_KPROBE_IDS), 0);
	ck_assert_int_eq(detach_from(&r, true, T_KPROBE_IDS), 0);
	rawbpf_free(r.b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* A session's program runs twice: at the entry and at the return. */
START_TEST(counts_exactly_by_session)
{
	struct road r = {.b = NULL};
	int fds = t_count_fds();

	NEED_SESSIONS();
	road_open(&r, "kprobe.session", "?kretprobe");
	ck_assert_msg(!attach_to(&r, false, T_KPROBE_IDS), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.multi, 1);
	counter_events(1000);
	ck_assert_uint_eq(seen(&r, 0), 2000);
	ck_assert_int_eq(detach_from(&r, false, T_KPROBE_IDS), 0);
	ck_assert_msg(!rawbpf_attach_kprobe(r.b, .event = "sys_getpgid", .fn_name = "on_entry"),
		"%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 1);
	counter_events(500);
	ck_assert_uint_eq(seen(&r, 0), 3000);
	ck_assert_int_eq(
		rawbpf_attach_kprobe(r.b, .event = "vfs_raed", .fn_name = "on_entry"), -ENOENT);
	ck_assert_msg(
		strstr(rawbpf_errmsg(r.b), "did you mean 'vfs_read'"), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(
		rawbpf_attach_kprobe(r.b, .event = "vfs_read+4", .fn_name = "on_entry"), -EINVAL);
	ck_assert_int_eq(rawbpf_detach_kprobe(r.b, .event = "sys_getpgid"), 0);
	rawbpf_free(r.b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* libbpf's sections, on each road (_i: without such links). */
START_TEST(counts_exactly_by_section)
{
	struct road r = {.no_multi = _i};

	T_NEED_ROOT();
	T_NEED_KPROBE_PMU();
	road_open(&r, "kprobe.multi/__*64_sys_?etpgid", "kretprobe.multi/__*64_sys_getpgid");
	ck_assert_msg(!rawbpf_attach_all(r.b), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 3); /* getpgid, setpgid; getpgid */
	counter_events(100);
	ck_assert_uint_eq(seen(&r, 0), 100);
	ck_assert_uint_eq(seen(&r, 1), 100);
	rawbpf_free(r.b);
	r.b = NULL;
	road_open(&r, "kprobe.multi/sys_getpgid", "kretprobe.multi/getpgid"); /* no patterns */
	ck_assert_msg(!rawbpf_attach_all(r.b), "%s", rawbpf_errmsg(r.b));
	counter_events(100);
	ck_assert_uint_eq(seen(&r, 0), 100);
	ck_assert_uint_eq(seen(&r, 1), 100);
	rawbpf_free(r.b);
}
END_TEST

/* Seconds to attach by one fd, and those of them that were the kernel's: its list and the link. */
static void attach_two_thousand(struct road *r, bool ret, double *total, double *floor)
{
	static const char pattern[] = "(tcp|sock|skb|vfs|bpf|dev|net|security|proc)_.*";
	unsigned links = r->multi;
	struct buf list = {0};
	int open = t_count_fds();
	double start = now();

	r->in_link = 0;
	ck_assert_msg(!attach_to(r, ret, pattern), "%s", rawbpf_errmsg(r->b));
	*total = now() - start;
	ck_assert_int_eq(t_count_fds(), open + 1);
	ck_assert_int_ge(rawbpf_num_open_probes(r->b), 2000);
	ck_assert_uint_eq(r->multi, links + 1);
	start = now();
	ck_assert_int_eq(sys_read_file(&r->b->sys, tracefs_dir(r->b), "available_filter_functions",
				 64 << 20, &list),
		0);
	*floor = r->in_link + now() - start;
	buf_free(&list);
	start = now();
	printf("kproad: %d functions by pattern: %.3f s, of it the kernel %.3f s; ",
		rawbpf_num_open_probes(r->b), *total, *floor);
	ck_assert_int_eq(detach_from(r, ret, pattern), 0);
	printf("detached in %.3f s\n", now() - start);
}

/*
 * Thousands are attached in little more than the kernel takes to list its functions and to make the
 * link; once of five times, since a busy machine may take the CPU away in either.  _i: at the return
 */
START_TEST(two_thousand)
{
	struct road r = {.b = NULL};
	double total = 1, floor = 0;
	int i;

	NEED_LINKS();
	road_open(&r, "kprobe.multi", "kretprobe.multi");
	ck_assert_int_ge(tracefs_dir(r.b), 0);
	for (i = 0; i < 5 && total >= 2 * floor; i++)
		attach_two_thousand(&r, _i, &total, &floor);
	ck_assert_msg(total < 2 * floor, "%.3f s, of which the kernel took %.3f", total, floor);
	rawbpf_free(r.b);
}
END_TEST

Suite *suite_kproad(void);
Suite *suite_kproad(void)
{
	Suite *s = suite_create("kproad");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, pattern_of_few);
	tcase_add_test(t, pattern_of_many);
	tcase_add_test(t, pattern_without_list);
	tcase_add_test(t, every_call_of_a_pattern_fails);
	tcase_add_test(t, no_more_files);
	tcase_add_loop_test(t, one_link, 0, 2);
	tcase_add_test(t, not_by_link);
	tcase_add_test(t, link_refused);
	tcase_add_test(t, no_sessions);
	tcase_add_test(t, every_call_of_a_link_fails);
	tcase_add_test(t, every_allocation_of_a_link_fails);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, counts_exactly_by_pattern);
	tcase_add_test(t, counts_exactly_returns_by_pattern);
	tcase_add_loop_test(t, counts_exactly_by_link, 0, 2);
	tcase_add_test(t, counts_exactly_by_later_link);
	tcase_add_loop_test(t, counts_exactly_without_link, 0, 2);
	tcase_add_test(t, counts_exactly_by_session);
	tcase_add_loop_test(t, counts_exactly_by_section, 0, 2);
	tcase_add_loop_test(t, two_thousand, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
