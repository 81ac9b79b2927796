// SPDX-License-Identifier: MIT
/* test_objext.c - externs of an object: the map they make, its BTF, what refers to them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "t.h"

/* The object with every text from replaced by to, of the same length. */
static int objext_open(const char *from, const char *to, struct object **o, struct rawbpf_error *e)
{
	size_t len, n = strlen(from);
	char *p = t_data("object/extern.bpf.o", &len), *at = p;
	int err;

	for (; *to && (at = memmem(at, len - (size_t)(at - p), from, n)); at++)
		memcpy(at, to, n);
	err = object_open(p, len, "x.o", o, e);
	free(p);
	return err;
}

static struct object *objext_object(void)
{
	struct rawbpf_error e;
	struct object *o;

	ck_assert_msg(!objext_open("", "", &o, &e), "%s", e.msg);
	return o;
}

static const struct object_extern *objext_named(const struct object *o, const char *name)
{
	const struct object_extern *x = object_extern(o, name);

	ck_assert_msg(x != NULL, "no extern %s", name);
	return x;
}

START_TEST(map_of_constants)
{
	struct object *o = objext_object();
	const struct object_extern *x;
	const struct object_map *m;

	ck_assert_uint_eq(o->n_externs, 11);
	x = objext_named(o, "LINUX_HAS_BPF_COOKIE");
	ck_assert(!x->weak);
	ck_assert_uint_eq(x->size, 1);
	m = &o->maps[x->map];
	ck_assert_str_eq(m->name, ".kconfig");
	ck_assert_int_eq(m->kind, OBJECT_MAP_RODATA);
	ck_assert_uint_eq(m->flags, RAWBPF_F_RDONLY_PROG);
	ck_assert_uint_eq(m->max_entries, 1);
	ck_assert_ptr_nonnull(m->data);
	ck_assert(m->value_btf);
	x = objext_named(o, "CONFIG_HEX");
	ck_assert(x->weak);
	ck_assert_uint_eq(x->size, 8);
	ck_assert_uint_eq(x->offset % 8, 0);
	ck_assert_uint_eq(objext_named(o, "CONFIG_LESS")->offset % 2, 0);
	ck_assert_uint_eq(objext_named(o, "CONFIG_TEXT")->size, 6);
	ck_assert(!objext_named(o, "CONFIG_HZ")->weak);
	ck_assert_ptr_null(object_extern(o, "CONFIG"));
	object_free(o);
}
END_TEST

/* As the kernel wants it: a size, rising offsets, no externs, hidden functions static. */
START_TEST(btf_is_corrected)
{
	struct object *o = objext_object();
	uint32_t i, end = 0, linkage;
	struct btf_type t, var;
	struct btf_secvar v;
	const unsigned char *p;
	size_t len;

	p = btf_bytes(o->btf, &len);
	ck_assert(btf_type(o->btf, btf_find(o->btf, BTF_DATASEC, ".kconfig"), &t));
	ck_assert_uint_eq(t.vlen, 11);
	for (i = 0; i < t.vlen; i++) {
		btf_secvar(o->btf, &t, i, &v);
		ck_assert_uint_ge(v.offset, end);
		ck_assert_uint_gt(v.size, 0);
		end = v.offset + v.size;
		ck_assert(btf_type(o->btf, v.type, &var));
		memcpy(&linkage, p + var.at, sizeof(linkage));
		ck_assert_uint_eq(linkage, BTF_LINK_GLOBAL);
		ck_assert_uint_eq(objext_named(o, var.name)->offset, v.offset);
	}
	ck_assert_uint_eq(t.size, end);
	ck_assert_uint_eq(o->maps[o->externs[0].map].value_size, end);
	ck_assert(btf_type(o->btf, btf_find(o->btf, BTF_FUNC, "keep"), &t));
	ck_assert_uint_eq(t.vlen, BTF_LINK_STATIC);
	ck_assert(btf_type(o->btf, btf_find(o->btf, BTF_FUNC, "on_call"), &t));
	ck_assert_uint_eq(t.vlen, BTF_LINK_GLOBAL);
	object_free(o);
}
END_TEST

