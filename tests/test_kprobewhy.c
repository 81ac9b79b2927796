// SPDX-License-Identifier: MIT
/* test_kprobewhy.c - each refusal of a kernel probe has its sentence. */
#include "kprobewhy.h"

#include <errno.h>
#include <string.h>

#include "kfake.h"
#include "t.h"

static const char hidden[] = "0000000000000000 T vfs_read\n0000000000000000 T vfs_write\n"
			     "0000000000000000 t twice\n0000000000000000 t twice\n";

START_TEST(sentences)
{
	static const struct {
		const char *name;
		int err, want;
		const char *table, *msg, *hint;
	} rows[] = {
		{"vfs_raed", -ENOENT, -ENOENT, kfake_kallsyms,
			"the kernel has no function 'vfs_raed'", "did you mean 'vfs_read'?"},
		{"vfs_raed", -EINVAL, -ENOENT, kfake_kallsyms,
			"the kernel has no function 'vfs_raed'", "did you mean 'vfs_read'?"},
		{"nothing_like_that", -ENOENT, -ENOENT, kfake_kallsyms,
			"the kernel has no function 'nothing_like_that'", "/proc/kallsyms"},
		{"split", -ENOENT, -ENOENT, kfake_kallsyms,
			"no function 'split' but only 'split.isra.0', 'split.cold'", "inlined"},
		{"some_data", -ENOENT, -ENOENT, kfake_kallsyms, "'some_data' is data of the kernel",
			NULL},
		{"mod_c:f", -ENOENT, -ENOENT, kfake_kallsyms,
			"no module 'mod_c' of function 'f' is loaded", "modprobe mod_c"},
		{"twice", -EADDRNOTAVAIL, -EADDRNOTAVAIL, kfake_kallsyms,
			"the kernel has 2 functions 'twice'",
			"0xffffffff81001100, 0xffffffff81001400"},
		{"twice", -EADDRNOTAVAIL, -EADDRNOTAVAIL, hidden,
			"the kernel has 2 functions 'twice'", "kernel.kptr_restrict"},
		{"listed", -EINVAL, -EINVAL, kfake_kallsyms,
			"'listed' is on the kernel's list of functions never probed",
			"kprobes/blacklist"},
		{"vfs_read", -EINVAL, -EINVAL, kfake_kallsyms, "no probe on kernel function",
			"notrace"},
		{"vfs_read", -ENOENT, -ENOENT, NULL, "no probe on kernel function",
			"'/proc/kallsyms', the names of this kernel, cannot be read (EACCES)"},
		{"vfs_read", -EILSEQ, -EILSEQ, NULL,
			"'vfs_read' is not where an instruction begins", NULL},
		{"vfs_read", -524, -524, NULL, "no probe on kernel function", "instruction there"},
		{"vfs_read", -EMFILE, -EMFILE, NULL, "no probe on kernel function", "ulimit -n"},
		{"vfs_read", -EPERM, -EPERM, NULL, "no probe on kernel function 'vfs_read': EPERM",
			""},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct kfake k = {.kallsyms = rows[i].table,
			.blacklist = "0xffffffff81001500-0xffffffff81001600\tlisted\n"};
		struct kprobewhy w = {.place = rows[i].name, .name = rows[i].name};

		kfake_open(&k);
		ck_assert_int_eq(kprobewhy_refused(k.b, &w, rows[i].err), rows[i].want);
		ck_assert_int_eq(k.b->error.err, rows[i].want);
		ck_assert_msg(strstr(k.b->error.msg, rows[i].msg), "%s", k.b->error.msg);
		if (rows[i].hint)
			ck_assert_msg(k.b->error.hint && strstr(k.b->error.hint, rows[i].hint),
				"%s: %s", k.b->error.msg, k.b->error.hint);
		kfake_close(&k);
	}
}
END_TEST

START_TEST(system_calls)
{
	static const struct {
		const char *name, *hint;
	} rows[] = {
		{"opena", "did you mean 'openat'?"},
		{"vfs_read", "a function of the kernel is 'kprobe/vfs_read'"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct kfake k = {.kallsyms = kfake_kallsyms};
		struct kprobewhy w = {.place = rows[i].name, .name = rows[i].name, .call = true};

		kfake_open(&k);
		ck_assert_int_eq(kprobewhy_refused(k.b, &w, -ENOENT), -ENOENT);
		ck_assert_msg(strstr(k.b->error.msg, "the kernel has no system call '"), "%s",
			k.b->error.msg);
		ck_assert_msg(k.b->error.hint && strstr(k.b->error.hint, rows[i].hint), "%s",
			k.b->error.hint);
		kfake_close(&k);
	}
}
END_TEST

START_TEST(bounds)
{
	static const struct {
		const char *name;
		uint64_t off, addr;
		int want;
		const char *table, *msg;
	} rows[] = {
		{"vfs_read", 0xff, 0, 0, kfake_kallsyms, NULL},
		{"vfs_read", 0x100, 0, -EINVAL, kfake_kallsyms,
			"'vfs_read' has at most 256 bytes: offset 0x100 is outside of it"},
		{"vfs_read", 0x100000, 0, -EINVAL, kfake_kallsyms, "offset 0x100000 is outside"},
		{"vfs_read", UINT64_MAX, 0, -EINVAL, kfake_kallsyms, "is outside"},
		{"twice", 4, 0, -EINVAL, kfake_kallsyms, "2 functions 'twice'"},
		{"vfs_raed", 4, 0, -ENOENT, kfake_kallsyms, "no function 'vfs_raed'"},
		{"vfs_read", 4, 0, -EINVAL, hidden, "offset 0x4 cannot be checked"},
		{"vfs_read", 4, 0, -EACCES, NULL, "cannot be checked"},
		{"mod_a:in_module", 0x3f, 0, 0, kfake_kallsyms, NULL},
		{"mod_a:in_module", 0x40, 0, -EINVAL, kfake_kallsyms, "at most 64 bytes"},
		{"", 0, 0xffffffff81001004, 0, kfake_kallsyms, NULL},
		{"", 0, 0x1000, -EINVAL, kfake_kallsyms, "address 0x1000 is in no function"},
		{"", 0, 0xffffffff81001004, -EINVAL, hidden,
			"address 0xffffffff81001004 cannot be checked"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct kfake k = {.kallsyms = rows[i].table};
		struct kprobewhy w = {.place = "place", .name = rows[i].name, .off = rows[i].off};

		kfake_open(&k);
		ck_assert_int_eq(kprobewhy_bounds(k.b, &w, rows[i].addr), rows[i].want);
		if (rows[i].msg)
			ck_assert_msg(strstr(k.b->error.msg, rows[i].msg), "%s", k.b->error.msg);
		kfake_close(&k);
	}
}
END_TEST

Suite *suite_kprobewhy(void);
Suite *suite_kprobewhy(void)
{
	Suite *s = suite_create("kprobewhy");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, sentences);
	tcase_add_test(t, system_calls);
	tcase_add_test(t, bounds);
	suite_add_tcase(s, t);
	return s;
}
