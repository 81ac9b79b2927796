// SPDX-License-Identifier: MIT
/* test_usdtfile.c - files that may have USDT probes: by path, by name, of a process. */
#include "usdtfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
		/* the others were found */
		ck_assert_ptr_null(strstr(f->text, "probe prov mine"));
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

static int stop_at_once(void *arg, const struct rawbpf_usdt_probe *p)
{
	(void)arg;
	(void)p;
	return -ENOEXEC;
}

/* A damaged file of a process is told, and hides no other. */
START_TEST(damaged)
{
	char path[2][32] = {"/tmp/rawbpf-note-XXXXXX", "/tmp/rawbpf-note-XXXXXX"};
	struct found *f = calloc(1, sizeof(*f));
	struct rawbpf_error e = {0};
	int i, fd, fds = t_count_fds();
	void *p[2];

	for (i = 0; i < 2; i++) {
		struct t_note *m = t_note_new(64, false, 62, 3);

		t_note_add(
			m, 0, (const uint64_t[]){0x400123, 0, 0}, "prov", i ? "bad" : "good", "");
		if (i)
			t_note_put(m, m->notes[0] + 4, 0xfffffff0, 4);
		t_note_make(m);
		fd = mkstemp(path[i]);
		ck_assert_int_eq(write(fd, m->file, m->len), (ssize_t)m->len);
		p[i] = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
		ck_assert(p[i] != MAP_FAILED);
		close(fd);
		free(m);
	}
	/* whichever comes first, the other is read */
	ck_assert_int_eq(rawbpf_usdt_each(NULL, getpid(), collect, f, &e), -ENOEXEC);
	ck_assert_ptr_nonnull(strstr(f->text, "probe prov good"));
	ck_assert_ptr_null(strstr(f->text, "probe prov bad"));
	ck_assert_ptr_nonnull(strstr(e.msg, path[1]));
	ck_assert_ptr_nonnull(strstr(e.msg, "is damaged"));
	ck_assert_int_eq(rawbpf_usdt_each(path[1], 0, collect, f, &e), -ENOEXEC);
	/* what the caller returns is no damage */
	memset(&e, 0, sizeof(e));
	ck_assert_int_eq(rawbpf_usdt_each(NULL, getpid(), stop_at_once, f, &e), -ENOEXEC);
	ck_assert_int_eq(e.err, 0);
	for (i = 0; i < 2; i++) {
		munmap(p[i], 4096);
		unlink(path[i]);
	}
	ck_assert_int_eq(t_count_fds(), fds);
	free(f);
}
END_TEST

/* Who has ended runs nothing, by each call; so does the kernel's own, where there is one. */
START_TEST(no_program)
{
	struct found *f = calloc(1, sizeof(*f));
	struct rawbpf_error e;
	char link[8];
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(rawbpf_usdt_each(NULL, pid, collect, f, &e), -ESRCH);
	ck_assert_msg(strstr(e.msg, "runs no program"), "%s", e.msg);
	ck_assert_ptr_nonnull(strstr(e.hint, "waits for its parent"));
	ck_assert_int_eq(rawbpf_usdt_each("/bin/sh", pid, collect, f, &e), -ESRCH);
	ck_assert_msg(strstr(e.msg, "runs no program"), "%s", e.msg);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	if (!access("/proc/2/stat", R_OK) && readlink("/proc/2/exe", link, sizeof(link)) < 0 &&
		errno == ENOENT)
		ck_assert_int_eq(rawbpf_usdt_each(NULL, 2, collect, f, &e), -ESRCH);
	free(f);
}
END_TEST

/* The inode's number is another file's, on another device: not that one is read, but what is mapped. */
static long elsewhere(void *arg, const struct rawbpf_call *c)
{
	const char *const *path = arg;
	long r = rawbpf_call_kernel(c);

	if (c->kind == RAWBPF_CALL_STAT && !r && strstr((const char *)c->arg[0], *path))
		((struct stat *)c->arg[1])->st_dev++;
	return r;
}

static int opened_as(void *arg, const struct usdtfile *f)
{
	char *out = arg;

	if (strstr(f->path, "/rawbpf-note-"))
		strcpy(out, f->open_as);
	return 0;
}

START_TEST(other_device)
{
	char path[] = "/tmp/rawbpf-note-XXXXXX", as[4096] = "", *at = path;
	struct sys s = {.hook = elsewhere, .arg = &at};
	struct usdtfile_left left = {0};
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct rawbpf_error e;
	int fd = mkstemp(path);
	void *p;

	T_NEED_ROOT();
	t_note_add(m, 0, (const uint64_t[]){0x400123, 0, 0}, "prov", "mine", "8@%rax");
	t_note_make(m);
	ck_assert_int_eq(write(fd, m->file, m->len), (ssize_t)m->len);
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	ck_assert(p != MAP_FAILED);
	close(fd);
	ck_assert_int_eq(usdtfile_each(&s, NULL, getpid(), opened_as, as, &left, &e), 0);
	ck_assert_int_eq(left.why.err, 0);
	ck_assert_ptr_nonnull(strstr(as, "/map_files/"));
	s = (struct sys){0};
	ck_assert_int_eq(usdtfile_each(&s, NULL, getpid(), opened_as, as, &left, &e), 0);
	ck_assert_ptr_nonnull(strstr(as, "/root/tmp/"));
	munmap(p, 4096);
	unlink(path);
	free(m);
}
END_TEST

START_TEST(refused)
{
	struct found *f = calloc(1, sizeof(*f));
	struct rawbpf_error e;

	ck_assert_int_eq(rawbpf_usdt_each("/nowhere", 0, collect, f, &e), -ENOENT);
	ck_assert_ptr_nonnull(strstr(e.msg, "'/nowhere'"));
	ck_assert_ptr_nonnull(strstr(e.hint, "or its name alone"));
	ck_assert_int_eq(rawbpf_usdt_each("/nowhere", 0, NULL, NULL, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "no function to call"));
	ck_assert_int_eq(rawbpf_usdt_each("/etc", 0, collect, f, &e), -EISDIR);
	ck_assert_int_eq(rawbpf_usdt_each("/dev/null", 0, collect, f, &e), -EINVAL);
	ck_assert_int_eq(rawbpf_usdt_each("nosuchlibrary", 0, collect, f, &e), -ENOENT);
	ck_assert_str_eq(e.stage, "open");
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
	tcase_add_test(t, damaged);
	tcase_add_test(t, no_program);
	tcase_add_test(t, refused);
	tcase_add_test(t, by_path_and_name);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, other_device);
	suite_add_tcase(s, t);
	return s;
}
