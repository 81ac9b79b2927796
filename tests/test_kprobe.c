// SPDX-License-Identifier: MIT
/*
 * test_kprobe.c - probes of the kernel: each road on a made-up kernel, and exactly as many events
 * counted as were made on a real one.
 */
#include "kprobe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counter.h"
#include "kfake.h"
#include "kprobelist.h"
#include "t.h"
#include "tracefs.h"

#define attach_on(k, ...) rawbpf_attach_kprobe((k)->b, .fn_name = "on_call", __VA_ARGS__)
#define attach_return_on(k, ...) \
	rawbpf_attach_kretprobe((k)->b, .fn_name = "on_return", __VA_ARGS__)

/* ---- a made-up kernel ---------------------------------------------------------------------- */

START_TEST(pmu_road)
{
	struct kfake k = {0};

	kfake_open(&k);
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read"), 0);
	ck_assert_str_eq(k.last_name, "vfs_read");
	ck_assert_uint_eq(k.last_attr.config, 0);
	ck_assert_uint_eq(k.last_attr.config2, 0);
	ck_assert_uint_eq(k.n_pmu, 1);
	ck_assert_uint_eq(k.n_writes, 0);
	/* whether they are switched off; the PMU's type: two; the event; the link */
	ck_assert_uint_le(k.n_calls, 5);
	ck_assert_int_eq(attach_return_on(&k, .event = "vfs_read"), 0);
	ck_assert_uint_eq(k.last_attr.config, 1 << 3); /* as format/retprobe says */
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 2);
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read"), -EEXIST);
	ck_assert_str_eq(k.b->error.msg,
		"program 'on_call' is attached to kernel function 'vfs_read' already: EEXIST");
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event = "vfs_read"), 0);
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event = "vfs_read"), -ENOENT);
	ck_assert_str_eq(
		k.b->error.msg, "nothing is attached to kernel function 'vfs_read': ENOENT");
	ck_assert_int_eq(
		rawbpf_detach_kretprobe(k.b, .event = "vfs_read", .fn_name = "on_call"), -ENOENT);
	ck_assert_str_eq(k.b->error.msg,
		"program 'on_call' is not attached to kernel function 'vfs_read': ENOENT");
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 1);
	/* the kernel itself has a module's name */
	ck_assert_int_eq(attach_on(&k, .event = "vmlinux:vfs_read"), 0);
	ck_assert_str_eq(k.last_name, "vfs_read");
	ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event = "vmlinux:vfs_read"), 0);
	ck_assert_int_eq(attach_on(&k, .event = "vmlinux:"), -EINVAL);
	kfake_close(&k);
}
END_TEST

START_TEST(offsets_and_addresses)
{
	struct kfake k = {.kallsyms = kfake_kallsyms};

	kfake_open(&k);
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read", .event_off = 0x10), 0);
	ck_assert_uint_eq(k.last_attr.config2, 0x10);
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read+0x10"), -EEXIST);
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read+4"), 0);
	ck_assert_uint_eq(k.last_attr.config2, 4);
	ck_assert_int_eq(attach_on(&k, .event = "0xffffffff81001100"), 0); /* one of 'twice' */
	ck_assert_str_eq(k.last_name, "");
	ck_assert_uint_eq(k.last_attr.config1, 0);
	ck_assert_uint_eq(k.last_attr.config2, 0xffffffff81001100);
	ck_assert_int_eq(attach_on(&k, .event = "0xffffffff81001100+0x8"), 0);
	ck_assert_uint_eq(k.last_attr.config2, 0xffffffff81001108);
	ck_assert_int_eq(attach_on(&k, .event = "mod_a:in_module"), 0);
	ck_assert_uint_eq(k.last_attr.config1, 0);
	ck_assert_uint_eq(k.last_attr.config2, 0xffffffffc0001000);
	ck_assert_int_eq(attach_on(&k, .event = "mod_a:in_module+0x8"), 0);
	ck_assert_uint_eq(k.last_attr.config2, 0xffffffffc0001008);
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read+0x100"), -EINVAL);
	ck_assert_int_eq(rawbpf_num_open_probes(k.b), 6);
	ck_assert_int_eq(
		rawbpf_detach_kprobe(k.b, .event = "vfs_read+0x10", .fn_name = "on_call"), 0);
	kfake_close(&k);
}
END_TEST

