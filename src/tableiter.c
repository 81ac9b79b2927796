// SPDX-License-Identifier: MIT
/*
 * tableiter.c - every element of a map, once.
 *
 * Hash maps and arrays are read in batches (Linux 5.6): the kernel goes through a hash bucket by
 * bucket under its lock, so what others delete or add in the meantime neither repeats an element
 * nor ends the walk.  Where there are no batches, all keys are fetched first.  Then GET_NEXT_KEY
 * starts over when the key it is given has been deleted, so keys that were met before are told by
 * a hash set, and the number of steps is bounded.
 */
#include "tableiter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kern.h"

#define ITER_BUFFER   (64U << 10) /* bytes of keys and values of one batch */
#define ITER_BATCH    4096	  /* elements at most */
#define ITER_ENOTSUPP 524

static int iter_failed(struct map *m, const char *what, int err)
{
	return err_set(&m->b->error, "map", err, "map '%s': %s", m->def->name, what);
}

int tableiter_value_size(struct map *m, size_t *size)
{
	int cpus = 1;

	*size = m->def->value_size;
	if (!map_is_percpu(m)) {
		m->n_cpus = 1;
		return 0;
	}
	if (!m->n_cpus)
		cpus = kern_possible_cpus(m->b);
	if (cpus < 0)
		return cpus;
	if (!m->n_cpus)
		m->n_cpus = (uint32_t)cpus;
	*size = ((size_t)m->def->value_size + 7) / 8 * 8 * m->n_cpus;
	return 0;
}

static int iter_elem(struct map *m, enum rawbpf_cmd cmd, const void *key, void *value)
{
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.elem.map_fd = (uint32_t)m->fd;
	a.elem.key = (uintptr_t)key;
	a.elem.value = (uintptr_t)value;
	return sys_bpf(&m->b->sys, cmd, &a, sizeof(a.elem), m->def->name);
}

#ifndef RAWBPF_NO_OLD

/*
 * Before Linux 4.12 the first key is had by asking for the one after a key that is not there.
 */
static int iter_first_old(struct map *m, void *next)
{
	static const unsigned char fills[] = {0xff, 0x00, 0x55};
	unsigned char *key = malloc(m->def->key_size);
	size_t size, i;
	void *value;
	int err = tableiter_value_size(m, &size);

	value = malloc(size ? size : 1);
	if (!key || !value)
		err = -ENOMEM;
	for (i = 0; !err && i < sizeof(fills); i++) {
		memset(key, fills[i], m->def->key_size);
		err = iter_elem(m, RAWBPF_MAP_LOOKUP_ELEM, key, value);
		if (err == -ENOENT) {
			err = iter_elem(m, RAWBPF_MAP_GET_NEXT_KEY, key, next);
			break;
		}
	}
	free(key);
	free(value);
	return i == sizeof(fills) && !err ? -EFAULT : err;
}

#else

static int iter_first_old(struct map *m, void *next)
{
	(void)m, (void)next;
	return -EFAULT;
}

#endif

int tableiter_next(struct map *m, const void *key, void *next)
{
	int was, err = iter_elem(m, RAWBPF_MAP_GET_NEXT_KEY, key, next);

	if (err == -EFAULT && !key && m->def->key_size) {
		was = sys_fallback(&m->b->sys, err);
		err = iter_first_old(m, next);
		sys_fallback_end(&m->b->sys, was);
	}
	return err;
}

/* ---- batches ----------------------------------------------------------------------------- */

struct iter_batch {
	struct map *m;
	size_t key_size, value_size;
	uint32_t count; /* elements that fit */
	unsigned char *keys, *values;
	unsigned char *pos; /* two positions: where the kernel was, where it is */
	size_t pos_size;
};

static int iter_batch_alloc(struct iter_batch *s, uint32_t count)
{
	free(s->keys);
	free(s->values);
	s->keys = s->values = NULL;
	if (count > SIZE_MAX / 2 / (s->key_size + s->value_size))
		return -ENOMEM;
	s->count = count;
	s->keys = malloc(s->key_size * count);
	s->values = malloc(s->value_size * count);
	return s->keys && s->values ? 0 : -ENOMEM;
}

static int iter_batch_call(struct iter_batch *s, bool first, uint32_t *got)
{
	union rawbpf_attr a;
	int err;

	memset(&a, 0, sizeof(a));
	a.batch.in_batch = first ? 0 : (uintptr_t)s->pos;
	a.batch.out_batch = (uintptr_t)(s->pos + s->pos_size);
	a.batch.keys = (uintptr_t)s->keys;
	a.batch.values = (uintptr_t)s->values;
	a.batch.count = s->count;
	a.batch.map_fd = (uint32_t)s->m->fd;
	err = sys_bpf(&s->m->b->sys, RAWBPF_MAP_LOOKUP_BATCH, &a, sizeof(a.batch), s->m->def->name);
	*got = a.batch.count < s->count ? a.batch.count : s->count;
	if (err && err != -ENOENT)
		*got = 0;
	return err;
}

