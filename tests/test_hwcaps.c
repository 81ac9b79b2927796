// SPDX-License-Identifier: MIT
/* test_hwcaps.c - levels of CPUs, and which one this is. */
#include "hwcaps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"

START_TEST(names)
{
	ck_assert_int_eq(hwcaps_level("x86-64-v2"), 2);
	ck_assert_int_eq(hwcaps_level("x86-64-v4"), 4);
	ck_assert_int_eq(hwcaps_level("x86-64-v5"), 0);
	ck_assert_int_eq(hwcaps_level(""), 0);
	ck_assert_str_eq(hwcaps_name(3), "x86-64-v3");
	ck_assert_str_eq(hwcaps_name(0), "any CPU");
	ck_assert_str_eq(hwcaps_name(5), "any CPU");
}
END_TEST

#define V2 "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"
#define V3 V2 " avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"

struct cpu {
	const char *text;
	size_t at;
};

static long cpuinfo(void *arg, const struct rawbpf_call *c)
{
	struct cpu *cpu = arg;
	size_t n;

	if (c->kind == RAWBPF_CALL_OPENAT)
		return strcmp((const char *)c->arg[1], "/proc/cpuinfo") ? -2 : 1000;
	if (c->kind != RAWBPF_CALL_READ)
		return 0;
	n = strlen(cpu->text + cpu->at);
	n = n < (size_t)c->arg[2] ? n : (size_t)c->arg[2];
	memcpy((char *)c->arg[1], cpu->text + cpu->at, n);
	cpu->at += n;
	return (long)n;
}

START_TEST(levels)
{
	static const struct {
		const char *text;
		int level;
	} rows[] = {
		{"", 0},
		{"processor\t: 0\nBogoMIPS\t: 50\nFeatures\t: fp asimd\n", 0},
		{"processor\t: 0\nflags\t\t: fpu sse4_1 sse4_2\n", 0},
		{"processor\t: 0\nflags\t\t: fpu " V2 " avx\n", 2},
		{"processor\t: 0\nflags\t\t: fpu " V3 " avx512f\n", 3},
		{"processor\t: 0\nflags\t\t: " V3
		 " avx512f avx512bw avx512cd avx512dq avx512vl\n\n",
			4},
		/* a flag that another begins with is not that one */
		{"processor\t: 0\nflags\t\t: avx512vl " V2 " avx2 avx_vnni\n", 2},
		/* only the first processor's line counts */
		{"processor\t: 0\nflags\t\t: fpu\n\nprocessor\t: 1\nflags\t\t: " V3 "\n", 0},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cpu cpu = {rows[i].text, 0};
		struct sys s = {.hook = cpuinfo, .arg = &cpu};

		ck_assert_msg(hwcaps_cpu(&s) == rows[i].level, "row %zu: %d", i, hwcaps_cpu(&s));
	}
}
END_TEST

/* As the dynamic linker here says it. */
START_TEST(as_the_linker)
{
	struct sys s = {0};
	char *out, name[32];
	int level;

	t_run(&out, "/lib64/ld-linux-x86-64.so.2 --help 2>/dev/null | grep -o "
		    "'x86-64-v[0-9] (supported' | head -1");
	if (!*out) {
		free(out);
		T_SKIP("no dynamic linker of glibc 2.33 for x86-64");
	}
	level = hwcaps_cpu(&s);
	snprintf(name, sizeof(name), "%s (supported\n", hwcaps_name(level));
	ck_assert_str_eq(out, name);
	free(out);
}
END_TEST

Suite *suite_hwcaps(void);
Suite *suite_hwcaps(void)
{
	Suite *s = suite_create("hwcaps");
	TCase *t = tcase_create("unit"), *host = tcase_create("host");

	tcase_add_test(t, names);
	tcase_add_test(t, levels);
	suite_add_tcase(s, t);
	tcase_add_test(host, as_the_linker);
	suite_add_tcase(s, host);
	return s;
}
