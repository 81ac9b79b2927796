// SPDX-License-Identifier: MIT
/* test_link.c - links and the ioctl road; what is closed when. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "counter.h"
#include "fake.h"
#include "kern.h"
#include "link.h"
#include "many.h"
#include "t.h"
#include "old.h"

static struct rawbpf *link_context(struct fake *f)
{
	struct rawbpf *b = fake_context(f);
	size_t len;
	char *p = t_data("object/all.bpf.o", &len);

	ck_assert_int_eq(rawbpf_load(b, .image = p, .image_len = len), 0);
	free(p);
	return b;
}

static int link_one(struct rawbpf *b, struct fake *f, struct link **l)
{
	struct rawbpf_perf_attr attr = {0};
	int fd = sys_perf_event_open(&b->sys, &attr, -1, 0, NULL);

	ck_assert_int_ge(fd, FAKE_FD);
	(void)f;
	return link_perf_event(b, LINK_TRACEPOINT, &b->progs[0], "a:b", fd, l);
}

START_TEST(by_link)
{
	struct fake f = {0};
	struct rawbpf *b = link_context(&f);
	unsigned before = f.n_open, calls = f.n_calls;
	struct link *l, *m;

	ck_assert_int_eq(link_one(b, &f, &l), 0);
	ck_assert_uint_eq(f.n_calls, calls + 2); /* the event, the link: no ENABLE */
	ck_assert_int_ge(l->link_fd, FAKE_FD);
	ck_assert_str_eq(l->place, "a:b");
	ck_assert_int_eq(link_one(b, &f, &m), 0);
	ck_assert_ptr_eq(b->links, m); /* newest first */
	link_close(b, l);
	ck_assert_ptr_eq(b->links, m);
	link_close_until(b, NULL);
	ck_assert_ptr_null(b->links);
	ck_assert_uint_eq(f.n_open, before);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

START_TEST(by_ioctl)
{
	struct fake f = {.no_perf_link = true};
	struct rawbpf *b = link_context(&f);
	struct link *l;

	ck_assert_int_eq(link_one(b, &f, &l), 0);
	ck_assert_int_eq(l->link_fd, -1);
	ck_assert(b->kern->no_perf_link);
	ck_assert_int_eq(link_one(b, &f, NULL), 0);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_LINK_CREATE], 1); /* asked once */
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

START_TEST(refused)
{
	static const int errs[] = {-EPERM, -EBUSY, -ENOMEM, -EEXIST};
	size_t i;

	for (i = 0; i < sizeof(errs) / sizeof(*errs); i++) {
		struct fake f = {0};
		struct rawbpf *b = link_context(&f);
		unsigned before = f.n_open;

		f.fail_at = f.n_calls + 2;
		f.fail_err = errs[i];
		ck_assert_int_eq(link_one(b, &f, NULL), errs[i]);
		ck_assert_uint_eq(f.n_open, before); /* the event is closed too */
		ck_assert_ptr_null(b->links);
		ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "cannot be attached to 'a:b'"));
		rawbpf_free(b);
	}
}
END_TEST

/* A failure that undoes what came before it is what is told. */
START_TEST(undone)
{
	struct fake f = {0};
	struct rawbpf *b = link_context(&f);
	unsigned before = f.n_open;
	struct link *first;

	ck_assert_int_eq(link_one(b, &f, &first), 0);
	ck_assert_int_eq(link_one(b, &f, NULL), 0);
	err_set(&b->error, "attach", -EBUSY, "told");
	link_undo(b, first);
	ck_assert_ptr_eq(b->links, first);
	link_undo(b, first);
	ck_assert_ptr_eq(b->links, first);
	link_undo(b, NULL);
	ck_assert_ptr_null(b->links);
	ck_assert_uint_eq(f.n_open, before);
	ck_assert_str_eq(rawbpf_errmsg(b), "told: EBUSY");
	rawbpf_free(b);
}
END_TEST