START_TEST(tracefs_road)
{
	struct kfake k = {.no_pmu = true, .kallsyms = kfake_kallsyms};

	kfake_open(&k);
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read"), 0);
	ck_assert_uint_eq(k.n_pmu, 0);
	ck_assert_uint_eq(k.n_writes, 1);
	ck_assert(!strncmp(k.last_write, "p:kprobes/rawbpf_", 17));
	ck_assert_ptr_nonnull(strstr(k.last_write, " vfs_read\n"));
	ck_assert_uint_eq(k.last_attr.config, 1000);
	ck_assert_int_eq(attach_on(&k, .event = "mod_a:in_module+0x8"), 0);
	ck_assert_ptr_nonnull(strstr(k.last_write, " mod_a:in_module+8\n"));
	ck_assert_int_eq(attach_on(&k, .event = "0xffffffff81001108"), 0);
	ck_assert_ptr_nonnull(strstr(k.last_write, " 0xffffffff81001108\n"));
	ck_assert_int_eq(attach_return_on(&k, .event = "vfs_read"), 0);
	ck_assert(!strncmp(k.last_write, "r:kprobes/rawbpf_", 17));
	ck_assert_uint_eq(kfake_events(&k), 4);
	ck_assert_int_eq(rawbpf_detach_kretprobe(k.b, .event = "vfs_read"), 0);
	ck_assert_uint_eq(kfake_events(&k), 3);
	ck_assert(!strncmp(k.last_write, "-:kprobes/rawbpf_", 17));
	kfake_close(&k); /* which removes the others */
}
END_TEST

START_TEST(maxactive_needs_tracefs)
{
	struct kfake k = {0};

	kfake_open(&k);
	ck_assert_int_eq(attach_return_on(&k, .event = "vfs_read", .maxactive = 64), 0);
	ck_assert_uint_eq(k.n_pmu, 0);
	ck_assert(!strncmp(k.last_write, "r64:kprobes/rawbpf_", 19));
	ck_assert_int_eq(attach_return_on(&k, .event = "vfs_write", .maxactive = 4097), -EINVAL);
	ck_assert_int_eq(attach_on(&k, .event = "vfs_write", .maxactive = 1), -EINVAL);
	ck_assert_ptr_nonnull(strstr(k.b->error.msg, "for return probes"));
	kfake_close(&k);
}
END_TEST

/* The event that such a kernel makes instead is removed, and the probe is made without. */
START_TEST(maxactive_before_it_was_known)
{
	struct kfake k = {.no_maxactive = true, .kallsyms = kfake_kallsyms};
	unsigned writes;

	kfake_open(&k);
	ck_assert_int_eq(attach_return_on(&k, .event = "vfs_read", .maxactive = 64), 0);
	ck_assert(!strncmp(k.last_write, "r:kprobes/rawbpf_", 17));
	ck_assert_uint_eq(kfake_events(&k), 1);
	ck_assert_ptr_nonnull(strstr(k.last_write, k.b->links->event));
	writes = k.n_writes;
	ck_assert_int_eq(attach_return_on(&k, .event = "vfs_write", .maxactive = 64), 0);
	ck_assert_uint_eq(k.n_writes, writes + 1); /* it is known now */
	ck_assert_uint_eq(kfake_events(&k), 2);
	ck_assert_int_eq(attach_return_on(&k, .event = "vfs_raed", .maxactive = 64), -ENOENT);
	kfake_close(&k);
}
END_TEST

