// SPDX-License-Identifier: MIT
/* test_listdata.c - variables as text and back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"
#include "listdata.h"
#include "t.h"

Suite *suite_listdata(void);

#define PROGRAM ".license \"GPL\"\n.prog p \"uprobe\"\n r0 = 0\n exit\n"

/* The lines of an object's variables and what d is; to be freed. */
static char *listed(const void *elf, size_t len, uint64_t at, char *address, size_t size)
{
	struct listdata d;
	struct listtype types;
	struct rawbpf_error e;
	struct elf_section s;
	struct buf text = {0}, name = {0};
	struct elf_file *f;

	ck_assert_int_eq(elf_open_memory(elf, len, "test", &f, &e), 0);
	ck_assert_int_eq(listtype_open(f, &text, &types, &e), 0);
	ck_assert_int_eq(listdata_print(f, &types, &d, &e), 0);
	if (address) {
		ck_assert_int_eq(elf_find_section(f, ".data", &s), 0);
		*address = '\0';
		if (listdata_address(&d, (uint32_t)s.index, at, &name))
			snprintf(address, size, "%s", buf_str(&name));
		ck_assert(!listdata_address(&d, 1, at, &name));
	}
	listdata_free(&d);
	listtype_close(&types);
	elf_close(f);
	buf_free(&name);
	return text.data ? buf_steal(&text) : strdup("");
}

static void becomes(const char *decls, const char *want, bool big_endian)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .big_endian = big_endian};
	struct bpfasm_out out;
	char source[2048], *text;

	snprintf(source, sizeof(source), "%s%s", decls, PROGRAM);
	bpfasm_assemble(source, strlen(source), &o, &out);
	ck_assert_msg(out.data != NULL, "%s", out.diag);
	text = listed(out.data, out.len, 0, NULL, 0);
	ck_assert_str_eq(text, want);
	free(text);
	bpfasm_free(&out);
}

static void comes_back(const char *decls)
{
	becomes(decls, decls, false);
	becomes(decls, decls, true);
}

START_TEST(every_type_comes_back)
{
	comes_back(".data a: u8 = 255\n.data b: s16 = -2\n.data c: u32 = 4294967295\n"
		   ".data d: u64 = 18446744073709551615\n.data e: s64 = -9223372036854775807\n");
	comes_back(".rodata t: char[8] = \"a\\\"b\\x0ac\"\n.bss x: u32\n.bss y: char[3]\n");
	comes_back(".data n: u16[4] = {1, 2}\n.rodata z: u32[2] = {}\n.bss l: u64[8]\n");
	comes_back(".struct in\n\tk: u16\n\tname: char[6]\n.end\n"
		   ".struct out\n\tone: in\n\ttwo: s32\n.end\n"
		   ".data r: out = {{7, \"abc\"}, -1}\n"
		   ".rodata v: in[2] = {{1, \"\"}, {2, \"x\"}}\n.bss w: out\n");
	comes_back("");
	becomes(".data zero: u32\n.data last: char[] = \"\"\n",
		".data zero: u32 = 0\n.data last: char[1] = \"\"\n", false);
}
END_TEST

START_TEST(addresses)
{
	static const char source[] = ".data a: u32 = 1\n.data b: u64[2] = {3}\n" PROGRAM;
	static const struct {
		uint64_t at;
		const char *want;
	} rows[] = {{0, "&a"}, {3, "&a + 3"}, {4, ""}, {8, "&b"}, {16, "&b + 8"}, {24, ""}};
	struct bpfasm_out out;
	char address[40];
	size_t i;

	ck_assert_int_eq(bpfasm_assemble(source, strlen(source), NULL, &out), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		free(listed(out.data, out.len, rows[i].at, address, sizeof(address)));
		ck_assert_str_eq(address, rows[i].want);
	}
	bpfasm_free(&out);
}
END_TEST

static const char c_source[] =
	"union u { int a; long b; };\n"
	"volatile union u un = {5};\n"
	"volatile char full[3] = {'a', 'b', 'c'};\n"
	"volatile int grid[2][2] = {{1, 2}, {3, 4}};\n"
	"volatile _Bool yes = 1;\n"
	"__attribute__((aligned(64))) volatile int far = 9;\n"
	"static volatile const unsigned char key[4] = {1, 2, 3, 4};\n"
	"volatile long none;\n"
	"__attribute__((section(\"socket\"), used)) long prog(void *ctx)\n"
	"{\n\treturn un.a + full[1] + grid[1][0] + yes + far + key[2] + none;\n}\n";

/* What the language has no type for keeps its bytes and its place. */
START_TEST(of_clang)
{
	static const char *const lines[] = {".data un: u8[8] = {5}\n",
		".data full: u8[3] = {97, 98, 99}\n",
		".data grid: u8[16] = {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4}\n",
		".data yes: u8 = 1\n", ".data far: s32 = 9\n",
		".rodata key: u8[4] = {1, 2, 3, 4}\n", ".bss none: s64\n", "_pad_"};
	char dir[] = "/tmp/rawbpf-listdata-XXXXXX", path[64], *data, *text;
	size_t len, i;
	FILE *f;

	if (t_run(NULL, "command -v clang-14 >/dev/null"))
		T_SKIP("no clang-14");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.c", dir);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(c_source, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(
		t_run(NULL, "cd %s && clang-14 -O2 -g -target bpf -c a.c -o a.o 2>&1", dir), 0);
	snprintf(path, sizeof(path), "%s/a.o", dir);
	data = t_read_file(path, &len);
	t_run(NULL, "rm -r %s", dir);
	text = listed(data, len, 0, NULL, 0);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(strstr(text, lines[i]), "no '%s' in\n%s", lines[i], text);
	free(text);
	free(data);
}
END_TEST

Suite *suite_listdata(void)
{
	Suite *s = suite_create("listdata");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, every_type_comes_back);
	tcase_add_test(t, addresses);
	suite_add_tcase(s, t);
	t = tcase_create("host");
	tcase_add_test(t, of_clang);
	suite_add_tcase(s, t);
	return s;
}
