// SPDX-License-Identifier: MIT
/* test_tool_audit.c - rawbpf audit diff: what two logs differ in, as text and as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

#define RAWBPF TEST_BUILD "/rawbpf "

#define MAP                                                                                     \
	"bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY, key_size=4, map_name=\"m\"}, 80) = " \
	"5<map m>"
#define LOAD                                                                      \
	"bpf(BPF_PROG_LOAD, {insn_cnt=2, insns=[2 insns, tag 59f4a931744dcdc6], " \
	"prog_name=\"p\"}, 152)"
#define LINK                                                            \
	"bpf(BPF_LINK_CREATE, {prog_fd=6<prog p>, target_fd=7<event>, " \
	"attach_type=BPF_PERF_EVENT}, "                                 \
	"64)"

static const char whole[] = MAP "  9.1 us\n" LOAD " = 6<prog p>  1.0 us\n" LINK " = 8<place>\n";

static const struct {
	const char *b, *says, *json;
} rows[] = {
	{"bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY, key_size=4, map_name=\"m\"}, 80) = "
	 "<map m>\n" LOAD " = 16<prog p>  2.0 us\n" LINK " = 8<place>  1.0 us\n",
		"", ""},
	{MAP "\n" LOAD " = -1 EPERM\n" LOAD " = 6<prog p> fallback(EPERM)\n" LINK " = 8<place>\n",
		"+ 2: bpf BPF_PROG_LOAD: insn_cnt=2, insns=[2 insns, tag 59f4a931744dcdc6], "
		"prog_name=p, size=152, result=-1 EPERM\n"
		"! 2, 3: bpf BPF_PROG_LOAD <prog p>\n    fallback: (none) -> EPERM\n",
		"{\"a\": null, \"b\": 2, \"call\": \"bpf\", \"cmd\": \"BPF_PROG_LOAD\", \"role\": "
		"null, "},
	{MAP "\n" LOAD " = 6<prog p>\n", "- 3: bpf BPF_LINK_CREATE <place>: prog_fd=<prog p>, ",
		"{\"a\": 3, \"b\": null, \"call\": \"bpf\", \"cmd\": \"BPF_LINK_CREATE\", "
		"\"role\": "
		"\"<place>\", \"differs\": [{\"name\": \"prog_fd\", \"a\": \"<prog p>\", \"b\": "
		"null}"},
	{MAP "\n" LOAD " = -1 EACCES\n",
		"! 2, 2: bpf BPF_PROG_LOAD <prog p>\n    result: <prog p> -> -1 EACCES\n- 3: ",
		"{\"a\": 2, \"b\": 2, \"call\": \"bpf\", \"cmd\": \"BPF_PROG_LOAD\", \"role\": "
		"\"<prog "
		"p>\", \"differs\": [{\"name\": \"result\", \"a\": \"<prog p>\", \"b\": \"-1 "
		"EACCES\"}]}\n"},
	/* roles are paths: of any character; names are what stands there */
	{MAP "\n" LOAD " = 6<prog p>\n" LINK
	     " = 8<place>\nioctl(7</a\\\"(b, c<d>{e>, \033m=\007) = 0\n",
		"+ 4: ioctl </a\\\"(b, c<d>{e>: fd=</a\\\"(b, c<d>{e>, \\x1bm=\\x07, result=0\n",
		"{\"a\": null, \"b\": 4, \"call\": \"ioctl\", "},
	{"", "- 1: bpf BPF_MAP_CREATE <map m>: map_type=", "{\"a\": 1, \"b\": null, "},
};

