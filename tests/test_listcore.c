// SPDX-License-Identifier: MIT
/* test_listcore.c - objects with CO-RE records as text, and back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bpfasm.h"
#include "elf.h"
#include "listcore.h"
#include "old.h"
#include "rawbpf.h"
#include "t.h"
#include "t_code.h"

Suite *suite_listcore(void);

static char *list(const void *elf, size_t len, struct rawbpf_error *e)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ck_assert_int_eq(rawbpf_list_object(elf, len, f, e), 0);
	fclose(f);
	return text;
}

/* With no target: what the names are is in the text. */
static void assemble(const char *text, bool big_endian, struct bpfasm_out *out)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .big_endian = big_endian};

	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, out), "%s\n%s", out->diag, text);
}

/* Without the lines that tell what is not there: in the second text nothing is left out. */
static void drop_left_out(char *text)
{
	char *p, *end;

	while ((p = strstr(text, "\t; a CO-RE record"))) {
		end = strchr(p, '\n') + 1;
		memmove(p, end, strlen(end) + 1);
	}
}

static void round_trip(const void *elf, size_t len, bool big_endian, const char *left)
{
	struct rawbpf_error e, again;
	struct bpfasm_out out;
	char *text = list(elf, len, &e), *second;

	if (left)
		ck_assert_msg(e.msg && !strncmp(e.msg, left, strlen(left)), "%s", e.msg);
	else
		ck_assert_msg(!e.msg, "%s", e.msg);
	ck_assert_ptr_nonnull(strstr(text, "\n.core "));
	assemble(text, big_endian, &out);
	t_same_code(elf, len, out.data, out.len);
	second = list(out.data, out.len, &again);
	ck_assert_ptr_null(again.msg);
	drop_left_out(text);
	ck_assert_str_eq(second, text);
	free(second);
	free(text);
	bpfasm_free(&out);
}

/* Of clang's objects and of our own. */
START_TEST(objects_come_back)
{
	static const char *const files[][2] = {{"object/core.bpf.o", "1 CO-RE record is left out"},
		{"object/core_task.bpf.o", NULL}, {"object/core_absent.bpf.o", NULL},
		{"object/names.bpf.o", NULL}};
	size_t i, len;
	char *p;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		p = t_data(files[i][0], &len);
		round_trip(p, len, false, files[i][1]);
		free(p);
	}
}
END_TEST

static const char source[] =
	".license \"GPL\"\n"
	".core pid_type.PIDTYPE_SID: enum 4, enum pid_type 4 = 3\n"
	".core rq: union 16\n"
	".core rq.in.low: union 16, struct deep 8 at 0, signed int 4 at 3 bits 5\n"
	".core rq.mat[1][2]: union 16, array 12 at 32 of 2 2 int 2, array 6 of 3 1 int 2, int 2\n"
	".core rq.name: union 16, array 8 at 64 of 8 1 int 1\n"
	".core rq.ratio: union 16, float double 8 at 64\n"
	".core word_t: typedef int 8\n"
	"\n.prog p \"socket\"\n"
	"\tr1 = *(u16 *)(r2 +rq.mat[1][2])\n"
	"\t*(u64 *)(r2 +rq.ratio) = r1\n"
	"\t*(u32 *)(r2 +rq.name) = 5\n"
	"\tr1 += rq.name\n"
	"\tw3 = sizeof(rq.name)\n"
	"\tr1 = rq.ratio ll\n"
	"\tr1 = exists(rq.in.low)\n"
	"\tr1 = exists(word_t)\n"
	"\tr1 = sizeof(rq)\n"
	"\tr1 = pid_type.PIDTYPE_SID\n"
	"\tr1 = exists(pid_type.PIDTYPE_SID)\n"
	"\t.core target_type_id rq\n"
	"\tr1 = 0x7 ll\n"
	"\t.core type_matches word_t\n"
	"\tr1 = 1\n"
	"\t.core byte_off rq.in.low\n"
	"\tr1 = *(u32 *)(r2 +0)\n"
	"\t.core %s_u64 rq.in.low\n"
	"\tr1 <<= %d\n"
	"\t.core rshift_u64 rq.in.low\n"
	"\tr1 s>>= 59\n"
	"\t.core signed rq.in.low\n"
	"\tr3 = 1\n"
	"\tr0 = 0\n"
	"\texit\n";

