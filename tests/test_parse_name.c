// SPDX-License-Identifier: MIT
/* test_parse_name.c - variables, types and their parts in expressions; what was meant. */
#include <stdio.h>

#include "t.h"
#include "tasm.h"

#define P ".struct ev\npid: u32\n.end\n.prog p \"kprobe\"\n.var v: ev\n"

START_TEST(names_of_the_target)
{
	tasm_is("r1 = task_struct.tgid + 1\nr1 = sizeof(task_struct)\nr2 = r6->task_struct.tgid",
		"b7010000e9030000 b701000028230000 6162e80300000000 6702000020000000 "
		"c702000020000000");
	tasm_is("r2 = r6->task_struct.comm", "bf62000000000000 07020000f0030000");
	tasm_fails(".prog p \"kprobe/f\"\nr1 = task_struct.tgit\nexit",
		"t:2:6: error: no type 'task_struct.tgit' in the kernel's BTF");
}
END_TEST

START_TEST(what_was_meant)
{
	static const char *const rows[][2] = {
		{"r2 = argl", "unknown name 'argl'; did you mean 'arg1'?"},
		{"r2 = arg7", "unknown name 'arg7'; did you mean 'arg6'?"},
		{"r2 = rl", "unknown name 'rl'; did you mean 'r1'?"},
		{"ro = 0", "no variable 'ro'; did you mean 'r0'?"},
		{"r2 = KERNAL", "did you mean 'KERNEL'?"},
		{"r2 = 1 + KERNAL", "did you mean 'KERNEL'?"},
		{"r2 = sizof(ev)", "no function 'sizof'; did you mean 'sizeof'?"},
		{"r2 = sizof(v)", "no function 'sizof'; did you mean 'sizeof'?"},
		{"r2 = sizof(r1)", "'sizof'; did you mean 'sizeof'?"},
		{"r2 = vv.pid", "no variable or struct 'vv.pid'; did you mean 'v.pid'?"},
		{"r2 = sizeof(evv.pid)", "did you mean 'ev.pid'?"},
		{"vv.pid = r1", "no variable 'vv.pid'; did you mean 'v.pid'?"},
		{"r2 = &vv.pid", "no variable 'vv.pid'; did you mean 'v.pid'?"},
	};
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), P "%s\nexit\n", rows[i][0]);
		tasm_fails(text, rows[i][1]);
	}
}
END_TEST

Suite *suite_parse_name(void);
Suite *suite_parse_name(void)
{
	Suite *s = suite_create("parse_name");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, names_of_the_target);
	tcase_add_test(t, what_was_meant);
	suite_add_tcase(s, t);
	return s;
}
