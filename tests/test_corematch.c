// SPDX-License-Identifier: MIT
/* test_corematch.c - names without flavors; types that are the same, or are not, or have no end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "corematch.h"
#include "t.h"

Suite *suite_corematch(void);

START_TEST(flavors)
{
	static const struct {
		const char *name;
		size_t len;
	} rows[] = {
		{"", 0},
		{"a", 1},
		{"task_struct", 11},
		{"task_struct___old", 11},
		{"a___b", 1},
		{"a___b___c", 5}, /* the last */
		{"___b", 4},
		{"a___", 4},
		{"a____b", 6}, /* four are none */
		{"a__b", 4},
		{"a_____b", 7},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(corematch_len(rows[i].name) == rows[i].len, "%s", rows[i].name);
	ck_assert(corematch_names("x___a", "x___b"));
	ck_assert(corematch_names("x", "x___b"));
	ck_assert(!corematch_names("x", "xy"));
}
END_TEST

#define INFO(kind, vlen, kflag) ((uint32_t)(kflag) << 31 | (uint32_t)(kind) << 24 | (vlen))

/* "a" is at 1, "b" at 3, "b___x" at 5 */
static const char strings[] = "\0a\0b\0b___x";

static struct btf *made(const uint32_t *words, size_t size)
{
	unsigned char p[2048];
	const uint32_t head[] = {
		0x1eb9f, 24, 0, (uint32_t)size, (uint32_t)size, (uint32_t)sizeof(strings)};
	struct btf *b;

	memcpy(p, head, sizeof(head));
	memcpy(p + sizeof(head), words, size);
	memcpy(p + sizeof(head) + size, strings, sizeof(strings));
	ck_assert_int_eq(btf_parse(p, sizeof(head) + size + sizeof(strings), &b, NULL), 0);
	return b;
}

enum {
	T_INT = 1,
	T_UINT,
	T_LONG,
	T_PTR_B,    /* struct b * */
	T_A,	    /* struct a { int a; struct b *b; } */
	T_B,	    /* struct b { int a; } */
	T_FWD_B,    /* struct b; */
	T_PTR_FWD,  /* struct b * of that */
	T_A_FWD,    /* struct a { int a, b; struct b *b; } with it */
	T_UNION,    /* union a { int a; } */
	T_ENUM,	    /* enum b { a } */
	T_ENUM64,   /* enum b___x { a, b } of 64 bits */
	T_ARRAY2,   /* int[2] */
	T_ARRAY3,   /* int[3] */
	T_FUNC,	    /* int (int) */
	T_FUNC2,    /* int (int, int) */
	T_FUNC_PTR, /* int (struct b *) */
	T_OLD_BITS, /* an integer of 3 bits at bit 5 */
	T_SELF,	    /* struct b { struct b; struct b; } without names */
	T_RING,	    /* const of itself */
	T_FWD_UNION,
	T_FLOAT,
	T_TYPEDEF, /* of int */
	T_ARRAY_SELF,
};

