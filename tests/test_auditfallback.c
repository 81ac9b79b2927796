// SPDX-License-Identifier: MIT
/*
 * test_auditfallback.c - the mark fallback(ERRNO): on each line that a kernel which has everything
 * would not have got, and on no other.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "context.h"
#include "fake.h"
#include "kern.h"
#include "kfake.h"
#include "link.h"
#include "t.h"
#include "t_plan.h"

static void gather(void *arg, const char *line)
{
	buf_puts(arg, line);
	buf_puts(arg, "\n");
}

static void watch(struct rawbpf *b, struct buf *lines)
{
	ck_assert_int_eq(rawbpf_set_audit(b, gather, lines), 0);
	rawbpf_set_audit_form(b, RAWBPF_AUDIT_STABLE);
}

/* An object loaded twice over, and two of its programs on an event: what is learnt is used. */
static void load_on(struct fake *f, const char *file, struct buf *lines)
{
	struct rawbpf_perf_attr a = {.type = 1, .size = sizeof(a)};
	struct rawbpf *b = fake_context(f);
	int i, fd;

	watch(b, lines);
	ck_assert_int_eq(fake_load(b, file), 0);
	for (i = 0; i < 2; i++) {
		fd = link_perf_open(b, &a, 0, "event");
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(
			link_perf_event(b, LINK_UPROBE, &b->progs[0], "place", fd, NULL), 0);
	}
	rawbpf_free(b);
	ck_assert(!lines->failed);
}

static void expect_marks(struct buf *plan, struct buf *run, const char *mark)
{
	char *differs = t_plan_differs(buf_str(plan), buf_str(run));

	ck_assert_msg(!*differs, "%.1500s%.2000s", differs, buf_str(run));
	free(differs);
	ck_assert_msg(strstr(buf_str(run), mark) != NULL, "%s: %.3000s", mark, buf_str(run));
	ck_assert_ptr_null(strstr(buf_str(plan), "fallback"));
	buf_free(plan);
	buf_free(run);
}

/* What an older kernel's bpf(2) lacks. */
START_TEST(objects)
{
	const struct {
		struct fake f;
		const char *mark;
	} rows[] = {
		{{.no_names = true}, "fallback(E2BIG)\nbpf("},
		{{.no_btf = true}, "fallback(EINVAL)\nbpf("},
		{{.no_line_info = true}, "= <prog on_open_too> fallback(E2BIG)\n"},
		{{.want_version = true}, "kern_version="},
		{{.no_map_btf = true}, "= <map by_comm> fallback(EINVAL)\n"},
		{{.no_memlock = true}, " fallback(EPERM)\n"},
		{{.prog_again = 2}, " fallback(EAGAIN)\n"},
		{{.no_perf_link = true},
			"ioctl(<event>, PERF_EVENT_IOC_ENABLE, 0) = 0 fallback(EINVAL)\n"},
	};
	struct buf plan = {0}, run = {0};
	struct fake all = {0}, f = rows[_i].f;
	const char *file = f.want_version ? "object/old.bpf.o" : "object/all.bpf.o";

	load_on(&all, file, &plan);
	load_on(&f, file, &run);
	expect_marks(&plan, &run, rows[_i].mark);
}
END_TEST

static const char names[] = "1 T f0\n1 T f1\n1 T f2\n1 T f3\n1 T f4\n1 T f5\n1 T f6\n1 T f7\n"
			    "1 T f8\n1 T f9\n";
static const char listed[] = "f9\nf8\nf7\nf6\nf5\nf4\nf3\nf2\nf1\nf0\n";

static void probe_on(struct kfake *k, struct buf *lines)
{
	const struct rawbpf_kprobe_opts one = {
		.sz = sizeof(one), .event = "f3", .fn_name = "on_call"};
	const struct rawbpf_kprobe_opts many = {
		.sz = sizeof(many), .event_re = "f.*", .fn_name = "on_return"};

	kfake_open(k);
	k->progs[1].attach_type = RAWBPF_TRACE_KPROBE_MULTI;
	k->progs[1].has_other = true; /* as events want it */
	k->progs[1].other_fd = FAKE_FD - 1;
	watch(k->b, lines);
	ck_assert_msg(!rawbpf_attach_kprobe_opts(k->b, &one), "%s", rawbpf_errmsg(k->b));
	ck_assert_msg(!rawbpf_attach_kretprobe_opts(k->b, &many), "%s", rawbpf_errmsg(k->b));
	kfake_close(k);
	ck_assert(!lines->failed);
}

