// SPDX-License-Identifier: MIT
/* test_btftext.c - values by their types in BTF. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btftext.h"
#include "elf.h"
#include "t.h"

static struct btf *types(void)
{
	struct elf_file *f;
	struct elf_section s;
	struct btf *b;
	const void *p;
	size_t len;
	char *object = t_data("object/records.bpf.o", &len);

	ck_assert_int_eq(elf_open_memory(object, len, "records", &f, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, ".BTF", &s), 0);
	ck_assert_int_eq(elf_section_data(f, &s, &p, &len), 0);
	ck_assert_int_eq(btf_parse(p, len, &b, NULL), 0);
	elf_close(f);
	free(object);
	return b;
}

static char *put(const struct btf *b, uint32_t id, const void *p, size_t size, bool bare)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	ck_assert_int_ge(btftext_put(f, b, id, p, size, bare), 0);
	fclose(f);
	return text;
}

static void expect(
	const struct btf *b, const char *type, const void *p, size_t size, const char *want)
{
	char *text = put(b, btf_find(b, BTF_STRUCT, type), p, size, true);

	ck_assert_str_eq(text, want);
	free(text);
}

enum state { RUNNING, SLEEPING, DEAD = 64 };
enum way { BACK = -1, STAY };

/* The same as in records.bpf.c. */
struct bits {
	uint32_t low : 3, : 5, high : 12;
	int32_t minus : 4;
	enum state state : 8;
};

struct many {
	uint8_t a;
	int8_t b;
	uint16_t c;
	int32_t d;
	uint64_t e;
	int64_t f;
	bool yes;
	char letter;
	enum state state;
	enum way way;
	uint64_t where;
	char text[8];
	uint8_t bytes[4];
	uint16_t few[3];
	struct {
		uint32_t x, y;
	} at;
	uint32_t inside;
	uint32_t word;
	struct bits bits;
	float f4;
	double f8;
	uint32_t pad;
	uint64_t wide[2] __attribute__((aligned(16)));
};

static const struct many full = {.a = 200,
	.b = -100,
	.c = 65535,
	.d = -2000000000,
	.e = UINT64_MAX,
	.f = INT64_MIN,
	.yes = true,
	.letter = 'A',
	.state = DEAD,
	.way = BACK,
	.where = 0xffff888000001000,
	.text = "a\x1b\n",
	.bytes = {127, 0, 0, 1},
	.few = {1, 2, 3},
	.at = {4, 5},
	.inside = 6,
	.word = 0x107,
	.bits = {.low = 5, .high = 4000, .minus = -3, .state = SLEEPING},
	.f4 = 0.5f,
	.f8 = -1e100,
	.wide = {1, 2}};

START_TEST(every_type)
{
	struct btf *b = types();

	ck_assert_int_eq(btf_size(b, btf_find(b, BTF_STRUCT, "many")), sizeof(full));
	expect(b, "many", &full, sizeof(full),
		"a = 200, b = -100, c = 65535, d = -2000000000, e = 18446744073709551615, "
		"f = -9223372036854775808, yes = true, letter = 65, state = DEAD, way = BACK, "
		"where = 0xffff888000001000, text = a\\x1b\\n, bytes = 7f 00 00 01, "
		"few = {1, 2, 3}, at = {x = 4, y = 5}, inside = 6, word = 263, half = 7, "
		"bits = {low = 5, high = 4000, minus = -3, state = SLEEPING}, "
		"f4 = 0.5, f8 = -1e+100, "
		"wide = 01 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00");
	btf_free(b);
}
END_TEST

START_TEST(values_without_names)
{
	struct many m = full;
	struct btf *b = types();
	char *text;

	m.state = (enum state)7;
	m.way = (enum way) - 5;
	memset(m.text, 0, sizeof(m.text));
	memcpy(m.bytes, "abc", 4);
	text = put(b, btf_find(b, BTF_STRUCT, "many"), &m, sizeof(m), false);
	ck_assert_int_eq(text[0], '{');
	ck_assert_int_eq(text[strlen(text) - 1], '}');
	ck_assert_ptr_nonnull(strstr(text, ", state = 7, way = 4294967291, "));
	ck_assert_ptr_nonnull(strstr(text, ", text = \"\", bytes = abc, "));
	free(text);
	btf_free(b);
}
END_TEST

