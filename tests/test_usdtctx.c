// SPDX-License-Identifier: MIT
/* test_usdtctx.c - USDT contexts: probes by name, their locations, every way to get it wrong. */
#include "usdtctx.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
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
	ck_assert_int_eq(rawbpf_usdt_each_probe(u, NULL, NULL), -EINVAL);
	has(rawbpf_usdt_errmsg(u), "each_probe: no function to call");
	ck_assert_int_eq(rawbpf_usdt_each_location(u, "one", NULL, NULL), -EINVAL);
	has(rawbpf_usdt_errmsg(u), "each_location: no function to call");
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
	broken(rawbpf_usdt_new(.path = "/no/where"), -ENOENT, "'/no/where'", "give the path");
	broken(rawbpf_usdt_new(.path = "/no/where", .pid = getpid()), -ENOENT, "'/no/where'", NULL);
	broken(rawbpf_usdt_new(.path = "/etc/passwd"), -ENOEXEC, "'/etc/passwd' is not an ELF file",
		NULL);
	broken(rawbpf_usdt_new(.path = "/etc"), -EISDIR, "'/etc' is not a file", NULL);
	broken(rawbpf_usdt_new(.path = "/dev/null"), -EINVAL, "'/dev/null' is not a file", NULL);
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

static void *ends_told(void *fd)
{
	char c;

	ck_assert_int_eq(read(*(int *)fd, &c, 1), 0);
	return NULL;
}

/* The only child of this process's that is a thread, by its directory. */
static pid_t other_thread(void)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *e;
	pid_t tid = 0;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)))
		if (*e->d_name != '.' && atoi(e->d_name) != getpid())
			tid = atoi(e->d_name);
	closedir(d);
	return tid;
}

/* A thread is no process, however many calls of the kernel take its number. */
START_TEST(of_a_thread)
{
	char hint[64];
	pthread_t t;
	int go[2];

	ck_assert_int_eq(pipe(go), 0);
	ck_assert_int_eq(pthread_create(&t, NULL, ends_told, &go[0]), 0);
	snprintf(hint, sizeof(hint), "it is a thread of process %d", (int)getpid());
	broken(rawbpf_usdt_new(.pid = other_thread()), -ESRCH, "no process", hint);
	broken(rawbpf_usdt_new(.pid = other_thread(), .path = "/bin/sh"), -ESRCH, "no process",
		hint);
	close(go[1]);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	close(go[0]);
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

/* A note that lies is an error of the context, and those before it are no probes of it. */
START_TEST(damaged)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	char *path;

	t_note_add(m, 0, (const uint64_t[]){0x400010, 0, 0}, "p", "good", "");
	t_note_add(m, 0, (const uint64_t[]){0x400020, 0, 0}, "p", "bad", "");
	t_note_put(m, m->notes[0] + m->note_len[0] / 2 + 4, 0xfffffff0, 4);
	path = to_file(m);
	broken(rawbpf_usdt_new(.path = path), -ENOEXEC, "is damaged", "readelf -n");
	unlink(path);
	free(path);
	free(m);
}
END_TEST

/* More than the tables begin with, many of one name, and found all the same. */
START_TEST(many)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	struct rawbpf_usdt *u;
	char provider[32], name[32], *path;
	unsigned i, n;

	for (n = 0; n < 1500; n++) {
		snprintf(provider, sizeof(provider), "provider%u", n / 2);
		snprintf(name, sizeof(name), n % 2 ? "same" : "probe%u", n);
		t_note_add(m, 0, (const uint64_t[]){0x400000 + n, 0, 0}, provider, name, "");
		if (m->note_len[0] > sizeof(m->notes[0]) - 100)
			break;
	}
	ck_assert_uint_gt(n, 800);
	path = to_file(m);
	u = rawbpf_usdt_new(.path = path);
	ck_assert_uint_eq(u->n_locs, n + 1);
	ck_assert_uint_eq(u->n_probes, n + 1);
	for (i = 0; i <= n; i++) {
		struct listed l = {"", 0, 0};
		char both[80], want[128];

		snprintf(name, sizeof(name), i % 2 ? "same" : "probe%u", i);
		snprintf(both, sizeof(both), "provider%u:%s", i / 2, name);
		ck_assert_int_eq(usdtctx_find(u, both, NULL), i);
		if (i % 2 == 0)
			ck_assert_int_eq(usdtctx_find(u, name, NULL), i);
		ck_assert_int_eq(rawbpf_usdt_each_location(u, both, on_location, &l), 0);
		snprintf(want, sizeof(want), "%s 0x%x ", both, 0x400000 + i);
		ck_assert_msg(!strncmp(l.text, want, strlen(want)), "%s, not %s", l.text, want);
	}
	refused(u, -EINVAL, "same", "providers", "'provider0:same'");
	rawbpf_usdt_free(u);
	unlink(path);
	free(path);
	free(m);
}
END_TEST

