// SPDX-License-Identifier: MIT
/* test_auditname.c - names are those of the kernel's headers. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "auditname.h"
#include "rawbpf_sys.h"
#include "t.h"

static struct buf out;

static const char *name(enum auditname_set set, uint64_t v)
{
	out.len = 0;
	auditname_print(&out, set, v);
	return buf_str(&out);
}

START_TEST(values)
{
	ck_assert_str_eq(name(AUDITNAME_CMD, RAWBPF_MAP_CREATE), "BPF_MAP_CREATE");
	ck_assert_str_eq(name(AUDITNAME_MAP_TYPE, RAWBPF_MAP_RINGBUF), "BPF_MAP_TYPE_RINGBUF");
	ck_assert_str_eq(name(AUDITNAME_PERF_TYPE, 2), "PERF_TYPE_TRACEPOINT");
	ck_assert_str_eq(name(AUDITNAME_IOCTL, RAWBPF_PERF_IOC_SET_BPF), "PERF_EVENT_IOC_SET_BPF");
	/* what has no name is not hidden */
	ck_assert_str_eq(name(AUDITNAME_CMD, 999), "999");
	ck_assert_str_eq(name(AUDITNAME_NONE, 7), "7");
	buf_free(&out);
}
END_TEST

START_TEST(flags)
{
	ck_assert_str_eq(name(AUDITNAME_MAP_FLAGS, 0x81), "BPF_F_NO_PREALLOC|BPF_F_RDONLY_PROG");
	ck_assert_str_eq(name(AUDITNAME_MAP_FLAGS, 1U << 31 | 1), "BPF_F_NO_PREALLOC|0x80000000");
	ck_assert_str_eq(name(AUDITNAME_MAP_FLAGS, 0), "0");
	ck_assert_str_eq(name(AUDITNAME_OPEN_FLAGS, 0), "O_RDONLY");
	ck_assert_str_eq(name(AUDITNAME_OPEN_FLAGS, O_CLOEXEC), "O_RDONLY|O_CLOEXEC");
	ck_assert_str_eq(name(AUDITNAME_OPEN_FLAGS, O_WRONLY | O_APPEND), "O_WRONLY|O_APPEND");
	ck_assert_str_eq(
		name(AUDITNAME_OPEN_FLAGS, O_PATH | O_CLOEXEC), "O_RDONLY|O_CLOEXEC|O_PATH");
	buf_free(&out);
}
END_TEST

/* Each name of these sets is an enumerator of the running kernel's types, with that value. */
START_TEST(as_the_kernel)
{
	static const struct {
		enum auditname_set set;
		uint64_t n;
	} sets[] = {{AUDITNAME_CMD, 36}, {AUDITNAME_MAP_TYPE, 33}, {AUDITNAME_PROG_TYPE, 32}};
	char *types, line[96];
	uint64_t v;
	size_t i;

	T_NEED_ROOT();
	if (t_run(&types, "bpftool btf dump file /sys/kernel/btf/vmlinux format c 2>/dev/null")) {
		free(types);
		T_SKIP("no bpftool, or no BTF of this kernel");
	}
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		for (v = 0; v < sets[i].n; v++) {
			snprintf(line, sizeof(line), "\t%s = %d,\n", name(sets[i].set, v), (int)v);
			/* these two also have names of later kernels */
			if (strstr(line, "CGROUP_STORAGE ") || strstr(line, "_CGROUP_STORAGE "))
				continue;
			ck_assert_msg(strstr(types, line) != NULL, "%s", line);
		}
	buf_free(&out);
	free(types);
}
END_TEST

Suite *suite_auditname(void);
Suite *suite_auditname(void)
{
	Suite *s = suite_create("auditname");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, values);
	tcase_add_test(tc, flags);
	suite_add_tcase(s, tc);
	tc = tcase_create("host");
	tcase_add_test(tc, as_the_kernel);
	suite_add_tcase(s, tc);
	return s;
}
