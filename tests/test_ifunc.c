// SPDX-License-Identifier: MIT
/* test_ifunc.c - what an IFUNC became in a running process. */
#include "ifunc.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libname.h"
#include "proc.h"
#include "t.h"
#include "t_elf.h"

/* The file offset of an address of this process. */
static uint64_t own_offset(const void *addr)
{
	struct sys s = {0};
	struct proc_maps maps;
	struct proc_map m;
	uint64_t a = (uintptr_t)addr, offset = 0;

	ck_assert_int_eq(proc_maps_open(&s, 0, &maps), 0);
	while (proc_maps_next(&maps, &m))
		if (a >= m.start && a < m.end)
			offset = a - m.start + m.offset;
	proc_maps_free(&maps);
	return offset;
}

struct libc {
	struct sys sys;
	struct libname_file file;
	struct sym_file f;
};

static void libc_open(struct libc *c)
{
	struct rawbpf_error e;

	memset(c, 0, sizeof(*c));
	ck_assert_msg(!libname_find(&c->sys, "c", 0, &c->file, &e), "%s", e.msg);
	ck_assert_msg(!sym_open(&c->sys, c->file.path, &c->f, &e), "%s", e.msg);
}

static void libc_close(struct libc *c)
{
	sym_close(&c->f);
	libname_free(&c->file);
}

/*
 * offset is where callers of name go: dlsym() runs the resolver, so it gives what they get.  Not
 * under ASan, which has functions of its own for these.
 */
static void expect_callers_at(const char *name, uint64_t offset)
{
	void *p = dlsym(RTLD_DEFAULT, name);

	ck_assert_ptr_nonnull(p);
	if (!T_SANITIZED)
		ck_assert_msg(offset == own_offset(p), "%s", name);
}

START_TEST(own_process_tells)
{
	static const char *const names[] = {"strlen", "strchr", "memcpy", "memset"};
	struct libc c;
	struct rawbpf_sym s;
	struct ifunc u;
	uint64_t offset;
	size_t i;

	libc_open(&c);
	if (sym_find(&c.f, "strlen", "c", &s, NULL) || !s.ifunc) {
		libc_close(&c);
		T_SKIP("strlen is no IFUNC in this libc");
	}
	ck_assert_int_eq(ifunc_open(&c.sys, &c.f, c.file.path, c.file.shown, 0, &u), 0);
	ck_assert_int_eq(u.pid, -1);
	for (i = 0; i < 4; i++) {
		ck_assert_int_eq(sym_find(&c.f, names[i], "c", &s, NULL), 0);
		ck_assert_msg(!ifunc_target(&u, &s, &offset), "%s", names[i]);
		ck_assert_uint_ne(offset, s.offset);
		expect_callers_at(names[i], offset);
	}
	ifunc_close(&u);
	libc_close(&c);
}
END_TEST

START_TEST(other_processes_tell)
{
	struct libc c;
	struct rawbpf_sym s;
	struct ifunc mine, theirs;
	uint64_t a = 0, b = 0;
	pid_t pid;

	libc_open(&c);
	if (sym_find(&c.f, "strlen", "c", &s, NULL) || !s.ifunc) {
		libc_close(&c);
		T_SKIP("strlen is no IFUNC in this libc");
	}
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		execlp("sleep", "sleep", "30", (char *)NULL);
		_exit(1);
	}
	usleep(200000);
	ck_assert_int_eq(ifunc_open(&c.sys, &c.f, c.file.path, c.file.shown, 0, &mine), 0);
	ck_assert_int_eq(ifunc_open(&c.sys, &c.f, c.file.path, c.file.shown, pid, &theirs), 0);
	ck_assert_int_eq(theirs.pid, pid);
	ck_assert_int_eq(ifunc_target(&mine, &s, &a), 0);
	ck_assert_int_eq(ifunc_target(&theirs, &s, &b), 0);
	ck_assert_uint_eq(a, b);
	ck_assert_uint_ne(a, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ifunc_close(&mine);
	ifunc_close(&theirs);
	libc_close(&c);
}
END_TEST

/* Builds a program and starts it; its pid, 0 when it cannot be built. */
static pid_t start_program(char *dir, const char *text)
{
	char *out;
	pid_t pid = 0;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	if (!t_run(&out,
		    "cd %s && printf '#include <string.h>\n#include <time.h>\n"
		    "#include <unistd.h>\n%s' >p.c && cc -fPIE -pie -o p p.c 2>/dev/null && "
		    "{ ./p >/dev/null & echo $!; } && sleep 0.3",
		    dir, text))
		pid = atoi(out);
	free(out);
	return pid;
}

