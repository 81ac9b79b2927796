// SPDX-License-Identifier: MIT
/* test_carray.c - headers in C: they compile alone, and what they hold loads with bpf(2) alone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"
#include "tasm.h"

Suite *suite_carray(void);

/* two programs, one function of both, one of the second alone, and a callback */
static const char two_programs[] = ".license \"GPL\"\n"
				   ".map hits hash(u32, u64, 16)\n"
				   ".map e perf_event_array\n"
				   ".prog one \"raw_tracepoint/sys_enter\"\n"
				   "r1 = 7\n"
				   "call bump\n"
				   "r0 = 0\n"
				   "exit\n"
				   ".func bump\n"
				   "*(u32 *)(r10 -4) = r1\n"
				   "r2 = r10\n"
				   "r2 += -4\n"
				   "r1 = &hits\n"
				   "call bpf_map_lookup_elem\n"
				   "r0 = 0\n"
				   "exit\n"
				   ".prog two \"?uprobe.s/c:a\\\"b\"\n"
				   "call twice\n"
				   "r2 = &bump\n"
				   "r1 = &e\n"
				   "r0 = 0\n"
				   "exit\n"
				   ".func twice\n"
				   "call bump\n"
				   "call bump\n"
				   "r0 = 0\n"
				   "exit\n";

static char dir[64];

static void setup(void)
{
	strcpy(dir, "/tmp/rawbpf-carray-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
	t_run(NULL, "rm -r '%s'", dir);
}

static void save(const char *name, const void *data, size_t len)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

/* The header of text, which has this name; to be freed. */
static char *header(const char *text, const char *name)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_C);
	struct bpfasm_out out;
	char *s;

	o.name = name;
	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s", out.diag);
	ck_assert_uint_eq(out.len, strlen((char *)out.data));
	s = strdup((char *)out.data);
	bpfasm_free(&out);
	return s;
}

static void has(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part), "no '%s' in: %s", part, text);
}

START_TEST(programs_with_their_functions)
{
	char *h = header(two_programs, "dir/2 progs.bpf");

	has(h, "#define _2_PROGS_BPF_PROG_ONE \"one\"\n");
	has(h, "#define _2_PROGS_BPF_SECTION_TWO \"?uprobe.s/c:a\\\"b\"\n");
	has(h, "bpf_insn _2_progs_bpf_insns[] = {\n\t/* one */\n"
	       "\t{0xb7, 1, 0, 0, 7}, /* 0: r1 = 7 */\n"
	       "\t{0x85, 0, 1, 0, 2}, /* 1: call bump */\n"
	       "\t{0xb7, 0, 0, 0, 0}, /* 2: r0 = 0 */\n"
	       "\t{0x95, 0, 0, 0, 0}, /* 3: exit */\n"
	       "\t/* bump */\n"
	       "\t{0x63, 10, 1, -4, 0}, /* 4: *(u32 *)(r10 -4) = r1 */\n"
	       "\t{0xbf, 2, 10, 0, 0}, /* 5: r2 = r10 */\n"
	       "\t{0x07, 2, 0, 0, -4}, /* 6: r2 += -4 */\n"
	       "\t{0x18, 1, 1, 0, 0}, /* 7: r1 = &hits */\n"
	       "\t{0x00, 0, 0, 0, 0},\n"
	       "\t{0x85, 0, 0, 0, 1}, /* 9: call bpf_map_lookup_elem#1 */\n"
	       "\t{0xb7, 0, 0, 0, 0}, /* 10: r0 = 0 */\n"
	       "\t{0x95, 0, 0, 0, 0}, /* 11: exit */\n"
	       "\t/* two */\n"
	       "\t{0x85, 0, 1, 0, 6}, /* 0: call twice */\n"
	       "\t{0x18, 2, 4, 0, 9}, /* 1: r2 = &bump */\n"
	       "\t{0x00, 0, 0, 0, 0},\n"
	       "\t{0x18, 1, 1, 0, 0}, /* 3: r1 = &e */\n");
	has(h, "_2_progs_bpf_maps[] = {\n\t{\"hits\", 1, 4, 8, 16, 0, 0, 0, 0, 0},\n"
	       "\t{\"e\", 4, 4, 4, 0, 0, 0, 0, 0, 0},\n};\n#define _2_PROGS_BPF_MAPS 2\n");
	has(h, "_2_progs_bpf_relocs[] = {\n"
	       "\t{BPFASM_RELOC_FUNC, 1, 4, \"bump\"},\n"
	       "\t{BPFASM_RELOC_MAP, 7, 0, \"hits\"},\n"
	       "\t{BPFASM_RELOC_FUNC, 12, 19, \"twice\"},\n"
	       "\t{BPFASM_RELOC_FUNC, 13, 23, \"bump\"},\n"
	       "\t{BPFASM_RELOC_MAP, 15, 1, \"e\"},\n"
	       "\t{BPFASM_RELOC_FUNC, 19, 23, \"bump\"},\n"
	       "\t{BPFASM_RELOC_FUNC, 20, 23, \"bump\"},\n"
	       "\t{BPFASM_RELOC_MAP, 26, 0, \"hits\"},\n};\n#define _2_PROGS_BPF_RELOCS 8\n");
	has(h, "_2_progs_bpf_progs[] = {\n"
	       "\t{\"one\", \"raw_tracepoint/sys_enter\", 17, 0, 0, 0, 12, \"\", 0, 0, 2},\n"
	       "\t{\"two\", \"?uprobe.s/c:a\\\"b\", 2, 0, 16, 12, 19, \"\", 0, 2, 3},\n};\n");
	has(h, "_2_progs_bpf_license[] = \"GPL\";\n");
	/* there is a callback: its program is told by the types of its functions */
	has(h, "_2_progs_bpf_funcs[] = {\n\t{0, 4},\n\t{4, 5},\n");
	free(h);
}
END_TEST

