// SPDX-License-Identifier: MIT
/* test_audit.c - calls as lines: exact texts on a kernel of our own, and a run of the real one. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "buf.h"
#include "t.h"

/* Answers each call with the next fd; reads give "8\n". */
struct kernel {
	struct sys sys;
	int next, err; /* err: every call's answer, if not 0 */
	char line[1024];
	unsigned lines;
};

static long answer(void *arg, const struct rawbpf_call *c)
{
	struct kernel *k = arg;

	if (k->err)
		return k->err;
	switch (c->kind) {
	case RAWBPF_CALL_READ: memcpy((void *)c->arg[1], "8\n", 2); return 2;
	case RAWBPF_CALL_WRITE:
	case RAWBPF_CALL_PWRITE: return (long)c->arg[2];
	case RAWBPF_CALL_BPF:
		return c->arg[0] == RAWBPF_MAP_UPDATE_ELEM || c->arg[0] == RAWBPF_MAP_FREEZE
			       ? 0
			       : k->next++;
	case RAWBPF_CALL_IOCTL:
	case RAWBPF_CALL_CLOSE:
	case RAWBPF_CALL_MKDIRAT:
	case RAWBPF_CALL_UNLINKAT:
	case RAWBPF_CALL_FSCONFIG: return 0;
	case RAWBPF_CALL_UNAME: return -ENOSYS;
	default: return k->next++;
	}
}

static void keep(void *arg, const char *line)
{
	struct kernel *k = arg;

	snprintf(k->line, sizeof(k->line), "%s", line);
	k->lines++;
}

static void begin(struct kernel *k, unsigned form)
{
	memset(k, 0, sizeof(*k));
	k->next = 5;
	k->sys.hook = answer;
	k->sys.arg = k;
	ck_assert_int_eq(audit_set(&k->sys, keep, k), 0);
	audit_form(&k->sys, form);
}

/* The last line without its time; "" when there was none since. */
static const char *last(struct kernel *k)
{
	static char line[1024];
	char *time;

	snprintf(line, sizeof(line), "%s", k->line);
	time = strstr(line, "  ");
	if (time && strstr(time, " us"))
		*time = '\0';
	k->line[0] = '\0';
	return line;
}

static int map_create(struct kernel *k, uint32_t type, const char *role)
{
	union rawbpf_attr a = {.map = {.map_type = type,
				       .key_size = 4,
				       .value_size = 4,
				       .max_entries = 2,
				       .map_name = "dist",
				       .map_flags = RAWBPF_F_RDONLY_PROG}};

	return sys_bpf(&k->sys, RAWBPF_MAP_CREATE, &a, sizeof(a.map), role);
}

START_TEST(maps)
{
	uint32_t key = 1, value = 0x01020304;
	union rawbpf_attr a = {.elem = {.key = (uintptr_t)&key, .value = (uintptr_t)&value}};
	struct kernel k;
	int fd;

	begin(&k, 0);
	fd = map_create(&k, RAWBPF_MAP_ARRAY, "map dist");
	ck_assert_int_eq(fd, 5);
	ck_assert_str_eq(last(&k),
		"bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY, key_size=4, value_size=4, "
		"max_entries=2, map_flags=BPF_F_RDONLY_PROG, map_name=\"dist\"}, 80) = 5<map "
		"dist>");
	a.elem.map_fd = (uint32_t)fd;
	ck_assert_int_eq(sys_bpf(&k.sys, RAWBPF_MAP_UPDATE_ELEM, &a, sizeof(a.elem), "dist"), 0);
	if (*(unsigned char *)&key)
		ck_assert_str_eq(last(&k),
			"bpf(BPF_MAP_UPDATE_ELEM, {map_fd=5<map dist>, key=01 00 00 00, "
			"value=04 03 02 01}, 32) = 0");
	/* a value that is a descriptor; a map that failed has none */
	a.elem.map_fd = (uint32_t)map_create(&k, RAWBPF_MAP_PROG_ARRAY, "map jumps");
	value = 5;
	ck_assert_int_eq(sys_bpf(&k.sys, RAWBPF_MAP_UPDATE_ELEM, &a, sizeof(a.elem), "dist"), 0);
	ck_assert_ptr_nonnull(strstr(last(&k), "value=5<map dist>}, 32) = 0"));
	k.err = -EPERM;
	ck_assert_int_eq(map_create(&k, RAWBPF_MAP_ARRAY, "map x"), -EPERM);
	ck_assert_ptr_nonnull(strstr(last(&k), "}, 80) = -1 EPERM"));
	audit_free(&k.sys);
}
END_TEST

