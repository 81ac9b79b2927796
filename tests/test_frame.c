// SPDX-License-Identifier: MIT
/* test_frame.c - the stack frame: no overlap, reuse, the limit. */
#include "frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"

Suite *suite_frame(void);

static struct pool pool;
static struct diag diag;
static struct frame frame;
static struct src file = {.name = "f", .text = "", .len = 0};
static const struct pos at = {&file, 1, 1};

static void setup(void)
{
	memset(&frame, 0, sizeof(frame));
	memset(&diag, 0, sizeof(diag));
	diag.pool = &pool;
}

static void teardown(void)
{
	free(diag.text);
	pool_free(&pool);
	memset(&pool, 0, sizeof(pool));
}

static int add(const char *name, uint32_t size, const struct src *scope)
{
	struct frame_var v = {.name = name,
		.len = (uint32_t)strlen(name),
		.type = {IR_TYPE_CHARS, size, false, NULL},
		.scope = scope,
		.at = at};

	return frame_add(&frame, &pool, &diag, &v);
}

START_TEST(named_slots_stand_below_each_other)
{
	ck_assert_int_eq(add("a", 1, NULL), 0);
	ck_assert_int_eq(add("b", 12, NULL), 0);
	ck_assert_int_eq(frame_find(&frame, &file, "a", 1)->slot.off, -8);
	ck_assert_int_eq(frame_find(&frame, &file, "b", 1)->slot.off, -24);
	ck_assert_ptr_null(frame_find(&frame, &file, "c", 1));
	ck_assert_ptr_null(frame_find(&frame, &file, "ab", 2));
}
END_TEST

static int32_t put(const char *name, enum ir_type_kind kind, uint32_t size)
{
	struct frame_var v = {.name = name,
		.len = (uint32_t)strlen(name),
		.type = {kind, size, false, NULL},
		.at = at};

	ck_assert_int_eq(frame_add(&frame, &pool, &diag, &v), 0);
	return frame_find(&frame, &file, name, v.len)->slot.off;
}

START_TEST(small_slots_share_eight_bytes)
{
	ck_assert_int_eq(put("a", IR_TYPE_INT, 1), -8);
	ck_assert_int_eq(put("b", IR_TYPE_INT, 4), -4);
	ck_assert_int_eq(put("c", IR_TYPE_INT, 8), -16);
	ck_assert_int_eq(put("d", IR_TYPE_INT, 2), -6);
	ck_assert_int_eq(put("e", IR_TYPE_INT, 1), -7);
	/* what a longer one leaves */
	ck_assert_int_eq(put("f", IR_TYPE_CHARS, 13), -32);
	ck_assert_int_eq(put("g", IR_TYPE_INT, 2), -18);
	ck_assert_int_eq(put("h", IR_TYPE_INT, 1), -19);
	ck_assert_int_eq(put("i", IR_TYPE_INT, 1), -40);
	ck_assert_int_eq(put("j", IR_TYPE_CHARS, 6), -48);
	ck_assert_uint_eq(frame.fixed, 48);
}
END_TEST

/* All sizes in all orders: none on another's bytes, each aligned, none lost but at the end. */
START_TEST(no_two_share_a_byte)
{
	static const uint32_t sizes[] = {1, 4, 2, 1, 16, 4, 2, 3, 5, 9, 1, 8, 4, 1, 1, 2};
	unsigned char bytes[FRAME_SIZE] = {0};
	char names[16][2];
	uint32_t i, k, total = 0;
	int32_t off;

	for (i = 0; i < 16; i++) {
		bool number = (sizes[i] & (sizes[i] - 1)) == 0 && sizes[i] <= 8;

		snprintf(names[i], sizeof(names[i]), "%c", 'a' + (int)i);
		off = put(names[i], number ? IR_TYPE_INT : IR_TYPE_CHARS, sizes[i]);
		ck_assert(!number || off % (int32_t)sizes[i] == 0);
		for (k = 0; k < sizes[i]; k++)
			ck_assert_int_eq(bytes[FRAME_SIZE + off + (int32_t)k]++, 0);
		total += sizes[i];
	}
	ck_assert_uint_lt(frame.fixed, total + 16);
}
END_TEST

