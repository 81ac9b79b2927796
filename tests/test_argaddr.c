// SPDX-License-Identifier: MIT
/* test_argaddr.c - numbers in the place of addresses: "bpf_map_lookup_elem(&m, k)" for "&k". */
#include "t.h"
#include <stdio.h>
#include <string.h>

#include "tasm.h"

Suite *suite_argaddr(void);

#define P                                                                                \
	".include \"std.inc\"\n.license \"GPL\"\n.map m hash(u64, u64)\n"                \
	".struct rec\na: u64\nb: u64\n.end\n.data shared: u64 = 1\n.prog p \"kprobe\"\n" \
	".ctx r6\n.var k: u64\n.var small: u32\n.var r: rec\n.var v: u64\n"              \
	"k = 1\nsmall = 1\nr = 0\nv = 2\n"

START_TEST(variables)
{
	tasm_warns(P "map_inc m, k\nreturn 0",
		"t:19:1: warning: argument 2 of 'bpf_map_lookup_elem' is an address, and this is "
		"what 'k' holds; did you mean '&k'?\nmap_inc m, k\n^~~~~~~\nin expansion of "
		"map_inc");
	tasm_warns(P "r0 = bpf_map_delete_elem(&m, small)\nreturn 0",
		"t:19:30: warning: argument 2 of 'bpf_map_delete_elem' is an address, and this is "
		"what 'small' holds; did you mean '&small'?\n");
	tasm_warns(P "r0 = bpf_map_update_elem(&m, &k, v, 0)\nreturn 0",
		"argument 3 of 'bpf_map_update_elem' is an address");
	tasm_warns(P "r0 = bpf_map_delete_elem(&m, r.a)\nreturn 0", "did you mean '&r.a'?");
	tasm_warns(P "r0 = bpf_map_delete_elem(&m, shared)\nreturn 0", "did you mean '&shared'?");
	tasm_warns(P "r0 = bpf_probe_read_kernel(v, 8, 0)\nreturn 0", "did you mean '&v'?");
	tasm_passes(P "map_inc m, &k\nr0 = bpf_map_update_elem(&m, &r.a, &v, 0)\nreturn 0");
	/* what is read from is an address of the kernel's, and others are numbers */
	tasm_passes(P "r0 = bpf_probe_read_kernel(&v, 8, k)\nreturn 0");
}
END_TEST

START_TEST(constants)
{
	tasm_warns(P "r0 = bpf_map_delete_elem(&m, 7)\nreturn 0",
		"t:19:30: warning: argument 2 of 'bpf_map_delete_elem' is an address; a number is "
		"put into a variable, 'v = 7', and '&v' is its address\n");
	tasm_passes(P "r0 = bpf_map_delete_elem(&m, 0)\nreturn 0");
}
END_TEST

/* Variables that hold a number whatever came before, and such that hold an address. */
START_TEST(what_a_variable_holds)
{
	static const char *const numbers[] = {"v = bpf_ktime_get_ns()", "r7 = arg1\nv = r7",
		"r7 = r10\nr7 = 5\nv = r7", "r7 = 0x100000000 ll\nv = r7",
		"r7 = 1\nr7 += 3\nv = r7", "r7 = r10\nr7 *= 3\nv = r7",
		"r8 = &k\nr7 = *(u64 *)(r8 +0)\nv = r7",
		/* the address went into another one */
		"r7 = &k\nr.b = r7", "r7 = &k\nk = r7"};
	static const char *const addresses[] = {"r7 = &k\nv = r7", "r7 = &k\nr7 += 0\nv = r7",
		"r8 = &shared\nr7 = r8\nv = r7", "v = bpf_map_lookup_elem(&m, &k)", "v = f()",
		"r7 = r10\nr7 += -8\n.rept 65\nr8 = 1\n.endr\nv = r7",
		"r7 = &k\nv = r7\nr8 = v\nv = r8", "v = r10"};
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		snprintf(text, sizeof(text), P "%s\nr0 = bpf_map_delete_elem(&m, v)\nreturn 0",
			numbers[i]);
		tasm_warns(text, "and this is what 'v' holds; did you mean '&v'?");
	}
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		snprintf(text, sizeof(text),
			P "%s\nr0 = bpf_map_delete_elem(&m, v)\nreturn 0\n.func f\nreturn 0",
			addresses[i]);
		if (!strstr(text, "= f()"))
			*strstr(text, "\n.func f") = '\0';
		tasm_passes(text);
	}
}
END_TEST

/* A macro may give it to several helpers. */
START_TEST(once_a_line)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .name = "t"};
	static const char text[] = P "map_inc m, k\nmap_inc m, k\nreturn 0";
	struct bpfasm_out out;
	const char *s;
	int n = 0;

	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	for (s = out.diag; (s = strstr(s, "did you mean '&k'")); s++)
		n++;
	ck_assert_int_eq(n, 2);
	bpfasm_free(&out);
}
END_TEST

Suite *suite_argaddr(void)
{
	Suite *s = suite_create("argaddr");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, variables);
	tcase_add_test(tc, constants);
	tcase_add_test(tc, what_a_variable_holds);
	tcase_add_test(tc, once_a_line);
	suite_add_tcase(s, tc);
	return s;
}
