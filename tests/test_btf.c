// SPDX-License-Identifier: MIT
/* test_btf.c - types, sizes, members; malformed bytes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "btf.h"
#include "t.h"

#define INFO(kind, vlen, kflag) ((uint32_t)(kflag) << 31 | (uint32_t)(kind) << 24 | (vlen))

static const char btf_strings[] = "\0int\0pair\0a\0b\0color\0red\0ring\0x\0.data";
enum {
	S_INT = 1,
	S_PAIR = 5,
	S_A = 10,
	S_B = 12,
	S_COLOR = 14,
	S_RED = 20,
	S_RING = 24,
	S_X = 29,
	S_DATA = 31
};

/* A header, words and strings. */
static unsigned char *btf_make(const uint32_t *words, size_t n, size_t *len)
{
	uint32_t h[6] = {0x1eb9f, 24, 0, (uint32_t)(n * 4), (uint32_t)(n * 4), sizeof(btf_strings)};
	unsigned char *p = malloc(sizeof(h) + n * 4 + sizeof(btf_strings));

	memcpy(p, h, sizeof(h));
	memcpy(p + sizeof(h), words, n * 4);
	memcpy(p + sizeof(h) + n * 4, btf_strings, sizeof(btf_strings));
	*len = sizeof(h) + n * 4 + sizeof(btf_strings);
	return p;
}

static const uint32_t btf_words[] = {
	/* 1: int, signed, 32 bits */
	S_INT,
	INFO(BTF_INT, 0, 0),
	4,
	1 << 24 | 32,
	/* 2: struct pair { int a; const int b[6]; } */
	S_PAIR,
	INFO(BTF_STRUCT, 2, 0),
	28,
	S_A,
	1,
	0,
	S_B,
	4,
	32,
	/* 3: const int */
	0,
	INFO(BTF_CONST, 0, 0),
	1,
	/* 4: const int[6] */
	0,
	INFO(BTF_ARRAY, 0, 0),
	0,
	3,
	1,
	6,
	/* 5: enum color { red = -1 } */
	S_COLOR,
	INFO(BTF_ENUM, 1, 1),
	4,
	S_RED,
	0xffffffff,
	/* 6, 7: typedefs of each other */
	S_RING,
	INFO(BTF_TYPEDEF, 0, 0),
	7,
	S_RING,
	INFO(BTF_TYPEDEF, 0, 0),
	6,
	/* 8: int *  9: int x */
	0,
	INFO(BTF_PTR, 0, 0),
	1,
	S_X,
	INFO(BTF_VAR, 0, 0),
	1,
	0,
	/* 10: .data of two variables, in the wrong order */
	S_DATA,
	INFO(BTF_DATASEC, 2, 0),
	0,
	9,
	8,
	4,
	9,
	0,
	4,
	/* 11: an array of arrays that is too big */
	0,
	INFO(BTF_ARRAY, 0, 0),
	0,
	4,
	1,
	0x10000000,
	/* 12: struct { int a:3; } */
	0,
	INFO(BTF_STRUCT, 1, 1),
	4,
	S_A,
	1,
	3u << 24 | 5,
};

static struct btf *btf_of(void)
{
	size_t len;
	unsigned char *p = btf_make(btf_words, sizeof(btf_words) / 4, &len);
	struct rawbpf_error e;
	struct btf *b;

	ck_assert_msg(!btf_parse(p, len, &b, &e), "%s", e.msg);
	free(p);
	return b;
}

START_TEST(types)
{
	struct btf *b = btf_of();
	struct btf_type t;
	struct btf_member m;

	ck_assert_uint_eq(btf_n_types(b), 13);
	ck_assert_uint_eq(btf_find(b, BTF_STRUCT, "pair"), 2);
	ck_assert_uint_eq(btf_find(b, BTF_UNION, "pair"), 0);
	ck_assert(btf_type(b, 2, &t));
	ck_assert_str_eq(t.name, "pair");
	ck_assert_uint_eq(t.vlen, 2);
	btf_member(b, &t, 1, &m);
	ck_assert_str_eq(m.name, "b");
	ck_assert_uint_eq(m.bit_offset, 32);
	ck_assert(btf_type(b, 12, &t));
	btf_member(b, &t, 0, &m);
	ck_assert_uint_eq(m.bit_size, 3);
	ck_assert_uint_eq(m.bit_offset, 5);
	ck_assert(!btf_type(b, 13, &t));
	ck_assert(btf_type(b, 0, &t));
	ck_assert_int_eq(t.kind, BTF_VOID);
	ck_assert(btf_type(b, 5, &t));
	ck_assert_uint_eq(btf_enum_value(b, &t, 0), UINT64_MAX);
	ck_assert(btf_is_signed(b, &t));
	ck_assert(btf_plain(b, 3, &t));
	ck_assert_uint_eq(t.id, 1);
	ck_assert(btf_is_signed(b, &t));
	ck_assert(!btf_plain(b, 6, &t)); /* a ring */
	btf_free(b);
}
END_TEST

