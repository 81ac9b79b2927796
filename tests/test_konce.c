// SPDX-License-Identifier: MIT
/*
 * test_konce.c - one program is at one kernel function at most once, by whatever name, pattern and
 * road it comes there; and what is told of a pattern that comes to nothing.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kern.h"
#include "kfake.h"
#include "link.h"
#include "t_kprobe.h"

#define attach_on(k, ...) rawbpf_attach_kprobe((k)->b, .fn_name = "on_call", __VA_ARGS__)
#define attach_return_on(k, ...) \
	rawbpf_attach_kretprobe((k)->b, .fn_name = "on_return", __VA_ARGS__)

/* Twelve functions, of which the kernel then takes ten. */
static const char many_names[] = "1 T f0\n1 T f1\n1 T f2\n1 T f3\n1 T f4\n1 T f5\n1 T f6\n1 T f7\n"
				 "1 T f8\n1 T f9\n";
static const char many_listed[] = "f9\nf8\nf7\nf6\nf5\nf4\nf3\nf2\nf1\nf0\nf_no\nf_nor\n";

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

enum once_road { ONCE_EACH, ONCE_SIBLINGS, ONCE_LINK, ONCE_ROADS };

/* On that road ten functions f0 to f9, or (each) three of them. */
static void open_for_road(struct kfake *k, int road)
{
	k->kallsyms = many_names;
	k->filter = road == ONCE_EACH ? "f7\nf8\nf9\n" : many_listed;
	if (road == ONCE_LINK)
		open_for_links(k);
	else
		kfake_open(k);
}

static int attach_at(struct kfake *k, bool ret, const char *event, const char *pattern)
{
	return ret ? rawbpf_attach_kretprobe(
			     k->b, .fn_name = "on_call", .event = event, .event_re = pattern)
		   : rawbpf_attach_kprobe(
			     k->b, .fn_name = "on_call", .event = event, .event_re = pattern);
}

static int detach_at(struct kfake *k, bool ret, const char *event, const char *pattern)
{
	return ret ? rawbpf_detach_kretprobe(k->b, .event = event, .event_re = pattern)
		   : rawbpf_detach_kprobe(k->b, .event = event, .event_re = pattern);
}

/* One program is at one function at most once, whichever way comes first. */
START_TEST(once_on_every_road)
{
	const bool ret = _i >= ONCE_ROADS;
	const int road = _i % ONCE_ROADS, all = road == ONCE_EACH ? 3 : 10;
	struct kfake k = {0};

	open_for_road(&k, road);
	ck_assert_int_eq(attach_at(&k, ret, "f8", NULL), 0);
	ck_assert_int_eq(attach_at(&k, ret, NULL, "f.*"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), all);
	ck_assert_int_eq(attach_at(&k, ret, "f8", NULL), -EEXIST);
	ck_assert_ptr_null(k.b->error.hint);
	ck_assert_int_eq(attach_at(&k, ret, "f9", NULL), -EEXIST);
	ck_assert_str_eq(k.b->error.msg,
		"program 'on_call' is attached to kernel function 'f9' already: EEXIST");
	ck_assert_str_eq(k.b->error.hint, "it was attached by pattern 'f.*'");
	ck_assert_int_eq(attach_at(&k, ret, NULL, "f[7-9]"), -EEXIST);
	ck_assert_int_eq(attach_at(&k, !ret, NULL, "f[7-9]"), 0); /* another matter */
	ck_assert_int_eq(detach_at(&k, !ret, NULL, "f[7-9]"), 0);
	/* what was attached by the pattern, only */
	ck_assert_int_eq(detach_at(&k, ret, "f9", NULL), -ENOENT);
	ck_assert_str_eq(k.b->error.hint, "it was attached by pattern 'f.*': detach that");
	ck_assert_int_eq(detach_at(&k, ret, NULL, "f[7-9]"), -ENOENT);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), all);
	ck_assert_int_eq(detach_at(&k, ret, NULL, "f.*"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 1);
	ck_assert_int_eq(detach_at(&k, ret, NULL, "f.*"), -ENOENT);
	/* the other way round, and two patterns */
	ck_assert_int_eq(attach_at(&k, ret, NULL, "f[89]"), 0);
	ck_assert_int_eq(attach_at(&k, ret, NULL, "f.*"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), all);
	ck_assert_int_eq(detach_at(&k, ret, "f8", NULL), 0);
	ck_assert_int_eq(detach_at(&k, ret, "f8", NULL), -ENOENT);
	ck_assert_ptr_null(k.b->error.hint);
	ck_assert_int_eq(detach_at(&k, ret, NULL, "f.*"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 1);
	ck_assert_int_eq(detach_at(&k, ret, NULL, "f[89]"), 0);
	kfake_close(&k);
}
END_TEST

/* What a link's kernel refused is not covered by it. */
START_TEST(refused_is_not_covered)
{
	struct kfake k = {.untraced = "f4"};

	open_for_road(&k, _i ? ONCE_LINK : ONCE_SIBLINGS);
	ck_assert_int_eq(attach_at(&k, false, NULL, "f.*"), 0);
	ck_assert_int_eq(attach_at(&k, false, "f_no", NULL), -ENOENT);
	if (_i)
		ck_assert_int_eq(attach_at(&k, false, "f4", NULL), 0);
	ck_assert_int_eq(attach_at(&k, false, "f3", NULL), -EEXIST);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 10);
	kfake_close(&k);
}
END_TEST

