// SPDX-License-Identifier: MIT
/* test_usdtctx.c - USDT contexts: probes by name, their locations, every way to get it wrong. */
#include "usdtctx.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t.h"
#include "t_note.h"

static void has(const char *text, const char *word)
{
	ck_assert_msg(text && strstr(text, word), "no '%s' in '%s'", word, text ? text : "NULL");
}

/* The bytes of m in a file of their own, whose name is malloc'ed. */
static char *to_file(struct t_note *m)
{
	char *path = strdup("/tmp/rawbpf-usdtctx-XXXXXX");
	int fd = mkstemp(path);

	t_note_make(m);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, m->file, m->len), (ssize_t)m->len);
	close(fd);
	return path;
}

/* Probes a:one (3 places), a:two, b:two, b:three_with_a_long_name. */
static char *some_file(void)
{
	static const uint64_t at[][3] = {{0x400010, 0, 0x600004}, {0x400020, 0, 0},
		{0x400030, 0, 0}, {0x400040, 0, 0x600008}, {0x500000, 0, 0x400000}};
	struct t_note *m = t_note_new(64, false, 62, 3);
	char *path;

	t_note_add(m, 0, at[0], "a", "one", "8@%rax -4@$5");
	t_note_add(m, 0, at[1], "a", "two", "");
	t_note_add(m, 0, at[2], "a", "one", "8@%rbx");
	t_note_add(m, 0, at[3], "b", "two", NULL);
	t_note_add(m, 1, at[4], "b", "three_with_a_long_name", "1@%al");
	t_note_add(m, 1, at[1], "a", "one", "8@%rcx -4@$5");
	path = to_file(m);
	free(m);
	return path;
}

struct listed {
	char text[65536];
	size_t len;
	int stop;
};

static int on_probe(void *arg, const struct rawbpf_usdt_info *p)
{
	struct listed *l = arg;

	l->len += (size_t)snprintf(l->text + l->len, sizeof(l->text) - l->len,
		"%s:%s %u places, %u args%s%s%s\n", p->provider, p->name, p->n_locations, p->n_args,
		p->has_semaphore ? ", semaphore" : "", p->fn_name ? " -> " : "",
		p->fn_name ? p->fn_name : "");
	return l->stop;
}

static int on_location(void *arg, const struct rawbpf_usdt_probe *p)
{
	struct listed *l = arg;

	l->len += (size_t)snprintf(l->text + l->len, sizeof(l->text) - l->len,
		"%s:%s 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 "|%s\n", p->provider, p->name,
		p->addr, p->offset, p->sem_offset, p->args);
	return l->stop;
}

START_TEST(probes_and_locations)
{
	char *path = some_file();
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = path);
	struct listed l = {"", 0, 0};

	ck_assert_int_eq(rawbpf_usdt_error(u)->err, 0);
	ck_assert_str_eq(rawbpf_usdt_errmsg(u), "");
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = "one", .fn_name = "on_one"), 0);
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = "b:two", .fn_name = "on_two"), 0);
	ck_assert_int_eq(rawbpf_usdt_each_probe(u, on_probe, &l), 0);
	ck_assert_str_eq(l.text, "a:one 3 places, 2 args, semaphore -> on_one\n"
				 "a:two 1 places, 0 args\n"
				 "b:two 1 places, 0 args, semaphore -> on_two\n"
				 "b:three_with_a_long_name 1 places, 1 args, semaphore\n");
	l.len = 0;
	ck_assert_int_eq(rawbpf_usdt_each_location(u, "a:one", on_location, &l), 0);
	ck_assert_str_eq(l.text, "a:one 0x400010 0x1010 0x12004|8@%rax -4@$5\n"
				 "a:one 0x400030 0x1030 0x0|8@%rbx\n"
				 "a:one 0x400020 0x1020 0x0|8@%rcx -4@$5\n");
	l.len = 0;
	ck_assert_int_eq(
		rawbpf_usdt_each_location(u, "three_with_a_long_name", on_location, &l), 0);
	ck_assert_str_eq(l.text, "b:three_with_a_long_name 0x500000 0x0 0x0|1@%al\n");
	l.stop = 7;
	ck_assert_int_eq(rawbpf_usdt_each_location(u, "one", on_location, &l), 7);
	ck_assert_int_eq(rawbpf_usdt_each_probe(u, on_probe, &l), 7);
	rawbpf_usdt_free(u);
	free(path);
}
END_TEST

/* A context that could not be made says so, whatever is asked of it. */
static void broken(struct rawbpf_usdt *u, int err, const char *msg, const char *hint)
{
	struct listed l = {"", 0, 0};

	ck_assert_ptr_nonnull(u);
	ck_assert_msg(rawbpf_usdt_error(u)->err == err, "%s", rawbpf_usdt_errmsg(u));
	has(rawbpf_usdt_error(u)->msg, msg);
	if (hint)
		has(rawbpf_usdt_error(u)->hint, hint);
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = "p", .fn_name = "f"), err);
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = NULL), err);
	ck_assert_int_eq(rawbpf_usdt_each_probe(u, on_probe, &l), err);
	ck_assert_int_eq(rawbpf_usdt_each_location(u, "p", on_location, &l), err);
	has(rawbpf_usdt_errmsg(u), msg);
	rawbpf_usdt_free(u);
}

