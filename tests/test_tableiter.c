// SPDX-License-Identifier: MIT
/* test_tableiter.c - walks of real maps, in batches and one by one, while others change them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"
#include "old.h"
#include "t.h"
#include "tableiter.h"

/* A kernel that lacks what these say, on top of the real one. */
struct lacks {
	bool batch, next_null;
	uint32_t batch_room; /* ENOSPC for smaller batches */
	unsigned calls;
};

static long lacking(void *arg, const struct rawbpf_call *c)
{
	struct lacks *l = arg;
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];

	if (c->kind != RAWBPF_CALL_BPF)
		return rawbpf_call_kernel(c);
	l->calls++;
	if (c->arg[0] == RAWBPF_MAP_LOOKUP_BATCH && l->batch)
		return -EINVAL;
	if (c->arg[0] == RAWBPF_MAP_LOOKUP_BATCH && a->batch.count < l->batch_room)
		return -ENOSPC;
	if (c->arg[0] == RAWBPF_MAP_GET_NEXT_KEY && !a->elem.key && l->next_null)
		return -EFAULT;
	return rawbpf_call_kernel(c);
}

/* A map that no object holds. */
struct lone {
	struct rawbpf b;
	struct object_map def;
	struct map m;
};

static bool lone_make(struct lone *l, struct lacks *lacks, enum rawbpf_map_type type, uint32_t key,
	uint32_t value, uint32_t n, uint32_t flags)
{
	union rawbpf_attr a;

	t_raise_memlock();
	memset(l, 0, sizeof(*l));
	memset(&a, 0, sizeof(a));
	l->b.sys.hook = lacking;
	l->b.sys.arg = lacks;
	a.map.map_type = l->def.type = type;
	a.map.key_size = l->def.key_size = key;
	a.map.value_size = l->def.value_size = value;
	a.map.max_entries = l->m.max_entries = n;
	a.map.map_flags = flags;
	l->def.name = (char *)(uintptr_t) "lone";
	l->m.b = &l->b;
	l->m.def = &l->def;
	l->m.fd = (int)rawbpf_sys_bpf(RAWBPF_MAP_CREATE, &a, sizeof(a.map));
	return l->m.fd >= 0;
}

static void lone_free(struct lone *l)
{
	sys_close(&l->b.sys, l->m.fd);
	free(l->b.kern);
}

static long lone_elem(struct lone *l, enum rawbpf_cmd cmd, const void *key, const void *value)
{
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.elem.map_fd = (uint32_t)l->m.fd;
	a.elem.key = (uintptr_t)key;
	a.elem.value = (uintptr_t)value;
	return rawbpf_sys_bpf(cmd, &a, sizeof(a.elem));
}

static void lone_fill(struct lone *l, uint32_t n)
{
	uint64_t v;
	uint32_t k;

	for (k = 0; k < n; k++) {
		v = k * 3ULL;
		ck_assert_int_eq(lone_elem(l, RAWBPF_MAP_UPDATE_ELEM, &k, &v), 0);
	}
}

struct seen {
	struct lone *l;
	unsigned char *met; /* of each key */
	unsigned n;
	bool delete_all, stop;
};

static int see(void *arg, const void *key, const void *value)
{
	struct seen *s = arg;
	uint32_t k, other;
	uint64_t v;

	memcpy(&k, key, 4);
	memcpy(&v, value, 8);
	ck_assert_uint_eq(v, k * 3ULL);
	ck_assert_uint_eq(s->met[k], 0);
	s->met[k] = 1;
	s->n++;
	if (s->delete_all && !(s->n & (s->n - 1))) /* others delete while we walk */
		for (other = 0; other < k; other += 2)
			lone_elem(s->l, RAWBPF_MAP_DELETE_ELEM, &other, NULL);
	return s->stop && s->n == 5 ? 123 : 0;
}

