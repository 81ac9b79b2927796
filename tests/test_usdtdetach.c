// SPDX-License-Identifier: MIT
/*
 * test_usdtdetach.c - programs leave USDT probes: by name, when what was probed has gone or is
 * another file by now.  The probes are the test program's own; see here.h.
 */
#include "usdtdetach.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "here.h"
#include "link.h"
#include "t.h"
#include "t_usdtrun.h"

/* The process has gone: what was attached to it is found by its names. */
START_TEST(detach_when_gone)
{
	struct usdtrun r = {.b = NULL};
	pid_t pid;

	NEED_HERE();
	usdtrun_open(&r, "usdt");
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	ck_assert_msg(
		!rawbpf_attach_usdt(r.b, .pid = pid, .probe = "here:plain", .fn_name = "first"),
		"%s", rawbpf_errmsg(r.b));
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .pid = pid, .probe = "odd"), -ESRCH);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .pid = pid, .probe = "plain"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	usdtrun_close(&r);
}
END_TEST

/* Detached by the path that it was attached by: of another copy (_i 0), of what is no program (1). */
START_TEST(detach_replaced)
{
	char path[] = "/tmp/rawbpf-usdt-XXXXXX", other[64];
	struct usdtrun r = {.b = NULL};
	int fd = mkstemp(path);
	FILE *f;

	NEED_HERE();
	close(fd);
	usdtrun_copy_self(path);
	usdtrun_open(&r, "usdt");
	ck_assert_msg(!rawbpf_attach_usdt(r.b, .path = path, .probe = "plain", .fn_name = "first"),
		"%s", rawbpf_errmsg(r.b));
	ck_assert_msg(!usdtrun_attach(&r, "plain", "first"), "%s", rawbpf_errmsg(r.b));
	snprintf(other, sizeof(other), "%s.new", path);
	if (_i) {
		f = fopen(other, "we");
		ck_assert_ptr_nonnull(f);
		fputs("no program\n", f);
		fclose(f);
	} else {
		usdtrun_copy_self(other);
	}
	ck_assert_int_eq(rename(other, path), 0);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = path, .probe = "plain"), 0);
	ck_assert_int_eq(rawbpf_error(r.b)->err, 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 1);
	ck_assert_int_eq(
		rawbpf_detach_usdt(r.b, .path = path, .probe = "plain"), _i ? -ENOEXEC : -ENOENT);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = r.exe, .probe = "plain"), 0);
	usdtrun_close(&r);
	unlink(path);
}
END_TEST

/* ---- one of several ----------------------------------------------------------------------- */

static const char *const several[] = {"many", "plain", "spread", "counted", NULL};
enum { SEVERAL = HERE_MANY + 1 + 3 + 1 };

static int leave(struct usdtrun *r, const char *probe)
{
	return rawbpf_detach_usdt(r->b, .path = r->exe, .probe = probe, .fn_name = "tick");
}

/* How often "tick" ran when each probe was reached once. */
static uint64_t ticks(struct usdtrun *r)
{
	uint64_t before = usdtrun_seen(r, USDT_TICK);

	here_many(1);
	here_plain(1, NULL);
	here_spread(1);
	here_counted(1);
	return usdtrun_seen(r, USDT_TICK) - before;
}

/* One leaves, the others stay as they are; comes again; all leave.  _i 1: without such links */
START_TEST(one_of_several)
{
	struct usdtrun r = {.no_multi = _i};
	struct rawbpf_usdt *u;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	u = usdtrun_several(r.exe, several, "tick");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	rawbpf_usdt_free(u);
	ck_assert_uint_eq(ticks(&r), SEVERAL);
	ck_assert_int_eq(leave(&r, "odd"), -ENOENT);
	ck_assert_msg(!leave(&r, "here:spread"), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_error(r.b)->err, 0);
	ck_assert_int_eq(leave(&r, "spread"), -ENOENT);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), SEVERAL - 3);
	ck_assert_uint_eq(here_spread_semaphore, 0);
	ck_assert_uint_eq(here_many_semaphore, HERE_MANY);
	ck_assert_uint_eq(here_counted_semaphore, 1);
	ck_assert_uint_eq(ticks(&r), SEVERAL - 3);
	ck_assert_msg(!usdtrun_attach(&r, "spread", "tick"), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(usdtrun_attach(&r, "many", "tick"), -EEXIST);
	ck_assert_uint_eq(ticks(&r), SEVERAL);
	ck_assert_int_eq(leave(&r, "many"), 0);
	ck_assert_uint_eq(here_many_semaphore, 0);
	ck_assert_int_eq(leave(&r, "counted"), 0);
	ck_assert_uint_eq(here_counted_semaphore, 0);
	ck_assert_uint_eq(here_spread_semaphore, 3);
	ck_assert_uint_eq(ticks(&r), 3 + 1);
	ck_assert_int_eq(leave(&r, "spread"), 0);
	ck_assert_int_eq(leave(&r, "plain"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	ck_assert_ptr_null(r.b->links);
	ck_assert_uint_eq(ticks(&r), 0);
	usdtrun_close(&r);
}
END_TEST

/* A copy of a program that two probes share stays with the one, and is there for the other again. */
START_TEST(one_of_a_copy)
{
	static const char *const probes[] = {"plain", "counted", NULL};
	struct usdtrun r = {.no_multi = _i};
	struct rawbpf_usdt *u;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	u = usdtrun_several(r.exe, probes, "first");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	rawbpf_usdt_free(u);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = r.exe, .probe = "plain"), 0);
	here_plain(4, NULL);
	here_counted(5);
	ck_assert_uint_eq(usdtrun_seen(&r, 4), 0);
	ck_assert_uint_eq(usdtrun_seen(&r, 5), 1);
	ck_assert_int_eq(usdtrun_attach(&r, "plain", "first"), 0);
	ck_assert_uint_eq(r.b->progs[0].copies->copy, 1);
	here_plain(4, NULL);
	ck_assert_uint_eq(usdtrun_seen(&r, 4), 1);
	usdtrun_close(&r);
}
END_TEST