/* Names of one function, of which the kernel lists one: none is missed, and none is taken twice. */
START_TEST(other_names_of_calls)
{
	static const char names[] = "5 T __x64_sys_getppid\n5 T __ia32_sys_getppid\n"
				    "5 t __do_sys_getppid\n6 T __x64_sys_getpgid\n"
				    "7 T __ia32_sys_getpgid\n";
	static const char listed[] = "__do_sys_getppid\n__x64_sys_getpgid\n__ia32_sys_getpgid\n";
	static const struct {
		const char *pattern;
		int n;
	} rows[] = {
		{"__x64_sys_get(ppid|pgid)", 2},
		{"__x64_sys_getppid", 1},
		{"__(x64|ia32)_sys_getp.*", 3},
		{".*getppid", 1},
		{"__do_sys_getppid", 1},
		{"__ia32_sys_.*", 2},
		{"__se_sys_getppid", -ENOENT},
	};
	struct kfake k = {.kallsyms = names, .filter = listed};
	size_t i;
	int err;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		k.kallsyms = names;
		if (_i)
			open_for_links(&k);
		else
			kfake_open(&k);
		err = attach_on(&k, .event_re = rows[i].pattern);
		ck_assert_int_eq(err ? err : rawbpf_num_open_probes(k.b), rows[i].n);
		kfake_close(&k);
	}
	k.kallsyms = "0 T __x64_sys_getppid\n0 t __do_sys_getppid\n"; /* hidden */
	kfake_open(&k);
	ck_assert_int_eq(attach_on(&k, .event_re = "__x64_sys_getppid"), -ENOENT);
	ck_assert_int_eq(attach_on(&k, .event_re = "__do_sys_getppid"), 0);
	kfake_close(&k);
}
END_TEST

/* A section's pattern is quoted as it was written. */
START_TEST(section_in_its_own_words)
{
	struct kfake k = {.kallsyms = many_names, .filter = many_listed};

	open_for_links(&k);
	k.b->n_progs = 1;
	k.progs[0].section = "kprobe.multi/nosuch*";
	k.progs[0].attach_type = RAWBPF_TRACE_KPROBE_MULTI;
	ck_assert_int_eq(rawbpf_attach_all(k.b), -ENOENT);
	ck_assert_str_eq(k.b->error.msg, "no function of the kernel matches 'nosuch*': ENOENT");
	ck_assert_str_eq(k.b->error.hint, "the whole name must match, as in 'vfs_*'");
	k.progs[0].section = "kprobe.multi/f?";
	ck_assert_int_eq(rawbpf_attach_all(k.b), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 10);
	ck_assert_str_eq(k.b->links->place, "f?");
	kfake_close(&k);
}
END_TEST

