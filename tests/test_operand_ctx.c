// SPDX-License-Identifier: MIT
/* test_operand_ctx.c - args->FIELD, arg1, retval, ctx: by the section of the program. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_operand_ctx(void);

START_TEST(registers)
{
	tasm_is(".nowarn\n.prog p \"uretprobe/c:strlen\"\nr6 = retval\nr7 = arg2\nr8 = "
		"args->ax\nexit",
		"7916500000000000 7917680000000000 7918500000000000 9500000000000000");
	tasm_is(".nowarn\n.prog p \"kprobe\"\n.ctx r9\ncall 5\nr1 = arg1\nexit",
		"bf19000000000000 8500000005000000 7991700000000000 9500000000000000");
}
END_TEST

START_TEST(arrays)
{
	tasm_is(".nowarn\n.prog p \"raw_tp/sys_enter\"\nr2 = arg2\nexit",
		"7912080000000000 9500000000000000");
	tasm_is(".nowarn\n.prog p \"?fentry.s/f\"\nr2 = arg1\nexit",
		"7912000000000000 9500000000000000");
	tasm_fails(".prog p \"raw_tp/x\"\nr2 = retval\nexit", "has arg1 to arg6 only");
}
END_TEST

/* a target that knows f(int a, u64 b) only */
static int typed_target(void *arg, const char *section, const char *name, struct bpfasm_field *f,
	char *msg, size_t msg_len)
{
	(void)arg;
	snprintf(msg, msg_len, "%s has no %s", section, name);
	if (strcmp(strchr(section, '/'), "/f"))
		return -ENOENT;
	*f = (struct bpfasm_field){.size = 8};
	if (!strcmp(name, "arg1") || !strcmp(name, "a"))
		*f = (struct bpfasm_field){.size = 4, .is_signed = true};
	else if (!strcmp(name, "arg2"))
		f->offset = 8;
	else if (!strcmp(name, "retval"))
		f->offset = 16;
	else
		return !strcmp(name, "arg3") ? -ERANGE : -ENOENT;
	return 0;
}

static void typed(const char *prog, const char *code, const char *want)
{
	struct bpfasm_resolver r = {.sz = sizeof(r), .param = typed_target};
	struct bpfasm_opts o = tasm_opts(BPFASM_TEXT);
	struct bpfasm_out out;
	char text[200];
	int err;

	snprintf(text, sizeof(text), ".prog %s\n%s\nexit\n", prog, code);
	o.resolver = &r;
	err = bpfasm_assemble(text, strlen(text), &o, &out);
	ck_assert_msg(strstr(err ? out.diag : (char *)out.data, want), "%s\n%s%.*s", text,
		out.diag ? out.diag : "", (int)out.len, out.data ? (char *)out.data : "");
	bpfasm_free(&out);
}

START_TEST(typed_words)
{
	typed("p \"fentry/f\"", "r2 = arg1", "*(u32 *)(r1 +0)\n\tr2 <<= 32\n\tr2 s>>= 32");
	typed("p \"?fexit.s/f\"", "r2 = retval", "r2 = *(u64 *)(r1 +16)");
	typed("p \"fmod_ret/f\"", "r2 = args->a", "*(u32 *)(r1 +0)");
	typed("kretfunc__f \"mine\"", "r2 = retval", "r2 = *(u64 *)(r1 +16)");
	typed("kfunc__f \"mine\"", "r2 = arg2", "r2 = *(u64 *)(r1 +8)");
	typed("raw_tracepoint__f \"mine\"", "r2 = arg2", "r2 = *(u64 *)(r1 +8)");
	typed("p \"fentry/f\"", "r2 = arg3", "error: fentry/f has no arg3");
	typed("p \"fentry/f\"", "r2 = args->b3", "error: fentry/f has no b3");
	/* a function that is not there keeps the words that all have */
	typed("p \"fentry/g\"", "r2 = arg3", "r2 = *(u64 *)(r1 +16)");
	typed("p \"fexit/g\"", "r2 = retval", "error: fexit/g has no retval");
	typed("p \"fexit\"", "r2 = arg3", "r2 = *(u64 *)(r1 +16)");
	typed("p \"fexit\"", "r2 = retval", "does not say of what 'retval' is; write 'fexit/NAME'");
	tasm_fails(".prog p \"fexit/f\"\nr2 = retval\nexit", "'retval' needs a target");
}
END_TEST

