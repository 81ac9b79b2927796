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
#include <sys/wait.h>
#include <unistd.h>

#include "here.h"
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

Suite *suite_usdtdetach(void);
Suite *suite_usdtdetach(void)
{
	Suite *s = suite_create("usdtdetach");
	TCase *t = tcase_create("live");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, detach_when_gone);
	tcase_add_loop_test(t, detach_replaced, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
