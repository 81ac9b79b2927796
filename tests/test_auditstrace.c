// SPDX-License-Identifier: MIT
/*
 * test_auditstrace.c - the audit log beside strace(1): the same calls with the same arguments, none
 * more, none fewer, for each example and each subcommand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"
#include "t_strace.h"

#if !T_SANITIZED /* it makes calls of its own, and looks for leaks by ptrace(2) as strace does */
#define RAWBPF	TEST_BUILD "/rawbpf "
#define EXAMPLE TEST_ROOT "/bpfasm/examples/"

/* Programs of the events that no example has, and a map for each command of a table. */
static const char all_kinds[] = ".include \"hist.inc\"\n"
				".license \"GPL\"\n"
				".map counts hash(u32, u64, 16)\n"
				".map dist histogram\n"
				".rodata limit: u32 = 7\n"
				".prog a \"tracepoint/sched/sched_switch\"\n"
				"	r6 = limit\n	hist_add dist, r6\n"
				"	return 0\n"
				".prog b \"raw_tp/sched_switch\"\n"
				"	return 0\n"
				".prog c \"tp_btf/sched_switch\"\n"
				"	return 0\n"
				".prog d \"uprobe/c:strncasecmp\"\n"
				"	return 0\n"
				".prog e \"uprobe.multi/c:strncasecm*\"\n"
				"	return 0\n";

struct row {
	const char *command; /* %s: all_kinds, in a file */
	unsigned least;	     /* so many calls it makes */
};

static const struct row rows[] = {
	{"run -d 0.2 " EXAMPLE "count_opens.bpf", 4},
	{"run -d 0.2 " EXAMPLE "execsnoop.bpf", 4},
	{"run -d 0.2 " EXAMPLE "exits.bpf", 3},
	{"run -d 0.2 " EXAMPLE "http_request.bpf", 1},
	{"run -d 0.2 " EXAMPLE "opensnoop.bpf", 8},
	{"run -d 0.2 " EXAMPLE "read_latency.bpf", 4},
	{"run -d 0.2 " EXAMPLE "read_sizes.bpf", 4},
	{"run -d 0.2 " EXAMPLE "short_reads.bpf", 4},
	{"run -d 0.2 " EXAMPLE "strlen_hist.bpf", 6},
	{"run -d 0.2 " EXAMPLE "vfs_read_latency.bpf", 3},
	{"run -d 0.2 %s", 12},
	{"run -d 0.2 -p 1 %s", 8},
	{"run -d 0.2 --drop %s", 14},
	{"load %s", 6},
	{"load " EXAMPLE "opensnoop.bpf", 2},
	{"asm -o - " EXAMPLE "opensnoop.bpf", 1},
	{"trace", 4},
	{"trace --shared", 1},
	{"syms c strlen", 1},
	{"syms --why c strlen", 1},
	{"doctor", 20},
	{"doctor --reap", 1},
};

static char *make_program(void)
{
	static char path[] = "/tmp/rawbpf-strace-XXXXXX";
	FILE *f = fdopen(mkstemp(path), "w");

	ck_assert_ptr_nonnull(f);
	fputs(all_kinds, f);
	fclose(f);
	return path;
}

/* One command, interrupted after a second if it is there still. */
static void under_strace(const char *command, const char *dir)
{
	char *out;

	t_run(&out,
		"cd %s && { strace -f -v -s 100000 -e signal=none -e trace=" T_STRACE_CALLS
		" -o strace.log " RAWBPF "%s --audit audit.log >out.log 2>&1 & p=$!;"
		" case '%s' in trace*) sleep 1; kill -INT $(cat /proc/$p/task/$p/children);; esac;"
		" wait $p; }",
		dir, command, command);
	free(out);
}

START_TEST(same_calls)
{
	char dir[] = "/tmp/rawbpf-strace-XXXXXX", path[64], command[256], *file, *s, *a, *differ;
	unsigned calls;

	T_NEED_ROOT();
	if (t_run(&s, "command -v strace"))
		T_SKIP("no strace(1)");
	free(s);
	file = make_program();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(command, sizeof(command), rows[_i].command, file);
	under_strace(command, dir);
	snprintf(path, sizeof(path), "%s/strace.log", dir);
	s = t_read_file(path, NULL);
	snprintf(path, sizeof(path), "%s/audit.log", dir);
	a = t_read_file(path, NULL);
	differ = t_strace_compare(s, a, &calls);
	ck_assert_msg(!*differ, "%s:\n%.3000s", command, differ);
	ck_assert_msg(calls >= rows[_i].least, "%s: %u calls:\n%.3000s", command, calls, a);
	free(differ);
	free(s);
	free(a);
	t_run(&s, "rm -r %s %s", dir, file);
	free(s);
}
END_TEST
#endif

