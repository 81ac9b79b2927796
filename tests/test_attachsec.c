// SPDX-License-Identifier: MIT
/* test_attachsec.c - sections and function names to places. */
#include "attachsec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counter.h"
#include "old.h"
#include "t.h"

START_TEST(by_section)
{
	static const char *const sections[] = {
		COUNTER_SECTION, "tp/syscalls/sys_enter_getpgid", "tracepoint", "tracepoint"};
	static const char *const names[] = {
		NULL, NULL, "tracepoint__syscalls__sys_enter_getpgid", "by_hand"};
	int fds = t_count_fds();
	struct counter c;

	T_NEED_ROOT();
	OLD_NEED("two programs on an event");
	counter_open(&c, RAWBPF_PROG_TRACEPOINT);
	counter_sections(&c, sections, names);
	ck_assert_msg(!rawbpf_attach_all(&c.b), "%s", c.b.error.msg);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 3);
	counter_events(50);
	ck_assert_uint_eq(counter_get(&c, 0), 50);
	ck_assert_uint_eq(counter_get(&c, 1), 50);
	ck_assert_uint_eq(counter_get(&c, 2), 50);
	ck_assert_uint_eq(counter_get(&c, 3), 0);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(by_uprobe_section)
{
	static char sections[3][512];
	const char *const all[] = {sections[0], sections[1], sections[2], "uprobe"};
	int i, fds = t_count_fds();
	struct counter c;
	char exe[400];
	ssize_t n;

	T_NEED_ROOT();
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	ck_assert_int_gt(n, 0);
	exe[n] = '\0';
	snprintf(sections[0], sizeof(sections[0]), "uprobe/%s:counter_call", exe);
	snprintf(sections[1], sizeof(sections[1]), "uretprobe/%s:counter_call", exe);
	snprintf(sections[2], sizeof(sections[2]), "uprobe/%s:counter_call+0x0", exe);
	counter_open(&c, RAWBPF_PROG_KPROBE);
	counter_sections(&c, all, NULL);
	ck_assert_msg(!rawbpf_attach_all(&c.b, .pid = getpid()), "%s", c.b.error.msg);
	ck_assert_int_eq(rawbpf_num_open_probes(&c.b), 3);
	for (i = 0; i < 20; i++)
		ck_assert_int_eq(counter_call(i), i + 1);
	for (i = 0; i < 3; i++)
		ck_assert_uint_eq(counter_get(&c, (uint32_t)i), 20);
	ck_assert_uint_eq(counter_get(&c, 3), 0);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* What is attached is told from the table that attaches. */
START_TEST(of_another_kind)
{
	static const char *const some[] = {"uprobe/", "uprobe.multi/", "kprobe.multi/",
		"kprobe.session/", "kretsyscall/", "raw_tp.w/", "fmod_ret/"};
	struct prog prog = {.name = "f", .section = "xdp", .fd = 0, .type = RAWBPF_PROG_XDP};
	struct rawbpf b = {.progs = &prog, .n_progs = 1};
	size_t i;

	ck_assert_int_eq(attachsec_prog(&b, &prog, 0), -EOPNOTSUPP);
	for (i = 0; i < sizeof(some) / sizeof(*some); i++)
		ck_assert_msg(strstr(b.error.hint, some[i]), "%s", b.error.hint);
	ck_assert_ptr_null(strstr(b.error.hint, "perf_event"));
}
END_TEST

/* What is to be done with a program that is loaded and no more. */
START_TEST(only_loaded)
{
	static const char *const rows[][2] = {{"iter/task", "bpftool iter pin"},
		{"?iter.s/task", "BPF_ITER_CREATE"}, {"syscall", "BPF_PROG_TEST_RUN"},
		{"lsm/file_open", "autoattach"}, {"freplace/f", "for another program"}};
	struct prog prog = {.name = "f", .fd = 0, .type = RAWBPF_PROG_TRACING};
	struct rawbpf b = {.progs = &prog, .n_progs = 1};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		prog.section = rows[i][0];
		ck_assert_int_eq(attachsec_prog(&b, &prog, 0), -EOPNOTSUPP);
		ck_assert_ptr_nonnull(strstr(b.error.msg, rows[i][0]));
		ck_assert_msg(strstr(b.error.hint, rows[i][1]), "%s", b.error.hint);
	}
}
END_TEST

