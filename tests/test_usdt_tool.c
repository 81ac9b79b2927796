// SPDX-License-Identifier: MIT
/* test_usdt_tool.c - rawbpf usdt, as a user runs it. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

#define USDT TEST_BUILD "/rawbpf usdt"

static void has(const char *text, const char *word)
{
	ck_assert_msg(strstr(text, word), "no '%s' in '%s'", word, text);
}

/* The C++ library has probes on every machine that has it. */
static char *library(void)
{
	char *out;

	t_run(&out, "ls /usr/lib/*-linux-gnu/libstdc++.so.6 /usr/lib/libstdc++.so.6 2>/dev/null | "
		    "head -n 1 | tr -d '\\n'");
	if (*out && !t_run(NULL, "grep -qs stapsdt '%s'", out))
		return out;
	free(out);
	return NULL;
}

START_TEST(text)
{
	char *lib = library(), *out;

	if (!lib)
		T_SKIP("no libstdc++ with probes");
	ck_assert_int_eq(t_run(&out, USDT " %s", lib), 0);
	has(out, " libstdcxx:throw address 0x");
	has(out, " offset 0x");
	has(out, "\n  arg1 ");
	free(out);
	free(lib);
}
END_TEST

START_TEST(json)
{
	char *lib = library(), *out;

	if (!lib)
		T_SKIP("no libstdc++ with probes");
	ck_assert_int_eq(t_run(&out, USDT " --json %s", lib), 0);
	has(out, "{\"path\": \"/usr/lib/");
	has(out, "\"provider\": \"libstdcxx\", \"name\": \"throw\", \"addr\": \"0x");
	has(out, "\"semaphore\": \"0x0\", \"offset\": \"0x");
	has(out, "\"semaphore_offset\": null, \"args\": \"");
	has(out, "\"operands\": [{\"size\": ");
	has(out, "\"signed\": false, \"float\": false, \"kind\": \"reg\", \"reg\": \"");
	has(out, "\"base\": null, \"index\": null, \"scale\": null, \"off\": null, \"val\": null, "
		 "\"seg\": null, \"sym\": null}");
	free(out);
	/* every line is JSON, if something here can tell */
	if (!t_run(NULL, "python3 -c 1 2>/dev/null"))
		ck_assert_int_eq(t_run(NULL,
					 USDT " --json %s | python3 -c 'import json,sys\nfor l in "
					      "sys.stdin: json.loads(l)'",
					 lib),
			0);
	free(lib);
}
END_TEST

START_TEST(of_a_process)
{
	char *out;

	/* a shell has no probes, but its files were looked at */
	ck_assert_int_eq(t_run(&out, USDT " -p $$ 2>&1"), 0);
	ck_assert(strstr(out, "has no probes") || strstr(out, " address 0x"));
	free(out);
	ck_assert_int_eq(t_run(&out, USDT " -p 1073741823 2>&1"), 1);
	has(out, "ESRCH");
	free(out);
}
END_TEST

static void *ends_told(void *arg)
{
	char c;

	if (read(*(int *)arg, &c, 1) < 0)
		return arg;
	return NULL;
}

/* A thread's id is no process's, and its process is named; with a path, too. */
START_TEST(of_a_thread)
{
	char *tid, *out, want[64];
	pthread_t t;
	int go[2];

	ck_assert_int_eq(pipe(go), 0);
	ck_assert_int_eq(pthread_create(&t, NULL, ends_told, &go[0]), 0);
	t_run(&tid, "ls /proc/%d/task | grep -vx %d | tr -d '\\n'", (int)getpid(), (int)getpid());
	ck_assert_int_eq(t_run(&out, USDT " -p %s 2>&1", tid), 1);
	snprintf(want, sizeof(want), "no process %s: ESRCH", tid);
	has(out, want);
	snprintf(want, sizeof(want), "it is a thread of process %d\n", (int)getpid());
	has(out, want);
	free(out);
	free(tid);
	close(go[1]);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	close(go[0]);
}
END_TEST

