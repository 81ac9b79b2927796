// SPDX-License-Identifier: MIT
/* test_core.c - ways to fields, by number and by name; what they are in another kernel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "btffile.h"
#include "core.h"
#include "t.h"

Suite *suite_core(void);

static struct sys sys;
static struct btffile local, kernel;

static void open_one(const char *name, struct btffile *f)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/object/%s", TEST_DATA, name);
	ck_assert_int_eq(btffile_open(&sys, path, f, NULL), 0);
}

static void setup(void)
{
	open_one("core.bpf.o", &local);
	open_one("core_kernel.o", &kernel);
}

static void teardown(void)
{
	btffile_close(&sys, &local);
	btffile_close(&sys, &kernel);
}

static uint32_t type_of(const struct btf *b, const char *name)
{
	uint32_t id = btf_find_any(
		b, 1U << BTF_STRUCT | 1U << BTF_UNION | 1U << BTF_ENUM | 1U << BTF_TYPEDEF, name);

	ck_assert_msg(id, "%s", name);
	return id;
}

/* What core_match() and core_answer() say of a record, from the object's side to the kernel's. */
static int ask(enum core_kind kind, const char *type, const char *access, const char *target,
	struct core_answer *a)
{
	struct corematch m = {.local = local.btf, .target = kernel.btf, .steps = 1000};
	struct core_place l, t;
	int is;

	ck_assert_int_eq(core_parse(local.btf, kind, type_of(local.btf, type), access, &l), 0);
	is = core_match(&l, &m, type_of(kernel.btf, target), &t);
	if (is >= 0)
		ck_assert_int_eq(core_answer(&l, is ? &t : NULL, a), 0);
	return is;
}

START_TEST(answers)
{
	static const struct {
		enum core_kind kind;
		const char *type, *access, *target;
		int is;
		uint64_t was, value;
	} rows[] = {
		{CORE_FIELD_OFFSET, "task", "0:0", "task", 1, 0, 60},
		{CORE_FIELD_OFFSET, "task", "0:1", "task", 1, 4, 56},
		{CORE_FIELD_OFFSET, "task", "1:1", "task", 1, 4 + 216, 56 + 424},
		{CORE_FIELD_OFFSET, "task", "0:6:2:5", "task", 1, 53, 224},
		{CORE_FIELD_OFFSET, "task", "0:7:2:1", "task", 1, 92, 168},
		{CORE_FIELD_OFFSET, "task", "0:7:3:1", "task", 0, 108, 0}, /* only 3 there */
		{CORE_FIELD_SIZE, "task", "0:2", "task", 1, 4, 8},
		{CORE_FIELD_EXISTS, "task", "0:2", "task", 1, 1, 1},
		{CORE_FIELD_SIGNED, "task", "0:0", "task", 1, 1, 1},
		{CORE_FIELD_OFFSET, "task", "0:0", "choice", 0, 0, 0},
		{CORE_TYPE_SIZE, "choice", "0", "choice", 1, 8, 8},
		{CORE_TYPE_EXISTS, "task", "0", "inner", 1, 1,
			1}, /* names are compared elsewhere */
		{CORE_TYPE_EXISTS, "task", "0", "choice", 0, 1, 0},
		{CORE_ENUM_VALUE, "colour", "1", "colour", 1, 2, 200},
		{CORE_ENUM_VALUE, "colour", "2", "colour", 0, 3, 0},
		{CORE_ENUM_EXISTS, "colour", "2", "colour", 0, 1, 0},
		{CORE_ENUM_VALUE, "colour", "0", "task", 0, 1, 0},
		{CORE_TYPE_MATCHES, "choice", "0", "choice", 0, 1, 0}, /* u32 one, u16 there */
		{CORE_TYPE_MATCHES, "named_t", "0", "named_t", 1, 1, 1},
		{CORE_TYPE_MATCHES, "colour", "0", "colour", 0, 1, 0},
		{CORE_TYPE_MATCHES, "minus", "0", "minus", 1, 1, 1},
	};
	struct core_answer a;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int is = ask(rows[i].kind, rows[i].type, rows[i].access, rows[i].target, &a);

		ck_assert_msg(is == rows[i].is, "row %zu: %d", i, is);
		ck_assert_msg(a.was == rows[i].was && a.is == rows[i].value,
			"row %zu: was %llu, is %llu", i, (unsigned long long)a.was,
			(unsigned long long)a.is);
	}
}
END_TEST