/* clang-format off */
static const uint32_t words[] = {
	1, INFO(BTF_INT, 0, 0), 4, 1 << 24 | 32,
	1, INFO(BTF_INT, 0, 0), 4, 32,
	1, INFO(BTF_INT, 0, 0), 8, 1 << 24 | 64,
	0, INFO(BTF_PTR, 0, 0), T_B,
	1, INFO(BTF_STRUCT, 2, 0), 16, 1, T_INT, 0, 3, T_PTR_B, 64,
	3, INFO(BTF_STRUCT, 1, 0), 4, 1, T_INT, 0,
	3, INFO(BTF_FWD, 0, 0), 0,
	0, INFO(BTF_PTR, 0, 0), T_FWD_B,
	1, INFO(BTF_STRUCT, 3, 0), 16, 1, T_INT, 0, 5, T_INT, 32, 3, T_PTR_FWD, 64,
	1, INFO(BTF_UNION, 1, 0), 4, 1, T_INT, 0,
	3, INFO(BTF_ENUM, 1, 0), 4, 1, 0,
	5, INFO(BTF_ENUM64, 2, 0), 8, 1, 9, 9, 3, 1, 1,
	0, INFO(BTF_ARRAY, 0, 0), 0, T_INT, T_INT, 2,
	0, INFO(BTF_ARRAY, 0, 0), 0, T_INT, T_INT, 3,
	0, INFO(BTF_FUNC_PROTO, 1, 0), T_INT, 0, T_INT,
	0, INFO(BTF_FUNC_PROTO, 2, 0), T_INT, 0, T_INT, 0, T_INT,
	0, INFO(BTF_FUNC_PROTO, 1, 0), T_INT, 0, T_PTR_B,
	1, INFO(BTF_INT, 0, 0), 4, 5 << 16 | 3,
	3, INFO(BTF_STRUCT, 2, 0), 4, 0, T_SELF, 0, 0, T_SELF, 0,
	0, INFO(BTF_CONST, 0, 0), T_RING,
	3, INFO(BTF_FWD, 0, 1), 0,
	1, INFO(BTF_FLOAT, 0, 0), 8,
	1, INFO(BTF_TYPEDEF, 0, 0), T_INT,
	0, INFO(BTF_ARRAY, 0, 0), 0, T_ARRAY_SELF, T_INT, 1,
};
/* clang-format on */

START_TEST(pairs)
{
	static const struct {
		uint32_t a, b;
		int field, exists, matches;
	} rows[] = {
		{T_INT, T_INT, 1, 1, 1},
		{T_INT, T_UINT, 1, 1, 0},
		{T_INT, T_LONG, 1, 1, 0},
		{T_INT, T_TYPEDEF, 1, 1, 1},
		{T_INT, T_OLD_BITS, 0, 0, 0},
		{T_INT, T_FLOAT, 0, 0, 0},
		{T_FLOAT, T_FLOAT, 1, 0, 0},
		{T_PTR_B, T_PTR_FWD, 1, 0, 1},
		{T_PTR_B, T_PTR_B, 1, 1, 1},
		{T_A, T_A, 1, 1, 1},
		{T_A, T_A_FWD, 1, 1, 1},
		{T_A_FWD, T_A, 1, 1, 0},
		{T_A, T_B, 1, 1, 0},
		{T_A, T_UNION, 1, 0, 0},
		{T_B, T_FWD_B, 0, 0, 0},
		{T_FWD_B, T_FWD_B, 1, 1, 1},
		{T_FWD_B, T_FWD_UNION, 1, 1, 0},
		{T_ENUM, T_ENUM64, 1, 1, 1},
		{T_ENUM64, T_ENUM, 1, 1, 0},
		{T_ARRAY2, T_ARRAY2, 1, 1, 1},
		{T_ARRAY2, T_ARRAY3, 1, 1, 0},
		{T_FUNC, T_FUNC, 0, 1, 1},
		{T_FUNC, T_FUNC2, 0, 0, 0},
		{T_FUNC, T_FUNC_PTR, 0, 0, 0},
		{T_RING, T_INT, -EINVAL, -EINVAL, -EINVAL},
		{T_INT, 999, -EINVAL, -EINVAL, -EINVAL},
		{T_ARRAY_SELF, T_ARRAY_SELF, -E2BIG, -E2BIG, -E2BIG},
		{T_SELF, T_SELF, 1, 1, -E2BIG},
		{0, 0, 0, 1, 1},
	};
	struct btf *b = made(words, sizeof(words));
	struct corematch m;
	size_t i;
	int f, e, s;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		m = (struct corematch){.local = b, .target = b, .steps = 100000};
		f = corematch_field(&m, rows[i].a, rows[i].b);
		e = corematch_exists(&m, rows[i].a, rows[i].b);
		s = corematch_matches(&m, rows[i].a, rows[i].b);
		ck_assert_msg(f == rows[i].field && e == rows[i].exists && s == rows[i].matches,
			"%u, %u: %d %d %d", rows[i].a, rows[i].b, f, e, s);
	}
	btf_free(b);
}
END_TEST

Suite *suite_corematch(void)
{
	Suite *s = suite_create("corematch");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, flavors);
	tcase_add_test(t, pairs);
	suite_add_tcase(s, t);
	return s;
}
