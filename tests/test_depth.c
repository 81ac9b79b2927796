// SPDX-License-Identifier: MIT
/* test_depth.c - the stack of functions that call each other. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "old.h"
#include "rawbpf.h"
#include "t.h"
#include "tasm.h"

Suite *suite_depth(void);

#define P	   ".license \"GPL\"\n.prog p \"kprobe\"\n"
#define TOUCH(off) "*(u64 *)(r10 -" #off ") = 0\n"

/* Assembled for a kernel (0: for any); what is said, to be freed. */
static char *said(const char *text, unsigned kernel, int want)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	char *diag;
	int err;

	o.kernel = kernel;
	err = bpfasm_assemble(text, strlen(text), &o, &out);
	ck_assert_msg(err == want, "%d: %s", err, out.diag);
	diag = strdup(out.diag ? out.diag : "");
	bpfasm_free(&out);
	return diag;
}

static void says(const char *text, unsigned kernel, int want, const char *what)
{
	char *diag = said(text, kernel, want);

	ck_assert_msg(what ? !!strstr(diag, what) : !*diag, "no '%s' in: %s", what, diag);
	free(diag);
}

#define V(major, minor) ((major) << 16 | (minor) << 8)

static const char two[] = P TOUCH(304) "call f\nreturn 0\n"
				       ".func f\n.var buffer: char[200]\nbuffer = 0\n"
				       "r1 = &buffer\ncall g\nexit\n"
				       ".func g\n" TOUCH(8) "r0 = 0\nexit\n";

/* 304 is 320 in steps of 32, 200 is 224, 8 is 32 */
START_TEST(the_call_that_passes_it)
{
	says(two, V(5, 10), -EINVAL,
		"t:4:6: error: with this call 544 bytes of stack are in use, of 512 for all "
		"functions: 'p' 320, 'f' 224\ncall f\n     ^\n");
	says(two, 0, 0,
		"t:4:6: warning: with this call 544 bytes of stack are in use, of 512 for all "
		"functions before Linux 6.13: 'p' 320, 'f' 224\n");
	/* in steps of 16: 304, 208 and 16 */
	says(two, V(6, 9), -EINVAL,
		"t:10:6: error: with this call 528 bytes of stack are in use, of 512 for all "
		"functions: 'p' 304, 'f' 208, 'g' 16\ncall g\n     ^\n");
	/* each has a stack of its own */
	says(two, V(6, 13), 0, NULL);
	says(".nowarn\n" P TOUCH(304) "call f\nreturn 0\n.func f\n" TOUCH(208) "exit\n", 0, 0,
		NULL);
}
END_TEST

/* not for all types of programs */
START_TEST(of_other_programs)
{
	static const char text[] =
		".prog p \"socket\"\n" TOUCH(256) "call f\nreturn 0\n.func f\n" TOUCH(264) "r0 = "
											   "0\n"
											   "exit\n";

	says(text, V(6, 13), 0,
		"warning: with this call 528 bytes of stack are in use, of 512 for all functions: "
		"'p' 256, 'f' 272\n");
	says(text, V(6, 12), -EINVAL, "error: with this call 528 bytes");
}
END_TEST

START_TEST(what_is_touched)
{
	/* the address of a key; a register that is r10 no more */
	says(P TOUCH(8) "r2 = r10\nr3 = 7\nr2 += -256\ncall f\nreturn 0\n.func f\n" TOUCH(
		     256) "r0 = 0\nexit\n",
		V(5, 10), 0, NULL);
	says(P TOUCH(8) "r2 = r10\nr3 = 7\nr2 += -264\ncall f\nreturn 0\n.func f\n" TOUCH(
		     256) "r0 = 0\nexit\n",
		V(5, 10), -EINVAL, "'p' 288, 'f' 256\n");
	says(P TOUCH(8) "r2 = r10\nr3 = r2\nr2 = 8\nr2 += -264\ncall f\nreturn 0\n.func f\n" TOUCH(
		     256) "r0 = 0\nexit\n",
		V(5, 10), 0, NULL);
	/* the longer way, though it comes second; once, although two programs take it */
	says(P "call a\ncall b\nreturn 0\n.prog q \"kprobe\"\n" TOUCH(
		     8) "call b\nreturn 0\n"
			".func a\nr0 = 0\nexit\n.func b\n" TOUCH(256) "call c\nexit\n"
								      ".func c\n" TOUCH(
									      256) "r0 = 0\nexit\n",
		V(5, 10), -EINVAL, "'p' 32, 'b' 256, 'c' 256\n");
	/* a callback */
	says(P TOUCH(256) "r0 = bpf_loop(1, &f, 0, 0)\nreturn 0\n.func f\n" TOUCH(
		     264) "r0 = 0\nexit\n",
		V(6, 1), -EINVAL, "t:4:19: error: with this call 544 bytes");
}
END_TEST