/* Somebody's event of the name that such a kernel would make is left alone. */
START_TEST(maxactive_beside_a_like_name)
{
	struct kfake k = {.kallsyms = kfake_kallsyms, .events = {"r_vfs_read_0", "r_vfs_raed_0"}};

	kfake_open(&k);
	ck_assert_int_eq(attach_return_on(&k, .event = "vfs_read", .maxactive = 64), 0);
	ck_assert(!strncmp(k.last_write, "r64:kprobes/rawbpf_", 19));
	ck_assert_int_eq(attach_return_on(&k, .event = "vfs_raed", .maxactive = 64), -ENOENT);
	ck_assert_uint_eq(kfake_events(&k), 3);
	k.events[0][0] = k.events[1][0] = '\0';
	kfake_close(&k);
}
END_TEST

/* Only the lack of a PMU leads to tracefs; a refusal stays one. */
START_TEST(fallback_by_class)
{
	static const struct {
		const char *event;
		int pmu_err, want;
		unsigned writes;
	} rows[] = {
		{"vfs_read", -ENODEV, 0, 1},
		{"vfs_read", -EOPNOTSUPP, 0, 1},
		{"vfs_read", -EPERM, -EPERM, 0},
		{"vfs_read", -EACCES, -EACCES, 0},
		{"vfs_read", -EINVAL, -EINVAL, 0},
		{"vfs_read", -EBUSY, -EBUSY, 0},
		{"vfs_read", -EMFILE, -EMFILE, 0},
		{"vfs_raed", -EPERM, -ENOENT, 0},
		{"split.isra.0", -EINVAL, 0, 1},
		{"split.isra.0", -EPERM, -EPERM, 0},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct kfake k = {.pmu_err = rows[i].pmu_err, .kallsyms = kfake_kallsyms};

		kfake_open(&k);
		ck_assert_int_eq(attach_on(&k, .event = rows[i].event), rows[i].want);
		ck_assert_uint_eq(k.n_writes, rows[i].writes);
		ck_assert_uint_eq(kfake_events(&k), rows[i].writes);
		kfake_close(&k);
	}
}
END_TEST

/* Where both roads fail, the first one's answer is told. */
START_TEST(first_error_is_told)
{
	struct kfake k = {.pmu_err = -EOPNOTSUPP, .no_kprobe_events = true};

	kfake_open(&k);
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read"), -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(k.b->error.msg, "no probe on kernel function 'vfs_read'"));
	kfake_close(&k);
}
END_TEST

START_TEST(no_road)
{
	struct kfake none = {.no_pmu = true, .no_kprobe_events = true};
	struct kfake blind = {.no_pmu = true, .no_tracefs = true};

	kfake_open(&none);
	ck_assert_int_eq(attach_on(&none, .event = "vfs_read"), -ENODEV);
	ck_assert_ptr_nonnull(strstr(none.b->error.msg, "neither"));
	ck_assert_ptr_nonnull(strstr(none.b->error.hint, "CONFIG_KPROBES"));
	kfake_close(&none);
	kfake_open(&blind);
	ck_assert_int_eq(attach_on(&blind, .event = "vfs_read"), -ENODEV);
	ck_assert_ptr_nonnull(strstr(blind.b->error.msg, "no tracefs"));
	kfake_close(&blind);
}
END_TEST

/* "openat" is attached: so is the function that it is here, and only once. */
static void check_same_call(struct kfake *t)
{
	char place[64];

	snprintf(place, sizeof(place), "%s", t->b->links->place);
	ck_assert_ptr_nonnull(strstr(place, "_sys_openat"));
	ck_assert_int_eq(attach_on(t, .event = place), -EEXIST);
	ck_assert_int_eq(attach_return_on(t, .event = place), 0); /* another matter */
	ck_assert_int_eq(attach_return_on(t, .event = "openat"), -EEXIST);
	ck_assert_int_eq(rawbpf_detach_kretprobe(t->b, .event = "openat"), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_kretprobe(t->b, .event = place), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(t->b), 1);
}

