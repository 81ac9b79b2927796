// SPDX-License-Identifier: MIT
/* test_objlink.c - programs with their subprograms; those that cannot be linked. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"
#include "object.h"
#include "t.h"
#include "tasm.h"

static struct object *link_object(const char *file)
{
	struct rawbpf_error e;
	struct object *o;
	size_t len;
	char *p = t_data(file, &len);

	ck_assert_msg(!object_open(p, len, file, &o, &e), "%s", e.msg);
	free(p);
	return o;
}

static int link_prog(
	struct object *o, const char *name, struct object_code *c, struct rawbpf_error *e)
{
	size_t i;

	for (i = 0; strcmp(o->progs[i].name, name); i++)
		ck_assert_uint_lt(i + 1, o->n_progs);
	return object_link(o, i, c, e);
}

START_TEST(refused_by_name)
{
	static const struct {
		const char *prog, *says;
	} rows[] = {
		{"needs_core", "needs CO-RE"},
	};
	struct object *o = link_object("object/odd.bpf.o");
	struct object_code c;
	struct rawbpf_error e;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(link_prog(o, rows[i].prog, &c, &e), -EINVAL);
		ck_assert_msg(strstr(e.msg, rows[i].says) != NULL, "%s", e.msg);
		ck_assert_str_eq(e.prog, rows[i].prog);
		ck_assert_ptr_null(c.insns);
	}
	/* of the kernel, whose number is put in when it is loaded */
	ck_assert_int_eq(link_prog(o, "calls_nowhere", &c, &e), 0);
	ck_assert_uint_eq(c.n_krefs, 1);
	ck_assert_str_eq(o->ksyms[c.krefs[0].ksym].name, "bpf_nowhere");
	ck_assert_uint_eq(object_src(&c.insns[c.krefs[0].insn]), RAWBPF_PSEUDO_KFUNC_CALL);
	object_code_free(&c);
	ck_assert_int_eq(link_prog(o, "good", &c, &e), 0);
	ck_assert_uint_eq(c.n_insns, 2);
	object_code_free(&c);
	ck_assert_uint_eq(o->version, 0x050a07);
	object_free(o);
}
END_TEST

/* What is the same on every kernel stands as it was compiled. */
START_TEST(co_re_of_registers)
{
	struct object *o = link_object("object/usdt.bpf.o");
	struct object_code c;
	struct rawbpf_error e;
	uint32_t i;
	size_t n = 0;

	for (i = 0; i < o->n_texts; i++)
		n += o->texts[i].core;
	ck_assert_uint_gt(n, 0);
	ck_assert_msg(!link_prog(o, "on_probe", &c, &e), "%s", e.msg);
	for (i = 0, n = 0; i < c.n_insns; i++)
		n += c.insns[i].code == 0x79 && c.insns[i].off == 128; /* ctx->ip */
	ck_assert_uint_gt(n, 0);
	object_code_free(&c);
	object_free(o);
}
END_TEST

/* Each subprogram comes once, however often it is called; offsets are those of the new place. */
START_TEST(subprograms_once)
{
	struct object *o = link_object("object/all.bpf.o");
	struct object_code c;
	struct object_line line;
	uint32_t i, total = 0, starts[OBJECT_FUNCS_MAX];
	size_t k, n = 0;

	ck_assert_int_eq(link_prog(o, "on_open", &c, NULL), 0);
	for (i = 0; i < c.n_func_info; i++)
		memcpy(&starts[n++], c.func_info + (size_t)i * c.func_rec_size, 4);
	ck_assert_uint_eq(starts[0], 0);
	for (k = 0; k < o->n_funcs; k++)
		if (!o->funcs[k].is_prog)
			total += o->funcs[k].n_insns;
	for (k = 0; k < o->n_progs; k++)
		if (!strcmp(o->progs[k].name, "on_open"))
			total += o->funcs[o->progs[k].func].n_insns;
	ck_assert_uint_eq(c.n_insns, total);
	for (i = 0; i < c.n_insns; i++) {
		if (c.insns[i].code != OBJECT_CALL || object_src(&c.insns[i]) != 1)
			continue;
		for (k = 0; k < n && starts[k] != i + 1 + (uint32_t)c.insns[i].imm; k++)
			;
		ck_assert_uint_lt(k, n); /* calls land on functions */
	}
	for (k = 0; k < n; k++)
		ck_assert(object_line(o, &c, starts[k], &line)); /* each has its lines */
	object_code_free(&c);
	object_free(o);
}
END_TEST

