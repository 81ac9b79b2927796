// SPDX-License-Identifier: MIT
/*
 * test_refused.c - wrong programs, and what a user is told of each.
 *
 * refusals/texts.txt is of Linux 6.18: "=== NAME LINE WORDS", and the program.  Its line LINE (0:
 * none) must be told, and an advice with these words.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "rawbpf.h"
#include "t.h"

#define LOAD TEST_BUILD "/rawbpf load"

enum { REFUSED_PARTS = 5 }; /* programs that are verified for seconds: several tests share them */

static void refused_check(const char *name, int line, const char *words, const char *text)
{
	char path[] = "/tmp/rawbpf-refused-XXXXXX.bpf", place[80], *out;
	FILE *f = fdopen(mkstemps(path, 4), "w");
	const char *hint;
	int status;

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
	status = t_run(&out, LOAD " %s 2>&1 >/dev/null", path);
	unlink(path);
	ck_assert_msg(status == 1, "%s: status %d, '%s'", name, status, out);
	snprintf(place, sizeof(place), line ? "rejected at %s:%d: " : "rejected: ", path, line);
	ck_assert_msg(line ? !!strstr(out, place) : !!strstr(out, "rejected: "),
		"%s: no '%s' in '%s'", name, place, out);
	hint = strstr(out, "\n  hint: ");
	ck_assert_msg(hint && strstr(hint, words), "%s: no '%s' in '%s'", name, words, out);
	free(out);
}

/* Every REFUSED_PARTS-th program, from part on; returns how many there are in all. */
static int refused_all(char *p, int part)
{
	char name[64], words[160], *text, *next;
	int line, n = 0;

	for (; p; p = next, n++) {
		ck_assert_int_eq(sscanf(p, "=== %63s %d %159[^\n]", name, &line, words), 3);
		text = strchr(p, '\n') + 1;
		next = strstr(text, "\n=== ");
		if (next)
			*++next = '\0';
		if (n % REFUSED_PARTS == part)
			refused_check(name, line, words, text);
		if (next)
			*next = '=';
	}
	return n;
}

START_TEST(what_a_user_is_told)
{
	struct utsname u;
	char *texts;

	T_NEED_ROOT();
	ck_assert_int_eq(uname(&u), 0);
	if (strncmp(u.release, "6.18.", 5))
		T_SKIP("these are the words of linux 6.18, this is %s", u.release);
	texts = t_data("refusals/texts.txt", NULL);
	ck_assert_int_ge(refused_all(texts, _i), 150);
	free(texts);
}
END_TEST

/* 240,000 steps, then the refusal: the log is longer than any buffer, its ends are kept. */
START_TEST(huge_log)
{
	static const char text[] = ".prog p \"kprobe/vfs_read\"\n"
				   "        r6 = r1\n"
				   "        r7 = 0\n"
				   "more:   r7 += 1\n"
				   "        if r7 < 120000 goto more\n"
				   "        r8 = *(u64 *)(r6 +112)\n"
				   "        r0 = *(u64 *)(r8 +0)\n"
				   "        return 0\n";
	struct rawbpf *b = rawbpf_new();
	const struct rawbpf_error *e = rawbpf_error(b);
	const char *end;
	struct utsname u;

	T_NEED_ROOT();
	ck_assert_int_eq(uname(&u), 0);
	if (strverscmp(u.release, "6.4") < 0)
		T_SKIP("linux %s cuts off a log's end", u.release);
	ck_assert_int_eq(rawbpf_load(b, .text = text, .name = "huge.bpf"), -EACCES);
	ck_assert_str_eq(e->msg, "prog 'p' rejected at huge.bpf:7: R8 invalid mem access "
				 "'scalar': EACCES");
	ck_assert_ptr_nonnull(strstr(e->hint, "r8 is from insn 4"));
	end = strstr(e->log, "\n...\n");
	ck_assert_ptr_nonnull(end);
	ck_assert_ptr_nonnull(strstr(e->log, "\n0: (bf) r6 = r1 "));
	ck_assert(strstr(e->log, "\n0: (bf) r6 = r1 ") < end);
	ck_assert_ptr_nonnull(strstr(end, "\nprocessed 240"));
	ck_assert_uint_le(strlen(e->log), 16 << 20);
	rawbpf_free(b);
}
END_TEST

Suite *suite_refused(void);
Suite *suite_refused(void)
{
	Suite *s = suite_create("refused");
	TCase *t = tcase_create("host");

	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, what_a_user_is_told, 0, REFUSED_PARTS);
	tcase_add_test(t, huge_log);
	suite_add_tcase(s, t);
	return s;
}