START_TEST(system_calls)
{
	static const char *const names[] = {
		"openat", "sys_openat", "__x64_sys_openat", "__arm64_sys_openat", "SyS_openat"};
	struct kfake k = {.kallsyms = kfake_kallsyms}, old = {0};
	struct kfake blind = {.no_pmu = true, .no_tracefs = true};
	size_t i;
	int road;

	for (road = 0; road < 4; road++) {
		struct kfake t = {.no_pmu = road & 1,
			.kallsyms = kfake_kallsyms,
			.absent_err = road & 2 ? -EINVAL : -ENOENT};

		kfake_open(&t);
		for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
			ck_assert_int_eq(attach_on(&t, .event = names[i]), 0);
			ck_assert_int_eq(attach_on(&t, .event = names[i]), -EEXIST);
			ck_assert_int_eq(rawbpf_detach_kprobe(t.b, .event = names[i]), 0);
		}
		ck_assert_int_eq(attach_on(&t, .event = "openat"), 0);
		check_same_call(&t);
		ck_assert_int_eq(attach_on(&t, .event = "sys_openat"), -EEXIST);
		ck_assert_int_eq(attach_on(&t, .event = "opneat"), -ENOENT);
		ck_assert_str_eq(t.b->error.msg, "the kernel has no function 'opneat': ENOENT");
		ck_assert_int_eq(rawbpf_detach_kprobe(t.b, .event = "sys_openat"), -ENOENT);
		ck_assert_int_eq(rawbpf_detach_kprobe(t.b, .event = "openat"), 0);
		kfake_close(&t);
	}
	kfake_open(&k);
	k.progs[0].section = "ksyscall/openat";
	k.progs[1].section = "kretsyscall/openat";
	ck_assert_int_eq(rawbpf_attach_all(k.b), 0);
	ck_assert_ptr_nonnull(strstr(k.last_name, "_sys_openat"));
	ck_assert_uint_eq(k.last_attr.config, 1 << 3);
	kfake_close(&k);
	kfake_open(&old);
	old.kallsyms = "1 T openat\n2 T SyS_openat\n";
	old.progs[0].section = "ksyscall/openat";
	old.b->n_progs = 1;
	ck_assert_int_eq(rawbpf_attach_all(old.b), 0);
	ck_assert_str_eq(old.last_name, "SyS_openat");
	old.progs[0].section = "ksyscall/vfs_read";
	ck_assert_int_eq(rawbpf_attach_all(old.b), -ENOENT);
	kfake_close(&old);
	/* it is not the system call that is missing */
	kfake_open(&blind);
	blind.progs[0].section = "ksyscall/openat";
	blind.b->n_progs = 1;
	ck_assert_int_eq(rawbpf_attach_all(blind.b), -ENODEV);
	ck_assert_msg(strstr(blind.b->error.msg, "no tracefs"), "%s", blind.b->error.msg);
	kfake_close(&blind);
}
END_TEST

START_TEST(by_section)
{
	static const struct {
		const char *section, *name, *fn;
		int want;
	} rows[] = {
		{"kprobe/vfs_read", "on_call", "vfs_read", 0},
		{"kretprobe/vfs_read", "on_call", "vfs_read", 0},
		{"?kprobe/vfs_write", "on_call", "vfs_write", 0},
		{"kprobe/vfs_read+0x10", "on_call", "vfs_read", 0},
		{"kprobe", "kprobe__vfs_read", "vfs_read", 0},
		{".text", "kretprobe__vfs_write", "vfs_write", 0},
		{"kprobe/", "on_call", "", -EINVAL},
		{"kretprobe/", "on_call", "", -EINVAL},
		{"ksyscall/", "on_call", "", -EINVAL},
		{"kretsyscall/", "on_call", "", -EINVAL},
		{"kprobe/vfs_raed", "on_call", "vfs_raed", -ENOENT},
		{"kretprobe/vfs_read+0x10", "on_call", "", -EINVAL},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct kfake k = {.kallsyms = kfake_kallsyms};

		kfake_open(&k);
		k.progs[0].section = rows[i].section;
		k.progs[0].name = rows[i].name;
		k.b->n_progs = 1;
		ck_assert_int_eq(rawbpf_attach_all(k.b), rows[i].want);
		if (!rows[i].want) {
			ck_assert_str_eq(k.last_name, rows[i].fn);
			ck_assert_uint_eq(k.last_attr.config,
				strstr(rows[i].section, "ret") || strstr(rows[i].name, "ret")
					? 1 << 3
					: 0);
		}
		kfake_close(&k);
	}
}
END_TEST

