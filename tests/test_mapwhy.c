// SPDX-License-Identifier: MIT
/* test_mapwhy.c - refused maps in words: the rule, the field, the line that the map was written in. */
#include "map.h"

#include <errno.h>
#include <string.h>

#include "fake.h"
#include "t.h"

static struct rawbpf *refused(struct fake *f, const char *text)
{
	struct rawbpf *b = fake_context(f);

	ck_assert_int_lt(rawbpf_load(b, .text = text, .name = "m.bpf"), 0);
	return b;
}

/* Each with its line, which is also in the error's own fields, and its text before the hint. */
START_TEST(lines)
{
	static const struct {
		const char *text;
		int err;
		const char *msg, *hint;
		unsigned line;
	} rows[] = {
		{".map a hash(u32, u64, 10)\n\n\t.map b queue(u64, 10) flags=1\n", -EINVAL,
			"m.bpf:1: map 'a' (hash, key 4, value 8, 10 entries) refused: EINVAL",
			"'.map a hash(u32, u64, 10)'", 1},
		{"; one\n\n  .map b queue(u64, 10) flags=1\n", -EINVAL,
			"m.bpf:3: map 'b' of type queue refused: its flags must not have "
			"BPF_F_NO_PREALLOC: EINVAL",
			"'.map b queue(u64, 10) flags=1'", 3},
		{".map a type(1, 0, 8, 10)\n", -EINVAL,
			"m.bpf:1: map 'a' of type hash refused: its key size is 0: EINVAL",
			"'.map a type(1, 0, 8, 10)'", 1},
		{".map a array(u64, 4000000000)\n", -ENOMEM,
			"m.bpf:1: map 'a' (array, key 4, value 8, 4000000000 entries) refused: "
			"ENOMEM",
			"'.map a array(u64, 4000000000)': it needs about 30518 MiB; give it fewer "
			"entries",
			1},
		{"\n.bss x: u64\n.bss y: u64\n", -EINVAL,
			"m.bpf:2: map '.bss' (array, key 4, value 16, 1 entries) refused: EINVAL",
			"'.bss x: u64': global variables need Linux 5.2", 2},
		{".map in type(1, 0, 8, 10)\n.map out array_of_maps(in, 2)\n", -EINVAL,
			"m.bpf:1: map 'in' of type hash", "'.map in", 1},
	};
	const struct rawbpf_error *e;
	char text[300];
	struct rawbpf *b;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fake f = {.refuse_map = rows[i].err};

		snprintf(text, sizeof(text), "%s.prog p \"socket\"\nr0 = 0\nexit\n", rows[i].text);
		b = refused(&f, text);
		e = rawbpf_error(b);
		ck_assert_msg(!strncmp(e->msg, rows[i].msg, strlen(rows[i].msg)), "%s", e->msg);
		ck_assert_msg(e->hint && !strncmp(e->hint, rows[i].hint, strlen(rows[i].hint)),
			"%s: %s", e->msg, e->hint);
		ck_assert_str_eq(e->src_file, "m.bpf");
		ck_assert_uint_eq(e->line, rows[i].line);
		ck_assert_int_eq(e->err, rows[i].err);
		rawbpf_free(b);
		ck_assert_uint_eq(f.n_open, 0);
	}
}
END_TEST

/* An object of another maker tells no lines of maps: the name must do. */
START_TEST(by_name_alone)
{
	struct fake f = {.refuse_map = -EINVAL};
	struct rawbpf *b = fake_context(&f);
	const struct rawbpf_error *e = rawbpf_error(b);

	ck_assert_int_eq(fake_load(b, "object/all.bpf.o"), -EINVAL);
	ck_assert_msg(!strncmp(e->msg, "map '", 5), "%s", e->msg);
	ck_assert_ptr_null(e->src_file);
	ck_assert_uint_eq(e->line, 0);
	rawbpf_free(b);
}
END_TEST

/* What keeps one map out of another. */
START_TEST(unlike)
{
	static const struct {
		const char *maps, *says;
	} rows[] = {
		{".map i array(u64, 10)\n.map j array(u32, 10)\n", "its value size is 4, not 8"},
		{".map i hash(u64, u64, 10)\n.map j hash(u32, u64, 10)\n",
			"its key size is 4, not 8"},
		{".map i hash(u64, u64, 10)\n.map j lru_hash(u64, u64, 10)\n",
			"its type is lru_hash, not hash"},
		{".map i hash(u64, u64, 10)\n.map j hash(u64, u64, 10) flags=1\n",
			"its flags is 1, not 0"},
		{".map i array(u64, 10)\n.map j array(u64, 11)\n", "BPF_F_INNER_MAP"},
		{".map i hash(u64, u64, 10)\n.map j hash(u64, u64, 11)\n", "from Linux 5.10 on"},
		{".map i array(u64, 10)\n.map j array(u64, 10)\n", "locks and timers"},
	};
	const struct rawbpf_error *e;
	char text[300];
	struct rawbpf *b;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fake f = {.refuse_update = -EINVAL};

		snprintf(text, sizeof(text),
			"%s.map a array_of_maps(i, 2) = {j}\n.prog p \"socket\"\nr0 = 0\nexit\n",
			rows[i].maps);
		b = refused(&f, text);
		e = rawbpf_error(b);
		ck_assert_str_eq(e->msg, "m.bpf:3: map 'a': element 0 cannot be 'j': EINVAL");
		ck_assert_ptr_nonnull(e->hint);
		ck_assert_msg(strstr(e->hint, rows[i].says) != NULL, "%s", e->hint);
		ck_assert_msg(!strncmp(e->hint, "'.map a array_of_maps(i, 2) = {j}': ", 36), "%s",
			e->hint);
		rawbpf_free(b);
		ck_assert_uint_eq(f.n_open, 0);
	}
}
END_TEST

Suite *suite_mapwhy(void);
Suite *suite_mapwhy(void)
{
	Suite *s = suite_create("mapwhy");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, lines);
	tcase_add_test(t, by_name_alone);
	tcase_add_test(t, unlike);
	suite_add_tcase(s, t);
	return s;
}