START_TEST(records)
{
	tasm_is(".nowarn\n.prog p \"tp/t/ev\"\nr2 = args->when\nexit",
		"7912280000000000 9500000000000000");
	tasm_is(".nowarn\n.prog p \"?tracepoint/t/ev\"\nr2 = ctx\nexit",
		"bf12000000000000 9500000000000000");
	/* its own register is the context's: the address would need it twice */
	tasm_fails(".prog p \"tp/t/ev\"\nr1 = args->path\nexit", "begin with '.ctx r6'");
	tasm_fails(".prog p \"tp/t/ev\"\nr1 = args->pth\nexit",
		"t:2:12: error: tracepoint t:ev has no field 'pth'");
	tasm_fails(".prog p \"tp/t/none\"\nr1 = args->id\nexit", "no tracepoint t:none");
	tasm_fails(".prog p \"tp/t/ev\"\nr1 = arg1\nexit", "a tracepoint has no 'arg1'");
	tasm_fails(".prog p \"tracepoint\"\nr1 = args->id\nexit", "or '.args STRUCT'");
	tasm_fails(".prog p \"tp/t/ev\"\nr1 = args->far\nexit", "is out of reach");
	tasm_fails(".prog p \"tp/t/ev\"\nr1 = args->odd\nexit", "a field of 3 bytes");
	tasm_fails(".prog p \"tp/t/ev\"\nr1 = args->\nexit", "a field's name is missing");
}
END_TEST

START_TEST(the_context_must_still_be_there)
{
	tasm_fails(".prog p \"kprobe\"\ncall 5\nr1 = arg1\nexit", "save the context: '.ctx r6'");
	tasm_fails(".prog p \"kprobe\"\nr1 = 5\nr2 = arg1\nexit", "save the context");
	tasm_fails(".prog p \"kprobe\"\ncall 5\n.ctx r6\nexit", "r1 is no longer the context here");
	tasm_fails(".prog p \"kprobe\"\n.ctx r5\nexit", "the context is kept in r6, r7, r8 or r9");
	tasm_fails(".prog p \"kprobe\"\n.ctx r6\n.ctx r7\nexit", "the context is in r6 already");
}
END_TEST

START_TEST(without_a_target)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out out;
	static const char text[] = "r1 = retval";

	o.resolver = NULL;
	ck_assert_int_ne(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	ck_assert_str_eq(out.diag,
		"t:1:6: error: 'retval' needs a target: the registers of its CPU "
		"(--arch)\nr1 = retval\n     ^~~~~~\n");
	bpfasm_free(&out);
}
END_TEST

static int closed_target(void *arg, const char *category, const char *event, const char *field,
	struct bpfasm_field *f, char *msg, size_t msg_len)
{
	(void)category;
	(void)event;
	(void)f;
	snprintf(msg, msg_len, "tracefs is closed%s%s", *(int *)arg == -ENOENT ? " to " : "",
		*(int *)arg == -ENOENT ? field : "");
	return *(int *)arg;
}

/* A target that cannot be asked is one error, however many names need it; each name is its own. */
START_TEST(target_that_cannot_be_asked)
{
	int err = -EACCES;
	struct bpfasm_resolver r = {
		.sz = sizeof(r), .arg = &err, .tracepoint_field = closed_target};
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	static const char text[] = ".prog a \"tracepoint/c/e\"\nr2 = args->x\nr3 = args->y\n"
				   "r0 = 0\nexit\n.prog b \"tracepoint/c/e\"\nr0 = args->x\n";

	o.resolver = &r;
	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), -EINVAL);
	ck_assert_uint_eq(out.n_errors, 1);
	ck_assert_str_eq(
		out.diag, "t:2:12: error: tracefs is closed\nr2 = args->x\n           ^\n");
	bpfasm_free(&out);
	err = -ENOENT;
	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), -EINVAL);
	ck_assert_uint_eq(out.n_errors, 3);
	bpfasm_free(&out);
}
END_TEST

Suite *suite_operand_ctx(void)
{
	Suite *s = suite_create("operand_ctx");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, registers);
	tcase_add_test(tc, target_that_cannot_be_asked);
	tcase_add_test(tc, arrays);
	tcase_add_test(tc, typed_words);
	tcase_add_test(tc, records);
	tcase_add_test(tc, the_context_must_still_be_there);
	tcase_add_test(tc, without_a_target);
	suite_add_tcase(s, tc);
	return s;
}