/* A process is its number and when it started, where that is known. */
START_TEST(of_process)
{
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);
	struct link l = {.pid = getpid()};
	uint64_t start = link_start(b, getpid());

	ck_assert_uint_gt(start, 0);
	ck_assert_uint_eq(link_start(b, 0), 0);
	ck_assert_uint_eq(link_start(b, INT32_MAX), 0);
	ck_assert(link_is_process(&l, getpid(), start));
	l.start = start;
	ck_assert(link_is_process(&l, getpid(), start));
	ck_assert(link_is_process(&l, getpid(), 0));
	ck_assert(!link_is_process(&l, getpid(), start + 1));
	ck_assert(!link_is_process(&l, getppid(), start));
	ck_assert(!link_is_process(&l, 0, 0));
	rawbpf_free(b);
}
END_TEST

/* Neither road: what the first said is told. */
START_TEST(first_answer)
{
	struct fake f = {.no_perf_link = true};
	struct rawbpf *b = link_context(&f);

	f.fail_at = f.n_calls + 3; /* SET_BPF */
	f.fail_err = -EEXIST;
	ck_assert_int_eq(link_one(b, &f, NULL), -EINVAL);
	ck_assert(!b->kern->no_perf_link);
	rawbpf_free(b);
	ck_assert_uint_eq(f.n_open, 0);
}
END_TEST

/* ---- a machine whose CPU 0 is offline ------------------------------------------------------ */

/* What is asked of CPU 0 is refused, CPU 1 is another that this machine has, or its only one. */
struct offline {
	struct counter c;
	char online[64], exe[4096];
	unsigned refused, opened, asked;
};

static long offline_call(void *arg, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	struct rawbpf_call other = *c;
	struct offline *o = arg;

	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_LINK_CREATE &&
		(a->link.attach_type == RAWBPF_TRACE_UPROBE_MULTI ||
			a->link.attach_type == RAWBPF_TRACE_KPROBE_MULTI))
		return -EINVAL;
	if (c->kind == RAWBPF_CALL_OPENAT &&
		!strcmp((const char *)c->arg[1], "/sys/devices/system/cpu/online")) {
		o->asked++;
		other.arg[1] = (uintptr_t)o->online;
	}
	if (c->kind == RAWBPF_CALL_PERF_EVENT_OPEN && (int)c->arg[2] >= 0) {
		if (!c->arg[2]) {
			o->refused++;
			return -ENODEV;
		}
		ck_assert_uint_eq(c->arg[2], 1);
		o->opened++;
		other.arg[2] = sysconf(_SC_NPROCESSORS_ONLN) > 1;
	}
	return rawbpf_call_kernel(&other);
}

static void offline_open(struct offline *o, enum rawbpf_prog_type type)
{
	int fd = memfd_create("online", 0);
	ssize_t n;

	memset(o, 0, sizeof(*o));
	ck_assert_int_eq(write(fd, "1\n", 2), 2);
	snprintf(o->online, sizeof(o->online), "/proc/self/fd/%d", fd);
	n = readlink("/proc/self/exe", o->exe, sizeof(o->exe) - 1);
	ck_assert_int_gt(n, 0);
	counter_open(&o->c, type);
	rawbpf_set_hook(&o->c.b, offline_call, o);
}

/* So many calls of the kernel were made for what was attached just now. */
static void offline_check(struct offline *o, unsigned no, unsigned yes)
{
	ck_assert_uint_eq(o->refused, no);
	ck_assert_uint_eq(o->opened, yes);
	ck_assert_uint_le(o->asked, 1);
}

START_TEST(offline_tracepoint)
{
	struct offline o;

	T_NEED_ROOT();
	OLD_NEED("two programs on an event");
	offline_open(&o, RAWBPF_PROG_TRACEPOINT);
	ck_assert_msg(!rawbpf_attach_tracepoint(&o.c.b, .tp = COUNTER_EVENT, .fn_name = "count0"),
		"%s", rawbpf_errmsg(&o.c.b));
	offline_check(&o, 1, 1);
	ck_assert_msg(!rawbpf_attach_tracepoint(&o.c.b, .tp = COUNTER_EVENT, .fn_name = "count1"),
		"%s", rawbpf_errmsg(&o.c.b));
	offline_check(&o, 1, 2); /* it is known by now */
	counter_events(50);
	ck_assert_uint_eq(counter_get(&o.c, 0), 50);
	ck_assert_uint_eq(counter_get(&o.c, 1), 50);
	counter_close(&o.c);
}
END_TEST