START_TEST(failures)
{
	char *out;

	ck_assert_int_eq(t_run(&out, USDT " /etc/passwd 2>&1"), 1);
	has(out, "'/etc/passwd' is not an ELF file: ENOEXEC");
	free(out);
	ck_assert_int_eq(t_run(&out, USDT " /nowhere 2>&1"), 1);
	has(out, "'/nowhere'");
	free(out);
	ck_assert_int_eq(t_run(&out, USDT " 2>&1"), 2);
	has(out, "usage: rawbpf usdt");
	free(out);
	ck_assert_int_eq(t_run(&out, USDT " -p 12x 2>&1"), 2);
	has(out, "'12x'");
	free(out);
	ck_assert_int_eq(t_run(NULL, USDT " -p 1 /bin/sh 2>/dev/null"), 2);
	ck_assert_int_eq(t_run(NULL, USDT " --help >/dev/null"), 0);
}
END_TEST

/* Three probes of this program, as <sys/sdt.h> would write them: two of one name. */
#define PROBE(at, name, args)                                                              \
	".globl " #at "\n" #at ": nop\n"                                                   \
	".pushsection .note.stapsdt, \"\", %note\n.balign 4\n"                             \
	".4byte 2f - 1f, 4f - 3f, 3\n"                                                     \
	"1: .asciz \"stapsdt\"\n2: .balign 4\n"                                            \
	"3: .8byte " #at ", t_usdt_base, 0\n"                                              \
	".asciz \"rawbpf_test\"\n.asciz \"" name "\"\n.asciz \"" args "\"\n4: .balign 4\n" \
	".popsection\n"
__asm__(".pushsection .stapsdt.base, \"a\", %progbits\n.globl t_usdt_base\nt_usdt_base: .space 1\n"
	".popsection\n"
	".text\n.globl t_usdt\n.type t_usdt, %function\nt_usdt:\n" PROBE(t_usdt_1, "twice", "8@$7")
		PROBE(t_usdt_2, "twice", "")
			PROBE(t_usdt_3, "once", "-4@$-1 2@$3") "ret\n"
							       ".size t_usdt, . - t_usdt\n");
void t_usdt(void);
extern const char t_usdt_1[], t_usdt_2[], t_usdt_3[];

static unsigned count(const char *in, const char *word)
{
	unsigned n = 0;

	while ((in = strstr(in, word))) {
		in += strlen(word);
		n++;
	}
	return n;
}

/* Each probe of a running process, once, and nothing more of that provider: _i by its pid or file. */
START_TEST(lists_exactly)
{
	const char *const at[] = {t_usdt_1, t_usdt_2, t_usdt_3};
	char exe[512] = "", *out;
	unsigned long first = 0, addr;
	const char *p;
	int i;

	t_usdt(); /* it is in the program */
	ck_assert_int_gt(readlink("/proc/self/exe", exe, sizeof(exe) - 1), 0);
	if (_i)
		ck_assert_int_eq(t_run(&out, USDT " --json -p %d", (int)getpid()), 0);
	else
		ck_assert_int_eq(t_run(&out, USDT " --json %s", exe), 0);
	ck_assert_uint_eq(count(out, "\"provider\": \"rawbpf_test\""), 3);
	ck_assert_uint_eq(count(out, "\"name\": \"twice\""), 2);
	ck_assert_uint_eq(count(out, "\"name\": \"once\""), 1);
	p = out;
	for (i = 0; i < 3; i++) {
		p = strstr(p, "\"provider\": \"rawbpf_test\"");
		p = strstr(p, "\"addr\": \"0x");
		addr = strtoul(p + 9, NULL, 16);
		first = i ? first : addr;
		ck_assert_uint_eq(addr - first, (unsigned long)(at[i] - at[0]));
	}
	has(out, "\"args\": \"-4@$-1 2@$3\"");
	free(out);
}
END_TEST

Suite *suite_usdt_tool(void);
Suite *suite_usdt_tool(void)
{
	Suite *s = suite_create("usdt_tool");
	TCase *t = tcase_create("tool");

	tcase_add_test(t, text);
	tcase_add_test(t, json);
	tcase_add_test(t, of_a_process);
	tcase_add_test(t, of_a_thread);
	tcase_add_test(t, failures);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_loop_test(t, lists_exactly, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