/* ... and what its kprobes are. */
START_TEST(kernel_probes)
{
	const struct {
		struct kfake k;
		const char *mark;
	} rows[] = {
		{{.no_pmu = true}, "= <f3> fallback(ENOENT)\n"},
		{{.pmu_err = -ENODEV}, "\"kprobe_events\", O_WRONLY|O_APPEND|O_CLOEXEC) = "
				       "<kprobe_events> fallback(ENODEV)\n"},
		{{.multi_err = -EINVAL}, " fallback(EINVAL)\n"},
		{{.multi_err = -EINVAL, .no_siblings = true},
			"config=8, config1=\"f4\"}, -1, 0, -1, PERF_FLAG_FD_CLOEXEC) = <f4> "
			"fallback(EINVAL)\n"},
		{{.multi_err = -EOPNOTSUPP, .no_pmu = true}, " fallback(EOPNOTSUPP)\n"},
		{{.f = {.no_perf_link = true}}, " fallback(EINVAL)\n"},
	};
	struct kfake all = {.kallsyms = names, .filter = listed}, k = rows[_i].k;
	struct buf plan = {0}, run = {0};

	k.kallsyms = names;
	k.filter = listed;
	probe_on(&all, &plan);
	probe_on(&k, &run);
	expect_marks(&plan, &run, rows[_i].mark);
}
END_TEST

START_TEST(json)
{
	struct fake f = {.no_names = true};
	struct rawbpf *b = fake_context(&f);
	struct buf lines = {0};

	ck_assert_int_eq(rawbpf_set_audit(b, gather, &lines), 0);
	rawbpf_set_audit_form(b, RAWBPF_AUDIT_STABLE | RAWBPF_AUDIT_JSON);
	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&lines), "\"errno\": \"E2BIG\"}\n"));
	ck_assert_ptr_nonnull(
		strstr(buf_str(&lines), "\"errno\": null, \"fallback\": \"E2BIG\"}\n"));
	rawbpf_free(b);
	buf_free(&lines);
}
END_TEST

/* What the comparison is worth. */
START_TEST(compared)
{
	static const struct {
		const char *plan, *run, *says;
	} rows[] = {
		{"a(1) = 0\nb(2) = 0\n", "a(1) = 0\nb(2) = 0\n", ""},
		{"a(1) = 0\nb(2) = 0\n", "a(1) = 0\n", "not made:   b(2)"},
		{"a(1) = 0\n", "a(1) = 0\nb(2) = 0\n", "not planned: b(2)"},
		{"a(1) = 0\n", "a(1) = 0\nb(2) = 0 fallback(EIO)\n", ""},
		{"a(1) = 0\n", "a(1) = -1 EIO\n", "ended as:   a(1)"},
		{"a(1) = 0\n", "a(1) = -1 EIO\na(2) = 0 fallback(EIO)\n", ""},
		{"a(1) = 0\n", "a(1) = -1 EPERM\na(2) = 0 fallback(EIO)\n", "ended as:   a(1)"},
		{"a(1) = 0\nb(2) = 0\nc(3) = 0\n", "a(1) = 0\nc(3) = 0\n", "not planned: c(3)"},
	};
	char *out;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		out = t_plan_differs(rows[i].plan, rows[i].run);
		ck_assert_msg(!strncmp(out, rows[i].says, strlen(rows[i].says)) &&
				      !*out == !*rows[i].says,
			"%zu: %s", i, out);
		free(out);
	}
}
END_TEST

Suite *suite_auditfallback(void);
Suite *suite_auditfallback(void)
{
	Suite *s = suite_create("auditfallback");
	TCase *tc = tcase_create("unit");

	tcase_add_loop_test(tc, objects, 0, 8);
	tcase_add_loop_test(tc, kernel_probes, 0, 6);
	tcase_add_test(tc, json);
	tcase_add_test(tc, compared);
	suite_add_tcase(s, tc);
	return s;
}
