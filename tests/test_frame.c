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

static int declare(const char *name, struct ir_type type, const struct src *scope)
{
	struct frame_var v = {.name = name,
		.len = (uint32_t)strlen(name),
		.type = type,
		.scope = scope,
		.at = at};

	return frame_add(&frame, &pool, &diag, &v);
}

static int add(const char *name, uint32_t size, const struct src *scope)
{
	struct ir_type type = {IR_TYPE_CHARS, size, false, NULL};
	int err = declare(name, type, scope);

	return err ? err : frame_settle(&frame, &diag);
}

static int32_t off_of(const char *name)
{
	return frame_find(&frame, &file, name, strlen(name))->slot.off;
}

static void put(const char *name, enum ir_type_kind kind, uint32_t size)
{
	struct ir_type type = {kind, size, false, NULL};

	ck_assert_int_eq(declare(name, type, NULL), 0);
}

START_TEST(named_slots_stand_below_each_other)
{
	ck_assert_int_eq(add("a", 1, NULL), 0);
	ck_assert_int_eq(add("b", 12, NULL), 0);
	ck_assert_int_eq(off_of("a"), -1);
	ck_assert_int_eq(off_of("b"), -16);
	ck_assert_ptr_null(frame_find(&frame, &file, "c", 1));
	ck_assert_ptr_null(frame_find(&frame, &file, "ab", 2));
}
END_TEST

START_TEST(those_in_a_row_are_placed_by_alignment)
{
	put("a", IR_TYPE_INT, 1);
	put("b", IR_TYPE_INT, 4);
	put("c", IR_TYPE_INT, 8);
	put("d", IR_TYPE_INT, 2);
	put("e", IR_TYPE_INT, 1);
	put("comm", IR_TYPE_CHARS, 16);
	put("odd", IR_TYPE_CHARS, 13);
	ck_assert_int_eq(frame_settle(&frame, &diag), 0);
	ck_assert_int_eq(off_of("c"), -8);
	ck_assert_int_eq(off_of("comm"), -24);
	ck_assert_int_eq(off_of("b"), -28);
	ck_assert_int_eq(off_of("d"), -30);
	ck_assert_int_eq(off_of("a"), -31);
	ck_assert_int_eq(off_of("e"), -32);
	ck_assert_int_eq(off_of("odd"), -45);
	ck_assert_uint_eq(frame.fixed, 45);
	/* what comes later fills what is left above it */
	ck_assert_int_eq(add("l", 8, NULL), 0);
	ck_assert_int_eq(off_of("l"), -56);
	ck_assert_int_eq(add("m", 2, NULL), 0);
	ck_assert_int_eq(off_of("m"), -48);
	ck_assert_int_eq(add("n", 1, NULL), 0);
	ck_assert_int_eq(off_of("n"), -46);
}
END_TEST

/* Records of 12 bytes, and of odd ones: as many as there are bytes for. */
START_TEST(nothing_is_lost_to_rounding)
{
	struct ir_struct three = {.name = "three", .size = 12, .align = 4};
	struct ir_type record = {IR_TYPE_STRUCT, 12, false, &three};
	char names[42][4];
	unsigned i;

	for (i = 0; i < 42; i++) {
		snprintf(names[i], sizeof(names[i]), "%u", i);
		ck_assert_int_eq(declare(names[i], record, NULL), 0);
	}
	ck_assert_int_eq(frame_settle(&frame, &diag), 0);
	ck_assert_uint_eq(frame.fixed, 504);
	memset(&frame, 0, sizeof(frame));
	for (i = 0; i < 5; i++)
		ck_assert_int_eq(add(names[i], 102, NULL), 0);
	ck_assert_uint_eq(frame.fixed, 510);
	memset(&frame, 0, sizeof(frame));
	/* what 8 divides is aligned by 8 */
	ck_assert_int_eq(add("f", 9, NULL), 0);
	ck_assert_int_eq(add("g", 16, NULL), 0);
	ck_assert_int_eq(off_of("g"), -32);
	memset(&frame, 0, sizeof(frame));
	ck_assert_int_eq(add("h", 7, NULL), 0);
	ck_assert_int_eq(add("i", 497, NULL), 0);
	ck_assert_int_eq(add("j", 8, NULL), 0);
	ck_assert_int_eq(off_of("j"), -512);
}
END_TEST

