// SPDX-License-Identifier: MIT
/* test_carraymap.c - maps in headers in C: variables, maps of maps, what they hold from the start. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "tasm.h"

Suite *suite_carraymap(void);

static char *header(const char *text, const char *name)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_C);
	struct bpfasm_out out;
	char *s;

	o.name = name;
	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s", out.diag);
	s = strdup((char *)out.data);
	bpfasm_free(&out);
	return s;
}

static void has(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part), "no '%s' in: %s", part, text);
}

/* Each section is a map behind those of the text. */
START_TEST(variables)
{
	char *h = header(".map m array(u32, u64, 1)\n.rodata limit: u32 = 258\n.bss n: u64\n"
			 ".bss k: u32\n.data a: u16[3] = {1, 2}\n.prog p \"kprobe/x\"\n"
			 "r1 = &limit\nr2 = &k\nr3 = &a[2]\nr4 = &m\nreturn 0\n",
		"v.bpf");

	has(h, "\t{0x18, 1, 2, 0, 0}, /* 0: r1 = &limit */\n\t{0x00, 0, 0, 0, 0},\n"
	       "\t{0x18, 2, 2, 0, 0}, /* 2: r2 = &k */\n\t{0x00, 0, 0, 0, 8},\n");
	has(h, "char v_bpf_data[] = {\n\t0x01, 0x00, 0x02, 0x00, 0x00, 0x00,\n};\n");
	has(h, "char v_bpf_rodata[] = {\n\t0x02, 0x01, 0x00, 0x00,\n};\n");
	has(h, "v_bpf_maps[] = {\n\t{\"m\", 2, 4, 8, 1, 0, 0, 0, 0, 0},\n"
	       "\t{\".data\", 2, 4, 6, 1, 0, 0, v_bpf_data, 0, 0},\n"
	       "\t{\".rodata\", 2, 4, 4, 1, 128, 0, v_bpf_rodata, 0, 0},\n"
	       "\t{\".bss\", 2, 4, 12, 1, 0, 0, 0, 0, 0},\n};\n#define V_BPF_MAPS 4\n");
	has(h, "\t{BPFASM_RELOC_VALUE, 0, 2, \"limit\"},\n"
	       "\t{BPFASM_RELOC_VALUE, 2, 3, \"k\"},\n"
	       "\t{BPFASM_RELOC_VALUE, 4, 1, \"a\"},\n");
	free(h);
}
END_TEST

/* What others look like stands before them; a text without any of it has no function for it. */
START_TEST(maps_of_maps)
{
	char *h = header(".map young hash(u64, u64, 4)\n"
			 ".map times array_of_maps(young, 3) = {0, old, young}\n"
			 ".map by hash_of_maps(u32, array(u64, 8), 10)\n"
			 ".map old hash(u64, u64, 4)\n.map jumps prog_array(2) = {b, a}\n"
			 ".bss n: u64\n.prog a \"socket\"\nr1 = &old\nr2 = &n\nreturn 0\n"
			 ".func f\nexit\n.prog b \"socket\"\nreturn 1\n",
		"m");

	has(h, "m_maps[] = {\n\t{\"young\", 1, 8, 8, 4, 0, 0, 0, 0, 0},\n"
	       "\t{\"times\", 12, 4, 4, 3, 0, 1, 0, 0, 0},\n\t{\"\", 2, 4, 8, 8, 0, 0, 0, 0, 0},\n"
	       "\t{\"by\", 13, 4, 4, 10, 0, 3, 0, 0, 0},\n\t{\"old\", 1, 8, 8, 4, 0, 0, 0, 0, 0},\n"
	       "\t{\"jumps\", 3, 4, 4, 2, 0, 0, 0, 0, 0},\n\t{\".bss\", 2, 4, 8, 1, 0, 0, 0, 0, "
	       "0},\n"
	       "};\n#define M_MAPS 7\n");
	has(h, "m_fills[] = {\n\t{1, 1, 0, 4},\n\t{1, 2, 0, 0},\n\t{5, 0, 1, 1},\n"
	       "\t{5, 1, 1, 0},\n};\n#define M_FILLS 4\n");
	has(h, "\t{BPFASM_RELOC_MAP, 0, 4, \"old\"},\n\t{BPFASM_RELOC_VALUE, 2, 6, \"n\"},\n");
	has(h, "int m_fill(const int *fds, const int *progs)");
	free(h);
	h = header(".map m array(u32, 1)\n", "m");
	has(h, "m_fills[] = {\n\t{0, 0, 0, 0},\n};\n#define M_FILLS 0\n");
	ck_assert_ptr_null(strstr(h, "m_fill("));
	free(h);
}
END_TEST

START_TEST(out_of_memory)
{
	static const char text[] = ".map t array_of_maps(array(u64, 1), 2) = {m}\n"
				   ".map m array(u64, 1)\n.map j prog_array(1) = {p}\n"
				   ".data d: u32 = 1\n.prog p \"socket\"\nr1 = &d\nreturn 0\n";
	struct bpfasm_opts o = tasm_opts(BPFASM_C);

	tasm_every_alloc(text, &o, 9);
}
END_TEST

/* ---- the kernel -------------------------------------------------------------------------- */

