// SPDX-License-Identifier: MIT
/*
 * map.c - maps of the loaded object.
 *
 * A map is asked for with its name and BTF types first.  A kernel that refuses either gets the
 * call again without; when nothing helps, the first answer is the one reported.
 */
#include "map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kern.h"

/* What a try passes beside the sizes. */
enum {
	MAP_WITH_NAME = 1, /* Linux 4.15 */
	MAP_WITH_BTF = 2,  /* Linux 4.18 */
};

void map_kernel_name(const char *prefix, const char *name, char out[RAWBPF_OBJ_NAME_LEN])
{
	char text[64];
	size_t i, n = strnlen(name, RAWBPF_OBJ_NAME_LEN - 1);

	snprintf(text, sizeof(text), "%.*s%.15s", (int)(RAWBPF_OBJ_NAME_LEN - 1 - n), prefix, name);
	memset(out, 0, RAWBPF_OBJ_NAME_LEN);
	for (i = 0; text[i] && i < RAWBPF_OBJ_NAME_LEN - 1; i++) {
		char c = text[i];

		out[i] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
					 (c >= '0' && c <= '9') || c == '_' || c == '.'
				 ? c
				 : '_';
	}
}

/* Global data is called after the object, as libbpf does: "count.rodata". */
static void map_name(const struct map *m, char out[RAWBPF_OBJ_NAME_LEN])
{
	const char *path = m->b->object->name, *slash = strrchr(path, '/');
	char prefix[RAWBPF_OBJ_NAME_LEN] = "";

	if (slash)
		path = slash + 1;
	if (m->def->kind != OBJECT_MAP_PLAIN && *path != '<')
		snprintf(prefix, sizeof(prefix), "%.*s", (int)strcspn(path, "."), path);
	map_kernel_name(prefix, m->def->name, out);
}

bool map_is_array(const struct map *m)
{
	return m->def->type == RAWBPF_MAP_ARRAY || m->def->type == RAWBPF_MAP_PERCPU_ARRAY;
}

bool map_is_percpu(const struct map *m)
{
	return m->def->type == RAWBPF_MAP_PERCPU_ARRAY || m->def->type == RAWBPF_MAP_PERCPU_HASH ||
	       m->def->type == RAWBPF_MAP_LRU_PERCPU_HASH ||
	       m->def->type == RAWBPF_MAP_PERCPU_CGROUP_STORAGE;
}

/* The other types refuse type ids. */
static bool map_takes_btf(enum rawbpf_map_type type)
{
	switch (type) {
	case RAWBPF_MAP_HASH:
	case RAWBPF_MAP_ARRAY:
	case RAWBPF_MAP_PERCPU_HASH:
	case RAWBPF_MAP_PERCPU_ARRAY:
	case RAWBPF_MAP_LRU_HASH:
	case RAWBPF_MAP_LRU_PERCPU_HASH:
	case RAWBPF_MAP_LPM_TRIE:
	case RAWBPF_MAP_CGROUP_STORAGE:
	case RAWBPF_MAP_PERCPU_CGROUP_STORAGE:
	case RAWBPF_MAP_SK_STORAGE:
	case RAWBPF_MAP_INODE_STORAGE:
	case RAWBPF_MAP_TASK_STORAGE:
	case RAWBPF_MAP_CGRP_STORAGE:
	case RAWBPF_MAP_BLOOM_FILTER: return true;
	default: return false;
	}
}

static int map_try(struct map *m, int btf_fd, unsigned with)
{
	const struct object_map *d = m->def;
	union rawbpf_attr a;
	char role[80];
	int fd, was;

	memset(&a, 0, sizeof(a));
	a.map.map_type = d->type;
	a.map.key_size = d->key_size;
	a.map.value_size = d->value_size;
	a.map.max_entries = m->max_entries;
	a.map.map_flags = d->flags;
	a.map.numa_node = d->numa_node;
	a.map.map_extra = d->extra;
	if (d->inner)
		a.map.inner_map_fd = (uint32_t)m->inner_fd;
	if (with & MAP_WITH_NAME)
		map_name(m, a.map.map_name);
	if (with & MAP_WITH_BTF) {
		a.map.btf_fd = (uint32_t)btf_fd;
		a.map.btf_key_type_id = d->key_btf;
		a.map.btf_value_type_id = d->value_btf;
	}
	snprintf(role, sizeof(role), "map %s", d->name);
	fd = sys_bpf(&m->b->sys, RAWBPF_MAP_CREATE, &a, sizeof(a.map), role);
	if (fd == -EPERM && kern_raise_memlock(m->b)) {
		was = sys_fallback(&m->b->sys, fd);
		fd = sys_bpf(&m->b->sys, RAWBPF_MAP_CREATE, &a, sizeof(a.map), role);
		sys_fallback_end(&m->b->sys, was);
	}
	return fd;
}