/* One program is the bytes that the raw form has, and the object is the object. */
START_TEST(same_bytes_as_other_forms)
{
	static const char text[] = ".license \"GPL\"\n.map m array(u32, u64, 1)\n"
				   ".prog p \"kprobe/x\"\nr1 = 0x123456789abcdef0 ll\n"
				   "r2 = -2147483648\nif w1 s< 5 goto x\nw3 = w2\nr4 = &m\n"
				   "x: return 0\n";
	char *h = header(text, "a"), *out;
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out raw, elf;

	o.name = "a";
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &raw), 0);
	o.format = BPFASM_ELF;
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &elf), 0);
	save("a.h", h, strlen(h));
	save("raw", raw.data, raw.len);
	save("elf", elf.data, elf.len);
	t_run(&out,
		"cd '%s' && printf '#include \"a.h\"\\n#include <stdio.h>\\nint main(int c, char "
		"**v)\\n{\\n\\t(void)v;\\n\\tif (c > 1)\\n\\t\\tfwrite(a, 1, sizeof(a), stdout);"
		"\\n\\telse\\n\\t\\tfwrite(a_insns, 1, sizeof(a_insns), stdout);\\n\\treturn "
		"0;\\n}\\n' > m.c && cc -o m m.c && ./m | cmp - raw && ./m x | cmp - elf 2>&1",
		dir);
	ck_assert_str_eq(out, "");
	free(out);
	free(h);
	bpfasm_free(&raw);
	bpfasm_free(&elf);
}
END_TEST

/* Alone, two in one file, with the macros, without <linux/bpf.h> (musl, tcc), as C and as C++. */
START_TEST(compiles_alone)
{
	static const char *const compilers[] = {"gcc -std=c11 -Wpedantic",
		"clang -std=c11 -Wpedantic", "tcc", "musl-gcc -std=c11 -Wpedantic",
		"g++ -std=c++17 -Wpedantic -x c++"};
	static const char all[] = "#include \"b.h\"\n#include \"a.h\"\n#include <bpfasm_insn.h>\n"
				  "#include \"none.h\"\n#include \"odd.h\"\nint main(void)\n{\n"
				  "\treturn sizeof(a_bpf_insns) / 8 != A_BPF_INSNS;\n}\n";
	char *a = header(two_programs, "a.bpf"), *b = header(two_programs, "b.bpf"), *out;
	char *none = header("", "none"), *odd;
	size_t i;
	int tried = 0;

	odd = header(".license \"a?"
		     "?/\\n1\\\"*/\"\n.prog p \"x*/ /*\"\nreturn 0\n"
		     ".prog P \"kprobe/a\"\nreturn 1\n",
		"/tmp/x/1*/odd\"?.b");
	save("a.h", a, strlen(a));
	save("b.h", b, strlen(b));
	save("none.h", none, strlen(none));
	save("odd.h", odd, strlen(odd));
	save("all.c", all, strlen(all));
	for (i = 0; i < sizeof(compilers) / sizeof(compilers[0]); i++) {
		if (t_run(NULL, "c='%s'; command -v ${c%%%% *} >/dev/null", compilers[i]))
			continue;
		t_run(&out,
			"cd '%s' && for f in a.h none.h odd.h; do cp $f one.c; "
			"%s -Wall -Wextra -Werror -c -o o.o one.c || echo $f; done 2>&1; "
			"%s -Wall -Wextra -Werror -I" TEST_ROOT
			"/include -o all all.c 2>&1 && ./all || echo no",
			dir, compilers[i], compilers[i]);
		ck_assert_msg(!*out, "%s: %s", compilers[i], out);
		free(out);
		tried++;
	}
	ck_assert_int_ge(tried, 1);
	free(a);
	free(b);
	free(none);
	free(odd);
}
END_TEST

