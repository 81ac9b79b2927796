// SPDX-License-Identifier: MIT
/* test_maprule.c - the rules for maps, held against what the running kernel refuses. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "map.h"
#include "rawbpf_sys.h"
#include "t.h"

static const struct {
	struct object_map def;
	const char *says; /* NULL: allowed */
} rule_rows[] = {
	{{.type = RAWBPF_MAP_HASH, .key_size = 4, .value_size = 8, .max_entries = 1}, NULL},
	{{.type = RAWBPF_MAP_HASH, .value_size = 8, .max_entries = 1}, "key size is 0"},
	{{.type = RAWBPF_MAP_HASH, .key_size = 4, .value_size = 8}, "max_entries is 0"},
	{{.type = RAWBPF_MAP_HASH, .key_size = 4, .max_entries = 1}, "value size is 0"},
	{{.type = RAWBPF_MAP_ARRAY, .key_size = 8, .value_size = 8, .max_entries = 1},
		"key size must be 4"},
	{{.type = RAWBPF_MAP_PERCPU_ARRAY, .key_size = 4, .value_size = 32776, .max_entries = 1},
		"32768"},
	{{.type = RAWBPF_MAP_PERF_EVENT_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1},
		"value size must be 4"},
	{{.type = RAWBPF_MAP_STACK_TRACE, .key_size = 4, .value_size = 1016, .max_entries = 1},
		NULL},
	{{.type = RAWBPF_MAP_STACK_TRACE, .key_size = 4, .value_size = 1024, .max_entries = 1},
		"127 addresses"},
	{{.type = RAWBPF_MAP_STACK_TRACE, .key_size = 4, .value_size = 12, .max_entries = 1},
		"127 addresses"},
	{{.type = RAWBPF_MAP_LPM_TRIE, .key_size = 8, .value_size = 8, .max_entries = 1},
		"NO_PREALLOC"},
	{{.type = RAWBPF_MAP_LPM_TRIE,
		 .key_size = 4,
		 .value_size = 8,
		 .max_entries = 1,
		 .flags = 1},
		"prefix length"},
	{{.type = RAWBPF_MAP_LPM_TRIE,
		 .key_size = 8,
		 .value_size = 8,
		 .max_entries = 1,
		 .flags = 1},
		NULL},
	{{.type = RAWBPF_MAP_QUEUE, .key_size = 4, .value_size = 8, .max_entries = 1},
		"key size must be 0"},
	{{.type = RAWBPF_MAP_QUEUE, .value_size = 8, .max_entries = 1}, NULL},
	{{.type = RAWBPF_MAP_RINGBUF, .max_entries = 12288}, "power of two"},
	{{.type = RAWBPF_MAP_RINGBUF, .max_entries = 1}, "whole pages"},
	{{.type = RAWBPF_MAP_SOCKMAP, .key_size = 4, .value_size = 2, .max_entries = 1}, "4 or 8"},
	{{.type = RAWBPF_MAP_CGROUP_STORAGE, .key_size = 4, .value_size = 8}, "a cgroup's id"},
	{{.type = RAWBPF_MAP_HASH, .key_size = 4, .value_size = 8, .max_entries = 1, .flags = 2},
		"must not have BPF_F_NO_COMMON_LRU"},
	{{.type = RAWBPF_MAP_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1, .flags = 1},
		"must not have BPF_F_NO_PREALLOC"},
	{{.type = RAWBPF_MAP_PERCPU_ARRAY,
		 .key_size = 4,
		 .value_size = 8,
		 .max_entries = 1,
		 .flags = 0x400},
		"must not have BPF_F_MMAPABLE"},
	{{.type = RAWBPF_MAP_PERCPU_HASH,
		 .key_size = 4,
		 .value_size = 8,
		 .max_entries = 1,
		 .flags = 4},
		"must not have BPF_F_NUMA_NODE"},
	{{.type = RAWBPF_MAP_SK_STORAGE, .key_size = 4, .value_size = 8, .flags = 1}, "BTF types"},
	{{.type = RAWBPF_MAP_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1, .flags = 24},
		"exclude each other"},
	{{.type = RAWBPF_MAP_ARRAY,
		 .key_size = 4,
		 .value_size = 8,
		 .max_entries = 1,
		 .flags = 0x180},
		"exclude each other"},
	{{.type = RAWBPF_MAP_HASH,
		 .key_size = 4,
		 .value_size = 8,
		 .max_entries = 1,
		 .flags = 1U << 31},
		"no kernel knows"},
	{{.type = RAWBPF_MAP_STACK_TRACE,
		 .key_size = 4,
		 .value_size = 40,
		 .max_entries = 1,
		 .flags = 0x20},
		"build ids of 32 bytes"},
	{{.type = RAWBPF_MAP_STACK_TRACE,
		 .key_size = 4,
		 .value_size = 64,
		 .max_entries = 1,
		 .flags = 0x20},
		NULL},
	{{.type = RAWBPF_MAP_LRU_HASH,
		 .key_size = 4,
		 .value_size = 8,
		 .max_entries = 1,
		 .flags = 1},
		"must not have BPF_F_NO_PREALLOC"},
	{{.type = RAWBPF_MAP_ARRAY_OF_MAPS, .key_size = 4, .value_size = 4, .max_entries = 1},
		"an inner map"},
	{{.type = RAWBPF_MAP_STRUCT_OPS, .key_size = 4, .value_size = 8, .max_entries = 1},
		"a struct that this kernel's btf has"},
	{{.type = RAWBPF_MAP_SK_STORAGE, .key_size = 8, .value_size = 8, .flags = 1},
		"4: the key is a file descriptor"},
	{{.type = RAWBPF_MAP_PERCPU_HASH, .key_size = 4, .value_size = 40000, .max_entries = 1},
		"one cpu must not be above 32768 bytes"},
	{{.type = RAWBPF_MAP_HASH, .key_size = 4, .value_size = 4U << 20, .max_entries = 1},
		"together must be below 4 MiB"},
	{{.type = RAWBPF_MAP_CGROUP_STORAGE, .key_size = 8, .value_size = 70000}, "below 64 KiB"},
	{{.type = RAWBPF_MAP_CPUMAP, .key_size = 4, .value_size = 4, .max_entries = 1U << 20},
		"number of cpus"},
	{{.type = RAWBPF_MAP_RINGBUF, .max_entries = 65536}, NULL},
	{{.type = RAWBPF_MAP_BLOOM_FILTER, .value_size = 4, .max_entries = 8, .extra = 16},
		"must be 0 to 15"},
	{{.type = RAWBPF_MAP_HASH, .key_size = 4, .value_size = 8, .max_entries = 1, .extra = 1},
		"only bloom filters and arenas have a map_extra"},
	{{.type = RAWBPF_MAP_ARENA, .max_entries = 10, .flags = 0x400, .extra = 4097},
		"must be whole pages"},
	{{.type = RAWBPF_MAP_ARENA, .max_entries = 1048577, .flags = 0x400},
		"must not be above 4 GiB"},
	{{.type = RAWBPF_MAP_RINGBUF, .value_size = 4, .max_entries = 65536},
		"value size must be 0"},
};

