// SPDX-License-Identifier: MIT
/*
 * mapwhy.c - why the kernel refused a map, in words.
 *
 * MAP_CREATE answers with an errno alone.  The rule that is broken (maprule.c) goes first, then what
 * the errno can mean for such a map; where the object tells the map's line, that is shown.
 */
#include "map.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kern.h"
#include "rights.h"

enum { MAPWHY_NUMA_NODE = 4 }; /* BPF_F_NUMA_NODE */

/* The running kernel is older than the type, or does not tell its version. */
static bool mapwhy_is_newer(const struct map *m)
{
	const char *since = maprule_since(m->def->type);
	uint32_t version = kern_version(m->b);
	unsigned major, minor;

	return since && sscanf(since, "%u.%u", &major, &minor) == 2 &&
	       (!version || version < (major << 16 | minor << 8));
}

/* Bytes of an element, without what the kernel adds; arrays store no keys. */
static unsigned long long mapwhy_element_size(const struct object_map *d)
{
	bool array = d->type == RAWBPF_MAP_ARRAY || d->type == RAWBPF_MAP_PERCPU_ARRAY;

	return array ? (d->value_size + 7ULL) & ~7ULL
		     : (unsigned long long)d->key_size + d->value_size;
}

static int mapwhy_said(struct map *m, int err)
{
	const struct object_map *d = m->def;
	struct rawbpf_error *e = &m->b->error;

	if (err == -EINVAL && maprule_explain(d, m->max_entries, e))
		return err;
	if ((err == -EINVAL || err == -MAP_ENOTSUPP) && maprule_flags(d, err, e))
		return err;
	if (err == -E2BIG && maprule_limits(d, m->max_entries, e))
		return err;
	err_set(e, "map", err, "map '%s' (%s, key %u, value %u, %u entries) refused", d->name,
		maprule_type(d->type), d->key_size, d->value_size, m->max_entries);
	if (err == -EINVAL && d->kind != OBJECT_MAP_PLAIN)
		err_hint(e, "global variables need Linux 5.2");
	else if (err == -EINVAL && mapwhy_is_newer(m))
		err_hint(e, "maps of this type need Linux %s", maprule_since(d->type));
	else if (err == -EINVAL && !maprule_known(d->type))
		err_hint(e, "this kernel may have no maps of type %u", (unsigned)d->type);
	else if (err == -EINVAL && (d->flags & MAPWHY_NUMA_NODE))
		err_hint(e,
			"with BPF_F_NUMA_NODE its numa_node, %u, must be one that is online "
			"(/sys/devices/system/node/online)",
			(unsigned)d->numa_node);
	else if (err == -E2BIG && d->key_size > 512)
		err_hint(e, "this kernel takes keys of at most 512 bytes");
	else if (err == -ENOMEM || err == -E2BIG)
		err_hint(e, "it needs about %llu MiB%s; give it fewer entries",
			(mapwhy_element_size(d) * m->max_entries + 0xfffff) >> 20,
			map_is_percpu(m) ? " for each cpu" : "");
	return rights_explain(&m->b->sys, e, RIGHTS_MAP, err);
}

/* The error just set, with the line that the map was written in. */
static int mapwhy_at(const struct map *m, int err)
{
	struct rawbpf_error *e = &m->b->error;
	struct object_line at = {0};
	char place[256], hint[sizeof(e->buf)];
	const char *text;

	if (!object_map_line(m->b->object, m->def, &at) || !at.file)
		return err;
	snprintf(place, sizeof(place), "%s:%u", at.file, at.line);
	err_before(e, place);
	err_src(e, at.file, at.line);
	text = at.text ? at.text + strspn(at.text, " \t") : "";
	snprintf(hint, sizeof(hint), "%s%s", e->hint ? ": " : "", e->hint ? e->hint : "");
	if (*text)
		err_hint(e, "'%s'%s", text, hint);
	return err;
}

int mapwhy_refused(struct map *m, struct map *which, int err)
{
	return mapwhy_at(m, mapwhy_said(which, err));
}

/* ---- elements -------------------------------------------------------------------------------- */

/* In what a map is not like those that a map of maps was made for; NULL: not in what can be told. */
static const char *mapwhy_unlike(const struct object_map *m, const struct object_map *in)
{
	bool array = m->type == RAWBPF_MAP_ARRAY || m->type == RAWBPF_MAP_PERCPU_ARRAY;

	if (m->type != in->type)
		return "type";
	if (m->key_size != in->key_size)
		return "key size";
	if (m->value_size != in->value_size)
		return "value size";
	if (m->flags != in->flags)
		return "flags";
	if (m->max_entries != in->max_entries && array)
		return "max_entries (arrays of different sizes need BPF_F_INNER_MAP, Linux 5.10)";
	if (m->max_entries != in->max_entries)
		return "max_entries (which may differ from Linux 5.10 on)";
	return NULL;
}

static void mapwhy_say_unlike(
	struct rawbpf_error *e, const struct object_map *m, const struct object_map *in)
{
	const char *field = mapwhy_unlike(m, in);
	uint32_t have = m->max_entries, want = in->max_entries;

	if (!field) {
		err_hint(e, "it must look as the inner map that is declared, locks and timers in "
			    "its value included");
		return;
	}
	switch (*field) {
	case 't':
		err_hint(e,
			"it must look as the inner map that is declared: its type is %s, not %s",
			maprule_type(m->type), maprule_type(in->type));
		return;
	case 'k': have = m->key_size, want = in->key_size; break;
	case 'v': have = m->value_size, want = in->value_size; break;
	case 'f': have = m->flags, want = in->flags; break;
	default: break;
	}
	err_hint(e, "it must look as the inner map that is declared: its %s is %u, not %u", field,
		(unsigned)have, (unsigned)want);
}

int mapwhy_element(
	struct map *m, uint32_t key, const struct object_map *like, const char *what, int err)
{
	struct rawbpf_error *e = &m->b->error;

	err_set(e, "map", err, "map '%s': element %u cannot be '%s'", m->def->name, (unsigned)key,
		what);
	if (err == -EINVAL && like && m->def->inner)
		mapwhy_say_unlike(e, like, m->def->inner);
	else if (err == -EINVAL)
		err_hint(e, "all programs of an array must be of one type");
	return mapwhy_at(m, err);
}
