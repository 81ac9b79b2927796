// SPDX-License-Identifier: MIT
/* test_btfpath.c - "STRUCT.MEMBER" by BTF. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "btffile.h"
#include "btfpath.h"
#include "t.h"

Suite *suite_btfpath(void);

/* each name is where it stands in the strings */
static const char strings[] = "\0int\0rec\0a\0in\0deep\0pid_t\0p\0arr\0bit\0sock\0__sk_common\0"
			      "skc_family\0loop\0odd\0colour\0RED\0BLUE\0n\0count_t\0box\0to";

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
		/* 13: enum colour { RED = 1, BLUE = -2 } */
		name("colour"), INFO(BTF_ENUM, 2, 1), 4, name("RED"), 1, name("BLUE"), -2U,
		/* 14: struct { int n; }  15: its typedef count_t  16: count_t *  17: box { count_t *to; } */
		0, INFO(BTF_STRUCT, 1, 0), 4, name("n"), 1, 0,
		name("count_t"), INFO(BTF_TYPEDEF, 0, 0), 14,
		0, INFO(BTF_PTR, 0, 0), 15,
		name("box"), INFO(BTF_STRUCT, 1, 0), 8, name("to"), 16, 0,
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
	isnt("rec.p.a", "'rec.p.a' goes through the pointer 'p': read that first, what it points "
			"to is a 'rec'");
	isnt("rec.arr.a", "'rec.arr' is an array and has no members");
	isnt("rec.a.b", "'rec.a' is a number and has no members");
	isnt("rec.bit", "'rec.bit' is a bit field, 3 bits at bit 353");
	isnt("odd.a", "'odd.a' has no size");
	isnt("sock.sk_nothing", "'sock' has no member 'sk_nothing'");
	isnt("rec.", "no name of a type or a member");
	isnt(".a", "no enumerator 'a' in the kernel's BTF");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	isnt(longer, "no name of a type or a member");
	/* it holds itself, thrice */
	isnt("loop.x", "'loop' has no member 'x'");
}
END_TEST

/* "TYPE rec STRUCT 48 | MEMBER p PTR 8 @192 | ..." of each step */
static void steps(const char *path, const char *want)
{
	static const char *const kinds[] = {"TYPE", "MEMBER", "ELEMENT", "VALUE"};
	static const char *const types[] = {
		"INT", "PTR", "ARRAY", "STRUCT", "UNION", "ENUM", "FLOAT", "OTHER"};
	struct bpfasm_step s[BPFASM_STEPS];
	char msg[400] = "", text[512] = "";
	int i, n = btfpath_walk(btf, path, 8, s, msg, sizeof(msg));

	ck_assert_msg(n > 0, "%s: %s", path, msg);
	for (i = 0; i < n; i++) {
		size_t len = strlen(text);

		snprintf(text + len, sizeof(text) - len, "%s%s %s %s%s %s %u", i ? " | " : "",
			kinds[s[i].kind], s[i].name, s[i].is_signed ? "S" : "", types[s[i].type],
			s[i].type_name, (unsigned)s[i].size);
		len = strlen(text);
		if (s[i].kind == BPFASM_STEP_MEMBER)
			snprintf(text + len, sizeof(text) - len, " @%u:%u",
				(unsigned)s[i].bit_offset, (unsigned)s[i].bits);
		else if (s[i].kind != BPFASM_STEP_TYPE)
			snprintf(text + len, sizeof(text) - len, " =%d", (int)s[i].value);
	}
	ck_assert_str_eq(text, want);
}

START_TEST(steps_of_names)
{
	steps("rec.in.deep", "TYPE rec STRUCT rec 48 | MEMBER in STRUCT in 8 @64:0 | "
			     "MEMBER deep SINT int 4 @32:0");
	steps("rec.p.p.a", "TYPE rec STRUCT rec 48 | MEMBER p PTR  8 @192:0 | TYPE rec STRUCT rec "
			   "48 | MEMBER p PTR  8 @192:0 | TYPE rec STRUCT rec 48 | "
			   "MEMBER a SINT int 4 @32:0");
	steps("rec.arr[2]", "TYPE rec STRUCT rec 48 | MEMBER arr ARRAY  12 @256:0 | "
			    "ELEMENT  SINT int 4 =2");
	steps("rec.bit", "TYPE rec STRUCT rec 48 | MEMBER bit SINT int 4 @353:3");
	steps("sock.sk_family", "TYPE sock STRUCT sock 16 | MEMBER __sk_common STRUCT  8 @64:0 | "
				"MEMBER skc_family SINT int 4 @16:0");
	steps("colour.BLUE", "TYPE colour SENUM colour 4 | VALUE BLUE SENUM colour 4 =-2");
	steps(".BLUE", "TYPE colour SENUM colour 4 | VALUE BLUE SENUM colour 4 =-2");
	steps(".RED", "TYPE colour SENUM colour 4 | VALUE RED SENUM colour 4 =1");
	/* by the name that was asked for */
	steps("pid_t", "TYPE pid_t SINT int 4");
	steps("count_t.n", "TYPE count_t STRUCT  4 | MEMBER n SINT int 4 @0:0");
	/* a pointer to a record that only a typedef names */
	steps("box.to.n", "TYPE box STRUCT box 8 | MEMBER to PTR  8 @0:0 | "
			  "TYPE count_t STRUCT  4 | MEMBER n SINT int 4 @0:0");
}
END_TEST

