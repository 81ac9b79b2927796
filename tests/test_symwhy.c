// SPDX-License-Identifier: MIT
/* test_symwhy.c - what would be probed, and from where; rawbpf syms --why. */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rawbpf.h"
#include "t.h"
#include "t_child.h"
#include "t_elf.h"

struct row {
	const char *name, *choice, *table, *entry, *error;
	uint64_t probe;
	unsigned passed;
};

struct rows {
	const struct row *row;
	const char *path;
	size_t n;
};

static int on_why(void *arg, const struct rawbpf_why *w)
{
	struct rows *r = arg;
	const struct row *want = &r->row[r->n++];

	ck_assert_str_eq(w->name, want->name);
	ck_assert_str_eq(w->path, r->path);
	ck_assert_str_eq(w->road, "a path");
	ck_assert_str_eq(w->table, want->table);
	ck_assert_uint_eq(w->passed, want->passed);
	ck_assert_uint_eq(w->probe, want->probe);
	ck_assert_ptr_null(w->debug);
	ck_assert_ptr_null(w->slot);
	if (want->error) {
		ck_assert_ptr_nonnull(w->error);
		ck_assert_ptr_nonnull(strstr(w->error->msg, want->error));
		ck_assert_ptr_null(w->entry);
	} else {
		ck_assert_ptr_null(w->error);
		ck_assert_str_eq(w->choice, want->choice);
		ck_assert_str_eq(w->entry, want->entry);
	}
	return 0;
}

#define FIRST "at its first instruction"
#define PUSH  "at the push behind its endbr64, which costs less"
#define ENDBR "at its endbr64, as no push follows"

/* A file of versions, several static functions of a name, and three ways to begin. */
START_TEST(reasons)
{
	static const struct t_elf_sym dyn[] = {
		T_ELF_FN("f", "@V1", T_ELF_AT(0x10), STB_GLOBAL),
		T_ELF_FN("f", "@@V2", T_ELF_AT(0x20), STB_GLOBAL),
		T_ELF_END,
	};
	static const struct t_elf_sym sym[] = {
		T_ELF_FN("f", NULL, T_ELF_AT(0x80), STB_LOCAL),
		T_ELF_FN("twice", NULL, T_ELF_AT(0x30), STB_LOCAL),
		T_ELF_FN("twice", NULL, T_ELF_AT(0x40), STB_LOCAL),
		T_ELF_FN("push", NULL, T_ELF_AT(0x50), STB_LOCAL),
		T_ELF_FN("push12", NULL, T_ELF_AT(0x60), STB_LOCAL),
		T_ELF_FN("loop", NULL, T_ELF_AT(0x70), STB_LOCAL),
		T_ELF_END,
	};
	static const struct row rows[] = {
		{"f", "the default version", ".dynsym", FIRST, NULL, T_ELF_OFF(0x20), 1},
		{"loop", "the only one of that name", ".symtab", ENDBR, NULL, T_ELF_OFF(0x70), 0},
		{"push", "the only one of that name", ".symtab", PUSH, NULL, T_ELF_OFF(0x54), 0},
		{"push12", "the only one of that name", ".symtab", PUSH, NULL, T_ELF_OFF(0x64), 0},
		{"twice", NULL, ".symtab", NULL, "'twice' names 2 functions", 0, 1},
	};
	static const struct row old = {
		"f@V1", "the version asked for", ".dynsym", FIRST, NULL, T_ELF_OFF(0x10), 0};
	struct t_elf e = {.bits = 64, .machine = EM_X86_64, .dyn = dyn, .sym = sym};
	char path[] = "/tmp/rawbpf-why-XXXXXX";
	struct rows r = {rows, path, 0};
	struct rawbpf_error error;
	int fd = mkstemp(path);
	unsigned char *p;
	size_t len;

	p = t_elf_make(&e, &len);
	memcpy(p + T_ELF_OFF(0x50), "\xf3\x0f\x1e\xfa\x55", 5);		/* push %rbp */
	memcpy(p + T_ELF_OFF(0x60), "\xf3\x0f\x1e\xfa\x41\x54", 6);	/* push %r12 */
	memcpy(p + T_ELF_OFF(0x70), "\xf3\x0f\x1e\xfa\x48\xff\xc7", 7); /* inc %rdi */
	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	close(fd);
	free(p);
	ck_assert_msg(!rawbpf_each_why(path, NULL, 0, on_why, &r, &error), "%s", error.msg);
	ck_assert_uint_eq(r.n, 5);
	r = (struct rows){&old, path, 0};
	ck_assert_int_eq(rawbpf_each_why(path, "f@V1", 0, on_why, &r, NULL), 0);
	ck_assert_uint_eq(r.n, 1);
	ck_assert_int_eq(rawbpf_each_why(path, "f@V3", 0, on_why, &r, &error), -ENOENT);
	ck_assert_str_eq(error.hint, "did you mean 'f@V2'?");
	ck_assert_int_eq(rawbpf_each_why(path, "twiec", 0, on_why, &r, &error), -ENOENT);
	ck_assert_str_eq(error.hint, "did you mean 'twice'?");
	r.n = 0;
	ck_assert_int_eq(rawbpf_each_why(path, "g*", 0, on_why, &r, NULL), 0);
	ck_assert_uint_eq(r.n, 0);
	unlink(path);
	ck_assert_int_eq(rawbpf_each_why(path, NULL, 0, on_why, &r, &error), -ENOENT);
	ck_assert_int_eq(rawbpf_each_why(NULL, NULL, 0, on_why, &r, &error), -EINVAL);
	ck_assert_int_eq(rawbpf_each_why("c", NULL, 0x7ffffff0, on_why, &r, &error), -ESRCH);
}
END_TEST

