// SPDX-License-Identifier: MIT
/* test_upguess.c - dry runs on files and processes that may not be read: "?", and no error. */
#include "upguess.h"

#include <errno.h>
#include <features.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "t.h"

#define SELF "/proc/self/exe"

/* Opening what has this in its path fails so. */
struct closed {
	const char *path[2];
	int err;
};

static long answer(void *arg, const struct rawbpf_call *c)
{
	const struct closed *k = arg;
	size_t i;

	if (c->kind == RAWBPF_CALL_OPENAT)
		for (i = 0; i < 2; i++)
			if (k->path[i] && strstr((const char *)c->arg[1], k->path[i]))
				return k->err;
	return rawbpf_call_kernel(c);
}

static void gather(void *arg, const char *line)
{
	buf_puts(arg, line);
	buf_puts(arg, "\n");
}

static const char programs[] = ".license \"GPL\"\n.prog one \"uprobe\"\n	return 0\n"
			       ".prog ret \"uretprobe\"\n	return 0\n"
			       ".prog many \"uprobe.multi\"\n	return 0\n";

/* With a dry run's audit in lines. */
static struct rawbpf *loaded(struct closed *k, struct buf *lines)
{
	struct rawbpf *b = rawbpf_new();

	ck_assert_int_eq(rawbpf_set_audit(b, gather, lines), 0);
	rawbpf_set_audit_form(b, RAWBPF_AUDIT_STABLE);
	ck_assert_int_eq(rawbpf_set_dry_run(b), 0);
	rawbpf_set_hook(b, answer, k);
	ck_assert_int_eq(rawbpf_load(b, .text = programs), 0);
	buf_free(lines);
	return b;
}

static void has(const struct buf *lines, const char *part)
{
	ck_assert_msg(strstr(buf_str(lines), part), "no '%s' in\n%s", part, buf_str(lines));
}

/* Where the file is closed, its path is known all the same, and an offset that was given. */
START_TEST(closed_file)
{
	struct closed k = {.path = {SELF}, .err = _i ? -EPERM : -EACCES};
	struct buf lines = {0};
	struct rawbpf *b = loaded(&k, &lines);

	ck_assert_int_eq(rawbpf_attach_uprobe(b, .name = SELF, .sym = "f", .fn_name = "one"), 0);
	has(&lines, "config1=\"" SELF "\", config2=?}, -1, 0, -1, PERF_FLAG_FD_CLOEXEC) = <" SELF
		    ":f>");
	/* nobody knows whether it is the same place, but that they are not told to be */
	ck_assert_int_eq(rawbpf_attach_uprobe(b, .name = SELF, .sym = "g", .fn_name = "one"), 0);
	ck_assert_int_eq(rawbpf_attach_uprobe(b, .name = SELF, .addr = 0x10, .fn_name = "one"), 0);
	has(&lines, "<" SELF ":0x10>");
	ck_assert_int_eq(
		rawbpf_attach_uprobe(b, .name = SELF, .sym = "f", .sym_off = 3, .fn_name = "one"),
		0);
	has(&lines, "<" SELF ":f+0x3>");
	buf_free(&lines);
	ck_assert_int_eq(
		rawbpf_attach_uretprobe(b, .name = SELF, .offset = 0x1234, .fn_name = "ret"), 0);
	has(&lines, "config1=\"" SELF "\", config2=0x1234}");
	has(&lines, "<" SELF ":+0x1234>");
	ck_assert_int_eq(rawbpf_num_open_probes(b), 5);
	ck_assert_int_eq(rawbpf_detach_uprobe(b, .name = SELF, .sym = "g"), 0);
	ck_assert_int_eq(rawbpf_detach_uprobe(b, .name = SELF, .sym = "g"), -ENOENT);
	ck_assert_int_eq(rawbpf_num_open_probes(b), 4);
	rawbpf_free(b);
	buf_free(&lines);
}
END_TEST

/* How many functions a pattern matches is not known, either; another link's number is. */
START_TEST(pattern_of_closed)
{
	struct closed k = {.path = {SELF}, .err = -EACCES};
	struct buf lines = {0};
	struct rawbpf *b = loaded(&k, &lines);

	ck_assert_int_eq(
		rawbpf_attach_uprobe(b, .name = SELF, .sym_re = "t_", .fn_name = "many"), 0);
	has(&lines, "path=\"" SELF "\", offsets=?, cnt=?}, 64) = <uprobe_multi, ? places>");
	ck_assert_int_eq(rawbpf_num_open_probes(b), -EACCES);
	buf_free(&lines);
	ck_assert_int_eq(rawbpf_attach_uprobe(b, .name = SELF, .sym = "f", .fn_name = "many"), 0);
	has(&lines, "path=\"" SELF "\", offsets=?, cnt=1}");
	buf_free(&lines);
	k.err = 0;
	k.path[0] = NULL;
	ck_assert_int_eq(
		rawbpf_attach_uprobe(b, .name = SELF, .sym = "t_lacks", .fn_name = "many"), 0);
	has(&lines, "offsets=[0x");
	k.path[0] = SELF;
	k.err = -EACCES;
	ck_assert_int_eq(
		rawbpf_detach_uprobe(b, .name = SELF, .sym_re = "t_", .fn_name = "many"), 0);
	ck_assert_int_eq(rawbpf_num_open_probes(b), 2);
	rawbpf_free(b);
	buf_free(&lines);
}
END_TEST

