// SPDX-License-Identifier: MIT
/*
 * test_usdt.c - programs at USDT probes: every location counted, every operand exact, semaphores,
 * contexts, errors that leave nothing.  The probes are the test program's own; see here.h.
 */
#include "usdt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "here.h"
#include "kern.h"
#include "old.h"
#include "t.h"
#include "t_note.h"
#include "t_usdtrun.h"
#include "tracefs.h"

/* ---- by context --------------------------------------------------------------------------- */

/* The guide's way: no process is named, and every location counts.  _i 1: without such links */
START_TEST(context_counts_exactly)
{
	struct usdtrun r = {.no_multi = _i};
	struct rawbpf_usdt *u;
	int i;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	u = usdtrun_enabled(r.exe, 0, "many", "tick");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), HERE_MANY);
	ck_assert_uint_eq(here_many_semaphore, HERE_MANY);
	if (!_i && !r.b->kern->no_uprobe_multi) {
		ck_assert_uint_eq(r.links, 1);
		ck_assert_uint_eq(r.events, 0);
	}
	for (i = 0; i < 5; i++)
		here_many(i);
	ck_assert_uint_eq(usdtrun_seen(&r, USDT_TICK), 5 * HERE_MANY);
	ck_assert_uint_eq(usdtrun_total(&r), 5 * HERE_MANY);
	rawbpf_usdt_free(u); /* it was borrowed for the call */
	here_many(1);
	ck_assert_uint_eq(usdtrun_total(&r), 6 * HERE_MANY);
	usdtrun_close(&r);
}
END_TEST

/* Twelve places with the same operand: one copy, each value once. */
START_TEST(one_copy_for_all)
{
	struct usdtrun r = {.no_multi = _i};
	struct rawbpf_usdt *u;
	int i;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	u = usdtrun_enabled(r.exe, 0, "here:many", "first");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	ck_assert_ptr_nonnull(r.b->progs[0].copies);
	ck_assert_ptr_null(r.b->progs[0].copies->next);
	ck_assert_int_ge(rawbpf_prog_fd(r.b, "first"), 0);
	here_many(-4);
	for (i = 0; i < HERE_MANY; i++)
		ck_assert_uint_eq(usdtrun_seen(&r, i - 4), 1);
	ck_assert_uint_eq(usdtrun_total(&r), HERE_MANY);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* One probe at places with different operands: each reads its own. */
START_TEST(own_operands)
{
	struct usdtrun r = {.no_multi = _i};
	struct rawbpf_usdt *u;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	u = usdtrun_enabled(r.exe, 0, "spread", "first");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	if (_i || r.b->kern->no_uprobe_multi)
		ck_assert_uint_ge(r.b->progs[0].copies->copy, 3);
	else
		ck_assert_uint_eq(usdtrun_links(&r), 1);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 3);
	ck_assert_uint_eq(here_spread_semaphore, 3);
	here_spread(INT64_MIN + 5);
	here_spread(-70000000000);
	ck_assert_uint_eq(usdtrun_seen(&r, INT64_MIN + 5), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, INT64_MIN + 6), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, -70000000000), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, -69999999999), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, HERE_SPREAD), 2);
	ck_assert_uint_eq(usdtrun_total(&r), 6);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* Signed ints, a pointer, and a program that reads only the second operand. */
START_TEST(other_operands)
{
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *u;
	int v;

	NEED_HERE();
	usdtrun_new(&r, "usdt");
	u = usdtrun_enabled(r.exe, 0, "plain", "second");
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = "odd", .fn_name = "second"), 0);
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	here_plain(1, &v);
	here_plain(2, NULL);
	here_odd(-9); /* its first operand no program can read */
	ck_assert_uint_eq(usdtrun_seen(&r, (int64_t)(uintptr_t)&v), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, 0), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, -9), 1);
	ck_assert_uint_eq(usdtrun_total(&r), 3);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* One program for probes of two contexts; where both enable the same one, it is there once. */
