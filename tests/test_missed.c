// SPDX-License-Identifier: MIT
/* test_missed.c - calls that no program saw, as a made-up kernel and a real one tell. */
#include "missed.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "counter.h"
#include "kfake.h"
#include "t.h"
#include "tracefs.h"

static int attach_return(struct kfake *k)
{
	return rawbpf_attach_kretprobe(k->b, .event = "vfs_read", .fn_name = "on_return");
}

struct told {
	unsigned n;
	char text[256];
};

static void tell(void *arg, enum rawbpf_log_level level, const char *msg)
{
	struct told *t = arg;

	if (level != RAWBPF_LOG_WARN)
		return;
	t->n++;
	snprintf(t->text, sizeof(t->text), "%s", msg);
}

/* A link's info tells, or a file of tracefs; the log has it at the end.  _i: by tracefs */
START_TEST(missed_calls)
{
	struct kfake k = {.missed = 7, .no_pmu = _i, .profile = "  r_other_0  5  9\nodd line\n"};
	struct told t = {0};

	kfake_open(&k);
	ck_assert_int_eq(attach_return(&k), 0);
	ck_assert_uint_eq(rawbpf_num_missed(k.b), _i ? 3 : 7);
	rawbpf_set_log(k.b, tell, &t);
	ck_assert_int_eq(rawbpf_detach_kretprobe(k.b, .event = "vfs_read"), 0);
	ck_assert_uint_eq(t.n, 1);
	ck_assert_msg(strstr(t.text, _i ? "3 calls of 'vfs_read' were missed"
					: "7 calls of 'vfs_read' were missed"),
		"%s", t.text);
	k.missed = 0;
	k.profile = NULL;
	ck_assert_int_eq(attach_return(&k), 0);
	ck_assert_uint_eq(rawbpf_num_missed(k.b), 0);
	ck_assert_int_eq(rawbpf_detach_kretprobe(k.b, .event = "vfs_read"), 0);
	ck_assert_uint_eq(t.n, 1);
	ck_assert_uint_eq(rawbpf_num_missed(NULL), 0);
	kfake_close(&k);
}
END_TEST

/* Sleeps in the kernel, in N processes at the same time. */
static void sleep_together(int n)
{
	const struct timespec t = {.tv_nsec = 300000000};
	int i;

	for (i = 0; i < n; i++)
		if (!fork()) {
			syscall(SYS_nanosleep, &t, NULL);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
}

/* One return is kept: that of the first who sleeps. */
START_TEST(tells_what_was_missed)
{
	struct told t = {0};
	struct counter c;
	int dir;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	dir = tracefs_dir(&c.b);
	if (dir < 0 || faccessat(dir, "kprobe_events", F_OK, 0)) {
		counter_close(&c);
		T_SKIP("no kprobe_events here");
	}
	ck_assert_msg(!rawbpf_attach_kretprobe(
			      &c.b, .event = "sys_nanosleep", .fn_name = "count0", .maxactive = 1),
		"%s", rawbpf_errmsg(&c.b));
	ck_assert_uint_eq(rawbpf_num_missed(&c.b), 0);
	sleep_together(4);
	ck_assert_uint_ge(rawbpf_num_missed(&c.b), 1);
	rawbpf_set_log(&c.b, tell, &t);
	ck_assert_int_eq(rawbpf_detach_kretprobe(&c.b, .event = "sys_nanosleep"), 0);
	ck_assert_uint_eq(t.n, 1);
	ck_assert_msg(strstr(t.text, "calls of 'sys_nanosleep' were missed"), "%s", t.text);
	counter_close(&c);
}
END_TEST

Suite *suite_missed(void);
Suite *suite_missed(void)
{
	Suite *s = suite_create("missed");
	TCase *t = tcase_create("unit");

	tcase_add_loop_test(t, missed_calls, 0, 2);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, tells_what_was_missed);
	suite_add_tcase(s, t);
	return s;
}
