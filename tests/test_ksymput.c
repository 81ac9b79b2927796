// SPDX-License-Identifier: MIT
/* test_ksymput.c - names of the kernel in programs: of a made-up kernel, and of this one. */
#include "ksymput.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfasm.h"
#include "kbtf.h"
#include "rawbpf.h"
#include "old.h"
#include "t.h"
#include "tasm.h"

Suite *suite_ksymput(void);

#define BTF_PATH	 "/sys/kernel/btf/vmlinux"
#define INFO(kind, vlen) ((uint32_t)(kind) << 24 | (vlen))

/* A kernel whose BTF is the file at arg; "": it has none. */
static long with_btf(void *arg, const struct rawbpf_call *c)
{
	const char *path = arg;
	struct rawbpf_call other = *c;

	if (c->kind == RAWBPF_CALL_OPENAT && !strcmp((const char *)c->arg[1], BTF_PATH)) {
		if (!*path)
			return -ENOENT;
		other.arg[1] = (uintptr_t)path;
	}
	return rawbpf_call_kernel(&other);
}

/* void first(void), void second(void): types 2 and 3; char third: 5 */
static void make_btf(char *path)
{
	static const char strings[] = "\0first\0second\0char\0third";
	static const uint32_t words[] = {0, INFO(BTF_FUNC_PROTO, 0), 0, 1, INFO(BTF_FUNC, 0), 1, 7,
		INFO(BTF_FUNC, 0), 1, 14, INFO(BTF_INT, 0), 1, 8, 19, INFO(BTF_VAR, 0), 4, 0};
	uint32_t h[6] = {0x1eb9f, 24, 0, sizeof(words), sizeof(words), sizeof(strings)};
	int fd;

	strcpy(path, "/tmp/rawbpf-ksymput-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, h, sizeof(h)), sizeof(h));
	ck_assert_int_eq(write(fd, words, sizeof(words)), sizeof(words));
	ck_assert_int_eq(write(fd, strings, sizeof(strings)), sizeof(strings));
	ck_assert_int_eq(close(fd), 0);
}

/* The linked program of a text. */
static struct object *linked(const char *text, struct object_code *c)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	struct rawbpf_error e;
	struct object *obj;

	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s", out.diag);
	ck_assert_int_eq(object_open(out.data, out.len, "t", &obj, &e), 0);
	bpfasm_free(&out);
	ck_assert_int_eq(object_link(obj, 0, c, &e), 0);
	return obj;
}

/* A program, linked, and a kernel that has what make_btf() says. */
struct made {
	struct rawbpf b;
	struct object *o;
	struct object_code c;
	char path[64];
};

static void link_made(struct made *m, const char *text)
{
	m->o = linked(text, &m->c);
}

static void unlink_made(struct made *m)
{
	object_code_free(&m->c);
	object_free(m->o);
}

static void open_made(struct made *m, const char *text)
{
	memset(m, 0, sizeof(*m));
	make_btf(m->path);
	m->b.sys = (struct sys){.hook = with_btf, .arg = m->path};
	link_made(m, text);
}

static void close_made(struct made *m)
{
	unlink_made(m);
	kbtf_free(&m->b);
	unlink(m->path);
}

static const char calls[] = ".kfunc second\n.kfunc first\n.prog p \"socket\"\ncall first\n"
			    "call second\ncall first\nr0 = bpf_ktime_get_ns()\nexit\n";

START_TEST(numbers)
{
	struct made m;

	open_made(&m, calls);
	ck_assert_uint_eq(m.o->n_ksyms, 2);
	ck_assert_uint_eq(m.c.n_krefs, 3);
	ck_assert_msg(!ksymput_code(&m.b, m.o, &m.c), "%s", m.b.error.msg);
	ck_assert_int_eq(m.c.insns[0].imm, 2);
	ck_assert_int_eq(m.c.insns[1].imm, 3);
	ck_assert_int_eq(m.c.insns[2].imm, 2);
	ck_assert_uint_eq(object_src(&m.c.insns[1]), RAWBPF_PSEUDO_KFUNC_CALL);
	ck_assert_int_eq(m.c.insns[1].off, 0);
	ck_assert_int_eq(m.c.insns[3].imm, 5);
	ck_assert_uint_eq(object_src(&m.c.insns[3]), 0);
	unlink_made(&m);
	link_made(&m, ".kvar third\n.prog p \"socket\"\nr7 = &third\nexit\n");
	ck_assert_msg(!ksymput_code(&m.b, m.o, &m.c), "%s", m.b.error.msg);
	ck_assert_uint_eq(object_src(&m.c.insns[0]), RAWBPF_PSEUDO_BTF_ID);
	ck_assert_uint_eq(object_dst(&m.c.insns[0]), 7);
	ck_assert_int_eq(m.c.insns[0].imm, 5);
	ck_assert_int_eq(m.c.insns[1].imm, 0);
	close_made(&m);
}
END_TEST

