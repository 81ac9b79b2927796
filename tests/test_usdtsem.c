// SPDX-License-Identifier: MIT
/*
 * test_usdtsem.c - semaphores: counted up while a place is probed and down afterwards, by the
 * kernel and by hand, whoever detaches and whoever dies.
 */
#include "usdtsem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counter.h"
#include "here.h"
#include "old.h"
#include "t.h"
#include "uproad.h"

/* Which road is left, and what the call was that fails. */
struct semway {
	bool by_hand; /* no reference counters: before Linux 4.20 */
	bool no_pmu;  /* nor a PMU: before 4.17 */
	bool no_multi;
	unsigned fail_at, n, writes;
	char exe[4096];
	uint64_t offset, semaphore;
	struct stat st;
};

static long semway_call(void *arg, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	struct semway *w = arg;

	if (c->kind != RAWBPF_CALL_CLOSE && ++w->n == w->fail_at)
		return -EIO;
	w->writes += c->kind == RAWBPF_CALL_PWRITE;
	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_LINK_CREATE && w->no_multi &&
		a->link.attach_type == RAWBPF_TRACE_UPROBE_MULTI)
		return -EINVAL;
	if (c->kind == RAWBPF_CALL_OPENAT && w->by_hand &&
		strstr((const char *)c->arg[1], "format/ref_ctr_offset"))
		return -ENOENT;
	if (c->kind == RAWBPF_CALL_OPENAT && w->no_pmu &&
		strstr((const char *)c->arg[1], "devices/uprobe"))
		return -ENOENT;
	if (c->kind == RAWBPF_CALL_UNAME && w->no_pmu && w->by_hand) {
		strcpy(((struct utsname *)c->arg[0])->release, "4.16.0");
		strcpy(((struct utsname *)c->arg[0])->version, "#1");
		return 0;
	}
	if (c->kind == RAWBPF_CALL_WRITE && w->by_hand &&
		memchr((const void *)c->arg[1], '(', c->arg[2]))
		return -EINVAL;
	return rawbpf_call_kernel(c);
}

static void semway_open(struct semway *w, struct counter *c)
{
	ssize_t n = readlink("/proc/self/exe", w->exe, sizeof(w->exe) - 1);

	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(stat("/proc/self/exe", &w->st), 0);
	w->offset = here_counted_offset();
	w->semaphore = here_offset(&here_counted_semaphore);
	counter_open(c, RAWBPF_PROG_KPROBE);
	c->b.sys = (struct sys){.hook = semway_call, .arg = w};
}

/* counted's function, with its semaphore */
static int semway_attach(struct semway *w, struct counter *c, pid_t pid)
{
	char name[] = "here:counted";
	struct link_place place = {.offset = w->offset, .name = name, .semaphore = w->semaphore};
	struct uproad r = {.b = &c->b,
		.prog = &c->progs[0],
		.pid = pid,
		.path = w->exe,
		.shown = w->exe,
		.dev = (uint64_t)w->st.st_dev,
		.ino = (uint64_t)w->st.st_ino,
		.places = &place,
		.n = 1};

	return uproad_attach(&r);
}

/* Waits for the kernel's own clean-up. */
static void semway_falls(void)
{
	int i;

	for (i = 0; i < 300 && here_counted_semaphore; i++)
		usleep(10000);
	ck_assert_uint_eq(here_counted_semaphore, 0);
}

