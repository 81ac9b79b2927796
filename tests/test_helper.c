// SPDX-License-Identifier: MIT
/* test_helper.c - the table of helper functions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "insn.h"
#include "ir.h"
#include "rawbpf_sys.h"
#include "t.h"

Suite *suite_helper(void);

enum { LAST = 211 };

static int by_name(const void *a, const void *b)
{
	const struct helper *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

START_TEST(every_helper_is_found)
{
	const struct helper *sorted[LAST];
	uint32_t id;

	for (id = 1; id <= LAST; id++) {
		const struct helper *h = helper_by_id(id);

		ck_assert_ptr_nonnull(h);
		ck_assert_uint_eq(h->id, id);
		sorted[id - 1] = h;
	}
	qsort(sorted, LAST, sizeof(sorted[0]), by_name);
	for (id = 0; id < LAST; id++)
		if (helper_find(sorted[id]->name, strlen(sorted[id]->name)) != sorted[id]) {
			/* the list that helper_sorted should hold */
			for (id = 0; id < LAST; id++)
				printf("%u,%s", sorted[id]->id, id % 16 == 15 ? "\n" : " ");
			ck_abort_msg("helper_sorted is out of order");
		}
}
END_TEST

START_TEST(facts)
{
	const struct helper *h = helper_find("bpf_probe_read_user_str(", 23);

	ck_assert_ptr_nonnull(h);
	ck_assert_uint_eq(h->id, 114);
	ck_assert_uint_eq(h->n_args, 3);
	ck_assert_uint_eq(h->min_args, 3);
	ck_assert(h->gpl_only);
	ck_assert_uint_eq(h->kernel, 5 << 16 | 5 << 8);
	h = helper_by_id(6);
	ck_assert_str_eq(h->name, "bpf_trace_printk");
	ck_assert_uint_eq(h->min_args, 2);
	ck_assert_uint_eq(h->n_args, 5);
	h = helper_by_id(1);
	ck_assert(!h->gpl_only);
	ck_assert_uint_eq(h->kernel, 3 << 16 | 19 << 8);
}
END_TEST

/* Those that came late in a release's time: the first release whose <linux/bpf.h> has them. */
START_TEST(versions)
{
	static const struct {
		const char *name;
		unsigned major, minor;
	} rows[] = {{"bpf_msg_push_data", 4, 20}, {"bpf_msg_pop_data", 5, 0},
		{"bpf_get_listener_sock", 5, 1}, {"bpf_send_signal", 5, 3},
		{"bpf_tcp_gen_syncookie", 5, 4}, {"bpf_probe_read_kernel_str", 5, 5},
		{"bpf_tcp_send_ack", 5, 6}, {"bpf_send_signal_thread", 5, 6},
		{"bpf_jiffies64", 5, 6}, {"bpf_read_branch_records", 5, 7},
		{"bpf_get_ns_current_pid_tgid", 5, 7}, {"bpf_sk_assign", 5, 7},
		{"bpf_csum_level", 5, 8}, {"bpf_redirect_peer", 5, 10}, {"bpf_get_retval", 5, 18},
		{"bpf_dynptr_data", 5, 19}};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(helper_find(rows[i].name, strlen(rows[i].name))->kernel ==
				      (rows[i].major << 16 | rows[i].minor << 8),
			"%s", rows[i].name);
}
END_TEST

START_TEST(versions_never_fall)
{
	uint32_t id, last = 0;

	for (id = 1; id <= LAST; id++) {
		ck_assert_uint_ge(helper_by_id(id)->kernel, last);
		last = helper_by_id(id)->kernel;
		ck_assert_uint_le(helper_by_id(id)->n_args, 5);
	}
}
END_TEST

START_TEST(unknown_names)
{
	ck_assert_ptr_null(helper_by_id(0));
	ck_assert_ptr_null(helper_by_id(LAST + 1));
	ck_assert_ptr_null(helper_find("", 0));
	ck_assert_ptr_null(helper_find("bpf_map_lookup_ele", 18));
	ck_assert_ptr_null(helper_find("bpf_map_lookup_elem_", 20));
	ck_assert_ptr_null(helper_find("bpf_map_lookup_elem\0", 20));
	ck_assert_ptr_null(helper_find("zzz", 3));
}
END_TEST