/* not as one place, but as steps */
static void no_steps(const char *path, const char *want)
{
	struct bpfasm_step s[BPFASM_STEPS];
	char msg[400] = "";

	ck_assert_int_lt(btfpath_walk(btf, path, 8, s, msg, sizeof(msg)), 0);
	ck_assert_str_eq(msg, want);
}

START_TEST(no_such_step)
{
	char far[600] = "rec";
	int i;

	no_steps("rec.arr[3]", "'rec.arr' has 3 elements, no [3]");
	no_steps("rec.arr[99999999999999999999]", "an element is '[NUMBER]'");
	no_steps("rec.arr[]", "an element is '[NUMBER]'");
	no_steps("rec.arr[1", "an element is '[NUMBER]'");
	no_steps("rec.arr[1]x", "no name of a type or a member");
	no_steps("rec.p[0]", "'rec.p' is a pointer and has no elements");
	no_steps("rec.a[0]", "'rec.a' is a number and has no elements");
	no_steps("rec.in[0]", "'rec.in' is a record and has no elements");
	no_steps("colour.BLUEE", "'colour' has no enumerator 'BLUEE'; did you mean 'BLUE'?");
	no_steps(".GREEN", "no enumerator 'GREEN' in the kernel's BTF");
	no_steps(".BLUEE", "no enumerator 'BLUEE' in the kernel's BTF; did you mean 'BLUE'?");
	no_steps(".", "no enumerator '' in the kernel's BTF");
	for (i = 0; i < 64; i++)
		strcat(far, ".p");
	no_steps(far, "a name of more than 64 parts");
}
END_TEST

/* ---- the running kernel's, beside what bpftool reads in it ----------------------------------- */

static const char *const host_types[] = {"task_struct", "sk_buff", "sock", "file", "mm_struct"};

START_TEST(as_bpftool_says)
{
	struct bpfasm_step s[BPFASM_STEPS];
	char line[512], member[128], path[256], msg[400], cmd[256];
	unsigned offset, bits, seen = 0;
	struct btffile f = {0};
	struct sys sys = {0};
	size_t i;
	FILE *p;

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		T_SKIP("no /sys/kernel/btf/vmlinux");
	ck_assert_int_eq(btffile_open(&sys, "/sys/kernel/btf/vmlinux", &f, NULL), 0);
	for (i = 0; i < sizeof(host_types) / sizeof(host_types[0]); i++) {
		snprintf(cmd, sizeof(cmd),
			"bpftool btf dump file /sys/kernel/btf/vmlinux | awk '/^\\[/ {on = $2 == "
			"\"STRUCT\" && $3 == \"\\047%s\\047\"; next} on' | tr -d \"'\"",
			host_types[i]);
		p = popen(cmd, "r");
		ck_assert_ptr_nonnull(p);
		while (fgets(line, sizeof(line), p)) {
			bits = 0;
			if (sscanf(line, " %127s type_id=%*u bits_offset=%u bitfield_size=%u",
				    member, &offset, &bits) < 2 ||
				*member == '(')
				continue;
			snprintf(path, sizeof(path), "%s.%s", host_types[i], member);
			ck_assert_msg(btfpath_walk(f.btf, path, 8, s, msg, sizeof(msg)) == 2,
				"%s: %s", path, msg);
			ck_assert_uint_eq(s[1].bit_offset, offset);
			ck_assert_uint_eq(s[1].bits, bits);
			seen++;
		}
		ck_assert_int_eq(pclose(p), 0);
	}
	btffile_close(&sys, &f);
	ck_assert_uint_gt(seen, 200);
}
END_TEST

Suite *suite_btfpath(void)
{
	Suite *s = suite_create("btfpath");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, places);
	tcase_add_test(t, refusals);
	tcase_add_test(t, steps_of_names);
	tcase_add_test(t, no_such_step);
	suite_add_tcase(s, t);
	t = tcase_create("host");
	tcase_add_test(t, as_bpftool_says);
	suite_add_tcase(s, t);
	return s;
}
