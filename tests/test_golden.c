// SPDX-License-Identifier: MIT
/*
 * test_golden.c - what calls ask of this kernel is what tests/data/audit has for its road.
 *
 * A log that differs is printed whole, in the form of those files: make golden takes it from there.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "golden.h"
#include "old.h"
#include "t.h"
#include "t_sites.h"

static char *read_golden(const struct golden_run *r)
{
	char name[64];

	snprintf(name, sizeof(name), "audit/%s.txt", r->name);
	return t_data(name, NULL);
}

/* Of two logs the lines where they part. */
static void parted(const char *a, const char *b, char *out, size_t size)
{
	const char *p = a, *q = b;

	while (*p && *p == *q) {
		if (*p == '\n') {
			a = p + 1;
			b = q + 1;
		}
		p++;
		q++;
	}
	snprintf(out, size, "want %.*s\n got %.*s", (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"),
		b);
}

/*
 * tracefs is mounted nowhere that this process sees, but for kernels before 5.2, which have no
 * other.
 */
static void set_ground(void)
{
	static const char path[] = "/sys/kernel/tracing";
	char *road = golden_road("fsopen");

	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	while (!umount2("/sys/kernel/debug", MNT_DETACH) || !umount2(path, MNT_DETACH))
		;
	if (*road == '!')
		ck_assert_int_eq(mount("tracefs", path, "tracefs", 0, NULL), 0);
	free(road);
}

/* What other tests' killed processes have left would be removed in a run. */
static void reap(void)
{
	struct rawbpf *b = rawbpf_new();

	rawbpf_reap(b, NULL, NULL);
	rawbpf_free(b);
}

static void compare(const struct golden_run *r)
{
	char *road, *log, *want, *file = read_golden(r), where[2000];
	unsigned tries;

	set_ground();
	t_raise_memlock();
	road = golden_road(r->by);
	reap();
	log = golden_log(r);
	/* of the shared trace_pipe there is one reader at a time, on the whole machine */
	for (tries = 0; strstr(log, "-1 EBUSY") && tries < 100; tries++) {
		free(log);
		usleep(100000);
		log = golden_log(r);
	}
	want = golden_want(file, road);
	/* what others leave meanwhile is of the whole machine, too */
	for (tries = 0; want && !strcmp(r->name, "reap") && strcmp(want, log) && tries < 3;
		tries++) {
		free(log);
		log = golden_log(r);
	}
	if (want && !strcmp(want, log)) {
		free(road);
		free(log);
		free(file);
		free(want);
		return;
	}
	printf("golden %s\n%s%s\n%sgolden end\n", r->name, *road ? "when " : "when", road, log);
	fflush(stdout);
	parted(want ? want : "nothing", log, where, sizeof(where));
	ck_abort_msg("%s, %s: %s", r->name, road, where);
}

/* Runs of probes of tests/sites; and after the filter a sanitizer's own calls are refused. */
#define NEED_FOR(r)                                                \
	do {                                                       \
		if (!strncmp((r)->name, "usdt", 4))                \
			T_NEED_SITES();                            \
		if (T_SANITIZED && !strncmp((r)->name, "drop", 4)) \
			T_SKIP("sanitized");                       \
	} while (0)

START_TEST(as_told)
{
	T_NEED_ROOT();
	NEED_FOR(&golden_runs[_i]);
	compare(&golden_runs[_i]);
}
END_TEST

static const char *const played[] = {"4.9", "4.14", "4.19", "5.4"};

/* This kernel played as each older one: make check-old plays but this machine's own. */
START_TEST(as_told_by_older_ones)
{
	T_NEED_ROOT();
	NEED_FOR(&golden_runs[(size_t)_i % golden_n_runs]);
	if (old_version())
		return;
	ck_assert(old_play(played[(size_t)_i / golden_n_runs]));
	compare(&golden_runs[(size_t)_i % golden_n_runs]);
}
END_TEST

#if !T_SANITIZED /* which makes calls of its own */
/* Functions that no golden has: what quiet.txt says of each holds, and no other is there. */
START_TEST(asks_nothing)
{
	char *table = t_data("audit/quiet.txt", NULL), row[128], list[160], *one, *save = NULL;
	size_t i, told = 0, lines = 0;
	const char *names, *p;
	int status;
	bool files;

	for (i = 0; i < golden_n_quiet; i++) {
		ck_assert_msg(golden_quiet_call(i, &names, &files, &status), "%s: status 0x%x",
			names, (unsigned)status);
		snprintf(list, sizeof(list), "%s", names);
		for (one = strtok_r(list, " ", &save); one; one = strtok_r(NULL, " ", &save)) {
			snprintf(row, sizeof(row), "\n%s\t%s\n", files ? "files" : "nothing", one);
			ck_assert_msg(strstr(table, row) != NULL, "quiet.txt lacks %s", row + 1);
			told++;
		}
	}
	for (p = table; (p = strchr(p, '\n')); p++)
		lines += !strncmp(p + 1, "nothing", 7) || !strncmp(p + 1, "files", 5);
	ck_assert_uint_eq(told, lines);
	free(table);
}
END_TEST
#endif

/* ---- the manual page ------------------------------------------------------------------------- */

START_TEST(page_is_made_of_them)
{
	char *out;

	t_run(&out, TEST_ROOT "/tests/asks.sh | diff " TEST_ROOT "/include/rawbpf.3 - 2>&1");
	ck_assert_msg(!*out, "make man: %.2000s", out);
	free(out);
}
END_TEST

/* Every function of rawbpf.h and its parts is there, and each golden's road in words. */
START_TEST(every_function)
{
	char *out;

	t_run(&out, "cd " TEST_ROOT "; sed -n 's/^.*[ *]\\(rawbpf_[a-z0-9_]*\\)(.*$/\\1/p' "
		    "include/rawbpf.h include/rawbpf_usdt.h include/rawbpf_sys.h | "
		    "sed 's/_opts$//; s/_$//' | sort -u | while read -r f; do "
		    "cat tests/data/audit/*.txt | grep -qE \"(^|[ \t])$f(\\(|_opts\\(|$)\" || "
		    "echo $f; done");
	ck_assert_str_eq(out, "");
	free(out);
}
END_TEST

START_TEST(every_feature)
{
	char *table = t_data("audit/features.txt", NULL), row[80];
	size_t i;

	for (i = 0; i < golden_n_features; i++) {
		snprintf(row, sizeof(row), "\n%s\t", golden_features[i].name);
		ck_assert_msg(strstr(table, row) != NULL, "features.txt lacks %s", row + 1);
	}
	free(table);
}
END_TEST

Suite *suite_golden(void);
Suite *suite_golden(void)
{
	Suite *s = suite_create("golden");
	TCase *tc = tcase_create("unit");

#if !T_SANITIZED /* which makes calls of its own */
	tcase_add_test(tc, asks_nothing);
#endif
	tcase_add_test(tc, every_feature);
	suite_add_tcase(s, tc);
	tc = tcase_create("host");
	tcase_add_test(tc, page_is_made_of_them);
	tcase_add_test(tc, every_function);
	suite_add_tcase(s, tc);
	tc = tcase_create("live");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, as_told, 0, (int)golden_n_runs);
	tcase_add_loop_test(tc, as_told_by_older_ones, 0, (int)(4 * golden_n_runs));
	suite_add_tcase(s, tc);
	return s;
}