START_TEST(every_form)
{
	struct bpfasm_out out;
	struct rawbpf_error e;
	char text[2048], *got;
	int be;

	for (be = 0; be < 2; be++) {
		snprintf(text, sizeof(text), source, "lshift", be ? 35 : 56);
		assemble(text, be, &out);
		got = list(out.data, out.len, &e);
		ck_assert_ptr_null(e.msg);
		ck_assert_str_eq(got, text);
		free(got);
		round_trip(out.data, out.len, be, NULL);
		bpfasm_free(&out);
	}
}
END_TEST

/* A number that is not the member's, and a type that the text has something else for. */
START_TEST(names_that_would_mislead)
{
	static const char text[] = ".struct owner\n\ta: u32\n.end\n.map m hash(owner, u64, 4)\n"
				   ".core ownes.a: struct 4, int 4 at 0\n"
				   ".core other.a: struct 4, int 4 at 0\n"
				   ".prog p \"socket\"\nr1 = *(u32 *)(r2 +ownes.a)\n"
				   ".core byte_off other.a\nr1 = 5\nreturn 0\n";
	struct bpfasm_out out;
	struct rawbpf_error e;
	char *got, *p;

	assemble(text, false, &out);
	while ((p = memmem(out.data, out.len, "ownes", 5)))
		memcpy(p, "owner", 5);
	got = list(out.data, out.len, &e);
	ck_assert_ptr_nonnull(
		strstr(got, "\t; a CO-RE record, byte_off, is left out\n\tr1 = *(u32 *)(r2 +0)\n"));
	ck_assert_ptr_nonnull(strstr(got, "\t.core byte_off other.a\n\tr1 = 5\n"));
	ck_assert_ptr_nonnull(strstr(e.msg, "1 CO-RE record is left out"));
	free(got);
	bpfasm_free(&out);
}
END_TEST

/* Two records of one instruction: neither of them is written, nor the names. */
START_TEST(two_of_one)
{
	static const char text[] = ".core a.b: struct 8, int 4 at 32\n"
				   ".core a.c: struct 8, int 4 at 0\n"
				   ".prog p \"socket\"\n.core byte_off a.b\nr1 = 5\n"
				   ".core byte_off a.c\nr2 = 5\nreturn 0\n";
	static const uint32_t was = 8;
	struct elf_section s;
	struct bpfasm_out out;
	struct rawbpf_error e;
	struct elf_file *f;
	const void *p;
	size_t len, at;
	char *got;

	assemble(text, false, &out);
	ck_assert_int_eq(elf_open_memory(out.data, out.len, "t", &f, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, ".BTF.ext", &s), 0);
	ck_assert_int_eq(elf_section_data(f, &s, &p, &len), 0);
	/* the last record is of the second instruction: now of the first one, too */
	got = memmem(out.data, out.len, p, len);
	ck_assert_ptr_nonnull(got);
	at = len - 16;
	ck_assert_mem_eq(got + at, &was, 4);
	memset(got + at, 0, 4);
	elf_close(f);
	got = list(out.data, out.len, &e);
	ck_assert_ptr_null(strstr(got, "\n.core"));
	ck_assert_ptr_nonnull(strstr(got, "\t; a CO-RE record, byte_off, is left out\n\tr1 = 5\n"));
	ck_assert_msg(e.msg && strstr(e.msg, "2 CO-RE records are left out"), "%s", e.msg);
	free(got);
	bpfasm_free(&out);
}
END_TEST

/* Many records whose member is looked for in vain among many: a type of the same name is first. */
START_TEST(ends_soon)
{
	enum { MEMBERS = 16000, RECORDS = 100000, SOON = T_SANITIZED ? 60 : 8 };
	char *text = NULL, *p;
	struct bpfasm_out out;
	struct rawbpf_error e;
	clock_t begin;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int i;

	for (i = 0; i < MEMBERS; i++)
		fprintf(f, ".core owner.m%d: struct 64000, int 4 at %d\n", i, 32 * i);
	fputs(".core other.a: struct 64000, int 4 at 0\n.prog p \"socket\"\n", f);
	for (i = 0; i < MEMBERS; i++)
		fprintf(f, "r2 = owner.m%d\n", i);
	for (i = 0; i < RECORDS; i++)
		fputs("r2 = other.a\n", f);
	fputs("return 0\n", f);
	fclose(f);
	assemble(text, false, &out);
	free(text);
	while ((p = memmem(out.data, out.len, "other", 6)))
		memcpy(p, "owner", 5);
	begin = clock();
	text = list(out.data, out.len, &e);
	ck_assert_int_lt((clock() - begin) / CLOCKS_PER_SEC, SOON);
	ck_assert_msg(e.msg && strstr(e.msg, "CO-RE records are left out"), "%s", e.msg);
	free(text);
	bpfasm_free(&out);
}
END_TEST

