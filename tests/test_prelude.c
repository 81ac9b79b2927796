// SPDX-License-Identifier: MIT
/* test_prelude.c - what runs before a program's first instruction: all of it in one function. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prelude.h"
#include "t.h"
#include "tasm.h"

Suite *suite_prelude(void);

/* A made-up CPU whose arguments are all in memory of the kernel. */
static int in_memory(
	void *arg, const struct bpfasm_arg_of *of, struct bpfasm_arg *a, char *msg, size_t msg_len)
{
	(void)arg;
	(void)msg;
	(void)msg_len;
	*a = (struct bpfasm_arg){.pointer = 112, .pointer_size = 8, .offset = 8 * of->n, .size = 8};
	return 1;
}

static struct bpfasm_resolver cpu;

static struct bpfasm_opts opts(unsigned format)
{
	struct bpfasm_opts o = tasm_opts(format);

	cpu = tasm_target;
	cpu.argument = in_memory;
	o.resolver = &cpu;
	return o;
}

/* Instructions and lines of the expanded text. */
static char *expanded(const char *text)
{
	struct bpfasm_opts o = opts(BPFASM_TEXT);
	struct bpfasm_out out;

	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s", out.diag);
	ck_assert_msg(!out.diag, "%s", out.diag);
	return (char *)out.data;
}

START_TEST(both_kinds_share_the_context)
{
	char *got = expanded(".prog p \"usdt\"\nr6 = usdt_arg(4)\nr7 = arg2\nreturn 0\n");

	ck_assert_str_eq(strstr(got, "\"\n") + 2, "\t\t\t\t; t:3: r7 = arg2\n"
						  "\t*(u64 *)(r10 -8) = r1\n"
						  "\tr3 = *(u64 *)(r1 +112)\n"
						  "\tr3 += 16\n"
						  "\tr2 = 8\n"
						  "\tr1 = r10\n"
						  "\tr1 += -24\n"
						  "\tcall bpf_probe_read_kernel#113\n"
						  "\tr1 = *(u64 *)(r10 -8)\n"
						  "\t\t\t\t; t:2: r6 = usdt_arg(4)\n"
						  "\tcall usdt_arg(4, -16)\n"
						  "\t*(u64 *)(r10 -16) = r0\n"
						  "\tr1 = *(u64 *)(r10 -8)\n"
						  "\t\t\t\t; t:2: r6 = usdt_arg(4)\n"
						  "\tr6 = *(u64 *)(r10 -16)\n"
						  "\t\t\t\t; t:3: r7 = arg2\n"
						  "\tr7 = *(u64 *)(r10 -24)\n"
						  "\t\t\t\t; t:4: return 0\n"
						  "\tr0 = 0\n"
						  "\texit\n");
	free(got);
}
END_TEST

/* The most that there can be. */
START_TEST(all_at_once)
{
	char text[1024] = ".prog p \"usdt\"\n", *got, *at;
	unsigned i, n = 0;

	for (i = 12; i; i--)
		sprintf(text + strlen(text), "r1 = usdt_arg(%u)\n", i);
	for (i = 6; i; i--)
		sprintf(text + strlen(text), "r1 = arg%u\n", i);
	strcat(text, "exit\n");
	got = expanded(text);
	for (at = got; (at = strstr(at, "\tcall ")); at++)
		n++;
	ck_assert_uint_eq(n, 12 + 6);
	ck_assert_ptr_nonnull(strstr(got, "\tr3 += 48\n"));
	ck_assert_ptr_nonnull(strstr(got, "\tcall usdt_arg(12, -16)\n"));
	ck_assert_ptr_nonnull(strstr(got, "\tr1 = *(u64 *)(r10 -152)\n\t\t\t\t; t:20: exit\n"));
	free(got);
}
END_TEST

/* Each function has its own; what is not used leaves no trace. */
START_TEST(of_each_function)
{
	char *got = expanded(".prog a \"usdt\"\nr6 = usdt_arg(2)\nreturn 0\n"
			     ".prog b \"usdt\"\nreturn 0\n"
			     ".prog c \"usdt\"\n.var v: u64\nr1 = usdt_arg(2)\nreturn 0\n");

	ck_assert_ptr_nonnull(strstr(got, ".prog a \"usdt\"\n\t\t\t\t; t:2: r6 = usdt_arg(2)\n"
					  "\t*(u64 *)(r10 -8) = r1\n\tcall usdt_arg(2, -16)\n"));
	ck_assert_ptr_nonnull(
		strstr(got, ".prog b \"usdt\"\n\t\t\t\t; t:5: return 0\n\tr0 = 0\n\texit\n"));
	ck_assert_ptr_nonnull(strstr(got, "\t*(u64 *)(r10 -16) = r1\n\tcall usdt_arg(2, -24)\n"));
	free(got);
}
END_TEST

/* By hand the stack is anyone's: what takes an argument's bytes is told, and nothing else. */
START_TEST(overwritten)
{
	struct bpfasm_opts o = opts(BPFASM_TEXT);
	static const struct {
		const char *line, *says;
	} rows[] = {
		{"*(u64 *)(r10 -16) = r1",
			"t:3:1: warning: this overwrites 'usdt_arg(7)', which is "
			"kept at r10 -16; name your bytes by '.var'"},
		{"*(u8 *)(r10 -9) = 1", "this overwrites 'usdt_arg(7)'"},
		{"lock *(u32 *)(r10 -16) += r1", "this overwrites 'usdt_arg(7)'"},
		{"*(u64 *)(r10 -24) = r1", "this overwrites 'arg2'"},
		{"*(u64 *)(r10 -8) = r1", NULL}, /* the context, which is back in r1 */
		{"*(u64 *)(r10 -32) = 1", NULL},
		{"r1 = *(u64 *)(r10 -16)", NULL},
		{"*(u64 *)(r2 -16) = r10", NULL},
	};
	struct bpfasm_out out;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		sprintf(text, ".prog p \"usdt\"\nr2 = usdt_arg(7)\n%s\nr2 = arg2\nexit\n",
			rows[i].line);
		ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), 0);
		if (rows[i].says)
			ck_assert_msg(out.diag && strstr(out.diag, rows[i].says), "%s: %s",
				rows[i].line, out.diag ? out.diag : "");
		else
			ck_assert_msg(!out.diag, "%s", out.diag);
		bpfasm_free(&out);
	}
	/* variables, strings and what macros use have bytes of their own */
	strcpy(text, ".prog p \"usdt\"\n.var a: u64\na = 1\nr2 = usdt_arg(7)\n.var b: u64\nb = 1\n"
		     "r1 = \"xyz\"\nexit\n");
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), 0);
	ck_assert_ptr_null(out.diag);
	bpfasm_free(&out);
}
END_TEST

START_TEST(every_allocation_fails)
{
	static const char text[] =
		".license \"GPL\"\n.prog p \"usdt\"\nr2 = usdt_arg(1)\nr2 = arg3\n"
		"r2 = usdt_arg(12)\nr2 = usdt_arg(3)\nr2 = usdt_arg(4)\nreturn 0\n";
	struct bpfasm_opts o = opts(BPFASM_ELF);

	tasm_every_alloc(text, &o, 1);
}
END_TEST

Suite *suite_prelude(void)
{
	Suite *s = suite_create("prelude");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, both_kinds_share_the_context);
	tcase_add_test(t, all_at_once);
	tcase_add_test(t, of_each_function);
	tcase_add_test(t, overwritten);
	tcase_add_test(t, every_allocation_fails);
	suite_add_tcase(s, t);
	return s;
}
