// SPDX-License-Identifier: MIT
/*
 * test_usdtmerge.c - a probe whose places have operands of their own: one program and one link, and
 * each place reads its own.  Where there is no such link, or the kernel takes no such program, it is
 * a copy and a link for each.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "here.h"
#include "kern.h"
#include "link.h"
#include "t.h"
#include "t_usdtrun.h"
#include "uproad.h"

enum {
	TABLE = HERE_EACH_AT * (HERE_EACH_FIRST + HERE_EACH),
	COOKIE = 174,
};

/* What the probe's places read there. */
static int64_t value_of(int n)
{
	return -70000000000 - n;
}

static void reach_each(const char *text)
{
	unsigned char table[TABLE] = {0};
	int64_t v;
	int n;

	for (n = HERE_EACH_FIRST; n < HERE_EACH_FIRST + HERE_EACH; n++) {
		v = value_of(n);
		memcpy(table + HERE_EACH_AT * n, &v, sizeof(v));
	}
	here_each(table, text);
}

/* Each place's value was seen so often. */
static void saw_each(struct usdtrun *r, uint64_t often)
{
	int n;

	for (n = HERE_EACH_FIRST; n < HERE_EACH_FIRST + HERE_EACH; n++)
		ck_assert_uint_eq(usdtrun_seen(r, value_of(n)), often);
}

/* Has this kernel such links, for all processes or (pid) for one? */
static bool has_links(struct usdtrun *r, pid_t pid)
{
	return !r->no_multi && uproad_may_link(r->b, pid);
}

/* _i 1: without such links */
START_TEST(each_its_own)
{
	struct usdtrun r = {.no_multi = _i};
	unsigned loads;

	NEED_HERE();
	usdtrun_open(&r, "usdt");
	loads = r.loads;
	ck_assert_msg(!usdtrun_attach(&r, "each", "first"), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), HERE_EACH);
	if (has_links(&r, 0)) {
		ck_assert_uint_eq(r.loads - loads, 1);
		ck_assert_uint_eq(r.links, 1);
		ck_assert_uint_eq(r.events, 0);
		ck_assert_uint_eq(usdtrun_links(&r), 1);
	}
	reach_each("");
	reach_each("");
	saw_each(&r, 2);
	ck_assert_uint_eq(usdtrun_total(&r), 2 * HERE_EACH);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), HERE_EACH);
	ck_assert_int_ge(rawbpf_prog_fd(r.b, "first"), 0);
	ck_assert_int_eq(usdtrun_attach(&r, "each", "first"), -EEXIST);
	loads = r.loads;
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = r.exe, .probe = "each"), 0);
	ck_assert_ptr_null(r.b->links);
	reach_each("");
	ck_assert_uint_eq(usdtrun_total(&r), 2 * HERE_EACH);
	if (!has_links(&r, 0)) { /* it takes such kernels long */
		usdtrun_close(&r);
		return;
	}
	/* it is loaded already */
	ck_assert_msg(!usdtrun_attach(&r, "each", "first"), "%s", rawbpf_errmsg(r.b));
	ck_assert_uint_eq(r.loads, loads);
	reach_each("");
	saw_each(&r, 3);
	usdtrun_close(&r);
}
END_TEST

static const char *const several[] = {"each", "plain", "spread", "counted", NULL};
enum { SEVERAL = HERE_EACH + 1 + 3 + 1 };

/* Probes of a context for one program; one of them leaves, and comes back. */
START_TEST(several_probes)
{
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *u;
	unsigned loads;
	int i;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	u = usdtrun_several(r.exe, several, "first");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	rawbpf_usdt_free(u);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), SEVERAL);
	if (has_links(&r, 0)) {
		ck_assert_uint_eq(usdtrun_links(&r), 1);
		ck_assert_uint_eq(r.loads, 2); /* "tick" */
	}
	loads = r.loads;
	for (i = 1; i <= 2; i++) {
		reach_each("");
		here_plain(7, NULL);
		here_spread(100);
		here_counted(9);
		saw_each(&r, (uint64_t)i);
		ck_assert_uint_eq(usdtrun_seen(&r, 7), (uint64_t)i);
		ck_assert_uint_eq(usdtrun_seen(&r, 9), (uint64_t)i);
		/* it was there the first time only */
		ck_assert_uint_eq(usdtrun_seen(&r, 100), 1);
		ck_assert_uint_eq(usdtrun_seen(&r, 101), 1);
		ck_assert_uint_eq(usdtrun_seen(&r, HERE_SPREAD), 1);
		if (i == 1)
			ck_assert_msg(!rawbpf_detach_usdt(r.b, .path = r.exe, .probe = "spread"),
				"%s", rawbpf_errmsg(r.b));
		ck_assert_uint_eq(here_spread_semaphore, 0);
		ck_assert_uint_eq(here_counted_semaphore, 1);
	}
	ck_assert_msg(!usdtrun_attach(&r, "spread", "first"), "%s", rawbpf_errmsg(r.b));
	here_spread(200);
	ck_assert_uint_eq(usdtrun_seen(&r, 200), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, 201), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, HERE_SPREAD), 2);
	ck_assert_uint_eq(r.loads, loads);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = r.exe, .probe = "each"), 0);
	here_plain(7, NULL);
	ck_assert_uint_eq(usdtrun_seen(&r, 7), 3);
	usdtrun_close(&r);
}
END_TEST

