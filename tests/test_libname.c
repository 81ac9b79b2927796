// SPDX-License-Identifier: MIT
/* test_libname.c - the file that a library's name means. */
#include "libname.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hwcaps.h"
#include "symfind.h"
#include "t.h"
#include "t_child.h"

static void check_same(const char *a, const char *b)
{
	struct stat x, y;

	ck_assert_msg(!stat(a, &x), "%s", a);
	ck_assert_msg(!stat(b, &y), "%s", b);
	ck_assert_msg(x.st_ino == y.st_ino && x.st_dev == y.st_dev, "%s is not %s", a, b);
}

/* Where /bin/sh has its C library, as the dynamic linker says it. */
START_TEST(c_is_that_of_sh)
{
	int fds = t_count_fds();
	struct sys s = {0};
	struct libname_file f;
	struct rawbpf_error e;
	char *out;
	size_t i;
	static const char *const names[] = {"c", "libc", "libc.so"};

	t_run(&out, "ldd /bin/sh | grep -o -E '/[^ ]*/(libc[.]so[.]6|ld-musl[^ ]*)' | head -1");
	out[strcspn(out, "\n")] = '\0';
	if (!*out)
		T_SKIP("ldd does not show the libc of /bin/sh");
	for (i = 0; i < 3; i++) {
		ck_assert_msg(!libname_find(&s, names[i], 0, &f, &e), "%s", e.msg);
		check_same(f.path, out);
		libname_free(&f);
	}
	ck_assert_msg(!libname_find(&s, "c", getpid(), &f, &e), "%s", e.msg);
	ck_assert_int_eq(strncmp(f.shown, "/proc/", 6), -strncmp("/proc/", f.shown, 6));
	libname_free(&f);
	free(out);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(paths_and_programs)
{
	struct sys s = {0};
	struct libname_file f;
	struct rawbpf_error e;

	ck_assert_int_eq(libname_find(&s, "/bin/sh", 0, &f, &e), 0);
	ck_assert_str_eq(f.path, "/bin/sh");
	ck_assert_str_eq(f.road, "a path");
	libname_free(&f);
	ck_assert_msg(!libname_find(&s, "sh", 0, &f, &e), "%s", e.msg);
	ck_assert_str_eq(f.road, "a program of PATH");
	check_same(f.path, "/bin/sh");
	libname_free(&f);
	ck_assert_int_eq(libname_find(&s, "/bin/sh", getpid(), &f, &e), 0);
	ck_assert_str_eq(f.shown, "/bin/sh");
	check_same(f.path, "/bin/sh");
	libname_free(&f);
}
END_TEST

START_TEST(errors)
{
	struct sys s = {0};
	struct libname_file f;
	struct rawbpf_error e;

	ck_assert_int_eq(libname_find(&s, "no-such-lib", 0, &f, &e), -ENOENT);
	ck_assert_str_eq(e.msg, "no library or program 'no-such-lib': ENOENT");
	ck_assert_ptr_null(f.path);
	ck_assert_int_eq(libname_find(&s, "/no/such", 0, &f, &e), -ENOENT);
	ck_assert_str_eq(e.msg, "no file '/no/such': ENOENT");
	ck_assert_int_eq(libname_find(&s, "/no/such", getpid(), &f, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.msg, "has no file '/no/such'"));
	ck_assert_int_eq(libname_find(&s, "c", 0x7ffffff0, &f, &e), -ESRCH);
	ck_assert_str_eq(e.msg, "no process 2147483632: ESRCH");
	ck_assert_int_eq(libname_find(&s, "", 0, &f, &e), -EINVAL);
	ck_assert_int_eq(libname_find(&s, NULL, 0, &f, &e), -EINVAL);
	ck_assert_int_eq(libname_find(&s, "libpthraed.so.0", 0, &f, &e), -ENOENT);
}
END_TEST

/* What was misspelt is offered as it was asked for, and no directory's "." is. */
START_TEST(near_names)
{
	struct sys s = {0};
	struct libname_file f;
	struct rawbpf_error e;

	ck_assert_int_eq(libname_find(&s, "pthraed", 0, &f, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.hint, "'pthread'"));
	ck_assert_int_eq(libname_find(&s, "libpthraed", 0, &f, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.hint, "'libpthread'"));
	ck_assert_int_eq(libname_find(&s, "_", 0, &f, &e), -ENOENT);
	ck_assert_ptr_null(strstr(e.hint, "'.'"));
}
END_TEST

struct denied {
	enum rawbpf_call_kind kind;
	int err;
};

static long deny(void *arg, const struct rawbpf_call *c)
{
	const struct denied *d = arg;

	return c->kind == d->kind ? d->err : rawbpf_call_kernel(c);
}

/* Nothing could be read: that there is no such library is not known then. */
START_TEST(cause_is_not_the_name)
{
	static const struct {
		struct denied d;
		const char *hint;
	} rows[] = {
		{{RAWBPF_CALL_PREAD, -EPERM}, "seccomp"},
		{{RAWBPF_CALL_PREAD, -ENOSYS}, "seccomp"},
		{{RAWBPF_CALL_OPENAT, -EMFILE}, "ulimit -n"},
		{{RAWBPF_CALL_OPENAT, -ENFILE}, "fs.file-max"},
	};
	struct libname_file f;
	struct rawbpf_error e;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct denied d = rows[i].d;
		struct sys s = {.hook = deny, .arg = &d};

		ck_assert_int_eq(libname_find(&s, "c", 0, &f, &e), d.err);
		ck_assert_msg(strstr(e.msg, "'c' cannot be looked for"), "%s", e.msg);
		ck_assert_msg(e.hint && strstr(e.hint, rows[i].hint), "%s", e.msg);
		ck_assert_ptr_null(strstr(e.hint, "did you mean"));
	}
}
END_TEST