START_TEST(map_references)
{
	struct object *o = link_object("object/old.bpf.o");
	struct object_code c;
	struct object_line line;

	ck_assert_int_eq(link_prog(o, "uses_second", &c, NULL), 0);
	ck_assert_uint_eq(c.n_refs, 1);
	ck_assert_str_eq(o->maps[c.refs[0].map].name, "second");
	ck_assert_uint_eq(object_src(&c.insns[c.refs[0].insn]), RAWBPF_PSEUDO_MAP_FD);
	ck_assert_ptr_null(c.func_info);
	ck_assert(!object_line(o, &c, 0, &line)); /* no debug information */
	object_code_free(&c);
	object_free(o);
}
END_TEST

START_TEST(bcc_name_gives_type)
{
	struct object *o = link_object("object/old.bpf.o");
	size_t i;

	for (i = 0; strcmp(o->progs[i].name, "kprobe__g"); i++)
		ck_assert_uint_lt(i + 1, o->n_progs);
	ck_assert_str_eq(o->progs[i].section, "fn");
	ck_assert_int_eq(o->progs[i].sec.type, RAWBPF_PROG_KPROBE);
	object_free(o);
}
END_TEST

static const char usdt_text[] =
	".license \"GPL\"\n"
	".prog first \"usdt\"\nr6 = r1\ncall usdt_arg(2, -8)\nr1 = r6\ncall low\n"
	"r1 = r6\ncall usdt_arg(1, -16)\nr0 = 0\nexit\n"
	".prog second \"usdt\"\ncall other\nr2 = &low\nr0 = 0\nexit\n"
	".prog third \"usdt\"\nr0 = 0\nexit\n"
	".func low\ncall usdt_arg(7, -8)\ncall again\ncall third_level\nexit\n"
	".func again\nexit\n"
	".func other\nr0 = 0\nexit\n"
	".func third_level\nr1 = 5 ll\ncall usdt_arg(12, -24)\nexit\n";

static uint32_t func_start(const struct object *o, const char *name)
{
	size_t i;

	for (i = 0; i < o->n_funcs && strcmp(o->funcs[i].name, name) != 0; i++)
		;
	ck_assert_uint_lt(i, o->n_funcs);
	return o->funcs[i].start;
}

/* The calls of "again" become ones of "low": a circle, which the assembler makes none of. */
static void calls_low(struct object *o)
{
	uint32_t again = func_start(o, "again"), low = func_start(o, "low");
	struct object_text *t;
	struct object_rel *r;
	unsigned n = 0;

	for (t = o->texts; t < o->texts + o->n_texts; t++)
		for (r = t->rels; r < t->rels + t->n_rels; r++)
			if (r->kind == OBJECT_REL_CALL && r->offset == again) {
				r->offset = low;
				n++;
			}
	ck_assert_uint_eq(n, 1);
}

static struct object *link_plain(const char *text)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct rawbpf_error e;
	struct bpfasm_out out;
	struct object *obj;

	o.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	ck_assert_int_eq(bpfasm_assemble(text, strlen(text), &o, &out), 0);
	ck_assert_msg(!object_open(out.data, out.len, "o", &obj, &e), "%s", e.msg);
	bpfasm_free(&out);
	return obj;
}

static struct object *link_text(const char *text)
{
	struct object *obj = link_plain(text);

	calls_low(obj);
	return obj;
}

/* Where they are in the linked code, by rising instruction; subprograms', too. */
START_TEST(usdt_args)
{
	static const struct object_usdt want[] = {
		{1, 2, -8}, {5, 1, -16}, {8, 7, -8}, {14, 12, -24}};
	struct object *o = link_text(usdt_text);
	struct object_code c;
	size_t i;

	ck_assert_int_eq(link_prog(o, "first", &c, NULL), 0);
	ck_assert_uint_eq(c.n_usdt, sizeof(want) / sizeof(*want));
	for (i = 0; i < c.n_usdt; i++) {
		ck_assert_uint_eq(c.usdt[i].insn, want[i].insn);
		ck_assert_uint_eq(c.usdt[i].n, want[i].n);
		ck_assert_int_eq(c.usdt[i].slot, want[i].slot);
		ck_assert_uint_eq(c.insns[want[i].insn].code, OBJECT_CALL);
		ck_assert_int_eq(c.insns[want[i].insn].off, want[i].n);
		ck_assert_int_eq(c.insns[want[i].insn].imm, want[i].slot);
	}
	object_code_free(&c);
	ck_assert_ptr_null(c.usdt);
	object_free(o);
}
END_TEST

