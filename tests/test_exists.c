// SPDX-License-Identifier: MIT
/* test_exists.c - exists(NAME): what the target has, at once or in a record. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_exists(void);

static struct bpfasm_opts of(const struct bpfasm_resolver *r, unsigned format, bool core)
{
	struct bpfasm_opts o = tasm_opts(format);

	o.resolver = r;
	o.core = core;
	return o;
}

static void is(const struct bpfasm_resolver *r, const char *text, const char *hex)
{
	struct bpfasm_opts o = of(r, BPFASM_RAW, false);

	tasm_is_opts(text, hex, &o);
}

/* One error, which has want in it. */
static void fails(const struct bpfasm_resolver *r, bool core, const char *text, const char *want)
{
	struct bpfasm_opts o = of(r, BPFASM_ELF, core);
	struct bpfasm_out out;
	int err = bpfasm_assemble(text, strlen(text), &o, &out);

	ck_assert_msg(err == -EINVAL, "'%s': %d", text, err);
	ck_assert_msg(out.diag && strstr(out.diag, want), "'%s' gives '%s'", text, out.diag);
	ck_assert_uint_eq(out.n_errors, 1);
	bpfasm_free(&out);
}

#define YES "b701000001000000"
#define NO  "b701000000000000"

START_TEST(numbers)
{
	is(&tasm_types, "r1 = exists(rec.a)", YES);
	is(&tasm_types, "r1 = exists(rec.nope)", NO);
	is(&tasm_types, "r1 = exists(struct rec)", YES);
	is(&tasm_types, "r1 = exists(nope)", NO);
	is(&tasm_types, "r1 = exists(rec.arr[2])", YES);
	is(&tasm_types, "r1 = exists(rec.bit)", YES);
	is(&tasm_types, "r1 = exists(colour.BLUE)", YES);
	is(&tasm_types, "r1 = exists(RED)", YES);
	is(&tasm_types, "r1 = exists(GREEN) + 2 * exists(rec.p)", "b701000002000000");
	/* a target that tells places only */
	is(&tasm_target, "r1 = exists(task_struct.tgid)", YES);
	is(&tasm_target, "r1 = exists(task_struct.nope)", NO);
	/* records of the text need no target */
	is(NULL, ".struct s\nf: u32\nc: char[4]\n.end\nr1 = exists(s.f)", YES);
	is(NULL, ".struct s\nf: u32\nc: char[4]\n.end\nr1 = exists(s.c[1])", YES);
	is(NULL, ".struct s\nf: u32\nc: char[4]\n.end\nr1 = exists(s.g)", NO);
	is(NULL, ".struct s\nf: u32\nc: char[4]\n.end\nr1 = exists(s)", YES);
}
END_TEST

#define IFS(a, b)                                                                       \
	".if exists(" a ") && !exists(" b ")\nr1 = 1\n.else\nr1 = 0\n.endif\n.ifdef " a \
	"\nr1 = 1\n.endif\n.ifdef " b "\nr1 = 1\n.endif\n.ifndef " b "\nr1 = 1\n.endif"

START_TEST(conditions)
{
	is(&tasm_types, IFS("rec.a", "rec.nope"), YES " " YES " " YES);
	is(&tasm_target, IFS("task_struct.comm", "task_struct.nope"), YES " " YES " " YES);
}
END_TEST

#define PROG ".prog p \"socket\"\n"

START_TEST(errors)
{
	fails(NULL, false, PROG "r0 = exists(rec.a)\nexit",
		"t:2:13: error: 'rec.a' needs a target: the BTF of a kernel\nr0 = exists(rec.a)\n"
		"            ^~~~~\n");
	fails(NULL, false, PROG "r0 = 0\n.if 1 + exists(rec.a)\n.endif\nexit",
		"t:3:16: error: 'rec.a' needs a target: the BTF of a kernel\n"
		".if 1 + exists(rec.a)\n               ^~~~~\n");
	fails(&tasm_types, false, PROG "r0 = exists(rec.p.a)\nexit",
		"'rec.p.a' goes through a pointer; behind it stands 'rec.a'");
	fails(&tasm_types, false, PROG "r0 = exists(5)\nexit", "exists needs a name");
	fails(&tasm_types, false, PROG "r0 = exists(rec.a\nexit", "expected ')'");
	fails(&tasm_types, false, PROG ".var exists: u32\nr0 = 0\nexit", "exists");
}
END_TEST

START_TEST(for_any_kernel)
{
	fails(&tasm_types, true, PROG "r0 = exists(rec.nope)\nexit",
		"t:2:13: error: no type 'rec.nope' in the kernel's BTF: an object for any kernel "
		"can ask only for what the kernel has that it is assembled with; one that has it "
		"is named by --core --btf FILE");
	fails(&tasm_types, true, PROG "r0 = exists(rec.a) + 1\nexit", "has to stand alone");
	fails(&tasm_types, true, PROG "r0 = 0\n.ifdef rec.a\n.endif\nexit",
		"t:3:8: error: a name of the kernel's types cannot stand here");
	fails(&tasm_types, true, PROG "r0 = 0\n.if exists(rec.a)\n.endif\nexit",
		"t:3:12: error: a name of the kernel's types cannot stand here");
}
END_TEST

START_TEST(no_memory)
{
	static const char text[] = PROG "r0 = exists(rec.arr[2])\nr0 = exists(RED)\nexit";
	struct bpfasm_opts o = of(&tasm_types, BPFASM_ELF, true);
	struct bpfasm_out out;
	bool failed = true;
	unsigned n;
	int err;

	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		err = bpfasm_assemble(text, strlen(text), &o, &out);
		failed = t_alloc_failed();
		ck_assert_int_eq(err, failed ? -ENOMEM : 0);
		bpfasm_free(&out);
	}
	ck_assert_uint_gt(n, 4);
}
END_TEST

Suite *suite_exists(void)
{
	Suite *s = suite_create("exists");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, numbers);
	tcase_add_test(t, conditions);
	tcase_add_test(t, errors);
	tcase_add_test(t, for_any_kernel);
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	return s;
}