/* A process in a root of its own, which sleeps; *out is its pid. */
static pid_t in_root(const char *root)
{
	int fds[2];
	char c;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		c = chroot(root) ? 'n' : 'y';
		if (write(fds[1], &c, 1) == 1)
			pause();
		_exit(1);
	}
	ck_assert_int_eq(read(fds[0], &c, 1), 1);
	ck_assert_int_eq(c, 'y');
	close(fds[0]);
	close(fds[1]);
	return pid;
}

/* Absolute links inside another root lead nowhere outside of it. */
START_TEST(other_root)
{
	char root[] = "/tmp/rawbpf-root-XXXXXX", want[128];
	struct sys s = {0};
	struct libname_file f;
	struct rawbpf_error e;
	pid_t pid;

	T_NEED_CAP(CAP_SYS_CHROOT);
	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(t_run(NULL,
				 "cd %s && mkdir -p opt/real usr/lib && ln -s usr/lib lib && "
				 "cp /bin/sh opt/real/libinner.so.1 && "
				 "ln -s /opt/real/libinner.so.1 usr/lib/libinner.so.1 && "
				 "ln -s ../../../../usr/../opt opt/up && ln -s loop opt/loop",
				 root),
		0);
	pid = in_root(root);
	snprintf(want, sizeof(want), "%s/opt/real/libinner.so.1", root);
	ck_assert_msg(!libname_find(&s, "inner", pid, &f, &e), "%s", e.msg);
	ck_assert_str_eq(f.shown, "/lib/libinner.so.1");
	check_same(f.path, want);
	libname_free(&f);
	ck_assert_msg(!libname_find(&s, "/lib/libinner.so.1", pid, &f, &e), "%s", e.msg);
	check_same(f.path, want);
	libname_free(&f);
	ck_assert_msg(!libname_find(&s, "/opt/up/real/libinner.so.1", pid, &f, &e), "%s", e.msg);
	check_same(f.path, want);
	libname_free(&f);
	ck_assert_int_eq(libname_find(&s, "/opt/loop", pid, &f, &e), -ELOOP);
	ck_assert_int_eq(libname_find(&s, "/bin/sh", pid, &f, &e), -ENOENT);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	t_run(NULL, "rm -rf %s", root);
}
END_TEST