/* The verifier takes r9 for never read, since it knows step's value: the map is frozen. */
static const char text_of_all[] = ".license \"GPL\"\n"
				  ".map times array_of_maps(array(u64, 1), 2) = {0, sums}\n"
				  ".map sums array(u64, 1)\n"
				  ".map steps prog_array(2) = {0, second}\n"
				  ".data by: u64[2] = {1, 4}\n"
				  ".rodata other: u64 = 9\n"
				  ".rodata step: u64 = 3\n"
				  ".bss pid: u64\n"
				  ".bss calls: u64\n"
				  ".prog first \"raw_tp/sys_enter\"\n"
				  ".ctx r6\n"
				  ".var i: u32\n"
				  "r0 = bpf_get_current_pid_tgid()\n"
				  "r0 >>= 32\n"
				  "r1 = pid\n"
				  "if r0 != r1 goto out\n"
				  "r1 = step\n"
				  "if r1 == 3 goto known\n"
				  "r1 = *(u64 *)(r9 +0)\n"
				  "known: i = 1\n"
				  "r0 = bpf_map_lookup_elem(&times, &i)\n"
				  "if r0 == 0 goto out\n"
				  "r7 = r0\n"
				  "i = 0\n"
				  "r0 = bpf_map_lookup_elem(r7, &i)\n"
				  "if r0 == 0 goto out\n"
				  "r1 = step\n"
				  "lock *(u64 *)(r0 +0) += r1\n"
				  "r0 = bpf_tail_call(r6, &steps, 1)\n"
				  "out: return 0\n"
				  ".prog second \"raw_tp/sys_enter\"\n"
				  "r1 = by[1]\n"
				  "lock calls += r1\n"
				  "return 0\n";

/* What stands below the example of the header's comment. */
static const char program[] =
	"static int get(int fd, void *value)\n"
	"{\n"
	"\tuint32_t key = 0;\n"
	"\tunion bpf_attr a;\n"
	"\n"
	"\tmemset(&a, 0, sizeof(a));\n"
	"\ta.map_fd = (uint32_t)fd;\n"
	"\ta.key = (uintptr_t)&key;\n"
	"\ta.value = (uintptr_t)value;\n"
	"\treturn (int)syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &a, sizeof(a));\n"
	"}\n"
	"\n"
	"int main(void)\n"
	"{\n"
	"\tint fds[ALL_MAPS], progs[ALL_PROGS], sums = -1, link, i;\n"
	"\tuint64_t bss[2] = {(uint64_t)getpid(), 0}, sum = 0;\n"
	"\tunion bpf_attr a;\n"
	"\n"
	"\tfor (i = 0; i < ALL_MAPS; i++) {\n"
	"\t\tfds[i] = all_map(&all_maps[i], fds);\n"
	"\t\tif (fds[i] < 0)\n"
	"\t\t\treturn 10 + i;\n"
	"\t\tif (!strcmp(all_maps[i].name, \"sums\"))\n"
	"\t\t\tsums = fds[i];\n"
	"\t}\n"
	"\tfor (i = 0; i < ALL_PROGS; i++) {\n"
	"\t\tprogs[i] = all_load(&all_progs[i], fds);\n"
	"\t\tif (progs[i] < 0)\n"
	"\t\t\treturn 30 + i;\n"
	"\t}\n"
	"\tif (all_fill(fds, progs))\n"
	"\t\treturn 2;\n"
	"\t/* the last map is .bss, before it is .rodata, which nobody changes */\n"
	"\tif (all_set(fds[ALL_MAPS - 1], 0, bss) || !all_set(fds[ALL_MAPS - 2], 0, bss))\n"
	"\t\treturn 3;\n"
	"\tmemset(&a, 0, sizeof(a));\n"
	"\ta.raw_tracepoint.name = (uintptr_t)\"sys_enter\";\n"
	"\ta.raw_tracepoint.prog_fd = (uint32_t)progs[0];\n"
	"\tlink = (int)syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &a, sizeof(a));\n"
	"\tif (link < 0)\n"
	"\t\treturn 4;\n"
	"\tfor (i = 0; i < 10; i++)\n"
	"\t\tsyscall(SYS_getppid);\n"
	"\tclose(link);\n"
	"\tif (get(sums, &sum) || get(fds[ALL_MAPS - 1], bss))\n"
	"\t\treturn 5;\n"
	"\tprintf(\"%llu %llu\\n\", (unsigned long long)sum, (unsigned long long)bss[1]);\n"
	"\treturn sum < 30 || sum > 36 || sum / 3 * 4 != bss[1];\n"
	"}\n";

START_TEST(all_of_it_with_bpf_alone)
{
	char dir[] = "/tmp/rawbpf-carraymap-XXXXXX", path[64], *h, *out;
	int status;
	FILE *f;

	T_NEED_ROOT();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	h = header(text_of_all, "all");
	snprintf(path, sizeof(path), "%s/all.h", dir);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(h, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	snprintf(path, sizeof(path), "%s/program", dir);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(program, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	t_raise_memlock();
	/* the example needs no change */
	status = t_run(&out,
		"cd '%s' && { echo '#define _GNU_SOURCE'; sed -n 's/^ \\*\\t//p; s/^ \\*$//p; "
		"/^ \\*\\//q' all.h > example; grep '^#' example; printf '#include <stdio.h>\\n"
		"#include \"all.h\"\\n'; grep -v '^#' example; cat program; } > a.c && "
		"cc -std=c11 -Wall -Wextra -Werror -o a a.c 2>&1 && ./a 2>&1",
		dir);
	t_run(NULL, "rm -r '%s'", dir);
	ck_assert_msg(!status, "status %d: %s", status, out);
	free(out);
	free(h);
}
END_TEST

Suite *suite_carraymap(void)
{
	Suite *s = suite_create("carraymap");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, variables);
	tcase_add_test(t, maps_of_maps);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	t = tcase_create("host");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, all_of_it_with_bpf_alone);
	suite_add_tcase(s, t);
	return s;
}