START_TEST(bad_options)
{
	static const char *const names[] = {"vfs read", "a:b:c", ":f", "m:", "vfs_read+",
		"vfs_read+x", "vfs_read+0x1x", "0x", "0xzz", "0x0", "f\n", "f/g",
		"0xffffffffffffffff+0x10"};
	struct kfake k = {.kallsyms = kfake_kallsyms};
	char big[2000];
	size_t i;

	kfake_open(&k);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		ck_assert_int_eq(attach_on(&k, .event = names[i]), -EINVAL);
		ck_assert_msg(
			strstr(k.b->error.msg, "names no kernel function"), "%s", k.b->error.msg);
		ck_assert_int_eq(rawbpf_detach_kprobe(k.b, .event = names[i]), -EINVAL);
	}
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	ck_assert_int_eq(attach_on(&k, .event = big), -EINVAL);
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read+4", .event_off = 4), -EINVAL);
	ck_assert_int_eq(attach_return_on(&k, .event = "vfs_read", .event_off = 4), -EINVAL);
	ck_assert_ptr_nonnull(strstr(k.b->error.msg, "a return probe takes no offset (0x4)"));
	ck_assert_int_eq(rawbpf_attach_kprobe(k.b, .event = "vfs_read"), -EINVAL);
	ck_assert_int_eq(rawbpf_attach_kprobe(k.b, .fn_name = "on_call"), -EINVAL);
	ck_assert_int_eq(rawbpf_attach_kprobe(k.b, .event = "x", .fn_name = "on_cal"), -ENOENT);
	ck_assert_int_eq(rawbpf_attach_kprobe(NULL, .event = "x", .fn_name = "y"), -ENOMEM);
	k.progs[0].type = RAWBPF_PROG_TRACEPOINT;
	ck_assert_int_eq(attach_on(&k, .event = "vfs_read"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(k.b->error.msg, "is not for probes"));
	ck_assert_uint_eq(k.n_pmu + k.n_writes, 0);
	kfake_close(&k);
}
END_TEST

/* Whatever call fails, nothing is left behind; kfake_close() looks. */
START_TEST(every_call_fails)
{
	unsigned road, n, failed;
	int err;

	for (road = 0; road < 4; road++)
		for (failed = 0, n = 1;; n++) {
			struct kfake k = {.no_pmu = road & 1,
				.kallsyms = kfake_kallsyms,
				.fail_at = n,
				.fail_err = road & 2 ? -EIO : -EMFILE};

			kfake_open(&k);
			err = attach_return_on(&k, .event = "vfs_read");
			failed += err != 0;
			ck_assert_int_eq(rawbpf_num_open_probes(k.b), err ? 0 : 1);
			ck_assert_uint_eq(kfake_events(&k), err ? 0 : road & 1);
			if (err)
				ck_assert_ptr_nonnull(k.b->error.msg);
			err = k.n_calls < n;
			kfake_close(&k);
			if (err) {
				ck_assert_uint_gt(failed, 2);
				break;
			}
		}
}
END_TEST

START_TEST(every_allocation_fails)
{
	bool failed;
	int road, err;
	unsigned n;

	for (road = 0; road < 2; road++)
		for (failed = true, n = 1; failed; n++) {
			struct kfake k = {.no_pmu = road, .kallsyms = kfake_kallsyms};

			kfake_open(&k);
			t_fail_alloc_at(n);
			err = attach_on(&k, .event = "vfs_read+4");
			failed = t_alloc_failed();
			ck_assert_int_eq(err, failed ? -ENOMEM : 0);
			ck_assert_uint_eq(kfake_events(&k), failed ? 0 : (unsigned)road);
			kfake_close(&k);
		}
}
END_TEST

