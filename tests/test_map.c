// SPDX-License-Identifier: MIT
/* test_map.c - maps made, refused, explained; names; older kernels. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"
#include "kern.h"
#include "map.h"
#include "t.h"

static int map_load(struct rawbpf *b)
{
	size_t len;
	char *p = t_data("object/all.bpf.o", &len);
	int err = rawbpf_load(b, .image = p, .image_len = len, .name = "dir/all-1.bpf.o");

	free(p);
	return err;
}

START_TEST(names)
{
	char out[RAWBPF_OBJ_NAME_LEN];

	map_kernel_name("", "dist", out);
	ck_assert_str_eq(out, "dist");
	map_kernel_name("", "a-b c.d_e", out);
	ck_assert_str_eq(out, "a_b_c.d_e");
	map_kernel_name("", "a_name_of_more_than_15", out);
	ck_assert_str_eq(out, "a_name_of_more_");
	map_kernel_name("program-of-mine", ".rodata", out);
	ck_assert_str_eq(out, "program_.rodata");
	map_kernel_name("p", ".rodata.str1.1.1", out);
	ck_assert_str_eq(out, ".rodata.str1.1.");
}
END_TEST

START_TEST(data_is_called_after_the_object)
{
	struct fake f = {0};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(map_load(b), 0);
	ck_assert_str_eq(f.last_map.map.map_name, "all_1.bss");
	ck_assert_uint_eq(f.last_map.map.btf_key_type_id, 0);
	ck_assert_uint_gt(f.last_map.map.btf_value_type_id, 0);
	rawbpf_free(b);
}
END_TEST

START_TEST(btf_refused)
{
	struct fake f = {.no_map_btf = true};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(map_load(b), 0);
	ck_assert_uint_eq(f.last_map.map.btf_fd, 0);
	ck_assert_str_eq(f.last_map.map.map_name, "all_1.bss"); /* names stay */
	ck_assert(!b->kern->no_map_names);
	rawbpf_free(b);
}
END_TEST

START_TEST(first_error_is_told)
{
	struct fake f = {.refuse_map = -EINVAL, .no_names = true};
	struct rawbpf *b = fake_context(&f);

	/* -E2BIG for the name, then -EINVAL: the first one is the answer */
	ck_assert_int_eq(map_load(b), -E2BIG);
	ck_assert_ptr_nonnull(
		strstr(rawbpf_errmsg(b), "map 'dist' (array, key 4, value 8, 65 entries)"));
	ck_assert_uint_eq(f.n_open, 0);
	rawbpf_free(b);
}
END_TEST

START_TEST(no_memory)
{
	struct fake f = {.refuse_map = -ENOMEM};
	struct rawbpf *b = fake_context(&f);

	ck_assert_int_eq(map_load(b), -ENOMEM);
	ck_assert_uint_eq(f.n_bpf[RAWBPF_MAP_CREATE], 1); /* no use in trying again */
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "fewer entries"));
	rawbpf_free(b);
}
END_TEST

/* One map of a type of its own. */
static int map_of(struct object_map *def, struct fake *f, struct rawbpf **out)
{
	struct object *o = calloc(1, sizeof(*o));
	struct rawbpf *b = *out = fake_context(f);

	o->name = strdup("<text>");
	o->maps = calloc(1, sizeof(*o->maps));
	*o->maps = *def;
	o->maps->name = strdup(def->name);
	o->n_maps = 1;
	b->object = o;
	return map_create_all(b, -1);
}

START_TEST(refusals_name_the_field)
{
	struct object_map def = {.name = (char *)(uintptr_t) "m",
		.type = RAWBPF_MAP_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = UINT32_MAX};
	struct fake none = {.refuse_map = -ENOMEM}, inval = {.refuse_map = -EINVAL};
	struct rawbpf *b;

	/* arrays store no keys */
	ck_assert_int_eq(map_of(&def, &none, &b), -ENOMEM);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "about 32768 MiB"));
	rawbpf_free(b);
	def.flags = 4;
	def.numa_node = 77;
	ck_assert_int_eq(map_of(&def, &inval, &b), -EINVAL);
	ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b), "numa_node, 77, must be one"));
	rawbpf_free(b);
}
END_TEST

START_TEST(ringbuf_is_rounded_up)
{
	struct object_map def = {.name = (char *)(uintptr_t) "r", .type = RAWBPF_MAP_RINGBUF};
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	struct fake f = {0};
	struct rawbpf *b;

	def.max_entries = 1;
	ck_assert_int_eq(map_of(&def, &f, &b), 0);
	ck_assert_uint_eq(f.last_map.map.max_entries, page);
	rawbpf_free(b);
	def.max_entries = page * 3;
	ck_assert_int_eq(map_of(&def, &f, &b), 0);
	ck_assert_uint_eq(f.last_map.map.max_entries, page * 4);
	rawbpf_free(b);
	def.max_entries = page * 8;
	ck_assert_int_eq(map_of(&def, &f, &b), 0);
	ck_assert_uint_eq(f.last_map.map.max_entries, page * 8);
	rawbpf_free(b);
}
END_TEST

START_TEST(perf_array_has_a_slot_for_each_cpu)
{
	struct object_map def = {.name = (char *)(uintptr_t) "p",
		.key_size = 4,
		.value_size = 4,
		.type = RAWBPF_MAP_PERF_EVENT_ARRAY};
	struct fake f = {0};
	struct rawbpf *b;

	ck_assert_int_eq(map_of(&def, &f, &b), 0);
	ck_assert_int_eq((int)f.last_map.map.max_entries, kern_possible_cpus(b));
	rawbpf_free(b);
}
END_TEST

START_TEST(rule_is_named_at_once)
{
	struct object_map def = {.name = (char *)(uintptr_t) "a",
		.type = RAWBPF_MAP_ARRAY,
		.key_size = 8,
		.value_size = 8,
		.max_entries = 1};
	struct fake f = {.refuse_map = -EINVAL};
	struct rawbpf *b;

	ck_assert_int_eq(map_of(&def, &f, &b), -EINVAL);
	ck_assert_str_eq(rawbpf_errmsg(b), "map 'a' of type array refused: its key size must be 4: "
					   "the key is an index: EINVAL");
	ck_assert_uint_eq(f.n_bpf[RAWBPF_MAP_CREATE], 1);
	rawbpf_free(b);
}
END_TEST

Suite *suite_map(void);
Suite *suite_map(void)
{
	Suite *s = suite_create("map");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, names);
	tcase_add_test(t, data_is_called_after_the_object);
	tcase_add_test(t, btf_refused);
	tcase_add_test(t, first_error_is_told);
	tcase_add_test(t, no_memory);
	tcase_add_test(t, refusals_name_the_field);
	tcase_add_test(t, ringbuf_is_rounded_up);
	tcase_add_test(t, perf_array_has_a_slot_for_each_cpu);
	tcase_add_test(t, rule_is_named_at_once);
	suite_add_tcase(s, t);
	return s;
}