/* The same without linking: calls in a circle, callbacks, programs that read none. */
START_TEST(usdt_args_of_programs)
{
	struct object *o = link_text(usdt_text);

	ck_assert_uint_eq(o->n_progs, 3);
	ck_assert_uint_eq(object_usdt_args(o, 0), 1U << 1 | 1U << 2 | 1U << 7 | 1U << 12);
	ck_assert_uint_eq(object_usdt_args(o, 1), 1U << 7 | 1U << 12);
	ck_assert_uint_eq(object_usdt_args(o, 2), 0);
	object_free(o);
	o = link_object("object/odd.bpf.o");
	ck_assert_uint_eq(object_usdt_args(o, 0), 0);
	object_free(o);
}
END_TEST

/* "call pc+N" to a place that has no name: it stays as it is, wherever the function comes to lie. */
START_TEST(calls_inside)
{
	struct object *o = link_plain(".prog p \"socket\"\ncall f\nr0 = 0\nexit\n"
				      ".func f\nr0 = 0\ncall pc+1\nexit\nr0 = 1\nexit\n");
	struct object_line line;
	struct object_code c;
	struct rawbpf_error e;

	ck_assert_int_eq(object_link(o, 0, &c, &e), 0);
	ck_assert_uint_eq(c.n_insns, 8);
	ck_assert_int_eq(c.insns[0].imm, 2);
	ck_assert_int_eq(c.insns[4].imm, 1);
	ck_assert_uint_eq(object_src(&c.insns[4]), RAWBPF_PSEUDO_CALL);
	/* the kernel wants all functions or none */
	ck_assert_uint_eq(c.n_func_info, 0);
	ck_assert(object_line(o, &c, 6, &line));
	ck_assert_uint_eq(line.line, 9);
	object_code_free(&c);
	object_free(o);
	/* out of the function is nowhere; our assembler makes no such object */
	o = link_plain(".prog p \"socket\"\nr0 = 0\ncall pc-2\nexit\n"
		       ".prog q \"socket\"\nr0 = 0\nr0 = 0\nr0 = 0\nr0 = 0\nexit\n");
	ck_assert_int_eq(o->texts[0].insns[1].imm, -2);
	o->texts[0].insns[1].imm = 7;
	ck_assert_int_eq(object_link(o, 0, &c, &e), -EINVAL);
	ck_assert_ptr_nonnull(strstr(e.msg, "instruction 1 calls no function"));
	object_free(o);
}
END_TEST

START_TEST(every_allocation_fails)
{
	struct object *o = link_text(usdt_text);
	struct object_code c;
	struct rawbpf_error e;
	unsigned n, failures = 0;
	bool failed = true;
	int err;

	for (n = 1; failed; n++) {
		t_fail_alloc_at(n);
		err = object_link(o, 0, &c, &e);
		failed = t_alloc_failed();
		ck_assert_int_eq(err, failed ? -ENOMEM : 0);
		failures += failed;
		if (!err)
			object_code_free(&c);
	}
	ck_assert_uint_ge(failures, 3);
	object_free(o);
}
END_TEST

Suite *suite_objlink(void);
Suite *suite_objlink(void)
{
	Suite *s = suite_create("objlink");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, refused_by_name);
	tcase_add_test(t, co_re_of_registers);
	tcase_add_test(t, subprograms_once);
	tcase_add_test(t, map_references);
	tcase_add_test(t, bcc_name_gives_type);
	tcase_add_test(t, usdt_args);
	tcase_add_test(t, usdt_args_of_programs);
	tcase_add_test(t, calls_inside);
	tcase_add_test(t, every_allocation_fails);
	suite_add_tcase(s, t);
	return s;
}
