// SPDX-License-Identifier: MIT
/* test_label.c - labels: scopes, distances, and what is said of wrong ones. */
#include "label.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "insn.h"
#include "t.h"

Suite *suite_label(void);

static struct pool pool;
static struct diag diag;
static struct labels labels;
static struct src file = {.name = "f", .text = "text", .len = 4};
static const struct pos at = {&file, 1, 1};

static void setup(void)
{
	memset(&labels, 0, sizeof(labels));
	memset(&diag, 0, sizeof(diag));
	diag.pool = &pool;
}

static void teardown(void)
{
	free(diag.text);
	pool_free(&pool);
	memset(&pool, 0, sizeof(pool));
}

static int define(const char *name, const struct src *src, uint32_t insn)
{
	struct pos here = {src, 1, 1};

	return label_define(&labels, &pool, &diag, here, name, strlen(name), insn);
}

static int jump(const char *name, const struct src *src, uint32_t insn)
{
	struct pos here = {src, 1, 1};

	return label_jump(&labels, &pool, here, name, strlen(name), insn);
}

START_TEST(distances_count_from_the_next_instruction)
{
	struct ir_insn insns[4] = {{.code = INSN_GOTO}, {.code = INSN_GOTOL}, {0}, {0}};

	ck_assert_int_eq(define("back", &file, 0), 0);
	ck_assert_int_eq(jump("end", &file, 0), 0);
	ck_assert_int_eq(jump("back", &file, 1), 0);
	ck_assert_int_eq(define("end", &file, 3), 0);
	ck_assert_int_eq(label_finish(&labels, &pool, &diag, insns), 0);
	ck_assert_int_eq(insns[0].off, 2);
	ck_assert_int_eq(insns[1].imm, -2);
	ck_assert_int_eq(insns[1].off, 0);
	ck_assert_uint_eq(diag.len, 0);
}
END_TEST

START_TEST(a_dot_label_is_looked_for_outwards)
{
	struct src outer = {.name = "m", .text = "", .expansion = true, .from = at};
	struct src inner = {.name = "n", .text = "", .expansion = true, .from = {&outer, 1, 1}};
	struct src again = {.name = "m", .text = "", .expansion = true, .from = at};
	struct ir_insn insns[8] = {{0}};

	ck_assert_int_eq(define(".a", &outer, 4), 0);
	ck_assert_int_eq(define(".a", &again, 5), 0);
	ck_assert_int_eq(define(".a", &file, 6), 0);
	ck_assert_int_eq(define("plain", &inner, 7), 0);
	ck_assert_int_eq(define("plain", &again, 7), -EINVAL);
	ck_assert_int_eq(jump(".a", &inner, 0), 0);
	ck_assert_int_eq(jump(".a", &again, 1), 0);
	ck_assert_int_eq(jump(".a", &file, 2), 0);
	ck_assert_int_eq(jump("plain", &file, 3), 0);
	diag.n_errors = 0;
	ck_assert_int_eq(label_finish(&labels, &pool, &diag, insns), 0);
	ck_assert_uint_eq(diag.n_errors, 0);
	ck_assert_int_eq(insns[0].off, 3);
	ck_assert_int_eq(insns[1].off, 3);
	ck_assert_int_eq(insns[2].off, 3);
	ck_assert_int_eq(insns[3].off, 3);
}
END_TEST

START_TEST(wrong_labels_are_named)
{
	struct ir_insn *insns = calloc(40000, sizeof(*insns));

	ck_assert_int_eq(define("done", &file, 1), 0);
	ck_assert_int_eq(define("done", &file, 1), -EINVAL);
	ck_assert_ptr_nonnull(strstr(diag.text, "label 'done' is already defined at line 1"));
	ck_assert_int_eq(define("far", &file, 39999), 0);
	ck_assert_int_eq(jump("dome", &file, 0), 0);
	ck_assert_int_eq(jump("far", &file, 1), 0);
	ck_assert_int_eq(jump("far", &file, 2), 0);
	ck_assert_int_eq(jump("far", &file, 3), 0);
	ck_assert_int_eq(jump("far", &file, 4), 0);
	insns[1].code = INSN_GOTO;
	insns[2].code = INSN_JMP | INSN_JEQ;
	insns[3].code = INSN_JMP32 | INSN_JSET | INSN_X;
	insns[4].code = INSN_MAY_GOTO;
	ck_assert_int_eq(label_finish(&labels, &pool, &diag, insns), 0);
	label_unused(&labels, &diag);
	ck_assert_ptr_nonnull(strstr(diag.text, "no label 'dome'; did you mean 'done'?"));
	ck_assert_ptr_nonnull(
		strstr(diag.text, "label 'far' is 39997 instructions away, a jump reaches "
				  "32767; use gotol"));
	ck_assert_ptr_nonnull(strstr(diag.text,
		"39996 instructions away, a jump reaches 32767; reverse the condition and let it "
		"lead past a gotol"));
	ck_assert_ptr_nonnull(strstr(diag.text, "39995 instructions away, a jump reaches 32767; "
						"let it lead to a gotol near by"));
	ck_assert_ptr_nonnull(strstr(diag.text, "39994 instructions away, a jump reaches 32767; "
						"let it lead to a gotol near by"));
	ck_assert_ptr_nonnull(strstr(diag.text, "warning: nothing jumps to label 'done'"));
	free(insns);
}
END_TEST

