// SPDX-License-Identifier: MIT
/* test_asmtext.c - the expanded text. */
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_asmtext(void);

static void expands(const char *text, const char *want)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_TEXT);
	struct bpfasm_out out;
	int err = bpfasm_assemble(text, strlen(text), &o, &out);

	ck_assert_msg(!err, "'%s': %s", text, out.diag);
	ck_assert_str_eq((char *)out.data, want);
	bpfasm_free(&out);
}

START_TEST(instructions_alone)
{
	expands("r1 = r2\nr0 = 1 + 1\nexit", "\t\t\t\t; t:1: r1 = r2\n\tr1 = r2\n"
					     "\t\t\t\t; t:2: r0 = 1 + 1\n\tr0 = 2\n"
					     "\t\t\t\t; t:3: exit\n\texit\n");
}
END_TEST

START_TEST(nothing)
{
	expands("", "");
	expands("; a comment", "");
	expands(".func f global\nexit", "\n.func f global\n\t\t\t\t; t:2: exit\n\texit\n");
}
END_TEST

START_TEST(declarations)
{
	expands(".license \"a\\\"b\\n\"\n.struct k\na: u8\nb: char[3]\nc: s64\n.end\n"
		".map m hash(u32, k, 3)\n.map h histogram(k)\n.func f\nr1 = &m\ncall f\nexit",
		".license \"a\\\"b\\012\"\n.struct k\n\ta: u8\n\tb: char[3]\n\tc: s64\n.end\n"
		".map m hash(u32, k, 3)\n.map h histogram(k, 10240)\n\n.func f\n"
		"\t\t\t\t; t:10: r1 = &m\n\tr1 = &m\n\t\t\t\t; t:11: call f\n\tcall f\n"
		"\t\t\t\t; t:12: exit\n\texit\n");
}
END_TEST

/* What a kind's own arguments cannot say stays numbers, so that the text is taken again. */
START_TEST(maps_by_numbers)
{
	expands(".map a type(27, 0, 0, 4096)\n.map b type(27, 0, 0, 5000)\n"
		".map c type(27, 0, 0, 0)\n.map d type(4, 4, 4, 0)",
		".map a ringbuf(4096)\n.map b type(27, 0, 0, 5000)\n"
		".map c type(27, 0, 0, 0)\n.map d perf_event_array\n");
}
END_TEST

START_TEST(labels_of_expansions_get_numbers)
{
	expands(".macro skip\ngoto .x\n.x:\n.endm\n.prog p \"socket\"\n.x: skip\nskip\ngoto .x",
		"\n.prog p \"socket\"\n.x:\n\t\t\t\t; t:6: .x: skip\n\tgoto .x$1\n.x$1:\n"
		"\t\t\t\t; t:7: skip\n\tgoto .x$2\n.x$2:\n\t\t\t\t; t:8: goto .x\n\tgoto .x\n");
}
END_TEST

/* "1:" is a name of its own here, as the labels of expansions are. */
START_TEST(numbers_as_labels)
{
	static const char text[] = "\n.prog p \"socket\"\n.1$1:\n"
				   "\t\t\t\t; t:3: r0 = 1\n\tr0 = 1\nx:\n"
				   "\t\t\t\t; t:4: x: goto 1b\n\tgoto .1$1\n"
				   "\t\t\t\t; t:5: goto 1f\n\tgoto .1$2\n.1$2:\n"
				   "\t\t\t\t; t:6: 1: exit\n\texit\n";

	expands(".prog p \"socket\"\n1:\nr0 = 1\nx: goto 1b\ngoto 1f\n1: exit", text);
}
END_TEST

Suite *suite_asmtext(void)
{
	Suite *s = suite_create("asmtext");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, instructions_alone);
	tcase_add_test(tc, nothing);
	tcase_add_test(tc, declarations);
	tcase_add_test(tc, maps_by_numbers);
	tcase_add_test(tc, labels_of_expansions_get_numbers);
	tcase_add_test(tc, numbers_as_labels);
	suite_add_tcase(s, tc);
	return s;
}
