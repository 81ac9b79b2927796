// SPDX-License-Identifier: MIT
/* test_objrel.c - relocations to maps, variables, functions, and to nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "t.h"

static struct object *rel_object(const char *file)
{
	struct rawbpf_error e;
	struct object *o;
	size_t len;
	char *p = t_data(file, &len);

	ck_assert_msg(!object_open(p, len, file, &o, &e), "%s", e.msg);
	free(p);
	return o;
}

static unsigned rel_count(const struct object *o, enum object_rel_kind kind, const char *map)
{
	unsigned n = 0;
	size_t i, k;

	for (i = 0; i < o->n_texts; i++)
		for (k = 0; k < o->texts[i].n_rels; k++) {
			const struct object_rel *r = &o->texts[i].rels[k];

			ck_assert(!k || r[-1].insn < r->insn); /* in order */
			n += r->kind == kind && (!map || !strcmp(o->maps[r->index].name, map));
		}
	return n;
}

START_TEST(kinds)
{
	struct object *o = rel_object("object/all.bpf.o");

	ck_assert_uint_gt(rel_count(o, OBJECT_REL_MAP, "dist"), 1);
	ck_assert_uint_eq(rel_count(o, OBJECT_REL_MAP, "by_comm"), 0);
	ck_assert_uint_gt(rel_count(o, OBJECT_REL_VALUE, ".bss"), 0);
	ck_assert_uint_gt(rel_count(o, OBJECT_REL_VALUE, ".data"), 0);
	ck_assert_uint_gt(rel_count(o, OBJECT_REL_VALUE, ".rodata"), 1);
	ck_assert_uint_ge(rel_count(o, OBJECT_REL_CALL, NULL), 4);
	ck_assert_uint_eq(rel_count(o, OBJECT_REL_BAD, NULL), 0);
	object_free(o);
}
END_TEST

START_TEST(offsets_into_constants)
{
	struct object *o = rel_object("object/all.bpf.o");
	bool string = false;
	size_t i, k;

	for (i = 0; i < o->n_texts; i++)
		for (k = 0; k < o->texts[i].n_rels; k++) {
			const struct object_rel *r = &o->texts[i].rels[k];
			const struct object_map *m = &o->maps[r->index];

			if (r->kind != OBJECT_REL_VALUE)
				continue;
			ck_assert_uint_lt(r->offset, m->value_size);
			string |= m->data && m->value_size - r->offset >= 10 &&
				  !memcmp(m->data + r->offset, "opened %d", 10);
		}
	ck_assert(string);
	object_free(o);
}
END_TEST

START_TEST(legacy_map)
{
	struct object *o = rel_object("object/old.bpf.o");

	ck_assert_uint_eq(rel_count(o, OBJECT_REL_MAP, "second"), 1);
	ck_assert_uint_eq(rel_count(o, OBJECT_REL_MAP, "first"), 0);
	object_free(o);
}
END_TEST

/* What nothing defines is an error only in the programs that use it. */
START_TEST(undefined)
{
	struct object *o = rel_object("object/odd.bpf.o");

	ck_assert_uint_eq(rel_count(o, OBJECT_REL_BAD, NULL), 2);
	ck_assert_uint_eq(o->n_bad, 2);
	ck_assert_ptr_nonnull(strstr(o->bad[0], "'bpf_nowhere'"));
	ck_assert_ptr_nonnull(strstr(o->bad[1], "'CONFIG_HZ'"));
	object_free(o);
}
END_TEST

Suite *suite_objrel(void);
Suite *suite_objrel(void)
{
	Suite *s = suite_create("objrel");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, kinds);
	tcase_add_test(t, offsets_into_constants);
	tcase_add_test(t, legacy_map);
	tcase_add_test(t, undefined);
	suite_add_tcase(s, t);
	return s;
}
