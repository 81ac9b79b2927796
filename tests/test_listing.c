// SPDX-License-Identifier: MIT
/* test_listing.c - objects as text that assembles back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfasm.h"
#include "elf.h"
#include "t.h"
#include "t_code.h"
#include "t_unit.h"

Suite *suite_listing(void);

static void object(unsigned char **data, size_t *len, bool big_endian)
{
	struct unit u;

	unit_make(&u, big_endian);
	ck_assert_int_eq(elfout_write(&u.ir, &u.pool, data, len), 0);
	pool_free(&u.pool);
}

/* The listing, to be freed; NULL: an error. */
static char *list(const void *elf, size_t len, struct rawbpf_error *e)
{
	size_t size;
	char *text = NULL;
	FILE *f = open_memstream(&text, &size);
	int err = rawbpf_list_object(elf, len, f, e);

	fclose(f);
	if (!err)
		return text;
	free(text);
	return NULL;
}

static const char want[] = ".license \"GPL\"\n"
			   ".map dist histogram(65)\n"
			   ".struct key\n"
			   "\tcomm: char[16]\n"
			   "\tpid: u32\n"
			   "\tdelta: s32\n"
			   "\tslot: u64\n"
			   ".end\n"
			   ".map keyed hash(key, u64, 1024) flags=1\n"
			   ".map ring ringbuf(4096)\n"
			   ".map events perf_event_array\n"
			   ".map jumps prog_array(8)\n"
			   ".map stacks stack_trace(64)\n"
			   "\n"
			   ".prog count \"uprobe\"\n"
			   "\tr1 = 0\n"
			   "\tr0 = &dist\n"
			   "\tcall help\n"
			   "\tr0 = 0\n"
			   "\texit\n"
			   "\n"
			   ".prog second \"uprobe\"\n"
			   "\tr2 = &keyed\n"
			   "\tr0 = 0\n"
			   "\texit\n"
			   "\n"
			   ".func help\n"
			   "\tr0 = 0\n"
			   "\texit\n"
			   "\n"
			   ".prog other \"tracepoint/sched/sched_switch\"\n"
			   "\tr0 = 0\n"
			   "\texit\n";

START_TEST(unit_in_both_orders)
{
	int be;

	for (be = 0; be < 2; be++) {
		struct rawbpf_error e;
		unsigned char *data;
		size_t len;
		char *text;

		object(&data, &len, be);
		text = list(data, len, &e);
		ck_assert_msg(text != NULL, "%s", e.msg);
		ck_assert_str_eq(text, want);
		free(text);
		free(data);
	}
}
END_TEST

static void round_trip(const unsigned char *data, size_t len, bool be)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .big_endian = be};
	struct bpfasm_out out;
	struct rawbpf_error e;
	char *text = list(data, len, &e);

	ck_assert_msg(text != NULL, "%s", e.msg);
	bpfasm_assemble(text, strlen(text), &o, &out);
	ck_assert_msg(out.data != NULL, "%s\n%s", out.diag, text);
	t_same_code(data, len, out.data, out.len);
	bpfasm_free(&out);
	free(text);
}

START_TEST(assembles_back)
{
	int be;

	for (be = 0; be < 2; be++) {
		unsigned char *data;
		size_t len;

		object(&data, &len, be);
		round_trip(data, len, be);
		free(data);
	}
}
END_TEST

