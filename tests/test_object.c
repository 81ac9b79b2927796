// SPDX-License-Identifier: MIT
/* test_object.c - an object of clang taken apart; hostile ones refused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "t.h"

static struct object *object_of(const char *file)
{
	struct rawbpf_error e;
	struct object *o;
	size_t len;
	char *p = t_data(file, &len);

	ck_assert_msg(!object_open(p, len, file, &o, &e), "%s: %s", file, e.msg);
	free(p); /* nothing is borrowed */
	return o;
}

static const struct object_map *object_map_of(const struct object *o, const char *name)
{
	size_t i;

	for (i = 0; i < o->n_maps; i++)
		if (!strcmp(o->maps[i].name, name))
			return &o->maps[i];
	ck_abort_msg("no map %s", name);
	return NULL;
}

static size_t object_prog_of(const struct object *o, const char *name)
{
	size_t i;

	for (i = 0; i < o->n_progs; i++)
		if (!strcmp(o->progs[i].name, name))
			return i;
	ck_abort_msg("no program %s", name);
	return 0;
}

START_TEST(clang_maps)
{
	struct object *o = object_of("object/all.bpf.o");
	const struct object_map *m;

	ck_assert_uint_eq(o->n_maps, 6);
	m = object_map_of(o, "dist");
	ck_assert_uint_eq(m->type, RAWBPF_MAP_ARRAY);
	ck_assert_uint_eq(m->key_size, 4);
	ck_assert_uint_eq(m->value_size, 8);
	ck_assert_uint_eq(m->max_entries, 65);
	ck_assert(m->key_btf && m->value_btf);
	m = object_map_of(o, "by_comm");
	ck_assert_uint_eq(m->type, RAWBPF_MAP_HASH);
	ck_assert_uint_eq(m->key_size, 20);
	ck_assert_uint_eq(object_map_of(o, "events")->key_size, 0);
	m = object_map_of(o, ".rodata");
	ck_assert_int_eq(m->kind, OBJECT_MAP_RODATA);
	ck_assert_uint_eq(m->flags, RAWBPF_F_RDONLY_PROG);
	ck_assert_uint_eq(m->max_entries, 1);
	ck_assert(m->value_btf);
	m = object_map_of(o, ".data");
	ck_assert_int_eq(m->kind, OBJECT_MAP_DATA);
	ck_assert_uint_eq(m->value_size, 8);
	ck_assert_int_eq(m->data[0] | m->data[1] << 8, 1000);
	ck_assert_ptr_null(object_map_of(o, ".bss")->data);
	object_free(o);
}
END_TEST

START_TEST(clang_progs)
{
	struct object *o = object_of("object/all.bpf.o");
	const struct object_prog *p;

	ck_assert_uint_eq(o->n_progs, 3);
	ck_assert_str_eq(o->license, "GPL");
	p = &o->progs[object_prog_of(o, "on_open")];
	ck_assert_str_eq(p->section, "tracepoint/syscalls/sys_enter_openat");
	ck_assert_int_eq(p->sec.type, RAWBPF_PROG_TRACEPOINT);
	ck_assert(p->sec.autoload);
	p = &o->progs[object_prog_of(o, "not_loaded")];
	ck_assert_int_eq(p->sec.type, RAWBPF_PROG_RAW_TRACEPOINT);
	ck_assert(!p->sec.autoload);
	ck_assert(object_has_line_info(o));
	object_free(o);
}
END_TEST

/* Every call lands on a function's first instruction, every map reference on an ld_imm64. */
static void check_code(const struct object *o, const struct object_code *c)
{
	uint32_t i, off;
	size_t k;

	for (i = 0; i < c->n_insns; i++)
		if (c->insns[i].code == OBJECT_CALL && object_src(&c->insns[i]) == 1)
			ck_assert_uint_lt(i + 1 + (uint32_t)c->insns[i].imm, c->n_insns);
	for (k = 0; k < c->n_refs; k++) {
		ck_assert_uint_lt(c->refs[k].insn, c->n_insns);
		ck_assert_uint_eq(c->insns[c->refs[k].insn].code, OBJECT_LD_IMM64);
		ck_assert_uint_lt(c->refs[k].map, o->n_maps);
	}
	for (i = 0; i < c->n_line_info; i++) {
		memcpy(&off, c->line_info + (size_t)i * c->line_rec_size, 4);
		ck_assert_uint_lt(off, c->n_insns);
	}
}