START_TEST(two_contexts)
{
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *a, *b;

	NEED_HERE();
	usdtrun_new(&r, "usdt");
	a = usdtrun_enabled(r.exe, 0, "plain", "first");
	b = usdtrun_enabled(r.exe, 0, "plain", "first");
	ck_assert_int_eq(rawbpf_usdt_enable_probe(b, .probe = "odd", .fn_name = "tick"), 0);
	ck_assert_msg(!usdtrun_load(&r, a, b), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 2);
	here_plain(12, NULL);
	here_odd(12);
	ck_assert_uint_eq(usdtrun_seen(&r, 12), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, USDT_TICK), 1);
	ck_assert_uint_eq(usdtrun_total(&r), 2);
	rawbpf_usdt_free(a);
	rawbpf_usdt_free(b);
	usdtrun_close(&r);
}
END_TEST

/* All probes of a context for one program: one link, on every place.  _i 1: without such links */
START_TEST(one_link_for_probes)
{
	static const char *const probes[] = {"many", "odd", "plain", "spread", "counted", NULL};
	enum { PLACES = HERE_MANY + 1 + 1 + 3 + 1 };
	struct usdtrun r = {.no_multi = _i};
	struct rawbpf_usdt *u;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	u = usdtrun_several(r.exe, probes, "tick");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), PLACES);
	if (!_i && !r.b->kern->no_uprobe_multi) {
		ck_assert_uint_eq(r.links, 1);
		ck_assert_uint_eq(r.events, 0);
		ck_assert_uint_eq(usdtrun_links(&r), 1);
	}
	ck_assert_uint_eq(here_many_semaphore, HERE_MANY);
	ck_assert_uint_eq(here_spread_semaphore, 3);
	ck_assert_uint_eq(here_counted_semaphore, 1);
	here_many(1);
	ck_assert_uint_eq(usdtrun_total(&r), HERE_MANY);
	here_odd(1);
	here_plain(1, NULL);
	here_spread(1);
	here_counted(1);
	ck_assert_uint_eq(usdtrun_seen(&r, USDT_TICK), PLACES);
	ck_assert_int_eq(usdtrun_attach(&r, "spread", "tick"), -EEXIST);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* Two programs in turn, one of which has two sets of operands: three links. */
START_TEST(two_programs)
{
	static const char *const probes[] = {"many", "plain", NULL};
	struct usdtrun r = {.no_multi = _i};
	struct rawbpf_usdt *u;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	u = usdtrun_several(r.exe, probes, "first");
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = "counted", .fn_name = "tick"), 0);
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = "odd", .fn_name = "second"), 0);
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), HERE_MANY + 3);
	ck_assert_uint_eq(r.b->progs[0].copies->copy, 1); /* the operands are alike */
	if (!_i && !r.b->kern->no_uprobe_multi)
		ck_assert_uint_eq(usdtrun_links(&r), 3);
	here_many(100);
	here_plain(-8, NULL);
	here_counted(9);
	here_odd(12);
	ck_assert_uint_eq(usdtrun_seen(&r, 100), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, -8), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, USDT_TICK), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, 12), 1);
	ck_assert_uint_eq(usdtrun_total(&r), HERE_MANY + 3);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* One of several probes cannot be: it is named, and none stays; nor when a program is not there. */