/* Records are of the first section of a name: others would multiply them. */
START_TEST(sections_of_one_name)
{
	static const char text[] = ".core a.b: struct 8, int 4 at 32\n"
				   ".prog p \"socket\"\nr1 = a.b\nreturn 0\n"
				   ".prog q \"sk_msg\"\nr1 = 4\nreturn 0\n";
	struct bpfasm_out out;
	struct rawbpf_error e;
	char *got, *p;

	assemble(text, false, &out);
	/* of both string tables, where there are symbols of that name */
	while ((p = memmem(out.data, out.len, "sk_msg", 7)))
		memcpy(p, "socket", 6);
	got = list(out.data, out.len, &e);
	ck_assert_ptr_null(e.msg);
	p = strstr(got, "\tr1 = a.b\n");
	ck_assert_ptr_nonnull(p);
	ck_assert_ptr_nonnull(strstr(p, "\tr1 = 4\n"));
	free(got);
	bpfasm_free(&out);
}
END_TEST

/* Maps before BTF have sizes and no types. */
START_TEST(older_maps)
{
	size_t len;
	char *p = t_data("object/old.bpf.o", &len), *text;
	struct bpfasm_out out;
	struct rawbpf_error e;

	text = list(p, len, &e);
	ck_assert_ptr_null(e.msg);
	ck_assert_ptr_nonnull(strstr(text, ".map first type(1, 8, 16, 100)\n"
					   ".map second type(2, 4, 8, 3)\n"));
	ck_assert_ptr_nonnull(strstr(text, "\tr1 = &second\n"));
	assemble(text, false, &out);
	t_same_code(p, len, out.data, out.len);
	bpfasm_free(&out);
	free(text);
	free(p);
}
END_TEST

/* What the loader makes of the kernel's configuration. */
START_TEST(configuration_comes_back)
{
	static const char *const lines[] = {".kconfig LINUX_KERNEL_VERSION: s32\n",
		".kconfig CONFIG_YES: bool weak\n", ".kconfig CONFIG_MODULE: tristate weak\n",
		".kconfig CONFIG_TEXT: char[", "\tr1 = &CONFIG_HZ\n"};
	size_t len, i;
	char *p = t_data("object/extern.bpf.o", &len), *text, *again;
	struct bpfasm_out out;
	struct rawbpf_error e;

	text = list(p, len, &e);
	ck_assert_msg(!e.msg, "%s", e.msg);
	ck_assert_ptr_null(strstr(text, ".kvar"));
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(strstr(text, lines[i]), "no %s in\n%s", lines[i], text);
	assemble(text, false, &out);
	t_same_code(p, len, out.data, out.len);
	again = list(out.data, out.len, &e);
	ck_assert_str_eq(again, text);
	free(again);
	bpfasm_free(&out);
	free(text);
	free(p);
}
END_TEST

/* A string of the compiler's has no name. */
START_TEST(references_left_out)
{
	static const char text[] = ".rodata s: char[] = \"text\"\n.prog p \"socket\"\nr1 = &s\n"
				   "return 0\n";
	struct bpfasm_out out;
	struct rawbpf_error e;
	char *got, *p;

	assemble(text, false, &out);
	while ((p = memmem(out.data, out.len, ".rodata", 8)))
		memcpy(p, ".rostrs", 8);
	got = list(out.data, out.len, &e);
	ck_assert_ptr_nonnull(strstr(got, "r1 = 0x0 ll ; address of \"s\"\n"));
	ck_assert_str_eq(e.msg, "1 reference is left out: the text has no form for what comments "
				"stand at");
	ck_assert_int_eq(e.err, 0);
	free(got);
	bpfasm_free(&out);
}
END_TEST