/* glibc on x86-64 has no slot of its own for strstr: its caller's slot tells. */
static void caller_tells(const char *text)
{
	char dir[] = "/tmp/rawbpf-ifunc-XXXXXX";
	struct libc c;
	struct rawbpf_sym s;
	uint64_t offset = 0;
	pid_t pid;

	libc_open(&c);
	if (sym_find(&c.f, "strstr", "c", &s, NULL) || !s.ifunc) {
		libc_close(&c);
		T_SKIP("strstr is no IFUNC in this libc");
	}
	pid = start_program(dir, text);
	ck_assert_msg(!pid || !ifunc_target_elsewhere(&c.sys, &c.f, c.file.path, c.file.shown, pid,
				      &s, "strstr", &offset),
		"process %d", (int)pid);
	libc_close(&c);
	if (pid)
		kill(pid, SIGKILL);
	t_run(NULL, "rm -rf %s", dir);
	if (!pid)
		T_SKIP("no cc");
	ck_assert_uint_ne(offset, s.offset);
	expect_callers_at("strstr", offset);
}

START_TEST(callers_tell)
{
	caller_tells("int main(int c, char **v) { c = !strstr(v[0], v[0] + c); sleep(30); "
		     "return c; }");
}
END_TEST

/* Only a pointer among the data leads there: R_X86_64_64, R_AARCH64_ABS64. */
START_TEST(pointers_tell)
{
	caller_tells("static char *(*volatile f)(const char *, const char *) = strstr; "
		     "int main(int c, char **v) { sleep(30); return !f(v[0], v[0] + c); }");
}
END_TEST

/* glibc's time() on x86-64 is the vdso's, where the kernel takes no probe. */
START_TEST(vdso_is_told)
{
	char dir[] = "/tmp/rawbpf-ifunc-XXXXXX";
	struct rawbpf_sym s;
	uint64_t offset = 0;
	struct libc c;
	pid_t pid;
	int ret;

	libc_open(&c);
	if (sym_find(&c.f, "time", "c", &s, NULL) || !s.ifunc) {
		libc_close(&c);
		T_SKIP("time is no IFUNC in this libc");
	}
	pid = start_program(dir, "static time_t (*volatile f)(time_t *) = time; "
				 "int main(void) { sleep(30); return !f(0); }");
	ret = ifunc_target_elsewhere(
		&c.sys, &c.f, c.file.path, c.file.shown, pid, &s, "time", &offset);
	libc_close(&c);
	if (pid)
		kill(pid, SIGKILL);
	t_run(NULL, "rm -rf %s", dir);
	if (!pid)
		T_SKIP("no cc");
	ck_assert_int_eq(ret, -EXDEV);
}
END_TEST

START_TEST(nobody_tells)
{
	static const struct t_elf_sym dyn[] = {
		{"f", NULL, T_ELF_TEXT + 16, 8, 10 /* STT_GNU_IFUNC */, 1, 0, false},
		{.name = NULL}};
	static const struct t_elf_rela rela[] = {
		{T_ELF_DATA + 8, 37, 0, T_ELF_TEXT + 16}, {0, 0, 0, 0}};
	struct t_elf t = {.bits = 64, .machine = 62, .dyn = dyn, .rela = rela};
	char path[] = "/tmp/rawbpf-ifunc-XXXXXX";
	struct sys sys = {0};
	struct rawbpf_sym s;
	struct sym_file f;
	struct ifunc u;
	uint64_t offset;
	size_t len;
	unsigned char *p = t_elf_make(&t, &len);
	int fds = t_count_fds(), fd = mkstemp(path);

	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	close(fd);
	free(p);
	ck_assert_int_eq(sym_open(&sys, path, &f, NULL), 0);
	ck_assert_int_eq(sym_find(&f, "f", "t", &s, NULL), 0);
	ck_assert(s.ifunc);
	ck_assert_int_eq(ifunc_open(&sys, &f, path, path, 0, &u), 0);
	ck_assert_uint_eq(u.n_slots, 1);
	ck_assert_int_eq(u.pid, 0);
	ck_assert_int_eq(ifunc_target(&u, &s, &offset), -ENOENT);
	ck_assert_int_eq(
		ifunc_target_elsewhere(&sys, &f, path, path, 0, &s, "f", &offset), -ENOENT);
	ifunc_close(&u);
	sym_close(&f);
	unlink(path);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

Suite *suite_ifunc(void);
Suite *suite_ifunc(void)
{
	Suite *s = suite_create("ifunc");
	TCase *t = tcase_create("live");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, own_process_tells);
	tcase_add_test(t, other_processes_tell);
	tcase_add_test(t, callers_tell);
	tcase_add_test(t, pointers_tell);
	tcase_add_test(t, vdso_is_told);
	tcase_add_test(t, nobody_tells);
	suite_add_tcase(s, t);
	return s;
}
