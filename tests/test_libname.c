// SPDX-License-Identifier: MIT
/* test_libname.c - the file that a library's name means. */
#include "libname.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t.h"

START_TEST(ranks)
{
	static const struct {
		const char *name, *file;
		int rank;
	} rows[] = {
		{"c", "libc.so.6", 3},
		{"c", "libc.so", 3},
		{"c", "libc-2.31.so", 2},
		{"c", "libc.musl-x86_64.so.1", 1},
		{"c", "libcrypt.so.1", 0},
		{"c", "libc-client.so.2007e", 0},
		{"c", "libc.a", 0},
		{"libc.so.6", "libc.so.6", 4},
		{"libc", "libc.so.6", 3},
		{"libc.so", "libc.so.6", 3},
		{"ssl", "libssl.so.3", 3},
		{"ssl", "libssl3.so", 0},
		{"python3", "libpython3.11.so.1.0", 1},
		{"python3.11", "libpython3.11.so.1.0", 3},
		{"", "libc.so.6", 0},
		{"libssl.so.3", "libssl.so.3.0", 3},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(libname_rank(rows[i].name, rows[i].file) == rows[i].rank, "%s %s: %d",
			rows[i].name, rows[i].file, libname_rank(rows[i].name, rows[i].file));
}
END_TEST

/* ---- ld.so.cache -------------------------------------------------------------------------- */

struct cached {
	int n;
	char last[64];
};

static int on_cached(void *arg, const char *soname, const char *path, uint64_t hwcap)
{
	struct cached *c = arg;

	c->n++;
	snprintf(c->last, sizeof(c->last), "%s %s %d", soname, path, hwcap != 0);
	return 0;
}

static void put32(unsigned char *p, uint32_t v)
{
	memcpy(p, &v, 4);
}

/* One entry in the old format; with_new: and the new format after it, with two. */
static size_t make_cache(unsigned char *p, bool with_new)
{
	static const char old_text[] = "liba.so\0/o/liba.so", new_text[] = "libb.so\0/n/libb.so";
	const uint16_t one = 1;
	unsigned char *n = p + 32;

	memset(p, 0, 256);
	memcpy(p, "ld.so-1.7.0", 11);
	put32(p + 12, 1);
	put32(p + 20, 0);
	put32(p + 24, 8);
	if (!with_new) {
		memcpy(p + 28, old_text, sizeof(old_text));
		return 28 + sizeof(old_text);
	}
	memcpy(n, "glibc-ld.so.cache1.1", 20);
	put32(n + 20, 2);
	n[28] = *(const unsigned char *)&one ? 2 : 3;
	put32(n + 48 + 4, 96);
	put32(n + 48 + 8, 104);
	put32(n + 72 + 4, 96);
	put32(n + 72 + 8, 104);
	n[72 + 16] = 1;
	memcpy(n + 96, new_text, sizeof(new_text));
	return 32 + 96 + sizeof(new_text);
}

START_TEST(cache_formats)
{
	unsigned char p[256];
	struct cached c = {0};
	size_t len = make_cache(p, false);

	ck_assert_int_eq(libname_cache_each(p, len, on_cached, &c), 0);
	ck_assert_int_eq(c.n, 1);
	ck_assert_str_eq(c.last, "liba.so /o/liba.so 0");
	memset(&c, 0, sizeof(c));
	len = make_cache(p, true);
	ck_assert_int_eq(libname_cache_each(p, len, on_cached, &c), 0);
	ck_assert_int_eq(c.n, 2);
	ck_assert_str_eq(c.last, "libb.so /n/libb.so 1");
	memset(&c, 0, sizeof(c));
	ck_assert_int_eq(libname_cache_each(p + 32, len - 32, on_cached, &c), 0);
	ck_assert_int_eq(c.n, 2);
	p[32 + 28] ^= 1; /* the other byte order */
	ck_assert_int_eq(libname_cache_each(p + 32, len - 32, on_cached, &c), -EINVAL);
}
END_TEST

START_TEST(cache_hostile)
{
	unsigned char p[256], *q;
	struct cached c = {0};
	size_t i, len = make_cache(p, true), n;
	uint32_t x = 99;

	for (i = 0; i < 20000; i++) {
		x = x * 1103515245 + 12345;
		n = (x >> 8) % (len + 1);
		q = malloc(n + 1);
		make_cache(p, x & 64);
		memcpy(q, p, n);
		if (n > 4)
			q[(x >> 16) % n] = (unsigned char)(x >> 24);
		libname_cache_each(q, n, on_cached, &c);
		free(q);
	}
	ck_assert_int_gt(c.n, 0);
}
END_TEST

/* ---- the search --------------------------------------------------------------------------- */

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
	libname_free(&f);
	ck_assert_msg(!libname_find(&s, "sh", 0, &f, &e), "%s", e.msg);
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

	T_NEED_ROOT();
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

/* A mapped library whose file is gone is reached through the mapping. */
START_TEST(deleted_file)
{
	char dir[] = "/tmp/rawbpf-gone-XXXXXX";
	struct sys s = {0};
	struct libname_file f;
	struct rawbpf_error e;
	char *out;
	int pid;

	T_NEED_ROOT();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	/* a program named like a library: it is mapped, that is all that counts */
	ck_assert_int_eq(t_run(&out,
				 "cd %s && cp \"$(command -v sleep)\" libgone.so.1 && "
				 "{ ./libgone.so.1 30 >/dev/null & echo $!; } && sleep 0.2 && "
				 "rm libgone.so.1",
				 dir),
		0);
	pid = atoi(out);
	free(out);
	ck_assert_int_gt(pid, 0);
	ck_assert_msg(!libname_find(&s, "gone", pid, &f, &e), "%s", e.msg);
	ck_assert_ptr_nonnull(strstr(f.path, "/map_files/"));
	ck_assert_ptr_null(strstr(f.shown, "deleted"));
	ck_assert_int_eq(access(f.path, R_OK), 0);
	libname_free(&f);
	kill(pid, SIGKILL);
	rmdir(dir);
}
END_TEST

Suite *suite_libname(void);
Suite *suite_libname(void)
{
	Suite *s = suite_create("libname");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, ranks);
	tcase_add_test(t, cache_formats);
	tcase_add_test(t, cache_hostile);
	tcase_add_test(t, c_is_that_of_sh);
	tcase_add_test(t, paths_and_programs);
	tcase_add_test(t, errors);
	tcase_add_test(t, other_root);
	tcase_add_test(t, deleted_file);
	suite_add_tcase(s, t);
	return s;
}
