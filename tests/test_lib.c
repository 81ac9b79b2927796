// SPDX-License-Identifier: MIT
/*
 * test_lib.c - the standard macros, by running them: programs of type raw_tracepoint are called
 * through BPF_PROG_TEST_RUN, with arg1 and arg2 as given (Linux 5.10).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rawbpf.h"
#include "old.h"
#include "rawbpf_sys.h"
#include "t.h"

Suite *suite_lib(void);

static struct rawbpf *b;

static void teardown(void)
{
	rawbpf_free(b);
	b = NULL;
}

static void load(const char *text)
{
	int err;

	b = rawbpf_new();
	err = rawbpf_load(b, .text = text);
	ck_assert_msg(
		!err, "%s\n%s", rawbpf_errmsg(b), rawbpf_error(b)->log ? rawbpf_error(b)->log : "");
}

/* -errno where the kernel does not run it */
static int call(const char *fn, uint64_t arg1, uint64_t arg2, uint32_t *result)
{
	uint64_t args[2] = {arg1, arg2};
	union rawbpf_attr a;
	long err;

	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)rawbpf_prog_fd(b, fn);
	a.test.ctx_in = (uintptr_t)args;
	a.test.ctx_size_in = sizeof(args);
	err = rawbpf_sys_bpf(RAWBPF_PROG_TEST_RUN, &a, 80);
	*result = a.test.retval;
	return (int)err;
}

#define CALL(fn, arg1, arg2, result)                                                    \
	do {                                                                            \
		int call_err = call(fn, arg1, arg2, result);                            \
                                                                                        \
		if (call_err == -EINVAL || call_err == -524)                            \
			T_SKIP("no BPF_PROG_TEST_RUN of raw tracepoints (Linux 5.10)"); \
		ck_assert_int_eq(call_err, 0);                                          \
	} while (0)

/* bcc's functions, as its helpers.h has them in effect */
static unsigned log2_of(uint32_t v)
{
	unsigned n = 0;

	while (v >>= 1)
		n++;
	return n;
}

static unsigned log2l_of(uint64_t v)
{
	return v >> 32 ? log2_of((uint32_t)(v >> 32)) + 33 : log2_of((uint32_t)v) + 1;
}

static const char log2_text[] = ".include \"hist.inc\"\n"
				".prog small \"raw_tp/sys_enter\"\n"
				"r7 = arg1\n"
				"log2 r0, r7\n"
				"exit\n"
				".prog large \"raw_tp/sys_enter\"\n"
				"r7 = arg1\n"
				"log2l r0, r7\n"
				"exit\n";

START_TEST(log2_of_all_powers_and_their_neighbours)
{
	uint32_t got;
	unsigned i;
	int by;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(log2_text);
	for (i = 0; i < 64; i++) {
		for (by = -1; by <= 1; by++) {
			uint64_t v = (1ULL << i) + (uint64_t)by;

			CALL("small", v, 0, &got);
			ck_assert_msg(got == log2_of((uint32_t)v), "log2(%llx) is %u",
				(unsigned long long)v, got);
			CALL("large", v, 0, &got);
			ck_assert_msg(got == log2l_of(v), "log2l(%llx) is %u",
				(unsigned long long)v, got);
		}
	}
	CALL("large", UINT64_MAX, 0, &got);
	ck_assert_uint_eq(got, 64);
}
END_TEST

START_TEST(log2_as_bcc_measured_it)
{
	char *data, *p;
	unsigned long long v;
	unsigned small, large, rows = 0;
	uint32_t got;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	data = t_data("histograms/log2.txt", NULL);
	load(log2_text);
	for (p = data; p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (sscanf(p, "%llu %u %u", &v, &small, &large) != 3)
			continue;
		CALL("small", v, 0, &got);
		ck_assert_msg(got == small, "log2(%llu) is %u, not %u", v, got, small);
		CALL("large", v, 0, &got);
		ck_assert_msg(got == large, "log2l(%llu) is %u, not %u", v, got, large);
		rows++;
	}
	ck_assert_uint_gt(rows, 50);
	free(data);
}
END_TEST

static uint64_t slot(const char *map, uint32_t key)
{
	uint64_t v = 0;

	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, map), &key, &v), 0);
	return v;
}