/* Every allocation in turn fails: the error says so, and nothing is left behind. */
START_TEST(out_of_memory)
{
	char *path = some_file();
	int fds = t_count_fds(), err = 0, enabled = 0;
	bool failed = true;
	unsigned n;

	for (n = 1; failed; n++) {
		struct rawbpf_usdt *u;

		t_fail_alloc_at(n);
		u = rawbpf_usdt_new(.path = path, .pid = _i ? getpid() : 0);
		err = rawbpf_usdt_error(u)->err;
		enabled = rawbpf_usdt_enable_probe(u, .probe = "a:one", .fn_name = "f");
		failed = t_alloc_failed();
		if (failed) {
			ck_assert_msg(enabled == -ENOMEM, "%u: %d %d", n, err, enabled);
			has(rawbpf_usdt_errmsg(u), u ? "ENOMEM" : "out of memory");
		}
		rawbpf_usdt_free(u);
		ck_assert_int_eq(t_count_fds(), fds);
		ck_assert_uint_lt(n, 500);
	}
	ck_assert_int_eq(err, 0);
	ck_assert_int_eq(enabled, 0);
	ck_assert_uint_gt(n, 8);
	unlink(path);
	free(path);
}
END_TEST

/* ---- processes ----------------------------------------------------------------------------- */

/* The file of a probe a:one and of another, of which the last note is damaged. */
static char *damaged_file(void)
{
	struct t_note *m = t_note_new(64, false, 62, 3);
	size_t last;
	char *path;

	t_note_add(m, 0, (const uint64_t[]){0x400010, 0, 0}, "a", "one", "");
	t_note_add(m, 0, (const uint64_t[]){0x400010, 0, 0}, "c", "lost", "");
	last = m->note_len[0];
	t_note_add(m, 0, (const uint64_t[]){0x400020, 0, 0}, "c", "lost", "");
	t_note_put(m, m->notes[0] + last + 4, 0xfffffff0, 4);
	path = to_file(m);
	free(m);
	return path;
}

static void *map_code(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	ck_assert_msg(p != MAP_FAILED, "%s: %s", path, strerror(errno));
	close(fd);
	return p;
}

/* A damaged file hides no other; what it has is not there, half of it neither. */
START_TEST(left_out)
{
	char *a = some_file(), *bad = damaged_file(), *b = some_file();
	void *pa = map_code(a), *pbad = map_code(bad), *pb = map_code(b);
	struct rawbpf_usdt *u = rawbpf_usdt_new(.pid = getpid());
	struct rawbpf_error e;
	ptrdiff_t i;
	uint32_t k, n = 0;
	size_t f;

	ck_assert_msg(!rawbpf_usdt_error(u)->err, "%s", rawbpf_usdt_errmsg(u));
	i = usdtctx_find(u, "a:one", &e);
	ck_assert_int_ge(i, 0);
	ck_assert_uint_eq(u->probes[i].n_locs, 6);
	for (k = u->probes[i].first; k != USDT_NONE; k = u->locs[k].next)
		n++;
	ck_assert_uint_eq(n, 6);
	for (f = 0; f < u->n_files; f++)
		ck_assert_str_ne(u->files[f].path, bad);
	ck_assert_int_eq(usdtctx_find(u, "c:lost", &e), -1);
	has(e.msg, "no probe 'c:lost'");
	has(e.hint, bad);
	has(e.hint, "is damaged");
	rawbpf_usdt_free(u);
	munmap(pa, 4096);
	munmap(pb, 4096);
	munmap(pbad, 4096);
	unlink(a);
	unlink(b);
	unlink(bad);
	free(a);
	free(b);
	free(bad);
}
END_TEST