START_TEST(programs)
{
	static const struct rawbpf_insn insns[] = {{0xb7, 0, 0, 0}, {0x95, 0, 0, 0}};
	union rawbpf_attr a = {.prog = {.prog_type = RAWBPF_PROG_KPROBE,
				       .insn_cnt = 2,
				       .insns = (uintptr_t)insns,
				       .license = (uintptr_t) "a\"b",
				       .prog_name = "f"}};
	struct kernel k;

	begin(&k, 0);
	ck_assert_int_eq(sys_bpf(&k.sys, RAWBPF_PROG_LOAD, &a, sizeof(a.prog), "prog f"), 5);
	ck_assert_str_eq(last(&k),
		"bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_KPROBE, insn_cnt=2, insns=[2 insns, "
		"tag a04f5eef06a7f555], license=\"a\\\"b\", prog_name=\"f\"}, 152) = 5<prog f>");
	/* what an older kernel's shorter attribute does not have is not read */
	a.prog.line_info_cnt = 7;
	ck_assert_int_eq(sys_bpf(&k.sys, RAWBPF_PROG_LOAD, &a, 48, "prog f"), 6);
	ck_assert_ptr_null(strstr(k.line, "line_info"));
	ck_assert_int_eq(sys_ioctl(&k.sys, 6, RAWBPF_PERF_IOC_SET_BPF, 5, NULL), 0);
	ck_assert_str_eq(last(&k), "ioctl(6<prog f>, PERF_EVENT_IOC_SET_BPF, 5<prog f>) = 0");
	audit_free(&k.sys);
}
END_TEST

/* The number of a unit is learnt from the library's own look into its file. */
START_TEST(perf_events)
{
	struct rawbpf_perf_attr p = {.type = 8,
		.size = sizeof(p),
		.config1 = (uintptr_t) "/lib/libc.so.6",
		.config2 = 0x1234};
	struct kernel k;
	char type[16];

	begin(&k, 0);
	ck_assert_int_eq(sys_read_line(&k.sys, AT_FDCWD,
				 "/sys/bus/event_source/devices/uprobe/type", type, sizeof(type)),
		0);
	ck_assert_uint_eq(k.lines, 0);
	ck_assert_int_eq(sys_perf_event_open(&k.sys, &p, -1, 0, "uprobe c:strlen"), 6);
	ck_assert_str_eq(last(&k),
		"perf_event_open({type=8<uprobe>, size=112, config1=\"/lib/libc.so.6\", "
		"config2=0x1234}, -1, 0, -1, PERF_FLAG_FD_CLOEXEC) = 6<uprobe c:strlen>");
	audit_form(&k.sys, RAWBPF_AUDIT_STABLE);
	ck_assert_int_eq(sys_perf_event_open(&k.sys, &p, 77, 0, "uprobe c:strlen"), 7);
	ck_assert_str_eq(last(&k),
		"perf_event_open({type=<uprobe>, size=112, config1=\"/lib/libc.so.6\", "
		"config2=0x1234}, PID, 0, -1, PERF_FLAG_FD_CLOEXEC) = <uprobe c:strlen>");
	p = (struct rawbpf_perf_attr){
		.type = RAWBPF_PERF_TYPE_TRACEPOINT, .size = sizeof(p), .config = 314};
	ck_assert_int_eq(sys_perf_event_open(&k.sys, &p, -1, 0, NULL), 8);
	ck_assert_ptr_nonnull(strstr(last(&k), "config=ID}, -1"));
	audit_free(&k.sys);
}
END_TEST

