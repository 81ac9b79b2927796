// SPDX-License-Identifier: MIT
/*
 * maprule.c - why a map is refused: MAP_CREATE answers a bare EINVAL for every reason.
 *
 * One row for each type: what the kernel demands of its fields, and the first kernel that has it.
 * It is read only after a refusal, so a kernel that is more generous than the table is not held
 * back by it.
 */
#include <errno.h>
#include <unistd.h>

#include "map.h"

#define MAPRULE_NO_PREALLOC 1U /* BPF_F_NO_PREALLOC */
#define MAPRULE_F_MMAPABLE  0x400U
#define MAPRULE_F_BUILD_ID  0x20U
#define MAPRULE_STACK_DEPTH 127
#define MAPRULE_HASHES	    15	  /* of a bloom filter */
#define MAPRULE_BUILD_ID    32	  /* bytes of a struct bpf_stack_build_id */
#define MAPRULE_PERCPU_MAX  32768 /* bytes of one CPU's value */
#define MAPRULE_OWNED_MAX   65000 /* of a value of task, cgroup, socket or inode storage, about */
#define MAPRULE_ARENA_MAX   0x100000000U /* bytes of an arena */
#define MAPRULE_ELEM_MAX    0x400000U	 /* of one piece of the kernel's memory */

/* What must be. */
enum {
	MAPRULE_KEY_0 = 1,	    /* key size 0 */
	MAPRULE_KEY_4 = 2,	    /* key size 4 */
	MAPRULE_KEY_ANY = 4,	    /* key size above 0 */
	MAPRULE_VALUE_0 = 8,	    /* value size 0 */
	MAPRULE_VALUE_4 = 16,	    /* value size 4: an fd */
	MAPRULE_VALUE_ANY = 32,	    /* value size above 0 */
	MAPRULE_ENTRIES = 64,	    /* entries above 0 */
	MAPRULE_ENTRIES_0 = 128,    /* entries 0 */
	MAPRULE_LAZY = 256,	    /* BPF_F_NO_PREALLOC */
	MAPRULE_PERCPU = 512,	    /* value at most 32 KiB */
	MAPRULE_STACKS = 1024,	    /* value a whole number of addresses, at most 127 */
	MAPRULE_LPM = 2048,	    /* key a prefix length and 1 to 256 bytes */
	MAPRULE_PAGES = 4096,	    /* entries: bytes, whole pages, a power of two */
	MAPRULE_VALUE_4_8 = 8192,   /* value size 4 or 8 */
	MAPRULE_KEY_CGROUP = 16384, /* key size 8 (a cgroup's id) or 16 (and an attach type) */
	MAPRULE_MMAPABLE = 32768,   /* BPF_F_MMAPABLE */
	MAPRULE_INNER = 65536,	    /* a map that shows what those in it are like */
	MAPRULE_KSTRUCT = 131072,   /* a struct of the kernel's BTF */
};

#define MAPRULE_HASH	(MAPRULE_KEY_ANY | MAPRULE_VALUE_ANY | MAPRULE_ENTRIES)
#define MAPRULE_ARRAY	(MAPRULE_KEY_4 | MAPRULE_VALUE_ANY | MAPRULE_ENTRIES)
#define MAPRULE_FDS	(MAPRULE_KEY_4 | MAPRULE_VALUE_4 | MAPRULE_ENTRIES)
#define MAPRULE_INDEX	(MAPRULE_KEY_4 | MAPRULE_VALUE_4_8 | MAPRULE_ENTRIES)
#define MAPRULE_QUEUE	(MAPRULE_KEY_0 | MAPRULE_VALUE_ANY | MAPRULE_ENTRIES)
#define MAPRULE_RING	(MAPRULE_KEY_0 | MAPRULE_VALUE_0 | MAPRULE_PAGES)
#define MAPRULE_STORAGE (MAPRULE_KEY_4 | MAPRULE_VALUE_ANY | MAPRULE_ENTRIES_0 | MAPRULE_LAZY)