/* Records of what is no instruction, and of what is a name already. */
START_TEST(without_a_place)
{
	static const char text[] = ".core a.b: struct 8, int 4 at 32\n.kvar jiffies\n"
				   ".prog p \"socket\"\nr1 = *(u32 *)(r2 +a.b)\n"
				   "r3 = a.b ll\nr1 = &jiffies\nreturn 0\n";
	static const uint32_t was = 8, is = 24;
	struct bpfasm_out out;
	struct rawbpf_error e;
	struct elf_section s;
	struct elf_file *f;
	const void *ext;
	char *got, *p;
	size_t len;

	assemble(text, false, &out);
	p = memmem(out.data, out.len, "\x61\x21\x04\0\0\0\0\0", 8);
	ck_assert_ptr_nonnull(p);
	p[4] = 1; /* which loads do not have */
	/* the last record is of the constant: now of the address behind it */
	ck_assert_int_eq(elf_open_memory(out.data, out.len, "t", &f, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, ".BTF.ext", &s), 0);
	ck_assert_int_eq(elf_section_data(f, &s, &ext, &len), 0);
	p = memmem(out.data, out.len, ext, len);
	ck_assert_ptr_nonnull(p);
	ck_assert_mem_eq(p + len - 16, &was, 4);
	memcpy(p + len - 16, &is, 4);
	elf_close(f);
	got = list(out.data, out.len, &e);
	ck_assert_msg(
		strstr(got, "\t; a CO-RE record, byte_off, is left out\n\t.word 0x"), "%s", got);
	ck_assert_msg(strstr(got, "\t; a CO-RE record, byte_off, is left out\n\tr1 = &jiffies\n"),
		"%s", got);
	ck_assert_msg(e.msg && strstr(e.msg, "2 CO-RE records are left out"), "%s", e.msg);
	free(got);
	bpfasm_free(&out);
}
END_TEST

START_TEST(told_by_the_command)
{
	char *out;

	ck_assert_int_eq(t_run(&out, TEST_BUILD "/rawbpf dis " TEST_DATA
						"/object/core.bpf.o 2>&1 >/dev/null"),
		0);
	ck_assert_str_eq(out, "rawbpf dis: warning: '" TEST_DATA
			      "/object/core.bpf.o': 1 CO-RE record is left out: the text has no "
			      "form for what comments stand at\n");
	free(out);
}
END_TEST

START_TEST(no_memory)
{
	struct rawbpf_error e;
	bool failed = true;
	size_t len, size;
	char *p = t_data("object/names.bpf.o", &len), *text;
	unsigned n;
	FILE *f;
	int err;

	for (n = 1; failed; n++) {
		text = NULL;
		f = open_memstream(&text, &size);
		t_fail_alloc_at(n);
		err = rawbpf_list_object(p, len, f, &e);
		failed = t_alloc_failed();
		fclose(f);
		free(text);
		ck_assert_msg(!err == !failed, "%u: %d", n, err);
	}
	ck_assert_uint_gt(n, 10);
	free(p);
}
END_TEST

/* The kernel takes it, through our loader and through libbpf. */
START_TEST(loaded_again)
{
	char dir[] = "/tmp/rawbpf-listcore-XXXXXX", path[64], *p, *text, *out;
	struct bpfasm_out made;
	struct rawbpf_error e;
	struct rawbpf *b;
	size_t len;
	FILE *f;

	T_NEED_ROOT();
	if (access("/sys/kernel/btf/vmlinux", R_OK) || t_run(NULL, "command -v bpftool unshare"))
		T_SKIP("no BTF of the kernel, bpftool or unshare");
	p = t_data("object/names.bpf.o", &len);
	text = list(p, len, &e);
	b = rawbpf_new();
	ck_assert_msg(!rawbpf_load(b, .text = text), "%s", rawbpf_errmsg(b));
	rawbpf_free(b);
	assemble(text, false, &made);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.o", dir);
	f = fopen(path, "w");
	ck_assert_uint_eq(fwrite(made.data, 1, made.len, f), made.len);
	fclose(f);
	ck_assert_msg(!t_run(&out,
			      "unshare -m sh -c 'mount -t bpf bpf /sys/fs/bpf && bpftool -d prog "
			      "loadall %s /sys/fs/bpf/p' 2>&1",
			      path),
		"%s", out);
	ck_assert_ptr_nonnull(strstr(out, "sched_reset_on_fork"));
	free(out);
	t_run(NULL, "rm -r %s", dir);
	bpfasm_free(&made);
	free(text);
	free(p);
}
END_TEST

Suite *suite_listcore(void)
{
	Suite *s = suite_create("listcore");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 30);
	tcase_add_test(t, objects_come_back);
	tcase_add_test(t, every_form);
	tcase_add_test(t, names_that_would_mislead);
	tcase_add_test(t, two_of_one);
	tcase_add_test(t, ends_soon);
	tcase_add_test(t, sections_of_one_name);
	tcase_add_test(t, older_maps);
	tcase_add_test(t, configuration_comes_back);
	tcase_add_test(t, references_left_out);
	tcase_add_test(t, without_a_place);
	tcase_add_test(t, told_by_the_command);
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	t = tcase_create("host");
	tcase_set_timeout(t, 30);
	tcase_add_test(t, loaded_again);
	suite_add_tcase(s, t);
	return s;
}