/* Whether an older kernel may mean the name or the BTF by this. */
static bool map_may_be_old(int err)
{
	return err == -EINVAL || err == -E2BIG || err == -MAP_ENOTSUPP || err == -EOPNOTSUPP;
}

/*
 * fd or a negative errno: that of the first try when none worked, unless a later one got past what
 * an older kernel does not know.
 */
static int map_try_roads(struct map *m, int btf_fd, struct kern *k)
{
	const struct object_map *d = m->def;
	unsigned with = 0;
	int fd, first;

	if (!k->no_map_names)
		with |= MAP_WITH_NAME;
	sys_fallback(&m->b->sys, k->no_map_names);
	if (map_takes_btf(d->type) && d->value_btf &&
		(d->key_btf || !d->key_size || d->kind != OBJECT_MAP_PLAIN)) {
		with |= btf_fd >= 0 ? MAP_WITH_BTF : 0;
		sys_fallback(&m->b->sys, btf_fd >= 0 ? 0 : k->no_btf);
	}
	first = fd = map_try(m, btf_fd, with);
	/* a rule that no kernel lets pass needs no second try */
	if (fd == -EINVAL && maprule_explain(d, m->max_entries, NULL))
		return first;
#ifndef RAWBPF_NO_OLD
	if (map_may_be_old(fd))
		sys_fallback(&m->b->sys, fd);
	if (map_may_be_old(fd) && (with & MAP_WITH_BTF)) {
		with &= ~(unsigned)MAP_WITH_BTF;
		fd = map_try(m, btf_fd, with);
	}
	if (map_may_be_old(fd) && (with & MAP_WITH_NAME)) {
		fd = map_try(m, btf_fd, 0);
		k->no_map_names = fd >= 0 ? first : 0;
	}
	if (fd >= 0 && first < 0)
		ctx_log(m->b, RAWBPF_LOG_INFO, "map '%s': the kernel took it without %s", d->name,
			k->no_map_names ? "name and BTF" : "BTF");
#endif
	return map_may_be_old(fd) ? first : fd;
}

static int map_try_all(struct map *m, int btf_fd, struct kern *k)
{
	int was = sys_fallback(&m->b->sys, 0), fd = map_try_roads(m, btf_fd, k);

	sys_fallback_end(&m->b->sys, was);
	return fd;
}

/* What the kernel wants instead of the "as many as fit" that objects may say. */
static int map_entries(struct map *m)
{
	uint32_t n = m->def->max_entries, page;
	int cpus;

	if (m->def->type == RAWBPF_MAP_RINGBUF || m->def->type == RAWBPF_MAP_USER_RINGBUF) {
		/* bytes: a power of two, whole pages */
		page = (uint32_t)sysconf(_SC_PAGESIZE);
		if (!n || n > 1U << 31 || (n >= page && !(n & (n - 1))))
			return 0;
		while (page < n)
			page *= 2;
		m->max_entries = page;
	} else if (m->def->type == RAWBPF_MAP_PERF_EVENT_ARRAY && !n) {
		cpus = kern_possible_cpus(m->b);
		if (cpus < 0)
			return cpus;
		m->max_entries = (uint32_t)cpus;
	}
	return 0;
}

static bool map_all_zero(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && !p[i]; i++)
		;
	return i == n;
}

/* Global data: its bytes, and from then on nobody changes constants. */
static int map_fill(struct map *m)
{
	const struct object_map *d = m->def;
	union rawbpf_attr a;
	uint32_t zero = 0;
	int err = 0;

	if (d->data && !map_all_zero(d->data, d->value_size)) {
		memset(&a, 0, sizeof(a));
		a.elem.map_fd = (uint32_t)m->fd;
		a.elem.key = (uintptr_t)&zero;
		a.elem.value = (uintptr_t)d->data;
		err = sys_bpf(&m->b->sys, RAWBPF_MAP_UPDATE_ELEM, &a, sizeof(a.elem), d->name);
		if (err)
			return err_set(&m->b->error, "map", err,
				"section '%s' cannot be written to its map", d->name);
	}
	if (d->kind != OBJECT_MAP_RODATA)
		return 0;
	memset(&a, 0, sizeof(a));
	a.elem.map_fd = (uint32_t)m->fd;
	err = sys_bpf(&m->b->sys, RAWBPF_MAP_FREEZE, &a, sizeof(a.elem), d->name);
	if (err)
		return err_set(&m->b->error, "map", err, "map '%s' cannot be frozen", d->name);
	return 0;
}