/* Many of all that is looked up: maps in maps, variables of .kconfig, functions, programs. */
START_TEST(many_names)
{
	enum { MANY = 1000 };
	struct bpfasm_out out;
	struct rawbpf_error e;
	char *source, *text, line[64];
	size_t len, i;
	FILE *f = open_memstream(&source, &len);

	fputs(".license \"GPL\"\n", f);
	for (i = 0; i < MANY; i++)
		fprintf(f,
			".map m%zu hash(u32, u64, %zu)\n.map a%zu array_of_maps(m%zu, 1) = "
			"{m%zu}\n",
			i, i + 1, i, i, i);
	for (i = 0; i < MANY; i++)
		fprintf(f, ".kconfig CONFIG_C%zu: u32\n", i);
	for (i = 0; i < MANY; i++)
		fprintf(f,
			"\n.prog p%zu \"uprobe/%zu\"\n\tr1 = &CONFIG_C%zu\n\tcall f%zu\n\texit\n",
			i, i, i, i);
	for (i = 0; i < MANY; i++)
		fprintf(f, "\n.func f%zu\n\tr0 = %zu\n\texit\n", i, i);
	fclose(f);
	bpfasm_assemble(source, len, NULL, &out);
	ck_assert_msg(out.data != NULL, "%s", out.diag);
	text = list(out.data, out.len, &e);
	ck_assert_msg(text != NULL, "%s", e.msg);
	for (i = 0; i < MANY; i++) {
		snprintf(line, sizeof(line), "\n.map a%zu array_of_maps(m%zu, 1) = {m%zu}\n", i, i,
			i);
		ck_assert_msg(strstr(text, line), "no %s", line);
		snprintf(line, sizeof(line), "\n.kconfig CONFIG_C%zu: u32\n", i);
		ck_assert_msg(strstr(text, line), "no %s", line);
		snprintf(line, sizeof(line), "\tr1 = &CONFIG_C%zu\n\tcall f%zu\n", i, i);
		ck_assert_msg(strstr(text, line), "no %s", line);
	}
	free(text);
	round_trip(out.data, out.len, false);
	bpfasm_free(&out);
	free(source);
}
END_TEST

static const char c_source[] =
	"#define SEC(x) __attribute__((section(x), used))\n"
	"#define U(n, v) int (*n)[v]\n"
	"struct key { char comm[16]; int pid; unsigned long long x; };\n"
	"struct odd { int a[3]; char b; };\n"
	"struct { U(type, 1); struct key *key; struct odd *value; U(max_entries, 100); } h\n"
	"	SEC(\".maps\");\n"
	"struct { U(type, 15); U(key_size, 4); U(value_size, 4); U(max_entries, 9); } socks\n"
	"	SEC(\".maps\");\n"
	"static long (*loop)(int, void *, void *, long) = (void *)181;\n"
	"static void *(*lookup)(void *, void *) = (void *)1;\n"
	"int counter;\n"
	"static __attribute__((noinline)) int sub(int a) { return a * counter + 3; }\n"
	"static long each(int i, void *c) { counter += i; return 0; }\n"
	"SEC(\"tracepoint/a/b\") int prog(void *ctx)\n"
	"{\n"
	"	struct key k = {};\n"
	"	if (lookup(&h, &k)) loop(3, each, 0, 0);\n"
	"	return lookup(&socks, &k) ? sub(k.pid) : 1;\n"
	"}\n"
	"char licence[] SEC(\"license\") = \"Dual \\\"MIT\\\"/GPL\";\n";

/* static callbacks, the second and a called one not at their section's start; a global function */
static const char c_callbacks[] =
	"#define SEC(x) __attribute__((section(x), used))\n"
	"static long (*loop)(unsigned, void *, void *, unsigned long) = (void *)181;\n"
	"static long (*ns)(void) = (void *)5;\n"
	"static int one(unsigned i, void *c) { return ns() & 1; }\n"
	"static int two(unsigned i, void *c) { return ns() & 3; }\n"
	"static __attribute__((noinline)) int three(unsigned long i) { return ns() + i; }\n"
	"__attribute__((noinline)) int four(unsigned long i) { return ns() - i; }\n"
	"SEC(\"raw_tp/sched_switch\") int p(void *ctx)\n"
	"{\n"
	"	loop(3, one, 0, 0);\n"
	"	loop(4, two, 0, 0);\n"
	"	return three(ns()) + four(ns());\n"
	"}\n"
	"char licence[] SEC(\"license\") = \"GPL\";\n";

/* what libbpf knows of maps and data and the text says in other words, or not */
static const char c_held[] =
	"typedef unsigned u32; typedef unsigned long long u64;\n"
	"#define SEC(x) __attribute__((section(x), used))\n"
	"#define U(n, v) int (*n)[v]\n"
	"struct inner { U(type, 2); U(max_entries, 4); u32 *key; u64 *value; } in1 "
	"SEC(\".maps\");\n"
	"struct { U(type, 12); U(max_entries, 2); u32 *key; struct inner *values[]; } outer\n"
	"	SEC(\".maps\") = {.values = {[1] = (void *)&in1}};\n"
	"SEC(\"kprobe/x\") int p(void *c) { return 0; }\n"
	"struct { U(type, 3); U(max_entries, 4); u32 *key; int (*values[])(void *); } jump\n"
	"	SEC(\".maps\") = {.values = {[2] = (void *)&p}};\n"
	"struct { U(type, 1); U(max_entries, 4); u32 *key; u64 *value; U(pinning, 1); } pinned\n"
	"	SEC(\".maps\");\n"
	"const char *const names[] = {\"aa\", \"bb\"};\n"
	"SEC(\"kprobe/y\") int q(void *c) { return names[(long)c & 1][0]; }\n"
	"char licence[] SEC(\"license\") = \"GPL\";\n";