START_TEST(one_of_several_fails)
{
	static const char *const probes[] = {"plain", "odd", "counted", NULL};
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *u;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	u = usdtrun_several(r.exe, probes, "first");
	ck_assert_int_eq(usdtrun_load(&r, u, NULL), -EOPNOTSUPP);
	ck_assert_msg(!strncmp(rawbpf_errmsg(r.b), "probe 'here:odd' at 0x", 22), "%s",
		rawbpf_errmsg(r.b));
	ck_assert_str_eq(rawbpf_error(r.b)->prog, "first");
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	ck_assert_uint_eq(here_counted_semaphore, 0);
	rawbpf_usdt_free(u);
	u = usdtrun_several(r.exe, probes, "tick");
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = "spread", .fn_name = "nobody"), 0);
	ck_assert_int_eq(usdtrun_load(&r, u, NULL), -ENOENT);
	ck_assert_msg(strstr(rawbpf_errmsg(r.b), "no program 'nobody'"), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* A context of a process: that one alone. */
START_TEST(one_process)
{
	struct usdtrun r = {.by_hand = _i, .no_multi = _i};
	struct rawbpf_usdt *u;
	pid_t pid;

	NEED_HERE();
	usdtrun_new(&r, "usdt");
	u = usdtrun_enabled(NULL, getpid(), "here:counted", "first");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(here_counted_semaphore, 1);
	pid = fork();
	if (!pid) {
		here_counted(2);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_uint_eq(usdtrun_total(&r), 0);
	here_counted(3);
	ck_assert_uint_eq(usdtrun_seen(&r, 3), 1);
	ck_assert_int_eq(
		rawbpf_detach_usdt(r.b, .pid = getpid(), .probe = "counted", .fn_name = "first"),
		0);
	ck_assert_uint_eq(here_counted_semaphore, 0);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* ---- by call ------------------------------------------------------------------------------ */

/* Attached, once, detached, attached again, whatever names it. */
START_TEST(by_name)
{
	struct usdtrun r = {.b = NULL};

	NEED_HERE();
	usdtrun_open(&r, "usdt");
	ck_assert_msg(!usdtrun_attach(&r, "plain", "first"), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(usdtrun_attach(&r, "here:plain", "first"), -EEXIST);
	ck_assert_str_eq(rawbpf_errmsg(r.b),
		"program 'first' is attached to probe 'here:plain' already: EEXIST");
	ck_assert_int_eq(usdtrun_attach(&r, "here:plain", "tick"), 0);
	here_plain(5, NULL);
	ck_assert_uint_eq(usdtrun_seen(&r, 5), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, USDT_TICK), 1);
	ck_assert_int_eq(
		rawbpf_detach_usdt(r.b, .path = r.exe, .probe = "plain", .fn_name = "first"), 0);
	here_plain(5, NULL);
	ck_assert_uint_eq(usdtrun_seen(&r, 5), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, USDT_TICK), 2);
	ck_assert_int_eq(usdtrun_attach(&r, "plain", "first"), 0);
	ck_assert_uint_eq(r.b->progs[0].copies->copy, 1);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = r.exe, .probe = "odd"), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = r.exe, .probe = "here:plain"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = r.exe, .probe = "here:plain"), -ENOENT);
	ck_assert_str_eq(rawbpf_errmsg(r.b), "no program is at probe 'here:plain': ENOENT");
	usdtrun_close(&r);
}
END_TEST

/* What is there for every process is there for each; what is there for one is not for all. */
START_TEST(all_and_one)
{
	struct usdtrun r = {.no_multi = _i};
	struct rawbpf_usdt *all, *one;

	NEED_HERE();
	usdtrun_open(&r, "usdt");
	ck_assert_msg(!usdtrun_attach(&r, "plain", "first"), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(
		rawbpf_attach_usdt(r.b, .pid = getpid(), .probe = "plain", .fn_name = "first"),
		-EEXIST);
	here_plain(5, NULL);
	ck_assert_uint_eq(usdtrun_seen(&r, 5), 1);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .pid = getpid(), .probe = "plain"), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = r.exe, .probe = "plain"), 0);
	ck_assert_int_eq(
		rawbpf_attach_usdt(r.b, .pid = getpid(), .probe = "plain", .fn_name = "first"), 0);
	ck_assert_int_eq(usdtrun_attach(&r, "plain", "first"), 0);
	here_plain(6, NULL);
	ck_assert_uint_eq(usdtrun_seen(&r, 6), 2);
	rawbpf_free(r.b);

	usdtrun_new(&r, "usdt");
	all = usdtrun_enabled(r.exe, 0, "plain", "first");
	one = usdtrun_enabled(NULL, getpid(), "here:plain", "first");
	ck_assert_msg(!usdtrun_load(&r, all, one), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 1);
	rawbpf_usdt_free(all);
	rawbpf_usdt_free(one);
	usdtrun_close(&r);
}
END_TEST

/* A copy of a program whose section is for links of other kinds goes by events as well. */
START_TEST(any_section_by_events)
{
	static const char *const sections[] = {"kprobe.session", "kprobe.multi", "uprobe.multi"};
	struct usdtrun r = {.no_multi = true};

	NEED_HERE();
	usdtrun_open(&r, sections[_i]);
	ck_assert_msg(!usdtrun_attach(&r, "plain", "first"), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.events, 1);
	here_plain(9, NULL);
	ck_assert_uint_eq(usdtrun_seen(&r, 9), 1);
	usdtrun_close(&r);
}
END_TEST

