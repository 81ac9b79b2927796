// SPDX-License-Identifier: MIT
/* test_parse_map.c - declarations of maps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "old.h"
#include "rawbpf.h"
#include "rawbpf_sys.h"
#include "t.h"
#include "tasm.h"

Suite *suite_parse_map(void);

/* what -E says of a declaration: every default spelt out */
static void declares(const char *text, const char *want)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_TEXT);
	struct bpfasm_out out;
	int err = bpfasm_assemble(text, strlen(text), &o, &out);

	ck_assert_msg(!err, "'%s': %s", text, out.diag);
	ck_assert_msg(strstr((char *)out.data, want), "'%s' gives '%s'", text, out.data);
	bpfasm_free(&out);
}

START_TEST(defaults_are_bcc_s)
{
	declares(".map m histogram", ".map m histogram(65)\n");
	declares(".map m histogram(20)", ".map m histogram(20)\n");
	declares(".map m linear", ".map m linear(1025)\n");
	declares(".map m hash", ".map m hash(u64, u64, 10240)\n");
	declares(".map m array", ".map m array(u64, 10240)\n");
	declares(".map m array(u32, s16, 5)", ".map m array(s16, 5)\n");
	declares(".map m percpu_array(u8)", ".map m percpu_array(u8, 10240)\n");
	declares(".map m stack_trace", ".map m stack_trace(1024)\n");
	declares(".map m perf_event_array", ".map m perf_event_array\n");
	declares(".map m ringbuf", ".map m ringbuf(262144)\n");
	declares(".map m queue(char[8], 3)", ".map m queue(char[8], 3)\n");
	declares(".map m histogram(char[16])", ".map m histogram(char[16], 10240)\n");
	declares(".map m linear(u32, 9)", ".map m linear(u32, 9)\n");
}
END_TEST

START_TEST(arguments)
{
	declares(".equ N, 7\n.map m hash(u32, char[4], 2 * N + 1) flags=1",
		".map m hash(u32, char[4], 15) flags=0x1\n");
	declares(".struct k\na: u8\n.end\n.map m lru_hash(k, k)", ".map m lru_hash(k, k, 10240)\n");
	declares(".map m lpm_trie(u64, u32, 4)", ".map m lpm_trie(u64, u32, 4)\n");
	declares(".map m type(15, 4, 4, 9)", ".map m type(15, 4, 4, 9)\n");
	declares(".struct k\na: u8\n.end\n.map m type(19, k, char[3], 0) flags=4, extra=-1",
		".map m type(19, k, char[3], 0) extra=0xffffffffffffffff numa=0\n");
	/* what a kind by its name would take for something else */
	declares(".map m type(1, u32, u64, 0)", ".map m type(1, u32, u64, 0)\n");
	declares(".map m type(2, u64, u64, 9)", ".map m type(2, u64, u64, 9)\n");
	declares(".map m type(1, 4, u64, 9)", ".map m type(1, 4, u64, 9)\n");
	declares(".map m type(11, u64, u64, 9)", ".map m type(11, u64, u64, 9)\n");
	declares(".map m type(1, u32, u64, 9)", ".map m hash(u32, u64, 9)\n");
	declares(".map m type(29, s32, u64, 0) flags=1", ".map m task_storage(u64)\n");
	declares(".map m bloom_filter(u32, 9) extra=3", ".map m bloom_filter(u32, 9) extra=0x3\n");
	declares(".map m hash(u32, u8, 9) extra=3 numa=2 flags=1",
		".map m hash(u32, u8, 9) flags=0x1 extra=0x3 numa=2\n");
}
END_TEST

START_TEST(maps_of_maps)
{
	declares(
		".map a array(u32, 4)\n.map m array_of_maps(a)", ".map m array_of_maps(a, 1024)\n");
	declares(".map m array_of_maps(hash(u32, u64, 9), 3) flags=64",
		".map m array_of_maps(hash(u32, u64, 9), 3) flags=0x40\n");
	declares(
		".map m hash_of_maps(array(u64, 2), 3)", ".map m hash_of_maps(array(u64, 2), 3)\n");
	declares(".map m hash_of_maps(u64, ringbuf, 3)",
		".map m hash_of_maps(u64, ringbuf(262144), 3)\n");
	declares(".map a array\n.map m array_of_maps(a, 3) = {0, b, a}\n.map b array",
		".map m array_of_maps(a, 3) = {0, b, a}\n");
	declares(".map m prog_array(2) = {p, 0}\n.prog p \"socket\"\nreturn 0",
		".map m prog_array(2) = {p, 0}\n");
	declares(".map m task_storage(u32)", ".map m task_storage(u32)\n");
	declares(".map m user_ringbuf", ".map m user_ringbuf(262144)\n");
}
END_TEST

