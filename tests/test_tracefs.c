// SPDX-License-Identifier: MIT
/* test_tracefs.c - finding tracefs, events and private instances. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "t.h"
#include "tracefs.h"

/* A kernel that answers some calls in its own way. */
struct fake {
	int fsopen;	       /* not 0: its result */
	int no_statfs;	       /* no path is a tracefs */
	int mkdir_busy;	       /* so many names are taken */
	int rmdir_busy;	       /* so many times the instance is in use */
	const char *refuse;    /* openat of a path with this end fails ... */
	int refuse_err;	       /* ... so */
	const char *mountinfo; /* what the file holds */
	int n_statfs, n_fsopen, n_mkdir, n_rmdir;
	int mountinfo_fd;
	size_t mountinfo_at;
};

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static long fake_open(struct fake *f, const struct rawbpf_call *c)
{
	const char *path = (const char *)c->arg[1];
	long fd;

	if (f->refuse && ends_in(path, f->refuse))
		return f->refuse_err;
	fd = rawbpf_call_kernel(c);
	if (f->mountinfo && !strcmp(path, "/proc/self/mountinfo"))
		f->mountinfo_fd = (int)fd;
	return fd;
}

static long fake_read(struct fake *f, const struct rawbpf_call *c)
{
	size_t n, left;

	if (!f->mountinfo || (int)c->arg[0] != f->mountinfo_fd)
		return rawbpf_call_kernel(c);
	left = strlen(f->mountinfo) - f->mountinfo_at;
	n = c->arg[2] < left ? c->arg[2] : left;
	memcpy((void *)c->arg[1], f->mountinfo + f->mountinfo_at, n);
	f->mountinfo_at += n;
	return (long)n;
}

static long fake_call(void *arg, const struct rawbpf_call *c)
{
	struct fake *f = arg;

	switch (c->kind) {
	case RAWBPF_CALL_STATFS:
		f->n_statfs++;
		return f->no_statfs ? -ENOENT : rawbpf_call_kernel(c);
	case RAWBPF_CALL_FSOPEN:
		f->n_fsopen++;
		return f->fsopen ? f->fsopen : rawbpf_call_kernel(c);
	case RAWBPF_CALL_MKDIRAT:
		return f->n_mkdir++ < f->mkdir_busy ? -EEXIST : rawbpf_call_kernel(c);
	case RAWBPF_CALL_UNLINKAT:
		return f->n_rmdir++ < f->rmdir_busy ? -EBUSY : rawbpf_call_kernel(c);
	case RAWBPF_CALL_OPENAT: return fake_open(f, c);
	case RAWBPF_CALL_READ: return fake_read(f, c);
	default: return rawbpf_call_kernel(c);
	}
}

static void fake_setup(struct rawbpf *b, struct fake *f)
{
	memset(b, 0, sizeof(*b));
	b->sys.hook = fake_call;
	b->sys.arg = f;
	f->mountinfo_fd = -1;
}