/* Files of tracefs and of a process's memory are shown, others are not. */
START_TEST(files)
{
	struct kernel k;
	uint16_t v = 1;
	int fs, dir, fd;

	begin(&k, RAWBPF_AUDIT_STABLE);
	fs = sys_fsopen(&k.sys, "tracefs");
	ck_assert_str_eq(last(&k), "fsopen(\"tracefs\", FSOPEN_CLOEXEC) = <fs tracefs>");
	ck_assert_int_eq(sys_fsconfig(&k.sys, fs, 6), 0);
	ck_assert_str_eq(
		last(&k), "fsconfig(<fs tracefs>, FSCONFIG_CMD_CREATE, NULL, NULL, 0) = 0");
	dir = sys_fsmount(&k.sys, fs);
	ck_assert_str_eq(last(&k), "fsmount(<fs tracefs>, FSMOUNT_CLOEXEC, 0) = <tracefs>");
	ck_assert_int_eq(sys_mkdirat(&k.sys, dir, "instances/rawbpf_12_345_0", 0700, NULL), 0);
	ck_assert_str_eq(last(&k), "mkdirat(<tracefs>, \"instances/rawbpf_PID_TIME_0\", 0700) = 0");
	fd = sys_openat(&k.sys, dir, "uprobe_events", O_WRONLY | O_APPEND, NULL);
	ck_assert_str_eq(last(&k),
		"openat(<tracefs>, \"uprobe_events\", O_WRONLY|O_APPEND|O_CLOEXEC)"
		" = <uprobe_events>");
	ck_assert_int_eq(sys_write(&k.sys, fd, "-:rawbpf_12_345_0/x\n", 20, NULL), 20);
	ck_assert_str_eq(last(&k), "write(<uprobe_events>, \"-:rawbpf_PID_TIME_0/x\\n\", 20) = 20");
	sys_close(&k.sys, fd);
	fd = sys_openat(&k.sys, AT_FDCWD, "/proc/77/mem", O_RDWR, "usdt semaphore");
	ck_assert_str_eq(last(&k), "openat(AT_FDCWD, \"/proc/PID/mem\", O_RDWR|O_CLOEXEC)"
				   " = <usdt semaphore>");
	ck_assert_int_eq(sys_pwrite(&k.sys, fd, &v, 2, 0x7f00, "usdt semaphore"), 2);
	ck_assert_ptr_nonnull(strstr(last(&k), "pwrite64(<usdt semaphore>, \"\\x"));
	fd = sys_openat(&k.sys, AT_FDCWD, "/etc/ld.so.cache", O_RDONLY, NULL);
	ck_assert_int_eq(sys_write(&k.sys, fd, "x", 1, NULL), 1);
	ck_assert_str_eq(last(&k), "");
	audit_free(&k.sys);
}
END_TEST

START_TEST(json)
{
	struct kernel k;

	begin(&k, RAWBPF_AUDIT_JSON | RAWBPF_AUDIT_STABLE);
	map_create(&k, RAWBPF_MAP_ARRAY, "map dist");
	ck_assert_str_eq(k.line,
		"{\"call\": \"bpf\", \"cmd\": \"BPF_MAP_CREATE\", \"attr\": {\"map_type\": "
		"\"BPF_MAP_TYPE_ARRAY\", \"key_size\": 4, \"value_size\": 4, \"max_entries\": 2, "
		"\"map_flags\": \"BPF_F_RDONLY_PROG\", \"map_name\": \"dist\", \"size\": 80}, "
		"\"role\": \"map dist\", \"result\": \"<map dist>\", \"errno\": null}");
	audit_form(&k.sys, RAWBPF_AUDIT_JSON);
	k.err = -EINVAL;
	map_create(&k, RAWBPF_MAP_ARRAY, NULL);
	ck_assert_ptr_nonnull(strstr(k.line, "{\"n\": 2, \"call\": \"bpf\""));
	ck_assert_ptr_nonnull(
		strstr(k.line, "\"role\": null, \"result\": -1, \"errno\": \"EINVAL\", \"ns\": "));
	audit_free(&k.sys);
}
END_TEST

/* A line may be lost to a lack of memory; no call and no answer is. */
START_TEST(every_allocation_fails)
{
	struct kernel k;
	unsigned n;
	bool failed;
	int fd, fd2;

	for (n = 1;; n++) {
		begin(&k, RAWBPF_AUDIT_STABLE);
		t_fail_alloc_at(n);
		fd = map_create(&k, RAWBPF_MAP_ARRAY, "map dist");
		fd2 = map_create(&k, RAWBPF_MAP_ARRAY, "map other");
		sys_close(&k.sys, fd);
		failed = t_alloc_failed();
		ck_assert_int_eq(fd, 5);
		ck_assert_int_eq(fd2, 6);
		ck_assert_uint_eq(k.lines, 2);
		audit_free(&k.sys);
		if (!failed)
			break;
	}
	ck_assert_uint_gt(n, 2);
}
END_TEST

START_TEST(ended)
{
	struct kernel k;

	begin(&k, 0);
	ck_assert_int_eq(audit_set(&k.sys, NULL, NULL), 0);
	map_create(&k, RAWBPF_MAP_ARRAY, "map dist");
	ck_assert_uint_eq(k.lines, 0);
	ck_assert_int_eq(rawbpf_set_audit(NULL, keep, NULL), -ENOMEM);
	rawbpf_set_audit_form(NULL, 0);
}
END_TEST