START_TEST(variable_absent)
{
	struct made m;

	open_made(&m, ".kvar thrd\n.prog p \"socket\"\nr7 = &thrd\nexit\n");
	ck_assert_int_eq(ksymput_code(&m.b, m.o, &m.c), -ENOENT);
	ck_assert_str_eq(
		m.b.error.msg, "no variable 'thrd' in the BTF of the kernel, named at t:3: ENOENT");
	ck_assert_str_eq(m.b.error.hint, "did you mean 'third'?");
	m.o->ksyms[0].weak = true;
	ck_assert_int_eq(ksymput_code(&m.b, m.o, &m.c), 0);
	ck_assert_uint_eq(object_src(&m.c.insns[0]), 0);
	ck_assert_int_eq(m.c.insns[0].imm, 0);
	close_made(&m);
}
END_TEST

START_TEST(absent)
{
	struct made m;
	char none[] = "";

	open_made(&m, ".kfunc secnd\n.prog p \"socket\"\ncall secnd\nexit\n");
	ck_assert_int_eq(ksymput_code(&m.b, m.o, &m.c), -ENOENT);
	ck_assert_str_eq(m.b.error.msg,
		"no function 'secnd' in the BTF of the kernel, named at t:3: ENOENT");
	ck_assert_str_eq(m.b.error.hint, "did you mean 'second'?");
	/* where it is weak, only its call is refused */
	m.o->ksyms[0].weak = true;
	ck_assert_int_eq(ksymput_code(&m.b, m.o, &m.c), 0);
	ck_assert_uint_eq(object_src(&m.c.insns[0]), 0);
	ck_assert_int_eq(m.c.insns[0].imm, 2002000000);
	ck_assert_str_eq(ksymput_absent(m.o, &m.c, 0), "secnd");
	ck_assert_ptr_null(ksymput_absent(m.o, &m.c, 1));
	m.o->ksyms[0].weak = false;
	kbtf_free(&m.b);
	m.b.sys = (struct sys){.hook = with_btf, .arg = none};
	ck_assert_int_eq(ksymput_code(&m.b, m.o, &m.c), -ENOENT);
	ck_assert_str_eq(
		m.b.error.msg, "the kernel has no BTF, so 'secnd' cannot be found by name: ENOENT");
	close_made(&m);
}
END_TEST

/* the object as text again */
START_TEST(listed)
{
	static const char text[] = ".license \"GPL\"\n.kfunc first weak\n"
				   ".kfunc second\n.kvar third\n.kvar fourth weak\n\n"
				   ".prog p \"socket\"\n\tr9 = &third\n\tr8 = &fourth\n"
				   "\tr7 = &first\n\tif r7 == 0x0 goto pc+1\n"
				   "\tcall first\n\tcall second\n\tcall first\n"
				   "\tr0 = 0\n\texit\n";
	struct bpfasm_opts o = tasm_opts(BPFASM_ELF);
	struct bpfasm_out out;
	struct rawbpf_error e;
	char *got = NULL;
	size_t len;
	FILE *f;
	int be;

	for (be = 0; be < 2; be++) {
		o.big_endian = be;
		ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
		f = open_memstream(&got, &len);
		ck_assert_ptr_nonnull(f);
		ck_assert_int_eq(rawbpf_list_object(out.data, out.len, f, &e), 0);
		fclose(f);
		ck_assert_str_eq(got, text);
		free(got);
		bpfasm_free(&out);
	}
}
END_TEST