#define RULE_ROWS (sizeof(rule_rows) / sizeof(*rule_rows))

static struct object_map rule_def(size_t i)
{
	struct object_map d = rule_rows[i].def;

	d.name = (char *)(uintptr_t) "m";
	return d;
}

/* This machine's: of 4 KiB, or of 64. */
START_TEST(pages)
{
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	struct object_map arena = {.name = (char *)(uintptr_t) "a",
		.type = RAWBPF_MAP_ARENA,
		.flags = 0x400,
		.max_entries = 10};
	struct object_map ring = {.name = (char *)(uintptr_t) "r", .type = RAWBPF_MAP_RINGBUF};
	struct rawbpf_error e;

	arena.extra = page;
	ck_assert(!maprule_explain(&arena, 10, &e));
	arena.extra = page + page / 2;
	ck_assert(maprule_explain(&arena, 10, &e));
	ck_assert_ptr_nonnull(strstr(e.msg, "must be whole pages"));
	ck_assert(!maprule_explain(&ring, page, &e));
	ck_assert(maprule_explain(&ring, page / 2, &e));
	ck_assert(maprule_explain(&ring, 3 * page, &e));
	ck_assert(maprule_explain(&ring, 0, &e));
}
END_TEST

START_TEST(rules)
{
	struct rawbpf_error e;
	struct object_map d;
	size_t i;

	for (i = 0; i < RULE_ROWS; i++) {
		d = rule_def(i);
		if (maprule_explain(&d, d.max_entries, &e) || maprule_flags(&d, -EINVAL, &e) ||
			maprule_limits(&d, d.max_entries, &e))
			ck_assert_msg(rule_rows[i].says && strstr(e.msg, rule_rows[i].says),
				"row %zu: %s", i, e.msg);
		else
			ck_assert_msg(!rule_rows[i].says, "row %zu passes", i);
	}
}
END_TEST

/* The table says no more and no less than the kernel. */
START_TEST(kernel_agrees)
{
	union rawbpf_attr a;
	size_t i;
	long fd;

	T_NEED_ROOT();
	t_raise_memlock();
	for (i = 0; i < RULE_ROWS; i++) {
		memset(&a, 0, sizeof(a));
		a.map.map_type = rule_rows[i].def.type;
		a.map.key_size = rule_rows[i].def.key_size;
		a.map.value_size = rule_rows[i].def.value_size;
		a.map.max_entries = rule_rows[i].def.max_entries;
		a.map.map_flags = rule_rows[i].def.flags;
		a.map.map_extra = rule_rows[i].def.extra;
		fd = rawbpf_sys_bpf(RAWBPF_MAP_CREATE, &a, sizeof(a.map));
		ck_assert_msg((fd < 0) == !!rule_rows[i].says, "row %zu: %ld", i, fd);
		if (fd >= 0)
			close((int)fd);
	}
}
END_TEST

START_TEST(unknown_types)
{
	struct object_map d = {.name = (char *)(uintptr_t) "m", .type = (enum rawbpf_map_type)99};
	struct rawbpf_error e;

	/* a newer kernel may know it */
	ck_assert(!maprule_explain(&d, 1, &e));
	ck_assert_str_eq(maprule_type(d.type), "unknown");
	ck_assert_ptr_null(maprule_since(d.type));
	d.type = RAWBPF_MAP_UNSPEC;
	ck_assert(maprule_explain(&d, 1, &e));
	ck_assert_str_eq(maprule_type(RAWBPF_MAP_RINGBUF), "ringbuf");
	ck_assert_str_eq(maprule_since(RAWBPF_MAP_RINGBUF), "5.8");
}
END_TEST

Suite *suite_maprule(void);
Suite *suite_maprule(void)
{
	Suite *s = suite_create("maprule");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, pages);
	tcase_add_test(t, rules);
	tcase_add_test(t, unknown_types);
	suite_add_tcase(s, t);
	tcase_set_timeout(live, 60);
	tcase_add_test(live, kernel_agrees);
	suite_add_tcase(s, live);
	return s;
}
