// SPDX-License-Identifier: MIT
/* test_sys.c - every call passes the hook, errors come back as -errno. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys.h"
#include "t.h"

struct seen {
	struct rawbpf_call last;
	int n;
	long answer;
};

static long remember(void *arg, const struct rawbpf_call *c)
{
	struct seen *s = arg;

	s->last = *c;
	s->n++;
	return s->answer;
}

START_TEST(hook_sees_arguments_and_answers)
{
	struct seen seen = {.answer = -EPERM};
	struct sys s = {.hook = remember, .arg = &seen};
	union rawbpf_attr attr = {0};

	ck_assert_int_eq(sys_bpf(&s, RAWBPF_MAP_CREATE, &attr, 72, "map dist"), -EPERM);
	ck_assert_int_eq(seen.last.kind, RAWBPF_CALL_BPF);
	ck_assert_uint_eq(seen.last.arg[0], RAWBPF_MAP_CREATE);
	ck_assert_uint_eq(seen.last.arg[1], (uintptr_t)&attr);
	ck_assert_uint_eq(seen.last.arg[2], 72);
	ck_assert_str_eq(seen.last.role, "map dist");
	seen.answer = 7;
	ck_assert_int_eq(sys_openat(&s, AT_FDCWD, "/x", O_RDONLY, NULL), 7);
	ck_assert(seen.last.arg[2] & O_CLOEXEC);
	ck_assert_int_eq(seen.n, 2);
}
END_TEST

/* Offsets keep their 64 bits where a pointer has 32: an argument would not. */
START_TEST(offsets_are_wide)
{
	struct seen seen = {.answer = -EIO};
	struct sys s = {.hook = remember, .arg = &seen};
	char byte;
	void *p;

	ck_assert_uint_eq(sizeof(seen.last.offset), 8);
	ck_assert_int_eq(sys_pread(&s, 3, &byte, 1, UINT64_C(0x7fff12345678)), -EIO);
	ck_assert_int_eq(seen.last.kind, RAWBPF_CALL_PREAD);
	ck_assert_uint_eq(seen.last.offset, UINT64_C(0x7fff12345678));
	ck_assert_int_eq(sys_mmap(&s, 4096, PROT_READ, MAP_SHARED, 3, UINT64_C(1) << 40, &p), -EIO);
	ck_assert_int_eq(seen.last.kind, RAWBPF_CALL_MMAP);
	ck_assert_uint_eq(seen.last.offset, UINT64_C(1) << 40);
}
END_TEST

/* What the struct says is where the kernel reads. */
START_TEST(reads_at_an_offset)
{
	int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	static const char text[] = "here";
	struct sys s = {0};
	char got[5];

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(sys_pread(&s, fd, got, sizeof(got), (uintptr_t)text), 5);
	ck_assert_str_eq(got, text);
	close(fd);
}
END_TEST

START_TEST(errno_is_returned_and_left_alone)
{
	struct sys s = {0};

	errno = 4242;
	ck_assert_int_eq(sys_openat(&s, AT_FDCWD, "/no/such/file", O_RDONLY, NULL), -ENOENT);
	ck_assert_int_eq(errno, 4242);
}
END_TEST

START_TEST(closing_nothing_is_no_call)
{
	struct seen seen = {0};
	struct sys s = {.hook = remember, .arg = &seen};

	sys_close(&s, -1);
	sys_munmap(&s, NULL, 1);
	ck_assert_int_eq(seen.n, 0);
}
END_TEST

START_TEST(reads_files_without_a_size)
{
	struct sys s = {0};
	struct buf b = {0};
	char line[8];
	int fds = t_count_fds();

	ck_assert_int_eq(sys_read_file(&s, AT_FDCWD, "/proc/self/maps", 1 << 20, &b), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&b), "[stack]"));
	ck_assert_uint_eq(strlen(buf_str(&b)), b.len);
	buf_free(&b);
	ck_assert_int_eq(sys_read_file(&s, AT_FDCWD, "/proc/self/maps", 16, &b), -EFBIG);
	buf_free(&b);
	ck_assert_int_eq(sys_read_line(&s, AT_FDCWD, "/proc/version", line, sizeof(line)), 0);
	ck_assert_str_eq(line, "Linux v");
	ck_assert_int_eq(sys_read_line(&s, AT_FDCWD, "/proc", line, sizeof(line)), -EISDIR);
	ck_assert_int_eq(t_count_fds(), fds);
}
END_TEST

START_TEST(mmap_gives_memory_or_an_errno)
{
	struct sys s = {0};
	void *p;

	ck_assert_int_eq(
		sys_mmap(&s, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, &p),
		0);
	memset(p, 1, 4096);
	sys_munmap(&s, p, 4096);
	ck_assert_int_eq(
		sys_mmap(&s, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, &p), -EINVAL);
	ck_assert_ptr_null(p);
}
END_TEST

/* The kernel's own sizes and numbers: our structs must be what the header says they are. */
START_TEST(layouts_are_the_kernels)
{
	ck_assert_uint_eq(sizeof(struct rawbpf_insn), 8);
	ck_assert_uint_eq(sizeof(struct rawbpf_perf_attr), 112);
	ck_assert_uint_eq(offsetof(struct rawbpf_perf_attr, config1), 56);
	ck_assert_uint_eq(offsetof(union rawbpf_attr, map.map_name), 28);
	ck_assert_uint_eq(offsetof(union rawbpf_attr, map.map_extra), 64);
	ck_assert_uint_eq(offsetof(union rawbpf_attr, prog.prog_name), 48);
	ck_assert_uint_eq(offsetof(union rawbpf_attr, prog.line_info_cnt), 104);
	ck_assert_uint_eq(offsetof(union rawbpf_attr, prog.fd_array), 120);
	ck_assert_uint_eq(offsetof(union rawbpf_attr, link.u.perf.cookie), 16);
	ck_assert_uint_eq(offsetof(union rawbpf_attr, link.u.uprobe_multi.pid), 56);
	ck_assert_uint_eq(offsetof(union rawbpf_attr, batch.count), 32);
}
END_TEST

START_TEST(bad_commands_are_refused_by_the_kernel)
{
	union rawbpf_attr attr;

	T_NEED_ROOT();
	memset(&attr, 0, sizeof(attr));
	ck_assert_int_eq(rawbpf_sys_bpf(RAWBPF_MAP_CREATE, &attr, sizeof(attr.map)), -EINVAL);
	attr.elem.map_fd = 99999;
	ck_assert_int_eq(rawbpf_sys_bpf(RAWBPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr.elem)), -EBADF);
}
END_TEST

Suite *suite_sys(void);
Suite *suite_sys(void)
{
	Suite *s = suite_create("sys");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, hook_sees_arguments_and_answers);
	tcase_add_test(t, offsets_are_wide);
	tcase_add_test(t, reads_at_an_offset);
	tcase_add_test(t, errno_is_returned_and_left_alone);
	tcase_add_test(t, closing_nothing_is_no_call);
	tcase_add_test(t, reads_files_without_a_size);
	tcase_add_test(t, mmap_gives_memory_or_an_errno);
	tcase_add_test(t, layouts_are_the_kernels);
	suite_add_tcase(s, t);
	tcase_add_test(live, bad_commands_are_refused_by_the_kernel);
	suite_add_tcase(s, live);
	return s;
}