START_TEST(what_is_not_there)
{
	struct core_answer a;

	ck_assert_int_eq(ask(CORE_FIELD_OFFSET, "task", "0:0", "choice", &a), 0);
	ck_assert(a.absent);
	ck_assert_int_eq(ask(CORE_FIELD_EXISTS, "task", "0:0", "choice", &a), 0);
	ck_assert(!a.absent && !a.is);
	ck_assert_int_eq(ask(CORE_TYPE_SIZE, "task", "0", "choice", &a), 0);
	ck_assert(!a.absent && !a.is);
	/* grows: unsigned; grows_too: signed */
	ck_assert_int_eq(ask(CORE_FIELD_OFFSET, "task", "0:2", "task", &a), 1);
	ck_assert(!a.unfit && a.was_size == 4 && a.is_size == 8);
	ck_assert_int_eq(ask(CORE_FIELD_OFFSET, "task", "0:4", "task", &a), 1);
	ck_assert(a.unfit);
}
END_TEST

START_TEST(malformed)
{
	static const struct {
		uint32_t kind;
		const char *type, *access;
		int err;
	} rows[] = {
		{CORE_FIELD_OFFSET, "task", "", -EINVAL},
		{CORE_FIELD_OFFSET, "task", ":", -EINVAL},
		{CORE_FIELD_OFFSET, "task", "0:", -EINVAL},
		{CORE_FIELD_OFFSET, "task", "0::1", -EINVAL},
		{CORE_FIELD_OFFSET, "task", "-1", -EINVAL},
		{CORE_FIELD_OFFSET, "task", "0x1", -EINVAL},
		{CORE_FIELD_OFFSET, "task", "0:99", -EINVAL},
		{CORE_FIELD_OFFSET, "task", "0:0:0", -EINVAL}, /* a number has no members */
		{CORE_FIELD_OFFSET, "task", "99999999999", -EINVAL},
		{CORE_FIELD_OFFSET, "task", "2000000000", -EINVAL}, /* too far */
		{CORE_FIELD_OFFSET, "task", "0:7:4", -EINVAL},	    /* more[4] */
		{CORE_KINDS, "task", "0", -EINVAL},
		{UINT32_MAX, "task", "0", -EINVAL},
		{CORE_TYPE_EXISTS, "task", "1", -EINVAL},
		{CORE_TYPE_EXISTS, "task", "0:0", -EINVAL},
		{CORE_ENUM_VALUE, "task", "0", -EINVAL},
		{CORE_ENUM_VALUE, "colour", "3", -EINVAL},
		{CORE_ENUM_VALUE, "colour", "0:0", -EINVAL},
	};
	struct core_place p;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(core_parse(local.btf, rows[i].kind, type_of(local.btf, rows[i].type),
				      rows[i].access, &p) == rows[i].err,
			"row %zu", i);
	ck_assert_int_eq(core_parse(local.btf, 0, 0, "0", &p), -EINVAL);
	ck_assert_int_eq(core_parse(local.btf, 0, 1000000, "0", &p), -EINVAL);
}
END_TEST

START_TEST(steps_end)
{
	struct corematch m = {.local = local.btf, .target = kernel.btf, .steps = 3};
	struct core_place l, t;

	ck_assert_int_eq(
		core_parse(local.btf, CORE_FIELD_OFFSET, type_of(local.btf, "task"), "0:0", &l), 0);
	ck_assert_int_eq(core_match(&l, &m, type_of(kernel.btf, "task"), &t), -E2BIG);
}
END_TEST

START_TEST(words)
{
	static const struct {
		enum core_kind kind;
		const char *type, *access, *text;
	} rows[] = {
		{CORE_FIELD_OFFSET, "task", "0:0", "field 'pid' of 'struct task'"},
		{CORE_FIELD_OFFSET, "task", "0:7:2:1", "field 'more[2].b' of 'struct task'"},
		{CORE_FIELD_OFFSET, "task", "1:1", "field '[1].tgid' of 'struct task'"},
		{CORE_FIELD_OFFSET, "task", "0:8:0", "field 'wrapped' of 'struct task'"},
		{CORE_FIELD_OFFSET, "task___old", "0:1", "field 'gone' of 'struct task'"},
		{CORE_TYPE_SIZE, "choice", "0", "type 'union choice'"},
		{CORE_TYPE_SIZE, "moved_int", "0", "type 'moved_int'"},
		{CORE_ENUM_VALUE, "colour", "2", "enumerator 'BLUE' of 'enum colour'"},
	};
	struct core_place p;
	char text[100], small[12];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(core_parse(local.btf, rows[i].kind,
					 type_of(local.btf, rows[i].type), rows[i].access, &p),
			0);
		ck_assert_str_eq(core_text(&p, text, sizeof(text)), rows[i].text);
	}
	ck_assert_str_eq(core_text(&p, small, sizeof(small)), "enumerator ");
}
END_TEST

Suite *suite_core(void)
{
	Suite *s = suite_create("core");
	TCase *t = tcase_create("unit");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, answers);
	tcase_add_test(t, what_is_not_there);
	tcase_add_test(t, malformed);
	tcase_add_test(t, steps_end);
	tcase_add_test(t, words);
	suite_add_tcase(s, t);
	return s;
}
