// SPDX-License-Identifier: MIT
/* test_proc.c - processes and their mappings. */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

START_TEST(own_maps)
{
	int fds = t_count_fds(), n = 0;
	struct sys s = {0};
	struct proc_maps maps;
	struct proc_map m;
	uintptr_t here = (uintptr_t)proc_maps_open;
	bool found = false;

	ck_assert_int_eq(proc_maps_open(&s, 0, &maps), 0);
	while (proc_maps_next(&maps, &m)) {
		n++;
		ck_assert_uint_lt(m.start, m.end);
		if (here < m.start || here >= m.end)
			continue;
		found = m.exec && m.inode && m.path[0] == '/';
	}
	ck_assert(found);
	ck_assert_int_gt(n, 5);
	proc_maps_free(&maps);
	ck_assert_int_eq(proc_maps_open(&s, getpid(), &maps), 0);
	proc_maps_free(&maps);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(odd_lines)
{
	char text[] = "00400000-00452000 r-xp 00001000 08:02 173521 /a dir/b (deleted)\n"
		      "nonsense\n"
		      "1-2 r-x\n"
		      "7f00-7f10 rw-p 00000000 00:00 0 \n"
		      "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0   [vsyscall]";
	struct proc_maps maps = {.at = text};
	struct proc_map m;

	ck_assert(proc_maps_next(&maps, &m));
	ck_assert_uint_eq(m.start, 0x400000);
	ck_assert_uint_eq(m.end, 0x452000);
	ck_assert_uint_eq(m.offset, 0x1000);
	ck_assert_uint_eq(m.major, 8);
	ck_assert_uint_eq(m.minor, 2);
	ck_assert_uint_eq(m.inode, 173521);
	ck_assert(m.exec);
	ck_assert_str_eq(m.path, "/a dir/b (deleted)");
	ck_assert(proc_maps_next(&maps, &m));
	ck_assert_str_eq(m.path, "");
	ck_assert(!m.exec);
	ck_assert(proc_maps_next(&maps, &m));
	ck_assert_str_eq(m.path, "[vsyscall]");
	ck_assert(!proc_maps_next(&maps, &m));
}
END_TEST

START_TEST(dead)
{
	struct sys s = {0};
	struct proc_maps maps;

	ck_assert_int_eq(proc_maps_open(&s, 0x7ffffff0, &maps), -ESRCH);
	ck_assert(!proc_maps_next(&maps, &(struct proc_map){0}));
	proc_maps_free(&maps);
}
END_TEST

static int is_self(void *arg, pid_t pid)
{
	++*(int *)arg;
	return pid == getpid() ? 42 : 0;
}

/* Our own number and start; no process; a kernel thread where there is one. */
START_TEST(stat_of_a_process)
{
	struct proc_stat me, again;
	struct sys s = {0};

	ck_assert_int_eq(proc_stat(&s, 0, &me), 0);
	ck_assert_int_eq(me.parent, getppid());
	ck_assert_int_eq(me.pid, getpid());
	ck_assert_uint_gt(me.start, 0);
	ck_assert_uint_eq(me.flags & 0x00200000, 0); /* PF_KTHREAD */
	ck_assert_int_eq(proc_stat(&s, getpid(), &again), 0);
	ck_assert_uint_eq(again.start, me.start);
	ck_assert_int_eq(proc_stat(&s, 0x7ffffff0, &again), -ESRCH);
}
END_TEST

START_TEST(pids)
{
	struct sys s = {0};
	pid_t pid;
	int n = 0;

	ck_assert_int_eq(proc_of_thread(&s, getpid(), &pid), 0);
	ck_assert_int_eq(pid, getpid());
	ck_assert_int_eq(proc_of_thread(&s, 0x7ffffff0, &pid), -ESRCH);
	ck_assert_int_eq(pid, 0);
	ck_assert_int_eq(proc_each_pid(&s, is_self, &n), 42);
	ck_assert_int_ge(n, 1);
	ck_assert_int_eq(proc_each_name(&s, AT_FDCWD, "/no/such", NULL, NULL), -ENOENT);
	ck_assert_int_eq(proc_each_name(&s, AT_FDCWD, "/etc/passwd", NULL, NULL), -ENOTDIR);
}
END_TEST

/* Of this process's own root nothing is cut off, and only whole names are. */
START_TEST(below_root)
{
	struct sys s = {0};
	char root[64] = "x", little[1] = "x";

	proc_root(&s, getpid(), root, sizeof(root));
	ck_assert_str_eq(root, "");
	proc_root(&s, getpid(), little, sizeof(little));
	ck_assert_str_eq(little, "");
	ck_assert_str_eq(proc_below("/bin/sh", ""), "/bin/sh");
	ck_assert_str_eq(proc_below("/jail/bin/sh", "/jail"), "/bin/sh");
	ck_assert_str_eq(proc_below("/jailer/bin/sh", "/jail"), "/jailer/bin/sh");
	ck_assert_str_eq(proc_below("/bin/sh", "/jail"), "/bin/sh");
}
END_TEST

Suite *suite_proc(void);
Suite *suite_proc(void)
{
	Suite *s = suite_create("proc");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, below_root);
	tcase_add_test(t, stat_of_a_process);
	tcase_add_test(t, own_maps);
	tcase_add_test(t, odd_lines);
	tcase_add_test(t, dead);
	tcase_add_test(t, pids);
	suite_add_tcase(s, t);
	return s;
}
