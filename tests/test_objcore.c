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

#define OBJECT TEST_DATA "/object/core.bpf.o"
#define KERNEL TEST_DATA "/object/core_kernel.o"

static struct sys sys;

static struct object *open_object(const char *file)
{
	struct rawbpf_error e;
	struct object *o;
	size_t len;
	char *p = t_read_file(file, &len);

	ck_assert_msg(!object_open(p, len, file, &o, &e), "%s", e.msg);
	free(p);
	return o;
}

static void open_btf(const char *file, struct btffile *f)
{
	struct rawbpf_error e;

	ck_assert_msg(!btffile_open(&sys, file, f, &e), "%s", e.msg);
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
	struct object *o = applied(OBJECT, KERNEL);
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

/* The object with bytes of its .BTF or .BTF.ext changed: every record of kind from is of kind to. */
static void change_kind(struct object *o, const char *prog, uint32_t from, uint32_t to)
{
	unsigned char *p;
	uint32_t n, i, kind;

	p = (unsigned char *)(uintptr_t)btfext_records(&o->ext, BTFEXT_CORE, o->btf, prog, &n);
	ck_assert_ptr_nonnull(p);
	for (i = 0; i < n; i++, p += o->ext.part[BTFEXT_CORE].rec_size) {
		memcpy(&kind, p + 12, 4);
		if (kind == from)
			memcpy(p + 12, &to, 4);
	}
}

static int link_of(
	const struct object *o, const char *prog, struct object_code *c, struct rawbpf_error *e)
{
	size_t i;

	for (i = 0; i < o->n_progs && strcmp(o->progs[i].name, prog) != 0; i++)
		;
	ck_assert_msg(i < o->n_progs, "%s", prog);
	return object_link(o, i, c, e);
}

/* What has no answer is told for the program and the instruction that it is of, and only there. */
START_TEST(why_not)
{
	static const struct {
		const char *prog, *why;
	} rows[] = {
		{"load_gone", "field 'gone' of 'struct task' is not in this kernel"},
		{"load_sort", "field 'sort' of 'struct task' is of another sort in this kernel"},
		{"load_grows_too", "field 'grows_too' of 'struct task' has another size in this "
				   "kernel and is no unsigned number"},
		{"load_absent", "field 'x' of 'struct absent' is not in this kernel"},
		{"enum_violet", "enumerator 'VIOLET' of 'enum colour' is not in this kernel"},
		{"load_pid", NULL},
	};
	struct object *o = applied(OBJECT, KERNEL);
	struct rawbpf_error e;
	struct object_code c;
	const char *why;
	uint32_t k, n;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_msg(!link_of(o, rows[i].prog, &c, &e), "%s", e.msg);
		for (k = 0, n = 0, why = NULL; k < c.n_insns; k++) {
			if (!object_dead(&c, k))
				continue;
			why = object_dead(&c, k);
			ck_assert_int_eq(c.insns[k].imm, 195896080);
			n++;
		}
		ck_assert_uint_eq(n, rows[i].why != NULL);
		if (rows[i].why)
			ck_assert_str_eq(why, rows[i].why);
		object_code_free(&c);
	}
	object_free(o);
}
END_TEST

/* In a subprogram, where it stands in the program. */
START_TEST(in_subprograms)
{
	struct object *o = applied(TEST_ROOT "/tests/fuzz/corpus/objcore/sub", KERNEL);
	struct rawbpf_error e;
	struct object_code c;
	uint32_t own, k, n = 0;

	insns_of(o, "good", &own);
	ck_assert_msg(!link_of(o, "good", &c, &e), "%s", e.msg);
	for (k = 0; k < c.n_insns; k++) {
		if (!object_dead(&c, k))
			continue;
		ck_assert_int_eq(c.insns[k].imm, 195896080);
		n += k >= own && !strcmp(object_dead(&c, k),
					 "field 'parent' of 'struct task' is not in this kernel");
	}
	ck_assert_uint_eq(n, 1);
	object_code_free(&c);
	object_free(o);
}
END_TEST