START_TEST(code_refers_to_them)
{
	struct object *o = objext_object();
	struct object_code c;
	struct rawbpf_error e;
	size_t i, n = 0;

	ck_assert_msg(!object_link(o, 0, &c, &e), "%s", e.msg);
	for (i = 0; i < c.n_refs; i++)
		if (c.refs[i].map == o->externs[0].map) {
			ck_assert(c.refs[i].is_value);
			ck_assert_uint_lt(c.refs[i].offset, o->maps[c.refs[i].map].value_size);
			n++;
		}
	ck_assert_uint_eq(n, 11);
	object_code_free(&c);
	object_free(o);
}
END_TEST

/* A variable that is of no section is the kernel's, which is asked when the program is loaded. */
START_TEST(other_externs)
{
	struct rawbpf_error e;
	struct object_code c;
	struct object *o;

	ck_assert_msg(!objext_open(".kconfig", ".ksymsXX", &o, &e), "%s", e.msg);
	ck_assert_uint_eq(o->n_externs, 0);
	ck_assert_int_eq(object_link(o, 0, &c, &e), 0);
	ck_assert_uint_gt(c.n_krefs, 0);
	ck_assert_uint_eq(object_src(&c.insns[c.krefs[0].insn]), RAWBPF_PSEUDO_BTF_ID);
	object_code_free(&c);
	object_free(o);
}
END_TEST

/* Each is found by its name; of two of one name, the first. */
START_TEST(by_name)
{
	struct object *o = objext_object();
	struct rawbpf_error e;
	size_t i;

	ck_assert_uint_gt(o->n_externs, 8);
	for (i = 0; i < o->n_externs; i++) {
		ck_assert_ptr_eq(object_extern(o, o->externs[i].name), &o->externs[i]);
		ck_assert(!i || o->externs[i - 1].offset < o->externs[i].offset);
	}
	ck_assert_ptr_null(object_extern(o, ""));
	ck_assert_ptr_null(object_extern(o, "CONFIG_"));
	ck_assert_ptr_null(object_extern(o, "zzz"));
	object_free(o);
	ck_assert_msg(!objext_open("CONFIG_LESS", "CONFIG_TEXT", &o, &e), "%s", e.msg);
	for (i = 0; strcmp(o->externs[i].name, "CONFIG_TEXT") != 0; i++)
		;
	ck_assert_ptr_eq(object_extern(o, "CONFIG_TEXT"), &o->externs[i]);
	object_free(o);
}
END_TEST

/* Every byte of the BTF changed in its turn: an error or an object, and nothing outside. */
START_TEST(hostile)
{
	struct rawbpf_error e;
	struct object_code c;
	struct object *o;
	size_t len, i, opened = 0;
	char *good = t_data("object/extern.bpf.o", &len), *p = malloc(len);
	static const unsigned char magic[] = {0x9f, 0xeb, 1, 0, 24};
	static const unsigned char host[] = {0xeb, 0x9f, 1, 0, 24};
	const char *btf = memmem(good, len, host, sizeof(host));

	ck_assert_ptr_nonnull(p);
	if (!btf)
		btf = memmem(good, len, magic, sizeof(magic));
	ck_assert_ptr_nonnull(btf);
	for (i = 0; i < 2048 && btf + i < good + len; i++) {
		memcpy(p, good, len);
		p[btf - good + (ptrdiff_t)i] ^= (char)(i % 2 ? 0xff : 0x81);
		if (object_open(p, len, "x.o", &o, &e))
			continue;
		opened++;
		if (o->n_progs && !object_link(o, 0, &c, &e))
			object_code_free(&c);
		object_free(o);
	}
	ck_assert_uint_gt(opened, 0);
	ck_assert_uint_lt(opened, i);
	free(p);
	free(good);
}
END_TEST

START_TEST(no_memory)
{
	struct rawbpf_error e;
	struct object *o;
	size_t len;
	char *p = t_data("object/extern.bpf.o", &len);
	bool failed = true;
	unsigned n;
	int err;

	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		err = object_open(p, len, "x.o", &o, &e);
		failed = t_alloc_failed();
		ck_assert_msg(!err || (failed && err == -ENOMEM), "%u: %d", n, err);
		if (!err)
			object_free(o);
	}
	ck_assert_uint_gt(n, 11);
	free(p);
}
END_TEST

Suite *suite_objext(void);
Suite *suite_objext(void)
{
	Suite *s = suite_create("objext");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, map_of_constants);
	tcase_add_test(t, btf_is_corrected);
	tcase_add_test(t, code_refers_to_them);
	tcase_add_test(t, other_externs);
	tcase_add_test(t, by_name);
	tcase_add_test(t, hostile);
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	return s;
}