START_TEST(records_in_records)
{
	struct {
		struct {
			uint32_t uid;
			char name[16];
		} who;
		uint32_t slot;
	} key = {{1000, "bash"}, 3};
	struct btf *b = types();

	expect(b, "owner_key", &key, sizeof(key), "who = {uid = 1000, name = bash}, slot = 3");
	expect(b, "owner", &key, sizeof(key.who), "uid = 1000, name = bash");
	ck_assert(btftext_is_record(b, btf_find(b, BTF_STRUCT, "owner")));
	ck_assert(!btftext_is_record(b, btf_find(b, BTF_INT, "int")));
	ck_assert(!btftext_is_record(b, 0));
	ck_assert(!btftext_is_text(b, btf_find(b, BTF_STRUCT, "owner")));
	btf_free(b);
}
END_TEST

/* What BTF does not say, or says of other sizes. */
START_TEST(else_bytes)
{
	struct btf *b = types();
	char *text = put(b, btf_find(b, BTF_STRUCT, "owner"), "\1\2\3", 3, true);

	ck_assert_str_eq(text, "01 02 03");
	free(text);
	text = put(b, 0, "\1\2\3", 3, false);
	ck_assert_str_eq(text, "01 02 03");
	free(text);
	text = put(b, btf_n_types(b) + 7, "\1\2\3", 3, true);
	ck_assert_str_eq(text, "01 02 03");
	free(text);
	btf_free(b);
}
END_TEST

/* Types that say they hold themselves end, and soon. */
START_TEST(own_members)
{
	enum { MEMBERS = 60, WORDS = 6 + 3 + 3 * MEMBERS };
	uint32_t words[WORDS + 2] = {0x0001eb9f, 24, 0, 4 * (3 + 3 * MEMBERS),
		4 * (3 + 3 * MEMBERS), 8, 1, BTF_STRUCT << 24 | MEMBERS, 4};
	struct btf *b;
	char *text;
	size_t i;

	for (i = 0; i < MEMBERS; i++) {
		words[9 + 3 * i] = i % 2 ? 1 : 0;
		words[9 + 3 * i + 1] = 1;
	}
	memcpy(&words[WORDS], "\0abc\0\0\0\0", 8);
	ck_assert_int_eq(btf_parse(words, sizeof(words), &b, NULL), 0);
	text = put(b, 1, "\1\2\3\4", 4, true);
	ck_assert_uint_gt(strlen(text), 0);
	ck_assert_uint_lt(strlen(text), 1 << 20);
	free(text);
	btf_free(b);
}
END_TEST

/* What has no bytes is not left out: "int n; int more[0]; struct {} none; char text[0];" */
START_TEST(no_bytes)
{
	static const char strs[] = "\0int\0n\0more\0none\0char\0text\0of";
	enum { INT = 1, MORE = 5 + 2, NONE = 12, CHAR = 17, TEXT = 22, OF = 27 };
	const uint32_t types[] = {INT, BTF_INT << 24, 4, 32, CHAR, BTF_INT << 24, 1, 8, 0,
		BTF_ARRAY << 24, 0, 1, 1, 0, 0, BTF_ARRAY << 24, 0, 2, 1, 0, 0, BTF_STRUCT << 24, 0,
		OF, BTF_STRUCT << 24 | 4, 4, 5, 1, 0, MORE, 3, 32, NONE, 5, 32, TEXT, 4, 32};
	uint32_t words[6 + sizeof(types) / 4 + sizeof(strs) / 4 + 1] = {
		0x0001eb9f, 24, 0, sizeof(types), sizeof(types), sizeof(strs)};
	struct btf *b;

	memcpy(&words[6], types, sizeof(types));
	memcpy((char *)&words[6] + sizeof(types), strs, sizeof(strs));
	ck_assert_int_eq(btf_parse(words, 24 + sizeof(types) + sizeof(strs), &b, NULL), 0);
	expect(b, "of", "\7\0\0\0", 4, "n = 7, more = {}, none = {}, text = \"\"");
	btf_free(b);
}
END_TEST

START_TEST(full_disk)
{
	struct btf *b = types();
	FILE *f = fopen("/dev/full", "we");

	ck_assert_ptr_nonnull(f);
	setvbuf(f, NULL, _IONBF, 0);
	ck_assert_int_lt(
		btftext_put(f, b, btf_find(b, BTF_STRUCT, "many"), &full, sizeof(full), true), 0);
	fclose(f);
	btf_free(b);
}
END_TEST

Suite *suite_btftext(void);
Suite *suite_btftext(void)
{
	Suite *s = suite_create("btftext");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, every_type);
	tcase_add_test(t, values_without_names);
	tcase_add_test(t, records_in_records);
	tcase_add_test(t, else_bytes);
	tcase_add_test(t, own_members);
	tcase_add_test(t, no_bytes);
	tcase_add_test(t, full_disk);
	suite_add_tcase(s, t);
	return s;
}
