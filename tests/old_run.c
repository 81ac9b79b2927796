// SPDX-License-Identifier: MIT
/*
 * old_run.c - a run of the live tests on an old kernel, and what must be true of it.
 *
 * tests/old/skips: test, feature.  On a kernel that lacks the feature the test is skipped; any other
 * skip fails, but those that the last whole run on the kernel as it is had too.
 * tests/old/unasked: feature, cause: another feature, which is refused before where it is lacking
 * too ("X unless Y": but where Y is lacking as well, it is asked for); a file, on a machine without which
 * no test asks; or the reason in words, on every kernel.
 * Every other feature that the kernel lacks must have been asked for and refused.
 *
 * Both tables are held to the run: what is not so any more fails too.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "old.h"
#include "t.h"

#define TRACEFS_MAGIC_OLD 0x74726163
#define OLD_LINES	  400
#define OLD_TEXT	  (1 << 20)
#define OLD_USUAL	  TEST_BUILD "/skipped" /* by the last whole run as root */

/* A table: lines of two fields with tabs between them. */
struct old_table {
	const char *path;
	unsigned n;
	struct {
		char what[100], why[200];
		bool used;
	} line[OLD_LINES];
};

static bool table_read(struct old_table *t, const char *path)
{
	FILE *f = fopen(path, "re");
	bool ok = f != NULL;
	char line[512];

	t->path = path;
	t->n = 0;
	if (!f)
		perror(path);
	while (ok && fgets(line, sizeof(line), f)) {
		if (*line == '#' || *line == '\n')
			continue;
		ok = t->n < OLD_LINES && sscanf(line, "%99[^\t]\t%199[^\n]", t->line[t->n].what,
						 t->line[t->n].why) == 2;
		if (ok)
			t->line[t->n++].used = false;
		else
			printf("%s: no line of two fields: %s", path, line);
	}
	if (f)
		fclose(f);
	return ok;
}

static const struct old_row *row_named(const char *name)
{
	const struct old_row *r;

	for (r = old_rows; r->name; r++)
		if (!strcmp(r->name, name))
			return r;
	return NULL;
}

bool old_is_without(const char *feature)
{
	const struct old_row *r = row_named(feature);

	if (!r) {
		fprintf(stderr, "'%s' is no feature of tests/old_rows.c\n", feature);
		return false;
	}
	return old_version() && r->since > old_version();
}

/* NULL: it cannot be read */
static char *read_all(const char *path)
{
	char *out = calloc(1, OLD_TEXT);
	FILE *f = fopen(path, "re");

	if (out && f)
		out[fread(out, 1, OLD_TEXT - 1, f)] = '\0';
	if (f)
		fclose(f);
	if (f)
		return out;
	free(out);
	return NULL;
}

/* ---- before --------------------------------------------------------------------------------- */

/* Kernels before 5.2 have no tracefs but a mounted one: for this process and its children. */
static bool mount_tracefs(void)
{
	static const char path[] = "/sys/kernel/tracing";
	struct statfs st;

	if (!statfs(path, &st) && (uint32_t)st.f_type == TRACEFS_MAGIC_OLD)
		return true;
	if (!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
		!mount("tracefs", path, "tracefs", 0, NULL))
		return true;
	perror(path);
	return false;
}

/* To what such kernels begin with. */
static void lower_memlock(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_MEMLOCK, &lim))
		return;
	lim.rlim_cur = lim.rlim_max < 65536 ? lim.rlim_max : 65536;
	if (setrlimit(RLIMIT_MEMLOCK, &lim))
		perror("RLIMIT_MEMLOCK");
}

int old_start(void)
{
	const char *name = getenv("RAWBPF_OLD"), *right;

	if (!name)
		return 0;
	right = t_lacks();
	if (right) {
		fprintf(stderr, "needs %s\n", right);
		return 77;
	}
	if (!mount_tracefs())
		return 1;
	setenv("CK_RUN_CASE", "live", 1);
	lower_memlock();
	if (old_play(name))
		return 0;
	fprintf(stderr, "RAWBPF_OLD=%s: not 4.9, 4.14, 4.19 or 5.4\n", name);
	return 1;
}

bool old_wants(const char *suite)
{
	static const char *const others[] = {
		"doctor", "load", "run", "tool_trace", "killed", "examples", "caps", "terminal"};
	size_t i;

	if (old_version() && !strcmp(suite, "fault"))
		return getenv("RAWBPF_FAULT");
	for (i = 0; old_version() && i < sizeof(others) / sizeof(*others); i++)
		if (!strcmp(suite, others[i]))
			return false;
	return true;
}

