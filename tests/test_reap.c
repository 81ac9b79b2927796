// SPDX-License-Identifier: MIT
/* test_reap.c - what killed processes left in tracefs goes, and nothing else does. */
#include "reap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"
#include "t.h"
#include "tracefs.h"

/* A /proc of three processes: kthreadd, one of 7 that started at 500, and 8, whom we may not see. */
struct procfs {
	const char *kthreadd; /* its stat */
	const char *open;
};

static long procfs_call(void *arg, const struct rawbpf_call *c)
{
	struct procfs *p = arg;
	const char *path = (const char *)c->arg[1];
	size_t n;

	switch (c->kind) {
	case RAWBPF_CALL_OPENAT:
		if (!strcmp(path, "/proc/8/stat"))
			return -EACCES;
		p->open = !strcmp(path, "/proc/2/stat")	  ? p->kthreadd
			  : !strcmp(path, "/proc/7/stat") ? "7 (a ) b) S 1 7 7 0 -1 4194304 1 0 0 "
							    "0 0 0 0 0 20 0 1 0 500 9 9\n"
							  : NULL;
		return p->open ? 1000 : -ENOENT;
	case RAWBPF_CALL_READ:
		n = strlen(p->open);
		memcpy((void *)c->arg[1], p->open, n);
		p->open += n;
		return (long)n;
	case RAWBPF_CALL_CLOSE: return 0;
	default: ck_abort_msg("call %d", c->kind);
	}
}

#define KTHREADD "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 25 0 0\n"
#define INIT	 "2 (sh) S 1 2 2 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 25 0 0\n"

START_TEST(whose)
{
	static const struct {
		const char *name;
		bool left;
	} rows[] = {
		{"rawbpf_7_500_0", false}, /* lives */
		{"rawbpf_7_499_0", true},  /* the number's last owner */
		{"rawbpf_6_500_12", true}, /* nobody has the number */
		{"rawbpf_8_500_0", false}, /* not known */
		{"rawbpf_6_500", false},
		{"rawbpf_6_500_", false},
		{"rawbpf_6_500_0x", false},
		{"rawbpf_06_500_0", false},
		{"rawbpf_-6_500_0", false},
		{"rawbpf_6_ 500_0", false},
		{"rawbpf_99999999999_1_0", false},
		{"rawbpf_mine", false},
		{"bcc_6_500_0", false},
		{"", false},
	};
	struct procfs p = {.kthreadd = KTHREADD};
	struct sys s = {procfs_call, &p};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(reap_is_left(&s, rows[i].name) == rows[i].left, "'%s'", rows[i].name);
	/* a /proc that does not show all processes proves nothing */
	p.kthreadd = INIT;
	ck_assert(!reap_is_left(&s, "rawbpf_6_500_12"));
	p.kthreadd = NULL;
	ck_assert(!reap_is_left(&s, "rawbpf_7_499_0"));
}
END_TEST

static bool there(struct rawbpf *b, const char *name)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "instances/%s", name);
	fd = openat(tracefs_dir(b), path, O_PATH | O_CLOEXEC);
	close(fd);
	return fd >= 0;
}

/* A process with a trace instance, which waits to be killed; its pid. */
static pid_t start_owner(char *name, size_t size)
{
	struct proc_stat st;
	struct sys s = {0};
	int fds[2];
	char c = 0;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		c = rawbpf_trace_fd(rawbpf_new(), false) < 0 ? 'n' : 'y';
		if (write(fds[1], &c, 1) == 1)
			pause();
		_exit(1);
	}
	ck_assert_int_eq(read(fds[0], &c, 1), 1);
	close(fds[0]);
	close(fds[1]);
	ck_assert_int_eq(proc_stat(&s, pid, &st), 0);
	snprintf(name, size, "rawbpf_%d_%" PRIu64 "_0", (int)pid, st.start);
	return pid;
}

static int remember(void *arg, const char *path, int err)
{
	ck_assert_int_eq(err, 0);
	if (strstr(path, arg))
		*(char *)arg = '\0';
	return 0;
}

/* 0: the next instance sweeps, 1: rawbpf_reap(), 2: the command */
START_TEST(killed)
{
	struct proc_stat st;
	struct rawbpf *b;
	char name[64], copy[64], *out;
	pid_t pid;

	T_NEED_ROOT();
	b = rawbpf_new();
	if (proc_stat(&b->sys, 2, &st) || !(st.flags & 0x200000)) {
		rawbpf_free(b);
		T_SKIP("/proc does not show all processes");
	}
	pid = start_owner(name, sizeof(name));
	if (!there(b, name)) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		rawbpf_free(b);
		T_SKIP("no bpf_trace_printk event");
	}
	ck_assert_int_ge(rawbpf_reap(b, NULL, NULL), 0);
	ck_assert(there(b, name)); /* it lives */
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ck_assert(there(b, name));
	if (_i == 0) {
		ck_assert_int_ge(rawbpf_trace_fd(b, false), 0);
	} else if (_i == 1) {
		strcpy(copy, name);
		ck_assert_int_ge(rawbpf_reap(b, remember, copy), 1);
		ck_assert_str_eq(copy, "");
	} else {
		ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf doctor --reap"), 0);
		ck_assert_ptr_nonnull(strstr(out, name));
		free(out);
	}
	ck_assert(!there(b, name));
	rawbpf_free(b);
}
END_TEST

START_TEST(without_context)
{
	ck_assert_int_eq(rawbpf_reap(NULL, NULL, NULL), -ENOMEM);
}
END_TEST

Suite *suite_reap(void);
Suite *suite_reap(void)
{
	Suite *s = suite_create("reap");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, whose);
	tcase_add_test(t, without_context);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, killed, 0, 3);
	suite_add_tcase(s, t);
	return s;
}
