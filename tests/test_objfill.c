// SPDX-License-Identifier: MIT
/* test_objfill.c - what maps of an object hold from the start. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "t.h"
#include "tasm.h"

static const char source[] = ".map one array(u64, 4)\n"
			     ".map outer array_of_maps(one, 8) = {0, one, 0, two}\n"
			     ".map two array(u64, 4)\n"
			     ".map bare hash_of_maps(hash(u32, u64, 16), 5)\n"
			     ".map jumps prog_array(3) = {0, last}\n"
			     ".prog p \"socket\"\nreturn 0\n"
			     ".prog last \"socket\"\nreturn 0\n";

static int open_text(const char *from, const char *to, struct object **o, struct rawbpf_error *e)
{
	struct bpfasm_opts opts = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	unsigned char *at;
	int err;

	opts.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	ck_assert_int_eq(bpfasm_assemble(source, sizeof(source) - 1, &opts, &out), 0);
	for (at = out.data; from; at += strlen(to)) {
		at = memmem(at, out.len - (size_t)(at - out.data), from, strlen(from) + 1);
		if (!at)
			break;
		memcpy(at, to, strlen(to));
	}
	err = object_open(out.data, out.len, "x.o", o, e);
	bpfasm_free(&out);
	return err;
}

START_TEST(values)
{
	struct rawbpf_error e;
	struct object *o;
	const struct object_map *m;

	ck_assert_msg(!open_text(NULL, NULL, &o, &e), "%s", e.msg);
	ck_assert_uint_eq(o->n_maps, 5);
	m = &o->maps[1];
	ck_assert_uint_eq(m->type, RAWBPF_MAP_ARRAY_OF_MAPS);
	ck_assert_uint_eq(m->value_size, 4);
	ck_assert_uint_eq(m->inner->type, RAWBPF_MAP_ARRAY);
	ck_assert_uint_eq(m->inner->value_size, 8);
	ck_assert_uint_eq(m->inner->max_entries, 4);
	ck_assert_uint_eq(m->n_values, 2);
	ck_assert_uint_eq(m->values[0].index, 1);
	ck_assert_str_eq(o->maps[m->values[0].target].name, "one");
	ck_assert_uint_eq(m->values[1].index, 3);
	ck_assert_str_eq(o->maps[m->values[1].target].name, "two");
	m = &o->maps[3];
	ck_assert_uint_eq(m->inner->type, RAWBPF_MAP_HASH);
	ck_assert_uint_eq(m->n_values, 0);
	m = &o->maps[4];
	ck_assert_ptr_null(m->inner);
	ck_assert_uint_eq(m->n_values, 1);
	ck_assert_uint_eq(m->values[0].index, 1);
	ck_assert_str_eq(o->progs[m->values[0].target].name, "last");
	object_free(o);
}
END_TEST

START_TEST(malformed)
{
	struct rawbpf_error e;
	struct object *o;

	ck_assert_int_eq(open_text("values", "valuez", &o, &e), -EINVAL);
	ck_assert_msg(strstr(e.msg, "member 'valuez' is not known"), "%s", e.msg);
	ck_assert_str_eq(e.hint, "did you mean 'value', 'values'?");
}
END_TEST

/* What counts them has 4 bytes.  A size is an array of int that long, and int and its index come first. */
START_TEST(wide_keys)
{
	const uint32_t four[3] = {1, 2, 4}, eight[3] = {1, 2, 8};
	struct bpfasm_opts opts = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	struct rawbpf_error e;
	struct object *o;
	unsigned char *at;

	opts.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	ck_assert_int_eq(bpfasm_assemble(source, sizeof(source) - 1, &opts, &out), 0);
	for (at = out.data;
		(at = memmem(at, out.len - (size_t)(at - out.data), four, sizeof(four)));)
		memcpy(at, eight, sizeof(eight));
	ck_assert_int_eq(object_open(out.data, out.len, "x.o", &o, &e), -EINVAL);
	ck_assert_msg(strstr(e.msg, "is counted, and keys are not of 4 bytes"), "%s", e.msg);
	bpfasm_free(&out);
}
END_TEST

Suite *suite_objfill(void);
Suite *suite_objfill(void)
{
	Suite *s = suite_create("objfill");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, values);
	tcase_add_test(t, malformed);
	tcase_add_test(t, wide_keys);
	suite_add_tcase(s, t);
	return s;
}
