// SPDX-License-Identifier: MIT
/* test_parse_data.c - declarations of .data, .rodata and .bss. */
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_parse_data(void);

/* what -E says of declarations: every value spelt out */
static void declares(const char *text, const char *want)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_TEXT);
	struct bpfasm_out out, again;
	int err = bpfasm_assemble(text, strlen(text), &o, &out);

	ck_assert_msg(!err, "'%s': %s", text, out.diag);
	ck_assert_str_eq((char *)out.data, want);
	/* and that means the same */
	ck_assert_int_eq(bpfasm_assemble((char *)out.data, out.len, &o, &again), 0);
	ck_assert_str_eq((char *)again.data, want);
	bpfasm_free(&again);
	bpfasm_free(&out);
}

START_TEST(values)
{
	declares(".data a: u64 = 5", ".data a: u64 = 0x5\n");
	declares(".data a: u64", ".data a: u64\n");
	declares(".data a: s8 = -128\n.data b: u8 = 255",
		".data a: s8 = -0x80\n.data b: u8 = 0xff\n");
	declares(".data a: s64 = -0x7fffffffffffffff - 1", ".data a: s64 = -0x8000000000000000\n");
	declares(".equ N, 3\n.rodata a: u32 = N * 2", ".rodata a: u32 = 0x6\n");
	declares(".bss a: u64\n.bss b: char[16]", ".bss a: u64\n.bss b: char[16]\n");
	declares(".rodata a: char[8] = \"ab\\\"\"", ".rodata a: char[8] = \"ab\\\"\"\n");
	declares(".rodata a: char[] = \"a\\0b\"", ".rodata a: char[4] = \"a\\000b\"\n");
}
END_TEST

START_TEST(arrays_and_records)
{
	declares(".data a: u16[3] = {1, 2}", ".data a: u16[3] = {0x1, 0x2, 0x0}\n");
	declares(".data a: u16[] = {1, (2 + 3)}", ".data a: u16[2] = {0x1, 0x5}\n");
	declares(".bss a: u64[4]", ".bss a: u64[4]\n");
	declares(".data n: char[4][] = {\"a\", \"bcd\"}",
		".data n: char[4][2] = {\"a\", \"bcd\"}\n");
	declares(".struct in\nx: u8\n.end\n.struct r\na: u32\nb: in\nc: char[3]\n.end\n"
		 ".data v: r = {7, {9}}\n.data w: r[2] = {{1, {2}, \"xy\"}}",
		".struct in\n\tx: u8\n.end\n.struct r\n\ta: u32\n\tb: in\n\tc: char[3]\n.end\n"
		".data v: r = {0x7, {0x9}, \"\"}\n"
		".data w: r[2] = {{0x1, {0x2}, \"xy\"}, {0x0, {0x0}, \"\"}}\n");
}
END_TEST

START_TEST(sizes_are_constants)
{
	tasm_is(".bss a: u64[4]\n.rodata f: char[] = \"hello\"\n.struct r\nx: u32\ny: u16\n.end\n"
		".bss v: r\nr1 = sizeof(a)\nr1 = sizeof(f)\nr1 = sizeof(v)\nr1 = sizeof(v.y)",
		"b701000020000000 b701000006000000 b701000008000000 b701000002000000");
}
END_TEST

START_TEST(errors)
{
	tasm_fails(".data", "a variable is '.data NAME: TYPE = VALUE'");
	tasm_fails(".data r1: u32", "'r1' cannot name a variable");
	tasm_fails(".data a", "':' is missing");
	tasm_fails(".data a: u33", "no type 'u33'; did you mean");
	tasm_fails(".data a: u32 = ", "a value is missing here");
	tasm_fails(".data a: u8 = 256", "256 does not fit in 8 bits");
	tasm_fails(".data a: s8 = -129", "-129 does not fit in 8 bits");
	tasm_fails(".data a: u32 = 0x8000000000000000", "error: 0x8000000000000000 does not fit");
	tasm_fails(".rodata a: u32", "a constant needs its value");
	tasm_fails(".bss a: u32 = 1", "what is in .bss begins as zero; with a value it is '.data'");
	tasm_fails(
		".data a: char[2] = \"ab\"", "this string takes 3 bytes with its NUL, there are 2");
	tasm_fails(".data a: char[2] = 5", "the value of char[2] is a string");
	tasm_fails(".data a: char[]", "'char[]' is as long as its string");
	tasm_fails(".data a: u32[]", "a number of elements is missing here");
	tasm_fails(".data a: u32[0]", "0 is no number of elements");
	tasm_fails(".data a: u32[2] = {1, 2, 3}", "'a' has 2 elements");
	tasm_fails(".data a: u32[2] = 5", "'{' expected before '5'");
	tasm_fails(".struct r\nx: u32\n.end\n.data a: r = {1, 2}", "struct 'r' has 1 fields");
	tasm_fails(".data a: u32\n.bss a: u32", "variable 'a' is already declared at line 1");
	tasm_fails(".map a hash\n.bss a: u32", "'a' is already a map");
	tasm_fails(".bss a: u32\n.map a hash", "'a' is already a variable");
	tasm_fails(".bss a: u32\n.func a\nexit", "'a' is already a variable, of line 1");
	tasm_fails(".bss a: u64[524288]\n.bss b: u8",
		"'b' needs 1 bytes, 0 of 4194304 are left in .bss");
	tasm_passes(".bss a: u64[524288]\n.data b: u8");
}
END_TEST

START_TEST(old_kernels_have_none)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	const char *text = ".bss a: u32\n";

	o.kernel = 5 << 16 | 1 << 8;
	ck_assert_int_ne(bpfasm_assemble(text, strlen(text), &o, &out), 0);
	ck_assert_ptr_nonnull(strstr(out.diag, "variables in .bss need Linux 5.2"));
	bpfasm_free(&out);
}
END_TEST

Suite *suite_parse_data(void)
{
	Suite *s = suite_create("parse_data");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, values);
	tcase_add_test(tc, arrays_and_records);
	tcase_add_test(tc, sizes_are_constants);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, old_kernels_have_none);
	suite_add_tcase(s, tc);
	return s;
}