static const struct maprule {
	const char *name, *since; /* first kernel; NULL: before 4.9 */
	unsigned must;
} maprules[] = {
	[RAWBPF_MAP_UNSPEC] = {"unspec", NULL, 0},
	[RAWBPF_MAP_HASH] = {"hash", NULL, MAPRULE_HASH},
	[RAWBPF_MAP_ARRAY] = {"array", NULL, MAPRULE_ARRAY},
	[RAWBPF_MAP_PROG_ARRAY] = {"prog_array", NULL, MAPRULE_FDS},
	[RAWBPF_MAP_PERF_EVENT_ARRAY] = {"perf_event_array", NULL, MAPRULE_FDS},
	[RAWBPF_MAP_PERCPU_HASH] = {"percpu_hash", NULL, MAPRULE_HASH | MAPRULE_PERCPU},
	[RAWBPF_MAP_PERCPU_ARRAY] = {"percpu_array", NULL, MAPRULE_ARRAY | MAPRULE_PERCPU},
	[RAWBPF_MAP_STACK_TRACE] = {"stack_trace", NULL, MAPRULE_ARRAY | MAPRULE_STACKS},
	[RAWBPF_MAP_CGROUP_ARRAY] = {"cgroup_array", NULL, MAPRULE_FDS},
	[RAWBPF_MAP_LRU_HASH] = {"lru_hash", "4.10", MAPRULE_HASH},
	[RAWBPF_MAP_LRU_PERCPU_HASH] = {"lru_percpu_hash", "4.10", MAPRULE_HASH | MAPRULE_PERCPU},
	[RAWBPF_MAP_LPM_TRIE] = {"lpm_trie", "4.11",
		MAPRULE_VALUE_ANY | MAPRULE_ENTRIES | MAPRULE_LPM | MAPRULE_LAZY},
	[RAWBPF_MAP_ARRAY_OF_MAPS] = {"array_of_maps", "4.12", MAPRULE_FDS | MAPRULE_INNER},
	[RAWBPF_MAP_HASH_OF_MAPS] = {"hash_of_maps", "4.12",
		MAPRULE_KEY_ANY | MAPRULE_VALUE_4 | MAPRULE_ENTRIES | MAPRULE_INNER},
	[RAWBPF_MAP_DEVMAP] = {"devmap", "4.14", MAPRULE_INDEX},
	[RAWBPF_MAP_SOCKMAP] = {"sockmap", "4.14", MAPRULE_INDEX},
	[RAWBPF_MAP_CPUMAP] = {"cpumap", "4.15", MAPRULE_INDEX},
	[RAWBPF_MAP_XSKMAP] = {"xskmap", "4.18", MAPRULE_FDS},
	[RAWBPF_MAP_SOCKHASH] = {"sockhash", "4.18",
		MAPRULE_KEY_ANY | MAPRULE_VALUE_4_8 | MAPRULE_ENTRIES},
	[RAWBPF_MAP_CGROUP_STORAGE] = {"cgroup_storage", "4.19",
		MAPRULE_KEY_CGROUP | MAPRULE_VALUE_ANY | MAPRULE_ENTRIES_0},
	[RAWBPF_MAP_REUSEPORT_SOCKARRAY] = {"reuseport_sockarray", "4.19", MAPRULE_INDEX},
	[RAWBPF_MAP_PERCPU_CGROUP_STORAGE] = {"percpu_cgroup_storage", "4.20",
		MAPRULE_KEY_CGROUP | MAPRULE_VALUE_ANY | MAPRULE_ENTRIES_0},
	[RAWBPF_MAP_QUEUE] = {"queue", "4.20", MAPRULE_QUEUE},
	[RAWBPF_MAP_STACK] = {"stack", "4.20", MAPRULE_QUEUE},
	[RAWBPF_MAP_SK_STORAGE] = {"sk_storage", "5.2", MAPRULE_STORAGE},
	[RAWBPF_MAP_DEVMAP_HASH] = {"devmap_hash", "5.4", MAPRULE_INDEX},
	[RAWBPF_MAP_STRUCT_OPS] = {"struct_ops", "5.6", MAPRULE_KSTRUCT},
	[RAWBPF_MAP_RINGBUF] = {"ringbuf", "5.8", MAPRULE_RING},
	[RAWBPF_MAP_INODE_STORAGE] = {"inode_storage", "5.10", MAPRULE_STORAGE},
	[RAWBPF_MAP_TASK_STORAGE] = {"task_storage", "5.11", MAPRULE_STORAGE},
	[RAWBPF_MAP_BLOOM_FILTER] = {"bloom_filter", "5.16", MAPRULE_QUEUE},
	[RAWBPF_MAP_USER_RINGBUF] = {"user_ringbuf", "6.1", MAPRULE_RING},
	[RAWBPF_MAP_CGRP_STORAGE] = {"cgrp_storage", "6.2", MAPRULE_STORAGE},
	[RAWBPF_MAP_ARENA] = {"arena", "6.9",
		MAPRULE_KEY_0 | MAPRULE_VALUE_0 | MAPRULE_ENTRIES | MAPRULE_MMAPABLE},
};