START_TEST(by_section)
{
	char section[4200];
	struct usdtrun r = {.b = NULL};
	ssize_t n;

	NEED_HERE();
	n = readlink("/proc/self/exe", r.exe, sizeof(r.exe) - 1);
	ck_assert_int_gt(n, 0);
	snprintf(section, sizeof(section), "usdt/%.*s:here:odd", (int)n, r.exe);
	usdtrun_open(&r, section);
	ck_assert_int_eq(rawbpf_attach_all(r.b), -EOPNOTSUPP); /* "first" reads the float */
	ck_assert_msg(strstr(rawbpf_errmsg(r.b), "xmm0") || strstr(rawbpf_errmsg(r.b), "d0"), "%s",
		rawbpf_errmsg(r.b));
	usdtrun_close(&r);
	snprintf(section, sizeof(section), "usdt/%.*s:here:plain", (int)n, r.exe);
	usdtrun_open(&r, section);
	ck_assert_msg(!rawbpf_attach_all(r.b), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 1);
	here_plain(8, NULL);
	ck_assert_uint_eq(usdtrun_seen(&r, 8), 1);
	usdtrun_close(&r);
	usdtrun_open(&r, section);
	ck_assert_msg(!rawbpf_attach_all(r.b, .pid = getppid()), "%s", rawbpf_errmsg(r.b));
	here_plain(8, NULL);
	ck_assert_uint_eq(usdtrun_total(&r), 0);
	usdtrun_close(&r);
}
END_TEST

/* ---- errors ------------------------------------------------------------------------------- */

START_TEST(refusals)
{
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *u;

	NEED_HERE();
	usdtrun_open(&r, "usdt");
	ck_assert_int_eq(usdtrun_attach(&r, "plain", "frist"), -ENOENT);
	ck_assert_str_eq(rawbpf_errmsg(r.b), "no program 'frist'; did you mean 'first'?: ENOENT");
	ck_assert_int_eq(usdtrun_attach(&r, "plin", "first"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(r.b), "did you mean 'plain'?"));
	ck_assert_int_eq(usdtrun_attach(&r, "odd", "first"), -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strchr(rawbpf_error(r.b)->log, '^'));
	ck_assert_int_eq(usdtrun_attach(&r, "counted", "second"), -ENOENT);
	ck_assert_int_eq(rawbpf_attach_usdt(r.b, .probe = "plain", .fn_name = "first"), -EINVAL);
	ck_assert_int_eq(rawbpf_attach_usdt(r.b, .path = r.exe, .fn_name = "first"), -EINVAL);
	ck_assert_int_eq(rawbpf_attach_usdt(r.b, .path = r.exe, .probe = "plain"), -EINVAL);
	ck_assert_int_eq(
		rawbpf_attach_usdt(r.b, .path = "/no/such", .probe = "plain", .fn_name = "first"),
		-ENOENT);
	/* what reads operands is for such probes only */
	ck_assert_int_eq(
		rawbpf_attach_uprobe(r.b, .name = r.exe, .sym = "main", .fn_name = "first"),
		-EINVAL);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(r.b), "reads operands of a usdt probe"));
	ck_assert_int_eq(rawbpf_prog_fd(r.b, "first"), -ENOENT);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	rawbpf_free(r.b);

	usdtrun_new(&r, "usdt");
	u = usdtrun_enabled(r.exe, 0, "plain", "nobody");
	ck_assert_int_eq(usdtrun_load(&r, u, NULL), -ENOENT);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(r.b), "no program 'nobody'"));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	rawbpf_usdt_free(u);
	u = usdtrun_enabled("/no/such", 0, NULL, NULL);
	ck_assert_int_eq(usdtrun_load(&r, u, NULL), -ENOENT);
	ck_assert_str_eq(rawbpf_errmsg(r.b), rawbpf_usdt_errmsg(u));
	ck_assert_int_eq(usdtrun_load(&r, NULL, NULL), -ENOMEM);
	rawbpf_usdt_free(u);
	/* and then it loads */
	u = usdtrun_enabled(r.exe, 0, "plain", "first");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* A process that ended between reading its probes and attaching; _i: nobody has waited for it. */
