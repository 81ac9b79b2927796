// SPDX-License-Identifier: MIT
/* test_attach.c - option checks of the public calls, and all programs or none. */
#include <errno.h>
#include <string.h>

#include "counter.h"
#include "link.h"
#include "old.h"
#include "t.h"
#include "tracefs.h"

START_TEST(null_context)
{
	ck_assert_int_eq(rawbpf_attach_uprobe(NULL, .name = "c"), -ENOMEM);
	ck_assert_int_eq(rawbpf_attach_uretprobe(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_detach_uprobe(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_detach_uretprobe(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_attach_tracepoint(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_detach_tracepoint(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_attach_all(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_num_open_probes(NULL), 0);
}
END_TEST

#define EXPECT(call, code, text)                                             \
	do {                                                                 \
		err_clear(&b.error);                                         \
		ck_assert_int_eq(call, code);                                \
		ck_assert_msg(strstr(b.error.msg, text), "%s", b.error.msg); \
	} while (0)

START_TEST(missing_options)
{
	struct {
		struct rawbpf_tracepoint_opts o;
		int later;
	} newer = {{.sz = sizeof(newer)}, 1};
	struct rawbpf_uprobe_opts no_size = {.name = "c"};
	struct rawbpf b = {0};

	EXPECT(rawbpf_attach_tracepoint(&b), -EINVAL, "attach_tracepoint: .fn_name");
	EXPECT(rawbpf_attach_tracepoint(&b, .fn_name = "f"), -EINVAL, ".tp (category:event)");
	EXPECT(rawbpf_attach_tracepoint(&b, .fn_name = "f", .tp = ""), -EINVAL, ".tp");
	EXPECT(rawbpf_detach_tracepoint(&b), -EINVAL, "detach_tracepoint: .tp");
	EXPECT(rawbpf_attach_tracepoint_opts(&b, NULL), -EINVAL, ".fn_name");
	EXPECT(rawbpf_attach_tracepoint_opts(&b, &newer.o), -E2BIG, "newer than this library");
	EXPECT(rawbpf_attach_uprobe_opts(&b, &no_size), -EINVAL, "without their size");
	EXPECT(rawbpf_attach_uprobe(&b), -EINVAL, "attach_uprobe: .fn_name");
	EXPECT(rawbpf_attach_uretprobe(&b, .fn_name = "f"), -EINVAL, "attach_uretprobe: .name");
	EXPECT(rawbpf_attach_uprobe(&b, .fn_name = "f", .name = "c"), -EINVAL,
		"or .offset is missing");
	EXPECT(rawbpf_attach_uprobe(&b, .fn_name = "f", .name = "c", .sym = "x", .addr = 1),
		-EINVAL, "only one of");
	EXPECT(rawbpf_attach_uprobe(&b, .fn_name = "f", .name = "c", .addr = 1, .sym_off = 1),
		-EINVAL, ".sym_off needs .sym");
	EXPECT(rawbpf_detach_uprobe(&b, .sym = "x"), -EINVAL, "detach_uprobe: .name");
	EXPECT(rawbpf_detach_uretprobe(&b, .name = "x"), -EINVAL, "detach_uretprobe: .sym");
	EXPECT(rawbpf_attach_all(&b), -EINVAL, "no program is loaded");
}
END_TEST

START_TEST(left_out_program)
{
	static const char *const sections[] = {
		"?tracepoint/no/such", COUNTER_SECTION, "tracepoint", "tracepoint"};
	struct counter c;
	int fd;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	counter_sections(&c, sections, NULL);
	fd = c.progs[0].fd;
	c.progs[0].fd = -1;
	ck_assert_msg(!rawbpf_attach_all(&c.b), "%s", c.b.error.msg);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 1);
	c.progs[0].fd = fd;
	counter_close(&c);
}
END_TEST

START_TEST(all_or_nothing)
{
	static const struct {
		const char *section, *name, *msg, *hint;
		int err;
	} rows[] = {
		{"tracepoint/sched/nothing_like_it", NULL, "no tracepoint 'sched:nothing_like_it'",
			NULL, -ENOENT},
		{"tracepoint/sched", NULL,
			"section 'tracepoint/sched' of program 'count2' names no place",
			"tracepoint/CATEGORY/EVENT", -EINVAL},
		{"tracepoint", "tracepoint__syscalls__no_such__event",
			"no tracepoint 'syscalls:no_such__event'", NULL, -ENOENT},
		{"tracepoint", "tracepoint__sched", "names no place", "tracepoint__CATEGORY__EVENT",
			-EINVAL},
		{"uprobe/c", NULL, "section 'uprobe/c' of program 'count2' names no place",
			"uprobe/FILE:FUNCTION", -EINVAL},
		{"uprobe/:strlen", NULL, "names no place", "uprobe/FILE:FUNCTION", -EINVAL},
		{"uprobe/c:", NULL, "names no place", "uprobe/FILE:FUNCTION", -EINVAL},
		{"uprobe/c:strlen+x", NULL, "names no place", "uprobe/FILE:FUNCTION", -EINVAL},
		{"uprobe/c:0x12x", NULL, "names no place", "uprobe/FILE:FUNCTION", -EINVAL},
		{"kprobe/vfs_read", NULL, "program 'count2' (section 'kprobe/vfs_read') is not for",
			"name its section 'kprobe'", -EINVAL},
		{"xdp", NULL, "is of a kind that is not attached", "this version attaches",
			-EOPNOTSUPP},
	};
	struct counter c;
	struct link *own;
	size_t i;
	int fds;

	T_NEED_ROOT();
	OLD_NEED("two programs on an event");
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	ck_assert_int_eq(
		rawbpf_attach_tracepoint(&c.b, .tp = COUNTER_EVENT, .fn_name = "count0"), 0);
	own = c.b.links;
	fds = t_count_fds();
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *const sections[] = {
			"tracepoint", COUNTER_SECTION, rows[i].section, "tracepoint"};
		const char *const names[] = {
			NULL, NULL, rows[i].name ? rows[i].name : "count2", NULL};

		counter_sections(&c, sections, names);
		ck_assert_int_eq(rawbpf_attach_all(&c.b), rows[i].err);
		ck_assert_msg(strstr(c.b.error.msg, rows[i].msg), "%s", c.b.error.msg);
		if (rows[i].hint)
			ck_assert_msg(strstr(c.b.error.hint, rows[i].hint), "%s", c.b.error.hint);
		ck_assert_ptr_eq(c.b.links, own);
		ck_assert_int_eq(t_count_fds(), fds);
	}
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 10);
	ck_assert_uint_eq(counter_get(&c, 1), 0);
	counter_close(&c);
}
END_TEST

Suite *suite_attach(void);
Suite *suite_attach(void)
{
	Suite *s = suite_create("attach");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, null_context);
	tcase_add_test(t, missing_options);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, left_out_program);
	tcase_add_test(t, all_or_nothing);
	suite_add_tcase(s, t);
	return s;
}