static int iter_batch_tell(struct iter_batch *s, uint32_t n,
	int (*fn)(void *arg, const void *key, const void *value), void *arg)
{
	uint32_t i;
	int ret = 0;

	for (i = 0; !ret && i < n; i++)
		ret = fn(arg, s->keys + i * s->key_size, s->values + i * s->value_size);
	return ret;
}

/* Whether the kernel or the map's type has no batches. */
static bool iter_no_batch(int err)
{
	return err == -EINVAL || err == -ITER_ENOTSUPP || err == -EOPNOTSUPP || err == -EPERM;
}

static int iter_batch_run(
	struct iter_batch *s, int (*fn)(void *arg, const void *key, const void *value), void *arg)
{
	uint32_t got, done = 0, total = map_is_array(s->m) ? s->m->max_entries : UINT32_MAX;
	bool first = true;
	int err, ret;

	while (done < total) {
		err = iter_batch_call(s, first, &got);
		if (first && iter_no_batch(err)) {
			s->m->no_batch = err;
			return 0;
		}
		if (err == -ENOSPC) { /* one bucket holds more than fits */
			if (s->count > s->m->max_entries || iter_batch_alloc(s, s->count * 2))
				return iter_failed(s->m, "a bucket does not fit in memory", err);
			continue;
		}
		if (err == -EINTR)
			continue;
		if (err && err != -ENOENT)
			return iter_failed(s->m, "batch lookup failed", err);
		ret = iter_batch_tell(s, got, fn, arg);
		if (ret || err == -ENOENT)
			return ret;
		memcpy(s->pos, s->pos + s->pos_size, s->pos_size);
		first = false;
		done += got;
	}
	return 0;
}

static bool iter_batchable(const struct map *m)
{
	switch (m->def->type) {
	case RAWBPF_MAP_HASH:
	case RAWBPF_MAP_LRU_HASH:
	case RAWBPF_MAP_PERCPU_HASH:
	case RAWBPF_MAP_LRU_PERCPU_HASH:
	case RAWBPF_MAP_ARRAY:
	case RAWBPF_MAP_PERCPU_ARRAY: return !m->no_batch;
	default: return false;
	}
}

static int iter_batched(struct map *m, size_t value_size,
	int (*fn)(void *arg, const void *key, const void *value), void *arg)
{
	struct iter_batch s = {.m = m, .key_size = m->def->key_size, .value_size = value_size};
	uint32_t count = (uint32_t)(ITER_BUFFER / (s.key_size + s.value_size));
	int err;

	if (count > ITER_BATCH)
		count = ITER_BATCH;
	if (count > m->max_entries)
		count = m->max_entries;
	s.pos_size = s.key_size > 8 ? s.key_size : 8;
	s.pos = calloc(2, s.pos_size);
	err = iter_batch_alloc(&s, count ? count : 1);
	if (err || !s.pos)
		err = iter_failed(m, "out of memory", -ENOMEM);
	else
		err = iter_batch_run(&s, fn, arg);
	free(s.keys);
	free(s.values);
	free(s.pos);
	return err;
}

/* ---- one by one -------------------------------------------------------------------------- */

#ifndef RAWBPF_NO_OLD

/* Keys in the order they were met, and a hash set of their numbers. */
struct iter_keys {
	size_t key_size, n, cap;
	unsigned char *keys;
	uint32_t *slots; /* number + 1; 0: free */
	size_t n_slots;	 /* a power of two, more than twice cap */
};

static uint64_t iter_hash(const unsigned char *p, size_t n)
{
	uint64_t h = 1469598103934665603ULL; /* FNV-1a */

	while (n--)
		h = (h ^ *p++) * 1099511628211ULL;
	return h ^ h >> 32;
}

/* The slot of a key, or the free one where it belongs. */
static uint32_t *iter_slot(const struct iter_keys *k, const void *key)
{
	size_t i = (size_t)iter_hash(key, k->key_size) & (k->n_slots - 1);

	while (k->slots[i] && memcmp(k->keys + (k->slots[i] - 1) * k->key_size, key, k->key_size))
		i = (i + 1) & (k->n_slots - 1);
	return &k->slots[i];
}