static void write_log(const char *dir, const char *name, const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(differ)
{
	char dir[] = "/tmp/rawbpf-audit-XXXXXX", *out;
	int want = *rows[_i].says ? 1 : 0;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	write_log(dir, "a", whole);
	write_log(dir, "b", rows[_i].b);
	ck_assert_int_eq(t_run(&out, "cd %s && " RAWBPF "audit diff a b", dir), want);
	ck_assert_msg(!strncmp(out, rows[_i].says, strlen(rows[_i].says)), "%s", out);
	ck_assert(!*out == !want);
	free(out);
	ck_assert_int_eq(t_run(&out, "cd %s && " RAWBPF "audit diff --json a b", dir), want);
	ck_assert_msg(!strncmp(out, rows[_i].json, strlen(rows[_i].json)), "%s", out);
	free(out);
	/* the other way round it is as different */
	ck_assert_int_eq(t_run(&out, "cd %s && " RAWBPF "audit diff b a", dir), want);
	free(out);
	t_run(&out, "rm -r %s", dir);
	free(out);
}
END_TEST

START_TEST(json_logs)
{
	static const char log[] =
		"{\"n\": 1, \"call\": \"bpf\", \"cmd\": \"BPF_MAP_CREATE\", \"attr\": "
		"{\"map_name\": "
		"\"a\\\"}, b\", \"list\": [\"0x1\", 2]}, \"role\": \"map m\", \"result\": \"5<map "
		"m>\", \"errno\": null, \"ns\": %d}\n"
		"{\"call\": \"mkdirat\", \"cmd\": null, \"attr\": {\"dirfd\": \"6<tracefs>\"}, "
		"\"role\": "
		"null, \"result\": -1, \"errno\": \"%s\"}\n";
	char dir[] = "/tmp/rawbpf-audit-XXXXXX", a[512], b[512], *out;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(a, sizeof(a), log, 10, "EEXIST");
	snprintf(b, sizeof(b), log, 20, "EPERM");
	write_log(dir, "a", a);
	write_log(dir, "b", b);
	ck_assert_int_eq(t_run(&out, "cd %s && " RAWBPF "audit diff a b", dir), 1);
	ck_assert_str_eq(out, "! 2, 2: mkdirat <tracefs>\n    result: -1 EEXIST -> -1 EPERM\n");
	free(out);
	ck_assert_int_eq(t_run(&out, "cd %s && " RAWBPF "audit diff a a", dir), 0);
	ck_assert_str_eq(out, "");
	free(out);
	t_run(&out, "rm -r %s", dir);
	free(out);
}
END_TEST

/* What differs between any two runs, or by the form of the log. */
START_TEST(same_run)
{
	static const char text[] =
		"bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_HASH, map_name=\"m\\x1b\"}, 80) = "
		"5<map m>  1.0 us\n"
		"fsconfig(3<fs tracefs>, FSCONFIG_CMD_CREATE, NULL, NULL, 0) = 0  1.0 us\n"
		"mkdirat(5<tracefs>, \"instances/rawbpf_12_345_0\", 0700) = -1 EEXIST  1.0 us\n"
		"perf_event_open({type=PERF_TYPE_TRACEPOINT, size=112, config=77}, -1, 0, -1, "
		"PERF_FLAG_FD_CLOEXEC) = 6<e>  0.1 us\n"
		"bpf(BPF_LINK_CREATE, {offsets=[0x11, 0x12], pid=7}, 64) = 7<u>  0.1 us\n"
		"bpf(BPF_MAP_LOOKUP_BATCH, {out_batch=0x7ff1, keys=0x7ff2, values=0x7ff3, "
		"count=1}, 56) = -1 ENOENT  0.1 us\n"
		"prctl(PR_CAPBSET_DROP, CAP_CHOWN) = 0  0.1 us\n";
	static const char json[] =
		"{\"call\": \"bpf\", \"cmd\": \"BPF_MAP_CREATE\", \"attr\": {\"map_type\": "
		"\"BPF_MAP_TYPE_HASH\", \"map_name\": \"m\\u001b\", \"size\": 80}, \"role\": "
		"\"map m\", \"result\": \"15<map m>\", \"errno\": null, \"ns\": 9}\n"
		"{\"call\": \"fsconfig\", \"cmd\": \"FSCONFIG_CMD_CREATE\", \"attr\": {\"fd\": "
		"\"4<fs tracefs>\", \"key\": null, \"value\": null, \"aux\": 0}, \"role\": null, "
		"\"result\": 0, \"errno\": null}\n"
		"{\"call\": \"mkdirat\", \"cmd\": null, \"attr\": {\"dirfd\": \"5<tracefs>\", "
		"\"path\": \"instances/rawbpf_PID_TIME_0\", \"mode\": \"0700\"}, \"role\": null, "
		"\"result\": -1, \"errno\": \"EEXIST\"}\n"
		"{\"call\": \"perf_event_open\", \"cmd\": null, \"attr\": {\"type\": "
		"\"PERF_TYPE_TRACEPOINT\", \"size\": 112, \"config\": \"ID\", \"pid\": -1, "
		"\"cpu\": 0, \"group_fd\": \"-1\", \"open_flags\": \"PERF_FLAG_FD_CLOEXEC\"}, "
		"\"role\": \"e\", \"result\": \"<e>\", \"errno\": null}\n"
		"{\"call\": \"bpf\", \"cmd\": \"BPF_LINK_CREATE\", \"attr\": {\"offsets\": "
		"[\"0x11\", \"0x12\"], \"pid\": \"PID\", \"size\": 64}, \"role\": \"u\", "
		"\"result\": \"<u>\", \"errno\": null}\n"
		"{\"call\": \"bpf\", \"cmd\": \"BPF_MAP_LOOKUP_BATCH\", \"attr\": {\"count\": 1, "
		"\"size\": 56}, \"role\": null, \"result\": -1, \"errno\": \"ENOENT\"}\n"
		"{\"call\": \"prctl\", \"cmd\": null, \"attr\": {\"option\": "
		"\"PR_CAPBSET_DROP\", \"cap\": \"CAP_CHOWN\"}, \"role\": null, \"result\": 0, "
		"\"errno\": null}\n";
	char dir[] = "/tmp/rawbpf-audit-XXXXXX", *out;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	write_log(dir, "a", text);
	write_log(dir, "b", json);
	ck_assert_int_eq(t_run(&out, "cd %s && " RAWBPF "audit diff a b 2>&1", dir), 0);
	ck_assert_str_eq(out, "");
	free(out);
	t_run(&out, "rm -r %s", dir);
	free(out);
}
END_TEST

/* A log as text, one as JSON, each form stable or not, of runs of the same program. */
START_TEST(forms_of_one_run)
{
	static const char *const forms[] = {
		"--audit-stable", "--audit-json", "--audit-json --audit-stable"};
	char *out;
	size_t i;

	T_NEED_ROOT();
	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		ck_assert_msg(!t_run(&out,
				      "cd " TEST_ROOT "/bpfasm/examples && d=$(mktemp -d) && "
				      "for f in opensnoop read_sizes; do " RAWBPF
				      "run -d 0.1 --audit $d/a $f.bpf >$d/out 2>&1; " RAWBPF
				      "run -d 0.1 --audit $d/b %s $f.bpf >$d/out 2>&1; " RAWBPF
				      "audit diff $d/a $d/b; done; rm -r $d",
				      forms[i]),
			"%s: %s", forms[i], out);
		ck_assert_msg(!*out, "%s: %s", forms[i], out);
		free(out);
	}
}
END_TEST