START_TEST(errors_of_maps_of_maps)
{
	tasm_fails(".map m array_of_maps", "a map of maps is 'array_of_maps(INNER, N)'");
	tasm_fails(".map m array_of_maps(u32, 4)", "no kind of map 'u32'");
	tasm_fails(".map m array_of_maps(hsh)", "no kind of map 'hsh'; did you mean 'hash'?");
	tasm_fails(".map m array_of_maps(array_of_maps(hash))", "hold no maps of maps");
	tasm_fails(".map m array_of_maps(prog_array)", "cannot stand in another one");
	tasm_fails(".map m hash_of_maps(hash, 0)", "0 is no number of entries");
	tasm_fails(".map m hash = {a}", "only maps of maps and prog_array hold something");
	tasm_fails(".map m prog_array(1) = {a, b}", "'m' has 1 elements");
	tasm_fails(".map m prog_array(1) = {5}", "a name, or 0 for nothing");
	tasm_fails(".map m prog_array(1) = {a}", "'a' is no program; 'm' holds those");
	tasm_fails(".map m array_of_maps(hash, 1) = {m}", "'m' is no map; 'm' holds those");
	tasm_fails(".map m hash_of_maps(u64, hash, 1) = {m}", "only keys of 4 bytes");
	tasm_fails(".map m task_storage", "takes the type of its values: (VALUE)");
}
END_TEST

START_TEST(errors)
{
	tasm_fails(".map pc hash(u32, u64)\n", "a map cannot be named 'pc'");
	tasm_fails(".map", "a map is '.map NAME KIND'");
	tasm_fails(".map m", "a map is '.map NAME KIND'");
	tasm_fails(".map m hsh", "no kind of map 'hsh'; did you mean 'hash'?");
	tasm_fails(".map m hash(u64)", "takes both types: (KEY, VALUE, N)");
	tasm_fails(".map m hash(5, u64)", "types stand before the number of entries");
	tasm_fails(".map m hash(u32, u32, u32)", "no third type");
	tasm_fails(".map m hash(u32, u32, 1, 2)", "one number of entries");
	tasm_fails(".map m hash(u32, u32, 0)", "0 is no number of entries");
	tasm_fails(".map m hash(u32, u3)", "no type 'u3'");
	tasm_fails(".map m array(u64, u64, 4)", "the key of a map of kind 'array' is u32");
	tasm_fails(".map m queue(u32, u32)", "has no key");
	tasm_fails(".map m ringbuf(5000)", "5000 is no size of a ring buffer");
	tasm_fails(".map m ringbuf(u32)", "takes no types");
	tasm_fails(".map m histogram(u32, u64)", "a histogram counts u64");
	tasm_fails(".map m hash(u32, u32", "')' is missing");
	tasm_fails(
		".map m hash(u32, u32) what", "only 'flags=N', 'extra=N' and 'numa=N' may follow");
	tasm_fails(".map m hash(u32, u32) flags=1 what", "only 'flags=N', 'extra=N'");
	tasm_fails(".map m hash(u32, u32) numa=-1", "nodes are 32 bits");
	tasm_fails(".map m hash(u32, u32) extra 1", "'=' expected before '1'");
	tasm_fails(".map m type(1, u3, 4, 4)", "unknown name 'u3'");
	tasm_fails(".map m type(1, u32, u64, 4294967296)", "is no number of 32 bits");
	tasm_fails(".map m histogram\n.map m hash", "'m' is already a map");
	tasm_fails(".map m hash(u32, u32) flags=-1", "flags are 32 bits");
}
END_TEST

/* ---- in the kernel ----------------------------------------------------------------------- */