START_TEST(clang_link)
{
	struct object *o = object_of("object/all.bpf.o");
	struct object_code c;
	struct object_line line;
	struct rawbpf_error e;

	ck_assert_int_eq(object_link(o, object_prog_of(o, "on_open"), &c, &e), 0);
	check_code(o, &c);
	ck_assert_uint_eq(c.n_func_info, 4); /* itself, count, twice, clamp */
	ck_assert(!c.calls_trace_printk);
	ck_assert(object_line(o, &c, 0, &line));
	ck_assert_ptr_nonnull(strstr(line.file, "all.bpf.c"));
	ck_assert_uint_gt(line.line, 0);
	ck_assert(object_line(o, &c, c.n_insns - 1, &line));
	object_code_free(&c);

	ck_assert_int_eq(object_link(o, object_prog_of(o, "on_open_too"), &c, &e), 0);
	check_code(o, &c);
	ck_assert_uint_eq(c.n_func_info, 2);
	ck_assert(c.calls_trace_printk);
	object_code_free(&c);
	object_free(o);
}
END_TEST

START_TEST(deterministic)
{
	struct object *a = object_of("object/all.bpf.o"), *b = object_of("object/all.bpf.o");
	struct object_code x, y;

	ck_assert_int_eq(object_link(a, 0, &x, NULL), 0);
	ck_assert_int_eq(object_link(b, 0, &y, NULL), 0);
	ck_assert_uint_eq(x.n_insns, y.n_insns);
	ck_assert_mem_eq(x.insns, y.insns, x.n_insns * sizeof(*x.insns));
	object_code_free(&x);
	object_code_free(&y);
	object_free(a);
	object_free(b);
}
END_TEST

static int open_changed(size_t at, unsigned char value, struct rawbpf_error *e)
{
	struct object *o;
	size_t len;
	unsigned char *p = (unsigned char *)t_data("object/all.bpf.o", &len);
	int err;

	p[at] = value;
	err = object_open(p, len, "x.o", &o, e);
	object_free(o);
	free(p);
	return err;
}

START_TEST(header_refused)
{
	struct rawbpf_error e;

	ck_assert_int_eq(open_changed(18, 62, &e), -EINVAL); /* EM_X86_64 */
	ck_assert_str_eq(e.msg, "'x.o' is no bpf object: its machine is 62, not 247: EINVAL");
	ck_assert_int_eq(open_changed(16, 2, &e), -EINVAL); /* ET_EXEC */
	ck_assert_ptr_nonnull(strstr(e.msg, "ET_REL"));
	ck_assert_ptr_nonnull(e.hint);
	ck_assert_int_lt(open_changed(0, 'x', &e), 0);
	ck_assert_ptr_nonnull(e.msg);
}
END_TEST

/* A small generator: the same mutations in every run. */
static uint32_t object_random(uint32_t *x)
{
	*x = *x * 1664525 + 1013904223;
	return *x >> 8;
}

static void object_try(const void *p, size_t len)
{
	struct rawbpf_error e;
	struct object_code c;
	struct object *o;
	size_t i;

	if (object_open(p, len, "x.o", &o, &e)) {
		ck_assert(e.err < 0 && e.msg);
		return;
	}
	for (i = 0; i < o->n_progs; i++) {
		if (object_link(o, i, &c, &e)) {
			ck_assert(e.err < 0 && e.msg);
			continue;
		}
		check_code(o, &c);
		object_code_free(&c);
	}
	object_free(o);
}

START_TEST(mutations)
{
	uint32_t x = 1, round, k, n;
	size_t len;
	unsigned char *p = (unsigned char *)t_data("object/all.bpf.o", &len), *q = malloc(len);

	for (round = 0; round < 6000; round++) {
		memcpy(q, p, len);
		n = 1 + object_random(&x) % 6;
		for (k = 0; k < n; k++) {
			size_t at = object_random(&x) % len;

			q[at] = object_random(&x) % 3 ? (unsigned char)object_random(&x)
						      : (unsigned char)(q[at] ^ 1U << k);
		}
		object_try(q, round % 16 ? len : object_random(&x) % len);
	}
	free(p);
	free(q);
}
END_TEST

Suite *suite_object(void);
Suite *suite_object(void)
{
	Suite *s = suite_create("object");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, clang_maps);
	tcase_add_test(t, clang_progs);
	tcase_add_test(t, clang_link);
	tcase_add_test(t, deterministic);
	tcase_add_test(t, header_refused);
	tcase_add_test(t, mutations);
	suite_add_tcase(s, t);
	return s;
}
