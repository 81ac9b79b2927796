// SPDX-License-Identifier: MIT
/* test_kprobe_live.c - exactly as many events counted as were made, by each road of this kernel. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kprobe.h"
#include "kprobelist.h"
#include "t_kprobe.h"
#include "tracefs.h"

/* The kernel without its kprobe PMU. */
static long without_pmu(void *arg, const struct rawbpf_call *c)
{
	(void)arg;
	if (c->kind == RAWBPF_CALL_OPENAT && strstr((const char *)c->arg[1], "devices/kprobe"))
		return -ENOENT;
	return rawbpf_call_kernel(c);
}

static void count_both(struct counter *c, const char *event, unsigned maxactive)
{
	ck_assert_msg(!rawbpf_attach_kprobe(&c->b, .event = event, .fn_name = "count0"), "%s",
		rawbpf_errmsg(&c->b));
	ck_assert_msg(!rawbpf_attach_kretprobe(
			      &c->b, .event = event, .fn_name = "count1", .maxactive = maxactive),
		"%s", rawbpf_errmsg(&c->b));
	ck_assert_int_eq(rawbpf_num_open_probes(&c->b), 2);
	counter_events(1000);
	ck_assert_uint_eq(counter_get(c, 0), 1000);
	ck_assert_uint_eq(counter_get(c, 1), 1000);
}

START_TEST(counts_exactly)
{
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	T_NEED_KPROBES(&c);
	counter_events(5);
	count_both(&c, "sys_getpgid", 0);
	ck_assert_int_eq(rawbpf_detach_kprobe(&c.b, .event = "sys_getpgid"), 0);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	ck_assert_uint_eq(counter_get(&c, 1), 1010);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(counts_exactly_by_tracefs)
{
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	T_NEED_KPROBE_FILE(&c);
	rawbpf_set_hook(&c.b, without_pmu, NULL);
	count_both(&c, "getpgid", 0);
	ck_assert_int_eq(t_kprobe_events(&c), 2);
	ck_assert_int_eq(rawbpf_detach_kretprobe(&c.b, .event = "getpgid"), 0);
	ck_assert_int_eq(t_kprobe_events(&c), 1);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 1010);
	ck_assert_uint_eq(counter_get(&c, 1), 1000);
	ck_assert_int_eq(
		rawbpf_attach_kprobe(&c.b, .event = "vfs_raed", .fn_name = "count0"), -ENOENT);
	ck_assert_ptr_nonnull(strstr(c.b.error.msg, "no function 'vfs_raed'"));
	link_close_until(&c.b, NULL);
	ck_assert_int_eq(t_kprobe_events(&c), 0);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(counts_exactly_with_maxactive)
{
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	T_NEED_KPROBE_FILE(&c);
	count_both(&c, "sys_getpgid", 16);
	ck_assert_int_eq(t_kprobe_events(&c), t_kprobe_pmu() ? 1 : 2);
	link_close_until(&c.b, NULL);
	ck_assert_int_eq(t_kprobe_events(&c), 0);
	counter_close(&c);
}
END_TEST

/* a function that only counter_events() calls here, and how far apart its instructions may be */
#if defined(__x86_64__)
#define INSIDE	  "__x64_sys_getpgid"
#define INSN_STEP 1
#elif defined(__aarch64__)
#define INSIDE	  "__arm64_sys_getpgid"
#define INSN_STEP 4
#else
#define INSIDE	  "do_getpgid"
#define INSN_STEP 4
#endif

/*
 * The first instruction inside that takes a probe: on x86 the lengths are unknown, on arm64 the
 * kernel keeps what it may patch to trace the function.
 */
START_TEST(counts_exactly_inside_a_function)
{
	struct counter c;
	uint64_t off;
	int err = -EINVAL;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	T_NEED_KPROBES(&c);
	for (off = 0; off < 24 && (err == -EILSEQ || err == -EINVAL);) {
		off += INSN_STEP;
		err = rawbpf_attach_kprobe(
			&c.b, .event = INSIDE, .event_off = off, .fn_name = "count0");
	}
	ck_assert_msg(!err, "%s", rawbpf_errmsg(&c.b));
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 1);
	counter_events(1000);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	ck_assert_int_eq(
		rawbpf_detach_kprobe(&c.b, .event = INSIDE, .event_off = off + 1), -ENOENT);
	ck_assert_int_eq(rawbpf_detach_kprobe(&c.b, .event = INSIDE, .event_off = off), 0);
	counter_events(10);
	ck_assert_uint_eq(counter_get(&c, 0), 1000);
	counter_close(&c);
}
END_TEST

/* A kernel before Linux 4.12, as far as ".maxactive" goes. */
static long without_maxactive(void *arg, const struct rawbpf_call *c)
{
	struct rawbpf_call changed = *c;
	unsigned *tried = arg;
	char line[256];
	const char *text = (const char *)c->arg[1], *place;
	long n;

	if (c->kind != RAWBPF_CALL_WRITE || strncmp(text, "r16:", 4))
		return rawbpf_call_kernel(c);
	++*tried;
	place = strchr(text, ' ') + 1;
	snprintf(line, sizeof(line), "r:kprobes/r_%.*s_0 %s", (int)strcspn(place, "\n"), place,
		place);
	changed.arg[1] = (uintptr_t)line;
	changed.arg[2] = strlen(line);
	n = rawbpf_call_kernel(&changed);
	return n < 0 ? n : (long)c->arg[2];
}