START_TEST(histograms_count_slots)
{
	struct {
		uint32_t bucket, pad;
		uint64_t slot;
	} key = {7, 0, 0};
	uint64_t v = 0;
	uint32_t r, i;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"hist.inc\"\n.license \"GPL\"\n"
	     ".map dist histogram\n.map lin linear(4)\n.map keyed histogram(u32)\n"
	     ".prog add \"raw_tp/sys_enter\"\n.ctx r6\n.var k: keyed_key\n"
	     "r7 = arg1\nr8 = arg2\nhist_add dist, r7\nlinear_add lin, arg2\n"
	     "k = 0\nk.bucket = r8\nhist_add keyed, r7, k\nreturn 0\n");
	for (i = 0; i < 3; i++)
		CALL("add", 5, 7, &r);
	CALL("add", UINT64_MAX, 3, &r);
	CALL("add", 0, 3, &r);
	ck_assert_uint_eq(slot("dist", 3), 3);
	ck_assert_uint_eq(slot("dist", 64), 1);
	ck_assert_uint_eq(slot("dist", 1), 1);
	ck_assert_uint_eq(slot("dist", 0), 0);
	/* 7 is behind the last slot: not counted */
	ck_assert_uint_eq(slot("lin", 3), 2);
	key.slot = 3;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "keyed"), &key, &v), 0);
	ck_assert_uint_eq(v, 3);
	key.bucket = 3;
	key.slot = 64;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "keyed"), &key, &v), 0);
	ck_assert_uint_eq(v, 1);
	key.slot = 63;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "keyed"), &key, &v), -ENOENT);
}
END_TEST

START_TEST(map_inc_begins_at_zero_and_stops_when_full)
{
	uint64_t key, v = 0;
	uint32_t r;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.license \"GPL\"\n.map m hash(u64, u64, 2)\n"
	     ".prog inc \"raw_tp/sys_enter\"\n.ctx r6\n.var k: u64\n"
	     "r7 = arg1\nk = r7\nr8 = arg2\nmap_inc m, &k, r8\nreturn 0\n");
	CALL("inc", 1, 1, &r);
	CALL("inc", 1, 41, &r);
	CALL("inc", 2, 5, &r);
	CALL("inc", 3, 5, &r);
	key = 1;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "m"), &key, &v), 0);
	ck_assert_uint_eq(v, 42);
	key = 2;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "m"), &key, &v), 0);
	ck_assert_uint_eq(v, 5);
}
END_TEST

START_TEST(who_runs_it)
{
	uint32_t r;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.license \"GPL\"\n"
	     ".prog p \"raw_tp/sys_enter\"\npid r0\nexit\n"
	     ".prog t \"raw_tp/sys_enter\"\ntid r0\nexit\n"
	     ".prog u \"raw_tp/sys_enter\"\nuid r0\nexit\n"
	     ".prog mine \"raw_tp/sys_enter\"\n.ctx r6\nr7 = arg1\nfilter_pid r7\nfilter_tid r7\n"
	     "return 77\n"
	     ".prog name \"raw_tp/sys_enter\"\n.var n: char[16]\ncomm n\n"
	     "r0 = *(u32 *)(r10 -16)\nexit\n");
	CALL("p", 0, 0, &r);
	ck_assert_uint_eq(r, (uint32_t)getpid());
	CALL("t", 0, 0, &r);
	ck_assert_uint_eq(r, (uint32_t)syscall(SYS_gettid));
	CALL("u", 0, 0, &r);
	ck_assert_uint_eq(r, getuid());
	CALL("mine", (uint64_t)getpid(), 0, &r);
	ck_assert_uint_eq(r, 77);
	CALL("mine", (uint64_t)getpid() + 1, 0, &r);
	ck_assert_uint_eq(r, 0);
	ck_assert_int_eq(prctl(PR_SET_NAME, "abcd"), 0);
	CALL("name", 0, 0, &r);
	ck_assert_int_eq(memcmp(&r, "abcd", 4), 0);
}
END_TEST