/* ---- on the kernel ------------------------------------------------------------------------- */

static void gather(void *arg, const char *line)
{
	buf_puts(arg, line);
	buf_puts(arg, "\n");
}

static int traced(struct buf *lines, unsigned form)
{
	struct rawbpf *b = rawbpf_new();
	int err = rawbpf_set_audit(b, gather, lines);

	rawbpf_set_audit_form(b, form);
	if (!err)
		err = rawbpf_load(
			b, .text = ".license \"GPL\"\n.map calls array(u64, 1)\n"
				   ".prog p \"tracepoint/sched/sched_switch\"\nreturn 0\n");
	if (!err)
		err = rawbpf_attach_all(b);
	ck_assert_msg(!err, "%s", rawbpf_errmsg(b));
	rawbpf_free(b);
	return err;
}

/* Two runs are the same text, and all that was made is told. */
START_TEST(two_runs_compare)
{
	struct buf one = {0}, two = {0};

	T_NEED_ROOT();
	traced(&one, RAWBPF_AUDIT_STABLE);
	traced(&two, RAWBPF_AUDIT_STABLE);
	ck_assert_str_eq(buf_str(&one), buf_str(&two));
	ck_assert_ptr_nonnull(
		strstr(buf_str(&one), "bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY"));
	ck_assert_ptr_nonnull(strstr(buf_str(&one), "bpf(BPF_PROG_LOAD, "));
	ck_assert_ptr_nonnull(strstr(buf_str(&one), "perf_event_open({type=PERF_TYPE_TRACEPOINT"));
	buf_free(&one);
	buf_free(&two);
}
END_TEST

/* ---- the command ---------------------------------------------------------------------------- */

#define RAWBPF TEST_BUILD "/rawbpf "

/* Each subcommand that makes such calls says which; what it prints stays the same. */
START_TEST(subcommands)
{
	static const struct {
		const char *command, *line;
	} rows[] = {
		{"load F", "bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_TRACEPOINT"},
		{"asm F -f hex -o -",
			"openat(<tracefs>, \"events/syscalls/sys_enter_openat/format\""},
		{"syms c strlen",
			"\"/proc/self/mem\", O_RDONLY|O_CLOEXEC) = <read an IFUNC's slots>"},
		{"syms c strlen --why", "\"/proc/self/mem\", O_RDONLY"},
		{"doctor", "bpf(BPF_LINK_CREATE, {prog_fd=<prog of a trial>"},
		{"doctor --reap", "openat(<tracefs>, \"instances\""},
	};
	const char *example = TEST_ROOT "/bpfasm/examples/opensnoop.bpf";
	char *with, *without, *log;
	size_t i;

	T_NEED_ROOT();
	if (t_run(&log, "test -s /lib*/*/libc.so.6"))
		T_SKIP("no libc here whose strlen() is an IFUNC");
	free(log);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		t_run(&without, "f() { " RAWBPF "$*; }; f $(echo '%s' | sed 's,F,%s,')",
			rows[i].command, example);
		t_run(&with,
			"f() { " RAWBPF "$* --audit-stable --audit /dev/fd/3; }; "
			"f $(echo '%s' | sed 's,F,%s,') 3>/dev/null",
			rows[i].command, example);
		t_run(&log,
			"f() { " RAWBPF "$* --audit-stable --audit /dev/fd/3; }; "
			"f $(echo '%s' | sed 's,F,%s,') 3>&1 >/dev/null",
			rows[i].command, example);
		/* what there is to reap comes and goes */
		if (!strstr(rows[i].command, "--reap"))
			ck_assert_str_eq(with, without);
		ck_assert_msg(strstr(log, rows[i].line) != NULL, "%s: %s", rows[i].command, log);
		free(with);
		free(without);
		free(log);
	}
}
END_TEST

Suite *suite_audit(void);
Suite *suite_audit(void)
{
	Suite *s = suite_create("audit");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, maps);
	tcase_add_test(tc, programs);
	tcase_add_test(tc, perf_events);
	tcase_add_test(tc, files);
	tcase_add_test(tc, json);
	tcase_add_test(tc, every_allocation_fails);
	tcase_add_test(tc, ended);
	suite_add_tcase(s, tc);
	tc = tcase_create("live");
	tcase_add_test(tc, two_runs_compare);
	suite_add_tcase(s, tc);
	tc = tcase_create("host");
	tcase_add_test(tc, subcommands);
	suite_add_tcase(s, tc);
	return s;
}
