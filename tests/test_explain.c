// SPDX-License-Identifier: MIT
/* test_explain.c - rawbpf explain, as a user runs it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

#define EXPLAIN TEST_BUILD "/rawbpf explain"

static const char log_cmd[] =
	"printf '0: (79) r1 = *(u64 *)(r1 +112)\\n; x = *p; @ a.c:7\\n"
	"1: (79) r0 = *(u64 *)(r1 +0)\\nR1 invalid mem access '\"'scalar'\"'\\n"
	"processed 2 insns\\n' | ";

static void has(const char *text, const char *word)
{
	ck_assert_msg(strstr(text, word), "no '%s' in '%s'", word, text);
}

START_TEST(text)
{
	char *out;

	ck_assert_int_eq(t_run(&out, "%s " EXPLAIN " -", log_cmd), 0);
	has(out, "a.c:7: insn 1: R1 invalid mem access 'scalar'\n");
	has(out, "  hint: r1 is a plain number here; read through it with bpf_probe_read_user");
	has(out, "insn 0 'r1 = *(u64 *)(r1 +112)'");
	free(out);
}
END_TEST

START_TEST(json)
{
	char *out;

	ck_assert_int_eq(t_run(&out, "%s " EXPLAIN " --errno EACCES --json", log_cmd), 0);
	has(out, "{\"insn\": 1, \"line\": 7, \"msg\": \"R1 invalid mem access 'scalar'\", "
		 "\"hint\": \"r1 is a plain number");
	has(out, "\"file\": \"a.c\", \"errno\": \"EACCES\"}\n");
	free(out);
	ck_assert_int_eq(t_run(&out, "echo 'unreachable insn 3' | " EXPLAIN " --json"), 0);
	has(out, "{\"insn\": 3, \"line\": null, \"msg\": \"unreachable insn 3\"");
	has(out, "\"errno\": null}");
	free(out);
}
END_TEST

START_TEST(empty_log_goes_by_errno)
{
	char *out;

	ck_assert_int_eq(t_run(&out, EXPLAIN " --errno 7 </dev/null"), 0);
	has(out, "the verifier wrote no message: E2BIG");
	has(out, "no instructions");
	free(out);
	ck_assert_int_eq(t_run(&out, EXPLAIN " --errno -eperm </dev/null"), 0);
	has(out, "CAP_BPF");
	free(out);
}
END_TEST

START_TEST(failures)
{
	char *out;

	ck_assert_int_eq(t_run(&out, EXPLAIN " </dev/null 2>/dev/null"), 1);
	ck_assert_str_eq(out, "");
	free(out);
	ck_assert_int_eq(
		t_run(&out, "echo 'processed 2 insns (limit 1)' | " EXPLAIN " 2>&1 >/dev/null"), 1);
	has(out, "the log holds no refusal");
	free(out);
	ck_assert_int_eq(t_run(&out, EXPLAIN " /nowhere/log 2>&1"), 1);
	has(out, "'/nowhere/log' cannot be read");
	free(out);
	ck_assert_int_eq(t_run(&out, EXPLAIN " --errno EFOO 2>&1"), 2);
	has(out, "no errno 'EFOO'");
	free(out);
	ck_assert_int_eq(t_run(NULL, EXPLAIN " --nothing 2>/dev/null"), 2);
	ck_assert_int_eq(t_run(NULL, EXPLAIN " a b 2>/dev/null"), 2);
	ck_assert_int_eq(t_run(&out, EXPLAIN " --help"), 0);
	has(out, "usage: rawbpf explain");
	free(out);
	ck_assert_int_eq(t_run(NULL, "%s " EXPLAIN " >/dev/full 2>/dev/null", log_cmd), 1);
	/* one that has no end */
	ck_assert_int_eq(t_run(&out, EXPLAIN " /dev/zero 2>&1"), 1);
	has(out, "'/dev/zero' cannot be read: EFBIG");
	free(out);
}
END_TEST

/* ---- refusals/told.txt: what is said of each refused program on each kernel */

static const char *const kernels[] = {
	"vm-5.10", "vm-6.1", "vm-6.12", "vm-6.18", "host-6.18", "vm-7.2", "vm-7.3"};

enum { TOLD_ROWS = 120 };

/* NAME, the kernels, the first line, words of the hint divided by '|' */
struct told {
	char *col[4];
	unsigned used;
};

static size_t told_read(char *table, struct told *rows)
{
	char *line, *save = NULL;
	size_t n = 0;
	int i;

	for (line = strtok_r(table, "\n", &save); line; line = strtok_r(NULL, "\n", &save), n++) {
		ck_assert_uint_lt(n, TOLD_ROWS);
		rows[n].used = 0;
		for (i = 0; i < 4; i++) {
			rows[n].col[i] = line;
			ck_assert_msg(line, "row %zu is short", n + 1);
			line = i < 3 ? strchr(line, '\t') : line;
			if (i < 3 && line)
				*line++ = '\0';
		}
	}
	return n;
}

