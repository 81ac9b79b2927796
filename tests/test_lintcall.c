// SPDX-License-Identifier: MIT
/* test_lintcall.c - what calls read and write of the stack, and which registers they destroy. */
#include "t.h"
#include "tasm.h"

Suite *suite_lintcall(void);

#define P                                                                                  \
	"\n.license \"GPL\"\n.struct rec\na: u64\nb: u32\n.end\n.map m hash(rec, u64)\n"   \
	".map q queue(rec, 8)\n.map e perf_event_array\n.prog p \"kprobe\"\n.var k: rec\n" \
	".var v: u64\n"

START_TEST(keys_and_values)
{
	tasm_warns(P "r0 = bpf_map_lookup_elem(&m, &k)\nreturn 0",
		"t:13:31: warning: 'bpf_map_lookup_elem' reads 'k' before it is written; 'k = 0' "
		"sets all of it\n");
	/* padding, which old kernels refuse and new ones make a part of the key */
	tasm_warns(P "k.a = 1\nk.b = 2\nr0 = bpf_map_delete_elem(&m, &k)\nreturn 0",
		"'bpf_map_delete_elem' reads 4 bytes of 'k', from its byte 12 on, before they are "
		"written; 'k = 0' sets all of it\n");
	tasm_warns(P "k = 0\nr0 = bpf_map_update_elem(&m, &k, &v, 0)\nreturn 0",
		"'bpf_map_update_elem' reads 'v'");
	tasm_warns(P "r0 = bpf_map_push_elem(&q, &k, 0)\nreturn 0", "reads 'k'");
	tasm_warns(P "r0 = bpf_perf_event_output(ctx, &e, 0, &v, sizeof(v))\nreturn 0",
		"'bpf_perf_event_output' reads 'v'");
	tasm_passes(P "k = 0\nv = 1\nr0 = bpf_map_update_elem(&m, &k, &v, 0)\nreturn 0");
	/* a map that is not known here */
	tasm_passes(P "r6 = r1\nr1 = &m\nif r6 == 0 goto a\nr1 = &q\na: r2 = &k\ncall "
		      "bpf_map_lookup_elem\n"
		      "return 0");
}
END_TEST

START_TEST(filled)
{
	tasm_passes(P "r0 = bpf_get_current_comm(&v, sizeof(v))\nr0 = v\nexit");
	tasm_passes(P "r0 = bpf_probe_read_kernel(&k, sizeof(k), 1)\n"
		      "r0 = bpf_map_lookup_elem(&m, &k)\nreturn 0");
	tasm_warns(P "r0 = bpf_probe_read_kernel(&k, 12, 1)\n"
		     "r0 = bpf_map_lookup_elem(&m, &k)\nreturn 0",
		"reads 4 bytes of 'k', from its byte 12 on");
	/* of a size that is not known, and by what is not known */
	tasm_passes(P "r0 = bpf_probe_read_kernel(&k, r1, 1)\nr0 = k.a\nexit");
	tasm_passes(P "r0 = bpf_loop(5, &f, &v, 0)\nr0 = v\nexit\n.func f\nreturn 0");
	tasm_passes(P "r1 = &v\ncall kernel-function#77\nr0 = v\nexit");
	tasm_passes(P "r0 = bpf_map_pop_elem(&q, &k)\nr0 = k.a\nexit");
}
END_TEST

START_TEST(arguments)
{
	tasm_warns(P "r1 = &m\nr2 = &v\ncall bpf_map_update_elem\nreturn 0",
		"'bpf_map_update_elem' takes r3, which is never set; set it before");
	tasm_warns(P "r3 = 5\nr0 = bpf_ktime_get_ns()\nr1 = &m\nk = 0\nr2 = &k\n"
		     "call bpf_map_update_elem\nreturn 0",
		"'bpf_map_update_elem' takes r3, but the call of line 14 "
		"destroys r1 to r5");
	/* set on one way alone */
	tasm_warns(P "k = 0\nr6 = r1\nr1 = &m\nr2 = &k\nr4 = 0\nif r6 == 0 goto a\nr3 = &k\n"
		     "a: call bpf_map_update_elem\nreturn 0",
		"'bpf_map_update_elem' takes r3, which has no value on some way to here; set it "
		"before");
	tasm_warns(
		P "call 9999\nr0 = r5\nexit", "r5 is read here, but the call of line 13 destroys");
	tasm_warns(P "f(1)\nr0 = r1\nexit\n.func f\nexit",
		"r1 is read here, but the call of line 13 destroys");
	/* two to five */
	tasm_passes(P "r0 = bpf_trace_printk(\"x\", 2)\nexit");
}
END_TEST

/* What a map's key is, where the stack is read behind a number that stands for it. */
START_TEST(key_is_a_record)
{
#define PLACE ".struct place\nuser: u32\nslot: u32\n.end\n"
	tasm_warns(".include \"hist.inc\"\n" PLACE ".map d histogram(place)\n"
		   ".prog p \"kprobe/x\"\nr6 = 5\nhist_add d, r6\nreturn 0\n",
		"; the key of 'd' is a 'd_key' of 16 bytes, which hist_add and linear_add take as "
		"KEY\n");
	tasm_warns(PLACE ".map h hash(place, u64, 9)\n.prog p \"kprobe/x\"\n.var pad: u64\n.var k: "
			 "u32\nk = 1\n"
			 "r0 = bpf_map_lookup_elem(&h, &k)\nreturn 0\n",
		"before they are written; the key of 'h' is a 'place' of 8 bytes\n");
	tasm_warns(PLACE ".map h hash(place, u64, 9)\n.prog p \"kprobe/x\"\n.var k: place\n"
			 "k.user = 1\nr0 = bpf_map_lookup_elem(&h, &k)\nreturn 0\n",
		"reads 4 bytes of 'k', from its byte 4 on, before they are written; 'k = 0' sets");
}
END_TEST

Suite *suite_lintcall(void)
{
	Suite *s = suite_create("lintcall");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, keys_and_values);
	tcase_add_test(tc, filled);
	tcase_add_test(tc, arguments);
	tcase_add_test(tc, key_is_a_record);
	suite_add_tcase(s, tc);
	return s;
}
