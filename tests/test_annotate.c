// SPDX-License-Identifier: MIT
/* test_annotate.c - bytes beside their source. */
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_annotate(void);

static char *listing(const char *text, bool big_endian)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_LISTING);
	struct bpfasm_out out;
	char *s;

	o.name = "dir/a.bpf";
	o.big_endian = big_endian;
	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s", out.diag);
	ck_assert_uint_eq(out.len, strlen((char *)out.data));
	s = strdup((char *)out.data);
	bpfasm_free(&out);
	return s;
}

static void lists(const char *text, const char *want)
{
	char *s = listing(text, false);

	ck_assert_str_eq(s, want);
	free(s);
}

static const char with_macros[] = ".macro twice r\n"
				  "\t\\r += \\r\n"
				  ".endm\n"
				  ".macro four r, n=1\n"
				  "  twice \\r ; a comment\n"
				  "  .rept 2\n"
				  "  twice\t\\r\n"
				  "  .endr\n"
				  "  \\r += \\n\n"
				  ".endm\n"
				  ".map m array(u32, u64, 1)\n"
				  ".prog p \"kprobe/x\"\n"
				  "\tr1 = 1\n"
				  "\tfour r1\n"
				  "\tr2 = &m\n"
				  "\n"
				  "x:\tcall f\n"
				  "\tif r1 != 2 goto x\n"
				  "\treturn 0\n"
				  ".func f\n"
				  "\texit\n";

#define NONE "                                                                  "

START_TEST(golden)
{
	lists(with_macros,
		"prog p \"kprobe/x\"\n"
		"    0  b701000001000000  r1 = 1                                   a.bpf:13    "
		"         r1 = 1\n" NONE "a.bpf:14             four r1\n" NONE
		"a.bpf:5                twice r1\n"
		"    1  0f11000000000000  r1 += r1                                 a.bpf:2     "
		"             r1 += r1\n" NONE "a.bpf:6                .rept 2\n" NONE
		"a.bpf:7                  twice r1\n"
		"    2  0f11000000000000  r1 += r1                                 a.bpf:2     "
		"               r1 += r1\n" NONE "a.bpf:7                  twice r1\n"
		"    3  0f11000000000000  r1 += r1                                 a.bpf:2     "
		"               r1 += r1\n"
		"    4  0701000001000000  r1 += 1                                  a.bpf:9     "
		"           r1 += 1\n"
		"    5  1812000000000000  r2 = &m                                  a.bpf:15    "
		"         r2 = &m\n"
		"    6  0000000000000000\n"
		"    7  8510000003000000  call f                                   a.bpf:17    "
		"         x: call f\n"
		"    8  5501feff02000000  if r1 != 0x2 goto pc-2                   a.bpf:18    "
		"         if r1 != 2 goto x\n"
		"    9  b700000000000000  r0 = 0                                   a.bpf:19    "
		"         return 0\n"
		"   10  9500000000000000  exit\n"
		"func f\n"
		"    0  9500000000000000  exit                                     a.bpf:21    "
		"         exit\n");
}
END_TEST

START_TEST(nothing_and_instructions_alone)
{
	lists("", "");
	lists("; a comment\n", "");
	lists("r1 = r2", "    0  bf21000000000000  r1 = r2                                  "
			 "a.bpf:1              r1 = r2\n");
}
END_TEST

/* The bytes are those of the raw form, in either order; every line but those of callers has some. */
START_TEST(bytes_are_the_outputs)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out raw;
	char *s, *line, *save, *hex, *p;
	int be;

	for (be = 0; be < 2; be++) {
		o.big_endian = be;
		ck_assert_int_eq(bpfasm_assemble(with_macros, strlen(with_macros), &o, &raw), 0);
		hex = tasm_hex(raw.data, raw.len);
		s = listing(with_macros, be);
		save = NULL;
		for (p = hex, line = strtok_r(s, "\n", &save); line;
			line = strtok_r(NULL, "\n", &save)) {
			if (strlen(line) < 23 || line[4] == ' ' || line[0] != ' ')
				continue;
			ck_assert_msg(!strncmp(line + 7, p, 16), "%s, not %s", line, p);
			p += 16;
			p += *p == ' ';
		}
		ck_assert_str_eq(p, "");
		free(hex);
		free(s);
		bpfasm_free(&raw);
	}
}
END_TEST

/* Arguments that are got before the program begins, and operands of a probe. */
START_TEST(what_no_line_asked_for)
{
	char *s = listing(".prog p \"usdt/a:b:c\"\n\n.macro get\nr6 = usdt_arg(2)\n.endm\nget\n"
			  "return 0\n",
		false);

	ck_assert_ptr_nonnull(strstr(s, "*(u64 *)(r10 -8) = r1                    a.bpf:6  "));
	ck_assert_ptr_nonnull(strstr(s, "call usdt_arg(2, -16)\n"));
	ck_assert_ptr_nonnull(strstr(s, "r6 = *(u64 *)(r10 -16)                   a.bpf:4  "));
	free(s);
}
END_TEST

/* what the loader fills in is left as it is */
START_TEST(functions_of_the_kernel)
{
	char *s = listing(".kfunc bpf_task_release\n.prog p \"kprobe/x\"\n"
			  "call bpf_task_release\nreturn 0\n",
		false);

	ck_assert_msg(strstr(s, "    0  85100000ffffffff  call bpf_task_release  "), "%s", s);
	free(s);
}
END_TEST

START_TEST(bytes_that_no_terminal_should_get)
{
	lists("r1 = r2 ; \033[2J\x7f",
		"    0  bf21000000000000  r1 = r2                              "
		"    a.bpf:1              r1 = r2 ; ?[2J?\n");
}
END_TEST

START_TEST(out_of_memory)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_LISTING);

	tasm_every_alloc(with_macros, &o, 2);
}
END_TEST

Suite *suite_annotate(void)
{
	Suite *s = suite_create("annotate");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, golden);
	tcase_add_test(t, nothing_and_instructions_alone);
	tcase_add_test(t, bytes_are_the_outputs);
	tcase_add_test(t, what_no_line_asked_for);
	tcase_add_test(t, functions_of_the_kernel);
	tcase_add_test(t, bytes_that_no_terminal_should_get);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	return s;
}
