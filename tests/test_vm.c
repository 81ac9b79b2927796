// SPDX-License-Identifier: MIT
/* test_vm.c - make check-vm's judgement, on machines made up here; its tables against the tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

#define VM TEST_ROOT "/tests/vm"

struct bench {
	char dir[64];
	char path[96]; /* of put() */
};

static void bench_open(struct bench *v)
{
	strcpy(v->dir, "/tmp/rawbpf-vm-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(v->dir));
}

static void bench_close(struct bench *v)
{
	ck_assert_int_eq(t_run(NULL, "rm -r %s", v->dir), 0);
}

static void put(struct bench *v, const char *name, const char *text)
{
	FILE *f;

	snprintf(v->path, sizeof(v->path), "%s/%s", v->dir, name);
	f = fopen(v->path, "we");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

#define HEAD                                                                                \
	"@init 6.12 x86_64\r\n"                                                             \
	"@doctor {\"check\": \"multi\", \"status\": \"missing\", \"reason\": \"none\"}\r\n" \
	"@doctor {\"check\": \"kprobe\", \"status\": \"ok\", \"reason\": \"PMU\"}\r\n"      \
	"Running suite kprobe\r\n"                                                          \
	"@begin kprobe:one\r\n"                                                             \
	"tests/test_kprobe.c:10:P:live:one:0: Passed\r\n"                                   \
	"@begin kprobe:two\r\n"                                                             \
	"tests/test_kprobe.c:20:P:live:two:0: Passed\r\n"                                   \
	"@begin kprobe:two\r\n"                                                             \
	"tests/test_kprobe.c:20:P:live:two:1: Passed\r\n"
#define SKIPPED_TWO "@out skipped:\r\n@out   kprobe:two: no multi link here\r\n"
#define TAIL	    "@out 2 passed, 0 failed, 1 skipped\r\n@dmesg [ 0.1] all is well\r\n@end 0\r\n"
#define PASS(test)  "kprobe:" test "\tpass\t\n"

/* What the machine said, and the table of skips, to exactly these lines. */
static void expect_result(const char *said, const char *skips, const char *want)
{
	struct bench v;
	char *out;

	bench_open(&v);
	put(&v, "said", said);
	put(&v, "skips", skips);
	t_run(&out,
		"cd %s && awk -v id=6.12-amd64 -v qemu='exit 137' -f " VM
		"/result.awk skips said 2>&1",
		v.dir);
	ck_assert_str_eq(out, want);
	free(out);
	bench_close(&v);
}

#define ALLOWED \
	"# what may be skipped\n6.12-amd64\tkprobe:two\tmulti\n6.1-amd64\tkprobe:none\tmulti\n"

START_TEST(what_passes)
{
	expect_result(HEAD TAIL, "# none\n", PASS("one") PASS("two"));
	expect_result(HEAD SKIPPED_TWO TAIL, ALLOWED,
		PASS("one") "kprobe:two\tskip\tno multi link here\n");
}
END_TEST

/* A skip that is not in the table; one that the doctor contradicts; rows that are not true. */
START_TEST(bad_skips_fail)
{
	expect_result(HEAD SKIPPED_TWO TAIL, "# none\n",
		PASS("one") "kprobe:two\tFAIL\tunexpected skip: no multi link here\n");
	expect_result(HEAD SKIPPED_TWO TAIL, "6.1-amd64\tkprobe:two\tmulti\n",
		PASS("one") "kprobe:two\tFAIL\tunexpected skip: no multi link here\n");
	expect_result(HEAD SKIPPED_TWO TAIL, "6.12-amd64\tkprobe:two\tkprobe\n",
		PASS("one") "kprobe:two\tFAIL\tskipped (no multi link here) though the doctor "
			    "calls kprobe ok\n");
	expect_result(HEAD SKIPPED_TWO TAIL, "6.12-amd64\tkprobe:two\tnonsense\n",
		PASS("one") "kprobe:two\tFAIL\tskipped (no multi link here) though the doctor "
			    "calls nonsense \n");
	expect_result(HEAD TAIL, ALLOWED,
		PASS("one") "kprobe:two\tFAIL\tin tests/vm/skips, but was not skipped\n");
	expect_result(HEAD TAIL, "6.12-amd64\tkprobe:three\tmulti\n",
		PASS("one") PASS("two") "kprobe:three\tFAIL\tin tests/vm/skips, but there is no "
					"such test\n");
}
END_TEST

START_TEST(failures_are_told)
{
	/* one of a loop's rounds, which a skip does not hide */
	expect_result(HEAD "tests/test_kprobe.c:21:F:live:two:2: 9 != 10\r\n" SKIPPED_TWO TAIL,
		ALLOWED, PASS("one") "kprobe:two\tFAIL\t9 != 10\n");
	expect_result(HEAD "tests/test_kprobe.c:21:E:live:three:0: (after this point) Test timeout "
			   "expired\r\n" TAIL,
		"# none\n",
		PASS("one") PASS(
			"two") "kprobe:three\tFAIL\t(after this point) Test timeout expired\n");
	expect_result(HEAD "@out 2 passed, 0 failed, 0 skipped\r\n@dmesg [ 1.0] WARNING: CPU: 0\r\n"
			   "@end 0\r\n",
		"# none\n", PASS("one") PASS("two") "kernel:log\tFAIL\t[ 1.0] WARNING: CPU: 0\n");
}
END_TEST

START_TEST(machines_that_die_fail)
{
	expect_result("", "# none\n", "kernel:boot\tFAIL\tnever reached init (QEMU: exit 137)\n");
	expect_result("noise\r\n", "# none\n",
		"kernel:boot\tFAIL\tnever reached init (QEMU: exit 137)\n");
	expect_result(HEAD "@begin kprobe:three\r\n", ALLOWED,
		PASS("one") PASS("two") "kernel:end\tFAIL\tnever reached its end; the last test "
					"begun: kprobe:three (QEMU: exit 137)\n");
	expect_result("@init 6.12 x86_64\r\n", "# none\n",
		"kernel:end\tFAIL\tnever reached its end; the last test begun: none (QEMU: exit "
		"137)\n");
	/* the test program, not the machine */
	expect_result(HEAD "@end 139\r\n", "# none\n",
		PASS("one")
			PASS("two") "kernel:end\tFAIL\tthe test program ended with status 139\n");
}
END_TEST

/* Two kernels, a and b, to one matrix: its exit status, and a line that is in it. */
static void expect_matrix(
	const char *events, const char *a, const char *b, int status, const char *line)
{
	struct bench v;
	char *out;

	bench_open(&v);
	put(&v, "events", events);
	put(&v, "a", a);
	if (b)
		put(&v, "b", b);
	ck_assert_int_eq(t_run(&out,
				 "cd %s && awk -v ids='6.1-amd64 6.12-arm64' -f " VM
				 "/matrix.awk events a %s 2>&1; s=$?; echo end; exit $s",
				 v.dir, b ? "b" : ""),
		status);
	ck_assert_msg(strstr(out, line), "no '%s' in\n%s", line, out);
	free(out);
	bench_close(&v);
}

#define EVENTS "# a comment\nkprobe\tkprobe:one kprobe:two\nuprobe\tkprobe:two\n"
#define BOTH   PASS("one") PASS("two")

START_TEST(events_have_rows)
{
	expect_matrix(EVENTS, BOTH, BOTH, 0,
		"event                  6.1-amd64   6.12-arm64\n"
		"kprobe                 pass        pass\n"
		"uprobe                 pass        pass\n"
		"\n"
		"test                   6.1-amd64   6.12-arm64\n"
		"kprobe:one             pass        pass\n"
		"kprobe:two             pass        pass\n"
		"passed/skipped/failed  2/0/0       2/0/0\n");
	expect_matrix(EVENTS, BOTH, PASS("one") "kprobe:two\tskip\tno link\n", 0,
		"kprobe                 pass        skip 1\n"
		"uprobe                 pass        skip 1\n");
	expect_matrix(EVENTS, BOTH, PASS("one") "kprobe:two\tskip\tno link\n", 0,
		"passed/skipped/failed  2/0/0       1/1/0\nskip 1: no link\n");
}
END_TEST

START_TEST(bad_events_fail)
{
	expect_matrix(EVENTS, BOTH, PASS("one") "kprobe:two\tFAIL\t9 != 10\n", 1,
		"uprobe                 pass        FAIL\n");
	expect_matrix(EVENTS, BOTH, PASS("one"), 1, "uprobe                 pass        none\n");
	expect_matrix(
		EVENTS, BOTH, PASS("one"), 1, "FAIL 6.12-arm64 uprobe: kprobe:two did not run\n");
	expect_matrix(EVENTS "fentry\tfentry:counts\n", BOTH, BOTH, 1,
		"FAIL 6.1-amd64 fentry: tests/vm/events names fentry:counts, and no kernel ran "
		"it\n");
	expect_matrix(
		EVENTS "fentry\n", BOTH, BOTH, 1, "FAIL tests/vm/events: 'fentry' has no test\n");
	expect_matrix(
		EVENTS "fentry\t\n", BOTH, BOTH, 1, "FAIL tests/vm/events: 'fentry' has no test\n");
	expect_matrix(EVENTS "uprobe\tkprobe:one\n", BOTH, BOTH, 1,
		"FAIL tests/vm/events: 'uprobe' twice\n");
	expect_matrix("# nothing\n", BOTH, BOTH, 1, "FAIL tests/vm/events names no event\n");
	/* of a machine that died, only that is told */
	expect_matrix(EVENTS, BOTH, PASS("one") "kernel:end\tFAIL\tdied\n", 1,
		"uprobe                 pass        none\n");
	expect_matrix(EVENTS, BOTH, PASS("one") "kernel:end\tFAIL\tdied\n", 1,
		"1/0/1\nFAIL 6.12-arm64 kernel:end: died\nend\n");
	/* a kernel without a file of its own */
	expect_matrix(EVENTS, BOTH, NULL, 1, "passed/skipped/failed  2/0/0       0/0/0\n");
}
END_TEST

/* What only a boot would tell otherwise: names in the tables that are nobody's. */
static void expect_silence(const char *what, const char *script)
{
	char *out;

	t_run(&out, "cd '%s' && { %s\n} 2>&1", TEST_ROOT, script);
	ck_assert_msg(!*out, "%s:\n%s", what, out);
	free(out);
}

#define EACH_TEST                                                        \
	"{ while read -r t; do s=${t%%:*};"                              \
	" grep -q \"^START_TEST(${t#*:})$\" tests/test_$s.c || echo $t;" \
	" grep -q 'tcase_create(\"live\")' tests/test_$s.c || echo $s is not live; done; }"

START_TEST(tables_name_what_is_there)
{
	expect_silence("no such live tests in tests/vm/events",
		"grep -v '^#' tests/vm/events | cut -f2 | tr ' ' '\\n' | " EACH_TEST);
	expect_silence("no such live tests in tests/vm/skips",
		"grep -v '^#' tests/vm/skips | cut -f2 | " EACH_TEST);
	expect_silence("no such kernels in tests/vm/skips",
		"grep -v '^#' tests/vm/skips | cut -f1 | sort -u | while read -r k; do"
		" grep -q \"^${k%%-*}[[:space:]]*${k#*-}[[:space:]]\" tests/vm/kernels || echo $k; "
		"done");
	expect_silence("no such checks of the doctor in tests/vm/skips",
		"grep -v '^#' tests/vm/skips | cut -f3 | sort -u | while read -r c; do"
		" grep -q \"\\\"$c\\\"\" tools/doctor.c src/*.c || echo $c; done");
}
END_TEST

Suite *suite_vm(void);
Suite *suite_vm(void)
{
	Suite *s = suite_create("vm");
	TCase *t = tcase_create("tool");

	tcase_add_test(t, what_passes);
	tcase_add_test(t, bad_skips_fail);
	tcase_add_test(t, failures_are_told);
	tcase_add_test(t, machines_that_die_fail);
	tcase_add_test(t, events_have_rows);
	tcase_add_test(t, bad_events_fail);
	tcase_add_test(t, tables_name_what_is_there);
	suite_add_tcase(s, t);
	return s;
}