START_TEST(all_of_it_can_be_had)
{
	char names[512][4];
	unsigned i;

	for (i = 0; i < 512; i++) {
		snprintf(names[i], sizeof(names[i]), "%u", i);
		put(names[i], IR_TYPE_INT, 1);
	}
	ck_assert_uint_eq(frame.fixed, 512);
	ck_assert_int_eq(add("one", 1, NULL), -EINVAL);
	ck_assert_ptr_nonnull(strstr(diag.text, "'one' needs 1 bytes of stack, 0 of 512 are left"));
}
END_TEST

START_TEST(an_expansion_gives_back_its_slots)
{
	struct src outer = {.name = "m", .expansion = true, .from = at};
	struct src inner = {.name = "n", .expansion = true, .from = {&outer, 1, 1}};
	struct src other = {.name = "m", .expansion = true, .from = at};
	struct frame_slot s;

	ck_assert_int_eq(add(".x", 8, &outer), 0);
	ck_assert_int_eq(add("fixed", 8, NULL), 0);
	ck_assert_int_eq(add(".y", 16, &inner), 0);
	ck_assert_int_eq(frame_find(&frame, &inner, ".y", 2)->slot.off, -24);
	ck_assert_ptr_nonnull(frame_find(&frame, &inner, ".x", 2));
	ck_assert_ptr_null(frame_find(&frame, &outer, ".y", 2));
	frame_statement(&frame, &outer);
	ck_assert_uint_eq(frame.n_vars, 2);
	ck_assert_uint_eq(frame.scratch, 8);
	ck_assert_int_eq(frame_scratch(&frame, &diag, at, 1, "s", 4, &s), 0);
	ck_assert_int_eq(s.off, -16);
	frame_statement(&frame, &other);
	ck_assert_uint_eq(frame.n_vars, 1);
	ck_assert_uint_eq(frame.scratch, 0);
	ck_assert_uint_eq(frame.deepest, 24);
	ck_assert_ptr_null(frame_find(&frame, &other, ".x", 2));
	ck_assert_ptr_nonnull(frame_find(&frame, &other, "fixed", 5));
}
END_TEST

START_TEST(short_lived_offsets_are_corrected)
{
	struct ir_insn insns[2] = {{.off = -8}, {.imm = -16}};

	frame.fixed = 24;
	ck_assert_int_eq(frame_note(&frame, &pool, 0, false), 0);
	ck_assert_int_eq(frame_note(&frame, &pool, 1, true), 0);
	frame_finish(&frame, insns);
	ck_assert_int_eq(insns[0].off, -32);
	ck_assert_int_eq(insns[1].imm, -40);
}
END_TEST

START_TEST(the_limit_is_512_bytes_in_all)
{
	struct frame_slot s;

	ck_assert_int_eq(add("a", 256, NULL), 0);
	ck_assert_int_eq(frame_scratch(&frame, &diag, at, 1, "s", 248, &s), 0);
	frame_statement(&frame, &file);
	ck_assert_int_eq(add("b", 8, NULL), 0);
	ck_assert_uint_eq(diag.n_errors, 0);
	ck_assert_int_eq(add("c", 1, NULL), -EINVAL);
	ck_assert_ptr_nonnull(strstr(diag.text, "'c' needs 1 bytes of stack, 0 of 512 are left"));
	/* one message is enough, and the name is known */
	ck_assert_int_eq(add("d", 1, NULL), -EINVAL);
	ck_assert_uint_eq(diag.n_errors, 1);
	ck_assert_ptr_nonnull(frame_find(&frame, &file, "d", 1));
	ck_assert_int_eq(frame_fixed(&frame, &diag, at, 1, "s", UINT64_MAX, &s), -EINVAL);
}
END_TEST

Suite *suite_frame(void)
{
	Suite *s = suite_create("frame");
	TCase *tc = tcase_create("unit");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, named_slots_stand_below_each_other);
	tcase_add_test(tc, small_slots_share_eight_bytes);
	tcase_add_test(tc, no_two_share_a_byte);
	tcase_add_test(tc, all_of_it_can_be_had);
	tcase_add_test(tc, an_expansion_gives_back_its_slots);
	tcase_add_test(tc, short_lived_offsets_are_corrected);
	tcase_add_test(tc, the_limit_is_512_bytes_in_all);
	suite_add_tcase(s, tc);
	return s;
}
