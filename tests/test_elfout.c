// SPDX-License-Identifier: MIT
/* test_elfout.c - the object a unit becomes, as other tools and the kernel see it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfasm.h"
#include "insn.h"
#include "t.h"
#include "t_unit.h"

Suite *suite_elfout(void);

static const unsigned char magic[] = {0x7f, 'E', 'L', 'F', 2};

/* The unit of t_unit.h as a file; its name is to be freed and unlinked. */
static char *write_file(const unsigned char *data, size_t len)
{
	char *path = strdup("/tmp/rawbpf-elfout-XXXXXX");
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
	return path;
}

static char *object(bool big_endian)
{
	struct unit u;
	unsigned char *data;
	size_t len;
	char *path;

	unit_make(&u, big_endian);
	ck_assert_int_eq(elfout_write(&u.ir, &u.pool, &data, &len), 0);
	ck_assert_mem_eq(data, magic, sizeof(magic));
	path = write_file(data, len);
	free(data);
	pool_free(&u.pool);
	return path;
}

static bool have(const char *tool)
{
	return t_run(NULL, "command -v %s >/dev/null", tool) == 0;
}

static void drop(char *path)
{
	unlink(path);
	free(path);
}

START_TEST(readelf_has_no_complaint)
{
	char *path, *out;
	int be;

	if (!have("readelf"))
		T_SKIP("no readelf");
	for (be = 0; be < 2; be++) {
		path = object(be);
		ck_assert_int_eq(t_run(&out, "readelf -aW %s 2>&1", path), 0);
		ck_assert_ptr_null(strstr(out, "Warning"));
		ck_assert_ptr_null(strstr(out, "Error"));
		ck_assert_ptr_nonnull(strstr(out, "Linux BPF"));
		ck_assert_ptr_nonnull(strstr(out, be ? "big endian" : "little endian"));
		ck_assert_ptr_nonnull(strstr(out, ".reluprobe"));
		ck_assert_ptr_nonnull(strstr(out, " dist\n"));
		ck_assert_ptr_nonnull(strstr(out, " help\n"));
		free(out);
		drop(path);
	}
}
END_TEST

START_TEST(same_unit_same_bytes)
{
	unsigned char *data[2];
	size_t len[2];
	int i;

	for (i = 0; i < 2; i++) {
		struct unit u;

		unit_make(&u, false);
		ck_assert_int_eq(elfout_write(&u.ir, &u.pool, &data[i], &len[i]), 0);
		pool_free(&u.pool);
	}
	ck_assert_uint_eq(len[0], len[1]);
	ck_assert_mem_eq(data[0], data[1], len[0]);
	free(data[0]);
	free(data[1]);
}
END_TEST

START_TEST(objdump_names_relocations)
{
	char *path, *out;

	if (!have("llvm-objdump-14"))
		T_SKIP("no llvm-objdump-14");
	path = object(false);
	ck_assert_int_eq(t_run(&out, "llvm-objdump-14 -d -r %s 2>&1", path), 0);
	ck_assert_ptr_nonnull(strstr(out, "<count>:"));
	ck_assert_ptr_nonnull(strstr(out, "<second>:"));
	ck_assert_ptr_nonnull(strstr(out, "R_BPF_64_64\tdist"));
	ck_assert_ptr_nonnull(strstr(out, "R_BPF_64_32\t.text"));
	ck_assert_ptr_nonnull(strstr(out, "call -1"));
	free(out);
	drop(path);
}
END_TEST

/* libbpf loads it, with its maps, types and lines; bpffs is mounted where only this test sees it */
START_TEST(libbpf_loads_it)
{
	char *path, *out;

	const uint16_t one = 1;

	T_NEED_ROOT();
	if (!have("bpftool") || !have("unshare"))
		T_SKIP("no bpftool or unshare");
	path = object(!*(const unsigned char *)&one);
	ck_assert_msg(t_run(&out,
			      "unshare -m sh -c 'mount -t bpf none /sys/fs/bpf && "
			      "bpftool prog loadall %s /sys/fs/bpf/p pinmaps /sys/fs/bpf/m && "
			      "bpftool prog dump xlated pinned /sys/fs/bpf/p/count linum && "
			      "bpftool map dump pinned /sys/fs/bpf/m/dist && "
			      "bpftool map show pinned /sys/fs/bpf/m/keyed && "
			      "ls /sys/fs/bpf/p /sys/fs/bpf/m' 2>&1",
			      path) == 0,
		"%s", out);
	ck_assert_ptr_nonnull(strstr(out, "r0 = &dist[0] ; or not"));
	ck_assert_ptr_nonnull(strstr(out, "file:unit.bpf line_num:3 line_col:9"));
	ck_assert_ptr_nonnull(strstr(out, "second"));
	ck_assert_ptr_nonnull(strstr(out, "\"value\": 0"));
	ck_assert_ptr_nonnull(strstr(out, "btf_id"));
	free(out);
	drop(path);
}
END_TEST

