// SPDX-License-Identifier: MIT
/* test_attachsec.c - sections and function names to places. */
#include "attachsec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "counter.h"
#include "old.h"
#include "t.h"

START_TEST(by_section)
{
	static const char *const sections[] = {
		COUNTER_SECTION, "tp/syscalls/sys_enter_getpgid", "tracepoint", "tracepoint"};
	static const char *const names[] = {
		NULL, NULL, "tracepoint__syscalls__sys_enter_getpgid", "by_hand"};
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	OLD_NEED("two programs on an event");
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	counter_sections(&c, sections, names);
	ck_assert_msg(!rawbpf_attach_all(&c.b), "%s", c.b.error.msg);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 3);
	counter_events(50);
	ck_assert_uint_eq(counter_get(&c, 0), 50);
	ck_assert_uint_eq(counter_get(&c, 1), 50);
	ck_assert_uint_eq(counter_get(&c, 2), 50);
	ck_assert_uint_eq(counter_get(&c, 3), 0);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(by_uprobe_section)
{
	static char sections[3][512];
	const char *const all[] = {sections[0], sections[1], sections[2], "uprobe"};
	int i, fds = t_count_fds();
	struct counter c;
	char exe[400];
	ssize_t n;

	T_NEED_ROOT();
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	ck_assert_int_gt(n, 0);
	exe[n] = '\0';
	snprintf(sections[0], sizeof(sections[0]), "uprobe/%s:counter_call", exe);
	snprintf(sections[1], sizeof(sections[1]), "uretprobe/%s:counter_call", exe);
	snprintf(sections[2], sizeof(sections[2]), "uprobe/%s:counter_call+0x0", exe);
	counter_open(&c, RAWBPF_PROG_KPROBE);
	counter_sections(&c, all, NULL);
	ck_assert_msg(!rawbpf_attach_all(&c.b, .pid = getpid()), "%s", c.b.error.msg);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 3);
	for (i = 0; i < 20; i++)
		ck_assert_int_eq(counter_call(i), i + 1);
	for (i = 0; i < 3; i++)
		ck_assert_uint_eq(counter_get(&c, (uint32_t)i), 20);
	ck_assert_uint_eq(counter_get(&c, 3), 0);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* What is attached is told from the table that attaches. */
START_TEST(of_another_kind)
{
	static const char *const some[] = {"uprobe/", "uprobe.multi/", "kprobe.multi/",
		"kprobe.session/", "kretsyscall/", "raw_tp.w/", "fmod_ret/"};
	struct prog prog = {.name = "f", .section = "xdp", .fd = 0, .type = RAWBPF_PROG_XDP};
	struct rawbpf b = {.progs = &prog, .n_progs = 1};
	size_t i;

	ck_assert_int_eq(attachsec_prog(&b, &prog, 0), -EOPNOTSUPP);
	for (i = 0; i < sizeof(some) / sizeof(*some); i++)
		ck_assert_msg(strstr(b.error.hint, some[i]), "%s", b.error.hint);
	ck_assert_ptr_null(strstr(b.error.hint, "perf_event"));
}
END_TEST

Suite *suite_attachsec(void);
Suite *suite_attachsec(void)
{
	Suite *s = suite_create("attachsec");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, of_another_kind);
	suite_add_tcase(s, t);
	t = tcase_create("live");

	tcase_add_test(t, by_section);
	tcase_add_test(t, by_uprobe_section);
	suite_add_tcase(s, t);
	return s;
}