/* A process that has a file system of its own where we have an empty directory; *out is its pid. */
static pid_t in_namespace(const char *dir)
{
	char path[128], c = 'n';
	int fds[2], fd;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/libprivate.so.2", dir);
	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		if (!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
			!mount("tmpfs", dir, "tmpfs", 0, NULL)) {
			fd = open(path, O_CREAT | O_WRONLY, 0755);
			c = fd >= 0 && write(fd, "inside", 6) == 6 ? 'y' : 'n';
		}
		if (write(fds[1], &c, 1) == 1)
			pause();
		_exit(1);
	}
	ck_assert_int_eq(read(fds[0], &c, 1), 1);
	ck_assert_int_eq(c, 'y');
	close(fds[0]);
	close(fds[1]);
	return pid;
}

/* What another mount namespace has at a path, and we have not. */
START_TEST(other_namespace)
{
	char dir[] = "/tmp/rawbpf-ns-XXXXXX", path[128], text[8] = "";
	struct sys s = {0};
	struct libname_file f;
	struct rawbpf_error e;
	pid_t pid;
	int fd;

	T_NEED_CAP(CAP_SYS_ADMIN);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	pid = in_namespace(dir);
	snprintf(path, sizeof(path), "%s/libprivate.so.2", dir);
	ck_assert_int_eq(libname_find(&s, path, 0, &f, &e), -ENOENT);
	ck_assert_msg(!libname_find(&s, path, pid, &f, &e), "%s", e.msg);
	ck_assert_str_eq(f.shown, path);
	ck_assert_ptr_nonnull(strstr(f.road, "a path, below /proc/"));
	fd = open(f.path, O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(read(fd, text, sizeof(text)), 6);
	ck_assert_str_eq(text, "inside");
	close(fd);
	libname_free(&f);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	rmdir(dir);
}
END_TEST

static void check_gone(struct sys *s, const char *path, pid_t pid)
{
	struct libname_file f;
	struct rawbpf_error e;

	ck_assert_msg(!libname_find(s, path, pid, &f, &e), "%s", e.msg);
	ck_assert(f.gone);
	ck_assert_ptr_nonnull(strstr(f.path, "/map_files/"));
	ck_assert_ptr_nonnull(strstr(f.shown, "/libgone.so.1"));
	ck_assert_ptr_null(strstr(f.shown, "deleted"));
	libname_free(&f);
}

/* A mapped library whose file is gone is reached through the mapping. */
START_TEST(deleted_file)
{
	char dir[] = "/tmp/rawbpf-gone-XXXXXX";
	struct sys s = {0};
	struct libname_file f;
	struct rawbpf_error e;
	struct t_child child;
	char path[64], link[64];

	T_NEED_ROOT();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	/* a program named like a library: it is mapped, that is all that counts */
	snprintf(path, sizeof(path), "%s/libgone.so.1", dir);
	ck_assert_int_eq(t_run(NULL, "cp " T_CHILD " %s", path), 0);
	t_child_start(&child, path, "threads");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_msg(!libname_find(&s, "gone", child.pid, &f, &e), "%s", e.msg);
	ck_assert_ptr_nonnull(strstr(f.path, "/map_files/"));
	ck_assert_ptr_null(strstr(f.shown, "deleted"));
	ck_assert_ptr_nonnull(strstr(f.road, "by map_files"));
	ck_assert_int_eq(access(f.path, R_OK), 0);
	libname_free(&f);
	/* by its path too, and when that is another file by now, or led to by a link */
	check_gone(&s, path, child.pid);
	snprintf(link, sizeof(link), "%s/libgone.so", dir);
	ck_assert_int_eq(symlink("libgone.so.1", link), 0);
	check_gone(&s, link, child.pid);
	ck_assert_int_eq(t_run(NULL, "cp " T_CHILD " %s", path), 0);
	check_gone(&s, path, child.pid);
	check_gone(&s, link, child.pid);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(unlink(link), 0);
	/* a file that the process never had */
	ck_assert_int_eq(libname_find(&s, link, child.pid, &f, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.msg, "has no file '"));
	t_child_go(&child);
	t_child_end(&child);
	rmdir(dir);
}
END_TEST

/* ---- with what a host has ----------------------------------------------------------------- */

/*
 * A root whose ld.so.cache, made by ldconfig itself, has a library plain and for three CPUs: the
 * best that this one is, as the dynamic linker takes it.
 */
START_TEST(best_for_this_cpu)
{
	char root[] = "/tmp/rawbpf-hwcaps-XXXXXX", want[96] = "/opt/libsome.so.1";
	struct sys s = {0};
	struct libname_file f;
	struct rawbpf_error e;
	int level = hwcaps_cpu(&s);
	pid_t pid;

	T_NEED_CAP(CAP_SYS_CHROOT);
	ck_assert_ptr_nonnull(mkdtemp(root));
	if (t_run(NULL,
		    "cd %s && mkdir -p etc opt/glibc-hwcaps && echo /opt >etc/ld.so.conf && "
		    "echo 'int f(void) { return 1; }' >f.c && "
		    "cc -shared -fPIC -Wl,-soname,libsome.so.1 -o opt/libsome.so.1 f.c && "
		    "for v in 2 3 4; do mkdir opt/glibc-hwcaps/x86-64-v$v && "
		    "cp opt/libsome.so.1 opt/glibc-hwcaps/x86-64-v$v/ || exit; done && "
		    "PATH=$PATH:/sbin:/usr/sbin ldconfig -r . 2>/dev/null && test -s "
		    "etc/ld.so.cache",
		    root)) {
		t_run(NULL, "rm -rf %s", root);
		T_SKIP("no cc or no ldconfig");
	}
	if (level)
		snprintf(want, sizeof(want), "/opt/glibc-hwcaps/%s/libsome.so.1",
			hwcaps_name(level));
	pid = in_root(root);
	ck_assert_msg(!libname_find(&s, "some", pid, &f, &e), "%s", e.msg);
	ck_assert_str_eq(f.shown, want);
	ck_assert_int_eq(strncmp(f.road, "in /etc/ld.so.cache", 19), 0);
	ck_assert(!level || strstr(f.road, hwcaps_name(level)));
	libname_free(&f);
	/* one that is too long for one read */
	t_run(NULL, "truncate -s 200000 %s/etc/ld.so.cache", root);
	ck_assert_msg(!libname_find(&s, "some", pid, &f, &e), "%s", e.msg);
	ck_assert_str_eq(f.shown, want);
	libname_free(&f);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	t_run(NULL, "rm -rf %s", root);
}
END_TEST

/* "c" of a process that musl's loader started is that loader. */
START_TEST(musl_process)
{
	char dir[] = "/tmp/rawbpf-musl-XXXXXX", path[64];
	struct sys s = {0};
	struct libname_file f;
	struct rawbpf_error e;
	struct sym_file sym;
	struct symfind found;
	struct t_child child;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/p", dir);
	if (!t_child_musl(path)) {
		t_run(NULL, "rm -rf %s", dir);
		T_SKIP("no musl-gcc, or no musl to run what it makes");
	}
	t_child_start(&child, path, "wait");
	ck_assert_msg(!libname_find(&s, "c", child.pid, &f, &e), "%s", e.msg);
	ck_assert_ptr_nonnull(strstr(f.shown, "musl"));
	ck_assert_ptr_nonnull(strstr(f.road, "maps it"));
	ck_assert_int_eq(sym_open(&s, f.path, &sym, &e), 0);
	ck_assert_int_eq(symfind_one(&sym, "getpid", "c", &found, &e), 0);
	sym_close(&sym);
	libname_free(&f);
	t_child_end(&child);
	t_run(NULL, "rm -rf %s", dir);
}
END_TEST

Suite *suite_libname(void);
Suite *suite_libname(void)
{
	Suite *s = suite_create("libname");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");
	TCase *host = tcase_create("host");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, c_is_that_of_sh);
	tcase_add_test(t, paths_and_programs);
	tcase_add_test(t, errors);
	tcase_add_test(t, near_names);
	tcase_add_test(t, cause_is_not_the_name);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, other_root);
	tcase_add_test(live, other_namespace);
	tcase_add_test(live, deleted_file);
	suite_add_tcase(s, live);
	tcase_set_timeout(host, 60);
	tcase_add_test(host, best_for_this_cpu);
	tcase_add_test(host, musl_process);
	suite_add_tcase(s, host);
	return s;
}
