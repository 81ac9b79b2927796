// SPDX-License-Identifier: MIT
/* test_equ.c - .equ, .set, KERNEL, and names that the parser knows. */
#include <errno.h>
#include <string.h>

#include "equ.h"
#include "t_macro.h"
#include "tasm.h"

START_TEST(constants)
{
	t_gives(".equ A, 3\n.set B, A * 2\n.set B, B + 1\n.rept B - A\nx\n.endr\n", "x\nx\nx\nx\n");
	t_gives(".equ A, 3\n.equ A, 1 + 2\n", "");
	t_fails(".equ A, 3\n.equ A, 4\n", "'A' is 3 since a.bpf:1");
	t_fails(".set A, 3\n.equ A, 4\n", "'A' is 3 since a.bpf:1");
	t_fails(".equ KERNEL, 4\n", "give --kernel");
	t_fails(".equ A\n", "expected NAME, VALUE");
	t_fails(".equ A, B\n", "unknown name 'B'");
	t_fails(".equ LIMIT, 2\n.set X, LIMTI\n", "unknown name 'LIMTI'; did you mean 'LIMIT'?");
	t_fails(".equ A, 1 2\n", "a.bpf:1:11: error: nothing may stand here");
}
END_TEST

static int outer_lookup(void *arg, const char *s, size_t len, int64_t *v)
{
	(void)arg;
	if (!(len == 5 && !memcmp(s, "OUTER", 5)) && !(len == 7 && !memcmp(s, "OUTER.y", 7)))
		return -ENOENT;
	*v = 1;
	return 0;
}

static int outer_size(void *arg, const char *s, size_t len, int64_t *v)
{
	(void)arg;
	(void)s;
	*v = (int64_t)len;
	return 0;
}

static int outer_exists(void *arg, const char *s, size_t len, int64_t *v)
{
	(void)arg;
	*v = len == 7 && !memcmp(s, "OUTER.y", 7);
	return 0;
}

/* .ifdef asks for names with a dot only: a plain one may be an include's guard. */
START_TEST(parsers_names)
{
	static const struct expr_env env = {outer_lookup, outer_size, NULL, NULL, outer_exists};
	const char *text =
		".if OUTER && sizeof(abc) == 3\nx\n.endif\n"
		".ifdef OUTER.y\ny\n.endif\n.ifdef OUTER.z\nz\n.endif\n"
		".if exists(OUTER.y) > exists(OUTER.z)\nw\n.endif\n.ifdef OUTER\nz\n.endif\n";

	ck_assert_int_eq(t_expand_text(text, strlen(text), &env), 0);
	ck_assert_uint_eq(tm.diag.len, 0);
	ck_assert_str_eq(tm.out, "x\ny\nw\n");
}
END_TEST

START_TEST(for_the_parser)
{
	const char *text = ".equ FOO, 5\nx\n";
	struct asm_line l;
	struct macro *m;
	int64_t v;

	tm.diag.pool = &tm.pool;
	m = macro_new(&tm.pool, &tm.diag, text, strlen(text), &tm.opts, NULL);
	ck_assert_int_eq(macro_next(m, &l), 1);
	ck_assert_int_eq(equ_get(m, "FOO", 3, &v), 0);
	ck_assert_int_eq(v, 5);
	ck_assert_int_eq(equ_get(m, "FO", 2, &v), -ENOENT);
	ck_assert_int_eq(equ_get(m, "KERNEL", 6, &v), 0);
	ck_assert_int_eq(v, tm.opts.kernel);
}
END_TEST

START_TEST(kernel_versions)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	static const char text[] = ".if KERNEL >= 5.5\nr0 = 1\n.else\nr0 = 2\n.endif";

	o.kernel = 5 << 16 | 4 << 8;
	tasm_is_opts(text, "b700000002000000", &o);
	o.kernel = 5 << 16 | 5 << 8;
	tasm_is_opts(text, "b700000001000000", &o);
	o.kernel = 0; /* nobody said: one that has everything */
	tasm_is_opts(text, "b700000001000000", &o);
}
END_TEST

static unsigned answer_kernel(void *arg)
{
	++*(int *)arg;
	return 5 << 16 | 4 << 8;
}

/* The resolver is asked for the kernel only by a text that needs to know, and not if it is given. */
START_TEST(kernel_of_the_target)
{
	int asked = 0;
	struct bpfasm_resolver r = {.sz = sizeof(r), .arg = &asked, .kernel = answer_kernel};
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	static const char text[] = ".if KERNEL >= 5.5\nr0 = 1\n.else\nr0 = 2\n.endif";

	o.resolver = &r;
	tasm_is_opts("r0 = bpf_get_smp_processor_id()", "8500000008000000", &o);
	ck_assert_int_eq(asked, 0);
	tasm_is_opts(text, "b700000002000000", &o);
	ck_assert_int_gt(asked, 0);
	asked = 0;
	o.kernel = 5 << 16 | 5 << 8;
	tasm_is_opts(text, "b700000001000000", &o);
	ck_assert_int_eq(asked, 0);
	o.kernel = 0;
	r.sz = offsetof(struct bpfasm_resolver, kernel); /* an older header's */
	tasm_is_opts(text, "b700000001000000", &o);
	ck_assert_int_eq(asked, 0);
}
END_TEST

Suite *suite_equ(void);
Suite *suite_equ(void)
{
	Suite *s = suite_create("equ");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, t_macro_setup, t_macro_teardown);
	tcase_add_test(t, constants);
	tcase_add_test(t, parsers_names);
	tcase_add_test(t, for_the_parser);
	tcase_add_test(t, kernel_versions);
	tcase_add_test(t, kernel_of_the_target);
	suite_add_tcase(s, t);
	return s;
}