static const struct maprule *maprule_of(enum rawbpf_map_type type)
{
	return (size_t)type < sizeof(maprules) / sizeof(*maprules) ? &maprules[type] : NULL;
}

const char *maprule_type(enum rawbpf_map_type type)
{
	const struct maprule *r = maprule_of(type);

	return r ? r->name : "unknown";
}

bool maprule_known(enum rawbpf_map_type type)
{
	return maprule_of(type);
}

const char *maprule_since(enum rawbpf_map_type type)
{
	const struct maprule *r = maprule_of(type);

	return r ? r->since : NULL;
}

static const char *maprule_broken_key(const struct object_map *d, unsigned must)
{
	if ((must & MAPRULE_KEY_0) && d->key_size)
		return "its key size must be 0";
	if ((must & MAPRULE_KEY_4) && d->key_size != 4)
		return must & MAPRULE_ENTRIES_0
			       ? "its key size must be 4: the key is a file descriptor"
			       : "its key size must be 4: the key is an index";
	if ((must & MAPRULE_KEY_ANY) && !d->key_size)
		return "its key size is 0";
	if ((must & MAPRULE_KEY_CGROUP) && d->key_size != 8 && d->key_size != 16)
		return "its key size must be 8, a cgroup's id, or 16, with an attach type";
	if ((must & MAPRULE_LPM) && (d->key_size < 5 || d->key_size > 260))
		return "its key must be a 4-byte prefix length and 1 to 256 bytes";
	return NULL;
}

static const char *maprule_broken_value(const struct object_map *d, unsigned must)
{
	if ((must & MAPRULE_VALUE_0) && d->value_size)
		return "its value size must be 0";
	if ((must & MAPRULE_VALUE_4) && d->value_size != 4)
		return "its value size must be 4: the value is a file descriptor";
	if ((must & MAPRULE_VALUE_4_8) && d->value_size != 4 && d->value_size != 8)
		return "its value size must be 4 or 8";
	if ((must & MAPRULE_VALUE_ANY) && !d->value_size)
		return "its value size is 0";
	if ((must & MAPRULE_PERCPU) && d->value_size > MAPRULE_PERCPU_MAX)
		return "the value of one cpu must not be above 32768 bytes";
	if ((must & MAPRULE_STACKS) && (d->flags & MAPRULE_F_BUILD_ID))
		return d->value_size % MAPRULE_BUILD_ID ||
				       d->value_size / MAPRULE_BUILD_ID > MAPRULE_STACK_DEPTH
			       ? "its value must be up to 127 build ids of 32 bytes"
			       : NULL;
	if ((must & MAPRULE_STACKS) &&
		(d->value_size % 8 || d->value_size / 8 > MAPRULE_STACK_DEPTH))
		return "its value must be up to 127 addresses of 8 bytes";
	return NULL;
}

/* Bytes of a page: 64 KiB on some arm64 and ppc64le kernels. */
static uint64_t maprule_page(void)
{
	long page = sysconf(_SC_PAGESIZE);

	return page > 0 ? (uint64_t)page : 4096;
}

static bool maprule_is_pages(uint64_t bytes)
{
	return !(bytes % maprule_page());
}

