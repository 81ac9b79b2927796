// SPDX-License-Identifier: MIT
/*
 * test_absent.c - the library without the parts that parts.h lists: what still works, and what is
 * said of the rest.  Built from the amalgam, see test_amalgam.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"

/* Loads and attaches each object, and says what came of it. */
static const char program[] =
	"#include <stdio.h>\n#include \"rawbpf.h\"\n"
	"int main(int argc, char **argv) {\n"
	"for (int i = 1; i < argc; i++) { struct rawbpf *b = rawbpf_new();\n"
	"int err = rawbpf_load(b, .src_file = argv[i]);\n"
	"if (!err) err = rawbpf_attach_all(b);\n"
	"if (!err && rawbpf_table(b, \"h\")) err = rawbpf_print_log2_hist(rawbpf_table(b, "
	"\"h\"));\n"
	"if (!err) puts(\"attached\");\n"
	"else printf(\"%s: %s\\n\", rawbpf_error(b)->stage, rawbpf_errmsg(b));\n"
	"rawbpf_free(b); } return 0; }\n";

static const struct {
	const char *text, *said;
} objects[] = {
	{".prog f \"uprobe/c:strlen\"\nr0 = 0\nexit\n", "attached"},
	{".prog f \"raw_tracepoint/sched_switch\"\nr0 = 0\nexit\n", "attached"},
	{".prog f \"usdt/c:libc:setjmp\"\nr0 = 0\nexit\n",
		"attach: built without USDT probes (RAWBPF_NO_USDT)"},
	{".prog f \"usdt/c:libc:setjmp\"\nr0 = usdt_arg(1)\nr0 = 0\nexit\n",
		"load: built without USDT probes (RAWBPF_NO_USDT)"},
	{".kconfig CONFIG_HZ: u32\n.prog f \"raw_tracepoint/sched_switch\"\nr1 = &CONFIG_HZ\nr0 = "
	 "0\nexit\n",
		"load: built without the kernel's types and names (RAWBPF_NO_CORE)"},
	{".prog f \"tracepoint/sched/sched_switch\"\nr0 = 0\nexit\n",
		"attach: built without tracefs (RAWBPF_NO_TRACEFS)"},
	{".prog f \"raw_tracepoint/no_such_event\"\nr0 = 0\nexit\n",
		"attach: No such file or directory"},
	/* the verifier's word is in its log */
	{".prog f \"uprobe/c:strlen\"\nr0 = *(u64 *)(r1 + 4000)\nexit\n",
		"load: Permission denied"},
	{".map in array(u64, 1)\n.map m array_of_maps(in, 2) = {in}\n"
	 ".prog f \"uprobe/c:strlen\"\nr0 = 0\nexit\n",
		"open: built without maps that hold something from the start (RAWBPF_NO_FILL)"},
	{".prog f \"xdp\"\nr0 = 0\nexit\n",
		"open: its section is for no kind of tracing, and built without others "
		"(RAWBPF_NO_NET)"},
	{".map h histogram(u32)\n"
	 ".prog f \"uprobe/c:strlen\"\nr0 = 0\nexit\n",
		"print: a histogram of several buckets, and built without (RAWBPF_NO_BUCKETS)"},
};

/* With RAWBPF_SMALL; sentences are out as well, but for what says which part is missing. */
START_TEST(small)
{
	size_t i, n = sizeof(objects) / sizeof(*objects);
	char *out, *line, dir[] = "/tmp/rawbpf-absent.XXXXXX", path[64];
	FILE *f;

	T_NEED_ROOT();
	if (T_SANITIZED)
		T_SKIP("the files are the same without sanitizers");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (i = 0; i <= n; i++) {
		snprintf(path, sizeof(path), i < n ? "%s/%02zu.bpf" : "%s/m.c", dir, i);
		f = fopen(path, "w");
		ck_assert_ptr_nonnull(f);
		fputs(i < n ? objects[i].text : program, f);
		fclose(f);
	}
	t_run(&out,
		"cd %s && for f in *.bpf; do '%s/rawbpf' asm -o ${f%%.bpf}.o $f 2>&1; done &&"
		" cp '%s'/amalgam/rawbpf.[ch] . &&"
		" cc -std=c11 -Wall -Wextra -Werror -DRAWBPF_SMALL -o m m.c rawbpf.c -lelf 2>&1 &&"
		" ./m *.o 01.bpf '%s'/object/core.bpf.o '%s'/object/old.bpf.o 2>&1; rm -r %s",
		dir, TEST_BUILD, TEST_BUILD, TEST_DATA, TEST_DATA, dir);
	for (i = 0, line = strtok(out, "\n"); i < n; i++, line = strtok(NULL, "\n"))
		ck_assert_msg(line && !strcmp(line, objects[i].said), "%zu: %s", i, line);
	ck_assert_str_eq(line, "assemble: a text, and built without an assembler (RAWBPF_NO_ASM)");
	line = strtok(NULL, "\n");
	ck_assert_str_eq(line, "load: built without the kernel's types and names (RAWBPF_NO_CORE)");
	line = strtok(NULL, "\n");
	ck_assert_str_eq(line, "open: built without section 'maps' (RAWBPF_NO_OLD)");
	free(out);
}
END_TEST

Suite *suite_absent(void);
Suite *suite_absent(void)
{
	Suite *s = suite_create("absent");
	TCase *t = tcase_create("host");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, small);
	suite_add_tcase(s, t);
	return s;
}
