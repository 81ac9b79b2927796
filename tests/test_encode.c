// SPDX-License-Identifier: MIT
/* test_encode.c - instruction slots to bytes in both byte orders. */
#include <stdlib.h>
#include <string.h>

#include "insn.h"
#include "ir.h"
#include "t.h"

Suite *suite_encode(void);

static size_t unhex(const char *s, const char *end, unsigned char *out, size_t max)
{
	size_t n = 0;

	for (; s + 1 < end && n < max; s += 2) {
		char two[3] = {s[0], s[1], '\0'};

		out[n++] = (unsigned char)strtoul(two, NULL, 16);
	}
	return n;
}

START_TEST(fields)
{
	static const struct ir_insn in[] = {{0x79, 6, 1, -2, 0}, {0xb7, 0, 0, 0, 0x12345678}};
	static const unsigned char le[] = {
		0x79, 0x16, 0xfe, 0xff, 0, 0, 0, 0, 0xb7, 0, 0, 0, 0x78, 0x56, 0x34, 0x12};
	static const unsigned char be[] = {
		0x79, 0x61, 0xff, 0xfe, 0, 0, 0, 0, 0xb7, 0, 0, 0, 0x12, 0x34, 0x56, 0x78};
	unsigned char out[16];

	encode_insns(in, 2, false, out);
	ck_assert_mem_eq(out, le, sizeof(le));
	encode_insns(in, 2, true, out);
	ck_assert_mem_eq(out, be, sizeof(be));
}
END_TEST

/* columns 1 and 2 of the sample hold the same instruction in the two orders */
START_TEST(sample_in_both_orders)
{
	size_t len, rows = 0;
	char *text = t_data("isa/insns.txt", &len), *line = text, *end;

	for (; line < text + len; line = end + 1) {
		unsigned char le[16], be[16], out[16];
		struct ir_insn in[2];
		char *tab;
		size_t n;

		end = strchr(line, '\n');
		if (!end)
			end = text + len;
		if (*line == '#' || line == end)
			continue;
		tab = strchr(line, '\t');
		ck_assert(tab && tab < end);
		n = unhex(line, tab, le, sizeof(le));
		ck_assert_uint_eq(unhex(tab + 1, strchr(tab + 1, '\t'), be, sizeof(be)), n);
		encode_read(le, n / 8, false, in);
		encode_insns(in, n / 8, true, out);
		ck_assert_mem_eq(out, be, n);
		encode_read(be, n / 8, true, in);
		encode_insns(in, n / 8, false, out);
		ck_assert_mem_eq(out, le, n);
		rows++;
	}
	ck_assert_uint_gt(rows, 300);
	free(text);
}
END_TEST

START_TEST(tables)
{
	const struct insn_alu *a;
	const struct insn_jmp *j;
	const struct insn_size *s;
	const struct insn_atomic *t;

	for (a = insn_alus(); a->name; a++)
		ck_assert_ptr_eq(insn_alu_by_code(a->code | INSN_ALU64 | INSN_X), a);
	ck_assert_ptr_null(insn_alu_by_code(INSN_NEG));
	ck_assert_ptr_null(insn_alu_by_code(0xf0));
	for (j = insn_jmps(); j->name; j++)
		ck_assert_ptr_eq(insn_jmp_by_code(j->code | INSN_JMP32), j);
	ck_assert_ptr_null(insn_jmp_by_code(INSN_JA));
	for (s = insn_sizes(); s->name; s++)
		ck_assert_ptr_eq(insn_size_by_code(s->code | INSN_LDX | INSN_MEM), s);
	for (t = insn_atomics(); t->name; t++)
		ck_assert_ptr_eq(insn_atomic_by_imm(t->imm), t);
	ck_assert_str_eq(insn_atomic_by_imm(INSN_A_XOR | INSN_FETCH)->name, "xor");
	ck_assert_ptr_null(insn_atomic_by_imm(0xe0));
	ck_assert_ptr_null(insn_atomic_by_imm(0x101));
	ck_assert_ptr_null(insn_atomic_by_imm(-1));
}
END_TEST

Suite *suite_encode(void)
{
	Suite *s = suite_create("encode");
	TCase *t = tcase_create("bytes");

	tcase_add_test(t, fields);
	tcase_add_test(t, sample_in_both_orders);
	tcase_add_test(t, tables);
	suite_add_tcase(s, t);
	return s;
}