static int iter_grow(struct iter_keys *k)
{
	size_t cap = k->cap ? k->cap * 2 : 256, i;
	unsigned char *keys;

	if (cap > SIZE_MAX / k->key_size / 2)
		return -ENOMEM;
	keys = realloc(k->keys, cap * k->key_size);
	if (!keys)
		return -ENOMEM;
	k->keys = keys;
	k->cap = cap;
	free(k->slots);
	k->n_slots = cap * 4;
	k->slots = calloc(k->n_slots, sizeof(*k->slots));
	if (!k->slots)
		return -ENOMEM;
	for (i = 0; i < k->n; i++)
		*iter_slot(k, k->keys + i * k->key_size) = (uint32_t)i + 1;
	return 0;
}

/* 1: new, 0: met before */
static int iter_meet(struct iter_keys *k, const void *key)
{
	uint32_t *slot;

	if (k->n == k->cap && iter_grow(k))
		return -ENOMEM;
	slot = iter_slot(k, key);
	if (*slot)
		return 0;
	memcpy(k->keys + k->n * k->key_size, key, k->key_size);
	*slot = (uint32_t)++k->n;
	return 1;
}

static int iter_collect(struct map *m, struct iter_keys *k)
{
	uint64_t steps = 4 * (uint64_t)m->max_entries + 1024;
	unsigned char *key = malloc(2 * k->key_size);
	int err;

	if (!key)
		return -ENOMEM;
	err = tableiter_next(m, NULL, key);
	for (; !err && steps; steps--) {
		err = iter_meet(k, key);
		if (err < 0)
			break;
		err = tableiter_next(m, key, key + k->key_size);
		memcpy(key, key + k->key_size, k->key_size);
	}
	free(key);
	return err == -ENOENT || err > 0 ? 0 : err;
}

static int iter_walk(struct map *m, size_t value_size,
	int (*fn)(void *arg, const void *key, const void *value), void *arg)
{
	struct iter_keys k = {.key_size = m->def->key_size};
	void *value = malloc(value_size ? value_size : 1);
	int err = value ? iter_collect(m, &k) : -ENOMEM, ret = 0;
	size_t i;

	if (err)
		ret = iter_failed(
			m, err == -ENOMEM ? "out of memory" : "it has no keys to walk", err);
	for (i = 0; !ret && i < k.n; i++) {
		err = iter_elem(m, RAWBPF_MAP_LOOKUP_ELEM, k.keys + i * k.key_size, value);
		if (err == -ENOENT)
			continue; /* deleted in the meantime */
		ret = err < 0 ? iter_failed(m, "lookup failed", err)
			      : fn(arg, k.keys + i * k.key_size, value);
	}
	free(k.keys);
	free(k.slots);
	free(value);
	return ret;
}

static int iter_array(struct map *m, size_t value_size,
	int (*fn)(void *arg, const void *key, const void *value), void *arg)
{
	void *value = malloc(value_size ? value_size : 1);
	uint32_t i;
	int err = 0;

	if (!value)
		return iter_failed(m, "out of memory", -ENOMEM);
	for (i = 0; !err && i < m->max_entries; i++) {
		err = iter_elem(m, RAWBPF_MAP_LOOKUP_ELEM, &i, value);
		err = err < 0 ? iter_failed(m, "lookup failed", err) : fn(arg, &i, value);
	}
	free(value);
	return err;
}

#else

static int iter_array(struct map *m, size_t value_size,
	int (*fn)(void *arg, const void *key, const void *value), void *arg)
{
	(void)value_size, (void)fn, (void)arg;
	return err_words(&m->b->error, "map", -EOPNOTSUPP,
		"a map without batches, and built without walks by key (RAWBPF_NO_OLD)");
}

static int iter_walk(struct map *m, size_t value_size,
	int (*fn)(void *arg, const void *key, const void *value), void *arg)
{
	return iter_array(m, value_size, fn, arg);
}

#endif

int tableiter_each(
	struct map *m, int (*fn)(void *arg, const void *key, const void *value), void *arg)
{
	size_t value_size;
	int was, err = tableiter_value_size(m, &value_size);

	if (err)
		return err;
	if (!m->def->key_size)
		return iter_failed(m, "it has no keys to walk", -EINVAL);
	if (iter_batchable(m)) {
		err = iter_batched(m, value_size, fn, arg);
		if (err || !m->no_batch)
			return err;
	}
	was = sys_fallback(&m->b->sys, m->no_batch);
	err = map_is_array(m) ? iter_array(m, value_size, fn, arg)
			      : iter_walk(m, value_size, fn, arg);
	sys_fallback_end(&m->b->sys, was);
	return err;
}
