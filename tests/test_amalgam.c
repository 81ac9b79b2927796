// SPDX-License-Identifier: MIT
/*
 * test_amalgam.c - the library as two files, and what compilers make of these alone.
 *
 * The examples that it leaves in build/amalgam/COMPILER run in test_examples.c.
 */
#include <stdlib.h>
#include <string.h>

#include "t.h"

#define DIR TEST_BUILD "/amalgam"

static const char *const compilers[] = {"gcc", "clang", "tcc", "musl-gcc"};

/* In an empty folder, with one command for each program; no symbol but the public ones. */
START_TEST(builds)
{
	char *out, *line;
	int status;

	if (T_SANITIZED)
		T_SKIP("the files are the same without sanitizers");
	status = t_run(
		&out, "'%s/tests/amalgam.sh' '%s' %s 2>&1", TEST_ROOT, TEST_BUILD, compilers[_i]);
	if (status == 77) {
		line = strrchr(out, '\n');
		if (line)
			*line = '\0';
		line = strrchr(out, '\n');
		T_SKIP("%s: %s", compilers[_i], line ? line + 1 : out);
	}
	ck_assert_msg(!status && !*out, "%s: status %d:\n%s", compilers[_i], status, out);
	free(out);
}
END_TEST

/* The same sources give the same bytes, wherever they go. */
START_TEST(same_again)
{
	char *out;

	ck_assert_int_eq(
		t_run(&out,
			"d=$(mktemp -d) && mkdir $d/gen && cp '%s'/gen/lib_inc.c $d/gen && "
			"LC_ALL=C '%s'/tools/vendor/amalgam.sh $d 2>&1; "
			"for f in rawbpf.c rawbpf.h; do cmp $d/amalgam/$f %s/$f 2>&1; done; "
			"ls $d/amalgam; rm -r $d",
			TEST_BUILD, TEST_ROOT, DIR),
		0);
	ck_assert_str_eq(out, "rawbpf.c\nrawbpf.h\n");
	free(out);
}
END_TEST

/* Nothing but libc's and libelf's headers: no path of this tree. */
START_TEST(stands_alone)
{
	char *out;

	t_run(&out,
		"cd '%s' && grep -nE '^ *# *include' rawbpf.c rawbpf.h |"
		" grep -vE 'include (<[a-z/_]+\\.h>|\"rawbpf.h\")';"
		" grep -c '^#include \"rawbpf.h\"$' rawbpf.c; grep -c 'Permission is hereby' "
		"rawbpf.c "
		"rawbpf.h",
		DIR);
	ck_assert_str_eq(out, "1\nrawbpf.c:1\nrawbpf.h:1\n");
	free(out);
}
END_TEST

/* Without the assembler an object still loads, and a text is an error that says what to do. */
START_TEST(no_assembler)
{
	char *out;

	if (T_SANITIZED)
		T_SKIP("the files are the same without sanitizers");
	t_run(&out,
		"d=$(mktemp -d) && cd $d && cp %s/rawbpf.[ch] . && cat >m.c <<'END'\n"
		"#include <stdio.h>\n#include \"rawbpf.h\"\n"
		"int main(int argc, char **argv) { struct rawbpf *b = rawbpf_new(); int err;\n"
		"(void)argc; err = rawbpf_load(b, .text = \"exit\"); puts(rawbpf_errmsg(b));\n"
		"printf(\"%%s\\n\", rawbpf_errno_name(err)); err = rawbpf_load(b, .src_file = "
		"argv[1]);\n"
		"printf(\"%%s\\n\", rawbpf_error(b)->stage); rawbpf_free(b); return !err; }\n"
		"END\n"
		"cc -std=c11 -Wall -Wextra -Werror -DRAWBPF_NO_ASM -o m m.c rawbpf.c -lelf 2>&1 &&"
		" ./m %s/object/corrupt.o; cd / && rm -r $d",
		DIR, TEST_DATA);
	ck_assert_str_eq(out,
		"a text, and built without an assembler (RAWBPF_NO_ASM); make an object of it: "
		"rawbpf asm: EOPNOTSUPP\nEOPNOTSUPP\nopen\n");
	free(out);
}
END_TEST

Suite *suite_amalgam(void);
Suite *suite_amalgam(void)
{
	Suite *s = suite_create("amalgam");
	TCase *t = tcase_create("host");

	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, builds, 0, sizeof(compilers) / sizeof(*compilers));
	tcase_add_test(t, same_again);
	tcase_add_test(t, stands_alone);
	tcase_add_test(t, no_assembler);
	suite_add_tcase(s, t);
	return s;
}