/* What the process maps, and what is at a path below its root, is closed with it. */
START_TEST(closed_process)
{
	struct closed k = {.path = {"/exe"}, .err = -EACCES};
	struct buf lines = {0};
	struct rawbpf *b = loaded(&k, &lines);
	char name[64];

	snprintf(name, sizeof(name), "/tmp/x");
	ck_assert_int_eq(rawbpf_attach_uretprobe(b, .name = _i ? name : "c", .sym = "strlen",
				 .fn_name = "ret", .pid = getpid()),
		0);
	has(&lines, "config=1, config1=?, config2=?}, PID, -1, -1, PERF_FLAG_FD_CLOEXEC) = <");
	buf_free(&lines);
	ck_assert_int_eq(rawbpf_attach_uprobe(b, .name = _i ? name : "c", .sym = "strlen",
				 .fn_name = "many", .pid = getpid()),
		0);
	has(&lines, "path=?, offsets=?, cnt=1, pid=PID}");
	/* what the kernel is asked about processes is no place */
	has(&lines, "path=\"/\", offsets=[0x0], cnt=1, pid=PID}, 64) = -1 EINVAL");
	rawbpf_free(b);
	buf_free(&lines);
}
END_TEST

/* What is not there is an error still; and without a dry run, what is closed. */
START_TEST(errors)
{
	struct closed k = {.path = {SELF}, .err = -EACCES};
	struct buf lines = {0};
	struct rawbpf *b = loaded(&k, &lines);

	ck_assert_int_eq(
		rawbpf_attach_uprobe(b, .name = "/none/x", .sym = "f", .fn_name = "one"), -ENOENT);
	ck_assert_int_eq(rawbpf_attach_uprobe(
				 b, .name = "c", .sym = "f", .fn_name = "one", .pid = 0x7ffffffe),
		-ESRCH);
	k.err = -ENOENT;
	ck_assert_int_eq(
		rawbpf_attach_uprobe(b, .name = SELF, .sym = "f", .fn_name = "one"), -ENOENT);
	k.err = -EIO;
	ck_assert_int_eq(rawbpf_attach_uprobe(b, .name = SELF, .sym = "f", .fn_name = "one"), -EIO);
	ck_assert_int_eq(rawbpf_num_open_probes(b), 0);
	rawbpf_free(b);
	buf_free(&lines);
}
END_TEST

START_TEST(every_allocation_fails)
{
	struct closed k = {.path = {SELF}, .err = -EACCES};
	struct buf lines = {0};
	struct rawbpf *b = loaded(&k, &lines);
	bool failed = true;
	unsigned n;
	int err;

	rawbpf_set_audit(b, NULL, NULL);
	ck_assert_int_eq(rawbpf_attach_uprobe(b, .name = SELF, .sym = "f", .fn_name = "one"), 0);
	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		err = rawbpf_attach_uprobe(b, .name = SELF, .sym = "g", .fn_name = "one");
		failed = t_alloc_failed();
		/* what a descriptor is for may be lost */
		ck_assert_msg(err == -ENOMEM || !err, "%u: %d", n, err);
		ck_assert_int_eq(rawbpf_num_open_probes(b), err ? 1 : 2);
		if (!err)
			rawbpf_detach_uprobe(b, .name = SELF, .sym = "g");
	}
	ck_assert_uint_gt(n, 5);
	rawbpf_free(b);
	buf_free(&lines);
}
END_TEST

/* Functions of the kernel by a pattern, whose list is closed: that number is not known, the next is. */
START_TEST(closed_list)
{
	struct closed k = {.path = {"available_filter_functions"}, .err = -EACCES};
	struct buf lines = {0};
	struct rawbpf *b = rawbpf_new();

	ck_assert_int_eq(rawbpf_set_audit(b, gather, &lines), 0);
	rawbpf_set_audit_form(b, RAWBPF_AUDIT_STABLE);
	ck_assert_int_eq(rawbpf_set_dry_run(b), 0);
	rawbpf_set_hook(b, answer, &k);
	ck_assert_int_eq(rawbpf_load(b, .text = ".license \"GPL\"\n"
						".prog k \"kprobe.multi/vfs_rea*\"\n	return 0\n"
						".prog u \"uprobe.multi/" SELF
						":t_lacks\"\n	return 0\n"),
		0);
	ck_assert_int_eq(rawbpf_attach_all(b), 0);
	has(&lines, "cnt=?, syms=?}");
	has(&lines, "cnt=1}");
	ck_assert_int_eq(rawbpf_num_open_probes(b), -EACCES);
	rawbpf_free(b);
	buf_free(&lines);
}
END_TEST