static char *compile(const char *source, size_t *len)
{
	char dir[] = "/tmp/rawbpf-listing-XXXXXX", path[64], *data;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.c", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(source, f);
	fclose(f);
	ck_assert_int_eq(t_run(NULL, "cd %s && clang-14 -O2 -g -target bpf -c a.c -o a.o", dir), 0);
	snprintf(path, sizeof(path), "%s/a.o", dir);
	data = t_read_file(path, len);
	t_run(NULL, "rm -r %s", dir);
	return data;
}

START_TEST(object_of_clang)
{
	struct bpfasm_out out;
	struct rawbpf_error e;
	char *data, *text, *again, *line, *save = NULL;
	size_t len;

	if (t_run(NULL, "command -v clang-14 >/dev/null"))
		T_SKIP("no clang-14");
	data = compile(c_source, &len);
	text = list(data, len, &e);
	ck_assert_msg(text != NULL, "%s", e.msg);
	ck_assert_ptr_nonnull(strstr(text, ".license \"Dual \\\"MIT\\\"/GPL\"\n"));
	ck_assert_ptr_nonnull(strstr(text, ".map h hash(key, char[16], 100)\n"));
	ck_assert_ptr_nonnull(strstr(text, ".map socks type(15, 4, 4, 9)\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n.func sub\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n.func each\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n.prog prog \"tracepoint/a/b\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "\tr1 = &h\n"));
	ck_assert_ptr_nonnull(strstr(text, "\tr2 = &each\n"));
	ck_assert_ptr_nonnull(strstr(text, "\tcall sub\n"));
	ck_assert_ptr_nonnull(strstr(text, "\tcall bpf_loop#181\n"));
	ck_assert_ptr_nonnull(strstr(text, " = &counter\n"));
	bpfasm_assemble(text, strlen(text), NULL, &out);
	ck_assert_msg(out.data != NULL, "%s\n%s", out.diag, text);
	/* what has a name is listed alike again */
	again = list(out.data, out.len, &e);
	ck_assert_msg(again != NULL, "%s", e.msg);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line[strcspn(line, ";")] = '\0'; /* a comment, and the space before it */
		if (*line && line[strlen(line) - 1] == ' ')
			line[strlen(line) - 1] = '\0';
		ck_assert_msg(strstr(again, line) != NULL, "'%s' is not in\n%s", line, again);
	}
	bpfasm_free(&out);
	free(again);
	free(text);
	free(data);
}
END_TEST

/* Variables, maps of maps and what stands in maps: all that is loaded is the same again. */
START_TEST(data_comes_back)
{
	static const char text[] = ".license \"GPL\"\n.map young hash(u64, u64, 4)\n"
				   ".map t array_of_maps(young, 2) = {0, young}\n"
				   ".map x hash_of_maps(u32, array(u64, 8), 10)\n"
				   ".map j prog_array(3) = {b, 0, a}\n"
				   ".struct st\na: u32\nb: char[4]\n.end\n"
				   ".rodata k: u32 = 1\n.rodata msg: char[] = \"hello\"\n"
				   ".data arr: u16[3] = {1, 2, 3}\n.data s: st = {5, \"abc\"}\n"
				   ".bss n: u64\n.bss two: st[2]\n"
				   ".prog a \"socket\"\nr1 = &k\nr2 = &arr + 2\nr3 = &two + 8\n"
				   "lock n += 1\nr4 = &t\nr5 = &msg + 4\nreturn 0\n"
				   ".prog b \"socket\"\nreturn 1\n";
	static const char *const sections[] = {"socket", ".data", ".rodata", ".bss", ".maps",
		".rel.maps", ".relsocket", ".symtab"};
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct bpfasm_out first, second;
	struct elf_file *fa, *fb;
	struct elf_section s, t;
	const void *p, *q;
	size_t i, n, m;
	int big;

	for (big = 0; big < 2; big++) {
		char *listing;

		o.big_endian = big;
		ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &first), 0);
		listing = list(first.data, first.len, NULL);
		ck_assert_ptr_nonnull(listing);
		bpfasm_assemble(listing, strlen(listing), &o, &second);
		ck_assert_msg(second.data != NULL, "%s\n%s", second.diag, listing);
		ck_assert_int_eq(elf_open_memory(first.data, first.len, "a", &fa, NULL), 0);
		ck_assert_int_eq(elf_open_memory(second.data, second.len, "b", &fb, NULL), 0);
		for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
			ck_assert_int_eq(elf_find_section(fa, sections[i], &s), 0);
			ck_assert_int_eq(elf_find_section(fb, sections[i], &t), 0);
			ck_assert_uint_eq(s.size, t.size);
			ck_assert_int_eq(elf_section_data(fa, &s, &p, &n), 0);
			ck_assert_int_eq(elf_section_data(fb, &t, &q, &m), 0);
			ck_assert_uint_eq(n, m);
			ck_assert_msg(!p || !memcmp(p, q, n), "%s:\n%s", sections[i], listing);
		}
		elf_close(fa);
		elf_close(fb);
		bpfasm_free(&first);
		bpfasm_free(&second);
		free(listing);
	}
}
END_TEST