START_TEST(not_opened)
{
	const struct {
		size_t sz;
		char more[64];
	} newer = {sizeof(newer), {[63] = 1}};
	const struct rawbpf_usdt_opts no_size = {.path = "/bin/sh"};
	int fds = t_count_fds(), status;
	pid_t pid;

	broken(rawbpf_usdt_new(), -EINVAL, "either a pid or a path must be given: EINVAL", NULL);
	broken(rawbpf_usdt_new_opts(NULL), -EINVAL, "either a pid or a path", NULL);
	broken(rawbpf_usdt_new(.path = "", .pid = -1), -EINVAL, "either a pid or a path", NULL);
	broken(rawbpf_usdt_new(.path = "bin/sh"), -EINVAL, "path 'bin/sh' is not absolute",
		"must begin with '/'");
	broken(rawbpf_usdt_new(.path = "/no/where"), -ENOENT, "'/no/where'", NULL);
	broken(rawbpf_usdt_new(.path = "/no/where", .pid = getpid()), -ENOENT, "'/no/where'", NULL);
	broken(rawbpf_usdt_new(.path = "/etc/passwd"), -ENOEXEC, "'/etc/passwd' is not an ELF file",
		NULL);
	broken(rawbpf_usdt_new(.path = "/etc"), -EISDIR, "'/etc' is not a file", NULL);
	broken(rawbpf_usdt_new(.path = "nosuchlibrary"), -ENOENT, "'nosuchlibrary'", NULL);
	broken(rawbpf_usdt_new(.pid = 0x3fffffff), -ESRCH, "no process 1073741823", "ended");
	broken(rawbpf_usdt_new(.pid = 0x3fffffff, .path = "/bin/sh"), -ESRCH,
		"no process 1073741823", NULL);
	broken(rawbpf_usdt_new_opts(&no_size), -EINVAL, "options without their size", NULL);
	broken(rawbpf_usdt_new_opts((const void *)&newer), -E2BIG, "newer than this library", NULL);
	pid = fork();
	if (!pid)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
	broken(rawbpf_usdt_new(.pid = pid), -ESRCH, "process", "ended");
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

static void refused(
	struct rawbpf_usdt *u, int err, const char *probe, const char *msg, const char *hint)
{
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = probe, .fn_name = "f"), err);
	ck_assert_int_eq(rawbpf_usdt_error(u)->err, err);
	has(rawbpf_usdt_error(u)->msg, msg);
	if (hint)
		has(rawbpf_usdt_error(u)->hint, hint);
}

START_TEST(not_enabled)
{
	char *path = some_file();
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = path);

	refused(u, -EINVAL, NULL, ".probe is missing", NULL);
	refused(u, -EINVAL, "", ".probe is missing", NULL);
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = "one"), -EINVAL);
	has(rawbpf_usdt_errmsg(u), ".fn_name (the program) is missing");
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = "one", .fn_name = ""), -EINVAL);
	refused(u, -ENOENT, "tree_with_a_long_name", "no probe 'tree_with_a_long_name' in '/tmp/",
		"did you mean 'three_with_a_long_name'?");
	refused(u, -ENOENT, "b:tow", "no probe 'b:tow'", "did you mean 'b:two'?");
	refused(u, -ENOENT, "b:three_with_a_long_nam", "no probe", "'b:three_with_a_long_name'");
	refused(u, -ENOENT, "b:one", "no probe 'b:one'", "'a:one'");
	refused(u, -ENOENT, "zzzzzzzz", "no probe 'zzzzzzzz'", "it has 4 others");
	refused(u, -ENOENT, ":one", "no probe ':one'", "'a:one'");
	refused(u, -ENOENT, "a:", "no probe 'a:'", NULL);
	refused(u, -EINVAL, "two", "probe 'two' of '/tmp/", "'a:two', 'b:two'");
	has(rawbpf_usdt_error(u)->msg, "has 2 providers: EINVAL");
	ck_assert_int_eq(rawbpf_usdt_enable_probe(u, .probe = "one", .fn_name = "first"), 0);
	refused(u, -EEXIST, "a:one", "probe 'a:one' is enabled already, for program 'first'", NULL);
	rawbpf_usdt_free(u);
	free(path);
}
END_TEST

START_TEST(no_probes)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	char *path = to_file(m);
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = path);
	struct listed l = {"", 0, 0};

	ck_assert_int_eq(rawbpf_usdt_error(u)->err, 0);
	ck_assert_int_eq(rawbpf_usdt_each_probe(u, on_probe, &l), 0);
	ck_assert_uint_eq(l.len, 0);
	refused(u, -ENOENT, "p", "has no probes: ENOENT", "sys/sdt.h");
	rawbpf_usdt_free(u);
	free(path);
	free(m);
}
END_TEST

START_TEST(null_context)
{
	struct listed l = {"", 0, 0};

	ck_assert_int_eq(rawbpf_usdt_enable_probe(NULL, .probe = "p", .fn_name = "f"), -ENOMEM);
	ck_assert_int_eq(rawbpf_usdt_each_probe(NULL, on_probe, &l), -ENOMEM);
	ck_assert_int_eq(rawbpf_usdt_each_location(NULL, "p", on_location, &l), -ENOMEM);
	ck_assert_str_eq(rawbpf_usdt_errmsg(NULL), "out of memory");
	ck_assert_int_eq(rawbpf_usdt_error(NULL)->err, -ENOMEM);
	rawbpf_usdt_free(NULL);
}
END_TEST

Suite *suite_usdtctx(void);
Suite *suite_usdtctx(void)
{
	Suite *s = suite_create("usdtctx");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, probes_and_locations);
	tcase_add_test(t, not_opened);
	tcase_add_test(t, not_enabled);
	tcase_add_test(t, no_probes);
	tcase_add_test(t, null_context);
	suite_add_tcase(s, t);
	return s;
}