/* at most 24 bytes each, and 7 before it */
enum { MANY = 16 };

static void check_places(const struct ir_type *type, uint32_t *total)
{
	unsigned char bytes[FRAME_SIZE] = {0};
	uint32_t i, k;

	*total = 0;
	for (i = 0; i < MANY; i++) {
		int32_t off = frame.vars[i].slot.off;
		uint32_t align = type[i].kind == IR_TYPE_INT	  ? type[i].size
				 : type[i].kind == IR_TYPE_STRUCT ? type[i].record->align
								  : 1;

		ck_assert_int_ge(off, -FRAME_SIZE);
		ck_assert_int_lt(off, 0);
		ck_assert_int_eq(off % (int32_t)align, 0);
		for (k = 0; k < type[i].size; k++) {
			ck_assert_int_lt(off + (int32_t)k, 0);
			ck_assert_int_eq(bytes[FRAME_SIZE + off + (int32_t)k]++, 0);
		}
		*total += type[i].size;
	}
}

/* Random ones: none on another's bytes, each aligned; of those in a row no byte is lost. */
START_TEST(no_two_share_a_byte)
{
	static const struct ir_struct records[] = {
		{.size = 12, .align = 4},
		{.size = 6, .align = 2},
		{.size = 5, .align = 1},
		{.size = 24, .align = 8},
		{.size = 16, .align = 4},
	};
	struct ir_type type[MANY];
	char names[MANY][4];
	uint32_t total;
	unsigned i, round;

	srand(7);
	for (round = 0; round < 2000; round++) {
		bool in_a_row = round % 2;

		memset(&frame, 0, sizeof(frame));
		for (i = 0; i < MANY; i++) {
			const struct ir_struct *r = &records[rand() % 5];

			memset(&type[i], 0, sizeof(type[i]));
			type[i].kind = rand() % 3 ? IR_TYPE_INT : IR_TYPE_CHARS;
			type[i].size = type[i].kind == IR_TYPE_INT ? 1U << rand() % 4
								   : 1 + (uint32_t)rand() % 20;
			if (rand() % 4 == 0) {
				type[i].kind = IR_TYPE_STRUCT;
				type[i].size = r->size;
				type[i].record = r;
			}
			snprintf(names[i], sizeof(names[i]), "%u", i);
			ck_assert_int_eq(declare(names[i], type[i], NULL), 0);
			if (!in_a_row && rand() % 3 == 0)
				ck_assert_int_eq(frame_settle(&frame, &diag), 0);
		}
		ck_assert_int_eq(frame_settle(&frame, &diag), 0);
		check_places(type, &total);
		if (in_a_row)
			ck_assert_uint_eq(frame.fixed, total);
		else
			ck_assert_uint_lt(frame.fixed, total + 7 * MANY);
	}
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
	ck_assert_int_eq(frame_settle(&frame, &diag), 0);
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
	tcase_add_test(tc, those_in_a_row_are_placed_by_alignment);
	tcase_add_test(tc, nothing_is_lost_to_rounding);
	tcase_add_test(tc, no_two_share_a_byte);
	tcase_add_test(tc, all_of_it_can_be_had);
	tcase_add_test(tc, an_expansion_gives_back_its_slots);
	tcase_add_test(tc, short_lived_offsets_are_corrected);
	tcase_add_test(tc, the_limit_is_512_bytes_in_all);
	suite_add_tcase(s, tc);
	return s;
}
