// SPDX-License-Identifier: MIT
/* test_kfunc.c - calls of the kernel's functions by name: of a made-up kernel, and of this one. */
#include "kfunc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfasm.h"
#include "kbtf.h"
#include "rawbpf.h"
#include "t.h"
#include "tasm.h"

Suite *suite_kfunc(void);

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

/* void first(void), void second(void): types 2 and 3 */
static void make_btf(char *path)
{
	static const char strings[] = "\0first\0second";
	static const uint32_t words[] = {
		0, INFO(BTF_FUNC_PROTO, 0), 0, 1, INFO(BTF_FUNC, 0), 1, 7, INFO(BTF_FUNC, 0), 1};
	uint32_t h[6] = {0x1eb9f, 24, 0, sizeof(words), sizeof(words), sizeof(strings)};
	int fd;

	strcpy(path, "/tmp/rawbpf-kfunc-XXXXXX");
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

static const char calls[] = ".kfunc second\n.kfunc first\n.prog p \"socket\"\ncall first\n"
			    "call second\ncall first\nr0 = bpf_ktime_get_ns()\nexit\n";

START_TEST(numbers)
{
	struct rawbpf b = {0};
	struct object_code c;
	struct object *o;
	char path[64];

	make_btf(path);
	b.sys = (struct sys){with_btf, path};
	o = linked(calls, &c);
	ck_assert_uint_eq(o->n_kfuncs, 2);
	ck_assert_uint_eq(c.n_kcalls, 3);
	ck_assert_msg(!kfunc_put(&b, o, &c), "%s", b.error.msg);
	ck_assert_int_eq(c.insns[0].imm, 2);
	ck_assert_int_eq(c.insns[1].imm, 3);
	ck_assert_int_eq(c.insns[2].imm, 2);
	ck_assert_uint_eq(object_src(&c.insns[1]), RAWBPF_PSEUDO_KFUNC_CALL);
	ck_assert_int_eq(c.insns[1].off, 0);
	ck_assert_int_eq(c.insns[3].imm, 5);
	ck_assert_uint_eq(object_src(&c.insns[3]), 0);
	object_code_free(&c);
	object_free(o);
	kbtf_free(&b);
	unlink(path);
}
END_TEST

START_TEST(absent)
{
	struct rawbpf b = {0};
	struct object_code c;
	struct object *o;
	char path[64], none[] = "";

	make_btf(path);
	b.sys = (struct sys){with_btf, path};
	o = linked(".kfunc secnd\n.prog p \"socket\"\ncall secnd\nexit\n", &c);
	ck_assert_int_eq(kfunc_put(&b, o, &c), -ENOENT);
	ck_assert_str_eq(b.error.msg, "no function 'secnd' in the BTF of the kernel: ENOENT");
	ck_assert_str_eq(b.error.hint, "did you mean 'second'?");
	/* where it is weak, only its call is refused */
	o->kfuncs[0].weak = true;
	ck_assert_int_eq(kfunc_put(&b, o, &c), 0);
	ck_assert_uint_eq(object_src(&c.insns[0]), 0);
	ck_assert_int_gt(c.insns[0].imm, 1000000);
	o->kfuncs[0].weak = false;
	kbtf_free(&b);
	unlink(path);
	b.sys = (struct sys){with_btf, none};
	ck_assert_int_eq(kfunc_put(&b, o, &c), -ENOENT);
	ck_assert_str_eq(
		b.error.msg, "the kernel has no BTF, so 'secnd' cannot be called by name: ENOENT");
	object_code_free(&c);
	object_free(o);
	kbtf_free(&b);
}
END_TEST

/* the object as text again */
START_TEST(listed)
{
	static const char text[] = ".license \"GPL\"\n.kfunc first\n.kfunc second\n\n"
				   ".prog p \"socket\"\n\tcall first\n\tcall second\n\tcall first\n"
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
	tasm_fails(".kfunc a\n.kfunc a", "'a' is already a function of the kernel");
	tasm_fails(".kfunc a\n.prog p \"socket\"\ncall f\nexit\n.func a\nexit",
		"'a' is already a function of the kernel");
	tasm_fails(".kfunc \"a\"", "a function of the kernel is '.kfunc NAME'");
	tasm_fails(".kfunc bpf_abcdef\n.prog p \"socket\"\ncall bpf_abcdeg\nexit",
		"did you mean 'bpf_abcdef'?");
}
END_TEST

/* ---- the running kernel ------------------------------------------------------------------ */

/* bpf_rcu_read_lock() is of Linux 6.2; before that the message must be true. */
START_TEST(called_here)
{
	static const char text[] = ".license \"GPL\"\n.kfunc bpf_rcu_read_lock\n"
				   ".kfunc bpf_rcu_read_unlock\n"
				   ".prog p \"tp_btf/sched_switch\"\ncall bpf_rcu_read_lock\n"
				   "r0 = bpf_rcu_read_unlock()\nr0 = 0\nexit\n";
	struct rawbpf *b;
	char *symbols;
	bool is;
	int err;

	T_NEED_ROOT();
	if (access(BTF_PATH, R_OK))
		T_SKIP("the kernel has no BTF");
	symbols = t_read_file("/proc/kallsyms", NULL);
	is = strstr(symbols, " bpf_rcu_read_lock\n");
	free(symbols);
	b = rawbpf_new();
	err = rawbpf_load(b, .text = text);
	if (is) {
		ck_assert_msg(!err, "%s\n%s", rawbpf_errmsg(b), rawbpf_error(b)->log);
	} else {
		ck_assert_int_eq(err, -ENOENT);
		ck_assert_ptr_nonnull(strstr(rawbpf_errmsg(b),
			"no function 'bpf_rcu_read_lock' in the BTF of the kernel"));
	}
	rawbpf_free(b);
}
END_TEST

Suite *suite_kfunc(void)
{
	Suite *s = suite_create("kfunc");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, numbers);
	tcase_add_test(t, absent);
	tcase_add_test(t, listed);
	tcase_add_test(t, messages);
	suite_add_tcase(s, t);
	tcase_add_test(live, called_here);
	suite_add_tcase(s, live);
	return s;
}