START_TEST(sizes)
{
	struct btf *b = btf_of();

	ck_assert_int_eq(btf_size(b, 1), 4);
	ck_assert_int_eq(btf_size(b, 2), 28);
	ck_assert_int_eq(btf_size(b, 4), 24);
	ck_assert_int_eq(btf_size(b, 8), 8);
	ck_assert_int_eq(btf_size(b, 9), 4);
	ck_assert_int_lt(btf_size(b, 6), 0);
	ck_assert_int_eq(btf_size(b, 11), -EOVERFLOW);
	ck_assert_int_lt(btf_size(b, 0), 0);
	ck_assert_int_lt(btf_size(b, 99), 0);
	btf_free(b);
}
END_TEST

START_TEST(corrections)
{
	struct btf *b = btf_of();
	struct btf_type t;
	struct btf_secvar v;

	ck_assert(btf_type(b, 10, &t));
	btf_set_size(b, &t, 12);
	btf_sort_secvars(b, &t);
	ck_assert(btf_type(b, 10, &t));
	ck_assert_uint_eq(t.size, 12);
	btf_secvar(b, &t, 0, &v);
	ck_assert_uint_eq(v.offset, 0);
	btf_secvar(b, &t, 1, &v);
	ck_assert_uint_eq(v.offset, 8);
	v.offset = 4;
	btf_set_secvar(b, &t, 1, &v);
	btf_secvar(b, &t, 1, &v);
	ck_assert_uint_eq(v.offset, 4);
	ck_assert_uint_eq(v.type, 9);
	btf_free(b);
}
END_TEST

START_TEST(malformed)
{
	size_t len, i;
	unsigned char *p = btf_make(btf_words, sizeof(btf_words) / 4, &len);
	struct rawbpf_error e;
	struct btf *b;

	for (i = 0; i < len; i++) { /* cut off anywhere */
		ck_assert_int_eq(btf_parse(p, i, &b, &e), -EINVAL);
		ck_assert_ptr_null(b);
		ck_assert_ptr_nonnull(strstr(e.msg, "btf: "));
	}
	for (i = 0; i < len; i++) { /* every byte wrong once */
		unsigned char old = p[i];
		uint32_t id;

		p[i] = 0xff;
		if (!btf_parse(p, len, &b, &e)) {
			for (id = 0; id < btf_n_types(b); id++)
				btf_size(b, id);
			btf_free(b);
		}
		p[i] = old;
	}
	p[0] = 0xeb;
	p[1] = 0x9f;
	ck_assert_int_eq(btf_parse(p, len, &b, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "other byte order"));
	free(p);
}
END_TEST

START_TEST(kernels_own)
{
	struct rawbpf_error e;
	struct btf_type t;
	struct btf *b;
	size_t len;
	char *p;

	if (t_run(NULL, "test -r /sys/kernel/btf/vmlinux"))
		T_SKIP("no BTF of the kernel");
	p = t_read_file("/sys/kernel/btf/vmlinux", &len);
	ck_assert_msg(!btf_parse(p, len, &b, &e), "%s", e.msg);
	free(p);
	ck_assert(btf_type(b, btf_find(b, BTF_STRUCT, "task_struct"), &t));
	ck_assert_uint_gt(t.vlen, 100);
	ck_assert_int_eq(btf_size(b, t.id), t.size);
	btf_free(b);
}
END_TEST

/* What btf_each() was told, added up so that the order counts. */
struct each {
	uint32_t n, last;
	uint64_t sum;
	const struct btf *b;
};

static int each_type(void *arg, uint32_t id, enum btf_kind kind, const char *name)
{
	struct each *e = arg;
	struct btf_type t;

	ck_assert(btf_type(e->b, id, &t));
	ck_assert(t.kind == kind && !strcmp(t.name, name));
	e->sum = e->sum * 31 + id;
	return ++e->n == e->last ? 7 : 0;
}