START_TEST(messages)
{
	tasm_fails(".kfunc bpf_ktime_get_ns", "is already a helper; it is called without '.kfunc'");
	tasm_fails(".kfunc a\n.kfunc a", "'a' is already a name of the kernel");
	tasm_fails(".kfunc a\n.prog p \"socket\"\ncall f\nexit\n.func a\nexit",
		"'a' is already a name of the kernel");
	tasm_fails(".kvar \"a\"", "a variable of the kernel is '.kvar NAME'");
	tasm_fails(".kvar a\n.prog p \"socket\"\ncall a\nexit",
		"'a' is a variable of the kernel; it cannot be called");
	tasm_fails(".kfunc a\n.prog p \"socket\"\nr1 = &a\nexit",
		"'a' is a function of the kernel; it can only be called, or be asked for if it is "
		"'weak'");
	tasm_fails(".kfunc a weaker", "'weaker' is too much here");
	tasm_fails(".kvar a weak\n.prog p \"socket\"\ncall a\nexit",
		"'a' is a variable of the kernel; it cannot be called");
	tasm_fails(".kfunc \"a\"", "a function of the kernel is '.kfunc NAME'");
	tasm_fails(".kfunc bpf_abcdef\n.prog p \"socket\"\ncall bpf_abcdeg\nexit",
		"did you mean 'bpf_abcdef'?");
}
END_TEST

/* ---- the running kernel ------------------------------------------------------------------ */

static bool is_symbol(const char *name)
{
	char *symbols = t_read_file("/proc/kallsyms", NULL), line[128];
	bool is;

	snprintf(line, sizeof(line), " %s\n", name);
	is = strstr(symbols, line);
	free(symbols);
	return is;
}

/* bpf_rcu_read_lock() is of Linux 6.2; before that the message must be true. */
START_TEST(called_here)
{
	static const char text[] = ".license \"GPL\"\n.kfunc bpf_rcu_read_lock\n"
				   ".kfunc bpf_rcu_read_unlock\n"
				   ".prog p \"tp_btf/sched_switch\"\ncall bpf_rcu_read_lock\n"
				   "r0 = bpf_rcu_read_unlock()\nr0 = 0\nexit\n";
	struct rawbpf *b;
	int err;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	if (access(BTF_PATH, R_OK))
		T_SKIP("the kernel has no BTF");
	b = rawbpf_new();
	err = rawbpf_load(b, .text = text);
	if (is_symbol("bpf_rcu_read_lock")) {
		ck_assert_msg(!err, "%s\n%s", rawbpf_errmsg(b), rawbpf_error(b)->log);
	} else {
		ck_assert_int_eq(err, -ENOENT);
		ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b),
			"no function 'bpf_rcu_read_lock' in the BTF of the kernel"));
	}
	rawbpf_free(b);
}
END_TEST

/* What may be absent is not reached where the program asks first; where it does not, it is told. */
START_TEST(weak_here)
{
	static const char text[] = ".license \"GPL\"\n.kfunc bpf_rawbpf_nowhere weak\n"
				   ".kvar rawbpf_nowhere weak\n"
				   ".prog p \"tp_btf/sched_switch\"\nr0 = 0\n"
				   "r2 = &rawbpf_nowhere\nif r2 != 0 goto out\n"
				   "r2 = &bpf_rawbpf_nowhere\n%scall bpf_rawbpf_nowhere\n"
				   "out: r0 = 0\nexit\n";
	char guarded[512], bare[512];
	struct rawbpf *b;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	if (access(BTF_PATH, R_OK))
		T_SKIP("the kernel has no BTF");
	snprintf(guarded, sizeof(guarded), text, "if r2 == 0 goto out\n");
	snprintf(bare, sizeof(bare), text, "");
	b = rawbpf_new();
	ck_assert_msg(
		!rawbpf_load(b, .text = guarded), "%s\n%s", rawbpf_errmsg(b), rawbpf_error(b)->log);
	rawbpf_free(b);
	b = rawbpf_new();
	ck_assert_int_ne(rawbpf_load(b, .text = bare), 0);
	ck_assert_msg(strstr(rawbpf_errmsg(b),
			      "prog 'p' rejected at <text>:9: function 'bpf_rawbpf_nowhere' is "
			      "not in this kernel"),
		"%s", rawbpf_errmsg(b));
	ck_assert_msg(strstr(rawbpf_error(b)->hint, "'call bpf_rawbpf_nowhere': it is weak") &&
			      strstr(rawbpf_error(b)->hint, "bpf_ksym_exists(bpf_rawbpf_nowhere)"),
		"%s", rawbpf_error(b)->hint);
	rawbpf_free(b);
}
END_TEST