/* What differs is found. */
START_TEST(compared)
{
	static const char seen[] =
		"12 fsopen(\"tracefs\", FSOPEN_CLOEXEC) = 5<anon_inode:[fscontext]>\n"
		"12 fsmount(5, FSMOUNT_CLOEXEC, 0) = 6</>\n"
		"12 write(2, \"x\", 1) = 1\n"
		"12 openat(6</>, \"a\", O_WRONLY|O_CLOEXEC|O_APPEND) = 7</a>\n"
		"12 write(7</a>, \"x\\1\\n\", 3) = 3\n"
		"12 close(7) = 0\n"
		"12 openat(AT_FDCWD</>, \"/etc/passwd\", O_RDONLY) = 7</etc/passwd>\n"
		"12 write(7, \"x\", 1) = 1\n"
		"12 bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_HASH, key_size=4, value_size=0x8, "
		"map_flags=0, inner_map_fd=0</dev/null>, map_name=\"m\", btf_fd=0}, 80) = -1 EPERM "
		"(Operation not permitted)\n";
	static const char told[] =
		"fsopen(\"tracefs\", FSOPEN_CLOEXEC) = 5<fs tracefs>  1.2 us\n"
		"fsmount(5<fs tracefs>, FSMOUNT_CLOEXEC, 0) = 6<tracefs>  1.2 us\n"
		"openat(6<tracefs>, \"a\", O_WRONLY|O_APPEND|O_CLOEXEC) = 7<a>  1.2 us\n"
		"write(7<a>, \"x\\x01\\n\", 3) = 3  1.0 us\n"
		"bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_HASH, key_size=4, value_size=8, "
		"map_name=\"m\"}, 80) = -1 EPERM  1.2 us\n";
	static const struct {
		const char *was, *is, *says;
	} wrong[] = {
		{"= 6<tracefs>", "= 8<tracefs>", "fsmount() = 8 here"},
		{"\\x01", "\\x02", "argument 2"},
		{"key_size=4", "key_size=8", "key_size is 4, and 8 here"},
		{"key_size=4, ", "", "key_size is 4, and not set here"},
		{"map_name", "map_flags=8, map_name", "map_flags is 8, and 0 here"},
		{"EPERM", "EINVAL", "-1 EINVAL here"},
		{"|O_APPEND", "", "argument 3"},
		{"write(7<a>, \"x\\x01\\n\", 3) = 3  1.0 us\n", "", "not told: "},
	};
	char text[2048], *out, *at;
	unsigned calls;
	size_t i;

	out = t_strace_compare(seen, told, &calls);
	ck_assert_str_eq(out, "");
	ck_assert_uint_eq(calls, 5);
	free(out);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		at = strstr(told, wrong[i].was);
		ck_assert_ptr_nonnull(at);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - told), told, wrong[i].is,
			at + strlen(wrong[i].was));
		out = t_strace_compare(seen, text, &calls);
		ck_assert_msg(strstr(out, wrong[i].says) != NULL, "%s: %s", wrong[i].says, out);
		free(out);
	}
	snprintf(text, sizeof(text), "%sunlinkat(6<tracefs>, \"a\", 0) = 0\n", told);
	out = t_strace_compare(seen, text, &calls);
	ck_assert_ptr_nonnull(strstr(out, "not made: unlinkat"));
	free(out);
}
END_TEST

Suite *suite_auditstrace(void);
Suite *suite_auditstrace(void)
{
	Suite *s = suite_create("auditstrace");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, compared);
	suite_add_tcase(s, tc);
#if !T_SANITIZED
	tc = tcase_create("host");
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, same_calls, 0, (int)(sizeof(rows) / sizeof(*rows)));
	suite_add_tcase(s, tc);
#endif
	return s;
}