/* What a program of type raw_tracepoint gives (Linux 5.10), or a negative errno. */
static int run(struct rawbpf *b, const char *fn, uint32_t *result)
{
	uint64_t args[2] = {0, 0};
	union rawbpf_attr a;
	long err;

	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)rawbpf_prog_fd(b, fn);
	a.test.ctx_in = (uintptr_t)args;
	a.test.ctx_size_in = sizeof(args);
	err = rawbpf_sys_bpf(RAWBPF_PROG_TEST_RUN, &a, 80);
	*result = a.test.retval;
	return (int)err;
}

/* Is what was refused newer than this kernel? Then the message says so. */
static bool too_old(struct rawbpf *b)
{
	const struct rawbpf_error *e = rawbpf_error(b);

	return strstr(rawbpf_errmsg(b), "inux ") || (e->hint && strstr(e->hint, "inux "));
}

#define UPDATE "k = 3\nv = 41\nr0 = bpf_map_update_elem(&m, &k, &v, 0)\nif r0 != 0 goto no\n"
#define LOOKUP                                                                                  \
	"r0 = bpf_map_lookup_elem(&m, &k)\nif r0 == 0 goto no\nr1 = *(u64 *)(r0 +0)\nr1 += 1\n" \
	"*(u64 *)(r0 +0) = r1\nr0 = r1\nexit\nno: return 99\n"
#define PUSH "v = 42\nr0 = bpf_map_push_elem(&m, &v, 0)\nif r0 != 0 goto no\n"
#define POP  "v = 0\nr0 = bpf_map_pop_elem(&m, &v)\nr0 = v\nexit\nno: return 99\n"

static const struct {
	const char *map, *code;
	int result;
} used[] = {
	{"hash(u32, u64, 4)", UPDATE LOOKUP, 42},
	{"percpu_hash(u32, u64, 4)", UPDATE LOOKUP, 42},
	{"lru_hash(u32, u64, 4)", UPDATE LOOKUP, 42},
	{"lru_percpu_hash(u32, u64, 4)", UPDATE LOOKUP, 42},
	{"array(u64, 4)", "k = 3\n" LOOKUP, 1},
	{"percpu_array(u64, 4)", "k = 3\n" LOOKUP, 1},
	{"histogram", "k = 64\n" LOOKUP, 1},
	{"linear(9)", "k = 8\n" LOOKUP, 1},
	{"queue(u64, 4)", PUSH POP, 42},
	{"stack(u64, 4)", PUSH POP, 42},
	{"bloom_filter(u64, 4)",
		/* Linux 7.x refuses it: it believes that peek only writes to v, and v's store is dead */
		PUSH "r0 = bpf_map_peek_elem(&m, &v)\nif r0 != 0 goto no\nr0 = v\nr0 -= 35\n"
		     "exit\nno: return 99\n",
		7},
	{"lpm_trie(u64, u64, 4)",
		"v = 41\nr1 = 32\nlpm = r1\nr0 = bpf_map_update_elem(&m, &lpm, &v, 0)\nif r0 != 0 "
		"goto no\n"
		"r0 = bpf_map_lookup_elem(&m, &lpm)\nif r0 == 0 goto no\n"
		"r0 = *(u64 *)(r0 +0)\nexit\nno: return 99\n",
		41},
	{"ringbuf(4096)", "v = 1\nr0 = bpf_ringbuf_output(&m, &v, 8, 0)\nr0 += 5\nexit\n", 5},
	/* nobody reads it: -ENOENT */
	{"perf_event_array",
		"v = 1\nr0 = bpf_perf_event_output(r6, &m, 0xffffffff, &v, 8)\nr0 = -r0\nexit\n",
		ENOENT},
	{"stack_trace",
		"r0 = bpf_get_stackid(r6, &m, 0)\nif r0 s< 0 goto no\nreturn 8\n"
		"no: return 99\n",
		8},
	/* an empty element: -EAGAIN */
	{"cgroup_array(1)", "r0 = bpf_current_task_under_cgroup(&m, 0)\nr0 = -r0\nexit\n", EAGAIN},
};