static int local(uint32_t num, uint32_t insn)
{
	return label_local(&labels, &pool, num, at, insn);
}

/* "1b" is the last one above, "1f" the next one below, whatever numbers stand between. */
START_TEST(numbers_may_be_there_many_times)
{
	static const struct {
		const char *to;
		int off;
	} want[] = {{"1f", 0}, {"2f", 2}, {"1b", -2}, {"1f", 2}, {"2b", -1}, {"2f", 1}, {"1b", -1}};
	struct ir_insn insns[8] = {{0}};
	uint32_t i;

	ck_assert_int_eq(jump(want[0].to, &file, 0), 0);
	ck_assert_int_eq(local(1, 1), 0);
	for (i = 1; i < 4; i++)
		ck_assert_int_eq(jump(want[i].to, &file, i), 0);
	ck_assert_int_eq(local(2, 4), 0);
	ck_assert_int_eq(local(3, 4), 0);
	for (i = 4; i < 6; i++)
		ck_assert_int_eq(jump(want[i].to, &file, i), 0);
	ck_assert_int_eq(local(1, 6), 0);
	ck_assert_int_eq(jump(want[6].to, &file, 6), 0);
	ck_assert_int_eq(local(2, 7), 0);
	ck_assert_int_eq(label_finish(&labels, &pool, &diag, insns), 0);
	for (i = 0; i < 7; i++)
		ck_assert_msg(insns[i].off == want[i].off, "%u: %d", i, insns[i].off);
	/* only those that are jumped to are labels, each once */
	ck_assert_uint_eq(labels.n, 4);
	label_unused(&labels, &diag);
	ck_assert_uint_eq(diag.len, 0);
}
END_TEST

START_TEST(numbers_that_are_not_there)
{
	struct ir_insn insns[3] = {{0}};

	ck_assert_int_eq(jump("1b", &file, 0), 0);
	ck_assert_int_eq(local(1, 1), 0);
	ck_assert_int_eq(jump("1f", &file, 1), 0);
	ck_assert_int_eq(jump("11b", &file, 2), 0);
	ck_assert_int_eq(label_finish(&labels, &pool, &diag, insns), 0);
	ck_assert_uint_eq(diag.n_errors, 3);
	ck_assert_ptr_nonnull(strstr(diag.text, "no label '1:' stands above this jump"));
	ck_assert_ptr_nonnull(strstr(diag.text, "no label '1:' stands below this jump"));
	ck_assert_ptr_nonnull(strstr(diag.text, "no label '11:' stands above this jump"));
}
END_TEST

/* A listing has a number in front of each line; the time for them grows as their number does. */
START_TEST(many_numbers)
{
	struct ir_insn *insns = calloc(20001, sizeof(*insns));
	uint32_t i;

	for (i = 0; i < 20000; i++) {
		ck_assert_int_eq(local(i % 100, i), 0);
		ck_assert_int_eq(jump(i % 2 ? "7b" : "99f", &file, i), 0);
	}
	ck_assert_int_eq(local(99, 20000), 0);
	ck_assert_int_eq(label_finish(&labels, &pool, &diag, insns), 0);
	for (i = 7; i < 20000; i += 13)
		ck_assert_int_eq(
			i + 1 + insns[i].off, i % 2 ? (i - 7) / 100 * 100 + 7 : i / 100 * 100 + 99);
	ck_assert_uint_eq(diag.n_errors, 3); /* 1, 3 and 5 have no 7 above them */
	free(insns);
}
END_TEST

START_TEST(many_labels_stay_apart)
{
	struct ir_insn *insns = calloc(20000, sizeof(*insns));
	char name[16];
	uint32_t i;

	for (i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "l%u", i);
		ck_assert_int_eq(define(name, &file, 10000 + i), 0);
		ck_assert_int_eq(jump(name, &file, i), 0);
	}
	ck_assert_int_eq(label_finish(&labels, &pool, &diag, insns), 0);
	for (i = 0; i < 10000; i++)
		ck_assert_int_eq(insns[i].off, 9999);
	ck_assert_uint_eq(diag.len, 0);
	free(insns);
}
END_TEST

Suite *suite_label(void)
{
	Suite *s = suite_create("label");
	TCase *tc = tcase_create("unit");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, distances_count_from_the_next_instruction);
	tcase_add_test(tc, a_dot_label_is_looked_for_outwards);
	tcase_add_test(tc, wrong_labels_are_named);
	tcase_add_test(tc, many_labels_stay_apart);
	tcase_add_test(tc, numbers_may_be_there_many_times);
	tcase_add_test(tc, numbers_that_are_not_there);
	tcase_add_test(tc, many_numbers);
	suite_add_tcase(s, tc);
	return s;
}
