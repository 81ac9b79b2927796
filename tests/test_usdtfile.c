// SPDX-License-Identifier: MIT
/* test_usdtfile.c - files that may have USDT probes: by path, by name, of a process. */
#include "usdtfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rawbpf.h"
#include "t.h"
#include "t_note.h"

struct found {
	char text[1 << 16]; /* a line for each probe */
	size_t len;
};

static int collect(void *arg, const struct rawbpf_usdt_probe *p)
{
	struct found *f = arg;

	f->len += (size_t)snprintf(f->text + f->len, sizeof(f->text) - f->len, "%s: probe %s %s\n",
		p->path, p->provider, p->name);
	ck_assert_uint_lt(f->len, sizeof(f->text));
	return 0;
}

/* A made file, mapped as code by this very process, is found once; also after its removal. */
START_TEST(process)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct found *f = calloc(1, sizeof(*f));
	char path[] = "/tmp/rawbpf-note-XXXXXX";
	struct rawbpf_error e;
	bool may = t_has_cap(CAP_SYS_ADMIN) || t_has_cap(40 /* CAP_CHECKPOINT_RESTORE, 5.9 */);
	int err, fds, fd = mkstemp(path);
	void *p, *q;

	t_note_add(m, 0, (const uint64_t[]){0x400123, 0, 0}, "prov", "mine", "8@%rax");
	t_note_make(m);
	ck_assert_int_eq(write(fd, m->file, m->len), (ssize_t)m->len);
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	q = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	ck_assert(p != MAP_FAILED && q != MAP_FAILED);
	close(fd);
	fds = t_count_fds();
	ck_assert_int_eq(rawbpf_usdt_each(NULL, getpid(), collect, f, &e), 0);
	ck_assert_ptr_nonnull(strstr(f->text, "probe prov mine"));
	ck_assert_ptr_null(strstr(strstr(f->text, "probe prov mine") + 1, "probe prov mine"));
	ck_assert_int_eq(t_count_fds(), fds);
	unlink(path);
	f->len = 0;
	f->text[0] = '\0';
	err = rawbpf_usdt_each(NULL, getpid(), collect, f, &e);
	if (may) {
		ck_assert_int_eq(err, 0);
		ck_assert_ptr_nonnull(strstr(f->text, "probe prov mine"));
	} else {
		ck_assert_int_eq(err, -EPERM);
		ck_assert_ptr_nonnull(strstr(e.hint, "CAP_CHECKPOINT_RESTORE"));
	}
	munmap(p, 4096);
	munmap(q, 4096);
	free(f);
	free(m);
	if (!may)
		T_SKIP("a removed file: needs CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN");
}
END_TEST

START_TEST(refused)
{
	struct found *f = calloc(1, sizeof(*f));
	struct rawbpf_error e;

	ck_assert_int_eq(rawbpf_usdt_each("/nowhere", 0, collect, f, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.msg, "'/nowhere'"));
	ck_assert_int_eq(rawbpf_usdt_each("/etc/passwd", 0, collect, f, &e), -ENOEXEC);
	ck_assert_int_eq(rawbpf_usdt_each(NULL, 0, collect, f, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "either a pid or a path"));
	ck_assert_int_eq(rawbpf_usdt_each(NULL, 0x3fffffff, collect, f, &e), -ESRCH);
	ck_assert_ptr_nonnull(e.hint);
	ck_assert_int_eq(rawbpf_usdt_each("/nowhere", 0, collect, f, NULL), -ENOENT);
	free(f);
}
END_TEST

/* A path as it is, a file of the working directory, a library by its name; as a process sees it. */
START_TEST(by_path_and_name)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct found *f = calloc(1, sizeof(*f));
	char dir[] = "/tmp/rawbpf-note-XXXXXX", *cwd = getcwd(NULL, 0);
	struct rawbpf_error e;
	int fd;

	t_note_add(m, 0, (const uint64_t[]){0x400123, 0, 0}, "prov", "mine", "8@%rax");
	t_note_make(m);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	fd = open("libx.so", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(write(fd, m->file, m->len), (ssize_t)m->len);
	close(fd);
	ck_assert_int_eq(rawbpf_usdt_each("libx.so", 0, collect, f, &e), 0);
	ck_assert_str_eq(f->text, "libx.so: probe prov mine\n");
	f->len = 0;
	ck_assert_int_eq(rawbpf_usdt_each("./libx.so", -1, collect, f, &e), 0);
	ck_assert_str_eq(f->text, "./libx.so: probe prov mine\n");
	f->len = 0;
	ck_assert_int_eq(unlink("libx.so"), 0);
	ck_assert_int_eq(rawbpf_usdt_each("libx.so", 0, collect, f, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.msg, "no library or program 'libx.so'"));
	ck_assert_int_eq(rawbpf_usdt_each("c", 0, collect, f, &e), 0);
	ck_assert_int_eq(rawbpf_usdt_each("c", getpid(), collect, f, &e), 0);
	ck_assert_int_eq(rawbpf_usdt_each("/nowhere", getpid(), collect, f, &e), -ENOENT);
	ck_assert_int_eq(rawbpf_usdt_each("", 0, collect, f, &e), -ENOENT);
	ck_assert_int_eq(chdir(cwd), 0);
	rmdir(dir);
	free(cwd);
	free(f);
	free(m);
}
END_TEST

Suite *suite_usdtfile(void);
Suite *suite_usdtfile(void)
{
	Suite *s = suite_create("usdtfile");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, process);
	tcase_add_test(t, refused);
	tcase_add_test(t, by_path_and_name);
	suite_add_tcase(s, t);
	return s;
}