START_TEST(each_kind_is_used)
{
	char text[1024];
	struct rawbpf *b;
	uint32_t got;
	size_t i;
	int err;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	for (i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
		snprintf(text, sizeof(text),
			".license \"GPL\"\n.map m %s\n.prog p \"raw_tp/sys_enter\"\n.ctx r6\n"
			".var v: u64\n.var lpm: u64\n.var k: u32\n%s",
			used[i].map, used[i].code);
		b = rawbpf_new();
		err = rawbpf_load(b, .text = text);
		if (err && !strncmp(used[i].map, "bloom", 5) &&
			strstr(rawbpf_errmsg(b), "poisoned by dead code")) {
			rawbpf_free(b);
			continue;
		}
		ck_assert_msg(!err || too_old(b), "%s: %s\n%s", used[i].map, rawbpf_errmsg(b),
			rawbpf_error(b)->log ? rawbpf_error(b)->log : "");
		err = err ? 0 : run(b, "p", &got);
		if (err != -EINVAL && err != -524 && rawbpf_prog_fd(b, "p") >= 0) {
			ck_assert_int_eq(err, 0);
			ck_assert_msg(got == (uint32_t)used[i].result, "%s: %u", used[i].map, got);
		}
		rawbpf_free(b);
		if (err == -EINVAL || err == -524)
			T_SKIP("no BPF_PROG_TEST_RUN of raw tracepoints (Linux 5.10)");
	}
}
END_TEST

/* Those whose helpers no program that can be run by hand may call. */
START_TEST(each_kind_is_loaded)
{
	static const char *const texts[] = {
		".map m task_storage(u64)\n.prog p \"?tp_btf/sched_switch\"\n"
		"r0 = bpf_get_current_task_btf()\nr0 = bpf_task_storage_get(&m, r0, 0, 1)\n"
		"return 0\n",
		/* in brackets: three lines of text are one element, which clang asks about */
		(".map m user_ringbuf(4096)\n.prog p \"raw_tp/sys_enter\"\n"
		 "r0 = bpf_user_ringbuf_drain(&m, &each, 0, 0)\nreturn 0\n.func each\nreturn 0\n"),
		".map m type(1, 4, 8, 16)\n.prog p \"raw_tp/sys_enter\"\nr1 = &m\nreturn 0\n",
	};
	struct rawbpf *b;
	char text[512];
	size_t i;
	int err;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(text, sizeof(text), ".license \"GPL\"\n%s", texts[i]);
		b = rawbpf_new();
		err = rawbpf_load(b, .text = text);
		ck_assert_msg(!err || too_old(b), "%s: %s %s", text, rawbpf_errmsg(b),
			rawbpf_error(b)->log ? rawbpf_error(b)->log : "");
		rawbpf_free(b);
	}
}
END_TEST

static const char holding[] = ".license \"GPL\"\n"
			      ".map one array(u64, 4)\n"
			      ".map outer array_of_maps(one, 8) = {0, one, 0, 0, 0, two}\n"
			      ".map two array(u64, 4)\n"
			      ".map byid hash_of_maps(hash(u32, u64, 16), 5)\n"
			      ".map jumps prog_array(3) = {0, last}\n"
			      ".prog p \"raw_tp/sys_enter\"\n"
			      ".ctx r6\n"
			      ".var k: u32\n"
			      "	k = 9\n"
			      "	r0 = bpf_map_lookup_elem(&byid, &k)\n"
			      "	if r0 != 0 goto no\n"
			      "	k = 5\n"
			      "	r0 = bpf_map_lookup_elem(&outer, &k)\n"
			      "	if r0 == 0 goto no\n"
			      "	r7 = r0\n"
			      "	k = 0\n"
			      "	r0 = bpf_map_lookup_elem(r7, &k)\n"
			      "	if r0 == 0 goto no\n"
			      "	r1 = 1\n"
			      "	lock *(u64 *)(r0 +0) += r1\n"
			      "	r0 = bpf_tail_call(r6, &jumps, 1)\n"
			      "no:	return 1\n"
			      ".prog last \"raw_tp/sys_enter\"\n"
			      "	return 7\n";

START_TEST(maps_hold_maps_and_programs)
{
	struct rawbpf *b = rawbpf_new();
	uint32_t got = 0, key = 0;
	uint64_t n = 0;
	int err;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	err = rawbpf_load(b, .text = holding);
	ck_assert_msg(!err, "%s", rawbpf_errmsg(b));
	err = run(b, "p", &got);
	if (err != -EINVAL && err != -524) {
		ck_assert_int_eq(err, 0);
		ck_assert_uint_eq(got, 7);
		ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "two"), &key, &n), 0);
		ck_assert_uint_eq(n, 1);
		ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "one"), &key, &n), 0);
		ck_assert_uint_eq(n, 0);
	}
	rawbpf_free(b);
	if (err)
		T_SKIP("no BPF_PROG_TEST_RUN of raw tracepoints (Linux 5.10)");
}
END_TEST