START_TEST(trouble)
{
	char *out;

	ck_assert_int_eq(t_run(&out, RAWBPF "audit diff /nowhere /dev/null 2>&1"), 2);
	ck_assert_str_eq(out, "rawbpf audit: '/nowhere' cannot be read: ENOENT\n");
	free(out);
	ck_assert_int_eq(t_run(&out, "echo x | " RAWBPF "audit diff - /dev/null 2>&1"), 2);
	ck_assert_str_eq(out, "rawbpf audit: line 1 of '-' is none of an audit log\n");
	free(out);
	ck_assert_int_eq(t_run(&out, RAWBPF "audit show a b 2>&1"), 2);
	ck_assert_ptr_nonnull(strstr(out, "audit can 'diff', not 'show'"));
	free(out);
	ck_assert_int_eq(t_run(&out, RAWBPF "audit diff /dev/null /dev/null"), 0);
	free(out);
}
END_TEST

/* Lines cut anywhere are told or read, and nothing worse. */
START_TEST(cut_lines)
{
	char dir[] = "/tmp/rawbpf-audit-XXXXXX", text[sizeof(whole)], *out;
	size_t n;
	int status;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	write_log(dir, "a", whole);
	for (n = 1; n < sizeof(whole) - 1; n += 7) {
		memcpy(text, whole, n);
		text[n] = '\0';
		write_log(dir, "b", text);
		status = t_run(&out, "cd %s && " RAWBPF "audit diff a b 2>&1", dir);
		ck_assert_msg(status >= 0 && status <= 2, "%zu: %d", n, status);
		free(out);
	}
	t_run(&out, "rm -r %s", dir);
	free(out);
}
END_TEST

/* A plan and the run that it is of. */
START_TEST(plan_and_run)
{
	char *out;

	T_NEED_ROOT();
	ck_assert_int_eq(
		t_run(&out, "cd " TEST_ROOT "/bpfasm/examples && d=$(mktemp -d) && " RAWBPF
			    "run --dry-run opensnoop.bpf >$d/plan 2>&- && " RAWBPF
			    "run -d 0.1 --audit $d/run --audit-stable opensnoop.bpf >$d/out "
			    "2>&1; " RAWBPF "audit diff $d/plan $d/run; s=$?; rm -r $d; exit $s"),
		0);
	ck_assert_str_eq(out, "");
	free(out);
}
END_TEST

Suite *suite_tool_audit(void);
Suite *suite_tool_audit(void)
{
	Suite *s = suite_create("tool_audit");
	TCase *tc = tcase_create("tool");

	tcase_add_loop_test(tc, differ, 0, (int)(sizeof(rows) / sizeof(*rows)));
	tcase_add_test(tc, json_logs);
	tcase_add_test(tc, same_run);
	tcase_add_test(tc, trouble);
	tcase_add_test(tc, cut_lines);
	suite_add_tcase(s, tc);
	tc = tcase_create("host");
	tcase_add_test(tc, plan_and_run);
	tcase_add_test(tc, forms_of_one_run);
	suite_add_tcase(s, tc);
	return s;
}