/* One probe in two files of a process is one probe, with locations in both. */
START_TEST(two_files)
{
	char *a = some_file(), *b = some_file();
	void *pa = map_code(a), *pb = map_code(b), *again = map_code(a);
	int fds = t_count_fds();
	struct rawbpf_usdt *u = rawbpf_usdt_new(.pid = getpid());
	ptrdiff_t i;
	uint32_t k, from_a = 0, from_b = 0;

	ck_assert_msg(!rawbpf_usdt_error(u)->err, "%s", rawbpf_usdt_errmsg(u));
	ck_assert_int_eq(t_count_fds(), fds);
	i = usdtctx_find(u, "a:one", NULL);
	ck_assert_int_ge(i, 0);
	ck_assert_uint_eq(u->probes[i].n_locs, 6);
	for (k = u->probes[i].first; k != USDT_NONE; k = u->locs[k].next) {
		const struct usdt_file *f = &u->files[u->locs[k].file];

		from_a += !strcmp(f->path, a);
		from_b += !strcmp(f->path, b);
		ck_assert(f->machine == 62 && f->bits == 64 && !f->big_endian);
		ck_assert(f->ino && !access(f->open_as, R_OK));
	}
	ck_assert_uint_eq(from_a, 3);
	ck_assert_uint_eq(from_b, 3);
	rawbpf_usdt_free(u);
	munmap(pa, 4096);
	munmap(pb, 4096);
	munmap(again, 4096);
	unlink(a);
	unlink(b);
	free(a);
	free(b);
}
END_TEST

/* With pid and path that file only; of the process itself no other is looked at. */
START_TEST(path_of_a_process)
{
	char *a = some_file(), *b = some_file();
	void *pb = map_code(b);
	struct rawbpf_usdt *u = rawbpf_usdt_new(.pid = getpid(), .path = a);
	char root[64];

	snprintf(root, sizeof(root), "/proc/%d/root/", (int)getpid());
	ck_assert_msg(!rawbpf_usdt_error(u)->err, "%s", rawbpf_usdt_errmsg(u));
	ck_assert_int_eq(u->pid, getpid());
	ck_assert_uint_eq(u->n_files, 1);
	ck_assert_str_eq(u->files[0].path, a);
	has(u->files[0].open_as, root);
	ck_assert_uint_eq(u->n_locs, 6);
	rawbpf_usdt_free(u);
	munmap(pb, 4096);
	unlink(a);
	unlink(b);
	free(a);
	free(b);
}
END_TEST

/* A library by its name, as other calls take it; no file of the working directory. */
START_TEST(by_name)
{
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = "c");
	struct listed l = {"", 0, 0};

	ck_assert_msg(!rawbpf_usdt_error(u)->err, "%s", rawbpf_usdt_errmsg(u));
	ck_assert_int_eq(rawbpf_usdt_each_probe(u, on_probe, &l), 0);
	rawbpf_usdt_free(u);
}
END_TEST

/* Files that were replaced, or removed, are what the process runs still. */
START_TEST(gone_files)
{
	char *old = some_file(), *gone = some_file(), *new;
	struct t_note *m = t_note_new(64, false, 62, 3);
	void *po = map_code(old), *pg = map_code(gone);
	struct rawbpf_usdt *u;
	size_t i;

	T_NEED_ROOT();
	t_note_add(m, 0, (const uint64_t[]){0x400010, 0, 0}, "other", "probe", "");
	new = to_file(m);
	ck_assert_int_eq(rename(new, old), 0);
	unlink(gone);
	u = rawbpf_usdt_new(.pid = getpid());
	ck_assert_msg(!rawbpf_usdt_error(u)->err, "%s", rawbpf_usdt_errmsg(u));
	ck_assert_int_eq(usdtctx_find(u, "other:probe", NULL), -1);
	i = (size_t)usdtctx_find(u, "a:one", NULL);
	ck_assert_uint_lt(i, u->n_probes);
	ck_assert_uint_eq(u->probes[i].n_locs, 6);
	for (i = 0; i < u->n_files; i++) {
		if (strncmp(u->files[i].path, "/tmp/rawbpf-usdtctx-", 20))
			continue;
		has(u->files[i].open_as, "/map_files/");
		ck_assert(!strcmp(u->files[i].path, old) || !strcmp(u->files[i].path, gone));
	}
	rawbpf_usdt_free(u);
	/* by its path too: what the process has mapped, not what is there now */
	u = rawbpf_usdt_new(.pid = getpid(), .path = gone);
	ck_assert_msg(!rawbpf_usdt_error(u)->err, "%s", rawbpf_usdt_errmsg(u));
	ck_assert_int_ge(usdtctx_find(u, "a:one", NULL), 0);
	rawbpf_usdt_free(u);
	munmap(po, 4096);
	munmap(pg, 4096);
	unlink(old);
	free(old);
	free(gone);
	free(new);
	free(m);
}
END_TEST

/* What the child of other_mounts does: a file that is at this path for itself only. */
static void run_elsewhere(const char *from, const char *dir, const char *path, int ready)
{
	char byte = 0, buf[200000];
	ssize_t n;
	int in = open(from, O_RDONLY | O_CLOEXEC), out;

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		mount("none", dir, "tmpfs", 0, NULL))
		byte = 1;
	n = read(in, buf, sizeof(buf));
	out = open(path, O_RDWR | O_CREAT, 0755);
	if (!byte &&
		(out < 0 || n <= 0 || write(out, buf, (size_t)n) != n ||
			mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, out, 0) == MAP_FAILED))
		byte = 2;
	if (write(ready, &byte, 1) == 1)
		pause();
	_exit(0);
}