/* bpf_loop (Linux 5.17), bpf_for_each_map_elem (5.13), each with a function of the text */
static const char calling[] = ".license \"GPL\"\n"
			      ".map m array(u64, 4)\n"
			      ".prog loop \"raw_tp/sys_enter\"\n"
			      ".var sum: u64\n"
			      "	sum = 0\n"
			      "	r0 = bpf_loop(8, &add, &sum, 0)\n"
			      "	r0 = sum\n"
			      "	exit\n"
			      ".func add\n" /* index, context */
			      "	r0 = *(u64 *)(r2 +0)\n"
			      "	r0 += r1\n"
			      "	*(u64 *)(r2 +0) = r0\n"
			      "	return 0\n"
			      ".prog each \"raw_tp/sys_enter\"\n"
			      ".var sum: u64\n"
			      "	sum = 5\n"
			      "	r0 = bpf_for_each_map_elem(&m, &elem, &sum, 0)\n"
			      "	r0 = sum\n"
			      "	exit\n"
			      ".func elem\n" /* map, key, value, context */
			      "	r0 = *(u64 *)(r4 +0)\n"
			      "	r1 = *(u32 *)(r2 +0)\n"
			      "	r0 += r1\n"
			      "	*(u64 *)(r4 +0) = r0\n"
			      "	return 0\n";

START_TEST(callbacks_are_called)
{
	struct rawbpf *b = rawbpf_new();
	uint32_t got = 0;
	int err;

	T_NEED_ROOT();
	OLD_NEED("prog raw_tracepoint");
	err = rawbpf_load(b, .text = calling);
	if (err && too_old(b)) { /* as it should be said */
		rawbpf_free(b);
		return;
	}
	ck_assert_msg(!err, "%s", rawbpf_errmsg(b));
	ck_assert_int_eq(run(b, "loop", &got), 0);
	ck_assert_uint_eq(got, 0 + 1 + 2 + 3 + 4 + 5 + 6 + 7);
	ck_assert_int_eq(run(b, "each", &got), 0);
	ck_assert_uint_eq(got, 5 + 0 + 1 + 2 + 3);
	rawbpf_free(b);
}
END_TEST

/* ---- as bpftool shows them --------------------------------------------------------------------- */

/* One map each; key and value of an element to be put there, and what is shown of it. */
static const struct {
	const char *map, *key, *value, *shown;
} dumped[] = {
	{"hash(pair, s16, 4)", "\1\0\0\0\2\0\0\0", "\376\377",
		"\"key\":{\"a\":1,\"b\":2},\"value\":-2"},
	{"hash(char[4], pair, 4)", "abc", "\1\0\0\0\2\0\0\0",
		"\"key\":\"abc\",\"value\":{\"a\":1,\"b\":2}"},
	{"lru_hash(u8, pair, 4)", "\7", "\1\0\0\0\2\0\0\0",
		"\"key\":7,\"value\":{\"a\":1,\"b\":2}"},
	{"percpu_hash(u8, pair, 4)", "\7", NULL,
		"\"key\":7,\"values\":[{\"cpu\":0,\"value\":{\"a\":"},
	{"lru_percpu_hash(u8, pair, 4)", "\7", NULL,
		"\"key\":7,\"values\":[{\"cpu\":0,\"value\":{\"a\":"},
	{"array(pair, 2)", "\1\0\0\0", "\1\0\0\0\2\0\0\0", "\"key\":1,\"value\":{\"a\":1,\"b\":2}"},
	{"percpu_array(pair, 2)", "\1\0\0\0", NULL,
		"\"key\":1,\"values\":[{\"cpu\":0,\"value\":{\"a\":"},
	{"histogram", "\1\0\0\0", "\2\0\0\0\0\0\0\0", "\"key\":1,\"value\":2"},
	{"linear(pair)", "\1\0\0\0\2\0\0\0\3\0\0\0\0\0\0\0", "\4\0\0\0\0\0\0\0",
		"\"key\":{\"bucket\":{\"a\":1,\"b\":2},\"slot\":3},\"value\":4"},
	{"lpm_trie(u64, pair, 4)", "\40\0\0\0\12\0\0\1", "\1\0\0\0\2\0\0\0",
		"\"key\":{\"prefixlen\":32,\"data\":[10,0,0,1]},\"value\":{\"a\":1,\"b\":2}"},
	{"lpm_trie(char[6], u8, 4)", "\20\0\0\0\12\1", "\5",
		"\"key\":{\"prefixlen\":16,\"data\":[10,1]},\"value\":5"},
	{"lpm_trie(pair, u8, 4)", "\40\0\0\0\2\0\0\0", "\5",
		"\"key\":{\"a\":32,\"b\":2},\"value\":5"},
	/* of these bpftool shows no elements */
	{"bloom_filter(pair, 9) extra=3", NULL, NULL, NULL},
	{"task_storage(pair)", NULL, NULL, NULL},
	{"cgrp_storage(pair)", NULL, NULL, NULL},
	{"inode_storage(pair)", NULL, NULL, NULL},
	{"sk_storage(pair)", NULL, NULL, NULL},
	{"type(21, u64, pair, 0)", NULL, NULL, NULL},
};

