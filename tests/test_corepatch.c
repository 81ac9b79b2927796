// SPDX-License-Identifier: MIT
/* test_corepatch.c - answers in instructions of each sort; instructions that take none. */
#include <errno.h>
#include <string.h>

#include "corepatch.h"
#include "t.h"

Suite *suite_corepatch(void);

struct row {
	uint8_t code;
	int16_t off;
	int32_t imm, high; /* high: of the second slot */
	struct core_answer a;
	int err;
	uint8_t new_code;
	int16_t new_off;
	int32_t new_imm, new_high;
};

#define CHECKED(old, new)                                \
	{                                                \
		.was = (old), .is = (new), .check = true \
	}
#define SIZED(old, new, old_size, new_size)                                               \
	{                                                                                 \
		.was = (old), .is = (new), .was_size = (old_size), .is_size = (new_size), \
		.check = true                                                             \
	}

static const struct row rows[] = {
	/* arithmetic */
	{0xb7, 0, 4, 0, CHECKED(4, 40), 0, 0xb7, 0, 40, 0},
	{0xb4, 0, 4, 0, CHECKED(4, 0xfffffff0), 0, 0xb4, 0, -16, 0},
	{0x07, 0, 4, 0, CHECKED(5, 40), -EINVAL, 0x07, 0, 4, 0},
	{0x07, 0, 4, 0, {.was = 5, .is = 40}, 0, 0x07, 0, 40, 0}, /* not looked at */
	{0x0f, 0, 4, 0, CHECKED(4, 40), -EINVAL, 0x0f, 0, 4, 0},  /* adds a register */
	{0xb7, 0, 4, 0, CHECKED(4, 1ULL << 32), -ERANGE, 0xb7, 0, 4, 0},
	/* loads and stores, and their widths */
	{0x61, 8, 0, 0, CHECKED(8, 16), 0, 0x61, 16, 0, 0},
	{0x61, 8, 0, 0, SIZED(8, 16, 4, 8), 0, 0x79, 16, 0, 0},
	{0x79, 8, 0, 0, SIZED(8, 16, 8, 1), 0, 0x71, 16, 0, 0},
	{0x62, 8, 7, 0, SIZED(8, 16, 4, 2), 0, 0x6a, 16, 7, 0},
	{0x7b, 8, 0, 0, SIZED(8, 16, 8, 4), 0, 0x63, 16, 0, 0},
	{0x81, 8, 0, 0, SIZED(8, 16, 4, 2), 0, 0x89, 16, 0, 0}, /* with sign */
	{0x61, 8, 0, 0, SIZED(8, 16, 8, 4), -EINVAL, 0x61, 8, 0, 0},
	{0x61, 8, 0, 0, SIZED(8, 16, 4, 3), -EINVAL, 0x61, 8, 0, 0},
	{0x61, 8, 0, 0, CHECKED(12, 16), -EINVAL, 0x61, 8, 0, 0},
	{0x61, 8, 0, 0, CHECKED(8, 32768), -ERANGE, 0x61, 8, 0, 0},
	{0x61, 8, 0, 0, CHECKED(8, 32767), 0, 0x61, 32767, 0, 0},
	/* numbers of 64 bits */
	{0x18, 0, 1, 2, CHECKED(0x200000001, 0x300000004), 0, 0x18, 0, 4, 3},
	{0x18, 0, 1, 2, CHECKED(1, 2), -EINVAL, 0x18, 0, 1, 2},
	{0x18, 1, 1, 0, CHECKED(1, 2), -EINVAL, 0x18, 1, 1, 0},
	/* enumerators whose type does not tell the sign: the instruction does */
	{0x18, 0, -5, -1,
		{.was = 0xfffffffb,
			.is = 0xffffffce,
			.check = true,
			.was_word = true,
			.is_word = true},
		0, 0x18, 0, -50, -1},
	{0x18, 0, -5, 0,
		{.was = 0xfffffffb,
			.is = 0xffffffce,
			.check = true,
			.was_word = true,
			.is_word = true},
		0, 0x18, 0, -50, 0},
	/* none that takes a value */
	{0x85, 0, 4, 0, CHECKED(4, 5), -EINVAL, 0x85, 0, 4, 0},
	{0x05, 4, 0, 0, CHECKED(4, 5), -EINVAL, 0x05, 4, 0, 0},
	{0x20, 0, 4, 0, CHECKED(4, 5), -EINVAL, 0x20, 0, 4, 0},
};

START_TEST(each_sort)
{
	const struct row *r;
	struct rawbpf_insn i[2];
	const char *why;
	int err;

	for (r = rows; r < rows + sizeof(rows) / sizeof(*rows); r++) {
		memset(i, 0, sizeof(i));
		i[0] = (struct rawbpf_insn){.code = r->code, .off = r->off, .imm = r->imm};
		i[1].imm = r->high;
		why = NULL;
		err = corepatch(i, 2, &r->a, &why);
		ck_assert_msg(err == r->err, "row %td: %d", r - rows, err);
		ck_assert_msg(!err == !why, "row %td", r - rows);
		ck_assert_msg(i[0].code == r->new_code && i[0].off == r->new_off &&
				      i[0].imm == r->new_imm && i[1].imm == r->new_high,
			"row %td: %#x off %d imm %d %d", r - rows, i[0].code, i[0].off, i[0].imm,
			i[1].imm);
	}
}
END_TEST

START_TEST(cut_off)
{
	struct rawbpf_insn i = {.code = 0x18, .imm = 1};
	const struct core_answer a = CHECKED(1, 2);
	const char *why;

	ck_assert_int_eq(corepatch(&i, 1, &a, &why), -EINVAL);
	corepatch_poison(&i, 1);
	ck_assert_uint_eq(i.code, 0x85);
	ck_assert_int_eq(i.imm, COREPATCH_POISON);
}
END_TEST

START_TEST(poison)
{
	struct rawbpf_insn i[2] = {{.code = 0x18, .regs = 3, .imm = 1}, {.imm = 7}};

	corepatch_poison(i, 2);
	ck_assert_uint_eq(i[0].code, 0x85);
	ck_assert_uint_eq(i[0].regs, 0);
	ck_assert_uint_eq(i[1].code, 0x85);
	i[1] = (struct rawbpf_insn){.code = 0x95};
	i[0] = (struct rawbpf_insn){.code = 0x61, .off = 9};
	corepatch_poison(i, 2);
	ck_assert_uint_eq(i[0].code, 0x85);
	ck_assert_int_eq(i[0].off, 0);
	ck_assert_uint_eq(i[1].code, 0x95);
}
END_TEST

Suite *suite_corepatch(void)
{
	Suite *s = suite_create("corepatch");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, each_sort);
	tcase_add_test(t, cut_off);
	tcase_add_test(t, poison);
	suite_add_tcase(s, t);
	return s;
}