/* Instances whose name is ours. */
static int count_instances(struct rawbpf *b)
{
	char buf[4096], name[64];
	int fd, n = 0;
	ssize_t got, i;

	snprintf(name, sizeof(name), "rawbpf_%d_", getpid());
	fd = openat(tracefs_dir(b), "instances", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	while ((got = sys_getdents(&b->sys, fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < got; i += *(unsigned short *)(buf + i + 16))
			n += !strncmp(buf + i + 19, name, strlen(name));
	close(fd);
	return n;
}

START_TEST(reads_events)
{
	int fds = t_count_fds();
	struct buf text = {0};
	struct rawbpf b = {0};
	uint64_t id = 0;

	T_NEED_ROOT();
	ck_assert_msg(tracefs_dir(&b) >= 0, "%s", b.error.msg);
	ck_assert_int_eq(tracefs_dir(&b), tracefs_dir(&b));
	ck_assert_int_eq(tracefs_event_id(&b, "sched", "sched_switch", &id), 0);
	ck_assert_uint_gt(id, 0);
	ck_assert_int_eq(tracefs_event_format(&b, "sched", "sched_switch", &text), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "field:pid_t next_pid;"));
	buf_free(&text);
	tracefs_free(&b);
	tracefs_free(&b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

static long count_opens(void *arg, const struct rawbpf_call *c)
{
	*(int *)arg += c->kind == RAWBPF_CALL_OPENAT;
	return rawbpf_call_kernel(c);
}

/* A format holds the event's number too: the next to attach need not read it, the one after must. */
START_TEST(format_tells_the_id)
{
	int fds = t_count_fds(), opens = 0;
	struct buf text = {0};
	struct rawbpf b = {0};
	uint64_t want = 0, other = 0, id = 0;

	T_NEED_ROOT();
	ck_assert_int_eq(tracefs_event_id(&b, "sched", "sched_switch", &want), 0);
	ck_assert_int_eq(tracefs_event_format(&b, "sched", "sched_switch", &text), 0);
	buf_free(&text);
	b.sys.hook = count_opens;
	b.sys.arg = &opens;
	ck_assert_int_eq(tracefs_event_id(&b, "sched", "sched_wakeup", &other), 0);
	ck_assert_int_eq(opens, 1);
	ck_assert_uint_ne(other, want);
	ck_assert_int_eq(tracefs_event_id(&b, "sched", "sched_switch", &id), 0);
	ck_assert_int_eq(opens, 1);
	ck_assert_uint_eq(id, want);
	ck_assert_int_eq(tracefs_event_id(&b, "sched", "sched_switch", &id), 0);
	ck_assert_int_eq(opens, 2);
	ck_assert_uint_eq(id, want);
	ck_assert_int_eq(tracefs_event_format(&b, "sched", "sched_switch", &text), 0);
	buf_free(&text);
	tracefs_free(&b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(detached_leaves_mounts)
{
	char *before, *after;
	struct fake f = {.no_statfs = 1};
	int fds = t_count_fds();
	struct rawbpf b;
	uint64_t id;

	T_NEED_ROOT();
	before = t_read_file("/proc/self/mountinfo", NULL);
	fake_setup(&b, &f);
	if (tracefs_dir(&b) == -ENOENT)
		T_SKIP("no fsopen(2)");
	after = t_read_file("/proc/self/mountinfo", NULL);
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(tracefs_event_id(&b, "sched", "sched_switch", &id), 0);
	ck_assert_int_eq(f.n_fsopen, 1);
	ck_assert_int_eq(f.n_statfs, 1);
	tracefs_free(&b);
	ck_assert_int_eq(t_count_fds(), fds);
	free(before);
	free(after);
}
END_TEST

START_TEST(no_road)
{
	static const struct {
		int fsopen, err;
		const char *text;
	} rows[] = {
		{-ENOSYS, -ENOENT, "tracefs is not mounted: ENOENT"},
		{-EPERM, -EPERM, "may not be reached"},
		{-ENODEV, -ENODEV, "this kernel has no tracefs"},
		{-EMFILE, -EMFILE, "tracefs cannot be opened: EMFILE"},
	};
	int fds = t_count_fds();
	struct rawbpf b;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fake f = {.no_statfs = 1, .fsopen = rows[i].fsopen, .mountinfo = "junk\n"};

		fake_setup(&b, &f);
		ck_assert_int_eq(tracefs_dir(&b), rows[i].err);
		ck_assert_msg(strstr(b.error.msg, rows[i].text), "%s", b.error.msg);
		if (rows[i].fsopen == -ENOSYS)
			ck_assert_str_eq(
				b.error.hint, "mount -t tracefs tracefs /sys/kernel/tracing");
		ck_assert_ptr_null(b.tracefs);
	}
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* The mount table is read when nothing else serves; /proc stands in for a tracefs. */
static long fake_proc_tracefs(void *arg, const struct rawbpf_call *c)
{
	if (c->kind == RAWBPF_CALL_STATFS) {
		struct statfs *st = (struct statfs *)c->arg[1];

		if (strcmp((const char *)c->arg[0], "/tmp/a b\\"))
			return -ENOENT;
		memset(st, 0, sizeof(*st));
		st->f_type = 0x74726163;
		return 0;
	}
	if (c->kind == RAWBPF_CALL_OPENAT && !strcmp((const char *)c->arg[1], "/tmp/a b\\"))
		return open("/proc", O_PATH | O_CLOEXEC);
	return fake_call(arg, c);
}

START_TEST(mount_table)
{
	struct fake f = {.fsopen = -EPERM,
		.mountinfo =
			"22 1 0:21 / /proc rw - proc proc rw\n"
			"23 1 0:12 /events /tmp/part rw - tracefs tracefs rw\n"
			"24 1 0:12\n - tracefs \n"
			"25 1 0:12 / /tmp/a\\040b\\134 rw,nosuid shared:9 - tracefs none rw\n"};
	int fds = t_count_fds();
	struct rawbpf b;

	fake_setup(&b, &f);
	b.sys.hook = fake_proc_tracefs;
	ck_assert_msg(tracefs_dir(&b) >= 0, "%s", b.error.msg);
	tracefs_free(&b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(unknown_events)
{
	static const struct {
		const char *category, *event, *msg, *hint;
	} rows[] = {
		{"sched", "sched_swich", "no tracepoint 'sched:sched_swich'", "'sched_switch'"},
		{"shced", "sched_switch", "no category 'shced' of tracepoints", "'sched'"},
		{"sched", "nope", "no tracepoint 'sched:nope'", "category 'sched' has "},
		{"sched", "nope", "no tracepoint 'sched:nope'", ", among them 'sched_"},
		{"sys", "x", "no category 'sys'", "'syscalls'"},
		{"syscalls", "openat", "no tracepoint 'syscalls:openat'", "'sys_enter_openat'"},
		{"nope", "x", "no category 'nope'", "this kernel has "},
		{"", "x", "no category ''", NULL},
		{"sched", "", "no tracepoint 'sched:'", NULL},
		{"..", "sched", "no category '..'", NULL},
		{"sched/sched_switch", "..", "no category 'sched/sched_switch'", NULL},
		{"sched", "../sched/sched_switch", "no tracepoint", NULL},
	};
	int fds = t_count_fds();
	struct rawbpf b = {0};
	struct buf text = {0};
	uint64_t id;
	size_t i;

	T_NEED_ROOT();
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(
			tracefs_event_id(&b, rows[i].category, rows[i].event, &id), -ENOENT);
		ck_assert_msg(strstr(b.error.msg, rows[i].msg), "%s", b.error.msg);
		if (rows[i].hint)
			ck_assert_msg(strstr(b.error.hint, rows[i].hint), "%s", b.error.hint);
		ck_assert_int_eq(
			tracefs_event_format(&b, rows[i].category, rows[i].event, &text), -ENOENT);
	}
	ck_assert_uint_eq(text.len, 0);
	tracefs_free(&b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(kernel_without_events)
{
	struct fake f = {.refuse = "events", .refuse_err = -ENOENT};
	struct rawbpf b;

	T_NEED_ROOT();
	fake_setup(&b, &f);
	ck_assert_int_eq(tracefs_event_id(&b, "shced", "x", &(uint64_t){0}), -ENOENT);
	ck_assert_str_eq(b.error.msg, "this kernel has no tracepoints: ENOENT");
	tracefs_free(&b);
}
END_TEST

START_TEST(closed_to_us)
{
	struct fake f = {.refuse = "/id", .refuse_err = -EACCES};
	struct rawbpf b;
	uint64_t id;

	T_NEED_ROOT();
	fake_setup(&b, &f);
	ck_assert_int_eq(tracefs_event_id(&b, "sched", "sched_switch", &id), -EACCES);
	ck_assert_str_eq(
		b.error.msg, "tracefs file 'events/sched/sched_switch/id' cannot be used: EACCES");
	ck_assert_ptr_nonnull(b.error.hint);
	tracefs_free(&b);
}
END_TEST

START_TEST(instance_lives_and_goes)
{
	struct fake f = {.mkdir_busy = 2, .rmdir_busy = 3};
	int dir, fds = t_count_fds();
	char name[64], on[8];
	struct rawbpf b;

	T_NEED_ROOT();
	fake_setup(&b, &f);
	if (tracefs_instance_make(&b, name, sizeof(name), &dir) == -ENOENT)
		T_SKIP("no bpf_trace_printk event");
	ck_assert_ptr_nonnull(strstr(name, "_2"));
	ck_assert_int_eq(count_instances(&b), 1);
	ck_assert_int_eq(sys_read_line(&b.sys, dir, "events/bpf_trace/bpf_trace_printk/enable", on,
				 sizeof(on)),
		0);
	ck_assert_str_eq(on, "1");
	tracefs_instance_remove(&b, name, dir);
	ck_assert_int_eq(f.n_rmdir, 4);
	ck_assert_int_eq(count_instances(&b), 0);
	tracefs_free(&b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(failed_instance_leaves_nothing)
{
	static const int errs[] = {-ENOENT, -EACCES, -EMFILE};
	int dir, fds = t_count_fds();
	struct rawbpf b;
	char name[64];
	size_t i;

	T_NEED_ROOT();
	for (i = 0; i < sizeof(errs) / sizeof(*errs); i++) {
		struct fake f = {.refuse = "/enable", .refuse_err = errs[i]};

		fake_setup(&b, &f);
		ck_assert_int_eq(tracefs_instance_make(&b, name, sizeof(name), &dir), errs[i]);
		ck_assert_int_eq(dir, -1);
		ck_assert_int_eq(count_instances(&b), 0);
		tracefs_free(&b);
	}
	memset(&b, 0, sizeof(b));
	ck_assert_int_eq(tracefs_instance_make(&b, name, 10, &dir), -ENAMETOOLONG);
	ck_assert_int_eq(count_instances(&b), 0);
	tracefs_free(&b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

Suite *suite_tracefs(void);
Suite *suite_tracefs(void)
{
	Suite *s = suite_create("tracefs");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, no_road);
	tcase_add_test(t, mount_table);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, reads_events);
	tcase_add_test(t, format_tells_the_id);
	tcase_add_test(t, detached_leaves_mounts);
	tcase_add_test(t, unknown_events);
	tcase_add_test(t, kernel_without_events);
	tcase_add_test(t, closed_to_us);
	tcase_add_test(t, instance_lives_and_goes);
	tcase_add_test(t, failed_instance_leaves_nothing);
	suite_add_tcase(s, t);
	return s;
}