/* The kernel counts, and no process is named.  _i 1: by an event of tracefs */
START_TEST(by_kernel)
{
	struct semway w = {.no_pmu = _i};
	struct counter c;
	int fds = t_count_fds();

	NEED_HERE();
	OLD_NEED("semaphore of an event");
	semway_open(&w, &c);
	ck_assert_uint_eq(here_counted_semaphore, 0);
	ck_assert_msg(!semway_attach(&w, &c, 0), "%s", rawbpf_errmsg(&c.b));
	ck_assert_uint_eq(here_counted_semaphore, 1);
	ck_assert_uint_eq(w.writes, 0);
	here_counted(1);
	ck_assert_uint_eq(counter_get(&c, 0), 1);
	link_close_until(&c.b, NULL);
	ck_assert_uint_eq(here_counted_semaphore, 0);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* ... and counts down when the tracer is killed. */
START_TEST(killed)
{
	int to[2];
	pid_t pid;
	char ok;

	NEED_HERE();
	OLD_NEED("semaphore of an event");
	ck_assert_int_eq(pipe2(to, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		struct semway w = {0};
		struct counter c;

		semway_open(&w, &c);
		ok = !semway_attach(&w, &c, 0);
		if (write(to[1], &ok, 1) != 1)
			_exit(1);
		pause();
		_exit(1);
	}
	ck_assert_int_eq(read(to[0], &ok, 1), 1);
	ck_assert_int_eq(ok, 1);
	ck_assert_uint_eq(here_counted_semaphore, 1);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	semway_falls();
	close(to[0]);
	close(to[1]);
}
END_TEST

/* By hand: a process must be named; twice probed is counted twice.  _i 1: no PMU either */
START_TEST(by_hand)
{
	struct semway w = {.by_hand = true, .no_pmu = _i};
	struct counter c;
	int fds = t_count_fds();

	NEED_HERE();
	semway_open(&w, &c);
	ck_assert_int_eq(semway_attach(&w, &c, 0), -EOPNOTSUPP);
	ck_assert_str_eq(rawbpf_errmsg(&c.b),
		"'here:counted' has a semaphore, which kernels before Linux 4.20 do not count; "
		"name a process, whose memory it is: .pid, or run -p PID: EOPNOTSUPP");
	ck_assert_ptr_null(c.b.links);
	ck_assert_uint_eq(here_counted_semaphore, 0);
	ck_assert_msg(!semway_attach(&w, &c, getpid()), "%s", rawbpf_errmsg(&c.b));
	ck_assert_uint_eq(here_counted_semaphore, 1);
	ck_assert_msg(!semway_attach(&w, &c, getpid()), "%s", rawbpf_errmsg(&c.b));
	ck_assert_uint_eq(here_counted_semaphore, 2);
	here_counted(1);
	ck_assert_uint_eq(counter_get(&c, 0), 2);
	link_close(&c.b, c.b.links);
	ck_assert_uint_eq(here_counted_semaphore, 1);
	link_close_until(&c.b, NULL);
	ck_assert_uint_eq(here_counted_semaphore, 0);
	ck_assert_uint_eq(w.writes, 4);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* The process has ended, or become another program: nothing is written to whoever came after. */
START_TEST(process_gone)
{
	struct semway w = {.by_hand = true};
	struct counter c;
	int fds = t_count_fds(), status;
	pid_t pid;

	NEED_HERE();
	semway_open(&w, &c);
	pid = fork();
	if (!pid) {
		if (_i)
			while (!here_counted_semaphore)
				usleep(1000);
		if (_i)
			execl("/proc/self/exe", "check", "--list", (char *)NULL);
		pause();
		_exit(0);
	}
	ck_assert_msg(!semway_attach(&w, &c, pid), "%s", rawbpf_errmsg(&c.b));
	ck_assert_uint_eq(here_counted_semaphore, 0);
	if (!_i)
		kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	link_close_until(&c.b, NULL);
	ck_assert_ptr_null(c.b.links);
	ck_assert_int_eq(semway_attach(&w, &c, pid), -ESRCH);
	counter_close(&c);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

/* Whatever call fails, or any allocation: an error, and the semaphore is as it was. */
START_TEST(failures)
{
	struct semway w = {.by_hand = true};
	struct counter c;
	int err = -1, fds = t_count_fds();
	unsigned i;

	NEED_HERE();
	semway_open(&w, &c);
	for (i = 1; i < 200; i++) {
		w.n = 0;
		w.fail_at = _i ? 0 : i;
		if (_i)
			t_fail_alloc_at(i);
		err = semway_attach(&w, &c, getpid());
		if (_i ? !t_alloc_failed() : w.n < i)
			break;
		w.fail_at = 0;
		if (err)
			ck_assert_int_eq(rawbpf_error(&c.b)->err, err);
		else
			link_close_until(&c.b, NULL); /* it did without that call */
		ck_assert_ptr_null(c.b.links);
		ck_assert_uint_eq(here_counted_semaphore, 0);
	}
	w.fail_at = 0;
	ck_assert_int_eq(err, 0);
	ck_assert_int_gt(i, 4);
	ck_assert_uint_eq(here_counted_semaphore, 1);
	counter_close(&c);
	ck_assert_uint_eq(here_counted_semaphore, 0);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

enum { COPIES = 12 };

/*
 * A file mapped several times has as many counters, but its shared mappings have one; a mapping that
 * is not written has none.
 */
START_TEST(copies)
{
	char path[] = "/tmp/rawbpf-sem-XXXXXX", page[4096] = {0};
	struct usdtsem_place p = {.pid = getpid(), .path = path, .offset = 4096 + 18};
	int i, fd = mkstemp(path);
	struct usdtsem *sem;
	struct rawbpf_error e;
	struct sys s = {0};
	uint16_t *at[COPIES + 3];
	struct stat st;

	for (i = 0; i < 2; i++)
		ck_assert_int_eq(write(fd, page, sizeof(page)), sizeof(page));
	ck_assert_int_eq(fstat(fd, &st), 0);
	p.dev = (uint64_t)st.st_dev;
	p.ino = (uint64_t)st.st_ino;
	ck_assert_int_eq(usdtsem_up(&s, &p, &sem, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.msg, "does not have the semaphore of"));
	for (i = 0; i < COPIES + 3; i++) {
		char *m = mmap(NULL, 4096, i ? PROT_READ | PROT_WRITE : PROT_READ,
			i <= COPIES ? MAP_PRIVATE : MAP_SHARED, fd, 4096);

		ck_assert_ptr_ne(m, MAP_FAILED);
		at[i] = (uint16_t *)(void *)(m + 18);
	}
	*at[2] = 6;
	ck_assert_msg(!usdtsem_up(&s, &p, &sem, &e), "%s", e.msg);
	for (i = 1; i < COPIES + 3; i++)
		ck_assert_uint_eq(*at[i], i == 2 ? 7 : 1);
	usdtsem_down(&s, sem);
	for (i = 0; i < COPIES + 3; i++)
		ck_assert_uint_eq(*at[i], i == 2 ? 6 : 0);
	usdtsem_down(&s, NULL);
	for (i = 0; i < COPIES + 3; i++)
		munmap((char *)at[i] - 18, 4096);
	close(fd);
	unlink(path);
}
END_TEST

Suite *suite_usdtsem(void);
Suite *suite_usdtsem(void)
{
	Suite *s = suite_create("usdtsem");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, copies);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, by_kernel, 0, 2);
	tcase_add_test(t, killed);
	tcase_add_loop_test(t, by_hand, 0, 2);
	tcase_add_loop_test(t, process_gone, 0, 2);
	tcase_add_loop_test(t, failures, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
