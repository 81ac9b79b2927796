// SPDX-License-Identifier: MIT
/* test_rawtp.c - raw tracepoints: counted exactly, by name, section and bcc's name; refusals. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counter.h"
#include "link.h"
#include "t.h"

/* an event that happens in this process for each fork, and not otherwise */
#define EVENT "sched_process_fork"

static void forks(int n)
{
	pid_t pid;

	for (; n > 0; n--) {
		pid = fork();
		if (!pid)
			_exit(0);
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	}
}

START_TEST(by_name)
{
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_RAW_TRACEPOINT);
	ck_assert_msg(!rawbpf_attach_raw_tracepoint(&c.b, .tp = EVENT, .fn_name = "count0"), "%s",
		c.b.error.msg);
	forks(5);
	ck_assert_uint_eq(counter_get(&c, 0), 5);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 1);
	ck_assert_int_eq(
		rawbpf_attach_raw_tracepoint(&c.b, .tp = EVENT, .fn_name = "count0"), -EEXIST);
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(&c.b, .tp = EVENT, .fn_name = "count1"), 0);
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(&c.b, .tp = EVENT, .fn_name = "count0"), 0);
	forks(2);
	ck_assert_uint_eq(counter_get(&c, 0), 5);
	ck_assert_uint_eq(counter_get(&c, 1), 2);
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(&c.b, .tp = EVENT), 0);
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(&c.b, .tp = EVENT), -ENOENT);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(by_section)
{
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_RAW_TRACEPOINT);
	c.progs[0].section = "raw_tp/" EVENT;
	c.progs[1].section = "raw_tracepoint/" EVENT;
	c.progs[2].section = "raw_tracepoint";
	c.progs[2].name = "raw_tracepoint__" EVENT;
	c.progs[3].section = "raw_tp"; /* to be attached by name */
	ck_assert_msg(!rawbpf_attach_all(&c.b), "%s", c.b.error.msg);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 3);
	forks(3);
	ck_assert_uint_eq(counter_get(&c, 0), 3);
	ck_assert_uint_eq(counter_get(&c, 1), 3);
	ck_assert_uint_eq(counter_get(&c, 2), 3);
	ck_assert_uint_eq(counter_get(&c, 3), 0);
	counter_close(&c);
}
END_TEST

static void refused(struct counter *c, const char *tp, int err, const char *msg, const char *hint)
{
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(&c->b, .tp = tp, .fn_name = "count0"), err);
	ck_assert_msg(strstr(c->b.error.msg, msg), "%s", c->b.error.msg);
	ck_assert_msg(c->b.error.hint && strstr(c->b.error.hint, hint), "%s", c->b.error.hint);
	ck_assert_ptr_null(c->b.links);
}

START_TEST(refusals)
{
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_RAW_TRACEPOINT);
	refused(&c, "no_such_event", -ENOENT, "no raw tracepoint 'no_such_event'", "sys_enter");
	refused(&c, "sched:" EVENT, -ENOENT, "no raw tracepoint 'sched:", "'" EVENT "'");
	counter_close(&c);
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	refused(&c, EVENT, -EINVAL, "cannot be attached to a raw tracepoint", "'raw_tp'");
	counter_close(&c);
}
END_TEST

START_TEST(options)
{
	struct rawbpf b = {0};

	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(NULL), -ENOMEM);
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(&b), -EINVAL);
	ck_assert_ptr_nonnull(strstr(b.error.msg, "attach_raw_tracepoint: .fn_name"));
	ck_assert_int_eq(rawbpf_attach_raw_tracepoint(&b, .fn_name = "f"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(b.error.msg, ".tp (the event)"));
	ck_assert_int_eq(rawbpf_detach_raw_tracepoint(&b), -EINVAL);
}
END_TEST

Suite *suite_rawtp(void);
Suite *suite_rawtp(void)
{
	Suite *s = suite_create("rawtp");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, options);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, by_name);
	tcase_add_test(t, by_section);
	tcase_add_test(t, refusals);
	suite_add_tcase(s, t);
	return s;
}
