// SPDX-License-Identifier: MIT
/* main.c - runs every suite, then lists what was skipped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "old.h"
#include "t.h"
#include "temp.h"

#define SUITE(x) Suite *suite_##x(void);
#include "suites.h"
#undef SUITE

static const struct {
	const char *name;
	Suite *(*make)(void);
} suites[] = {
#define SUITE(x) {#x, suite_##x},
#include "suites.h"
	{NULL, NULL},
};

/* The skips that the tests wrote to the file; returns how many. */
static int list_skips(const char *path)
{
	char line[512];
	int n = 0;
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f)) {
		if (!n++)
			puts("skipped:");
		printf("  %s", line);
	}
	if (f)
		fclose(f);
	return n;
}

/* With arguments: only the suites of those names. */
static bool wanted(int argc, char **argv, const char *name)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	char skips[] = "/tmp/rawbpf-skips-XXXXXX", temps[] = "/tmp/rawbpf-temps-XXXXXX";
	SRunner *sr = srunner_create(NULL);
	int failed, run, skipped, fd;
	bool old_ok;
	size_t i;

	failed = old_start();
	if (failed)
		return failed;
	fd = mkstemp(skips);
	if (fd < 0) {
		perror(skips);
		return 1;
	}
	close(fd);
	setenv("T_SKIPS", skips, 1);
	fd = mkstemp(temps);
	if (fd < 0) {
		perror(temps);
		return 1;
	}
	close(fd);
	setenv("T_TEMPS", temps, 1);
	/* seconds: a busy machine is no fault, a test that hangs is */
	setenv("CK_DEFAULT_TIMEOUT", "60", 0);
	for (i = 0; suites[i].name; i++)
		if (wanted(argc, argv, suites[i].name) && old_wants(suites[i].name))
			srunner_add_suite(sr, suites[i].make());
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	run = srunner_ntests_run(sr);
	srunner_free(sr);
	skipped = list_skips(skips);
	/* which holds of the whole suite */
	old_ok = argc > 1 || old_finish(skips);
	unlink(skips);
	temp_remove_all(temps);
	unlink(temps);
	printf("%d passed, %d failed, %d skipped\n", run - failed - skipped, failed, skipped);
	return failed || !run || !old_ok;
}