/* A kernel without probes says so of patterns, too. */
START_TEST(kernel_without_probes)
{
	struct kfake k = {.no_pmu = true, .no_kprobe_events = true, .multi_err = -EINVAL};
	int i;

	kfake_open(&k);
	for (i = 0; i < 3; i++) {
		if (i == 2) {
			k.filter = many_listed;
			k.progs[0].attach_type = RAWBPF_TRACE_KPROBE_SESSION;
		}
		ck_assert_int_eq(attach_at(&k, false, i ? NULL : "f1", i ? "f.*" : NULL), -ENODEV);
		ck_assert_ptr_nonnull(strstr(k.b->error.msg, "the kernel has neither "));
		ck_assert_ptr_nonnull(strstr(k.b->error.hint, "CONFIG_KPROBES"));
	}
	ck_assert_int_eq(attach_at(&k, false, "f1", NULL), -ENODEV); /* a session's */
	kfake_close(&k);
}
END_TEST

/* Events would count nothing; a link of many is no matter of that switch.  _i: by tracefs */
START_TEST(switched_off)
{
	struct kfake k = {.kallsyms = kfake_kallsyms,
		.filter = "vfs_read\nvfs_write\n",
		.no_pmu = _i,
		.enabled = "0\n"};

	kfake_open(&k);
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read"), -EBUSY);
	ck_assert_str_eq(k.b->error.msg, "probes of the kernel are switched off by "
					 "'/sys/kernel/debug/kprobes/enabled': EBUSY");
	ck_assert_str_eq(k.b->error.hint, "echo 1 > /sys/kernel/debug/kprobes/enabled");
	ck_assert_int_eq(attach_on(&k, .event_re = "vfs_.*"), -EBUSY);
	ck_assert_ptr_nonnull(strstr(k.b->error.msg, "switched off"));
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 0);
	k.progs[1].attach_type = RAWBPF_TRACE_KPROBE_MULTI;
	ck_assert_int_eq(attach_return_on(&k, .event_re = "vfs_.*"), 0);
	k.enabled = "1\n";
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read"), 0);
	kfake_close(&k);
}
END_TEST

/* A failed allocation leaves nothing behind, with other names to be kept, too. */
START_TEST(every_allocation_fails)
{
	bool failed;
	unsigned n;
	int err;

	for (n = 1, failed = true; failed; n++) {
		struct kfake k = {0};

		open_for_road(&k, _i);
		k.kallsyms = "1 T f7\n1 T f8\n2 T __x64_sys_f9\n2 T __do_sys_f9\n";
		k.filter = "f7\nf8\n__do_sys_f9\n";
		t_fail_alloc_at(n);
		err = attach_on(&k, .event_re = "f[78]|__x64_sys_f9");
		failed = t_alloc_failed();
		ck_assert_msg(err == 0 || (failed && err == -ENOMEM), "%u: %d", n, err);
		if (err)
			ck_assert_int_eq(rawbpf_num_open_probes(k.b), 0);
		kfake_close(&k);
	}
	ck_assert_uint_gt(n, 12);
}
END_TEST

/* ---- this kernel --------------------------------------------------------------------------- */

/* "on_entry" counts what it sees of this process. */
static struct rawbpf *open_live(bool no_multi)
{
	static const char form[] = ".include \"hist.inc\"\n"
				   ".license \"GPL\"\n"
				   ".map seen linear(1)\n"
				   ".prog on_entry \"kprobe\"\n"
				   "	r0 = bpf_get_current_pid_tgid()\n"
				   "	r0 >>= 32\n"
				   "	if r0 != %d goto .out\n"
				   "	r6 = 0\n"
				   "	linear_add seen, r6\n"
				   ".out:	return 0\n";
	struct rawbpf *b = rawbpf_new();
	char text[1024];

