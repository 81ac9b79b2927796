// SPDX-License-Identifier: MIT
/* test_ksymtype.c - types of the kernel's names: what .kfunc and .kvar take, and what is asked. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "bpfasm.h"
#include "t.h"
#include "tasm.h"

Suite *suite_ksymtype(void);

#define USE "\n.prog p \"socket\"\ncall f\nreturn 0\n"

static void passes(const char *type)
{
	char text[6000];

	snprintf(text, sizeof(text), ".kfunc f: %s" USE, type);
	tasm_passes(text);
}

static void fails(const char *type)
{
	char text[6000];

	snprintf(text, sizeof(text), ".kfunc f: %s" USE, type);
	tasm_fails(text, "the type of a function of the kernel looks like "
			 "'struct task_struct *(s32, void *)'");
}

START_TEST(forms)
{
	passes("void()");
	passes("void (void)");
	passes("struct task_struct *(struct task_struct *p)");
	passes("int (const char *fmt, u64 n, ...)");
	passes("s32(void *)*(u8, bool, enum, enum colour, union, forward union u **)");
	passes("void(u8[16]*, u32[]*, struct) weak");
	tasm_passes(".kvar v: struct rq\n.prog p \"socket\"\nr1 = &v\nreturn 0\n");
	tasm_passes(".kvar v: u64[4] weak\n.prog p \"socket\"\nr1 = &v\nreturn 0\n");
	/* a record that is called so, and one that may be absent */
	tasm_passes(".kvar v: struct weak\n.prog p \"socket\"\nr1 = &v\nreturn 0\n");
}
END_TEST

START_TEST(no_types)
{
	char many[2100] = "void(u8";
	size_t i;

	fails("");
	fails("weak");
	fails("void");
	fails("struct task_struct *");
	fails("long()");
	fails("void(");
	fails("void(u8");
	fails("void(u8,)");
	fails("void(u8 a b)");
	fails("void() x");
	fails("forward enum e *()");
	fails("u8[4294967296]*()");
	fails("void(\"u8\")");
	for (i = 0; i < 300; i++)
		strcat(many, ", u8");
	strcat(many, ")");
	fails(many);
	/* in each other, deeper than anybody writes */
	strcpy(many, "void");
	for (i = 0; i < 40; i++)
		strcat(many, "(void");
	for (i = 0; i < 40; i++)
		strcat(many, ")*");
	fails(many);
	tasm_fails(".kvar v: void()", "the type of a variable of the kernel looks like "
				      "'struct rq' or 'u64[4]'");
}
END_TEST

static unsigned asked;
static const char *told;

static int answer(void *arg, const char *name, bool is_func, char *type, size_t type_len)
{
	asked++;
	ck_assert_ptr_eq(arg, &asked);
	ck_assert_str_eq(name, is_func ? "f" : "v");
	return (size_t)snprintf(type, type_len, "%s", told) < type_len ? 0 : -ENOSPC;
}

/* The target is asked once for what is used and has no type; an answer that is none is no error. */
START_TEST(target)
{
	static const char text[] = ".kfunc f\n.kfunc g: void()\n.kfunc h\n.prog p \"socket\"\n"
				   "call f\ncall g\ncall f\nreturn 0\n";
	struct bpfasm_resolver r = {.sz = sizeof(r), .arg = &asked, .symbol_type = answer};
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	static const char *const answers[] = {"void(u8)", "u8", "", "void(", "void(\n)"};
	struct bpfasm_out out;
	size_t i;

	o.resolver = &r;
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		asked = 0;
		told = answers[i];
		ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
		ck_assert_ptr_null(out.diag);
		ck_assert_uint_eq(asked, 1);
		bpfasm_free(&out);
	}
	asked = 0;
	r.sz = offsetof(struct bpfasm_resolver, symbol_type); /* an older header's */
	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	bpfasm_free(&out);
	r.sz = sizeof(r);
	o.format = BPFASM_C; /* which has no types */
	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	bpfasm_free(&out);
	ck_assert_uint_eq(asked, 0);
}
END_TEST

START_TEST(expanded)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_TEXT);
	struct bpfasm_out out;
	static const char text[] = ".kfunc f: struct  a*( struct a * p,s32 ( void ) * ) weak\n"
				   ".kvar v: u8 [ 4 ]\n";

	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	ck_assert_ptr_nonnull(strstr((char *)out.data,
		".kfunc f: struct a *(struct a *p, s32(void) *) weak\n.kvar v: u8[4]\n"));
	bpfasm_free(&out);
}
END_TEST

START_TEST(every_allocation)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);

	tasm_every_alloc(".kfunc f: struct a *(struct a *p, s32(void *)*)" USE, &o, 4);
}
END_TEST

Suite *suite_ksymtype(void)
{
	Suite *s = suite_create("ksymtype");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, forms);
	tcase_add_test(tc, no_types);
	tcase_add_test(tc, target);
	tcase_add_test(tc, expanded);
	tcase_add_test(tc, every_allocation);
	suite_add_tcase(s, tc);
	return s;
}
