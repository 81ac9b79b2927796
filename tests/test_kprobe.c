// SPDX-License-Identifier: MIT
/*
 * test_kprobe.c - probes of the kernel, each road on a made-up one; test_kprobe_live.c has those of
 * a real one.
 */
#include "kprobe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kfake.h"
#include "t.h"

#define attach_on(k, ...) rawbpf_attach_kprobe((k)->b, .fn_name = "on_call", __VA_ARGS__)
#define attach_return_on(k, ...) \
	rawbpf_attach_kretprobe((k)->b, .fn_name = "on_return", __VA_ARGS__)

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
	return s;
}
