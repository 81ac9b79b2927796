// SPDX-License-Identifier: MIT
/* test_carraybtf.c - what a header's programs need of BTF. */
#include "carraybtf.h"

#include <string.h>

#include "btf.h"
#include "t.h"
#include "t_unit.h"

Suite *suite_carraybtf(void);

static void names(const char *section, const char *want, unsigned want_kind)
{
	struct pool pool = {0};
	struct section_type t;
	unsigned kind;

	ck_assert(section_type(section, &t));
	ck_assert_str_eq(carraybtf_attach(&pool, section, &t, &kind), want);
	if (*want)
		ck_assert_uint_eq(kind, want_kind);
	pool_free(&pool);
}

START_TEST(what_is_attached_to)
{
	names("tp_btf/sched_switch", "btf_trace_sched_switch", BTF_TYPEDEF);
	names("?fentry/vfs_read", "vfs_read", BTF_FUNC);
	names("fexit.s/vfs_read", "vfs_read", BTF_FUNC);
	names("fmod_ret/vfs_read", "vfs_read", BTF_FUNC);
	names("iter.s/task", "bpf_iter_task", BTF_FUNC);
	names("lsm/file_open", "bpf_lsm_file_open", BTF_FUNC);
	names("lsm_cgroup/socket_bind", "bpf_lsm_socket_bind", BTF_FUNC);
	names("fentry", "", 0);
	names("kprobe/vfs_read", "", 0);
	names("raw_tp/sched_switch", "", 0);
	names("freplace/f", "", 0);
}
END_TEST

/* Types of the functions alone, and only where one is a callback. */
START_TEST(types)
{
	struct carraybtf c;
	struct btf_type t;
	struct unit u;
	struct btf *b;
	size_t i;

	unit_make(&u, *(const unsigned char *)&(uint16_t){1} == 0);
	ck_assert_int_eq(carraybtf_begin(&c, &u.ir, &u.pool), 0);
	ck_assert_ptr_null(c.types);
	ck_assert_uint_eq(c.btf.len, 0);
	ck_assert_uint_gt(u.ir.funcs[0]->n_refs, 0);
	u.ir.funcs[0]->refs[0].kind = IR_REF_FUNC;
	ck_assert_int_eq(carraybtf_begin(&c, &u.ir, &u.pool), 0);
	ck_assert_int_eq(btf_parse(c.btf.p, c.btf.len, &b, NULL), 0);
	for (i = 0; i < u.ir.n_funcs; i++) {
		ck_assert(btf_type(b, c.types[i], &t));
		ck_assert_int_eq(t.kind, BTF_FUNC);
		ck_assert_str_eq(t.name, u.ir.funcs[i]->name);
	}
	ck_assert_uint_eq(btf_n_types(b), 4 + u.ir.n_funcs);
	btf_free(b);
	pool_free(&u.pool);
}
END_TEST

Suite *suite_carraybtf(void)
{
	Suite *s = suite_create("carraybtf");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, what_is_attached_to);
	tcase_add_test(tc, types);
	suite_add_tcase(s, tc);
	return s;
}