START_TEST(one_process)
{
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *u;
	pid_t pid;

	NEED_HERE();
	usdtrun_new(&r, "usdt");
	u = usdtrun_enabled(NULL, getpid(), "here:each", "first");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	rawbpf_usdt_free(u);
	if (has_links(&r, getpid()))
		ck_assert_uint_eq(usdtrun_links(&r), 1);
	pid = fork();
	if (!pid) {
		reach_each("");
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_uint_eq(usdtrun_total(&r), 0);
	reach_each("");
	saw_each(&r, 1);
	usdtrun_close(&r);
}
END_TEST

/* ---- other programs ----------------------------------------------------------------------- */

/* A string and two numbers, through a function, and a callback that is called twice. */
static const char functions[] = ".include \"std.inc\"\n"
				".include \"usdt.inc\"\n"
				".license \"GPL\"\n"
				".map seen hash(u64, u64, 512)\n"
				".prog first \"usdt\"\n"
				".var k: u64\n"
				".var text: char[16]\n"
				"	text = 0\n"
				"	usdt_arg_str text, 3\n"
				"	r6 = usdt_arg(1)\n"
				"	r1 = &text\n"
				"	r7 = *(u64 *)(r1 +0)\n"
				"	r0 = sum(r6, r7)\n"
				"	k = r0\n"
				"	r0 = bpf_loop(2, &again, &k, 0)\n"
				"	map_inc seen, &k\n"
				"	return 0\n"
				".func sum\n"
				"	r0 = r1\n"
				"	r0 += r2\n"
				"	exit\n"
				".func again\n"
				"	r1 = *(u64 *)(r2 +0)\n"
				"	r1 += 1000000\n"
				"	*(u64 *)(r2 +0) = r1\n"
				"	return 0\n";

START_TEST(with_functions)
{
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *u;
	uint64_t text;
	int n;

	OLD_NEED("cmd link_create");
	NEED_HERE();
	usdtrun_new(&r, "usdt");
	snprintf(r.text, sizeof(r.text), "%s", functions);
	u = usdtrun_enabled(r.exe, 0, "each", "first");
	if (!has_links(&r, 0)) {
		rawbpf_usdt_free(u);
		usdtrun_close(&r);
		T_SKIP("the kernel has no uprobe_multi link");
	}
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	rawbpf_usdt_free(u);
	ck_assert_uint_eq(r.loads, 1);
	ck_assert_uint_eq(usdtrun_links(&r), 1);
	reach_each("abcdefg");
	memcpy(&text, "abcdefg", 8);
	for (n = HERE_EACH_FIRST; n < HERE_EACH_FIRST + HERE_EACH; n++)
		ck_assert_uint_eq(usdtrun_seen(&r, value_of(n) + (int64_t)text + 2 * 1000000), 1);
	ck_assert_uint_eq(usdtrun_total(&r), HERE_EACH);
	usdtrun_close(&r);
}
END_TEST

static const char asks[] = ".include \"std.inc\"\n"
			   ".license \"GPL\"\n"
			   ".map seen hash(u64, u64, 512)\n"
			   ".prog first \"usdt\"\n"
			   ".ctx r7\n"
			   ".var k: u64\n"
			   "	r6 = usdt_arg(1)\n"
			   "	r0 = bpf_get_attach_cookie(r7)\n"
			   "	r6 += r0\n"
			   "	k = r6\n"
			   "	map_inc seen, &k\n"
			   "	return 0\n";

/* A program that asks for the cookie itself is told its own: none. */
START_TEST(asks_itself)
{
	struct usdtrun r = {.b = NULL};
	struct rawbpf_usdt *u;

	OLD_NEED("cmd link_create");
	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	if (!has_links(&r, 0)) {
		usdtrun_close(&r);
		T_SKIP("the kernel has no uprobe_multi link");
	}
	snprintf(r.text, sizeof(r.text), "%s", asks);
	u = usdtrun_enabled(r.exe, 0, "spread", "first");
	ck_assert_msg(!usdtrun_load(&r, u, NULL), "%s", rawbpf_errmsg(r.b));
	rawbpf_usdt_free(u);
	ck_assert_uint_eq(usdtrun_links(&r), 3);
	here_spread(5);
	ck_assert_uint_eq(usdtrun_seen(&r, 5), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, 6), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, HERE_SPREAD), 1);
	usdtrun_close(&r);
}
END_TEST

/* ---- refused ------------------------------------------------------------------------------ */

/* The kernel takes no copies as one, so a link each: and it is not asked again. */
struct strict_kernel {
	struct usdtrun *r;
	unsigned refused;
	int err;
};

