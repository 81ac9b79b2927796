// SPDX-License-Identifier: MIT
/* test_objmap.c - maps of BTF, of the older section, of global data; what is wrong with them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "t.h"

/* Open file after every text from was replaced by to, of the same length. */
static int open_edited(const char *file, const char *from, const char *to, struct object **o,
	struct rawbpf_error *e)
{
	size_t len, n = strlen(from) + 1;
	char *p = t_data(file, &len), *at = p;
	int err;

	ck_assert_uint_eq(strlen(to) + 1, n);
	for (; (at = memmem(at, len - (size_t)(at - p), from, n)); at++)
		memcpy(at, to, n);
	err = object_open(p, len, "x.o", o, e);
	free(p);
	return err;
}

START_TEST(unknown_member)
{
	struct rawbpf_error e;
	struct object *o;

	ck_assert_int_eq(
		open_edited("object/all.bpf.o", "max_entries", "max_entriez", &o, &e), -EINVAL);
	ck_assert_str_eq(e.msg, "'x.o': map 'dist': member 'max_entriez' is not known: EINVAL");
	ck_assert_str_eq(e.hint, "did you mean 'max_entries'?");
	ck_assert_int_eq(open_edited("object/all.bpf.o", "value", "pinnz", &o, &e), -EINVAL);
}
END_TEST

START_TEST(wrong_members)
{
	struct rawbpf_error e;
	struct object *o;

	/* "int (*type)[2]" under a name that wants a type */
	ck_assert_int_eq(open_edited("object/all.bpf.o", "type", "keyx", &o, &e), -EINVAL);
	/* the number of entries as pinning: maps are not pinned */
	ck_assert_int_eq(open_edited("object/all.bpf.o", "type", "name", &o, &e), -EINVAL);
}
END_TEST

START_TEST(no_btf)
{
	struct rawbpf_error e;
	struct object *o;

	ck_assert_int_eq(open_edited("object/all.bpf.o", ".BTF", ".XTF", &o, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "section '.maps' without its BTF"));
	ck_assert_str_eq(e.hint, "compile with -g");
}
END_TEST

START_TEST(legacy)
{
	struct rawbpf_error e;
	struct object *o;

	ck_assert_msg(!open_edited("object/old.bpf.o", "x", "x", &o, &e), "%s", e.msg);
	ck_assert_uint_eq(o->n_maps, 2);
	ck_assert_str_eq(o->maps[0].name, "first");
	ck_assert_uint_eq(o->maps[0].value_size, 16);
	ck_assert_str_eq(o->maps[1].name, "second");
	ck_assert_uint_eq(o->maps[1].type, RAWBPF_MAP_ARRAY);
	ck_assert_uint_eq(o->maps[1].max_entries, 3);
	ck_assert_uint_eq(o->maps[1].key_btf, 0);
	object_free(o);
}
END_TEST

/* What the kernel needs: sizes, offsets, order. */
START_TEST(datasecs_are_corrected)
{
	struct rawbpf_error e;
	struct object *o;
	struct btf_type t;
	struct btf_secvar v;
	uint32_t id, i, end, n = 0;

	ck_assert_msg(!open_edited("object/all.bpf.o", "x", "x", &o, &e), "%s", e.msg);
	for (id = 1; id < btf_n_types(o->btf); id++) {
		ck_assert(btf_type(o->btf, id, &t));
		if (t.kind != BTF_DATASEC)
			continue;
		ck_assert_uint_gt(t.size, 0);
		for (i = end = 0; i < t.vlen; i++) {
			btf_secvar(o->btf, &t, i, &v);
			ck_assert_uint_ge(v.offset, end);
			end = v.offset + v.size;
			ck_assert_uint_le(end, t.size);
		}
		n++;
	}
	ck_assert_uint_ge(n, 4);
	object_free(o);
}
END_TEST

Suite *suite_objmap(void);
Suite *suite_objmap(void)
{
	Suite *s = suite_create("objmap");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, unknown_member);
	tcase_add_test(t, wrong_members);
	tcase_add_test(t, no_btf);
	tcase_add_test(t, legacy);
	tcase_add_test(t, datasecs_are_corrected);
	suite_add_tcase(s, t);
	return s;
}