/* A record that makes no sense is an error of its program alone. */
START_TEST(bad_records)
{
	static const struct {
		const char *prog, *section, *msg;
		uint32_t from, to;
	} rows[] = {
		{"load_pid", "raw_tracepoint/load_pid",
			"program 'load_pid': function 'load_pid': a CO-RE record makes no sense", 0,
			13},
		{"load_tgid", "raw_tracepoint/load_tgid",
			"program 'load_tgid': function 'load_tgid': field 'tgid' of 'struct task' "
			"cannot be put into instruction 0, which does not hold the object's own "
			"value",
			0, 3},
	};
	struct object *o;
	struct rawbpf_error e;
	struct object_code c;
	struct objcore *work;
	struct btffile f;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		o = open_object(OBJECT);
		change_kind(o, rows[i].section, rows[i].from, rows[i].to);
		open_btf(KERNEL, &f);
		ck_assert_int_eq(objcore_open(o, &work, &e), 0);
		ck_assert_int_eq(objcore_search(work, f.btf), 0);
		ck_assert_int_eq(objcore_apply(work, "this kernel", &e), 0);
		objcore_free(work);
		btffile_close(&sys, &f);
		ck_assert_int_eq(link_of(o, rows[i].prog, &c, &e), -EINVAL);
		ck_assert_msg(!strncmp(e.msg, rows[i].msg, strlen(rows[i].msg)), "%s", e.msg);
		ck_assert_int_eq(link_of(o, "load_in", &c, &e), 0);
		object_code_free(&c);
		object_free(o);
	}
}
END_TEST

/* The same name twice, and they disagree: the object's own BTF and another's, both "the kernel's". */
START_TEST(ambiguous)
{
	struct object *o = open_object(OBJECT);
	struct object_code c;
	struct rawbpf_error e;
	struct objcore *work;
	struct btffile f, g;

	open_btf(KERNEL, &f);
	open_btf(OBJECT, &g);
	ck_assert_int_eq(objcore_open(o, &work, &e), 0);
	ck_assert_int_eq(objcore_search(work, f.btf), 0);
	ck_assert_int_eq(objcore_search(work, g.btf), 0);
	ck_assert_int_eq(objcore_apply(work, "this kernel", &e), 0);
	objcore_free(work);
	btffile_close(&sys, &f);
	btffile_close(&sys, &g);
	ck_assert_int_eq(link_of(o, "load_pid", &c, &e), -EINVAL);
	ck_assert_str_eq(e.msg,
		"program 'load_pid': function 'load_pid': field 'pid' of 'struct task' is "
		"ambiguous: types of that name in this kernel disagree (60 or 0): EINVAL");
	/* only one of them has it */
	ck_assert_msg(!link_of(o, "load_absent", &c, &e), "%s", e.msg);
	ck_assert_uint_eq(c.n_dead, 0);
	object_code_free(&c);
	/* they agree */
	ck_assert_int_eq(link_of(o, "type_exists", &c, &e), 0);
	object_code_free(&c);
	object_free(o);
}
END_TEST

START_TEST(no_memory)
{
	struct object *o;
	struct rawbpf_error e;
	struct objcore *work;
	struct btffile f;
	unsigned n = 1;
	bool failed;
	int err;

	open_btf(KERNEL, &f);
	do {
		o = open_object(OBJECT);
		t_fail_alloc_at(n++);
		err = objcore_open(o, &work, &e);
		if (!err)
			err = objcore_search(work, f.btf);
		if (!err)
			err = objcore_apply(work, "this kernel", &e);
		failed = t_alloc_failed();
		ck_assert_int_eq(err, failed ? -ENOMEM : 0);
		objcore_free(work);
		object_free(o);
	} while (failed);
	ck_assert_uint_gt(n, 25);
	btffile_close(&sys, &f);
}
END_TEST

/* ---- beside libbpf ----------------------------------------------------------------------- */

