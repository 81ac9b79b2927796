// SPDX-License-Identifier: MIT
/* test_objrel.c - relocations to maps, variables, functions, and to nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"
#include "object.h"
#include "t.h"
#include "tasm.h"

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

/* A function that nothing defines is the kernel's. */
START_TEST(undefined)
{
	struct object *o = rel_object("object/odd.bpf.o");

	ck_assert_uint_eq(rel_count(o, OBJECT_REL_BAD, NULL), 0);
	ck_assert_uint_eq(rel_count(o, OBJECT_REL_KSYM, NULL), 1);
	ck_assert_uint_eq(o->n_ksyms, 1);
	ck_assert_str_eq(o->ksyms[0].name, "bpf_nowhere");
	ck_assert(!o->ksyms[0].weak);
	object_free(o);
}
END_TEST

static const char reads[] = ".license \"GPL\"\n.prog p \"usdt\"\ncall usdt_arg(3, -16)\n"
			    "call usdt_arg(12, -512)\nreturn 0\n";

/* The object of reads, with other bytes in its first call; it must be malformed or bad. */
static struct object *rel_changed(const void *insn, struct rawbpf_error *e)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	struct object *obj;
	int err;

	o.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	ck_assert_int_eq(bpfasm_assemble(reads, sizeof(reads) - 1, &o, &out), 0);
	if (insn) /* behind the ELF header and the section headers comes the first section: the code */
		memcpy(out.data + 64 + 64 * (size_t)(out.data[60] | out.data[61]), insn, 8);
	err = object_open(out.data, out.len, "o", &obj, e);
	bpfasm_free(&out);
	ck_assert(!err == !!obj);
	return obj;
}

START_TEST(usdt_args)
{
	struct rawbpf_error e;
	struct object *o = rel_changed(NULL, &e);
	const struct object_rel *r = o->texts[0].rels;

	ck_assert_uint_eq(o->texts[0].n_rels, 2);
	ck_assert(r[0].kind == OBJECT_REL_USDT && r[1].kind == OBJECT_REL_USDT);
	ck_assert_uint_eq(r[0].insn, 0);
	ck_assert_uint_eq(r[0].index, 3);
	ck_assert_uint_eq(r[0].offset, 16);
	ck_assert_uint_eq(r[1].insn, 1);
	ck_assert_uint_eq(r[1].index, 12);
	ck_assert_uint_eq(r[1].offset, 512);
	ck_assert_uint_eq(object_usdt_args(o, 0), 1U << 3 | 1U << 12);
	object_free(o);
}
END_TEST

START_TEST(usdt_args_malformed)
{
	static const struct {
		uint8_t dst, src;
		int16_t off;
		int32_t imm;
	} rows[] = {
		{0, 1, 0, -8},
		{0, 1, 13, -8},
		{0, 1, -1, -8},
		{0, 1, INT16_MIN, -8},
		{0, 1, 1, 0},
		{0, 1, 1, -1},
		{0, 1, 1, -12},
		{0, 1, 1, -520},
		{0, 1, 1, 8},
		{0, 1, 1, INT32_MIN},
		{0, 1, 1, INT32_MAX},
		{1, 1, 1, -8},
		{0, 0, 1, -8},
		{0, 2, 1, -8},
	};
	struct rawbpf_insn i = {.code = OBJECT_CALL};
	struct object_code c;
	struct rawbpf_error e;
	struct object *o;
	size_t k;

	for (k = 0; k < sizeof(rows) / sizeof(*rows); k++) {
		i.regs = rows[k].dst;
		if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
			i.regs = (uint8_t)(i.regs << 4);
		object_set_src(&i, rows[k].src);
		i.off = rows[k].off;
		i.imm = rows[k].imm;
		o = rel_changed(&i, &e);
		ck_assert_ptr_nonnull(o); /* only a program that uses it is refused */
		ck_assert_msg(o->texts[0].rels[0].kind == OBJECT_REL_BAD, "row %zu", k);
		ck_assert_uint_eq(object_usdt_args(o, 0), 1U << 12);
		ck_assert_int_eq(object_link(o, 0, &c, &e), -EINVAL);
		ck_assert_ptr_nonnull(strstr(e.msg, "instruction 0 is no 'usdt_arg'"));
		ck_assert_ptr_null(c.usdt);
		object_free(o);
	}
}
END_TEST

START_TEST(usdt_args_elsewhere)
{
	struct rawbpf_insn i = {.code = 0xb7};
	struct rawbpf_error e;
	struct object *o;

	ck_assert_ptr_null(rel_changed(&i, &e));
	ck_assert_msg(strstr(e.msg, "instruction 0 takes no relocation (against 'usdt_arg')"), "%s",
		e.msg);
	/* the address of one: the next slot is none of a ld_imm64 */
	i.code = OBJECT_LD_IMM64;
	o = rel_changed(&i, &e);
	ck_assert_ptr_null(o);
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
	tcase_add_test(t, usdt_args);
	tcase_add_test(t, usdt_args_malformed);
	tcase_add_test(t, usdt_args_elsewhere);
	suite_add_tcase(s, t);
	return s;
}
