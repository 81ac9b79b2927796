// SPDX-License-Identifier: MIT
/* test_btfpath.c - "STRUCT.MEMBER" by BTF. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "btfpath.h"
#include "t.h"

Suite *suite_btfpath(void);

/* each name is where it stands in the strings */
static const char strings[] = "\0int\0rec\0a\0in\0deep\0pid_t\0p\0arr\0bit\0sock\0__sk_common\0"
			      "skc_family\0loop\0odd";

static uint32_t name(const char *s)
{
	size_t i;

	for (i = 0; i < sizeof(strings) && strcmp(strings + i, s) != 0;
		i += strlen(strings + i) + 1)
		;
	ck_assert_uint_lt(i, sizeof(strings));
	return (uint32_t)i;
}

#define INFO(kind, vlen, kflag) ((uint32_t)(kflag) << 31 | (uint32_t)(kind) << 24 | (vlen))

/* A BTF of a few records; its length in bytes. */
static size_t make(unsigned char *p)
{
	/* clang-format off */
	const uint32_t words[] = {
		/* 1: int  2: typedef int pid_t */
		name("int"), INFO(BTF_INT, 0, 0), 4, 1 << 24 | 32,
		name("pid_t"), INFO(BTF_TYPEDEF, 0, 0), 1,
		/* 3: rec { pid_t a; union { in in; }; rec *p; int arr[3]; int bit:3; } */
		name("rec"), INFO(BTF_STRUCT, 5, 1), 48,
		name("a"), 2, 32,
		0, 4, 64,
		name("p"), 6, 192,
		name("arr"), 7, 256,
		name("bit"), 1, 3U << 24 | 353,
		/* 4: union { struct in in; }  5: in { int deep; } */
		0, INFO(BTF_UNION, 1, 0), 8, name("in"), 5, 0,
		name("in"), INFO(BTF_STRUCT, 1, 0), 8, name("deep"), 1, 32,
		/* 6: rec *  7: int[3] */
		0, INFO(BTF_PTR, 0, 0), 3,
		0, INFO(BTF_ARRAY, 0, 0), 0, 1, 1, 3,
		/* 8: sock { in __sk_common }, whose skc_family the kernel calls sk_family */
		name("sock"), INFO(BTF_STRUCT, 1, 0), 16, name("__sk_common"), 9, 64,
		0, INFO(BTF_STRUCT, 1, 0), 8, name("skc_family"), 1, 16,
		/* 10: loop { loop unnamed, unnamed; } */
		name("loop"), INFO(BTF_STRUCT, 3, 0), 8, 0, 10, 0, 0, 10, 0, 0, 10, 0,
		/* 11: a function has no size */
		0, INFO(BTF_FUNC_PROTO, 0, 0), 0,
		name("odd"), INFO(BTF_STRUCT, 1, 0), 8, name("a"), 11, 0,
	};
	/* clang-format on */
	const uint32_t head[] = {0x1eb9f, 24, 0, sizeof(words), sizeof(words), sizeof(strings)};

	memcpy(p, head, sizeof(head));
	memcpy(p + sizeof(head), words, sizeof(words));
	memcpy(p + sizeof(head) + sizeof(words), strings, sizeof(strings));
	return sizeof(head) + sizeof(words) + sizeof(strings);
}

static unsigned char bytes[1024];
static struct btf *btf;

static void setup(void)
{
	ck_assert_int_eq(btf_view(bytes, make(bytes), &btf, NULL), 0);
}

static void teardown(void)
{
	btf_free(btf);
}

static void is(const char *path, uint64_t offset, uint64_t size, bool is_signed, bool plain)
{
	struct btfpath p;
	char msg[400] = "";

	ck_assert_msg(!btfpath_find(btf, path, 8, &p, msg, sizeof(msg)), "%s: %s", path, msg);
	ck_assert_uint_eq(p.offset, offset);
	ck_assert_uint_eq(p.size, size);
	ck_assert_msg(p.is_signed == is_signed && p.plain == plain, "%s", path);
}

static void isnt(const char *path, const char *want)
{
	struct btfpath p;
	char msg[400] = "";

	ck_assert_int_lt(btfpath_find(btf, path, 8, &p, msg, sizeof(msg)), 0);
	ck_assert_str_eq(msg, want);
}

START_TEST(places)
{
	struct btfpath p;
	char msg[80];

	is("rec", 0, 48, false, false);
	is("pid_t", 0, 4, true, true);
	is("rec.a", 4, 4, true, true);
	is("rec.in", 8, 8, false, false);
	is("rec.in.deep", 12, 4, true, true);
	is("rec.p", 24, 8, false, true);
	is("rec.arr", 32, 12, false, false);
	is("sock.sk_family", 10, 4, true, true);
	is("sock.__sk_common.skc_family", 10, 4, true, true);
	ck_assert_int_eq(btfpath_find(btf, "rec.p", 4, &p, msg, sizeof(msg)), 0);
	ck_assert_uint_eq(p.size, 4);
}
END_TEST

START_TEST(refusals)
{
	char longer[400];

	isnt("rec.nothing", "'rec' has no member 'nothing'");
	isnt("rec.arrr", "'rec' has no member 'arrr'; did you mean 'arr'?");
	isnt("rec.inn", "'rec' has no member 'inn'; did you mean 'in'?");
	isnt("rec.in.dep", "'rec.in' has no member 'dep'; did you mean 'deep'?");
	isnt("pid_tt", "no type 'pid_tt' in the kernel's BTF; did you mean 'pid_t'?");
	isnt("rec.p.a", "'rec.p' is a pointer: read it first, what it points to has 'rec.MEMBER'");
	isnt("rec.arr.a", "'rec.arr' is an array and has no members");
	isnt("rec.a.b", "'rec.a' is a number and has no members");
	isnt("rec.bit", "'rec.bit' is a bit field, 3 bits at bit 353; read the bytes around it and "
			"shift");
	isnt("odd.a", "'odd.a' has no size");
	isnt("sock.sk_nothing", "'sock' has no member 'sk_nothing'");
	isnt("rec.", "no name of a type or a member");
	isnt(".a", "no name of a type or a member");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	isnt(longer, "no name of a type or a member");
	/* it holds itself, thrice */
	isnt("loop.x", "'loop' has no member 'x'");
}
END_TEST

Suite *suite_btfpath(void)
{
	Suite *s = suite_create("btfpath");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, places);
	tcase_add_test(t, refusals);
	suite_add_tcase(s, t);
	return s;
}