static const char callbacks[] = ".license \"GPL\"\n.func one\nr0 = 0\nexit\n"
				".func two\nr0 = 1\nexit\n.func three global\nr0 = 2\nexit\n"
				".prog p \"raw_tp/sched_switch\"\nr0 = bpf_loop(3, &one, 0, 0)\n"
				"r0 = bpf_loop(3, &two, 0, 0)\nr0 = two()\nr0 = three()\n"
				"return 0\n";

/* The address of a local function is its section's plus its place: libbpf takes no other. */
START_TEST(callbacks_as_clang_has_them)
{
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct bpfasm_out obj;
	char *path, *out;

	ck_assert_int_eq(bpfasm_assemble(callbacks, strlen(callbacks), &o, &obj), 0);
	path = write_file(obj.data, obj.len);
	bpfasm_free(&obj);
	if (have("llvm-objdump-14")) {
		ck_assert_int_eq(t_run(&out, "llvm-objdump-14 -d -r %s 2>&1", path), 0);
		ck_assert_ptr_nonnull(strstr(out, "\tr2 = 16 ll\n"));
		ck_assert_ptr_nonnull(strstr(out, "R_BPF_64_64\t.text\n"));
		ck_assert_ptr_null(strstr(out, "R_BPF_64_64\tone"));
		ck_assert_ptr_null(strstr(out, "R_BPF_64_64\ttwo"));
		ck_assert_ptr_nonnull(strstr(out, "\tcall 1\n"));
		ck_assert_ptr_nonnull(strstr(out, "R_BPF_64_32\t.text\n"));
		ck_assert_ptr_nonnull(strstr(out, "R_BPF_64_32\tthree\n"));
		free(out);
	}
	if (!t_lacks() && have("bpftool") && have("unshare")) {
		ck_assert_msg(t_run(&out,
				      "unshare -m sh -c 'mount -t bpf none /sys/fs/bpf && "
				      "bpftool prog loadall %s /sys/fs/bpf/p' 2>&1",
				      path) == 0,
			"%s", out);
		free(out);
	}
	drop(path);
}
END_TEST

/* a name that nothing defines is an undefined symbol; the loader is the one to say so */
START_TEST(undefined_names)
{
	struct unit u;
	unsigned char *data;
	char *path, *out;
	size_t len;

	if (!have("readelf"))
		T_SKIP("no readelf");
	unit_make(&u, false);
	u.ir.funcs[0]->refs[0].name = "nowhere";
	ck_assert_int_eq(elfout_write(&u.ir, &u.pool, &data, &len), 0);
	path = write_file(data, len);
	ck_assert_int_eq(t_run(&out, "readelf -sW %s", path), 0);
	ck_assert_ptr_nonnull(strstr(out, "UND nowhere"));
	free(out);
	drop(path);
	free(data);
	pool_free(&u.pool);
}
END_TEST

START_TEST(empty_unit)
{
	struct ir_unit ir;
	struct pool pool = {0};
	unsigned char *data;
	size_t len;

	memset(&ir, 0, sizeof(ir));
	ck_assert_int_eq(elfout_write(&ir, &pool, &data, &len), 0);
	ck_assert_mem_eq(data, magic, sizeof(magic));
	free(data);
	ir.n_maps = 0x10000;
	ck_assert_int_eq(elfout_write(&ir, &pool, &data, &len), -E2BIG);
	ck_assert_ptr_null(data);
	pool_free(&pool);
}
END_TEST

START_TEST(out_of_memory)
{
	unsigned int n;
	bool refused;

	for (n = 1;; n++) {
		struct unit u;
		unsigned char *data;
		size_t len;
		int err;

		unit_make(&u, false);
		t_fail_alloc_at(n);
		err = elfout_write(&u.ir, &u.pool, &data, &len);
		refused = t_alloc_failed();
		ck_assert_int_eq(err, refused ? -ENOMEM : 0);
		free(data);
		pool_free(&u.pool);
		if (!refused)
			break;
	}
	ck_assert_uint_gt(n, 1);
}
END_TEST

Suite *suite_elfout(void)
{
	Suite *s = suite_create("elfout");
	TCase *t = tcase_create("object"), *host = tcase_create("host");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, readelf_has_no_complaint);
	tcase_add_test(t, same_unit_same_bytes);
	tcase_add_test(t, objdump_names_relocations);
	tcase_add_test(t, callbacks_as_clang_has_them);
	tcase_add_test(t, undefined_names);
	tcase_add_test(t, empty_unit);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	tcase_set_timeout(host, 60);
	tcase_add_test(host, libbpf_loads_it);
	suite_add_tcase(s, host);
	return s;
}