static char *chain(int n, bool round)
{
	char *text = malloc(100 + (size_t)n * 40);
	int i, len = sprintf(text, P "call f1\nreturn 0\n");

	for (i = 1; i < n; i++) {
		len += sprintf(text + len, ".func f%d\n", i);
		if (i + 1 < n || round)
			len += sprintf(text + len, "call f%d\n", i + 1 < n ? i + 1 : 1);
		len += sprintf(text + len, "r0 = 0\nexit\n");
	}
	return text;
}

START_TEST(eight_in_each_other)
{
	char *text = chain(8, false);

	says(text, V(5, 10), 0, NULL);
	free(text);
	text = chain(9, false);
	says(text, 0, -EINVAL,
		"error: with this call of 'f8' nine functions are in each other, and no kernel "
		"has room for more than eight\n");
	free(text);
	/* one that calls itself */
	text = chain(2, true);
	says(text, 0, -EINVAL,
		"t:6:6: error: 'f1' calls itself here: no kernel lets a function call "
		"itself; use a loop\n");
	free(text);
	/* ... by way of another */
	says(P "call f\nreturn 0\n.func f\ncall g\nr0 = 0\nexit\n.func g\ncall f\nr0 = 0\nexit\n",
		0, -EINVAL,
		"error: 'f' is running already, it leads to this call: no kernel lets a "
		"function call itself");
	/* a callback that sets itself again is not in itself */
	says(P "r1 = r6\nr2 = &again\ncall bpf_timer_set_callback\nreturn 0\n.func again\n"
	       "r2 = &again\ncall bpf_timer_set_callback\nr0 = 0\nexit\n"
	       ".nowarn\n",
		V(6, 1), 0, "");
}
END_TEST

/* As many ways as 2 to the power of 200. */
START_TEST(many_ways)
{
	char *text = malloc(20000);
	int i, len = sprintf(text, P "call f0\nreturn 0\n");

	for (i = 0; i < 200; i++)
		len += sprintf(text + len, ".func f%d\ncall f%d\ncall f%d\nr0 = 0\nexit\n", i,
			i + 1, i + 1);
	sprintf(text + len, ".func f200\nr0 = 0\nexit\n");
	says(text, 0, -EINVAL, "nine functions");
	free(text);
}
END_TEST

START_TEST(out_of_memory)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);

	tasm_every_alloc(two, &o, 4);
}
END_TEST

/* ---- the kernel's verdict ------------------------------------------------------------------- */

static int loaded(int low, int *err)
{
	struct rawbpf *b = rawbpf_new();
	char text[400];

	snprintf(text, sizeof(text),
		".license \"GPL\"\n.prog p \"socket\"\n*(u64 *)(r10 -256) = 0\ncall f\nreturn 0\n"
		".func f\n*(u64 *)(r10 -%d) = 0\nr0 = 0\nexit\n",
		low);
	*err = rawbpf_load(b, .text = text);
	rawbpf_free(b);
	says(text, V(6, 12), *err ? -EINVAL : 0, *err ? "of stack are in use" : NULL);
	return *err;
}

START_TEST(kernel_agrees)
{
	int err;

	T_NEED_ROOT();
	OLD_NEED("insn call of a function");
	ck_assert_int_eq(loaded(256, &err), 0);
	ck_assert_int_eq(loaded(264, &err), -EACCES);
}
END_TEST

Suite *suite_depth(void)
{
	Suite *s = suite_create("depth");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, the_call_that_passes_it);
	tcase_add_test(t, of_other_programs);
	tcase_add_test(t, what_is_touched);
	tcase_add_test(t, eight_in_each_other);
	tcase_add_test(t, many_ways);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, kernel_agrees);
	suite_add_tcase(s, t);
	return s;
}
