// SPDX-License-Identifier: MIT
/* test_symlist.c - rawbpf_each_sym() and rawbpf syms. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rawbpf.h"
#include "symlist.h"
#include "t.h"

struct found {
	int n;
	bool ifunc, target;
};

START_TEST(as_shells_do)
{
	const struct rawbpf_sym s = {.name = "strlen"};
	const struct rawbpf_sym v = {
		.name = "strlen", .version = "GLIBC_2.2.5", .is_default = true};

	ck_assert(symlist_match("str*n", &s));
	ck_assert(symlist_match("strlen", &s));
	ck_assert(!symlist_match("str*n", &(struct rawbpf_sym){.name = "strlent"}));
	ck_assert(!symlist_match("STRLEN", &s));
	ck_assert(symlist_match(NULL, &s));
	ck_assert(symlist_match("str*@GLIBC_2.2.5", &v));
	ck_assert(symlist_match("str*@@*", &v));
	ck_assert(!symlist_match("str*@GLIBC_2.3", &v));
}
END_TEST

static int on_sym(void *arg, const struct rawbpf_sym *s)
{
	struct found *f = arg;

	ck_assert_int_eq(strncmp(s->name, "strlen", 6), 0);
	ck_assert_ptr_nonnull(s->file);
	ck_assert(s->offset > 0);
	f->n++;
	f->ifunc |= s->ifunc;
	f->target |= s->target != 0;
	return 0;
}

static int stop(void *arg, const struct rawbpf_sym *s)
{
	(void)s;
	++*(int *)arg;
	return 7;
}

START_TEST(libc)
{
	int fds = t_count_fds(), n = 0;
	struct found f = {0};
	struct rawbpf_error e;

	ck_assert_msg(!rawbpf_each_sym("c", "strlen", on_sym, &f, &e), "%s", e.msg);
	ck_assert_int_ge(f.n, 1);
	ck_assert_int_eq(f.ifunc, f.target);
	ck_assert_int_eq(rawbpf_each_sym("c", NULL, stop, &n, NULL), 7);
	ck_assert_int_eq(n, 1);
	ck_assert_int_eq(rawbpf_each_sym("c", "no_such_*", on_sym, &f, &e), 0);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

struct meant {
	unsigned n, found;
};

static int on_meant(void *arg, size_t i, const struct rawbpf_sym *s)
{
	struct meant *m = arg;

	ck_assert_uint_eq(i, m->n++);
	m->found += s != NULL;
	ck_assert(!s || s->offset);
	return i == 3 ? 9 : 0;
}

START_TEST(meant)
{
	static const char *const names[] = {"qsort", "no_such_function", "getenv"};
	static const char *const more[] = {"qsort", "qsort", "qsort", "qsort", "qsort"};
	static const char *const hole[] = {"qsort", NULL};
	int fds = t_count_fds();
	struct meant m = {0, 0};
	struct rawbpf_error e;

	ck_assert_msg(!rawbpf_find_syms("c", names, 3, on_meant, &m, &e), "%s", e.msg);
	ck_assert_uint_eq(m.n, 3);
	ck_assert_uint_eq(m.found, 2);
	m.n = 0;
	ck_assert_int_eq(rawbpf_find_syms("c", more, 5, on_meant, &m, NULL), 9);
	ck_assert_int_eq(rawbpf_find_syms("c", hole, 2, on_meant, &m, &e), -EINVAL);
	ck_assert_str_eq(e.msg, "name 1 is NULL: EINVAL");
	ck_assert_int_eq(rawbpf_find_syms("/no/such", names, 3, on_meant, &m, &e), -ENOENT);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(errors)
{
	struct rawbpf_error e;

	ck_assert_int_eq(rawbpf_each_sym("/no/such", NULL, stop, NULL, &e), -ENOENT);
	ck_assert_str_eq(e.msg, "no file '/no/such': ENOENT");
	ck_assert_int_eq(rawbpf_each_sym("/etc/passwd", NULL, stop, NULL, &e), -ENOEXEC);
	ck_assert_int_eq(rawbpf_each_sym(NULL, NULL, stop, NULL, &e), -EINVAL);
	ck_assert_int_eq(rawbpf_each_sym("c", NULL, NULL, NULL, &e), -EINVAL);
	ck_assert_int_eq(rawbpf_find_syms("c", NULL, 0, NULL, NULL, &e), -EINVAL);
	ck_assert_int_eq(rawbpf_each_why("c", "strlen", 0, NULL, NULL, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "each_why: no function to call"));
}
END_TEST

START_TEST(tool)
{
	char *out;

	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf syms c malloc --json | head -1"), 0);
	ck_assert_ptr_nonnull(strstr(out, "\"name\": \"malloc\""));
	ck_assert_ptr_nonnull(strstr(out, "\"table\": \".dynsym\", \"type\": \"FUNC\", "));
	ck_assert_ptr_nonnull(strstr(out, "\"target\": null}"));
	free(out);
	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf syms c no_such_fn 2>&1"), 1);
	ck_assert_msg(!strncmp(out, "rawbpf syms: no function 'no_such_fn' in '/", 43) &&
			      strstr(out, "': ENOENT\n"),
		"%s", out);
	free(out);
	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf syms c qsotr 2>&1"), 1);
	ck_assert_ptr_nonnull(strstr(out, "\n  hint: did you mean 'qsort'"));
	free(out);
	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf syms c 'no_such_fn*' 2>&1"), 1);
	ck_assert_str_eq(out, "rawbpf syms: no function of 'c' matches 'no_such_fn*': ENOENT\n");
	free(out);
	ck_assert_int_eq(t_run(NULL, TEST_BUILD "/rawbpf syms 2>/dev/null"), 2);
	ck_assert_int_eq(t_run(NULL, TEST_BUILD "/rawbpf syms --bad c 2>/dev/null"), 2);
	ck_assert_int_eq(t_run(NULL, TEST_BUILD "/rawbpf syms --help >/dev/null"), 0);
	ck_assert_int_eq(t_run(NULL, TEST_BUILD "/rawbpf syms c >/dev/full 2>/dev/null"), 1);
}
END_TEST

static int none(void *arg, const struct rawbpf_sym *s)
{
	(void)arg;
	(void)s;
	return 0;
}

static int none_why(void *arg, const struct rawbpf_why *w)
{
	(void)arg;
	(void)w;
	return 0;
}

/* A file whose end is missing is not called stripped: by all, by pattern and by name. */
START_TEST(cut_short)
{
	static const char *const patterns[] = {NULL, "w*", "work"};
	char path[] = "/tmp/rawbpf-symlist-XXXXXX", bytes[5000], want[128];
	struct rawbpf_error e;
	FILE *in = fopen("/proc/self/exe", "re");
	int fd = mkstemp(path);

	ck_assert_uint_eq(fread(bytes, 1, sizeof(bytes), in), sizeof(bytes));
	fclose(in);
	ck_assert_int_eq(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	close(fd);
	snprintf(want, sizeof(want), "'%s' is cut short: its section headers are missing: ENOEXEC",
		path);
	ck_assert_int_eq(rawbpf_each_sym(path, patterns[_i], none, NULL, &e), -ENOEXEC);
	ck_assert_str_eq(e.msg, want);
	ck_assert_ptr_nonnull(e.hint);
	ck_assert_int_eq(rawbpf_each_why(path, patterns[_i], 0, none_why, NULL, &e), -ENOEXEC);
	ck_assert_str_eq(e.msg, want);
	ck_assert_int_eq(rawbpf_each_sym(path, patterns[_i], none, NULL, NULL), -ENOEXEC);
	unlink(path);
}
END_TEST

static int taken(void *arg, const struct rawbpf_sym *s)
{
	(void)s;
	++*(int *)arg;
	return 0;
}

/* Memory that is lacking anywhere on the way is told: a pattern with IFUNCs in it, of libc. */
START_TEST(no_memory)
{
	struct rawbpf_error e;
	bool failed = true;
	int ret, n, told = 0;
	unsigned at;

	for (at = 1; failed && at < 400; at++) {
		n = 0;
		t_fail_alloc_at(at);
		ret = rawbpf_each_sym("c", "strl*", taken, &n, &e);
		failed = t_alloc_failed();
		ck_assert_msg(
			!ret || (e.err == ret && e.stage && e.msg), "allocation %u: %d", at, ret);
		told += ret == -ENOMEM;
	}
	ck_assert(!failed && !ret && n > 0);
	ck_assert_int_gt(told, 3);
}
END_TEST

Suite *suite_symlist(void);
Suite *suite_symlist(void)
{
	Suite *s = suite_create("symlist");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, as_shells_do);
	tcase_add_test(t, libc);
	tcase_add_test(t, meant);
	tcase_add_test(t, errors);
	tcase_add_loop_test(t, cut_short, 0, 3);
	tcase_add_test(t, no_memory);
	tcase_add_test(t, tool);
	suite_add_tcase(s, t);
	return s;
}
