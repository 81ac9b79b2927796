// SPDX-License-Identifier: MIT
/* test_secname.c - sections and names to program types. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "old.h"
#include "rawbpf.h"
#include "secname.h"
#include "t.h"

START_TEST(sections)
{
	static const struct {
		const char *section;
		int type, attach;
		bool sleepable, autoload;
	} rows[] = {
		{"kprobe/vfs_read", RAWBPF_PROG_KPROBE, 0, false, true},
		{"uretprobe/c:strlen", RAWBPF_PROG_KPROBE, 0, false, true},
		{"uprobe", RAWBPF_PROG_KPROBE, 0, false, true},
		{"uprobe.s/c:strlen", RAWBPF_PROG_KPROBE, 0, true, true},
		{"uprobe.multi.s/c:str*", RAWBPF_PROG_KPROBE, RAWBPF_TRACE_UPROBE_MULTI, true,
			true},
		{"?tp/sched/sched_switch", RAWBPF_PROG_TRACEPOINT, 0, false, false},
		{"tracepoint/a/b", RAWBPF_PROG_TRACEPOINT, 0, false, true},
		{"raw_tp.w/x", RAWBPF_PROG_RAW_TRACEPOINT_WRITABLE, 0, false, true},
		{"tp_btf/x", RAWBPF_PROG_TRACING, RAWBPF_TRACE_RAW_TP, false, true},
		{"fexit/x", RAWBPF_PROG_TRACING, RAWBPF_TRACE_FEXIT, false, true},
		{"xdp/devmap", RAWBPF_PROG_XDP, 33, false, true},
		{"xdp/eth0", RAWBPF_PROG_XDP, 37, false, true},
		{"cgroup_skb/egress", RAWBPF_PROG_CGROUP_SKB, 1, false, true},
		{"perf_event", RAWBPF_PROG_PERF_EVENT, 0, false, true},
		{"usdt/PATH:p:n", RAWBPF_PROG_KPROBE, 0, false, true},
		{"socket", RAWBPF_PROG_SOCKET_FILTER, 0, false, true},
		{"syscall", RAWBPF_PROG_SYSCALL, 0, true, true},
		{"?syscall.s", RAWBPF_PROG_SYSCALL, 0, true, false},
		{"iter/task", RAWBPF_PROG_TRACING, RAWBPF_TRACE_ITER, false, true},
		{"iter.s/task", RAWBPF_PROG_TRACING, RAWBPF_TRACE_ITER, true, true},
	};
	struct rawbpf_error e;
	struct secname s;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_msg(!secname_parse(rows[i].section, "f", &s, &e), "%s", e.msg);
		ck_assert_int_eq(s.type, rows[i].type);
		ck_assert_int_eq(s.attach_type, rows[i].attach);
		ck_assert_int_eq(s.sleepable, rows[i].sleepable);
		ck_assert_int_eq(s.autoload, rows[i].autoload);
	}
}
END_TEST

START_TEST(bcc_names)
{
	struct secname s;

	ck_assert_int_eq(secname_parse(".bpf.fn", "kretprobe__vfs_read", &s, NULL), 0);
	ck_assert_int_eq(s.type, RAWBPF_PROG_KPROBE);
	ck_assert_int_eq(secname_parse("x", "tracepoint__sched__sched_switch", &s, NULL), 0);
	ck_assert_int_eq(s.type, RAWBPF_PROG_TRACEPOINT);
	ck_assert_int_eq(secname_parse("x", "kfunc__vmlinux__f", &s, NULL), 0);
	ck_assert_int_eq(s.attach_type, RAWBPF_TRACE_FENTRY);
	ck_assert_int_eq(secname_parse("x", "kmod_ret__security_file_open", &s, NULL), 0);
	ck_assert_int_eq(s.type, RAWBPF_PROG_TRACING);
	ck_assert_int_eq(s.attach_type, RAWBPF_MODIFY_RETURN);
	ck_assert_int_eq(secname_parse("x", "kprobe_x", &s, NULL), -EINVAL);
}
END_TEST

START_TEST(unknown)
{
	struct rawbpf_error e;
	struct secname s;

	ck_assert_int_eq(secname_parse("uretprob/c:strlen", "count", &s, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "program 'count': section 'uretprob/c:strlen'"));
	ck_assert_ptr_nonnull(strstr(e.hint, "'uretprobe'"));
	ck_assert_int_eq(secname_parse("kprobes", "f", &s, &e), -EINVAL);
	ck_assert_int_eq(secname_parse("perf_event.s", "f", &s, &e), -EINVAL);
	ck_assert_int_eq(secname_parse("", "f", &s, &e), -EINVAL);
	ck_assert_ptr_nonnull(e.hint);
}
END_TEST

START_TEST(type_names)
{
	ck_assert_str_eq(secname_type(RAWBPF_PROG_KPROBE), "kprobe");
	ck_assert_str_eq(secname_type(RAWBPF_PROG_NETFILTER), "netfilter");
	ck_assert_str_eq(secname_type((enum rawbpf_prog_type)1000), "unknown");
}
END_TEST

START_TEST(struct_ops)
{
	struct rawbpf_error e = {0};
	struct secname s;

	ck_assert_int_eq(secname_parse("struct_ops.s/ssthresh", "f", &s, &e), -EOPNOTSUPP);
	ck_assert_str_eq(e.msg, "program 'f': section 'struct_ops.s/ssthresh': a function of a "
				"struct_ops map, which rawbpf does not make: EOPNOTSUPP");
	ck_assert_str_eq(e.hint, "load the object with 'bpftool struct_ops register'");
	err_clear(&e);
}
END_TEST

/* Sections whose attach type the kernel checks when it loads, and since when there is one. */
START_TEST(loads_here)
{
	static const struct {
		unsigned major, minor;
		const char *section;
	} rows[] = {
		{5, 8, "cgroup/getpeername4"},
		{5, 8, "cgroup/getpeername6"},
		{5, 8, "cgroup/getsockname4"},
		{5, 8, "cgroup/getsockname6"},
		{5, 9, "cgroup/sock_release"},
		{5, 13, "sk_skb/verdict"},
		{6, 6, "tcx/ingress"},
		{6, 6, "tcx/egress"},
		{6, 7, "netkit/primary"},
		{6, 7, "netkit/peer"},
		{6, 7, "cgroup/connect_unix"},
		{6, 7, "cgroup/sendmsg_unix"},
		{6, 7, "cgroup/recvmsg_unix"},
		{6, 7, "cgroup/getpeername_unix"},
		{6, 7, "cgroup/getsockname_unix"},
	};
	unsigned major, minor, i;
	struct utsname u;
	struct rawbpf *b;
	char text[100];
	int err;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	ck_assert_int_eq(uname(&u), 0);
	ck_assert_int_eq(sscanf(u.release, "%u.%u", &major, &minor), 2);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (major < rows[i].major || (major == rows[i].major && minor < rows[i].minor))
			continue;
		b = rawbpf_new();
		snprintf(text, sizeof(text), ".license \"GPL\"\n.prog p \"%s\"\nreturn 1\n",
			rows[i].section);
		err = rawbpf_load(b, .text = text);
		ck_assert_msg(!err, "%s: %s", rows[i].section, rawbpf_errmsg(b));
		rawbpf_free(b);
	}
}
END_TEST

Suite *suite_secname(void);
Suite *suite_secname(void)
{
	Suite *s = suite_create("secname");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, sections);
	tcase_add_test(t, bcc_names);
	tcase_add_test(t, unknown);
	tcase_add_test(t, type_names);
	tcase_add_test(t, struct_ops);
	suite_add_tcase(s, t);
	tcase_add_test(live, loads_here);
	suite_add_tcase(s, live);
	return s;
}