START_TEST(operands_of_probes_are_the_loaders)
{
	char *h = header(".prog p \"usdt/a:b:c\"\nr6 = usdt_arg(1)\nreturn 0\n", "<stdin>");

	has(h, "bpf_object_relocs[] = {\n\t{BPFASM_RELOC_USDT, 1, 0, \"usdt_arg\"},\n};\n");
	has(h, "/* 1: call usdt_arg(");
	free(h);
}
END_TEST

START_TEST(names_of_the_kernel)
{
	char *h = header(".kfunc bpf_task_release\n.kvar bpf_prog_active\n.prog p \"kprobe/x\"\n"
			 "r1 = &bpf_prog_active\ncall bpf_task_release\nreturn 0\n",
		"k.bpf");

	has(h, "\t{0x18, 1, 3, 0, 0}, /* 0: r1 = &bpf_prog_active */\n\t{0x00, 0, 0, 0, 0},\n"
	       "\t{0x85, 0, 2, 0, 0}, /* 2: call bpf_task_release */\n");
	has(h, "k_bpf_relocs[] = {\n\t{BPFASM_RELOC_KSYM, 0, 0, \"bpf_prog_active\"},\n"
	       "\t{BPFASM_RELOC_KSYM, 2, 0, \"bpf_task_release\"},\n};\n");
	free(h);
}
END_TEST

START_TEST(instructions_need_a_program)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_C);
	struct bpfasm_out out;

	ck_assert_int_eq(bpfasm_assemble("exit", 4, &o, &out), -EINVAL);
	has(out.diag, "an instruction before any program");
	bpfasm_free(&out);
}
END_TEST

START_TEST(out_of_memory)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_C);

	tasm_every_alloc(two_programs, &o, 9);
}
END_TEST

/* ---- the kernel -------------------------------------------------------------------------- */

static const char counting[] = ".license \"GPL\"\n"
			       ".map hits hash(u32, u64, 16)\n"
			       ".data other_one: u64 = 77\n"
			       ".data step: u64 = 3\n"
			       ".bss sum: u64\n"
			       ".func bump\n"
			       "*(u32 *)(r10 -4) = r1\n"
			       "r2 = r10\n"
			       "r2 += -4\n"
			       "r1 = &hits\n"
			       "call bpf_map_lookup_elem\n"
			       "if r0 == 0 goto none\n"
			       "r1 = step\n"
			       "lock sum += r1\n"
			       "r1 = step\n"
			       "lock *(u64 *)(r0 +0) += r1\n"
			       "none: r0 = 0\n"
			       "exit\n"
			       ".prog other \"kprobe/x\"\n"
			       "return 0\n"
			       ".prog count \"raw_tracepoint/sys_enter\"\n"
			       "call bpf_get_current_pid_tgid\n"
			       "r1 = r0\n"
			       "r1 >>= 32\n"
			       "call bump\n"
			       "return 0\n";

/* What stands below the example of the header's comment. */
static const char program[] =
	"int main(void)\n"
	"{\n"
	"\tconst struct bpfasm_prog *p = &count_bpf_progs[1];\n"
	"\tuint32_t key = (uint32_t)getpid();\n"
	"\tuint64_t n = 0;\n"
	"\tint fds[COUNT_BPF_MAPS], fd, link, i;\n"
	"\tunion bpf_attr a;\n"
	"\n"
	"\tfor (i = 0; i < COUNT_BPF_MAPS; i++)\n"
	"\t\tfds[i] = count_bpf_map(&count_bpf_maps[i], fds);\n"
	"\tmemset(&a, 0, sizeof(a));\n"
	"\ta.map_fd = (uint32_t)fds[0];\n"
	"\ta.key = (uintptr_t)&key;\n"
	"\ta.value = (uintptr_t)&n;\n"
	"\tif (syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &a, sizeof(a)))\n"
	"\t\treturn 1;\n"
	"\tfd = count_bpf_load(p, fds);\n"
	"\tif (fd < 0)\n"
	"\t\treturn 2;\n"
	"\tmemset(&a, 0, sizeof(a));\n"
	"\ta.raw_tracepoint.name = (uintptr_t)(strchr(p->section, '/') + 1);\n"
	"\ta.raw_tracepoint.prog_fd = (uint32_t)fd;\n"
	"\tlink = (int)syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &a, sizeof(a));\n"
	"\tif (link < 0)\n"
	"\t\treturn 3;\n"
	"\tfor (i = 0; i < 10; i++)\n"
	"\t\tsyscall(SYS_getppid);\n"
	"\tclose(link);\n"
	"\tmemset(&a, 0, sizeof(a));\n"
	"\ta.map_fd = (uint32_t)fds[0];\n"
	"\ta.key = (uintptr_t)&key;\n"
	"\ta.value = (uintptr_t)&n;\n"
	"\tif (syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &a, sizeof(a)))\n"
	"\t\treturn 4;\n"
	"\tprintf(\"%llu\\n\", (unsigned long long)n);\n"
	"\treturn n < 30 || n > 36 || n % 3;\n"
	"}\n";