/*
 * Whatever call fails (_i 0), or any allocation (1), when one of several leaves: it has left, or all
 * are there as before.
 */
START_TEST(failures_of_one)
{
	static const char *const probes[] = {"plain", "spread", "counted", NULL};
	enum { PLACES = 1 + 3 + 1 };
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *u;
	bool over = false;
	unsigned i;
	int err;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	u = usdtrun_several(r.exe, probes, "tick");
	for (i = 1; !over; i++) {
		ck_assert_uint_lt(i, 5000);
		ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
		r.n = 0;
		r.fail_at = _i ? 0 : i;
		if (_i)
			t_fail_alloc_at(i);
		err = leave(&r, "spread");
		over = _i ? !t_alloc_failed() : r.n < i;
		r.fail_at = 0;
		ck_assert_int_eq(rawbpf_error(r.b)->err != 0, err != 0);
		ck_assert_int_eq(rawbpf_num_open_probes(r.b), err ? PLACES : PLACES - 3);
		ck_assert_uint_eq(ticks(&r), err ? PLACES : PLACES - 3);
		ck_assert_uint_eq(here_spread_semaphore, err ? 3 : 0);
		ck_assert_uint_eq(here_counted_semaphore, 1);
		rawbpf_free(r.b);
		ck_assert_uint_eq(here_counted_semaphore, 0);
		r.b = rawbpf_new();
		rawbpf_set_hook(r.b, usdtrun_call, &r);
	}
	ck_assert_int_eq(err, 0);
	ck_assert_int_gt(i, 5);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* Its process has ended: each is struck off, and the last one takes the link along. */
START_TEST(one_of_several_when_gone)
{
	struct usdtrun r = {.no_multi = _i};
	struct rawbpf_usdt *u;
	pid_t pid;

	NEED_HERE();
	usdtrun_new(&r, "usdt");
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	u = usdtrun_enabled(NULL, pid, "here:plain", "tick");
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = "here:odd", .fn_name = "tick"), 0);
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	rawbpf_usdt_free(u);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 2);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .pid = pid, .probe = "plain"), 0);
	ck_assert_int_eq(rawbpf_error(r.b)->err, 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 1);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .pid = pid, .probe = "plain"), -ESRCH);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .pid = pid, .probe = "odd"), 0);
	ck_assert_ptr_null(r.b->links);
	usdtrun_close(&r);
}
END_TEST

/*
 * This program's file has another name as well, which then is another file's: what runs is still
 * probed, and one of several leaves.  _i 1: without such links; 2: the file could not be kept
 */
START_TEST(one_of_several_when_replaced)
{
	char path[4200], other[4300];
	struct usdtrun r = {.no_multi = _i == 1, .no_path = _i == 2};
	struct rawbpf_usdt *u;
	int kept;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	snprintf(path, sizeof(path), "%s.%d", r.exe, (int)getpid());
	snprintf(other, sizeof(other), "%s.new", path);
	ck_assert_int_eq(link(r.exe, path), 0);
	u = usdtrun_several(path, several, "tick");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	rawbpf_usdt_free(u);
	usdtrun_copy_self(other);
	ck_assert_int_eq(rename(other, path), 0);
	ck_assert_uint_eq(ticks(&r), SEVERAL);
	kept = r.no_path && r.b->links->places ? -ESTALE : 0;
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = path, .probe = "spread"), kept);
	if (kept)
		ck_assert_ptr_nonnull(strstr(
			rawbpf_errmsg(r.b), "probe 'spread' shares a link with others of '/"));
	ck_assert_uint_eq(ticks(&r), kept ? SEVERAL : SEVERAL - 3);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = path, .probe = "here:plain"), kept);
	ck_assert_uint_eq(ticks(&r), kept ? SEVERAL : SEVERAL - 4);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = path, .probe = "counted"), kept);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = path, .probe = "many"), kept);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), kept ? SEVERAL : 0);
	unlink(path);
	usdtrun_close(&r);
}
END_TEST

Suite *suite_usdtdetach(void);
Suite *suite_usdtdetach(void)
{
	Suite *s = suite_create("usdtdetach");
	TCase *t = tcase_create("live");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, detach_when_gone);
	tcase_add_loop_test(t, detach_replaced, 0, 2);
	tcase_add_loop_test(t, one_of_several, 0, 2);
	tcase_add_loop_test(t, one_of_a_copy, 0, 2);
	tcase_add_loop_test(t, failures_of_one, 0, 2);
	tcase_add_loop_test(t, one_of_several_when_gone, 0, 2);
	tcase_add_loop_test(t, one_of_several_when_replaced, 0, 3);
	suite_add_tcase(s, t);
	return s;
}