/* A view finds what the table of all types finds, in any order, over many of its marks. */
START_TEST(view_is_as_good)
{
	enum { N = 1000 };
	uint32_t words[3 * N], i;
	struct btf *all, *view;
	struct btf_type a, b;
	unsigned char *p;
	size_t len;

	for (i = 0; i < N; i++) {
		words[3 * i] = i % 100 == 99 ? S_PAIR : S_X;
		words[3 * i + 1] = INFO(i % 2 ? BTF_CONST : BTF_FLOAT, 0, 0);
		words[3 * i + 2] = i % 2 ? i : 4;
	}
	p = btf_make(words, 3 * N, &len);
	ck_assert_int_eq(btf_parse(p, len, &all, NULL), 0);
	ck_assert_int_eq(btf_view(p, len, &view, NULL), 0);
	for (i = 0; i < 3 * N; i++) {
		uint32_t id = i * 517 % N + 1;

		ck_assert(btf_type(all, id, &a) && btf_type(view, id, &b));
		ck_assert_uint_eq(a.at, b.at);
		ck_assert(a.kind == b.kind && a.type == b.type && !strcmp(a.name, b.name));
	}
	ck_assert(!btf_type(view, N + 1, &b));
	ck_assert_uint_eq(btf_n_types(view), N + 1);
	btf_free(view);
	ck_assert_int_eq(btf_view(p, len, &view, NULL), 0);
	ck_assert_uint_eq(btf_find(view, BTF_CONST, "pair"), 100);
	ck_assert_uint_eq(btf_find(view, BTF_CONST, "pair"), btf_find(all, BTF_CONST, "pair"));
	ck_assert_uint_eq(btf_find_any(view, 1 << BTF_INT | 1 << BTF_CONST, "x"), 2);
	ck_assert_uint_eq(btf_find(view, BTF_CONST, "color"), 0);
	btf_free(view);
	/* all of them, one that was walked and one that was not; and not all */
	for (i = 0; i < 3; i++) {
		struct each x = {.b = all}, y = {.last = i == 2 ? 300 : 0};

		x.last = y.last;
		ck_assert_int_eq(btf_view(p, len, &view, NULL), 0);
		y.b = view;
		if (i == 1)
			ck_assert_uint_eq(btf_find(view, BTF_CONST, "pair"), 100);
		ck_assert_int_eq(btf_each(all, 1 << BTF_CONST, each_type, &x), i == 2 ? 7 : 0);
		ck_assert_int_eq(btf_each(view, 1 << BTF_CONST, each_type, &y), i == 2 ? 7 : 0);
		ck_assert(x.n == (i == 2 ? 300 : N / 2) && x.n == y.n && x.sum == y.sum);
		ck_assert_uint_eq(btf_n_types(view), N + 1);
		btf_free(view);
	}
	btf_free(all);
	free(p);
}
END_TEST

/* What is malformed is not there; what stands before it is. */
START_TEST(view_of_hostile_bytes)
{
	size_t len, i, n = sizeof(btf_words) / 4;
	unsigned char *p = btf_make(btf_words, n, &len);
	struct btf_type t;
	struct btf *b;
	uint32_t id;

	for (i = 24; i < 24 + 4 * n; i++) {
		p[i] ^= 0xff;
		ck_assert_int_eq(btf_view(p, len, &b, NULL), 0);
		btf_find(b, BTF_UNION, "nothing");
		for (id = 0; id < 20; id++)
			if (btf_type(b, id, &t))
				btf_size(b, id);
		btf_free(b);
		p[i] ^= 0xff;
	}
	for (i = 0; i < len; i++) {
		unsigned char *cut = malloc(i ? i : 1);

		memcpy(cut, p, i);
		ck_assert_int_eq(btf_view(cut, i, &b, NULL), -EINVAL);
		free(cut);
	}
	free(p);
}
END_TEST

Suite *suite_btf(void);
Suite *suite_btf(void)
{
	Suite *s = suite_create("btf");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, view_is_as_good);
	tcase_add_test(t, view_of_hostile_bytes);
	tcase_add_test(t, types);
	tcase_add_test(t, sizes);
	tcase_add_test(t, corrections);
	tcase_add_test(t, malformed);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, kernels_own);
	suite_add_tcase(s, live);
	return s;
}