START_TEST(process_ended)
{
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *u;
	siginfo_t info;
	char text[64];
	pid_t pid;

	NEED_HERE();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid)
		for (;;)
			pause();
	usdtrun_new(&r, "usdt");
	u = usdtrun_enabled(NULL, pid, "plain", "first");
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	if (!_i)
		waitpid(pid, NULL, 0);
	ck_assert_int_eq(usdtrun_load(&r, u, NULL), -ESRCH);
	snprintf(text, sizeof(text), "no process %d; it has ended since", (int)pid);
	ck_assert_msg(strstr(rawbpf_errmsg(r.b), text), "%s", rawbpf_errmsg(r.b));
	if (_i)
		waitpid(pid, NULL, 0);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* A file that was replaced between reading its probes and attaching; or removed (_i). */
enum { REPLACED_MOVED, REPLACED_ANEW, REPLACED_IN_PLACE, REPLACED_BY_NONE, REPLACED_N };

START_TEST(replaced)
{
	bool gone;
	char path[] = "/tmp/rawbpf-usdt-XXXXXX", other[64];
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *u;
	int fd = mkstemp(path);

	NEED_HERE();
	close(fd);
	usdtrun_copy_self(path);
	usdtrun_new(&r, "usdt");
	u = usdtrun_enabled(path, 0, "plain", "first");
	snprintf(other, sizeof(other), "%s.new", path);
	switch (_i) {
	case REPLACED_MOVED:
		usdtrun_copy_self(other);
		ck_assert_int_eq(rename(other, path), 0);
		break;
	case REPLACED_ANEW: /* the inode number is the old one's on many file systems */
		ck_assert_int_eq(unlink(path), 0);
		usdtrun_copy_self(path);
		break;
	case REPLACED_IN_PLACE: usdtrun_copy_self(path); break;
	case REPLACED_BY_NONE: ck_assert_int_eq(unlink(path), 0); break;
	}
	gone = _i == REPLACED_BY_NONE;
	ck_assert_int_eq(usdtrun_load(&r, u, NULL), gone ? -ENOENT : -ESTALE);
	ck_assert_msg(strstr(rawbpf_errmsg(r.b),
			      gone ? "cannot be found" : "was changed or replaced after"),
		"%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
	unlink(path);
}
END_TEST

/* A file of a CPU that nothing here runs as: the kernel would take its place for one to wait at. */
START_TEST(other_machine)
{
	struct t_note *m = t_note_new(64, false, 243 /* RISC-V */, 3);
	char path[] = "/tmp/rawbpf-usdt-XXXXXX";
	struct usdtrun r = {.b = NULL};
	int fd = mkstemp(path);
	struct rawbpf_usdt *u;

	NEED_HERE();
	t_note_add(m, 0, (const uint64_t[]){0x400010, 0, 0}, "here", "plain", "");
	t_note_make(m);
	ck_assert_int_eq(write(fd, m->file, m->len), (ssize_t)m->len);
	close(fd);
	usdtrun_new(&r, "usdt");
	u = usdtrun_enabled(path, 0, "plain", "f");
	snprintf(r.text, sizeof(r.text), ".prog f \"usdt\"\nreturn 0\n");
	ck_assert_int_eq(usdtrun_load(&r, u, NULL), -ENOEXEC);
	ck_assert_msg(strstr(rawbpf_errmsg(r.b), "' is a 64-bit file for machine 243, whose "
						 "programs do not run under a kernel for "),
		"%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
	unlink(path);
	free(m);
}
END_TEST

/* A program of another type, and one that is for no probe but reads operands. */
START_TEST(wrong_type)
{
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *u;

	NEED_HERE();
	usdtrun_new(&r, "usdt");
	u = usdtrun_enabled(r.exe, 0, "plain", "f");
	snprintf(r.text, sizeof(r.text), ".license \"GPL\"\n.prog f \"perf_event\"\nreturn 0\n");
	ck_assert_int_eq(usdtrun_load(&r, u, NULL), -EINVAL);
	ck_assert_str_eq(rawbpf_errmsg(r.b),
		"program 'f' (section 'perf_event') is not for probes; name its section 'usdt': "
		"EINVAL");
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* What came of "first" when each program was loaded for itself. */
static int usdtrun_first(void *arg, const struct rawbpf_prog_info *p)
{
	if (!strcmp(p->name, "first"))
		*(struct rawbpf_prog_info *)arg = *p;
	return 0;
}

/*
 * Loaded one by one, nothing attached: with the operands of its section's probe, with one that cannot
 * be read, without the probe, without a place.
 */
START_TEST(each_for_itself)
{
	static const struct {
		const char *place;
		int err;
		const char *why;
	} rows[] = {
		{"/proc/self/exe:here:plain", 0, NULL},
		{"/proc/self/exe:here:odd", -EOPNOTSUPP, "operand 1"},
		{"/proc/self/exe:here:nowhere", 0, "no probe 'here:nowhere'"},
		{"/no/such:here:plain", 0, "'/no/such'"},
		{"/proc/self/exe", -EINVAL, "names no place"},
		{"", 0, "reads operands of a usdt probe"},
	};
	struct rawbpf_prog_info info;
	struct usdtrun r = {.b = NULL};
	char section[100];

	NEED_HERE();
	snprintf(section, sizeof(section), "usdt%s%s", *rows[_i].place ? "/" : "", rows[_i].place);
	usdtrun_new(&r, section);
	ck_assert_msg(!rawbpf_load(r.b, .text = r.text, .each = true), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_ge(rawbpf_each_prog(r.b, usdtrun_first, &info), 0);
	ck_assert_msg(info.err == rows[_i].err, "%d: %s", info.err, info.error);
	ck_assert_int_eq(info.fd >= 0, !rows[_i].why);
	if (rows[_i].why)
		ck_assert_msg(strstr(info.error, rows[_i].why), "%s", info.error);
	else
		ck_assert_ptr_null(info.error);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	usdtrun_close(&r);
}
END_TEST

/*
 * Whatever call fails (_i 0; 2: without such links), or any allocation (1): an error, and nothing is
 * left behind.
 */
START_TEST(failures)
{
	static const char *const probes[] = {"spread", "counted", "plain", NULL};
	struct usdtrun r = {.no_multi = _i == 2};
	struct rawbpf_usdt *u;
	int err = -1, fds;
	unsigned i;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	u = usdtrun_several(r.exe, probes, "first");
	fds = t_count_fds();
	for (i = 1; i < 20000; i++) {
		r.n = 0;
		r.fail_at = _i == 1 ? 0 : i;
		if (_i == 1)
			t_fail_alloc_at(i);
		err = usdtrun_load(&r, u, NULL);
		if (_i == 1 ? !t_alloc_failed() : r.n < i)
			break;
		r.fail_at = 0;
		ck_assert_int_eq(rawbpf_error(r.b)->err != 0, err != 0);
		if (err)
			ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
		rawbpf_free(r.b);
		ck_assert_uint_eq(here_spread_semaphore, 0);
		ck_assert_uint_eq(here_counted_semaphore, 0);
		ck_assert_int_eq(t_count_fds(), fds);
		r.b = rawbpf_new();
		rawbpf_set_hook(r.b, usdtrun_call, &r);
	}
	r.fail_at = 0;
	ck_assert_int_eq(err, 0);
	ck_assert_int_gt(i, 10);
	ck_assert_uint_eq(here_spread_semaphore, 3);
	ck_assert_uint_eq(here_counted_semaphore, 1);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

Suite *suite_usdt(void);
Suite *suite_usdt(void)
{
	Suite *s = suite_create("usdt");
	TCase *t = tcase_create("live");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, context_counts_exactly, 0, 2);
	tcase_add_loop_test(t, one_copy_for_all, 0, 2);
	tcase_add_loop_test(t, own_operands, 0, 2);
	tcase_add_test(t, other_operands);
	tcase_add_test(t, two_contexts);
	tcase_add_loop_test(t, one_link_for_probes, 0, 2);
	tcase_add_loop_test(t, two_programs, 0, 2);
	tcase_add_test(t, one_of_several_fails);
	tcase_add_loop_test(t, one_process, 0, 2);
	tcase_add_test(t, by_name);
	tcase_add_loop_test(t, all_and_one, 0, 2);
	tcase_add_loop_test(t, any_section_by_events, 0, 3);
	tcase_add_test(t, by_section);
	tcase_add_test(t, refusals);
	tcase_add_test(t, other_machine);
	tcase_add_test(t, wrong_type);
	tcase_add_loop_test(t, process_ended, 0, 2);
	tcase_add_loop_test(t, replaced, 0, REPLACED_N);
	tcase_add_loop_test(t, each_for_itself, 0, 6);
	tcase_add_loop_test(t, failures, 0, 3);
	suite_add_tcase(s, t);
	return s;
}