static void dump(FILE *f, const struct object *o)
{
	const struct rawbpf_insn *p;
	struct object_code c;
	uint32_t k, n;
	size_t i;

	for (i = 0; i < o->n_progs; i++) {
		if (object_link(o, i, &c, NULL))
			continue; /* libbpf would not load it either */
		object_code_free(&c);
		p = insns_of(o, o->progs[i].name, &n);
		for (k = 0; k < n; k++)
			fprintf(f, "%s %02x %x%x %d %d\n", o->progs[i].name, p[k].code,
				object_src(&p[k]), object_dst(&p[k]), p[k].off, p[k].imm);
	}
}

/* The object's instructions, by these types, must be those that libbpf would load. */
static void beside_libbpf(const char *object, const char *btf, int at_least)
{
	char dir[128] = "/tmp/rawbpf-core-XXXXXX", path[160], *out;
	struct object *o;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	o = applied(object, btf);
	snprintf(path, sizeof(path), "%s/ours", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	dump(f, o);
	fclose(f);
	object_free(o);
	t_run(&out,
		"cd %s && cc -o show '%s/tests/child/libbpf_core.c' -lbpf 2>&1 &&"
		" ./show %s %s 2>log >theirs || tail -n 3 log;"
		" sort ours >a; sort theirs >b; diff a b; wc -l <b",
		dir, TEST_ROOT, object, btf);
	ck_assert_msg(atoi(out) >= at_least, "%s", out);
	free(out);
	t_run(NULL, "rm -r %s", dir);
}

static bool no_libbpf(void)
{
	return t_run(NULL, "echo '#include <bpf/libbpf.h>' | cc -E - >/dev/null 2>&1") != 0;
}

START_TEST(as_libbpf_does)
{
	T_NEED_ROOT();
	if (no_libbpf())
		T_SKIP("no headers of libbpf");
	beside_libbpf(OBJECT, KERNEL, 250);
	/* the object's own types for the kernel's: nothing moves */
	beside_libbpf(OBJECT, OBJECT, 250);
}
END_TEST

START_TEST(as_libbpf_does_here)
{
	T_NEED_ROOT();
	if (no_libbpf())
		T_SKIP("no headers of libbpf");
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		T_SKIP("this kernel has no BTF");
	beside_libbpf(TEST_DATA "/object/core_task.bpf.o", "/sys/kernel/btf/vmlinux", 100);
}
END_TEST

/* TYPE_EXISTS made TYPE_MATCHES, of which clang 14 writes none. */
START_TEST(matches_as_libbpf_does)
{
	char path[] = "/tmp/rawbpf-core-XXXXXX";
	struct object *o;
	size_t i, len;
	char *p, *ext;
	int fd;

	T_NEED_ROOT();
	if (no_libbpf())
		T_SKIP("no headers of libbpf");
	o = open_object(OBJECT);
	p = t_read_file(OBJECT, &len);
	ext = memmem(p, len, o->ext.data, o->ext.len);
	ck_assert_ptr_nonnull(ext);
	for (i = 0; i < o->n_texts; i++)
		if (o->texts[i].core)
			change_kind(o, o->texts[i].name, 8, 12);
	memcpy(ext, o->ext.data, o->ext.len);
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	close(fd);
	beside_libbpf(path, KERNEL, 250);
	beside_libbpf(path, OBJECT, 250);
	unlink(path);
	free(p);
	object_free(o);
}
END_TEST

Suite *suite_objcore(void)
{
	Suite *s = suite_create("objcore");
	TCase *t = tcase_create("unit"), *host = tcase_create("host");

	tcase_add_test(t, loads_and_numbers);
	tcase_add_test(t, why_not);
	tcase_add_test(t, in_subprograms);
	tcase_add_test(t, bad_records);
	tcase_add_test(t, ambiguous);
	tcase_add_test(t, no_memory);
	tcase_add_test(host, as_libbpf_does);
	tcase_add_test(host, as_libbpf_does_here);
	tcase_add_test(host, matches_as_libbpf_does);
	suite_add_tcase(s, t);
	suite_add_tcase(s, host);
	return s;
}