static const char *maprule_broken(
	const struct object_map *d, uint32_t entries, const struct maprule *r)
{
	const char *why = maprule_broken_key(d, r->must);

	if (!why)
		why = maprule_broken_value(d, r->must);
	if (why)
		return why;
	if ((r->must & MAPRULE_ENTRIES) && !entries)
		return "max_entries is 0";
	if ((r->must & MAPRULE_ENTRIES_0) && entries)
		return "max_entries must be 0";
	if ((r->must & MAPRULE_PAGES) &&
		(!entries || !maprule_is_pages(entries) || (entries & (entries - 1))))
		return "max_entries, its size in bytes, must be a power of two and whole pages";
	if ((r->must & MAPRULE_LAZY) && !(d->flags & MAPRULE_NO_PREALLOC))
		return "its flags must have BPF_F_NO_PREALLOC (1)";
	if ((r->must & MAPRULE_INNER) && !d->inner)
		return "it needs an inner map, which shows what the maps in it are like";
	if (r->must & MAPRULE_KSTRUCT)
		return "its value must be a struct that this kernel's btf has for it";
	if ((r->must & MAPRULE_MMAPABLE) && !(d->flags & MAPRULE_F_MMAPABLE))
		return "its flags must have BPF_F_MMAPABLE (0x400)";
	if (d->type == RAWBPF_MAP_BLOOM_FILTER && d->extra > MAPRULE_HASHES)
		return "its map_extra, the number of its hash functions, must be 0 to 15";
	if (d->type == RAWBPF_MAP_ARENA && !maprule_is_pages(d->extra))
		return "its map_extra, the address of the arena, must be whole pages";
	if (d->extra && d->type != RAWBPF_MAP_BLOOM_FILTER && d->type != RAWBPF_MAP_ARENA)
		return "only bloom filters and arenas have a map_extra";
	return NULL;
}

bool maprule_explain(const struct object_map *def, uint32_t max_entries, struct rawbpf_error *e)
{
	const struct maprule *r = maprule_of(def->type);
	const char *why;

	if (!r || !def->type) {
		err_set(e, "map", -EINVAL, "map '%s': type %u is not known", def->name,
			(unsigned)def->type);
		return def->type == 0;
	}
	why = maprule_broken(def, max_entries, r);
	if (why) {
		err_set(e, "map", -EINVAL, "map '%s' of type %s refused: %s", def->name, r->name,
			why);
		return true;
	}
	return false;
}

/* ---- limits */

/* What is too large, of a map that was refused with E2BIG; NULL: none is known. */
static const char *maprule_exceeds(
	const struct object_map *d, uint32_t entries, const struct maprule *r)
{
	if ((r->must & MAPRULE_PERCPU) && d->value_size > MAPRULE_PERCPU_MAX)
		return "the value of one cpu must not be above 32768 bytes";
	if (d->type == RAWBPF_MAP_ARENA && entries > MAPRULE_ARENA_MAX / maprule_page())
		return "max_entries, its size in pages, must not be above 4 GiB";
	if (d->type == RAWBPF_MAP_CPUMAP && entries)
		return "max_entries is above the number of cpus that this kernel is built for";
	if ((r->must & MAPRULE_ENTRIES_0) && d->value_size > MAPRULE_OWNED_MAX)
		return "its value must be below 64 KiB, on older kernels a page";
	if ((r->must & MAPRULE_KEY_ANY) && d->key_size <= 512 &&
		(uint64_t)d->key_size + d->value_size >= MAPRULE_ELEM_MAX - 1024)
		return "key and value together must be below 4 MiB";
	return NULL;
}

bool maprule_limits(const struct object_map *def, uint32_t max_entries, struct rawbpf_error *e)
{
	const struct maprule *r = maprule_of(def->type);
	const char *why = r ? maprule_exceeds(def, max_entries, r) : NULL;

	if (why)
		err_set(e, "map", -E2BIG, "map '%s' of type %s refused: %s", def->name, r->name,
			why);
	return why;
}

/* ---- flags */

/* By bit number. */
static const char *const maprule_flag_names[] = {"BPF_F_NO_PREALLOC", "BPF_F_NO_COMMON_LRU",
	"BPF_F_NUMA_NODE", "BPF_F_RDONLY", "BPF_F_WRONLY", "BPF_F_STACK_BUILD_ID",
	"BPF_F_ZERO_SEED", "BPF_F_RDONLY_PROG", "BPF_F_WRONLY_PROG", "BPF_F_CLONE",
	"BPF_F_MMAPABLE", "BPF_F_PRESERVE_ELEMS", "BPF_F_INNER_MAP", "BPF_F_LINK", "BPF_F_PATH_FD",
	"BPF_F_VTYPE_BTF_OBJ_FD", "BPF_F_TOKEN_FD", "BPF_F_SEGV_ON_FAULT", "BPF_F_NO_USER_CONV",
	"BPF_F_RB_OVERWRITE"};

enum {
	MAPRULE_F_PAIRS = 0x18,	   /* RDONLY, WRONLY: one of them */
	MAPRULE_F_PROG = 0x180,	   /* RDONLY_PROG, WRONLY_PROG: one of them */
	MAPRULE_F_STORAGE = 0x201, /* NO_PREALLOC, CLONE */
	MAPRULE_F_MANY = 0x19c,	   /* NUMA_NODE and these four */
};

