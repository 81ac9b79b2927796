// SPDX-License-Identifier: MIT
/* test_man.c - the manual pages: well formed, complete, and their examples do what they say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"
#include "t_sites.h"

#define PAGE_1	 TEST_ROOT "/tools/rawbpf.1"
#define PAGE_3	 TEST_ROOT "/include/rawbpf.3"
#define PAGE_ASM TEST_ROOT "/include/bpfasm.3"
#define PAGE_5	 TEST_ROOT "/bpfasm/bpfasm.5"

/* A line of a page as a reader sees it: "\e" is a backslash, "\(dq" a quotation mark. */
static void unescape(char *s)
{
	char *out = s;

	for (; *s; s++) {
		if (!strncmp(s, "\\e", 2)) {
			*out++ = '\\';
			s++;
		} else if (!strncmp(s, "\\(dq", 4)) {
			*out++ = '"';
			s += 3;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
}

/* Pages of ours that are not installed are no fault. */
START_TEST(lint)
{
	char *out;

	if (t_run(NULL, "command -v mandoc >/dev/null"))
		T_SKIP("no mandoc");
	t_run(&out, "mandoc -Tlint " PAGE_1 " " PAGE_3 " " PAGE_ASM " 2>/dev/null | "
		    "grep -v 'referenced manual not found'");
	ck_assert_str_eq(out, "");
	free(out);
}
END_TEST

/*
 * mdoc's Qq, Pq, Ql and Op take all the rest of their line, so that words behind would be quoted, too.
 * What is read is the text with its line breaks as spaces.
 */
static void reads(const char *page, const char *const *forms)
{
	char *out;

	t_run(&out, "mandoc -T ascii %s 2>/dev/null | col -bx | tr -s ' \n' ' '", page);
	for (; *forms; forms++)
		ck_assert_msg(strstr(out, *forms), "%s does not read: %s", page, *forms);
	free(out);
}

START_TEST(quotes_and_brackets)
{
	static const char *const page_5[] = {"(`r1 = &NAME', `if r1 == 0 goto out') may call",
		" \"fentry/FUNCTION\", \"fexit/FUNCTION\", \"fmod_ret/FUNCTION\", "
		"\"tp_btf/EVENT\" ",
		" .error \"TEXT\", .warning \"TEXT\" ", " printk \"FORMAT\", VALUE, ... ",
		" ring_output MAP, VAR [, FLAGS] ",
		" ring_submit REG [, FLAGS], ring_discard REG [, FLAGS] ",
		" map_inc MAP, &KEY [, BY] ", " (`r7 = 0', `key = 0') ends ", NULL};
	static const char *const page_3[] = {" (\"c\", \"libssl.so.3\"), ",
		" (\"f@VERSION\" picks one version), ", " (\"openat\", \"sys_openat\"), ",
		" (section \"fentry\", \"fmod_ret\") ", " (\"module:function\", Linux 5.11); ",
		" (\"name\" or \"provider:name\") ", NULL};
	static const char *const page_1[] = {" rawbpf asm [-o out] [-f elf | c | hex] [-EB | -EL] ",
		" rawbpf dis [-EB | -EL] ", " -EB, -EL Read hex ", NULL};

	if (t_run(NULL, "command -v mandoc >/dev/null"))
		T_SKIP("no mandoc");
	reads(PAGE_5, page_5);
	reads(PAGE_3, page_3);
	reads(PAGE_1, page_1);
}
END_TEST

/* Every function of rawbpf.h and its part rawbpf_usdt.h by the name that one writes. */
START_TEST(every_function)
{
	char *page = t_read_file(PAGE_3, NULL), *names, *name, *save = NULL, word[128];
	int n = 0;

	t_run(&names, "sed -n 's/^.*[ *]\\(rawbpf_[a-z0-9_]*\\)(.*$/\\1/p' " TEST_ROOT
		      "/include/rawbpf.h " TEST_ROOT
		      "/include/rawbpf_usdt.h | grep -v '^#' | sed 's/_opts$//; s/_$//' | sort -u");
	for (name = strtok_r(names, "\n", &save); name; name = strtok_r(NULL, "\n", &save), n++) {
		snprintf(word, sizeof(word), "%s", name);
		ck_assert_msg(strstr(page, word), "rawbpf.3 does not tell of %s", word);
	}
	ck_assert_int_gt(n, 35);
	free(names);
	free(page);
}
END_TEST

/* Every function and every form of the output. */
START_TEST(every_function_of_the_assembler)
{
	char *page = t_read_file(PAGE_ASM, NULL), *names, *name, *save = NULL;
	int n = 0;

	t_run(&names,
		"sed -n 's/^BPFASM_API .*[ *]\\(bpfasm_[a-z_]*\\)(.*/\\1/p; /^\\tBPFASM_[A-Z]*,/{"
		"/FIELD/d; s/^\\t\\([A-Z_]*\\),.*/\\1/p}' " TEST_ROOT "/include/bpfasm.h");
	for (name = strtok_r(names, "\n", &save); name; name = strtok_r(NULL, "\n", &save), n++)
		ck_assert_msg(strstr(page, name), "bpfasm.3 does not tell of %s", name);
	ck_assert_int_ge(n, 9);
	free(names);
	free(page);
}
END_TEST

/* Writes each whole program of bpfasm.3 to DIR/N.c; returns how many. */
static int write_whole_programs(const char *dir)
{
	char *page = t_read_file(PAGE_ASM, NULL), *line, *end, path[128];
	bool inside = false;
	FILE *f = NULL;
	int n = 0;

	for (line = page; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			break;
		*end = '\0';
		if (!strncmp(line, ".Bd -literal", 12)) {
			inside = true;
		} else if (!strcmp(line, ".Ed")) {
			inside = false;
			if (f)
				ck_assert_int_eq(fclose(f), 0);
			f = NULL;
		} else if (inside) {
			if (!f && !strncmp(line, "#include", 8)) {
				snprintf(path, sizeof(path), "%s/%d.c", dir, n++);
				f = fopen(path, "we");
				ck_assert_ptr_nonnull(f);
			}
			unescape(line);
			if (f)
				fprintf(f, "%s\n", line);
		}
	}
	free(page);
	return n;
}

/* They need nothing but libbpfasm.a, and print what the page says. */
START_TEST(assembler_examples)
{
	char dir[] = "/tmp/rawbpf-man-XXXXXX", *out;
	int status;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(write_whole_programs(dir), 2);
	status = t_run(&out,
		"cd %s && for n in 0 1; do ${CC:-cc} -std=c11 -Wall -Wextra -Werror " T_SAN_FLAGS
		" -I" TEST_ROOT "/include -o $n $n.c " TEST_BUILD
		"/libbpfasm.a || exit 1; done 2>&1; printf 'r0 = 7\nexit\n' | ./0 2>&1; "
		"echo 'r0 = r11' | ./0 2>&1; echo $?; ./1",
		dir);
	ck_assert_msg(!status, "%d: %s", status, out);
	ck_assert_msg(!strncmp(out,
			      "b7 00 00 00 07 00 00 00\n95 00 00 00 00 00 00 00\n"
			      "<stdin>:1:6: error: no register 'r11'",
			      85),
		"%s", out);
	ck_assert_msg(strstr(out, "\n1\nr6 = *(u64 *)(r1 +80)\n1 error: <text>:2:6: error: only "
				  "'retval' is known here, not 'arg2'\n"),
		"%s", out);
	free(out);
	/* and the first is the one of tools/examples */
	t_run(&out,
		"sed -n '/^int main/,$p' " TEST_ROOT "/tools/examples/assemble.c >%s/main.c; "
		"sed -n '/^int main/,$p' %s/0.c | cmp - %s/main.c 2>&1",
		dir, dir, dir);
	ck_assert_str_eq(out, "");
	free(out);
	t_run(NULL, "rm -r %s", dir);
}
END_TEST

/* A line of an example, with our own server for the one it names. */
static void write_line(FILE *f, char *line)
{
	static const char httpd[] = "/usr/sbin/httpd";
	char *at;

	unescape(line);
	at = strstr(line, httpd);
	if (at)
		fprintf(f, "%.*s" T_SITES("http") "%s\n", (int)(at - line), line,
			at + sizeof(httpd) - 1);
	else
		fprintf(f, "%s\n", line);
}

/*
 * Writes the examples of rawbpf.3 as the functions of a program, but as they are those that begin
 * with "static"; returns how many.
 */
static int write_program(FILE *f)
{
	char *page = t_read_file(PAGE_3, NULL), *line, *save = NULL;
	bool examples = false, inside = false, begins = false, whole = false;
	int i, n = 0;

	fputs("#include <errno.h>\n#include <rawbpf.h>\n", f);
	for (line = strtok_r(page, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!strcmp(line, ".Sh EXAMPLES")) {
			examples = true;
		} else if (examples && !strncmp(line, ".Bd -literal", 12)) {
			inside = begins = true;
			whole = false;
		} else if (inside && !strcmp(line, ".Ed")) {
			fputs(whole ? "" : "return err;\n}\n", f);
			inside = false;
		} else if (inside) {
			if (begins)
				whole = !strncmp(line, "static int ", 11);
			if (begins && !whole)
				fprintf(f,
					"static int f%d(struct rawbpf *b)\n{\nint err = 0;\n"
					"(void)b;\n",
					n++);
			begins = false;
			write_line(f, line);
		}
	}
	fputs("int main(void)\n{\nstruct rawbpf *b = rawbpf_new();\n", f);
	for (i = 0; i < n; i++)
		fprintf(f, "printf(\"example %d: %%d\\n\", f%d(b));\n", i, i);
	fputs("rawbpf_free(b);\nreturn 0;\n}\n", f);
	free(page);
	return n;
}

START_TEST(library_examples)
{
	char dir[] = "/tmp/rawbpf-man-XXXXXX", path[64], *out;
	int n, status;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.c", dir);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	n = write_program(f);
	fclose(f);
	ck_assert_int_eq(n, 8);
	status = t_run(&out,
		"cd %s && ${CC:-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror " T_SAN_FLAGS
		" -I" TEST_ROOT "/include -o a a.c " TEST_BUILD "/librawbpf.a " TEST_BUILD
		"/libbpfasm.a -lelf 2>&1 && ./a 2>&1",
		dir);
	ck_assert_msg(!status, "%s", out);
	ck_assert_ptr_nonnull(strstr(out, "|****************************************|"));
	ck_assert_ptr_nonnull(strstr(out, "R1 invalid mem access 'scalar': EACCES\n"));
	ck_assert_ptr_nonnull(strstr(out, "example 4: 0\n"));
	ck_assert_ptr_nonnull(strstr(out, "example 5: 0\n"));
	if (!t_lacks() && !t_run(NULL, TEST_BUILD "/rawbpf doctor >/dev/null")) {
		ck_assert_msg(strstr(out, "example 0: 0\n"), "%s", out);
		ck_assert_msg(strstr(out, "example 1: 0\n"), "%s", out);
		ck_assert_msg(strstr(out, "example 2: 0\n"), "%s", out);
	}
	if (!access(T_SITES("http"), X_OK)) {
		ck_assert_msg(strstr(out, "http:http_server_request 1\n"), "%s", out);
		if (!t_lacks() && !t_run(NULL, TEST_BUILD "/rawbpf doctor >/dev/null")) {
			ck_assert_msg(strstr(out, "example 6: 0\n"), "%s", out);
			ck_assert_msg(strstr(out, "example 7: 0\n"), "%s", out);
		}
	}
	free(out);
	t_run(NULL, "rm -r %s", dir);
}
END_TEST

/* Every command of rawbpf.1, in the source tree. */
START_TEST(command_examples)
{
	char *page = t_read_file(PAGE_1, NULL), *line, *save = NULL, *out;
	bool can = !t_lacks() && !t_run(NULL, TEST_BUILD "/rawbpf doctor >/dev/null");
	int run = 0, left = 0, status;

	for (line = strtok_r(page, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, ".Dl $ ", 6) != 0 && strncmp(line, ".Dl # ", 6) != 0)
			continue;
		unescape(line);
		if (line[4] == '#' && !can) {
			left++;
			continue;
		}
		status = t_run(
			&out, "cd " TEST_ROOT " && PATH=" TEST_BUILD ":$PATH && { %s; }", line + 6);
		ck_assert_msg(!status, "%s: exit status %d\n%s", line + 6, status, out);
		/* a libc may have no probes */
		ck_assert_msg(*out || strstr(line, "usdt"), "%s: prints nothing", line + 6);
		free(out);
		run++;
	}
	free(page);
	ck_assert_int_ge(run + left, 9);
	if (left)
		T_SKIP("%d examples need %s", left,
			t_lacks() ? t_lacks() : "a kernel that takes programs");
}
END_TEST

Suite *suite_man(void);
Suite *suite_man(void)
{
	Suite *s = suite_create("man");
	TCase *t = tcase_create("pages");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, lint);
	tcase_add_test(t, quotes_and_brackets);
	tcase_add_test(t, every_function);
	tcase_add_test(t, library_examples);
	tcase_add_test(t, every_function_of_the_assembler);
	tcase_add_test(t, assembler_examples);
	tcase_add_test(t, command_examples);
	suite_add_tcase(s, t);
	return s;
}