/* Objects of other compilers may hold what our own text cannot say as it is. */
START_TEST(maps_the_language_lacks)
{
	static const char text[] = ".map argz hash(u32, u64, 8)\n"
				   ".map none type(1, 4, 8, 0)\n"
				   ".map wide type(2, 4, 131072, 1)\n"
				   ".map ring type(27, 0, 0, 5000)\n"
				   ".prog p \"socket\"\n"
				   "r1 = &argz\nr1 = &none\nr1 = &wide\nr1 = &ring\nreturn 0\n";
	static const char *const lines[] = {".map args_ hash(u32, u64, 8)\n", "\tr1 = &args_\n",
		".map none type(1, 4, 8, 0)\n", ".map wide type(2, 4, 131072, 1)\n",
		".map ring type(27, 0, 0, 5000)\n"};
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct bpfasm_out out;
	struct rawbpf_error e;
	unsigned char *p;
	size_t i;
	char *got;

	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), 0);
	while ((p = memmem(out.data, out.len, "argz", 4)))
		p[3] = 's';
	got = list(out.data, out.len, &e);
	ck_assert_msg(got != NULL, "%s", e.msg);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(strstr(got, lines[i]), "no '%s' in\n%s", lines[i], got);
	free(got);
	round_trip(out.data, out.len, false);
	bpfasm_free(&out);
}
END_TEST

START_TEST(held_of_clang)
{
	struct rawbpf_error e;
	char *data, *text;
	size_t len;

	if (t_run(NULL, "command -v clang-14 >/dev/null"))
		T_SKIP("no clang-14");
	data = compile(c_held, &len);
	text = list(data, len, &e);
	ck_assert_msg(text != NULL, "%s", e.msg);
	/* libbpf takes values for a value size of 4 */
	ck_assert_ptr_nonnull(strstr(text, ".map outer array_of_maps(in1, 2) = {0, in1}\n"));
	ck_assert_ptr_nonnull(strstr(text, ".map jump prog_array(4) = {0, 0, p}\n"));
	ck_assert_ptr_nonnull(strstr(text, ".map pinned hash(u32, u64, 4) ; pinned at its name\n"));
	ck_assert_ptr_nonnull(strstr(text, ".rodata names: u64[2] = {0, 3} ; 2 pointers in it\n"));
	ck_assert_ptr_nonnull(e.msg);
	ck_assert_ptr_nonnull(strstr(e.msg, "3 pinnings or pointers are left out"));
	free(text);
	free(data);
}
END_TEST

START_TEST(callbacks_of_clang)
{
	char *data;
	size_t len;

	if (t_run(NULL, "command -v clang-14 >/dev/null"))
		T_SKIP("no clang-14");
	data = compile(c_callbacks, &len);
	round_trip((unsigned char *)data, len, false);
	free(data);
}
END_TEST