static bool is_typed(struct rawbpf *b, const char *name)
{
	const struct btf *btf;

	ck_assert_int_eq(kbtf_kernel(b, &btf), 0);
	return btf_find(btf, BTF_VAR, name);
}

/*
 * A per-cpu variable, whose type what made the BTF may have left out; a kernel that keeps no
 * addresses of variables says so itself.
 */
START_TEST(read_here)
{
	static const char text[] = ".license \"GPL\"\n.kvar runqueues\n"
				   ".prog p \"tp_btf/sched_switch\"\nr1 = &runqueues\n"
				   "call bpf_this_cpu_ptr\nr0 = *(u32 *)(r0 +0)\nr0 = 0\nexit\n";
	struct rawbpf *b;
	int err;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	if (access(BTF_PATH, R_OK))
		T_SKIP("the kernel has no BTF");
	b = rawbpf_new();
	err = rawbpf_load(b, .text = text);
	if (!is_typed(b, "runqueues"))
		ck_assert_ptr_nonnull(strstr(
			rawbpf_errmsg(b), "no variable 'runqueues' in the BTF of the kernel"));
	else if (is_symbol("runqueues"))
		ck_assert_msg(!err, "%s\n%s", rawbpf_errmsg(b), rawbpf_error(b)->log);
	else
		ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b),
			"failed to find the address for kernel symbol 'runqueues'"));
	rawbpf_free(b);
}
END_TEST

/* The kernel takes none of what clang's types say of its names, and wants parameters named. */
START_TEST(of_clang)
{
	struct btf_type t, proto;
	struct btf_param param;
	struct rawbpf_error e;
	struct object *o;
	char *image;
	size_t len;

	image = t_data("object/ksyms.bpf.o", &len);
	ck_assert_int_eq(object_open(image, len, "ksyms", &o, &e), 0);
	ck_assert_uint_eq(o->n_ksyms, 4);
	ck_assert_uint_eq(btf_find(o->btf, BTF_DATASEC, ".ksyms"), 0);
	ck_assert(btf_type(o->btf, btf_find(o->btf, BTF_FUNC, "bpf_nowhere"), &t));
	ck_assert_uint_eq(t.vlen, BTF_LINK_STATIC);
	ck_assert(btf_type(o->btf, t.type, &proto));
	ck_assert_uint_eq(proto.vlen, 2);
	btf_param(o->btf, &proto, 1, &param);
	ck_assert_str_eq(param.name, "bpf_nowhere");
	object_free(o);
	free(image);
}
END_TEST

/* Was BTF_LOAD asked, and did it succeed? */
static long btf_loads(void *arg, const struct rawbpf_call *c)
{
	long ret = rawbpf_call_kernel(c);

	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_BTF_LOAD)
		*(long *)arg = ret;
	return ret;
}

START_TEST(clang_types_are_taken)
{
	struct rawbpf *b;
	long loaded = -1;
	int err;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	if (access(BTF_PATH, R_OK))
		T_SKIP("the kernel has no BTF");
	b = rawbpf_new();
	rawbpf_set_hook(b, btf_loads, &loaded);
	err = rawbpf_load(b, .src_file = TEST_DATA "/object/ksyms.bpf.o");
	ck_assert_msg(loaded >= 0, "%ld", loaded);
	/* "absent" does call what is nowhere */
	ck_assert_int_ne(err, 0);
	ck_assert_msg(is_symbol("bpf_rcu_read_lock")
			      ? !!strstr(rawbpf_errmsg(b), "'absent'") &&
					!!strstr(rawbpf_errmsg(b),
						"function 'bpf_nowhere' is not in this kernel")
			      : !!strstr(rawbpf_errmsg(b), "no function 'bpf_rcu_read_lock'"),
		"%s", rawbpf_errmsg(b));
	rawbpf_free(b);
}
END_TEST

Suite *suite_ksymput(void)
{
	Suite *s = suite_create("ksymput");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, numbers);
	tcase_add_test(t, absent);
	tcase_add_test(t, variable_absent);
	tcase_add_test(t, listed);
	tcase_add_test(t, messages);
	tcase_add_test(t, of_clang);
	suite_add_tcase(s, t);
	tcase_add_test(live, called_here);
	tcase_add_test(live, weak_here);
	tcase_add_test(live, read_here);
	tcase_add_test(live, clang_types_are_taken);
	suite_add_tcase(s, live);
	return s;
}