START_TEST(memory_is_copied)
{
	static const char text[] = "forty-two";
	uint64_t v = 42;
	uint32_t r;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.license \"GPL\"\n"
	     ".prog num \"raw_tp/sys_enter\"\n.var v: u64\nr3 = arg1\n"
	     "probe_read_user &v, sizeof(v), r3\nif r0 != 0 goto .bad\nreturn v\n"
	     ".bad: return 1000\n"
	     ".prog str \"raw_tp/sys_enter\"\n.var s: char[16]\nr3 = arg1\n"
	     "probe_read_user_str &s, sizeof(s), r3\nexit\n"
	     ".prog kern \"raw_tp/sys_enter\"\n.var v: u64\n"
	     "probe_read_kernel &v, 8, \"12345678\"\nif r0 != 0 goto .bad\n"
	     "r1 = v\nr1 >>= 56\nreturn r1\n.bad: return 1000\n"
	     ".prog kstr \"raw_tp/sys_enter\"\n.var s: char[16]\n"
	     "probe_read_kernel_str &s, sizeof(s), \"hello\"\nexit\n");
	CALL("num", (uintptr_t)&v, 0, &r);
	ck_assert_uint_eq(r, 42);
	CALL("num", 8, 0, &r);
	ck_assert_uint_eq(r, 1000);
	CALL("str", (uintptr_t)text, 0, &r);
	ck_assert_uint_eq(r, sizeof(text));
	CALL("kern", 0, 0, &r);
	ck_assert_uint_eq(r, '8');
	CALL("kstr", 0, 0, &r);
	ck_assert_uint_eq(r, 6);
}
END_TEST

START_TEST(latencies_by_thread)
{
	uint64_t key = (uint64_t)getpid() << 32 | (uint32_t)syscall(SYS_gettid), v;
	uint32_t r;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	load(".include \"std.inc\"\n.license \"GPL\"\n.map t hash(u64, u64, 8)\n"
	     ".prog on \"raw_tp/sys_enter\"\ntime_start t\nreturn 0\n"
	     ".prog off \"raw_tp/sys_enter\"\ntime_stop t, r7\nr7 /= 1000\nr7 += 1\nreturn r7\n");
	CALL("off", 0, 0, &r);
	ck_assert_uint_eq(r, 0);
	CALL("on", 0, 0, &r);
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "t"), &key, &v), 0);
	usleep(2000);
	CALL("off", 0, 0, &r);
	ck_assert_uint_ge(r, 2000);
	ck_assert_uint_lt(r, 60 * 1000 * 1000);
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "t"), &key, &v), -ENOENT);
}
END_TEST

/* Read back what the prints and records of these need a reader for: here they load and run. */
START_TEST(output_and_stacks_run)
{
	uint32_t r;

	T_NEED_ROOT();
	OLD_NEED("map ringbuf");
	load(".include \"std.inc\"\n.license \"GPL\"\n"
	     ".map ring ringbuf(4096)\n.map perf perf_event_array\n.map stacks stack_trace(64)\n"
	     ".struct rec\n\tid: u32\n\tname: char[16]\n.end\n"
	     ".prog ring_rec \"raw_tp/sys_enter\"\n.var e: rec\ne = 0\ne.id = 5\n"
	     "ring_output ring, e\nexit\n"
	     ".prog perf_rec \"raw_tp/sys_enter\"\n.ctx r6\n.var e: rec\ne = 0\n"
	     "perf_output perf, e\nr0 = -r0\nexit\n"
	     ".prog stack \"raw_tp/sys_enter\"\n.ctx r6\nstack_id stacks\n"
	     "if r0 s< 0 goto .bad\nreturn 1\n.bad: return 0\n"
	     ".prog print \"raw_tp/sys_enter\"\nprintk \"plain\"\nprintk \"%d %d\", 1, 2\nexit\n");
	CALL("ring_rec", 0, 0, &r);
	ck_assert_uint_eq(r, 0);
	/* nobody has opened the buffer of this CPU */
	CALL("perf_rec", 0, 0, &r);
	ck_assert_uint_eq(r, ENOENT);
	CALL("stack", 0, 0, &r);
	ck_assert_uint_eq(r, 1);
	CALL("print", 0, 0, &r);
	ck_assert_uint_eq(r, 3); /* the bytes of "1 2" */
}
END_TEST

Suite *suite_lib(void)
{
	Suite *s = suite_create("lib");
	TCase *tc = tcase_create("live");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, log2_of_all_powers_and_their_neighbours);
	tcase_add_test(tc, log2_as_bcc_measured_it);
	tcase_add_test(tc, histograms_count_slots);
	tcase_add_test(tc, map_inc_begins_at_zero_and_stops_when_full);
	tcase_add_test(tc, who_runs_it);
	tcase_add_test(tc, memory_is_copied);
	tcase_add_test(tc, latencies_by_thread);
	tcase_add_test(tc, output_and_stacks_run);
	suite_add_tcase(s, tc);
	return s;
}