/* ---- this kernel --------------------------------------------------------------------------- */

/* The kernel without its kprobe PMU. */
static long without_pmu(void *arg, const struct rawbpf_call *c)
{
	(void)arg;
	if (c->kind == RAWBPF_CALL_OPENAT && strstr((const char *)c->arg[1], "devices/kprobe"))
		return -ENOENT;
	return rawbpf_call_kernel(c);
}

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

static void count_both(struct counter *c, const char *event, unsigned maxactive)
{
	ck_assert_msg(!rawbpf_attach_kprobe(&c->b, .event = event, .fn_name = "count0"), "%s",
		rawbpf_errmsg(&c->b));
	ck_assert_msg(!rawbpf_attach_kretprobe(
			      &c->b, .event = event, .fn_name = "count1", .maxactive = maxactive),
		"%s", rawbpf_errmsg(&c->b));
	ck_assert_int_eq(rawbpf_num_open_probes(&c->b), 2);
	counter_events(1000);
	ck_assert_uint_eq(counter_get(c, 0), 1000);
	ck_assert_uint_eq(counter_get(c, 1), 1000);
}

START_TEST(counts_exactly)
{
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	NEED_KPROBES(&c);
	counter_events(5);
	count_both(&c, "sys_getpgid", 0);
	ck_assert_int_eq(rawbpf_detach_kprobe(&c.b, .event = "sys_getpgid"), 0);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	ck_assert_uint_eq(counter_get(&c, 1), 1010);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(counts_exactly_by_tracefs)
{
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	NEED_KPROBES(&c);
	if (!has_events(&c)) {
		counter_close(&c);
		T_SKIP("no kprobe_events here");
	}
	rawbpf_set_hook(&c.b, without_pmu, NULL);
	count_both(&c, "getpgid", 0);
	ck_assert_int_eq(own_events(&c), 2);
	ck_assert_int_eq(rawbpf_detach_kretprobe(&c.b, .event = "getpgid"), 0);
	ck_assert_int_eq(own_events(&c), 1);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 1010);
	ck_assert_uint_eq(counter_get(&c, 1), 1000);
	ck_assert_int_eq(
		rawbpf_attach_kprobe(&c.b, .event = "vfs_raed", .fn_name = "count0"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(c.b.error.msg, "no function 'vfs_raed'"));
	link_close_until(&c.b, NULL);
	ck_assert_int_eq(own_events(&c), 0);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(counts_exactly_with_maxactive)
{
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	NEED_KPROBES(&c);
	if (!has_events(&c)) {
		counter_close(&c);
		T_SKIP("no kprobe_events here");
	}
	count_both(&c, "sys_getpgid", 16);
	ck_assert_int_eq(own_events(&c), has_pmu() ? 1 : 2);
	link_close_until(&c.b, NULL);
	ck_assert_int_eq(own_events(&c), 0);
	counter_close(&c);
}
END_TEST

/* a function that only counter_events() calls here, and how far apart its instructions may be */
#if defined(__x86_64__)
#define INSIDE	  "__x64_sys_getpgid"
#define INSN_STEP 1
#elif defined(__aarch64__)
#define INSIDE	  "__arm64_sys_getpgid"
#define INSN_STEP 4
#else
#define INSIDE	  "do_getpgid"
#define INSN_STEP 4
#endif

/*
 * The first instruction inside that takes a probe: on x86 the lengths are unknown, on arm64 the
 * kernel keeps what it may patch to trace the function.
 */
START_TEST(counts_exactly_inside_a_function)
{
	struct counter c;
	uint64_t off;
	int err = -EINVAL;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	NEED_KPROBES(&c);
	for (off = 0; off < 24 && (err == -EILSEQ || err == -EINVAL);) {
		off += INSN_STEP;
		err = rawbpf_attach_kprobe(
			&c.b, .event = INSIDE, .event_off = off, .fn_name = "count0");
	}
	ck_assert_msg(!err, "%s", rawbpf_errmsg(&c.b));
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 1);
	counter_events(1000);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	ck_assert_int_eq(
		rawbpf_detach_kprobe(&c.b, .event = INSIDE, .event_off = off + 1), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_kprobe(&c.b, .event = INSIDE, .event_off = off), 0);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	counter_close(&c);
}
END_TEST

/* A kernel before Linux 4.12, as far as ".maxactive" goes. */
static long without_maxactive(void *arg, const struct rawbpf_call *c)
{
	struct rawbpf_call changed = *c;
	unsigned *tried = arg;
	char line[256];
	const char *text = (const char *)c->arg[1], *place;
	long n;

	if (c->kind != RAWBPF_CALL_WRITE || strncmp(text, "r16:", 4))
		return rawbpf_call_kernel(c);
	++*tried;
	place = strchr(text, ' ') + 1;
	snprintf(line, sizeof(line), "r:kprobes/r_%.*s_0 %s", (int)strcspn(place, "\n"), place,
		place);
	changed.arg[1] = (uintptr_t)line;
	changed.arg[2] = strlen(line);
	n = rawbpf_call_kernel(&changed);
	return n < 0 ? n : (long)c->arg[2];
}

START_TEST(counts_exactly_before_maxactive)
{
	struct buf text = {0};
	unsigned tried = 0;
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	NEED_KPROBES(&c);
	if (!has_events(&c)) {
		counter_close(&c);
		T_SKIP("no kprobe_events here");
	}
	rawbpf_set_hook(&c.b, without_maxactive, &tried);
	count_both(&c, "sys_getpgid", 16);
	ck_assert_uint_ge(tried, 1);
	ck_assert_int_eq(
		sys_read_file(&c.b.sys, tracefs_dir(&c.b), "kprobe_events", 1 << 20, &text), 0);
	ck_assert_msg(!strstr(buf_str(&text), "kprobes/r_"), "%s", buf_str(&text));
	buf_free(&text);
	link_close_until(&c.b, NULL);
	ck_assert_int_eq(own_events(&c), 0);
	counter_close(&c);
}
END_TEST

START_TEST(counts_exactly_by_section)
{
	static const char *const sections[COUNTER_PROGS] = {
		"ksyscall/getpgid", "kretsyscall/getpgid", "kprobe", "kretprobe"};
	struct counter c;
	uint32_t i;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	NEED_KPROBES(&c);
	for (i = 0; i < COUNTER_PROGS; i++)
		c.progs[i].section = sections[i];
	c.progs[2].name = "kprobe__sys_getpgid";
	c.progs[3].name = "kretprobe__sys_getpgid";
	ck_assert_msg(!rawbpf_attach_all(&c.b), "%s", rawbpf_errmsg(&c.b));
	counter_events(300);
	for (i = 0; i < COUNTER_PROGS; i++)
		ck_assert_uint_eq(counter_get(&c, i), 300);
	counter_close(&c);
}
END_TEST

START_TEST(refused_in_words)
{
	static const struct {
		const char *event;
		int err;
		const char *text;
	} rows[] = {
		{"vfs_raed", -ENOENT, "did you mean 'vfs_read'"},
		{"vfs_read+0x100000", -EINVAL, "offset 0x100000 is outside of it"},
		{"no_such_module:vfs_read", -ENOENT, "no module 'no_such_module'"},
		{"0x1000", -EINVAL, "is in no function of the kernel"},
	};
	struct counter c;
	int fds;
	size_t i;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	NEED_KPROBES(&c);
	fds = t_count_fds();
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(
			rawbpf_attach_kprobe(&c.b, .event = rows[i].event, .fn_name = "count0"),
			rows[i].err);
		ck_assert_msg(strstr(rawbpf_errmsg(&c.b), rows[i].text), "%s", rawbpf_errmsg(&c.b));
	}
#if defined(__x86_64__) /* where the first instruction is longer than a byte */
	ck_assert_int_eq(
		rawbpf_attach_kprobe(&c.b, .event = "vfs_read+1", .fn_name = "count0"), -EILSEQ);
	ck_assert_ptr_nonnull(strstr(c.b.error.msg, "is not where an instruction begins"));
#endif
	ck_assert_int_eq(t_count_fds(), fds);
	counter_close(&c);
}
END_TEST