/* What the loader replaces is listed as what it means; a function of that name gets another. */
START_TEST(operands_of_probes)
{
	static const char text[] = ".license \"GPL\"\n\n.prog p \"usdt\"\n"
				   "\tcall usdt_arg(3, -16)\n"
				   "\tcall usdt_arg(12, -512)\n"
				   "\texit\n";
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct bpfasm_out out;
	struct rawbpf_error e;
	unsigned char *insn;
	char *listed;
	int be;

	for (be = 0; be < 2; be++) {
		o.big_endian = be;
		ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
		listed = list(out.data, out.len, &e);
		ck_assert_str_eq(listed, text);
		free(listed);
		round_trip(out.data, out.len, be);
		/* the first instruction: behind the header and the section headers */
		insn = out.data + 64 +
		       64 * (size_t)(be ? out.data[60] << 8 | out.data[61]
					: out.data[60] | out.data[61] << 8);
		insn[be ? 3 : 2] = 13; /* no such operand */
		listed = list(out.data, out.len, &e);
		ck_assert_ptr_nonnull(strstr(listed, "\t.word 0x"));
		ck_assert_ptr_nonnull(strstr(listed, " ; extern \"usdt_arg\"\n"));
		free(listed);
		bpfasm_free(&out);
	}
}
END_TEST

START_TEST(function_called_like_a_word)
{
	static const char text[] = ".prog p \"usdt\"\n\tcall usdt_org\n\texit\n"
				   ".func usdt_org\n\tr0 = 0\n\texit\n";
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct bpfasm_out out;
	struct rawbpf_error e;
	unsigned char *at;
	char *listed;

	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	while ((at = memmem(out.data, out.len, "usdt_org", 8)))
		memcpy(at, "usdt_arg", 8);
	listed = list(out.data, out.len, &e);
	ck_assert_ptr_nonnull(strstr(listed, "\tcall usdt_arg_\n"));
	ck_assert_ptr_nonnull(strstr(listed, "\n.func usdt_arg_\n"));
	free(listed);
	round_trip(out.data, out.len, false);
	bpfasm_free(&out);
}
END_TEST

START_TEST(not_an_object)
{
	struct rawbpf_error e;
	char *self;
	size_t len;

	ck_assert_ptr_null(list("\177ELF", 4, &e));
	ck_assert_int_lt(e.err, 0);
	self = t_read_file("/proc/self/exe", &len);
	ck_assert_ptr_null(list(self, len, &e));
	ck_assert_str_eq(e.msg, "this ELF file is not a BPF object: EINVAL");
	free(self);
}
END_TEST

/* Cut anywhere, or with any byte turned over, it is listed or refused, and never read beyond. */
START_TEST(hostile)
{
	struct rawbpf_error e;
	unsigned char *data, *copy;
	size_t len, i, listed = 0;

	object(&data, &len, false);
	for (i = 0; i < len; i++) {
		copy = malloc(i ? i : 1);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, data, i);
		free(list(copy, i, &e));
		free(copy);
		data[i] ^= 0xff;
		copy = (unsigned char *)list(data, len, &e);
		listed += copy != NULL;
		free(copy);
		data[i] ^= 0xff;
	}
	ck_assert_uint_gt(listed, 100);
	free(data);
}
END_TEST

START_TEST(out_of_memory)
{
	unsigned char *data;
	FILE *null = fopen("/dev/null", "w");
	size_t len;
	unsigned int n;
	bool refused;

	ck_assert_ptr_nonnull(null);
	setvbuf(null, NULL, _IONBF, 0);
	object(&data, &len, true);
	for (n = 1;; n++) {
		struct rawbpf_error e;
		int err;

		t_fail_alloc_at(n);
		err = rawbpf_list_object(data, len, null, &e);
		refused = t_alloc_failed();
		ck_assert_int_eq(err, refused ? -ENOMEM : 0);
		if (!refused)
			break;
	}
	ck_assert_uint_gt(n, 5);
	fclose(null);
	free(data);
}
END_TEST

Suite *suite_listing(void)
{
	Suite *s = suite_create("listing");
	TCase *t = tcase_create("text");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, unit_in_both_orders);
	tcase_add_test(t, assembles_back);
	tcase_add_test(t, many_names);
	tcase_add_test(t, object_of_clang);
	tcase_add_test(t, data_comes_back);
	tcase_add_test(t, maps_the_language_lacks);
	tcase_add_test(t, held_of_clang);
	tcase_add_test(t, callbacks_of_clang);
	tcase_add_test(t, operands_of_probes);
	tcase_add_test(t, function_called_like_a_word);
	tcase_add_test(t, not_an_object);
	tcase_add_test(t, hostile);
	tcase_add_test(t, out_of_memory);
	suite_add_tcase(s, t);
	return s;
}