static void expect_dump(struct rawbpf *b, size_t i)
{
	struct rawbpf_table *t = rawbpf_table(b, "m");
	struct rawbpf_table_info info;
	void *values;
	char *out;

	ck_assert_int_eq(rawbpf_table_info(t, &info), 0);
	ck_assert_int_eq(t_run(&out, "bpftool -j map show id %u 2>&1", (unsigned)info.id), 0);
	ck_assert_msg(strstr(out, "\"btf_id\":"), "%s: %s", dumped[i].map, out);
	free(out);
	ck_assert_int_eq(
		t_run(NULL, "grep -q '^map_extra:.*0x%x$' /proc/%d/fdinfo/%d",
			strstr(dumped[i].map, "extra=3") ? 3U : 0U, (int)getpid(), info.fd),
		0);
	if (!dumped[i].key)
		return;
	values = calloc(info.n_cpus, (info.value_size + 7) / 8 * 8);
	if (dumped[i].value)
		memcpy(values, dumped[i].value, info.value_size);
	ck_assert_msg(!rawbpf_table_update(t, dumped[i].key, values, 0), "%s", rawbpf_errmsg(b));
	free(values);
	ck_assert_int_eq(
		t_run(&out, "bpftool -j map dump id %u 2>&1 | tr -d ' '", (unsigned)info.id), 0);
	ck_assert_msg(strstr(out, dumped[i].shown), "%s: no %s in %s", dumped[i].map,
		dumped[i].shown, out);
	free(out);
}

START_TEST(typed_for_bpftool)
{
	struct rawbpf *b;
	char text[256];
	size_t i;

	T_NEED_ROOT();
	if (t_run(NULL, "command -v bpftool >/dev/null"))
		T_SKIP("no bpftool");
	for (i = 0; i < sizeof(dumped) / sizeof(dumped[0]); i++) {
		snprintf(text, sizeof(text),
			".struct pair\na: u32\nb: u32\n.end\n.map m %s\n"
			".prog p \"socket\"\nreturn 0\n",
			dumped[i].map);
		b = rawbpf_new();
		ck_assert_msg(
			!rawbpf_load(b, .text = text), "%s: %s", dumped[i].map, rawbpf_errmsg(b));
		expect_dump(b, i);
		rawbpf_free(b);
	}
}
END_TEST

Suite *suite_parse_map(void)
{
	Suite *s = suite_create("parse_map");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, defaults_are_bcc_s);
	tcase_add_test(tc, arguments);
	tcase_add_test(tc, maps_of_maps);
	tcase_add_test(tc, errors_of_maps_of_maps);
	tcase_add_test(tc, errors);
	suite_add_tcase(s, tc);
	tc = tcase_create("live");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, each_kind_is_used);
	tcase_add_test(tc, each_kind_is_loaded);
	tcase_add_test(tc, maps_hold_maps_and_programs);
	tcase_add_test(tc, callbacks_are_called);
	suite_add_tcase(s, tc);
	tc = tcase_create("host");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, typed_for_bpftool);
	suite_add_tcase(s, tc);
	return s;
}