START_TEST(counts_exactly_before_maxactive)
{
	struct buf text = {0};
	unsigned tried = 0;
	struct counter c;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	T_NEED_KPROBE_FILE(&c);
	rawbpf_set_hook(&c.b, without_maxactive, &tried);
	count_both(&c, "sys_getpgid", 16);
	ck_assert_uint_ge(tried, 1);
	ck_assert_int_eq(
		sys_read_file(&c.b.sys, tracefs_dir(&c.b), "kprobe_events", 1 << 20, &text), 0);
	ck_assert_msg(!strstr(buf_str(&text), "kprobes/r_"), "%s", buf_str(&text));
	buf_free(&text);
	link_close_until(&c.b, NULL);
	ck_assert_int_eq(t_kprobe_events(&c), 0);
	counter_close(&c);
}
END_TEST

START_TEST(counts_exactly_by_section)
{
	static const char *const sections[COUNTER_PROGS] = {
		"ksyscall/getpgid", "kretsyscall/getpgid", "kprobe", "kretprobe"};
	struct counter c;
	uint32_t i;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	T_NEED_KPROBES(&c);
	for (i = 0; i < COUNTER_PROGS; i++)
		c.progs[i].section = sections[i];
	c.progs[2].name = "kprobe__sys_getpgid";
	c.progs[3].name = "kretprobe__sys_getpgid";
	ck_assert_msg(!rawbpf_attach_all(&c.b), "%s", rawbpf_errmsg(&c.b));
	counter_events(300);
	for (i = 0; i < COUNTER_PROGS; i++)
		ck_assert_uint_eq(counter_get(&c, i), 300);
	counter_close(&c);
}
END_TEST

START_TEST(refused_in_words)
{
	static const struct {
		const char *event;
		int err;
		const char *text;
	} rows[] = {
		{"vfs_raed", -ENOENT, "did you mean 'vfs_read'"},
		{"vfs_read+0x100000", -EINVAL, "offset 0x100000 is outside of it"},
		{"no_such_module:vfs_read", -ENOENT, "no module 'no_such_module'"},
		{"0x1000", -EINVAL, "is in no function of the kernel"},
	};
	struct counter c;
	int fds;
	size_t i;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	T_NEED_KPROBES(&c);
	fds = t_count_fds();
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(
			rawbpf_attach_kprobe(&c.b, .event = rows[i].event, .fn_name = "count0"),
			rows[i].err);
		ck_assert_msg(strstr(rawbpf_errmsg(&c.b), rows[i].text), "%s", rawbpf_errmsg(&c.b));
	}
#if defined(__x86_64__) /* where the first instruction is longer than a byte */
	ck_assert_int_eq(
		rawbpf_attach_kprobe(&c.b, .event = "vfs_read+1", .fn_name = "count0"), -EILSEQ);
	ck_assert_ptr_nonnull(strstr(c.b.error.msg, "is not where an instruction begins"));
#endif
	ck_assert_int_eq(t_count_fds(), fds);
	counter_close(&c);
}
END_TEST

/* The first function of the kernel's own list. */
START_TEST(blacklisted_in_words)
{
	struct buf list = {0};
	struct counter c;
	char name[256];
	int err;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	T_NEED_KPROBES(&c);
	err = kprobelist_blacklist(&c.b.sys, &list);
	ck_assert_msg(!err, "%d", err);
	ck_assert_int_eq(sscanf(buf_str(&list), "%*s %255s", name), 1);
	buf_free(&list);
	err = rawbpf_attach_kprobe(&c.b, .event = name, .fn_name = "count0");
	ck_assert_int_eq(err, -EINVAL);
	ck_assert_msg(strstr(c.b.error.msg, "functions never probed"), "%s: %s", name,
		rawbpf_errmsg(&c.b));
	counter_close(&c);
}
END_TEST

static int add_slots(void *arg, const void *key, const void *value)
{
	uint64_t n;

	(void)key;
	memcpy(&n, value, sizeof(n));
	*(uint64_t *)arg += n;
	return 0;
}

/* The example sees every process: at least the reads that were made here. */
START_TEST(example_measures)
{
	struct counter c;
	struct rawbpf *b;
	int i, fd, fds;
	uint64_t n = 0;
	char byte;

	T_NEED_ROOT();
	counter_open(&c, RAWBPF_PROG_KPROBE);
	T_NEED_KPROBES(&c);
	counter_close(&c);
	fds = t_count_fds();
	b = rawbpf_new();
	ck_assert_msg(
		!rawbpf_load(b, .src_file = TEST_ROOT "/bpfasm/examples/vfs_read_latency.bpf"),
		"%s", rawbpf_errmsg(b));
	ck_assert_msg(!rawbpf_attach_all(b), "%s", rawbpf_errmsg(b));
	fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	for (i = 0; i < 500; i++)
		ck_assert_int_eq((int)read(fd, &byte, 1), 1);
	close(fd);
	ck_assert_int_eq(rawbpf_table_each(rawbpf_table(b, "usecs"), add_slots, &n), 0);
	ck_assert_uint_ge(n, 500);
	rawbpf_free(b);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

Suite *suite_kprobe_live(void);
Suite *suite_kprobe_live(void)
{
	Suite *s = suite_create("kprobe_live");
	TCase *t = tcase_create("live");

	tcase_add_test(t, counts_exactly);
	tcase_add_test(t, counts_exactly_by_tracefs);
	tcase_add_test(t, counts_exactly_with_maxactive);
	tcase_add_test(t, counts_exactly_before_maxactive);
	tcase_add_test(t, counts_exactly_inside_a_function);
	tcase_add_test(t, counts_exactly_by_section);
	tcase_add_test(t, refused_in_words);
	tcase_add_test(t, blacklisted_in_words);
	tcase_add_test(t, example_measures);
	suite_add_tcase(s, t);
	return s;
}
