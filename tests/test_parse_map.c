// SPDX-License-Identifier: MIT
/* test_parse_map.c - declarations of maps. */
#include <stdlib.h>
#include <string.h>

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
	tasm_fails(".map m hash(u32, u32) what", "only 'flags=N' may follow");
	tasm_fails(".map m histogram\n.map m hash", "'m' is already a map");
	tasm_fails(".map m hash(u32, u32) flags=-1", "flags are 32 bits");
}
END_TEST

Suite *suite_parse_map(void)
{
	Suite *s = suite_create("parse_map");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, defaults_are_bcc_s);
	tcase_add_test(tc, arguments);
	tcase_add_test(tc, errors);
	suite_add_tcase(s, tc);
	return s;
}