/* ---- after ---------------------------------------------------------------------------------- */

/* Whether a feature is lacking here, or a file. */
static bool is_cause(const char *why)
{
	const struct old_row *r;

	if (*why == '/')
		return access(why, F_OK) != 0;
	r = row_named(why);
	return r && r->since > old_version();
}

static size_t name_len(const char *skip)
{
	const char *p = strstr(skip, ": ");

	return p ? (size_t)(p - skip) : strlen(skip);
}

/* "suite:test: why", of which the why may be another. */
static bool was_skipped(const char *usual, const char *skip)
{
	size_t n = name_len(skip);
	const char *p;

	for (p = usual; p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
		if (name_len(p) == n && !strncmp(p, skip, n))
			return true;
	return false;
}

static bool may_skip(struct old_table *t, const char *skip, const char *usual)
{
	size_t n = name_len(skip);
	bool may = false;
	unsigned i;

	for (i = 0; i < t->n; i++) {
		if (strlen(t->line[i].what) != n || strncmp(skip, t->line[i].what, n))
			continue;
		t->line[i].used = true;
		may |= is_cause(t->line[i].why);
	}
	return may || was_skipped(usual, skip);
}

static bool check_skips(const char *skips)
{
	static struct old_table t;
	bool ok = table_read(&t, TEST_ROOT "/tests/old/skips");
	char *usual = read_all(OLD_USUAL);
	FILE *f = fopen(skips, "re");
	char line[512];
	unsigned i;

	if (!usual)
		printf("first a run on the kernel as it is: %s/check\n", TEST_BUILD);
	ok &= usual != NULL;
	while (f && fgets(line, sizeof(line), f))
		if (!may_skip(&t, line, usual)) {
			printf("no cause to skip: %s", line);
			ok = false;
		}
	if (f)
		fclose(f);
	for (i = 0; i < t.n; i++)
		if (!t.line[i].used && is_cause(t.line[i].why)) {
			printf("%s was not skipped: %s is out of date\n", t.line[i].what, t.path);
			ok = false;
		}
	free(usual);
	return ok;
}

/* "X unless Y", of which both are rows or, without a Y, X alone: is it so?  < 0: X is no row */
static int is_lacked_before(const char *why)
{
	const char *unless = strstr(why, " unless ");
	char first[200];

	snprintf(first, sizeof(first), "%.*s", (int)(unless ? unless - why : (long)strlen(why)),
		why);
	if (!row_named(first))
		return -1;
	return is_cause(first) && !(unless && is_cause(unless + strlen(" unless ")));
}

/* *must: whatever the machine is like */
static bool is_unasked(const struct old_table *t, const char *name, bool *must)
{
	unsigned i;

	*must = false;
	for (i = 0; i < t->n; i++) {
		if (strcmp(t->line[i].what, name))
			continue;
		if (t->line[i].why[0] == '/')
			return is_cause(t->line[i].why);
		*must = is_lacked_before(t->line[i].why) != 0;
		return *must;
	}
	return false;
}

static bool check_asked(void)
{
	static struct old_table t;
	bool ok = table_read(&t, TEST_ROOT "/tests/old/unasked"), unasked, must;
	const struct old_row *r;
	unsigned n = 0;

	for (r = old_rows; r->name; r++) {
		if (r->since <= old_version())
			continue;
		unasked = is_unasked(&t, r->name, &must);
		if (old_refusals(r) && must)
			printf("'%s' was asked for: %s is out of date\n", r->name, t.path);
		else if (!old_refusals(r) && !unasked)
			printf("'%s' was never asked for\n", r->name);
		else if (old_refusals(r))
			n++;
		ok &= old_refusals(r) ? !must : unasked;
	}
	printf("%u features were asked for and refused\n", n);
	return ok;
}

/* What was skipped on the kernel as it is. */
static bool keep_usual(const char *skips)
{
	char *text = t_lacks() ? NULL : read_all(skips);
	FILE *f = text ? fopen(OLD_USUAL, "we") : NULL;

	if (f) {
		fputs(text, f);
		fclose(f);
	}
	free(text);
	return true;
}

bool old_finish(const char *skips)
{
	bool ok;

	if (!old_version())
		return keep_usual(skips);
	ok = check_skips(skips);
	return check_asked() && ok;
}
