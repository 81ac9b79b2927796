// SPDX-License-Identifier: MIT
/* test_auditattr.c - every command's fields are found, and nothing past an attribute is read. */
#include <stdlib.h>
#include <string.h>

#include "auditattr.h"
#include "buf.h"
#include "t.h"

static void names(void *arg, const struct auditattr *a)
{
	if (a->kind == AUDITATTR_CLOSE)
		buf_puts(arg, "} ");
	else
		buf_printf(arg, a->kind == AUDITATTR_OPEN ? "%s{ " : "%s ", a->name);
}

static const char *fields(enum rawbpf_cmd cmd, const union rawbpf_attr *attr, size_t size)
{
	static char text[1024];
	const struct rawbpf_call c = {.kind = RAWBPF_CALL_BPF, .arg = {cmd, (uintptr_t)attr, size}};
	struct buf b = {0};

	auditattr_walk(&c, names, &b);
	snprintf(text, sizeof(text), "%s", buf_str(&b));
	buf_free(&b);
	return text;
}

START_TEST(only_what_is_set)
{
	union rawbpf_attr a = {0};

	ck_assert_str_eq(fields(RAWBPF_MAP_CREATE, &a, 72),
		"cmd attr{ map_type key_size value_size max_entries } size ");
	a.map.btf_fd = 3;
	ck_assert_ptr_nonnull(strstr(fields(RAWBPF_MAP_CREATE, &a, 72), "btf_fd }"));
	/* a caller of an older kernel's size has no such field */
	ck_assert_ptr_null(strstr(fields(RAWBPF_MAP_CREATE, &a, 20), "btf_fd"));
	memset(&a, 0, sizeof(a));
	ck_assert_str_eq(fields(RAWBPF_ENABLE_STATS, &a, 4), "cmd attr{ type } size ");
	ck_assert_str_eq(fields(RAWBPF_MAP_FREEZE, &a, 4), "cmd attr{ map_fd } size ");
	ck_assert_str_eq(fields(RAWBPF_BTF_GET_NEXT_ID, &a, 12), "cmd attr{ id } size ");
}
END_TEST

/* What the union holds depends on the type of link. */
START_TEST(links)
{
	uint64_t offsets[2] = {16, 32};
	union rawbpf_attr a = {.link = {.prog_fd = 4, .attach_type = RAWBPF_TRACE_UPROBE_MULTI}};

	a.link.u.uprobe_multi.path = (uintptr_t) "/bin/x";
	a.link.u.uprobe_multi.offsets = (uintptr_t)offsets;
	a.link.u.uprobe_multi.cnt = 2;
	ck_assert_str_eq(fields(RAWBPF_LINK_CREATE, &a, sizeof(a.link)),
		"cmd attr{ prog_fd attach_type path offsets cnt } size ");
	memset(&a.link.u, 0, sizeof(a.link.u));
	a.link.attach_type = RAWBPF_PERF_EVENT;
	a.link.target_fd = 7;
	a.link.u.perf.cookie = 1;
	ck_assert_str_eq(fields(RAWBPF_LINK_CREATE, &a, sizeof(a.link)),
		"cmd attr{ prog_fd target_fd attach_type cookie } size ");
	a.link.attach_type = RAWBPF_TRACE_KPROBE_MULTI;
	memset(&a.link.u, 0, sizeof(a.link.u));
	a.link.u.kprobe_multi.flags = 1;
	ck_assert_str_eq(fields(RAWBPF_LINK_CREATE, &a, sizeof(a.link)),
		"cmd attr{ prog_fd target_fd attach_type flags cnt } size ");
}
END_TEST

/* Under ASan: each command with each size, in a buffer of just that size. */
START_TEST(no_byte_past_the_size)
{
	size_t size, cmd;
	unsigned char *p;

	for (cmd = 0; cmd < 40; cmd++)
		for (size = 1; size <= sizeof(union rawbpf_attr); size++) {
			p = calloc(1, size);
			ck_assert_ptr_nonnull(p);
			ck_assert_ptr_nonnull(strstr(
				fields((enum rawbpf_cmd)cmd, (const void *)p, size), "cmd attr{"));
			free(p);
		}
}
END_TEST

START_TEST(calls)
{
	ck_assert_str_eq(auditattr_call(RAWBPF_CALL_BPF), "bpf");
	ck_assert_str_eq(auditattr_call(RAWBPF_CALL_PWRITE), "pwrite64");
	ck_assert_ptr_null(auditattr_call(RAWBPF_CALL_READ));
	ck_assert_ptr_null(auditattr_call(RAWBPF_CALL_COUNT));
}
END_TEST

Suite *suite_auditattr(void);
Suite *suite_auditattr(void)
{
	Suite *s = suite_create("auditattr");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, only_what_is_set);
	tcase_add_test(tc, links);
	tcase_add_test(tc, no_byte_past_the_size);
	tcase_add_test(tc, calls);
	suite_add_tcase(s, tc);
	return s;
}