static const char loaded[] = ".license \"GPL\"\n"
			     ".prog dump \"iter/task\"\n"
			     ".ctx r6\n"
			     ".var x: char[4]\n"
			     "x = \"hi\\n\"\n"
			     "r7 = args->meta\n"
			     "r1 = *(u64 *)(r7 +0)\n"
			     "r0 = bpf_seq_write(r1, &x, 3)\n"
			     "return 0\n"
			     ".prog once \"syscall\"\n"
			     "return 42\n";

static void write_text(const char *path)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(loaded, f), 0);
	fclose(f);
}

/* The advice is what works. */
START_TEST(loaded_and_run)
{
	char dir[] = "/tmp/rawbpf-attachsec-XXXXXX", path[64], *out;
	union rawbpf_attr a = {.test = {.retval = 0}};
	struct rawbpf *b;

	T_NEED_ROOT();
	if (t_run(NULL, "command -v bpftool >/dev/null"))
		T_SKIP("no bpftool");
	if (t_run(NULL, "grep -q ' /sys/fs/bpf bpf ' /proc/mounts"))
		T_SKIP("no bpf file system is mounted for bpftool to pin to");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x.bpf", dir);
	write_text(path);
	b = rawbpf_new();
	ck_assert_msg(!rawbpf_load(b, .src_file = path), "%s", rawbpf_errmsg(b));
	a.test.prog_fd = (uint32_t)rawbpf_prog_fd(b, "once");
	ck_assert_int_eq(rawbpf_sys_bpf(RAWBPF_PROG_TEST_RUN, &a, sizeof(a.test)), 0);
	ck_assert_uint_eq(a.test.retval, 42);
	ck_assert_int_eq(rawbpf_attach_all(b), -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->hint, "bpftool iter pin OBJECT FILE"));
	rawbpf_free(b);
	ck_assert_msg(!t_run(&out,
			      "cd %s && " TEST_BUILD "/rawbpf asm -o x.o x.bpf && p=/sys/fs/bpf/"
			      "rawbpf_iter_$$ && sed -n '/once/q;p' x.bpf >y.bpf && " TEST_BUILD
			      "/rawbpf asm -o y.o y.bpf && bpftool iter pin y.o $p 2>&1 && "
			      "cat $p | sort -u; s=$?; rm -f $p; exit $s",
			      dir),
		"%s", out);
	ck_assert_str_eq(out, "hi\n");
	free(out);
	b = rawbpf_new();
	ck_assert_int_eq(rawbpf_load(b, .text = ".prog p \"iter/tsk\"\nreturn 0\n"), -ENOENT);
	ck_assert_ptr_nonnull(
		strstr(rawbpf_errmsg(b), "no iterator 'tsk' in the BTF of the kernel"));
	ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->hint, "this kernel's are bpf_"));
	ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->hint, "task_file"));
	rawbpf_free(b);
	t_run(NULL, "rm -r %s", dir);
}
END_TEST

Suite *suite_attachsec(void);
Suite *suite_attachsec(void)
{
	Suite *s = suite_create("attachsec");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, of_another_kind);
	tcase_add_test(t, only_loaded);
	suite_add_tcase(s, t);
	t = tcase_create("live");

	tcase_add_test(t, by_section);
	tcase_add_test(t, by_uprobe_section);
	suite_add_tcase(s, t);
	t = tcase_create("host");

	tcase_add_test(t, loaded_and_run);
	suite_add_tcase(s, t);
	return s;
}
