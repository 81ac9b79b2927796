// SPDX-License-Identifier: MIT
/* test_kname.c - names of the target's types: steps, hops and places. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kname.h"
#include "t.h"
#include "tasm.h"

Suite *suite_kname(void);

static struct bpfasm_opts types(unsigned format)
{
	struct bpfasm_opts o = tasm_opts(format);

	o.resolver = &tasm_types;
	return o;
}

static void is(const char *text, const char *hex)
{
	struct bpfasm_opts o = types(BPFASM_RAW);

	tasm_is_opts(text, hex, &o);
}

static void fails_with(const char *text, bool core, const char *want)
{
	struct bpfasm_opts o = types(BPFASM_ELF);
	struct bpfasm_out out;
	int err;

	o.core = core;
	err = bpfasm_assemble(text, strlen(text), &o, &out);
	ck_assert_msg(err == -EINVAL, "'%s': %d", text, err);
	ck_assert_msg(out.diag && strstr(out.diag, want), "'%s' gives '%s'", text, out.diag);
	ck_assert_uint_eq(out.n_errors, 1);
	bpfasm_free(&out);
}

static void fails(const char *text, const char *want)
{
	fails_with(text, false, want);
}

START_TEST(constants)
{
	is("r1 = rec.a\nr1 = rec.arr[2] + 1\nr1 = rec.sub.in",
		"b701000004000000 b701000015000000 b701000018000000");
	is("r1 = sizeof(rec)\nr1 = sizeof(rec.arr)\nr1 = sizeof(rec.arr[2])",
		"b701000040000000 b701000008000000 b701000002000000");
	is(".equ I, 1\nr1 = rec.arr[2 * I]\nr1 = sizeof(rec.p.a)",
		"b701000014000000 b701000004000000");
	is("r1 = colour.BLUE\nr1 = RED | 2\nr1 = FREE",
		"b7010000feffffff b701000003000000 b701000007000000");
	is("r1 = BIG ll", "1801000000000000 0000000000010000");
	is("r1 = *(u32 *)(r2 + rec.a)", "6121040000000000");
}
END_TEST

#define PROG ".prog p \"socket\"\n"

START_TEST(what_has_no_place)
{
	fails(PROG "r1 = rec.p.a\nexit",
		"t:2:6: error: 'rec.p.a' goes through a pointer; 'rN = rM->rec.p.a' loads it, and "
		"behind the pointer it is 'rec.a'");
	fails(PROG "r1 = rec.bit\nexit",
		"'rec.bit' is a bit field, 3 bits, and has no offset; 'rN = rM->rec.bit' reads it");
	fails(PROG "r1 = sizeof(rec.bit)\nexit", "'rec.bit' is a bit field and has no size");
	fails(PROG "r1 = sizeof(colour.BLUE)\nexit", "'colour.BLUE' is a number and has no size");
	fails(PROG "r1 = r2->colour.BLUE\nexit",
		"'colour.BLUE' is a number, it is nowhere in memory");
	fails(PROG "r1 = r2->rec.nothing[1].x\nexit",
		"t:2:10: error: no type 'rec.nothing[1].x' in the kernel's BTF");
	fails(PROG "r1 = rec.nothing\nexit", "no type 'rec.nothing' in the kernel's BTF");
	fails(PROG "r1 = rec.arr[-1]\nexit", "an element before the first");
	fails(PROG "r1 = BLACK\nexit", "unknown name 'BLACK'\n");
	fails(PROG "r1 = BIGG\nexit", "unknown name 'BIGG'; did you mean 'BIG'?");
	fails(".if rec.nothing > 5\n.endif\n" PROG "exit", "no type 'rec.nothing'");
	fails(".struct s\nc: char[4]\nn: u32\n.end\n" PROG "r1 = s.c[4]\nexit",
		"'c' has 4 elements");
	fails(".struct s\nc: char[4]\nn: u32\n.end\n" PROG "r1 = s.n[0]\nexit", "'n' is no array");
	is(".struct s\nn: u32\nc: char[4]\n.end\nr1 = s.c[3]\nr1 = sizeof(s.c[3])",
		"b701000007000000 b701000001000000");
}
END_TEST

/* what an object for any kernel cannot hold */
START_TEST(no_place_for_a_record)
{
	static const char *const rows[] = {"r1 = rec.a + 1", "r1 = -rec.a", "r1 = 2 * sizeof(rec)",
		"r1 = rec.arr[1 + 1] + 1", "r1 = sizeof(rec) + rec.a"};
	static const char *const places[] = {"if r1 == rec.a goto pc+0", "*(u32 *)(r10 -4) = rec.a",
		".equ X, rec.a", ".if sizeof(rec) > 5\n.endif", ".var v: char[sizeof(rec)]",
		"r1 = skb[rec.a]", ".map m array(u32, sizeof(rec))", "goto pc+sizeof(rec)"};
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), PROG "%s\nexit\n", rows[i]);
		fails_with(text, true, "has to stand alone: the number is known only when");
	}
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(text, sizeof(text), PROG "%s\nr0 = 0\nexit\n", places[i]);
		if (i != 5)
			fails_with(text, true, "cannot stand here: the number is known only when");
	}
	fails_with(PROG "*(u32 *)(r1 + rec.a) = RED\nexit", true, "cannot stand here");
}
END_TEST