#if defined(__x86_64__) && defined(__GLIBC__)
/* What strlen became stands in memory that may not be read: only where it is is not known. */
START_TEST(closed_memory)
{
	struct closed k = {.path = {"/maps", "/mem"}, .err = -EACCES};
	struct buf lines = {0};
	struct rawbpf *b = loaded(&k, &lines);

	ck_assert_int_eq(
		rawbpf_attach_uprobe(b, .name = "c", .sym = "strlen", .fn_name = "one"), 0);
	has(&lines, "libc.so.6\", config2=?}");
	ck_assert_int_eq(
		rawbpf_attach_uprobe(b, .name = "c", .sym_re = "strlen", .fn_name = "many"), 0);
	has(&lines, "libc.so.6\", offsets=?, cnt=?}");
	rawbpf_free(b);
	buf_free(&lines);
}
END_TEST
#endif

/* ---- the command ---------------------------------------------------------------------------- */

/* The user 65534 and root, of a copy of the tool, a file and a process that are root's. */
#define SETUP                                                                                     \
	"d=$(mktemp -d) && chmod 755 $d && cp " TEST_BUILD "/rawbpf " TEST_BUILD "/child $d && "  \
	"chmod 755 $d/rawbpf && chmod 700 $d/child && cp " TEST_ROOT                              \
	"/bpfasm/examples/strlen_hist.bpf $d && chmod 644 $d/*.bpf && "                           \
	"printf '.prog a \"uprobe/%%s:main\"\\n\\treturn 0\\n"                                    \
	".prog b \"uprobe.multi/%%s:ma*\"\\n\\treturn 0\\n' $d/child $d/child >$d/closed.bpf && " \
	"{ sleep 60 & p=$!; cd $d && { %s; }; s=$?; kill $p; rm -r $d; exit $s; }"

static const char nobody[] = "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "
			     "--bounding-set=-all ";

/* Line by line what root is told, up to the first "?"; but for memory that only root looks at. */
static void compare(char *root, char *user, unsigned guessed)
{
	char *p, *q, *save = NULL, *keep = NULL;
	size_t n;

	p = strtok_r(root, "\n", &save);
	for (q = strtok_r(user, "\n", &keep); p && q; p = strtok_r(NULL, "\n", &save)) {
		if (strstr(p, "/mem\""))
			continue;
		n = strcspn(q, "?");
		guessed -= q[n] == '?';
		ck_assert_msg(!strncmp(p, q, n + !q[n]), "%s\n%s", p, q);
		q = strtok_r(NULL, "\n", &keep);
	}
	ck_assert_msg(!p && !q, "%s, and %s", p, q);
	ck_assert_uint_eq(guessed, 0);
}

/* What it writes to "out" or "err". */
static int run_as(char **text, const char *user, const char *args, const char *to)
{
	char cmd[512];

	snprintf(cmd, sizeof(cmd),
		"%s./rawbpf run --dry-run %s >out 2>err; s=$?; sed \"s,$d,DIR,g\" %s; (exit $s)",
		user, args, to);
	return t_run(text, SETUP, cmd);
}

START_TEST(plan_of_closed)
{
	static const struct {
		const char *args;
		unsigned guessed;
		const char *said;
	} rows[] = {
		{"-p $p strlen_hist.bpf", 1, "would attach at 1 place;"},
		{"-p $p --drop strlen_hist.bpf", 1, "would attach at 1 place;"},
		{"closed.bpf", 2, "would attach at ? places;"},
		{"-p $p closed.bpf", 2, "would attach at ? places;"},
	};
	char *root, *user, *said;

	T_NEED_ROOT();
	if (t_run(&root, "command -v setpriv"))
		T_SKIP("no setpriv(1)");
	free(root);
	if (T_SANITIZED) /* leaks are looked for by calls that are given up */
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	ck_assert_int_eq(run_as(&root, "", rows[_i].args, "out"), 0);
	ck_assert_int_eq(run_as(&user, nobody, rows[_i].args, "out"), 0);
	ck_assert_int_eq(run_as(&said, nobody, rows[_i].args, "err"), 0);
	compare(root, user, rows[_i].guessed);
	ck_assert_msg(strstr(said, rows[_i].said), "%s", said);
	free(root);
	free(user);
	free(said);
}
END_TEST

Suite *suite_upguess(void);
Suite *suite_upguess(void)
{
	Suite *s = suite_create("upguess");
	TCase *tc = tcase_create("unit");

	tcase_add_loop_test(tc, closed_file, 0, 2);
	tcase_add_test(tc, pattern_of_closed);
	tcase_add_loop_test(tc, closed_process, 0, 2);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, every_allocation_fails);
	tcase_add_test(tc, closed_list);
	suite_add_tcase(s, tc);
	tc = tcase_create("host");
	tcase_set_timeout(tc, 60);
#if defined(__x86_64__) && defined(__GLIBC__)
	tcase_add_test(tc, closed_memory);
#endif
	tcase_add_loop_test(tc, plan_of_closed, 0, 4);
	suite_add_tcase(s, tc);
	return s;
}