/* What a type may have on some kernel up to 7.x; 0: not known. */
static uint32_t maprule_allowed(enum rawbpf_map_type type)
{
	switch (type) {
	case RAWBPF_MAP_HASH:
	case RAWBPF_MAP_HASH_OF_MAPS: return MAPRULE_F_MANY | 0x41;
	case RAWBPF_MAP_PERCPU_HASH: return (MAPRULE_F_MANY | 0x41) & ~4U; /* on all nodes */
	case RAWBPF_MAP_LRU_HASH: return MAPRULE_F_MANY | 0x42;
	case RAWBPF_MAP_LRU_PERCPU_HASH: return (MAPRULE_F_MANY | 0x42) & ~4U;
	case RAWBPF_MAP_PERCPU_ARRAY: return MAPRULE_F_MANY & ~4U;
	case RAWBPF_MAP_ARRAY: return MAPRULE_F_MANY | 0x1400;
	case RAWBPF_MAP_PERF_EVENT_ARRAY: return 0x81c;
	case RAWBPF_MAP_LPM_TRIE: return MAPRULE_F_MANY | 1;
	case RAWBPF_MAP_BLOOM_FILTER: return MAPRULE_F_MANY | 0x40;
	case RAWBPF_MAP_STACK_TRACE: return 0x3c;
	case RAWBPF_MAP_PROG_ARRAY:
	case RAWBPF_MAP_CGROUP_ARRAY:
	case RAWBPF_MAP_DEVMAP:
	case RAWBPF_MAP_DEVMAP_HASH:
	case RAWBPF_MAP_XSKMAP:
	case RAWBPF_MAP_ARRAY_OF_MAPS:
	case RAWBPF_MAP_SOCKMAP:
	case RAWBPF_MAP_SOCKHASH: return 0x1c;
	case RAWBPF_MAP_CGROUP_STORAGE:
	case RAWBPF_MAP_PERCPU_CGROUP_STORAGE:
	case RAWBPF_MAP_REUSEPORT_SOCKARRAY:
	case RAWBPF_MAP_QUEUE:
	case RAWBPF_MAP_STACK: return MAPRULE_F_MANY;
	case RAWBPF_MAP_RINGBUF: return 0x80004;
	case RAWBPF_MAP_CPUMAP:
	case RAWBPF_MAP_USER_RINGBUF: return 4;
	case RAWBPF_MAP_SK_STORAGE:
	case RAWBPF_MAP_INODE_STORAGE:
	case RAWBPF_MAP_TASK_STORAGE:
	case RAWBPF_MAP_CGRP_STORAGE: return MAPRULE_F_STORAGE;
	default: return 0;
	}
}

/* A flag that a type cannot have, or two that exclude each other; NULL: none is known. */
static const char *maprule_broken_flag(uint32_t flags, uint32_t allowed)
{
	uint32_t bad = flags & ~allowed;
	size_t i;

	for (i = 0; i < sizeof(maprule_flag_names) / sizeof(*maprule_flag_names); i++)
		if (bad & 1U << i)
			return maprule_flag_names[i];
	return bad ? "bits that no kernel knows" : NULL;
}

bool maprule_flags(const struct object_map *def, int err, struct rawbpf_error *e)
{
	uint32_t allowed = maprule_allowed(def->type);
	const char *flag = allowed ? maprule_broken_flag(def->flags, allowed) : NULL;
	const char *name = maprule_type(def->type);

	if (flag)
		err_set(e, "map", err, "map '%s' of type %s refused: its flags must not have %s",
			def->name, name, flag);
	else if ((def->flags & MAPRULE_F_PAIRS) == MAPRULE_F_PAIRS)
		err_set(e, "map", err,
			"map '%s' of type %s refused: BPF_F_RDONLY and BPF_F_WRONLY exclude each "
			"other",
			def->name, name);
	else if ((def->flags & MAPRULE_F_PROG) == MAPRULE_F_PROG)
		err_set(e, "map", err,
			"map '%s' of type %s refused: BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG "
			"exclude each other",
			def->name, name);
	else if (allowed == MAPRULE_F_STORAGE && !def->value_btf)
		err_set(e, "map", err,
			"map '%s' of type %s refused: it must have BTF types of key and value",
			def->name, name);
	else
		return false;
	return true;
}