/* The header's example, and what stands below it, compiled and run. */
static void run_example(const char *text, const char *below)
{
	char *h, *out;
	int status;

	h = header(text, "count.bpf");
	save("count.h", h, strlen(h));
	save("program", below, strlen(below));
	t_raise_memlock();
	/* the example needs no change */
	status = t_run(&out,
		"cd '%s' && { echo '#define _GNU_SOURCE'; sed -n 's/^ \\*\\t//p; s/^ \\*$//p; "
		"/^ \\*\\//q' count.h > example; grep '^#' example; printf '#include <stdio.h>\\n"
		"#include \"count.h\"\\n'; grep -v '^#' example; cat program; } > a.c && "
		"cc -std=c11 -Wall -Wextra -Werror -o a a.c 2>&1 && ./a 2>&1",
		dir);
	ck_assert_msg(!status, "status %d: %s", status, out);
	free(out);
	free(h);
}

START_TEST(loads_with_bpf_alone)
{
	T_NEED_ROOT();
	run_example(counting, program);
}
END_TEST

/* Loads each program; a name of the kernel's BTF, a function of the kernel, a callback. */
static const char load_all[] = "int main(void)\n"
			       "{\n"
			       "\tint fds[COUNT_BPF_MAPS + 1], i, bad = 0;\n"
			       "\n"
			       "\tfor (i = 0; i < COUNT_BPF_MAPS; i++)\n"
			       "\t\tfds[i] = count_bpf_map(&count_bpf_maps[i], fds);\n"
			       "\tfor (i = 0; i < COUNT_BPF_PROGS; i++)\n"
			       "\t\tif (count_bpf_load(&count_bpf_progs[i], fds) < 0)\n"
			       "\t\t\tperror(count_bpf_progs[i].name), bad = 1;\n"
			       "\treturn bad;\n"
			       "}\n";

START_TEST(loads_callbacks)
{
	T_NEED_ROOT();
	run_example(".license \"GPL\"\n.func each\nr0 = 0\nexit\n"
		    ".func more\nr1 = 9\nr2 = &each\nr3 = 0\nr4 = 0\ncall bpf_loop\nr0 = 0\nexit\n"
		    ".prog first \"raw_tp/sys_enter\"\nreturn 0\n"
		    ".prog second \"raw_tp/sys_enter\"\ncall more\nr1 = 3\nr2 = &each\nr3 = 0\n"
		    "r4 = 0\ncall bpf_loop\nreturn 0\n",
		load_all);
}
END_TEST

START_TEST(loads_with_types_of_the_kernel)
{
	char *symbols;
	bool has_kfunc;

	T_NEED_ROOT();
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		T_SKIP("the kernel has no BTF");
	symbols = t_read_file("/proc/kallsyms", NULL);
	has_kfunc = strstr(symbols, " bpf_rcu_read_lock\n");
	free(symbols);
	run_example(".license \"GPL\"\n.prog t \"tp_btf/sched_switch\"\nr1 = *(u64 *)(r1 +8)\n"
		    "return 0\n.prog i \"iter/task\"\nreturn 0\n",
		load_all);
	if (has_kfunc)
		run_example(
			".license \"GPL\"\n.kfunc bpf_rcu_read_lock\n.kfunc bpf_rcu_read_unlock\n"
			".prog t \"tp_btf/sched_switch\"\ncall bpf_rcu_read_lock\n"
			"call bpf_rcu_read_unlock\nreturn 0\n",
			load_all);
}
END_TEST

Suite *suite_carray(void)
{
	Suite *s = suite_create("carray");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, programs_with_their_functions);
	tcase_add_test(t, same_bytes_as_other_forms);
	tcase_add_test(t, compiles_alone);
	tcase_add_test(t, operands_of_probes_are_the_loaders);
	tcase_add_test(t, names_of_the_kernel);
	tcase_add_test(t, instructions_need_a_program);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	t = tcase_create("host");
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, loads_with_bpf_alone);
	tcase_add_test(t, loads_callbacks);
	tcase_add_test(t, loads_with_types_of_the_kernel);
	suite_add_tcase(s, t);
	return s;
}