START_TEST(other_mounts)
{
	char dir[] = "/tmp/rawbpf-usdtctx-XXXXXX", path[64], byte = 9, *from = some_file();
	struct rawbpf_usdt *u;
	int ready[2];
	pid_t pid;

	T_NEED_ROOT();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (!pid)
		run_elsewhere(from, dir, path, ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 0);
	broken(rawbpf_usdt_new(.path = path), -ENOENT, path, NULL);
	u = rawbpf_usdt_new(.path = path, .pid = pid);
	ck_assert_msg(!rawbpf_usdt_error(u)->err, "%s", rawbpf_usdt_errmsg(u));
	ck_assert_uint_eq(u->n_locs, 6);
	rawbpf_usdt_free(u);
	u = rawbpf_usdt_new(.pid = pid);
	ck_assert_msg(!rawbpf_usdt_error(u)->err, "%s", rawbpf_usdt_errmsg(u));
	ck_assert_int_ge(usdtctx_find(u, "a:one", NULL), 0);
	rawbpf_usdt_free(u);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	rmdir(dir);
	unlink(from);
	free(from);
	close(ready[0]);
	close(ready[1]);
}
END_TEST

/* A process in a root of its own: its files are called as it calls them, by each way to ask. */
static void run_below(const char *root, int ready)
{
	char byte = 0;

	if (chroot(root) || chdir("/"))
		byte = 1;
	else if (!map_code("/lib/libinner.so"))
		byte = 2;
	if (write(ready, &byte, 1) == 1)
		pause();
	_exit(0);
}

static int on_inner(void *arg, const struct rawbpf_usdt_probe *p)
{
	*(bool *)arg |= !strcmp(p->path, "/lib/libinner.so");
	return 0;
}

START_TEST(other_root)
{
	static const char *const names[] = {NULL, "/lib/libinner.so", "libinner.so"};
	char root[] = "/tmp/rawbpf-usdtctx-XXXXXX", byte = 9, *from = some_file();
	struct rawbpf_error e;
	bool found;
	int ready[2];
	size_t i, k;
	pid_t pid;

	T_NEED_CAP(CAP_SYS_CHROOT);
	T_NEED_CAP(CAP_SYS_ADMIN); /* map_files */
	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(
		t_run(NULL, "mkdir %s/lib && mv %s %s/lib/libinner.so", root, from, root), 0);
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (!pid)
		run_below(root, ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 0);
	for (i = 0; i < 2; i++) { /* then with the file removed */
		for (k = 0; k < sizeof(names) / sizeof(*names); k++) {
			struct rawbpf_usdt *u = rawbpf_usdt_new(.path = names[k], .pid = pid);
			ptrdiff_t at;

			ck_assert_msg(!rawbpf_usdt_error(u)->err, "%s", rawbpf_usdt_errmsg(u));
			at = usdtctx_find(u, "a:one", NULL);
			ck_assert_int_ge(at, 0);
			ck_assert_str_eq(u->files[u->locs[u->probes[at].first].file].path,
				"/lib/libinner.so");
			rawbpf_usdt_free(u);
			found = false;
			ck_assert_int_eq(rawbpf_usdt_each(names[k], pid, on_inner, &found, &e), 0);
			ck_assert(found);
		}
		ck_assert_int_eq(t_run(NULL, "rm -f %s/lib/libinner.so", root), 0);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ck_assert_int_eq(t_run(NULL, "rm -r %s", root), 0);
	free(from);
	close(ready[0]);
	close(ready[1]);
}
END_TEST

Suite *suite_usdtctx(void);
Suite *suite_usdtctx(void)
{
	Suite *s = suite_create("usdtctx");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, probes_and_locations);
	tcase_add_test(t, of_a_thread);
	tcase_add_test(t, not_opened);
	tcase_add_test(t, not_enabled);
	tcase_add_test(t, no_probes);
	tcase_add_test(t, null_context);
	tcase_add_test(t, damaged);
	tcase_add_test(t, many);
	tcase_add_loop_test(t, out_of_memory, 0, 2);
	tcase_add_test(t, left_out);
	tcase_add_test(t, two_files);
	tcase_add_test(t, path_of_a_process);
	tcase_add_test(t, by_name);
	tcase_add_test(live, gone_files);
	tcase_add_test(live, other_mounts);
	tcase_add_test(live, other_root);
	suite_add_tcase(s, t);
	suite_add_tcase(s, live);
	return s;
}