static long strict_kernel_call(void *arg, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	const struct rawbpf_insn *insns = NULL;
	struct strict_kernel *s = arg;

	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_PROG_LOAD)
		insns = (const struct rawbpf_insn *)(uintptr_t)a->prog.insns;
	if (insns && insns[1].code == 0x85 && insns[1].imm == COOKIE) {
		s->refused++;
		return s->err;
	}
	return usdtrun_call(s->r, c);
}

START_TEST(none_for_the_kernel)
{
	static const int errs[] = {-E2BIG, -EACCES, -EINVAL, -EPERM, -ENOMEM};
	struct usdtrun r = {.b = NULL};
	struct strict_kernel s = {.r = &r, .err = errs[_i]};

	OLD_NEED("cmd link_create");
	NEED_COUNTED();
	usdtrun_open(&r, "usdt");
	if (!has_links(&r, 0)) {
		usdtrun_close(&r);
		T_SKIP("the kernel has no uprobe_multi link");
	}
	rawbpf_set_hook(r.b, strict_kernel_call, &s);
	ck_assert_msg(!usdtrun_attach(&r, "spread", "first"), "%s", rawbpf_errmsg(r.b));
	ck_assert_int_eq(rawbpf_error(r.b)->err, 0);
	ck_assert_uint_ge(s.refused, 1);
	ck_assert_uint_le(s.refused, 2);
	ck_assert_uint_eq(usdtrun_links(&r), 3);
	here_spread(5);
	ck_assert_uint_eq(usdtrun_seen(&r, 5), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, 6), 1);
	ck_assert_uint_eq(usdtrun_seen(&r, HERE_SPREAD), 1);
	ck_assert_int_eq(rawbpf_detach_usdt(r.b, .path = r.exe, .probe = "spread"), 0);
	s.refused = 0;
	ck_assert_msg(!usdtrun_attach(&r, "spread", "first"), "%s", rawbpf_errmsg(r.b));
	/* no memory may be there the next time */
	ck_assert_uint_eq(s.refused, s.err == -ENOMEM);
	usdtrun_close(&r);
}
END_TEST

/* A program that the verifier refuses: the same words, by links and by events (_i). */
START_TEST(refused_as_a_copy)
{
	struct usdtrun r = {.no_multi = _i};
	struct rawbpf_usdt *u;

	NEED_COUNTED();
	usdtrun_new(&r, "usdt");
	snprintf(r.text, sizeof(r.text),
		".license \"GPL\"\n.prog first \"usdt\"\nr6 = usdt_arg(1)\nr0 = *(u64 *)(r6 "
		"+0)\nexit\n");
	u = usdtrun_enabled(r.exe, 0, "spread", "first");
	ck_assert_int_eq(usdtrun_load(&r, u, NULL), -EACCES);
	ck_assert_msg(
		strstr(rawbpf_errmsg(r.b), "prog 'first' rejected at "), "%s", rawbpf_errmsg(r.b));
	ck_assert_ptr_nonnull(rawbpf_error(r.b)->log);
	ck_assert_int_eq(rawbpf_num_open_probes(r.b), 0);
	rawbpf_usdt_free(u);
	usdtrun_close(&r);
}
END_TEST

/* Whatever call fails (_i 0), or any allocation (1): an error, or all is there. */
START_TEST(failures)
{
	struct usdtrun r = {.b = NULL};
	unsigned i, least;
	int err = -1;

	NEED_COUNTED();
	usdtrun_open(&r, "usdt");
	for (i = 1; i < 20000; i++) {
		r.n = 0;
		r.fail_at = _i ? 0 : i;
		if (_i)
			t_fail_alloc_at(i);
		err = usdtrun_attach(&r, "spread", "first");
		if (_i ? !t_alloc_failed() : r.n < i)
			break;
		r.fail_at = 0;
		ck_assert_int_eq(rawbpf_error(r.b)->err != 0, err != 0);
		ck_assert_int_eq(rawbpf_num_open_probes(r.b), err ? 0 : 3);
		least = err ? 0 : 1;
		here_spread(1000 + i);
		ck_assert_uint_eq(usdtrun_seen(&r, 1000 + i), least);
		ck_assert_uint_eq(here_spread_semaphore, least * 3);
		rawbpf_free(r.b);
		r.b = rawbpf_new();
		rawbpf_set_hook(r.b, usdtrun_call, &r);
		ck_assert_int_eq(rawbpf_load(r.b, .text = r.text), 0);
	}
	r.fail_at = 0;
	ck_assert_int_eq(err, 0);
	ck_assert_uint_gt(i, 5);
	usdtrun_close(&r);
}
END_TEST

Suite *suite_usdtmerge(void);
Suite *suite_usdtmerge(void)
{
	Suite *s = suite_create("usdtmerge");
	TCase *t = tcase_create("live");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, each_its_own, 0, 2);
	tcase_add_test(t, several_probes);
	tcase_add_test(t, one_process);
	tcase_add_test(t, with_functions);
	tcase_add_test(t, asks_itself);
	tcase_add_loop_test(t, none_for_the_kernel, 0, 5);
	tcase_add_loop_test(t, refused_as_a_copy, 0, 2);
	tcase_add_loop_test(t, failures, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