START_TEST(offline_uprobes)
{
	struct offline o;
	int i;

	T_NEED_ROOT();
	OLD_NEED("several places of an event");
	offline_open(&o, RAWBPF_PROG_KPROBE);
	ck_assert_msg(!rawbpf_attach_uprobe(
			      &o.c.b, .name = o.exe, .sym = "counter_call", .fn_name = "count0"),
		"%s", rawbpf_errmsg(&o.c.b));
	ck_assert_msg(!rawbpf_attach_uprobe(
			      &o.c.b, .name = o.exe, .sym_re = "many_0[0-9]", .fn_name = "count1"),
		"%s", rawbpf_errmsg(&o.c.b));
	offline_check(&o, 1, 2);
	for (i = 0; i < 20; i++)
		counter_call(i);
	many_call(3);
	ck_assert_uint_eq(counter_get(&o.c, 0), 20);
	ck_assert_uint_eq(counter_get(&o.c, 1), 30);
	counter_close(&o.c);
}
END_TEST

/* _i: by an event of tracefs, where maxactive leads */
START_TEST(offline_kprobes)
{
	struct offline o;
	int err;

	T_NEED_ROOT();
	offline_open(&o, RAWBPF_PROG_KPROBE);
	err = rawbpf_attach_kretprobe(
		&o.c.b, .event = "sys_getpgid", .fn_name = "count0", .maxactive = _i ? 64 : 0);
	if (err == -ENODEV && strstr(rawbpf_errmsg(&o.c.b), "has neither")) {
		counter_close(&o.c);
		T_SKIP("no kprobe PMU and no kprobe_events here");
	}
	ck_assert_msg(!err, "%s", rawbpf_errmsg(&o.c.b));
	offline_check(&o, 1, _i ? 1 : 2); /* the PMU has no function of that very name */
	counter_events(50);
	ck_assert_uint_eq(counter_get(&o.c, 0), 50);
	counter_close(&o.c);
}
END_TEST

/* Events of a CPU each are opened for those that are online alone. */
START_TEST(offline_perf_event)
{
	struct offline o;

	T_NEED_ROOT();
	offline_open(&o, RAWBPF_PROG_PERF_EVENT);
	ck_assert_msg(!rawbpf_attach_perf_event(&o.c.b, .ev_type = RAWBPF_PERF_TYPE_SOFTWARE,
			      .sample_freq = 99, .fn_name = "count0"),
		"%s", rawbpf_errmsg(&o.c.b));
	offline_check(&o, 0, 1);
	counter_close(&o.c);
}
END_TEST

/* Who says no for another reason is not asked twice, and the first answer is told. */
START_TEST(no_other_cpu)
{
	struct fake f = {0};
	struct rawbpf *b = link_context(&f);
	struct rawbpf_perf_attr a = {0};
	unsigned calls = f.n_calls;

	f.fail_at = f.n_calls + 1;
	f.fail_err = -EACCES;
	ck_assert_int_eq(link_perf_open(b, &a, 0, "a:b"), -EACCES);
	ck_assert_uint_eq(f.n_calls, calls + 1);
	f.fail_at = f.n_calls + 1;
	f.fail_err = -ENODEV;
	ck_assert_int_eq(link_perf_open(b, &a, 1, "a:b"), -ENODEV);
	f.fail_at = f.n_calls + 1;
	f.fail_err = -EINTR;
	ck_assert_int_ge(link_perf_open(b, &a, 0, "a:b"), FAKE_FD);
	rawbpf_free(b);
}
END_TEST

Suite *suite_link(void);
Suite *suite_link(void)
{
	Suite *s = suite_create("link");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, by_link);
	tcase_add_test(t, by_ioctl);
	tcase_add_test(t, refused);
	tcase_add_test(t, first_answer);
	tcase_add_test(t, undone);
	tcase_add_test(t, of_process);
	tcase_add_test(t, no_other_cpu);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, offline_tracepoint);
	tcase_add_test(t, offline_uprobes);
	tcase_add_loop_test(t, offline_kprobes, 0, 2);
	tcase_add_test(t, offline_perf_event);
	suite_add_tcase(s, t);
	return s;
}
