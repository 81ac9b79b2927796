// SPDX-License-Identifier: MIT
/* test_objcore.c - CO-RE records of a whole object, by another kernel's types. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "btffile.h"
#include "objcore.h"
#include "t.h"

Suite *suite_objcore(void);

static struct sys sys;

static struct object *open_object(const char *file)
{
	struct rawbpf_error e;
	struct object *o;
	size_t len;
	char *p = t_data(file, &len);

	ck_assert_msg(!object_open(p, len, file, &o, &e), "%s", e.msg);
	free(p);
	return o;
}

static void open_btf(const char *file, struct btffile *f)
{
	char path[512];
	struct rawbpf_error e;

	snprintf(path, sizeof(path), "%s/%s", TEST_DATA, file);
	ck_assert_msg(!btffile_open(&sys, path, f, &e), "%s", e.msg);
}

/* The object with its records answered by the BTF of another kernel. */
static struct object *applied(const char *file, const char *kernel)
{
	struct object *o = open_object(file);
	struct rawbpf_error e;
	struct objcore *c;
	struct btffile f;

	open_btf(kernel, &f);
	ck_assert_int_eq(objcore_open(o, &c, &e), 0);
	ck_assert(objcore_asks(c));
	ck_assert_int_eq(objcore_search(c, f.btf), 0);
	ck_assert_msg(!objcore_apply(c, "this kernel", &e), "%s", e.msg);
	objcore_free(c);
	btffile_close(&sys, &f);
	return o;
}

static const struct rawbpf_insn *insns_of(const struct object *o, const char *prog, uint32_t *n)
{
	size_t i;

	for (i = 0; i < o->n_funcs && strcmp(o->funcs[i].name, prog) != 0; i++)
		;
	ck_assert_msg(i < o->n_funcs, "%s", prog);
	*n = o->funcs[i].n_insns;
	return o->texts[o->funcs[i].text].insns + o->funcs[i].start;
}

START_TEST(loads_and_numbers)
{
	/* the first instruction that has the record: code, and off of a load or imm */
	static const struct {
		const char *prog;
		uint32_t insn;
		uint8_t code;
		int32_t value;
	} rows[] = {
		{"load_pid", 0, 0x61, 60}, {"load_tgid", 0, 0x61, 56}, {"load_grows", 0, 0x79, 24},
		{"load_shrinks", 0, 0x69, 32}, {"load_grows_too", 0, 0x85, 195896080},
		{"load_gone", 0, 0x85, 195896080}, {"load_sort", 0, 0x85, 195896080},
		{"load_absent", 0, 0x85, 195896080}, {"load_bare", 0, 0x61, 48},
		{"load_flavor", 0, 0x85, 195896080}, /* signed, and wider */
	};
	struct object *o = applied("object/core.bpf.o", "object/core_kernel.o");
	const struct rawbpf_insn *insn;
	uint32_t n;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		insn = insns_of(o, rows[i].prog, &n) + rows[i].insn;
		ck_assert_msg(insn->code == rows[i].code, "%s: %#x", rows[i].prog, insn->code);
		ck_assert_msg((insn->code == 0x85 ? insn->imm : insn->off) == rows[i].value,
			"%s: off %d, imm %d", rows[i].prog, insn->off, insn->imm);
	}
	object_free(o);
}
END_TEST

/* ---- beside libbpf ----------------------------------------------------------------------- */

static void dump(FILE *f, const struct object *o)
{
	const struct rawbpf_insn *p;
	uint32_t k, n;
	size_t i;

	for (i = 0; i < o->n_progs; i++) {
		p = insns_of(o, o->progs[i].name, &n);
		for (k = 0; k < n; k++)
			fprintf(f, "%s %02x %x%x %d %d\n", o->progs[i].name, p[k].code,
				object_src(&p[k]), object_dst(&p[k]), p[k].off, p[k].imm);
	}
}

START_TEST(as_libbpf_does)
{
	struct object *o;
	char path[128], *out;
	FILE *f;

	T_NEED_ROOT();
	if (t_run(NULL, "echo '#include <bpf/libbpf.h>' | cc -E - >/dev/null 2>&1"))
		T_SKIP("no headers of libbpf");
	snprintf(path, sizeof(path), "/tmp/rawbpf-core-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(path));
	o = applied("object/core.bpf.o", "object/core_kernel.o");
	strcat(path, "/ours");
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	dump(f, o);
	fclose(f);
	*strrchr(path, '/') = '\0';
	t_run(&out,
		"cd %s && cc -o show '%s/tests/child/libbpf_core.c' -lbpf 2>&1 &&"
		" ./show '%s/object/core.bpf.o' '%s/object/core_kernel.o' 2>log >theirs;"
		" sort ours >a; sort theirs >b; diff a b; wc -l <b",
		path, TEST_ROOT, TEST_DATA, TEST_DATA);
	ck_assert_msg(atoi(out) > 200, "%s", out);
	free(out);
	t_run(NULL, "rm -r %s", path);
	object_free(o);
}
END_TEST

Suite *suite_objcore(void)
{
	Suite *s = suite_create("objcore");
	TCase *t = tcase_create("unit"), *host = tcase_create("host");

	tcase_add_test(t, loads_and_numbers);
	tcase_add_test(host, as_libbpf_does);
	suite_add_tcase(s, t);
	suite_add_tcase(s, host);
	return s;
}