#ifndef RAWBPF_NO_FILL

/* The kernel wants to see one map of the kind that a map of maps will hold. */
static int map_create_inner(struct map *m, int btf_fd, struct kern *k)
{
	struct map inner = {.b = m->b, .def = m->def->inner, .fd = -1, .inner_fd = -1};
	int err;

	inner.max_entries = inner.def->max_entries;
	err = map_entries(&inner);
	if (err)
		return err;
	m->inner_fd = map_try_all(&inner, btf_fd, k);
	return m->inner_fd < 0 ? mapwhy_refused(m, &inner, m->inner_fd) : 0;
}

#else

static int map_create_inner(struct map *m, int btf_fd, struct kern *k)
{
	(void)m, (void)btf_fd, (void)k;
	return 0;
}

#endif

static int map_create(struct map *m, int btf_fd)
{
	struct kern *k = kern_get(m->b);
	int err;

	if (!k)
		return -ENOMEM;
	err = map_entries(m);
	if (!err && m->def->inner)
		err = map_create_inner(m, btf_fd, k);
	if (err)
		return err;
	m->fd = map_try_all(m, btf_fd, k);
	if (m->def->inner)
		sys_close(&m->b->sys, m->inner_fd);
	if (m->fd < 0) {
		err = m->fd;
		m->fd = -1;
		return mapwhy_refused(m, m, err);
	}
	return map_fill(m);
}

#ifndef RAWBPF_NO_FILL

int map_put_fd(struct map *m, uint32_t key, int fd, const struct object_map *like, const char *what)
{
	union rawbpf_attr a;
	int err;

	memset(&a, 0, sizeof(a));
	a.elem.map_fd = (uint32_t)m->fd;
	a.elem.key = (uintptr_t)&key;
	a.elem.value = (uintptr_t)&fd;
	err = sys_bpf(&m->b->sys, RAWBPF_MAP_UPDATE_ELEM, &a, sizeof(a.elem), m->def->name);
	if (!err)
		return 0;
	return mapwhy_element(m, key, like, what, err);
}

/* The maps that a map of maps holds from the start. */
static int map_fill_maps(struct rawbpf *b)
{
	size_t i, k;
	int err = 0;

	for (i = 0; i < b->n_maps; i++) {
		const struct object_map *d = b->maps[i].def;

		for (k = 0; !err && d->inner && k < d->n_values; k++) {
			struct map *to = &b->maps[d->values[k].target];

			err = map_put_fd(
				&b->maps[i], d->values[k].index, to->fd, to->def, to->def->name);
		}
	}
	return err;
}

#else

static int map_fill_maps(struct rawbpf *b)
{
	(void)b;
	return 0;
}

#endif

int map_create_all(struct rawbpf *b, int btf_fd)
{
	const struct object *o = b->object;
	size_t i;
	int err = 0;

	b->maps = calloc(o->n_maps ? o->n_maps : 1, sizeof(*b->maps));
	if (!b->maps)
		return err_set(&b->error, "map", -ENOMEM, "out of memory");
	b->n_maps = o->n_maps;
	for (i = 0; i < b->n_maps; i++) {
		b->maps[i].b = b;
		b->maps[i].def = &o->maps[i];
		b->maps[i].max_entries = o->maps[i].max_entries;
		b->maps[i].fd = -1;
	}
	for (i = 0; !err && i < b->n_maps; i++)
		err = map_create(&b->maps[i], btf_fd);
	if (!err)
		err = map_fill_maps(b);
	if (err)
		map_close_all(b);
	return err;
}

void map_close_all(struct rawbpf *b)
{
	size_t i;

	for (i = 0; i < b->n_maps; i++)
		sys_close(&b->sys, b->maps[i].fd);
	free(b->maps);
	b->maps = NULL;
	b->n_maps = 0;
}

struct map *map_find(struct rawbpf *b, const char *name)
{
	size_t i;

	for (i = 0; i < b->n_maps; i++)
		if (!strcmp(b->maps[i].def->name, name))
			return &b->maps[i];
	return NULL;
}
