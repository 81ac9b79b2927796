// SPDX-License-Identifier: MIT
/* test_vlogslot.c - the stack in a verifier log. */
#include <string.h>

#include "t.h"
#include "vlogslot.h"

static struct vlog_text text_of(const char *s)
{
	struct vlog_text t = {s, strlen(s)};

	return t;
}

START_TEST(accesses)
{
	enum { LOAD = 1, STORE, MIX, OTHER };
	static const struct {
		const char *step;
		int base, off, size, kind;
	} rows[] = {
		{"*(u64 *)(r10 -24) = r0", 10, -24, 8, STORE},
		{"*(u32 *)(r10 -20) = 5", 10, -20, 4, STORE},
		{"*(u8 *)(r1 +0) = r7", 1, 0, 1, STORE},
		{"r1 = *(u64 *)(r10 -24)", 10, -24, 8, LOAD},
		{"r1 = *(s16 *)(r2 +2)", 2, 2, 2, LOAD},
		{"lock *(u64 *)(r1 +8) += r2", 1, 8, 8, MIX},
		{"r2 = atomic64_fetch_add((u64 *)(r10 -8), r2)", 10, -8, 8, MIX},
		{"r0 = atomic64_cmpxchg((u64 *)(r10 -8), r0, r1)", 10, -8, 8, MIX},
		{"store_release((u32 *)(r10 -8), r1)", 10, -8, 4, STORE},
		{"r1 = load_acquire((u64 *)(r10 -16))", 10, -16, 8, LOAD},
		{"r1 = r10", 0, 0, 0, 0},
		{"r0 = *(u8 *)skb[14]", 0, 0, 0, 0},
		{"*(u7 *)(r1 +0) = r7", 0, 0, 0, 0},
		{"*(64 *)(r1 +0) = r7", 0, 0, 0, 0},
		{"*(u64 *)(r11 +0) = r7", 0, 0, 0, 0},
		{"*(u64 *)(r1", 0, 0, 0, 0},
		{"*(u64 *)(r1 +", 0, 0, 0, 0},
		{" *)(r", 0, 0, 0, 0},
	};
	struct vlogslot_access a;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_msg(vlogslot_access(text_of(rows[i].step), &a) == !!rows[i].kind, "%s",
			rows[i].step);
		if (!rows[i].kind)
			continue;
		ck_assert_int_eq(a.base, rows[i].base);
		ck_assert_int_eq(a.off, rows[i].off);
		ck_assert_int_eq(a.size, rows[i].size);
		ck_assert_int_eq(a.load, rows[i].kind == LOAD);
		ck_assert_int_eq(a.store, rows[i].kind == STORE || rows[i].kind == MIX);
		ck_assert_int_eq(a.mixes, rows[i].kind == MIX);
	}
}
END_TEST

START_TEST(states)
{
	static const struct {
		const char *line;
		enum vlogslot_kind kind;
		int up, off;
	} rows[] = {
		{"; R1=fp-24 R7=scalar()", VLOGSLOT_STACK, 0, -24},
		{"; R1_w=fp-24", VLOGSLOT_STACK, 0, -24},
		{"; R1=fp0 R10=fp0", VLOGSLOT_STACK, 0, 0},
		{"; frame1: R1=fp[0]-8 R2=9", VLOGSLOT_STACK, 1, -8},
		{"; frame2: R1=fp-8 R2=9", VLOGSLOT_STACK, 0, -8},
		{"12: frame3: R1=fp[1]-8 R10=fp0 cb", VLOGSLOT_STACK, 2, -8},
		{"; R1=map_value(map=m,ks=4,vs=8)", VLOGSLOT_OTHER, 0, 0},
		{"; R1=fp(smin=-8,smax=0)", VLOGSLOT_OTHER, 0, 0},
		{"; frame0: R1=fp[1]-8", VLOGSLOT_OTHER, 0, 0},
		{"; R10=fp0 R2=fp-8", VLOGSLOT_UNKNOWN, 0, 0},
		{"", VLOGSLOT_UNKNOWN, 0, 0},
		{"; R1=", VLOGSLOT_OTHER, 0, 0},
		{"; R1=fp", VLOGSLOT_OTHER, 0, 0},
		{"; R1=fp[", VLOGSLOT_OTHER, 0, 0},
	};
	struct vlogslot_at at;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_msg(vlogslot_state(text_of(rows[i].line), 1, &at) == rows[i].kind, "%s",
			rows[i].line);
		if (rows[i].kind != VLOGSLOT_STACK)
			continue;
		ck_assert_msg(at.up == rows[i].up && at.off == rows[i].off, "%s", rows[i].line);
	}
}
END_TEST

START_TEST(shown_slots)
{
	struct vlog_text t = text_of("; R0=scalar() fp-24=mmmmmmmm fp-32_w=mmmm????");

	ck_assert(vlogslot_shown(t, -24, 8));
	ck_assert(vlogslot_shown(t, -20, 4));
	ck_assert(vlogslot_shown(t, -32, 8));
	ck_assert(vlogslot_shown(t, -28, 8));
	ck_assert(!vlogslot_shown(t, -16, 8));
	ck_assert(!vlogslot_shown(t, -40, 8));
	ck_assert(!vlogslot_shown(text_of("; fp- fp-24"), -24, 8));
}
END_TEST

START_TEST(moves)
{
	int by;

	ck_assert(vlogslot_moves(text_of("r1 += -24"), &by));
	ck_assert_int_eq(by, -24);
	ck_assert(vlogslot_moves(text_of("r10 += 8"), &by));
	ck_assert_int_eq(by, 8);
	ck_assert(!vlogslot_moves(text_of("w1 += 8"), &by));
	ck_assert(!vlogslot_moves(text_of("r1 += r2"), &by));
	ck_assert(!vlogslot_moves(text_of("r1 -= 8"), &by));
	ck_assert(!vlogslot_moves(text_of("*(u64 *)(r1 +0) += 8"), &by));
}
END_TEST

START_TEST(readers)
{
	ck_assert(vlogslot_reads(text_of("bpf_map_lookup_elem")));
	ck_assert(vlogslot_reads(text_of("bpf_map_update_elem")));
	ck_assert(vlogslot_reads(text_of("bpf_trace_printk")));
	ck_assert(!vlogslot_reads(text_of("bpf_get_current_comm")));
	ck_assert(!vlogslot_reads(text_of("bpf_map_pop_elem")));
	ck_assert(!vlogslot_reads(text_of("")));
}
END_TEST

Suite *suite_vlogslot(void);
Suite *suite_vlogslot(void)
{
	Suite *s = suite_create("vlogslot");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, accesses);
	tcase_add_test(t, states);
	tcase_add_test(t, shown_slots);
	tcase_add_test(t, moves);
	tcase_add_test(t, readers);
	suite_add_tcase(s, t);
	return s;
}