/* The kernel's log of a program that calls a helper without arguments; NULL: it is loaded. */
static const char *call_log(enum rawbpf_prog_type type, uint32_t id, const char *license)
{
	static char log[1 << 14];
	const struct ir_insn in[] = {
		{INSN_CALL_K, 0, 0, 0, (int32_t)id}, {0xb7, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
	unsigned char bytes[sizeof(in) / sizeof(in[0]) * 8];
	const uint16_t one = 1;
	union rawbpf_attr a;
	long fd;

	encode_insns(in, 3, !*(const unsigned char *)&one, bytes);
	memset(&a, 0, sizeof(a));
	a.prog.prog_type = type;
	a.prog.insns = (uintptr_t)bytes;
	a.prog.insn_cnt = 3;
	a.prog.license = (uintptr_t)license;
	a.prog.log_level = 1;
	a.prog.log_buf = (uintptr_t)log;
	a.prog.log_size = sizeof(log);
	/* raw tracepoints and system call programs may sleep only when they say so */
	a.prog.prog_flags = type == RAWBPF_PROG_SYSCALL ? 1 << 4 : 0;
	log[0] = '\0';
	fd = rawbpf_sys_bpf(RAWBPF_PROG_LOAD, &a, sizeof(a.prog));
	if (fd >= 0)
		close((int)fd);
	return fd >= 0 ? NULL : log;
}

/* What the kernel says of the licence: 1 refused for that, 0 not, -1 the helper is not for this type
 * of program. */
static int gpl_verdict(enum rawbpf_prog_type type, uint32_t id)
{
	const char *log = call_log(type, id, "MIT");

	if (log && strstr(log, "GPL"))
		return 1;
	return !log || strstr(log, "R1 ") || strstr(log, "R2 ") || strstr(log, "!read_ok") ? 0 : -1;
}

/* Where a program of some type can call a helper at all, the licence in the table is the kernel's. */
START_TEST(kernel_agrees_on_licences)
{
	static const enum rawbpf_prog_type types[] = {RAWBPF_PROG_SOCKET_FILTER, RAWBPF_PROG_KPROBE,
		RAWBPF_PROG_SCHED_CLS, RAWBPF_PROG_TRACEPOINT, RAWBPF_PROG_XDP,
		RAWBPF_PROG_PERF_EVENT, RAWBPF_PROG_RAW_TRACEPOINT, RAWBPF_PROG_SOCK_OPS,
		RAWBPF_PROG_SK_MSG, RAWBPF_PROG_SK_SKB, RAWBPF_PROG_CGROUP_SYSCTL,
		RAWBPF_PROG_LWT_XMIT, RAWBPF_PROG_SYSCALL};
	uint32_t id, compared = 0;
	size_t i;

	T_NEED_ROOT();
	for (id = 1; id <= LAST; id++) {
		int verdict = -1;

		/* bpf_get_stackid is free for perf events only: what counts is that any type refuses */
		for (i = 0; i < sizeof(types) / sizeof(types[0]) && verdict < 1; i++) {
			int v = gpl_verdict(types[i], id);

			verdict = v > verdict ? v : verdict;
		}
		if (verdict < 0)
			continue;
		ck_assert_msg(verdict == helper_by_id(id)->gpl_only, "%s: kernel says %d",
			helper_by_id(id)->name, verdict);
		compared++;
	}
	ck_assert_uint_gt(compared, 80); /* 88 with Linux 5.10 */
}
END_TEST

Suite *suite_helper(void)
{
	Suite *s = suite_create("helper");
	TCase *t = tcase_create("table"), *live = tcase_create("live");

	tcase_add_test(t, every_helper_is_found);
	tcase_add_test(t, facts);
	tcase_add_test(t, versions);
	tcase_add_test(t, versions_never_fall);
	tcase_add_test(t, unknown_names);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, kernel_agrees_on_licences);
	suite_add_tcase(s, live);
	return s;
}
