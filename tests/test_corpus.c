// SPDX-License-Identifier: MIT
/* test_corpus.c - the committed inputs of the fuzzers, through the same functions. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t.h"

Suite *suite_corpus(void);

#define FUZZER(name) int fuzz_##name(const uint8_t *data, size_t size);
#include "fuzzers.h"
#undef FUZZER

static const struct fuzzer {
	const char *name;
	int (*run)(const uint8_t *data, size_t size);
} fuzzers[] = {
#define FUZZER(name) {#name, fuzz_##name},
#include "fuzzers.h"
#undef FUZZER
};

static void corpus_input(const struct fuzzer *f, const char *name)
{
	char path[4096];
	uint8_t *data;
	size_t len;
	char *text;

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s/%s", TEST_ROOT, f->name, name);
	text = t_read_file(path, &len);
	/* exactly its size, so that sanitizers see each read past the end */
	data = malloc(len ? len : 1);
	ck_assert_ptr_nonnull(data);
	memcpy(data, text, len);
	free(text);
	ck_assert_int_eq(f->run(data, len), 0);
	free(data);
}

/* In a process of its own, so that the one that ends it can be named. */
static void corpus_child(const struct fuzzer *f, const char *name)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		alarm(60);
		corpus_input(f, name);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status),
		"tests/fuzz/corpus/%s/%s: wait status %#x", f->name, name, status);
}

static void corpus_replay(
	const struct fuzzer *f, void (*each)(const struct fuzzer *f, const char *name))
{
	char path[4096];
	struct dirent *d;
	unsigned n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", TEST_ROOT, f->name);
	dir = opendir(path);
	ck_assert_msg(dir, "%s: %s", path, strerror(errno));
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		each(f, d->d_name);
		n++;
	}
	closedir(dir);
	ck_assert_uint_gt(n, 3);
}

START_TEST(every_input_by_itself)
{
	corpus_replay(&fuzzers[_i], corpus_child);
}
END_TEST

/* ... and in one process, whose leaks are looked for at its end. */
START_TEST(all_inputs_together)
{
	corpus_replay(&fuzzers[_i], corpus_input);
}
END_TEST

Suite *suite_corpus(void)
{
	Suite *s = suite_create("corpus");
	TCase *t = tcase_create("replay");
	int n = (int)(sizeof(fuzzers) / sizeof(*fuzzers));

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, every_input_by_itself, 0, n);
	tcase_add_loop_test(t, all_inputs_together, 0, n);
	suite_add_tcase(s, t);
	return s;
}