/* a directive is obeyed at once: what it cannot ask for is told at its own line, wherever it is */
/* .word is no instruction that a loader could write a number into */
START_TEST(no_bytes_of_a_name)
{
	static const char text[] = ".prog p \"socket\"\n.nowarn\nr0 = 0\nexit\n.word rec.p";

	fails_with(text, true,
		"t:5:7: error: '.word' is bytes as they are, and 'rec.p' is known "
		"only when the object is loaded");
	fails_with(".prog p \"socket\"\n.word (rec.p)\nexit", true, "'.word' is bytes as they are");
	tasm_is_opts(".word rec.p", "0800000000000000",
		&(struct bpfasm_opts){.sz = sizeof(struct bpfasm_opts),
			.name = "t",
			.resolver = &tasm_types,
			.format = BPFASM_RAW});
}
END_TEST

START_TEST(directives)
{
	static const char want[] = "1:12: error: a name of the kernel's types cannot stand here: "
				   "the number is known only when the object is loaded; assemble";

	fails_with(".if sizeof(rec) > 5\n.endif\n" PROG "r0 = 0\nexit\n", true, want);
	fails_with(PROG "r0 = 0\nexit\n.if sizeof(rec) > 5\n.endif\n", true,
		"t:4:12: error: a name of the kernel's types cannot stand here");
	fails_with(PROG "r0 = 0\n\n.rept sizeof(rec)\n.endr\n\nexit", true, "t:4:14: error: ");
	fails_with(PROG "exit\n.equ X, rec.a", true, "t:3:9: error: a name of the kernel's types");
	fails_with(".macro m\n.if sizeof(rec)\n.endif\n.endm\n" PROG "r0 = 0\nm\nexit", true,
		"in expansion of m at t:2: .if sizeof(rec)\n                                     "
		"^~~");
	fails(PROG "r0 = 0\n\n.if sizeof(nosuch)\n.endif\nexit", "t:4:12: error: no type 'nosuch'");
	fails(PROG "r0 = 0\nexit\n.equ X, rec.nosuch", "t:4:9: error: no type 'rec.nosuch'");
}
END_TEST

START_TEST(places)
{
	struct bpfasm_step s[] = {
		{.kind = BPFASM_STEP_TYPE, .type = BPFASM_TYPE_STRUCT, .name = "r"},
		{.kind = BPFASM_STEP_MEMBER, .name = "b", .size = 4, .bits = 3, .bit_offset = 37},
	};
	const struct kname k = {"r.b", s, 2, 1, false};
	struct kname_place p;

	ck_assert(kname_place(&k, 0, false, &p));
	ck_assert_uint_eq(p.f.offset, 4);
	ck_assert_uint_eq(p.f.size, 4);
	ck_assert_uint_eq(p.left, 64 - 8);
	ck_assert_uint_eq(p.right, 61);
	ck_assert(kname_place(&k, 0, true, &p));
	ck_assert_uint_eq(p.left, 32 + 5);
	/* beyond its own type's bytes: twice as many */
	s[1].bit_offset = 30;
	ck_assert(kname_place(&k, 0, false, &p));
	ck_assert_uint_eq(p.f.offset, 0);
	ck_assert_uint_eq(p.f.size, 8);
	ck_assert_uint_eq(p.left, 64 - 33);
	s[1].bit_offset = 62;
	ck_assert(!kname_place(&k, 0, false, &p));
}
END_TEST

Suite *suite_kname(void)
{
	Suite *s = suite_create("kname");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, constants);
	tcase_add_test(t, what_has_no_place);
	tcase_add_test(t, no_place_for_a_record);
	tcase_add_test(t, no_bytes_of_a_name);
	tcase_add_test(t, directives);
	tcase_add_test(t, places);
	suite_add_tcase(s, t);
	return s;
}