	snprintf(text, sizeof(text), form, (int)getpid());
	ck_assert_msg(!rawbpf_load(b, .text = text), "%s", rawbpf_errmsg(b));
	ck_assert_ptr_nonnull(kern_get(b));
	kern_get(b)->no_kprobe_multi = no_multi;
	return b;
}

static uint64_t seen(struct rawbpf *b)
{
	uint32_t slot = 0;
	uint64_t v = 0;

	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "seen"), &slot, &v), 0);
	return v;
}

static int single_at(struct rawbpf *b, const char *event)
{
	return rawbpf_attach_kprobe(b, .event = event, .fn_name = "on_entry");
}

static int attach_re(struct rawbpf *b, const char *pattern)
{
	return rawbpf_attach_kprobe(b, .event_re = pattern, .fn_name = "on_entry");
}

/* A call counts once, whichever way a program comes to it first.  _i & 1: without links of many */
START_TEST(counts_exactly_once)
{
	struct rawbpf *b;
	const char *own = _i & 2 ? "sys_getpgid" : "getpgid";

	T_NEED_ROOT();
	T_NEED_KPROBE_PMU();
	b = open_live(_i & 1);
	ck_assert_msg(!single_at(b, own), "%s", rawbpf_errmsg(b));
	ck_assert_int_eq(single_at(b, b->links->place), -EEXIST);
	ck_assert_msg(!attach_re(b, T_KPROBE_IDS), "%s", rawbpf_errmsg(b));
	counter_events(100);
	ck_assert_uint_eq(seen(b), 100);
	ck_assert_int_eq(rawbpf_detach_kprobe(b, .event_re = T_KPROBE_IDS), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(b), 1);
	counter_events(100);
	ck_assert_uint_eq(seen(b), 200);
	ck_assert_int_eq(rawbpf_detach_kprobe(b, .event = own), 0);
	ck_assert_msg(!attach_re(b, T_KPROBE_IDS), "%s", rawbpf_errmsg(b));
	ck_assert_int_eq(single_at(b, own), -EEXIST);
	ck_assert_ptr_nonnull(strstr(b->error.hint, "attached by pattern"));
	ck_assert_int_eq(rawbpf_detach_kprobe(b, .event = own), -ENOENT);
	counter_events(100);
	ck_assert_uint_eq(seen(b), 300);
	rawbpf_free(b);
}
END_TEST

/* getppid() is one function of several names, of which the kernel lists one. */
START_TEST(counts_exactly_by_other_name)
{
	struct rawbpf *b;
	int i;

	T_NEED_ROOT();
	T_NEED_KPROBE_PMU();
	b = open_live(_i & 1);
	ck_assert_msg(!attach_re(b, "(__(x64|arm64|riscv|s390x)_)?sys_get(ppid|pgid)"), "%s",
		rawbpf_errmsg(b));
	ck_assert_int_eq(rawbpf_num_open_probes(b), 2);
	for (i = 0; i < 100; i++)
		getppid();
	ck_assert_uint_eq(seen(b), 100);
	rawbpf_free(b);
}
END_TEST

Suite *suite_konce(void);
Suite *suite_konce(void)
{
	Suite *s = suite_create("konce");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, once_on_every_road, 0, 2 * ONCE_ROADS);
	tcase_add_loop_test(t, refused_is_not_covered, 0, 2);
	tcase_add_loop_test(t, other_names_of_calls, 0, 2);
	tcase_add_test(t, section_in_its_own_words);
	tcase_add_test(t, kernel_without_probes);
	tcase_add_loop_test(t, switched_off, 0, 2);
	tcase_add_loop_test(t, every_allocation_fails, 0, ONCE_ROADS);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, counts_exactly_once, 0, 4);
	tcase_add_loop_test(t, counts_exactly_by_other_name, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
