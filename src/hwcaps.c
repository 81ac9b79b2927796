// SPDX-License-Identifier: MIT
/*
 * hwcaps.c - the levels of CPUs that a library may be built for.
 *
 * Since glibc 2.33 a library may stand in glibc-hwcaps/x86-64-v3 and the like, beside the plain
 * one, and the dynamic linker takes the best that the CPU can run.  The levels are the psABI's;
 * the flags are spelled as /proc/cpuinfo spells them.  Other machines have such directories too
 * (power10, z15), which hardly anyone fills: there the plain library is assumed.
 */
#include "hwcaps.h"

#include <fcntl.h>
#include <string.h>

#define HWCAPS_FIRST 2

static const struct hwcaps_row {
	const char *name;
	const char *flags[10]; /* what it needs besides the level before it; ends with NULL */
} hwcaps_rows[] = {
	{"x86-64-v2", {"cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3", NULL}},
	{"x86-64-v3",
		{"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave", NULL}},
	{"x86-64-v4", {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", NULL}},
};

#define HWCAPS_ROWS (int)(sizeof(hwcaps_rows) / sizeof(*hwcaps_rows))

int hwcaps_level(const char *name)
{
	int i;

	for (i = 0; i < HWCAPS_ROWS; i++)
		if (!strcmp(name, hwcaps_rows[i].name))
			return HWCAPS_FIRST + i;
	return 0;
}

const char *hwcaps_name(int level)
{
	level -= HWCAPS_FIRST;
	return level < 0 || level >= HWCAPS_ROWS ? "any CPU" : hwcaps_rows[level].name;
}

/* Whether a word is one of those of a line. */
static bool hwcaps_has(const char *line, const char *word)
{
	size_t n = strlen(word);
	const char *p = line;

	while ((p = strstr(p, word))) {
		if (p > line && p[-1] == ' ' && (!p[n] || p[n] == ' '))
			return true;
		p += n;
	}
	return false;
}

static int hwcaps_of(const char *flags)
{
	const char *const *f;
	int i;

	for (i = 0; i < HWCAPS_ROWS; i++)
		for (f = hwcaps_rows[i].flags; *f; f++)
			if (!hwcaps_has(flags, *f))
				return i ? HWCAPS_FIRST + i - 1 : 0;
	return HWCAPS_FIRST + HWCAPS_ROWS - 1;
}

int hwcaps_cpu(struct sys *s)
{
	struct buf b = {0};
	int level = 0;
	char *line;

	if (!sys_read_file(s, AT_FDCWD, "/proc/cpuinfo", 64 << 20, &b) && b.len) {
		line = strstr(b.data, "\nflags");
		if (line) {
			line[1 + strcspn(line + 1, "\n")] = '\0';
			level = hwcaps_of(line);
		}
	}
	buf_free(&b);
	return level;
}