static int stop(void *arg, const struct rawbpf_why *w)
{
	*(uint64_t *)arg = w->error ? 1 : w->probe;
	return 7;
}

/* What is shown is what is attached, IFUNCs too: strlen of a process, and no fd stays open. */
START_TEST(libc_of_a_process)
{
	struct t_child child;
	uint64_t probe = 0;
	int fds = t_count_fds();

	t_child_start(&child, T_CHILD, "threads");
	ck_assert_int_eq(rawbpf_each_why("c", "qsort", child.pid, stop, &probe, NULL), 7);
	ck_assert_uint_gt(probe, 1);
	t_child_go(&child);
	t_child_end(&child);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* A function that is listed, but not found again by its name. */
START_TEST(tool_not_found)
{
	static const struct t_elf_sym dyn[] = {
		T_ELF_FN("odd@name", NULL, T_ELF_AT(0), STB_GLOBAL), T_ELF_END};
	const struct t_elf e = {.bits = 64, .machine = EM_X86_64, .dyn = dyn};
	char path[] = "/tmp/rawbpf-symwhy-XXXXXX", command[200], *out;
	int fd = mkstemp(path);
	unsigned char *p;
	size_t len;

	p = t_elf_make(&e, &len);
	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	free(p);
	close(fd);
	snprintf(command, sizeof(command), TEST_BUILD "/rawbpf syms %s --why", path);
	ck_assert_int_eq(t_run(&out, "%s", command), 0);
	ck_assert_msg(strstr(out, "no probe: no function 'odd@name'") && !strstr(out, "null") &&
			      !strstr(out, "symbol"),
		"%s", out);
	free(out);
	unlink(path);
}
END_TEST

START_TEST(tool)
{
	char *out;

	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf syms c qsort --why"), 0);
	ck_assert_int_eq(strncmp(out, "qsort\n  file    /", 17), 0);
	ck_assert_ptr_nonnull(strstr(out, "\n  symbol  qsort"));
	ck_assert_ptr_nonnull(strstr(out, "\n  probe   offset 0x"));
	free(out);
	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf syms c qsort --why --json"), 0);
	ck_assert_int_eq(strncmp(out, "{\"path\": \"c\", \"file\": \"/", 24), 0);
	ck_assert_ptr_nonnull(strstr(out, "\"choice\": \"the one that is exported\""));
	ck_assert_ptr_nonnull(strstr(out, "\"error\": null, \"hint\": null}\n"));
	free(out);
	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf syms c qsort --why -p $$ | grep maps"), 0);
	free(out);
	ck_assert_int_eq(t_run(NULL, TEST_BUILD "/rawbpf syms c no_such --why 2>/dev/null"), 1);
	ck_assert_int_eq(t_run(NULL, TEST_BUILD "/rawbpf syms -p 1 c 2>/dev/null"), 2);
	ck_assert_int_eq(t_run(NULL, TEST_BUILD "/rawbpf syms --why -p x c 2>/dev/null"), 2);
	ck_assert_int_eq(t_run(NULL, TEST_BUILD "/rawbpf syms c --why >/dev/full 2>/dev/null"), 1);
}
END_TEST

Suite *suite_symwhy(void);
Suite *suite_symwhy(void)
{
	Suite *s = suite_create("symwhy");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, reasons);
	tcase_add_test(t, tool);
	tcase_add_test(t, tool_not_found);
	suite_add_tcase(s, t);
	tcase_add_test(live, libc_of_a_process);
	suite_add_tcase(s, live);
	return s;
}