/* The first function of the kernel's own list. */
START_TEST(blacklisted_in_words)
{
	struct buf list = {0};
	struct counter c;
	char name[256];
	int err;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	NEED_KPROBES(&c);
	err = kprobelist_blacklist(&c.b.sys, &list);
	ck_assert_msg(!err, "%d", err);
	ck_assert_int_eq(sscanf(buf_str(&list), "%*s %255s", name), 1);
	buf_free(&list);
	err = rawbpf_attach_kprobe(&c.b, .event = name, .fn_name = "count0");
	ck_assert_int_eq(err, -EINVAL);
	ck_assert_msg(strstr(c.b.error.msg, "functions never probed"), "%s: %s", name,
		rawbpf_errmsg(&c.b));
	counter_close(&c);
}
END_TEST

static int add_slots(void *arg, const void *key, const void *value)
{
	uint64_t n;

	(void)key;
	memcpy(&n, value, sizeof(n));
	*(uint64_t *)arg += n;
	return 0;
}

/* The example sees every process: at least the reads that were made here. */
START_TEST(example_measures)
{
	struct counter c;
	struct rawbpf *b;
	int i, fd, fds;
	uint64_t n = 0;
	char byte;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	NEED_KPROBES(&c);
	counter_close(&c);
	fds = t_count_fds();
	b = rawbpf_new();
	ck_assert_msg(
		!rawbpf_load(b, .src_file = TEST_ROOT "/bpfasm/examples/vfs_read_latency.bpf"),
		"%s", rawbpf_errmsg(b));
	ck_assert_msg(!rawbpf_attach_all(b), "%s", rawbpf_errmsg(b));
	fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	for (i = 0; i < 500; i++)
		ck_assert_int_eq((int)read(fd, &byte, 1), 1);
	close(fd);
	ck_assert_int_eq(rawbpf_table_each(rawbpf_table(b, "usecs"), add_slots, &n), 0);
	ck_assert_uint_ge(n, 500);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

Suite *suite_kprobe(void);
Suite *suite_kprobe(void)
{
	Suite *s = suite_create("kprobe");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, pmu_road);
	tcase_add_test(t, offsets_and_addresses);
	tcase_add_test(t, tracefs_road);
	tcase_add_test(t, maxactive_needs_tracefs);
	tcase_add_test(t, maxactive_before_it_was_known);
	tcase_add_test(t, maxactive_beside_a_like_name);
	tcase_add_test(t, fallback_by_class);
	tcase_add_test(t, first_error_is_told);
	tcase_add_test(t, no_road);
	tcase_add_test(t, system_calls);
	tcase_add_test(t, by_section);
	tcase_add_test(t, bad_options);
	tcase_add_test(t, every_call_fails);
	tcase_add_test(t, every_allocation_fails);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, counts_exactly);
	tcase_add_test(t, counts_exactly_by_tracefs);
	tcase_add_test(t, counts_exactly_with_maxactive);
	tcase_add_test(t, counts_exactly_before_maxactive);
	tcase_add_test(t, counts_exactly_inside_a_function);
	tcase_add_test(t, counts_exactly_by_section);
	tcase_add_test(t, refused_in_words);
	tcase_add_test(t, blacklisted_in_words);
	tcase_add_test(t, example_measures);
	suite_add_tcase(s, t);
	return s;
}