static void walk(struct lacks *lacks, enum rawbpf_map_type type, uint32_t n)
{
	struct lone l;
	struct seen s = {.l = &l, .met = calloc(n, 1)};

	ck_assert(lone_make(&l, lacks, type, 4, 8, n, 0));
	lone_fill(&l, n);
	ck_assert_int_eq(tableiter_each(&l.m, see, &s), 0);
	ck_assert_uint_eq(s.n, n);
	memset(s.met, 0, n);
	s.n = 0;
	s.stop = true;
	ck_assert_int_eq(tableiter_each(&l.m, see, &s), 123);
	ck_assert_uint_eq(s.n, 5);
	if (type == RAWBPF_MAP_HASH) {
		memset(s.met, 0, n);
		s.n = 0;
		s.stop = false;
		s.delete_all = true;
		ck_assert_int_eq(tableiter_each(&l.m, see, &s), 0);
		ck_assert_uint_gt(s.n, 0);
	}
	lone_free(&l);
	free(s.met);
}

START_TEST(batches)
{
	struct lacks none = {0};

	T_NEED_ROOT();
	OLD_NEED("cmd map_lookup_batch");
	walk(&none, RAWBPF_MAP_HASH, 20000);
	none.calls = 0;
	walk(&none, RAWBPF_MAP_ARRAY, 65);
	ck_assert_uint_eq(none.calls, 2); /* one for each whole walk */
	walk(&none, RAWBPF_MAP_ARRAY, 10000);
}
END_TEST

START_TEST(one_by_one)
{
	struct lacks old = {.batch = true, .next_null = true};

	T_NEED_ROOT();
	walk(&old, RAWBPF_MAP_HASH, 3000);
	walk(&old, RAWBPF_MAP_ARRAY, 100);
}
END_TEST

START_TEST(big_buckets)
{
	struct lacks l = {.batch_room = 100};

	T_NEED_ROOT();
	walk(&l, RAWBPF_MAP_HASH, 60);
}
END_TEST

static int count_one(void *arg, const void *key, const void *value)
{
	(void)key;
	(void)value;
	++*(unsigned *)arg;
	return 0;
}

START_TEST(empty_maps)
{
	struct lacks none = {0}, old = {.batch = true, .next_null = true};
	struct lone l;
	unsigned n = 0;

	T_NEED_ROOT();
	ck_assert(lone_make(&l, &none, RAWBPF_MAP_HASH, 4, 8, 10, 0));
	ck_assert_int_eq(tableiter_each(&l.m, count_one, &n), 0);
	l.b.sys.arg = &old;
	ck_assert_int_eq(tableiter_each(&l.m, count_one, &n), 0);
	ck_assert_uint_eq(n, 0);
	lone_free(&l);
}
END_TEST

START_TEST(per_cpu)
{
	struct lacks none = {0}, old = {.batch = true};
	struct lone l;
	size_t size;
	unsigned n = 0;

	T_NEED_ROOT();
	ck_assert(lone_make(&l, &none, RAWBPF_MAP_PERCPU_ARRAY, 4, 12, 10, 0));
	ck_assert_int_eq(tableiter_value_size(&l.m, &size), 0);
	ck_assert_uint_gt(l.m.n_cpus, 0);
	ck_assert_uint_eq(size, 16 * l.m.n_cpus);
	ck_assert_int_eq(tableiter_each(&l.m, count_one, &n), 0);
	ck_assert_uint_eq(n, 10);
	l.b.sys.arg = &old;
	l.m.no_batch = false;
	ck_assert_int_eq(tableiter_each(&l.m, count_one, &n), 0);
	ck_assert_uint_eq(n, 20);
	lone_free(&l);
}
END_TEST

START_TEST(no_keys)
{
	struct lacks none = {0};
	struct lone l;
	unsigned n = 0;

	T_NEED_ROOT();
	ck_assert(lone_make(&l, &none, RAWBPF_MAP_QUEUE, 0, 8, 10, 0));
	ck_assert_int_eq(tableiter_each(&l.m, count_one, &n), -EINVAL);
	ck_assert_ptr_nonnull(strstr(l.b.error.msg, "no keys"));
	lone_free(&l);
}
END_TEST

Suite *suite_tableiter(void);
Suite *suite_tableiter(void)
{
	Suite *s = suite_create("tableiter");
	TCase *t = tcase_create("live");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, batches);
	tcase_add_test(t, one_by_one);
	tcase_add_test(t, big_buckets);
	tcase_add_test(t, empty_maps);
	tcase_add_test(t, per_cpu);
	tcase_add_test(t, no_keys);
	suite_add_tcase(s, t);
	return s;
}