/* Whether a list "vm-5.10,vm-6.1" or "*" has a kernel. */
static bool told_on(const char *list, const char *kernel)
{
	size_t n = strlen(kernel);
	const char *p;

	if (!strcmp(list, "*"))
		return true;
	for (p = list; (p = strstr(p, kernel)); p++)
		if ((p == list || p[-1] == ',') && (!p[n] || p[n] == ','))
			return true;
	return false;
}

static struct told *told_find(struct told *rows, size_t n, const char *name, const char *kernel)
{
	struct told *found = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(rows[i].col[0], name) || !told_on(rows[i].col[1], kernel))
			continue;
		ck_assert_msg(!found, "%s %s: two rows", kernel, name);
		found = &rows[i];
	}
	ck_assert_msg(found, "%s %s: no row", kernel, name);
	found->used++;
	return found;
}

/* One case through the tool, as a user gives it the log. */
static void told_check(const struct told *row, const char *kernel, const char *log, int err)
{
	char path[] = "/tmp/rawbpf-told-XXXXXX", *out, *hint, *word, *save = NULL;
	char words[512];
	FILE *f = fdopen(mkstemp(path), "w");
	int status;

	ck_assert_ptr_nonnull(f);
	fputs(log, f);
	fclose(f);
	status = err ? t_run(&out, EXPLAIN " --errno %d %s", err, path)
		     : t_run(&out, EXPLAIN " %s 2>&1", path);
	unlink(path);
	if (!strcmp(row->col[2], "taken")) {
		ck_assert_msg(!err && status == 1 && strstr(out, "the log holds no refusal"),
			"%s %s: '%s'", kernel, row->col[0], out);
		free(out);
		return;
	}
	ck_assert_msg(err && !status, "%s %s: %d '%s'", kernel, row->col[0], status, out);
	hint = strstr(out, "\n  hint: ");
	ck_assert_msg(hint, "%s %s: no hint in '%s'", kernel, row->col[0], out);
	*hint = '\0';
	ck_assert_msg(!strcmp(out, row->col[2]), "%s %s: '%s' is not '%s'", kernel, row->col[0],
		out, row->col[2]);
	snprintf(words, sizeof(words), "%s", row->col[3]);
	ck_assert_msg(*words, "%s says nothing", row->col[0]);
	for (word = strtok_r(words, "|", &save); word; word = strtok_r(NULL, "|", &save))
		ck_assert_msg(strstr(hint + 1, word), "%s %s: no '%s' in '%s'", kernel, row->col[0],
			word, hint + 1);
	free(out);
}

/* Every case of a kernel's file; returns how many. */
static int told_kernel(const char *kernel, struct told *rows, size_t n)
{
	char path[64], name[64] = "", *data, *line, *next, *log;
	int err = 0, count = 0;
	size_t len = 0;

	snprintf(path, sizeof(path), "refusals/%s.txt", kernel);
	data = t_data(path, &len);
	log = malloc(len + 1);
	ck_assert_ptr_nonnull(log);
	for (line = data, len = 0; *line; line = next) {
		next = strchr(line, '\n') + 1;
		if (*line == '|') {
			memcpy(log + len, line + 1, (size_t)(next - line - 1));
			len += (size_t)(next - line - 1);
		} else if (sscanf(line, "case %63s", name) == 1) {
			len = 0;
		} else if (sscanf(line, "errno %d", &err) != 1) {
			ck_assert(!strncmp(line, "end\n", 4));
			log[len] = '\0';
			told_check(told_find(rows, n, name, kernel), kernel, log, err);
			count++;
		}
	}
	free(log);
	free(data);
	return count;
}

START_TEST(all_refusals_are_told)
{
	char *table = t_data("refusals/told.txt", NULL);
	char *cases = t_data("refusals/cases.list", NULL), *p;
	struct told rows[TOLD_ROWS];
	size_t n = told_read(table, rows), i;
	int in_list = 0;

	for (p = cases; (p = strchr(p, '\n')); p++)
		in_list++;
	for (i = 0; i < sizeof(kernels) / sizeof(*kernels); i++)
		ck_assert_int_eq(told_kernel(kernels[i], rows, n), in_list);
	for (i = 0; i < n; i++)
		ck_assert_msg(rows[i].used, "row %zu, '%s', is of no kernel", i + 1, *rows[i].col);
	free(cases);
	free(table);
}
END_TEST

Suite *suite_explain(void);
Suite *suite_explain(void)
{
	Suite *s = suite_create("explain");
	TCase *t = tcase_create("tool");

	tcase_add_test(t, text);
	tcase_add_test(t, json);
	tcase_add_test(t, empty_log_goes_by_errno);
	tcase_add_test(t, failures);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, all_refusals_are_told);
	suite_add_tcase(s, t);
	return s;
}
