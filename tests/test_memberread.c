// SPDX-License-Identifier: MIT
/* test_memberread.c - loads of members: through pointers, of bit fields. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_memberread(void);

static void is(const char *text, const char *hex, bool big_endian)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);

	o.resolver = &tasm_types;
	o.big_endian = big_endian;
	tasm_is_opts(text, hex, &o);
}

START_TEST(members)
{
	is("r1 = r2->rec.a", "6121040000000000 6701000020000000 c701000020000000", false);
	is("r1 = r2->rec.arr[2]", "6921140000000000", false);
	is("r1 = r2->rec.arr", "bf21000000000000 0701000010000000", false);
	is("w1 = r2->rec.sub.in", "7121180000000000 bc11000000000000", false);
}
END_TEST

START_TEST(pointers)
{
	is("r1 = r2->rec.p.a",
		"7921080000000000 6111040000000000 6701000020000000 c701000020000000", false);
	is("r2 = r2->rec.p.p.a",
		"7922080000000000 7922080000000000 6122040000000000 6702000020000000 "
		"c702000020000000",
		false);
}
END_TEST

START_TEST(bit_fields)
{
	/* bits 5..7 of the 4 bytes at 32 */
	is("r1 = r2->rec.bit", "6121200000000000 6701000038000000 770100003d000000", false);
	is("r1 = r2->rec.bit", "6112002000000000 6710000000000025 771000000000003d", true);
	/* it crosses the end of its int: 8 bytes are read */
	is("r1 = r2->rec.neg", "7921200000000000 670100001f000000 c70100003e000000", false);
	is("r1 = r2->rec.p.bit",
		"7921080000000000 6111200000000000 6701000038000000 770100003d000000", false);
}
END_TEST

static void fails(const char *line, const char *want)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	char text[200];

	o.resolver = &tasm_types;
	snprintf(text, sizeof(text), ".prog p \"socket\"\n%s\nexit\n", line);
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), -EINVAL);
	ck_assert_msg(strstr(out.diag, want), "'%s' gives '%s'", line, out.diag);
	ck_assert_uint_eq(out.n_errors, 1);
	bpfasm_free(&out);
}

START_TEST(addresses)
{
	is("r1 = &r2->rec.a", "bf21000000000000 0701000004000000", false);
	is("r1 = &r2->rec.a + 2", "bf21000000000000 0701000006000000", false);
	is("r1 = &r2->rec.p.a", "7921080000000000 0701000004000000", false);
	is("r1 = &r2->rec\nr1 = &r2->rec - 4", "bf21000000000000 bf21000000000000 07010000fcffffff",
		false);
	is("r1 = &r2->rec.far", "bf21000000000000 07010000409c0000", false);
	fails("r1 = &r2->rec.bit", "'rec.bit' is a bit field and has no address");
	fails("r1 = &r2->rec.nosuch", "no type 'rec.nosuch'");
}
END_TEST

START_TEST(stores)
{
	is("r2->rec.a = r1\nr2->rec.arr[2] = 7", "6312040000000000 6a02140007000000", false);
	fails("r2->rec.p.a = r1",
		"'rec.p.a' goes through a pointer; load that into a register first");
	fails("r2->rec.bit = 1", "'rec.bit' cannot be stored to as one number");
	fails("r2->rec.far = 1", "'rec.far' cannot be stored to as one number");
	fails("r1 = r2->rec.far", "the field at offset 40000 is out of reach");
}
END_TEST

Suite *suite_memberread(void)
{
	Suite *s = suite_create("memberread");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, members);
	tcase_add_test(t, pointers);
	tcase_add_test(t, bit_fields);
	tcase_add_test(t, addresses);
	tcase_add_test(t, stores);
	suite_add_tcase(s, t);
	return s;
}
