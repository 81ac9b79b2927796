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
#include <unistd.h>

#include "counter.h"
#include "kfake.h"
#include "t.h"
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
	ck_assert_ptr_nonnull(strstr(k.b->error.msg, "pattern 'a(' cannot be read"));
	ck_assert_int_eq(attach_on(&k, .event_re = "a", .event = "b"), -EINVAL);
	ck_assert_int_eq(attach_on(&k, .event_re = "a", .event_off = 1), -EINVAL);
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event_re = "vfs_.*", .fn_name = "on_call"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 1);
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event_re = "vfs_.*"), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event_re = "("), -EINVAL);
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

/* ---- this kernel --------------------------------------------------------------------------- */

static bool has_pmu(void)
{
	return !access("/sys/bus/event_source/devices/kprobe/type", F_OK);
}

static bool has_events(struct counter *c)
{
	int dir = tracefs_dir(&c->b);

	return dir >= 0 && !faccessat(dir, "kprobe_events", F_OK, 0);
}

#define NEED_KPROBES(c)                                                    \
	do {                                                               \
		if (!has_pmu() && !has_events(c)) {                        \
			counter_close(c);                                  \
			T_SKIP("no kprobe PMU and no kprobe_events here"); \
		}                                                          \
	} while (0)

/* Probe events of this process in tracefs. */
static int own_events(struct counter *c)
{
	char head[64], *p;
	struct buf text = {0};
	int n = 0;

	snprintf(head, sizeof(head), "rawbpf_%d_", (int)getpid());
	ck_assert_int_eq(
		sys_read_file(&c->b.sys, tracefs_dir(&c->b), "kprobe_events", 1 << 20, &text), 0);
	for (p = text.len ? text.data : NULL; p && (p = strstr(p, head)); p++)
		n++;
	buf_free(&text);
	return n;
}

/* Ids of processes: nothing but counter_events() asks for them here. */
#define PATTERN "(__(x64|arm64|riscv|s390x)_)?sys_(get|set)(pgid|pgrp|sid|re?s?[ug]id|e?[ug]id)"

START_TEST(counts_exactly_by_pattern)
{
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	NEED_KPROBES(&c);
	ck_assert_msg(!rawbpf_attach_kprobe(&c.b, .event_re = PATTERN, .fn_name = "count0"), "%s",
		rawbpf_errmsg(&c.b));
	ck_assert_msg(!rawbpf_attach_kretprobe(
			      &c.b, .event_re = "(__.*_)?sys_getpgid", .fn_name = "count1"),
		"%s", rawbpf_errmsg(&c.b));
	ck_assert_int_gt(rawbpf_num_open_probes(&c.b), 10);
	if (has_events(&c))
		ck_assert_int_gt(own_events(&c), 8); /* places of one event */
	counter_events(1000);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	ck_assert_uint_ge(counter_get(&c, 1), 1000);
	ck_assert_int_eq(rawbpf_detach_kprobe(&c.b, .event_re = PATTERN), 0);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	if (has_events(&c))
		ck_assert_int_eq(own_events(&c), 0);
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
	NEED_KPROBES(&c);
	ck_assert_msg(!rawbpf_attach_kretprobe(&c.b, .event_re = PATTERN, .fn_name = "count0"),
		"%s", rawbpf_errmsg(&c.b));
	ck_assert_int_gt(rawbpf_num_open_probes(&c.b), 10);
	counter_events(1000);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	ck_assert_int_eq(rawbpf_detach_kretprobe(&c.b, .event_re = PATTERN), 0);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
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
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, counts_exactly_by_pattern);
	tcase_add_test(t, counts_exactly_returns_by_pattern);
	suite_add_tcase(s, t);
	return s;
}
